"""Products: 0·u = 0, 1·u = u, numbers first, signs in front."""

from fractions import Fraction
from math import prod

from gradproof.expr import Add, Context, Div, Expr, Mul, Neg, Num, Sum, Sym
from gradproof.rewrite.build import ONE, ZERO, div, mul, neg
from gradproof.rewrite.rule import rewrite_rule


@rewrite_rule("zero-factor", on=Mul, formula=r"u \cdot 0 = 0")
def zero_factor(e: Mul, _context: Context) -> Expr | None:
    """A product with a zero is zero."""
    return ZERO if any(isinstance(f, Num) and not f.value for f in e.factors) else None


@rewrite_rule("unit-factor", on=Mul, formula=r"u \cdot 1 = u")
def unit_factor(e: Mul, _context: Context) -> Expr | None:
    """Drop the factors that are one."""
    kept = tuple(f for f in e.factors if not isinstance(f, Num) or f.value != 1)
    return None if len(kept) == len(e.factors) else mul(*kept)


@rewrite_rule("nested-product", on=Mul, formula=r"(u v) w = u v w")
def nested_product(e: Mul, _context: Context) -> Expr | None:
    """Write a product within a product as one product."""
    if not any(isinstance(f, Mul) for f in e.factors):
        return None
    flat: list[Expr] = []
    for f in e.factors:
        flat.extend(f.factors if isinstance(f, Mul) else (f,))
    return mul(*flat)


@rewrite_rule("sign-in-front", on=Mul, formula=r"u \cdot (-v) = -(u v)")
def sign_in_front(e: Mul, _context: Context) -> Expr | None:
    """Write the signs of the factors, and of their numbers, before the product."""
    minus = 0
    factors: list[Expr] = []
    if not any(isinstance(f, Neg | Num) for f in e.factors):
        return None
    for f in e.factors:
        match f:
            case Neg(u):
                minus += 1
                factors.append(u)
            case Num(value) if value < 0:
                minus += 1
                factors.append(Num(-value))
            case _:
                factors.append(f)
    if not minus:
        return None
    product = mul(*factors)
    return neg(product) if minus % 2 else product


@rewrite_rule("numbers-multiplied", on=Mul, formula=r"2 \cdot u \cdot 3 = 6 u")
def numbers_multiplied(e: Mul, _context: Context) -> Expr | None:
    """Multiply the numbers among the factors and write them first."""
    numbers = [f.value for f in e.factors if isinstance(f, Num)]
    if not numbers or (len(numbers) == 1 and isinstance(e.factors[0], Num)):
        return None
    others = (f for f in e.factors if not isinstance(f, Num))
    return mul(Num(prod(numbers, start=Fraction(1))), *others)


@rewrite_rule("unit-fraction-factor", on=Mul, formula=r"u \cdot \frac{1}{v} = \frac{u}{v}")
def unit_fraction_factor(e: Mul, _context: Context) -> Expr | None:
    r"""Write a later factor 1/v as a denominator; ``\frac1m \sum`` in front stays as it is."""
    for k, f in enumerate(e.factors):
        if not (isinstance(f, Div) and f.num == ONE):
            continue
        rest = e.factors[:k] + e.factors[k + 1 :]
        if k == 0 and (isinstance(f.den, Sym | Num) or any(isinstance(r, Sum | Add) for r in rest)):
            continue
        return div(mul(*rest), f.den)
    return None
