"""Naming what no wrong rule explains by what the terms show: one is missing, has another sign or another factor."""

from typing import Final

from gradproof.expr import Context
from gradproof.mistakes.align import Alignment
from gradproof.mistakes.catalogue import catalogue
from gradproof.mistakes.match import Match
from gradproof.mistakes.presented import presented
from gradproof.mistakes.words import told
from gradproof.rewrite import add
from gradproof.spell import to_plain

TERM_LOST: Final = "term-lost"
SIGN: Final = "sign-of-one-term"
WHOLE_SIGN: Final = "sign-outer-lost"
FACTOR: Final = "factor-lost"


def by_terms(found: Alignment | None, context: Context) -> tuple[Match, ...]:
    """Return the cause that an alignment of terms shows, none where it only shows that something is different."""
    if found is None:
        return ()
    if found.missing is not None:
        name, message = TERM_LOST, "a term is missing: {wrong} should be {right}"
        right = add(found.wrong, found.missing)
    elif found.right is not None and found.factor is not None:
        right = found.right
        if found.factor == -1:
            name, message = (SIGN if found.terms > 1 else WHOLE_SIGN), "{wrong} has the wrong sign"
        else:
            name, message = FACTOR, f"{{wrong}} is off by a factor {1 / found.factor}"
    elif found.right is not None and found.quantity is not None:
        right, q = found.right, found.quantity
        told_q = to_plain(presented(q.quantity, context))
        name = FACTOR
        message = (
            f"{{wrong}} lacks the factor {told_q}"
            if q.lost
            else f"{{wrong}} has the factor {told_q} once too often"
        )
    else:
        return ()
    mistake = catalogue().get(name)
    if mistake is None:
        return ()
    wrong = found.wrong
    beside = f"{found.agreeing} of {found.terms} terms are right; " if found.terms > 1 else ""
    return (
        Match(
            mistake=mistake,
            sites=(),
            variant=wrong,
            right_part=right,
            wrong_part=wrong,
            message=beside + told(message, context, node=right, right=right, wrong=wrong),
            why=told(mistake.why, context, node=right, right=right, wrong=wrong),
            also_consistent_with=(),
            place=found.path,
            prior=mistake.prior,
        ),
    )
