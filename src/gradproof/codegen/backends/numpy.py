"""NumPy: modules that need nothing else."""

from typing import Final

from gradproof.codegen.backend import Backend
from gradproof.codegen.dialect import Dialect
from gradproof.codegen.module import Library, module
from gradproof.codegen.program import Program


def _pad(x: str, axis: int, rank: int, before: str, after: str) -> str:
    widths = ["(0, 0)"] * rank
    widths[axis] = f"({before}, {after})"
    inner = f"({', '.join(widths)},)" if rank == 1 else f"({', '.join(widths)})"
    return f"np.pad({x}, {inner})"


_SIGMOID: Final = '''\
def _sigmoid(x):
    """Return the logistic function 1 / (1 + exp(-x)), without overflow."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)
'''
_SOFTPLUS: Final = '''\
def _softplus(x):
    """Return log(1 + exp(x)), without overflow."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
'''
_SIGMOIDS: Final = '''\
def _sigmoids(x):
    """Return the logistic function of x and of -x, from one exponential."""
    e = np.exp(-np.abs(x))
    right, whole = x >= 0, 1 + e
    return np.where(right, 1, e) / whole, np.where(right, e, 1) / whole
'''
_SOFTPLUSES: Final = '''\
def _softpluses(x):
    """Return log(1 + exp(x)) and log(1 + exp(-x)), from one exponential."""
    tail = np.log1p(np.exp(-np.abs(x)))
    return np.maximum(x, 0) + tail, np.maximum(-x, 0) + tail
'''
_HOLDS: Final = '''\
def _holds(condition, *like):
    """Return 1 where a condition holds, else 0, in the type of some numbers."""
    return np.asarray(condition).astype(np.result_type(np.float32, *like))
'''
_LOG1MEXP: Final = '''\
def _log1mexp(x):
    """Return log(1 - exp(-x)) for x > 0."""
    return np.where(x < 0.6931471805599453, np.log(-np.expm1(-x)), np.log1p(-np.exp(-x)))[()]
'''
_XLOGY: Final = '''\
def _xlogy(a, b):
    """Return a * log(b), which is 0 where a is 0."""
    return a * np.log(np.where(a == 0, 1, b))
'''
_EXPREL: Final = '''\
def _exprel(x, k):
    """Return the integral of t^k exp(t x) over t from 0 to 1: near 0 its series, else by parts."""
    near = np.abs(x) < 1
    small, large = np.where(near, x, 0), np.where(near, 1, x)
    series = sum(small**j / (math.factorial(j) * (j + k + 1)) for j in range(20))
    parts = np.expm1(large) / large
    for j in range(1, k + 1):
        parts = (np.exp(large) - j * parts) / large
    return np.where(near, series, parts)[()]
'''
_SOFTMAX: Final = '''\
def _softmax(x):
    """Return exp(x) / sum(exp(x)) along the last axis, without overflow."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)
'''
_LOGSUMEXP: Final = '''\
def _logsumexp(x):
    """Return log(sum(exp(x))) along the last axis, without overflow."""
    place = np.argmax(x, axis=-1)[..., None]
    top = np.take_along_axis(x, place, -1)
    e = np.exp(x - top)
    np.put_along_axis(e, place, 0, -1)
    return top[..., 0] + np.log1p(e.sum(axis=-1))
'''
_LOGSOFTMAX: Final = '''\
def _logsoftmax(x):
    """Return x - log(sum(exp(x))) along the last axis, without overflow; near 0 it keeps its digits."""
    place = np.argmax(x, axis=-1)[..., None]
    x = x - np.take_along_axis(x, place, -1)
    e = np.exp(x)
    np.put_along_axis(e, place, 0, -1)
    return x - np.log1p(e.sum(axis=-1, keepdims=True))
'''
_FACTORED: Final = '''\
def _factored(factor, right):
    """Return the solution of a system whose matrix is factor @ factor.T, the factor lower triangular."""
    out = np.array(right)
    cuts = [(a, min(a + 64, len(out))) for a in range(0, len(out), 64)]
    for a, b in cuts:
        out[a:b] = np.linalg.solve(factor[a:b, a:b], out[a:b] - factor[a:b, :a] @ out[:a])
    for a, b in reversed(cuts):
        out[a:b] = np.linalg.solve(factor[a:b, a:b].T, out[a:b] - factor[b:, a:b].T @ out[b:])
    return out
'''
_LOGDET: Final = '''\
def _logdet(x):
    """Return the logarithm of the determinant, nan where it is negative."""
    sign, size = np.linalg.slogdet(x)
    return np.where(sign > 0, size, np.nan)[()]
'''
_ERF: Final = '''\
def _erf(x):
    """Return the error function."""
    flat = [math.erf(v) for v in np.ravel(x)]
    return np.reshape(flat, np.shape(x)).astype(np.result_type(np.float32, x))[()]
'''

