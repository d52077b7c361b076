"""How time and length grow: the first-layer gradient of networks of 1 to 8 layers, and documents of 10 to 1,000 lines.

Every result is printed as a table; with ``--svg FILE`` it is drawn, too (``docs/pictures/growth.svg`` is made so).
Times are processor times; the exponent is the slope of the logarithms over the upper half of the sizes: 1 is linear.

The exit code is 1 where a line of the documents, which are right, is refuted.

Usage: ``python benchmarks/growth.py [--svg FILE] [--depth N] [--lines N] [--rounds N]``
"""

import argparse
import sys
from collections.abc import Sequence
from math import log
from pathlib import Path
from statistics import median
from time import process_time

from _networks import long_document, network
from _plot import Points, panel, picture
from _timing import pin_threads

SIZES = (10, 30, 100, 300, 1000)


def exponent(points: Points) -> float:
    """Return the slope of the logarithms over the upper half of the sizes."""
    upper = points[len(points) // 2 - 1 :] if len(points) > 2 else points
    (x0, y0), (x1, y1) = upper[0], upper[-1]
    return log(y1 / y0) / log(x1 / x0)


def networks(
    depth: int, rounds: int
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Return milliseconds and characters of the first-layer gradient for each depth that can be derived."""
    import gradproof

    times: list[tuple[float, float]] = []
    lengths: list[tuple[float, float]] = []
    for k in range(1, depth + 1):
        formulas, declare = network(k)
        seconds: list[float] = []
        try:
            tex = gradproof.derive(formulas, wrt="W_1", declare=declare).result.tex
            for _ in range(rounds):
                start = process_time()
                gradproof.derive(formulas, wrt="W_1", declare=declare)
                seconds.append(process_time() - start)
        except Exception as e:
            print(f"{k} layers: {type(e).__name__}: {e}"[:160])
            continue
        times.append((k, 1e3 * median(seconds)))
        lengths.append((k, len(tex)))
        print(f"{k} layers: {times[-1][1]:8.0f} ms {len(tex):6} characters")
    return times, lengths


def documents(
    sizes: Sequence[int], rounds: int, *, sections: bool
) -> tuple[list[tuple[float, float]], int]:
    """Return the seconds for each number of lines, and how many lines were refuted."""
    from gradproof.batch import check_source

    out: list[tuple[float, float]] = []
    refuted = 0
    for size in sizes:
        text = long_document(size, sections=sections)
        seconds: list[float] = []
        for _ in range(rounds if size < 300 else 1):
            start = process_time()
            report = check_source("long.md", text)
            seconds.append(process_time() - start)
        refuted += sum(line.verdict == "refuted" for line in report.lines)
        held = sum(line.verdict in ("proved", "agrees") for line in report.lines)
        out.append((size, median(seconds)))
        kind = "sections" if sections else "one scope"
        print(
            f"{size:5} lines, {kind:9}: {out[-1][1]:7.2f} s, {1e3 * out[-1][1] / size:6.1f} ms a line, {held} confirmed"
        )
    return out, refuted


def main() -> int:
    """Measure, print and draw."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--svg", type=Path, help="draw the curves into this file")
    parser.add_argument("--depth", type=int, default=8)
    parser.add_argument("--lines", type=int, default=SIZES[-1], help="the longest document")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    pin_threads()
    sizes = [s for s in SIZES if s <= arguments.lines]
    times, lengths = networks(arguments.depth, arguments.rounds)
    if len(times) > 2:
        print(f"exponents: time {exponent(times):.2f}, length {exponent(lengths):.2f}")
    documents(sizes[:1], 1, sections=True)
    cut, accused = documents(sizes, arguments.rounds, sections=True)
    whole, more = documents(sizes, arguments.rounds, sections=False)
    print(f"exponents: sections {exponent(cut):.2f}, one scope {exponent(whole):.2f}")
    if arguments.svg is not None:
        panels = [
            panel(
                "check: a document of many lines", "lines of mathematics", "seconds",
                {"a heading every 10 lines": cut, "one scope": whole}, even=False,
            )
        ]  # fmt: skip
        if times:
            panels.insert(
                0,
                panel(
                    "derive: first-layer gradient", "layers of the network", "ms, characters",
                    {"milliseconds": times, "characters printed": lengths}, even=True,
                ),
            )  # fmt: skip
        arguments.svg.write_text(picture(panels), encoding="utf-8")
    return int(accused + more > 0)


if __name__ == "__main__":
    sys.exit(main())
