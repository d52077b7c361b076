"""What is to be derived, as data: the loss, the variable, and what is given of them."""

from dataclasses import dataclass
from typing import final

from gradproof.expr import Context, Expr, Sym


class CannotDerive(ValueError):
    """The question cannot be answered; the message says what was found, what was expected, how to go on."""


@final
@dataclass(frozen=True, slots=True)
class Given:
    """A line of the question: the sides of a definition or of a fact, with the relations between them."""

    sides: tuple[Expr | None, ...]
    relations: tuple[str, ...]


@final
@dataclass(frozen=True, slots=True)
class Question:
    """What is to be derived.

    Attributes:
        loss: the name that is differentiated, as a symbol.
        value: how it stands in the derivative: the symbol, or an entry of a family (``s_i``).
        wrt: the variable: a symbol or an entry of an array.
        order: 1 for the derivative, 2 for the second.
        given: the formula and its definitions in the order in which they were said.
        declared: facts in TeX, as they were written; beside whole arrays also the `spaces`, so that a derivation
            says what it takes the names for.
        spaces: the spaces of names that nobody declared, as they were read, in TeX.
        context: definitions, domains and sizes.
        assumptions: what had to be assumed to read the question, in words.
    """

    loss: Sym
    value: Expr
    wrt: Expr
    order: int
    given: tuple[Given, ...]
    declared: tuple[str, ...]
    context: Context
    assumptions: tuple[str, ...]
    spaces: tuple[str, ...] = ()
