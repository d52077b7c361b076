"""The sentences of a document with its formulas in their places, each as a mark with the position of its region."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, final

from gradproof.notation.documents import Document

MARK: Final = "⟨(\\d+)⟩"
"""Pattern of a formula in a sentence."""

LONGEST: Final = 2000
"""Characters of a sentence that are looked at."""

_SHORT = {
    "w.r.t.": "wrt",
    "w.r.t": "wrt",
    "i.e.": "ie",
    "e.g.": "eg",
    "resp.": "resp",
    "with respect to": "wrt",
}
_ENDS = re.compile(r"(?<=[.!?])(?=\s)|(?<=[.!?])$|\n")


@final
@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, and the positions of the regions in it."""

    text: str
    regions: tuple[int, ...]


def mark(position: int) -> str:
    """Return the mark of a formula."""
    return f"⟨{position}⟩"


def sentences(document: Document) -> tuple[Sentence, ...]:
    """Cut the running text into sentences.

    One ends with a full stop, with a heading, and behind a display that no small letter follows.
    """
    found: list[Sentence] = []
    for text in _stretches(document):
        for part in _ENDS.split(text):
            marks = tuple(int(k) for k in re.findall(MARK, part))
            if marks and len(part) <= LONGEST:
                found.append(Sentence(" ".join(part.split()), marks))
    return tuple(found)


def _stretches(document: Document) -> Iterator[str]:
    """Yield the text between headings, with marks in the places of the formulas."""
    words: list[list[str]] = [[] for _ in range(len(document.regions) + 1)]
    for prose in document.prose:
        words[prose.region].append(prose.text)
    out: list[str] = []
    heading: int | None = None
    for position, region in enumerate(document.regions):
        if heading is not None and region.heading != heading:
            yield "".join(out)
            out = []
        heading = region.heading
        out.extend(_joined(words[position]))
        out.append(f" {mark(position)} ")
        following = " ".join(words[position + 1]).lstrip()
        if region.kind == "display" and not following[:1].islower():
            out.append("\n")
    out.extend(_joined(words[-1]))
    yield "".join(out)


def _joined(pieces: Sequence[str]) -> list[str]:
    text = " ".join(pieces)
    for long, short in _SHORT.items():
        text = text.replace(long, short)
    return [text]
