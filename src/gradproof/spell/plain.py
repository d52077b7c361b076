"""Mathematics as one line of unicode text, for terminals and messages."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import ClassVar, Literal, final

from gradproof.spell.letters import raised
from gradproof.spell.names import name_plain, subscript_plain
from gradproof.spell.opaque import PLAIN, templated
from gradproof.spell.piece import Level, Piece
from gradproof.spell.style import Symbol

_NO_LABEL = re.compile(r"^-|[/·()\[|‖^]")
"""What stands in an exponent but never in a label such as ``(i)`` or ``(l+1)``."""

_SYMBOLS: Mapping[Symbol, str] = MappingProxyType(
    {
        "cdot": "·", "odot": "⊙", "otimes": "⊗", "colon": ":", "ones": "𝟏", "identity": "I",
        "delta": "δ", "pi": "π",
    }
)  # fmt: skip
_RELATIONS: Mapping[str, str] = MappingProxyType(
    {
        "=": "=", ":=": ":=", "<-": "←", "==": "≡", "~~": "≈", "prop": "∝", "<": "<", "<=": "≤",
        ">": ">", ">=": "≥", "!=": "≠", "in": "∈", "notin": "∉", "subset": "⊂", "~": "~",
        "->": "→", "mapsto": "↦", "=>": "⇒", "<=>": "⇔", ":": ":",
        "succ": "≻", "succeq": "⪰", "prec": "≺", "preceq": "⪯",
    }
)  # fmt: skip


@final
@dataclass(frozen=True, slots=True)
class PlainStyle:
    """The unicode spelling; methods as in `Style`."""

    symbols: ClassVar[Mapping[Symbol, str]] = _SYMBOLS
    relations: ClassVar[Mapping[str, str]] = _RELATIONS

    def bracket(self, text: str) -> str:
        """``(a + b)``."""
        return f"({text})"

    def name(self, name: str, indices: str = "", primes: int = 0) -> str:
        """See `name_plain`."""
        return name_plain(name, indices, primes)

    def join_indices(self, indices: Sequence[str], *, letters: bool) -> str:
        """``ij`` of single letters, else with commas; spaces are dropped."""
        if letters and all(len(x) == 1 for x in indices):
            return "".join(indices)
        return ",".join(indices).replace(" ", "")

    def subscripted(self, base: str, indices: str) -> str:
        """``(A z)ᵢ``."""
        return base + subscript_plain(indices)

    def juxtapose(self, left: Piece, right: Piece) -> str:
        """A space, or nothing after a number and before a bracket that cannot make a call."""
        if left.tail == "number" or (left.text[-1] in ")ᵀ¹" and right.text[0] == "("):
            return ""
        return " "

    def number(self, value: Fraction) -> Piece:
        """``3``, ``3/10``."""
        level = Level.ATOM if value.denominator == 1 else Level.PROD
        return Piece(str(value), level, "number")

    def fraction(self, num: Piece, den: Piece) -> Piece:
        """``a/b``."""
        return Piece(f"{self._at_least(num)}/{self._at_least(den)}", Level.PROD)

    def power(self, base: Piece, exponent: Piece) -> Piece:
        """``x²``, ``x^n``, ``x^(1/2)``; ``x^{m + 1}``, which in round brackets would be a label."""
        text = exponent.text
        digits = raised(text) if text.lstrip("-").isdecimal() and text.isascii() else None
        if digits is not None:
            return Piece(base.text + digits, Level.TERM)
        if len(text) > 1:
            text = f"({text})" if _NO_LABEL.search(text) else f"{{{text}}}"
        return Piece(f"{base.text}^{text}", Level.TERM)

    def transposed(self, base: str) -> str:
        """``Xᵀ``."""
        return f"{base}ᵀ"

    def pseudo_inverse(self, base: str) -> str:
        """``A⁺``."""
        return f"{base}⁺"

    def inverse(self, base: str) -> str:
        """``A⁻¹``."""
        return f"{base}⁻¹"

    def exponential(self, arg: Piece) -> Piece:
        """``exp(-h)``."""
        return Piece(f"exp({arg.text})", Level.TERM)

    def root(self, arg: Piece, degree: Piece | None) -> Piece:
        """``sqrt(x)``, ``∛(x)``, ``√[n](x)``."""
        if degree is None:
            return Piece(f"sqrt({arg.text})", Level.TERM)
        sign = {"3": "∛", "4": "∜"}.get(degree.text, f"√[{degree.text}]")
        return Piece(f"{sign}({arg.text})", Level.TERM)

    def absolute(self, arg: Piece) -> Piece:
        """``|x|``; in words where bars stand inside."""
        if "|" in arg.text:
            return Piece(f"abs({arg.text})", Level.TERM)
        return Piece(f"|{arg.text}|", Level.ATOM)

    def norm(self, arg: Piece, order: str) -> Piece:
        """``‖x‖₂``; brackets keep nested norms apart."""
        inside = self.bracket(arg.text) if "‖" in arg.text else arg.text
        return Piece(f"‖{inside}‖{subscript_plain('∞' if order == 'inf' else order)}", Level.ATOM)

    def head(self, function: str, base: str | None = None) -> str:
        """``log``, ``σ``, ``log₂``."""
        out = "σ" if function == "sigmoid" else function
        return out if base is None else out + subscript_plain(base)

    def range_operator(self, kind: Literal["sum", "prod"], below: str, above: str) -> str:
        """``∑ᵢ``, ``∑_{i=1}^{m}``: the sign, not the letter Σ, which names a matrix."""
        sign = "∑" if kind == "sum" else "∏"
        if not above:
            return sign + subscript_plain(below)
        return f"{sign}_{{{below}}}^{{{above}}}"

    def derivative(
        self, body: Piece | None, wrt: Sequence[tuple[Piece, int]], order: int, *, partial: bool
    ) -> Piece:
        """``∂²f/∂x∂y``, ``d/dx``; ``d²f/dx dy``, because letters run together would be one word."""
        d = "∂" if partial else "d"
        below = ("" if partial else " ").join(
            self._d(d, x.text) if n == 1 else self._d(d, x.text) + (raised(str(n)) or "")
            for x, n in wrt
        )
        above = d if order == 1 else d + (raised(str(order)) or "")
        if body is not None:
            above = self._d(above, body.text)
        return Piece(f"{above}/{below}", Level.PROD)

    def differential(self, body: Piece, *, name: bool) -> str:
        """``dŷ``; ``d(log(x))``, because a word after ``d`` would be one with it."""
        return self._d("d", body.text) if name else f"d({body.text})"

    def nabla(self, wrt: str, order: int) -> str:
        """``∇_w``, ``∇²_w``."""
        out = "∇" if order == 1 else "∇" + (raised(str(order)) or "")
        return out + subscript_plain(wrt) if wrt else out

    def indicator(self, condition: str) -> Piece:
        """``1[y = k]``."""
        return Piece(f"1[{condition}]", Level.TERM)

    def branch(self, value: str, condition: str | None) -> str:
        """``a if x > 0``, ``b otherwise``."""
        return f"{value} otherwise" if condition is None else f"{value} if {condition}"

    def cases(self, branches: Sequence[str]) -> Piece:
        """``{a if x > 0; b otherwise}``."""
        return Piece(f"{{{'; '.join(branches)}}}", Level.TERM)

    def at(self, body: Piece, point: str) -> Piece:
        """``(…)|_{x=a}``."""
        return Piece(f"{self._at_least(body)}|_{{{point}}}", Level.PREFIX)

    def where(self, body: str, definition: str) -> Piece:
        """``body where name = value``."""
        return Piece(f"{body} where {definition}", Level.LET)

    def row(self, cells: Sequence[str]) -> str:
        """Cells with commas."""
        return ", ".join(cells)

    def matrix(self, rows: Sequence[str]) -> Piece:
        """``[a, b; c, d]``."""
        return Piece(f"[{'; '.join(rows)}]", Level.ATOM)

    def opaque(self, head: str, args: Sequence[str]) -> Piece:
        """By the table of notations, else ``head(…)``; a tuple is bare brackets."""
        text = templated(PLAIN, head, args)
        if text is not None:
            return Piece(text, Level.ADD)
        if head == "tuple":
            return Piece(f"({', '.join(args)})", Level.ATOM)
        return Piece(f"{name_plain(head.replace(' ', '-'))}({', '.join(args)})", Level.TERM)

    def _at_least(self, x: Piece) -> str:
        return x.text if x.level >= Level.TERM and not x.open else self.bracket(x.text)

    @staticmethod
    def _d(sign: str, text: str) -> str:
        """Write `sign` before a name; brackets keep a word of letters from running into it."""
        word = len(text) > 1 and text[:2].isascii() and text[:2].isalpha()
        return f"{sign}({text})" if word else sign + text
