"""One quantity stands in the place of another: σ for σ², z for a, a derivative by the wrong variable."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import NotSupported, base_name, unfold
from gradproof.expr import (
    Apply,
    Context,
    Derivative,
    Differential,
    Entry,
    Expr,
    Fn,
    Neg,
    Num,
    Pow,
    Sym,
)  # fmt: skip
from gradproof.mistakes.held import held
from gradproof.mistakes.mistake import (
    Mend,
    Mistake,
    Repair,
    Slip,
    WrongExchange,
    WrongRewriting,
)
from gradproof.mistakes.scene import Spot
from gradproof.rewrite import free_names, replace_equal
from gradproof.spell import to_plain


def _another(e: Expr, _context: Context, after: Expr) -> Iterator[Slip]:
    match e:
        case Sym(_, space) if not space.shape:
            powers = True
        case Entry(Sym()) | Pow(Sym() | Entry(), Num()):
            powers = True
        case Fn(_, (_,)) | Apply():
            powers = False
        case _:
            return
    for other in dict.fromkeys(held(after)):
        if other == e or (isinstance(other, Pow) and not (powers and other.base == e)):
            continue
        if isinstance(e, Pow) and not isinstance(e.base, type(other)):
            continue
        if isinstance(e, Entry) and isinstance(other, Entry) and e.array == other.array:
            continue
        yield Slip(other, e)


def _opposite(e: Expr, _context: Context, _after: Expr) -> Iterator[Slip]:
    match e:
        case Neg(Sym() | Entry() as u):
            yield Slip(u, e)
        case _:
            return


def _by_another(e: Expr, context: Context) -> Iterator[Slip]:
    if not isinstance(e, Derivative) or len(e.wrt) != 1:
        return
    try:
        body = unfold(e.body, context) if base_name(e.body) in context.definitions else e.body
    except NotSupported:
        return
    for other in dict.fromkeys(held(body)):
        if other != e.wrt[0] and not isinstance(other, Pow):
            yield Slip(Derivative(e.body, (other,), e.notation), e)


def _meant(spot: Spot) -> Iterator[Mend]:
    """Another quantity of the document is meant: one under the indices of the place, or an array's entry there."""
    node, ranges = spot.node, spot.context.ranges
    if isinstance(spot.parent, Entry | Derivative | Differential):
        return
    if isinstance(node, Sym):
        if node.space.shape or node.name in ranges or node not in spot.scene.quantities:
            return
    elif not isinstance(node, Entry):
        return
    found: dict[Expr, None] = {}
    for other in spot.scene.quantities:
        if not (free_names(other) & ranges.keys()) - spot.letters:
            found[other] = None
        if not isinstance(other, Entry) or not isinstance(node, Entry):
            continue
        if len(other.indices) == len(node.indices):
            found[Entry(other.array, node.indices)] = None
    for other in found:
        if not (isinstance(other, Entry) and isinstance(node, Entry) and other.array == node.array):
            yield Mend(other)


def _call(spot: Spot) -> Iterator[Mend]:
    """Another function is meant, of the same argument: f(x) for σ(x)."""
    match spot.node:
        case Apply(name, args, primes):
            for other in spot.scene.functions:
                if other.name != name and len(other.args) == len(args):
                    yield Mend(Apply(other.name, args, primes))
        case _:
            return


def _throughout(spot: Spot) -> Iterator[Mend]:
    """One name stands for another wherever it stands in the line."""
    for name in spot.scene.joints.get(spot.path, ()):
        for other in spot.scene.alike(name):
            if other.name not in spot.scene.own:
                said = f"{to_plain(name)} stands everywhere in the place of {to_plain(other)}"
                yield Mend(replace_equal(spot.node, name, other), told=said)


MISTAKE: Final = Mistake(
    name="wrong-variable",
    family="variable, model, notation",
    headline="one quantity stands in the place of another",
    message="{wrong} stands in the place of {right}",
    why="a quantity keeps its name from line to line; σ is not σ², z is not a, x is not one of the xᵢ",
    prior=0.31,
    rewritings=(WrongRewriting(_by_another, on=(Derivative,)),),
    exchanges=(
        WrongExchange(_another, on=(Sym, Entry, Pow, Fn, Apply)),
        WrongExchange(_opposite, weight=0.6, on=(Neg,)),
    ),
    repairs=(
        Repair(_meant, weight=0.85),
        Repair(_call),
        Repair(_throughout),
    ),
)
