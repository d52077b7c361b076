"""Two features seen as a plane: some rows as points, and what a model says everywhere between them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray

from gradproof.training.arrays import Vector, is_sparse
from gradproof.training.prepare import Prepared

POINTS: Final = 300
"""Most rows that are shown."""

FINE: Final = 101
"""Places along each side at which the model is asked."""

MARGIN: Final = 0.08
"""How far the plane reaches beyond the points, as a share of their extent."""


@final
@dataclass(frozen=True, slots=True)
class Plane:
    """What is known of the plane before a model is trained.

    Attributes:
        names: of the two features.
        labels: of the classes.
        points: some rows as the model takes them, shape (points, 2).
        classes: the class of each, shape (points,).
        mean: what was taken from each feature, shape (2,).
        scale: what each was divided by then, shape (2,).
    """

    names: tuple[str, ...]
    labels: tuple[str, ...]
    points: Vector
    classes: NDArray[np.int64]
    mean: Vector
    scale: Vector

    def draw(self, axes: Any, predict: Callable[[Vector], Vector]) -> None:
        """Draw the points, and what `predict` says of features of shape (places, 2), on axes of matplotlib."""
        low, high = self.points.min(axis=0), self.points.max(axis=0)
        edge = MARGIN * np.where(high > low, high - low, 1.0)
        share: Vector = np.linspace(0.0, 1.0, FINE)
        across: Vector = low[0] - edge[0] + share * (high[0] - low[0] + 2 * edge[0])
        upwards: Vector = low[1] - edge[1] + share * (high[1] - low[1] + 2 * edge[1])
        places: Vector = np.stack([np.tile(across, FINE), np.repeat(upwards, FINE)], axis=1)
        x: Vector = across * self.scale[0] + self.mean[0]
        y: Vector = upwards * self.scale[1] + self.mean[1]
        said = predict(places)
        if said.ndim == 2:
            best = said.argmax(axis=1).reshape(FINE, FINE)
            levels = np.arange(len(self.labels) + 1) - 0.5
            colours = [f"C{k % 10}" for k in range(len(self.labels))]
            axes.contourf(x, y, best, levels=levels, colors=colours, alpha=0.3)
            title = "most probable class"
        else:
            table = said.reshape(FINE, FINE)
            chances = bool(((said >= 0) & (said <= 1)).all())
            levels = np.linspace(0, 1, 11) if chances else 10
            shown = axes.contourf(x, y, table, levels=levels, cmap="RdBu", alpha=0.8)
            axes.figure.colorbar(shown, ax=axes)
            half = 0.5 if chances else 0.0
            if said.min() < half < said.max():
                axes.contour(x, y, table, levels=[half], colors="0.1")
            title = f"{'probability' if chances else 'score'} of {self.labels[1]}"
        at: Vector = self.points * self.scale + self.mean
        several = said.ndim == 2
        for k, label in enumerate(self.labels):
            own: Vector = at[self.classes == k]
            colour = f"C{k % 10}" if several else ("#b2182b", "#2166ac")[k]
            axes.scatter(
                own[:, 0],
                own[:, 1],
                s=9,
                color=colour,
                edgecolors="white",
                linewidths=0.4,
                label=label,
            )
        axes.legend(loc="best", fontsize="small")
        axes.set(xlabel=self.names[0], ylabel=self.names[1], title=title)


def plane_of(prepared: Prepared) -> Plane | None:
    """Return the plane of a table whose model takes two features and tells classes apart, and None for others."""
    encoding, target = prepared.encoding, prepared.target
    if len(encoding.features) != 2 or target.kind not in ("binary", "classes"):
        return None
    block = next(iter(prepared.train.blocks()))
    rows = np.unique(np.linspace(0, block.rows - 1, min(block.rows, POINTS)).astype(np.int64))
    drawn = block.drawn(rows)
    points: Vector = drawn.features.toarray() if is_sparse(drawn.features) else drawn.features
    classes: Vector = drawn.target.argmax(axis=1) if drawn.target.ndim == 2 else drawn.target
    mean = np.array([*(n.mean for n in encoding.numbers), 0.0, 0.0])[:2]
    scale = np.array([*(n.scale for n in encoding.numbers), 1.0, 1.0])[:2]
    return Plane(encoding.features, target.labels, points, classes.astype(np.int64), mean, scale)
