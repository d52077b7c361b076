"""Three arithmetics over one walk: they agree, certificates hold, and comparison neither misses nor invents."""

import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from time import perf_counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import (
    CONTEXT,
    A,
    I,
    J,
    K,
    M,
    P,
    Q,
    S,
    T,
    V,
    X,
    Y,
    array_scalars,
    indexed_exprs,
    num,
    scalar_exprs,
)

from gradproof.evaluate import (
    BALL,
    PRIME,
    RESIDUES,
    Samples,
    Unsupported,
    certify,
    compare,
    comparison,
    evaluate,
    find_counterexample,
    fingerprint,
    make_samples,
    precision,
    same_fingerprint,
    significant,
)
from gradproof.evaluate.flint_types import bounds, is_finite
from gradproof.expr import (
    BINARY,
    CLOSED_UNIT,
    Add,
    Context,
    Delta,
    Derivative,
    Div,
    Entry,
    Expr,
    Fn,
    IndexRange,
    Mul,
    Neg,
    Num,
    Pow,
    Space,
    Sum,
    Sym,
)

ONE = num(1)
RELAXED = settings(derandomize=True, deadline=None, max_examples=80)


def minus(a: Expr, b: Expr) -> Expr:
    return Add((a, Neg(b)))


def log(e: Expr) -> Expr:
    return Fn("log", (e,))


# --- the routes agree -----------------------------------------------------------------------------


@RELAXED
@given(indexed_exprs(), st.booleans())
def test_balls_contain_what_floats_compute(e, differentiated):
    if differentiated:
        e = Derivative(Add((e, ONE)), (Entry(V, (K,)),))
    samples = make_samples([e], CONTEXT, points=2)
    floats = evaluate(e, samples, CONTEXT).values
    with precision(256):
        balls = evaluate(e, samples, CONTEXT, arithmetic=BALL).values
    for f, b in zip(floats.ravel(), balls.ravel(), strict=True):
        assert is_finite(b) == bool(np.isfinite(f))
        if np.isfinite(f):
            low, high = bounds(b)
            slack = Fraction(1e-9) * max(abs(low), abs(high), Fraction(1, 1000))
            assert low - slack <= Fraction(float(f)) <= high + slack
            assert high - low <= Fraction(1, 10**40) * max(abs(high), 1)


@settings(derandomize=True, deadline=None, max_examples=30)
@given(array_scalars(max_leaves=4))
def test_balls_contain_what_floats_compute_of_whole_arrays(e):
    samples = make_samples([e], CONTEXT, points=1)
    f = evaluate(e, samples, CONTEXT).values
    with precision(256):
        b = evaluate(e, samples, CONTEXT, arithmetic=BALL).values
    low, high = bounds(b[0])
    assert float(low) == pytest.approx(f[0], rel=1e-8)
    assert high - low <= Fraction(1, 10**40) * max(abs(high), 1)


@RELAXED
@given(indexed_exprs(rational=True), st.booleans())
def test_residues_are_those_of_the_exact_fractions(e, differentiated):
    if differentiated:
        e = Derivative(Add((e, ONE)), (Entry(A, (I, J)),))
    samples = make_samples([e], CONTEXT, points=2)
    with precision(64):
        exact = evaluate(e, samples, CONTEXT, arithmetic=BALL).values
    found = fingerprint(e, samples, CONTEXT)
    whole = np.broadcast_to(evaluate(e, samples, CONTEXT, arithmetic=RESIDUES).values, exact.shape)
    assert set(found) == set(whole.ravel())
    for ball, residue in zip(exact.ravel(), whole.ravel(), strict=True):
        low, high = bounds(ball)
        assert low == high
        assert residue == low.numerator * pow(low.denominator, -1, PRIME) % PRIME


@RELAXED
@given(scalar_exprs(max_leaves=5), scalar_exprs(max_leaves=5))
def test_equal_fingerprints_mean_equal_values(a, b):
    """The product rule holds in residues, with functions as opaque atoms; a wrong rule does not."""
    left = Derivative(Mul((Add((a, X)), Add((b, X)))), (X,))
    da, db = Derivative(Add((a, X)), (X,)), Derivative(Add((b, X)), (X,))
    right = Add((Mul((da, Add((b, X)))), Mul((Add((a, X)), db))))
    samples = make_samples([left, right], CONTEXT)
    assert same_fingerprint(left, right, samples, CONTEXT)
    assert not compare(left, right, samples, CONTEXT).differ
    wrong = Mul((da, db))
    if same_fingerprint(left, wrong, samples, CONTEXT):
        assert not compare(left, wrong, samples, CONTEXT).differ


