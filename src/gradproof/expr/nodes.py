"""The typed expression tree: a closed union of frozen nodes, never rewritten on construction.

Nodes carry no spans (origins are kept beside the tree, keyed by path) and no domains (those are
declarations). Every walk over the union is a ``match`` that ends in ``assert_never``.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, final

from gradproof.expr.functions import FunctionName
from gradproof.expr.sizes import SCALAR, Space


@final
@dataclass(frozen=True, slots=True)
class Num:
    """A rational number, exact."""

    value: Fraction


@final
@dataclass(frozen=True, slots=True)
class Const:
    """A named real constant: ``pi`` or ``e``."""

    name: Literal["pi", "e"]


@final
@dataclass(frozen=True, slots=True)
class Sym:
    r"""A symbol with its space; `name` is its TeX spelling without font, e.g. ``\hat y``."""

    name: str
    space: Space = SCALAR


@final
@dataclass(frozen=True, slots=True)
class Idx:
    """An index variable (an integer), free or bound by a sum; `name` is its TeX spelling."""

    name: str


@final
@dataclass(frozen=True, slots=True)
class Neg:
    """``-arg``."""

    arg: "Expr"


@final
@dataclass(frozen=True, slots=True)
class Add:
    """``t1 + t2 + …``, at least two terms in the author's order; ``a - b`` is ``Add(a, Neg(b))``."""

    terms: tuple["Expr", ...]


@final
@dataclass(frozen=True, slots=True)
class Mul:
    """Product of scalars, at most one factor an array; at least two factors in order."""

    factors: tuple["Expr", ...]


@final
@dataclass(frozen=True, slots=True)
class Div:
    """``num / den`` with a scalar `den`."""

    num: "Expr"
    den: "Expr"


@final
@dataclass(frozen=True, slots=True)
class Pow:
    """``base ** exponent`` with scalar exponent (elementwise on a vector)."""

    base: "Expr"
    exponent: "Expr"


@final
@dataclass(frozen=True, slots=True)
class MatMul:
    """Matrix product of at least two arrays, in order (vectors are columns)."""

    factors: tuple["Expr", ...]


@final
@dataclass(frozen=True, slots=True)
class Hadamard:
    """Elementwise product of at least two arrays of one shape."""

    factors: tuple["Expr", ...]


@final
@dataclass(frozen=True, slots=True)
class HadamardDiv:
    """Elementwise division of arrays of one shape."""

    num: "Expr"
    den: "Expr"


@final
@dataclass(frozen=True, slots=True)
class Frobenius:
    """``left : right``, the sum of the elementwise products."""

    left: "Expr"
    right: "Expr"


@final
@dataclass(frozen=True, slots=True)
class Kron:
    """Kronecker (or, of vectors, outer) product ``left ⊗ right``."""

    left: "Expr"
    right: "Expr"


@final
@dataclass(frozen=True, slots=True)
class Transpose:
    """``arg`` transposed."""

    arg: "Expr"


@final
@dataclass(frozen=True, slots=True)
class Trace:
    """``tr(arg)``."""

    arg: "Expr"


@final
@dataclass(frozen=True, slots=True)
class Det:
    """``det(arg)``."""

    arg: "Expr"


@final
@dataclass(frozen=True, slots=True)
class Inverse:
    """Matrix inverse."""

    arg: "Expr"


@final
@dataclass(frozen=True, slots=True)
class PseudoInverse:
    """The pseudo-inverse of a matrix of full rank: ``(AᵀA)⁻¹Aᵀ``, or ``Aᵀ(AAᵀ)⁻¹`` of a wide one."""

    arg: "Expr"


@final
@dataclass(frozen=True, slots=True)
class Vec:
    """``vec(arg)``: the columns of a matrix, stacked into one vector."""

    arg: "Expr"


@final
@dataclass(frozen=True, slots=True)
class Diag:
    """``diag(arg)``: the diagonal matrix of a vector; of a matrix, the vector of its diagonal."""

    arg: "Expr"


@final
@dataclass(frozen=True, slots=True)
class Norm:
    """A norm; `order` is ``2`` (also of vectors written without index), ``1``, ``inf`` or ``F``."""

    arg: "Expr"
    order: Literal["1", "2", "inf", "F"] = "2"


@final
@dataclass(frozen=True, slots=True)
class Fn:
    """A function known by name, elementwise on arrays but for those that `FunctionName` tells apart."""

    name: FunctionName
    args: tuple["Expr", ...]


