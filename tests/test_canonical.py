"""The canonical form: identities that must meet, near misses that must not."""

from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import pytest

from gradproof import expr as g
from gradproof.canonical import NotCanonical, canonical, identical
from gradproof.expr import Context, Definition, Domain, IndexRange, Size, Space


@dataclass(frozen=True)
class X:
    """An expression with Python's operators."""

    e: Any

    def __add__(self, other):
        return X(g.Add((self.e, lift(other))))

    def __radd__(self, other):
        return X(g.Add((lift(other), self.e)))

    def __sub__(self, other):
        return X(g.Add((self.e, g.Neg(lift(other)))))

    def __rsub__(self, other):
        return X(g.Add((lift(other), g.Neg(self.e))))

    def __mul__(self, other):
        return X(g.Mul((self.e, lift(other))))

    def __rmul__(self, other):
        return X(g.Mul((lift(other), self.e)))

    def __truediv__(self, other):
        return X(g.Div(self.e, lift(other)))

    def __rtruediv__(self, other):
        return X(g.Div(lift(other), self.e))

    def __neg__(self):
        return X(g.Neg(self.e))

    def __pow__(self, other):
        return X(g.Pow(self.e, lift(other)))

    def __rpow__(self, other):
        return X(g.Pow(lift(other), self.e))

    def __getitem__(self, indices):
        indices = indices if isinstance(indices, tuple) else (indices,)
        array = self.e
        if isinstance(array, g.Sym) and not array.space.rank:
            array = g.Sym(array.name, Space((Size("n"), Size("m"))[: len(indices)]))
        return X(g.Entry(array, tuple(lift(i) for i in indices)))


def lift(value):
    return value.e if isinstance(value, X) else g.Num(Fraction(value))


def fn(name):
    return lambda *args: X(g.Fn(name, tuple(lift(a) for a in args)))


exp, log, sqrt, tanh, sinh, cosh, sin, cos, tan, sigma, softplus, relu, erf = map(
    fn, "exp log sqrt tanh sinh cosh sin cos tan sigmoid softplus relu erf".split()
)
absolute, sign, maximum, minimum, arctan, arcsin = map(
    fn, "abs sign max min arctan arcsin".split()
)


def total(body, index, lower=None, upper=None, condition=None):
    bounds = (None if b is None else lift(b) for b in (lower, upper))
    return X(g.Sum(lift(body), index.e, *bounds, condition))


def series(body, index, lower=None, upper=None):
    bounds = (None if b is None else lift(b) for b in (lower, upper))
    return X(g.Prod(lift(body), index.e, *bounds))


def delta(i, j):
    return X(g.Delta(lift(i), lift(j)))


def compare(left, op, right):
    return g.Compare(op, lift(left), lift(right))


def where(*branches):
    """Cases; a branch is (value, condition) or (value, None)."""
    return X(g.Cases(tuple(g.Branch(lift(v), c) for v, c in branches)))


def indicator(left, op, right):
    return X(g.Indicator(compare(left, op, right)))


def call(name, *args):
    return X(g.Apply(name, tuple(lift(a) for a in args)))


names = "x y z a b c p q w u t s r n m mu theta lam gam h o A B C K"
x, y, z, a, b, c, p, q, w, u, t, s, r, n, m, mu, theta, lam, gam, h, o, A, B, C, K = (
    X(g.Sym(name)) for name in names.split()
)
i, j, k, l = (X(g.Idx(name)) for name in "ijkl")
e, pi = X(g.Const("e")), X(g.Const("pi"))
i, j, k, l = (X(g.Idx(name)) for name in "ijkl")

UNIT = g.OPEN_UNIT
POSITIVE = g.POSITIVE
RANGES = {letter: IndexRange(Size("n")) for letter in "ijkl"} | {"o": IndexRange(Size("m"))}


def context(**given):
    given.setdefault("ranges", RANGES)
    return Context(**{
        name: MappingProxyType(value) if isinstance(value, dict) else value
        for name, value in given.items()
    })


def domains(**given):
    return context(domains=dict(given))


BARE = context()
PROBABILITY = domains(p=UNIT, q=UNIT)
GAUSS = domains(s=POSITIVE)

