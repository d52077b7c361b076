"""A derivation as LaTeX and as Markdown: the same rows, aligned, each with the name of its rule."""

from collections.abc import Sequence

from gradproof.deriving import Derivation, Line
from gradproof.spell import relation_tex


def latex(derivation: Derivation, declared: Sequence[str]) -> str:
    r"""Return a fragment of LaTeX that needs ``amsmath``: a sentence with the facts and an ``align*``."""
    said = _facts(declared, r"\(", r"\)")
    return f"{said}{_align(derivation)}\n"


def markdown(derivation: Derivation, declared: Sequence[str]) -> str:
    """Return the same as Markdown, the display between ``$$``."""
    said = _facts(declared, "$", "$")
    return f"{said}$$\n{_align(derivation)}\n$$\n"


def row_tex(line: Line) -> str:
    """Return one line in TeX, without alignment."""
    return relation_tex((line.left, line.right), (line.relation,))


def _facts(declared: Sequence[str], opening: str, closing: str) -> str:
    if not declared:
        return ""
    listed = ", ".join(f"{opening}{fact}{closing}" for fact in declared)
    return f"We derive, where {listed}:\n\n"


def _align(derivation: Derivation) -> str:
    rows: list[str] = []
    for line in derivation.lines:
        right = relation_tex((None, line.right), (line.relation,))
        left = "" if line.left is None else relation_tex((line.left,), ()) + " "
        words = ", ".join((line.rule, *line.also))
        rows.append(rf"{left}&{right} && \text{{{words}}}")
    body = " \\\\\n".join(rows)
    return f"\\begin{{align*}}\n{body}\n\\end{{align*}}"
