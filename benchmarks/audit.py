"""The audit: every counterexample and every confirmed line of the benchmarks, recomputed by a second evaluator.

The second evaluator (`_witness`) starts at the surface trees, computes with mpmath at 50 digits and differentiates by
central differences; it shares nothing with the program's own routes but the parser. A refutation has to give two
different sides at its point, with the printed values; a confirmed line has to hold at points chosen anew; where the
report says that it assumed something (a shape, a case of indices, a sum that is one), at points where that holds.
With ``--code`` the values of formulas beside those of people's gradient code are recomputed, too. What the second
evaluator cannot follow is *open*, with the reasons counted. The exit code is 1 where it disagrees.

Usage: ``python benchmarks/audit.py [--each N | --full] [--code] [--only FILE] [--part K/N] [--show]``; the parts 1/N to
N/N are the whole.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cookbook
import steps
from _timing import pin_threads
from derivations import Case, document, file_name, read_cases
from right_arrays import read_documents

if TYPE_CHECKING:
    from gradproof.diagnostic import FileReport, Place

HERE = Path(__file__).resolve().parent
KNOWN = ("derivations", "mutations/derivations", "right_unusual")
"""Derivations one display a line, of which the benchmark says which lines define."""
POSTS = ("lectures", "posts")
OTHERS = ("mutants", "array_slips", "right_arrays", "cookbook", "steps")


@dataclass(frozen=True)
class Audit:
    """A document; `given` tells which displays are definitions, where the benchmark says so."""

    id: str
    text: str
    path: str
    given: list[bool] | None = None
    declared: tuple[str, ...] = ()


def audit_of(case: Case) -> Audit:
    """Return a derivation as a document."""
    given = [v == "given" for v in case["verdicts"]]
    return Audit(case["id"], document(case), file_name(case), given)


def documents(each: int | None, only: str | None = None) -> Iterator[Audit]:
    """Yield all documents of the benchmarks, mutants, slips in arrays and their right lines; `only` those of a file."""
    names = (*KNOWN, *POSTS, *OTHERS)
    for name in names if only is None else (only,):
        yield from _documents(name, each)


def _documents(name: str, each: int | None) -> Iterator[Audit]:
    path = HERE / f"{name}.jsonl"
    match name:
        case "mutants":
            from _mutants import mutants

            for mutant in mutants(read_cases(HERE / "mutations" / "derivations.jsonl"), each):
                yield audit_of(mutant.case)
        case "array_slips":
            right: dict[str, Audit] = {}
            for case in read_cases(path):
                yield audit_of(case)
                one = audit_of({**case, "lines": [*case["lines"][:-1], case["correct_line"]]})
                right.setdefault(one.text, one)
            yield from right.values()
        case "right_arrays":
            for found in read_documents(path):
                declared = tuple(found.get("declare", ()))
                yield Audit(found["id"], found["text"], found["path"], None, declared)
        case "cookbook":
            for found in cookbook.read_cases(path):
                yield Audit(found["id"], cookbook.document(found), f"{found['id']}.md")
        case "steps":
            for found in steps.read_steps(path):
                declared = tuple(found["declare"])
                yield Audit(found["id"], steps.document(found), "step.md", None, declared)
        case _:
            for case in read_cases(path):
                yield (
                    audit_of(case)
                    if name in KNOWN
                    else Audit(case["id"], document(case), file_name(case))
                )


def source(report: "FileReport", place: "Place") -> str:
    """Return the text of a line."""
    return " ".join(x.tex for x in report.lines if x.place == place)


def audit_code(part: int, parts: int, show: bool) -> Counter[tuple[str, str]]:
    """Recompute the formulas' values beside which people's code gives something else."""
    import gradcode
    from _certificates import DISAGREES, HOLDS, code

    from gradproof.diagnostic import Place

    counts: Counter[tuple[str, str]] = Counter()
    cases: list[dict[str, Any]] = [c for c in gradcode.read_cases() if c["accept"]]
    for case in islice(cases, part - 1, None, parts):
        report = gradcode.checked(case)
        samples = [f.counterexample for f in report.findings if f.severity == "error"]
        for found in code(case, [s for s in samples if s is not None], Place(0, 0)):
            counts[found.what, found.result] += 1
            if found.result == DISAGREES or (show and found.result != HOLDS):
                print(f"{case['file']}:{case['function']}: {found.result}: {found.reason}")
    return counts


def main() -> int:
    """Audit everything and print the counts; 1 where the second evaluator disagrees."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--each", type=int, default=1, help="mutants a derivation")
    parser.add_argument("--full", action="store_true", help="every mutant")
    parser.add_argument("--code", action="store_true", help="gradient code, too")
    parser.add_argument("--only", choices=(*KNOWN, *POSTS, *OTHERS, "code"), help="one file")
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
    chosen = documents(None if arguments.full else arguments.each, arguments.only)
    for one in islice(() if arguments.only == "code" else chosen, part - 1, None, parts):
        report = gradproof.check(one.text, path=one.path, declare=one.declared).files[0]
        for found in audit(one.text, report, one.given, one.path, one.declared):
            counts[found.what, found.result] += 1
            if found.result == DISAGREES or (arguments.show and found.result == OPEN):
                print(f"{one.id} {found.place}: {found.what} {found.result}: {found.reason}")
                print(f"    {source(report, found.place)}")
    if arguments.code or arguments.only == "code":
        counts += audit_code(part, parts, arguments.show)
    for what in ("refutation", "proof", "code"):
        told = ", ".join(f"{r} {counts[what, r]}" for r in (HOLDS, DISAGREES, OPEN))
        print(f"{what}s: {told}")
    return int(sum(n for (_, result), n in counts.items() if result == DISAGREES) > 0)


if __name__ == "__main__":
    sys.exit(main())
