r"""Documents: find the mathematics in TeX, Markdown, notebooks and plain text, with its places.

>>> document = read_document("post.md", "Sum rule: $$ a = b $$ costs $5 and $6")
>>> [(region.kind, region.before, document.text(region)) for region in document.regions]
[('display', 'Sum rule:', 'a = b')]
"""

from collections.abc import Callable

from gradproof.notation.documents.collector import Collector, FormulaLimit
from gradproof.notation.documents.decode import decode
from gradproof.notation.documents.dialect import dialect_of_name, dialect_of_text
from gradproof.notation.documents.markdown import scan_markdown
from gradproof.notation.documents.model import (
    MAX_DOCUMENT,
    MAX_NOTEBOOK,
    Dialect,
    Document,
    Include,
    MacroText,
    Pragma,
    Prose,
    Region,
    Remark,
    UnreadableDocument,
)
from gradproof.notation.documents.notebook import scan_notebook
from gradproof.notation.documents.plain import scan_plain
from gradproof.notation.documents.tex import scan_tex
from gradproof.notation.documents.words import clean_markdown, clean_plain, clean_tex
from gradproof.source import Source

__all__ = [
    "MAX_DOCUMENT",
    "MAX_NOTEBOOK",
    "Dialect",
    "Document",
    "Include",
    "MacroText",
    "Pragma",
    "Prose",
    "Region",
    "Remark",
    "UnreadableDocument",
    "read_document",
]


def read_document(
    path: str,
    data: bytes | str,
    *,
    dialect: Dialect | None = None,
    loader: Callable[[str], bytes | None] | None = None,
) -> Document:
    r"""Find the mathematics of a document.

    Args:
        path: its name; the suffix tells the dialect, ``-`` and unknown suffixes let the contents tell.
        data: its contents, bytes in UTF-8 or decoded text.
        dialect: the dialect, where it is known.
        loader: returns the bytes of a file that a TeX document includes, given its name relative to the
            document, or None; without a loader included files are named but not read.

    Raises:
        UnreadableDocument: too large, not UTF-8, a NUL character, a notebook that is none; the message
            says where.
    """
    chosen = dialect or dialect_of_name(path)
    if chosen is None:
        text, marked = decode(data, MAX_NOTEBOOK)
        chosen = dialect_of_text(text)
        if chosen != "notebook":
            decode(data, MAX_DOCUMENT)
    else:
        text, marked = decode(data, MAX_NOTEBOOK if chosen == "notebook" else MAX_DOCUMENT)
    clean = {"tex": clean_tex, "plain": clean_plain}.get(chosen, clean_markdown)
    collector = Collector(clean)
    try:
        if chosen == "notebook":
            scan_notebook(collector, text, path)
        else:
            position = collector.open_source(None, Source(path, text))
            if marked:
                collector.remark(
                    "byte-order-mark",
                    "the byte order mark at the start is left out; offsets count from behind it",
                    0,
                    0,
                )
            if chosen == "tex":
                scan_tex(collector, text, position, path, loader)
            elif chosen == "markdown":
                scan_markdown(collector, text)
            else:
                scan_plain(collector, text)
    except FormulaLimit:
        pass
    return collector.finish(chosen)
