"""Whole arrays read by their entries: matrix products as sums, norms, traces, softmax."""

from collections.abc import Callable

from gradproof.canonical.atoms import Value
from gradproof.canonical.env import Env
from gradproof.canonical.exponentials import root
from gradproof.canonical.indices import Index, Range
from gradproof.canonical.limits import NotCanonical
from gradproof.canonical.names import delta
from gradproof.canonical.shapes import ONE, matrix_shape, shape
from gradproof.canonical.signs import absolute
from gradproof.canonical.sums import sum_over
from gradproof.canonical.unfolding import Reader, Spots
from gradproof.canonical.workspace import Workspace
from gradproof.expr import Diag, Expr, Frobenius, Norm

Body = Callable[[Index, Env], Value]
"""What is summed at one position, in the scope of the sum."""
Entries = Callable[[Spots, Env], Value]
"""What is summed at the positions of one entry, in the scope of the sums."""


def at_spots(w: Workspace, e: Expr, env: Env, spots: Spots, read: Reader) -> Value:
    """Read a part of an elementwise expression: an entry of an array, or a scalar that is spread."""
    if not spots:
        return read(w, e, env, ())
    found = shape(w, e, env)
    if not found:
        return read(w, e, env, ())
    if len(found) != len(spots):
        raise NotCanonical("arrays of different shapes in one elementwise expression")
    return read(w, e, env, spots)


def summed(w: Workspace, size: Index, env: Env, body: Body) -> Value:
    """Sum ``body(position, scope)`` over all positions of an axis."""
    if size == ONE:
        return body(ONE, env)
    extent = Range(ONE, size)
    name = w.open(str(env.depth), extent)
    return sum_over(w, body(Index.of(name), env.deeper({})), name, extent)


def matrix_product(
    w: Workspace, factors: tuple[Expr, ...], env: Env, spots: Spots, read: Reader
) -> Value:
    """Return a matrix product, or the entry of it at `spots`.

    Raises:
        NotCanonical: shapes that do not fit.
    """
    first, last = matrix_shape(w, factors[0], env), matrix_shape(w, factors[-1], env)
    if len(spots) == 2:
        row, column = spots
    elif len(spots) == 1 and last[1] == ONE:
        row, column = spots[0], ONE
    elif not spots and first[0] == ONE and last[1] == ONE:
        row, column = ONE, ONE
    else:
        raise NotCanonical("a matrix product where a number is expected")
    return _chain(w, factors, env, row, column, read)


def _chain(
    w: Workspace, factors: tuple[Expr, ...], env: Env, row: Index, column: Index, read: Reader
) -> Value:
    head, rest = factors[0], factors[1:]
    if not rest:
        return _cell(w, head, env, row, column, read)
    inner = matrix_shape(w, head, env)[1]
    if matrix_shape(w, rest[0], env)[0] != inner:
        raise NotCanonical("a matrix product of shapes that do not fit")

    def term(k: Index, scope: Env) -> Value:
        left = _cell(w, head, scope, row, k, read)
        return w.mul(left, _chain(w, rest, scope, k, column, read))

    return summed(w, inner, env, term)


def _cell(w: Workspace, e: Expr, env: Env, row: Index, column: Index, read: Reader) -> Value:
    """Return an entry of a factor; a vector is a column."""
    spots = (row,) if len(shape(w, e, env)) == 1 else (row, column)
    return read(w, e, env, spots)


def frobenius(w: Workspace, e: Frobenius, env: Env, read: Reader) -> Value:
    """Return the sum of the elementwise products of two arrays."""
    left, right = shape(w, e.left, env), shape(w, e.right, env)
    if left != right:
        raise NotCanonical("a Frobenius product of different shapes")
    return _over_all(
        w, left, env, lambda at, s: w.mul(read(w, e.left, s, at), read(w, e.right, s, at))
    )


def norm(w: Workspace, e: Norm, env: Env, read: Reader) -> Value:
    """Return a norm: Euclidean, Frobenius, or the sum of absolute values of a vector.

    Raises:
        NotCanonical: another norm.
    """
    found = shape(w, e.arg, env)
    if not found:
        return absolute(w, read(w, e.arg, env, ()))
    vector = len(found) == 1 or ONE in found
    if e.order == "1" and vector:
        return _over_all(w, found, env, lambda at, s: absolute(w, read(w, e.arg, s, at)))
    if e.order == "F" or (e.order == "2" and vector):
        square = _over_all(w, found, env, lambda at, s: w.power(read(w, e.arg, s, at), 2))
        return root(w, square, 2)
    raise NotCanonical("a norm that is not a sum over entries")


def trace(w: Workspace, e: Expr, env: Env, read: Reader) -> Value:
    """Return the sum of the diagonal entries."""
    found = shape(w, e, env)
    if not found:
        return read(w, e, env, ())
    if len(found) != 2 or found[0] != found[1]:
        raise NotCanonical("a trace of something that is not square")
    return summed(w, found[0], env, lambda k, s: read(w, e, s, (k, k)))


def diagonal(w: Workspace, e: Diag, env: Env, spots: Spots, read: Reader) -> Value:
    """Return an entry of the diagonal matrix of a vector, or of the diagonal of a matrix."""
    found = shape(w, e.arg, env)
    if len(found) == 1 and len(spots) == 2:
        return w.mul(delta(w, spots[0], spots[1]), read(w, e.arg, env, spots[:1]))
    if len(found) == 2 and len(spots) == 1:
        return read(w, e.arg, env, (spots[0], spots[0]))
    raise NotCanonical("a diagonal matrix where a number is expected")


def _over_all(w: Workspace, sizes: tuple[Index, ...], env: Env, body: Entries) -> Value:
    """Sum ``body(positions, scope)`` over all entries of an array."""

    def level(at: Spots, rest: tuple[Index, ...], scope: Env) -> Value:
        if not rest:
            return body(at, scope)
        return summed(w, rest[0], scope, lambda k, s: level((*at, k), rest[1:], s))

    return level((), sizes, env)
