"""The command ``gradproof compile``."""

import argparse
import sys

from gradproof.cli.codes import CLEAN, FAILED


def run(options: argparse.Namespace) -> int:
    """Print the module that the command line asks for, notes on standard error, and return the exit code."""
    from gradproof import api
    from gradproof.codegen.limits import CannotCompile
    from gradproof.notation.documents.model import UnreadableDocument

    try:
        source, notes = api.compile_source(
            options.formulas,
            wrt=options.wrt,
            declare=options.declare or (),
            backend=options.backend,
            hessian=options.hessian,
            structured=options.structured,
        )
    except (CannotCompile, UnreadableDocument) as failure:
        sys.stderr.write(f"gradproof compile: {failure}\n")
        return FAILED
    for note in notes:
        sys.stderr.write(f"note: {note}\n")
    if options.output is None:
        sys.stdout.write(source)
        return CLEAN
    try:
        with open(options.output, "w", encoding="utf-8", newline="\n") as file:
            file.write(source)
    except OSError as failure:
        told = failure.strerror or failure
        sys.stderr.write(f"gradproof compile: {options.output}: cannot be written: {told}\n")
        return FAILED
    return CLEAN
