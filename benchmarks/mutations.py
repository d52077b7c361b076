"""Mutants: is a slip of a known kind, at a known place, found and named; is anything right accused.

The right derivations of ``mutations/derivations.jsonl`` and ``right_unusual.jsonl`` are checked as they stand; then
slips are put into the former (`_slips`, `_mutants`), one a derivation, labelled with line, accepted names and spans.
Every second derivation belongs to the *report* half, the others to the *train* half, on which ranking may be tuned.

Printed are

- *located*: the first line called wrong is the wrong one; *confirmed*: of the right derivations, all lines proved or
  agreed with; *F1* their harmonic mean;
- *cause@1*: of the located, the first error there bears an accepted name; *also*: or one of those also consistent;
- *overlap*: of the underline with the best acceptable span (intersection over union; lines as they come only);
- *accused*: right lines called wrong, which must be none; *passed*: wrong lines confirmed; *silent*: neither.

Times are processor time of this process, divided by the lines of the document.

With ``--steps`` nothing is checked: right and wrong lines that need no definitions are printed as single steps, in the
form that ``benchmarks/steps.py`` reads, to hear what SymPy and Math-Verify say of them:

    python benchmarks/mutations.py --steps > /tmp/steps.jsonl
    python benchmarks/steps.py /tmp/steps.jsonl --rounds 1 --limit 10 --math-verify PYTHON

Usage: ``python benchmarks/mutations.py [--each N | --full] [--only ID] [--show] [--slips] [--json | --steps]``
"""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import process_time
from typing import TYPE_CHECKING, Any

from _timing import pin_threads
from derivations import Case, accusing, document, file_name, judge, read_cases

if TYPE_CHECKING:
    from _mutants import Mutant

    from gradproof.diagnostic import FileReport, Finding, LineReport

HERE = Path(__file__).resolve().parent
RIGHT = HERE / "mutations" / "derivations.jsonl"
UNUSUAL = HERE / "right_unusual.jsonl"
HELD = ("proved", "agrees")


@dataclass(frozen=True)
class Outcome:
    """What was said of one mutant."""

    mutant: "Mutant"
    half: str
    located: bool
    cause: str | None
    named: bool
    also: bool
    overlap: float | None
    accused: tuple[int, ...]
    passed: bool
    silent: bool
    said: str
    ms: float


@dataclass(frozen=True)
class Right:
    """What was said of one right derivation."""

    case: Case
    half: str
    confirmed: bool
    accused: tuple[int, ...]
    said: str
    ms: float


def checked(case: Case) -> tuple["FileReport", float]:
    """Return the report and the milliseconds a line."""
    import gradproof

    text = document(case)
    start = process_time()
    report = gradproof.check(text, path=file_name(case)).files[0]
    return report, 1e3 * (process_time() - start) / len(case["lines"])


def overlap(found: tuple[int, int], accepted: Iterable[tuple[int, int]]) -> float:
    """Return the largest intersection over union with an accepted span."""
    best = 0.0
    for start, end in accepted:
        common = min(end, found[1]) - max(start, found[0])
        union = max(end, found[1]) - min(start, found[0])
        best = max(best, common / union if union else 0.0)
    return best


def blocks_of(report: "FileReport") -> dict[int, list["LineReport"]]:
    """Return the lines by display."""
    out: dict[int, list[LineReport]] = {}
    for line in report.lines:
        if line.place.block is not None:
            out.setdefault(line.place.block, []).append(line)
    return out


def judge_mutant(mutant: "Mutant", half: str) -> Outcome:
    """Check a mutant and compare with its labels."""
    case = mutant.case
    report, ms = checked(case)
    rows = blocks_of(report)
    errors = [f for f in report.findings if f.severity == "error"]
    blamed = {k for k, lines in rows.items() if any(map(accusing, lines))}
    blamed |= {f.place.block for f in errors if f.place.block is not None}
    wrong = case["first_wrong"]
    accused = tuple(sorted(k for k in blamed if case["verdicts"][k] in ("ok", "given")))
    located = min(blamed, default=None) == wrong
    first: Finding | None = next((f for f in errors if f.place.block == wrong), None)
    named = located and first is not None and first.mistake in case["causes"]
    names = set() if first is None else {first.mistake, *first.also_consistent_with}
    line = (rows.get(wrong) or [None])[-1]
    verdict = "unread" if line is None else line.verdict
    said = f"{verdict} ({line.reason})" if line is not None and line.reason else verdict
    if located and first is not None:
        said = f"{first.mistake} {list(first.also_consistent_with)}"
    cover = None
    if located and first is not None and mutant.spans:
        cover = overlap((first.span.start, first.span.end), mutant.spans)
    return Outcome(
        mutant=mutant,
        half=half,
        located=located,
        cause=None if first is None else first.mistake,
        named=named,
        also=located and bool(names & set(case["causes"])),
        overlap=cover,
        accused=accused,
        passed=not located and verdict in HELD,
        silent=not located and verdict not in HELD,
        said=said,
        ms=ms,
    )


