"""Random expressions with the context that they are meant in, shared by the property tests.

Scalars: x, y (real), p, q (inside (0, 1)), s, t (positive). Arrays: v, u in R^n, A in R^{m x n}, B in R^{n x n};
index variables i over 1..m, j and k over 1..n.
"""

from fractions import Fraction
from types import MappingProxyType

from hypothesis import strategies as st

from gradproof.expr import (
    OPEN_UNIT,
    POSITIVE,
    Add,
    Context,
    Delta,
    Diag,
    Div,
    Entry,
    Expr,
    Fn,
    Frobenius,
    Hadamard,
    Idx,
    IndexRange,
    Inverse,
    MatMul,
    Mul,
    Neg,
    Num,
    Pow,
    Size,
    Space,
    Sum,
    Sym,
    Trace,
    Transpose,
)

M, N = Size("m"), Size("n")
VECTOR, MATRIX, SQUARE = Space((N,)), Space((M, N)), Space((N, N))
V, U = Sym("v", VECTOR), Sym("u", VECTOR)
A, B = Sym("A", MATRIX), Sym("B", SQUARE)
X, Y, P, Q, S, T = (Sym(name) for name in "xypqst")
I, J, K = Idx("i"), Idx("j"), Idx("k")  # noqa: E741

CONTEXT = Context(
    domains=MappingProxyType({"p": OPEN_UNIT, "q": OPEN_UNIT, "s": POSITIVE, "t": POSITIVE}),
    ranges=MappingProxyType({"i": IndexRange(M), "j": IndexRange(N), "k": IndexRange(N)}),
)

ANYWHERE = ("exp", "sin", "cos", "tanh", "sigmoid", "softplus", "arctan", "sinh")
"""Functions that are smooth on the whole line."""


def num(value: object) -> Num:
    """Return a number node."""
    return Num(Fraction(str(value)))


numbers = st.builds(
    Num, st.fractions(min_value=-3, max_value=3, max_denominator=4).filter(lambda f: f != 0)
)


def _positive(e: Expr) -> Expr:
    """Return something positive made of `e`."""
    return Add((num(1), Pow(e, num(2))))


def _combine(e: st.SearchStrategy[Expr], *, rational: bool) -> st.SearchStrategy[Expr]:
    pair = st.tuples(e, e)
    several = st.lists(e, min_size=2, max_size=3).map(tuple)
    out = [
        st.builds(Neg, e),
        st.builds(Add, several),
        st.builds(Mul, several),
        pair.map(lambda ab: Div(ab[0], _positive(ab[1]))),
        st.builds(Pow, e, st.integers(2, 3).map(num)),
    ]
    if not rational:
        out += [
            st.builds(lambda f, a: Fn(f, (a,)), st.sampled_from(ANYWHERE), e),
            e.map(lambda a: Fn("log", (_positive(a),))),
            e.map(lambda a: Fn("sqrt", (_positive(a),))),
            pair.map(lambda ab: Pow(_positive(ab[0]), Fn("tanh", (ab[1],)))),
        ]
    return st.one_of(out)


def scalar_exprs(*, rational: bool = False, max_leaves: int = 8) -> st.SearchStrategy[Expr]:
    """Return scalar expressions in x, y, p, q, s, t, smooth and defined everywhere."""
    leaves = st.one_of(numbers, st.sampled_from([X, Y, P, Q, S, T]))
    return st.recursive(leaves, lambda e: _combine(e, rational=rational), max_leaves=max_leaves)


def _summed(e: Expr, index: Idx) -> Expr:
    """Return a mean over the index, so that values stay moderate."""
    size = Sym("m") if index == I else Sym("n")
    return Div(Sum(e, index), size)


def indexed_exprs(*, rational: bool = False, max_leaves: int = 8) -> st.SearchStrategy[Expr]:
    """Return scalars in entries of v, u, A, B with i, j, k free or bound; sums and deltas occur."""
    leaves = st.one_of(
        numbers,
        st.sampled_from(
            [
                X,
                Entry(V, (J,)),
                Entry(V, (K,)),
                Entry(U, (J,)),
                Entry(A, (I, J)),
                Entry(A, (I, K)),
                Entry(B, (J, K)),
                Entry(B, (K, J)),
                Entry(V, (num(2),)),
                Delta(J, K),
                Delta(J, num(1)),
            ]
        ),
    )

    def grow(e: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
        summed = st.builds(_summed, e, st.sampled_from([I, J, K]))
        return st.one_of(_combine(e, rational=rational), summed)

    return st.recursive(leaves, grow, max_leaves=max_leaves)


def vector_exprs(*, max_leaves: int = 6) -> st.SearchStrategy[Expr]:
    """Return vectors in R^n made of v, u, A, B by whole-array operations."""
    leaves = st.sampled_from([V, U])

    def grow(e: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
        return st.one_of(
            st.builds(lambda a, b: Add((a, b)), e, e),
            st.builds(lambda a, b: Hadamard((a, b)), e, e),
            e.map(Neg),
            e.map(lambda a: MatMul((B, a))),
            e.map(lambda a: MatMul((Transpose(A), A, a))),
            e.map(lambda a: MatMul((Diag(a), V))),
            e.map(lambda a: Fn("tanh", (a,))),
            e.map(lambda a: Fn("softmax", (a,))),
            st.builds(lambda a, b: Mul((MatMul((Transpose(a), U)), b)), e, e),
        )

    return st.recursive(leaves, grow, max_leaves=max_leaves)


def array_scalars(*, max_leaves: int = 6) -> st.SearchStrategy[Expr]:
    """Return scalars made of whole arrays."""
    v = vector_exprs(max_leaves=max_leaves)
    return st.one_of(
        st.builds(lambda a, b: MatMul((Transpose(a), b)), v, v),
        st.builds(Frobenius, v, v),
        v.map(lambda a: Fn("logsumexp", (a,))),
        v.map(lambda a: Trace(MatMul((a, Transpose(U), B)))),
        v.map(lambda a: MatMul((Transpose(a), Inverse(_regular()), a))),
    )


def _regular() -> Expr:
    """Return a matrix that is certainly regular."""
    return Add((MatMul((Transpose(B), B)), Diag(Fn("exp", (U,)))))
