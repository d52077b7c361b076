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
_LOG1MEXP: Final = '''\
def _log1mexp(x):
    """Return log(1 - exp(-x)) for x > 0."""
    near = x < 0.6931471805599453
    small, large = jnp.where(near, x, 1), jnp.where(near, 1, x)
    return jnp.where(near, jnp.log(-jnp.expm1(-small)), jnp.log1p(-jnp.exp(-large)))
'''
_XLOGY: Final = '''\
def _xlogy(a, b):
    """Return a * log(b), which is 0 where a is 0."""
    return a * jnp.log(jnp.where(a == 0, 1, b))
'''
_EXPREL: Final = '''\
def _exprel(x, k):
    """Return the integral of t^k exp(t x) over t from 0 to 1: near 0 its series, else by parts."""
    near = jnp.abs(x) < 1
    small, large = jnp.where(near, x, 0), jnp.where(near, 1, x)
    series = sum(small**j / (math.factorial(j) * (j + k + 1)) for j in range(20))
    parts = jnp.expm1(large) / large
    for j in range(1, k + 1):
        parts = (jnp.exp(large) - j * parts) / large
    return jnp.where(near, series, parts)
'''
_LOGSUMEXP: Final = '''\
def _logsumexp(x):
    """Return log(sum(exp(x))) along the last axis, without overflow; what is beside the largest keeps its digits."""
    first = jnp.arange(x.shape[-1]) == jnp.argmax(x, axis=-1)[..., None]
    top = jnp.max(x, axis=-1)
    return top + jnp.log1p(jnp.where(first, 0, jnp.exp(x - top[..., None])).sum(axis=-1))
'''
_LOGSOFTMAX: Final = '''\
def _logsoftmax(x):
    """Return x - log(sum(exp(x))) along the last axis, without overflow; near 0 it keeps its digits."""
    first = jnp.arange(x.shape[-1]) == jnp.argmax(x, axis=-1)[..., None]
    x = x - jnp.max(x, axis=-1, keepdims=True)
    return x - jnp.log1p(jnp.where(first, 0, jnp.exp(x)).sum(axis=-1, keepdims=True))
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
        "log1mexp": "_log1mexp({0})",
        "xlogy": "_xlogy({0}, {1})",
        "logaddexp": "jnp.logaddexp({0}, {1})",
        "exprel0": "_exprel({0}, 0)",
        "exprel1": "_exprel({0}, 1)",
        "exprel2": "_exprel({0}, 2)",
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
    helpers={
        "_holds": _HOLDS, "_log1mexp": _LOG1MEXP, "_xlogy": _XLOGY, "_exprel": _EXPREL,
        "_logsumexp": _LOGSUMEXP, "_logsoftmax": _LOGSOFTMAX, "_logdet": _LOGDET,
    },
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
    taken="jnp.diagonal({0})",
    reshape="{0}.reshape({shape})",
    pad=_pad,
    along={
        "softmax": "jax.nn.softmax({0}, axis=-1)",
        "logsoftmax": "_logsoftmax({0})",
        "logsumexp": "_logsumexp({0})",
        "maximum": "jnp.max({0}, axis=-1)",
        "minimum": "jnp.min({0}, axis=-1)",
        "product": "jnp.prod({0}, axis=-1)",
    },
    inverse="jnp.linalg.inv({0})",
    solve="jnp.linalg.solve({0}, {1})",
    det="jnp.linalg.det({0})",
    logdet="_logdet({0})",
    cholesky="jnp.linalg.cholesky({0})",
    factored="jax.scipy.linalg.cho_solve(({0}, True), {1})",
    factored_vector="jax.scipy.linalg.cho_solve(({0}, True), {1})",
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
        kind = arrays[name].dtype
        if jnp.iscomplexobj(arrays[name]) or kind in (jnp.float16, jnp.bfloat16):
            raise TypeError(f"{name} has the type {kind}, expected real numbers (float32, float64)")
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