@pytest.mark.parametrize(
    ("left", "right", "meets"),
    [
        (Fn("exp", (Neg(X),)), Div(ONE, Fn("exp", (X,))), True),
        (Fn("sigmoid", (X,)), Div(ONE, Add((ONE, Fn("exp", (Neg(X),))))), True),
        (Derivative(Fn("sigmoid", (X,)), (X,)), Mul((Fn("sigmoid", (X,)), Fn("sigmoid", (Neg(X),)))), True),
        (Derivative(Fn("tanh", (X,)), (X,)), minus(ONE, Pow(Fn("tanh", (X,)), num(2))), True),
        (Fn("sin", (Neg(X),)), Neg(Fn("sin", (X,))), True),
        (Derivative(Fn("sqrt", (X,)), (X,)), Div(ONE, Mul((num(2), Pow(X, num("1/2"))))), False),
        (Pow(X, num("3/2")), Mul((X, Fn("sqrt", (X,)))), True),
        (Fn("exp", (X,)), Fn("exp", (Mul((num(2), X)),)), False),
        (X, Y, False),
        (Pow(X, num(2)), X, False),
    ],
)  # fmt: skip
def test_fingerprints_of_identities(left, right, meets):
    samples = make_samples([left, right], CONTEXT)
    assert same_fingerprint(left, right, samples, CONTEXT) is meets


def test_residues_have_no_order():
    from gradproof.expr import Compare, Indicator

    e = Indicator(Compare(">", X, num(0)))
    samples = make_samples([e], CONTEXT)
    with pytest.raises(Unsupported):
        fingerprint(e, samples, CONTEXT)
    assert not same_fingerprint(e, e, samples, CONTEXT)


# --- the first question ---------------------------------------------------------------------------

YS, HS = Sym("y", Space((M,))), Sym("\\hat y", Space((M,)))
BCE = Context(
    domains={"y": CLOSED_UNIT},
    ranges={"i": IndexRange(M), "j": IndexRange(M)},
)
YI, HI, YJ, HJ = Entry(YS, (I,)), Entry(HS, (I,)), Entry(YS, (J,)), Entry(HS, (J,))
TERM = Add((Mul((YI, log(HI))), Mul((minus(ONE, YI), log(minus(ONE, HI))))))
COST = Mul((Div(Neg(ONE), Sym("m")), Sum(TERM, I)))
LEFT = Derivative(COST, (HJ,))


def slope(sign: Expr) -> Expr:
    second = Mul((sign, Div(minus(ONE, YJ), minus(ONE, HJ))))
    return Neg(Mul((Div(ONE, Sym("m")), Add((Div(YJ, HJ), second)))))


def test_the_first_question_is_refuted_with_a_simple_certified_point():
    right, wrong = slope(num(-1)), slope(ONE)
    samples = make_samples([LEFT, wrong], BCE)
    assert not compare(LEFT, right, samples, BCE).differ
    found = compare(LEFT, wrong, samples, BCE)
    assert found.points == 24
    assert 0 < len({p for p, _ in found.differ}) == found.points - found.agree
    certificate = find_counterexample(LEFT, wrong, samples, BCE, found)
    assert certificate is not None
    values = {name: v for name, _, v in certificate.assignment}
    assert set(values) == {"y", "\\hat y"}
    assert values["y"] != 1
    assert len(certificate.assignment) == 2
    assert {name for name, _ in certificate.indices} == {"j"}
    assert certificate.exact
    y, h, m = values["y"], values["\\hat y"], 3
    assert certificate.left == significant(-(y / h - (1 - y) / (1 - h)) / m)
    assert certificate.right == significant(-(y / h + (1 - y) / (1 - h)) / m)
    assert ("m", 3) in certificate.sizes
    at_one = [p for p in range(24) if all(v == 1 for v in samples.values["y"][p])]
    assert all(p not in at_one for p, _ in found.differ)


def test_where_the_sides_are_equal_there_is_no_certificate():
    right, wrong = slope(num(-1)), slope(ONE)
    samples = make_samples([LEFT, wrong], BCE)
    ys = samples.values["y"]
    point, at = next((p, k) for p in range(24) for k in range(3) if ys[p, k] == 1)
    assert certify(LEFT, wrong, samples, BCE, point, (("j", at + 1),)) is None
    assert certify(LEFT, right, samples, BCE, 0, (("j", 1),)) is None


def test_a_certificate_of_a_transcendental_difference():
    left, right = Fn("exp", (X,)), Add((ONE, X))
    samples = make_samples([left, right], CONTEXT)
    found = find_counterexample(left, right, samples, CONTEXT)
    assert found is not None
    assert not found.exact
    ((name, spot, x),) = found.assignment
    assert (name, spot) == ("x", ())
    assert x != 0
    assert float(found.left) == pytest.approx(np.exp(float(x)), rel=1e-5)
    assert float(found.right) == pytest.approx(1 + float(x), rel=1e-5)


