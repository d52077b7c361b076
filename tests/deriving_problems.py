"""Formulas that people differentiate, with declarations, and the form in which they expect the result."""

from dataclasses import dataclass
from typing import Literal

from gradproof.expr import Context, Expr, Sym, walk
from gradproof.notation.documents import read_document
from gradproof.notation.elaborate import read_derivation

X = r"X \in \mathbb{R}^{m \times n}"
SQUARE = r"X \in \mathbb{R}^{n \times n}"
VECTOR = r"x \in \mathbb{R}^n"
LOGISTIC = (X, r"w \in \mathbb{R}^n", r"y \in \{0,1\}^m")


@dataclass(frozen=True)
class Problem:
    """One formula: `goal` by `wrt`, what is asked for, and the expected result on one line."""

    kind: Literal["gradient", "jacobian", "hessian"]
    tex: str
    wrt: str
    expected: str
    declare: tuple[str, ...] = ()
    goal: str = "J"


def read(tex: str, declare: tuple[str, ...]) -> tuple[Context, dict[str, Sym]]:
    """Read formulas with declarations; return the context and the symbols by name."""
    document = read_document("problem.md", f"$$\n{tex}\n$$\n")
    derivation = read_derivation(document, declare)
    symbols: dict[str, Sym] = {}
    for line in derivation.lines:
        assert line.reason is None, line.reason
        for sides, _ in line.statements:
            for side in sides:
                for _, node in walk(side) if side is not None else ():
                    if isinstance(node, Sym):
                        symbols[node.name] = node
    return derivation.contexts[-1][0], symbols


def posed(p: Problem) -> tuple[Expr, Expr, Context]:
    """Return what is differentiated, by what, and the context."""
    context, symbols = read(p.tex, p.declare)
    return symbols[p.goal], symbols[p.wrt], context


CROSS_ENTROPY = r"J = -\frac1m(y^T \log z + (1-y)^T \log(1-z))"
PLAIN_CROSS_ENTROPY = r"J = -\frac1m(y^T \log \sigma(Xw) + (1-y)^T \log(1-\sigma(Xw)))"
NETWORK = r"H = \sigma(XW_1) \\ z = \sigma(Hw_2) \\ " + CROSS_ENTROPY

TWELVE = (
    Problem(
        "gradient",
        r"J = -(y \log\hat y + (1-y)\log(1-\hat y))",
        r"\hat y",
        "(ŷ - y)/(ŷ·(1 - ŷ))",
        (r"\hat y \in (0,1)", r"y \in \{0,1\}"),
    ),
    Problem("gradient", PLAIN_CROSS_ENTROPY, "w", "(Xᵀ(σ(X w) - y))/m", LOGISTIC),
    Problem(
        "hessian",
        r"z = \sigma(Xw) \\ " + CROSS_ENTROPY,
        "w",
        "(Xᵀ diag(z ⊙ (1 - z)) X)/m",
        LOGISTIC,
    ),
    Problem(
        "jacobian", r"s = \operatorname{softmax}(x)", "x", "diag(s) - s sᵀ", (VECTOR,), goal="s"
    ),
    Problem(
        "gradient",
        r"J = -y^T \log\operatorname{softmax}(x)",
        "x",
        "softmax(x) - y",
        (VECTOR, r"y \in \mathbb{R}^n", r"\sum_i y_i = 1"),
    ),
    Problem(
        "gradient",
        r"J = \|XW - Y\|_F^2",
        "W",
        "2Xᵀ(X W - Y)",
        (X, r"W \in \mathbb{R}^{n \times k}", r"Y \in \mathbb{R}^{m \times k}"),
    ),
    Problem("gradient", r"J = \log\det X", "X", "(X⁻¹)ᵀ", (SQUARE,)),
    Problem(
        "gradient",
        r"J = \operatorname{tr}(A X^{-1} B)",
        "X",
        "-(X⁻¹)ᵀ Aᵀ Bᵀ(X⁻¹)ᵀ",
        (SQUARE, r"A \in \mathbb{R}^{k \times n}", r"B \in \mathbb{R}^{n \times k}"),
    ),
    Problem(
        "gradient",
        NETWORK,
        "W_1",
        "(Xᵀ(((z - y) w₂ᵀ) ⊙ H ⊙ (1 - H)))/m",
        (X, r"W_1 \in \mathbb{R}^{n \times k}", r"w_2 \in \mathbb{R}^k", r"y \in \{0,1\}^m"),
    ),
    Problem(
        "hessian",
        r"J = x^T A x + \lambda x^T x",
        "x",
        "2A + 2λ I",
        (VECTOR, r"A \in \mathbb{R}^{n \times n}", r"A^T = A"),
    ),
    Problem(
        "gradient",
        r"\mu = \frac1n\sum_{i=1}^n x_i \\ s = \sqrt{\frac1n\sum_{i=1}^n(x_i - \mu)^2 + \epsilon} \\"
        r"\hat x = \frac{x - \mu}{s} \\ J = g^T \hat x",
        "x",
        "(g - mean(g) - mean(g ⊙ x̂) x̂)/s",
        (VECTOR, r"g \in \mathbb{R}^n", r"\epsilon > 0"),
    ),
    Problem(
        "gradient",
        r"A = \operatorname{softmax}\left(\frac{QK^T}{\sqrt d}\right) \\ J = \operatorname{tr}(G^T A V)",
        "Q",
        "((A ⊙ (G Vᵀ - (A ⊙ (G Vᵀ)) 𝟏 𝟏ᵀ)) K)/sqrt(d)",
        (
            r"Q \in \mathbb{R}^{m \times d}",
            r"K \in \mathbb{R}^{n \times d}",
            r"V \in \mathbb{R}^{n \times p}",
            r"G \in \mathbb{R}^{m \times p}",
        ),
    ),
)
"""The twelve problems."""

