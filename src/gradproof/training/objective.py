"""The objective: the mean over all rows, passed over in blocks, and the penalty."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol, final

import numpy as np

from gradproof.training.arrays import Vector, is_sparse
from gradproof.training.kernel import Kernel
from gradproof.training.rows import Block, Rows
from gradproof.training.solving import ValueAndGradient
from gradproof.training.spread import largest_eigenvalue

CACHED_BYTES: Final = 1 << 20
"""Bytes of features in a block where the kernel does not cut its own."""

HESSIAN_BYTES: Final = 8 << 20


class Summed(Protocol):
    """A sum over all rows, wherever they are: here, in a file, or on other machines."""

    @property
    def kernel(self) -> Kernel:
        """The sum over some rows."""
        ...

    @property
    def total(self) -> float:
        """The sum of the weights of all rows."""
        ...

    def value_and_gradient(self, w: Vector) -> tuple[float, Vector]:
        """Return the sum over all rows and its gradient, shape (size,)."""
        ...

    def hessian(self, w: Vector) -> Vector | None:
        """Return its Hessian, shape (size, size), or None."""
        ...

    def batches(self, chance: np.random.Generator, rows: int) -> Iterator[Block]:
        """Return all rows once in random order, a few at a time."""
        ...

    def spread(self, *, intercept: bool) -> float:
        """Return the largest eigenvalue of ``Σ c_i x_i x_iᵀ``, x with a one behind it where there is an intercept."""
        ...


@final
@dataclass(slots=True)
class LocalSum:
    """A sum over rows of this process.

    Attributes:
        kernel: the sum over some rows.
        rows: all rows.
        total: the sum of their weights; found out by a pass where it is not given.
    """

    kernel: Kernel
    rows: Rows
    total: float = 0.0

    def __post_init__(self) -> None:
        if not self.total:
            self.total = sum(block.total for block in self.rows.blocks())

    def value_and_gradient(self, w: Vector) -> tuple[float, Vector]:
        """Return the sum over all rows and its gradient, shape (size,)."""
        value = 0.0
        gradient: Vector | None = None
        for block in self._cut(CACHED_BYTES):
            part, slope = self.kernel.value_and_gradient(w, block)
            value += part
            gradient = slope if gradient is None else gradient + slope
        return value, np.zeros(w.shape) if gradient is None else gradient

    def hessian(self, w: Vector) -> Vector | None:
        """Return its Hessian, shape (size, size), or None."""
        out: Vector | None = None
        for block in self._cut(HESSIAN_BYTES):
            part = self.kernel.hessian(w, block)
            if part is None:
                return None
            out = part if out is None else out + part
        return out

    def batches(self, chance: np.random.Generator, rows: int) -> Iterator[Block]:
        """Return all rows once, a few at a time: rows in memory in random order, streamed ones within a block."""
        for block in self.rows.blocks():
            order = chance.permutation(block.rows)
            for start in range(0, block.rows, rows):
                yield block.drawn(np.sort(order[start : start + rows]))

    def spread(self, *, intercept: bool) -> float:
        """Return the largest eigenvalue of ``Σ c_i x_i x_iᵀ``, x with a one behind it where there is an intercept."""
        return largest_eigenvalue(self.rows, intercept=intercept)

    def _cut(self, size: int) -> Iterator[Block]:
        for block in self.rows.blocks():
            if self.kernel.whole:
                yield block
                continue
            width = 20 if is_sparse(block.features) else max(1, block.features.shape[1])
            step = max(64, size // (8 * width))
            if step >= block.rows:
                yield block
                continue
            for start in range(0, block.rows, step):
                yield block.cut(start, min(block.rows, start + step))


@final
@dataclass(frozen=True, slots=True)
class Penalty:
    """What is added to the mean loss: ``Σ l1_j |w_j| + Σ l2_j w_j² / 2``.

    Attributes:
        l2: shape (size,).
        l1: shape (size,), or None where it is nowhere.
    """

    l2: Vector
    l1: Vector | None


@final
@dataclass(frozen=True, slots=True)
class Objective:
    """The mean over rows and the smooth penalty.

    Attributes:
        summed: the sum over rows.
        penalty: what is added to the mean.
    """

    summed: Summed
    penalty: Penalty

    def value_and_gradient(self, w: Vector) -> tuple[float, Vector]:
        """Return value and gradient, shape (size,), of the smooth part."""
        value, gradient = self.summed.value_and_gradient(w)
        return self._with_penalty(w, value / self.summed.total, gradient / self.summed.total)

    def _with_penalty(self, w: Vector, value: float, gradient: Vector) -> tuple[float, Vector]:
        pulled = self.penalty.l2 * w
        return value + 0.5 * float(pulled @ w), gradient + pulled

    def hessian(self, w: Vector) -> Vector:
        """Return the Hessian of the smooth part, shape (size, size)."""
        found = self.summed.hessian(w)
        if found is None:
            raise AssertionError("asked for only where the kernel has one")
        out = found / self.summed.total
        out[np.diag_indices_from(out)] += self.penalty.l2
        return out

    def batches(self, rows: int, chance: np.random.Generator) -> Iterator[ValueAndGradient]:
        """Return for one random pass over the rows the functions of its mini-batches."""
        kernel = self.summed.kernel
        for block in self.summed.batches(chance, rows):

            def estimate(w: Vector, block: Block = block) -> tuple[float, Vector]:
                value, gradient = kernel.value_and_gradient(w, block)
                weight = max(block.total, 1e-300)
                return self._with_penalty(w, value / weight, gradient / weight)

            yield estimate
