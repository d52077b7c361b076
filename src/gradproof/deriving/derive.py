"""The answer to a question: the style is chosen, the lines are written, the result closes them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, Literal

from gradproof.deriving.bounds import without_invented, written
from gradproof.deriving.chain import chain
from gradproof.deriving.closing import closed
from gradproof.deriving.derivation import Derivation, Line, Style
from gradproof.deriving.elementwise import elementwise
from gradproof.deriving.graph import graph
from gradproof.deriving.naming import with_names
from gradproof.deriving.present import presented
from gradproof.deriving.request import CannotDerive, Question
from gradproof.differentiate import NotSupported, base_name
from gradproof.expr import (
    Apply,
    Context,
    Definition,
    Derivative,
    Entry,
    Expr,
    Mul,
    Size,
    Sym,
    walk,
    walk_reached,
)
from gradproof.rewrite import mul, sub, substitute

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
    chosen, why = (style, None) if style is not None else _choice(question)
    notes = list(question.assumptions if why is None else (*question.assumptions, why))
    goal = Derivative(question.value, (question.wrt,), _notation(question))
    try:
        lines, context = _lines(question, goal, chosen)
        if question.order == 2:
            goal = replace(goal, wrt=(question.wrt, question.wrt))
            lines = (*lines, *_again(question, goal, lines[-1].right))
    except NotSupported as failure:
        raise CannotDerive(
            f"there is no rule for this: {failure}; write the formula with the functions and sums that it "
            "stands for, or give a definition"
        ) from None
    result = lines[-1].right
    if update:
        lines = (*lines, *_update(question, goal, result))
    return Derivation(
        style=chosen,
        goal=goal,
        lines=tuple(written(x) for x in (*_given(question, context), *lines)),
        result=without_invented(result),
        assumptions=tuple(notes),
        context=context,
    )


def _choice(question: Question) -> tuple[Style, str]:
    """Choose the style by the formula, and say why."""
    name = base_name(question.wrt) or ""
    if not any(
        isinstance(n, Sym) and n.name == name
        for _, n in walk(question.context.definitions[question.loss.name][0].body)
    ):
        told = "the variable stands inside definitions"
        return "chain", f"style chain: {told}; --style chooses another"
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


def _lines(question: Question, goal: Derivative, style: Style) -> tuple[tuple[Line, ...], Context]:
    context = question.context
    if style != "chain":
        return _closed(question, elementwise(goal, context)), context
    if not _linked(question):
        context, named = with_names(question.loss, question.wrt, context)
        if not named:
            return _closed(question, elementwise(goal, context)), context
        lines = list(chain(goal, context))
        back = _unnamed(lines[-1].right, named, context)
        if back != lines[-1].right:
            lines.append(Line(None, back, "substitution"))
        return tuple(lines), context
    return tuple(chain(goal, context)), context


def _linked(question: Question) -> bool:
    """Tell whether a definition lies between the loss and the variable."""
    return len(graph(question.value, question.wrt, question.context).nodes) > 2


def _unnamed(e: Expr, named: Sequence[Definition], context: Context) -> Expr:
    """Put back what the names of `with_names` stand for."""
    for d in named:
        e = substitute(e, {Sym(d.name): d.body}, context)
    return presented(e)


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