OTHERS = (
    Problem("gradient", r"J = \operatorname{tr}(x^T x) + b", "x", "2x", (VECTOR,)),
    Problem("gradient", r"J = \log\operatorname{tr}(x^T x)", "x", "(2x)/(xᵀ x)", (VECTOR,)),
    Problem("gradient", r"J = \sqrt{x^T x}", "x", "x/sqrt(xᵀ x)", (VECTOR,)),
    Problem(
        "gradient",
        r"J = \frac12\|A - UV\|_F^2 + \frac12\|U\|_F^2",
        "U",
        "(U V - A) Vᵀ + U",
        (
            r"A \in \mathbb{R}^{m \times n}",
            r"U \in \mathbb{R}^{m \times k}",
            r"V \in \mathbb{R}^{k \times n}",
        ),
    ),
    Problem(
        "hessian",
        r"J = x^T A x + \lambda x^T x",
        "x",
        "A + Aᵀ + 2λ I",
        (VECTOR, r"A \in \mathbb{R}^{n \times n}"),
    ),
    Problem(
        "jacobian",
        r"f = A\tanh(Bx)",
        "x",
        "A diag(1 - tanh(B x) ⊙ tanh(B x)) B",
        (VECTOR, r"B \in \mathbb{R}^{k \times n}", r"A \in \mathbb{R}^{m \times k}"),
        goal="f",
    ),
    Problem("gradient", r"J = \log\sum_{i=1}^n e^{x_i}", "x", "softmax(x)", (VECTOR,)),
    Problem(
        "gradient",
        r"z = \sigma(Xw) \\ J = -\frac1m\sum_{i=1}^m(y_i\log z_i + (1-y_i)\log(1-z_i))",
        "w",
        "(Xᵀ(z - y))/m",
        LOGISTIC,
    ),
    Problem(
        "gradient",
        r"J = \sum_{i=1}^m\left(\sum_{j=1}^n A_{ij}x_j - u_i\right)^2",
        "x",
        "2Aᵀ(A x - u)",
        (VECTOR, r"A \in \mathbb{R}^{m \times n}", r"u \in \mathbb{R}^m"),
    ),
    Problem(
        "gradient",
        r"J = \sum_{i=1}^m \log(1 + e^{-y_i w^T x_i})",
        "w",
        "-∑_{i=1}^{m} yᵢ σ(-yᵢ wᵀ xᵢ) xᵢ",
        (r"w \in \mathbb{R}^n", r"x_i \in \mathbb{R}^n", r"y_i \in \{-1,1\}"),
    ),
    Problem(
        "gradient",
        r"h_i = \sum_{j=1}^n A_{ij}x_j \\ z_i = \sigma(h_i) \\ J = \sum_{i=1}^m(z_i - y_i)^2",
        "x",
        "2Aᵀ(z ⊙ (1 - z) ⊙ (z - y))",
        (VECTOR, r"A \in \mathbb{R}^{m \times n}", r"y \in \mathbb{R}^m"),
    ),
    Problem(
        "gradient",
        r"J = \operatorname{vec}(X)^T (A \otimes B)\operatorname{vec}(X)",
        "X",
        "B X Aᵀ + Bᵀ X A",
        (
            r"X \in \mathbb{R}^{n \times m}",
            r"A \in \mathbb{R}^{m \times m}",
            r"B \in \mathbb{R}^{n \times n}",
        ),
    ),
    Problem(
        "gradient",
        r"s_k = \frac{e^{x_k}}{\sum_{j=1}^n e^{x_j}} \\ J = -\sum_{k=1}^n y_k \log s_k",
        "x",
        "s - y",
        (VECTOR, r"\sum_k y_k = 1"),
    ),
    Problem(
        "gradient",
        r"\sigma(x) = \frac{1}{1+e^{-x}} \\ z = \sigma(Xw) \\ " + CROSS_ENTROPY,
        "w",
        "(Xᵀ(z - y))/m",
        LOGISTIC,
    ),
    Problem(
        "jacobian",
        r"s = \frac{e^x}{\mathbf{1}^T e^x}",
        "x",
        "diag(s) - s sᵀ",
        (VECTOR,),
        goal="s",
    ),
)
