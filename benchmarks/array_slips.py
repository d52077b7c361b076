"""Lines about arrays with one slip each: is the line found, is the slip named, is its place shown.

Each line of ``array_slips.jsonl`` is a derivation as in ``derivations.py`` of which the last line is wrong;
``correct_line`` is that line without the slip, and ``part`` what of the wrong line has to change. The right line is
checked, too: it must not be accused.

Printed are how many were *located* (the wrong line is the first refuted one), of these the *cause at 1* (the first
error there bears an accepted name) and the *place* (the span of that error holds the part that has to change, or
lies in it); *accused*: right lines called wrong, which must be none; *confirmed*: right lines that were proved or
agreed with.

Usage: ``python benchmarks/array_slips.py [PATH] [--only ID] [--show] [--json]``
"""

import argparse
import json
import re
import sys
from collections import Counter
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from _timing import pin_threads
from derivations import Case, accusing, document, read_cases

if TYPE_CHECKING:
    from gradproof.diagnostic import FileReport

HERE = Path(__file__).resolve().parent


def examined(case: Case, report: "FileReport", text: str) -> dict[str, Any]:
    """Return what was found out about a derivation with a slip."""
    last = len(case["lines"]) - 1
    errors = [f for f in report.findings if f.severity == "error"]
    blamed = [x.place.block for x in report.lines if accusing(x)]
    blamed += [f.place.block for f in errors]
    first = min((b for b in blamed if b is not None), default=None)
    finding = next((f for f in errors if f.place.block == last), None)
    if first != last or finding is None:
        said = [f"{x.verdict} ({x.reason})" for x in report.lines if x.place.block == last]
        return {"located": False, "remark": f"first wrong line {first}; {'; '.join(said)}"}
    start = text.rindex(case["lines"][-1])
    a, b = finding.span.start - start, finding.span.end - start
    named = finding.mistake in case["causes"]
    parts = [m.span() for m in re.finditer(re.escape(case["part"]), case["lines"][-1])]
    placed = any((a <= i and j <= b) or (i <= a and b <= j) for i, j in parts)
    remark = "" if named else f"cause {finding.mistake}, accepted {case['causes']}; "
    remark += "" if placed else f"place {case['lines'][-1][a:b]!r}, should be {case['part']!r}"
    return {"located": True, "named": named, "placed": placed, "remark": remark}


def main() -> int:
    """Check all derivations, wrong and right, and print the figures; 1 where a right line is accused."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("path", type=Path, nargs="?", default=HERE / "array_slips.jsonl")
    parser.add_argument("--only", metavar="ID", help="one derivation")
    parser.add_argument("--show", action="store_true", help="a line for each that falls short")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    arguments = parser.parse_args()
    pin_threads()
    from gradproof.batch import check_source

    cases = [c for c in read_cases(arguments.path) if arguments.only in (None, c["id"])]
    if not cases:
        print(f"no derivations in {arguments.path}", file=sys.stderr)
        return 2
    count: Counter[str] = Counter()
    seconds: list[float] = []
    right: dict[str, Case] = {}
    for case in cases:
        text = document(case)
        start = perf_counter()
        report = check_source(f"{case['id']}.md", text)
        seconds.append(perf_counter() - start)
        found = examined(case, report, text)
        count.update(k for k in ("located", "named", "placed") if found.get(k))
        if arguments.show and found["remark"]:
            print(f"{case['id']}: {found['remark']}")
        mended = {**case, "lines": [*case["lines"][:-1], case["correct_line"]]}
        right.setdefault(document(mended), mended)
    for text, case in right.items():
        report = check_source(f"{case['id']}.md", text)
        last = [x for x in report.lines if x.place.block == len(case["lines"]) - 1]
        count["right"] += 1
        count["confirmed"] += all(x.verdict in ("proved", "agrees") for x in last)
        if any(map(accusing, report.lines)) or any(f.severity == "error" for f in report.findings):
            count["accused"] += 1
            print(f"{case['id']}: FALSE ACCUSATION of the right line")
    seconds.sort()
    figures = {
        "slips": len(cases), "formulas": len({c["topic"] for c in cases}), **count,
        "accused": count["accused"], "ms": 1e3 * seconds[len(seconds) // 2], "worst_ms": 1e3 * seconds[-1],
    }  # fmt: skip
    if arguments.json:
        print(json.dumps(figures))
    else:
        print(
            f"{len(cases)} slips in {figures['formulas']} kinds of formulas: located {count['located']}, "
            f"cause at 1 {count['named']}, place {count['placed']}; right lines confirmed {count['confirmed']} of "
            f"{count['right']}, accused {count['accused']}; a document takes {figures['ms']:.0f} ms, "
            f"the slowest {figures['worst_ms']:.0f} ms"
        )
    return int(count["accused"] > 0)


if __name__ == "__main__":
    sys.exit(main())
