"""The answer to a question: the style is chosen, the lines are written, the result closes them."""

from typing import Final, Literal

from gradproof.deriving.bounds import without_invented, written
from gradproof.deriving.derivation import Derivation, Line, Style
from gradproof.deriving.limits import NotDerived
from gradproof.deriving.question import CannotDerive, Question
from gradproof.deriving.styles import Written, choose, write
from gradproof.differentiate import NotSupported
from gradproof.expr import (
    Apply,
    Context,
    Derivative,
    Entry,
    Expr,
    Mul,
    Size,
    Sym,
    walk_reached,
)  # fmt: skip
from gradproof.rewrite import mul, sub

STYLES: Final[tuple[Style, ...]] = ("elementwise", "chain", "differential")
_RATES: Final = (r"\alpha", r"\eta", r"\epsilon", r"\gamma")


def derive(question: Question, style: Style | None = None, *, update: bool = False) -> Derivation:
    """Derive what a question asks for.

    Args:
        question: what `read_question` returned.
        style: how it is written; None chooses by the formula, and says so.
        update: end with the step of gradient descent.

    Raises:
        CannotDerive: no rule covers a part of the formula, or the style does not fit it.
    """
    if style is not None and style not in STYLES:
        raise CannotDerive(f"there is no style {style!r}; expected one of {', '.join(STYLES)}")
    if update and question.order != 1:
        raise CannotDerive("--update is a step along the first derivative; leave out --order 2")
    goal = Derivative(question.value, (question.wrt,), _notation(question))
    chosen, why = (style, None) if style is not None else choose(question)
    try:
        try:
            found = write(question, goal, chosen)
        except NotDerived as failure:
            if style is not None:
                raise
            found = write(question, goal, "elementwise")
            chosen, why = "elementwise", f"style elementwise: {failure}"
    except (NotSupported, NotDerived) as failure:
        raise CannotDerive(
            f"there is no rule for this: {failure}; write the formula with the functions and sums that it "
            "stands for, give a definition, or ask for another --style"
        ) from None
    lines = found.lines
    if update:
        lines = (*lines, *_update(question, found))
    assumptions = question.assumptions if why is None else (*question.assumptions, why)
    return Derivation(
        style=chosen,
        goal=found.goal,
        lines=tuple(written(x) for x in (*_given(question, found.context), *lines)),
        result=without_invented(found.lines[-1].right),
        assumptions=assumptions,
        context=found.context,
    )


def _notation(question: Question) -> Literal["d", "partial"]:
    """Write ``d`` where nothing but the variable can vary, else ``∂``."""
    names = {
        n.name
        for n in walk_reached(question.loss, question.context)
        if isinstance(n, Sym) and n.name != question.loss.name
    }
    sizes = {s.name for n in (question.wrt,) for s in _space(n)}
    return "d" if len(names - sizes) == 1 else "partial"


def _space(e: Expr) -> tuple[Size, ...]:
    array = e.array if isinstance(e, Entry) else e
    return array.space.shape if isinstance(array, Sym) else ()


def _given(question: Question, context: Context) -> tuple[Line, ...]:
    """The formula and its definitions; where parts got names, the formula by these names, and the names."""
    lines: list[Line] = []
    for given in question.given:
        left, *rest = given.sides
        for right in rest:
            if right is not None:
                lines.append(Line(left, right, "definition"))
                left = None
    new = [n for n in context.definitions if n not in question.context.definitions]
    if not new:
        return tuple(lines)
    name = question.loss.name
    (stated,) = context.definitions[name]
    out = [
        Line(line.left, stated.body, "definition", note=f"with names: {', '.join(new)}")
        if _name_of(line.left) == name
        else line
        for line in lines
    ]
    named = (Line(Sym(n), context.definitions[n][0].body, "definition") for n in new)
    return (*out, *named)


def _name_of(e: Expr | None) -> str | None:
    return e.name if isinstance(e, Sym | Apply) else None


def _update(question: Question, found: Written) -> tuple[Line, ...]:
    """The step of gradient descent, by the gradient and in closed form."""
    taken = {n.name for n in walk_reached(question.loss, question.context) if isinstance(n, Sym)}
    rate = Sym(next(name for name in _RATES if name not in taken))
    w = found.goal.wrt[0] if isinstance(found.goal, Derivative) else question.wrt
    return (
        Line(w, sub(w, Mul((rate, found.goal))), "gradient-descent", relation=":="),
        Line(w, sub(w, mul(rate, found.lines[-1].right)), "gradient-descent", relation=":="),
    )
