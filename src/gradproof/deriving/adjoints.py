"""The backward pass of a network of definitions: one formula for the adjoint of every name."""

from collections.abc import Iterable, Sequence

from gradproof.deriving.arrays import Arrays
from gradproof.deriving.derivation import Line
from gradproof.deriving.lifting import lifted
from gradproof.deriving.limits import NotDerived
from gradproof.deriving.network import Network
from gradproof.deriving.readable import Tidier
from gradproof.deriving.recurrence import families_of, step_adjoints
from gradproof.deriving.reverse import DEFINITION, sweep
from gradproof.expr import Context, Derivative, Expr, Sym
from gradproof.rewrite import ONE, ZERO

PATHS = "sum-over-paths"
Share = tuple[Expr, tuple[str, ...]]
"""A part of an adjoint, and the rules that gave it."""


def adjoints(loss: Expr, wrt: Sequence[Expr], context: Context) -> tuple[Line, ...]:
    """Return the adjoint of every name between a scalar and the parameters, last computed first.

    Each is written with the adjoints before it and the author's own names; a name that is used in several
    places gets the sum over all of them.

    Args:
        loss: the name of a scalar that has a definition.
        wrt: the parameters.
        context: the definitions.

    Raises:
        NotDerived: `loss` is no defined scalar, or a node has no rule.
    """
    if _over_steps(loss, context):
        return step_adjoints(loss, wrt, context)
    tidier = Tidier.under(context)
    whole = Network.of(context, wrt, loss)
    if whole.body(loss) is None or tidier.arrays.shape(loss):
        raise NotDerived("the backward pass of something that is not the name of a scalar")
    order = whole.order(loss)
    names = [n for n in order if n not in whole.targets and _named(n, whole)]
    shares: dict[Expr, list[Share]] = {n: [] for n in order if n in whole.targets or n in names}
    lines: list[Line] = []
    for place, name in enumerate(names):
        if name != loss:
            lines.append(_line(loss, name, shares[name], tidier))
        _pass_on(loss, name, shares, whole, tidier)
        later = names[place + 1 :]
        for target in wrt:
            if shares.get(target) and not any(_uses(n, target, whole, shares) for n in later):
                lines.append(_line(loss, target, shares.pop(target), tidier))
    return tuple(lines)


def _over_steps(loss: Expr, context: Context) -> bool:
    """Tell whether a formula leads to families whose members are defined by other members."""
    arrays = Arrays.under(context)
    found = families_of(loss, context).values()
    return any(lifted(arrays, f.body, (f.index.name,)) is None for f in found)


def _pass_on(
    loss: Expr, name: Expr, shares: dict[Expr, list[Share]], whole: Network, tidier: Tidier
) -> None:
    """Pull the adjoint of one name back to the names that its definition uses."""
    body = whole.body(name)
    if body is None:
        return
    seed = ONE if name == loss else Derivative(loss, (name,), "partial")
    for target in shares:
        if target == name or not _uses(name, target, whole, shares):
            continue
        steps, found = sweep(
            body, seed, tidier, whole.only(target, (n for n in shares if n != name))
        )
        used = tuple(r for s in steps for r in (*s.also, s.rule))
        shares[target].append((found.get(target, ZERO), used))


def _uses(name: Expr, target: Expr, whole: Network, shares: Iterable[Expr]) -> bool:
    """Tell whether the definition of a name contains a target itself."""
    body = whole.body(name)
    local = whole.only(target, (n for n in shares if n != name))
    return body is not None and local.moves(body)


def _named(e: Expr, network: Network) -> bool:
    return isinstance(e, Sym) and network.body(e) is not None


def _line(loss: Expr, name: Expr, shares: Sequence[Share], tidier: Tidier) -> Line:
    whole = tidier.readable(tidier.arrays.total([x for x, _ in shares]))
    used = tuple(dict.fromkeys(r for _, rules in shares for r in rules))
    if len(shares) > 1:
        used = (*used, PATHS)
    rule = used[-1] if used else DEFINITION
    return Line(Derivative(loss, (name,), "partial"), whole, rule, used[:-1])
