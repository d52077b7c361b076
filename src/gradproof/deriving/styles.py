"""The three styles: which one fits a question, and the lines that it writes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType
from typing import final

from gradproof.deriving.chain import chain
from gradproof.deriving.closing import closed
from gradproof.deriving.derivation import Line, Style
from gradproof.deriving.differential import adjoint_chain, differential
from gradproof.deriving.elementwise import elementwise
from gradproof.deriving.graph import Graph, graph
from gradproof.deriving.naming import with_names
from gradproof.deriving.present import presented
from gradproof.deriving.question import CannotDerive, Question
from gradproof.differentiate import NotSupported
from gradproof.differentiate.components import component, extent_of
from gradproof.expr import (
    Branch,
    Cases,
    Compare,
    Context,
    Definition,
    Delta,
    Derivative,
    Entry,
    Expr,
    Idx,
    IndexRange,
    Num,
    Space,
    Sym,
    subtrees,
    walk_reached,
)
from gradproof.rewrite import ONE, ZERO, free_names, replace_equal, substitute, tidy
from gradproof.spell import name_plain


@final
@dataclass(frozen=True, slots=True)
class Written:
    """The lines of one style, what they derive, and the context with the names that they gave."""

    goal: Expr
    lines: tuple[Line, ...]
    context: Context


def choose(question: Question) -> tuple[Style, str]:
    """Choose the style by the formula, and say why."""
    linked = len(_graph(question).nodes) > 2
    entries = isinstance(question.wrt, Entry)
    if _whole(question):
        if linked and question.order == 1 and not _rank(question.value):
            style, why = "chain", "the variable is an array and stands inside definitions"
        else:
            style, why = "differential", "the variable is a whole array"
    elif linked and not (entries and _arrays_between(_graph(question))):
        style, why = "chain", "the variable stands inside definitions"
    else:
        style, why = "elementwise", f"the variable is {'an entry' if entries else 'a scalar'}"
    return style, f"style {style}: {why}; --style chooses another"


def write(question: Question, goal: Derivative, style: Style) -> Written:
    """Write the lines of one style.

    Raises:
        CannotDerive: the style does not fit the question.
        NotDerived: no rule covers a part, in arrays.
        NotSupported: no rule covers a part.
    """
    match style:
        case "elementwise":
            return _elementwise(question, goal)
        case "chain":
            return _chain(question, goal)
        case "differential":
            return _differential(question, goal)


def _differential(question: Question, goal: Derivative) -> Written:
    if isinstance(question.wrt, Entry):
        name = name_plain(question.wrt.array.name) if isinstance(question.wrt.array, Sym) else "it"
        raise CannotDerive(
            f"style differential is for whole arrays: ask for {name}, or for style elementwise"
        )
    lines = differential(goal, question.context, order=question.order)
    if question.order == 2:
        second = lines[-1].left
        return Written(second if second is not None else goal, lines, question.context)
    return Written(goal, lines, question.context)


def _elementwise(question: Question, goal: Derivative) -> Written:
    context = question.context
    if _rank(question.value) > 1:
        raise CannotDerive(
            "style elementwise is for scalars, vectors and entries: define the entries of the matrix (s_{ij} = …), "
            "or ask for style differential"
        )
    if _rank(question.value) and question.order == 2:
        raise CannotDerive(
            "the second derivative of a vector has three axes: ask for that of one entry (s_i = …)"
        )
    if _rank(question.value):
        return _by_coordinates(question, goal)
    if _whole(question):
        entry = _entry(question)
        goal = replace(goal, wrt=(entry,))
        context = _ranging(entry, context)
        question = replace(question, context=context)
    lines = _closed(question, elementwise(goal, context))
    if question.order == 2:
        goal, more = _again(question, goal, lines[-1].right)
        lines = (*lines, *more)
    return Written(goal, lines, context)


def _by_coordinates(question: Question, goal: Derivative) -> Written:
    """Write the Jacobian of a vector entry by entry: ``∂s_i/∂z_j``, with the cases i = j and i ≠ j."""
    letters = ["i", *(n for n in _free_letters(question) if n != "i")]
    if "i" in _size_names(question) | question.context.ranges.keys():
        letters = _free_letters(question)
    value = Entry(question.value, (Idx(letters[0]),))
    context = _ranging(value, question.context)
    wrt = question.wrt
    if _whole(question):
        assert isinstance(wrt, Sym)
        wrt = Entry(wrt, tuple(Idx(n) for n in letters[1 : 1 + _rank(wrt)]))
        context = _ranging(wrt, context)
    goal = replace(goal, body=value, wrt=(wrt,))
    question = replace(question, context=context)
    lines = _closed(question, elementwise(goal, context))
    named = _by_value(lines[-1].right, question, value)
    if named != lines[-1].right:
        lines = (*lines, Line(None, named, "simplification"))
    return Written(goal, (*lines, *_cases(named, question)), context)


def _by_value(e: Expr, question: Question, value: Entry) -> Expr:
    """Put the value that is differentiated in the place of what it is computed by."""
    found = question.context.definitions.get(question.loss.name, ())
    if len(found) != 1 or found[0].indices or found[0].params:
        return e
    body = found[0].body
    e = replace_equal(e, body, question.value)
    try:
        entry = component(body, value.indices, question.context, free_names(body))
    except NotSupported:
        return e
    return replace_equal(e, entry, value)


def _cases(e: Expr, question: Question) -> tuple[Line, ...]:
    """Write a result with a delta once more, apart for equal and for different indices."""
    deltas = {n for n in subtrees(e) if isinstance(n, Delta)}
    match list(deltas):
        case [Delta(Idx() as i, Idx() as j) as delta]:
            one = substitute(replace_equal(e, delta, ONE), {j: i}, question.context)
            parts = [
                closed(tidy(x, question.context), question.context, question.loss)
                for x in (one, replace_equal(e, delta, ZERO))
            ]
            same, other = (
                Branch(parts[0], Compare("=", i, j)),
                Branch(parts[1], Compare("!=", i, j)),
            )
            return (Line(None, Cases((same, other)), "cases"),)
        case _:
            return ()


def _chain(question: Question, goal: Derivative) -> Written:
    context, named = question.context, ()
    if len(_graph(question).nodes) <= 2:
        context, named = with_names(question.loss, question.wrt, context)
        if not named:
            name = name_plain(question.loss.name)
            raise CannotDerive(
                f"style chain needs a value between {name} and the variable, and there is no definition and no "
                "function of something compound; leave out --style"
            )
    between = graph(question.value, question.wrt, context)
    if _whole(question) or _arrays_between(between):
        if _rank(question.value) or isinstance(question.wrt, Entry):
            raise CannotDerive(
                "style chain is for a scalar loss by a whole array, or for scalars and entries; ask for style "
                f"{'differential' if _whole(question) else 'elementwise'}"
            )
        lines = list(adjoint_chain(goal, context))
    else:
        lines = list(chain(goal, context))
    back = _unnamed(lines[-1].right, named, context)
    if back != lines[-1].right:
        lines.append(Line(None, back, "substitution"))
    if question.order == 2:
        if _whole(question):
            raise CannotDerive("style chain has no second derivatives; ask for style differential")
        goal, more = _again(question, goal, lines[-1].right)
        lines.extend(more)
    return Written(goal, tuple(lines), context)


def _graph(question: Question) -> Graph:
    return graph(question.value, question.wrt, question.context)


def _rank(e: Expr) -> int:
    return len(e.space.shape) if isinstance(e, Sym) else 0


def _whole(question: Question) -> bool:
    """Tell whether the variable is a whole array."""
    return _rank(question.wrt) > 0


def _arrays_between(between: Graph) -> bool:
    """Tell whether a value between loss and variable is an array that is not written by its entries."""
    return any(_rank(n.value) for n in between.nodes)


def _ranging(entry: Entry, context: Context) -> Context:
    """Return a context that knows over what the indices of an entry run."""
    ranges = dict(context.ranges)
    assert isinstance(entry.array, Sym)
    for i, size in zip(entry.indices, entry.array.space.shape, strict=True):
        if isinstance(i, Idx):
            ranges[i.name] = IndexRange(size)
    return replace(context, ranges=MappingProxyType(ranges))


def _entry(question: Question) -> Entry:
    """Return an entry of the variable with index letters that mean nothing else."""
    w = question.wrt
    assert isinstance(w, Sym)
    return Entry(w, tuple(Idx(letter) for letter in _free_letters(question))[: _rank(w)])


def _second(question: Question, goal: Derivative) -> tuple[tuple[Expr, ...], Context]:
    """Return the variable of the second differentiation: of a whole array another entry than the first one."""
    match goal.wrt:
        case (Entry(array, indices),) if _whole(question):
            taken = {i.name for i in indices if isinstance(i, Idx)}
            fresh = [n for n in _free_letters(question) if n not in taken][: len(indices)]
            entry = Entry(array, tuple(Idx(n) for n in fresh))
            return (entry,), _ranging(entry, question.context)
        case _:
            return goal.wrt, question.context


def _free_letters(question: Question) -> list[str]:
    """Return index letters that mean nothing else."""
    taken = set(question.context.ranges) | _size_names(question)
    return [n for n in ("j", "k", "l", "i", "p", "q", "r", "s") if n not in taken]


def _size_names(question: Question) -> set[str]:
    """Return the letters that stand for the size of an array: ``k`` in a matrix of k × h."""
    symbols = [n for n in walk_reached(question.loss, question.context) if isinstance(n, Sym)]
    return {size.name for s in symbols for size in s.space.shape if size.name}


def _unnamed(e: Expr, named: Sequence[Definition], context: Context) -> Expr:
    """Put back what the names of `with_names` stand for."""
    for d in named:
        e = substitute(e, {_symbol(d, context): d.body}, context)
    return presented(e)


def _symbol(d: Definition, context: Context) -> Sym:
    return Sym(d.name, Space(extent_of(d.body, context)))


def _closed(question: Question, found: Iterable[Line]) -> tuple[Line, ...]:
    """End a chain with the form that a person would stop at."""
    lines = list(found)
    end = closed(lines[-1].right, question.context, question.loss)
    if end != lines[-1].right:
        lines.append(Line(None, end, "simplification"))
    return tuple(lines)


def _again(
    question: Question, goal: Derivative, slope: Expr
) -> tuple[Derivative, tuple[Line, ...]]:
    """Differentiate the first derivative once more; what does not show the variable is not written out."""
    second, context = _second(question, goal)
    inner = Derivative(slope, second, goal.notation)
    goal = replace(goal, wrt=(*goal.wrt, *second))
    lines = tuple(elementwise(inner, context))
    question = replace(question, context=context)
    if len(lines) == 1 and lines[0].right == Num(Fraction(0)):
        return goal, (replace(lines[0], left=goal, rule="second-derivative"),)
    first = Line(goal, inner, "second-derivative")
    return goal, (first, *_closed(question, (replace(x, left=None) for x in lines)))
