"""Training on a Parquet data set larger than memory: time of a pass and peak memory, here and on two processes.

    python benchmarks/streaming.py                       # 2 GB under 256 MB
    python benchmarks/streaming.py --cluster             # on a cluster of two processes, too, also with one killed
    python benchmarks/streaming.py --size 20G --limit 1G --iterations 8
    python benchmarks/streaming.py --size 64M --limit 8M --here

The data are written by this script to --folder and stay there for the next run. *s/pass* is the median time of an
iteration, which is one pass over the rows, without the first reading. *peak MB* is the largest resident size
of the process that trains, *above start* that without what Python and its libraries, compiled code included, take
before the data are opened: this is what --limit bounds, and the command fails where it is passed.
"""

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from _cluster import two_workers

COLUMNS = 30
GROUP = 1 << 15
TOLERANCE = {"lbfgs": 1e-9, None: 1e-6}
UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def bytes_of(text):
    number, unit = re.fullmatch(r"(\d+)([KMG])", text).groups()
    return int(number) * UNITS[unit]


def make(path, size):
    """Write random rows with a target that depends on them: doubles that do not compress."""
    import pyarrow
    import pyarrow.parquet

    rows = size // (8 * COLUMNS)
    chance = np.random.default_rng(0)
    true = chance.normal(size=COLUMNS)
    names = [f"x{j}" for j in range(COLUMNS)]
    schema = pyarrow.schema([(n, pyarrow.float64()) for n in (*names, "y")])
    temporary = path.with_suffix(".part")
    with pyarrow.parquet.ParquetWriter(temporary, schema, use_dictionary=False) as file:
        for start in range(0, rows, GROUP):
            x = chance.normal(size=(min(GROUP, rows - start), COLUMNS))
            y = (x @ true + 2 * chance.normal(size=len(x)) > 0).astype(float)
            file.write_table(pyarrow.table([*x.T, y], schema=schema))
    temporary.rename(path)


def train(path, limit, iterations, solver="lbfgs"):
    """Train in this process and print what it took."""
    import gradproof

    options = {"stream": True, "memory_limit": limit} if limit else {}
    with tempfile.TemporaryDirectory() as folder:  # loads the libraries and the compiled code
        small = Path(folder) / "small.parquet"
        make(small, 100 * 8 * COLUMNS)
        gradproof.fit(
            small,
            l2=1e-2,
            solver=solver,
            iterations=2,
            backend="numba",
            seen=lambda _: None,
            **options,
        )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start, times = time.perf_counter(), []
    fitted = gradproof.fit(
        path,
        l2=1e-4,
        solver=solver,
        iterations=iterations,
        tolerance=TOLERANCE[solver],
        backend="numba",
        seen=lambda _: times.append(time.perf_counter()),
        **options,
    )
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        json.dumps(
            {
                "seconds": seconds,
                "passes": fitted.evaluations,
                "pass": float(np.median(np.diff(times))),
                "megabytes": after - before,
                "peak": after,
                "norm": fitted.gradient_norm,
                "w": [*fitted.coefficients.tolist(), fitted.intercept],
            }
        )
    )


def cluster(path, iterations, kill):
    """Train on two processes of this machine; with `kill` one of them is lost on the way."""
    import signal

    import gradproof.dask

    done = []
    with two_workers() as client:
        times = []

        def seen(point):
            times.append(time.perf_counter())
            if kill and point.iteration == 5 and not done:
                done.append(min(client.run(os.getpid).values()))
                os.kill(done[0], signal.SIGKILL)

        start = time.perf_counter()
        fitted = gradproof.dask.fit(
            path,
            client,
            l2=1e-4,
            solver="lbfgs",
            iterations=iterations,
            tolerance=1e-9,
            backend="numba",
            seen=seen,
        )
        seconds = time.perf_counter() - start
    print(
        json.dumps(
            {
                "seconds": seconds,
                "passes": fitted.evaluations,
                "pass": float(np.median(np.diff(times))),
                "megabytes": float("nan"),
                "peak": float("nan"),
                "norm": fitted.gradient_norm,
                "w": [*fitted.coefficients.tolist(), fitted.intercept],
                "notes": fitted.notes,
            }
        )
    )


def run(what, *arguments):
    """Run a part in a process of its own and return what it printed."""
    command = [sys.executable, "-W", "ignore", __file__, "--part", what, json.dumps(arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", default="2G")
    parser.add_argument("--limit", default="256M")
    parser.add_argument("--folder", default=tempfile.gettempdir())
    parser.add_argument("--iterations", type=int, default=30)
    parser.add_argument(
        "--cluster", action="store_true", help="also on two processes, and with one of them lost"
    )
    parser.add_argument("--here", action="store_true", help="also with all rows in memory")
    parser.add_argument("--part", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        what, arguments = options.part
        return {"train": train, "cluster": cluster}[what](*json.loads(arguments))
    path = Path(options.folder) / f"gradproof-{options.size}.parquet"
    if not path.exists():
        needed = bytes_of(options.size) * 1.1
        if shutil.disk_usage(options.folder).free < needed:
            print(f"left out: {options.folder} has no room for {needed / 2**30:.1f} GB")
            return 0
        make(path, bytes_of(options.size))
    print(f"{path.stat().st_size / 2**20:.0f} MB, limit {options.limit}")
    jobs = {
        "streamed": ("train", str(path), options.limit, options.iterations),
        "default solver": ("train", str(path), options.limit, options.iterations, None),
    }
    if options.here:
        jobs["in memory"] = ("train", str(path), None, options.iterations)
    if options.cluster:
        jobs["two workers"] = ("cluster", str(path), options.iterations, False)
        jobs["one of two lost"] = ("cluster", str(path), options.iterations, True)
    first, failed = None, 0
    print(
        f"{'':18}{'seconds':>9}{'passes':>8}{'s/pass':>9}{'peak MB':>9}{'above start':>13}{'gradient':>10}"
        f"{'largest difference':>20}"
    )
    for name, job in jobs.items():
        found = run(*job)
        w = np.array(found["w"])
        first = w if first is None else first
        print(
            f"{name:18}{found['seconds']:9.2f}{found['passes']:8}{found['pass']:9.4f}"
            f"{found['peak']:9.0f}{found['megabytes']:13.0f}{found['norm']:10.1e}{np.abs(w - first).max():20.1e}",
            flush=True,
        )
        if (
            name in ("streamed", "default solver")
            and found["megabytes"] > bytes_of(options.limit) / 2**20
        ):
            print(f"{name}: the limit of {options.limit} was passed")
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
