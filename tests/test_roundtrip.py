"""What is printed reads back as the same tree, in TeX and in plain text."""

from fractions import Fraction
from functools import cache

from hypothesis import example, given, settings
from hypothesis import strategies as st

from gradproof.expr import (
    Add,
    Apply,
    At,
    Branch,
    Cases,
    Compare,
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
    Idx,
    Indicator,
    Inverse,
    Kron,
    MatMul,
    Mul,
    Neg,
    Norm,
    Num,
    Pow,
    Prod,
    PseudoInverse,
    Size,
    Space,
    Sum,
    Sym,
    Trace,
    Transpose,
    Vec,
    children,
    rebuild,
)
from gradproof.notation.elaborate import read_formula
from gradproof.spell import to_plain, to_tex

DECLARATIONS = (
    r"i = 1, \dots, n",
    r"j = 1, \dots, n",
    r"k = 1, \dots, n",
    r"u \in \mathbb{R}^n",
    r"v \in \mathbb{R}^n",
    r"\hat z \in \mathbb{R}^n",
    r"p \in \mathbb{R}^n",
    r"\hat y \in \mathbb{R}^n",
    r"P \in \mathbb{R}^{n \times n}",
    r"A \in \mathbb{R}^{n \times n}",
    r"B \in \mathbb{R}^{n \times n}",
    r"W^{[2]} \in \mathbb{R}^{n \times n}",
    r"W^{[1]} \in \mathbb{R}^{n \times n}",
    r"a \in \mathbb{R}",
    r"x \in \mathbb{R}",
    r"\alpha \in \mathbb{R}",
    r"\theta_0 \in \mathbb{R}",
    r"w_{\text{new}} \in \mathbb{R}",
    r"J \in \mathbb{R}",
    r"f : \mathbb{R} \to \mathbb{R}",
)
SETTINGS = settings(derandomize=True, deadline=None, max_examples=250)

VECTOR = Space((Size("n"),))
MATRIX = Space((Size("n"), Size("n")))
i, j, k = Idx("i"), Idx("j"), Idx("k")
u, v, hat = Sym("u", VECTOR), Sym("v", VECTOR), Sym(r"\hat z", VECTOR)
p, yhat = Sym("p", VECTOR), Sym(r"\hat y", VECTOR)  # named by their entries only
P, W2 = Sym("P", MATRIX), Sym("W^{[2]}", MATRIX)
A, B, W1 = Sym("A", MATRIX), Sym("B", MATRIX), Sym("W^{[1]}", MATRIX)
a, x, alpha, J = Sym("a"), Sym("x"), Sym(r"\alpha"), Sym("J")


def n(p: int, q: int = 1) -> Num:
    return Num(Fraction(p, q))


def normal(e: Expr) -> Expr:
    """Spell out what one notation cannot tell apart: ``Num(-1/2)`` is written, and read, ``-(1/2)``."""
    if isinstance(e, Num):
        size = abs(e.value)
        out: Expr = Num(size)
        if size.denominator > 1:
            out = Div(n(size.numerator), n(size.denominator))
        return Neg(out) if e.value < 0 else out
    return rebuild(e, tuple(normal(kid) for kid in children(e)))


def tuples(inner: st.SearchStrategy[Expr], most: int = 3) -> st.SearchStrategy[tuple[Expr, ...]]:
    return st.lists(inner, min_size=2, max_size=most).map(tuple)


numbers = st.one_of(st.integers(-4, 9).map(n), st.builds(n, st.integers(-5, 5), st.integers(2, 4)))
names = st.sampled_from([a, x, alpha, Sym(r"\theta_0"), Sym("w_{new}"), J])
entries = st.sampled_from(
    [
        Entry(p, (i,)),
        Entry(yhat, (i,)),
        Entry(P, (i, j)),
        Entry(W2, (i, j)),
        Entry(P, (n(1), j)),
        Entry(p, (Add((i, n(1))),)),
        Delta(i, j),
    ]
)
COMPARISONS = ["=", "!=", "<", "<=", ">", ">="]
ELEMENTWISE = [
    "log",
    "exp",
    "sqrt",
    "sin",
    "cos",
    "tanh",
    "arctan",
    "sigmoid",
    "relu",
    "sign",
    "erf",
]
"""Without abs: bars around an array are its length or its determinant."""

ROWS = ["softmax", "logsoftmax"]
WHOLE = ["mean", "var", "logsumexp"]
"""Functions of a whole vector that give a vector, and that give a number."""


