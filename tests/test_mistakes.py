"""Every mistake is found in a line of its own, and stays silent on lines that are right."""

import re
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import pytest

from gradproof.differentiate import evaluate_derivatives, has_derivative
from gradproof.evaluate import make_samples
from gradproof.expr import (
    CLOSED_UNIT,
    OPEN_UNIT,
    POSITIVE,
    Add,
    Apply,
    Compare,
    Const,
    Context,
    Definition,
    Delta,
    Derivative,
    Differential,
    Div,
    Domain,
    Entry,
    Expr,
    Fn,
    Idx,
    IndexRange,
    Indicator,
    Mul,
    Neg,
    Pow,
    Size,
    Space,
    Sum,
    Sym,
    at_path,
    walk,
)  # fmt: skip
from gradproof.mistakes import align_terms, catalogue, explain
from gradproof.mistakes.bench import differ, equal, measure
from gradproof.mistakes.sites import LATER, Workshop, places_to_rewrite
from gradproof.rewrite import num

N = Space((Size("n"),))
M = Space((Size("m"),))
MN = Space((Size("m"), Size("n")))


@dataclass(frozen=True)
class F:
    """A formula written with Python's operators; only the tests do this."""

    e: Expr

    def __add__(self, o):
        left = self.e.terms if isinstance(self.e, Add) else (self.e,)
        return F(Add((*left, of(o))))

    def __radd__(self, o):
        return F(Add((of(o), self.e)))

    def __sub__(self, o):
        return self + (-F(of(o)))

    def __rsub__(self, o):
        return F(Add((of(o), Neg(self.e))))

    def __mul__(self, o):
        left = self.e.factors if isinstance(self.e, Mul) else (self.e,)
        return F(Mul((*left, of(o))))

    def __rmul__(self, o):
        return F(Mul((of(o), self.e)))

    def __truediv__(self, o):
        return F(Div(self.e, of(o)))

    def __rtruediv__(self, o):
        return F(Div(of(o), self.e))

    def __pow__(self, o):
        return F(Pow(self.e, of(o)))

    def __neg__(self):
        return F(Neg(self.e))

    def __getitem__(self, i):
        return F(Entry(self.e, i if isinstance(i, tuple) else (i,)))


def of(o) -> Expr:
    return o.e if isinstance(o, F) else o if isinstance(o, Expr) else num(Fraction(o))


def d(body, wrt) -> F:
    return F(Derivative(of(body), (of(wrt),)))


def call(name):
    return lambda *args: F(Fn(name, tuple(of(a) for a in args)))


def total(body, index) -> F:
    return F(Sum(of(body), index))


log, exp, sin, sqrt, sigmoid, tanh, relu = map(
    call, ("log", "exp", "sin", "sqrt", "sigmoid", "tanh", "relu")
)
absolute, sign, softmax = map(call, ("abs", "sign", "softmax"))
x, y, a, b, c, p, m, h, z, s, q = (
    F(Sym(n)) for n in ("x", "y", "a", "b", "c", "p", "m", "h", "z", "s", "q")
)
w, v, t, u = (F(Sym(n, N)) for n in "wvtu")
g, r = (F(Sym(n, M)) for n in "gr")
X = F(Sym("X", MN))
i, j, k, n = (Idx(name) for name in "ijkn")
RANGES = {
    "i": IndexRange(Size("m")), "j": IndexRange(Size("n")), "k": IndexRange(Size("n")),
    "n": IndexRange(Size("n")),
}  # fmt: skip
BASE = Context(
    ranges=RANGES,
    domains={"p": OPEN_UNIT, "y": CLOSED_UNIT, "x": POSITIVE, "a": POSITIVE, "b": POSITIVE,
             "c": POSITIVE, "m": Domain(lower=Fraction(2), upper=Fraction(5))},
)  # fmt: skip


def knowing(**definitions) -> Context:
    table = {}
    for name, body in definitions.items():
        body, *rest = body if isinstance(body, tuple) else (body,)
        table[name] = (Definition(name, of(body), (), tuple(rest)),)
    return replace(BASE, definitions=table)


