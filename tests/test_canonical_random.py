"""The canonical form against an independent evaluation with many digits."""

import importlib.util
import random
import sys
from collections import defaultdict
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradproof import expr as g
from gradproof.canonical import (
    NotCanonical,
    canonical,
    exponentials,
    identical,
    logarithms,
    signs,
    sums,
)
from gradproof.expr import Context, Domain, IndexRange, Size, Space


def load(name):
    """Load a neighbouring test module for its tables."""
    spec = importlib.util.spec_from_file_location(
        f"{name}_tables", Path(__file__).with_name(f"{name}.py")
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


TABLES = load("test_canonical")


# The oracle: values at one point, with 50 digits; None where an expression is not defined.


class Undefined(Exception):
    pass


def number(value):
    return mpmath.mpf(value.numerator) / value.denominator


def sign_of(v):
    if v == 0:
        return 0
    if abs(v) < mpmath.mpf(10) ** -30:
        raise Undefined  # rounding: which side of the kink it lies on is not known
    return 1 if v > 0 else -1


def holds(c, point):
    s = sign_of(value(c.left, point) - value(c.right, point))
    return {"=": s == 0, "!=": s != 0, "<": s < 0, "<=": s <= 0, ">": s > 0, ">=": s >= 0}[c.op]


def logarithm(v):
    if v <= 0:
        raise Undefined
    return mpmath.log(v)


def power(base, exponent):
    whole = mpmath.nint(exponent)
    if abs(exponent - whole) < mpmath.mpf(10) ** -30:
        if sign_of(base) == 0 and whole <= 0:
            raise Undefined
        return base ** int(whole)
    if sign_of(base) == 0 and exponent > 0:
        return mpmath.mpf(0)
    if base <= 0:
        raise Undefined
    return mpmath.power(base, exponent)


def moderate(v):
    if abs(v) > 10**4:
        raise Undefined
    return v


def within_one(v):
    if abs(v) > 1:
        raise Undefined
    return v


FUNCTIONS = {
    "exp": lambda x: mpmath.exp(moderate(x)),
    "log": logarithm,
    "sqrt": lambda x: power(x, mpmath.mpf(1) / 2),
    "abs": abs,
    "sign": lambda x: mpmath.mpf(sign_of(x)),
    "relu": lambda x: max(x, mpmath.mpf(0)),
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-moderate(x))),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(moderate(x))),
    "tanh": mpmath.tanh,
    "sinh": lambda x: mpmath.sinh(moderate(x)),
    "cosh": lambda x: mpmath.cosh(moderate(x)),
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "arctan": mpmath.atan,
    "erf": mpmath.erf,
    "arcsin": lambda x: mpmath.asin(within_one(x)),
    "arccos": lambda x: mpmath.acos(within_one(x)),
}


def value(e, point):
    match e:
        case g.Num(v):
            return number(v)
        case g.Sym(name):
            return point[name]
        case g.Idx(name):
            return mpmath.mpf(point["indices"][name])
        case g.Const(name):
            return +mpmath.pi if name == "pi" else mpmath.e()
        case g.Neg(a):
            return -value(a, point)
        case g.Add(terms):
            return mpmath.fsum([value(t, point) for t in terms])
        case g.Mul(factors):
            return mpmath.fprod([value(f, point) for f in factors])
        case g.Div(a, b):
            top, below = value(a, point), value(b, point)
            if sign_of(below) == 0:
                raise Undefined
            return top / below
        case g.Pow(a, b):
            return power(value(a, point), value(b, point))
        case g.Root(a, g.Num(degree)) if degree % 2:
            x = value(a, point)
            return sign_of(x) * mpmath.root(abs(x), int(degree))
        case g.Root(a, degree):
            return power(value(a, point), 1 / value(degree, point))
        case g.Fn(name, args):
            xs = [value(a, point) for a in args]
            if name in ("max", "min"):
                return max(xs) if name == "max" else min(xs)
            return FUNCTIONS[name](*xs)
        case g.Entry(g.Sym(name), indices):
            return entry(name, tuple(whole(i, point) for i in indices), point)
        case g.Delta(a, b):
            return mpmath.mpf(whole(a, point) == whole(b, point))
        case g.Indicator(c):
            return mpmath.mpf(holds(c, point))
        case g.Cases(branches):
            for b in branches:
                if b.condition is None or holds(b.condition, point):
                    return value(b.value, point)
            raise Undefined
        case g.At(body, g.Sym(name), replacement):
            return value(body, {**point, name: value(replacement, point)})
        case g.Sum() | g.Prod():
            return reduction(e, point)
        case _:
            raise NotImplementedError(type(e).__name__)


