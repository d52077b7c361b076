"""The command ``gradproof explain``."""

import argparse
import sys

from gradproof import api
from gradproof.cli.codes import CLEAN, FAILED


def run(options: argparse.Namespace) -> int:
    """Show the page of one mistake, or the names of all pages."""
    if options.name is None:
        names = (*api.page_names(), *api.code_page_names())
        sys.stdout.writelines(f"{name}\n" for name in names)
        return CLEAN
    try:
        sys.stdout.write(api.explain(options.name))
    except api.UnknownPage as failure:
        known = ", ".join(failure.names) if failure.names else "none"
        sys.stderr.write(f"gradproof explain: {failure}\npages: {known}\n")
        return FAILED
    return CLEAN