LOGISTIC = knowing(q=sigmoid(z), E=-(y * log(q) + (1 - y) * log(1 - q)))
SQUARED = knowing(q=sigmoid(z), E=(q - y) ** 2 / 2)
ENERGY = F(Sym("E"))
NORMALISED = knowing(s=exp(x) + exp(a), o=exp(x) / F(Sym("s")))
SOFT = knowing(o=(exp(u[k]) / total(exp(u[n]), n), k), E=-total(t[k] * log(F(Sym("o", N))[k]), k))
OUT = F(Sym("o", N))
LIKELY = knowing(E=-total(log(sigmoid(w[j] * x)), j))
SHARED = knowing(h=tanh(a * x), q=a * F(Sym("h")))
Y = F(Sym("Y", Space((Size("n"), Size("n")))))
CALLED = replace(BASE, definitions={"q": (Definition("q", of(x**2 + 3 * x), (x.e,)),)})
MOVING = replace(knowing(E=x**2 + y**3), moving=frozenset({"x"}))

CASES = {
    "chain-inner-dropped": (BASE, -1 * (d(y * log(p), p) + d((1 - y) * log(1 - p), p)),
                            -1 * (y / p + (1 - y) / (1 - p))),
    "chain-inner-sign": (BASE, d(sin(3 - x), x), call("cos")(3 - x)),
    "chain-linear-factor-dropped": (BASE, d(log(sigmoid(a * x)), x), 1 - sigmoid(a * x)),
    "chain-outer-not-differentiated": (BASE, d(sin(x ** 2), x), sin(x ** 2) * 2 * x),
    "chain-outer-at-inner-derivative": (BASE, d(sin(x ** 3), x), call("cos")(3 * x ** 2)),
    "chain-path-sum-dropped": (SOFT, d(ENERGY, u[j]),
                               -t[j] * (1 - exp(u[j]) / total(exp(u[n]), n))),
    "chain-link-repeated": (LOGISTIC, d(ENERGY, z), (q - y) * q * (1 - q)),
    "chain-link-skipped": (SQUARED, d(ENERGY, z), q - y),
    "chain-wrong-point": (SQUARED, d(q, z), sigmoid(q) * (1 - sigmoid(q))),
    "chain-shared-parameter-path-dropped": (SHARED, d(q, a), h),
    "chain-dependent-held-constant": (NORMALISED, d(F(Sym("o")), x), exp(x) / s),
    "sign-outer-lost": (BASE, -(a - y * x), a - y * x),
    "sign-of-one-term": (BASE, d(x ** 2 + a * x + b * exp(x), x), 2 * x - a + b * exp(x)),
    "sign-not-distributed": (BASE, c - (a - b * x), c - a - b * x),
    "sign-flipped-in-common-denominator": (
        BASE, c * (y / p - (1 - y) / (1 - p)), c * ((p - y) / (p * (1 - p)))),
    "sign-loss-vs-likelihood": (LIKELY, 2 * d(ENERGY, x) + a, 2 * total(w[j] * (1 - sigmoid(w[j] * x)), j) + a),
    "product-of-derivatives": (BASE, d(x ** 2 * sin(x), x), 2 * x * call("cos")(x)),
    "product-term-dropped": (BASE, d(x ** 2 * sin(x), x), 2 * x * sin(x)),
    "product-terms-mispaired": (BASE, d(x ** 2 * sin(x), x),
                                2 * x * x ** 2 + sin(x) * call("cos")(x)),
    "quotient-swapped": (BASE, d(sin(x) / x, x), (sin(x) - x * call("cos")(x)) / x ** 2),
    "quotient-plus": (BASE, d(sin(x) / (1 + x), x),
                      (call("cos")(x) * (1 + x) + sin(x)) / (1 + x) ** 2),
    "quotient-no-square": (BASE, d(sin(x) / (1 + x), x),
                           (call("cos")(x) * (1 + x) - sin(x)) / (1 + x)),
    "quotient-of-derivatives": (BASE, d(sin(x) / x ** 2, x), call("cos")(x) / (2 * x)),
    "power-coefficient-dropped": (BASE, d((y - x) ** 2, x), -(y - x)),
    "power-exponent-wrong": (BASE, d((y + 2 * x) ** 3, x), 3 * (y + 2 * x) ** 3 * 2),
    "exp-as-power": (BASE, d(F(Const("e")) ** (a * x), x),
                     a * x * F(Const("e")) ** (a * x - 1) * a),
    "constant-kept": (BASE, d(a * x + b, x), a + b),
    "constant-dropped": (BASE, d(a * b * sin(x), x), b * call("cos")(x)),
    "sigmoid-derivative-wrong": (BASE, d(sigmoid(x), x), sigmoid(x) * (1 + sigmoid(x))),
    "tanh-derivative-wrong": (BASE, d(tanh(x), x), 1 - tanh(x)),
    "kink-ignored": (BASE, d(relu(a * z), z), a),
    "sqrt-half-dropped": (BASE, d(sqrt(x + a), x), 1 / sqrt(x + a)),
    "sqrt-sign": (BASE, c + d(sqrt(x), x), c - 1 / (2 * sqrt(x))),
    "log-derivative-kept": (BASE, d(log(1 + x ** 2), x), 2 * x),
    "log-argument-derivative-missing": (BASE, d(log(total(exp(w[j] * x), j)), x),
                                        1 / total(exp(w[j] * x), j)),
    "log-of-sum-split": (BASE, log(a + b * x), log(a) + log(b * x)),
    "log-quotient-wrong": (BASE, log(a / (b + 2)), log(a) / log(b + 2)),
    "cancel-across-sum": (BASE, (a + b * x) / a, b * x),
    "fractions-added-straight": (BASE, a / x + b / (c + 1), (a + b) / (x + c + 1)),
    "distribute-once": (BASE, c + a * (b + x), c + (a * b + x)),
    "square-of-sum": (BASE, (a + x) ** 2, a ** 2 + x ** 2),
    "exponent-rule": (BASE, a ** x * a ** (b + 1), a ** (x * (b + 1))),
    "term-lost": (BASE, d(x ** 2 + a * x + exp(x), x), 2 * x + exp(x)),
    "term-repeated": (BASE, a + b * x, a + b * x + a),
    "factor-lost": (BASE, a * b * x + c, a * x + c),
    "complement-misused": (BASE, a * (1 - sigmoid(x)), a * sigmoid(x)),
    "mean-factor-dropped": (BASE, d(1 / m * total(w[j] * x ** 2, j), x), total(w[j] * 2 * x, j)),
    "sum-dropped": (BASE, 1 / (2 * a) * total(w[j] ** 2, j), 1 / (2 * a) * w[k] ** 2),
    "constant-sum": (BASE, total(a * x, j) + b, a * x + b),
    "jacobian-off-diagonal-missing": (BASE, d(softmax(w)[k], w[n]),
                                      softmax(w)[k] * (1 - softmax(w)[k])),
    "jacobian-off-diagonal-sign": (BASE, d(softmax(w)[k], w[n]),
                                   softmax(w)[k] * (F(Delta(k, n)) + softmax(w)[n])),
    "index-wrong": (BASE, d(total(X[i, j] * w[j], j), w[k]), X[i, n]),
    "quadratic-form-symmetrised": (
        BASE, d(total(total(Y[j, n] * w[j] * w[n], n), j), w[k]), 2 * total(Y[k, n] * w[n], n)),
    "wrong-variable": (BASE, d(tanh(a * x + b * z), x), (1 - tanh(a * x + b * z) ** 2) * b),
    "constant-differentiated": (BASE, d(a * sin(x) + c ** 2, x), a * call("cos")(x) + 2 * c),
    "regulariser-factor": (BASE, d(total((x * w[j] - v[j]) ** 2, j) + a * x ** 2, x),
                           2 * total((x * w[j] - v[j]) * w[j], j) + a * x),
    "delta-not-collapsed": (BASE, d(total(w[j] ** 2 * v[j], j), w[k]), total(2 * w[j] * v[j], j)),
    "sum-limits-wrong": (BASE, a * total(w[j], j), a * F(Sum((w[j]).e, j, num(2), Sym("n")))),
    "factor-out-of-sum": (BASE, total(w[j] * v[j], j), total(w[j], j) * total(v[j], j)),
    "index-captured": (BASE, total(w[j], j) * total(v[j], j), total(w[j] * v[j], j)),
    "substitution-partial": (CALLED, F(Apply("q", (num(2),))), 4 + 3 * x),
    "differential-lost": (MOVING, F(Differential(ENERGY.e)), 2 * x * F(Differential(x.e)) + 3 * y ** 2),
}  # fmt: skip


