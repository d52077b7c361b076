"""Documents and what they include, read from disk; why something cannot be read, in words."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO

Loader = Callable[[str], bytes | None]


def read(stream: BinaryIO, path: str) -> tuple[bytes, Loader]:
    """Return the contents of a document, and what finds the files that it includes."""
    from gradproof.notation.documents.model import MAX_NOTEBOOK

    return stream.read(MAX_NOTEBOOK + 1), partial(_load, Path(path).parent)


def _load(folder: Path, name: str) -> bytes | None:
    """Return the beginning of the included file `name`, or None; nothing outside `folder` is read."""
    from gradproof.notation.documents.model import MAX_DOCUMENT

    try:
        home = folder.resolve()
        target = (home / name).resolve()
        if not (target.is_relative_to(home) and target.is_file()):
            return None
        with target.open("rb") as file:
            return file.read(MAX_DOCUMENT + 1)
    except (OSError, ValueError):
        return None


def unreadable(failure: OSError | ValueError) -> str:
    """Say in words why a file cannot be read, and what was expected."""
    if isinstance(failure, FileNotFoundError):
        return "no such file; expected the path of a Markdown, LaTeX, notebook or text file"
    if isinstance(failure, IsADirectoryError):
        return "this is a directory; expected a file: name the files in it, such as directory/*.md"
    if isinstance(failure, PermissionError):
        return "permission denied; the file must be readable by you"
    if isinstance(failure, OSError):
        return f"cannot be read: {failure.strerror or failure}"
    return f"cannot be read: {failure}"
