"""What an objective asks of a formula: the sum over some rows, with its derivatives."""

from typing import Protocol

from gradproof.training.arrays import Vector
from gradproof.training.layout import Layout
from gradproof.training.rows import Block


class Kernel(Protocol):
    """A sum over rows as a function of the parameters; the sums of two blocks add up to that of both.

    Attributes:
        layout: where the parameters lie in the vector w.
        whole: whether it takes any number of rows at once; otherwise it is called with blocks that fit the cache.
    """

    @property
    def layout(self) -> Layout:
        """Where the parameters lie."""
        ...

    @property
    def whole(self) -> bool:
        """Whether it takes any number of rows at once."""
        ...

    def value_and_gradient(self, w: Vector, block: Block) -> tuple[float, Vector]:
        """Return the sum over the rows of `block` and its gradient, shape (size,)."""
        ...

    def hessian(self, w: Vector, block: Block) -> Vector | None:
        """Return the Hessian of that sum, shape (size, size), or None where there is none."""
        ...
