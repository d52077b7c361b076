"""Which findings count: names and families of mistakes to select and to ignore."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Final, final

from gradproof.diagnostic import FileReport, Ignored

UNUSED: Final = "unused-ignore"
UNREASONED: Final = "ignore-without-reason"
UNKNOWN: Final = "unknown-ignore"

COMMENTS: Final = MappingProxyType(
    {
        UNUSED: "a comment asks to ignore what is not found",
        UNREASONED: "a comment that ignores a mistake does not say why",
        UNKNOWN: "a comment asks to ignore a mistake that does not exist",
    }
)
"""Warnings about comments to the checker, each with its headline."""


@final
class UnknownName(LookupError):
    """There is no mistake and no family of that name; `close` are the most similar ones."""

    def __init__(self, name: str, close: tuple[str, ...]) -> None:
        self.name = name
        self.close = close
        message = f"no mistake and no family of mistakes is named {name!r}"
        if close:
            message += "; did you mean " + " or ".join(close) + "?"
        super().__init__(f"{message} ('gradproof explain' lists the names)")


@cache
def families() -> MappingProxyType[str, str]:
    """Return the family of everything that a finding can be named, by name."""
    from gradproof.mistakes import REMARKS, UNEXPLAINED, catalogue

    found = {name: _slug(mistake.family) for name, mistake in sorted(catalogue().items())}
    found |= dict.fromkeys(REMARKS, "remarks")
    found |= dict.fromkeys(COMMENTS, "comments")
    return MappingProxyType({**found, UNEXPLAINED: "unexplained"})


def expand(names: Iterable[str]) -> frozenset[str]:
    """Return the mistakes that `names` stand for; a family stands for all of its mistakes.

    A family is spelled in small letters with hyphens (``chain-rule``), or as in the catalogue.

    Raises:
        UnknownName: a name is neither a mistake nor a family.
    """
    out: set[str] = set()
    for name in names:
        wanted = _slug(name)
        known = families()
        members = [m for m, family in known.items() if wanted in (m, family)]
        if not members:
            choices = sorted({*known, *known.values()})
            raise UnknownName(name, tuple(difflib.get_close_matches(wanted, choices, 3, 0.6)))
        out.update(members)
    return frozenset(out)


@final
@dataclass(frozen=True, slots=True)
class Selection:
    """The mistakes that count: those in `select` (None: all) that are not in `ignore`."""

    select: frozenset[str] | None = None
    ignore: frozenset[str] = frozenset()

    @classmethod
    def of(cls, select: Iterable[str] = (), ignore: Iterable[str] = ()) -> "Selection":
        """Make a selection of names and families; without a name in `select` everything counts.

        Raises:
            UnknownName: a name is neither a mistake nor a family.
        """
        return cls(expand(select) or None, expand(ignore))

    def apply(self, report: FileReport) -> FileReport:
        """Move the findings that do not count to `FileReport.ignored`; verdicts stay as they are."""
        if self.select is None and not self.ignore:
            return report
        ignored = list(report.ignored)
        kept = list(report.findings)
        for finding in report.findings:
            if finding.mistake in self.ignore:
                ignored.append(Ignored(finding, "ignore"))
            elif self.select is not None and finding.mistake not in self.select:
                ignored.append(Ignored(finding, "select"))
            else:
                continue
            kept.remove(finding)
        return replace(report, findings=tuple(kept), ignored=tuple(ignored))


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
