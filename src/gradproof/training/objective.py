"""The objective: the mean over all rows, passed over in blocks, and the penalty."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol, final

import numpy as np

from gradproof.training.arrays import Vector, is_sparse
from gradproof.training.kernel import Kernel
from gradproof.training.rows import Block, Held, Rows, joined, spread_out
from gradproof.training.solving import ValueAndGradient
from gradproof.training.spread import gram, gram_product, largest_eigenvalue, squares

CACHED_BYTES: Final = 1 << 20
"""Bytes of features in a block where the kernel does not cut its own."""

HESSIAN_BYTES: Final = 4 << 20


@final
@dataclass(frozen=True, slots=True)
class Sample:
    """Some rows, drawn at random.

    Attributes:
        summed: the sum over them.
        squares: the mean squares of the features over them, shape (features,).
        all_squares: those over the rows from which they were drawn.
    """

    summed: "LocalSum"
    squares: Vector
    all_squares: Vector


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

    @property
    def drawable(self) -> bool:
        """Whether rows can be drawn for mini-batches."""
        ...

    def value_and_gradient(self, w: Vector) -> tuple[float, Vector]:
        """Return the sum over all rows and its gradient, shape (size,)."""
        ...

    def hessian(self, w: Vector) -> Vector:
        """Return its Hessian, shape (size, size)."""
        ...

    def product(self, w: Vector, v: Vector) -> Vector:
        """Return its Hessian times `v`, shape (size,)."""
        ...

    def batches(self, chance: np.random.Generator, rows: int) -> Iterator[Block]:
        """Return all rows once in random order, a few at a time."""
        ...

    def sample(self, seed: int, share: float) -> "Sample | None":
        """Return the sum over a share of the rows, drawn at random and copied; None where they cannot be drawn."""
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

    @property
    def drawable(self) -> bool:
        """Whether rows can be drawn for mini-batches: where sums of them mean something."""
        return self.kernel.additive

    def value_and_gradient(self, w: Vector) -> tuple[float, Vector]:
        """Return the sum over all rows and its gradient, shape (size,)."""
        value = 0.0
        gradient: Vector | None = None
        for block in self._cut(CACHED_BYTES):
            part, slope = self.kernel.value_and_gradient(w, block)
            value += part
            gradient = slope if gradient is None else gradient + slope
        return value, np.zeros(w.shape) if gradient is None else gradient

    def hessian(self, w: Vector) -> Vector:
        """Return its Hessian, shape (size, size)."""
        out = np.zeros((w.shape[0], w.shape[0]))
        for block in self._cut(HESSIAN_BYTES, always=True):
            out += self.kernel.hessian(w, block)
        return out

    def product(self, w: Vector, v: Vector) -> Vector:
        """Return its Hessian times `v`, shape (size,)."""
        out = np.zeros(w.shape)
        for block in self._cut(CACHED_BYTES):
            out += self.kernel.product(w, v, block)
        return out

    def batches(self, chance: np.random.Generator, rows: int) -> Iterator[Block]:
        """Return all rows once, a few at a time: rows in memory in random order, streamed ones within a block."""
        for block in self.rows.blocks():
            order = chance.permutation(block.rows)
            for start in range(0, block.rows, rows):
                yield block.drawn(np.sort(order[start : start + rows]))

    def sample(self, seed: int, share: float) -> Sample | None:
        """Return the sum over a share of the rows, drawn at random and copied; None where sums mean nothing."""
        if not self.drawable:
            return None
        first = next(iter(self.rows.blocks())).features
        width = 2 * first.nnz / max(first.shape[0], 1) if is_sparse(first) else first.shape[1]
        share = min(share, self.rows.room / (8 * max(width, 1) * max(self.total, 1)), 1.0)
        drawn: list[Block] = []
        total: Vector = np.zeros(1)
        start = 0
        for block in self.rows.blocks():
            total = total + squares(block)
            drawn.append(block.drawn(spread_out(start, block.rows, share, seed)))
            start += block.rows
        block = joined(drawn)
        if not block.total > 0:
            return None
        part = LocalSum(self.kernel, Held(block), block.total)
        return Sample(part, squares(block) / block.total, total / self.total)

    def spread(self, *, intercept: bool) -> float:
        """Return the largest eigenvalue of ``Σ c_i x_i x_iᵀ``, x with a one behind it where there is an intercept."""
        first = next(iter(self.rows.blocks())).features
        size = int(first.shape[1]) + intercept
        return largest_eigenvalue(
            size,
            lambda: gram(self.rows, size, intercept=intercept),
            lambda v: gram_product(self.rows, v, intercept=intercept),
        )

    def _cut(self, size: int, *, always: bool = False) -> Iterator[Block]:
        for block in self.rows.blocks():
            if self.kernel.whole and not (always and self.kernel.additive):
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
    """What is made small: the sum over rows over its divisor, what has no rows, and the smooth penalty.

    Attributes:
        summed: the sum over rows.
        penalty: what is added.
    """

    summed: Summed
    penalty: Penalty

    @property
    def divisor(self) -> float:
        """What the sum over rows is divided by."""
        return self.summed.kernel.divisor(self.summed.total)

    def value_and_gradient(self, w: Vector) -> tuple[float, Vector]:
        """Return value and gradient, shape (size,), of the smooth part."""
        value, gradient = self.summed.value_and_gradient(w)
        return self._with_penalty(w, value / self.divisor, gradient / self.divisor)

    def _with_penalty(self, w: Vector, value: float, gradient: Vector) -> tuple[float, Vector]:
        offset = self.summed.kernel.offset(w)
        if offset is not None:
            value, gradient = value + offset[0], gradient + offset[1]
        pulled = self.penalty.l2 * w
        return value + 0.5 * float(pulled @ w), gradient + pulled

    def hessian(self, w: Vector) -> Vector:
        """Return the Hessian of the smooth part, shape (size, size)."""
        out = self.summed.hessian(w) / self.divisor
        out.reshape(-1)[:: out.shape[0] + 1] += self.penalty.l2
        return out

    def product(self, w: Vector, v: Vector) -> Vector:
        """Return the Hessian of the smooth part times `v`, shape (size,)."""
        return self.summed.product(w, v) / self.divisor + self.penalty.l2 * v

    def batches(self, rows: int, chance: np.random.Generator) -> Iterator[ValueAndGradient]:
        """Return for one random pass over the rows the functions of its mini-batches."""
        kernel = self.summed.kernel
        total, divisor = self.summed.total, self.divisor
        for block in self.summed.batches(chance, rows):
            share = total / max(block.total, 1e-300) / divisor

            def estimate(
                w: Vector, block: Block = block, share: float = share
            ) -> tuple[float, Vector]:
                value, gradient = kernel.value_and_gradient(w, block)
                return self._with_penalty(w, share * value, share * gradient)

            yield estimate