def test_square_roots_are_exact_where_they_can_be():
    """A rational with an irrational root must become a ball, not an error."""
    for x, exact in ((Fraction(9, 4), True), (Fraction(2), False), (Fraction(1, 3), False)):
        context = replace(CONTEXT, values={"x": x})
        root = Fn("sqrt", (X,))
        samples = make_samples([root], context, points=1)
        found = certify(root, num(7), samples, context, 0, ())
        assert found is not None
        assert found.exact is exact
        assert float(found.left) == pytest.approx(float(x) ** 0.5, rel=1e-5)


# --- comparison -----------------------------------------------------------------------------------


def test_tiny_scales_are_not_lost():
    tiny = num("1/1000000000000000000000000000000")
    samples = make_samples([X], CONTEXT)
    found = compare(Mul((tiny, X)), Mul((tiny, X, num(2))), samples, CONTEXT)
    assert found.differ
    nonzero = sum(x != 0 for x in samples.values["x"])
    assert len(found.differ) == nonzero


def test_rounding_is_not_a_difference():
    """(x + 10^9)² - 10^18 - 2·10^9·x is x², though floating point says otherwise."""
    big = num(10**9)
    left = Add((Pow(Add((X, big)), num(2)), Neg(Pow(big, num(2))), Neg(Mul((num(2), big, X)))))
    samples = make_samples([left], CONTEXT)
    floats = evaluate(left, samples, CONTEXT).values
    want = evaluate(Pow(X, num(2)), samples, CONTEXT).values
    assert not np.allclose(floats, want, rtol=1e-9, atol=0)
    found = compare(left, Pow(X, num(2)), samples, CONTEXT)
    assert not found.differ
    assert found.agree == found.points == 24


def test_rounding_around_an_exact_zero_is_not_a_difference():
    tenth = Div(X, num(10))
    left = minus(Add((tenth, tenth, tenth)), Mul((X, num("3/10"))))
    samples = make_samples([left], CONTEXT)
    noise = evaluate(left, samples, CONTEXT).values
    assert noise.any()
    assert not compare(left, num(0), samples, CONTEXT).differ
    s = Fn("sigmoid", (Mul((num(9), X)),))
    zero = Add((s, Fn("sigmoid", (Neg(Mul((num(9), X))),)), num(-1)))
    assert not compare(zero, num(0), make_samples([zero], CONTEXT), CONTEXT).differ


def test_a_relative_difference_of_a_millionth_is_seen():
    left, right = Fn("exp", (X,)), Mul((Fn("exp", (X,)), num("1000001/1000000")))
    samples = make_samples([left], CONTEXT)
    found = compare(left, right, samples, CONTEXT)
    assert len(found.differ) == found.points
    assert found.largest == pytest.approx(1e-6, rel=1e-3)
    assert find_counterexample(left, right, samples, CONTEXT, found) is not None


def test_a_sloppy_tolerance_would_be_caught(monkeypatch):
    """With a hundredth for a billionth the difference above is overlooked: the figure matters."""
    left, right = Fn("exp", (X,)), Mul((Fn("exp", (X,)), num("1000001/1000000")))
    samples = make_samples([left], CONTEXT)
    monkeypatch.setattr(comparison, "TOLERANCE", 1e-2)
    assert not comparison.compare(left, right, samples, CONTEXT).differ


def test_a_wrong_derivative_sequence_would_be_caught(monkeypatch):
    """The routes check each other only if a fault in one is seen: plant one and compare with differences."""
    from gradproof.evaluate import functions

    e = Derivative(Fn("log", (X,)), (X, X))
    samples = make_samples([Fn("log", (X,))], CONTEXT)
    right = evaluate(e, samples, CONTEXT).values
    true = functions._log_tail
    monkeypatch.setattr(functions, "_log_tail", lambda a, x, n: [a.neg(t) for t in true(a, x, n)])
    wrong = evaluate(e, samples, CONTEXT).values
    x = samples.values["x"].astype(float)
    np.testing.assert_allclose(right, -1 / x**2, rtol=1e-12)
    assert not np.allclose(wrong, -1 / x**2)


def test_undefined_points_are_counted_and_never_differ():
    samples = make_samples([X], CONTEXT)
    found = compare(log(X), log(Mul((num(2), X))), samples, CONTEXT)
    negative = sum(x <= 0 for x in samples.values["x"])
    assert found.undefined == negative
    assert found.points == 24 - negative
    assert {p for p, _ in found.differ} == {p for p in range(24) if samples.values["x"][p] > 0}
    pole = Div(ONE, minus(X, X))
    assert compare(pole, ONE, samples, CONTEXT).points == 0


