"""Sample points: domains, kinks, constraints, sizes; what cannot be honoured is said."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from strategies import CONTEXT, A, B, I, J, K, M, N, V, X, Y, num

from gradproof.evaluate import (
    BALL,
    Unsupported,
    compare,
    evaluate,
    infer_domains,
    make_samples,
    precision,
    take_inventory,
)
from gradproof.expr import (
    BINARY,
    CLOSED_UNIT,
    OPEN_UNIT,
    POSITIVE,
    REAL,
    Add,
    Branch,
    Cases,
    Compare,
    Context,
    Definition,
    Derivative,
    Differential,
    Div,
    Domain,
    Entry,
    Expr,
    Fn,
    Identity,
    Idx,
    IndexRange,
    Indicator,
    Inverse,
    MatMul,
    Mul,
    Neg,
    Norm,
    Num,
    Ones,
    Pow,
    Prod,
    Size,
    Space,
    Sum,
    Sym,
    Transpose,
)

ONE, ZERO = num(1), num(0)


def minus(a: Expr, b: Expr) -> Expr:
    return Add((a, Neg(b)))


def log(e: Expr) -> Expr:
    return Fn("log", (e,))


# --- domains --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("domain", "least"),
    [
        (REAL, {0, 1, -1}),
        (POSITIVE, {1}),
        (OPEN_UNIT, {Fraction(1, 2)}),
        (CLOSED_UNIT, {0, 1}),
        (BINARY, {0, 1}),
        (Domain(members=(Fraction(-1), Fraction(1))), {-1, 1}),
        (Domain(lower=Fraction(1), upper=Fraction(4), lower_open=False, upper_open=False, integer=True), {1, 4}),
        (Domain(upper=Fraction(-2)), set()),
        (Domain(lower=Fraction(-1), upper=Fraction(1)), {0}),
    ],
)  # fmt: skip
def test_values_lie_in_the_domain_and_show_its_corners(domain, least):
    context = replace(CONTEXT, domains={"v": domain})
    samples = make_samples([Entry(V, (J,))], context, points=48)
    drawn = set(samples.values["v"].ravel())
    assert least <= drawn
    for x in drawn:
        if domain.members:
            assert x in domain.members
        assert (
            domain.lower is None
            or x > domain.lower
            or (x == domain.lower and not domain.lower_open)
        )
        assert (
            domain.upper is None
            or x < domain.upper
            or (x == domain.upper and not domain.upper_open)
        )
        assert not domain.integer or x.denominator == 1
    if not domain.members and not domain.integer:
        assert len(drawn) > 20
    assert samples.inferred == {}


def test_reals_come_in_both_signs_and_several_magnitudes():
    values = make_samples([X], CONTEXT, points=48).values["x"]
    sizes = {abs(v) for v in values}
    assert any(v < 0 for v in values)
    assert any(0 < s <= Fraction(1, 10) for s in sizes)
    assert any(s >= 5 for s in sizes)
    positive = replace(CONTEXT, domains={"x": POSITIVE})
    assert min(make_samples([X], positive, points=48).values["x"]) <= Fraction(1, 10)


def test_labels_are_at_zero_at_one_and_inside():
    context = replace(CONTEXT, domains={"y": CLOSED_UNIT})
    values = make_samples([Y], context).values["y"]
    assert sum(v == 0 for v in values) >= 2
    assert sum(v == 1 for v in values) >= 2
    assert sum(0 < v < 1 for v in values) >= 4


@pytest.mark.parametrize(
    ("e", "want"),
    [
        (log(X), POSITIVE),
        (log(minus(ONE, X)), Domain(upper=Fraction(1))),
        (Add((log(X), log(minus(ONE, X)))), OPEN_UNIT),
        (log(Add((ONE, X))), Domain(lower=Fraction(-1))),
        (log(minus(ONE, Mul((num(2), X)))), Domain(upper=Fraction(1, 2))),
        (Fn("sqrt", (X,)), POSITIVE),
        (Pow(X, num("1/2")), POSITIVE),
        (Fn("arcsin", (X,)), Domain(lower=Fraction(-1), upper=Fraction(1))),
        (log(Div(X, minus(ONE, X))), OPEN_UNIT),
        (Fn("sqrt", (minus(ONE, Pow(X, num(2))),)), Domain(Fraction(-1), Fraction(1))),
        (Pow(X, Y), POSITIVE),
        (Div(ONE, X), None),
        (Fn("exp", (X,)), None),
    ],
)  # fmt: skip
def test_domains_are_read_off_the_functions(e, want):
    assert infer_domains([e], Context()).get("x") == want
    samples = make_samples([e], Context())
    assert samples.points == 24
    assert evaluate(e, samples, Context()).defined.all()
    if want is not None:
        assert samples.inferred["x"] == want


def test_declared_domains_win():
    context = replace(CONTEXT, domains={"x": REAL})
    e = log(X)
    samples = make_samples([e], context)
    assert "x" not in samples.inferred
    assert all(v > 0 for v in samples.values["x"])


def test_domains_go_through_definitions_and_trial_finds_the_others():
    z = Definition("z", Mul((num(2), X)))
    context = Context(definitions={"z": (z,)})
    assert make_samples([log(Sym("z"))], context).inferred["x"] == POSITIVE
    hidden = log(log(Add((ONE, Mul((X, Y))))))
    samples = make_samples([hidden], Context())
    assert evaluate(hidden, samples, Context()).defined.all()
    entries = Prod(log(Sum(Mul((Entry(A, (I, J)), Entry(V, (J,)))), J)), I)
    samples = make_samples([entries], CONTEXT)
    assert samples.points == 24
    assert evaluate(entries, samples, CONTEXT).defined.all()


def test_what_is_nowhere_defined_has_no_points():
    with pytest.raises(Unsupported, match="no sample point"):
        make_samples([log(Neg(Pow(X, num(2))))], CONTEXT)


def test_poles_and_overflow_are_redrawn():
    e = Add((Div(ONE, X), Div(ONE, minus(X, ONE)), Fn("exp", (Fn("exp", (X,)),))))
    samples = make_samples([e], CONTEXT)
    assert not {0, 1, 7, 10} & set(samples.values["x"])
    assert evaluate(e, samples, CONTEXT).defined.all()


# --- kinks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("offset", ["0", "5", "-6"])
@pytest.mark.parametrize(
    "make",
    [
        lambda u: Fn("abs", (u,)),
        lambda u: Fn("relu", (u,)),
        lambda u: Fn("sign", (u,)),
        lambda u: Fn("max", (u, ZERO)),
        lambda u: Indicator(Compare("<", u, ZERO)),
        lambda u: Cases((Branch(ONE, Compare(">=", u, ZERO)), Branch(u, None))),
    ],
)
def test_both_sides_of_a_kink_are_met(make, offset):
    u = Add((X, num(offset)))
    samples = make_samples([make(u)], CONTEXT, points=8)
    sides = [v + Fraction(offset) for v in samples.values["x"]]
    assert any(s > 0 for s in sides)
    assert any(s < 0 for s in sides)
    assert samples.one_sided == 0


def test_a_kink_out_of_reach_is_told():
    context = replace(CONTEXT, domains={"x": POSITIVE})
    assert make_samples([Fn("abs", (X,))], context).one_sided == 1


def test_derivatives_are_not_sampled_on_the_kink():
    e = Derivative(Fn("relu", (X,)), (X,))
    assert 0 not in set(make_samples([e], CONTEXT, points=60).values["x"])


# --- sizes and inventory --------------------------------------------------------------------------


def test_sizes_are_small_and_pairwise_different():
    third = Sym("C", Space((N, Size("k"))))
    samples = make_samples([MatMul((A, third))], CONTEXT)
    assert samples.sizes == {"m": 3, "n": 2, "k": 4}
    fixed = make_samples([MatMul((A, third))], replace(CONTEXT, sizes={"m": 1, "k": 2}))
    assert fixed.sizes == {"m": 1, "k": 2, "n": 3}


def test_fixed_values_are_kept():
    context = replace(CONTEXT, values={"x": Fraction(3)})
    assert set(make_samples([Mul((X, Y))], context).values["x"]) == {3}


def test_the_inventory_lists_what_occurs():
    z = Definition("z", Sum(Mul((Entry(A, (I, J)), Entry(V, (J,)))), J), (), (I,))
    s = Definition("s", Fn("exp", (X,)), (X,))
    context = replace(CONTEXT, definitions={"z": (z,), "s": (s,)})
    zs = Sym("z", Space((M,)))
    found = take_inventory([Add((Entry(zs, (K,)), Differential(Y)))], context)
    assert set(found.base) == {"z", "A", "v", "y"}
    assert found.indices == ("k",)
    assert found.differentials.keys() == {"y"}
    from gradproof.expr import Apply

    assert set(take_inventory([Apply("s", (Y,))], context).base) == {"y"}
    assert set(take_inventory([Apply("s", (X,))], context).base) == {"x"}


def test_two_shapes_of_one_name_are_refused():
    with pytest.raises(Unsupported, match="two shapes"):
        make_samples([Mul((Sym("v"), Entry(V, (J,))))], CONTEXT)


def test_the_same_seed_gives_the_same_points_and_another_others():
    first, again = make_samples([X], CONTEXT), make_samples([X], CONTEXT)
    other = make_samples([X], CONTEXT, seed=1)
    assert first.values["x"].tolist() == again.values["x"].tolist()
    assert first.values["x"].tolist() != other.values["x"].tolist()
    more = make_samples([X, Y], CONTEXT)
    assert more.values["x"].tolist() == first.values["x"].tolist()


# --- constraints ----------------------------------------------------------------------------------


def holds(context: Context, samples) -> bool:
    """Tell whether every declared constraint holds exactly at every point."""
    for left, right in context.constraints:
        with precision(64):
            gap = evaluate(minus(left, right), samples, context, arithmetic=BALL)
        if not all(g == 0 for g in gap.values.ravel()):
            return False
    return True


YV = Sym("y", Space((N,)))
YM = Sym("Y", Space((M, N)))
PS = Sym("p"), Sym("q")
W = Sym("W", Space((M, N)))
EYE = Identity(Space((N, N)))


@pytest.mark.parametrize("domain", [REAL, OPEN_UNIT, CLOSED_UNIT, BINARY, POSITIVE])
def test_entries_that_sum_to_one(domain):
    context = Context(
        domains={"y": domain, "Y": domain},
        ranges=CONTEXT.ranges,
        constraints=((Sum(Entry(YV, (J,)), J), ONE), (Sum(Entry(YM, (I, K)), K), ONE)),
    )
    samples = make_samples([Sum(Entry(YV, (J,)), J), Entry(YM, (I, K))], context)
    assert samples.points == 24
    assert holds(context, samples)
    assert samples.constrained == {"y", "Y"}
    rows = {tuple(row) for row in samples.values["y"]}
    assert len(rows) > 1
    if domain in (BINARY, CLOSED_UNIT):
        assert len({row for row in rows if set(row) == {0, 1}}) == samples.sizes["n"]
    if domain == CLOSED_UNIT:
        assert any(0 < a < 1 for row in rows for a in row)
    assert len({tuple(r) for p in samples.values["Y"] for r in p}) > 1


@pytest.mark.parametrize(
    ("left", "right", "base"),
    [
        (Transpose(B), B, B),
        (Transpose(B), Neg(B), B),
        (B, Transpose(B), B),
        (Entry(B, (J, K)), Entry(B, (K, J)), B),
        (MatMul((Transpose(B), B)), EYE, B),
        (MatMul((B, Transpose(B))), EYE, B),
        (Inverse(B), Transpose(B), B),
        (MatMul((Transpose(W), W)), EYE, W),
        (Pow(Norm(V), num(2)), ONE, V),
        (MatMul((Transpose(V), V)), ONE, V),
        (Sum(Pow(Entry(V, (J,)), num(2)), J), ONE, V),
        (MatMul((Transpose(Ones(Space((N,)))), V)), ONE, V),
    ],
)
def test_constraints_on_arrays_hold(left, right, base):
    context = Context(ranges=CONTEXT.ranges, constraints=((left, right),))
    samples = make_samples([base], context)
    assert holds(context, samples)
    points = {tuple(v.ravel()) for v in samples.values[base.name]}
    assert len(points) > 4


def test_scalars_are_solved_for():
    p, q = PS
    context = Context(domains={"p": OPEN_UNIT, "q": OPEN_UNIT}, constraints=((Add((p, q)), ONE),))
    samples = make_samples([Mul((p, q))], context)
    assert samples.points == 24
    assert holds(context, samples)
    assert all(0 < v < 1 for v in samples.values["q"])
    both = Context(
        domains=context.domains,
        constraints=((Add((p, q)), ONE), (X, Mul((p, q, num(2))))),
    )
    samples = make_samples([X], both)
    assert holds(both, samples)
    left, right = Pow(Add((p, q)), num(2)), ONE
    assert not compare(left, right, make_samples([left], context), context).differ


def test_a_sum_of_one_settles_what_is_otherwise_wrong():
    y = Sum(Mul((Entry(YV, (J,)), X)), J)
    plain = Context(ranges=CONTEXT.ranges)
    tied = replace(plain, constraints=((Sum(Entry(YV, (K,)), K), ONE),))
    assert compare(y, X, make_samples([y], plain), plain).differ
    assert not compare(y, X, make_samples([y], tied), tied).differ


def test_constraints_on_other_symbols_do_not_matter():
    odd = (Fn("exp", (Y,)), Fn("sin", (Sym("z"),)))
    context = replace(CONTEXT, constraints=(odd,))
    assert make_samples([X], context).points == 24
    with pytest.raises(Unsupported, match="constraint"):
        make_samples([Mul((X, Sym("z")))], context)


def test_contradictory_constraints_are_undecided():
    twice = ((Sum(Entry(YV, (J,)), J), ONE), (MatMul((Transpose(YV), YV)), ONE))
    context = Context(ranges=CONTEXT.ranges, constraints=twice)
    with pytest.raises(Unsupported, match="more than one"):
        make_samples([YV], context)
    impossible = Context(
        domains={"y": Domain(members=(Fraction(-1), Fraction(1)))},
        ranges=CONTEXT.ranges,
        constraints=twice[:1],
    )
    with pytest.raises(Unsupported, match="constraint"):
        make_samples([YV], impossible)


def test_differentials_lie_along_the_constraint():
    """Where x + y = 1, dx + dy = 0; where QᵀQ = I, QᵀdQ is skew."""
    context = replace(CONTEXT, constraints=((Sum(Entry(V, (J,)), J), ONE),))
    samples = make_samples([Differential(V)], context)
    assert not samples.directions[V.name].sum(axis=1).any()
    context = replace(CONTEXT, constraints=((MatMul((Transpose(B), B)), Identity(B.space)),))
    samples = make_samples([Differential(B)], context)
    for q, dq in zip(samples.values[B.name], samples.directions[B.name], strict=True):
        assert not (q.T @ dq + dq.T @ q).any()


def test_range_without_a_size():
    context = Context(ranges={"t": IndexRange(Size("", 4))})
    samples = make_samples([Idx("t")], context, points=1)
    assert evaluate(Idx("t"), samples, context).values[0].tolist() == [1, 2, 3, 4]
    zero = Context(ranges={"t": IndexRange(Size("", 2), 0)})
    assert np.array_equal(evaluate(Idx("t"), samples, zero).values[0], [0, 1, 2])
    assert isinstance(ONE, Num)
