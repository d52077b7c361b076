"""The texts of which a document is made, one of them at a time replaced: cells of a notebook, included files."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final, final

from gradproof.batch import Loader
from gradproof.notation.documents import Document
from gradproof.notation.documents.notebook import cells_of

LAYOUTS: Final[tuple[tuple[int | None, bool], ...]] = tuple(
    (indent, ascii) for indent in (1, 2, 4, None) for ascii in (False, True)
)
"""How programs lay out a notebook's JSON (indentation, ASCII alone), the usual way first."""


@final
@dataclass(frozen=True, slots=True)
class Manuscript:
    """A document as it is handed to the checker: `data`, and the `included` files that were changed."""

    data: bytes | str
    loader: Loader | None = None
    included: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def load(self, name: str) -> bytes | None:
        """Return the bytes of an included file, changed ones as they are now."""
        changed = self.included.get(name)
        if changed is not None:
            return changed.encode()
        return None if self.loader is None else self.loader(name)

    def with_text(self, document: Document, source: int, text: str) -> "Manuscript":
        """Return the manuscript with one source of the document replaced by `text`."""
        cell, old = document.sources[source]
        if cell is not None:
            return replace(self, data=_with_cell(_decoded(self.data), cell, text))
        if source == 0:
            return replace(self, data=text)
        return replace(self, included=MappingProxyType({**self.included, old.path: text}))

    def whole(self, document: Document) -> str:
        r"""Return the text of the document; an included file that was changed stands in place of its ``\input``."""
        if document.dialect == "notebook":
            return _decoded(self.data)
        return self._expanded(document, 0)

    def _expanded(self, document: Document, source: int) -> str:
        text = document.sources[source][1].text
        found = [i for i in document.includes if i.source == source and i.resolved is not None]
        for include in sorted(found, key=lambda i: i.span.start, reverse=True):
            inner = include.resolved
            if inner is not None and self._changed(document, inner):
                body = self._expanded(document, inner).partition(r"\endinput")[0]
                path = document.sources[inner][1].path
                lead = f"% gradproof: here stands {path}, mended\n"
                text = text[: include.span.start] + lead + body + text[include.span.end :]
        return text

    def _changed(self, document: Document, source: int) -> bool:
        """Tell whether a source, or one that it includes, was changed."""
        return document.sources[source][1].path in self.included or any(
            i.source == source and i.resolved is not None and self._changed(document, i.resolved)
            for i in document.includes
        )


def _decoded(data: bytes | str) -> str:
    return data if isinstance(data, str) else data.decode("utf-8-sig")


def _with_cell(notebook: str, number: int, text: str) -> str:
    """Return the JSON of a notebook with the source of one cell replaced, laid out as before."""
    loaded: Any = json.loads(notebook)
    end = notebook[len(notebook.rstrip()) :]
    bare = notebook.rstrip()
    layout = next((known for known in LAYOUTS if _written(loaded, known) == bare), LAYOUTS[0])
    cell: Any = cells_of(loaded)[number]
    cell["source"] = text.splitlines(keepends=True) if isinstance(cell["source"], list) else text
    return _written(loaded, layout) + end


def _written(notebook: Any, layout: tuple[int | None, bool]) -> str:
    indent, ascii = layout
    return json.dumps(notebook, indent=indent, ensure_ascii=ascii)
