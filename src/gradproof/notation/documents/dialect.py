"""Which dialect a document is written in: by the suffix of its name, else by its contents."""

import re
from pathlib import PurePath

from gradproof.notation.documents.model import Dialect

_SUFFIXES: dict[str, Dialect] = {
    ".tex": "tex",
    ".ltx": "tex",
    ".latex": "tex",
    ".md": "markdown",
    ".markdown": "markdown",
    ".mkd": "markdown",
    ".mdown": "markdown",
    ".qmd": "markdown",
    ".rmd": "markdown",
    ".ipynb": "notebook",
}
_TEX = re.compile(
    r"^[^%\n]*?\\(?:documentclass|usepackage|(?:sub){0,2}section|chapter|paragraph|maketitle|noindent"
    r"|(?:eq)?ref|cite[pt]?|begin\{(?:document|enumerate|itemize|theorem|lemma|proof|solution|problem)\*?)[\s*{\[}]",
    re.M,
)
_MARKED = re.compile(
    r"\$\$|\\[(\[]|\\begin\{|\$`|\$[^$\n]*[\\^_=+][^$\n]*\$|(?<![\w$])\$[A-Za-z]\$"
    r"|^[ \t>]*(?:`{3,}|~{3,})[ \t]*\{?math",
    re.M,
)
_NOTEBOOK = re.compile(r'\s*\{\s*"(?:cells|metadata|nbformat|nbformat_minor|worksheets)"\s*:')


def known_dialect(name: str) -> Dialect:
    """Return the dialect of that name.

    Raises:
        ValueError: there is none.
    """
    match name:
        case "tex" | "markdown" | "notebook" | "plain":
            return name
        case _:
            raise ValueError(
                f"unknown dialect {name!r}; expected 'tex', 'markdown', 'notebook' or 'plain'"
            )


def dialect_of_name(path: str) -> Dialect | None:
    """Return the dialect that the suffix of `path` tells, or None.

    >>> dialect_of_name("a/post.MD"), dialect_of_name("-"), dialect_of_name("notes.txt")
    ('markdown', None, None)
    """
    return _SUFFIXES.get(PurePath(path).suffix.lower())


def dialect_of_text(text: str) -> Dialect:
    r"""Return the dialect that the contents look like.

    >>> [dialect_of_text(s) for s in (r"\section{A}", "so $x = 1$", "dJ/dw = X^T (z - y)")]
    ['tex', 'markdown', 'plain']
    """
    if _NOTEBOOK.match(text):
        return "notebook"
    if _TEX.search(text):
        return "tex"
    return "markdown" if _MARKED.search(text) else "plain"
