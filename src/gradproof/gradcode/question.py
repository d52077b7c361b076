"""What is asked: one formula, one or several variables, and the symbols that a function may take as parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, final

from gradproof.deriving import Question, read_question
from gradproof.evaluate import Unsupported, make_samples, take_inventory
from gradproof.expr import (
    Context,
    Derivative,
    Entry,
    Expr,
    Idx,
    Space,
    Sym,
    formal_indices,
    walk,
    walk_reached,
)  # fmt: skip

TIED: Final = 3
"""The first number for sizes that have to be equal."""


@final
@dataclass(frozen=True, slots=True)
class Asked:
    """A formula and the variables by which it is differentiated.

    Attributes:
        questions: one for each variable, in order.
        context: definitions, domains and sizes.
        base: the symbols without a definition, with their spaces.
        defined: the symbols with one, as they are evaluated: the symbol, or its entry with free indices.
        sizes: names of sizes.
        ties: sizes of sums without limits, each with the size that it has to be for the formula to have a value.
    """

    questions: tuple[Question, ...]
    context: Context
    base: dict[str, Space]
    defined: dict[str, Expr]
    sizes: tuple[str, ...]
    ties: Mapping[str, str]

    @property
    def goals(self) -> tuple[Expr, ...]:
        """The derivatives that are asked for, unevaluated."""
        return tuple(goal(q) for q in self.questions)

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables."""
        return tuple(name_of(q.wrt) for q in self.questions)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What had to be assumed to read the formula, in words."""
        told = [a for q in self.questions for a in q.assumptions]
        told += [
            f"a sum without limits is read as one over all {other}" for other in self.ties.values()
        ]
        return tuple(dict.fromkeys(told))


def ask(formulas: Sequence[str], wrt: Sequence[str], declare: Sequence[str]) -> Asked:
    """Read the formulas once for each variable.

    Raises:
        CannotDerive: something cannot be read, or it is not clear what is to be differentiated by what.
        Unsupported: the formula is too large.
    """
    questions = tuple(read_question(formulas, w, declare=declare) for w in wrt)
    context = questions[0].context
    loss = questions[0].value
    inventory = take_inventory((loss, *(goal(q) for q in questions)), context)
    sizes = dict.fromkeys(inventory.sizes)
    base = {n: s for n, s in inventory.base.items() if n not in context.definitions}
    ties = _ties((loss, *(goal(q) for q in questions)), context, tuple(sizes))
    return Asked(questions, context, base, _defined(loss, context, questions), tuple(sizes), ties)


def _ties(exprs: Sequence[Expr], context: Context, sizes: Sequence[str]) -> dict[str, str]:
    """Return which sizes have to be equal: nobody says how many terms a sum without limits has.

    Raises:
        Unsupported: the formula has no value, whichever are equal.
    """
    try:
        make_samples(exprs, context, points=1)
    except Unsupported:
        unnamed = [s for s in sizes if s.startswith("n_{") and s not in context.sizes]
        for own in unnamed:
            for other in sizes:
                if other == own:
                    continue
                equal = MappingProxyType({**context.sizes, own: TIED, other: TIED})
                try:
                    make_samples(exprs, replace(context, sizes=equal), points=1)
                except Unsupported:
                    continue
                return {own: other}
        raise
    return {}


def goal(question: Question) -> Expr:
    """Return the derivative that a question asks for, unevaluated."""
    return Derivative(question.value, (question.wrt,), "partial")


def name_of(e: Expr) -> str:
    """Return the name of a symbol, or of the array of an entry."""
    array = e.array if isinstance(e, Entry) else e
    assert isinstance(array, Sym)
    return array.name


def _defined(loss: Expr, context: Context, questions: Sequence[Question]) -> dict[str, Expr]:
    """Return the intermediate quantities, each as an expression that gives all of its entries."""
    spaces: dict[str, Sym] = {}
    for e in (loss, *(q.wrt for q in questions)):
        for node in walk_reached(e, context):
            if isinstance(node, Sym):
                spaces.setdefault(node.name, node)
    out: dict[str, Expr] = {}
    for name, found in context.definitions.items():
        if len(found) != 1 or found[0].params or name not in spaces:
            continue
        formal = formal_indices(found[0])
        if len(formal) < len(found[0].indices):
            continue
        out[name] = Entry(spaces[name], formal) if formal else spaces[name]
    return out


def reached_names(e: Expr, context: Context) -> frozenset[str]:
    """Return the names that an expression depends on, definitions and what they are made of."""
    return frozenset(n.name for n in walk_reached(e, context) if isinstance(n, Sym))


def index_names(e: Expr) -> frozenset[str]:
    """Return the names of the indices in an expression."""
    return frozenset(n.name for _, n in walk(e) if isinstance(n, Idx))
