"""Only the path k = j of a sum over paths is kept."""

from collections.abc import Iterator
from typing import Final

from gradproof.differentiate import Application
from gradproof.expr import Entry, Expr, Idx, Num, Sum
from gradproof.mistakes.mistake import Mistake, WrongDerivative
from gradproof.rewrite import substitute


def _one_path(a: Application) -> Iterator[Expr]:
    if not isinstance(a.node, Sum) or not isinstance(a.wrt, Entry):
        return
    body = a.part(0)
    own = a.result.index if isinstance(a.result, Sum) else a.node.index
    for j in a.wrt.indices:
        if isinstance(j, Idx | Num) and j != own:
            yield substitute(body, {own: j}, a.context)


MISTAKE: Final = Mistake(
    name="chain-path-sum-dropped",
    family="chain rule",
    headline="only one of several paths was followed",
    message="{node} depends on {var} through every term of the sum, not through one alone",
    why="the chain rule adds over all paths: ∂E/∂z_j = Σ_k ∂E/∂o_k · ∂o_k/∂z_j",
    prior=0.75,
    derivatives=(WrongDerivative(frozenset({"sum-over-index"}), _one_path),),
)
