"""Pieces of programs in formulas: ``np.sum(dZ, axis=1, keepdims=True)``."""

from dataclasses import replace
from typing import Final

from gradproof.notation.surface import FormulaRow, Statement, Surface

MODULES: Final = frozenset({"np", "numpy", "torch", "jnp", "tf"})
REDUCTIONS: Final = {"sum": "sum", "mean": "mean", "average": "mean"}
AXES: Final = {"0": "columns", "1": "rows"}


def without_programs(row: FormulaRow) -> FormulaRow:
    """Return a row in which sums and means along an axis are calls of functions that are known."""
    statements = tuple(_statement(s) for s in row.statements)
    return row if statements == row.statements else replace(row, statements=statements)


def _statement(s: Statement) -> Statement:
    sides = tuple(map(_read, s.sides))
    return s if sides == s.sides else replace(s, sides=sides)


def _read(node: Surface) -> Surface:
    args = tuple(map(_read, node.args))
    if args != node.args:
        node = replace(node, args=args)
    own = _along(node)
    if own is not None:
        return own
    return _without_module(node) if node.head == "mul" else node


def _along(node: Surface) -> Surface | None:
    """Read ``sum(A, axis=1, …)`` as the sum along an axis; None for all else."""
    name = _word(node.args[0]) if node.head == "call" else ""
    if name not in REDUCTIONS or len(node.args) < 3:
        return None
    options = {
        _word(a.args[0]): a.args[1] for a in node.args[2:] if a.head == "relation" and a.text == "="
    }
    if len(options) != len(node.args) - 2 or not options.keys() <= {
        "axis",
        "dim",
        "keepdims",
        "keepdim",
    }:
        return None
    axis = options.get("axis", options.get("dim"))
    which = None if axis is None else AXES.get(axis.text)
    if which is None:
        return None
    kept = any(k.startswith("keep") and _word(v) in ("True", "true") for k, v in options.items())
    text = f"{REDUCTIONS[name]} of {which}{' kept' if kept else ''}"
    callee = Surface("function", node.args[0].span, text=text)
    return Surface("call", node.span, (callee, node.args[1]), text)


def _without_module(node: Surface) -> Surface:
    """Drop the name of a module before a sum along an axis: ``np.``, read as letters."""
    out: list[Surface] = []
    gaps = ""
    for k, arg in enumerate(node.args):
        gap = node.text[k - 1] if k else ""
        if arg.head == "call" and " of " in arg.text and gap == "d":
            for size in range(1, len(out) + 1):
                if "".join(map(_word, out[-size:])) in MODULES:
                    del out[-size:]
                    gaps, gap = gaps[: max(len(gaps) - size, 0)], "j"
                    break
        gaps += gap if out else ""
        out.append(arg)
    return out[0] if len(out) == 1 else replace(node, args=tuple(out), text=gaps)


def _word(node: Surface) -> str:
    """Return a word that may have been read as a product of its letters."""
    if node.head == "mul":
        return "".join(map(_word, node.args))
    if node.head == "function":
        return node.text
    return node.name.base if node.head == "name" and node.name is not None else ""
