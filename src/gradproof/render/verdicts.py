"""A verdict in words, never without what it rests on."""

from collections.abc import Iterable
from typing import Final

from gradproof.diagnostic import Evidence, LineReport, Verdict
from gradproof.render.styled import Style, clean

STYLES: Final[dict[Verdict, Style]] = {
    "given": "quiet",
    "proved": "good",
    "agrees": "good",
    "refuted": "error",
    "undecided": "doubt",
    "unread": "doubt",
}
ORDER: Final[tuple[Verdict, ...]] = (
    "given",
    "proved",
    "agrees",
    "undecided",
    "unread",
    "refuted",
)


def ground(line: LineReport) -> str:
    """Return in words what the verdict of `line` rests on.

    A verdict that should name its evidence and does not is shown as unsupported.
    """
    parts = [_basis(line)]
    if line.verdict == "refuted" and line.follows_from_wrong:
        parts.append("follows from the wrong line")
    if line.cancels:
        parts.append("the slip cancels here")
    if line.truth is False and line.verdict in ("proved", "agrees"):
        parts.append("the step is right, the line as it stands is false")
    if line.truth is True and line.verdict in ("refuted", "undecided"):
        parts.append("the line as it stands is true")
    return "; ".join(parts)


def count(verdicts: Iterable[Verdict]) -> str:
    """Return how many lines have each verdict.

    >>> count(["proved", "given", "proved"])
    '1 given, 2 proved'
    """
    known = list(verdicts)
    return ", ".join(f"{known.count(verdict)} {verdict}" for verdict in ORDER if verdict in known)


def many(number: int, noun: str) -> str:
    """Return a number of things in words.

    >>> many(1, "line"), many(2, "line")
    ('1 line', '2 lines')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _basis(line: LineReport) -> str:
    reason = clean(line.reason) if line.reason else None
    if line.verdict in ("undecided", "unread"):
        return reason or "no reason was recorded"
    if line.verdict == "given":
        return reason or f"taken as it stands ({line.role})"
    if line.evidence is None:
        return "unsupported: no evidence was recorded"
    words = _evidence(line.evidence, refuted=line.verdict == "refuted")
    if line.rules:
        words += f" [{', '.join(line.rules)}]"
    return words if reason is None else f"{words}; {reason}"


def _evidence(evidence: Evidence, *, refuted: bool) -> str:
    points = f"{evidence.points} point{'' if evidence.points == 1 else 's'}"
    match evidence.kind:
        case "rule":
            return "the named rules lead elsewhere" if refuted else "derived by named rules"
        case "canonical":
            return "exact normal forms differ" if refuted else "exact normal forms agree"
        case "fingerprint":
            return (
                "exact residues differ"
                if refuted
                else f"exact residues agree at {points}, none differ"
            )
        case "sampling":
            return f"differs at one of {points}" if refuted else f"{points} sampled, none differ"
        case "ball":
            return (
                "counterexample certified in ball arithmetic"
                if refuted
                else f"{points} in ball arithmetic, none differ"
            )
        case "shape":
            return "the shapes do not fit" if refuted else "the shapes fit"
