"""What the last steps told of the Hessian: pairs of a step and the change of the gradient along it."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, final

import numpy as np

from gradproof.training.arrays import Vector

KEPT: Final = 10
"""Pairs that are kept."""


@final
@dataclass(frozen=True, slots=True)
class Secants:
    """The last pairs along which the gradient grew; the others would make the matrix indefinite."""

    _pairs: deque[tuple[Vector, Vector]] = field(
        default_factory=lambda: deque[tuple[Vector, Vector]](maxlen=KEPT)
    )

    def add(self, step: Vector, change: Vector) -> None:
        """Take note of a step and of the change of the gradient along it, both of shape (size,)."""
        if float(step @ change) > 1e-12 * float(np.linalg.norm(step) * np.linalg.norm(change)):
            self._pairs.append((step, change))

    def clear(self) -> None:
        """Forget all pairs."""
        self._pairs.clear()

    def scaled(self, v: Vector) -> Vector:
        """Return `v` times the inverse of the curvature along the last step; shape (size,).

        Nocedal, Wright, Numerical Optimization, 2006, equation 7.20.
        """
        if not self._pairs:
            return v
        step, change = self._pairs[-1]
        return float(step @ change) / float(change @ change) * v

    def applied(self, gradient: Vector, inverse: Callable[[Vector], Vector]) -> Vector:
        """Return the matrix `inverse`, corrected by the pairs, times the gradient, shape (size,).

        Nocedal, Wright, Numerical Optimization, 2006, algorithm 7.4, whose first matrix is free.
        """
        q = gradient
        shares: list[float] = []
        for step, change in reversed(self._pairs):
            shares.append(float(step @ q) / float(step @ change))
            q = q - shares[-1] * change
        out = inverse(q)
        for (step, change), share in zip(self._pairs, reversed(shares), strict=True):
            out = out + (share - float(change @ out) / float(step @ change)) * step
        return out