def found(context, before, after, right=None):
    samples = make_samples((before.e, after.e), context, points=20)
    return explain(before.e, after.e, None if right is None else right.e, context, samples)


def names(matches):
    return [n for match in matches for n in (match.mistake.name, *match.also_consistent_with)]


def test_every_mistake_has_a_line_of_its_own():
    led = {m.name for m in catalogue().values() if m.derivatives or m.rewritings or m.exchanges}
    assert set(CASES) == led


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_mistake_is_found(name):
    context, before, after = CASES[name]
    matches = found(context, before, after)
    assert len(matches) == 1
    assert name in names(matches)
    (match,) = matches
    samples = make_samples((before.e, after.e), context, points=20)
    values = [measure(e, samples, context) for e in (before.e, after.e, match.variant)]
    assert equal(values[2], values[1])
    assert differ(values[2], values[0])
    for path in match.sites:
        at_path(before.e, path)
    assert not re.search(r"\{(node|right|wrong|outer|inner|var)\}", match.message + match.why)


FIRST = {
    "chain-inner-dropped", "chain-linear-factor-dropped", "chain-path-sum-dropped",
    "chain-link-skipped", "chain-shared-parameter-path-dropped", "sign-not-distributed",
    "sign-flipped-in-common-denominator", "sign-outer-lost", "product-of-derivatives",
    "quotient-plus", "quotient-swapped", "power-coefficient-dropped", "sigmoid-derivative-wrong",
    "tanh-derivative-wrong", "kink-ignored", "log-derivative-kept", "mean-factor-dropped",
    "wrong-variable", "constant-differentiated", "regulariser-factor", "delta-not-collapsed",
    "sum-limits-wrong", "factor-out-of-sum", "index-captured", "substitution-partial",
    "differential-lost", "constant-kept", "log-argument-derivative-missing", "square-of-sum", "sqrt-half-dropped",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(FIRST))
