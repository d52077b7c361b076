"""Files that are either whole or not there: written beside their place, then moved to it."""

import contextlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path


class CannotSave(OSError):
    """A file cannot be written; what stood there before is untouched. The message says why."""


def write_whole(files: Sequence[tuple[str, bytes]]) -> None:
    """Write some files, all or none: nothing is moved to its place before all are on the disk.

    Raises:
        CannotSave: the disk is full, the folder is missing or may not be written.
    """
    written: list[tuple[str, str]] = []
    path = ""
    try:
        for path, data in files:
            handle, temporary = tempfile.mkstemp(prefix=f".{Path(path).name}.", dir=folder_of(path))
            written.append((temporary, path))
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        for temporary, path in written:
            os.chmod(temporary, 0o666 & ~_umask())
            os.replace(temporary, path)
    except OSError as failure:
        for temporary, _ in written:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        raise CannotSave(f"{path}: cannot be written: {failure.strerror or failure}") from failure


def require_writable(path: str) -> None:
    """Make sure before a long run that `path` can be written at its end.

    Raises:
        CannotSave: its folder is missing or may not be written, or it is a folder itself.
    """
    if os.path.isdir(path):
        raise CannotSave(
            f"{path}: cannot be written: this is a folder; expected the name of a file"
        )
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{Path(path).name}.", dir=folder_of(path))
    except OSError as failure:
        raise CannotSave(f"{path}: cannot be written: {failure.strerror or failure}") from failure
    os.close(handle)
    os.unlink(temporary)


def folder_of(path: str) -> str:
    """Return the folder in which a file lies."""
    return os.path.dirname(os.path.abspath(path))


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