def judge_right(case: Case, half: str) -> Right:
    """Check a right derivation."""
    report, ms = checked(case)
    result = judge(case, report)
    return Right(case, half, bool(result.confirmed), tuple(result.accused), result.remark, ms)


def percent(part: int, whole: int) -> float:
    """Return a share in percent."""
    return 100.0 * part / whole if whole else 0.0


def figures(outcomes: Sequence[Outcome], right: Sequence[Right]) -> dict[str, Any]:
    """Return what is counted."""
    located = [o for o in outcomes if o.located]
    covers = [o.overlap for o in located if o.overlap is not None]
    found = percent(len(located), len(outcomes))
    confirmed = percent(sum(r.confirmed for r in right), len(right))
    return {
        "mutants": len(outcomes),
        "located": found,
        "confirmed": confirmed,
        "f1": 2 * found * confirmed / (found + confirmed) if found + confirmed else 0.0,
        "cause_at_1": percent(sum(o.named for o in located), len(located)),
        "also": percent(sum(o.also for o in located), len(located)),
        "overlap": sum(covers) / len(covers) if covers else 0.0,
        "accused": sum(len(o.accused) for o in outcomes) + sum(len(r.accused) for r in right),
        "passed": sum(o.passed for o in outcomes),
        "silent": sum(o.silent for o in outcomes),
    }


HEADER = (
    f"{'':28} {'mutants':>7} {'located':>8} {'cause@1':>8} {'also':>7} {'overlap':>7} "
    f"{'accused':>7} {'passed':>6} {'silent':>6}"
)


def row(name: str, outcomes: Sequence[Outcome]) -> str:
    """Return one line of the table."""
    f = figures(outcomes, ())
    return (
        f"{name:28} {f['mutants']:7} {f['located']:6.1f} % {f['cause_at_1']:6.1f} % {f['also']:5.1f} % "
        f"{f['overlap']:7.2f} {f['accused']:7} {f['passed']:6} {f['silent']:6}"
    )


def table(outcomes: Sequence[Outcome], by_slip: bool) -> str:
    """Return the table: by half and spelling, by kind, by form and perhaps by slip."""
    out = [HEADER]
    for half in ("report", "train"):
        mine = [o for o in outcomes if o.half == half]
        for title, flag in (("as it comes", False), ("respelled", True)):
            out.append(row(f"{half}, {title}", [o for o in mine if o.mutant.respelled == flag]))
    for kind in ("scalar", "indexed", "array"):
        out.append(row(kind, [o for o in outcomes if o.mutant.case["kind"] == kind]))
    out.append(row("larger step", [o for o in outcomes if o.mutant.merged]))
    out.append(row("carried on", [o for o in outcomes if o.mutant.carried]))
    if by_slip:
        for slip in dict.fromkeys(sorted(o.mutant.slip for o in outcomes)):
            out.append(row(slip, [o for o in outcomes if o.mutant.slip == slip]))
    return "\n".join(out)


def summary(title: str, f: dict[str, Any]) -> str:
    """Return the figures of a half as a sentence."""
    return (
        f"{title}: F1 {f['f1']:.1f} (located {f['located']:.1f} %, confirmed {f['confirmed']:.1f} %), "
        f"cause@1 {f['cause_at_1']:.1f} %, also {f['also']:.1f} %, overlap {f['overlap']:.2f}, "
        f"accused {f['accused']}, passed {f['passed']}, silent {f['silent']}"
    )


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which that share lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def step(case: Case, block: int) -> dict[str, Any] | None:
    r"""Return a line as a step that stands alone; None where it needs definitions.

    The left side is the one before it; of a derivative dL/dp the definition of L is written in: d/dp [...].
    """
    from _witness import key_of, walk
    from _witness_document import Text

    text = document(case)
    given = [v == "given" for v in case["verdicts"]]
    read = Text(text, given, file_name(case))
    row = read.rows[block]
    if row.fault or not row.links:
        return None
    left, right = row.links[-1] if row.before is None else (row.before, row.links[0][1])
    parts = [left, right]
    written = text[left.span.start : left.span.end]
    if left.head == "deriv" and left.args[0].name is not None and len(left.args) == 2:
        body = read.book.definitions.get(key_of(left.args[0].name))
        if body is None or body.letters:
            return None
        parts = [left.args[1], body.body, right]
        inside, below = (text[x.span.start : x.span.end] for x in (body.body, left.args[1]))
        sign = "d" if left.text == "d" else "\\partial"
        written = rf"\frac{{{sign}}}{{{sign} {below}}}\left[{inside}\right]"
    names = {key_of(n.name) for part in parts for n in walk(part) if n.name is not None}
    if names & set(read.book.definitions) or any(n.head == "diff" for p in parts for n in walk(p)):
        return None
    true = case["verdicts"][block] == "ok"
    return {
        "id": f"{case['id']}:{block}",
        "left": written,
        "right": text[right.span.start : right.span.end],
        "declare": case["declarations"],
        "true": true,
        "why": "right" if true else f"wrong: {case['causes'][0]}",
    }


