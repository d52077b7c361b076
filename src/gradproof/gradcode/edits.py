"""What programs make of a right gradient: every single edit of one line, with the name of the mistake it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product as choices
from typing import Final, final

from gradproof.expr import (
    Add,
    Context,
    Delta,
    Derivative,
    Diag,
    Div,
    Entry,
    Expr,
    Fn,
    Gradient,
    Hadamard,
    HadamardDiv,
    Idx,
    Indicator,
    Inverse,
    MatMul,
    Mul,
    Neg,
    Norm,
    Num,
    Path,
    Pow,
    Prod,
    Root,
    Sum,
    Sym,
    Transpose,
    children,
    rank,
    rebuild,
    replace_at,
    walk,
)  # fmt: skip
from gradproof.gradcode.array_edits import elementwise_edits, product_edits
from gradproof.gradcode.exchanges import everywhere, exchanged
from gradproof.gradcode.quantities import Quantities
from gradproof.mistakes.factors import elementwise, transposed
from gradproof.rewrite import ONE, TWO, add, div, mul, neg, num, sub

MOST: Final = 3000
"""At most so many edits of one line are tried."""

BELOW: Final = {
    "chain-link-skipped": "chain-link-repeated",
    "chain-link-repeated": "chain-link-skipped",
    "chain-linear-factor-dropped": "factor-lost",
}
"""What a mistake is called where it stands in a denominator."""

Change = tuple[str, int, Expr]
"""The mistake, how far-fetched it is (from 1), and what stands there then."""


@final
@dataclass(frozen=True, slots=True)
class Edited:
    """A line after an edit: the mistake, its cost, where, what stood there, what stands there now."""

    line: Expr
    mistake: str
    cost: int
    path: Path
    before: Expr
    after: Expr


def edits(line: Expr, context: Context, known: Quantities) -> Iterator[Edited]:
    """Yield the edits of a line."""
    bare = _without_kinks(line)
    if bare != line:
        yield Edited(bare, "kink-ignored", 1, (), line, bare)
    for path, node, parents in _places(line):
        below = any(
            isinstance(p, Div | HadamardDiv) and step == 1
            for p, step in zip(parents, path, strict=True)
        )
        for name, cost, new in _at(node, parents, context, known):
            mistake = BELOW.get(name, name) if below else name
            if new != node:
                try:
                    edited = replace_at(line, path, new)
                except TypeError:
                    continue
                yield Edited(edited, mistake, cost, path, node, new)


def factors_in_front(line: Expr, known: Quantities) -> Iterator[Edited]:
    """Yield a line with each factor in front of it that is forgotten or added, in the same order for every line."""
    for name, cost, new in _scaled(line, (), known):
        yield Edited(new, name, cost, (), line, new)


def _without_kinks(e: Expr) -> Expr:
    """Return a line as if every ``max(0, u)`` were u."""
    match e:
        case Fn("max", (Num(value), u)) | Fn("max", (u, Num(value))) if not value:
            return _without_kinks(u)
        case Fn("relu", (u,)):
            return _without_kinks(u)
        case Indicator():
            return ONE
        case _:
            kids = children(e)
            new = tuple(_without_kinks(k) for k in kids)
            return e if new == kids else rebuild(e, new)


def _places(line: Expr) -> Iterator[tuple[Path, Expr, tuple[Expr, ...]]]:
    todo: list[tuple[Path, Expr, tuple[Expr, ...]]] = [((), line, ())]
    while todo:
        path, node, parents = todo.pop()
        yield path, node, parents
        if isinstance(node, Derivative | Gradient | Entry | Idx):
            continue
        kids = children(node)
        shown = 1 if isinstance(node, Sum | Prod) else len(kids)
        for i in reversed(range(shown)):
            todo.append(((*path, i), kids[i], (*parents, node)))


def _at(
    e: Expr, parents: tuple[Expr, ...], context: Context, known: Quantities
) -> Iterator[Change]:
    r = rank(e, context)
    yield from _inside(e, context, known)
    if all(isinstance(p, Neg | Mul | Div | Add) for p in parents):
        yield from _scaled(e, parents, known)
    if r == 2 and not isinstance(e, Transpose):
        if not parents:
            yield "transpose-missing", 1, transposed(e, context)
            yield "jacobian-off-diagonal-missing", 1, Diag(Diag(e))
            yield "jacobian-off-diagonal-missing", 1, Diag(e)
            yield "jacobian-off-diagonal-sign", 1, sub(mul(TWO, Diag(Diag(e))), e)
        elif not isinstance(e, Sym | MatMul):
            yield "transpose-spurious", 2, transposed(e, context)
    for slope in known.slopes:
        if r is None or rank(slope.expr, context) != r:
            continue
        if slope.mistake is None and not isinstance(parents[-1] if parents else None, Hadamard):
            yield "chain-link-repeated", 1, elementwise(e, slope.expr, context=context)
        if slope.mistake is not None and any(
            s.expr == e and s.of == slope.of and s.mistake is None for s in known.slopes
        ):
            yield slope.mistake, 1, slope.expr
        if (
            slope.mistake is None
            and slope.expr != e
            and any(s.expr == e and s.mistake is None for s in known.slopes)
        ):
            yield "chain-wrong-point", 2, slope.expr
    yield from exchanged(e, r, context, known)
    yield from everywhere(e, context, known)


def _inside(e: Expr, context: Context, known: Quantities) -> Iterator[Change]:
    """Yield what becomes of a node by what is inside it."""
    match e:
        case MatMul(fs):
            yield from product_edits(fs, context)
        case Hadamard(fs):
            yield from elementwise_edits(fs, context, known)
        case HadamardDiv(top, _):
            yield "factor-lost", 2, top
        case Div(top, den):
            lost = "mean-factor-dropped" if den in known.sizes else "factor-lost"
            yield lost, 1, top
        case Mul(fs):
            yield from _factors(fs, context, known)
        case Add(ts):
            yield from _terms(ts, known)
        case Sum(body):
            yield "sum-dropped", 2, body
        case Neg(x):
            yield "sign-of-one-term", 2, x
        case Transpose(Inverse() as x):
            yield "logdet-transpose", 1, x
        case Transpose(x):
            yield "transpose-missing", 1, x
        case Inverse(x):
            yield "factor-lost", 2, x
            yield "logdet-transpose", 1, Transpose(e)
        case Fn("sigmoid", (x,)):
            yield "complement-misused", 1, Fn("sigmoid", (neg(x),))
        case Fn("sqrt", (x,)) | Root(x):
            yield "power-exponent-wrong", 1, x
        case Norm(_, "2" | "F"):
            yield "power-exponent-wrong", 1, Pow(e, TWO)
        case Fn(name, (x,)):
            yield (
                "kink-ignored" if name in ("sign", "abs") else "chain-outer-not-differentiated",
                3,
                x,
            )
            if name == "sign":
                yield "kink-ignored", 1, ONE
                yield "kink-ignored", 2, Fn("abs", (x,))
        case Pow(x, Num()):
            yield "power-exponent-wrong", 2, x
            yield "power-exponent-wrong", 2, Pow(x, num(3) if e.exponent == TWO else TWO)
        case Diag(x) if rank(x, context) == 1:
            yield "diag-missing", 2, x
        case Indicator():
            yield "kink-ignored", 1, ONE
        case _:
            pass


def _factors(fs: tuple[Expr, ...], context: Context, known: Quantities) -> Iterator[Change]:
    """Yield a product with a factor lost; a Jacobian's with its diagonal alone."""
    slopes = {s.expr for s in known.slopes if s.mistake is None}
    for k, f in enumerate(fs):
        rest = mul(*fs[:k], *fs[k + 1 :])
        if isinstance(f, Indicator):
            yield "kink-ignored", 1, rest
        elif isinstance(f, Div) and f.num == ONE and f.den in known.sizes:
            yield "mean-factor-dropped", 1, rest
        elif f in slopes:
            yield "chain-link-skipped", 1, rest
        elif isinstance(f, Num):
            yield "power-coefficient-dropped" if known.square else "factor-lost", 1, rest
        elif isinstance(f, Sum):
            yield "factor-lost", 2, rest
        else:
            yield _lost(f, context), 1, rest
        if isinstance(f, Entry | Sym) and f not in known.sizes:
            yield "chain-link-repeated", 2, mul(*fs, f)
        if isinstance(f, Derivative):
            for s in known.slopes:
                if s.mistake is None:
                    yield "chain-wrong-point", 3, mul(*fs[:k], s.expr, *fs[k + 1 :])
        if isinstance(f, Add):
            for t in f.terms:
                if isinstance(t, Delta):
                    yield "jacobian-off-diagonal-missing", 1, mul(t, *fs)
                    yield "jacobian-off-diagonal-missing", 2, rest
    for j, k in choices(range(len(fs)), repeat=2):
        both = elementwise(fs[j], fs[k], context=context)
        if j != k and both in slopes:
            rest = tuple(f for n, f in enumerate(fs) if n not in (j, k))
            yield "chain-link-skipped", 1, mul(*rest)
            kinds = {s.of for s in known.slopes if s.expr == both}
            for s in known.slopes:
                if s.mistake is not None and s.of in kinds:
                    yield s.mistake, 1, mul(*rest, s.expr)


