"""Frames in memory: pandas, polars, and whatever else speaks Arrow."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np

from gradproof.training.data.batch import BadData, Batch
from gradproof.training.data.table import batch_of, kind_of
from gradproof.training.libraries import library

BATCH_ROWS: Final = 1 << 16


def is_frame(data: Any) -> bool:
    """Tell whether `data` is a table with named columns."""
    return hasattr(data, "__arrow_c_stream__") or (
        hasattr(data, "columns") and hasattr(data, "iloc")
    )


@final
@dataclass(frozen=True, slots=True)
class FrameSource:
    """A table in memory.

    Attributes:
        table: as pyarrow has it.
        words: columns that are read as categories even where they look like numbers.
    """

    table: Any
    words: tuple[str, ...]

    @classmethod
    def of(cls, frame: Any, y: Any, target: str, words: tuple[str, ...]) -> "FrameSource":
        """Return the source of a frame; `y` is added as the column `target` if given.

        Raises:
            BadData: a column is of no use, or `y` has another length.
        """
        arrow = library("pyarrow", "reading a frame")
        try:
            # The stream of a pandas frame holds its index too, which is a number of the row and no feature.
            table = (
                arrow.Table.from_pandas(frame, preserve_index=False)
                if hasattr(frame, "iloc")
                else arrow.table(frame)
            )
        except (arrow.ArrowInvalid, arrow.ArrowTypeError, TypeError) as failure:
            raise BadData(f"the frame cannot be read: {failure}") from failure
        if y is not None and target in table.column_names:
            raise BadData(
                f"the frame: it has a column {target!r}, and y is given beside it; expected one of them, or another "
                "name with target"
            )
        if y is not None:
            values = np.asarray(y)
            if values.shape != (table.num_rows,):
                raise BadData(
                    f"the frame: the target has shape {values.shape}; expected ({table.num_rows},)"
                )
            table = table.append_column(target, arrow.array(values))
        return cls(table, words)

    @property
    def name(self) -> str:
        """What messages call it."""
        return "the frame"

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns in order."""
        return tuple(self.table.column_names)

    @property
    def sparse(self) -> bool:
        """Never."""
        return False

    def batches(self, columns: Iterable[str] | None = None) -> Iterator[Batch]:
        """Return the rows in order: all columns, or those named.

        Raises:
            BadData: a column holds neither numbers nor words.
        """
        table = self.table.select(list(self.columns if columns is None else columns))
        kinds = {f.name: "text" if f.name in self.words else kind_of(f.type) for f in table.schema}
        for name, kind in kinds.items():
            if kind not in ("number", "text"):
                raise BadData(
                    f"the frame: column {name!r} holds {kind} values; expected numbers or words; leave it out"
                )
        numbers = tuple(n for n, k in kinds.items() if k == "number")
        texts = tuple(n for n, k in kinds.items() if k == "text")
        start = 0
        for record in table.to_batches(max_chunksize=BATCH_ROWS):
            yield batch_of(record, start, numbers, texts)
            start += record.num_rows
