"""Whether arrays fit together: the shape of an expression, and what does not fit in it, in words."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import pairwise
from typing import assert_never, final

from gradproof.expr import (
    Add,
    Apply,
    At,
    Branch,
    Cases,
    Compare,
    Const,
    Delta,
    Derivative,
    Det,
    Diag,
    Differential,
    Div,
    Entry,
    Expr,
    Fn,
    Frobenius,
    Gradient,
    Hadamard,
    HadamardDiv,
    Identity,
    Idx,
    IndexRange,
    Indicator,
    Inverse,
    Kron,
    Let,
    MatMul,
    Mul,
    Neg,
    Norm,
    Num,
    Ones,
    Opaque,
    Pow,
    Prod,
    PseudoInverse,
    Root,
    Row,
    Size,
    Stack,
    Sum,
    Sym,
    Trace,
    Transpose,
    Vec,
    spelled_size,
)  # fmt: skip
from gradproof.notation.elaborate.build import ONE, Shape, times
from gradproof.notation.elaborate.sizes import Sizes, count
from gradproof.notation.elaborate.symbols import Symbols
from gradproof.spell import to_plain

SURE, LAYOUT = 4, 2
"""How much a misfit counts, and one that only a transposed layout makes."""


@final
@dataclass(frozen=True, slots=True)
class Misfit:
    """Two arrays that do not fit; `weight` is how surely something is wrong (a transposed layout: 1)."""

    message: str
    weight: int = SURE


@final
@dataclass(slots=True)
class Fit:
    """Walks expressions, unifies sizes on the way, and collects what does not fit.

    `results` are shapes of functions by name, `elementwise` functions of one number, `vague` names whose
    shape is not known, `ranges` those of index letters: an axis is as long as what counts along it.
    """

    sizes: Sizes
    results: Mapping[str, tuple[Size, ...]]
    elementwise: frozenset[str] = frozenset()
    vague: Set[str] = frozenset()
    ranges: Mapping[str, IndexRange] = field(default_factory=dict[str, IndexRange])
    misfits: list[Misfit] = field(default_factory=list[Misfit])

    def shape(self, e: Expr) -> Shape:
        """Return the shape of an expression; None where it is not known."""
        match e:
            case Num() | Const() | Idx() | Delta() | Compare() | Indicator():
                return ()
            case Sym(name) | Apply(name) if name in self.vague:
                return None
            case Sym(_, space) | Ones(space) | Identity(space):
                return self.sizes.shape(space.shape)
            case Entry(array, indices):
                found = self.shape(array)
                for size, index in zip(found or (), indices, strict=False):
                    if isinstance(index, Idx) and index.name in self.ranges:
                        self.sizes.unify(size, count(self.ranges[index.name]))
                return None if found is None else found[len(indices) :]
            case Neg(x) | Differential(x) | Sum(x) | Prod(x) | At(x) | Root(x) | Branch(x):
                return self.shape(x)
            case Let(_, _, body):
                return self.shape(body)
            case Pow(x, exponent):
                return self._power(x, exponent)
            case Add(xs):
                return self._joined(xs, "added")
            case Hadamard(xs) | Mul(xs):
                return self._joined(xs, "multiplied entry by entry")
            case Cases(xs):
                return self._joined(xs, "branches of one quantity")
            case Div(a, b):
                self.shape(b)
                return self.shape(a)
            case HadamardDiv(a, b):
                return self._joined((a, b), "divided entry by entry")
            case MatMul(xs):
                return self._product(xs)
            case Frobenius(a, b):
                self._joined((a, b), "combined entry by entry")
                return ()
            case Transpose(x):
                found = self.shape(x)
                if found is None or not found:
                    return found
                return (ONE, found[0]) if len(found) == 1 else tuple(reversed(found))
            case Trace(x) | Det(x):
                self._square(x, "trace" if isinstance(e, Trace) else "determinant")
                return ()
            case Inverse(x):
                return self._square(x, "inverse")
            case PseudoInverse(x):
                found = self.shape(x)
                return None if found is None else tuple(reversed(found))
            case Diag(x):
                found = self.shape(x)
                if found is None or not found:
                    return found
                if len(found) == 2 and found[0] != ONE:
                    self._square(x, "diagonal")
                    return found[:1]
                return found[-1:] * 2
            case Vec(x):
                found = self.shape(x)
                if found is None or len(found) != 2:
                    return found
                return (times(*found),)
            case Kron(a, b):
                return self._kronecker(self.shape(a), self.shape(b))
            case Norm(x):
                self.shape(x)
                return ()
            case Fn(name, xs):
                return self._function(name, xs)
            case Apply(name, xs):
                found = [self.shape(x) for x in xs]
                if name in self.elementwise and len(found) == 1:
                    return found[0]
                return self.results.get(name, () if all(f == () for f in found) else None)
            case Derivative(body, wrt):
                return self._derivative(body, wrt)
            case Gradient(body, wrt, order):
                variables = () if wrt is None else (wrt,) * order
                return self._derivative(body, variables) if variables else None
            case Stack(rows):
                return self._stack(rows)
            case Opaque("expect", (body, *_)):
                return self.shape(body)
            case Row() | Opaque():
                for x in e.cells if isinstance(e, Row) else e.args:
                    self.shape(x)
                return None
            case _:
                assert_never(e)

    def equate(self, left: Expr, right: Expr) -> None:
        """Let two sides of an equation be of one shape, up to a transposed layout."""
        a, b = self.shape(left), self.shape(right)
        if a is None or b is None or isinstance(right, Num) or self.sizes.same(a, b):
            return
        if not a or not b:
            if {*(a or b)} != {ONE}:
                self._tell(
                    f"{_said(left, a)} and {_said(right, b)}: a number stands against an array"
                )
            return
        if self._layouts(a, b):
            weight = 1 if ONE in (*a, *b) or len(a) != len(b) else 0
            derivative = isinstance(left, Derivative | Gradient)
            self._tell(
                f"{_said(left, a)} and {_said(right, b)}: a transposed layout",
                weight if derivative else LAYOUT,
            )
            return
        self._tell(f"{_said(left, a)} and {_said(right, b)}: {_differing(a, b)}")

    def _layouts(self, a: tuple[Size, ...], b: tuple[Size, ...]) -> bool:
        """Tell whether one shape is the other transposed (a row stands for a column)."""
        wide = [s if len(s) == 2 else (s[0], ONE) for s in (a, b) if 0 < len(s) < 3]
        if len(wide) != 2:
            return False
        return self.sizes.same(wide[0], wide[1]) or self.sizes.same(wide[0], wide[1][::-1])

    def _tell(self, message: str, weight: int = SURE) -> None:
        if weight:
            self.misfits.append(Misfit(message, weight))

    def _joined(self, xs: tuple[Expr, ...], verb: str) -> Shape:
        out: Shape = ()
        first: Expr | None = None
        unknown = False
        for x in xs:
            found = self.shape(x)
            if found is None:
                unknown = True
            elif found and not out:
                out, first = found, x
            elif verb == "added" and self._spread(out, found, first):
                out = max(out, found, key=_reach)
            elif found and out and first is not None and not self.sizes.same(out, found):
                layout = self._layouts(out, found)
                why = "a row and a column" if layout else _differing(out, found)
                self._tell(
                    f"{_said(first, out)} and {_said(x, found)} cannot be {verb}: {why}",
                    LAYOUT if layout else SURE,
                )
        return None if unknown and not out else out

    def _spread(self, a: tuple[Size, ...], b: tuple[Size, ...], first: Expr | None) -> bool:
        """Tell whether a vector is added to every column (a row: to every row) of a matrix."""
        vector, wide = (a, b) if _reach(a) < _reach(b) else (b, a)
        if not vector or _reach(wide) < 2 or _reach(vector) == 2:
            return False
        row = len(vector) == 2 and vector[0] == ONE
        fits = (
            self.sizes.same(wide[1:], vector[1:]) if row else self.sizes.same(wide[:1], vector[:1])
        )
        if fits:
            weights_last = isinstance(first, MatMul) and _is_weight(first.factors[-1])
            self._tell("a vector added to a matrix", 0 if row == weights_last else 1)
        return fits

    def _power(self, x: Expr, exponent: Expr) -> Shape:
        found = self.shape(x)
        other = self.shape(exponent)
        if other:
            self._tell(f"the exponent {_said(exponent, other)}, an array")
        return found

    def _square(self, x: Expr, what: str) -> Shape:
        found = self.shape(x)
        if found is None or found == ():
            return found
        if len(found) != 2 or not self.sizes.same(found[:1], found[1:]):
            self._tell(f"the {what} of {_said(x, found)}: it is not square")
        return found

    def _product(self, xs: tuple[Expr, ...]) -> Shape:
        shapes = [self.shape(x) for x in xs]
        total = shapes[0]
        for k, (x, found) in enumerate(zip(xs[1:], shapes[1:], strict=True), 1):
            if total is None or found is None:
                total = None
                continue
            if not total or not found:
                total = total or found
                continue
            left = total if len(total) == 2 else (total[0], ONE)
            right = found if len(found) == 2 else (found[0], ONE)
            if not self.sizes.same(left[1:], right[:1]):
                before = xs[0] if k == 1 else MatMul(xs[:k])
                self._tell(
                    f"{_said(before, total)} and {_said(x, found)} cannot be multiplied: "
                    f"the inner sizes {spelled_size(left[1])} and {spelled_size(right[0])} differ"
                )
            left, right = self.sizes.shape(left), self.sizes.shape(right)
            if left[0] == ONE and right[1] == ONE and (len(found) == 1 or len(total) == 2):
                total = ()
            else:
                total = left[:1] if len(found) == 1 else (left[0], right[1])
        return total

    def _kronecker(self, a: Shape, b: Shape) -> Shape:
        if a is None or b is None:
            return None
        if len(a) == 1 and len(b) == 1:
            return (*a, *b)
        left = (*a, ONE, ONE)[:2] if len(a) < 2 else a
        right = (*b, ONE, ONE)[:2] if len(b) < 2 else b
        return (times(left[0], right[0]), times(left[1], right[1]))

    def _function(self, name: str, xs: tuple[Expr, ...]) -> Shape:
        found = self._joined(xs, "arguments of one function")
        if name in ("mean", "var"):
            return ()
        if name == "logsumexp" and found:
            return found[:-1] if len(found) == 1 or found[0] != ONE else ()
        return found

    def _derivative(self, body: Expr, wrt: tuple[Expr, ...]) -> Shape:
        shape = self.shape(body)
        for w in wrt:
            found = self.shape(w)
            if shape is None or found is None:
                return None
            if shape and found:
                if len(shape) == len(found) == 1 or ONE in shape:
                    shape = (shape[-1], found[-1] if ONE in found else found[0])
                    continue
                return None
            shape = shape or found
        return shape

    def _stack(self, rows: tuple[Row, ...]) -> Shape:
        return stacked_shape([[self.shape(c) for c in r.cells] for r in rows])


def stacked_shape(cells: Sequence[Sequence[Shape]]) -> Shape:
    """Return the shape of a matrix of blocks; None where it cannot be told."""
    if not cells or len({len(r) for r in cells}) != 1 or any(c is None for r in cells for c in r):
        return None
    wide = [[_wide(c or ()) for c in r] for r in cells]
    width = _total([c[1] for c in wide[0]])
    height = _total([r[0][0] for r in wide])
    if width is None or height is None:
        return None
    column = width == ONE and all(len(c or ()) < 2 for r in cells for c in r)
    return (height,) if column else (height, width)


def misfit(sides: Sequence[Expr], table: Symbols) -> str | None:
    """Return what does not fit in an equation, or between its sides; None where all does."""
    fit = Fit(Sizes(), table.shapes, frozenset(table.elementwise), table.vague)
    shapes = [fit.shape(e) for e in sides]
    if any(shapes):
        for a, b in pairwise(sides):
            fit.equate(a, b)
    return next((m.message for m in fit.misfits if m.weight > LAYOUT), None)


def _reach(shape: tuple[Size, ...]) -> int:
    """Return the number of axes that are longer than one."""
    return len(shape) - sum(s == ONE for s in shape)


def _is_weight(e: Expr) -> bool:
    return isinstance(e, Sym) and e.name.lstrip("\\")[:1] in ("W", "w", "V", "U")


def _wide(shape: tuple[Size, ...]) -> tuple[Size, Size]:
    return (shape[0], shape[1]) if len(shape) == 2 else (shape[0], ONE) if shape else (ONE, ONE)


def _total(sizes: list[Size]) -> Size | None:
    """Add sizes up; None where two of them are letters."""
    name, offset = "", 0
    for s in sizes:
        if s.name and name:
            return None
        name, offset = name or s.name, offset + s.offset
    return Size(name, offset)


def _said(e: Expr, shape: tuple[Size, ...]) -> str:
    """Say what an expression is: ``Xᵀ is n×m``."""
    text = to_plain(e)
    text = text if len(text) <= 40 else f"{text[:37]}…"
    return f"{text} is {spelled_shape(shape)}"


def spelled_shape(shape: tuple[Size, ...]) -> str:
    """Say a shape in words.

    >>> spelled_shape((Size("m"), Size("n"))), spelled_shape((ONE, Size("n"))), spelled_shape(())
    ('m×n', 'a row of n', 'a number')
    """
    if not shape:
        return "a number"
    if len(shape) == 1:
        return f"a column of {spelled_size(shape[0])}"
    if len(shape) == 2 and shape[0] == ONE:
        return f"a row of {spelled_size(shape[1])}"
    return "×".join(map(spelled_size, shape))


def _differing(a: tuple[Size, ...], b: tuple[Size, ...]) -> str:
    if len(a) != len(b):
        return "they have different numbers of axes"
    x, y = next((x, y) for x, y in zip(a, b, strict=True) if x != y)
    return f"the sizes {spelled_size(x)} and {spelled_size(y)} differ"
