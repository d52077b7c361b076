"""A scope: what index letters and names stand for where an expression is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import final

from gradproof.canonical.atoms import Value
from gradproof.canonical.indices import Index


@final
@dataclass(frozen=True, slots=True)
class Env:
    """One scope.

    Attributes:
        indices: index letters to forms.
        names: scalar names bound to values.
        active: definitions being unfolded.
        depth: indices bound by sums around the expression.
    """

    indices: Mapping[str, Index] = field(default_factory=dict[str, Index])
    names: Mapping[str, Value] = field(default_factory=dict[str, Value])
    active: tuple[str, ...] = ()
    depth: int = 0

    def with_indices(self, new: Mapping[str, Index]) -> "Env":
        """Bind index letters."""
        return replace(self, indices={**self.indices, **new}) if new else self

    def deeper(self, new: Mapping[str, Index]) -> "Env":
        """Return the scope within a sum."""
        return replace(self, indices={**self.indices, **new}, depth=self.depth + 1)

    def with_name(self, name: str, value: Value) -> "Env":
        """Bind a scalar name."""
        return replace(self, names={**self.names, name: value})

    def inside(self, name: str) -> "Env":
        """Return the scope within the definition of a name."""
        return replace(self, active=(*self.active, name))