@final
@dataclass(frozen=True, slots=True)
class Root:
    """``arg ** (1/degree)``, the real root."""

    arg: "Expr"
    degree: "Expr"


@final
@dataclass(frozen=True, slots=True)
class Entry:
    """An entry (or, with fewer indices than axes, a slice) of an array: ``array[indices]``."""

    array: "Expr"
    indices: tuple["Expr", ...]


@final
@dataclass(frozen=True, slots=True)
class Sum:
    """Sum of `body` over `index`; bounds are inclusive and None where the range is the declared one."""

    body: "Expr"
    index: Idx
    lower: "Expr | None" = None
    upper: "Expr | None" = None
    condition: "Compare | None" = None


@final
@dataclass(frozen=True, slots=True)
class Prod:
    """Product of `body` over `index`, bounds as in `Sum`."""

    body: "Expr"
    index: Idx
    lower: "Expr | None" = None
    upper: "Expr | None" = None
    condition: "Compare | None" = None


@final
@dataclass(frozen=True, slots=True)
class Delta:
    """Kronecker delta of two index expressions."""

    left: "Expr"
    right: "Expr"


@final
@dataclass(frozen=True, slots=True)
class Compare:
    """A condition; not a number: it stands in `Indicator`, `Cases` and `Sum` only."""

    op: Literal["=", "!=", "<", "<=", ">", ">="]
    left: "Expr"
    right: "Expr"


@final
@dataclass(frozen=True, slots=True)
class Indicator:
    """1 where `condition` holds, else 0."""

    condition: Compare


@final
@dataclass(frozen=True, slots=True)
class Branch:
    """One row of `Cases`; `condition` None is "otherwise"."""

    value: "Expr"
    condition: Compare | None


@final
@dataclass(frozen=True, slots=True)
class Cases:
    """The value of the first branch whose condition holds."""

    branches: tuple[Branch, ...]


@final
@dataclass(frozen=True, slots=True)
class Apply:
    r"""A named function applied, ``J(w)``, ``f'(x)`` with `primes` 1; `name` as in `Sym`."""

    name: str
    args: tuple["Expr", ...]
    primes: int = 0


@final
@dataclass(frozen=True, slots=True)
class Derivative:
    """Unevaluated derivative of `body` by each of `wrt` in turn (twice the same: second order)."""

    body: "Expr"
    wrt: tuple["Expr", ...]
    notation: Literal["d", "partial"] = "d"


@final
@dataclass(frozen=True, slots=True)
class Gradient:
    """``∇_wrt body`` (`order` 2: the Hessian); `wrt` None where the author leaves it out."""

    body: "Expr"
    wrt: "Expr | None" = None
    order: int = 1


@final
@dataclass(frozen=True, slots=True)
class Differential:
    """``d body``, the differential."""

    body: "Expr"


@final
@dataclass(frozen=True, slots=True)
class At:
    """`body` with `symbol` replaced by `value` after it was differentiated: ``body |_{symbol=value}``."""

    body: "Expr"
    symbol: "Expr"
    value: "Expr"


@final
@dataclass(frozen=True, slots=True)
class Let:
    """`body` in which `symbol` stands for `value`; the name stays opaque in rewriting."""

    symbol: Sym
    value: "Expr"
    body: "Expr"


@final
@dataclass(frozen=True, slots=True)
class Row:
    """One row of a `Stack`."""

    cells: tuple["Expr", ...]


@final
@dataclass(frozen=True, slots=True)
class Stack:
    """A matrix written out; cells are scalars or blocks."""

    rows: tuple[Row, ...]


@final
@dataclass(frozen=True, slots=True)
class Ones:
    """The array of ones of a space."""

    space: Space


@final
@dataclass(frozen=True, slots=True)
class Identity:
    """The identity matrix of a space with two equal sizes."""

    space: Space


@final
@dataclass(frozen=True, slots=True)
class Opaque:
    """Read but not evaluated: an expectation, an integral, arg min, a bar ``p(y|x)``; `head` says which."""

    head: str
    args: tuple["Expr", ...]


Expr = (
    Num | Const | Sym | Idx | Neg | Add | Mul | Div | Pow | MatMul | Hadamard | HadamardDiv
    | Frobenius | Kron | Transpose | Trace | Det | Inverse | PseudoInverse | Diag | Vec | Norm | Fn | Root
    | Entry | Sum
    | Prod | Delta | Compare | Indicator | Branch | Cases | Apply | Derivative | Gradient
    | Differential | At | Let | Row | Stack | Ones | Identity | Opaque
)  # fmt: skip
