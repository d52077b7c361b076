r"""Spelling what was read but is not evaluated: expectations, integrals, ``arg min``, ``p(y | x)``.

The heads are those of the surface tree. They are spelled for the reader of a report; what has no
notation here is written as a function named by its head.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

Table = Mapping[tuple[str, int], str]
"""Templates by head and number of arguments; ``{0}`` is the first argument."""

TEX: Table = MappingProxyType(
    {
        ("expect", 1): r"\mathbb{{E}}\left[{0}\right]",
        ("expect", 2): r"\mathbb{{E}}_{{{1}}}\left[{0}\right]",
        ("sim", 2): r"{0} \sim {1}",
        ("given", 2): r"{0} \mid {1}",
        ("integral", 1): r"\int {0}",
        ("integral", 2): r"\int {0}\,d{1}",
        ("integral", 4): r"\int_{{{2}}}^{{{3}}} {0}\,d{1}",
        ("argmin", 1): r"\arg\min {0}",
        ("argmin", 2): r"\arg\min_{{{1}}} {0}",
        ("argmax", 1): r"\arg\max {0}",
        ("argmax", 2): r"\arg\max_{{{1}}} {0}",
        ("determinant", 1): r"\left|{0}\right|",
        ("factorial", 1): r"\left({0}\right)!",
        ("dots", 0): r"\dots",
        ("hole", 0): r"\square",
    }
)

PLAIN: Table = MappingProxyType(
    {
        ("expect", 1): "E[{0}]",
        ("expect", 2): "E_{{{1}}}[{0}]",
        ("sim", 2): "{0} ~ {1}",
        ("given", 2): "{0} | {1}",
        ("integral", 1): "∫ {0}",
        ("integral", 2): "∫ {0} d{1}",
        ("integral", 4): "∫_{{{2}}}^{{{3}}} {0} d{1}",
        ("argmin", 1): "argmin {0}",
        ("argmin", 2): "argmin_{{{1}}} {0}",
        ("argmax", 1): "argmax {0}",
        ("argmax", 2): "argmax_{{{1}}} {0}",
        ("determinant", 1): "|{0}|",
        ("factorial", 1): "({0})!",
        ("dots", 0): "…",
        ("hole", 0): "□",
    }
)


def templated(table: Table, head: str, args: Sequence[str]) -> str | None:
    """Fill the template of a head; None where there is none.

    >>> templated(PLAIN, "given", ["y", "x"])
    'y | x'
    """
    kind, _, text = head.partition(" ")
    if kind in ("set", "interval", "space"):
        return _collection(kind, text, args, tex=table is TEX)
    template = table.get((head, len(args)))
    return None if template is None else template.format(*args)


def _collection(kind: str, text: str, args: Sequence[str], *, tex: bool) -> str:
    """Spell a set, an interval with its two brackets, or a space with its sizes."""
    if kind == "space":
        letter = rf"\mathbb{{{text}}}" if tex else text
        if not args:
            return letter
        sizes = (r" \times " if tex else "×").join(args)
        return f"{letter}^{{{sizes}}}" if tex or len(sizes) > 1 else f"{letter}^{sizes}"
    joined = ", ".join(args)
    if kind == "set":
        return rf"\{{{joined}\}}" if tex else f"{{{joined}}}"
    left, right = (text[0], text[-1]) if len(text) > 1 else ("(", ")")
    return f"{left}{joined}{right}"
