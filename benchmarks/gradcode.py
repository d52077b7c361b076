"""Gradient functions as people write them, right and with one slip each: is the slip named, is a right one accused.

Each line of ``gradcode/cases.jsonl`` names a function in ``gradcode/``, its formula and declarations, and the names
of the slip that a fair reader accepts (none: the function is right). Lines with ``held_out`` were written with the
others and are not looked at when names are ranked; ``--held-out`` takes these alone, ``--rest`` the others. Lines with
``late`` were written after the search for slips was finished, which was not changed afterwards: ``--late``.

Printed are how many of the wrong functions *differ*, how many bear an accepted *name* as the first error, and how
many of the right ones are *accused*, which must be none. With ``--peers`` the same functions (those of NumPy with
one variable) are given to ``torch.autograd.gradcheck``, ``jax.test_util.check_grads`` and
``scipy.optimize.check_grad``, each at one point, the formula's value beside them as a compiled function.

Usage: ``python benchmarks/gradcode.py [--only PART] [--held-out | --late | --rest] [--show] [--peers] [--json]``
"""

import argparse
import json
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from _timing import pin_threads

HERE = Path(__file__).resolve().parent
CASES = HERE / "gradcode" / "cases.jsonl"

Case = dict[str, Any]


def read_cases() -> list[Case]:
    """Return all cases."""
    return [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]


def checked(case: Case) -> Any:
    """Return the report on the function of a case."""
    import gradproof

    return gradproof.gradcheck(
        case["formula"],
        f"{HERE / 'gradcode' / case['file']}:{case['function']}",
        wrt=case["wrt"],
        declare=case["declare"],
        backend=case.get("backend"),
    )


def examined(case: Case) -> dict[str, Any]:
    """Check one function and return what was found out."""
    import gradproof

    start = perf_counter()
    try:
        report = checked(case)
        errors = [f.mistake for f in report.findings if f.severity == "error"]
    except gradproof.CannotCheck as failure:
        errors = [f"cannot: {failure}"]
    seconds = perf_counter() - start
    first = errors[0] if errors else None
    return {
        "wrong": bool(case["accept"]),
        "differs": first is not None and not first.startswith("cannot"),
        "named": first in case["accept"],
        "first": first,
        "seconds": seconds,
    }


def main() -> int:
    """Check all functions and print the figures; 1 where a right one is accused."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", metavar="PART", default="", help="part of file:function")
    parser.add_argument("--held-out", action="store_true", help="only those held out")
    parser.add_argument("--late", action="store_true", help="only those written afterwards")
    parser.add_argument("--rest", action="store_true", help="only the others")
    parser.add_argument("--show", action="store_true", help="a line for each that falls short")
    parser.add_argument("--peers", action="store_true", help="other tools on the same functions")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    asked = parser.parse_args()
    pin_threads()
    cases = [
        c
        for c in read_cases()
        if asked.only in f"{c['file']}:{c['function']}"
        and not (asked.held_out and (not c.get("held_out") or c.get("late")))
        and not (asked.late and not c.get("late"))
        and not (asked.rest and c.get("held_out"))
    ]
    results = []
    for case in cases:
        found = examined(case)
        results.append(found)
        short = found["named"] != found["wrong"] or (not found["wrong"] and found["first"])
        if asked.show and short:
            told = f"{found['first']}, accepted {case['accept']}"
            print(f"{case['file']}:{case['function']}: {told}")
    wrong = [r for r in results if r["wrong"]]
    right = [r for r in results if not r["wrong"]]
    figures: dict[str, Any] = {
        "wrong": len(wrong),
        "differ": sum(r["differs"] for r in wrong),
        "named": sum(r["named"] for r in wrong),
        "right": len(right),
        "accused": sum(r["first"] is not None for r in right),
        "seconds": median(r["seconds"] for r in results) if results else 0.0,
    }
    if asked.peers:
        from _gradcode_peers import compared

        figures["peers"] = compared([c for c in cases if len(c["wrt"]) == 1 and "backend" not in c])
    if asked.json:
        print(json.dumps(figures, indent=2))
    else:
        report(figures)
    return 1 if figures["accused"] else 0


def report(figures: dict[str, Any]) -> None:
    """Print the figures as text."""
    share = 100 * figures["named"] / max(figures["wrong"], 1)
    print(
        f"wrong functions {figures['wrong']}: differ {figures['differ']}, named {figures['named']} ({share:.1f} %)"
    )
    print(f"right functions {figures['right']}: accused {figures['accused']}")
    print(f"median {figures['seconds']:.2f} s a function, the start of its process included")
    for name, of in figures.get("peers", {}).items():
        print(
            f"{name}: detects {of['detected']} of {of['wrong']}, explains {of['explained']}, "
            f"accuses {of['accused']} of {of['right']}, median {1000 * of['seconds']:.1f} ms"
        )


if __name__ == "__main__":
    raise SystemExit(main())
