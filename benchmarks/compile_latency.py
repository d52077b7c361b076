"""How long compiling takes: per formula, and how it grows with the depth of a network.

Processor time in one process, warm (everything is imported and each formula was compiled once), from the text of the
formula to the imported NumPy module with value and gradient; the cache folder is a fresh one for each repetition.

    python benchmarks/compile_latency.py [--depth 8] [--rounds 3]
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from statistics import median
from time import process_time

from _timing import pin_threads


def seconds(formulas: Sequence[str], wrt: str, declare: Sequence[str], rounds: int) -> float:
    """Return the median time to compile."""
    import gradproof

    taken: list[float] = []
    for turn in range(rounds + 1):
        with tempfile.TemporaryDirectory() as folder:
            start = process_time()
            gradproof.compile(formulas, wrt=wrt, declare=declare, cache=folder)
            if turn:
                taken.append(process_time() - start)
    return median(taken)


def main() -> int:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--depth", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    pin_threads()
    from _formulas import FORMULAS
    from _networks import network

    times = [(seconds(f.formulas, f.wrt, f.declare, options.rounds), f.name) for f in FORMULAS]
    for taken, name in sorted(times, reverse=True)[:5]:
        print(f"{1e3 * taken:7.1f} ms  {name}")
    print(f"{1e3 * median(t for t, _ in times):7.1f} ms  median of {len(times)} formulas")
    first = None
    for depth in range(1, options.depth + 1):
        formulas, declare = network(depth)
        taken = seconds(formulas, "W_1", declare, options.rounds)
        first = first or taken
        print(
            f"{1e3 * taken:7.1f} ms  network of {depth} layers by W_1: {taken / first:.1f} times that of one layer, "
            f"{1e3 * taken / depth:.1f} ms a layer"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
