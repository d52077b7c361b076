"""The command ``gradproof check``."""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from gradproof import api
from gradproof.cli.codes import CLEAN, FAILED, INTERRUPTED, WRONG
from gradproof.diagnostic import FileReport, Report
from gradproof.settings import BadSettings, Settings, find_settings


@final
@dataclass(frozen=True, slots=True)
class _Run:
    """What one run was asked for, by the command line and the settings."""

    options: argparse.Namespace
    settings: Settings
    selection: Any
    format: str

    @property
    def reading(self) -> dict[str, Any]:
        declare = self.options.declare
        if declare is None:
            declare = self.settings.declare or ()
        return {"declare": tuple(declare), "selection": self.selection}

    @property
    def dialect(self) -> Any:
        return self.options.dialect or self.settings.dialect

    @property
    def counted(self) -> tuple[str, ...]:
        return tuple(self.options.fail_on or self.settings.fail_on or ())


def run(options: argparse.Namespace) -> int:
    """Judge the documents of the command line, print what was found and return the exit code."""
    if options.print_habits:
        from gradproof.render.habits import render

        sys.stdout.write(render())
        return CLEAN
    if bool(options.files) == bool(options.expressions):
        options.refuse("expected some FILEs, - for standard input, or -e TEX (and not both)")
    try:
        settings = find_settings(Path.cwd())
    except BadSettings as failure:
        sys.stderr.write(f"gradproof check: {failure}\n")
        return FAILED
    selection = _selection(options, settings)
    if isinstance(selection, int):
        return selection
    job = _Run(options, settings, selection, options.format or settings.format or "full")
    if options.corrected:
        if len(options.files) != 1:
            options.refuse("--corrected prints one document; expected one FILE")
        if options.format or options.statistics or options.print_reading:
            options.refuse(
                "--corrected prints the document itself; leave out --format, --statistics and --print-reading"
            )
        return _corrected(job)
    return _checked(job)


def _selection(options: argparse.Namespace, settings: Settings) -> Any:
    """Return which mistakes count, None for all; an exit code where a name is not known."""
    select = settings.select if options.select is None else _names(options.select)
    ignore = settings.ignore if options.ignore is None else _names(options.ignore)
    if options.select is not None and not select:
        options.refuse("argument --select: expected a name")
    if not select and not ignore:
        return None
    try:
        return api.select_findings(select or (), ignore or ())
    except LookupError as unknown:
        sys.stderr.write(f"gradproof check: {unknown}\n")
        return FAILED


def _names(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


def _checked(job: _Run) -> int:
    started = time.perf_counter()
    reports: list[FileReport] = []
    code = None
    try:
        for report in _judged(job):
            reports.append(report)
            _show(report, job, first=len(reports) == 1)
    except KeyboardInterrupt:
        code = INTERRUPTED
    _close(reports, job)
    if job.options.statistics:
        sys.stderr.write(f"time {time.perf_counter() - started:.2f} s\n")
    return _exit_code(reports, job) if code is None else code


def _judged(job: _Run) -> Iterator[FileReport]:
    """Yield the report on each document of the command line in turn."""
    if job.options.expressions:
        yield api.check_formulas(job.options.expressions, **job.reading)
    for path in job.options.files:
        if path == "-":
            stream = sys.stdin.buffer
            yield api.check_stream(stream, path="<stdin>", dialect=job.dialect, **job.reading)
        else:
            yield api.check_file(path, dialect=job.dialect, **job.reading)


def _show(report: FileReport, job: _Run, *, first: bool) -> None:
    """Print the report on one file as soon as it is there, where the format allows it."""
    from gradproof.cli.terminal import coloured, width

    colour = coloured(job.options.color)
    match job.format:
        case "full":
            from gradproof.render.full import render_file

            text = render_file(
                report, colour=colour, width=width(), readings=job.options.print_reading
            )
            text = text if first else "\n" + text
        case "concise":
            from gradproof.render.concise import render_file

            text = render_file(report, colour=colour, counted=job.counted)
        case "github":
            from gradproof.render.github import render_file

            text = render_file(report, counted=job.counted)
        case _:
            return
    sys.stdout.write(text)
    sys.stdout.flush()


def _close(reports: list[FileReport], job: _Run) -> None:
    """Print what stands after the last file: all of a JSON object or a picture, the closing line, the counts."""
    if job.format == "json":
        from gradproof.render.json import render

        report = Report(tuple(reports))
        sys.stdout.write(render(report, statistics=job.options.statistics))
        return
    if job.format == "svg":
        from gradproof.render.picture import svg

        title = " ".join(["gradproof check", *job.options.files])
        sys.stdout.write(svg(reports, title=title, readings=job.options.print_reading))
    if job.format == "full" and len(reports) > 1:
        from gradproof.cli.terminal import coloured
        from gradproof.render.full import render_total

        sys.stdout.write("\n" + render_total(reports, colour=coloured(job.options.color)))
    if job.options.statistics:
        from gradproof.render.statistics import render

        aside = sys.stderr if job.format == "svg" else sys.stdout
        aside.write(("\n" if job.format == "full" else "") + render(reports))


def _exit_code(reports: Sequence[FileReport], job: _Run) -> int:
    from gradproof.render.tally import failing

    if any(report.error is not None for report in reports):
        return FAILED
    return WRONG if failing(reports, job.counted) and not _forgiving(job) else CLEAN


def _forgiving(job: _Run) -> bool:
    return bool(job.settings.exit_zero if job.options.exit_zero is None else True)


def _corrected(job: _Run) -> int:
    """Print the mended document; what was changed goes to standard error."""
    from gradproof.notation.documents.model import UnreadableDocument
    from gradproof.render.styled import clean

    path = job.options.files[0]
    asked: dict[str, Any] = {"dialect": job.dialect, **job.reading}
    try:
        if path == "-":
            path = "<stdin>"
            mended = api.correct_stream(sys.stdin.buffer, path=path, **asked)
        else:
            with open(path, "rb") as stream:
                mended = api.correct_stream(stream, path=path, **asked)
    except (OSError, UnreadableDocument) as failure:
        told = api.unreadable(failure) if isinstance(failure, OSError) else str(failure)
        sys.stderr.write(f"{path}: error: {told}\n")
        return FAILED
    sys.stdout.write(mended.text)
    sys.stdout.flush()
    for change in mended.changes:
        name = f"[{change.mistake}]" if change.mistake else ""
        done = f"mended{name}: {change.old} → {change.new}"
        if change.new is None:
            done = f"not mended{name}: do this line again"
        sys.stderr.write(clean(f"{change.path}:{change.line}: {done}") + "\n")
    return WRONG if mended.changes and not _forgiving(job) else CLEAN