def test_it_is_the_one_that_is_named(name):
    context, before, after = CASES[name]
    assert found(context, before, after)[0].mistake.name == name


def right_line(context, before) -> F:
    return F(
        evaluate_derivatives(before.e, context).expr
        if has_derivative(before.e, context)
        else before.e
    )


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_right_line_is_never_explained(name):
    """The near miss of every case: the same line before, and the right line after it."""
    context, before, _ = CASES[name]
    assert found(context, before, right_line(context, before)) == ()


NEAR = {
    "expanded": (BASE, c - (a - b * x), c - a + b * x),
    "common-denominator": (BASE, y / p - (1 - y) / (1 - p), (y - p) / (p * (1 - p))),
    "logistic": (LOGISTIC, d(ENERGY, z), q - y),
    "squared-error": (SQUARED, d(ENERGY, z), (q - y) * q * (1 - q)),
    "softmax": (BASE, d(softmax(w)[k], w[n]), softmax(w)[k] * (F(Delta(k, n)) - softmax(w)[n])),
    "softmax-loss": (SOFT, d(ENERGY, u[j]),
                     OUT[j] * total(t[k], k) - t[j]),
    "inner-is-one": (BASE, d(log(x + a), x), 1 / (x + a)),
    "relu": (BASE, d(relu(a * z), z), a * F(Indicator(Compare(">", z.e, num(0))))),
    "power": (BASE, d((y - x) ** 2, x), 2 * (x - y)),
    "normaliser": (NORMALISED, d(F(Sym("o")), x), exp(x) / s - exp(x) * exp(x) / s ** 2),
    "unevaluated": (BASE, d(log(1 - p), p), 1 / (1 - p) * d(1 - p, p)),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(NEAR))
