"""The audit: every counterexample and every confirmed line of the benchmarks, recomputed by a second evaluator.

The second evaluator (`_witness`) starts at the surface trees, computes with mpmath at 50 digits and differentiates by
central differences; it shares nothing with the program's own routes but the parser. A refutation has to give two
different sides at its point, with the printed values; a confirmed line has to hold at points chosen anew. What the
second evaluator cannot follow is *open*, with the reasons counted. The exit code is 1 where it disagrees.

Usage: ``python benchmarks/audit.py [--each N | --full] [--part K/N] [--show]``; the parts 1/N to N/N are the whole.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from _timing import pin_threads
from derivations import Case, document, file_name, read_cases

if TYPE_CHECKING:
    from gradproof.diagnostic import FileReport

HERE = Path(__file__).resolve().parent
FILES = ("derivations.jsonl", "mutations/derivations.jsonl", "right_unusual.jsonl")


@dataclass(frozen=True)
class Audit:
    """A document; `given` tells which displays are definitions, where the benchmark says so."""

    id: str
    text: str
    path: str
    given: list[bool] | None


def audit_of(case: Case) -> Audit:
    """Return a derivation as a document."""
    given = [v == "given" for v in case["verdicts"]]
    return Audit(case["id"], document(case), file_name(case), given)


def documents(each: int | None) -> Iterator[Audit]:
    """Yield all derivations of the benchmarks, mutants, slips in arrays and their right lines."""
    from _mutants import mutants

    for name in FILES:
        yield from map(audit_of, read_cases(HERE / name))
    for mutant in mutants(read_cases(HERE / "mutations" / "derivations.jsonl"), each):
        yield audit_of(mutant.case)
    right: dict[str, Audit] = {}
    for case in read_cases(HERE / "array_slips.jsonl"):
        yield audit_of(case)
        one = audit_of({**case, "lines": [*case["lines"][:-1], case["correct_line"]]})
        right.setdefault(one.text, one)
    yield from right.values()


def source(report: "FileReport", block: int) -> str:
    """Return the lines of a display."""
    return " ".join(x.tex for x in report.lines if x.place.block == block)


def main() -> int:
    """Audit everything and print the counts; 1 where the second evaluator disagrees."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--each", type=int, default=1, help="mutants a derivation")
    parser.add_argument("--full", action="store_true", help="every mutant")
    parser.add_argument(
        "--part", default="1/1", metavar="K/N", help="every Nth document, from the Kth on"
    )
    parser.add_argument("--show", action="store_true", help="print what is open, too")
    arguments = parser.parse_args()
    pin_threads()
    from _certificates import DISAGREES, HOLDS, OPEN, audit

    import gradproof

    counts: Counter[tuple[str, str]] = Counter()
    part, parts = map(int, arguments.part.split("/"))
    for one in islice(documents(None if arguments.full else arguments.each), part - 1, None, parts):
        report = gradproof.check(one.text, path=one.path).files[0]
        for found in audit(one.text, report, one.given, one.path):
            counts[found.what, found.result] += 1
            if found.result == DISAGREES or (arguments.show and found.result == OPEN):
                print(
                    f"{one.id} display {found.block}: {found.what} {found.result}: {found.reason}"
                )
                print(f"    {source(report, found.block)}")
    for what in ("refutation", "proof"):
        told = ", ".join(f"{r} {counts[what, r]}" for r in (HOLDS, DISAGREES, OPEN))
        print(f"{what}s: {told}")
    return int(counts["refutation", DISAGREES] + counts["proof", DISAGREES] > 0)


if __name__ == "__main__":
    sys.exit(main())
