"""Which of the mistakes that explain a line is named: prior times likelihood, in one place.

Every explanation that is ranked gives the numbers of the person's line exactly; what is left to decide is which one
was made. By Bayes' rule, with natural logarithms,

    score = log P(mistake) + log P(line | mistake).

**The prior** is the mistake's own (`Mistake.prior`, times the weight of the wrong rule and of its stage). It is no
frequency of all lines but of the lines that the mistake explains: how often, where it explains a line, it is the
explanation. So what only says what is different (a term, a factor, a sign: below `GENERAL`) comes after what says why
(a rule of differentiation taken wrongly), and of these the one with the narrower condition comes first; this is the
order of the "buggy rules" of Brown & Burton (Cognitive Science 2, 1978) and VanLehn (Mind Bugs, 1990), which prefer the
rule that predicts the error to its description. The values:

| prior | meaning |
| --- | --- |
| 0.8 to 0.95 | so narrow that hardly anything else gives the line: a bias not summed, a row added to a column |
| 0.5 to 0.8 | slips that are made often, of one rule at one place |
| 0.33 to 0.5 | slips that are made less often, or that are like a more frequent one at many places |
| below 0.33 | what describes the difference without saying how it came about |

**The likelihood** is a two-part code (Rissanen, Automatica 14, 1978; MacKay, Information Theory, Inference, and
Learning Algorithms, 2003, chapter 28: of two hypotheses that fit, the one that leaves less to chance has the larger
evidence).
What a wrong rule leaves unexplained has to be told beside it, and costs:

- `LEFT_OVER` for each node in which the line differs from the one that the rule gives as it stands; no more than for
  `RESPELLED` nodes, for a person may write the same thing in another way altogether, which then says nothing;
- `AGAIN` for each further place at which the same slip must have been made;
- `TURNED` where the line must stand in the other layout besides;
- `WIDE` for each node of the part that the rule touches: at equal evidence the narrower place is told.

`LEFT_OVER` and `RESPELLED` are the largest values with which, on the train half of `benchmarks/mutations.py`, no
accepted name is beaten; the reported half played no part. Ties are broken by name. A second slip multiplies in its
own prior.
"""

from collections import Counter
from collections.abc import Iterable
from math import inf, log
from typing import Final

from gradproof.expr import Expr, children, walk
from gradproof.expr.nodes import Apply, Fn, Opaque

LEFT_OVER: Final = 0.05
"""Cost of a node in which the line differs from what the wrong rule gives."""

RESPELLED: Final = 12
"""Number of such nodes above which nothing more is concluded."""

AGAIN: Final = 0.1
"""Cost of each further place of the same slip."""

TURNED: Final = 0.1
"""Cost of the other layout."""

WIDE: Final = 0.001
"""Cost of a node of the part that is touched."""

OTHERS: Final = 4
"""At most so many other explanations are told: who reads more than that learns nothing."""

OPPOSITES: Final = (
    frozenset({"chain-link-repeated", "chain-link-skipped"}),
    frozenset({"constant-dropped", "constant-kept"}),
    frozenset({"mean-factor-added", "mean-factor-dropped"}),
    frozenset({"term-lost", "term-repeated"}),
    frozenset({"transpose-missing", "transpose-spurious"}),
)
"""Mistakes of which one undoes the other: to name both for one line would tell nothing."""


def score(
    prior: float, *, left_over: int = 0, places: int = 1, width: int = 0, turned: bool = False
) -> float:
    """Return how good an explanation is: the higher, the better. At most `log(prior)`.

    >>> score(0.5) > score(0.5, left_over=1) > score(0.4)
    True
    """
    if prior <= 0:
        return -inf
    cost = LEFT_OVER * min(left_over, RESPELLED) + AGAIN * (places - 1) + WIDE * width
    return log(prior) - cost - (TURNED if turned else 0.0)


def left_over(found: Expr, line: Expr) -> int:
    """Return the number of nodes that only one of two expressions has.

    >>> from gradproof.expr import Add, Sym
    >>> left_over(Add((Sym("x"), Sym("y"))), Add((Sym("y"), Sym("z"))))
    2
    """
    a, b = _nodes(found), _nodes(line)
    return sum(((a - b) + (b - a)).values())


def _nodes(e: Expr) -> Counter[object]:
    return Counter(_label(n) for _, n in walk(e))


def _label(e: Expr) -> object:
    """Return a node without its children: its kind, and its name where the children do not tell it."""
    if not children(e):
        return e
    return type(e), e.name if isinstance(e, Apply | Fn) else e.head if isinstance(e, Opaque) else ""


def consistent(named: str, others: Iterable[str]) -> tuple[str, ...]:
    """Return names that may stand beside the one that is named: each once, none that contradicts it or one before."""
    kept: list[str] = [named]
    for other in others:
        if len(kept) > OTHERS:
            break
        if other not in kept and not any(frozenset((other, k)) in OPPOSITES for k in kept):
            kept.append(other)
    return tuple(kept[1:])
