"""Whole derivations: is the first wrong line found, is a right derivation confirmed, is anything right accused.

Each line of a JSONL file (or of every ``*.jsonl`` of a folder) is an object with ``declarations`` and ``lines`` (TeX),
``verdicts`` (per line ``given``, ``ok``: true as it stands, ``wrong``, ``follows-from-wrong`` or ``unclear``),
``first_wrong`` (None: all right; ``accept_first_wrong`` lists others that are as good) and ``causes`` (names of
mistakes that are accepted for it); ``macros``, ``plain`` (plain text) and ``hard_context`` (only prose decides it:
counted apart) may stand too. Instead of ``declarations`` and ``lines`` a whole post may stand: its ``text``, in the
``dialect`` ``md``, ``txt`` or ``tex``; then the verdicts are those of its displays, an inline formula is named ``i3``,
and no inline formula but the wrong one may be accused. ``half`` tells posts that were looked at while the program was
made (``seen``) from the others; ``--half`` picks one.

Printed are, over the derivations with a mistake, how many were *located* (the first refuted line is the right one) and
of these the *cause at 1* (the first error there bears an accepted name); over the right ones, how many were *confirmed*
(every true line proved or agreed with, none refuted); *accused*: right lines called wrong, which must be none; and the
time a line: per derivation, its median over the rounds divided by its lines; `cold start` is one run of the command
line on one derivation, beside an interpreter that imports the two array libraries.

Usage: ``python benchmarks/derivations.py [PATH] [--rounds N] [--only ID] [--half seen|unseen] [--show] [--json]``
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from time import perf_counter
from typing import TYPE_CHECKING, Any

from _timing import command, measure, pin_threads, ratio, reference

if TYPE_CHECKING:
    from gradproof.diagnostic import FileReport, LineReport, Place

HERE = Path(__file__).resolve().parent
HELD = ("proved", "agrees")
CLAIMLESS = ("definition", "declaration", "update")

Case = dict[str, Any]


def read_cases(path: Path) -> list[Case]:
    """Read a file, or all files of a folder in alphabetical order."""
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    lines = (line for file in files for line in file.read_text("utf-8").splitlines())
    return [json.loads(line) for line in lines if line.strip()]


def document(case: Case) -> str:
    """Return a derivation as Markdown, one display a line: display k is line k; or plain text; a post as it stands."""
    if "text" in case:
        return case["text"]
    if case.get("plain"):
        return "\n\n".join(case["lines"]) + "\n"
    parts = [f"${m}$\n" for m in case.get("macros") or ()]
    parts += [f"Let ${d}$.\n" for d in case.get("declarations") or ()]
    parts += [f"$$\n{line}\n$$\n" for line in case["lines"]]
    return "\n".join(parts)


def file_name(case: Case) -> str:
    """Return a name whose ending tells how the document is written."""
    return f"{case['id']}.{case.get('dialect') or ('txt' if case.get('plain') else 'md')}"


@dataclass
class Result:
    """What became of one derivation."""

    located: bool | None
    named: bool
    confirmed: bool | None
    accused: list[int | str]
    unread: int
    remark: str


def key_of(place: "Place") -> int | str | None:
    """Return the number of a display, or the name of an inline formula."""
    return f"i{place.inline}" if place.block is None and place.inline is not None else place.block


def accusing(line: "LineReport") -> bool:
    """Tell whether a line is called wrong for its own sake."""
    return line.verdict == "refuted" and not line.follows_from_wrong and not line.cancels


def judge(case: Case, report: "FileReport") -> Result:
    """Compare a report with what is known."""
    rows: dict[int | str, list[LineReport]] = {}
    for line in report.lines:
        key = key_of(line.place)
        if key is not None:
            rows.setdefault(key, []).append(line)
    errors = [f for f in report.findings if f.severity == "error"]
    blamed = {k for k, lines in rows.items() if any(map(accusing, lines))}
    blamed |= {k for f in errors if (k := key_of(f.place)) is not None}
    first = next((k for k in rows if k in blamed), None)
    wrong = case["first_wrong"]
    accepted = case.get("accept_first_wrong") or [wrong]
    innocent = {"ok", "given"} if wrong is not None else {"ok", "given", "unclear"}
    told: list[str] = case["verdicts"]
    verdicts: dict[int | str, str] = dict(enumerate(told))
    accused = [k for k in rows if k in blamed - set(accepted) and verdicts.get(k, "ok") in innocent]
    unread = sum(
        not rows.get(k) or any(line.verdict == "unread" for line in rows[k]) for k in verdicts
    )
    if wrong is not None:
        if None in accepted and first is None:
            return Result(None, False, None, accused, unread, "")
        located = first in accepted
        name = next((f.mistake for f in errors if key_of(f.place) == first), None)
        named = located and name in case["causes"]
        remark = "" if named else f"cause {name}, accepted {case['causes']}"
        if not located:
            remark = f"first wrong line {first}, should be {accepted}"
        return Result(located, named, None, accused, unread, remark)
    open_lines = [
        k
        for k, verdict in enumerate(case["verdicts"])
        if verdict == "ok"
        and not (rows.get(k) and all(x.verdict in HELD or x.role in CLAIMLESS for x in rows[k]))
    ]
    confirmed = not blamed and not open_lines
    said = [f"{k}: {x.verdict} ({x.reason})" for k in open_lines for x in rows.get(k, ())]
    return Result(None, False, confirmed, accused, unread, "; ".join(said))


def figures(results: Sequence[Result], lines: int) -> dict[str, float]:
    """Return what is counted."""
    wrong = [r for r in results if r.located is not None]
    right = [r for r in results if r.confirmed is not None]
    located = sum(bool(r.located) for r in wrong)
    return {
        "derivations": len(results),
        "lines": lines,
        "wrong": len(wrong),
        "located": located,
        "right": len(right),
        "confirmed": sum(bool(r.confirmed) for r in right),
        "accused": sum(len(r.accused) for r in results),
        "named": sum(r.named for r in wrong),
        "unread": sum(r.unread for r in results),
    }


def described(found: dict[str, float]) -> str:
    """Return the figures as a sentence."""
    return (
        f"{found['derivations']} derivations, {found['lines']} lines: located {found['located']} of {found['wrong']}, "
        f"confirmed {found['confirmed']} of {found['right']}, accused {found['accused']}, "
        f"cause at 1 {found['named']} of {found['located']}, unread {found['unread']}"
    )


def cold_start(case: Case) -> tuple[float, float]:
    """Return the seconds of one run of the command line, and their ratio to importing the array libraries."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / file_name(case)
        path.write_text(document(case), "utf-8")
        code = f"import sys; from gradproof.cli import main; sys.exit(main(['check', {str(path)!r}]) not in (0, 1))"
        results = measure(
            {"check": command("-c", code), "imports": reference()}, rounds=5, warmup=1
        )
    return results["check"].median, ratio(results, "check", "imports")


