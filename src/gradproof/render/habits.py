"""The habits of the field that decide where neither a declaration nor the use in the document does."""

from collections.abc import Iterable
from textwrap import wrap
from typing import Final

from gradproof.notation.elaborate.symbols import ALIASES, HABIT_INDICES, SIGMOIDS
from gradproof.notation.grammar import HABIT_CALLABLES
from gradproof.notation.grammar.habits import ARGUMENT_ONLY, CERTAIN_CALLABLES, PRODUCT_LETTERS

_WIDTH: Final = 100

_ORDER: Final = (
    "A declaration wins (--declare, or in the document), then the use elsewhere in the document, then these. "
    "What was taken by habit and matters is told in a note; where two readings remain and the verdict would "
    "differ, the line is undecided."
)
_OTHERS: Final = (
    ("log", "is the natural logarithm"),
    ("\\sigma", "with an argument is the logistic function 1/(1 + e^-x) unless it is defined; so are "
     + ", ".join(sorted(SIGMOIDS - {"\\sigma"}))),
    ("e", "is Euler's number where it stands before an exponent and is not defined"),
    ("arrays", "a name is an array where it is transposed, stands beside ⊙ or :, in a norm, trace or determinant, "
     "or where a definition or declaration says so; a capital or bold letter alone does not make one"),
    ("families", "a name with an index letter (y_i, x^{(i)}, W_{jk}) is a family over it; a number in its place is an "
     "index where the same name also carries a letter, and part of the name elsewhere"),
    ("labels", "a name that weighs one term by itself and another by its complement, y·a + (1-y)·b, lies in [0, 1]"),
    ("sums", "a sum reaches to the end of the terms that use its index"),
    ("d/dx", "acts on the product that follows and ends at the next + or -"),
)  # fmt: skip


def render() -> str:
    """Return the habits as text, from the tables that the reader uses."""
    parts = [
        _paragraph("", _ORDER),
        "Functions, before a round bracket:\n" + _table(sorted(HABIT_CALLABLES.items())),
        _paragraph("never a factor there: ", " ".join(sorted(CERTAIN_CALLABLES))),
        _paragraph(
            "a factor before a sum that starts with a number, as in p(1-q): ",
            " ".join(sorted(ARGUMENT_ONLY)),
        ),
        _paragraph("Factors, before a bracket with a sum: ", " ".join(sorted(PRODUCT_LETTERS))),
        _paragraph(
            "Indices, without a range or a sum that says so: ", " ".join(sorted(HABIT_INDICES))
        ),
        "Other names of functions:\n" + _table((a, f"is {b}") for a, b in sorted(ALIASES.items())),
        "Readings:\n" + _table(_OTHERS),
    ]
    return "\n".join(parts)


def _table(rows: Iterable[tuple[str, str]]) -> str:
    known = list(rows)
    wide = min(max(len(name) for name, _ in known), 12)
    return "".join(_paragraph(f"  {name:<{wide}}  ", text) for name, text in known)


def _paragraph(head: str, text: str) -> str:
    indent = " " * (len(head) if head.startswith(" ") else 2 if head else 0)
    return (
        "\n".join(wrap(head + text, _WIDTH, subsequent_indent=indent, break_on_hyphens=False))
        + "\n"
    )
