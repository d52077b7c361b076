"""How exact generated code is: each row's value and gradient against mpmath, beside torch and jax.

    python benchmarks/accuracy.py            # the table
    python benchmarks/accuracy.py --short    # what the tests look at

Every loss is given in several spellings, as a sum over rows of one number each; the data are chosen so that the logit
of a row is exactly the number under test. Errors are relative to the exact value, in units of 2^-52 in double and of
2^-23 in single precision, divided by the condition number of the row where that is above 1. "wrong" counts rows that
are nan, infinite or a false zero.
"""

import argparse
import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass

import mpmath
import numpy as np

import gradproof

H = (1e-8, 1.0, 30.0, 40.0, 100.0, 700.0, 800.0, 1e4)
LOGITS = tuple(s * h for h in H for s in (1.0, -1.0))


@dataclass(frozen=True)
class Loss:
    """A loss of a logit h and a label y: spellings in TeX, and exactly, with two derivatives by h."""

    name: str
    spellings: tuple[str, ...]
    exact: Callable[[mpmath.mpf, mpmath.mpf], tuple[mpmath.mpf, mpmath.mpf, mpmath.mpf]]
    logits: tuple[float, ...] = LOGITS
    labels: tuple[float, ...] = (0.0, 1.0)


def sigmoid(x):
    return 1 / (1 + mpmath.exp(-x)) if x > 0 else mpmath.exp(x) / (1 + mpmath.exp(x))


def softplus(x):
    return mpmath.log1p(mpmath.exp(-abs(x))) + max(x, mpmath.mpf(0))


def entropy(p):
    return mpmath.mpf(0) if p == 0 else p * mpmath.log(p)


def logistic(h, y):
    slope = (1 - y) * sigmoid(h) - y * sigmoid(-h)
    return (1 - y) * softplus(h) + y * softplus(-h), slope, sigmoid(h) * sigmoid(-h)


def signed(h, y):
    return softplus(-y * h), -y * sigmoid(-y * h), sigmoid(h) * sigmoid(-h)


def focal(h, y):
    if y == 1:
        value, slope, curve = focal(-h, mpmath.mpf(0))
        return value, -slope, curve
    s, c, f = sigmoid(h), sigmoid(-h), softplus(h)
    slope = 2 * s**2 * c * f + s**3
    return s**2 * f, slope, 4 * s**2 * c**2 * f - 2 * s**3 * c * f + 5 * s**3 * c


def poisson(h, y):
    return mpmath.exp(h) - y * h, mpmath.exp(h) - y, mpmath.exp(h)


def divergence(h, y):
    value, slope, curve = logistic(h, y)
    return value + entropy(y) + entropy(1 - y), slope, curve


def complement(h, y):
    below = mpmath.expm1(h)
    return y * mpmath.log1p(-mpmath.exp(-h)), y / below, -y * (below + 1) / below**2


def _rows(body):
    return rf"J = \sum_{{i=1}}^m ({body})"


S = r"\sigma(h_i)"
FRACTION = r"\frac{1}{1+e^{-h_i}}"
RATIO = r"\frac{e^{h_i}}{1+e^{h_i}}"
NEAR = tuple(h for h in LOGITS if abs(h) <= 100)
FINITE = tuple(h for h in LOGITS if abs(h) <= 700)


def bce(s):
    return _rows(rf"-y_i \log {s} - (1-y_i)\log\left(1-{s}\right)")