def entry(name, indices, point):
    known = point["arrays"].get(name)
    if known is None:
        spots = hash_free(name, indices)
        known = number(Fraction(spots % 29 - 14, 1 + spots % 7))
        return known
    if indices not in known:
        raise Undefined
    return known[indices]


def hash_free(name, indices):
    """A number that depends on the name and the place only."""
    return sum((k + 3) * ord(c) for k, c in enumerate(name)) * 31 + sum(
        (7 * k + 5) * (i + 11) ** 2 for k, i in enumerate(indices)
    )


def whole(e, point):
    return int(mpmath.nint(value(e, point)))


def reduction(e, point):
    lower = 1 if e.lower is None else whole(e.lower, point)
    upper = point["size"] if e.upper is None else whole(e.upper, point)
    parts = []
    for k in range(lower, upper + 1):
        inner = {**point, "indices": {**point["indices"], e.index.name: k}}
        if e.condition is None or holds(e.condition, inner):
            parts.append(value(e.body, inner))
    return mpmath.fsum(parts) if isinstance(e, g.Sum) else mpmath.fprod(parts)


def values(e, points):
    out = []
    with mpmath.workdps(50):
        for point in points:
            try:
                out.append(value(e, point))
            except (Undefined, OverflowError, ZeroDivisionError):
                out.append(None)
    return out


def differences(left, right, digits=15):
    """Return the number of points compared, and whether the values differ at one."""
    tolerance = mpmath.mpf(10) ** -digits
    pairs = [(a, b) for a, b in zip(left, right, strict=True) if a is not None and b is not None]
    with mpmath.workdps(50):
        differ = any(abs(a - b) > tolerance * (1 + abs(a) + abs(b)) for a, b in pairs)
    return len(pairs), differ


# Points: signs, kinks, coincidences; and random rational ones.

SYMBOLS = ("x", "y", "z", "p", "s")
SPECIAL = [Fraction(v) for v in ("0", "1", "-1", "2", "1/2", "-2", "3/2", "-1/3", "7/5")]


def make_points(count, members=None):
    rng = random.Random(3)
    out = []
    for k in range(count):
        size = 1 + k % 3

        def draw(special=k % 2 == 0):
            return rng.choice(SPECIAL) if special else Fraction(rng.randint(-40, 40), 7)

        point = {name: number(draw()) for name in "xyz"}
        point |= {"p": number(Fraction(rng.randint(1, 9), 10))}
        point |= {"s": number(Fraction(rng.randint(1, 30), 7)), "n": mpmath.mpf(size)}
        for name, found in (members or {}).items():
            point[name] = mpmath.mpf(rng.choice(found))
        arrays = {name: {(i,): number(draw()) for i in range(1, size + 1)} for name in "ab"}
        arrays["A"] = {
            (i, j): number(draw()) for i in range(1, size + 1) for j in range(1, size + 1)
        }
        point |= {"arrays": arrays, "size": size}
        point["indices"] = {name: rng.randint(1, size) for name in "ijk"}
        out.append(point)
    return out


POINTS = make_points(12)
RANGES = MappingProxyType({name: IndexRange(Size("n")) for name in "ijk"})
PLAIN = Context(domains=MappingProxyType({"p": g.OPEN_UNIT, "s": g.POSITIVE}), ranges=RANGES)
LABELS = Context(
    domains=MappingProxyType({
        "p": g.OPEN_UNIT, "s": g.POSITIVE, "y": g.BINARY,
        "z": Domain(members=(Fraction(-1), Fraction(1))),
    }),
    ranges=RANGES,
)  # fmt: skip
LABEL_POINTS = make_points(12, {"y": (0, 1), "z": (-1, 1)})


