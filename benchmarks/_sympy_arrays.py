"""What SymPy says of the same derivatives: its matrix expressions, written as its documentation writes them.

Every formula is built by calls, none by parsing. Sizes are numbers, so that each answer can be evaluated.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
import sympy
from _problems import K, M, N
from sympy import Lambda, MatrixSymbol, OneMatrix, Symbol, Trace, exp, log
from sympy import hadamard_product as hadamard

_T = sympy.Dummy("t")
SIGMA = Lambda(_T, 1 / (1 + exp(-_T)))
EXP = Lambda(_T, exp(_T))
LOG = Lambda(_T, log(_T))
LOG_REST = Lambda(_T, log(1 - _T))
INVERSE = Lambda(_T, 1 / _T)


@dataclass(frozen=True)
class Answer:
    """SymPy's answer: "right", "wrong", "raises" or "not evaluated"; what it printed, and the seconds."""

    outcome: str
    text: str
    seconds: float


def matrix(name: str, *shape: int) -> Any:
    """Return a matrix symbol; a column for one size."""
    return MatrixSymbol(name, *(shape if len(shape) == 2 else (*shape, 1)))


def scalar_cross_entropy() -> Any:
    p, y = sympy.symbols(r"\haty y")
    return sympy.diff(-y * log(p) - (1 - y) * log(1 - p), p)


def cross_entropy(z: Any) -> Any:
    y = matrix("y", M)
    return -(y.T * z.applyfunc(LOG) + (OneMatrix(M, 1) - y).T * z.applyfunc(LOG_REST)) / M


def logistic() -> Any:
    return cross_entropy((matrix("X", M, N) * matrix("w", N)).applyfunc(SIGMA))


def softmax(z: Any) -> Any:
    powers = z.applyfunc(EXP)
    return powers / (OneMatrix(1, N) * powers)[0, 0]


def residual_square() -> Any:
    W = matrix("W", N, K)
    r = matrix("X", M, N) * W - matrix("Y", M, K)
    return Trace(r.T * r).diff(W)


def log_det(n: int = N) -> Any:
    X = matrix("X", n, n)
    return log(sympy.Determinant(X)).diff(X)


def trace_inverse() -> Any:
    X = matrix("X", N, N)
    return Trace(matrix("A", M, N) * X.I * matrix("B", N, M)).diff(X)


def two_layers() -> Any:
    W = matrix("W_1", N, K)
    H = (matrix("X", M, N) * W).applyfunc(SIGMA)
    return cross_entropy((H * matrix("w_2", K)).applyfunc(SIGMA)).diff(W)


def layer_norm() -> Any:
    x, ones = matrix("x", N), OneMatrix(N, 1)
    c = x - ones * (ones.T * x) / N
    return (matrix("g", N).T * (c / sympy.sqrt((c.T * c)[0, 0] / N + Symbol("epsilon")))).diff(x)


def attention() -> Any:
    Q = matrix("Q", M, 2)
    powers = (Q * matrix("K", N, 2).T / sympy.sqrt(2)).applyfunc(EXP)
    A = hadamard(powers, (powers * OneMatrix(N, N)).applyfunc(INVERSE))
    return Trace(matrix("G", M, K).T * A * matrix("V", N, K)).diff(Q)


def quadratic_hessian() -> Any:
    x = matrix("x", N)
    return (x.T * matrix("A", N, N) * x + Symbol("lambda") * x.T * x).diff(x).diff(x)


def softmax_cross_entropy() -> Any:
    z = matrix("z", N)
    return (-(matrix("y", N).T * softmax(z).applyfunc(LOG))).diff(z)


PROBLEMS: Mapping[str, Callable[[], Any]] = {
    "bce-scalar": scalar_cross_entropy,
    "logistic-gradient": lambda: logistic().diff(matrix("w", N)),
    "logistic-hessian": lambda: logistic().diff(matrix("w", N)).diff(matrix("w", N)),
    "softmax-jacobian": lambda: softmax(matrix("z", N)).diff(matrix("z", N)),
    "softmax-cross-entropy": softmax_cross_entropy,
    "least-squares": residual_square,
    "log-det": log_det,
    "trace-inverse": trace_inverse,
    "two-layers": two_layers,
    "layer-norm": layer_norm,
    "attention": attention,
    "quadratic-hessian": quadratic_hessian,
}


def evaluate(expression: Any, values: Mapping[str, Any]) -> np.ndarray:
    """Return the numbers that an answer means."""
    symbols = sorted(expression.free_symbols, key=str)
    try:
        put = {}
        for s in symbols:
            value = values[s.name]
            matrix_like = isinstance(s, MatrixSymbol)
            put[s] = (
                sympy.ImmutableMatrix(np.atleast_2d(value).tolist())
                if matrix_like
                else sympy.Float(float(value))
            )
        found = sympy.N(expression.xreplace(put).doit())
        return np.array(found.tolist() if hasattr(found, "tolist") else found, dtype=float)
    except (RecursionError, TypeError, ValueError, AttributeError, NotImplementedError):
        call = sympy.lambdify(symbols, expression, "numpy")
        return np.asarray(call(*(values[s.name] for s in symbols)), dtype=float)


def judged(build: Callable[[], Any], want: np.ndarray, values: Mapping[str, Any]) -> Answer:
    """Ask SymPy for a derivative and compare its value."""
    start = perf_counter()
    try:
        expression = build()
        text = sympy.latex(expression)
    except Exception as e:
        return Answer("raises", type(e).__name__, perf_counter() - start)
    seconds = perf_counter() - start
    try:
        found = evaluate(expression, values)
    except Exception as e:
        return Answer("not evaluated", f"{text} ({type(e).__name__})", seconds)
    same = found.size == want.size and np.allclose(found.reshape(want.shape), want)
    return Answer("right" if same else "wrong", text, seconds)
