"""A report as a picture (SVG) and as HTML: the same rows as in a terminal, with the same colours."""

from collections.abc import Iterable
from html import escape
from typing import Final

from gradproof.diagnostic import FileReport, Report
from gradproof.render.full import file_rows, render_total
from gradproof.render.styled import Row, Style, clean, lines_of_text

COLUMNS: Final = 110
"""Cells in a line of a picture; longer lines are wrapped."""

_CSS: Final[dict[Style, str]] = {
    "": "",
    "path": "font-weight:bold",
    "error": "font-weight:bold;color:#c01c28",
    "warning": "font-weight:bold;color:#a06000",
    "note": "color:#006d77",
    "good": "color:#26803c",
    "doubt": "color:#a06000",
    "quiet": "opacity:0.65",
    "strong": "font-weight:bold",
}

_SVG: Final = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: "Fira Code", "DejaVu Sans Mono", Menlo, Consolas, monospace;
font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
"""The template that `rich` fills; unlike its own it names no font to be fetched from elsewhere."""


def svg(files: Iterable[FileReport], *, title: str, readings: bool = False) -> str:
    """Return what a terminal shows of `files` as one picture."""
    return picture(_rows(files, readings=readings), title=title)


def picture(rows: Iterable[Row], *, title: str) -> str:
    """Return rows as a terminal shows them, as one picture."""
    from io import StringIO

    from rich.console import Console

    console = Console(
        file=StringIO(),
        record=True,
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
        width=COLUMNS,
        markup=False,
        highlight=False,
        emoji=False,
    )
    for text in lines_of_text(rows):
        console.print(text)
    return console.export_svg(title=clean(title), code_format=_SVG, unique_id="gradproof")


def html(report: Report) -> str:
    """Return `report` as one element of HTML, for notebooks."""
    rows = _rows(report.files, readings=False)
    lines = ("".join(_span(text, style) for text, style in row).rstrip() for row in rows)
    return '<pre class="gradproof" style="line-height:1.4">' + "\n".join(lines) + "</pre>"


def _rows(files: Iterable[FileReport], *, readings: bool) -> list[Row]:
    known = list(files)
    rows: list[Row] = []
    for file in known:
        if rows:
            rows.append(())
        rows += file_rows(file, readings=readings)
    if len(known) != 1:
        total: Row = ((render_total(known).rstrip(), "strong"),)
        rows += ((), total)
    return rows


def _span(text: str, style: Style) -> str:
    return f'<span style="{_CSS[style]}">{escape(text)}</span>' if _CSS[style] else escape(text)
