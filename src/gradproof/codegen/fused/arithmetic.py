"""Functions of numbers as loops over rows call them: without branches, so that they become vector instructions.

Exponential and logarithm: reduction to an interval around 0 or 1 by Cody and Waite, then a polynomial; the
logarithm is that of fdlibm (Sun Microsystems, e_log.c, s_log1p.c). Errors are below one unit in the last place.
"""

from typing import Final

TEMPLATES: Final = {
    "exp": "_exp({0})", "log": "_log({0})", "log1p": "_log1p({0})", "expm1": "_expm1({0})",
    "sigmoid": "_sigmoid({0})", "softplus": "_softplus({0})", "log1mexp": "_log1mexp({0})",
    "xlogy": "_xlogy({0}, {1})", "logaddexp": "_logaddexp({0}, {1})", "tanh": "math.tanh({0})",
    "exprel0": "_exprel({0}, 0)", "exprel1": "_exprel({0}, 1)", "exprel2": "_exprel({0}, 2)",
    "sin": "math.sin({0})", "cos": "math.cos({0})", "tan": "math.tan({0})",
    "sinh": "math.sinh({0})", "cosh": "math.cosh({0})", "arcsin": "math.asin({0})",
    "arccos": "math.acos({0})", "arctan": "math.atan({0})", "erf": "math.erf({0})",
    "sqrt": "math.sqrt({0})", "cbrt": "np.cbrt({0})", "abs": "abs({0})", "pow": "{0} ** {1}",
    "sign": "_sign({0})", "relu": "(0.0 if {0} < 0.0 else {0})",
    "max": "({0} if {0} > {1} or {0} != {0} else {1})",
    "min": "({0} if {0} < {1} or {0} != {0} else {1})",
    "greater": "(1.0 if {0} > {1} else 0.0)", "atleast": "(1.0 if {0} >= {1} else 0.0)",
    "equal": "(1.0 if {0} == {1} else 0.0)", "unequal": "(1.0 if {0} != {1} else 0.0)",
    "where": "({1} if {0} != 0.0 else {2})", "reciprocal": "1.0 / {0}",
}  # fmt: skip
"""How a loop calls a function, by its name in `codegen.functions`."""

