"""Compiled formulas as sums over rows."""

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from math import prod
from typing import Any, Final, Literal, final

import numpy as np

from gradproof.codegen.compiled import Compiled, compile_formulas
from gradproof.training.arrays import Matrix, Vector, is_sparse
from gradproof.training.asked import Roles
from gradproof.training.layout import Layout
from gradproof.training.losses import LOSSES, Loss
from gradproof.training.rows import Block

Kind = Literal["rows", "mean", "sum", "other"]
"""How a formula depends on the rows: a sum whose mean is wanted, a mean, a sum and what has no rows, or otherwise."""

BACKENDS: Final = ("numpy", "numba")


@final
@dataclass(frozen=True, slots=True)
class FormulaKernel:
    """A compiled formula.

    Attributes:
        compiled: value, gradient, Hessian.
        layout: where the parameters lie in the vector.
        roles: which names stand for the data.
        constants: values of further names.
        kind: how it depends on the rows.
    """

    compiled: Compiled
    layout: Layout
    roles: Roles
    constants: dict[str, float]
    kind: Kind = "rows"
    widths: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def whole(self) -> bool:
        """Whether it takes any number of rows at once: the fused code cuts its own blocks."""
        return self.compiled.backend != "numpy" or not self.additive

    @property
    def additive(self) -> bool:
        """Whether sums of blocks add up."""
        return self.kind != "other"

    def value_and_gradient(self, w: Vector, block: Block) -> tuple[float, Vector]:
        """Return the sum over the rows of `block` and its gradient, shape (size,)."""
        value, parts = self.compiled.value_and_gradient(**self._given(w, block))
        found = self._packed(parts)
        if self.kind == "mean":
            return block.total * float(value), block.total * found
        offset = self.offset(w)
        if offset is None:
            return float(value), found
        return float(value) - offset[0], found - offset[1]

    def hessian(self, w: Vector, block: Block) -> Vector:
        """Return the Hessian of that sum, shape (size, size)."""
        if is_sparse(block.features) and block.target.ndim == 2:
            # Blocks of second derivatives by matrices are arrays with four axes, which sparse matrices do not have.
            block = Block(block.features.toarray(), block.target, block.weights)
        out = self._square(self.compiled.hessian(**self._given(w, block)))
        if self.kind == "mean":
            return block.total * out
        if self.kind == "sum":
            out = out - self._square(self.compiled.hessian(**self._given(w, self._nothing())))
        return out

    def product(self, w: Vector, v: Vector, block: Block) -> Vector:
        """Return that Hessian times `v`, shape (size,)."""
        along = tuple(self.layout.unpack(v).values())
        out = self._packed(self.compiled.hvp(*along, **self._given(w, block)))
        if self.kind == "mean":
            return block.total * out
        if self.kind == "sum":
            out = out - self._packed(self.compiled.hvp(*along, **self._given(w, self._nothing())))
        return out

    def divisor(self, total: float) -> float:
        """Return what the sum is divided by, when the weights of all rows add up to `total`."""
        return total if self.kind in ("rows", "mean") else 1.0

    def offset(self, w: Vector) -> tuple[float, Vector] | None:
        """Return what does not depend on the rows: the formula over no rows at all."""
        if self.kind != "sum":
            return None
        value, parts = self.compiled.value_and_gradient(**self._given(w, self._nothing()))
        return float(value), self._packed(parts)

    def _given(self, w: Vector, block: Block) -> dict[str, Any]:
        given: dict[str, Any] = {**self.layout.unpack(w), **self.constants}
        given[self.roles.features] = _plain(block.features, self.compiled.backend)
        if self.roles.target is not None:
            given[self.roles.target] = block.target
        if self.roles.weights is not None:
            weights = block.weights
            given[self.roles.weights] = np.ones(block.rows) if weights is None else weights
        return given

    def _packed(self, parts: Any) -> Vector:
        return self.layout.pack(parts if len(self.layout.names) > 1 else (parts,))

    def _square(self, blocks: Any) -> Vector:
        """Return blocks of second derivatives as one matrix, shape (size, size)."""
        rows = blocks if len(self.layout.names) > 1 else ((blocks,),)
        ends = [0, *accumulate(prod(s) for s in self.layout.shapes)]
        out = np.empty((ends[-1], ends[-1]))
        for row, top, bottom in zip(rows, ends, ends[1:], strict=False):
            for found, left, right in zip(row, ends, ends[1:], strict=False):
                out[top:bottom, left:right] = _dense(found).reshape(bottom - top, right - left)
        return out

    def _nothing(self) -> Block:
        """Return a block without rows."""
        classes = self.widths.get("target", 0)
        shape = (0, classes) if classes else (0,)
        return Block(np.zeros((0, self.widths.get("features", 0))), np.zeros(shape))


def _dense(array: Matrix) -> Vector:
    return array.toarray() if is_sparse(array) else np.asarray(array)


def _plain(features: Matrix, backend: str) -> Matrix:
    """Return features that the backend takes: only the fused code takes sparse ones."""
    return features.toarray() if is_sparse(features) and backend == "numpy" else features


@lru_cache(maxsize=64)
def compiled_loss(name: str, intercept: bool, weighted: bool, backend: str) -> Compiled:
    """Return a named loss as code."""
    loss = LOSSES[name]
    wrt = ["W" if loss.several else "w"] + (["b"] if intercept else [])
    return compile_formulas(
        loss.formulas(intercept=intercept, weighted=weighted),
        wrt,
        loss.declared(intercept=intercept, weighted=weighted),
        backend,
        False,
        False,
        None,
    )


def loss_kernel(
    loss: Loss,
    layout: Layout,
    *,
    weighted: bool,
    constants: dict[str, float],
    backend: str,
) -> FormulaKernel:
    """Return the kernel of a named loss.

    Args:
        loss: which one.
        layout: where coefficients and intercept lie.
        weighted: whether the rows have weights.
        constants: values that replace those of the loss.
        backend: ``numpy`` or ``numba``.
    """
    compiled = compiled_loss(loss.name, "b" in layout.names, weighted, backend)
    features = "X" if loss.several else "x"
    roles = Roles(features, "Y" if loss.several else "y", "rho" if weighted else None)
    return FormulaKernel(compiled, layout, roles, {**loss.constants, **constants})


def known_backend(name: str | None, *, size: float) -> str:
    """Return the backend: the given one, or numba where it is installed and there is enough to do.

    Args:
        name: what the user said.
        size: how many numbers the features are, zeros included.
    """
    if name is not None:
        return name
    return "numba" if size >= FUSED_SIZE and fused_here() else "numpy"


FUSED_SIZE: Final = 2_000_000
"""From so many numbers on, the seconds that the compiler of the fused code takes are well spent."""


def fused_here() -> bool:
    """Tell whether the backend of fused loops can be used."""
    from gradproof.codegen.backend import backends

    found = backends().get("numba")
    return found is not None and found.missing is None
