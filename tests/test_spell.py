"""How each node is written, in TeX and in plain text; the table is also the documentation."""

import ast
import re
from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    FunctionName,
    Gradient,
    Hadamard,
    HadamardDiv,
    Identity,
    Idx,
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
    Space,
    Stack,
    Sum,
    Sym,
    Trace,
    Transpose,
    Vec,
    walk,
)
from gradproof.spell import (
    name_plain,
    name_tex,
    relation_plain,
    relation_tex,
    shorten,
    to_plain,
    to_tex,
)

VECTOR = Space((Size("n"),))
MATRIX = Space((Size("n"), Size("n")))
a, b, c, d, f, x, y, z = (Sym(s) for s in "abcdfxyz")
u, v = Sym("u", VECTOR), Sym("v", VECTOR)
A, B = Sym("A", MATRIX), Sym("B", MATRIX)
W1 = Sym("W^{[1]}", MATRIX)
J, w, theta, hat = Sym("J"), Sym("w"), Sym(r"\theta_0"), Sym(r"\hat y")
i, j, k = Idx("i"), Idx("j"), Idx("k")
yi, hi = Entry(Sym("y", VECTOR), (i,)), Entry(Sym(r"\hat y", VECTOR), (i,))


def n(p: int, q: int = 1) -> Num:
    return Num(Fraction(p, q))


def add(*terms: Expr) -> Add:
    return Add(terms)


def mul(*factors: Expr) -> Mul:
    return Mul(factors)


def mm(*factors: Expr) -> MatMul:
    return MatMul(factors)


def fn(name: str, *args: Expr) -> Fn:
    return Fn(name, args)  # pyright: ignore[reportArgumentType]


def sub(left: Expr, right: Expr) -> Add:
    return Add((left, Neg(right)))


one, two = n(1), n(2)

