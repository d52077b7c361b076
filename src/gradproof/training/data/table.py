"""Tables in files: CSV, Parquet and Arrow, read in batches by pyarrow."""

import contextlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, final

import numpy as np

from gradproof.training.data.batch import BadData, Batch, Text
from gradproof.training.libraries import library

BATCH_BYTES: Final = 16 << 20
"""How many bytes of numbers a batch holds, where nobody asks for less."""

BATCHES_HELD: Final = 16
"""A memory limit divided by this is the size of a batch: reading, converting and computing hold several."""

PAGE: Final = 1 << 20
"""Bytes of a page of Parquet, as most writers make them."""

PAGES_HELD: Final = 3
"""Of each column so many pages are held while it is read: packed, unpacked, and what the allocator keeps."""

GROUPS_LOOKED_AT: Final = 16

CSV_ENDINGS: Final = (".csv", ".tsv", ".csv.gz", ".tsv.gz", ".csv.bz2")
PARQUET_ENDINGS: Final = (".parquet", ".pq")
ARROW_ENDINGS: Final = (".arrow", ".feather", ".ipc")

_MISSING: Final = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "?")
_PLACE: Final = re.compile(r"column #(\d+)")


@final
@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a table that is read in one go.

    Attributes:
        path: its file.
        group: the row group of a Parquet file, or None for the whole file.
        start: number of its first row in the whole table; -1 where only reading tells.
        rows: its number of rows; -1 where only reading tells.
    """

    path: str
    group: int | None
    start: int
    rows: int


@final
@dataclass(frozen=True)
class TableSource:
    """A table in one or several files of one kind.

    Attributes:
        paths: the files, in order.
        words: columns that are read as words even where they look like numbers.
        batch_bytes: about how many bytes of numbers a batch may hold.
        chosen: the pieces to read; None for all.
    """

    paths: tuple[str, ...]
    words: tuple[str, ...] = ()
    batch_bytes: int = BATCH_BYTES
    chosen: tuple[Piece, ...] | None = None
    sparse: bool = False

    @property
    def name(self) -> str:
        """The path, or the first and how many more."""
        first, *others = self.paths
        return f"{first} and {len(others)} more" if others else first

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns in order."""
        return tuple(self.kinds)

    @cached_property
    def kinds(self) -> dict[str, str]:
        """The columns with ``number``, ``text`` or, for what is neither, the name of its type.

        Raises:
            BadData: a file cannot be read, or a column has no name or that of another.
        """
        schema = self._first
        names: list[str] = list(schema.names)
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise BadData(
                f"{self.paths[0]}: two columns are called {_quoted(twice)}; rename one of them"
            )
        if len(names) == 1 and (sign := next((s for s in ";\t|" if s in names[0]), "")):
            raise BadData(
                f"{self.paths[0]}: its first line is parted by {sign!r}; expected commas in .csv and tabs in .tsv"
            )
        unknown = [w for w in self.words if w not in names]
        if unknown:
            raise BadData(
                f"{self.paths[0]}: there is no column {_quoted(unknown)} to read as words; "
                f"the columns are {_quoted(names)}"
            )
        return {f.name: "text" if f.name in self.words else kind_of(f.type) for f in schema}

    @cached_property
    def _first(self) -> Any:
        return self._schema(self.paths[0])

    def truths(self) -> set[str]:
        """Return the columns of truth values: ``True`` and ``False`` count as 1 and 0."""
        types = library("pyarrow.types", "reading a table")
        return {f.name for f in self._first if types.is_boolean(f.type)} - set(self.words)

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """All pieces of the table in order."""
        found: list[Piece] = []
        start = 0
        for path in self.paths:
            if not path.endswith(PARQUET_ENDINGS):
                found.append(Piece(path, None, start, -1))
                start = -1
                continue
            with _told(path):
                metadata = library("pyarrow.parquet", "reading Parquet").read_metadata(path)
            for group in range(metadata.num_row_groups):
                rows: int = metadata.row_group(group).num_rows
                found.append(Piece(path, group, start, rows))
                start += rows
        return tuple(found)

    @property
    def page_bytes(self) -> int:
        """About how many bytes the pages take that reading a Parquet file holds, one or two for every column."""
        most = 0
        for path in self.paths if self.paths[0].endswith(PARQUET_ENDINGS) else ():
            with _told(path):
                metadata = library("pyarrow.parquet", "reading Parquet").read_metadata(path)
            for group in range(min(metadata.num_row_groups, GROUPS_LOOKED_AT)):
                row_group = metadata.row_group(group)
                sizes = [
                    row_group.column(k).total_uncompressed_size
                    for k in range(row_group.num_columns)
                ]
                most = max(most, PAGES_HELD * sum(min(s, PAGE) for s in sizes))
        return most

    def within(self, limit: int) -> "TableSource":
        """Return the source whose batches are so small that reading and computing keep a limit in bytes.

        Raises:
            BadData: what every column holds while it is read is too much for it.
        """
        pages = self.page_bytes
        if 4 * pages > 3 * limit:
            least = -(-4 * pages // 3 >> 20)
            raise BadData(
                f"{self.name}: a memory limit of {limit / (1 << 20):.3g}M is too small: reading its "
                f"{len(self.columns)} columns takes about {pages / (1 << 20):.0f} MB by itself; expected at least "
                f"{least}M, or a file with smaller row groups"
            )
        return replace(
            self, batch_bytes=max(1 << 16, min(BATCH_BYTES, (limit - pages) // BATCHES_HELD))
        )

    def part(self, pieces: Sequence[Piece]) -> "TableSource":
        """Return the source that reads only `pieces`."""
        return replace(self, chosen=tuple(pieces))

    def batches(self, columns: Iterable[str] | None = None) -> Iterator[Batch]:
        """Read the table from its first row: all columns, or those named.

        Raises:
            BadData: a file cannot be read, a row has too few or too many fields, a value is not of its column's type.
        """
        names = list(self.columns if columns is None else columns)
        other = [n for n in names if self.kinds[n] not in ("number", "text")]
        if other and self.kinds[other[0]] == "binary" and self.paths[0].endswith(CSV_ENDINGS):
            raise BadData(
                f"{self.name}: column {other[0]!r} holds text that is not in UTF-8; save the file in UTF-8, or leave "
                f"the column out with --drop {other[0]}"
            )
        if other:
            raise BadData(
                f"{self.name}: column {other[0]!r} holds {self.kinds[other[0]]} values; expected numbers or words; "
                f"leave it out with --drop {other[0]}"
            )
        numbers = tuple(n for n in names if self.kinds[n] == "number")
        texts = tuple(n for n in names if self.kinds[n] == "text")
        start = 0
        for run in _runs(self.pieces if self.chosen is None else self.chosen):
            start = run[0].start if run[0].start >= 0 else start
            for record in self._records(run, names):
                for part in _slices(record, max(1, self.batch_bytes // (8 * len(names) or 1))):
                    yield batch_of(part, start, numbers, texts)
                    start += part.num_rows

    def _records(self, run: Sequence[Piece], names: list[str]) -> Iterator[Any]:
        """Return the record batches of pieces of one file that follow each other: its footer is read once."""
        piece = run[0]
        with _told(piece.path, self):
            if piece.path.endswith(CSV_ENDINGS):
                with self._csv(piece.path, typed=True) as reader:
                    for record in reader:
                        yield record.select(names)
            elif piece.path.endswith(PARQUET_ENDINGS):
                parquet = library("pyarrow.parquet", "reading Parquet")
                each = self.batch_bytes // (len(names) or 1)
                buffer = max(4096, min(1 << 20, each))
                with parquet.ParquetFile(
                    piece.path, pre_buffer=False, buffer_size=buffer, memory_map=False
                ) as file:
                    yield from file.iter_batches(
                        batch_size=max(1, each // 8),
                        row_groups=[p.group for p in run],
                        columns=names,
                        use_threads=False,
                    )
            else:
                arrow = library("pyarrow", "reading Arrow")
                with arrow.memory_map(piece.path) as mapped, arrow.ipc.open_file(mapped) as reader:
                    for k in range(reader.num_record_batches):
                        yield reader.get_batch(k).select(names)

    def _schema(self, path: str) -> Any:
        with _told(path, self):
            if path.endswith(CSV_ENDINGS):
                with self._csv(path, typed=False) as reader:
                    return reader.schema
            if path.endswith(PARQUET_ENDINGS):
                return library("pyarrow.parquet", "reading Parquet").read_schema(path)
            arrow = library("pyarrow", "reading Arrow")
            with arrow.memory_map(path) as mapped, arrow.ipc.open_file(mapped) as reader:
                return reader.schema

    def _csv(self, path: str, *, typed: bool) -> Any:
        """Open a CSV file; with `typed`, columns that begin with whole numbers may go on with others."""
        arrow = library("pyarrow", "reading CSV")
        csv = library("pyarrow.csv", "reading CSV")
        types = {name: arrow.string() for name in self.words}
        if typed:
            types |= {n: arrow.float64() for n, k in self.kinds.items() if k == "number"}
            types |= {n: arrow.string() for n, k in self.kinds.items() if k == "text"}
            types |= dict.fromkeys(self.truths(), arrow.bool_())
        return csv.open_csv(
            path,
            read_options=csv.ReadOptions(block_size=max(1 << 16, min(self.batch_bytes, 8 << 20))),
            parse_options=csv.ParseOptions(delimiter="\t" if ".tsv" in path else ","),
            convert_options=csv.ConvertOptions(
                column_types=types,
                null_values=list(_MISSING),
                strings_can_be_null=True,
                true_values=["true", "True", "TRUE", *(["1"] if typed else [])],
                false_values=["false", "False", "FALSE", *(["0"] if typed else [])],
            ),
        )


@final
class _told:
    """Turn what pyarrow says of a file into a message that names the file and the column."""

    def __init__(self, path: str, source: TableSource | None = None) -> None:
        self.path = path
        self.source = source

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, failure: BaseException | None, trace: object) -> None:
        if isinstance(failure, FileNotFoundError):
            raise BadData(f"{self.path}: no such file") from failure
        if isinstance(failure, OSError):
            told = failure.strerror or str(failure)
            raise BadData(f"{self.path}: cannot be read: {told}") from failure
        if isinstance(failure, ValueError | KeyError) and not isinstance(failure, BadData):
            raise BadData(f"{self.path}: {self._words(str(failure))}") from failure

    def _words(self, said: str) -> str:
        place = _PLACE.search(said)
        if "conversion error" in said and place is not None and self.source is not None:
            column = self.source.columns[int(place.group(1))]
            value = said.rpartition("invalid value")[2].strip()
            what = "truth values" if column in self.source.truths() else "numbers"
            return (
                f"column {column!r} begins with {what} and holds {value or 'something else'} further down; expected "
                f"{what} only; mend it, or read the column as categories with --category {column}"
            )
        if "Expected" in said and "columns, got" in said:
            row, _, rest = said.partition("Expected")[2].partition(" columns, got ")
            count, _, text = rest.partition(":")
            shown = "".join(c if c.isprintable() else "." for c in text.strip()[:80])
            hint = (
                "; columns are parted by commas in .csv and by tabs in .tsv"
                if row.strip() == "1"
                else ""
            )
            return (
                f"{_line(self.path, text.strip())} has {count.strip()} fields, expected {row.strip()} as in the "
                f"first line: {shown}{hint}"
            )
        if "Empty CSV" in said:
            return "the file is empty; expected a line with the names of the columns, then the rows"
        return f"cannot be read: {said}"


def _line(path: str, text: str) -> str:
    """Return where a line of a file stands: several threads read it, and none of them knows."""
    with contextlib.suppress(OSError, UnicodeDecodeError), open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if text and line.strip().startswith(text):
                return f"line {number}"
    return "a line"


def kind_of(kind: Any) -> str:
    """Return ``number`` or ``text`` for a type of pyarrow, and its name where it is neither."""
    types = library("pyarrow.types", "reading a table")
    if types.is_dictionary(kind):
        return kind_of(kind.value_type)
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return "text"
    if types.is_boolean(kind) or types.is_null(kind) or types.is_decimal(kind):
        return "number"
    if types.is_integer(kind) or types.is_floating(kind):
        return "number"
    return str(kind)


def _runs(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Return pieces in lists, each of row groups that follow each other in one file."""
    out: list[list[Piece]] = []
    for piece in pieces:
        last = out[-1][-1] if out else None
        follows = (
            last is not None
            and last.path == piece.path
            and last.group is not None
            and piece.group == last.group + 1
        )
        if follows:
            out[-1].append(piece)
        else:
            out.append([piece])
    return out


def _slices(record: Any, rows: int) -> Iterator[Any]:
    for start in range(0, record.num_rows, rows):
        yield record.slice(start, rows)


def batch_of(record: Any, start: int, numbers: tuple[str, ...], texts: tuple[str, ...]) -> Batch:
    """Return a record batch of pyarrow as a batch: its columns of numbers and of words, row numbers from `start`."""
    rows: int = record.num_rows
    out = np.empty((rows, len(numbers)))
    for k, name in enumerate(numbers):
        column = record.column(name)
        if str(column.type) != "double":
            column = column.cast("float64")
        out[:, k] = column.to_numpy(zero_copy_only=False)
    words: dict[str, Text] = {}
    for name in texts:
        column = record.column(name)
        if not hasattr(column, "indices"):
            column = column.cast("string").dictionary_encode()
        indices = column.indices.cast("int32").fill_null(-1)
        codes = indices.to_numpy(zero_copy_only=False)
        words[name] = Text(codes, tuple(str(v) for v in column.dictionary.to_pylist()))
    return Batch(start, rows, numbers, out, words)


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(repr(n) for n in names)
