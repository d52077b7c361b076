"""A derivation as a page of HTML: MathML, the names of rules beside it, nothing fetched from elsewhere."""

from collections.abc import Sequence
from html import escape
from typing import Final

from gradproof.deriving import Derivation, Line
from gradproof.render.mathml import mathml
from gradproof.spell import relation_tex, to_plain

_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font-family: system-ui, sans-serif; margin: 2rem; max-width: 70rem; }}
table {{ border-collapse: collapse; }}
td {{ padding: 0.35rem 0.5rem; vertical-align: middle; }}
td.left {{ text-align: right; }}
td.rule, p.note {{ color: #006d77; font-size: 0.9rem; }}
math {{ text-align: left; }}
tr.last td {{ font-weight: bold; }}
</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""


def page(derivation: Derivation, declared: Sequence[str], assumptions: Sequence[str]) -> str:
    """Return a derivation as a whole page."""
    title = escape(to_plain(derivation.goal))
    facts = "".join(f"<p>where {mathml(fact)}</p>" for fact in declared)
    last = len(derivation.lines) - 1
    rows = "\n".join(_row(line, last=k == last) for k, line in enumerate(derivation.lines))
    notes = "\n".join(f'<p class="note">{escape(a)}</p>' for a in assumptions)
    return _PAGE.format(title=title, body=f"{facts}<table>\n{rows}\n</table>\n{notes}")


def _row(line: Line, *, last: bool) -> str:
    left = "" if line.left is None else mathml(relation_tex((line.left,), ()))
    right = mathml(relation_tex((None, line.right), (line.relation,)))
    names = ", ".join(escape(name) for name in (line.rule, *line.also))
    note = "" if line.note is None else f"<br>{escape(line.note)}"
    mark = ' class="last"' if last else ""
    return f'<tr{mark}><td class="left">{left}</td><td>{right}</td><td class="rule">{names}{note}</td></tr>'
