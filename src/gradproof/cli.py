"""The command line: arguments in, text and an exit code out; everything else is asked of `gradproof.api`."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from io import TextIOWrapper
from typing import TYPE_CHECKING, Final

from rich_argparse import RawDescriptionRichHelpFormatter

from gradproof._version import __version__

if TYPE_CHECKING:
    from gradproof.diagnostic import FileReport

CLEAN: Final = 0
WRONG: Final = 1
FAILED: Final = 2
INTERRUPTED: Final = 130
PIPE_CLOSED: Final = 141

_EXIT_CODES: Final = """exit codes:
  0  no error found
  1  at least one error
  2  a file could not be read, or the command line is wrong"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; `arguments` are the process's own where None.

    Raises:
        SystemExit: with code 2 for a wrong command line, 0 after ``--help`` and ``--version``.
    """
    _prepare_output()
    try:
        options = _parser().parse_args(arguments)
        code = _check(options) if options.command == "check" else _explain(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has seen enough. What is still buffered goes nowhere, so that nothing is said at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except Exception as failure:
        # An uncaught exception would end in code 1, which means that a mistake was found.
        if sys.flags.dev_mode:
            raise
        sys.stderr.write(
            f"gradproof: internal error ({type(failure).__name__}: {failure}); "
            "please report it; python -X dev -m gradproof … shows where it happened\n"
        )
        return FAILED
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gradproof",
        description="Check gradient derivations as their authors wrote them.",
        formatter_class=RawDescriptionRichHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"gradproof {__version__}")
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", required=True, prog="gradproof"
    )

    check = commands.add_parser(
        "check",
        help="judge every step of the derivations in some files",
        description="Judge every step of the derivations in Markdown, LaTeX, notebooks or plain text.",
        epilog=_EXIT_CODES,
        formatter_class=RawDescriptionRichHelpFormatter,
    )
    check.add_argument(
        "files", nargs="*", metavar="FILE", help="a document, or - for standard input"
    )
    check.add_argument(
        "-e",
        dest="expressions",
        action="append",
        default=[],
        metavar="TEX",
        help="check these formulas instead of files; may be repeated, one line of the derivation each",
    )
    check.add_argument(
        "--declare",
        action="append",
        default=[],
        metavar="FACT",
        help=r"a fact in ordinary mathematics, such as 'y_i \in \{0,1\}'; may be repeated",
    )
    check.add_argument(
        "--format", choices=("full", "json"), default="full", help="for people or for programs"
    )
    check.add_argument(
        "--fail-on",
        action="append",
        choices=("warning", "undecided", "unread"),
        default=[],
        help="count these as errors in the exit code too; may be repeated",
    )
    check.add_argument(
        "--print-reading", action="store_true", help="say of every line what it was read as"
    )
    check.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="colours in the output"
    )

    explain = commands.add_parser(
        "explain",
        help="show the page of one mistake",
        description="Show the page of one mistake; without a name, list the pages.",
        formatter_class=RawDescriptionRichHelpFormatter,
    )
    explain.add_argument("name", nargs="?", metavar="NAME", help="such as chain-inner-dropped")
    check.set_defaults(refuse=check.error)
    return parser


def _check(options: argparse.Namespace) -> int:
    if bool(options.files) == bool(options.expressions):
        options.refuse("expected some FILEs, - for standard input, or -e TEX (and not both)")
    reports: list[FileReport] = []
    code = None
    try:
        for report in _judged(options):
            reports.append(report)
            if options.format == "full":
                _show(report, options, first=len(reports) == 1)
    except KeyboardInterrupt:
        code = INTERRUPTED
    _close(reports, options)
    return _exit_code(reports, options.fail_on) if code is None else code


def _judged(options: argparse.Namespace) -> "Iterator[FileReport]":
    """Yield the report on each document of the command line in turn."""
    from gradproof import api

    if options.expressions:
        yield api.check_formulas(options.expressions, declare=options.declare)
    for path in options.files:
        if path == "-":
            yield api.check_stream(sys.stdin.buffer, path="<stdin>", declare=options.declare)
        else:
            yield api.check_file(path, declare=options.declare)


def _show(report: "FileReport", options: argparse.Namespace, *, first: bool) -> None:
    from gradproof.render.full import render_file

    text = render_file(
        report, colour=_coloured(options.color), width=_width(), readings=options.print_reading
    )
    sys.stdout.write(text if first else "\n" + text)
    sys.stdout.flush()


def _close(reports: "list[FileReport]", options: argparse.Namespace) -> None:
    """Print what stands after the last file: all of the JSON object, or the closing line."""
    if options.format == "json":
        from gradproof.diagnostic import Report
        from gradproof.render.json import render

        sys.stdout.write(render(Report(tuple(reports))))
    elif len(reports) > 1:
        from gradproof.render.full import render_total

        sys.stdout.write("\n" + render_total(reports, colour=_coloured(options.color)))


def _exit_code(reports: "list[FileReport]", fail_on: Sequence[str]) -> int:
    if any(report.error is not None for report in reports):
        return FAILED
    severities = {"error", *fail_on}
    wrong = any(
        report.first_wrong is not None
        or any(finding.severity in severities for finding in report.findings)
        or any(line.verdict in fail_on for line in report.lines)
        for report in reports
    )
    return WRONG if wrong else CLEAN


def _explain(options: argparse.Namespace) -> int:
    from gradproof import api

    if options.name is None:
        sys.stdout.writelines(f"{name}\n" for name in api.page_names())
        return CLEAN
    try:
        sys.stdout.write(api.explain(options.name))
    except api.UnknownPage as failure:
        known = ", ".join(failure.names) if failure.names else "none"
        sys.stderr.write(f"gradproof explain: {failure}\npages: {known}\n")
        return FAILED
    return CLEAN


def _coloured(choice: str) -> bool:
    """Say whether to colour: a terminal that can, unless the user forbids it (https://no-color.org)."""
    if choice != "auto":
        return choice == "always"
    return (
        sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )


def _width() -> int:
    """Return the cells of a line: the terminal's, and a fixed number where the output is none."""
    from gradproof.render.full import WIDTH

    if not sys.stdout.isatty():
        return WIDTH
    try:
        return max(40, os.get_terminal_size(sys.stdout.fileno()).columns)
    except OSError:
        return WIDTH


def _prepare_output() -> None:
    """Write UTF-8 with plain line ends; what cannot be encoded (half a surrogate pair) is escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
