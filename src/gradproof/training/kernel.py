"""What an objective asks of a formula: the sum over some rows, with its derivatives."""

from typing import Protocol

from gradproof.training.arrays import Vector
from gradproof.training.layout import Layout
from gradproof.training.rows import Block


class Kernel(Protocol):
    """A sum over rows as a function of the parameters; the sums of two blocks add up to that of both.

    What is made small is ``sum / divisor + offset``.

    Attributes:
        layout: where the parameters lie in the vector w.
        whole: whether it takes any number of rows at once; otherwise it is called with blocks that fit the cache.
        additive: whether sums of blocks do add up; otherwise all rows have to come in one block.
    """

    @property
    def layout(self) -> Layout:
        """Where the parameters lie."""
        ...

    @property
    def whole(self) -> bool:
        """Whether it takes any number of rows at once."""
        ...

    @property
    def additive(self) -> bool:
        """Whether sums of blocks add up."""
        ...

    def value_and_gradient(self, w: Vector, block: Block) -> tuple[float, Vector]:
        """Return the sum over the rows of `block` and its gradient, shape (size,)."""
        ...

    def hessian(self, w: Vector, block: Block) -> Vector:
        """Return the Hessian of that sum, shape (size, size)."""
        ...

    def product(self, w: Vector, v: Vector, block: Block) -> Vector:
        """Return that Hessian times `v`, shape (size,)."""
        ...

    def divisor(self, total: float) -> float:
        """Return what the sum is divided by, when the weights of all rows add up to `total`."""
        ...

    def offset(self, w: Vector) -> tuple[float, Vector] | None:
        """Return what does not depend on the rows, and its gradient; None where there is nothing."""
        ...
