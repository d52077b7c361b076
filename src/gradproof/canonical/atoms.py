"""Atoms: what the rational functions of a workspace are made of, and the values over them."""

from dataclasses import dataclass
from typing import Literal, final

from gradproof.canonical.indices import Index, Range
from gradproof.canonical.polynomials import Poly

Kind = Literal[
    "symbol", "entry", "index", "delta", "order",  # names, index values, [i = j], [i < j]
    "log", "logabs", "sign", "function",  # of canonical arguments
    "exp", "root",  # e^(u/scale), u^(1/scale)
    "sum", "prod", "apply",
]  # fmt: skip


@final
@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """A reduced rational function ``num / den`` over the atoms of a workspace."""

    num: Poly
    den: Poly


@final
@dataclass(frozen=True, slots=True)
class Bound:
    """An index bound by a sum or product, by its canonical name, and where it runs."""

    name: str
    extent: Range


@final
@dataclass(frozen=True, slots=True, eq=False)
class Atom:
    """One variable of the polynomials.

    Attributes:
        kind: what it is.
        key: its spelling, the same for equal atoms in every workspace.
        name: of a symbol, an array or a function.
        indices: of an entry; of a delta or an order, the one form that is compared with zero.
        args: canonical arguments; of "exp" the direction u, of "root" the radicand u.
        scale: of "exp" and "root", see `Kind`.
        bounds: of "sum" and "prod".
        depends: index variables that are free in it.
        height: how many bound indices may stand inside one another in it.
    """

    kind: Kind
    key: str
    name: str = ""
    indices: tuple[Index, ...] = ()
    args: tuple[Value, ...] = ()
    scale: int = 1
    bounds: tuple[Bound, ...] = ()
    depends: frozenset[str] = frozenset()
    height: int = 0


@final
@dataclass(frozen=True, slots=True, eq=False)
class Relation:
    """``variable ** power = image``; with `partner` also ``variable² · partner = partner``."""

    power: int
    image: Poly
    partner: int | None = None
