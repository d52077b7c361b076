"""The command ``gradproof derive``."""

import argparse
import sys
from typing import TYPE_CHECKING

from gradproof import api
from gradproof.cli.codes import CLEAN, FAILED, WRONG

if TYPE_CHECKING:
    from gradproof.worked import Worked


def run(options: argparse.Namespace) -> int:
    """Derive what the command line asks for, print it and return the exit code."""
    from gradproof.notation.documents.model import UnreadableDocument
    from gradproof.worked import CannotDerive, NotVerified

    try:
        worked = api.derive(
            options.formulas,
            wrt=options.wrt,
            order=options.order,
            style=options.style,
            declare=options.declare or (),
            compare=options.compare,
            update=options.update,
        )
    except (CannotDerive, NotVerified, UnreadableDocument) as failure:
        sys.stderr.write(f"gradproof derive: {failure}\n")
        return FAILED
    text = _shown(worked, options)
    if options.output is None:
        sys.stdout.write(text)
        return _compared(worked)
    try:
        with open(options.output, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as failure:
        told = failure.strerror or failure
        sys.stderr.write(f"gradproof derive: {options.output}: cannot be written: {told}\n")
        return FAILED
    return _compared(worked)


def _shown(worked: "Worked", options: argparse.Namespace) -> str:
    from gradproof.cli.terminal import coloured

    match options.format:
        case "latex":
            return worked.to_latex()
        case "markdown":
            return worked.to_markdown()
        case "html":
            return worked.to_html()
        case "json":
            return worked.to_json()
        case "svg":
            return worked.to_svg(title=f"gradproof derive --wrt {options.wrt}")
        case _:
            colour = options.output is None and coloured(options.color)
            return worked.to_text(colour=colour)


def _compared(worked: "Worked") -> int:
    """Return the exit code: an answer that was compared has to be right."""
    comparison = worked.comparison
    return CLEAN if comparison is None or comparison.right else WRONG