def test_near_misses_stay_silent(name):
    context, before, after = NEAR[name]
    assert found(context, before, after) == ()


def test_what_no_mistake_explains_has_no_match():
    assert found(BASE, d(sin(x) * a, x), F(Const("pi")) * exp(x) * b) == ()


def test_the_same_slip_in_every_term_is_one_mistake():
    before = d(log(1 - p) + a * log(2 - 3 * p), p)
    after = 1 / (1 - p) + a / (2 - 3 * p)
    (match,) = found(BASE, before, after)
    assert match.mistake.name == "chain-inner-dropped"
    assert match.sites == ((0, 0), (0, 1, 1))


def test_two_independent_slips_are_two_matches():
    before = d((y - x) ** 2, x) + d(tanh(b * x), x)
    after = -(y - x) + b * (1 - tanh(b * x))
    matches = found(BASE, before, after)
    assert sorted(m.mistake.name for m in matches) == [
        "power-coefficient-dropped", "tanh-derivative-wrong"]  # fmt: skip
    assert [m.sites for m in sorted(matches, key=lambda m: m.mistake.name)] == [
        ((0, 0),), ((1, 0),)]  # fmt: skip


def test_the_search_keeps_to_its_budget_and_repeats_itself():
    context, before, after = CASES["chain-inner-dropped"]
    samples = make_samples((before.e, after.e), context, points=20)
    assert explain(before.e, after.e, None, context, samples, budget=0) == ()
    first = explain(before.e, after.e, None, context, samples)
    assert first == explain(before.e, after.e, None, context, samples)
    assert 0 < LATER < 1


@pytest.mark.parametrize("name", sorted(CASES))
def test_right_counterparts_keep_the_value_and_wrong_rules_change_it(name):
    """At every site of the mistake in its own line; wrong results that happen to be right do not count."""
    context, before, after = CASES[name]
    mistake = catalogue()[name]
    shop = Workshop(before.e, context)
    samples = make_samples((before.e, after.e), context, points=12)
    truth = measure(before.e, samples, context)
    changed = 0
    for place in shop.places(mistake, after.e):
        node = place.node if place.stage != "derivative" else Derivative(place.node, (place.wrt,))
        own = make_samples((before.e, node, place.right), context, points=12)
        value = measure(node, own, context)
        bare = isinstance(place.node, Sym) and place.stage == "derivative"  # d b/dx: not known
        assert equal(value, measure(place.right, own, context)) or bare, place
        variant = shop.build((place,))
        if variant is not None:
            changed += differ(measure(variant, samples, context), truth)
    assert changed or len(found(context, before, after)[0].sites) > 1


LINES = [c[1].e for c in CASES.values()]


@pytest.mark.parametrize(
    "name", sorted(n for n, mistake in catalogue().items() if mistake.rewritings)
)
def test_right_counterparts_of_rewritings_are_sound_everywhere(name):
    """On every node of every line of this file."""
    seen = 0
    for line in LINES:
        for path, node in places_to_rewrite(line):
            for wrong in catalogue()[name].rewritings:
                if path and wrong.whole:
                    continue
                for slip in wrong.wrong(node, BASE):
                    if slip.right == node:
                        continue
                    seen += 1
                    own = make_samples((node, slip.right), BASE, points=8)
                    assert equal(measure(node, own, BASE), measure(slip.right, own, BASE))
    assert seen >= 0


