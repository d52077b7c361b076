"""Light tidying by named sound rules: what a person does without writing it down (0·u, 1·u, --u)."""

from gradproof.expr import Context, Expr, children, rebuild
from gradproof.rewrite.catalogue import rules_on

EMPTY = Context()
_ROUNDS = 50


def tidy_root(e: Expr, context: Context = EMPTY, used: list[str] | None = None) -> Expr:
    """Apply the rules at the root of `e` until none fits; the children must be tidy.

    The names of the rules that fired are appended to `used`.
    """
    for _ in range(_ROUNDS):
        for rule in rules_on(type(e)):
            new = rule.apply(e, context)
            if new is not None and new != e:
                if used is not None:
                    used.append(rule.name)
                e = new
                break
        else:
            return e
    return e


def tidy(e: Expr, context: Context = EMPTY, used: list[str] | None = None) -> Expr:
    """Tidy the whole expression, children first.

    >>> from fractions import Fraction
    >>> from gradproof.expr import Mul, Num, Sym
    >>> tidy(Mul((Num(Fraction(1)), Sym("x"))))
    Sym(name='x', space=Space(shape=()))
    """
    kids = children(e)
    if kids:
        new = tuple(tidy(k, context, used) for k in kids)
        if any(a is not b for a, b in zip(kids, new, strict=True)):
            e = rebuild(e, new)
    return tidy_root(e, context, used)
