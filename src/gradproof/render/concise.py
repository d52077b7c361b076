"""One line for each finding, as editors and other programs expect it: ``path:line:column: severity[name] message``."""

from collections.abc import Collection

from gradproof.diagnostic import Assumption, FileReport, LineReport
from gradproof.render.styled import Row, Style, clean, coloured, plain
from gradproof.render.tally import doubtful, unexplained
from gradproof.render.whereabouts import Whereabouts


def render_file(file: FileReport, *, colour: bool = False, counted: Collection[str] = ()) -> str:
    """Return the findings of one file, in the order of the text.

    Lines that are undecided or unread are told where they count as errors, that is where `counted` has
    ``undecided`` or ``unread``.
    """
    if file.error is not None:
        row: Row = (
            (f"{clean(file.path)}: ", "path"),
            ("error", "error"),
            (f": {clean(file.error)}", ""),
        )
        return coloured([row]) if colour else plain([row])
    where = Whereabouts(file)
    told: list[tuple[int, int, Row]] = []
    for finding in file.findings:
        style: Style = "note" if finding.severity == "note" else finding.severity
        head = f"{where.header(finding.place, finding.span)}: "
        name = f"{finding.severity}[{finding.mistake}]"
        row = ((head, "path"), (name, style), (f" {clean(finding.message)}", ""))
        told.append((finding.place.source, finding.span.start, row))
    for line in unexplained(file):
        told.append(_doubt(line, where, "error", "the line is refuted"))
    for item in doubtful(file, counted):
        name = item.verdict if isinstance(item, LineReport) else "unread"
        told.append(_doubt(item, where, name, _reason(item)))
    told.sort(key=lambda t: t[:2])
    rows = [row for _, _, row in told]
    return coloured(rows) if colour else plain(rows)


def _reason(item: LineReport | Assumption) -> str:
    if isinstance(item, Assumption):
        return item.message
    return item.reason or "no reason was recorded"


def _doubt(
    item: LineReport | Assumption, where: Whereabouts, name: str, message: str
) -> tuple[int, int, Row]:
    style: Style = "error" if name == "error" else "doubt"
    head = f"{where.header(item.place, item.span)}: "
    row: Row = ((head, "path"), (name, style), (f" {clean(message)}", ""))
    return item.place.source, item.span.start, row
