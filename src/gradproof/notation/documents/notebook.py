"""Jupyter notebooks: the Markdown cells, each a source of its own."""

import json
import re
from collections.abc import Iterator
from typing import cast

from gradproof.notation.documents.collector import Collector
from gradproof.notation.documents.decode import require_size
from gradproof.notation.documents.markdown import scan_markdown
from gradproof.notation.documents.model import MAX_DOCUMENT, UnreadableDocument
from gradproof.source import Source

_SURROGATE = re.compile("[\ud800-\udfff]")


def scan_notebook(collector: Collector, text: str, path: str) -> None:
    """Scan the notebook whose JSON is `text`.

    Raises `UnreadableDocument` where it is no notebook; raw and code cells are passed over.
    """
    total = 0
    for number, heading, raw in _markdown_cells(_load(text)):
        nul = raw.find("\0")
        if nul >= 0:
            line = raw.count("\n", 0, nul) + 1
            raise UnreadableDocument(
                f"cell {number}, line {line} holds a NUL character (offset {nul})"
            )
        source, replaced = _SURROGATE.subn("\ufffd", raw)
        total += len(source.encode())
        require_size(total, MAX_DOCUMENT)
        collector.open_source(number, Source(path, source))
        collector.new_container()
        if replaced:
            collector.remark(
                "encoding", f"{replaced} lone surrogates in the cell are read as U+FFFD", 0, 0
            )
        if heading:
            collector.heading()
        scan_markdown(collector, source)


def _load(text: str) -> object:
    try:
        return cast(object, json.loads(text))
    except json.JSONDecodeError as error:
        raise UnreadableDocument(
            f"line {error.lineno}, column {error.colno}: the notebook is not valid JSON ({error.msg})"
        ) from None
    except RecursionError:
        raise UnreadableDocument("line 1: the notebook's JSON is nested too deeply") from None
    except ValueError as error:  # an integer of more digits than Python converts
        raise UnreadableDocument(f"line 1: the notebook is not valid JSON ({error})") from None


def _markdown_cells(notebook: object) -> Iterator[tuple[int, bool, str]]:
    """Yield number, whether it is a heading cell (format 3), and source of each Markdown cell."""
    for number, cell in enumerate(cells_of(notebook)):
        if not isinstance(cell, dict):
            raise UnreadableDocument(f"cell {number} of the notebook is not an object")
        entries = cast(dict[str, object], cell)
        kind = entries.get("cell_type")
        if kind not in ("markdown", "heading"):
            continue
        source = entries.get("source", "")
        if isinstance(source, list):
            lines = cast(list[object], source)
            if all(isinstance(line, str) for line in lines):
                source = "".join(cast(list[str], lines))
        if not isinstance(source, str):
            raise UnreadableDocument(
                f"cell {number} of the notebook: 'source' is neither a string nor a list of strings"
            )
        yield number, kind == "heading", source


def cells_of(notebook: object) -> list[object]:
    """Return the cells of a notebook of any format, in order.

    Raises:
        UnreadableDocument: it holds none.
    """
    if isinstance(notebook, dict):
        entries = cast(dict[str, object], notebook)
        cells = entries.get("cells")
        if isinstance(cells, list):
            return cast(list[object], cells)
        sheets = entries.get("worksheets")
        if isinstance(sheets, list):
            found: list[object] = []
            for sheet in cast(list[object], sheets):
                found += cells_of(sheet)
            return found
    raise UnreadableDocument("line 1: the JSON holds no list 'cells'; this is not a notebook")