# Random expressions.


class Maker:
    """Random expressions of moderate size; `sums` says whether sums and deltas occur."""

    def __init__(self, seed, *, sums=True):
        self.rng = random.Random(seed)
        self.sums = sums

    def pick(self, options):
        return self.rng.choice(options)

    def index(self, scope):
        if scope and self.rng.random() < 0.85:
            return g.Idx(self.pick(scope))
        return g.Num(Fraction(1))

    def leaf(self, scope):
        r = self.rng.random()
        if r < 0.2:
            return g.Num(Fraction(self.pick(["0", "1", "-1", "2", "3", "1/2"])))
        if scope and r < 0.35:
            space = Space((Size("n"), Size("n")))
            return g.Entry(g.Sym("A", space), (self.index(scope), self.index(scope)))
        if scope and r < 0.6:
            return g.Entry(g.Sym(self.pick("ab"), Space((Size("n"),))), (self.index(scope),))
        if scope and r < 0.7:
            return g.Delta(self.index(scope), self.index(scope))
        return g.Sym(self.pick(SYMBOLS))

    def condition(self, scope):
        op = self.pick(["<", "<=", "=", "!=", ">", ">="])
        return g.Compare(op, self.leaf(scope), self.leaf(scope))

    def make(self, depth, scope=()):
        if depth == 0:
            return self.leaf(scope)
        r = self.rng.random()

        def sub():
            return self.make(depth - 1 - (depth > 1 and self.rng.random() < 0.4), scope)

        if r < 0.18:
            return g.Add((sub(), sub()))
        if r < 0.26:
            return g.Add((sub(), g.Neg(sub())))
        if r < 0.42:
            return g.Mul((sub(), sub()))
        if r < 0.52:
            return g.Div(sub(), sub())
        if r < 0.60:
            return g.Pow(sub(), g.Num(Fraction(self.pick(["2", "2", "3", "-1", "1/2", "3/2"]))))
        if r < 0.62:
            return g.Pow(self.leaf(scope), sub())
        if r < 0.80:
            return g.Fn(self.pick([n for n in FUNCTIONS if n not in ("erf", "arcsin")]), (sub(),))
        if r < 0.83:
            return g.Fn(self.pick(["max", "min"]), (sub(), sub()))
        if r < 0.88:
            return g.Cases((g.Branch(sub(), self.condition(scope)), g.Branch(sub(), None)))
        free = [name for name in "ijk" if name not in scope]
        if self.sums and len(scope) < 2:
            letter = self.pick(free)
            body = self.make(depth - 1, (*scope, letter))
            condition = None
            if scope and self.rng.random() < 0.3:
                condition = g.Compare(self.pick(["!=", "=", "<"]), g.Idx(letter), g.Idx(scope[0]))
            return g.Sum(body, g.Idx(letter), None, None, condition)
        return self.leaf(scope)


def places(e):
    """Return the paths of scalar subexpressions outside conditions and indices."""
    out = []
    todo = [((), e)]
    while todo:
        path, node = todo.pop()
        if isinstance(node, g.Compare):
            continue
        if not isinstance(node, g.Branch):
            out.append((path, node))
        if isinstance(node, g.Entry | g.Delta):
            continue
        kids = g.children(node)
        if isinstance(node, g.Sum | g.Prod):
            kids = kids[:1]
        todo.extend(((*path, k), kid) for k, kid in enumerate(kids))
    return out


def fn(name, *args):
    return g.Fn(name, args)


ONE, TWO = g.Num(Fraction(1)), g.Num(Fraction(2))
HALF = g.Num(Fraction(1, 2))

