"""Value and gradient of row sums: compiled formulas against going once over the data, beside other libraries.

    python benchmarks/fused.py                                 # all losses and sizes
    python benchmarks/fused.py --loss logistic --size 0 1      # some of them
    python benchmarks/fused.py --clash                         # kernel and BLAS calls in turn
    python benchmarks/fused.py --read FILE… --svg FILE         # the picture, from what --json wrote

Every round runs each candidate once, in a rotated order; a figure is the ratio to "stream", which adds up all numbers
of X on as many threads as the kernel has. Of both the median of the fastest fifth of the rounds is taken, so that a
round in which another program had the cores does not count. All losses are means over rows.
Libraries that are absent are left out with the reason; rows in which a peer is faster stay in the table.
"""

import argparse
import importlib.util
import json
import os
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from _plot import panel, picture
from _timing import measure, repeated

import gradproof

SIZES = ((569, 30), (10_000, 50), (1_000_000, 30), (200_000, 200), (50_000, 1000))
CLASSES = 10
Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Loss:
    """A mean over rows: in TeX, and by hand for NumPy, torch, jax and scikit-learn."""

    name: str
    body: str
    numpy: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
    graph: Callable[[object, object, object], object]
    sklearn: str = ""
    torch: str = ""


def _sigmoid(h):
    e = np.exp(-np.abs(h))
    return np.where(h >= 0, 1, e) / (1 + e)


def _huber(h, y):
    r = h - y
    a = np.abs(r)
    return np.where(a <= 1, r * r / 2, a - 0.5), np.clip(r, -1, 1)


def _hinge(h, y):
    gap = np.maximum(0, 1 - y * h)
    return gap * gap, -2 * y * gap


LOSSES = (
    Loss(
        "logistic",
        r"-y_i \log\sigma(h_i) - (1-y_i)\log(1-\sigma(h_i))",
        lambda h, y: (np.maximum(h, 0) - y * h + np.log1p(np.exp(-np.abs(h))), _sigmoid(h) - y),
        lambda lib, h, y: lib.softplus(h) - y * h,
        "HalfBinomialLoss",
        "binary_cross_entropy_with_logits",
    ),
    Loss(
        "Poisson",
        r"e^{h_i} - y_i h_i",
        lambda h, y: ((e := np.exp(h)) - y * h, e - y),
        lambda lib, h, y: lib.exp(h) - y * h,
        "HalfPoissonLoss",
        "poisson_nll_loss",
    ),
    Loss(
        "squared",
        r"\frac12 (h_i - y_i)^2",
        lambda h, y: ((h - y) ** 2 / 2, h - y),
        lambda lib, h, y: (h - y) ** 2 / 2,
    ),
    Loss(
        "Huber",
        r"\begin{cases} (h_i-y_i)^2/2 & |h_i-y_i|\le 1 \\ |h_i-y_i|-1/2 & \text{otherwise}\end{cases}",
        _huber,
        lambda lib, h, y: lib.where(lib.abs(h - y) <= 1, (h - y) ** 2 / 2, lib.abs(h - y) - 0.5),
    ),
    Loss(
        "squared hinge",
        r"\max(0, 1 - y_i h_i)^2",
        _hinge,
        lambda lib, h, y: lib.maximum(1 - y * h, 0 * h) ** 2,
    ),
)
SOFTMAX = Loss(
    "softmax",
    r"-\sum_{k=1}^K Y_{ik}\log P_{ik}",
    lambda h, y: (h, y),
    lambda lib, h, y: -(y * lib.log_softmax(h)).sum(-1),
    "HalfMultinomialLoss",
)
DECLARE = (
    r"X \in \mathbb{R}^{m \times n}", r"W \in \mathbb{R}^{n \times K}", r"Y \in \mathbb{R}^{m \times K}",
)  # fmt: skip


def compiled(loss):
    """Return the code of a loss, and the names of its variable and its labels."""
    text = rf"J = \frac{{1}}{{m}}\sum_{{i=1}}^m \left({loss.body}\right)"
    if loss is SOFTMAX:
        formulas, wrt, labels = [text, r"P = \mathrm{softmax}(XW)"], "W", "Y"
    else:
        formulas, wrt, labels = [text, "h = Xw"], "w", "y"
    declare = DECLARE if loss is SOFTMAX else DECLARE[:1]
    return gradproof.compile(formulas, wrt=wrt, declare=declare, backend="numba"), wrt, labels


