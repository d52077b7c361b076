"""Functions of all entries of a vector, or of each row of a matrix: softmax, mean, variance."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from gradproof.canonical.arrays import summed
from gradproof.canonical.atoms import Value
from gradproof.canonical.env import Env
from gradproof.canonical.exponentials import exp
from gradproof.canonical.limits import NotCanonical
from gradproof.canonical.logarithms import log
from gradproof.canonical.names import index_value
from gradproof.canonical.shapes import Shape, shape
from gradproof.canonical.unfolding import Reader, Spots
from gradproof.canonical.workspace import Workspace
from gradproof.expr import Expr


def softmax(w: Workspace, e: Expr, env: Env, spots: Spots, read: Reader) -> Value:
    """Return an entry of the softmax of a vector or of the rows of a matrix."""
    _placed(w, e, env, len(spots), "softmax")
    return w.div(exp(w, read(w, e, env, spots)), _total(w, e, env, spots[:-1], read))


def log_sum_exp(w: Workspace, e: Expr, env: Env, spots: Spots, read: Reader) -> Value:
    """Return the logarithm of the sum of the exponentials of a vector, or of one row of a matrix."""
    _placed(w, e, env, len(spots) + 1, "logsumexp")
    return log(w, _total(w, e, env, spots, read))


def log_softmax(w: Workspace, e: Expr, env: Env, spots: Spots, read: Reader) -> Value:
    """Return an entry of the logarithm of a softmax."""
    _placed(w, e, env, len(spots), "logsoftmax")
    return w.sub(read(w, e, env, spots), log(w, _total(w, e, env, spots[:-1], read)))


def mean(w: Workspace, e: Expr, env: Env, spots: Spots, read: Reader) -> Value:
    """Return the mean of the entries of a vector."""
    (size,) = _placed(w, e, env, len(spots) + 1, "mean", most=1)
    return w.div(summed(w, size, env, lambda k, s: read(w, e, s, (k,))), index_value(w, size))


def variance(w: Workspace, e: Expr, env: Env, spots: Spots, read: Reader) -> Value:
    """Return the mean squared distance of the entries of a vector from their mean."""
    (size,) = _placed(w, e, env, len(spots) + 1, "var", most=1)
    middle = mean(w, e, env, spots, read)
    total = summed(w, size, env, lambda k, s: w.power(w.sub(read(w, e, s, (k,)), middle), 2))
    return w.div(total, index_value(w, size))


def _placed(w: Workspace, e: Expr, env: Env, axes: int, what: str, most: int = 2) -> Shape:
    """Return the shape of the argument, of as many axes as the entry asked for says.

    Raises:
        NotCanonical: another number of axes.
    """
    found = shape(w, e, env)
    if len(found) != axes or not 0 < axes <= most:
        raise NotCanonical(f"{what} of an array where a number of another kind is expected")
    return found


def _total(w: Workspace, e: Expr, env: Env, row: Spots, read: Reader) -> Value:
    size = shape(w, e, env)[-1]
    return summed(w, size, env, lambda k, s: exp(w, read(w, e, s, (*row, k))))


ENTRY_FUNCTIONS: Mapping[str, Callable[[Workspace, Expr, Env, Spots, Reader], Value]] = (
    MappingProxyType(
        {
            "softmax": softmax, "logsumexp": log_sum_exp, "logsoftmax": log_softmax, "mean": mean,
            "var": variance,
        }
    )
)  # fmt: skip
"""Functions that are no functions of one entry."""
