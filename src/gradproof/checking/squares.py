"""Arrays that do not fit by sizes which nobody declared: what such a line says where these sizes are equal."""

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from gradproof.checking.judgement import Judged
from gradproof.checking.shapes import plain_derivatives
from gradproof.expr import Apply, Kron, Opaque, Stack, Sym, walk_reached
from gradproof.notation.derivation import Derivation, Line

EDGE: Final = 3
"""The size of everything whose size is only inferred."""


def misfits(judged: Judged) -> bool:
    """Tell whether a line is left open only because the sizes of its arrays, which may be others, do not fit."""
    outcome = judged.outcome
    return judged.verdict == "undecided" and outcome is not None and outcome.misfit == "shapes"


def squared(
    derivation: Derivation, lines: Sequence[Line], judged: Sequence[Judged]
) -> Derivation | None:
    """Return some lines of a derivation with one size for all that nothing declares; None where there is none.

    `judged` are these lines as they are: those of which `misfits` is true say which sizes there are.
    """
    free = {name for j in judged if misfits(j) for name in _free(j)}
    if not free:
        return None
    contexts = tuple(
        tuple(
            replace(c, sizes=MappingProxyType({**dict.fromkeys(sorted(free), EDGE), **c.sizes}))
            for c in state
        )
        for state in derivation.contexts
    )
    return replace(derivation, lines=tuple(lines), contexts=contexts)


def _free(judged: Judged) -> set[str]:
    """Return the sizes that only the use of names without a declaration suggests."""
    outcome = judged.outcome
    if outcome is None or not plain_derivatives(outcome.left, outcome.right, outcome.context):
        return set()
    inferred: set[str] = set()
    declared = set(outcome.context.sizes)
    for side in (outcome.left, outcome.right):
        for node in walk_reached(side, outcome.context):
            match node:
                case Sym(name, space):
                    known = name in outcome.context.domains
                    (declared if known else inferred).update(s.name for s in space.shape)
                case Apply(name) if name not in outcome.context.definitions:
                    return set()
                case Kron() | Opaque() | Stack():
                    return set()
                case _:
                    pass
    return inferred - declared - {""}
