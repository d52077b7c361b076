"""From the name of a file to the source that reads it."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from gradproof.training.data.batch import BadData
from gradproof.training.data.matrices import (
    SVMLIGHT_COMPRESSED,
    SVMLIGHT_ENDINGS,
    TARGET,
    read_npz,
    read_svmlight,
)
from gradproof.training.data.source import Source
from gradproof.training.data.table import (
    ARROW_ENDINGS,
    BATCH_BYTES,
    CSV_ENDINGS,
    PARQUET_ENDINGS,
    TableSource,
)

_TABLES: Final = (CSV_ENDINGS, PARQUET_ENDINGS, ARROW_ENDINGS)
_KNOWN: Final = (
    "CSV (.csv, .tsv), Parquet (.parquet), Arrow (.arrow, .feather), .npz or SVMlight (.svm)"
)


def open_source(
    paths: Sequence[str | os.PathLike[str]],
    *,
    target: str = TARGET,
    words: Sequence[str] = (),
    batch_bytes: int = BATCH_BYTES,
) -> Source:
    """Return the source that reads some files of one kind; a folder stands for the Parquet files in it.

    Args:
        paths: one or several files.
        target: the name of the target column.
        words: columns that are read as categories even where they look like numbers.
        batch_bytes: about how many bytes of numbers a batch may hold.

    Raises:
        BadData: a file is missing or of no known kind, or the files are of several kinds.
    """
    names = [n for path in paths for n in _files(os.fspath(path))]
    if not names:
        raise BadData(f"no file was given; expected {_KNOWN}")
    kinds = {next((k for k, e in enumerate(_TABLES) if n.endswith(e)), None) for n in names}
    if len(kinds) > 1:
        raise BadData(f"the files {', '.join(names[:3])} are of several kinds; expected one kind")
    if kinds != {None}:
        return TableSource(tuple(names), tuple(words), batch_bytes)
    if len(names) > 1:
        raise BadData(f"{names[1]}: only tables can stand in several files; expected one file")
    if names[0].endswith(".npz"):
        return read_npz(names[0], target)
    if names[0].endswith((*SVMLIGHT_ENDINGS, *SVMLIGHT_COMPRESSED)):
        return read_svmlight(names[0])
    ending = "".join(Path(names[0]).suffixes) or "no ending"
    raise BadData(f"{names[0]}: files with {ending} are not known; expected {_KNOWN}")


def _files(path: str) -> list[str]:
    folder = Path(path)
    if not folder.exists():
        raise BadData(f"{path}: no such file; expected {_KNOWN}")
    if not folder.is_dir():
        return [path]
    inside = sorted(str(p) for e in PARQUET_ENDINGS for p in folder.glob(f"*{e}"))
    if not inside:
        raise BadData(f"{path}: this folder holds no .parquet files; expected {_KNOWN}")
    return inside
