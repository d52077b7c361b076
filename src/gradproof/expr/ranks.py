"""How many axes the value of an expression has, as far as its nodes tell."""

from dataclasses import replace

from gradproof.expr.context import Context
from gradproof.expr.nodes import (
    Add,
    Apply,
    At,
    Branch,
    Cases,
    Compare,
    Const,
    Delta,
    Derivative,
    Det,
    Diag,
    Differential,
    Div,
    Entry,
    Expr,
    Fn,
    Frobenius,
    Gradient,
    Hadamard,
    HadamardDiv,
    Identity,
    Idx,
    Indicator,
    Inverse,
    Kron,
    Let,
    MatMul,
    Mul,
    Neg,
    Norm,
    Num,
    Ones,
    Opaque,
    Pow,
    Prod,
    PseudoInverse,
    Root,
    Row,
    Stack,
    Sum,
    Sym,
    Trace,
    Transpose,
    Vec,
)  # fmt: skip
from gradproof.expr.recall import recalled

NOTHING = Context()
"""No definitions."""

_NUMBERS = frozenset({Num, Const, Idx, Delta, Indicator, Compare, Frobenius, Trace, Det, Norm})
"""The kinds that are numbers whatever they are made of."""


def rank(e: Expr, context: Context = NOTHING) -> int | None:
    """Return 0 for a scalar, 1 for a vector, 2 for a matrix; None where the nodes do not tell.

    A transposed vector counts as a matrix of one row; a row times a column is a scalar. A function
    applied has the rank of its definition in `context`.

    >>> from gradproof.expr.sizes import Size, Space
    >>> w = Sym("w", Space((Size("n"),)))
    >>> rank(w), rank(Transpose(w)), rank(MatMul((Transpose(w), w)))
    (1, 2, 0)
    """
    if type(e) in _NUMBERS:
        return 0
    match e:
        case Sym(_, space):
            return space.rank
        case Num() | Const() | Idx() | Delta() | Indicator() | Compare():
            return 0
        case Frobenius() | Trace() | Det() | Norm():
            return 0
        case Ones(space) | Identity(space):
            return space.rank
        case Entry(array, indices):
            inner = rank(array, context)
            return None if inner is None else max(inner - len(indices), 0)
        case Neg(x) | Differential(x) | Pow(x, _) | Root(x, _) | Inverse(x) | PseudoInverse(x):
            return rank(x, context)
        case Sum(x) | Prod(x) | At(x) | Let(_, _, x) | Branch(x):
            return rank(x, context)
        case Add(xs) | Mul(xs) | Hadamard(xs) | Cases(xs):
            return _most(xs, context)
        case Div(a, b) | HadamardDiv(a, b):
            return _most((a, b), context)
        case Fn("mean" | "var"):
            return 0
        case Fn("logsumexp", (x,)):
            inner = rank(x, context)
            return None if inner is None else 1 if inner == 2 and not is_row(x, context) else 0
        case Fn(_, xs):
            return _most(xs, context)
        case Transpose(x):
            inner = rank(x, context)
            return None if inner is None else 2 if inner else 0
        case Diag(x):
            inner = rank(x, context)
            return None if inner is None else 1 if inner == 2 and not is_row(x, context) else 2
        case Vec():
            return 1
        case MatMul(xs):
            return _product(xs, context)
        case Derivative(body, wrt):
            ranks = [rank(body, context), *(rank(w, context) for w in wrt)]
            known = [r for r in ranks if r is not None]
            return sum(known) if len(known) == len(ranks) else None
        case Opaque("expect", (body, *_)):
            return rank(body, context)
        case Apply() | Gradient() | Kron() | Stack() | Row() | Opaque():
            return None if not isinstance(e, Apply) else _applied(e, context)


def is_scalar(e: Expr, context: Context = NOTHING) -> bool:
    """Tell whether an expression certainly is a scalar."""
    return rank(e, context) == 0


def is_row(e: Expr, context: Context = NOTHING) -> bool:
    """Tell whether an expression is a vector laid down: a transposed vector, or a product that starts with one."""
    match e:
        case Transpose(x):
            return rank(x, context) == 1
        case Neg(x) | Fn(_, (x,)) | Pow(x, _) | Div(x, _) | Differential(x):
            return is_row(x, context)
        case Add(xs) | Mul(xs) | Hadamard(xs):
            return any(is_row(x, context) for x in xs)
        case HadamardDiv(a, b):
            return is_row(a, context) or is_row(b, context)
        case MatMul(xs):
            return is_row(xs[0], context) and rank(xs[-1], context) == 2
        case _:
            return False


def _applied(e: Apply, context: Context) -> int | None:
    found = context.definitions.get(e.name, ())
    if len(found) == 1:
        inner = rank(found[0].body, _without(context, e.name))
        match found[0].params, e.args:
            case (Sym(_, space),), (arg,) if not space.rank and inner == 0:
                return rank(arg, context)
            case _:
                return inner
    return 0 if all(rank(a, context) == 0 for a in e.args) else None


@recalled(64)
def _without(context: Context, name: str) -> Context:
    rest = {k: v for k, v in context.definitions.items() if k != name}
    return replace(context, definitions=rest)


def _most(xs: tuple[Expr, ...], context: Context) -> int | None:
    most = 0
    for x in xs:
        if type(x) in _NUMBERS:
            continue
        own = rank(x, context)
        if own is None:
            return None
        most = max(most, own)
    return most


def _product(xs: tuple[Expr, ...], context: Context) -> int | None:
    """Rank of a matrix product: a row times a column is a scalar."""
    ranks = [rank(x, context) for x in xs]
    if any(r is None for r in ranks):
        return None
    starts_row = is_row(xs[0], context)
    ends_column = ranks[-1] == 1
    if ends_column:
        return 0 if starts_row else 1
    return 2
