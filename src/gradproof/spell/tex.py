"""Mathematics as TeX, for display mode, with `amsmath` commands."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import ClassVar, Literal, final

from gradproof.spell.names import join_indices, name_tex, script_tex
from gradproof.spell.opaque import TEX, templated
from gradproof.spell.piece import Level, Piece
from gradproof.spell.style import Symbol

_TALL = re.compile(r"\\(?:frac|sum|prod|begin|left|sqrt)")
_COMMANDS = frozenset(
    {
        "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sec", "csc", "cot", "arcsin",
        "arccos", "arctan", "max", "min", "det", "exp",
    }
)  # fmt: skip
_LONG_EXPONENT = 28

_SYMBOLS: Mapping[Symbol, str] = MappingProxyType(
    {
        "cdot": r" \cdot ", "odot": r"\odot", "otimes": r"\otimes", "colon": ":",
        "ones": r"\mathbf{1}", "identity": "I", "delta": r"\delta", "pi": r"\pi",
    }
)  # fmt: skip
_RELATIONS: Mapping[str, str] = MappingProxyType(
    {
        "=": "=", ":=": ":=", "<-": r"\leftarrow", "==": r"\equiv", "~~": r"\approx",
        "prop": r"\propto", "<": "<", "<=": r"\le", ">": ">", ">=": r"\ge", "!=": r"\ne",
        "in": r"\in", "notin": r"\notin", "subset": r"\subset", "~": r"\sim", "->": r"\to",
        "mapsto": r"\mapsto", "=>": r"\Rightarrow", "<=>": r"\Leftrightarrow", ":": ":",
        "succ": r"\succ", "succeq": r"\succeq", "prec": r"\prec", "preceq": r"\preceq",
    }
)  # fmt: skip


@final
@dataclass(frozen=True, slots=True)
class TexStyle:
    """The TeX spelling; methods as in `Style`."""

    symbols: ClassVar[Mapping[Symbol, str]] = _SYMBOLS
    relations: ClassVar[Mapping[str, str]] = _RELATIONS

    def bracket(self, text: str) -> str:
        r"""Brackets grow, by ``\left`` and ``\right``, around what is taller than a line."""
        return rf"\left({text}\right)" if _TALL.search(text) else f"({text})"

    def name(self, name: str, indices: str = "", primes: int = 0) -> str:
        """See `name_tex`."""
        return name_tex(name, indices, primes)

    def join_indices(self, indices: Sequence[str], *, letters: bool) -> str:
        """See `join_indices`."""
        return join_indices(tuple(indices)) if letters else ",".join(indices)

    def subscripted(self, base: str, indices: str) -> str:
        """``(Az)_i``."""
        return f"{base}_{script_tex(indices)}"

    def juxtapose(self, left: Piece, right: Piece) -> str:
        """A space, or nothing where the tokens keep apart without."""
        if left.tail == "number" and left.text[-1] != "}":
            return ""
        if right.text[0] in "(\\" and left.text[-1] in ")}":
            return ""
        return " "

    def number(self, value: Fraction) -> Piece:
        r"""``3``, ``\frac{3}{10}``."""
        if value.denominator == 1:
            return Piece(str(value.numerator), Level.ATOM, "number")
        return Piece(rf"\frac{{{value.numerator}}}{{{value.denominator}}}", Level.TERM, "number")

    def fraction(self, num: Piece, den: Piece) -> Piece:
        r"""``\frac{a}{b}``."""
        return Piece(rf"\frac{{{num.text}}}{{{den.text}}}", Level.TERM)

    def power(self, base: Piece, exponent: Piece) -> Piece:
        """``x^2``."""
        return Piece(f"{base.text}^{script_tex(exponent.text)}", Level.TERM)

    def transposed(self, base: str) -> str:
        r"""``X^{\top}``."""
        return rf"{base}^{{\top}}"

    def inverse(self, base: str) -> str:
        """``A^{-1}``."""
        return f"{base}^{{-1}}"

    def pseudo_inverse(self, base: str) -> str:
        """``A^{+}``."""
        return f"{base}^{{+}}"

    def exponential(self, arg: Piece) -> Piece:
        r"""``e^{-h}``, or ``\exp`` where the exponent is long."""
        if len(arg.text) > _LONG_EXPONENT or arg.level < Level.ADD:
            return Piece(r"\exp" + self.bracket(arg.text), Level.TERM)
        return Piece(f"e^{script_tex(arg.text)}", Level.TERM)

    def root(self, arg: Piece, degree: Piece | None) -> Piece:
        r"""``\sqrt{x}``, ``\sqrt[3]{x}``."""
        index = "" if degree is None else f"[{degree.text}]"
        return Piece(rf"\sqrt{index}{{{arg.text}}}", Level.TERM)

    def absolute(self, arg: Piece) -> Piece:
        r"""``\left|x\right|``."""
        return Piece(rf"\left|{arg.text}\right|", Level.ATOM)

    def norm(self, arg: Piece, order: str) -> Piece:
        r"""``\left\|x\right\|_2``."""
        below = r"{\infty}" if order == "inf" else order
        return Piece(rf"\left\|{arg.text}\right\|_{below}", Level.ATOM)

    def head(self, function: str, base: str | None = None) -> str:
        r"""``\log``, ``\sigma``, ``\operatorname{softplus}``."""
        if function in _COMMANDS:
            out = f"\\{function}"
        elif function == "sigmoid":
            out = r"\sigma"
        else:
            out = rf"\operatorname{{{function}}}"
        return out if base is None else f"{out}_{script_tex(base)}"

    def range_operator(self, kind: Literal["sum", "prod"], below: str, above: str) -> str:
        r"""``\sum_{i=1}^m``."""
        out = rf"\{kind}_{script_tex(below)}"
        return f"{out}^{script_tex(above)}" if above else out

    def derivative(
        self, body: Piece | None, wrt: Sequence[tuple[Piece, int]], order: int, *, partial: bool
    ) -> Piece:
        r"""``\frac{\partial^2 f}{\partial x\,\partial y}``."""
        d = r"\partial " if partial else "d"
        power = f"^{script_tex(str(order))}" if order > 1 else ""
        below = r"\,".join(
            d + (x.text if n == 1 else f"{x.text}^{script_tex(str(n))}") for x, n in wrt
        )
        above = d if not power else f"{d.rstrip()}{power} "
        above = above.rstrip() if body is None else above + body.text
        return Piece(rf"\frac{{{above}}}{{{below}}}", Level.TERM, "name")

    def differential(self, body: Piece, *, name: bool) -> str:
        r"""``d\hat y``, ``d\log(x)``."""
        return f"d{body.text}"

    def nabla(self, wrt: str, order: int) -> str:
        r"""``\nabla_w``, ``\nabla^2_w``."""
        out = r"\nabla" if order == 1 else rf"\nabla^{script_tex(str(order))}"
        return f"{out}_{script_tex(wrt)}" if wrt else out

    def indicator(self, condition: str) -> Piece:
        r"""``\mathbf{1}\{y = k\}``."""
        return Piece(rf"\mathbf{{1}}\{{{condition}\}}", Level.TERM)

    def branch(self, value: str, condition: str | None) -> str:
        """One row: value, ampersand, condition."""
        return value + (r" & \text{otherwise}" if condition is None else f" & {condition}")

    def cases(self, branches: Sequence[str]) -> Piece:
        """The environment ``cases``."""
        return Piece(_environment("cases", branches), Level.TERM)

    def at(self, body: Piece, point: str) -> Piece:
        r"""``\left.f\right|_{x=a}``."""
        return Piece(rf"\left.{body.text}\right|_{{{point}}}", Level.PREFIX)

    def where(self, body: str, definition: str) -> Piece:
        """``body where name = value``."""
        return Piece(rf"{body} \quad\text{{where }} {definition}", Level.LET)

    def row(self, cells: Sequence[str]) -> str:
        """Cells with ampersands."""
        return " & ".join(cells)

    def matrix(self, rows: Sequence[str]) -> Piece:
        """The environment ``bmatrix``."""
        return Piece(_environment("bmatrix", rows), Level.ATOM)

    def opaque(self, head: str, args: Sequence[str]) -> Piece:
        r"""By the table of notations, else ``\operatorname{head}(…)``; a tuple is bare brackets."""
        text = templated(TEX, head, args)
        if text is not None:
            return Piece(text, Level.ADD)
        if head == "tuple":
            return Piece(self.bracket(", ".join(args)), Level.ATOM)
        word = head if head.startswith("\\") else rf"\operatorname{{{head.replace('_', ' ')}}}"
        return Piece(word + self.bracket(", ".join(args)), Level.TERM)


def _environment(name: str, rows: Sequence[str]) -> str:
    inside = r" \\ ".join(rows)
    return rf"\begin{{{name}}} {inside} \end{{{name}}}"