ALIGNED = {
    "first-question": (
        -1 * (y / p + (1 - y) / (1 - p)), -1 * (y / p - (1 - y) / (1 - p)), (1, 1), Fraction(-1)),
    "multiplied-out": (
        -1 * (y / p + (1 - y) / (1 - p)), (1 - y) / (1 - p) - y / p, (1, 1), Fraction(-1)),
    "factor": (a + 3 * x + b, b + a + 6 * x, (1,), Fraction(2)),
    "inside-a-function": (exp(a + x), exp(a - x), (0, 1), Fraction(-1)),
    "whole": (a - y * x, y * x - a, (), Fraction(-1)),
    "extra-term": (a + x + b, a + x, (2,), None),
    "another-term": (a + sin(x), a + x ** 2, (1,), None),
    "fraction": ((a + x) / (b + c), (a - x) / (b + c), (0, 1), Fraction(-1)),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(ALIGNED))
def test_the_wrong_part_is_found(name):
    after, right, path, factor = ALIGNED[name]
    samples = make_samples((after.e, right.e), BASE, points=20)
    where = align_terms(after.e, right.e, BASE, samples)
    assert where is not None
    assert (where.path, where.factor) == (path, factor)
    assert at_path(after.e, where.path) == where.wrong


def test_mending_the_wrong_part_mends_the_line():
    from gradproof.expr import replace_at

    for after, right, _, _ in ALIGNED.values():
        samples = make_samples((after.e, right.e), BASE, points=20)
        where = align_terms(after.e, right.e, BASE, samples)
        assert where is not None
        part = where.right if where.right is not None else num(0)
        mended = replace_at(after.e, where.path, part)
        assert equal(measure(mended, samples, BASE), measure(right.e, samples, BASE))


def test_how_many_terms_are_right():
    after, right = a + b * x + sin(x) - exp(x), a + b * x + sin(x) + exp(x)
    samples = make_samples((after.e, right.e), BASE, points=20)
    where = align_terms(after.e, right.e, BASE, samples)
    assert where.describe() == "3 of 4 terms are right, this one is off by a factor -1"
    missing = align_terms((a + b).e, (a + b + x).e, BASE, samples)
    assert missing.missing == x.e
    assert align_terms(after.e, after.e, BASE, samples) is None


def test_messages_name_formulas_and_every_mistake_is_complete():
    for mistake in catalogue().values():
        assert 0 < mistake.prior < 1
        assert mistake.headline
        assert mistake.message
        assert mistake.why
        searched = (mistake.derivatives, mistake.rewritings, mistake.exchanges, mistake.repairs)
        assert any(searched) or mistake.name == "shape-mismatch"  # named by the judge of shapes
    context, before, after = CASES["chain-inner-dropped"]
    (match,) = found(context, before, after)
    assert match.message == "the inner derivative of log(1 - p) is missing"
    assert np.isfinite(match.mistake.prior)
    assert not any(isinstance(e, Apply) for _, e in walk(match.variant))


def test_the_kinds_that_a_wrong_rewriting_names_are_all_that_it_fits():
    """`on` saves work and changes nothing: at other kinds of nodes the rewriting gives nothing."""
    from pathlib import Path

    from gradproof.mistakes import catalogue
    from gradproof.mistakes.sites import places_to_rewrite
    from gradproof.notation.documents import read_document
    from gradproof.notation.elaborate import read_derivation

    rewritings = [
        (m.name, r) for m in catalogue().values() for r in (*m.rewritings, *m.exchanges) if r.on
    ]
    assert rewritings
    for page in sorted((Path(__file__).resolve().parents[1] / "docs" / "mistakes").glob("*.md")):
        derivation = read_derivation(read_document("page.md", page.read_text(encoding="utf-8")))
        for line in derivation.lines:
            context = derivation.contexts[line.state][0]
            sides = [
                s for r in line.readings[:1] for c in r.claims for s in c.sides if s is not None
            ]
            for side in sides:
                for _, node in places_to_rewrite(side):
                    for name, r in rewritings:
                        if not isinstance(node, r.on):
                            assert not list(r.at(node, context, side)), (name, node)
