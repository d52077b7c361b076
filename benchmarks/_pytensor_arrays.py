"""What PyTensor makes of the same derivatives: a graph of the gradient, and how it prints; it names no rules."""

from collections.abc import Mapping
from time import perf_counter
from typing import Any

import numpy as np
import pytensor
import pytensor.printing
import pytensor.tensor as pt
from _problems import Problem
from _sympy_arrays import Answer


class Linear:
    """The two functions of `numpy.linalg` that the objectives use."""

    det = staticmethod(pt.linalg.det)
    inv = staticmethod(pt.linalg.inv)


class Library:
    """PyTensor under the names that the objectives use."""

    exp = staticmethod(pt.exp)
    log = staticmethod(pt.log)
    sqrt = staticmethod(pt.sqrt)
    trace = staticmethod(pt.trace)
    linalg = Linear


def symbol(name: str, value: np.ndarray) -> Any:
    """Return a variable for a value."""
    return pt.dscalar(name) if value.ndim == 0 else pt.dmatrix(name)


def judged(problem: Problem, want: np.ndarray, values: Mapping[str, np.ndarray]) -> Answer:
    """Build the gradient, compile it, and compare its value."""
    start = perf_counter()
    try:
        symbols = {name: symbol(name, np.asarray(value)) for name, value in values.items()}
        x = symbols[problem.variable]
        value = problem.objective(Library, symbols)
        if problem.jacobian:
            derivative = pt.stack(
                [pytensor.grad(value[k, 0], x)[:, 0] for k in range(want.shape[0])]
            )
        else:
            derivative = pytensor.grad(value, x)
        if problem.order == 2:
            slopes = [pytensor.grad(derivative[k, 0], x)[:, 0] for k in range(want.shape[0])]
            derivative = pt.stack(slopes)
        call = pytensor.function(list(symbols.values()), derivative, on_unused_input="ignore")
        text = pytensor.printing.pprint(call.maker.fgraph.outputs[0])
        found = np.asarray(call(*values.values()))
    except Exception as e:
        return Answer("raises", f"{type(e).__name__}: {e}", perf_counter() - start)
    seconds = perf_counter() - start
    same = np.allclose(found.reshape(want.shape), want, rtol=1e-9)
    return Answer("right" if same else "wrong", text, seconds)