@cache
def scalars(depth: int) -> st.SearchStrategy[Expr]:
    leaves = st.one_of(numbers, names, entries)
    if depth == 0:
        return leaves
    s, vec, mat = scalars(depth - 1), vectors(depth - 1), matrices(depth - 1)
    pairs = tuples(s)
    return st.one_of(
        leaves,
        st.builds(Neg, s),
        st.builds(Add, pairs),
        st.builds(Mul, pairs),
        st.builds(Div, s, s),
        st.builds(Pow, s, st.one_of(st.integers(-2, 3).map(n), names, s)),
        st.builds(lambda name, arg: Fn(name, (arg,)), st.sampled_from([*ELEMENTWISE, "abs"]), s),
        st.builds(lambda name, args: Fn(name, args), st.sampled_from(["max", "min"]), pairs),
        st.builds(lambda arg: Fn("log", (arg, n(2))), s),
        st.builds(lambda arg, primes: Apply("f", (arg,), primes), s, st.integers(0, 2)),
        st.builds(Sum, s, st.just(k), st.just(n(1)), st.just(Sym("n"))),
        st.builds(Prod, s, st.just(k)),
        st.builds(lambda left, right: MatMul((Transpose(left), right)), vec, vec),
        st.builds(Frobenius, vec, vec),
        st.builds(lambda array: Entry(MatMul((A, array)), (i,)), vec),
        st.builds(lambda name, arg: Fn(name, (arg,)), st.sampled_from(WHOLE), vec),
        st.builds(Trace, mat),
        st.builds(Det, mat),
        st.builds(Norm, vec, st.sampled_from(["1", "2", "inf"])),
        st.builds(Derivative, s, st.sampled_from([(x,), (Entry(p, (i,)),), (x, x), (x, a)])),
        st.builds(Derivative, s, st.just((a,)), st.just("partial")),
        st.builds(At, st.builds(Derivative, s, st.just((x,))), st.just(x), s),
        st.builds(Indicator, st.builds(Compare, st.sampled_from(COMPARISONS), s, s)),
    )


@cache
def vectors(depth: int) -> st.SearchStrategy[Expr]:
    leaves = st.sampled_from([u, v, hat])
    if depth == 0:
        return leaves
    s, vec, mat = scalars(depth - 1), vectors(depth - 1), matrices(depth - 1)
    return st.one_of(
        leaves,
        st.builds(Neg, vec),
        st.builds(Add, tuples(vec)),
        st.builds(lambda m, w: MatMul((m, w)), mat, vec),
        st.builds(lambda p, w: Mul((p, w)), s, vec),
        st.builds(Hadamard, tuples(vec)),
        st.builds(HadamardDiv, vec, vec),
        st.builds(lambda name, arg: Fn(name, (arg,)), st.sampled_from(ELEMENTWISE), vec),
        st.builds(lambda name, arg: Fn(name, (arg,)), st.sampled_from(ROWS), vec),
        st.builds(Diag, mat),
        st.builds(Vec, mat),
        st.builds(Differential, vec),
        st.builds(Gradient, s, st.sampled_from([u, v])),
    )


@cache
def matrices(depth: int) -> st.SearchStrategy[Expr]:
    leaves = st.sampled_from([A, B, W1])
    if depth == 0:
        return leaves
    s, mat = scalars(depth - 1), matrices(depth - 1)
    return st.one_of(
        leaves,
        st.builds(Neg, mat),
        st.builds(Add, tuples(mat)),
        st.builds(MatMul, tuples(mat)),
        st.builds(lambda p, m: Mul((p, m)), s, mat),
        st.builds(Transpose, mat),
        st.builds(Inverse, mat),
        st.builds(PseudoInverse, mat),
        st.builds(lambda name, arg: Fn(name, (arg,)), st.sampled_from(ROWS), mat),
        st.builds(Diag, vectors(depth - 1)),
        st.builds(Differential, mat),
    )


def cases(depth: int) -> st.SearchStrategy[Expr]:
    s = scalars(depth)
    compare = st.builds(Compare, st.sampled_from(COMPARISONS), s, s)
    return st.builds(lambda p, c, q: Cases((Branch(p, c), Branch(q, None))), s, compare, s)


def reread(text: str, *, plain: bool) -> Expr:
    return normal(read_formula(text, plain=plain, declarations=DECLARATIONS))


anything = st.one_of(scalars(2), vectors(2), matrices(2), st.builds(Kron, matrices(1), matrices(1)))


@SETTINGS
@given(st.one_of(anything, cases(1)))
@example(Mul((x, Add((n(1), Neg(x))))))
def test_tex_reads_back(e: Expr) -> None:
    text = to_tex(e)
    assert reread(text, plain=False) == normal(e), text


@SETTINGS
@given(anything)
def test_plain_reads_back(e: Expr) -> None:
    text = to_plain(e)
    assert reread(text, plain=True) == normal(e), text
