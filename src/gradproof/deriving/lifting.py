"""From indices back to matrix notation: ``Σ_j A_ij x_j`` is ``Ax``, one index pair ``⊙``, a kept index ``diag``.

An expression with free indices is lifted over axes to the array whose entries it gives. A sum is reduced by
the index sets of its factors: series (``Σ_k A_ik B_kj = AB``), parallel (``A_ij B_ij = A ⊙ B``), pendant
(``Σ_k A_ik u_k = Au``). What does not reduce is left in indices.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, final

from gradproof.deriving.arrays import Arrays
from gradproof.deriving.limits import NotDerived
from gradproof.expr import (
    Add,
    Apply,
    Delta,
    Diag,
    Div,
    Entry,
    Expr,
    Fn,
    HadamardDiv,
    Identity,
    Idx,
    Mul,
    Neg,
    Num,
    Pow,
    Root,
    Size,
    Space,
    Sum,
    Sym,
    free_indices,
)  # fmt: skip
from gradproof.rewrite import ONE, TWO, size_expr

Axes = tuple[str, ...]
"""Index letters, one for each axis of the array; at most two."""


WHOLE: Final = ("softmax", "logsoftmax", "logsumexp", "mean", "var")
"""Functions of all entries at once."""


@final
@dataclass(frozen=True, slots=True)
class Lifting:
    """Lifts under one context; `sizes` tells over how many values each letter runs."""

    arrays: Arrays
    sizes: dict[str, Size]

    def lift(self, e: Expr, axes: Axes) -> Expr:
        """Return the array over `axes` with the entries `e`; a scalar where `e` holds none of them.

        Raises:
            NotDerived: there is no matrix notation for it.
        """
        held = free_indices(e)
        if not held & set(axes):
            return self._closed(e)
        match e:
            case Entry(array, indices):
                return self._entry(array, indices, axes)
            case Neg(x):
                return Neg(self.lift(x, axes))
            case Add(xs):
                return self._total([self.lift(x, axes) for x in xs], axes)
            case Mul(xs):
                return self._product(xs, axes)
            case Div(a, b):
                return self._quotient(a, b, axes)
            case Pow(x, n):
                return self._power(self.lift(x, axes), n, axes)
            case Fn(name, (x,)) if name not in WHOLE:
                return Fn(name, (self.lift(x, axes),))
            case Root(x, n) if not free_indices(n) & set(axes):
                return Root(self.lift(x, axes), n)
            case Apply(name, (x,), primes):
                return Apply(name, (self.lift(x, axes),), primes)
            case Delta(Idx(i), Idx(j)) if {i, j} == set(axes):
                return Identity(Space(self._shape(axes)))
            case Sum():
                return self._sum(e, axes)
            case _:
                raise NotDerived(f"{type(e).__name__} over an index has no matrix notation")

    def _total(self, terms: Sequence[Expr], axes: Axes) -> Expr:
        """Return a sum of arrays, in which a number is one for every entry."""
        shapes = [self.arrays.shape(t) for t in terms]
        if all(shapes) or not any(shapes):
            return self.arrays.total(terms)
        shape = self._shape(axes) if set(axes) <= self.sizes.keys() else max(shapes, key=len)
        return self.arrays.total([self.arrays.filled(t, shape) for t in terms])

    def _closed(self, e: Expr) -> Expr:
        """Return an expression without the axes, in which sums are lifted where they can be."""
        if isinstance(e, Sum):
            try:
                return self._sum(e, ())
            except NotDerived:
                return e
        return e

    def _shape(self, axes: Axes) -> tuple[Size, ...]:
        out: list[Size] = []
        for a in axes:
            if a not in self.sizes:
                raise NotDerived(f"the range of the index {a} is not known")
            out.append(self.sizes[a])
        return tuple(out)

    def _entry(self, array: Expr, indices: tuple[Expr, ...], axes: Axes) -> Expr:
        letters = tuple(i.name if isinstance(i, Idx) else "" for i in indices)
        shape = self.arrays.shape(array)
        if len(shape) != len(letters):
            raise NotDerived("a slice of an array over an index")
        for letter, size in zip(letters, shape, strict=True):
            if letter not in axes:
                raise NotDerived("an entry with an index of its own")
            if self.sizes.get(letter, size) != size:
                raise NotDerived("an index that does not run over a whole axis")
            self.sizes.setdefault(letter, size)
        if letters == axes:
            return array
        match letters, axes:
            case (i, j), (k, l) if (j, i) == (k, l):
                return self.arrays.transpose(array)
            case (i, j), (k,) if i == j == k:
                return Diag(array)
            case (i,), (k, l) if i == k:
                return self.arrays.matmul(array, self._row_of_ones(l))
            case (i,), (k, l) if i == l:
                return self.arrays.matmul(
                    self.arrays.ones(self._shape((k,))), self.arrays.transpose(array)
                )
            case (i, j), (k, l) if i == j:
                return self._spread_to(Diag(array), i, (k, l))
            case _:
                raise NotDerived("an entry over more axes than a matrix has")

    def _row_of_ones(self, letter: str) -> Expr:
        return self.arrays.transpose(self.arrays.ones(self._shape((letter,))))

    def _spread_to(self, vector: Expr, letter: str, axes: Axes) -> Expr:
        """Return a vector over one axis as a matrix that is constant along the other."""
        if letter == axes[0]:
            return self.arrays.matmul(vector, self._row_of_ones(axes[1]))
        ones = self.arrays.ones(self._shape(axes[:1]))
        return self.arrays.matmul(ones, self.arrays.transpose(vector))

    def _product(self, xs: Sequence[Expr], axes: Axes) -> Expr:
        return self.arrays.hadamard(*(self.lift(x, axes) for x in xs))

    def _quotient(self, a: Expr, b: Expr, axes: Axes) -> Expr:
        num, den = self.lift(a, axes), self.lift(b, axes)
        if self.arrays.shape(den):
            return HadamardDiv(num, den)
        return Div(num, den)

    def _power(self, base: Expr, exponent: Expr, axes: Axes) -> Expr:
        if free_indices(exponent) & set(axes):
            raise NotDerived("an exponent that varies with an index")
        if len(self.arrays.shape(base)) < 2:
            return Pow(base, exponent)
        if exponent == TWO:
            return self.arrays.hadamard(base, base)
        raise NotDerived("a power of every entry of a matrix")

    # Sums.

    def _sum(self, e: Sum, axes: Axes) -> Expr:
        k = e.index.name
        if e.condition is not None or k in axes:
            raise NotDerived("a sum with a condition")
        inner = Lifting(self.arrays, {**self.sizes, **self._range(e)})
        return inner.contracted(e.body, k, axes)

    def _range(self, e: Sum) -> dict[str, Size]:
        """Return how many values the index of a sum has, where its bounds tell."""
        declared = self.arrays.context.ranges.get(e.index.name)
        if e.lower is None and e.upper is None:
            return (
                {}
                if declared is None
                else {e.index.name: declared.upper}
                if declared.lower == 1
                else {}
            )
        if e.lower not in (None, ONE) or e.upper is None:
            raise NotDerived("a sum over a part of a range")
        match e.upper:
            case Sym(name):
                return {e.index.name: Size(name)}
            case Num(value) if value.denominator == 1:
                return {e.index.name: Size("", int(value))}
            case _:
                raise NotDerived("a sum over a part of a range")

    def contracted(self, body: Expr, k: str, axes: Axes) -> Expr:
        """Return the sum of `body` over the index `k`, as an array over the axes."""
        match body:
            case Neg(x):
                return Neg(self.contracted(x, k, axes))
            case Div(x, den) if k not in free_indices(den):
                inner = self.contracted(x, k, axes)
                return self.arrays.quotient(inner, self.lift(den, axes))
            case Add(xs) if not self._one_kernel(body, k):
                return self.arrays.total([self.contracted(x, k, axes) for x in xs])
            case _:
                pass
        factors = _factors(body)
        free = [x for x in factors if k not in free_indices(x)]
        bound = [x for x in factors if k in free_indices(x)]
        outside = [self.lift(x, axes) for x in free]
        if not bound:
            if k not in self.sizes:
                raise NotDerived(f"the range of the index {k} is not known")
            return self.arrays.hadamard(size_expr(self.sizes[k]), *outside)
        inner = self._reduced(bound, k, axes)
        return self.arrays.hadamard(*outside, inner) if outside else inner

    def _one_kernel(self, e: Expr, k: str) -> bool:
        """Tell whether all terms of a sum are entries over the same single index."""
        assert isinstance(e, Add)
        return all(free_indices(x) == frozenset((k,)) for x in e.terms)

    def _reduced(self, bound: Sequence[Expr], k: str, axes: Axes) -> Expr:
        """Sum a product over `k`: series, parallel and pendant reduction."""
        groups: dict[Axes, list[Expr]] = {}
        for x in bound:
            held = free_indices(x)
            groups.setdefault(tuple(a for a in axes if a in held), []).append(x)
        pendant = [self.lift(x, (k,)) for x in groups.pop((), [])]
        arrays = self.arrays
        match list(groups.items()):
            case []:
                return arrays.frobenius(*self._pair(pendant, k))
            case [((i,), xs)]:
                matrix = arrays.hadamard(*(self.lift(x, (i, k)) for x in xs))
                vector = arrays.hadamard(*pendant) if pendant else arrays.ones(self._shape((k,)))
                found = arrays.matmul(matrix, arrays.filled(vector, self._shape((k,))))
                return found if axes == (i,) else self._spread_to(found, i, axes)
            case [((i,), xs), ((j,), ys)]:
                if (i, j) != axes:
                    (i, xs), (j, ys) = (j, ys), (i, xs)
                left = arrays.hadamard(*(self.lift(x, (i, k)) for x in xs))
                right = arrays.hadamard(*(self.lift(y, (k, j)) for y in ys))
                middle = (arrays.diagonal(arrays.hadamard(*pendant)),) if pendant else ()
                return arrays.matmul(left, *middle, right)
            case _:
                raise NotDerived("a sum that is no product of matrices")

    def _pair(self, factors: Sequence[Expr], k: str) -> tuple[Expr, Expr]:
        """Return two vectors whose scalar product is the sum of a product of entries."""
        arrays = self.arrays
        whole = arrays.hadamard(*factors)
        c, body = arrays.split(whole)
        shape = self._shape((k,)) if k in self.sizes else arrays.shape(body)
        match body:
            case Pow(x, n) if n == TWO:
                return arrays.times(c, x), x
            case _:
                pass
        if len(factors) > 1:
            return arrays.filled(factors[0], shape), arrays.filled(
                arrays.hadamard(*factors[1:]), shape
            )
        return arrays.ones(shape), arrays.filled(whole, shape)


def _factors(e: Expr) -> tuple[Expr, ...]:
    match e:
        case Mul(xs):
            return tuple(f for x in xs for f in _factors(x))
        case _:
            return (e,)


def lifted(arrays: Arrays, e: Expr, axes: Axes = ()) -> Expr | None:
    """Return an expression in matrix notation, None where there is none.

    Args:
        arrays: constructors.
        e: an expression with at most the free indices `axes`.
        axes: the index letters of the axes of the result, in order.
    """
    ranges = arrays.context.ranges
    sizes = {a: ranges[a].upper for a in axes if a in ranges and ranges[a].lower == 1}
    try:
        out = Lifting(arrays, sizes).lift(e, axes)
        return out if out != e and not free_indices(out) & set(axes) else None
    except NotDerived:
        return None