def _lost(f: Expr, context: Context) -> str:
    """Return what it is called when a factor is left out: a link, where it is a value on the way; an input."""
    if not isinstance(f, Entry):
        return "factor-lost"
    defined = isinstance(f.array, Sym) and f.array.name in context.definitions
    return "chain-link-skipped" if defined else "chain-linear-factor-dropped"


def _terms(ts: tuple[Expr, ...], known: Quantities) -> Iterator[Change]:
    """Yield a sum with a term lost, repeated, or of the other sign."""
    match ts:
        case (a, Transpose(b)) | (Transpose(b), a) if a == b:
            yield "quadratic-form-symmetrised", 1, mul(TWO, a)
        case _:
            pass
    jacobian = any(isinstance(t, Delta | Diag) for t in ts)
    for k, t in enumerate(ts):
        rest = add(*ts[:k], *ts[k + 1 :])
        penalty = holds(t, known.weights)
        if jacobian:
            yield "jacobian-off-diagonal-missing", 1, rest
        else:
            yield "regulariser-factor" if penalty else "term-lost", 1, rest
        flipped = add(*ts[:k], neg(t), *ts[k + 1 :])
        yield "jacobian-off-diagonal-sign" if jacobian else "sign-of-one-term", 1, flipped


def holds(e: Expr, names: frozenset[str]) -> bool:
    """Tell whether one of some symbols stands in an expression."""
    return any(isinstance(n, Sym) and n.name in names for _, n in walk(e))