SOUND = [
    lambda u: g.Neg(g.Neg(u)),
    lambda u: g.Add((g.Num(Fraction(0)), u)),
    lambda u: g.Div(g.Mul((u, fn("cosh", g.Sym("x")))), fn("cosh", g.Neg(g.Sym("x")))),
    lambda u: fn("log", fn("exp", u)),
    lambda u: g.Add((g.Mul((HALF, u)), g.Div(u, TWO))),
    lambda u: g.Mul((fn("sign", u), fn("abs", u))),
    lambda u: g.Add((fn("relu", u), g.Neg(fn("relu", g.Neg(u))))),
    lambda u: g.Add((fn("softplus", u), g.Neg(fn("softplus", g.Neg(u))))),
    lambda u: fn("log", g.Div(fn("sigmoid", u), g.Add((ONE, g.Neg(fn("sigmoid", u)))))),
    lambda u: g.Add(
        (
            g.Mul((u, g.Pow(fn("sin", g.Sym("y")), TWO))),
            g.Mul((u, g.Pow(fn("cos", g.Sym("y")), TWO))),
        )
    ),
]
CHANGED = [
    lambda u: g.Neg(u),
    lambda u: fn("abs", u),
    lambda u: fn("relu", u),
    lambda u: g.Pow(g.Pow(u, TWO), HALF),
    lambda u: g.Pow(g.Pow(u, HALF), TWO),
    lambda u: g.Div(fn("log", g.Pow(u, TWO)), TWO),
    lambda u: fn("exp", fn("log", u)),
    lambda u: g.Mul((u, u)),
    lambda u: g.Add((u, ONE)),
    lambda u: g.Mul((u, g.Pow(fn("sign", g.Sym("x")), TWO))),
    lambda u: g.Add((u, g.Indicator(g.Compare("=", g.Sym("y"), g.Num(Fraction(0)))))),
    lambda u: g.Mul((u, g.Indicator(g.Compare("!=", g.Sym("x"), g.Sym("z"))))),
    lambda u: fn("max", u, g.Sym("z")),
    lambda u: g.Cases((
        g.Branch(g.Div(u, g.Sym("x")), g.Compare("!=", g.Sym("z"), ONE)), g.Branch(u, None),
    )),
]  # fmt: skip


def changed(e, rng, changes):
    path, node = rng.choice(places(e))
    return g.replace_at(e, path, rng.choice(changes)(node))


SEEDS = st.integers(min_value=0, max_value=2**30)


@settings(derandomize=True, deadline=None, max_examples=700)
@given(SEEDS, st.booleans())
def test_what_is_proved_agrees_with_the_oracle(seed, labels):
    maker = Maker(seed, sums=seed % 2 == 0)
    given_, points = (LABELS, LABEL_POINTS) if labels else (PLAIN, POINTS)
    e = maker.make(maker.pick([1, 2, 2, 3]))
    other = changed(e, maker.rng, CHANGED)
    if identical(e, other, given_):
        _, differ = differences(values(e, points), values(other, points))
        assert not differ


@settings(derandomize=True, deadline=None, max_examples=400)
@given(SEEDS)
def test_sound_changes_stay_identical(seed):
    maker = Maker(seed, sums=seed % 2 == 0)
    e = maker.make(maker.pick([1, 2, 2]))
    try:
        canonical(e, PLAIN)
    except NotCanonical:
        return
    path, node = maker.pick(places(e))
    if not smooth(e):
        return
    other = g.replace_at(e, path, maker.pick(SOUND)(node))
    assert identical(e, other, PLAIN) in (True, None)


def smooth(e):
    """Tell whether an expression is free of what may have several forms: kinks, roots, undeclared signs."""
    for _, node in g.walk(e):
        if isinstance(node, g.Cases | g.Indicator):
            return False
        if isinstance(node, g.Fn) and node.name in (
            "abs",
            "sign",
            "relu",
            "max",
            "min",
            "sqrt",
            "log",
        ):
            return False
        if isinstance(node, g.Pow) and not (
            isinstance(node.exponent, g.Num) and node.exponent.value.denominator == 1
        ):
            return False
    return True


def test_equal_forms_have_equal_values():
    forms = defaultdict(list)
    for seed in range(2500):
        maker = Maker(seed, sums=seed % 3 == 0)
        e = maker.make(maker.pick([1, 1, 2, 2, 3]))
        try:
            forms[canonical(e, PLAIN)].append(e)
        except NotCanonical:
            continue
    compared = 0
    for found in forms.values():
        distinct = list(dict.fromkeys(found))[:5]
        if len(distinct) < 2:
            continue
        first, *others = (values(e, POINTS) for e in distinct)
        for other in others:
            count, differ = differences(first, other)
            assert not differ, distinct
            compared += bool(count)
    assert compared > 100


