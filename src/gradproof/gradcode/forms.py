"""The right gradient in the forms in which people write it: by entries, link by link, in matrix notation."""

from dataclasses import dataclass
from typing import Final, final

from gradproof.deriving import STYLES, CannotDerive, Derivation, Question, derive
from gradproof.differentiate import NotSupported
from gradproof.expr import Context, Expr, Idx, free_indices, rank

MOST: Final = 400
"""Nodes beyond which a line is not varied."""


@final
@dataclass(frozen=True, slots=True)
class Form:
    """The right gradient, or the derivative that it is.

    Attributes:
        expr: the expression.
        context: what it holds under.
        letters: the free indices in the order of the axes of the gradient; empty for a whole array.
        goal: whether it is the derivative that was asked for, not carried out.
    """

    expr: Expr
    context: Context
    letters: tuple[str, ...]
    goal: bool = False


@final
@dataclass(frozen=True, slots=True)
class Forms:
    """All forms of one gradient, and the one to show."""

    forms: tuple[Form, ...]
    shown: Expr | None

    @property
    def goals(self) -> tuple[Form, ...]:
        """The forms in which wrong rules of differentiation can be at work."""
        return tuple(f for f in self.forms if f.goal)

    @property
    def lines(self) -> tuple[Form, ...]:
        """The forms in which the derivative is carried out."""
        return tuple(f for f in self.forms if not f.goal)


def forms_of(question: Question) -> Forms:
    """Derive the gradient in every style that fits; the differential one is shown where there is one."""
    found: dict[str, Derivation] = {}
    for style in STYLES:
        try:
            found[style] = derive(question, style)
        except (CannotDerive, NotSupported, RecursionError):
            continue
    out: list[Form] = []
    seen: set[tuple[Expr, tuple[str, ...]]] = set()
    for style, d in found.items():
        own = [Form(d.goal, d.context, _letters(d.goal), goal=True)]
        lines = [d.result] if style == "elementwise" else _lines(d)
        own += [Form(e, d.context, _letters(d.goal)) for e in lines]
        for form in own if style == "elementwise" else own[1:]:
            if (form.expr, form.letters) not in seen:
                seen.add((form.expr, form.letters))
                out.append(form)
    shown = next(
        (found[s].result for s in ("differential", "chain", "elementwise") if s in found), None
    )
    return Forms(tuple(out), shown)


def _lines(d: Derivation) -> list[Expr]:
    """Return the result, and the lines before it that give the whole gradient."""
    whole = [d.result]
    for line in reversed(d.lines):
        if line.left is not None and line.left != d.goal:
            break
        if line.rule == "definition" or rank(line.right, d.context) != rank(d.result, d.context):
            break
        if free_indices(line.right) <= free_indices(d.goal):
            whole.append(line.right)
        if line.left is not None:
            break
    return list(dict.fromkeys(whole))


def _letters(goal: Expr) -> tuple[str, ...]:
    """Return the free indices of a derivative in order: those of what is differentiated, then the variable's."""
    from gradproof.expr import walk

    out: dict[str, None] = {}
    free = free_indices(goal)
    for _, node in walk(goal):
        if isinstance(node, Idx) and node.name in free:
            out.setdefault(node.name)
    return tuple(out)
