# pyright: basic
"""Row losses written out by hand, until the compiler gives them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, final

import numpy as np

from gradproof.training.arrays import Vector
from gradproof.training.layout import Layout
from gradproof.training.losses import Loss
from gradproof.training.metrics import predicted
from gradproof.training.rows import Block

Triple = tuple[Vector, Vector, Vector]


def _logistic(h: Vector, y: Vector) -> Triple:
    p = predicted("logistic", h)
    q = predicted("logistic", -h)
    value = y * np.logaddexp(0, -h) + (1 - y) * np.logaddexp(0, h)
    return value, (1 - y) * p - y * q, p * q


def _squared(h: Vector, y: Vector) -> Triple:
    return 0.5 * (h - y) ** 2, h - y, np.ones_like(h)


def _poisson(h: Vector, y: Vector) -> Triple:
    e = np.exp(h)
    return e - y * h, e - y, e


def _huber(h: Vector, y: Vector) -> Triple:
    r, d = h - y, 1.35
    near = np.abs(r) <= d
    return (
        np.where(near, 0.5 * r**2, d * (np.abs(r) - 0.5 * d)),
        np.clip(r, -d, d),
        near.astype(float),
    )


def _hinge(h: Vector, y: Vector) -> Triple:
    s = 2 * y - 1
    left = np.maximum(0, 1 - s * h)
    return left**2, -2 * s * left, 2.0 * (left > 0)


_ROWS: Final[dict[str, Callable[[Vector, Vector], Triple]]] = {
    "logistic": _logistic,
    "squared": _squared,
    "poisson": _poisson,
    "huber": _huber,
    "squared-hinge": _hinge,
}


@final
@dataclass(frozen=True, slots=True)
class StandIn:
    """The sum over rows of a named loss."""

    loss: Loss
    layout: Layout
    whole: bool = False

    def value_and_gradient(self, w: Vector, block: Block) -> tuple[float, Vector]:
        """Return sum and gradient."""
        parts = self.layout.unpack(w)
        x = block.features
        if self.loss.several:
            h = x @ parts["W"] + parts.get("b", 0.0)
            p = predicted("softmax", h)
            top = h.max(axis=1)
            value = (
                top + np.log(np.exp(h - top[:, None]).sum(axis=1)) - (block.target * h).sum(axis=1)
            )
            r = p - block.target
            if block.weights is not None:
                value, r = value * block.weights, r * block.weights[:, None]
            out = [x.T @ r] + ([r.sum(axis=0)] if "b" in parts else [])
            return float(value.sum()), self.layout.pack(out)
        h = x @ parts["w"] + parts.get("b", 0.0)
        value, r, _ = _ROWS[self.loss.name](h, block.target)
        if block.weights is not None:
            value, r = value * block.weights, r * block.weights
        out = [x.T @ r] + ([r.sum()] if "b" in parts else [])
        return float(value.sum()), self.layout.pack(out)

    def hessian(self, w: Vector, block: Block) -> Vector | None:
        """Return the Hessian."""
        if self.loss.several:
            return None
        parts = self.layout.unpack(w)
        x = block.features
        h = x @ parts["w"] + parts.get("b", 0.0)
        d = _ROWS[self.loss.name](h, block.target)[2]
        if block.weights is not None:
            d = d * block.weights
        if not isinstance(x, np.ndarray):
            x = x.toarray()
        if "b" in parts:
            x = np.concatenate([x, np.ones((x.shape[0], 1))], axis=1)
        return x.T @ (x * d[:, None])
