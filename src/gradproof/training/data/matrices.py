"""Matrices in memory: arrays, sparse arrays, frames; files ``.npz`` and SVMlight."""

import contextlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np

from gradproof.training.arrays import Matrix, is_sparse
from gradproof.training.data.batch import BadData, Batch, Text
from gradproof.training.data.encoding import is_number
from gradproof.training.libraries import library

SVMLIGHT_ENDINGS: Final = (".svm", ".svmlight", ".libsvm")
SVMLIGHT_COMPRESSED: Final = tuple(f"{e}{c}" for e in SVMLIGHT_ENDINGS for c in (".gz", ".bz2"))
TARGET: Final = "y"
"""The name of the target in files that have none for it."""


@final
@dataclass(frozen=True, slots=True)
class MatrixSource:
    """Columns in memory.

    Attributes:
        name: what messages call it.
        names: names of the columns of `numbers`.
        numbers: shape (rows, len(names)), doubles, dense or sparse; it is not copied.
        others: further columns of one value for each row: numbers, or words.
        batch_rows: rows of a batch.
    """

    name: str
    names: tuple[str, ...]
    numbers: Matrix
    others: dict[str, Any]
    batch_rows: int = 1 << 16

    @property
    def sparse(self) -> bool:
        """Whether the numbers are sparse."""
        return is_sparse(self.numbers)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns in order."""
        return (*self.names, *self.others)

    def batches(self, columns: Iterable[str] | None = None) -> Iterator[Batch]:
        """Return views of the rows in order: all columns, or those named."""
        wanted = list(self.columns if columns is None else columns)
        inside = [n for n in self.names if n in set(wanted)]
        position = {n: k for k, n in enumerate(self.names)}
        chosen = None if len(inside) == len(self.names) else [position[n] for n in inside]
        outside = [n for n in wanted if n in self.others]
        rows: int = self.numbers.shape[0]
        for start in range(0, rows, self.batch_rows):
            stop = min(rows, start + self.batch_rows)
            block = self.numbers[start:stop]
            block = block if chosen is None else block[:, chosen]
            names, texts = list(inside), dict[str, Text]()
            for name in outside:
                column = self.others[name][start:stop]
                if column.dtype.kind == "f":
                    block = _beside(block, column)
                    names.append(name)
                else:
                    texts[name] = _text(column)
            yield Batch(start, stop - start, tuple(names), block, texts)


def _beside(block: Matrix, column: np.ndarray[Any, Any]) -> Matrix:
    if is_sparse(block):
        sparse = library("scipy.sparse", "sparse data")
        return sparse.csr_array(sparse.hstack([block, sparse.csr_array(column[:, None])]))
    return np.concatenate([block, column[:, None]], axis=1)


def _text(column: np.ndarray[Any, Any]) -> Text:
    words = [None if v is None or v != v else str(v) for v in column.tolist()]
    levels = sorted({w for w in words if w is not None})
    number = {w: k for k, w in enumerate(levels)}
    codes = [-1 if w is None else number[w] for w in words]
    return Text(np.array(codes, dtype=np.int32), tuple(levels))


def from_arrays(
    features: Any, target: Any, *, names: Sequence[str] | None = None, name: str = "the arrays"
) -> MatrixSource:
    """Return a source of a matrix of features, shape (rows, columns), and a target, shape (rows,), called ``y``.

    Raises:
        BadData: shapes or kinds of values do not fit.
    """
    matrix = as_matrix(features, name)
    told = tuple(names) if names is not None else tuple(f"x{j}" for j in range(matrix.shape[1]))
    if len(told) != matrix.shape[1]:
        raise BadData(f"{name}: {len(told)} names for {matrix.shape[1]} columns")
    others = {} if target is None else {TARGET: as_column(target, matrix.shape[0], TARGET, name)}
    return MatrixSource(name, told, matrix, others)


def as_matrix(values: Any, name: str) -> Matrix:
    """Return `values` as doubles of shape (rows, columns), copied only where it has another type.

    Raises:
        BadData: it is no matrix of numbers.
    """
    if is_sparse(values) or hasattr(values, "tocsr"):
        sparse = library("scipy.sparse", "sparse data")
        return sparse.csr_array(values, dtype=np.float64)
    array = np.asarray(values)
    if array.ndim != 2 or array.dtype.kind not in "biuf":
        raise BadData(
            f"{name}: the features have shape {array.shape} and type {array.dtype}; expected numbers of shape "
            "(rows, columns)"
        )
    return np.ascontiguousarray(array, dtype=np.float64)


def as_column(values: Any, rows: int, column: str, name: str) -> np.ndarray[Any, Any]:
    """Return `values` as one column of `rows` doubles or words.

    Raises:
        BadData: its length is another one, or it has several columns.
    """
    array = np.asarray(values)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.shape != (rows,):
        raise BadData(
            f"{name}: {column!r} has shape {array.shape}; expected ({rows},), one value for each row"
        )
    if array.dtype.kind in "biuf":
        return array.astype(np.float64)
    return array.astype(object)


def read_npz(path: str, target: str) -> MatrixSource:
    """Read a file of NumPy or SciPy: ``X`` and the target, or a sparse matrix, or columns by name.

    Raises:
        BadData: it cannot be read or holds something else.
    """
    try:
        with open(path, "rb") as raw, np.load(raw, allow_pickle=False) as file:
            held = {k: file[k] for k in file.files}
    except FileNotFoundError:
        raise BadData(f"{path}: no such file") from None
    except (OSError, ValueError, EOFError) as failure:
        raise BadData(f"{path}: cannot be read as .npz: {failure}") from failure
    if {"data", "indices", "indptr", "shape"} <= set(held):
        sparse = library("scipy.sparse", "sparse data")
        parts = (held["data"], held["indices"], held["indptr"])
        kind = str(held["format"].item().decode() if "format" in held else "csr")
        build = sparse.csr_array if kind == "csr" else sparse.csc_array
        features = build(parts, shape=tuple(held["shape"]))
    elif "X" in held:
        features = held["X"]
    else:
        lengths = {k: v.shape for k, v in held.items()}
        if any(len(s) != 1 for s in lengths.values()) or len(set(lengths.values())) != 1:
            raise BadData(
                f"{path}: it holds arrays of shapes {lengths}; expected 'X' of shape (rows, columns) beside "
                "the target, or columns of one length"
            )
        inside = [k for k, v in held.items() if v.dtype.kind in "biuf" and k != target]
        stacked = np.stack([held[k].astype(np.float64) for k in inside], axis=1)
        others = {k: as_column(v, v.shape[0], k, path) for k, v in held.items() if k not in inside}
        return MatrixSource(path, tuple(inside), stacked, others)
    matrix = as_matrix(features, path)
    named = held.get("names", held.get("feature_names"))
    names = tuple(f"x{j}" for j in range(matrix.shape[1]))
    if named is not None and named.shape == (matrix.shape[1],):
        names = tuple(str(n) for n in named.tolist())
    skip = {"X", "data", "indices", "indptr", "shape", "format", "names", "feature_names"}
    others = {
        k: as_column(v, matrix.shape[0], k, path)
        for k, v in held.items()
        if k not in skip and v.ndim == 1
    }
    return MatrixSource(path, names, matrix, others)


_SVMLIGHT: Final = re.compile(r"[^\s:#]+(\s+\w+:[^\s:#]+)*\s*(#.*)?")


def _svmlight_line(path: str) -> str:
    """Return where the first line stands that is not in the format, and what stands there; nothing if there is none."""
    with contextlib.suppress(OSError, UnicodeDecodeError), open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            text = line.strip()
            values = [part.rpartition(":")[2] for part in text.partition("#")[0].split()]
            fits = _SVMLIGHT.fullmatch(text) is not None and all(map(is_number, values))
            if text and not text.startswith("#") and not fits:
                return (
                    f"line {number} is {text[:60]!r}; expected a target and pairs of a column and a number, such as "
                    "'1 3:0.5 7:2'"
                )
    return ""


def read_svmlight(path: str) -> MatrixSource:
    """Read a file in the format of SVMlight; its first column is the target ``y``.

    Raises:
        BadData: it cannot be read.
    """
    loader = library("sklearn.datasets", "reading SVMlight")
    try:
        features, target = loader.load_svmlight_file(path)
    except FileNotFoundError:
        raise BadData(f"{path}: no such file") from None
    except (OSError, ValueError) as failure:
        told = _svmlight_line(path) or failure
        raise BadData(f"{path}: cannot be read as SVMlight: {told}") from failure
    return from_arrays(features, target, name=path)
