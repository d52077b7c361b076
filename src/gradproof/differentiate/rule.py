"""The type of a differentiation rule, what a rule is handed, and the decorator that makes one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, final

from gradproof.expr import Context, Expr, FunctionName

N = TypeVar("N")


class NotSupported(Exception):
    """The derivative of this expression is not known here; the message says of what, and why."""


class Site(Protocol):
    """One application of a rule: the variable, the context, and the derivatives of the parts."""

    @property
    def wrt(self) -> Expr:
        """The variable: a scalar symbol or an entry of an array."""
        ...

    @property
    def context(self) -> Context:
        """What is known about the symbols."""
        ...

    @property
    def taken(self) -> frozenset[str]:
        """Names that a new index must not have."""
        ...

    @property
    def loose(self) -> frozenset[str]:
        """Names of indices that occur free in definitions: a bound index must not have them."""
        ...

    def depends(self, e: Expr) -> bool:
        """Tell whether `e` may depend on the variable."""
        ...

    def once(self, make: Callable[[], Expr]) -> Expr:
        """Return what `make` gives for this node; asked again for the same line, the same object."""
        ...

    def d(self, *where: int) -> Expr:
        """Return the derivative of the part at a path below the node."""
        ...

    def at(self, e: Expr, *where: int) -> Expr:
        """Return the derivative of `e`, the part at that path with its bound index renamed."""
        ...

    def chain(self, outer: Expr, *where: int) -> Expr:
        """Return `outer` times the derivative of the part at a path: one link of the chain rule."""
        ...

    def of(self, e: Expr, branch: int = 0) -> Expr:
        """Return the derivative of what the node stands for (a definition unfolded)."""
        ...

    def by(self, e: Expr, wrt: Expr, name: Expr) -> Expr:
        """Return the derivative of `e` by another variable; `name` is how it is written unevaluated."""
        ...


Rewriting = Callable[[N, Site], Expr]
Guard = Callable[[N, Site], bool]


@final
@dataclass(frozen=True, slots=True)
class Rule:
    """How the derivative passes through nodes of kind `on` (through the functions named, if any).

    `formula` states it in TeX; `when` says which of several rules for one kind is meant.
    """

    name: str
    title: str
    formula: str
    on: type
    functions: tuple[FunctionName, ...]
    when: Guard[Any]
    apply: Rewriting[Any]


def rule(
    name: str,
    on: type[N],
    *,
    title: str,
    formula: str,
    functions: tuple[FunctionName, ...] = (),
    when: Guard[N] = lambda _node, _site: True,
) -> Callable[[Rewriting[N]], Rule]:
    """Turn a function into a `Rule`."""

    def make(function: Rewriting[N]) -> Rule:
        return Rule(name, title, formula, on, functions, when, function)

    return make
