"""The layout tree: TeX with macros expanded, scripts attached and groups nested; no mathematics yet."""

from dataclasses import dataclass
from typing import Literal, final

from gradproof.source import Span

LayoutKind = Literal[
    "symbol", "number", "operator", "command", "word", "text", "group", "fraction", "radical",
    "accent", "font", "delimited", "environment", "prime", "ampersand", "newrow", "space", "bar-at",
]  # fmt: skip

LAYOUT: dict[LayoutKind, str] = {
    "symbol": "text: one plain letter of any alphabet; Greek and named letters, also when written in unicode, are "
    "`command`s (sigma, ell)",
    "number": "text: digits with at most one decimal point",
    "operator": "text: one other character: + - * / = ( ) [ ] | , . ; : ! < >; unicode signs are given as the "
    "`command` of the same meaning (≤ is le, · is cdot) and unicode minus as -",
    "command": "text: the command without backslash (alpha, cdot, sum, partial). One name for synonyms: lbrace and "
    "rbrace for \\{ \\}, Vert for \\|, le ge ne, to, leftarrow, ldots or cdots for all dots, notin for \\not\\in; "
    "\\vert, \\lt, \\lbrack … are operators. Unknown commands are kept",
    "word": "text: a word set upright as a name: \\operatorname{diag}, \\mathrm{tr}, {\\rm tr}, \\text{output} used "
    "as a name",
    "text": "text: words of \\text, \\mbox, \\intertext … that are prose, as written with runs of spaces joined",
    "group": "args: the nodes in braces; prose with $…$ inside is a group of texts and nodes",
    "fraction": "args: numerator group, denominator group (\\frac, \\over, …)",
    "radical": "args: radicand group, then the degree group where written",
    "accent": "text: hat, bar, tilde, vec, dot, ddot, check, … (wide forms alike); args: one group",
    "font": "text: mathbf, boldsymbol (also \\bm), mathbb, mathcal, mathscr, mathfrak, mathrm, mathit, mathsf, "
    "mathtt, mathnormal; args: one group",
    "delimited": "text: the two delimiters of \\left … \\right separated by a space, . for none, commands as above "
    "(lbrace rbrace, langle rangle, lVert rVert, Vert Vert, | |); args: the inside",
    "environment": "text: its name without star (also eqalign, cases … in plain TeX's form); args: the inside, with "
    "newrow and ampersand nodes",
    "prime": "text: number of primes, as a digit string (only inside superscript groups)",
    "ampersand": "alignment mark",
    "newrow": "\\\\ or \\cr",
    "space": "\\quad, \\qquad or wider",
    "bar-at": "reserved",
}
"""What the fields of each kind hold.

Scripts are always groups, also around a single token. A script without a base has an empty group before it;
a script after a closing bracket belongs to the bracket's node. Thin spaces, sizes of delimiters, tags, labels,
comments and annotations of braces are left out of the tree.
"""


@final
@dataclass(frozen=True, slots=True)
class Layout:
    """A node of the layout tree; `sub` and `sup` are the scripts attached to it (groups).

    `span` covers the node with its arguments and scripts. What a macro's body produced has the place of the
    whole call; its arguments have their own places.
    """

    kind: LayoutKind
    span: Span
    text: str = ""
    args: tuple["Layout", ...] = ()
    sub: "Layout | None" = None
    sup: "Layout | None" = None
