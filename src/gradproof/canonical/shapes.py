"""Shapes of expressions as index forms, as far as whole arrays are read by their entries."""

from gradproof.canonical.env import Env
from gradproof.canonical.indices import Index
from gradproof.canonical.letters import size_index
from gradproof.canonical.limits import NotCanonical
from gradproof.canonical.workspace import Workspace
from gradproof.expr import (
    Add,
    Apply,
    At,
    Cases,
    Diag,
    Div,
    Entry,
    Expr,
    Fn,
    Hadamard,
    HadamardDiv,
    Identity,
    Let,
    MatMul,
    Mul,
    Neg,
    Ones,
    Pow,
    Prod,
    Root,
    Space,
    Sum,
    Sym,
    Transpose,
    is_scalar,
)  # fmt: skip

Shape = tuple[Index, ...]
ONE = Index((), 1)


def shape(w: Workspace, e: Expr, env: Env) -> Shape:
    """Return the shape of an expression; a transposed vector has the shape (1, n).

    Raises:
        NotCanonical: the shape cannot be told.
    """
    if is_scalar(e):
        return ()
    match e:
        case Sym(name, space):
            return () if name in env.names else of_space(w, space)
        case Ones(space) | Identity(space):
            return of_space(w, space)
        case Entry(array, indices):
            return shape(w, array, env)[len(indices) :]
        case Neg(x) | Pow(x, _) | Root(x, _) | Sum(x) | Prod(x) | At(x) | Let(_, _, x):
            return shape(w, x, env)
        case Fn("logsumexp", (x,)):
            return shape(w, x, env)[:-1]
        case Add(xs) | Mul(xs) | Hadamard(xs) | Fn(_, xs):
            return _common(w, xs, env)
        case Div(a, b) | HadamardDiv(a, b):
            return _common(w, (a, b), env)
        case Cases(branches):
            return _common(w, tuple(b.value for b in branches), env)
        case Transpose(x):
            inner = shape(w, x, env)
            return (ONE, *inner) if len(inner) == 1 else tuple(reversed(inner))
        case Diag(x):
            inner = shape(w, x, env)
            return (*inner, *inner) if len(inner) == 1 else inner[:1]
        case MatMul(xs):
            rows, columns = matrix_shape(w, xs[0], env)[0], matrix_shape(w, xs[-1], env)[1]
            if columns == ONE:
                return () if rows == ONE else (rows,)
            return (rows, columns)
        case Apply(name):
            found = w.context.definitions.get(name)
            return shape(w, found[0].body, env) if found and not w.fold else ()
        case _:
            raise NotCanonical(f"{type(e).__name__} of whole arrays")


def matrix_shape(w: Workspace, e: Expr, env: Env) -> tuple[Index, Index]:
    """Return rows and columns; a vector is a column.

    Raises:
        NotCanonical: a scalar or an array of more axes.
    """
    found = shape(w, e, env)
    if len(found) == 1:
        return found[0], ONE
    if len(found) == 2:
        return found[0], found[1]
    raise NotCanonical("a matrix product of something else than vectors and matrices")


def of_space(w: Workspace, space: Space) -> Shape:
    """Return the shape of a space."""
    return tuple(size_index(w, s) for s in space.shape)


def _common(w: Workspace, xs: tuple[Expr, ...], env: Env) -> Shape:
    out: Shape = ()
    for x in xs:
        found = shape(w, x, env)
        if len(found) > len(out):
            out = found
    return out
