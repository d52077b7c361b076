"""Checkpoints: the best parameters so far, with what they belong to."""

import io
import time
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, final

import numpy as np

from gradproof.training.arrays import Vector
from gradproof.training.data.batch import BadData
from gradproof.training.saving import write_whole
from gradproof.training.solving import Point

SECONDS: Final = 10.0
"""Time between two checkpoints."""


@final
@dataclass(slots=True)
class Checkpoints:
    """Writes a checkpoint now and then; the parameters of a run do not depend on when.

    Attributes:
        path: the file.
        subject: what is trained: another formula or other features have another one.
    """

    path: str
    subject: str
    best: Point | None = None
    written: float = 0.0

    def seen(self, point: Point) -> None:
        """Take note of a point, and write the best one where the last time is long ago.

        Raises:
            CannotSave: the file cannot be written.
        """
        if self.best is None or point.value <= self.best.value:
            self.best = point
        now = time.monotonic()
        if now - self.written >= SECONDS:
            self.write()
            self.written = now

    def write(self) -> None:
        """Write the best point.

        Raises:
            CannotSave: the file cannot be written.
        """
        if self.best is None:
            return
        buffer = io.BytesIO()
        np.savez(
            buffer,
            parameters=self.best.parameters,
            iteration=self.best.iteration,
            value=self.best.value,
            subject=np.array(fingerprint(self.subject)),
            digest=np.array(sha256(self.best.parameters.tobytes()).hexdigest()),
        )
        write_whole([(self.path, buffer.getvalue())])


def fingerprint(subject: str) -> str:
    """Return a short name of what is trained."""
    return sha256(subject.encode()).hexdigest()[:16]


def read_checkpoint(path: str, subject: str, size: int) -> tuple[Vector, int]:
    """Return the parameters of a checkpoint, shape (size,), and the iteration at which they were found.

    Raises:
        BadData: the file is missing or damaged, or belongs to something else.
    """
    hint = "start again without --resume"
    try:
        with open(path, "rb") as raw, np.load(raw, allow_pickle=False) as file:
            parameters = np.asarray(file["parameters"], dtype=np.float64)
            iteration, found = int(file["iteration"]), str(file["subject"])
            digest = str(file["digest"])
    except FileNotFoundError:
        raise BadData(f"{path}: there is no such checkpoint; {hint}") from None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as failure:
        raise BadData(f"{path}: the checkpoint is damaged ({failure}); {hint}") from failure
    if digest != sha256(parameters.tobytes()).hexdigest():
        raise BadData(f"{path}: the checkpoint is damaged (its digest does not fit); {hint}")
    if found != fingerprint(subject) or parameters.shape != (size,):
        raise BadData(
            f"{path}: this checkpoint is of another training: formula, features or classes differ; {hint}"
        )
    return parameters, iteration
