"""What is known about index expressions: equal, unequal, in range."""

from fractions import Fraction

from gradproof.expr import Add, Context, Expr, Idx, IndexRange, Mul, Neg, Num, Prod, Size, Sum, Sym

Linear = tuple[dict[str, Fraction], Fraction]


def linear(e: Expr) -> Linear | None:
    """Return an index expression as coefficients by name and a constant, or None.

    >>> linear(Add((Idx("t"), Num(Fraction(-1)))))
    ({'t': Fraction(1, 1)}, Fraction(-1, 1))
    """
    match e:
        case Num(value):
            return {}, value
        case Idx(name) | Sym(name):
            return {name: Fraction(1)}, Fraction(0)
        case Neg(x):
            return _scaled(linear(x), Fraction(-1))
        case Add(terms):
            names: dict[str, Fraction] = {}
            constant = Fraction(0)
            for t in terms:
                part = linear(t)
                if part is None:
                    return None
                constant += part[1]
                for k, v in part[0].items():
                    names[k] = names.get(k, Fraction(0)) + v
            return {k: v for k, v in names.items() if v}, constant
        case Mul((Num(value), x)):
            return _scaled(linear(x), value)
        case _:
            return None


def difference(left: Expr, right: Expr) -> Fraction | None:
    """Return ``left - right`` where it is the same number for all values of the indices."""
    if left == right:
        return Fraction(0)
    both = linear(Add((left, Neg(right))))
    return both[1] if both is not None and not both[0] else None


def same_index(left: Expr, right: Expr, context: Context) -> bool | None:
    """Tell whether two index expressions are equal: True, False, or None where it depends."""
    gap = difference(left, right)
    if gap is not None:
        return gap == 0
    if isinstance(left, Idx) and isinstance(right, Idx):
        pair, turned = (left.name, right.name), (right.name, left.name)
        if pair in context.distinct or turned in context.distinct:
            return False
        if pair in context.equal or turned in context.equal:
            return True
    return None


def range_of(total: Sum | Prod, context: Context) -> IndexRange | None:
    """Return the range over which a sum runs, where its bounds are sizes."""
    declared = context.ranges.get(total.index.name)
    if total.lower is None and total.upper is None:
        return declared
    upper = declared.upper if total.upper is None and declared else as_size(total.upper)
    if total.lower is None:
        return None if upper is None else IndexRange(upper, declared.lower if declared else 1)
    match total.lower:
        case Num(value) if value.denominator == 1 and upper is not None:
            return IndexRange(upper, int(value))
        case _:
            return None


def as_size(e: Expr | None) -> Size | None:
    """Return an expression as a size, or None where it is none."""
    if e is None:
        return None
    part = linear(e)
    if part is None or part[1].denominator != 1:
        return None
    names, constant = part
    if not names:
        return Size("", int(constant))
    (name, factor), *more = names.items()
    return Size(name, int(constant)) if factor == 1 and not more else None


def lies_in(index: Expr, extent: IndexRange, context: Context) -> bool:
    """Tell whether an index expression is certain to lie in a range."""
    match index:
        case Idx(name):
            own = context.ranges.get(name)
            return own is not None and own.lower >= extent.lower and within(own.upper, extent.upper)
        case Num(value):
            if value < extent.lower:
                return False
            name = extent.upper.name
            known = context.sizes.get(name) if name else 0
            return value == extent.lower or (
                known is not None and value <= known + extent.upper.offset
            )
        case _:
            return False


def within(left: Size, right: Size) -> bool:
    """Tell whether one size is certain not to exceed another."""
    return left.name == right.name and left.offset <= right.offset


def _scaled(part: Linear | None, factor: Fraction) -> Linear | None:
    if part is None:
        return None
    return {k: v * factor for k, v in part[0].items()}, part[1] * factor
