"""Decimals that end a calculation: exact only to half a unit of their last digit."""

import math
from collections.abc import Callable, Sequence
from typing import Final

from gradproof.expr import Add, Const, Div, Expr, Fn, Mul, Neg, Num, Pow
from gradproof.notation.elaborate.build import Built
from gradproof.notation.elaborate.symbols import unwrapped
from gradproof.notation.surface import Note, Surface

_FUNCTIONS: Final[dict[str, Callable[[float], float]]] = {
    "exp": math.exp, "log": math.log, "sqrt": math.sqrt, "sin": math.sin, "cos": math.cos,
    "tan": math.tan, "tanh": math.tanh, "sinh": math.sinh, "cosh": math.cosh, "abs": abs,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
}  # fmt: skip
_FEW: Final = 2
"""Figures behind the point from which on a value of symbols may be rounded."""


def rounded(sides: Sequence[Surface], built: Sequence[Built | None]) -> tuple[Note, ...]:
    """Return a note for every side that is a decimal and may be a rounded value of another side.

    Where the other sides are numbers, they are compared to half a unit of the last digit.
    """
    out: list[Note] = []
    for k, side in enumerate(sides):
        figures = _figures(side)
        mine = built[k]
        if not figures or mine is None:
            continue
        value = _value(mine.expr)
        others = [_value(b.expr) for j, b in enumerate(built) if j != k and b is not None]
        if value is None or not others:
            continue
        unit = 10.0**-figures
        near = any(o is not None and abs(o - value) <= unit * 0.5000001 for o in others)
        symbolic = figures >= _FEW and any(o is None for o in others)
        if near or symbolic:
            message = f"a decimal is exact to half a unit of its last digit, here {unit / 2:g}"
            out.append(Note("decimal", message, side.span))
    return tuple(out)


def _figures(side: Surface) -> int:
    """Return the number of figures behind the point of a side that is a decimal; 0 for any other."""
    node = unwrapped(side)
    node = unwrapped(node.args[0]) if node.head == "neg" else node
    return len(node.text.partition(".")[2]) if node.head == "number" else 0


def _value(e: Expr) -> float | None:
    """Return the value of an expression of numbers; None where it is none, or has no finite value."""
    try:
        value = _number(e)
    except (ArithmeticError, ValueError):
        return None
    return value if value is not None and math.isfinite(value) else None


def _number(e: Expr) -> float | None:
    match e:
        case Num(value):
            return float(value)
        case Const(name):
            return math.pi if name == "pi" else math.e
        case Neg(x):
            inner = _number(x)
            return None if inner is None else -inner
        case Add(xs) | Mul(xs):
            found = [_number(x) for x in xs]
            known = [x for x in found if x is not None]
            if len(known) != len(found):
                return None
            return math.fsum(known) if isinstance(e, Add) else math.prod(known)
        case Div(a, b):
            top, bottom = _number(a), _number(b)
            return None if top is None or bottom is None else top / bottom
        case Pow(a, b):
            base, power = _number(a), _number(b)
            if base is None or power is None or (base < 0 and not power.is_integer()):
                return None
            return math.pow(base, power)
        case Fn(name, (x,)) if name in _FUNCTIONS:
            inner = _number(x)
            return None if inner is None else _FUNCTIONS[name](inner)
        case _:
            return None