MEET = {
    # Arithmetic.
    "common denominator": (1 / x + 1 / y, (x + y) / (x * y)),
    "reduced": ((x**2 - y**2) / (x - y), x + y),
    "powers": (x**3 * x ** Fraction(-1), x * x),
    "mixed": (x / 2 - x / 3, x / 6),
    "continued fraction": (1 / (1 + 1 / x), x / (x + 1)),
    "square of a sum": ((a + b) ** 2, a**2 + 2 * a * b + b**2),
    "fourth power": ((a - b) ** 4, ((a - b) ** 2) ** 2),
    "quotient rule of a fraction": ((1 * (1 + x) - x * 1) / (1 + x) ** 2, 1 / (1 + x) ** 2),
    "quotient rule of 1/(1+x²)": ((0 - 2 * x) / (1 + x**2) ** 2, -2 * x * (1 + x**2) ** -2),
    # Logistic.
    "σ(-x)": (sigma(-x), 1 - sigma(x)),
    "σ by exp(-x)": (sigma(x), 1 / (1 + exp(-x))),
    "σ by exp(x)": (sigma(x), exp(x) / (1 + exp(x))),
    "σ by a power of e": (sigma(x), 1 / (1 + e ** (-x))),
    "σ by tanh": (sigma(x), (1 + tanh(x / 2)) / 2),
    "σ' by the quotient rule": (exp(-x) / (1 + exp(-x)) ** 2, sigma(x) * (1 - sigma(x))),
    "σ' both ways": (sigma(x) * sigma(-x), exp(x) / (1 + exp(x)) ** 2),
    "σ''": (
        sigma(x) * (1 - sigma(x)) ** 2 - sigma(x) ** 2 * (1 - sigma(x)),
        sigma(x) * (1 - sigma(x)) * (1 - 2 * sigma(x)),
    ),
    "σ of a sum": (sigma(w * x + b), 1 / (1 + exp(-(w * x)) * exp(-b))),
    "logit": (log(sigma(x) / (1 - sigma(x))), x),
    "softplus": (softplus(x), log(1 + exp(x))),
    "softplus by σ": (softplus(x), -log(sigma(-x))),
    "softplus difference": (softplus(x) - softplus(-x), x),
    "log σ": (log(sigma(x)), -softplus(-x)),
    "log(1-σ)": (log(1 - sigma(x)), -x - log(1 + exp(-x))),
    "BCE in the logit": (
        -(y * log(sigma(z)) + (1 - y) * log(1 - sigma(z))),
        softplus(z) - y * z,
    ),
    "BCE, shorter": (-(y * log(sigma(z)) + (1 - y) * log(1 - sigma(z))), log(1 + exp(-z)) + (1 - y) * z),
    "BCE derivative in p": (-(y / p - (1 - y) / (1 - p)), (p - y) / (p * (1 - p))),
    "BCE derivative in z": (
        -(y / sigma(z) - (1 - y) / (1 - sigma(z))) * sigma(z) * (1 - sigma(z)),
        sigma(z) - y,
    ),
    "logistic loss of a margin": (-y * sigma(-y * z), -y / (1 + exp(y * z))),
    "focal factor": ((1 - sigma(x)) ** 2 * log(sigma(x)), -softplus(-x) / (1 + exp(x)) ** 2),
    "swish'": (sigma(x) + x * sigma(x) * (1 - sigma(x)), x * sigma(x) + sigma(x) * (1 - x * sigma(x))),
    # Hyperbolic, trigonometric.
    "tanh": (tanh(x), (exp(x) - exp(-x)) / (exp(x) + exp(-x))),
    "tanh by σ": (tanh(x), 2 * sigma(2 * x) - 1),
    "tanh'": (1 - tanh(x) ** 2, 1 / cosh(x) ** 2),
    "tanh' by exp": (1 - tanh(x) ** 2, 4 / (exp(x) + exp(-x)) ** 2),
    "cosh² - sinh²": (cosh(x) ** 2 - sinh(x) ** 2, 1),
    "sinh of twice": (sinh(2 * x), 2 * sinh(x) * cosh(x)),
    "sin² + cos²": (sin(x) ** 2 + cos(x) ** 2, 1),
    "tan'": (1 + tan(x) ** 2, 1 / cos(x) ** 2),
    "quotient rule of tan": ((cos(x) * cos(x) + sin(x) * sin(x)) / cos(x) ** 2, 1 + tan(x) ** 2),
    "odd and even": (sin(-x) * cos(-x), -sin(x) * cos(x)),
    "odd functions": (arctan(y - x) + erf(-x), -arctan(x - y) - erf(x)),
    # Exponentials and powers.
    "e^(u+v)": (exp(x + y), exp(x) * exp(y)),
    "e^(2x)": (exp(2 * x), exp(x) ** 2),
    "e^(x/2)": (exp(x / 2) ** 2, exp(x)),
    "e^(x/2) and e^(x/3)": (exp(x / 2) * exp(x / 3), exp(5 * x / 6)),
    "e^-u": (exp(-x * y), 1 / exp(x * y)),
    "e^(log u)": (exp(log(x)), x),
    "log e^u": (log(exp(x * y)), x * y),
    "e^(2 log u)": (exp(2 * log(x)), x**2),
    "a^γ a^-1": (x**gam * x**-1, x ** (gam - 1)),
    "power rule, general": (gam * x**gam / x, gam * x ** (gam - 1)),
    "a^γ squared": ((x**gam) ** 2, x ** (2 * gam)),
    "2^x": (2 ** (x + 1), 2 * 2**x),
    "e as a number": (e**2 * exp(x), exp(x + 2)),
    "√u²": (sqrt(x) ** 2, x),
    "1/√x": (x / sqrt(x), sqrt(x)),
    "d√x": (Fraction(1, 2) * x ** Fraction(-1, 2), 1 / (2 * sqrt(x))),
    "√8": (sqrt(X(g.Num(Fraction(8)))), 2 * sqrt(X(g.Num(Fraction(2))))),
    "√(1+x²)": ((1 + x**2) / sqrt(1 + x**2), sqrt(1 + x**2)),
    "rationalised": (1 / (sqrt(x) + sqrt(y)), (sqrt(x) - sqrt(y)) / (x - y)),
    "cube root": (X(g.Root(x.e, lift(3))) ** 3, x),
    # Kinks.
    "|x|²": (absolute(x) ** 2, x**2),
    "sign·|x|": (sign(x) * absolute(x), x),
    "|-x|": (absolute(y - x), absolute(x - y)),
    "|x y|": (absolute(x * y), absolute(x) * absolute(y)),
    "√x²": (sqrt(x**2), absolute(x)),
    "x/|x|": (x / absolute(x), sign(x)),
    "|x-y|²": (absolute(x - y) ** 2, (x - y) ** 2),
    "max is symmetric": (maximum(a, b), maximum(b, a)),
    "max and min": (maximum(a, b) + minimum(a, b), a + b),
    "relu": (relu(x), maximum(0, x)),
    "relu by cases": (relu(x), where((x, compare(x, ">", 0)), (0, None))),
    "relu by an indicator": (relu(x), x * indicator(x, ">", 0)),
    "relu difference": (relu(x) - relu(-x), x),
    "|x| by cases": (absolute(x), where((x, compare(x, ">=", 0)), (-x, None))),
    "Huber": (
        where((r**2 / 2, compare(absolute(r), "<=", h)), (h * (absolute(r) - h / 2), None)),
        where((h * absolute(r) - h**2 / 2, compare(absolute(r), ">", h)), (r * r / 2, None)),
    ),
    "Huber'": (
        where((r, compare(absolute(r), "<=", h)), (h * sign(r), None)),
        where((h * sign(r), compare(h, "<", absolute(r))), (r, None)),
    ),
    "hinge": (maximum(0, 1 - y * z), relu(1 - y * z)),
    "conditions": (indicator(x, "<", y) + indicator(x, ">=", y), 1),
    "softsign'": (1 / (1 + absolute(x)) - absolute(x) / (1 + absolute(x)) ** 2, 1 / (1 + absolute(x)) ** 2),
    # Squared losses.
    "half square": ((y - w * x - b) ** 2 / 2, (w * x + b - y) ** 2 / 2),
    "chain of a square": (2 * (y - w * x) * (-x), -2 * x * (y - w * x)),
    "σ and squared error": (
        (sigma(z) - y) * sigma(z) * (1 - sigma(z)),
        (exp(z) / (1 + exp(z)) - y) * exp(z) / (1 + exp(z)) ** 2,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MEET)
def test_identities_meet(name):
    left, right = MEET[name]
    assert identical(lift(left), lift(right), BARE) is True


@pytest.mark.parametrize("name", sorted(set(MEET) - {"rationalised", "softsign'"}))
def test_forms_are_the_same(name):
    left, right = MEET[name]
    assert canonical(lift(left), BARE) == canonical(lift(right), BARE)