LOSSES = (
    Loss(
        "logistic",
        (bce(S), bce(FRACTION), bce(RATIO), _rows(r"\log(1+e^{h_i}) - y_i h_i")),
        logistic,
    ),
    Loss(
        "logistic, labels ±1",
        (_rows(r"\log(1+e^{-y_i h_i})"), _rows(r"-\log \frac{1}{1+e^{-y_i h_i}}")),
        signed,
        labels=(-1.0, 1.0),
    ),
    Loss(
        "focal, γ = 2",
        (_rows(rf"-y_i (1-{S})^2 \log {S} - (1-y_i) {S}^2 \log(1-{S})"),),
        focal,
        NEAR,
    ),
    Loss(
        "Poisson",
        (_rows(r"e^{h_i} - y_i h_i"), _rows(r"e^{h_i} - y_i \log e^{h_i}")),
        poisson,
        FINITE,
        (0.0, 3.0),
    ),
    Loss(
        "KL of Bernoulli",
        (_rows(rf"y_i \log\frac{{y_i}}{{{S}}} + (1-y_i)\log\frac{{1-y_i}}{{1-{S}}}"),),
        divergence,
        labels=(0.0, 0.25, 1.0),
    ),
    Loss(
        "log(1 - e^-x)",
        (_rows(r"y_i \log(1-e^{-h_i})"),),
        complement,
        tuple(h for h in FINITE if h > 0),
        (1.0,),
    ),
)
VECTORS = (
    (
        "softmax cross entropy",
        (
            r"J = -\sum_{i=1}^m\sum_{k=1}^K Y_{ik}\log P_{ik}, P = \mathrm{softmax}(XW)",
            r"J = -\sum_{i=1}^m\sum_{k=1}^K Y_{ik}\log\frac{e^{Z_{ik}}}{\sum_{l=1}^K e^{Z_{il}}}, Z = XW",
        ),
    ),
    ("logsumexp", (r"J = \sum_{i=1}^m \log\sum_{k=1}^K e^{Z_{ik}}, Z = XW",)),
)
DECLARE = (
    r"X \in \mathbb{R}^{m \times n}", r"W \in \mathbb{R}^{n \times K}", r"Y \in \mathbb{R}^{m \times K}",
)  # fmt: skip
GAPS = (1e-8, 1.0, 30.0, 40.0, 100.0, 700.0, 800.0, 1e4)


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    loss: str
    by: str
    value: float
    gradient: float
    wrong: int


def worst(errors):
    found = [e for e in errors if np.isfinite(e)]
    return max(found, default=0.0)


def error(got, exact, unit, condition=1):
    """Return the error in units, infinite where the result is no number or a false zero."""
    got = float(got)
    floor = mpmath.mpf(2) ** (-1022 if unit < 1e-10 else -126)
    if not np.isfinite(got):
        top = mpmath.mpf(2) ** (1024 if unit < 1e-10 else 128)
        return 0.0 if abs(exact) >= top * (1 - unit) else np.inf
    if abs(exact) < floor:
        return 0.0 if abs(got) <= 2 * float(floor) else np.inf
    if got == 0.0:
        return np.inf
    return float(abs(got - exact) / abs(exact) / unit / max(1, condition))


def measured(loss, by, function, dtype):
    """Return the line of a function ``(h, y) -> value, slope`` of one row."""
    unit = 2.0**-52 if dtype == np.float64 else 2.0**-23
    values, slopes = [], []
    for h in loss.logits:
        h = float(dtype(h))
        for y in loss.labels:
            with mpmath.workprec(300):
                x = mpmath.mpf(h)
                value, slope, curve = loss.exact(x, mpmath.mpf(y))
                with np.errstate(all="ignore"):
                    v, g = function(h, y)
                values.append(error(v, value, unit, abs(slope * x / value) if value else 1))
                slopes.append(error(g, slope, unit, abs(curve * x / slope) if slope else 1))
    wrong = sum(not np.isfinite(e) for e in (*values, *slopes))
    return Row(loss.name, by, worst(values), worst(slopes), wrong)


def ours(formula, backend, dtype):
    code = gradproof.compile([formula, "h = Xw"], wrt="w", declare=DECLARE[:1], backend=backend)

    def function(h, y):
        given = {"X": [[1.0]], "w": [h], "y": [y]}
        arrays = {k: np.asarray(v, dtype) for k, v in given.items()}
        value, gradient = code.value_and_gradient(**arrays)
        return value, np.asarray(gradient)[0]

    return function


