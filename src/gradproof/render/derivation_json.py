"""A derivation as the JSON object of the machine contract (``schema/derive.schema.json``)."""

from collections.abc import Sequence
from json import dumps
from typing import Any, Final, Protocol

from gradproof._version import __version__
from gradproof.deriving import Derivation
from gradproof.diagnostic import Verdict
from gradproof.spell import to_tex

SCHEMA_VERSION: Final = 1


class ResultLike(Protocol):
    """The result as text."""

    @property
    def tex(self) -> str:
        """In TeX."""
        ...

    @property
    def plain(self) -> str:
        """As plain text."""
        ...

    @property
    def shape(self) -> tuple[str, ...]:
        """The sizes."""
        ...


class StepLike(Protocol):
    """A line as text."""

    @property
    def tex(self) -> str:
        """In TeX."""
        ...

    @property
    def plain(self) -> str:
        """As plain text."""
        ...

    @property
    def rule(self) -> str:
        """The rule that gives the line."""
        ...

    @property
    def also(self) -> tuple[str, ...]:
        """Further rules."""
        ...

    @property
    def note(self) -> str | None:
        """A remark."""
        ...

    @property
    def verdict(self) -> Verdict:
        """What the check says of it."""
        ...


def render(
    derivation: Derivation,
    steps: Sequence[StepLike],
    result: ResultLike,
    assumptions: Sequence[str],
    comparison: dict[str, Any] | None = None,
) -> str:
    """Return one JSON object and a line end; keys stand in the order of the contract."""
    data: dict[str, Any] = {
        "schema": SCHEMA_VERSION,
        "tool": "gradproof",
        "version": __version__,
        "goal": to_tex(derivation.goal),
        "style": derivation.style,
        "result": {"tex": result.tex, "plain": result.plain, "shape": list(result.shape)},
        "steps": [
            {
                "tex": step.tex,
                "plain": step.plain,
                "rule": step.rule,
                "also": list(step.also),
                "note": step.note,
                "verdict": step.verdict,
            }
            for step in steps
        ],
        "assumptions": list(assumptions),
    }
    if comparison is not None:
        data["comparison"] = comparison
    return dumps(data, ensure_ascii=False, allow_nan=False) + "\n"