TABLE: list[tuple[Expr, str, str]] = [
    # numbers, constants, names
    (n(3), "3", "3"),
    (n(3, 10), r"\frac{3}{10}", "3/10"),
    (n(-3), "-3", "-3"),
    (Const("pi"), r"\pi", "π"),
    (Const("e"), "e", "e"),
    (hat, r"\hat y", "ŷ"),
    (theta, r"\theta_0", "θ₀"),
    (W1, "W^{[1]}", "W^[1]"),
    (Sym("w_{new}"), r"w_{\text{new}}", "w_{new}"),
    (Sym("loss"), r"\mathrm{loss}", "loss"),
    (i, "i", "i"),
    # sums of terms
    (add(a, b), "a + b", "a + b"),
    (add(a, Neg(b), c), "a - b + c", "a - b + c"),
    (add(Neg(a), b), "-a + b", "-a + b"),
    (add(a, n(-3)), "a - 3", "a - 3"),
    (add(a, add(b, c)), "a + (b + c)", "a + (b + c)"),
    (add(add(a, b), c), "(a + b) + c", "(a + b) + c"),
    (add(a, Neg(add(b, c))), "a - (b + c)", "a - (b + c)"),
    (add(a, Neg(Neg(b))), "a - (-b)", "a - (-b)"),
    (Neg(add(a, b)), "-(a + b)", "-(a + b)"),
    (Neg(mul(a, b)), "-a b", "-a b"),
    (Neg(Pow(a, two)), "-a^2", "-a²"),
    (Neg(n(-3)), "-(-3)", "-(-3)"),
    # products
    (mul(a, b), "a b", "a b"),
    (mul(two, a), "2a", "2a"),
    (mul(two, n(3)), r"2 \cdot 3", "2·3"),
    (mul(a, two), r"a \cdot 2", "a·2"),
    (mul(two, n(1, 3)), r"2 \cdot \frac{1}{3}", "2(1/3)"),
    (mul(n(1, 2), a), r"\frac{1}{2} a", "(1/2) a"),
    (mul(two, add(a, b)), "2(a + b)", "2(a + b)"),
    (mul(n(-1), add(a, b)), "(-1)(a + b)", "(-1)(a + b)"),
    (mul(a, add(a, b)), r"a \cdot (a + b)", "a·(a + b)"),
    (mul(add(a, b), a), "(a + b) a", "(a + b) a"),
    (mul(add(a, b), add(c, d)), "(a + b)(c + d)", "(a + b)(c + d)"),
    (mul(Neg(a), b), "(-a) b", "(-a) b"),
    (mul(a, Neg(b)), r"a \cdot (-b)", "a·(-b)"),
    (mul(mul(a, b), c), "(a b) c", "(a b) c"),
    (mul(Pow(a, two), add(b, c)), r"a^2 \cdot (b + c)", "a²·(b + c)"),
    (mul(d, x), r"d \cdot x", "d·x"),
    (mul(yi, fn("log", hi)), r"y_i \log(\hat y_i)", "yᵢ log(ŷᵢ)"),
    (mul(fn("abs", a), fn("abs", b)), r"\left|a\right| \left|b\right|", "|a|·|b|"),
    # quotients
    (Div(a, b), r"\frac{a}{b}", "a/b"),
    (Div(add(a, b), mul(c, d)), r"\frac{a + b}{c d}", "(a + b)/(c d)"),
    (Div(Div(a, b), c), r"\frac{\frac{a}{b}}{c}", "(a/b)/c"),
    (Neg(Div(sub(one, yi), sub(one, hi))), r"-\frac{1 - y_i}{1 - \hat y_i}", "-(1 - yᵢ)/(1 - ŷᵢ)"),
    (mul(Div(one, a), b), r"\frac{1}{a} b", "(1/a) b"),
    (Div(Differential(y), x), r"\frac{dy}{x}", "(dy)/x"),
    (Div(Differential(y), Differential(x)), r"\frac{(dy)}{dx}", "(dy)/(dx)"),
    (HadamardDiv(u, v), r"\frac{u}{v}", "u/v"),
    # powers and roots
    (Pow(a, two), "a^2", "a²"),
    (Pow(a, n(-1)), "a^{-1}", "a⁻¹"),
    (Pow(a, b), "a^b", "a^b"),
    (Pow(a, add(b, one)), "a^{b + 1}", "a^{b + 1}"),
    (Pow(a, n(1, 2)), r"a^{\frac{1}{2}}", "a^(1/2)"),
    (Pow(Neg(a), two), "(-a)^2", "(-a)²"),
    (Pow(n(-1), two), "(-1)^2", "(-1)²"),
    (Pow(Pow(a, b), c), "(a^b)^c", "(a^b)^c"),
    (Pow(Div(a, b), two), r"\left(\frac{a}{b}\right)^2", "(a/b)²"),
    (Pow(yi, two), "y_i^2", "yᵢ²"),
    (Pow(Sym("w^{*}"), two), "(w^*)^2", "(w^*)²"),
    (Root(a, n(3)), r"\sqrt[3]{a}", "∛(a)"),
    (Root(a, b), r"\sqrt[b]{a}", "√[b](a)"),
    # functions
    (fn("log", a), r"\log(a)", "log(a)"),
    (fn("log", Div(a, b)), r"\log\left(\frac{a}{b}\right)", "log(a/b)"),
    (fn("log", a, two), r"\log_2(a)", "log₂(a)"),
    (fn("exp", Neg(a)), "e^{-a}", "exp(-a)"),
    (fn("exp", Neg(Div(Pow(sub(x, a), two), mul(two, Pow(b, two))))),
     r"e^{-\frac{(x - a)^2}{2b^2}}", "exp(-(x - a)²/(2b²))"),
    (fn("exp", Neg(Div(Pow(sub(Sym(r"\hat x"), Sym(r"\mu")), two), mul(two, Pow(a, two))))),
     r"\exp\left(-\frac{(\hat x - \mu)^2}{2a^2}\right)", "exp(-(x̂ - μ)²/(2a²))"),
    (fn("sqrt", a), r"\sqrt{a}", "sqrt(a)"),
    (fn("abs", a), r"\left|a\right|", "|a|"),
    (fn("abs", add(fn("abs", a), one)), r"\left|\left|a\right| + 1\right|", "abs(|a| + 1)"),
    (fn("sigmoid", mm(A, u)), r"\sigma(A u)", "σ(A u)"),
    (fn("softplus", a), r"\operatorname{softplus}(a)", "softplus(a)"),
    (fn("relu", a), r"\operatorname{relu}(a)", "relu(a)"),
    (fn("max", n(0), a), r"\max(0, a)", "max(0, a)"),
    (fn("arctan", a), r"\arctan(a)", "arctan(a)"),
    (Pow(fn("sin", a), two), r"\sin^2(a)", "sin²(a)"),
    (Pow(fn("log", a), two), r"(\log(a))^2", "(log(a))²"),
    (Pow(fn("exp", a), two), "(e^a)^2", "(exp(a))²"),
    (Apply("f", (x, y)), "f(x, y)", "f(x, y)"),
    (Apply("f", (x,), 2), "f''(x)", "f''(x)"),
    (Apply("g^{[1]}", (x,), 1), r"g^{[1]\prime}(x)", "g^[1]'(x)"),
    # matrices
    (mm(A, B, u), "A B u", "A B u"),
    (mm(Transpose(A), sub(u, v)), r"A^{\top}(u - v)", "Aᵀ(u - v)"),
    (mm(A, sub(u, v)), r"A \cdot (u - v)", "A·(u - v)"),
    (mm(mm(A, B), u), "(A B) u", "(A B) u"),
    (mul(Div(one, a), mm(Transpose(A), u)), r"\frac{1}{a} A^{\top} u", "(1/a) Aᵀ u"),
    (mul(mm(A, u), a), "(A u) a", "(A u) a"),
    (mul(two, mm(Transpose(u), v), mm(Transpose(v), u)), r"2(u^{\top} v)(v^{\top} u)", "2(uᵀ v)(vᵀ u)"),
    (Hadamard((u, v)), r"u \odot v", "u ⊙ v"),
    (Hadamard((mm(A, u), v)), r"(A u) \odot v", "(A u) ⊙ v"),
    (mm(A, Hadamard((u, v))), r"A \cdot (u \odot v)", "A·(u ⊙ v)"),
    (Hadamard((u, Hadamard((v, u)))), r"u \odot (v \odot u)", "u ⊙ (v ⊙ u)"),
    (Kron(A, B), r"A \otimes B", "A ⊗ B"),
    (Frobenius(A, B), "A : B", "A : B"),
    (Frobenius(mul(two, u), v), "2u : v", "2u : v"),
    (Frobenius(add(u, v), v), "(u + v) : v", "(u + v) : v"),
    (mul(two, Frobenius(u, v)), "2(u : v)", "2(u : v)"),
    (Transpose(A), r"A^{\top}", "Aᵀ"),
    (Transpose(W1), r"(W^{[1]})^{\top}", "(W^[1])ᵀ"),
    (Transpose(mm(A, B)), r"(A B)^{\top}", "(A B)ᵀ"),
    (Inverse(A), "A^{-1}", "A⁻¹"),
    (Inverse(Transpose(A)), r"(A^{\top})^{-1}", "(Aᵀ)⁻¹"),
    (Trace(mm(A, B)), r"\operatorname{tr}(A B)", "tr(A B)"),
    (Det(A), r"\det(A)", "det(A)"),
    (Diag(u), r"\operatorname{diag}(u)", "diag(u)"),
    (Norm(u), r"\left\|u\right\|_2", "‖u‖₂"),
    (Norm(u, "1"), r"\left\|u\right\|_1", "‖u‖₁"),
    (Norm(u, "inf"), r"\left\|u\right\|_{\infty}", "‖u‖_∞"),
    (Pow(Norm(A, "F"), two), r"\left\|A\right\|_F^2", "‖A‖_F²"),
    (Norm(mul(Norm(u), u)), r"\left\|\left\|u\right\|_2 u\right\|_2", "‖(‖u‖₂ u)‖₂"),
    (Ones(VECTOR), r"\mathbf{1}", "𝟏"),
    (Identity(MATRIX), "I", "I"),
    (Stack((Row((a, b)), Row((c, d)))), r"\begin{bmatrix} a & b \\ c & d \end{bmatrix}",
     "[a, b; c, d]"),
    (Row((a, add(b, c))), "a & b + c", "a, b + c"),
    # entries, sums, deltas
    (yi, "y_i", "yᵢ"),
    (hi, r"\hat y_i", "ŷᵢ"),
    (Entry(A, (i, j)), "A_{ij}", "Aᵢⱼ"),
    (Entry(A, (one, j)), "A_{1,j}", "A_{1,j}"),
    (Entry(A, (i, Add((j, one)))), "A_{i,j + 1}", "A_{i,j+1}"),
    (Entry(u, (Add((i, one)),)), "u_{i + 1}", "uᵢ₊₁"),
    (Entry(u, (Idx("c"),)), "u_c", "u_c"),
    (Entry(W1, (i, j)), "W^{[1]}_{ij}", "W^[1]ᵢⱼ"),
    (Entry(Sym("x_0", VECTOR), (i,)), "x_{0,i}", "x_{0,i}"),
    (Entry(mm(A, u), (i,)), "(A u)_i", "(A u)ᵢ"),
    (Sum(yi, i), r"\sum_i y_i", "∑ᵢ yᵢ"),
    (Sum(yi, i, one, Sym("m")), r"\sum_{i=1}^m y_i", "∑_{i=1}^{m} yᵢ"),
    (Sum(add(yi, one), i), r"\sum_i (y_i + 1)", "∑ᵢ (yᵢ + 1)"),
    (Sum(Neg(yi), i), r"\sum_i (-y_i)", "∑ᵢ (-yᵢ)"),
    (Sum(yi, i, condition=Compare("!=", i, j)), r"\sum_{i \ne j} y_i", "∑_{i ≠ j} yᵢ"),
    (mul(a, Sum(yi, i)), r"a \sum_i y_i", "a ∑ᵢ yᵢ"),
    (mul(Sum(yi, i), a), r"\left(\sum_i y_i\right) a", "(∑ᵢ yᵢ) a"),
    (add(Sum(yi, i), a), r"\sum_i y_i + a", "∑ᵢ yᵢ + a"),
    (add(Sum(yi, i), hi), r"\left(\sum_i y_i\right) + \hat y_i", "(∑ᵢ yᵢ) + ŷᵢ"),
    (add(Sum(yi, i), Sum(hi, i)), r"\sum_i y_i + \sum_i \hat y_i", "∑ᵢ yᵢ + ∑ᵢ ŷᵢ"),
    (Sum(Sum(Entry(A, (i, j)), j), i), r"\sum_i \sum_j A_{ij}", "∑ᵢ ∑ⱼ Aᵢⱼ"),
    (Prod(yi, i), r"\prod_i y_i", "∏ᵢ yᵢ"),
    (Delta(i, j), r"\delta_{ij}", "δᵢⱼ"),
    (Pow(Delta(i, j), two), r"(\delta_{ij})^2", "(δᵢⱼ)²"),
    # conditions
    (Compare("<=", a, b), r"a \le b", "a ≤ b"),
    (Indicator(Compare("=", yi, k)), r"\mathbf{1}\{y_i = k\}", "1[yᵢ = k]"),
    (mul(two, Indicator(Compare(">", a, b))), r"2\mathbf{1}\{a > b\}", "2·1[a > b]"),
    (Cases((Branch(a, Compare(">", a, n(0))), Branch(n(0), None))),
     r"\begin{cases} a & a > 0 \\ 0 & \text{otherwise} \end{cases}",
     "{a if a > 0; 0 otherwise}"),
    (Branch(a, Compare(">", a, n(0))), "a & a > 0", "a if a > 0"),
    # derivatives
    (Derivative(J, (hi,)), r"\frac{dJ}{d\hat y_i}", "dJ/dŷᵢ"),
    (Derivative(J, (w,), "partial"), r"\frac{\partial J}{\partial w}", "∂J/∂w"),
    (Derivative(Apply("J", (w,)), (w,), "partial"), r"\frac{\partial J(w)}{\partial w}", "∂J(w)/∂w"),
    (Derivative(f, (x, x)), r"\frac{d^2 f}{dx^2}", "d²f/dx²"),
    (Derivative(f, (x, y), "partial"), r"\frac{\partial^2 f}{\partial x\,\partial y}", "∂²f/∂x∂y"),
    (Derivative(f, (x, y)), r"\frac{d^2 f}{dx\,dy}", "d²f/dx dy"),
    (Derivative(f, (x, x, y), "partial"), r"\frac{\partial^3 f}{\partial x^2\,\partial y}",
     "∂³f/∂x²∂y"),
    (Derivative(mul(yi, fn("log", hi)), (hi,)), r"\frac{d}{d\hat y_i} (y_i \log(\hat y_i))",
     "d/dŷᵢ (yᵢ log(ŷᵢ))"),
    (mul(Derivative(Pow(x, two), (x,)), y), r"\left(\frac{d}{dx} (x^2)\right) y",
     "(d/dx (x²)) y"),
    (mul(Derivative(z, (x,), "partial"), Derivative(x, (w,), "partial")),
     r"\frac{\partial z}{\partial x}\frac{\partial x}{\partial w}", "(∂z/∂x)(∂x/∂w)"),
    (mul(Derivative(J, (w,)), add(a, b)), r"\frac{dJ}{dw} \cdot (a + b)", "(dJ/dw)(a + b)"),
    (Gradient(J, w), r"\nabla_w J", "∇_w J"),
    (Gradient(J), r"\nabla J", "∇ J"),
    (Gradient(J, w, 2), r"\nabla^2_w J", "∇²_w J"),
    (Gradient(mul(a, b), w), r"\nabla_w (a b)", "∇_w (a b)"),
    (mul(Gradient(J, w), a), r"(\nabla_w J) a", "(∇_w J) a"),
    (Differential(hat), r"d\hat y", "dŷ"),
    (Differential(sub(one, hat)), r"d(1 - \hat y)", "d(1 - ŷ)"),
    (Differential(fn("log", hat)), r"d\log(\hat y)", "d(log(ŷ))"),
    (Differential(Pow(x, two)), "d(x^2)", "d(x²)"),
    (Pow(Differential(x), two), "(dx)^2", "(dx)²"),
    (Frobenius(A, Differential(B)), "A : dB", "A : dB"),
    (PseudoInverse(A), "A^{+}", "A⁺"),
    (Vec(A), r"\operatorname{vec}(A)", "vec(A)"),
    (Trace(mm(A, Differential(B), A)), r"\operatorname{tr}(A dB A)", "tr(A dB A)"),
    (At(Derivative(J, (w,)), w, n(0)), r"\left.\frac{dJ}{dw}\right|_{w=0}", "(dJ/dw)|_{w=0}"),
    (Let(z, fn("sigmoid", x), mul(z, sub(one, z))),
     r"z \cdot (1 - z) \quad\text{where } z = \sigma(x)", "z·(1 - z) where z = σ(x)"),
    # not evaluated
    (Opaque("expect", (x,)), r"\mathbb{E}\left[x\right]", "E[x]"),
    (Opaque("given", (y, x)), r"y \mid x", "y | x"),
    (Opaque("entropy", (x,)), r"\operatorname{entropy}(x)", "entropy(x)"),
]  # fmt: skip


