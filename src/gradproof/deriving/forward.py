"""The forward sweep: differentials pushed from dX to df, and the Jacobian identified from ``df = J dx``."""

from dataclasses import dataclass, field
from typing import final

from gradproof.deriving.catalogue import rule_for
from gradproof.deriving.derivation import Line
from gradproof.deriving.identification import coefficient, linear_map
from gradproof.deriving.limits import NotDerived
from gradproof.deriving.names import folded
from gradproof.deriving.network import Network
from gradproof.deriving.opening import opened
from gradproof.deriving.readable import Tidier
from gradproof.deriving.reverse import DEFINITION, SUM, gradient, own_name
from gradproof.deriving.rule import Site
from gradproof.expr import (
    Context,
    Derivative,
    Differential,
    Expr,
    Gradient,
    Sum,
    Sym,
    free_indices,
)  # fmt: skip
from gradproof.rewrite import ZERO

JACOBIAN = "jacobian-identification"
HESSIAN = "hessian-identification"


@final
@dataclass(slots=True, eq=False)
class Forward:
    """Differentials in terms of the differential of one symbol, with a line for every name."""

    tidier: Tidier
    network: Network
    wrt: Expr
    keep: frozenset[str] = frozenset()
    lines: list[Line] = field(default_factory=list[Line])
    rules: list[str] = field(default_factory=list[str])
    done: dict[Expr, Expr] = field(default_factory=dict[Expr, Expr])

    def differential(self, e: Expr) -> Expr:
        """Return ``d e`` as an expression that is linear in ``d wrt``.

        Raises:
            NotDerived: a node without a rule.
        """
        if e == self.wrt:
            return Differential(e)
        if not self.network.moves(e):
            return ZERO
        found = self.done.get(e)
        if found is None:
            raw = self._raw(e)
            found = folded(self.tidier.readable(raw), self.network.context, self.keep)
            self.done[e] = found
        return found

    def _raw(self, e: Expr) -> Expr:
        body = self.network.body(e)
        if body is not None:
            found = self.differential(body)
            if isinstance(e, Sym):
                self.state(Differential(e), found)
            else:
                self.rules.append(DEFINITION)
            return found
        if isinstance(e, Sum):
            if e.index.name in free_indices(Differential(self.wrt)):
                raise NotDerived("a sum over the index of what is differentiated by")
            self.rules.append(SUM)
            inner = self.differential(e.body)
            return Sum(inner, e.index, e.lower, e.upper, e.condition)
        rule = rule_for(e)
        site = Site(self.tidier.arrays, self.network.value(e), self.network.moves)
        out = rule.push(e, self.differential, site)
        self.rules.append(rule.name)
        return out

    def identified(self, found: Expr) -> Expr:
        """Return the matrix that takes ``d wrt`` to a differential."""
        if found == ZERO:
            return ZERO
        out = self.tidier.final(coefficient(self.tidier.arrays, found, self.wrt))
        return folded(out, self.network.context, self.keep)

    def state(self, left: Expr, right: Expr) -> None:
        """Write a line with the rules that were used since the last."""
        names = tuple(dict.fromkeys(self.rules)) or (DEFINITION,)
        self.lines.append(Line(left, right, names[-1], names[:-1]))
        self.rules.clear()


def jacobian(body: Expr, wrt: Expr, context: Context) -> tuple[tuple[Line, ...], Expr]:
    """Derive the Jacobian of a vector by a vector: outputs are rows.

    Of a scalar it is the gradient as a column, by a scalar the vector of derivatives.

    Raises:
        NotDerived: a node without a rule, or a differential that is no matrix times ``d wrt``.
    """
    tidier = Tidier.under(context)
    scalar = not tidier.arrays.shape(body)
    network = Network.of(context, (wrt,), body if scalar else None)
    forward = Forward(tidier, network, wrt, own_name(body) if scalar else frozenset())
    found = forward.differential(opened(tidier.arrays, body))
    if not isinstance(body, Sym) or forward.network.body(body) is None:
        forward.state(Differential(body), found)
    result = forward.identified(found)
    forward.lines.append(Line(Derivative(body, (wrt,), "partial"), result, JACOBIAN))
    return tuple(forward.lines), result


def hessian(body: Expr, wrt: Expr, context: Context) -> tuple[tuple[Line, ...], Expr]:
    """Derive the Hessian of a scalar: the Jacobian of its gradient.

    By a matrix it is the linear map from ``dX`` to ``d grad``: a Kronecker product on ``vec dX`` where it
    is one, else the differential itself.

    Raises:
        NotDerived: a node without a rule.
    """
    steps, slope = gradient(body, wrt, context)
    tidier = Tidier.under(context)
    forward = Forward(tidier, Network.of(context, (wrt,), body), wrt, own_name(body))
    found = forward.differential(slope)
    forward.state(Differential(Gradient(body, wrt)), found)
    if len(tidier.arrays.shape(wrt)) < 2:
        result = forward.identified(found)
    else:
        result = linear_map(tidier.arrays, found, wrt) or found
    lines = (*steps, *forward.lines, Line(Gradient(body, wrt, 2), result, HESSIAN))
    return lines, result
