"""A fitted model in words."""

from typing import TYPE_CHECKING, Final

import numpy as np

from gradproof.training.arrays import Vector
from gradproof.training.asked import is_bias

if TYPE_CHECKING:
    from gradproof.training.model import Fitted


SHOWN: Final = 20
"""Most coefficients that are listed."""


def to_text(fitted: "Fitted") -> str:
    """Return what a person wants to know first: how it went, how good it is, what was learned."""
    features = len(fitted.encoding.features)
    target = fitted.target
    what = f"{fitted.rows} rows, {features} features, target {target.name!r}"
    if target.classes:
        shown = ", ".join(target.labels[:6]) + (", …" if len(target.classes) > 6 else "")
        what += f" ({shown})"
    lines = [f"{fitted.source}: {what}"]
    lines += [f"formula: {'; '.join(fitted.formulas)}"]
    lines += [f"minimised: {minimised(fitted)}"]
    lines += [f"note: {note}" for note in fitted.notes]
    lines.append(
        f"{fitted.solver}: {_ENDS[fitted.reason]} after {fitted.iterations} iterations, loss {fitted.value:.8g}, "
        f"gradient norm {fitted.gradient_norm:.2e}"
    )
    if fitted.metrics:
        where = f"on {fitted.held_out} held-out rows" if fitted.held_out else "on the training rows"
        told = ", ".join(f"{name} {value:.4g}" for name, value in fitted.metrics.items())
        lines.append(f"{where}: {told}")
    lines += _coefficients(fitted)
    return "\n".join(lines) + "\n"


def minimised(fitted: "Fitted") -> str:
    """Return in TeX what is made small: a named loss is a sum over rows, and its mean counts."""
    if fitted.link is None:
        out = fitted.formulas[0].partition("=")[0].strip() or "J"
    else:
        out = r"\frac1{\sum_i \rho_i} J" if r"\rho" in fitted.formulas[0] else r"\frac1m J"
    names = [n for n in fitted.parameters if not is_bias(n)]
    for weight, start, before, after in (
        (fitted.l2, r"\frac{", r"}2 \lVert ", r" \rVert^2"),
        (fitted.l1, "", r" \lVert ", r" \rVert_1"),
    ):
        if weight:
            out += "".join(f" + {start}{weight:g}{before}{n}{after}" for n in names)
    return out


_ENDS: Final = {
    "converged": "converged",
    "iterations": "stopped",
    "interrupted": "interrupted",
    "stalled": "stopped at the limit of the arithmetic",
}


def _coefficients(fitted: "Fitted") -> list[str]:
    if fitted.link is None:
        return [f"  {name}: {_array(v)}" for name, v in fitted.parameters.items()]
    names: tuple[str, ...] = fitted.encoding.features
    table: Vector = fitted.coefficients.reshape(len(names), -1)
    order: list[int] = np.argsort(-np.abs(table).max(axis=1), kind="stable")[:SHOWN].tolist()
    width = max([9, *(len(names[k]) for k in order)])
    lines: list[str] = []
    if table.shape[1] > 1:
        lines.append(
            "  " + " " * width + "".join(f" {c[:11]:>12}" for c in fitted.target.labels[:8])
        )
    if "b" in fitted.parameters:
        lines.append(_row("intercept", width, np.atleast_1d(np.asarray(fitted.intercept))))
    lines += [_row(names[k], width, table[k]) for k in order]
    if len(names) > SHOWN:
        lines.append(f"  and {len(names) - SHOWN} smaller ones")
    return lines


def _array(values: Vector) -> str:
    """Return the numbers of a short vector, and the shape of what is longer or has several axes."""
    if values.ndim > 1 or values.size > SHOWN:
        return f"shape {values.shape}"
    return " ".join(f"{v:.6g}" for v in values.ravel().tolist())


def _row(name: str, width: int, values: Vector) -> str:
    shown = "".join(f" {v:>12.6g}" for v in values[:8].tolist())
    return f"  {name:<{width}}{shown}{' …' if values.shape[0] > 8 else ''}"