@settings(derandomize=True, deadline=None, max_examples=60)
@given(scalar_exprs(max_leaves=6))
def test_an_expression_never_differs_from_its_rearrangement(e):
    """x·e + y·e against (y + x)·e, and e against (e + 10⁶) - 10⁶: no false accusation from rounding."""
    left = Add((Mul((X, e)), Mul((Y, e))))
    right = Mul((e, Add((Y, X))))
    shifted = minus(Add((e, num(10**6))), num(10**6))
    samples = make_samples([left, right], CONTEXT)
    assert not compare(left, right, samples, CONTEXT).differ
    assert not compare(e, shifted, samples, CONTEXT).differ


@settings(derandomize=True, deadline=None, max_examples=60)
@given(scalar_exprs(max_leaves=5))
def test_a_lost_sign_is_always_certified(e):
    left, right = Add((e, P)), minus(e, P)
    samples = make_samples([left, right], CONTEXT)
    found = compare(left, right, samples, CONTEXT)
    if found.points and found.largest > 1e-6:
        certificate = find_counterexample(left, right, samples, CONTEXT, found)
        assert certificate is not None
        assert certificate.left != certificate.right


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(10, 7), "1.42857"),
        (Fraction(-10, 7), "-1.42857"),
        (Fraction(3, 10), "0.3"),
        (Fraction(123456789), "1.23457e8"),
        (Fraction(1, 10**7), "1e-7"),
        (Fraction(999999999, 1000), "1e6"),
        (Fraction(99999949, 100), "999999"),
        (Fraction(1, 300), "0.00333333"),
        (Fraction(5), "5"),
        (Fraction(100), "100"),
    ],
)
def test_decimals_are_rounded_to_six_digits(value, text):
    assert significant(value) == text
    assert float(text) == pytest.approx(float(value), rel=5e-6)


# --- determinism, cost ----------------------------------------------------------------------------

SCRIPT = """
import sys
sys.path.insert(0, {tests!r})
from test_evaluate_routes import BCE, LEFT, slope, num
from gradproof.evaluate import compare, find_counterexample, make_samples
samples = make_samples([LEFT, slope(num(1))], BCE)
print(samples.values, samples.sizes, samples.inferred)
print(compare(LEFT, slope(num(1)), samples, BCE))
print(find_counterexample(LEFT, slope(num(1)), samples, BCE))
"""


def test_nothing_depends_on_the_order_of_hashes():
    from pathlib import Path

    script = SCRIPT.format(tests=str(Path(__file__).parent))
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PATH": ""},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
    assert next(iter(outputs))


def test_the_precision_is_given_back():
    import flint

    before = flint.ctx.prec
    with precision(999):
        assert flint.ctx.prec == 999
    assert flint.ctx.prec == before


def test_a_typical_line_is_compared_in_a_few_milliseconds():
    right = slope(num(-1))
    samples = make_samples([LEFT, right], BCE)
    compare(LEFT, right, samples, BCE)
    times = []
    for _ in range(20):
        start = perf_counter()
        compare(LEFT, right, samples, BCE)
        times.append(perf_counter() - start)
    assert min(times) < 0.005


def test_the_numeric_route_does_not_import_the_symbolic_one():
    code = "import gradproof.evaluate, sys; print([m for m in sys.modules if 'differentiate' in m or 'sympy' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "[]"


def test_samples_can_be_made_by_hand():
    a = np.array([Fraction(1, 2), Fraction(3)], dtype=object)
    samples = Samples(2, {}, {"x": a}, {})
    e = Add((Pow(X, num(2)), Mul((Delta(num(1), num(1)), ONE))))
    assert evaluate(e, samples, CONTEXT).values.tolist() == [1.25, 10.0]
    assert isinstance(ONE, Num)
    assert replace(CONTEXT, sizes={}) == CONTEXT
    assert {Q.name, S.name, T.name} == {"q", "s", "t"}


def test_a_zero_that_hides_another_is_told():
    """At a = b = 0 neither changes a b + c alone, both together do: one has to be told, or any values would not do."""
    a, b, c = Sym("a"), Sym("b"), Sym("c")
    context = Context(domains={"a": BINARY, "b": BINARY})
    left, right = Add((Mul((a, b)), c)), Add((Mul((a, b)), c, c))
    samples = make_samples([left, right], context)
    values = samples.values
    zeros = [
        p
        for p in range(samples.points)
        if not values["a"][p] and not values["b"][p] and values["c"][p]
    ]
    assert zeros
    found = certify(left, right, samples, context, zeros[0], ())
    assert found is not None
    told = [name for name, _, _ in found.assignment]
    assert "c" in told
    assert ("a" in told) != ("b" in told)
