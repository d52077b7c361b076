"""Read formulas with known meaning: how many are read right, how many carry an assumption, how many silently wrong.

Each line of the file is a JSON object with ``tex`` (or plain text where it holds no backslash or brace) and ``expect``,
a list of S-expressions (see `sexpr`), any of which is right. A formula that is read otherwise counts as admitted where
the reading says so (a fatal note, a repair, or a choice under which it comes out right), else as silently wrong.

Usage: ``python benchmarks/read_formulas.py PATH.jsonl [--show] [--time]``
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from sexpr import Tree, normal, parse_tree, shown, tree_of_rows

from gradproof.notation.grammar import Options, parse_rows
from gradproof.notation.surface import FormulaRow
from gradproof.notation.tex import parse_layout


def read(text: str, options: Options | None = None) -> tuple[FormulaRow, ...]:
    """Read one formula, TeX or plain text."""
    plain = not any(mark in text for mark in "\\{%")
    layout = parse_layout(text, plain=plain)
    return parse_rows(layout.nodes, options, notes=layout.notes)


def judge(text: str, expected: list[Tree]) -> tuple[str, Tree]:
    """Return ``right``, ``choice``, ``noted``, ``unread`` or ``wrong``, and what was read."""
    rows = read(text)
    tree = normal(tree_of_rows(rows))
    notes = [note for row in rows for note in row.notes]
    if any(note.fatal for note in notes):
        return "unread", tree
    if tree in expected:
        return "right", tree
    for row in rows:
        for choice in row.choices:
            for other in choice.alternatives:
                again = read(text, Options(overrides={choice.key: other}))
                if normal(tree_of_rows(again)) in expected:
                    return "choice", tree
    return ("noted" if notes else "wrong"), tree


def milliseconds(text: str, rounds: int = 15) -> float:
    """Return the best time to read one formula."""
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        read(text)
        best = min(best, time.perf_counter() - start)
    return best * 1000


def import_seconds() -> float:
    """Return the time in which the interpreter starts and imports the arithmetic libraries."""
    times: list[float] = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import numpy, flint"], check=True)
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> int:
    """Read the file named on the command line and print the figures; 1 where something is silently wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    own = Path(__file__).parents[1] / "tests" / "formulas" / "reading.jsonl"
    parser.add_argument("path", type=Path, nargs="?", default=own)
    parser.add_argument("--show", action="store_true", help="print what was read for every formula")
    parser.add_argument("--time", action="store_true", help="measure the time to read")
    arguments = parser.parse_args()
    entries = [
        json.loads(line) for line in arguments.path.read_text("utf-8").splitlines() if line.strip()
    ]
    counts = dict.fromkeys(("right", "choice", "noted", "unread", "wrong"), 0)
    for entry in entries:
        text = entry["tex"]
        verdict, tree = judge(text, [normal(parse_tree(e)) for e in entry["expect"]])
        counts[verdict] += 1
        if verdict != "right" or arguments.show:
            print(f"{verdict:7} {entry.get('id', '')} {text}\n        {shown(tree)}")
            if verdict != "right":
                print(f"     != {entry['expect'][0]}")
    admitted = counts["choice"] + counts["noted"] + counts["unread"]
    print(
        f"{len(entries)} formulas: {counts['right']} right, {admitted} carry their assumption or are unread "
        f"({counts['choice']} right under another choice, {counts['noted']} noted, {counts['unread']} unread), "
        f"{counts['wrong']} silently wrong"
    )
    if arguments.time:
        times = [milliseconds(entry["tex"]) for entry in entries]
        startup = import_seconds()
        median = statistics.median(times)
        print(
            f"median {median:.3f} ms a formula, worst {max(times):.3f} ms; `python -c 'import numpy, flint'` "
            f"takes {startup * 1000:.0f} ms, the time of {startup * 1000 / median:.0f} formulas"
        )
    return 1 if counts["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