def steps(cases: Sequence[Case], seed: int) -> list[dict[str, Any]]:
    """Return steps that stand alone: of each derivation two right ones and two wrong ones at most."""
    from _mutants import mutants

    right = [(c, [k for k, v in enumerate(c["verdicts"]) if v == "ok"]) for c in cases]
    wrong: dict[str, list[tuple[Case, int]]] = {}
    for m in mutants(cases, 4, seed):
        here = wrong.setdefault(m.case["id"].rsplit("/", 1)[0], [])
        here.append((m.case, m.case["first_wrong"]))
    groups = [[(c, k) for k in lines] for c, lines in right]
    groups += [wrong.get(c["id"], []) for c in cases]
    out: list[dict[str, Any]] = []
    for group in groups:
        found = (step(c, k) for c, k in group)
        out += [s for s in found if s is not None][:2]
    return out


def shown(o: Outcome) -> str:
    """Return what fell short at one mutant."""
    case = o.mutant.case
    what = "ACCUSED" if o.accused else "passed" if o.passed else "silent" if o.silent else "named"
    line = case["lines"][case["first_wrong"]]
    return f"{what} {case['id']} [{o.mutant.slip}] {line}\n    said {o.said}, accepted {case['causes']}"


def main() -> int:
    """Check everything and print the tables; 1 where a right line is accused."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--each", type=int, default=4, help="mutants a derivation")
    parser.add_argument("--full", action="store_true", help="every slip at every place")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", metavar="ID", help="one derivation")
    parser.add_argument("--half", choices=("train", "report"))
    parser.add_argument("--show", action="store_true", help="print whatever falls short")
    parser.add_argument("--slips", action="store_true", help="a row for each slip")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    parser.add_argument("--steps", action="store_true", help="print single steps, check nothing")
    arguments = parser.parse_args()
    pin_threads()
    from _mutants import mutants

    cases = read_cases(RIGHT)
    if arguments.steps:
        for one in steps(cases, arguments.seed):
            print(json.dumps(one, ensure_ascii=False))
        return 0
    halves = {c["id"]: ("train", "report")[k % 2] for k, c in enumerate(cases)}
    wanted = [c for c in cases if arguments.only in (None, c["id"])]
    wanted = [c for c in wanted if arguments.half in (None, halves[c["id"]])]
    if not wanted:
        print("no derivation of that name", file=sys.stderr)
        return 2
    checked(wanted[0])
    right = [judge_right(c, halves[c["id"]]) for c in wanted]
    unusual = [judge_right(c, "") for c in read_cases(UNUSUAL)] if arguments.only is None else []
    each = None if arguments.full else arguments.each
    outcomes = [
        judge_mutant(m, halves[m.case["id"].rsplit("/", 1)[0]])
        for m in mutants(cases, each, arguments.seed, {c["id"] for c in wanted})
    ]
    if arguments.show:
        for r in (*right, *unusual):
            if r.accused or not r.confirmed:
                print(f"{'ACCUSED' if r.accused else 'open'} {r.case['id']}: {r.said}")
        for o in outcomes:
            if o.accused or not o.named:
                print(shown(o))
    parts = {
        half: figures([o for o in outcomes if o.half == half], [r for r in right if r.half == half])
        for half in ("report", "train")
    }
    confirmed = sum(r.confirmed for r in unusual)
    wrong_ms, right_ms = [o.ms for o in outcomes], [r.ms for r in (*right, *unusual)]
    times = {
        name: {"median": median(values), "99": quantile(values, 0.99), "worst": max(values)}
        for name, values in (("wrong", wrong_ms), ("right", right_ms))
        if values
    }
    accused = sum(p["accused"] for p in parts.values()) + sum(len(r.accused) for r in unusual)
    if arguments.json:
        found = {"halves": parts, "unusual": [confirmed, len(unusual)], "ms_a_line": times}
        print(json.dumps({**found, "accused": accused}))
        return int(accused > 0)
    print(table(outcomes, arguments.slips))
    for half, f in parts.items():
        print(summary(half, f))
    print(f"right but unusual: {confirmed} of {len(unusual)} confirmed")
    for name, t in times.items():
        print(
            f"ms a line, derivations {name}: median {t['median']:.1f}, 99 % {t['99']:.1f}, worst {t['worst']:.1f}"
        )
    return int(accused > 0)


if __name__ == "__main__":
    sys.exit(main())
