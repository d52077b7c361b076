"""Building array expressions: products of matrices, transposes at the leaves, scalars in front."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import final

from gradproof.deriving.facts import Facts, facts_of
from gradproof.deriving.shapes import SINGLE, Shape, as_matrix, is_row, shape_of
from gradproof.expr import (
    Add,
    Context,
    Diag,
    Div,
    Expr,
    Fn,
    Frobenius,
    Hadamard,
    HadamardDiv,
    Identity,
    Inverse,
    Kron,
    MatMul,
    Mul,
    Neg,
    Ones,
    Size,
    Space,
    Sym,
    Trace,
    Transpose,
    Vec,
)  # fmt: skip
from gradproof.rewrite import ONE, ZERO, size_expr


@final
@dataclass(frozen=True, slots=True)
class Arrays:
    """Constructors under one context; nothing here changes a value."""

    context: Context
    facts: Facts
    known: dict[Expr, Shape] = field(default_factory=dict[Expr, Shape])

    @staticmethod
    def under(context: Context) -> "Arrays":
        """Return the constructors under a context."""
        return Arrays(context, facts_of(context))

    def shape(self, e: Expr) -> Shape:
        """Return the shape of an expression.

        Raises:
            NotDerived: it is not known.
        """
        found = self.known.get(e)
        if found is None:
            found = self.known[e] = shape_of(e, self.context)
        return found

    # Scalars in front.

    def times(self, *factors: Expr) -> Expr:
        """Return the product of scalars and at most one array; zeros and ones are taken in."""
        out: list[Expr] = []
        negative = False
        for f in factors:
            while isinstance(f, Neg):
                negative, f = not negative, f.arg
            if f == ZERO:
                return ZERO
            out.extend(f.factors if isinstance(f, Mul) else () if f == ONE else (f,))
        body: Expr = ONE if not out else out[0] if len(out) == 1 else Mul(tuple(out))
        return Neg(body) if negative else body

    def split(self, e: Expr) -> tuple[Expr, Expr]:
        """Return a scalar and an array (or a scalar and 1) whose product is `e`."""
        match e:
            case Neg(x):
                c, body = self.split(x)
                return self.times(Neg(c)), body
            case Div(x, den):
                c, body = self.split(x)
                return (Div(c, den), body)
            case Mul(xs):
                coefficient: Expr = ONE
                array: Expr = ONE
                for x in xs:
                    c, body = self.split(x)
                    coefficient = self.times(coefficient, c)
                    array = body if array == ONE else self.hadamard(array, body)
                return coefficient, array
            case _:
                return (e, ONE) if not self.shape(e) else (ONE, e)

    def total(self, terms: Sequence[Expr]) -> Expr:
        """Return the sum of terms, flat and without zeros."""
        out: list[Expr] = []
        for t in terms:
            out.extend(t.terms if isinstance(t, Add) else () if t == ZERO else (t,))
        return ZERO if not out else out[0] if len(out) == 1 else Add(tuple(out))

    # Entry by entry.

    def hadamard(self, *factors: Expr) -> Expr:
        """Return the elementwise product; scalars go in front."""
        scalars: list[Expr] = []
        arrays: list[Expr] = []
        for f in factors:
            c, body = self.split(f)
            scalars.append(c)
            parts = body.factors if isinstance(body, Hadamard) else (body,)
            arrays.extend(p for p in parts if p != ONE)
        real = [a for a in arrays if not is_ones(a)] or arrays[:1]
        if not real:
            return self.times(*scalars)
        return self.times(*scalars, real[0] if len(real) == 1 else Hadamard(tuple(real)))

    def quotient(self, num: Expr, den: Expr) -> Expr:
        """Return ``num / den``, entry by entry where `den` is an array."""
        if not self.shape(den):
            return num if den == ONE else Div(num, den)
        return HadamardDiv(num, den)

    # Products of matrices.

    def transpose(self, e: Expr) -> Expr:
        """Return the transpose, with the sign of transposition at the leaves."""
        if not self.shape(e):
            return e
        match e:
            case Transpose(x):
                return x
            case Neg(x):
                return Neg(self.transpose(x))
            case Mul(xs):
                return Mul(tuple(self.transpose(x) for x in xs))
            case Div(x, den):
                return Div(self.transpose(x), den)
            case Add(xs) if not any(self._plain(x) for x in xs):
                return Add(tuple(self.transpose(x) for x in xs))
            case Hadamard(xs) if not any(self._plain(x) for x in xs):
                return Hadamard(tuple(self.transpose(x) for x in xs))
            case MatMul(xs):
                return MatMul(tuple(self.transpose(x) for x in reversed(xs)))
            case Identity():
                return e
            case Ones(Space((m, n))):
                return Ones(Space((n, m)))
            case Diag(x) if len(self.shape(x)) == 1:
                return e
            case Kron(x, y) if len(self.shape(x)) == len(self.shape(y)) == 2:
                return Kron(self.transpose(x), self.transpose(y))
            case Sym(name) | Inverse(Sym(name)) if name in self.facts.symmetric:
                return e
            case Inverse(Transpose(x)):
                return Inverse(x)
            case _:
                return Transpose(e)

    def _plain(self, e: Expr) -> bool:
        """Tell whether the transpose of a term would not be shorter than the term."""
        c, body = self.split(e)
        return (body == ONE and c != ONE) or not isinstance(body, Transpose | MatMul | Identity)

    def matmul(self, *factors: Expr) -> Expr:
        """Return the matrix product in normal form; scalars (and scalar products within) go in front.

        Raises:
            NotDerived: an array with more than two axes.
        """
        scalars: list[Expr] = []
        chain: list[Expr] = []
        space: Expr | None = None
        for f in factors:
            c, body = self.split(f)
            scalars.append(c)
            for part in body.factors if isinstance(body, MatMul) else (body,):
                if isinstance(part, Identity):
                    space = space or part
                elif part != ONE:
                    chain.append(part)
        if not chain:
            return self.times(*scalars, space or ONE)
        size = as_matrix(self.shape(chain[0]))[0]
        self._cancel(chain)
        if not chain:
            return self.times(*scalars, Identity(Space((size, size))))
        segments = self._segments(chain)
        rows, cols = as_matrix(self.shape(segments[0][0]))[0], self._cols(segments[-1])
        kept: list[Expr] = []
        for k, segment in enumerate(segments):
            first = rows if k == 0 else SINGLE
            last = cols if k == len(segments) - 1 else SINGLE
            joined = self._ends(segment)
            if first == SINGLE and last == SINGLE:
                scalars.append(joined)
                continue
            c, body = self.split(joined)
            scalars.append(c)
            kept.extend(body.factors if isinstance(body, MatMul) else (body,))
        return self.times(*scalars, _product(kept)) if kept else self.times(*scalars)

    def _cols(self, segment: list[Expr]) -> Size:
        return as_matrix(self.shape(segment[-1]))[1]

    def _segments(self, chain: list[Expr]) -> list[list[Expr]]:
        """Split a chain where the size between two factors is one."""
        out: list[list[Expr]] = [[chain[0]]]
        for left, right in pairwise(chain):
            if as_matrix(self.shape(left))[1] == SINGLE:
                out.append([right])
            else:
                out[-1].append(right)
        return out

    def _cancel(self, chain: list[Expr]) -> None:
        """Take out neighbours that are inverse to each other; join diagonal matrices."""
        k = 0
        while k + 1 < len(chain):
            a, b = chain[k], chain[k + 1]
            if self._inverse_pair(a, b):
                del chain[k : k + 2]
                k = max(k - 1, 0)
            elif (u := self._on_diagonal(a)) is not None and (
                v := self._on_diagonal(b)
            ) is not None:
                chain[k : k + 2] = [Diag(self.hadamard(u, v))]
            elif isinstance(a, Kron) and isinstance(b, Vec) and len(self.shape(b.arg)) == 2:
                inner = self.matmul(a.right, b.arg, self.transpose(a.left))
                chain[k : k + 2] = [Vec(inner)]
                k = max(k - 1, 0)
            else:
                k += 1

    def _inverse_pair(self, a: Expr, b: Expr) -> bool:
        if Inverse(a) == b or Inverse(b) == a:
            return True
        match a, b:
            case Transpose(x), Transpose(y):
                return self._inverse_pair(y, x)
            case Transpose(Sym(p)), Sym(q):
                return p == q and p in self.facts.orthonormal
            case Sym(p), Transpose(Sym(q)):
                return p == q and p in self.facts.orthogonal
            case _:
                return False

    def _ends(self, chain: list[Expr]) -> Expr:
        """Return a product in which a diagonal matrix beside a vector is an elementwise product."""
        match chain:
            case [Transpose(Vec(x)), Vec(y)]:
                return self.frobenius(x, y)
            case _:
                pass
        while len(chain) > 1 and len(self.shape(chain[-1])) == 1:
            spread = self._on_diagonal(chain[-2])
            if spread is None:
                break
            chain[-2:] = [self.hadamard(spread, chain[-1])]
        while len(chain) > 1 and is_row(self.shape(chain[0])):
            spread = self._on_diagonal(chain[1])
            if spread is None:
                break
            chain[:2] = [Transpose(self.hadamard(self.transpose(chain[0]), spread))]
        return _product(chain)

    def _on_diagonal(self, e: Expr) -> Expr | None:
        """Return the vector of which `e` is the diagonal matrix, None where it is none."""
        return e.arg if isinstance(e, Diag) and len(self.shape(e.arg)) == 1 else None

    # Sums of products.

    def frobenius(self, left: Expr, right: Expr) -> Expr:
        """Return the sum of the elementwise products; of vectors ``aᵀb``, of scalars the product."""
        shape = self.shape(left) or self.shape(right)
        if not shape:
            return self.times(left, right)
        if len(shape) == 1:
            return self.matmul(self.transpose(self.filled(left, shape)), self.filled(right, shape))
        if is_row(shape):
            return self.frobenius(self.transpose(left), self.transpose(right))
        (c, a), (k, b) = self.split(left), self.split(right)
        return self.times(c, k, Frobenius(self.filled(a, shape), self.filled(b, shape)))

    def filled(self, e: Expr, shape: Shape) -> Expr:
        """Return `e`, a scalar spread over the shape."""
        if self.shape(e) or not shape:
            return e
        return self.times(e, self.ones(shape))

    def ones(self, shape: Shape) -> Expr:
        """Return an array of ones; a row is a transposed column."""
        return Transpose(Ones(Space(shape[1:]))) if is_row(shape) else Ones(Space(shape))

    def identity(self, e: Expr) -> Expr:
        """Return the identity of the size of a square matrix; 1 for a scalar."""
        shape = self.shape(e)
        return Identity(Space(shape)) if shape else ONE

    def diagonal(self, e: Expr) -> Expr:
        """Return the diagonal matrix of a vector, or the diagonal of a matrix; scalars in front."""
        shape = self.shape(e)
        if not shape:
            return e
        if is_row(shape):
            return self.diagonal(self.transpose(e))
        c, body = self.split(e)
        match body:
            case Ones() if len(shape) == 1:
                return self.times(c, Identity(Space((*shape, *shape))))
            case Identity():
                return self.times(c, Ones(Space(shape[:1])))
            case Diag(x):
                return self.times(c, x)
            case _:
                return self.times(c, Diag(body))

    def mean(self, e: Expr) -> Expr:
        """Return the mean of the entries; scalars in front."""
        c, body = self.split(e)
        return self.times(c, ONE if body == ONE else Fn("mean", (body,)))

    def trace(self, e: Expr) -> Expr:
        """Return the trace; of an outer product, the scalar product."""
        c, body = self.split(e)
        if body == ONE:
            return c
        if isinstance(body, MatMul):
            segments = self._segments(list(body.factors))
            if len(segments) == 2:
                return self.times(c, self.matmul(*segments[1], *segments[0]))
        match body:
            case Identity(Space((n, _))):
                return self.times(c, size_expr(n))
            case _:
                return self.times(c, Trace(body))


def positive_first(terms: Sequence[Expr]) -> tuple[Expr, ...]:
    """Return terms in their order, but for one without a minus sign in front, where there is one."""
    first = next((k for k, t in enumerate(terms) if not isinstance(t, Neg)), 0)
    return (terms[first], *terms[:first], *terms[first + 1 :]) if terms else ()


def is_ones(e: Expr) -> bool:
    """Tell whether all entries are 1: ``1``, its transpose, ``1 1ᵀ``."""
    match e:
        case Ones():
            return True
        case Transpose(x):
            return is_ones(x)
        case MatMul((Ones(Space((_,))), Transpose(Ones(Space((_,)))))):
            return True
        case _:
            return False


def _product(chain: Sequence[Expr]) -> Expr:
    return chain[0] if len(chain) == 1 else MatMul(tuple(chain))
