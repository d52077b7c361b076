"""The answer to a question: the style is chosen, the lines are written, the result closes them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final, Literal

from gradproof.deriving.closing import closed
from gradproof.deriving.derivation import Derivation, Line, Style
from gradproof.deriving.elementwise import elementwise
from gradproof.deriving.request import CannotDerive, Question
from gradproof.differentiate import NotSupported
from gradproof.expr import Derivative, Entry, Expr, Mul, Size, Sym, walk_reached
from gradproof.rewrite import mul, sub

STYLES: Final[tuple[Style, ...]] = ("elementwise", "chain", "differential")
_RATES: Final = (r"\alpha", r"\eta", r"\epsilon", r"\gamma")


def derive(
    question: Question, style: Style | None = None, *, update: bool = False
) -> Derivation:
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
    chosen, why = (style, None) if style is not None else _choice(question)
    first = Derivative(question.loss, (question.wrt,), _notation(question))
    try:
        lines = _lines(question, first, chosen)
        goal = first
        if question.order == 2:
            goal = Derivative(question.loss, (question.wrt, question.wrt), first.notation)
            lines = (*lines, *_again(question, goal, lines[-1].right))
    except NotSupported as failure:
        raise CannotDerive(
            f"there is no rule for this: {failure}; write the formula with the functions and sums that it "
            "stands for, or give a definition"
        ) from None
    result = lines[-1].right
    if update:
        lines = (*lines, *_update(question, goal, result))
    assumptions = question.assumptions if why is None else (*question.assumptions, why)
    return Derivation(
        style=chosen,
        goal=goal,
        lines=(*_given(question), *lines),
        result=result,
        assumptions=assumptions,
        context=question.context,
    )


def _choice(question: Question) -> tuple[Style, str]:
    return "elementwise", "style elementwise: the variable is a scalar; --style chooses another"


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


def _given(question: Question) -> tuple[Line, ...]:
    lines: list[Line] = []
    for given in question.given:
        left, *rest = given.sides
        for right in rest:
            if right is not None:
                lines.append(Line(left, right, "definition"))
                left = None
    return tuple(lines)


def _lines(question: Question, goal: Derivative, style: Style) -> tuple[Line, ...]:
    return _closed(question, elementwise(goal, question.context))


def _closed(question: Question, found: Iterable[Line]) -> tuple[Line, ...]:
    """End a chain with the form that a person would stop at."""
    lines = list(found)
    end = closed(lines[-1].right, question.context, question.loss)
    if end != lines[-1].right:
        lines.append(Line(None, end, "simplification"))
    return tuple(lines)


def _again(question: Question, goal: Derivative, slope: Expr) -> tuple[Line, ...]:
    """Differentiate the first derivative once more."""
    inner = Derivative(slope, (question.wrt,), goal.notation)
    lines = elementwise(inner, question.context)
    first = Line(goal, inner, "second-derivative")
    return (first, *_closed(question, (replace(x, left=None) for x in lines)))


def _update(question: Question, goal: Expr, result: Expr) -> tuple[Line, ...]:
    """The step of gradient descent, by the gradient and in closed form."""
    if question.order != 1:
        raise CannotDerive("--update is a step along the first derivative; leave out --order 2")
    taken = {n.name for n in walk_reached(question.loss, question.context) if isinstance(n, Sym)}
    rate = Sym(next(name for name in _RATES if name not in taken))
    w = question.wrt
    return (
        Line(w, sub(w, Mul((rate, goal))), "gradient-descent", relation=":="),
        Line(w, sub(w, mul(rate, result)), "gradient-descent", relation=":="),
    )
