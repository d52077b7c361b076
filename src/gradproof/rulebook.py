"""Every rule that a derivation can name: title, formula, source and an example that the program works out."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, final

from gradproof import differentiate, rewrite
from gradproof.deriving import differential_rules


@final
@dataclass(frozen=True, slots=True)
class RulePage:
    """What is said about one rule.

    `example` is a formula and a variable whose derivation, with the facts of `declare`, uses it.
    """

    name: str
    title: str
    formula: str
    source: str
    example: tuple[str, str] | None = None
    declare: tuple[str, ...] = ()


_CALCULUS: Final = "Spivak, Calculus, chapters 10 and 18"
_INDICES: Final = "Laue, Mitterreiter, Giesen, Computing Higher Order Derivatives of Matrix and Tensor Expressions"
_LEARNING: Final = "Bishop, Pattern Recognition and Machine Learning, chapter 4"
_ALGEBRA: Final = "an identity of arithmetic"

_SOURCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "arrays": _INDICES, "entries": _INDICES, "sums": _INDICES, "logistic": _LEARNING,
        "kinks": "Goodfellow, Bengio, Courville, Deep Learning, section 6.3",
    }
)  # fmt: skip

_STEPS: Final = (
    RulePage(
        "chain-rule",
        "chain rule",
        r"\frac{dJ}{dx} = \frac{dJ}{du} \frac{du}{dx}",
        _CALCULUS,
        (r"J = \sin(u), u = x^2", "x"),
    ),
    RulePage(
        "substitution",
        "substitution",
        r"u = g(x) \Rightarrow f(u) = f(g(x))",
        _ALGEBRA,
        (r"J = \sin(u), u = x^2", "x"),
    ),
    RulePage(
        "simplification",
        "simplification: fractions joined, factors cancelled, names put back",
        r"\frac{a}{b} + \frac{c}{d} = \frac{ad + cb}{bd}",
        _ALGEBRA,
        (r"y \log p + (1-y) \log(1-p)", "p"),
    ),
    RulePage(
        "second-derivative",
        "the derivative once more",
        r"\frac{d^2 f}{dx^2} = \frac{d}{dx} \frac{df}{dx}",
        _CALCULUS,
    ),
    RulePage(
        "cases",
        "equal and different indices apart",
        r"\delta_{ij} = 1 \text{ if } i = j, \quad \delta_{ij} = 0 \text{ if } i \ne j",
        _INDICES,
    ),
    RulePage(
        "gradient-descent",
        "a step of gradient descent",
        r"w := w - \alpha \frac{\partial J}{\partial w}",
        "Cauchy, Méthode générale pour la résolution des systèmes d'équations simultanées, 1847",
    ),
)
_MAGNUS: Final = "Magnus and Neudecker, Matrix Differential Calculus, chapters 5, 6 and 9"
_ARRAYS: Final = (
    RulePage(
        "gradient-identification",
        "the gradient is what stands before the differential of the variable",
        r"dJ = G : dX \Rightarrow \frac{\partial J}{\partial X} = G",
        _MAGNUS,
        (r"J = \frac12 \|x\|_2^2", "x"),
        (r"x \in \mathbb{R}^n",),
    ),
    RulePage(
        "jacobian-identification",
        "the Jacobian is the matrix before the differential of the variable",
        r"dy = M\,dx \Rightarrow \frac{\partial y}{\partial x} = M",
        _MAGNUS,
        (r"s = \operatorname{softmax}(z)", "z"),
        (r"z \in \mathbb{R}^n",),
    ),
    RulePage(
        "hessian-identification",
        "the Hessian is the Jacobian of the gradient",
        r"d(\nabla J) = H\,dx \Rightarrow \nabla^2 J = H",
        _MAGNUS,
    ),
    RulePage(
        "sum-linear",
        "the differential of a sum over an index",
        r"d \sum_i u_i = \sum_i d u_i",
        _MAGNUS,
    ),
    RulePage(
        "adjoint",
        "the derivative of the loss by a value, from that by what the value is used for",
        r"\frac{\partial J}{\partial u} = \left(\frac{\partial v}{\partial u}\right)^{\top} "
        r"\frac{\partial J}{\partial v}",
        "Griewank and Walther, Evaluating Derivatives, chapter 3",
    ),
    RulePage(
        "sum-over-paths",
        "a value that is used in several places gets the sum over all of them",
        r"\frac{\partial J}{\partial u} = \sum_v \frac{\partial J}{\partial v} \frac{\partial v}{\partial u}",
        "Griewank and Walther, Evaluating Derivatives, chapter 3",
    ),
)
"""Rules of whole lines, which belong to no single kind of expression."""

_EXAMPLES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "abs-rule": (r"f = |x|", "x"),
        "arccos-rule": (r"f = \arccos(x)", "x"),
        "arcsin-rule": (r"f = \arcsin(x)", "x"),
        "arctan-rule": (r"f = \arctan(x)", "x"),
        "cases-rule": (r"f = \begin{cases} x^2 & x > 0 \\ 0 & \text{otherwise} \end{cases}", "x"),
        "constant-base-rule": (r"f = 2^x", "x"),
        "constant-divisor": (r"f = \frac{x^2}{m}", "x"),
        "constant-multiple": (r"f = c x^2", "x"),
        "cos-rule": (r"f = \cos(x)", "x"),
        "cosh-rule": (r"f = \cosh(x)", "x"),
        "cot-rule": (r"f = \cot(x)", "x"),
        "csc-rule": (r"f = \csc(x)", "x"),
        "definition": (r"f = u^2, u = 3x", "x"),
        "delta-collapse": (r"f = \sum_k a_k x_k", "x_i"),
        "entries-are-independent": (r"f = \sum_k a_k x_k", "x_i"),
        "exp-rule": (r"f = e^{-x}", "x"),
        "log-rule": (r"f = \log(1 - x)", "x"),
        "logsumexp-rule": (r"f = \operatorname{logsumexp}(z)", "z_i"),
        "max-rule": (r"f = \max(0, 1 - x)", "x"),
        "power-rule": (r"f = (x - a)^2", "x"),
        "product-rule": (r"f = x e^x", "x"),
        "quotient-rule": (r"f = \frac{x}{1 + x}", "x"),
        "reciprocal-rule": (r"f = \frac{1}{1 + x}", "x"),
        "relu-rule": (r"f = \operatorname{relu}(x)", "x"),
        "sigmoid-rule": (r"f = \sigma(x)", "x"),
        "sign-rule": (r"f = -x^2", "x"),
        "sin-rule": (r"f = \sin(x)", "x"),
        "sinh-rule": (r"f = \sinh(x)", "x"),
        "softplus-rule": (r"f = \operatorname{softplus}(x)", "x"),
        "sqrt-rule": (r"f = \sqrt{1 + x}", "x"),
        "sum-over-index": (r"f = \sum_{i=1}^m (y_i - x)^2", "x"),
        "sum-rule": (r"f = x^2 + e^x", "x"),
        "tan-rule": (r"f = \tan(x)", "x"),
        "tanh-rule": (r"f = \tanh(x)", "x"),
    }
)  # fmt: skip


def rulebook() -> Mapping[str, RulePage]:
    """Return every rule by name, in alphabetical order."""
    found = {page.name: page for page in (*_STEPS, *_ARRAYS)}
    for name, rule in differentiate.catalogue().items():
        family = rule.apply.__module__.rpartition(".")[2]
        source = _SOURCES.get(family, _CALCULUS)
        found[name] = RulePage(name, rule.title, rule.formula, source, _EXAMPLES.get(name))
    for name, rule in rewrite.catalogue().items():
        title = name.replace("-", " ")
        found[name] = RulePage(name, title, rule.formula, _ALGEBRA, _EXAMPLES.get(name))
    for name, rule in differential_rules().items():
        found.setdefault(name, RulePage(name, rule.title, rule.formula, rule.source))
    return MappingProxyType(dict(sorted(found.items())))


def rule_page(page: RulePage) -> str:
    """Return the page of one rule in Markdown, with its example worked out."""
    parts = [
        f"# {page.name}\n",
        f"{page.title[0].upper()}{page.title[1:]}.\n",
        f"$$\n{page.formula}\n$$\n",
    ]
    if page.example is not None:
        from gradproof.worked import work_out

        formula, wrt = page.example
        worked = work_out((formula,), wrt, declare=page.declare)
        facts = "".join(f" --declare '{fact}'" for fact in page.declare)
        parts.append(f"For example, `gradproof derive '{formula}' --wrt {wrt}{facts}`:\n")
        lines = "".join(f"{line}\n" for line in worked.to_text().split("\n\n")[0].splitlines())
        parts.append(f"```text\n{lines}```\n")
    parts.append(f"Source: {page.source}.\n")
    return "\n".join(parts)
