r"""Habits of the field about single letters: which are functions when a bracket follows them.

They decide only where neither a declaration nor the use in the document does (see `Options`).
"""

from typing import Final

HABIT_CALLABLES: Final[dict[str, str]] = {
    "J": "the cost in courses on machine learning",
    "L": "a loss, a likelihood or a Lagrangian",
    "\\ell": "a loss of one example, a log likelihood",
    "E": "an error or energy (with square brackets: an expectation)",
    "C": "a cost",
    "f": "a function",
    "g": "a function, an activation",
    "F": "a function, a cumulative distribution",
    "G": "a function, a generator",
    "H": "an entropy",
    "D": "a divergence, a discriminator",
    "Q": "an action value",
    "\\sigma": "the logistic function or another activation",
    "\\phi": "an activation or features",
    "\\varphi": "an activation or features",
    "\\psi": "an activation or features",
    "\\Phi": "features, the normal distribution function",
    "\\Psi": "a function",
    "\\xi": "a loss in some texts",
    "p": "a density or probability",
    "q": "a density or probability",
    "P": "a probability",
    "\\pi": "a policy, with a condition or parameters in the bracket",
    "\\Gamma": "the gamma function",
    "N": "the normal density, with a condition in the bracket",
}
"""Single letters that are read as functions before a round bracket, each with the reason."""

CERTAIN_CALLABLES: Final = frozenset(["J", "f", "\\ell", "\\sigma", "\\Gamma"])
"""Of these the product is not considered."""

ARGUMENT_ONLY: Final = frozenset(["p", "q", "P", "\\pi", "N", "C", "H", "D", "Q", "E", "G", "F"])
"""Functions before a bracket that holds an argument (a name, a list, a condition); before a sum or
difference that starts with a number, as in ``p(1-q)``, they are factors."""

PRODUCT_LETTERS: Final = frozenset(
    "m n N M K x y w b c d e i j t z A B W X Y Z I \\alpha \\beta \\gamma \\delta \\epsilon \\varepsilon "
    "\\eta \\theta \\lambda \\mu \\Sigma \\Lambda \\Theta \\hat y \\nu \\kappa".replace(
        "\\hat y", ""
    ).split()
)
"""Letters that are factors before a bracket that holds a sum, without a second thought."""