NUMPY: Final = Dialect(
    module="np",
    functions={
        **{
            name: f"np.{name}({{0}})"
            for name in (
                "exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos",
                "arctan", "sqrt", "abs", "sign", "log1p", "expm1", "cbrt",
            )
        },
        "pow": "~{0} ** {1}",
        "sigmoid": "_sigmoid({0})",
        "softplus": "_softplus({0})",
        "log1mexp": "_log1mexp({0})",
        "xlogy": "_xlogy({0}, {1})",
        "logaddexp": "np.logaddexp({0}, {1})",
        "exprel0": "_exprel({0}, 0)",
        "exprel1": "_exprel({0}, 1)",
        "exprel2": "_exprel({0}, 2)",
        "relu": "np.maximum({0}, 0)",
        "max": "np.maximum({0}, {1})",
        "min": "np.minimum({0}, {1})",
        "greater": "_holds(np.greater({0}, {1}), {0}, {1})",
        "atleast": "_holds(np.greater_equal({0}, {1}), {0}, {1})",
        "equal": "_holds(np.equal({0}, {1}), {0}, {1})",
        "unequal": "_holds(np.not_equal({0}, {1}), {0}, {1})",
        "where": "np.where({0}, {1}, {2})",
        "erf": "_erf({0})",
    },
    helpers={
        "_sigmoid": _SIGMOID, "_softplus": _SOFTPLUS, "_log1mexp": _LOG1MEXP, "_xlogy": _XLOGY,
        "_exprel": _EXPREL, "_holds": _HOLDS, "_softmax": _SOFTMAX,
        "_logsumexp": _LOGSUMEXP, "_logsoftmax": _LOGSOFTMAX, "_logdet": _LOGDET, "_erf": _ERF,
        "_factored": _FACTORED, "_sigmoids": _SIGMOIDS, "_softpluses": _SOFTPLUSES,
    },
    pairs={"sigmoid": "_sigmoids({0})", "softplus": "_softpluses({0})"},
    einsum='np.einsum("{spec}", {args}, optimize=True)',
    tensordot="np.tensordot({0}, {1}, axes=({2}, {3}))",
    total="np.sum({0}, axis={axes})",
    whole="np.sum({0})",
    dot="np.vdot({0}, {1})",
    permute="np.transpose({0}, ({axes}))",
    full="np.full({shape}, {0}, dtype={like}.dtype)",
    spread="np.full({shape}, {0}, dtype={like}.dtype)",
    eye="np.eye({n}, dtype={like}.dtype)",
    positions="np.arange({first}, {last}, dtype={like}.dtype)",
    diagonal="np.diag({0})",
    taken="np.diagonal({0})",
    reshape="{0}.reshape({shape})",
    pad=_pad,
    along={
        "softmax": "_softmax({0})", "logsoftmax": "_logsoftmax({0})", "logsumexp": "_logsumexp({0})",
        "maximum": "np.max({0}, axis=-1)", "minimum": "np.min({0}, axis=-1)",
        "product": "np.prod({0}, axis=-1)",
    },
    inverse="np.linalg.inv({0})",
    solve="np.linalg.solve({0}, {1})",
    det="np.linalg.det({0})",
    logdet="_logdet({0})",
    cholesky="np.linalg.cholesky({0})",
    factored="_factored({0}, {1})",
    factored_vector="_factored({0}, {1})",
    view='np.einsum("{spec}", {0})',
    zeros="np.zeros({shape}, dtype={like}.dtype)",
    copy="np.array({0})",
    result="np.asarray({0}, dtype={like}.dtype)[()]",
)  # fmt: skip

CHECKS: Final = '''\
def _floating(**given):
    """Return the arguments as arrays of one floating type: that of the arrays among them."""
    for x in given.values():
        if type(x) is not np.ndarray or x.dtype.char != "d":
            break
    else:
        return list(given.values())
    arrays = {name: np.asarray(x) for name, x in given.items()}
    for name, x in arrays.items():
        if x.dtype.kind not in "fiub" or x.dtype == np.float16:
            raise TypeError(f"{name} has the type {x.dtype}, expected real numbers (float32, float64)")
    types = [x.dtype for x in arrays.values() if x.ndim] or [x.dtype for x in arrays.values()]
    dtype = np.result_type(*types)
    if dtype.kind != "f":
        dtype = np.dtype(np.float64)
    return [x.astype(dtype, copy=False) for x in arrays.values()]


def _misfit(name, x, expected, sizes=None):
    """Return the error for an argument whose shape does not fit."""
    told = expected if sizes is None or expected == str(sizes) else f"{expected} = {sizes}"
    return ValueError(f"{name} has the shape {x.shape}, expected {told}")
'''


LIBRARY: Final = Library(
    title="NumPy code for a formula and its derivatives.",
    dialect=NUMPY,
    imports=("import numpy as np",),
    checks=CHECKS,
    direction="np.asarray({0}, dtype={like}.dtype)",
)


def emit(p: Program) -> str:
    """Return the source of a module."""
    return module(p, LIBRARY)


BACKEND: Final = Backend("numpy", ("numpy",), "", emit)
