"""The audit: every counterexample and every confirmed line of the benchmarks, recomputed by a second evaluator.

The second evaluator (`_witness`) starts at the surface trees, computes with mpmath at 50 digits and differentiates by
central differences; it shares nothing with the program's own routes but the parser. A refutation has to give two
different sides at its point, with the printed values; a confirmed line has to hold at points chosen anew. What the
second evaluator cannot follow is *open*, with the reasons counted. The exit code is 1 where it disagrees.

Usage: ``python benchmarks/audit.py [--each N | --full] [--show]``
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from _timing import pin_threads
from derivations import Case, document, file_name, read_cases

HERE = Path(__file__).resolve().parent
FILES = ("derivations.jsonl", "mutations/derivations.jsonl", "right_unusual.jsonl")


def cases(each: int | None) -> Iterator[Case]:
    """Yield all derivations of the benchmarks, and mutants."""
    from _mutants import mutants

    for name in FILES:
        yield from read_cases(HERE / name)
    for mutant in mutants(read_cases(HERE / "mutations" / "derivations.jsonl"), each):
        yield mutant.case


def main() -> int:
    """Audit everything and print the counts; 1 where the second evaluator disagrees."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--each", type=int, default=1, help="mutants a derivation")
    parser.add_argument("--full", action="store_true", help="every mutant")
    parser.add_argument("--show", action="store_true", help="print what is open, too")
    arguments = parser.parse_args()
    pin_threads()
    from _certificates import DISAGREES, HOLDS, OPEN, audit

    import gradproof

    counts: Counter[tuple[str, str]] = Counter()
    for case in cases(None if arguments.full else arguments.each):
        text = document(case)
        report = gradproof.check(text, path=file_name(case)).files[0]
        given = [v == "given" for v in case["verdicts"]]
        for one in audit(text, report, given, file_name(case)):
            counts[one.what, one.result] += 1
            if one.result == DISAGREES or (arguments.show and one.result == OPEN):
                print(f"{case['id']} line {one.block}: {one.what} {one.result}: {one.reason}")
                print(f"    {case['lines'][one.block]}")
    for what in ("refutation", "proof"):
        parts = ", ".join(f"{r} {counts[what, r]}" for r in (HOLDS, DISAGREES, OPEN))
        print(f"{what}s: {parts}")
    return int(counts["refutation", DISAGREES] + counts["proof", DISAGREES] > 0)


if __name__ == "__main__":
    sys.exit(main())
