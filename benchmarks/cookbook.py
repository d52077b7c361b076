r"""The Matrix Cookbook's derivatives as claims, and wrong versions of each: what is confirmed, what is refuted.

``cookbook.jsonl`` holds identities of Petersen and Pedersen, The Matrix Cookbook (version of November 15, 2012; ``eq``
is its number there) and Jacobians and Hessians in the manner of Magnus and Neudecker (``M&N``), in our own typing, with
their declarations. Each is checked as a document of its own and must be proved or agree.

A wrong version (mutant) has one factor of one product of the right side transposed, dropped, or exchanged with its
neighbour, at every place. Whether it differs at all is decided by NumPy and finite differences (`_algebra`), which know
nothing of Gradproof:

- *differs*, in value or in shape: must be refuted and is never confirmed;
- *same*: must not be refuted;
- *transposed*: the value is that of the other layout; it is refuted, or confirmed with a note that names the layout.

By default every fourth is checked, ``--every 1`` checks them all. The exit code is 1 where a true line is refuted or a
wrong one confirmed.

Usage: ``python benchmarks/cookbook.py [PATH.jsonl] [--only ID] [--every K] [--no-mutants] [--show] [--json]``
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

from _timing import pin_threads

if TYPE_CHECKING:
    from gradproof.diagnostic import FileReport, LineReport

HERE = Path(__file__).resolve().parent
HELD = ("proved", "agrees")
LAYOUT = "layout"

Case = dict[str, Any]


def read_cases(path: Path) -> list[Case]:
    """Read the identities."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def document(case: Mapping[str, Any], right: str | None = None) -> str:
    """Return an identity as a Markdown document; `right` stands for another right side."""
    parts = [f"Let ${d}$.\n" for d in case["declare"]]
    parts += [f"$$\n{given}\n$$\n" for given in case.get("given", ())]
    claim = f"{case['left']} = {case['right'] if right is None else right}"
    return "\n".join([*parts, f"$$\n{claim}\n$$\n"])


@dataclass(frozen=True)
class Answer:
    """What was said of a claim: its verdict, on what evidence, whether the layout is remarked on, and the seconds."""

    verdict: str
    evidence: str
    reason: str
    layout: bool
    seconds: float


def ask(case: Mapping[str, Any], right: str | None = None) -> Answer:
    """Check one claim as a document."""
    from gradproof.batch import check_source

    text = document(case, right)
    start = perf_counter()
    report = check_source(f"{case['id']}.md", text)
    seconds = perf_counter() - start
    line: LineReport = report.lines[-1]
    kind = line.evidence.kind if line.evidence is not None else ""
    return Answer(line.verdict, kind, line.reason or "", speaks_of_layout(report), seconds)


def speaks_of_layout(report: "FileReport") -> bool:
    """Tell whether a report says that a line is right up to the layout."""
    kinds = [a.kind for a in report.assumptions] + [f.mistake for f in report.findings]
    return any(LAYOUT in kind for kind in kinds)


def run_identities(cases: Sequence[Case], show: bool) -> tuple[Counter[str], list[float]]:
    """Check all identities as they stand; return the verdicts and the seconds."""
    verdicts: Counter[str] = Counter()
    seconds: list[float] = []
    for case in cases:
        answer = ask(case)
        verdicts[answer.verdict] += 1
        seconds.append(answer.seconds)
        if show and answer.verdict not in HELD:
            print(f"{case['id']} ({case['eq']}): {answer.verdict} ({answer.reason})")
            print(f"    {case['left']} = {case['right']}")
    return verdicts, seconds


def run_mutants(
    cases: Sequence[Case], every: int, show: bool
) -> tuple[dict[str, Counter[str]], list[float]]:
    """Check wrong versions; return the verdicts for each outcome of the comparison, and the seconds."""
    from _points import compare, mutants, truth

    table: dict[str, Counter[str]] = {k: Counter() for k in ("differs", "same", "transposed")}
    seconds: list[float] = []
    number = 0
    for case in cases:
        known = truth(case)
        for side, what in mutants(case["right"], known[0][0]):
            number += 1
            if number % every:
                continue
            outcome = compare(known, side).outcome
            kind = "differs" if outcome in ("different", "shapes") else outcome
            answer = ask(case, side)
            verdict = answer.verdict
            if kind == "transposed" and verdict in HELD and answer.layout:
                verdict = "noted"
            table[kind][verdict] += 1
            seconds.append(answer.seconds)
            bad = {
                "differs": verdict != "refuted",
                "same": verdict == "refuted",
                "transposed": verdict in HELD,
            }[kind]
            if show and bad:
                print(f"{case['id']}, {what} ({outcome}): {verdict} ({answer.reason})")
                print(f"    {case['left']} = {side}")
    return table, seconds


def milliseconds(seconds: Sequence[float]) -> str:
    """Return the median, the 99th percentile and the worst."""
    times = sorted(1e3 * s for s in seconds)
    high = times[min(len(times) - 1, int(0.99 * len(times)))]
    return f"median {median(times):.1f} ms, 99 % {high:.0f} ms, worst {times[-1]:.0f} ms"


def main() -> int:
    """Check identities and wrong versions and print the figures; 1 where a promise is broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("path", type=Path, nargs="?", default=HERE / "cookbook.jsonl")
    parser.add_argument("--only", metavar="ID", help="one identity")
    parser.add_argument("--every", type=int, default=4, help="check every K-th wrong version")
    parser.add_argument("--no-mutants", action="store_true")
    parser.add_argument("--show", action="store_true", help="a line for each that falls short")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    arguments = parser.parse_args()
    pin_threads()
    cases = [c for c in read_cases(arguments.path) if arguments.only in (None, c["id"])]
    if not cases:
        print(f"no identities in {arguments.path}", file=sys.stderr)
        return 2
    ask(cases[0])
    verdicts, seconds = run_identities(cases, arguments.show)
    table: dict[str, Counter[str]] = {}
    late: list[float] = []
    if not arguments.no_mutants:
        table, late = run_mutants(cases, arguments.every, arguments.show)
    broken = verdicts["refuted"]
    for kind, found in table.items():
        broken += found["refuted"] if kind == "same" else 0
        broken += sum(found[v] for v in HELD) if kind != "same" else 0
    if arguments.json:
        print(json.dumps({"identities": verdicts, "mutants": table, "broken": broken}))
        return int(broken > 0)
    words = ("proved", "agrees", "noted", "refuted", "undecided", "unread")
    print(f"{'':28}{'in all':>8}" + "".join(f"{w:>11}" for w in words))
    rows = {"identities": verdicts} | {f"mutants: {kind}": found for kind, found in table.items()}
    for name, found in rows.items():
        print(f"{name:28}{sum(found.values()):>8}" + "".join(f"{found[w]:>11}" for w in words))
    print(f"identities: {milliseconds(seconds)}")
    if late:
        print(f"mutants: {milliseconds(late)}")
    print(f"right lines refuted or wrong ones confirmed: {broken}")
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())
