"""Parameters of several shapes as one vector."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import final

import numpy as np

from gradproof.training.arrays import Vector


@final
@dataclass(frozen=True, slots=True)
class Layout:
    """Where the parameters lie in one vector.

    Attributes:
        names: as in the generated code.
        shapes: one for each name; ``()`` is a number.
    """

    names: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]

    @property
    def size(self) -> int:
        """The length of the vector."""
        return sum(prod(s) for s in self.shapes)

    def unpack(self, w: Vector) -> dict[str, Vector]:
        """Return views of the vector `w`, shape (size,), in the shapes of the parameters."""
        out: dict[str, Vector] = {}
        start = 0
        for name, shape in zip(self.names, self.shapes, strict=True):
            stop = start + prod(shape)
            out[name] = w[start:stop].reshape(shape)
            start = stop
        return out

    def pack(self, parts: Sequence[Vector | float]) -> Vector:
        """Return one vector, shape (size,), of arrays in the order of `names`."""
        return np.concatenate([np.asarray(p, dtype=np.float64).ravel() for p in parts])

    def where(self, names: Sequence[str]) -> Vector:
        """Return ones at the entries of the parameters `names` and zeros elsewhere, shape (size,)."""
        return self.pack(
            [np.full(s, float(n in names)) for n, s in zip(self.names, self.shapes, strict=True)]
        )
