"""The command ``gradproof predict``."""

import argparse
import csv
import io
import sys
from typing import Any

from gradproof import api
from gradproof.cli.codes import CLEAN, FAILED


def run(options: argparse.Namespace) -> int:
    """Predict for the rows of a table, print the predictions as CSV and return the exit code."""
    from gradproof.training.data.batch import BadData
    from gradproof.training.libraries import MissingLibrary
    from gradproof.training.saving import CannotSave, write_whole

    try:
        text = _csv(api.predict(api.load_model(options.model), options.files))
        if options.output is not None:
            write_whole([(options.output, text.encode())])
            return CLEAN
    except (BadData, MissingLibrary, CannotSave) as failure:
        sys.stderr.write(f"gradproof predict: {failure}\n")
        return FAILED
    sys.stdout.write(text)
    return CLEAN


def _csv(columns: dict[str, Any]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    plain: list[list[Any]] = [list(c) for c in columns.values()]
    writer.writerows(zip(*plain, strict=True))
    return out.getvalue()
