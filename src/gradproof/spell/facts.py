"""Questions about a tree that decide where brackets must stand."""

from gradproof.expr import (
    Add,
    Apply,
    At,
    Branch,
    Cases,
    Compare,
    Const,
    Delta,
    Det,
    Differential,
    Div,
    Entry,
    Expr,
    Fn,
    Frobenius,
    Hadamard,
    HadamardDiv,
    Idx,
    Indicator,
    Kron,
    Let,
    MatMul,
    Mul,
    Neg,
    Norm,
    Num,
    Pow,
    Prod,
    Root,
    Sum,
    Sym,
    Trace,
    children,
)  # fmt: skip

_SCALAR = (Num, Const, Idx, Frobenius, Trace, Det, Norm, Delta, Indicator)
_LIKE_PARTS = (
    Neg, Add, Mul, Div, Pow, Root, Sum, Prod, Differential, Cases, Branch, Compare, At, Let,
    Hadamard, HadamardDiv,
)  # fmt: skip


def evidently_scalar(e: Expr) -> bool:
    """Tell whether `e` is a scalar by its form alone, without inferring shapes."""
    todo = [e]
    while todo:
        x = todo.pop()
        if isinstance(x, _SCALAR):
            continue
        if isinstance(x, Sym):
            if x.space.rank:
                return False
        elif isinstance(x, Entry):
            if not isinstance(x.array, Sym) or x.array.space.rank > len(x.indices):
                return False
        elif isinstance(x, Fn):
            if x.name in ("softmax", "logsoftmax", "logsumexp"):
                return False
            if x.name not in ("mean", "var"):
                todo.extend(x.args)
        elif isinstance(x, _LIKE_PARTS):
            todo.extend(children(x))
        elif isinstance(x, Apply):
            todo.extend(x.args)
        else:
            return False
    return True


def starts_with_differential(e: Expr) -> bool:
    """Tell whether the spelling of `e` starts with the ``d`` of a differential, sign aside."""
    while True:
        match e:
            case Differential():
                return True
            case Add(parts) | Mul(parts) | MatMul(parts) | Hadamard(parts):
                e = parts[0]
            case Frobenius(first) | Kron(first) | Neg(first):
                e = first
            case _:
                return False


def trailing_indices(e: Expr) -> list[str]:
    """Return the indices of the sums and products whose bodies end where `e` ends."""
    found: list[str] = []
    while True:
        match e:
            case Sum(body, index) | Prod(body, index):
                found.append(index.name)
                e = body
            case Neg(arg):
                e = arg
            case Mul(factors) | MatMul(factors) | Hadamard(factors):
                e = factors[-1]
            case Frobenius(_, right):
                e = right
            case _:
                return found


def mentions_free(e: Expr, names: list[str]) -> bool:
    """Tell whether an index of `names` occurs in `e` outside a sum or product over it."""
    todo: list[tuple[Expr, frozenset[str]]] = [(e, frozenset(names))]
    while todo:
        x, wanted = todo.pop()
        if isinstance(x, Idx):
            if x.name in wanted:
                return True
        elif isinstance(x, Sum | Prod) and x.index.name in wanted:
            wanted = wanted - {x.index.name}
            if wanted:
                todo.extend((kid, wanted) for kid in children(x))
        else:
            todo.extend((kid, wanted) for kid in children(x))
    return False
