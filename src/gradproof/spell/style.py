"""What differs between the ways of writing: glyphs, layout of fractions, scripts, brackets."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import ClassVar, Literal, Protocol

from gradproof.spell.piece import Piece

Symbol = Literal["cdot", "odot", "otimes", "colon", "ones", "identity", "delta", "pi"]


class Style(Protocol):
    """A way of writing mathematics.

    `symbols` spells the signs that need no layout, `relations` the relation signs, keyed by their
    names in ASCII. Methods take spelled parts and return text or a piece; brackets that the precedence of the parts
    asks for have been put where the layout is one-dimensional in both styles.
    """

    symbols: ClassVar[Mapping[Symbol, str]]
    relations: ClassVar[Mapping[str, str]]

    def bracket(self, text: str) -> str:
        """Put round brackets around `text`."""
        ...

    def name(self, name: str, indices: str = "", primes: int = 0) -> str:
        """Spell a name with joined indices."""
        ...

    def join_indices(self, indices: Sequence[str], *, letters: bool) -> str:
        """Join spelled indices; `letters` tells that each is a bare index letter."""
        ...

    def subscripted(self, base: str, indices: str) -> str:
        """Attach joined indices to a bracketed expression."""
        ...

    def juxtapose(self, left: Piece, right: Piece) -> str:
        """Return what to write between two factors that need no dot."""
        ...

    def number(self, value: Fraction) -> Piece:
        """Spell a rational number that is not negative."""
        ...

    def fraction(self, num: Piece, den: Piece) -> Piece:
        """Spell a quotient."""
        ...

    def power(self, base: Piece, exponent: Piece) -> Piece:
        """Spell a power; the base is bracketed as needed."""
        ...

    def transposed(self, base: str) -> str:
        """Spell a transpose."""
        ...

    def inverse(self, base: str) -> str:
        """Spell a matrix inverse."""
        ...

    def pseudo_inverse(self, base: str) -> str:
        """Spell a pseudo-inverse."""
        ...

    def exponential(self, arg: Piece) -> Piece:
        """Spell the exponential function."""
        ...

    def root(self, arg: Piece, degree: Piece | None) -> Piece:
        """Spell a root, a square root where `degree` is None."""
        ...

    def absolute(self, arg: Piece) -> Piece:
        """Spell an absolute value."""
        ...

    def norm(self, arg: Piece, order: str) -> Piece:
        """Spell a norm of order 1, 2, inf or F."""
        ...

    def head(self, function: str, base: str | None = None) -> str:
        """Spell the name of a known function, with the base of a logarithm below it."""
        ...

    def range_operator(self, kind: Literal["sum", "prod"], below: str, above: str) -> str:
        """Spell the sign of a sum or product with its scripts."""
        ...

    def derivative(
        self, body: Piece | None, wrt: Sequence[tuple[Piece, int]], order: int, *, partial: bool
    ) -> Piece:
        """Spell a derivative as a fraction; a bare operator where `body` is None."""
        ...

    def differential(self, body: Piece, *, name: bool) -> str:
        """Spell a differential; `name` tells that `body` is a name, not a function application."""
        ...

    def nabla(self, wrt: str, order: int) -> str:
        """Spell the gradient operator."""
        ...

    def indicator(self, condition: str) -> Piece:
        """Spell an indicator."""
        ...

    def branch(self, value: str, condition: str | None) -> str:
        """Spell one row of a case distinction; a condition None is "otherwise"."""
        ...

    def cases(self, branches: Sequence[str]) -> Piece:
        """Spell a case distinction of spelled rows."""
        ...

    def at(self, body: Piece, point: str) -> Piece:
        """Spell a value at a point."""
        ...

    def where(self, body: str, definition: str) -> Piece:
        """Spell a formula with a definition after it."""
        ...

    def row(self, cells: Sequence[str]) -> str:
        """Spell one row of a matrix."""
        ...

    def matrix(self, rows: Sequence[str]) -> Piece:
        """Spell a matrix of spelled rows."""
        ...

    def opaque(self, head: str, args: Sequence[str]) -> Piece:
        """Spell what was read but not understood."""
        ...
