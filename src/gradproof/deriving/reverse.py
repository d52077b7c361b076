"""The reverse sweep: from dJ through one node after the other to ``dJ = G : dX``, and so the gradient."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from gradproof.deriving.catalogue import rule_for
from gradproof.deriving.derivation import Line
from gradproof.deriving.limits import NotDerived
from gradproof.deriving.names import folded
from gradproof.deriving.network import Network
from gradproof.deriving.opening import opened
from gradproof.deriving.readable import Tidier
from gradproof.deriving.rule import Share, Site
from gradproof.deriving.shapes import EXPECTATIONS
from gradproof.expr import (
    Context,
    Differential,
    Expr,
    Frobenius,
    Gradient,
    Mul,
    Neg,
    Opaque,
    Sum,
    Sym,
    density_depends,
    free_indices,
)  # fmt: skip
from gradproof.rewrite import ONE, ZERO

IDENTIFY = "gradient-identification"
DEFINITION = "definition"
SUM = "sum-linear"
EXPECTATION = "expectation-linear"
UNDER = "the distribution is taken not to depend on what is differentiated by"


@final
@dataclass(slots=True, eq=False)
class Front:
    """The terms ``A : dE`` whose sum is the differential, in the order in which they are written.

    Attributes:
        shares: the adjoints A by node E.
        keep: names that do not stand for their values.
    """

    tidier: Tidier
    context: Context
    shares: dict[Expr, Expr]
    keep: frozenset[str] = frozenset()

    def replace(self, node: Expr, shares: Sequence[Share]) -> None:
        """Put other terms in the place of one; terms with one differential are joined."""
        new: dict[Expr, list[Expr]] = {}
        for child, share in shares:
            new.setdefault(child, []).append(share)
        out: dict[Expr, Expr] = {}
        for old, share in self.shares.items():
            if old == node:
                for child, parts in new.items():
                    if child not in self.shares:
                        out[child] = self._joined(parts)
            else:
                out[old] = self._joined([share, *new[old]]) if old in new else share
        self.shares = {k: v for k, v in out.items() if v != ZERO}

    def _joined(self, parts: Sequence[Expr]) -> Expr:
        whole = self.tidier.readable(self.tidier.arrays.total(parts))
        return folded(whole, self.context, self.keep)

    def written(self) -> Expr:
        """Return the sum of the terms."""
        out = [self._term(node, share) for node, share in self.shares.items()]
        return self.tidier.sum(out) if out else ZERO

    def _term(self, node: Expr, share: Expr) -> Expr:
        if share == ONE:
            return Differential(node)
        if isinstance(share, Neg):
            return Neg(self._term(node, share.arg))
        shape = self.tidier.arrays.shape(node)
        if not shape:
            return Mul((share, Differential(node)))
        c, body = self.tidier.arrays.split(share)
        pair = Frobenius(self.tidier.arrays.filled(body, shape), Differential(node))
        return self.tidier.arrays.times(c, pair)


def gradient(body: Expr, wrt: Expr, context: Context) -> tuple[tuple[Line, ...], Expr]:
    """Derive the gradient of a scalar by a symbol, in the style of matrix differentials.

    Args:
        body: a scalar, or the name of one.
        wrt: a symbol, which may have a definition; then what it is made of is held.
        context: definitions, domains and facts.

    Returns:
        The lines, each a true equation between differentials, and the gradient, of the shape of `wrt`.

    Raises:
        NotDerived: a node without a rule, or a shape that is not known.
    """
    tidier = Tidier.under(context)
    if tidier.arrays.shape(body):
        raise NotDerived("the gradient of something that is no scalar; ask for its Jacobian")
    network = Network.of(context, (wrt,), body)
    lines, shares = sweep(opened(tidier.arrays, body), ONE, tidier, network)
    result = folded(tidier.final(shares.get(wrt, ZERO)), context, own_name(body))
    lines.append(Line(Gradient(body, wrt), result, IDENTIFY))
    return tuple(lines), result


def own_name(body: Expr) -> frozenset[str]:
    """Return the name of what is differentiated, which does not stand for its own value."""
    return frozenset((body.name,)) if isinstance(body, Sym) else frozenset()


def sweep(
    body: Expr, seed: Expr, tidier: Tidier, network: Network
) -> tuple[list[Line], dict[Expr, Expr]]:
    """Pull an adjoint of `body` back to the targets; return the lines and the adjoints of the targets."""
    front = Front(tidier, network.context, {body: seed}, own_name(body))
    lines: list[Line] = []
    names: list[str] = []
    left: Expr | None = Differential(body)
    fresh: set[Expr] = set()
    todo = [node for node in network.order(body) if node not in network.targets]
    for place, node in enumerate(todo):
        if node not in front.shares:
            continue
        before = set(front.shares)
        name, slight = _step(front, node, tidier, network)
        names.append(name)
        fresh |= set(front.shares) - before
        if slight or _goes_on(name, fresh, todo[place + 1 :], front, network):
            continue
        lines.append(_line(left, front, names))
        names, left, fresh = [], None, set()
    if names or not lines:
        lines.append(_line(left, front, names or [IDENTIFY]))
    shape = tidier.arrays.shape
    return lines, {t: tidier.arrays.filled(share, shape(t)) for t, share in front.shares.items()}


def _line(left: Expr | None, front: Front, names: Sequence[str]) -> Line:
    also = tuple(n for n in dict.fromkeys(names) if n != names[-1])
    return Line(left, front.written(), names[-1], also, UNDER if EXPECTATION in names else None)


def _goes_on(
    name: str, fresh: set[Expr], rest: Sequence[Expr], front: Front, network: Network
) -> bool:
    """Tell whether the next step uses the same rule on a term that stood in the last line already."""
    following = next((n for n in rest if n in front.shares), None)
    if following is None or following in fresh or isinstance(following, Sum):
        return False
    return network.body(following) is None and rule_for(following).name == name


def _step(front: Front, node: Expr, tidier: Tidier, network: Network) -> tuple[str, bool]:
    """Replace one term by those of the nodes that it is computed from; return the rule and if it is slight."""
    share = front.shares[node]
    body = network.body(node)
    if body is not None:
        front.replace(node, [(body, share)])
        return DEFINITION, True
    if isinstance(node, Sum):
        front.replace(node, _under_sum(node, share, tidier, network))
        return SUM, False
    if isinstance(node, Opaque) and node.head in EXPECTATIONS and not _sampled_by(node, network):
        _, inner = sweep(node.args[0], ONE, tidier, network)
        front.replace(
            node,
            [
                (t, _scaled(share, Opaque(node.head, (x, *node.args[1:])), tidier))
                for t, x in inner.items()
            ],
        )
        return EXPECTATION, False
    rule = rule_for(node)
    site = Site(tidier.arrays, network.value(node), network.moves)
    shares = [(x, part) for x, part in rule.pull(node, share, site) if network.moves(x)]
    front.replace(node, shares)
    return rule.name, rule.slight


def _sampled_by(node: Opaque, network: Network) -> bool:
    """Tell whether the density of an expectation depends on what is differentiated by."""
    return any(isinstance(t, Sym) and density_depends(node, t.name) for t in network.targets)


def _scaled(share: Expr, e: Expr, tidier: Tidier) -> Expr:
    if tidier.arrays.shape(share):
        raise NotDerived("the expectation of an array")
    return tidier.arrays.times(share, e)


def _under_sum(node: Sum, share: Expr, tidier: Tidier, network: Network) -> list[Share]:
    """Differentiate what is summed, and sum the results."""
    if node.index.name in free_indices(share):
        raise NotDerived("a sum whose index is in use around it")
    _, shares = sweep(node.body, share, tidier, network)
    return [(t, _summed(node, t, inner)) for t, inner in shares.items()]


def _summed(node: Sum, target: Expr, share: Expr) -> Expr:
    """Return the sum of the shares of a target; a member of a family gets the share of its own index only."""
    if node.index.name in free_indices(target):
        return share
    return Sum(share, node.index, node.lower, node.upper, node.condition)
