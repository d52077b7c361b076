"""Functions of numbers as Triton kernels call them: f32 and f64, with the digits that loops on the CPU keep."""

from typing import Final

TEMPLATES: Final = {
    "exp": "_exp({0})", "sigmoid": "_sigmoid({0})", "softplus": "_softplus({0})",
    "log": "_log({0})", "log1p": "_log1p({0})", "sqrt": "tl.sqrt({0})", "abs": "tl.abs({0})",
    "sin": "tl.sin({0})", "cos": "tl.cos({0})", "erf": "tl.erf({0})",
    "tanh": "(1 - 2 * _sigmoid(-2 * {0}))", "reciprocal": "1.0 / {0}",
    "sign": "tl.where({0} > 0, 1.0, tl.where({0} < 0, -1.0, {0}))",
    "relu": "tl.where({0} < 0, 0.0, {0})",
    "max": "tl.where(({0} > {1}) | ({0} != {0}), {0}, {1})",
    "min": "tl.where(({0} < {1}) | ({0} != {0}), {0}, {1})",
    "greater": "tl.where({0} > {1}, 1.0, 0.0)", "atleast": "tl.where({0} >= {1}, 1.0, 0.0)",
    "equal": "tl.where({0} == {1}, 1.0, 0.0)", "unequal": "tl.where({0} != {1}, 1.0, 0.0)",
    "where": "tl.where({0} != 0, {1}, {2})", "pow": "_exp({1} * _log({0}))",
}  # fmt: skip
"""How a kernel calls a function, by its name in `codegen.functions`."""

HELPERS: Final = '''\
    @triton.jit
    def _exp(x):
        """Return exp(x); in single precision reduced by Cody and Waite before the fast instruction."""
        if x.dtype == tl.float64:
            return tl.exp(x)
        else:
            n = tl.floor(x * 1.4426950408889634 + 0.5)
            n = tl.minimum(tl.maximum(n, -300.0), 260.0)
            r = (x - n * 0.693359375) - n * -2.12194440e-4
            half = tl.floor(n * 0.5)
            return tl.exp(r) * tl.exp2(half) * tl.exp2(n - half)

    @triton.jit
    def _log(x):
        """Return log(x), computed in double precision."""
        return tl.log(x.to(tl.float64)).to(x.dtype)

    @triton.jit
    def _log1p(x):
        """Return log(1 + x), computed in double precision."""
        u = 1.0 + x.to(tl.float64)
        return tl.where(u == 1.0, x, (tl.log(u) * (x / (u - 1.0))).to(x.dtype))

    @triton.jit
    def _tail(e):
        """Return log(1 + e) for e between 0 and 1 (fdlibm, s_log1p.c)."""
        big = e > 0.41421356237309503
        f = tl.where(big, (e - 1.0) * 0.5, e)
        s = f / (2.0 + f)
        z = s * s
        p = 1.531383769920937332e-01 + z * 1.479819860511658591e-01
        p = 1.818357216161805012e-01 + z * p
        p = 2.222219843214978396e-01 + z * p
        p = 2.857142874366239149e-01 + z * p
        p = 3.999999999940941908e-01 + z * p
        p = z * (6.666666666666735130e-01 + z * p)
        h = 0.5 * f * f
        l = f + (s * (h + p) - h)
        return tl.where(big, 0.693147180559945309 + l, l)

    @triton.jit
    def _sigmoid(x):
        """Return 1 / (1 + exp(-x)), without overflow."""
        e = _exp(-tl.abs(x))
        q = 1.0 / (1.0 + e)
        return tl.where(x >= 0, q, e * q)

    @triton.jit
    def _softplus(x):
        """Return log(1 + exp(x)), without overflow."""
        return tl.where(x >= 0, x, 0.0) + _tail(_exp(-tl.abs(x)))
'''
