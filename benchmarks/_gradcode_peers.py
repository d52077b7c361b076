"""Other checkers of gradients on the functions of ``gradcode.py``: what they detect, and how long it takes.

They compare a gradient with differences of the function itself, so each is given the value of the formula, compiled
by gradproof, and is asked at one point, as its documentation shows it: default tolerances; for scipy, which
returns a number and no verdict, an error above ``1e-4`` of the gradient counts as a detection.
"""

import importlib.util
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
THRESHOLD = 1e-4
Function = Callable[..., Any]


def compared(cases: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return by tool how many wrong functions it detects, how many right ones it accuses, and the time."""
    os.environ.setdefault("JAX_ENABLE_X64", "1")
    tools: dict[str, Callable[..., bool]] = {
        "torch.autograd.gradcheck": by_torch,
        "jax.test_util.check_grads": by_jax,
        "scipy.optimize.check_grad": by_scipy,
    }
    out: dict[str, dict[str, Any]] = {}
    prepared = [(bool(c["accept"]), *_prepared(c)) for c in cases]
    for name, tool in tools.items():
        told: list[tuple[bool, bool, float]] = []
        for wrong, value, gradient, at in prepared:
            start = perf_counter()
            try:
                with np.errstate(all="ignore"):
                    detected = not tool(value, gradient, at.copy())
            except Exception:
                detected = True
            told.append((wrong, detected, perf_counter() - start))
        out[name] = {
            "wrong": sum(w for w, _, _ in told),
            "detected": sum(w and d for w, d, _ in told),
            "right": sum(not w for w, _, _ in told),
            "accused": sum(d and not w for w, d, _ in told),
            "explained": 0,
            "seconds": median(s for _, _, s in told),
        }
    return out


def _prepared(case: dict[str, Any]) -> tuple[Function, Function, Any]:
    """Return the value and the gradient as functions of the variable alone, and a point."""
    import gradproof
    from gradproof.gradcode.calling import describe
    from gradproof.gradcode.numbers import decoded
    from gradproof.gradcode.parameters import match_parameters
    from gradproof.gradcode.question import ask
    from gradproof.gradcode.truth import draw
    from gradproof.spell import identifier

    path = HERE / "gradcode" / case["file"]
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function = getattr(module, case["function"])
    asked = ask([case["formula"]], case["wrt"], case["declare"])
    matched = match_parameters(describe(function, "").parameters, asked, {})
    points = draw(asked, matched, asked.context)
    given = {p: decoded(v) for p, v in points.arguments[1].items()}
    (name,) = asked.variables
    own = matched.parameter_of(name)
    code = gradproof.compile(case["formula"], wrt=case["wrt"][0], declare=case["declare"])
    symbols = {identifier(s): given[p] for p, s in matched.symbols.items()}
    values = points.samples.values
    for symbol in asked.base:
        if identifier(symbol) in code.inputs and symbol in values:
            symbols.setdefault(identifier(symbol), np.array(values[symbol][1], dtype=float))
    inputs = {n: v for n, v in symbols.items() if n in code.inputs}

    def value(x: Any) -> Any:
        return np.asarray(code.value(**{**inputs, identifier(name): x}), dtype=float)

    def gradient(x: Any) -> Any:
        copied = {p: v.copy() if hasattr(v, "copy") else v for p, v in given.items()}
        return np.asarray(function(**{**copied, own: x}), dtype=float)

    return value, gradient, np.asarray(given[own] if own else 0.0, dtype=float)


def by_torch(value: Function, gradient: Function, at: Any) -> bool:
    """Tell whether torch finds nothing wrong."""
    import torch

    class Checked(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return torch.tensor(value(x.detach().numpy()), dtype=torch.float64)

        @staticmethod
        def backward(ctx: Any, *grads: Any) -> Any:
            (x,) = ctx.saved_tensors
            found = torch.tensor(gradient(x.detach().numpy().copy()), dtype=torch.float64)
            (g,) = grads
            return g * found if not g.ndim else torch.tensordot(g, found, dims=g.ndim)

    point = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    return torch.autograd.gradcheck(Checked.apply, (point,), raise_exception=False)


def by_jax(value: Function, gradient: Function, at: Any) -> bool:
    """Tell whether jax finds nothing wrong."""
    import jax
    import jax.numpy as jnp
    from jax.test_util import check_grads

    out = jax.ShapeDtypeStruct(value(at).shape, jnp.float64)
    shape = jax.ShapeDtypeStruct(gradient(at.copy()).shape, jnp.float64)

    @jax.custom_vjp
    def checked(x: Any) -> Any:
        return jax.pure_callback(lambda v: value(np.array(v)), out, x)

    def forward(x: Any) -> Any:
        return checked(x), x

    def backward(x: Any, g: Any) -> Any:
        found = jax.pure_callback(lambda v: gradient(np.array(v)), shape, x)
        return (g * found if not g.ndim else jnp.tensordot(g, found, axes=g.ndim),)

    checked.defvjp(forward, backward)
    with suppress(AssertionError):
        check_grads(checked, (jnp.asarray(at),), order=1, modes=("rev",))
        return True
    return False


def by_scipy(value: Function, gradient: Function, at: Any) -> bool:
    """Tell whether scipy's error is small."""
    from scipy.optimize import check_grad

    flat = at.reshape(-1)
    scale = max(1.0, float(np.abs(gradient(at.copy())).max()))
    found = check_grad(
        lambda x: (
            value(x.reshape(at.shape)).reshape(-1) if value(at).ndim else value(x.reshape(at.shape))
        ),
        lambda x: gradient(x.reshape(at.shape).copy()).reshape(*value(at).shape, -1),
        flat,
    )
    return bool(found <= THRESHOLD * scale)
