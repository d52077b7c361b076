"""A training shown in a notebook while it goes on: the curve, and for two features where the classes part."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, final

from gradproof.training.arrays import Vector
from gradproof.training.libraries import MissingLibrary
from gradproof.training.plane import Plane
from gradproof.training.plots import picture
from gradproof.training.solving import Point

FIRST: Final = 0.3
"""Seconds before the first picture: what is faster needs none."""

SHARE: Final = 10
"""Drawing takes at most this part of the time."""

Seen = Callable[[Point], None]


@final
@dataclass(frozen=True, slots=True)
class Scene:
    """What can be shown of a training besides its curve.

    Attributes:
        plane: two features, or None where the model has others.
        predict: the prediction for parameters and features, shapes (size,) and (places, features).
    """

    plane: Plane | None
    predict: Callable[[Vector, Vector], Vector]


Watch = Callable[[Scene], Seen]
"""Told what is trained, it returns what is called with every point."""


@final
@dataclass(slots=True)
class Live:
    """Shows a training in an output that can be updated.

    Attributes:
        show: shows a picture (PNG) and returns what replaces it by another one.
        clock: seconds.
        others: is called with every point, too.
    """

    show: Callable[[bytes], Callable[[bytes], None]]
    clock: Callable[[], float] = time.monotonic
    others: Seen = lambda _: None
    _scene: Scene | None = None
    _curve: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    _last: Point | None = None
    _update: Callable[[bytes], None] | None = None
    _due: float = 0.0

    def begins(self, scene: Scene) -> Seen:
        """Take note of what is trained; what comes back is called with every point."""
        self._scene = scene
        self._due = self.clock() + FIRST
        return self._seen

    def _seen(self, point: Point) -> None:
        self.others(point)
        self._curve.append((point.value, point.gradient_norm))
        self._last = point
        if self.clock() >= self._due:
            self._draw()

    def ends(self) -> None:
        """Show the end, if anything was shown before."""
        if self._update is not None:
            self._draw()

    def _draw(self) -> None:
        scene, last = self._scene, self._last
        if scene is None or last is None:
            return
        start = self.clock()
        title = f"iteration {last.iteration}, gradient norm {last.gradient_norm:.1e}"
        data = picture(
            self._curve, title, scene.plane, lambda places: scene.predict(last.parameters, places)
        )
        if self._update is None:
            self._update = self.show(data)
        else:
            self._update(data)
        end = self.clock()
        self._due = end + max(FIRST, (SHARE - 1) * (end - start))


def notebook(others: Seen) -> Live | None:
    """Return what shows a training in the notebook that this runs in; None where it runs elsewhere."""
    ipython: Any = sys.modules.get("IPython")
    if ipython is None or getattr(ipython.get_ipython(), "kernel", None) is None:
        return None
    try:
        picture([(1.0, 1.0)], "", None, None)
    except MissingLibrary:
        return None
    display: Any = ipython.display

    def show(data: bytes) -> Callable[[bytes], None]:
        handle = display.display(display.Image(data=data, format="png"), display_id=True)
        return lambda new: handle.update(display.Image(data=new, format="png"))

    return Live(show, others=others)
