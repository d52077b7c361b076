"""Pictures of a training: the loss curve, the calibration and the coefficients; drawn by matplotlib."""

import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gradproof.training.arrays import Vector
from gradproof.training.data.batch import BadData
from gradproof.training.libraries import library
from gradproof.training.saving import write_whole

if TYPE_CHECKING:
    from gradproof.training.model import Fitted
    from gradproof.training.plane import Plane

KINDS: Final = ("svg", "png")
BARS: Final = 15
SHOWN: Final = 2000
"""About as many points of a curve are drawn."""

Panel = Callable[[Any], None]
"""Draws on axes of matplotlib."""


def draw(fitted: "Fitted", kind: str = "svg") -> bytes:
    """Return the picture as SVG or PNG; the same model gives the same bytes.

    Raises:
        BadData: another kind of picture.
        MissingLibrary: matplotlib is not installed.
    """
    require_kind(f".{kind}")
    return _drawn(_panels(fitted), kind)


def require_kind(path: str) -> None:
    """Refuse a path whose ending is that of no picture that can be drawn.

    Raises:
        BadData: another kind of picture.
    """
    kind = path.rpartition(".")[2]
    if kind not in KINDS:
        ends = " or ".join(f".{k}" for k in KINDS)
        raise BadData(f"pictures end in {ends}, not in .{kind}")


def picture(
    curve: Sequence[tuple[float, float]],
    title: str,
    plane: "Plane | None",
    predict: Callable[[Vector], Vector] | None,
) -> bytes:
    """Return a picture (PNG) of a training that goes on: its curve so far and, for two features, the plane.

    Raises:
        MissingLibrary: matplotlib is not installed.
    """
    panels: list[Panel] = [lambda axes: _curve(axes, curve, title)]
    if plane is not None and predict is not None:
        panels.append(lambda axes: plane.draw(axes, predict))
    return _drawn(panels, "png", dpi=80)


def _drawn(panels: "Sequence[Panel]", kind: str, *, dpi: int = 144) -> bytes:
    figures = library("matplotlib.figure", "drawing a picture")
    matplotlib = library("matplotlib", "drawing a picture")
    with matplotlib.rc_context({"svg.hashsalt": "gradproof", "font.size": 9}):
        figure = figures.Figure(figsize=(4.2 * len(panels), 3.6), layout="constrained")
        for k, panel in enumerate(panels):
            panel(figure.add_subplot(1, len(panels), k + 1))
        out = io.BytesIO()
        metadata = {"Date": None} if kind == "svg" else {"Software": None}
        figure.savefig(out, format=kind, metadata=metadata, dpi=dpi)
    return out.getvalue()


def _panels(fitted: "Fitted") -> "list[Panel]":
    title = f"{fitted.solver}, {fitted.reason}"
    panels: list[Panel] = [lambda axes: _curve(axes, fitted.curve, title)]
    if fitted.calibration:
        panels.append(lambda axes: _calibration(axes, fitted))
    if fitted.link:
        panels.append(lambda axes: _coefficients(axes, fitted))
    plane = fitted.plane
    if plane is not None:
        panels.append(lambda axes: plane.draw(axes, fitted.predict_encoded))
    return panels


def plot(fitted: "Fitted", path: str) -> None:
    """Write the picture to `path`, which ends in ``.svg`` or ``.png``.

    Raises:
        BadData: another ending.
        CannotSave: it cannot be written.
        MissingLibrary: matplotlib is not installed.
    """
    write_whole([(path, draw(fitted, path.rpartition(".")[2]))])


def _curve(axes: Any, curve: Sequence[tuple[float, float]], title: str) -> None:
    step = max(1, len(curve) // SHOWN)
    places = [*range(0, len(curve) - 1, step), len(curve) - 1]
    values: Vector = np.array([curve[k] for k in places])
    axes.plot(places, values[:, 0], label="loss")
    axes.set(xlabel="iteration", ylabel="loss", title=title)
    other = axes.twinx()
    other.semilogy(places, np.maximum(values[:, 1], 1e-300), color="C1", label="gradient norm")
    other.set_ylabel("gradient norm", color="C1")


def _calibration(axes: Any, fitted: "Fitted") -> None:
    mean, share, _ = np.array(fitted.calibration).T
    axes.plot([0, 1], [0, 1], color="0.7", linestyle="--")
    axes.plot(mean, share, marker="o")
    axes.set(xlabel="predicted probability", ylabel="share that is right", title="calibration")
    axes.set(xlim=(0, 1), ylim=(0, 1))


def _coefficients(axes: Any, fitted: "Fitted") -> None:
    names = fitted.encoding.features
    table = fitted.coefficients.reshape(len(names), -1)
    size = np.abs(table).max(axis=1)
    order = np.argsort(-size, kind="stable")[:BARS][::-1]
    values = table[order, 0] if table.shape[1] == 1 else size[order]
    axes.barh([names[k] for k in order], values)
    title = "coefficients" if table.shape[1] == 1 else "largest coefficient over the classes"
    axes.set(title=title)
    axes.axvline(0, color="0.5", linewidth=0.8)