@pytest.mark.parametrize(("expr", "tex", "plain"), TABLE, ids=[row[2] for row in TABLE])
def test_table(expr: Expr, tex: str, plain: str) -> None:
    assert to_tex(expr) == tex
    assert to_plain(expr) == plain


def test_table_has_every_node() -> None:
    seen = {type(node) for expr, _, _ in TABLE for _, node in walk(expr)}
    assert seen == set(get_args(Expr))


def test_every_function_has_its_own_spelling() -> None:
    names = get_args(FunctionName)
    assert len({to_tex(fn(name, x)) for name in names}) == len(names)
    assert len({to_plain(fn(name, x)) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("name", "tex", "plain"),
    [
        (r"\hat y", r"\hat y", "ŷ"),
        (r"\hat{\theta}", r"\hat{\theta}", "θ̂"),
        (r"\bar x_0", r"\bar x_0", "x̄₀"),
        (r"\tilde{W}", r"\tilde{W}", "W̃"),
        (r"\alpha", r"\alpha", "α"),
        (r"\ell", r"\ell", "ℓ"),
        ("W^{[l+1]}", "W^{[l+1]}", "W^[l+1]"),
        ("x^{(i)}", "x^{(i)}", "x^(i)"),
        ("w^{*}", "w^*", "w^*"),
        (r"w_{\text{new}}", r"w_{\text{new}}", "w_{new}"),
        ("W^{[out]}", r"W^{[\text{out}]}", "W^[out]"),
        ("b_{x,h}", "b_{x,h}", "b_{x,h}"),
        ("dW^{[1]}", "dW^{[1]}", "dW^[1]"),
    ],
)
def test_names(name: str, tex: str, plain: str) -> None:
    assert name_tex(name) == tex
    assert name_plain(name) == plain


def test_relations() -> None:
    assert relation_tex((None, a), ("=",)) == "= a"
    assert relation_tex((a, b, c), ("=", "<=")) == r"a = b \le c"
    assert relation_plain((w, sub(w, a)), ("<-",)) == "w ← w - a"
    assert relation_plain((a, None), ("~~",)) == "a ≈"
    with pytest.raises(ValueError, match="2 sides need 1 relations"):
        relation_tex((a, b), ())
    with pytest.raises(ValueError, match="'<>' is no relation"):
        relation_plain((a, b), ("<>",))


def test_shorten() -> None:
    text = to_plain(add(*[Sym(chr(97 + p)) for p in range(20)]))
    assert shorten(text, 200) == text
    for width in range(1, len(text)):
        short = shorten(text, width)
        assert len(short) <= width
        assert short.count("…") == 1
    accents = "θ̂" * 10
    assert shorten(accents, 10) == accents
    assert shorten(accents, 5) == "θ̂θ̂…θ̂θ̂"
    with pytest.raises(ValueError, match="a width of 0"):
        shorten(text, 0)


def test_deep_and_large_trees() -> None:
    deep: Expr = x
    for _ in range(5_000):
        deep = Neg(deep)
    assert to_plain(deep).count("-") == 5_000
    wide: Expr = mul(yi, fn("log", hi))
    for _ in range(10):
        wide = Add((wide, Neg(wide)))
    assert sum(1 for _ in walk(wide)) > 5_000
    assert to_tex(wide).count(r"\log") == 1024


# An independent reader of the arithmetic subset: plain text becomes Python syntax, whose tree is walked.

_WORDS = re.compile(r"max|min|[a-z]|\d+|[⁻⁰¹²³⁴-⁹]+|[()^·*/+,-]|\s+")
_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def as_python(text: str) -> str:
    out: list[str] = []
    for token in _WORDS.findall(text):
        if token.isspace():
            continue
        starts = (token.isalnum() and token[0] not in "⁰¹²³⁴⁵⁶⁷⁸⁹⁻") or token == "("
        if starts and out and (out[-1][-1].isalnum() or out[-1][-1] == ")"):
            called = token == "(" and out[-1] in ("max", "min")
            out.append("" if called else "*")
        if token[0] in "⁻⁰¹²³⁴⁵⁶⁷⁸⁹":
            token = f"**({token.translate(_RAISED)})"
        out.append({"^": "**", "·": "*"}.get(token, token))
        out = [t for t in out if t]
    return "".join(out)


def value_of_text(node: ast.AST, env: dict[str, Fraction]) -> Fraction:
    match node:
        case ast.Expression(body):
            return value_of_text(body, env)
        case ast.Constant(int(value)):
            return Fraction(value)
        case ast.Name(name):
            return env[name]
        case ast.UnaryOp(ast.USub(), operand):
            return -value_of_text(operand, env)
        case ast.BinOp(left, op, right):
            p, q = value_of_text(left, env), value_of_text(right, env)
            match op:
                case ast.Add():
                    return p + q
                case ast.Sub():
                    return p - q
                case ast.Mult():
                    return p * q
                case ast.Div():
                    return p / q
                case ast.Pow():
                    assert q.denominator == 1
                    return p ** int(q)
        case ast.Call(ast.Name(name), args):
            values = [value_of_text(arg, env) for arg in args]
            return max(values) if name == "max" else min(values)
    raise AssertionError(ast.dump(node))


def value_of_tree(e: Expr, env: dict[str, Fraction]) -> Fraction:
    match e:
        case Num(value):
            return value
        case Sym(name):
            return env[name]
        case Neg(arg):
            return -value_of_tree(arg, env)
        case Add(terms):
            return sum((value_of_tree(t, env) for t in terms), Fraction(0))
        case Mul(factors):
            out = Fraction(1)
            for factor in factors:
                out *= value_of_tree(factor, env)
            return out
        case Div(num, den):
            return value_of_tree(num, env) / value_of_tree(den, env)
        case Pow(base, Num(power)):
            return value_of_tree(base, env) ** int(power)
        case Fn("max" | "min" as name, args):
            values = [value_of_tree(arg, env) for arg in args]
            return max(values) if name == "max" else min(values)
        case _:
            raise AssertionError(e)


def _extend(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Neg, inner),
        st.builds(Add, several),
        st.builds(Mul, several),
        st.builds(Div, inner, inner),
        st.builds(Pow, inner, st.integers(0, 3).map(n)),
        st.builds(Fn, st.sampled_from(["max", "min"]), several),
    )


