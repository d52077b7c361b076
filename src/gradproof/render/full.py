"""A report for people: findings with the lines they are about, notes, and the verdict of every line."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from gradproof.diagnostic import Counterexample, FileReport, Finding, LineReport, Report
from gradproof.render.arrays import in_arrays
from gradproof.render.quote import Quote, quote
from gradproof.render.styled import Row, Style, clean, coloured, plain
from gradproof.render.tally import errors, excused
from gradproof.render.verdicts import STYLES, count, ground, many
from gradproof.render.whereabouts import Spot, Whereabouts
from gradproof.spell import name_plain

WIDTH: Final = 100
"""Cells in a line of output where the output is no terminal."""

_EMPTY: Final = (
    "no formula found; mathematics stands between $…$, $$…$$ or \\[…\\], in an environment such as align, "
    "or in plain text on lines of its own"
)


def render(
    report: Report, *, colour: bool = False, width: int = WIDTH, readings: bool = False
) -> str:
    """Return `report` as text.

    Args:
        report: what to show.
        colour: use ANSI colours.
        width: the cells that a quoted line may take; longer ones are cut around what is underlined.
        readings: say of every line what it was read as.
    """
    parts = [render_file(f, colour=colour, width=width, readings=readings) for f in report.files]
    if len(report.files) != 1:
        parts.append(render_total(report.files, colour=colour))
    return "\n".join(parts)


def render_file(
    file: FileReport, *, colour: bool = False, width: int = WIDTH, readings: bool = False
) -> str:
    """Return what is said about one file."""
    return _text(file_rows(file, width=width, readings=readings), colour=colour)


def render_total(files: Sequence[FileReport], *, colour: bool = False) -> str:
    """Return the closing line of a run over several files."""
    unreadable = sum(file.error is not None for file in files)
    wrong = sum(errors(file) > 0 for file in files)
    clean_files = len(files) - unreadable - wrong
    style: Style = "error" if wrong or unreadable else "good"
    text = (
        f"{many(len(files), 'file')}: {clean_files} without an error, {wrong} with errors, "
        f"{unreadable} could not be read"
    )
    return _text([((text, style),)], colour=colour)


def file_rows(file: FileReport, *, width: int = WIDTH, readings: bool = False) -> list[Row]:
    """Return the rows that tell about `file`: findings, notes, verdicts, summary."""
    name = clean(file.path)
    if file.error is not None:
        return [((name, "path"), (": ", ""), ("error", "error"), (f": {clean(file.error)}", ""))]
    if not (file.lines or file.findings or file.assumptions):
        return [((name, "path"), (": ", ""), (_EMPTY, ""))]
    where = Whereabouts(file)
    rows: list[Row] = []
    for finding in file.findings:
        if finding.severity != "note":
            rows += _finding(finding, where, width)
    notes = [*_notes(file, where), *_ignored(file, where)]
    header: Row = ((name, "path"),)
    rows += [*notes, (), header] if rows else [header, *notes]
    rows += _verdicts(file, where, readings=readings)
    rows.append(_summary(file) if file.lines or file.findings else (("  ", ""), (_EMPTY, "")))
    return rows


def _finding(finding: Finding, where: Whereabouts, width: int) -> list[Row]:
    style: Style = "error" if finding.severity == "error" else "warning"
    rows: list[Row] = [
        (
            (where.header(finding.place, finding.span), "path"),
            (" ", ""),
            (f"{finding.severity}[{finding.mistake}]", style),
            (f" {clean(finding.message)}", "strong"),
        )
    ]
    rows += _quoted(finding, where, width, style)
    if finding.why:
        rows.append((("  why  ", "strong"), (clean(finding.why), "")))
    if finding.counterexample is not None:
        rows.append((("  try  ", "strong"), (_tried(finding, finding.counterexample, where), "")))
    if finding.also_consistent_with:
        others = ", ".join(finding.also_consistent_with)
        rows.append((("  also ", "strong"), (f"consistent with {others}", "")))
    return rows


def _tried(finding: Finding, example: Counterexample, where: Whereabouts) -> str:
    """Return the counterexample in words; the two lines have their numbers where these tell them apart."""
    values = ", ".join(
        f"{clean(name_plain(name))} = {clean(value)}"
        for name, value in in_arrays(example.assignment)
    )
    left, right = clean(example.left_name), clean(example.right_name)
    before, wrong = where.line(finding.previous), where.spot(finding.place, finding.span)
    if before is not None and wrong is not None and before.source is wrong.source:
        lines = (f"line {before.line}", f"line {wrong.line}")
        left, right = (left, right) if before.line == wrong.line else lines
    sides = f"{left} is {clean(example.left)}, {right} is {clean(example.right)}"
    doubt = "" if example.certified else " (not certified)"
    return f"{values}: {sides}{doubt}" if values else f"{sides}{doubt}"


def _quoted(finding: Finding, where: Whereabouts, width: int, style: Style) -> list[Row]:
    """Quote the previous line and the wrong one, with carets under the span."""
    expected = finding.expected_plain or finding.expected_tex
    should = f"should be  {clean(expected)}" if expected else ""
    wrong = where.spot(finding.place, finding.span)
    if wrong is None:
        return [(("  ", ""), (should, style))] if should else []
    before = where.line(finding.previous)
    if before is not None and before.source is not wrong.source:
        before = None
    gutter = 3 + max(2, len(str(wrong.line)), len(str(before.line)) if before else 0)
    room = max(width - gutter - 3, 20)
    quoted = _shown(wrong, room)
    rows: list[Row] = []
    if before is not None and not (before.line == wrong.line and quoted.whole):
        rows.append(_gutter(str(before.line), gutter, _shown(before, room).text))
    rows.append(_gutter(str(wrong.line), gutter, quoted.text))
    return rows + _carets(quoted, gutter, should, width, style)


def _shown(spot: Spot, room: int) -> Quote:
    return quote(spot.source.line_text(spot.line), spot.start, spot.end, room)


def _gutter(label: str, gutter: int, text: str) -> Row:
    return ((f"{label:>{gutter}} | ", "quiet"), (text, ""))


def _carets(shown: Quote, gutter: int, should: str, width: int, style: Style) -> list[Row]:
    margin = (f"{'':>{gutter}} | ", "quiet")
    under = " " * shown.indent + "^" * shown.length
    if gutter + 3 + len(under) + 1 + len(should) <= width:
        return [(margin, (f"{under} {should}", style))]
    return (
        [(margin, (under, style)), (margin, (should, style))]
        if should
        else [(margin, (under, style))]
    )


def _notes(file: FileReport, where: Whereabouts) -> list[Row]:
    """Say what was assumed or repaired and what is worth knowing, once for all lines that share it."""
    told = [(a.place, a.span, a.message) for a in file.assumptions]
    told += [(f.place, f.span, f.message) for f in file.findings if f.severity == "note"]
    told.sort(key=lambda note: (note[0].source, note[1].start))
    labels: dict[str, list[str]] = {}
    for place, span, message in told:
        known = labels.setdefault(clean(message), [])
        label = where.label(place, span)
        if label not in known:
            known.append(label)
    return [
        (("  note ", "note"), (f"{', '.join(known)}: {message}", ""))
        for message, known in labels.items()
    ]


def _ignored(file: FileReport, where: Whereabouts) -> list[Row]:
    """Say which findings do not count, and who said so."""
    rows: list[Row] = []
    for item in file.ignored:
        finding = item.finding
        words = {
            "comment": f"a comment asks for it: {clean(item.reason) or 'no reason given'}",
            "ignore": "it is among the names to ignore",
            "select": "it is not among the names to select",
        }
        name = f"{finding.severity}[{finding.mistake}] {clean(finding.message)}"
        label = where.label(finding.place, finding.span)
        rows.append((("  ignored ", "quiet"), (f"{label}: {name} ({words[item.by]})", "")))
    return rows


def _verdicts(file: FileReport, where: Whereabouts, *, readings: bool) -> list[Row]:
    """Return a row for each line: where it stands, its verdict and what that rests on."""
    labels = _labels(file.lines, where)
    wide = max((len(label) for label in labels), default=0)
    rows: list[Row] = []
    forgiven = excused(file)
    for line, label in zip(file.lines, labels, strict=True):
        ignored = line.verdict == "refuted" and line.place in forgiven
        rows.append(
            (
                (f"  {label:<{wide}}  ", "quiet"),
                (f"{line.verdict:<9}", STYLES[line.verdict]),
                (f"  {ground(line)}{'; ignored' if ignored else ''}", ""),
            )
        )
        if readings and line.read_as:
            rows.append(((f"  {'':<{wide}}  read as    ", "quiet"), (clean(line.read_as), "")))
    return rows


def _labels(lines: Sequence[LineReport], where: Whereabouts) -> list[str]:
    """Return a name for each line, with the column where two stand in one line of the file."""
    labels = [where.label(line.place, line.span) for line in lines]
    times = Counter(labels)
    return [
        f"{label}:{spot.start + 1}"
        if times[label] > 1 and (spot := where.spot(line.place, line.span)) is not None
        else label
        for label, line in zip(labels, lines, strict=True)
    ]


def _summary(file: FileReport) -> Row:
    wrong = errors(file)
    warnings = sum(finding.severity == "warning" for finding in file.findings)
    if wrong:
        head, style = many(wrong, "error"), "error"
    else:
        head, style = "no error found", "good"
    if warnings:
        head += f", {many(warnings, 'warning')}"
    if file.ignored:
        head += f", {len(file.ignored)} ignored"
    lines = many(len(file.lines), "line")
    verdicts = count(line.verdict for line in file.lines)
    return (("  ", ""), (head, style), (f"; {lines}: {verdicts}" if verdicts else "", ""))


def _text(rows: Iterable[Row], *, colour: bool) -> str:
    return coloured(rows) if colour else plain(rows)
