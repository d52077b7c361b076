"""What is to be compiled, read as a question is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from gradproof.codegen.limits import CannotCompile
from gradproof.deriving import CannotDerive, Question, read_question
from gradproof.expr import Expr, Sym, walk_reached
from gradproof.spell import identifier, name_plain


@final
@dataclass(frozen=True, slots=True)
class Request:
    """A formula, its definitions, and by what it is differentiated.

    Attributes:
        question: the formula as it was read, with the first variable.
        wrt: all variables.
        formulas: as they were written.
        declared: facts as they were written.
    """

    question: Question
    wrt: tuple[Expr, ...]
    formulas: tuple[str, ...]
    declared: tuple[str, ...]


def read_request(
    formulas: Sequence[str], wrt: Sequence[str], declare: Sequence[str] = ()
) -> Request:
    r"""Read what is to be compiled.

    Args:
        formulas: the formula and its definitions in TeX.
        wrt: the variables, in TeX (``\hat y``) or by their names in code (``y_hat``).
        declare: facts in TeX.

    Raises:
        CannotCompile: something cannot be read.
        UnreadableDocument: a text is too large or holds what no text may hold.
    """
    if not wrt:
        raise CannotCompile("no variable was given; expected the name of one, such as 'w'")
    try:
        question = read_question(formulas, wrt[0], declare=declare)
    except CannotDerive as failure:
        raise CannotCompile(str(failure)) from None
    others = [_named(name, question) for name in wrt[1:]]
    variables = (question.wrt, *others)
    if len(set(variables)) < len(variables):
        raise CannotCompile("a variable is given twice; name each one once")
    return Request(question, variables, tuple(formulas), tuple(declare))


def _named(name: str, question: Question) -> Expr:
    text = name.strip().strip("$").strip()
    found: dict[str, Sym] = {}
    for node in walk_reached(question.loss, question.context):
        if isinstance(node, Sym):
            for spelled in (node.name, identifier(node.name), name_plain(node.name)):
                found.setdefault(spelled, node)
    if text not in found:
        known = ", ".join(dict.fromkeys(node.name for node in found.values()))
        raise CannotCompile(f"{name!r} does not stand in the formula; expected one of {known}")
    return found[text]
