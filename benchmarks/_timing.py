"""Timing that repeats on a busy machine: interleaved rounds, medians, ratios.

Absolute times drift with the machine; what carries over is the ratio of two things measured in turn.
So every round runs each candidate once, in a rotated order, and what is reported is the median over
the rounds and its ratio to a reference. The common reference for whole commands is a fresh
interpreter that imports the two libraries the tool cannot do without::

    python -c "import numpy, flint"

Use it so::

    from _timing import measure, pin_threads, ratio, reference, table

    pin_threads()                      # before numpy is imported
    results = measure({"read": lambda: read(text), "spell": lambda: spell(tree)}, rounds=21)
    print(table(results, against="read"))

    results = measure({"help": command("-m", "gradproof", "--help"), "imports": reference()})
    print(ratio(results, "help", "imports"))
"""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter
from typing import final

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


@final
@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of one candidate: one entry per round, in order."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median over the rounds."""
        return median(self.seconds)

    @property
    def best(self) -> float:
        """The fastest round."""
        return min(self.seconds)

    @property
    def undisturbed(self) -> float:
        """The median of the fastest fifth of the rounds: what another program takes of the cores is left out."""
        fastest = sorted(self.seconds)[: max(1, len(self.seconds) // 5)]
        return median(fastest)

    @property
    def spread(self) -> float:
        """Distance of the quartiles, divided by the median."""
        if len(self.seconds) < 2:
            return 0.0
        low, _, high = quantiles(self.seconds, n=4, method="inclusive")
        return (high - low) / self.median


def pin_threads(count: int = 1) -> None:
    """Hold BLAS, OpenMP and numba of this process and its children to `count` threads.

    Raises:
        RuntimeError: numpy is loaded already, so that the setting would come too late.
    """
    if "numpy" in sys.modules:
        raise RuntimeError("pin_threads() must be called before numpy is imported")
    for name in THREAD_VARIABLES:
        os.environ[name] = str(count)


def measure(
    candidates: Mapping[str, Callable[[], object]], rounds: int = 15, warmup: int = 2
) -> dict[str, Timing]:
    """Time each candidate once a round; the order is rotated by one from round to round."""
    if rounds < 1 or not candidates:
        raise ValueError("give at least one candidate and one round")
    names = list(candidates)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(-warmup, rounds):
        start = turn % len(names)
        for name in names[start:] + names[:start]:
            call = candidates[name]
            begin = perf_counter()
            call()
            taken = perf_counter() - begin
            if turn >= 0:
                seconds[name].append(taken)
    return {name: Timing(tuple(values)) for name, values in seconds.items()}


def repeated(call: Callable[[], object], times: int) -> Callable[[], None]:
    """Return a candidate that calls `call` that many times, for calls of microseconds."""

    def run() -> None:
        for _ in range(times):
            call()

    return run


def command(*arguments: str) -> Callable[[], None]:
    """Return a candidate that runs this Python with `arguments` in a fresh process.

    Running it raises RuntimeError, with what the process wrote to standard error, if it fails.
    """

    def run() -> None:
        done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True)
        if done.returncode != 0:
            tail = done.stderr.strip().splitlines()[-1:] or ["no message"]
            raise RuntimeError(f"python {' '.join(arguments)} failed: {tail[0]}")

    return run


def reference() -> Callable[[], None]:
    """Return the reference for whole commands: a fresh interpreter that imports numpy and flint."""
    return command("-c", "import numpy, flint")


def ratio(results: Mapping[str, Timing], name: str, against: str) -> float:
    """Return the median of the round-by-round ratios, which cancels the drift of the machine."""
    pairs = zip(results[name].seconds, results[against].seconds, strict=True)
    return median(a / b for a, b in pairs)


def table(results: Mapping[str, Timing], against: str) -> str:
    """Return the results as lines: name, median, spread of the quartiles, ratio."""
    wide = max(map(len, results))
    lines = [f"{'':{wide}}  {'median':>10}  {'spread':>6}  ratio to {against}"]
    for name, timing in results.items():
        lines.append(
            f"{name:{wide}}  {timing.median * 1e3:7.3f} ms  {timing.spread:6.0%}  "
            f"{ratio(results, name, against):.2f}"
        )
    return "\n".join(lines)