# The tables of identities and near misses are themselves right.

ORACLE_POINTS = [
    {
        **{name: number(Fraction((k * 7 + q * 5) % 23 - 9, 1 + (k + q) % 4))
           for q, name in enumerate(TABLES.names.split())},
        **{name: number(Fraction(1 + (k * 3 + q) % 8, 10)) for q, name in enumerate("pq")},
        "lam": number(Fraction(k + 2, 3)), "n": mpmath.mpf(2 + k % 2), "size": 2 + k % 2,
        "arrays": {}, "indices": {"i": 1 + k % 2, "j": 2 - k % 2, "k": 1 + (k // 2) % 2, "v": 2},
    }
    for k in range(14)
] + [
    {
        **{name: number(SPECIAL[(k + 2 * q) % len(SPECIAL)])
           for q, name in enumerate(TABLES.names.split())},
        "n": mpmath.mpf(3), "size": 3, "arrays": {}, "indices": {"i": 1, "j": 1, "k": 3, "v": 2},
    }
    for k in range(12)
]  # fmt: skip


@pytest.mark.parametrize("name", TABLES.MEET)
def test_the_table_of_identities_is_right(name):
    left, right = (values(TABLES.lift(side), ORACLE_POINTS) for side in TABLES.MEET[name])
    count, differ = differences(left, right)
    assert count > 0
    assert not differ


# Every near miss that can be evaluated without definitions differs somewhere.
EVALUATED = [
    name
    for name, (_, _, context) in TABLES.APART.items()
    if not context.definitions
    and not context.constraints
    and not any(isinstance(node, g.Apply) for _, node in g.walk(TABLES.lift(TABLES.APART[name][0])))
]


@pytest.mark.parametrize("name", EVALUATED)
def test_the_table_of_near_misses_is_right(name):
    left, right, context = TABLES.APART[name]
    points = [at_zero(p, name) for p in ORACLE_POINTS]
    del context
    found = values(TABLES.lift(left), points), values(TABLES.lift(right), points)
    _, differ = differences(*found, digits=40)
    assert differ


def at_zero(point, name):
    """Put what the name speaks of at its kink."""
    point = {**point, "x_1": mpmath.mpf(3), "\\sigma": mpmath.mpf(2), "\\sigma^2": mpmath.mpf(5)}
    if any(part in name for part in ("at 0", "edge", "sign²", "may be zero")):
        return {**point, "x": mpmath.mpf(0)}
    if "other case" in name:
        return {**point, "z": mpmath.mpf(0)}
    if "left-out" in name:
        size = point["size"]
        values_ = {(i,): mpmath.mpf(i) for i in range(1, size + 1)}
        values_[(point["indices"]["k"],)] = mpmath.mpf(0)
        return {**point, "arrays": {"b": values_}}
    return point


# Broken steps are caught by the tables.

BROKEN = {
    "logarithms split without asking for signs": (
        logarithms, "sign_of_poly", lambda w, p: 1,
        ["log of two negatives", "exp of a split logarithm"]),
    "signs squared are 1": (
        signs, "sign", lambda w, u: w.one_value, ["|x|", "sign²", "relu' at 0"]),
    "exponentials multiply": (
        exponentials, "_factor", lambda w, direction, c: direction, ["e^(uv)"]),
    "a constant is summed once": (
        sums, "count", lambda w, extent: w.one_value, ["sum of a constant"]),
    "deltas are eliminated out of range": (
        sums, "within", lambda *args: True, ["delta out of range"]),
}  # fmt: skip


@pytest.mark.parametrize("step", BROKEN)
def test_a_broken_step_is_caught(step, monkeypatch):
    module, name, replacement, victims = BROKEN[step]
    pairs = [TABLES.APART[v] for v in victims]
    before = [identical(TABLES.lift(a), TABLES.lift(b), c) for a, b, c in pairs]
    assert True not in before
    monkeypatch.setattr(module, name, replacement)
    after = [identical(TABLES.lift(a), TABLES.lift(b), c) for a, b, c in pairs]
    assert True in after
