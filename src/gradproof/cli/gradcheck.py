"""The command ``gradproof gradcheck``."""

import argparse
import sys
from typing import Final

from gradproof import api
from gradproof.cli.codes import CLEAN, FAILED, WRONG

CLEAR: Final = "\r\x1b[K"
"""Takes the line back that says what is being done."""


def run(options: argparse.Namespace) -> int:
    """Compare a function with a formula, print what was found and return the exit code."""
    from gradproof.gradcode.failures import CannotCheck
    from gradproof.notation.documents.model import UnreadableDocument
    from gradproof.worked import CannotDerive

    progress = sys.stderr.isatty()

    def told(doing: str) -> None:
        if progress:
            sys.stderr.write(f"{CLEAR}{doing} …")
            sys.stderr.flush()

    try:
        arguments = _arguments(options.arg or [])
        report = api.gradcheck(
            options.formulas,
            options.function,
            wrt=options.wrt,
            declare=options.declare or (),
            backend=options.backend,
            arguments=arguments,
            columns=options.columns,
            time_limit=options.time_limit,
            memory_limit=options.memory_limit,
            told=told,
        )
    except (CannotCheck, CannotDerive, UnreadableDocument) as failure:
        from gradproof.render.styled import clean

        if progress:
            sys.stderr.write(CLEAR)
        lines = [clean(line) for line in str(failure).splitlines()]
        sys.stderr.write("gradproof gradcheck: " + "\n  ".join(lines) + "\n")
        return FAILED
    if progress:
        sys.stderr.write(CLEAR)
    sys.stdout.write(_shown(report, options))
    return {"agrees": CLEAN, "differs": WRONG, "undecided": FAILED}[report.verdict]


def _arguments(texts: list[str]) -> dict[str, str]:
    from gradproof.gradcode.failures import CannotCheck

    out: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise CannotCheck(
                f"--arg {text}: expected NAME=SYMBOL, such as --arg p=\\hat y or --arg eps=0.1"
            )
        out[name.strip()] = value.strip()
    return out


def _shown(report: "api.CodeReport", options: argparse.Namespace) -> str:
    from gradproof.cli.terminal import coloured

    if options.format == "json":
        return report.to_json()
    return report.to_coloured_text() if coloured(options.color) else report.to_text()