leaves = st.one_of(
    st.sampled_from([x, y, z]),
    st.integers(-3, 12).map(n),
    st.builds(n, st.integers(-5, 5), st.integers(2, 4)),
)
arithmetic = st.recursive(leaves, _extend, max_leaves=12)
ENV = {"x": Fraction(3, 7), "y": Fraction(-5, 3), "z": Fraction(11, 2)}


@settings(derandomize=True, deadline=None, max_examples=400)
@given(arithmetic)
def test_plain_text_has_the_value_of_the_tree(e: Expr) -> None:
    text = to_plain(e)
    tree = ast.parse(as_python(text), mode="eval")
    try:
        want = value_of_tree(e, ENV)
    except ZeroDivisionError:
        with pytest.raises(ZeroDivisionError):
            value_of_text(tree, ENV)
        return
    assert value_of_text(tree, ENV) == want, text


@settings(derandomize=True, deadline=None, max_examples=300)
@given(arithmetic)
def test_no_brackets_around_brackets_or_single_names(e: Expr) -> None:
    for text in (to_plain(e), to_tex(e).replace(r"\left", "").replace(r"\right", "")):
        opened: list[int] = []
        pairs: dict[int, int] = {}
        for place, char in enumerate(text):
            if char == "(":
                opened.append(place)
            elif char == ")":
                pairs[opened.pop()] = place
        assert not opened
        for start, end in pairs.items():
            assert pairs.get(start + 1) != end - 1, text
            is_call = start > 0 and text[start - 1].isalpha()
            assert is_call or not re.fullmatch(r"[a-z]|\d+", text[start + 1 : end]), text


@settings(derandomize=True, deadline=None, max_examples=200)
@given(arithmetic)
def test_braces_and_left_right_balance(e: Expr) -> None:
    text = to_tex(e)
    assert text.count("{") == text.count("}")
    assert text.count(r"\left") == text.count(r"\right")
