"""What the terminal can: colours and width."""

import os
import sys

from gradproof.render.full import WIDTH


def coloured(choice: str) -> bool:
    """Say whether to colour: a terminal that can, unless the user forbids it (https://no-color.org)."""
    if choice != "auto":
        return choice == "always"
    return (
        sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )


def width() -> int:
    """Return the cells of a line: the terminal's, and a fixed number where the output is none."""
    if not sys.stdout.isatty():
        return WIDTH
    try:
        return max(40, os.get_terminal_size(sys.stdout.fileno()).columns)
    except OSError:
        return WIDTH