def data(loss, rows, columns, dtype):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((rows, columns), dtype=dtype)
    if loss is SOFTMAX:
        w = rng.standard_normal((columns, CLASSES)).astype(dtype) / dtype(columns) ** dtype(0.5)
        return x, np.eye(CLASSES, dtype=dtype)[rng.integers(0, CLASSES, rows)], w
    w = rng.standard_normal(columns).astype(dtype) / dtype(columns) ** dtype(0.5)
    y = (rng.random(rows) < 0.5).astype(dtype)
    return x, 2 * y - 1 if loss.name == "squared hinge" else y, w


def by_numpy(loss, x, y, w):
    m = len(x)
    if loss is SOFTMAX:
        h = x @ w
        h -= h.max(axis=1, keepdims=True)
        e = np.exp(h)
        total = e.sum(axis=1, keepdims=True)
        value = np.mean(np.log(total[:, 0]) - (y * h).sum(axis=1))
        return value, x.T @ (e / total - y) / m
    value, slope = loss.numpy(x @ w, y)
    return value.mean(), x.T @ slope / m


def sklearn_peer(loss, x, y, w):
    import sklearn._loss as losses
    from sklearn.linear_model._linear_loss import LinearModelLoss

    kind = getattr(losses, loss.sklearn)
    if loss is SOFTMAX:
        model = LinearModelLoss(kind(n_classes=CLASSES), fit_intercept=False)
        coef, target = np.asfortranarray(w.T), y.argmax(axis=1).astype(x.dtype)
    else:
        model, coef, target = LinearModelLoss(kind(), fit_intercept=False), w, y
    return lambda: model.loss_gradient(coef, x, target, n_threads=1)


def torch_peer(loss, x, y, w):
    import torch
    from torch.nn import functional

    class Library:
        softplus = staticmethod(functional.softplus)
        exp, where, abs, maximum = torch.exp, torch.where, torch.abs, torch.maximum
        log_softmax = staticmethod(partial(functional.log_softmax, dim=-1))

    xs, ys = torch.from_numpy(x), torch.from_numpy(y)
    ws = torch.from_numpy(w.copy()).requires_grad_()

    def run():
        ws.grad = None
        h = xs @ ws
        if loss.torch == "binary_cross_entropy_with_logits":
            value = functional.binary_cross_entropy_with_logits(h, ys)
        elif loss.torch == "poisson_nll_loss":
            value = functional.poisson_nll_loss(h, ys)
        else:
            value = loss.graph(Library, h, ys).mean()
        value.backward()
        return value.item(), ws.grad.numpy()

    return run


def jax_peer(loss, x, y, w):
    import jax

    jax.config.update("jax_enable_x64", x.dtype == np.float64)

    class Library:
        softplus = staticmethod(jax.nn.softplus)
        exp, where, abs, maximum = jax.numpy.exp, jax.numpy.where, jax.numpy.abs, jax.numpy.maximum
        log_softmax = staticmethod(jax.nn.log_softmax)

    def objective(w, x, y):
        return loss.graph(Library, x @ w, y).mean()

    both = jax.jit(jax.value_and_grad(objective))
    given = [jax.numpy.asarray(a) for a in (w, x, y)]

    def run():
        value, gradient = both(*given)
        return float(value), np.asarray(gradient)

    return run


PEERS = {
    "scikit-learn": ("sklearn", sklearn_peer),
    "torch": ("torch", torch_peer),
    "jax.jit": ("jax", jax_peer),
}


def stream(x, threads):
    """Return a function that adds up all numbers of X."""
    import numba

    @numba.njit(nogil=True, fastmath=True)
    def added(flat):
        s = flat.dtype.type(0)
        for k in range(flat.size):
            s += flat[k]
        return s

    flat = x.ravel()
    if flat.size < 2_000_000 or threads == 1:
        return lambda: added(flat)
    pool = ThreadPoolExecutor(threads)
    parts = [flat[a : a + 1_000_000] for a in range(0, flat.size, 1_000_000)]
    return lambda: list(pool.map(added, parts))


def candidates(loss, x, y, w, threads):
    code, variable, labels = compiled(loss)
    found = {
        "stream": stream(x, threads),
        "gradproof": lambda: code.value_and_gradient(**{"X": x, labels: y, variable: w}),
        "numpy": lambda: by_numpy(loss, x, y, w),
    }
    for name, (library, make) in PEERS.items():
        if importlib.util.find_spec(library) is None:
            print(f"{name}: left out, {library} is not installed", file=sys.stderr)
        elif name != "scikit-learn" or loss.sklearn:
            found[name] = make(loss, x, y, w)
    return found


def agreed(found, loss, dtype):
    """Compare what the candidates compute; constants and factors of a library do not count."""
    want = np.asarray(found["numpy"]()[1])
    for name in found:
        if name == "stream":
            continue
        got = np.asarray(found[name]()[1])
        got = got.T if got.shape != want.shape else got
        limit = 1e-9 if dtype == np.float64 else 2e-3
        if np.abs(got - want).max() > limit * max(np.abs(want).max(), 1e-3):
            raise SystemExit(f"{loss.name}: {name} computes something else")


