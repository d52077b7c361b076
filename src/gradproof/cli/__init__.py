"""The command line: arguments in, text and an exit code out; everything else is asked of `gradproof.api`."""

import errno
import gc
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Final

from gradproof.cli.codes import FAILED, INTERRUPTED, PIPE_CLOSED
from gradproof.cli.parser import make_parser

ALLOCATIONS: Final = 200_000
"""Objects between two searches for garbage: trees hold no cycles, and a run is short."""

UNWRITABLE: Final = (errno.ENOSPC, errno.EIO, errno.EFBIG)
"""What a full or broken disk under standard output says."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; `arguments` are the process's own where None.

    Raises:
        SystemExit: with code 2 for a wrong command line, 0 after ``--help`` and ``--version``.
    """
    _prepare_output()
    gc.set_threshold(ALLOCATIONS)
    try:
        options = make_parser().parse_args(arguments)
        if options.command == "check":
            from gradproof.cli.check import run
        elif options.command == "derive":
            from gradproof.cli.derive import run
        elif options.command == "compile":
            from gradproof.cli.compile import run
        elif options.command == "fit":
            from gradproof.cli.fit import run
        elif options.command == "predict":
            from gradproof.cli.predict import run
        elif options.command == "gradcheck":
            from gradproof.cli.gradcheck import run
        else:
            from gradproof.cli.explain import run
        code = run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has seen enough. What is still buffered goes nowhere, so that nothing is said at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except Exception as failure:
        if isinstance(failure, OSError) and failure.errno in UNWRITABLE:
            sys.stderr.write(f"gradproof: the output cannot be written: {failure.strerror}\n")
            return FAILED
        # An uncaught exception would end in code 1, which means that a mistake was found.
        if sys.flags.dev_mode:
            raise
        sys.stderr.write(
            f"gradproof: internal error ({type(failure).__name__}: {failure}); "
            "please report it; python -X dev -m gradproof … shows where it happened\n"
        )
        return FAILED
    return code


def _prepare_output() -> None:
    """Write UTF-8 with plain line ends; what cannot be encoded (half a surrogate pair) is escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
