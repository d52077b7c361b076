"""A formula of the user's as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

from gradproof.training.data.target import TargetKind


@final
@dataclass(frozen=True, slots=True)
class Roles:
    """Which names of a formula stand for the data.

    Attributes:
        features: the name of the matrix of features, shape (rows, features).
        target: the name of the target, shape (rows,) or (rows, classes).
        weights: the name of the weights of rows, or None.
    """

    features: str
    target: str | None
    weights: str | None


@final
@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that was read: its names, sorted by what they are.

    Attributes:
        formulas: as they were written, in TeX.
        declared: facts, those added for the data included.
        roles: which names stand for data.
        constants: values of the names that are set, by their names in code.
        parameters: the names to train, in TeX.
        prediction: the name, defined in the formulas, of what is predicted; None where there is none.
    """

    formulas: tuple[str, ...]
    declared: tuple[str, ...]
    roles: Roles
    constants: dict[str, float]
    parameters: tuple[str, ...]

    prediction: str | None = None

    @property
    def target_kind(self) -> TargetKind | None:
        """What the target has to hold: classes for a matrix Y, otherwise what the table says."""
        return "classes" if self.roles.target == "Y" else None

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "formulas": list(self.formulas),
            "declared": list(self.declared),
            "roles": [self.roles.features, self.roles.target, self.roles.weights],
            "constants": self.constants,
            "parameters": list(self.parameters),
            "prediction": self.prediction,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Formula":
        """Return what `to_json` gave.

        Raises:
            KeyError, TypeError, ValueError: it is something else.
        """
        features, target, weights = data["roles"]
        return cls(
            tuple(data["formulas"]),
            tuple(data["declared"]),
            Roles(features, target, weights),
            dict(data["constants"]),
            tuple(data["parameters"]),
            data["prediction"],
        )


def is_bias(name: str) -> bool:
    """Tell whether a parameter is an intercept by its name: b, or b with a label."""
    return name == "b" or name.startswith("b_")
