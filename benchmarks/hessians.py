"""Hessians: compiled code beside a closed form in NumPy, jax.hessian under jit, and torch.func.hessian.

The set-up follows Laue, Mitterreiter and Giesen (NeurIPS 2018, AAAI 2020). Times are medians over interleaved
rounds, divided by that of the closed form, one thread each, float64. Every result is compared with the closed form.

    python benchmarks/hessians.py [--rounds 7] [--only NAME] [--no-torch]
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from _timing import Timing, measure, pin_threads, ratio, repeated

SHORT = 0.02
"""What takes fewer seconds is repeated within a round."""
KEPT = ("closed form", "gradproof")


@dataclass(frozen=True)
class Row:
    """One Hessian: formulas, variable, facts, sizes, the closed form, and the loss for JAX and PyTorch."""

    name: str
    formulas: tuple[str, ...]
    wrt: str
    declare: tuple[str, ...]
    shapes: dict[str, tuple[int, ...]]
    closed: Callable[[Any, dict[str, Any]], Any]
    loss: Callable[[Any, dict[str, Any]], Any]
    structured: bool = False


def rows() -> list[Row]:
    """Return the rows of the table."""
    import numpy as np

    def sigma(np_: Any, t: Any) -> Any:
        return 1 / (1 + np_.exp(-t))

    def quadratic(n: int) -> Row:
        return Row(
            f"xᵀAx, n = {n}", (r"f = x^T A x",), "x", (r"A \in \mathbb{R}^{n \times n}", r"x \in \mathbb{R}^n"),
            {"A": (n, n), "x": (n,)}, lambda np_, v: v["A"] + v["A"].T,
            lambda np_, v: v["x"] @ v["A"] @ v["x"],
        )  # fmt: skip

    def logistic(m: int, n: int) -> Row:
        def closed(np_: Any, v: Any) -> Any:
            z = sigma(np_, v["X"] @ v["w"])
            b = v["X"] * np_.sqrt(z * (1 - z))[:, None]
            return b.T @ b

        return Row(
            f"logistic regression, {m}×{n}",
            (r"J = -(y^T \log z + (1-y)^T \log(1-z))", r"z = \sigma(Xw)"), "w",
            (r"X \in \mathbb{R}^{m \times n}",), {"X": (m, n), "w": (n,), "y": (m,)}, closed,
            lambda np_, v: -(
                v["y"] @ np_.log(sigma(np_, v["X"] @ v["w"]))
                + (1 - v["y"]) @ np_.log(1 - sigma(np_, v["X"] @ v["w"]))
            ),
        )  # fmt: skip

    def factors(n: int, structured: bool = False) -> Row:
        def closed(np_: Any, v: Any) -> Any:
            small = 2 * v["V"].T @ v["V"]
            if structured:
                return small
            out = np.zeros((n, 5, n, 5))
            out[range(n), :, range(n), :] = small
            return out

        return Row(
            f"matrix factorisation, n = {n}" + (", structure kept" if structured else ""),
            (r"f = \|U V^T - R\|_F^2",), "U",
            (r"U \in \mathbb{R}^{n \times k}", r"V \in \mathbb{R}^{n \times k}"),
            {"U": (n, 5), "V": (n, 5), "R": (n, n)}, closed,
            lambda np_, v: ((v["U"] @ v["V"].T - v["R"]) ** 2).sum(), structured,
        )  # fmt: skip

    def network(n: int) -> Row:
        m = 8 * n

        def closed(np_: Any, v: Any) -> Any:
            x, h = v["X"], np_.tanh(v["X"] @ v["W"])
            slope = (1 - h * h) * v["u"]
            b = (x[:, :, None] * slope[:, None, :]).reshape(m, n * n)
            out = (b.T @ b).reshape(n, n, n, n)
            bend = -2 * (h @ v["u"] - v["y"])[:, None] * h * slope
            block = np.einsum("ia,ij,ib->jab", x, bend, x, optimize=True)
            np.einsum("ajbj->jab", out)[...] += block
            return out

        return Row(
            f"two-layer network, W₁, n = {n}", (r"f = \frac12 \|\tanh(X W) u - y\|^2",), "W",
            (r"X \in \mathbb{R}^{m \times n}", r"W \in \mathbb{R}^{n \times n}", r"u \in \mathbb{R}^n"),
            {"X": (m, n), "W": (n, n), "u": (n,), "y": (m,)}, closed,
            lambda np_, v: ((np_.tanh(v["X"] @ v["W"]) @ v["u"] - v["y"]) ** 2).sum() / 2,
        )  # fmt: skip

    def logsumexp(n: int) -> Row:
        def closed(np_: Any, v: Any) -> Any:
            e = np_.exp(v["z"] - v["z"].max())
            s = e / e.sum()
            return np_.diag(s) - s[:, None] * s

        return Row(
            f"logsumexp, n = {n}", (r"f = \log \sum_k e^{z_k}",), "z", (), {"z": (n,)}, closed,
            lambda np_, v: np_.log(np_.exp(v["z"]).sum()),
        )  # fmt: skip

    return [
        quadratic(1024), quadratic(2048), logistic(20_000, 30), logistic(4000, 200), factors(64),
        factors(128), factors(128, structured=True), network(16), network(32), logsumexp(256),
        logsumexp(1024),
    ]  # fmt: skip


def candidates(row: Row, folder: str, with_torch: bool) -> dict[str, Callable[[], Any]]:
    """Return what is timed, each ready to be called."""
    import numpy as np

    import gradproof

    rng = np.random.default_rng(7)
    values = {k: rng.normal(size=s) / max(s) ** 0.5 for k, s in row.shapes.items()}
    if "y" in values and "log" in row.formulas[0]:
        values["y"] = rng.uniform(size=row.shapes["y"])
    made = gradproof.compile(
        row.formulas,
        wrt=row.wrt,
        declare=row.declare,
        hessian=True,
        structured=row.structured,
        cache=folder,
    )
    out: dict[str, Callable[[], Any]] = {
        "closed form": lambda: row.closed(np, values),
        "gradproof": lambda: made.hessian(**values),
    }
    try:
        import jax
    except ImportError:
        print("JAX is not installed and left out")
    else:
        jax.config.update("jax_enable_x64", True)
        given = {k: jax.numpy.asarray(x) for k, x in values.items()}
        hessian = jax.jit(
            jax.hessian(lambda x, rest: row.loss(jax.numpy, {**rest, row.wrt: x})),
        )
        out["jax.hessian"] = lambda: hessian(given[row.wrt], given).block_until_ready()
    if with_torch:
        try:
            import torch
        except ImportError:
            print("PyTorch is not installed and left out")
        else:
            torch.set_num_threads(1)
            tensors = {k: torch.as_tensor(x) for k, x in values.items()}
            bent = torch.func.hessian(lambda x: row.loss(torch, {**tensors, row.wrt: x}))
            out["torch.func.hessian"] = lambda: bent(tensors[row.wrt])
    want = out["closed form"]()
    for name, call in out.items():
        found = np.asarray(call())
        if row.structured and found.shape != want.shape:
            continue
        error = abs(found - want).max() / abs(want).max()
        if error > 1e-9:
            print(f"{row.name}: {name} is off by {error:.1e}")
    return out


def line(row: Row, results: dict[str, Timing]) -> str:
    """Return a line of the table."""
    cells = [f"{row.name:42}", f"{1e3 * results['closed form'].median:10.3f} ms"]
    for name in ("gradproof", "jax.hessian", "torch.func.hessian"):
        cells.append(
            f"{ratio(results, name, 'closed form'):12.2f}" if name in results else f"{'-':>12}"
        )
    return " ".join(cells)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", metavar="NAME", default="")
    parser.add_argument("--no-torch", action="store_true")
    options = parser.parse_args()
    pin_threads()
    print(
        f"{'':42} {'closed form':>13} {'gradproof':>12} {'jax':>12} {'torch':>12}   (times the closed form)"
    )
    with tempfile.TemporaryDirectory() as folder:
        for row in rows():
            if options.only in row.name:
                ready = candidates(row, folder, not options.no_torch)
                begin = perf_counter()
                ready["closed form"]()
                times = 1 + int(SHORT / (perf_counter() - begin))
                often = {k: repeated(f, times if k in KEPT else 1) for k, f in ready.items()}
                found = measure(often, rounds=options.rounds, warmup=1)
                one = {
                    k: Timing(tuple(s / (times if k in KEPT else 1) for s in t.seconds))
                    for k, t in found.items()
                }
                print(line(row, one), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