def line(loss, rows, columns, dtype, rounds, threads):
    x, y, w = data(loss, rows, columns, dtype)
    found = candidates(loss, x, y, w, threads)
    agreed(found, loss, dtype)
    times = max(1, 1_000_000 // x.size)
    results = measure({k: repeated(f, times) for k, f in found.items()}, rounds=rounds)
    low = {k: t.undisturbed for k, t in results.items()}
    ratios = {k: t / low["stream"] for k, t in low.items() if k != "stream"}
    peers = {k: t / low["gradproof"] for k, t in low.items() if k not in ("stream", "gradproof")}
    return {
        "loss": loss.name, "rows": rows, "columns": columns, "type": np.dtype(dtype).name,
        "milliseconds": low["gradproof"] / times * 1e3,
        "of the stream": ratios, "gradproof is faster": peers,
    }  # fmt: skip


def shown(row):
    names = ("numpy", "scikit-learn", "torch", "jax.jit")
    ratios, peers = row["of the stream"], row["gradproof is faster"]
    cells = [f"{ratios[n]:.1f} ({peers[n]:.1f}×)" if n in ratios else "–" for n in names]
    what = f"{row['loss']} | {row['rows']}×{row['columns']} | {row['type']}"
    return (
        f"| {what} | {row['milliseconds']:.3g} | {ratios['gradproof']:.2f} | {' | '.join(cells)} |"
    )


def drawn(rows):
    """Return a picture of the losses in double precision: times of the stream against columns."""
    panels = []
    for name in dict.fromkeys(row["loss"] for row in rows):
        lines: dict[str, list[tuple[float, float]]] = {}
        for row in sorted(rows, key=lambda r: r["columns"]):
            if row["loss"] == name and row["type"] == "float64" and row["rows"] > 1000:
                for library, times in row["of the stream"].items():
                    lines.setdefault(library, []).append((row["columns"], times))
        if lines:
            panels.append(panel(name, "columns of X", "times of reading X", lines, even=False))
    return picture(panels)


def clash(rounds):
    """Return the time of kernel and BLAS calls in turn, divided by the sum of both alone."""
    loss = LOSSES[0]
    x, y, w = data(loss, 1_000_000, 30, np.float64)
    code, variable, labels = compiled(loss)
    a = np.random.default_rng(0).standard_normal((400, 400))

    def kernel():
        return code.value_and_gradient(**{"X": x, labels: y, variable: w})

    def product():
        return a @ a

    def turns():
        for _ in range(5):
            kernel()
            product()

    found = measure(
        {"kernel": repeated(kernel, 5), "product": repeated(product, 5), "turns": turns},
        rounds=rounds,
    )
    return found["turns"].undisturbed / (found["kernel"].undisturbed + found["product"].undisturbed)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--loss", nargs="*", help="names of losses (default: all)")
    parser.add_argument(
        "--size", nargs="*", type=int, default=range(len(SIZES)), help="numbers of sizes, from 0"
    )
    parser.add_argument("--type", nargs="*", default=("float64", "float32"))
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", help="where the figures go")
    parser.add_argument("--clash", action="store_true")
    parser.add_argument("--read", nargs="*", default=(), help="figures that --json wrote")
    parser.add_argument("--svg", help="where the picture goes")
    given = parser.parse_args()
    if given.read:
        rows = []
        for path in given.read:
            with open(path, encoding="utf-8") as file:
                rows += json.load(file)
        print("\n".join(map(shown, rows)))
        return pictured(rows, given.svg)
    if importlib.util.find_spec("numba") is None:
        print("left out: numba is not installed")
        return 0
    if given.clash:
        print(f"kernel and BLAS calls in turn: {clash(given.rounds):.2f} of the sum of both")
        return 0
    threads = os.cpu_count() or 1
    print("| loss | size | type | ms | of the stream | numpy | scikit-learn | torch | jax.jit |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    rows = []
    for loss in (*LOSSES, SOFTMAX):
        if given.loss and loss.name not in given.loss:
            continue
        for k in given.size:
            for dtype in (np.float64, np.float32):
                if np.dtype(dtype).name in given.type:
                    rows.append(line(loss, *SIZES[k], dtype, given.rounds, threads))
                    print(shown(rows[-1]), flush=True)
    if given.json:
        with open(given.json, "w", encoding="utf-8") as file:
            json.dump(rows, file, indent=1)
    return pictured(rows, given.svg)


def pictured(rows, path):
    if path:
        with open(path, "w", encoding="utf-8") as file:
            file.write(drawn(rows))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
