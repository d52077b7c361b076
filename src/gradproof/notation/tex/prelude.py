"""Macros that many authors use without showing a definition; the author's own definition always wins."""

from collections.abc import Mapping
from types import MappingProxyType

from gradproof.notation.tex.lexer import tokenize
from gradproof.notation.tex.macro import Macro, pieces
from gradproof.notation.tex.tokens import Piece


def _body(text: str) -> tuple[Piece, ...]:
    return pieces(tokenize(text, 0, ())[0])


def _fence(left: str, right: str) -> Macro:
    return Macro(1, _body(rf"\left\{left} #1\right\{right} "), starred=True)


def _derivative(d: str, most: int = 2) -> Macro:
    """The forms with 1 to `most` arguments, and those with an order in square brackets."""
    bodies = (
        _body(rf"\frac{{{d}}}{{{d} #1}}"),
        _body(rf"\frac{{{d} #1}}{{{d} #2}}"),
        _body(rf"\frac{{{d}^2 #1}}{{{d} #2 {d} #3}}"),
    )
    ordered = (
        _body(rf"\frac{{{d}^{{#9}}}}{{{d} #1^{{#9}}}}"),
        _body(rf"\frac{{{d}^{{#9}} #1}}{{{d} #2^{{#9}}}}"),
    )
    return Macro(1, (), starred=True, bodies=bodies[:most], ordered=ordered)


def _prelude() -> dict[str, Macro]:
    table = {
        "norm": _fence("lVert", "rVert"),
        "abs": _fence("lvert", "rvert"),
        "pdv": _derivative(r"\partial", 3),
        "pd": _derivative(r"\partial"),
        "pderiv": _derivative(r"\partial"),
        "dv": _derivative("d"),
        "inner": Macro(
            1,
            (),
            starred=True,
            bodies=(
                _body(r"\left\langle #1\right\rangle "),
                _body(r"\left\langle #1,#2\right\rangle "),
            ),
        ),
        "R": Macro(0, _body(r"\mathbb{R}")),
        "E": Macro(0, _body(r"\mathbb{E}")),
        "bs": Macro(1, _body(r"\boldsymbol{#1}")),
    }
    for name, word in (
        ("tr", "tr"), ("Tr", "Tr"), ("trace", "tr"), ("diag", "diag"), ("softmax", "softmax"),
        ("argmin", "argmin"), ("argmax", "argmax"), ("KL", "KL"), ("relu", "relu"), ("ReLU", "ReLU"),
        ("sigmoid", "sigmoid"), ("rank", "rank"), ("sign", "sign"), ("sgn", "sgn"),
    ):  # fmt: skip
        table[name] = Macro(0, _body(rf"\operatorname{{{word}}}"))
    return table


PRELUDE: Mapping[str, Macro] = MappingProxyType(_prelude())
"""The predefined macros by name."""
