"""JAX: functions that can be jitted, the value with its derivative for `jax.grad`."""

from typing import Final

from gradproof.codegen.backend import Backend
from gradproof.codegen.dialect import Dialect
from gradproof.codegen.module import Library, arguments, module
from gradproof.codegen.program import Program


def _pad(x: str, axis: int, rank: int, before: str, after: str) -> str:
    widths = ["(0, 0)"] * rank
    widths[axis] = f"({before}, {after})"
    inner = f"({', '.join(widths)},)" if rank == 1 else f"({', '.join(widths)})"
    return f"jnp.pad({x}, {inner})"


_HOLDS: Final = '''\
def _holds(condition, *like):
    """Return 1 where a condition holds, else 0, in the type of some numbers."""
    return jnp.asarray(condition).astype(jnp.result_type(jnp.float32, *like))
'''
_LOGDET: Final = '''\
def _logdet(x):
    """Return the logarithm of the determinant, nan where it is negative."""
    sign, size = jnp.linalg.slogdet(x)
    return jnp.where(sign > 0, size, jnp.nan)
'''

JAX: Final = Dialect(
    module="jnp",
    functions={
        **{
            name: f"jnp.{name}({{0}})"
            for name in (
                "exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos",
                "arctan", "sqrt", "abs", "sign", "log1p", "expm1", "cbrt",
            )
        },
        "pow": "~{0} ** {1}",
        "sigmoid": "jax.nn.sigmoid({0})",
        "softplus": "jax.nn.softplus({0})",
        "relu": "jnp.maximum({0}, 0)",
        "max": "jnp.maximum({0}, {1})",
        "min": "jnp.minimum({0}, {1})",
        "greater": "_holds(jnp.greater({0}, {1}), {0}, {1})",
        "atleast": "_holds(jnp.greater_equal({0}, {1}), {0}, {1})",
        "equal": "_holds(jnp.equal({0}, {1}), {0}, {1})",
        "unequal": "_holds(jnp.not_equal({0}, {1}), {0}, {1})",
        "where": "jnp.where({0}, {1}, {2})",
        "erf": "jax.scipy.special.erf({0})",
    },
    helpers={"_holds": _HOLDS, "_logdet": _LOGDET},
    einsum='jnp.einsum("{spec}", {args})',
    tensordot="jnp.tensordot({0}, {1}, axes=({2}, {3}))",
    total="jnp.sum({0}, axis={axes})",
    whole="jnp.sum({0})",
    dot="jnp.vdot({0}, {1})",
    permute="jnp.transpose({0}, ({axes}))",
    full="jnp.full({shape}, {0}, dtype={like}.dtype)",
    spread="jnp.broadcast_to({0}, {shape})",
    eye="jnp.eye({n}, dtype={like}.dtype)",
    positions="jnp.arange({first}, {last}, dtype={like}.dtype)",
    diagonal="jnp.diag({0})",
    reshape="{0}.reshape({shape})",
    pad=_pad,
    along={
        "softmax": "jax.nn.softmax({0}, axis=-1)",
        "logsoftmax": "jax.nn.log_softmax({0}, axis=-1)",
        "logsumexp": "jax.nn.logsumexp({0}, axis=-1)",
        "maximum": "jnp.max({0}, axis=-1)",
        "minimum": "jnp.min({0}, axis=-1)",
        "product": "jnp.prod({0}, axis=-1)",
    },
    inverse="jnp.linalg.inv({0})",
    solve="jnp.linalg.solve({0}, {1})",
    solve_positive="jnp.linalg.solve({0}, {1})",
    det="jnp.linalg.det({0})",
    logdet="_logdet({0})",
    result="jnp.asarray({0}, dtype={like}.dtype)",
)  # fmt: skip

CHECKS: Final = '''\
def _floating(**given):
    """Return the arguments as arrays of one floating type: that of the arrays among them."""
    arrays = {}
    for name, x in given.items():
        try:
            arrays[name] = jnp.asarray(x)
        except (TypeError, ValueError) as failure:
            raise TypeError(f"{name} has the type {type(x).__name__}, expected real numbers") from failure
        if jnp.iscomplexobj(arrays[name]):
            raise TypeError(f"{name} has the type {arrays[name].dtype}, expected real numbers")
    types = [x.dtype for x in arrays.values() if x.ndim] or [x.dtype for x in arrays.values()]
    dtype = jnp.result_type(*types)
    if not jnp.issubdtype(dtype, jnp.floating):
        dtype = jnp.result_type(float)
    return [x.astype(dtype) for x in arrays.values()]


def _misfit(name, x, expected, sizes=None):
    """Return the error for an argument whose shape does not fit."""
    told = expected if sizes is None or expected == str(sizes) else f"{expected} = {sizes}"
    return ValueError(f"{name} has the shape {x.shape}, expected {told}")
'''


def _bridge(p: Program) -> str:
    """Return what tells JAX the derivative of the value; by other symbols it differentiates the value itself."""
    names = arguments(p)
    listed = ", ".join(names)
    given = ", ".join(f"{n}={n}" for n in names)
    mine = [s.name for s in p.wrt]
    others = [n for n in names if n not in mine]
    gradients = [f"gradient[{k}]" for k in range(len(mine))] if len(mine) > 1 else ["gradient"]
    shares = {n: f"seed * {g}" for n, g in zip(mine, gradients, strict=True)}
    pull: list[str] = []
    if others:
        rest = ", ".join(others)
        pull = [
            f"    _, pull = jax.vjp(lambda {rest}: _plain({listed}), {rest})",
            "    rest = pull(seed)",
        ]
        shares |= {n: f"rest[{k}]" for k, n in enumerate(others)}
    back = ", ".join(shares[n] for n in names)
    comma = "," if len(names) == 1 else ""
    return "\n".join(
        [
            "@jax.custom_vjp",
            f"def _value({listed}):",
            '    """Return the value; its derivative is the gradient of this module."""',
            f"    return _plain({listed})",
            "",
            "",
            f"def _value_forward({listed}):",
            '    """Return the value and what the way back needs."""',
            f"    value, gradient = value_and_gradient({given})",
            f"    return value, (gradient, {listed}{comma})",
            "",
            "",
            "def _value_backward(kept, seed):",
            '    """Return what each argument gets of a change of the value."""',
            f"    gradient, {listed} = kept",
            *pull,
            f"    return {back}{comma}",
            "",
            "",
            "_value.defvjp(_value_forward, _value_backward)",
        ]
    )


LIBRARY: Final = Library(
    title="JAX code for a formula and its derivatives; all functions can be jitted.",
    dialect=JAX,
    imports=("import jax", "import jax.numpy as jnp"),
    checks=CHECKS,
    direction="jnp.asarray({0}, dtype={like}.dtype)",
    bridge=_bridge,
)


def emit(p: Program) -> str:
    """Return the source of a module."""
    return module(p, LIBRARY)


BACKEND: Final = Backend("jax", ("jax",), "jax", emit)
