"""The losses that have a name: formulas in TeX, from which gradient and Hessian are derived as from any other."""

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal, final

from gradproof.training.arrays import Vector
from gradproof.training.data.batch import BadData
from gradproof.training.data.profile import TargetProfile
from gradproof.training.data.target import TargetKind, guessed

Link = Literal["logistic", "softmax", "identity", "exponential", "sign"]
"""How a prediction is made of the linear value h: the probability, the number, the count, or the side of zero."""


@final
@dataclass(frozen=True, slots=True)
class Loss:
    """The loss of one row as a formula in its linear value ``h_i`` and its target.

    Attributes:
        name: as the user calls it.
        title: one line about it.
        row: the loss of a row, in TeX.
        target: what the target has to hold.
        link: how a prediction is made of h.
        curvature: a bound of the second derivative by h, or None where there is none.
        convex: whether it is convex in h.
        definitions: further names in TeX.
        constants: names in the formula that stand for fixed numbers, with their values; ``--set`` changes them.
        facts: what is declared.
    """

    name: str
    title: str
    row: str
    target: TargetKind
    link: Link
    curvature: float | None
    convex: bool = True
    definitions: tuple[str, ...] = ()
    constants: dict[str, float] = field(default_factory=dict[str, float])
    facts: tuple[str, ...] = ()

    @property
    def several(self) -> bool:
        """Whether there is a linear value for every class."""
        return self.target == "classes"

    def formulas(self, *, intercept: bool, weighted: bool) -> tuple[str, ...]:
        r"""Return the formulas of the sum over all rows, in TeX.

        The features are the rows ``x_i``, the coefficients w (W for several classes), the intercept b, the target y_i
        or ``Y_{ik}``, the weights of the rows ``\\rho_i``.
        """
        row = rf"\rho_i \left({self.row}\right)" if weighted else rf"\left({self.row}\right)"
        if self.several:
            value = r"h_{ik} = \sum_{j=1}^n X_{ij} W_{jk}" + (" + b_k" if intercept else "")
        else:
            value = "h_i = x_i^T w" + (" + b" if intercept else "")
        return (rf"J = \sum_{{i=1}}^m {row}", *self.definitions, value)

    def declared(self, *, intercept: bool, weighted: bool) -> tuple[str, ...]:
        r"""Return the facts to declare, in TeX."""
        if self.several:
            facts = [
                r"X \in \mathbb{R}^{m \times n}",
                r"W \in \mathbb{R}^{n \times K}",
                r"Y \in \mathbb{R}^{m \times K}",
            ]
            facts += [r"b \in \mathbb{R}^K"] if intercept else []
        else:
            facts = [r"x_i \in \mathbb{R}^n", r"w \in \mathbb{R}^n", r"y \in \mathbb{R}^m"]
            facts += [r"b \in \mathbb{R}"] if intercept else []
        facts += [r"\rho \in \mathbb{R}^m"] if weighted else []
        return (*facts, *self.facts)


_LOSSES: Final = (
    Loss(
        "logistic",
        "two classes: binary cross entropy of the logistic model",
        r"-y_i \log p_i - (1 - y_i) \log(1 - p_i)",
        "binary",
        "logistic",
        0.25,
        definitions=(r"p_i = \sigma(h_i)",),
    ),
    Loss(
        "softmax",
        "several classes: cross entropy of the softmax model",
        r"-\sum_{k=1}^K Y_{ik} \log p_{ik}",
        "classes",
        "softmax",
        0.5,
        definitions=(r"p_{ik} = \frac{e^{h_{ik}}}{\sum_{l=1}^K e^{h_{il}}}",),
    ),
    Loss("squared", "numbers: half the squared error", r"\frac{1}{2} (h_i - y_i)^2", "number", "identity", 1.0),
    Loss(
        "poisson",
        "counts: Poisson model with the logarithm as link",
        r"e^{h_i} - y_i h_i",
        "count",
        "exponential",
        None,
    ),
    Loss(
        "huber",
        "numbers with outliers: squared near zero, straight beyond delta",
        r"\begin{cases} \frac{1}{2} r_i^2 & |r_i| \le \delta \\"
        r"\delta (|r_i| - \frac{1}{2} \delta) & |r_i| > \delta \end{cases}",
        "number",
        "identity",
        1.0,
        definitions=("r_i = h_i - y_i",),
        constants={"delta": 1.35},
        facts=(r"\delta > 0",),
    ),
    Loss(
        "squared-hinge",
        "two classes: squared distance to the right side of the margin",
        r"\max(0, 1 - s_i h_i)^2",
        "binary",
        "sign",
        2.0,
        definitions=("s_i = 2 y_i - 1",),
    ),
    Loss(
        "focal",
        "two classes, one of them rare: focal loss with exponent 2",
        r"-y_i (1 - p_i)^2 \log p_i - (1 - y_i) p_i^2 \log(1 - p_i)",
        "binary",
        "logistic",
        None,
        convex=False,
        definitions=(r"p_i = \sigma(h_i)",),
    ),
)  # fmt: skip

LOSSES: Final = MappingProxyType({loss.name: loss for loss in _LOSSES})


def loss_named(name: str) -> Loss:
    """Return a loss by its name.

    Raises:
        BadData: there is none of that name.
    """
    if name not in LOSSES:
        raise BadData(
            f"there is no loss {name!r}; expected one of {', '.join(LOSSES)}, or a formula such as "
            r"'J = \frac1m \sum_i (x_i^T w - y_i)^2'"
        )
    return LOSSES[name]


def loss_for(kind: TargetKind) -> Loss:
    """Return the loss that is taken where none was named."""
    return LOSSES[
        {"binary": "logistic", "classes": "softmax", "count": "poisson", "number": "squared"}[kind]
    ]


def chosen_for(loss: Loss | None, profile: TargetProfile) -> tuple[TargetKind, str, str]:
    """Return the kind of target of a loss, its name, and a note where it was chosen by what stands in the target."""
    if loss is not None:
        return loss.target, loss.name, ""
    kind, why = guessed(profile)
    loss = loss_for(kind)
    return kind, loss.name, f"loss: {loss.name}, because {why}"


def is_formula(loss: str) -> bool:
    """Tell a formula from the name of a loss."""
    return re.fullmatch(r"[a-z][a-z-]*", loss.strip()) is None


def centred(parts: dict[str, Vector], *, penalised: bool) -> dict[str, Vector]:
    """Return the parameters of a softmax whose classes have the mean 0, of which there is one choice.

    Adding one number to the intercepts of all classes changes no probability, and so for coefficients that are not
    penalised (which the penalty decides otherwise).
    """
    out = {name: value.copy() for name, value in parts.items()}
    if "W" in out and not penalised:
        out["W"] -= out["W"].mean(axis=1, keepdims=True)
    if "W" in out and "b" in out:
        out["b"] -= out["b"].mean()
    return out