def torch_bce(dtype):
    import torch

    kind = torch.float64 if dtype == np.float64 else torch.float32

    def function(h, y):
        x = torch.tensor([h], dtype=kind, requires_grad=True)
        loss = torch.nn.BCEWithLogitsLoss(reduction="sum")(x, torch.tensor([y], dtype=kind))
        loss.backward()
        return loss.item(), x.grad.item()

    return function


def jax_textbook(dtype):
    import jax

    jax.config.update("jax_enable_x64", dtype == np.float64)

    def loss(h, y):
        return jax.nn.softplus(h) - y * h

    slope = jax.grad(loss)
    return lambda h, y: (loss(dtype(h), dtype(y)), slope(dtype(h), dtype(y)))


def vectors(name, formula, backend, dtype):
    """Return the line of a function of three logits: 0, a gap, and half of it."""
    code = gradproof.compile(formula, wrt="W", declare=DECLARE, backend=backend)
    unit = 2.0**-52 if dtype == np.float64 else 2.0**-23
    values, slopes = [], []
    for gap in GAPS:
        z = [0.0, float(dtype(gap)), float(dtype(gap / 2))]
        for label in range(3) if "Y" in code.inputs else (None,):
            arrays = {"X": [[1.0]], "W": [z]}
            if label is not None:
                arrays["Y"] = [[float(k == label) for k in range(3)]]
            with np.errstate(all="ignore"):
                v, g = code.value_and_gradient(
                    **{k: np.asarray(a, dtype) for k, a in arrays.items()}
                )
            with mpmath.workprec(300 + int(3 * gap)):
                e = [mpmath.exp(x) for x in z]
                p = [x / mpmath.fsum(e) for x in e]
                exact = mpmath.log(mpmath.fsum(e)) - (0 if label is None else z[label])
                slope = [p[k] - (k == label) for k in range(3)]
                size = max(abs(x) for x in z)
                values.append(error(v, exact, unit, size * max(map(abs, slope)) / abs(exact)))
                slopes += [error(a, b, unit, size) for a, b in zip(g[0], slope, strict=True)]
    wrong = sum(not np.isfinite(x) for x in (*values, *slopes))
    return Row(name, f"gradproof {backend}", worst(values), worst(slopes), wrong)


def peers(dtype):
    """Yield what other libraries give for binary cross entropy; those that are absent say so."""
    for name, make in (
        ("torch BCEWithLogits", torch_bce),
        ("jax softplus(h) - yh, grad", jax_textbook),
    ):
        library = name.split()[0]
        if importlib.util.find_spec(library) is None:
            print(f"{name}: skipped, {library} is not installed", file=sys.stderr)
        else:
            yield measured(LOSSES[0], name, make(dtype), dtype)


def lines(dtype, backends, losses=LOSSES, others=VECTORS):
    """Yield the lines of the table for a type; of several spellings the worst."""
    for loss in losses:
        for backend in backends:
            found = [
                measured(loss, backend, ours(f, backend, dtype), dtype) for f in loss.spellings
            ]
            yield Row(
                loss.name + (f", {len(found)} spellings" if len(found) > 1 else ""),
                f"gradproof {backend}",
                max(r.value for r in found),
                max(r.gradient for r in found),
                sum(r.wrong for r in found),
            )
    for name, formulas in others:
        for backend in backends:
            for formula in formulas:
                yield vectors(name, formula, backend, dtype)


def shown(row):
    return f"| {row.loss} | {row.by} | {row.value:.1f} | {row.gradient:.1f} | {row.wrong} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="NumPy and double precision only")
    short = parser.parse_args().short
    backends = ["numpy"]
    if not short and importlib.util.find_spec("numba") is not None:
        backends.append("numba")
    for dtype in (np.float64,) if short else (np.float64, np.float32):
        unit = "2^-52" if dtype == np.float64 else "2^-23"
        print(f"\n{dtype.__name__}, errors in units of {unit}\n")
        print("| loss | by | value | gradient | wrong |\n| --- | --- | --- | --- | --- |")
        for row in lines(dtype, backends):
            print(shown(row), flush=True)
        for row in () if short else peers(dtype):
            print(shown(row), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
