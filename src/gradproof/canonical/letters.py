"""Reading index expressions, and the ranges of sums."""

from gradproof.canonical.env import Env
from gradproof.canonical.indices import SIZE_MARK, Index, Range
from gradproof.canonical.limits import NotCanonical
from gradproof.canonical.workspace import Workspace
from gradproof.expr import Add, Expr, Idx, Mul, Neg, Num, Prod, Size, Sum, Sym


def read_index(w: Workspace, e: Expr, env: Env) -> Index | None:
    """Return an index expression as a linear form, or None where it is none."""
    match e:
        case Idx(name):
            return env.indices.get(name) or free_index(w, name)
        case Num(value):
            return Index((), value.numerator) if value.denominator == 1 else None
        case Sym(name, space) if not space.rank:
            return _symbol(w, name, env)
        case Neg(arg):
            inner = read_index(w, arg, env)
            return None if inner is None else inner.times(-1)
        case Add(parts):
            total = Index()
            for part in parts:
                inner = read_index(w, part, env)
                if inner is None:
                    return None
                total = total.plus(inner)
            return total
        case Mul(parts):
            product = Index((), 1)
            for part in parts:
                inner = read_index(w, part, env)
                if inner is None or (inner.terms and product.terms):
                    return None
                product = (
                    product.times(inner.constant)
                    if not inner.terms
                    else inner.times(product.constant)
                )
            return product
        case _:
            return None


def index_of(w: Workspace, e: Expr, env: Env) -> Index:
    """Return an index expression as a linear form.

    Raises:
        NotCanonical: it is none.
    """
    found = read_index(w, e, env)
    if found is None:
        raise NotCanonical("an index that is not a whole-number expression")
    return found


def free_index(w: Workspace, name: str) -> Index:
    """Return an index letter that nothing binds; one that has a single value is that value."""
    name = w.chosen.get(name, name)
    extent = w.ranges.get(name)
    if extent is None:
        declared = w.context.ranges.get(name)
        if declared is None:
            return Index.of(name)
        extent = Range(Index((), declared.lower), size_index(w, declared.upper))
        w.ranges[name] = extent
    only = extent.lower.number
    return extent.lower if only is not None and only == extent.upper.number else Index.of(name)


def size_index(w: Workspace, size: Size) -> Index:
    """Return a size as a linear form; a fixed one is a number."""
    if not size.name:
        return Index((), size.offset)
    fixed = w.context.sizes.get(size.name)
    if fixed is not None:
        return Index((), fixed + size.offset)
    w.sizes.add(size.name)
    return Index(((SIZE_MARK + size.name, 1),), size.offset)


def range_of(w: Workspace, e: Sum | Prod, env: Env) -> Range:
    """Return where the index of a sum or product runs.

    Raises:
        NotCanonical: its bounds are not known, or no whole-number expressions.
    """
    declared = w.context.ranges.get(e.index.name)
    if declared is None and (e.lower is None or e.upper is None):
        raise NotCanonical(f"the range of the index {e.index.name} is not known")
    for limit in (e.lower, e.upper):
        if limit is not None:
            _note_sizes(w, limit)
    lower = index_of(w, e.lower, env) if e.lower is not None else None
    upper = index_of(w, e.upper, env) if e.upper is not None else None
    if declared is not None:
        lower = Index((), declared.lower) if lower is None else lower
        upper = size_index(w, declared.upper) if upper is None else upper
    if lower is None or upper is None:
        raise NotCanonical(f"the range of the index {e.index.name} is not known")
    return Range(lower, upper)


def _note_sizes(w: Workspace, limit: Expr) -> None:
    """A bare name in the bound of a sum is a size."""
    match limit:
        case Sym(name, space) if not space.rank and name not in w.context.definitions:
            w.sizes.add(name)
        case Add(parts) | Mul(parts):
            for part in parts:
                _note_sizes(w, part)
        case Neg(arg):
            _note_sizes(w, arg)
        case _:
            pass


def _symbol(w: Workspace, name: str, env: Env) -> Index | None:
    bound = env.names.get(name)
    if bound is not None:
        number = w.rational(bound)
        whole = number is not None and number.denominator == 1
        return Index((), int(number)) if whole and number is not None else None
    if name in w.context.definitions:
        return None
    fixed = w.context.sizes.get(name)
    if fixed is not None:
        return Index((), fixed)
    value = w.context.values.get(name)
    if value is not None:
        return Index((), int(value)) if value.denominator == 1 else None
    return Index(((SIZE_MARK + name, 1),))
