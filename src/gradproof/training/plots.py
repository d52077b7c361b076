"""Pictures of a training: the loss curve, the calibration and the coefficients; drawn by matplotlib."""

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gradproof.training.data.batch import BadData
from gradproof.training.libraries import library
from gradproof.training.saving import write_whole

if TYPE_CHECKING:
    from gradproof.training.model import Fitted

KINDS: Final = ("svg", "png")
BARS: Final = 15


def draw(fitted: "Fitted", kind: str = "svg") -> bytes:
    """Return the picture as SVG or PNG; the same model gives the same bytes.

    Raises:
        BadData: another kind of picture.
        MissingLibrary: matplotlib is not installed.
    """
    if kind not in KINDS:
        raise BadData(f"pictures end in {' or '.join(f'.{k}' for k in KINDS)}, not in .{kind}")
    figures = library("matplotlib.figure", "drawing a picture")
    matplotlib = library("matplotlib", "drawing a picture")
    panels = _panels(fitted)
    with matplotlib.rc_context({"svg.hashsalt": "gradproof", "font.size": 9}):
        figure = figures.Figure(figsize=(4.2 * len(panels), 3.6), layout="constrained")
        for k, panel in enumerate(panels):
            panel(figure.add_subplot(1, len(panels), k + 1), fitted)
        out = io.BytesIO()
        metadata = {"Date": None} if kind == "svg" else {"Software": None}
        figure.savefig(out, format=kind, metadata=metadata, dpi=144)
    return out.getvalue()


def _panels(fitted: "Fitted") -> "list[Callable[[Any, Fitted], None]]":
    panels: list[Callable[[Any, Fitted], None]] = [_curve]
    if fitted.calibration:
        panels.append(_calibration)
    if fitted.link:
        panels.append(_coefficients)
    if len(fitted.encoding.features) == 2 and fitted.target.kind == "binary" and fitted.calibration:
        panels.append(_boundary)
    return panels


def _boundary(axes: Any, fitted: "Fitted") -> None:
    """Draw the probability over two features, as the model takes them, and the line where it is one half."""
    line = np.linspace(-3, 3, 121)
    places = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    chance = fitted.predict_encoded(places).reshape(line.size, line.size)
    shown = axes.contourf(line, line, chance, levels=np.linspace(0, 1, 11), cmap="RdBu")
    axes.figure.colorbar(shown, ax=axes)
    axes.contour(line, line, chance, levels=[0.5], colors="0.1")
    first, second = fitted.encoding.features
    label = fitted.target.labels[1]
    axes.set(xlabel=first, ylabel=second, title=f"probability of {label}")


def plot(fitted: "Fitted", path: str) -> None:
    """Write the picture to `path`, which ends in ``.svg`` or ``.png``.

    Raises:
        BadData: another ending.
        CannotSave: it cannot be written.
        MissingLibrary: matplotlib is not installed.
    """
    write_whole([(path, draw(fitted, path.rpartition(".")[2]))])


def _curve(axes: Any, fitted: "Fitted") -> None:
    values = np.array(fitted.curve).reshape(-1, 2)
    axes.plot(values[:, 0], label="loss")
    axes.set(xlabel="iteration", ylabel="loss", title=f"{fitted.solver}, {fitted.reason}")
    other = axes.twinx()
    other.semilogy(np.maximum(values[:, 1], 1e-300), color="C1", label="gradient norm")
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
