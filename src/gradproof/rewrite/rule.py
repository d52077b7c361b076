"""The type of a sound rewrite rule and the decorator that makes one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, final

from gradproof.expr import Context, Expr

N = TypeVar("N")
Rewriting = Callable[[N, Context], Expr | None]


@final
@dataclass(frozen=True, slots=True)
class RewriteRule:
    r"""One identity, read from left to right at the root of a node of kind `on`.

    `formula` states it in TeX. `apply` returns None where the rule does not fit; the children of the
    node are tidy already, and what `apply` returns is tidy again.
    """

    name: str
    on: type
    formula: str
    apply: Rewriting[Any]


def rewrite_rule(name: str, on: type[N], formula: str) -> Callable[[Rewriting[N]], RewriteRule]:
    """Turn a function into a `RewriteRule` for nodes of kind `on`."""

    def make(function: Rewriting[N]) -> RewriteRule:
        return RewriteRule(name, on, formula, function)

    return make
