r"""Right derivations with arrays, as people write them: none may be accused, and nearly all should be confirmed.

Each line of ``right_arrays.jsonl`` is an object with ``id``, ``topic``, ``path`` (its ending tells the dialect),
``text`` (the document) and perhaps ``declare``. Everything in them is right, under the layout or convention that the
document says or shows: other layouts, one-hot labels, spellings by e^z, skipped steps, definitions in the middle,
substitutions, the course notation dW, fractions of vectors, row networks, Frobenius products, differentials,
log-determinants.

A *claim* is a judged line that is no definition, declaration, update or label. It is *confirmed* where it is proved
or agrees. A document is *accused* where a line is refuted or an error is found. The exit code is 1 where one is
accused.

Usage: ``python benchmarks/right_arrays.py [PATH.jsonl] [--only ID] [--show] [--json]``
"""

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

from _timing import pin_threads

if TYPE_CHECKING:
    from gradproof.diagnostic import FileReport, LineReport

HERE = Path(__file__).resolve().parent
HELD = ("proved", "agrees")
CLAIMLESS = ("definition", "declaration", "update", "label")

Document = dict[str, Any]


def read_documents(path: Path) -> list[Document]:
    """Read the documents."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


@dataclass
class Result:
    """What became of one document: its claims, those confirmed, and remarks on the others."""

    claims: int = 0
    confirmed: int = 0
    unread: int = 0
    accusations: list[str] = field(default_factory=list)
    open_lines: list[str] = field(default_factory=list)
    seconds: float = 0.0
    lines: int = 0


def is_claim(line: "LineReport") -> bool:
    """Tell whether a line states something that has to be true."""
    return line.verdict != "given" and line.role not in CLAIMLESS


def judge(report: "FileReport") -> Result:
    """Count what a report says of a right document."""
    out = Result(lines=len(report.lines))
    if report.error:
        out.claims, out.unread = 1, 1
        out.open_lines.append(f"error: {report.error}")
    for line in report.lines:
        if line.verdict == "refuted":
            out.accusations.append(f"{line.tex}: refuted")
        if line.verdict == "unread":
            out.unread += 1
        if not is_claim(line):
            if line.verdict not in (*HELD, "given"):
                out.open_lines.append(f"{line.tex}: {line.role} {line.verdict} ({line.reason})")
            continue
        out.claims += 1
        if line.verdict in HELD:
            out.confirmed += 1
        else:
            out.open_lines.append(f"{line.tex}: {line.verdict} ({line.reason})")
    errors = [f for f in report.findings if f.severity == "error"]
    out.accusations += [f"{f.mistake}: {f.message}" for f in errors]
    return out


def examine(document: Mapping[str, Any]) -> Result:
    """Check one document."""
    from gradproof.batch import check_source

    start = perf_counter()
    report = check_source(
        document["path"], document["text"], declarations=document.get("declare", ())
    )
    seconds = perf_counter() - start
    result = judge(report)
    result.seconds = seconds
    return result


def main() -> int:
    """Check all documents and print the figures; 1 where one is accused."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("path", type=Path, nargs="?", default=HERE / "right_arrays.jsonl")
    parser.add_argument("--only", metavar="ID", help="one document")
    parser.add_argument("--show", action="store_true", help="a line for each that falls short")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    arguments = parser.parse_args()
    pin_threads()
    documents = [d for d in read_documents(arguments.path) if arguments.only in (None, d["id"])]
    if not documents:
        print(f"no documents in {arguments.path}", file=sys.stderr)
        return 2
    examine(documents[0])
    results = {document["id"]: examine(document) for document in documents}
    for name, result in results.items():
        for accusation in result.accusations:
            print(f"{name}: FALSE ACCUSATION: {accusation}")
        if arguments.show:
            for line in result.open_lines:
                print(f"{name}: {line}")
    accused = sum(bool(r.accusations) for r in results.values())
    claims = sum(r.claims for r in results.values())
    confirmed = sum(r.confirmed for r in results.values())
    whole = sum(
        r.claims > 0 and r.confirmed == r.claims and not r.accusations for r in results.values()
    )
    each = sorted(1e3 * r.seconds / max(1, r.lines) for r in results.values())
    found = {
        "documents": len(results),
        "accused": accused,
        "claims": claims,
        "confirmed": confirmed,
        "confirmed_whole": whole,
        "unread": sum(r.unread for r in results.values()),
        "ms_a_line": median(each),
        "ms_a_line_worst": each[-1],
    }
    if arguments.json:
        print(json.dumps(found))
    else:
        print(
            f"{found['documents']} right documents: accused {accused}; "
            f"claims confirmed {confirmed} of {claims} ({confirmed / max(1, claims):.0%}), "
            f"documents confirmed as a whole {whole}; unread lines {found['unread']}"
        )
        print(f"ms a line: median {median(each):.1f}, worst document {each[-1]:.1f}")
    return int(accused > 0)


if __name__ == "__main__":
    sys.exit(main())