def main() -> int:
    """Check all derivations and print the figures; 1 where a right line is accused."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("path", type=Path, nargs="?", default=HERE / "derivations.jsonl")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", metavar="ID", help="one derivation")
    parser.add_argument(
        "--half", choices=("seen", "unseen"), help="posts looked at, or not looked at"
    )
    parser.add_argument("--show", action="store_true", help="a line for each that falls short")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    arguments = parser.parse_args()
    pin_threads()
    from gradproof.batch import check_source

    cases = [c for c in read_cases(arguments.path) if arguments.only in (None, c["id"])]
    cases = [c for c in cases if arguments.half in (None, c.get("half"))]
    if not cases:
        print(f"no derivations in {arguments.path}", file=sys.stderr)
        return 2
    check_source("warm.md", document(cases[0]))
    results: dict[str, Result] = {}
    seconds: dict[str, list[float]] = {}
    for _ in range(arguments.rounds):
        for case in cases:
            text = document(case)
            start = perf_counter()
            report = check_source(file_name(case), text)
            seconds.setdefault(case["id"], []).append(perf_counter() - start)
            results.setdefault(case["id"], judge(case, report))
    if arguments.show:
        for name, result in results.items():
            if result.accused:
                print(f"{name}: FALSE ACCUSATION of line {result.accused}")
            elif result.remark:
                print(f"{name}: {result.remark}")
    parts: dict[str, dict[str, float]] = {}
    for title, hard in (("", False), ("prose decides", True)):
        chosen = [c for c in cases if bool(c.get("hard_context")) == hard]
        if chosen:
            parts[title] = figures(
                [results[c["id"]] for c in chosen], sum(len(c["verdicts"]) for c in chosen)
            )
    each = sorted(1e3 * median(seconds[c["id"]]) / max(1, len(c["verdicts"])) for c in cases)
    total = 1e3 * sum(median(s) for s in seconds.values()) / sum(len(c["verdicts"]) for c in cases)
    cold, against = cold_start(cases[0])
    times = {"median": median(each), "mean": fmean(each), "worst": each[-1], "all": total}
    if arguments.json:
        print(
            json.dumps({"figures": parts, "ms_a_line": times, "cold": cold, "cold_ratio": against})
        )
    else:
        for title, found in parts.items():
            print(f"{title}{': ' if title else ''}{described(found)}")
        print(
            f"ms a line, warm: median {times['median']:.1f}, worst derivation {times['worst']:.1f}, "
            f"over all {total:.1f}"
        )
        print(f"cold start: {cold:.2f} s, {against:.1f} times the import of numpy and flint")
    return int(any(found["accused"] for found in parts.values()))


if __name__ == "__main__":
    sys.exit(main())
