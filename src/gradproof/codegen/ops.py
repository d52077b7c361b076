"""The operations of generated code: a closed union of frozen values over references to earlier ones.

A graph holds each operation once, so that equal parts of a formula are one node. Products of every kind
(of numbers, entry by entry, of matrices, sums, transposes, traces, diagonals) are one operation, `Contract`.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, final

from gradproof.codegen.dims import Dim, Shape

Ref = int
"""The number of a node in its graph."""


Form = Literal["general", "symmetric", "semidefinite", "definite"]
"""What a square matrix is known to be, each one more than the one before (the last two: positive)."""
Sign = Literal["any", "nonnegative", "positive"]


@final
@dataclass(frozen=True, slots=True)
class Arg:
    """An operand: a node, and on which axis of the operation each of its axes lies.

    One axis named twice takes the diagonal; an axis of the operation that no operand names is broadcast.
    """

    ref: Ref
    axes: tuple[int, ...]


@final
@dataclass(frozen=True, slots=True)
class Term:
    """A term of a sum: a number times an operand."""

    coef: Fraction
    ref: Ref
    axes: tuple[int, ...]


@final
@dataclass(frozen=True, slots=True)
class Input:
    """A symbol, by its TeX name; what is declared of it: of a matrix its form, of the entries their sign."""

    name: str
    shape: Shape
    form: Form = "general"
    sign: Sign = "any"


@final
@dataclass(frozen=True, slots=True)
class Number:
    """An exact number."""

    value: Fraction


@final
@dataclass(frozen=True, slots=True)
class Constant:
    """A named real constant."""

    name: Literal["pi", "e"]


@final
@dataclass(frozen=True, slots=True)
class Extent:
    """A size, as a number."""

    dim: Dim


@final
@dataclass(frozen=True, slots=True)
class Positions:
    """The values ``origin, origin + 1, …`` of an index."""

    dim: Dim
    origin: int


@final
@dataclass(frozen=True, slots=True)
class Eye:
    """The Kronecker delta of two axes of one size."""

    dim: Dim


@final
@dataclass(frozen=True, slots=True)
class Add:
    """The sum of terms, entry by entry."""

    terms: tuple[Term, ...]
    shape: Shape


@final
@dataclass(frozen=True, slots=True)
class Contract:
    """``coef · Σ Π args``: axes ``0 … rank-1`` are those of the result, over the others is summed."""

    coef: Fraction
    args: tuple[Arg, ...]
    dims: Shape
    rank: int


@final
@dataclass(frozen=True, slots=True)
class Map:
    """A function of numbers, by its name in `codegen.functions`, entry by entry."""

    fn: str
    args: tuple[Arg, ...]
    shape: Shape


AlongName = Literal[
    "softmax", "logsoftmax", "logsumexp", "maximum", "minimum", "product"
]  # fmt: skip


@final
@dataclass(frozen=True, slots=True)
class Along:
    """A function of the vectors along the last axis; `softmax` and `logsoftmax` keep it, the others drop it."""

    fn: AlongName
    arg: Ref
    shape: Shape


@final
@dataclass(frozen=True, slots=True)
class Inverse:
    """The inverse of the matrices on the last two axes."""

    arg: Ref
    shape: Shape


@final
@dataclass(frozen=True, slots=True)
class Determinant:
    """The determinant of the matrices on the last two axes; `log` for its logarithm, without over- or underflow."""

    arg: Ref
    shape: Shape
    log: bool = False


@final
@dataclass(frozen=True, slots=True)
class Cholesky:
    """The lower triangular factor L of the positive definite matrices ``L Lᵀ`` on the last two axes."""

    arg: Ref
    shape: Shape


@final
@dataclass(frozen=True, slots=True)
class Solve:
    """``arg⁻¹ right`` on the last two axes of both (`vector`: on the last one of `right`).

    Where `factor` is set, `arg` is a Cholesky factor L and the result ``(L Lᵀ)⁻¹ right``.
    """

    arg: Ref
    right: Ref
    shape: Shape
    vector: bool = False
    factor: bool = False


@final
@dataclass(frozen=True, slots=True)
class Reshape:
    """The same entries in row order, in another shape."""

    arg: Ref
    shape: Shape


@final
@dataclass(frozen=True, slots=True)
class Slice:
    """The places ``start … start + length - 1`` of one axis."""

    arg: Ref
    axis: int
    start: Dim
    shape: Shape


@final
@dataclass(frozen=True, slots=True)
class Pad:
    """An array laid on one axis from `start` on, with zeros around it."""

    arg: Ref
    axis: int
    start: Dim
    shape: Shape


Op = (
    Input | Number | Constant | Extent | Positions | Eye | Add | Contract | Map | Along | Inverse
    | Determinant | Cholesky | Solve | Reshape | Slice | Pad
)  # fmt: skip