def _scaled(e: Expr, parents: tuple[Expr, ...], known: Quantities) -> Iterator[Change]:
    """Yield a term with another factor in front: a sign, a number, a size, a scalar."""
    root = not parents
    if root and known.variable is not None:
        yield from _penalised(e, known.variable, known)
    if isinstance(e, Num) or (isinstance(e, Neg) and not root):
        return
    factor = not root and isinstance(parents[-1], Mul | Div)
    penalty = holds(e, known.weights)
    if penalty and not root and not factor:
        number = size = weight = "regulariser-factor"
    else:
        number = "power-coefficient-dropped" if known.square else "factor-lost"
        size, weight = "mean-factor-added", "factor-lost"
    cost = 2 if factor else 1
    if root:
        sign = "sign-loss-vs-likelihood" if known.likelihood else "sign-outer-lost"
        yield sign, 1, neg(e)
    elif not factor:
        yield "sign-of-one-term", 1, neg(e)
    for k in (2, 4):
        yield number, cost + (k == 4), mul(num(k), e)
        yield number, cost + (k == 4), div(e, num(k))
    for s in known.sizes:
        yield "mean-factor-dropped" if size != "regulariser-factor" else size, cost + 1, mul(s, e)
        yield size, cost + 1, div(e, s)
    for s in known.scalars:
        if isinstance(s, Sym) and s not in known.sizes:
            yield weight, cost + 1, mul(s, e)
            yield weight, cost + 1, div(e, s)
    if root:
        for a, b in choices(known.sizes, repeat=2):
            if a != b:
                yield "mean-over-wrong-size", 2, mul(div(a, b), e)


def _penalised(e: Expr, variable: Expr, known: Quantities) -> Iterator[Change]:
    """Yield a gradient with the gradient of the penalty where the formula has none (a bias is not penalised)."""
    for name in sorted(known.weights | known.others):
        once = mul(Sym(name), variable)
        for term in (once, mul(TWO, once), *(div(once, s) for s in known.sizes)):
            yield "regulariser-factor", 2, add(e, term)