_REDUCED: Final = """\
    k = t * 1.4426950408889634 + 6755399441055744.0
    n = np.float64(k).view(np.int64) - np.int64(0x4338000000000000)
    f = k - 6755399441055744.0
    r = (t - f * 6.93147180369123816490e-01) - f * 1.90821492927058770002e-10
    p = 1.0 / 6227020800.0
    p = p * r + 1.0 / 479001600.0
    p = p * r + 1.0 / 39916800.0
    p = p * r + 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
"""
"""The integer n and the remainder r with t = n log(2) + r, and the polynomial p with exp(r) = 1 + r + r² p."""
_POWERS: Final = """\
    a = n >> np.int64(1)
    b = n - a
    u = np.int64((a + np.int64(1023)) << np.int64(52)).view(np.float64)
    v = np.int64((b + np.int64(1023)) << np.int64(52)).view(np.float64)
"""
"""Two powers of two whose product is 2^n: n may lie beyond the exponents of one."""
_EXP: Final = (
    '''\
@_plain
def _exp(x):
    """Return exp(x): 2^n times the Taylor polynomial of degree 13 on [-log(2)/2, log(2)/2]."""
    t = min(max(x, -746.0), 710.0)
'''
    + _REDUCED
    + """\
    p = (p * r * r + r) + 1.0
"""
    + _POWERS
    + """\
    return p * u * v
"""
)
_EXPM1: Final = (
    '''\
@_plain
def _expm1(x):
    """Return exp(x) - 1: 2^n times (the Taylor polynomial without its 1, plus 1 - 2^-n)."""
    t = min(max(x, -50.0), 710.0)
'''
    + _REDUCED
    + """\
    q = p * r * r + r
"""
    + _POWERS
    + """\
    w = np.int64((np.int64(1023) - n) << np.int64(52)).view(np.float64)
    return (q + (1.0 - (w if n < np.int64(1000) else 0.0))) * u * v
"""
)
_LOG: Final = '''\
@_plain
def _log_near(f):
    """Return log(1 + f) - f for 1 + f between sqrt(1/2) and sqrt(2)."""
    s = f / (2.0 + f)
    z = s * s
    p = 1.531383769920937332e-01 + z * 1.479819860511658591e-01
    p = 1.818357216161805012e-01 + z * p
    p = 2.222219843214978396e-01 + z * p
    p = 2.857142874366239149e-01 + z * p
    p = 3.999999999940941908e-01 + z * p
    p = z * (6.666666666666735130e-01 + z * p)
    h = 0.5 * f * f
    return s * (h + p) - h


@_plain
def _log(x):
    """Return log(x)."""
    small = x < 2.2250738585072014e-308
    y = x * 18014398509481984.0 if small else x
    bits = np.float64(y).view(np.int64)
    top = (bits + np.int64(0x95F6400000000)) >> np.int64(52)
    k = np.float64(top - np.int64(1023)) - (54.0 if small else 0.0)
    f = np.int64(bits - ((top - np.int64(1023)) << np.int64(52))).view(np.float64) - 1.0
    out = k * 6.93147180369123816490e-01 + (f + (_log_near(f) + k * 1.90821492927058770002e-10))
    out = out if x < np.inf else x
    out = out if x > 0.0 else (-np.inf if x == 0.0 else np.nan)
    return out
'''
_LOG1P: Final = '''\
@_plain
def _log1p(x):
    """Return log(1 + x): the logarithm of the rounded sum, and what was lost in rounding it."""
    u = 1.0 + x
    return _log(u) + ((x - (u - 1.0)) / u if x < 1e16 else 0.0)
'''
_TAIL: Final = '''\
@_plain
def _log1p_tail(e):
    """Return log(1 + e) for e between 0 and 1."""
    big = e > 0.41421356237309503
    f = (e - 1.0) * 0.5 if big else e
    l = f + _log_near(f)
    return 6.93147180369123816490e-01 + (l + 1.90821492927058770002e-10) if big else l
'''
_SIGMOID: Final = '''\
@_plain
def _sigmoid(x):
    """Return 1 / (1 + exp(-x)), without overflow."""
    e = _exp(-abs(x))
    q = 1.0 / (1.0 + e)
    return q if x >= 0.0 else e * q
'''
_SOFTPLUS: Final = '''\
@_plain
def _softplus(x):
    """Return log(1 + exp(x)), without overflow."""
    l = _log1p_tail(_exp(-abs(x)))
    return x + l if x >= 0.0 else l
'''
_LOG1MEXP: Final = '''\
@_plain
def _log1mexp(x):
    """Return log(1 - exp(-x)) for x > 0."""
    return math.log(-math.expm1(-x)) if x < 0.6931471805599453 else math.log1p(-math.exp(-x))
'''
_XLOGY: Final = '''\
@_plain
def _xlogy(a, b):
    """Return a * log(b), which is 0 where a is 0."""
    return 0.0 if a == 0.0 and b == b else a * math.log(b)
'''
_LOGADDEXP: Final = '''\
@_plain
def _logaddexp(a, b):
    """Return log(exp(a) + exp(b)), without overflow."""
    return (a if a > b else b) + (_log1p_tail(_exp(-abs(a - b))) if a != b else 0.6931471805599453)
'''
_EXPREL: Final = '''\
@_plain
def _exprel(x, k):
    """Return the integral of t^k exp(t x) over t from 0 to 1."""
    if abs(x) < 1.0:
        out, term = 0.0, 1.0
        for j in range(22):
            out += term / (j + k + 1.0)
            term *= x / (j + 1.0)
        return out
    out = math.expm1(x) / x
    for j in range(1, k + 1):
        out = (math.exp(x) - j * out) / x
    return out
'''
_SIGN: Final = '''\
@_plain
def _sign(x):
    """Return the sign of x."""
    return 1.0 if x > 0.0 else (-1.0 if x < 0.0 else x)
'''

HELPERS: Final = {
    "_exp": (_EXP, ()),
    "_expm1": (_EXPM1, ()),
    "_log_near": ("", ("_log",)),
    "_log": (_LOG, ()),
    "_log1p": (_LOG1P, ("_log",)),
    "_log1p_tail": (_TAIL, ("_log",)),
    "_sigmoid": (_SIGMOID, ("_exp",)),
    "_softplus": (_SOFTPLUS, ("_exp", "_log1p_tail")),
    "_log1mexp": (_LOG1MEXP, ()),
    "_xlogy": (_XLOGY, ()),
    "_logaddexp": (_LOGADDEXP, ("_exp", "_log1p_tail")),
    "_exprel": (_EXPREL, ()),
    "_sign": (_SIGN, ()),
}
"""Definitions that templates call, in order, with those that they need themselves."""


def helpers(names: set[str]) -> list[str]:
    """Return the sources of helpers, those that others need first."""
    needed = set(names)
    while True:
        more = {n for name in needed for n in HELPERS[name][1]} - needed
        if not more:
            break
        needed |= more
    return [text.rstrip() for name, (text, _) in HELPERS.items() if name in needed and text]
