"""Training on a Dask cluster of two processes beside dask-glm: seconds of a pass and of a whole fit.

    python benchmarks/cluster.py                  # 1,000,000 rows of 30 features
    python benchmarks/cluster.py --rows 100000

Both have the same workers with one thread each and the same eight parts of the rows, held in memory, and minimise the
logistic loss without penalty (the Newton of dask-glm knows none); their fits end at the gradient norm that is shown, of
the mean loss. That of dask-glm begins with the rows in the workers, that of Gradproof reads them first; the ADMM of
dask-glm takes minutes and is left out. *pass* is the median time of value and gradient at one point. *here* is the
compiled code in this process with one thread, half of whose time is what two workers need if messages cost nothing.
"""

import argparse
import statistics
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
from _cluster import two_workers

FEATURES, PARTS, PASSES = 30, 8, 15
TOLERANCE = 1e-6


def made(rows):
    """Return features and a target that depends on them."""
    chance = np.random.default_rng(0)
    x = chance.normal(size=(rows, FEATURES))
    h = x @ chance.normal(size=FEATURES)
    return x, (h + 2 * chance.normal(size=rows) > 0).astype(float)


def write(path, x, y):
    import pyarrow
    import pyarrow.parquet

    columns = {f"x{j}": x[:, j] for j in range(FEATURES)} | {"y": y}
    pyarrow.parquet.write_table(
        pyarrow.table(columns), path, row_group_size=-(-len(y) // PARTS), use_dictionary=False
    )


def norm(x, y, w):
    """Return the norm of the gradient of the mean loss; the last of `w` is the intercept."""
    residual = 1 / (1 + np.exp(-(x @ w[:-1] + w[-1]))) - y
    return float(np.linalg.norm(np.append(x.T @ residual, residual.sum())) / len(y))


def median(call, times=PASSES):
    call()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def ours(path, client, solver):
    """Return coefficients, seconds, passes and the seconds of one pass."""
    import gradproof
    import gradproof.dask
    from gradproof.training.distributed import DistributedSum

    kept, times = [], []
    real = DistributedSum.value_and_gradient

    def watched(self, w):
        kept[:] = [w]
        start = time.perf_counter()
        out = real(self, w)
        times.append(time.perf_counter() - start)
        return out

    options = {"solver": solver, "tolerance": TOLERANCE, "backend": "numba"}
    gradproof.dask.fit(path, client, **options)  # compiles on the workers
    DistributedSum.value_and_gradient = watched
    try:
        start = time.perf_counter()
        fitted = gradproof.dask.fit(path, client, **options)
        seconds = time.perf_counter() - start
    finally:
        DistributedSum.value_and_gradient = real
    w = np.append(fitted.coefficients, fitted.intercept)
    return w, seconds, fitted.evaluations, statistics.median(times)


def here(x, y):
    """Return the seconds of a pass by the compiled code in this process, with one thread."""
    import numba

    import gradproof

    times = []
    numba.set_num_threads(1)
    for _ in range(2):
        times.clear()
        gradproof.fit(
            x,
            y,
            solver="lbfgs",
            tolerance=TOLERANCE,
            backend="numba",
            seen=lambda _: times.append(time.perf_counter()),
        )
    return statistics.median(np.diff(times).tolist())


def theirs(x, y, client):
    """Yield for each program of dask-glm its name, coefficients, seconds and passes, and the seconds of one pass."""
    import dask
    import dask.array
    import dask_glm.algorithms
    from dask_glm.families import Logistic

    part = -(-len(y) // PARTS)
    blocks = dask.array.from_array(np.c_[x, np.ones(len(y))], chunks=(part, -1))
    target = dask.array.from_array(y, chunks=part)
    blocks, target = client.persist([blocks, target])
    client.gather(client.compute([blocks.sum(), target.sum()]))

    start = np.full(FEATURES + 1, 0.1)

    def one_pass():
        sent = dask.array.from_array(start, chunks=-1)
        dask.compute(
            Logistic.pointwise_loss(sent, blocks, target),
            Logistic.pointwise_gradient(sent, blocks, target),
        )

    seconds = median(one_pass)
    for name, options in (
        ("lbfgs", {"tol": 1e-7 * len(y)}),
        ("newton", {"tol": 1e-6}),
    ):  # fmt: skip
        start = time.perf_counter()
        w = getattr(dask_glm.algorithms, name)(blocks, target, normalize=False, **options)
        yield f"dask-glm {name}", np.asarray(w), time.perf_counter() - start, "", seconds


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    warnings.simplefilter("ignore")
    x, y = made(rows)
    print(f"{rows} rows, {FEATURES} features, {PARTS} parts, 2 workers with one thread each")
    print(f"{'':26}{'pass':>10}{'fit':>10}{'passes':>8}{'gradient':>10}")

    def show(name, w, fit, passes, seconds):
        print(f"{name:26}{seconds:10.4f}{fit:10.2f}{passes:>8}{norm(x, y, w):10.1e}", flush=True)

    with (
        tempfile.TemporaryDirectory() as folder,
        two_workers() as client,
    ):
        path, few = Path(folder) / "rows.parquet", Path(folder) / "few.parquet"
        write(path, x, y)
        write(few, x[:800], y[:800])
        for solver in ("lbfgs", "newton"):
            show(f"gradproof {solver}", *ours(path, client, solver))
        messages = ours(few, client, "lbfgs")[3]
        try:
            for found in theirs(x, y, client):
                show(*found)
        except ImportError as failure:
            print(f"dask-glm: left out, {failure}")
    alone = here(x, y)
    print(f"here, one thread: {alone:.4f} s a pass; 800 rows on the workers: {messages:.4f} s")


if __name__ == "__main__":
    main()
