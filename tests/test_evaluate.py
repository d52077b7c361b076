"""What the walk means: definitions, derivatives through them, parameters, points, differentials, indices."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from strategies import CONTEXT, A, B, I, J, K, M, N, P, Q, T, U, V, X, Y, num

from gradproof.evaluate import (
    ShapeMismatch,
    Unsupported,
    compare,
    evaluate,
    find_counterexample,
    make_samples,
    same_fingerprint,
)
from gradproof.expr import (
    OPEN_UNIT,
    Add,
    Apply,
    At,
    Branch,
    Cases,
    Compare,
    Const,
    Context,
    Definition,
    Delta,
    Derivative,
    Det,
    Diag,
    Differential,
    Div,
    Domain,
    Entry,
    Expr,
    Fn,
    Frobenius,
    Gradient,
    Hadamard,
    HadamardDiv,
    Identity,
    Idx,
    IndexRange,
    Indicator,
    Inverse,
    Kron,
    Let,
    MatMul,
    Mul,
    Neg,
    Norm,
    Ones,
    Opaque,
    Pow,
    Prod,
    Root,
    Row,
    Size,
    Space,
    Stack,
    Sum,
    Sym,
    Trace,
    Transpose,
)

ONE, TWO = num(1), num(2)


def minus(a: Expr, b: Expr) -> Expr:
    return Add((a, Neg(b)))


def log(e: Expr) -> Expr:
    return Fn("log", (e,))


def exp(e: Expr) -> Expr:
    return Fn("exp", (e,))


def sq(e: Expr) -> Expr:
    return Pow(e, TWO)


def defined(context: Context = CONTEXT, **bodies: Expr | Definition) -> Context:
    found = {n: (b if isinstance(b, Definition) else Definition(n, b),) for n, b in bodies.items()}
    return replace(context, definitions={**context.definitions, **found})


def same(left: Expr, right: Expr, context: Context = CONTEXT, mode="total", **kw) -> bool:
    """Tell whether the sides agree at all points (and the fingerprints, where they say so, concur)."""
    samples = make_samples([left, right], context, **kw)
    found = compare(left, right, samples, context, mode=mode)
    assert found.shapes is None
    assert found.points > 0
    if found.differ:
        assert find_counterexample(left, right, samples, context, found, mode=mode) is not None
        assert not same_fingerprint(left, right, samples, context, mode=mode)
    return not found.differ


def reason(e: Expr, context: Context = CONTEXT) -> str:
    """Return why `e` cannot be evaluated."""
    samples = make_samples([e], context)
    with pytest.raises(Unsupported) as caught:
        evaluate(e, samples, context)
    return caught.value.reason


def value(e: Expr, context: Context = CONTEXT) -> float:
    found = evaluate(e, make_samples([e], context, points=1), context)
    return float(found.values[0])


# --- known values ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("e", "want"),
    [
        (Const("pi"), np.pi),
        (Pow(Const("e"), TWO), np.e**2),
        (Root(num(-8), num(3)), -2.0),
        (Root(num(16), num(4)), 2.0),
        (Fn("log", (num(8), TWO)), 3.0),
        (Fn("max", (num(1), num(5), num(3))), 5.0),
        (Fn("min", (num(1), num(-5), num(3))), -5.0),
        (Fn("sign", (num(-2),)), -1.0),
        (Fn("relu", (num(-2),)), 0.0),
        (Fn("sec", (num(1),)), 1 / np.cos(1)),
        (Fn("erf", (num("1/2"),)), 0.5204998778130465),
        (Sum(Idx("r"), Idx("r"), ONE, num(10)), 55.0),
        (Prod(Idx("r"), Idx("r"), ONE, num(5)), 120.0),
        (Sum(Idx("r"), Idx("r"), num(5), num(4)), 0.0),
        (Sum(ONE, Idx("r"), num(3), num(7)), 5.0),
        (Sum(Sum(Idx("q"), Idx("q"), ONE, Idx("r")), Idx("r"), ONE, num(3)), 10.0),
        (Sum(Idx("r"), Idx("r"), ONE, num(4), Compare("!=", Idx("r"), TWO)), 8.0),
        (Pow(num(-2), num(3)), -8.0),
        (Pow(num(-2), num(-1)), -0.5),
        (Pow(num(-2), Sum(ONE, Idx("r"), ONE, num(3))), -8.0),
        (Let(X, num(3), sq(X)), 9.0),
        (Indicator(Compare("<", ONE, TWO)), 1.0),
        (Cases((Branch(num(7), Compare(">", ONE, TWO)), Branch(num(9), None))), 9.0),
    ],
)
def test_known_values(e, want):
    assert value(e) == pytest.approx(want, rel=1e-14)


def test_the_numbers_of_points_and_sizes():
    samples = make_samples([Entry(A, (I, J))], CONTEXT)
    assert samples.points == 24
    assert samples.sizes == {"m": 3, "n": 2}
    found = evaluate(Entry(A, (I, J)), samples, CONTEXT)
    assert found.indices == ("i", "j")
    assert found.values.shape == (24, 3, 2)
    assert found.ranges == ((1, 3), (1, 2))
    assert found.values[5, 2, 1] == float(samples.values["A"][5, 2, 1])


def test_a_name_that_is_a_size_has_its_value():
    e = Sum(ONE, I)
    assert same(e, Sym("m"))


# --- indices --------------------------------------------------------------------------------------


def test_a_kronecker_delta_picks_the_entry():
    assert same(Sum(Mul((Delta(J, K), Entry(V, (K,)))), K), Entry(V, (J,)))


def test_a_bound_index_hides_the_free_one():
    assert same(
        Mul((Entry(V, (J,)), Sum(Entry(V, (J,)), J))), Mul((Entry(V, (J,)), Sum(Entry(V, (K,)), K)))
    )


def test_the_derivative_of_a_sum_by_an_entry_collapses_it():
    body = Sum(sq(Entry(V, (J,))), J)
    assert same(Derivative(body, (Entry(V, (J,)),)), Mul((TWO, Entry(V, (J,)))))


def test_a_derivative_by_another_entry_is_a_delta():
    assert same(
        Derivative(sq(Entry(V, (J,))), (Entry(V, (K,)),)), Mul((TWO, Entry(V, (J,)), Delta(J, K)))
    )


def test_an_index_expression_reads_the_neighbour_and_ends_at_the_end():
    e = Entry(V, (Add((J, ONE)),))
    samples = make_samples([e], replace(CONTEXT, sizes={"n": 3}))
    found = evaluate(e, samples, CONTEXT)
    assert found.defined[0].tolist() == [True, True, False]
    assert np.isnan(found.values[0, 2])
    assert found.values[0, 0] == float(samples.values["v"][0, 1])


def test_entries_never_wrap_around():
    e = Entry(V, (Add((J, num(-1))),))
    found = evaluate(e, make_samples([e], CONTEXT), CONTEXT)
    assert found.defined[0].tolist() == [False, True, True]


def test_an_array_may_count_from_zero():
    context = replace(CONTEXT, origins={"v": (0,)})
    e = Entry(V, (num(0),))
    samples = make_samples([e], context)
    assert evaluate(e, samples, context).values[3] == float(samples.values["v"][3, 0])


def test_a_literal_index_makes_the_size_large_enough():
    e = Add((Entry(V, (ONE,)), Entry(V, (num(7),))))
    samples = make_samples([e], CONTEXT)
    assert samples.sizes["n"] == 7
    assert evaluate(e, samples, CONTEXT).defined.all()


def test_softmax_has_off_diagonal_derivatives():
    def p(i: Expr) -> Expr:
        return Div(exp(Entry(V, (i,))), Sum(exp(Entry(V, (Idx("r"),))), Idx("r"), ONE, Sym("n")))

    left = Derivative(p(J), (Entry(V, (K,)),))
    assert same(left, Mul((p(J), minus(Delta(J, K), p(K)))))
    wrong = Mul((p(J), minus(ONE, p(J))))
    samples = make_samples([left, wrong], CONTEXT)
    found = compare(left, wrong, samples, CONTEXT)
    assert found.differ
    assert all(dict(spot)["j"] != dict(spot)["k"] for _, spot in found.differ)
    assert same(left, wrong, replace(CONTEXT, equal=frozenset({("j", "k")})))
    assert not same(left, wrong, replace(CONTEXT, distinct=frozenset({("j", "k")})))
    assert same(left, Neg(Mul((p(J), p(K)))), replace(CONTEXT, distinct=frozenset({("j", "k")})))


def test_a_label_may_be_an_index():
    context = replace(
        CONTEXT, domains={"c": Domain(members=(Fraction(1), Fraction(2), Fraction(3)))},
        sizes={"n": 3},
    )  # fmt: skip
    c = Sym("c")
    left = Entry(V, (c,))
    right = Sum(Mul((Indicator(Compare("=", c, J)), Entry(V, (J,)))), J)
    assert same(left, right, context)


def test_a_condition_in_a_sum_over_neighbours_keeps_to_the_range():
    body = Mul((Entry(V, (J,)), Entry(V, (Add((J, num(-1))),))))
    masked = Sum(body, J, None, None, Compare(">", J, ONE))
    shifted = Sum(
        Mul((Entry(V, (Add((K, ONE)),)), Entry(V, (K,)))), K, ONE, Add((Sym("n"), num(-1)))
    )
    assert same(masked, shifted)


def test_a_free_index_without_a_range_is_unsupported():
    assert "index r" in reason(Entry(V, (Idx("r"),)))


# --- kinks and conditions -------------------------------------------------------------------------


def test_cases_and_max_agree_with_relu_and_their_derivatives():
    relu = Fn("relu", (X,))
    cases = Cases((Branch(X, Compare(">", X, num(0))), Branch(num(0), None)))
    assert same(relu, cases)
    assert same(relu, Fn("max", (num(0), X)))
    step = Indicator(Compare(">", X, num(0)))
    for e in (relu, cases, Fn("max", (X, num(0)))):
        assert same(Derivative(e, (X,)), step)
        assert not same(Derivative(e, (X,)), ONE)
    assert same(Derivative(Fn("abs", (X,)), (X,)), Fn("sign", (X,)))
    assert same(Derivative(Fn("min", (X, Y)), (X,)), Indicator(Compare("<", X, Y)))


def test_on_a_kink_a_derivative_is_undefined_and_the_value_is_not():
    for e in (
        Fn("abs", (X,)),
        Fn("relu", (X,)),
        Fn("max", (X, num(0))),
        Cases((Branch(X, Compare(">", X, num(0))), Branch(num(0), None))),
    ):
        assert value(At(e, X, num(0))) == 0
        d = At(Derivative(e, (X,)), X, num(0))
        found = evaluate(d, make_samples([X], CONTEXT, points=2), CONTEXT)
        assert not found.defined.any()


# --- definitions ----------------------------------------------------------------------------------

W, XS = Sym("w", Space((N,))), Sym("x", Space((N,)))
LOGISTIC = defined(
    h=MatMul((Transpose(W), XS)),
    z=Definition("z", Fn("sigmoid", (Sym("h"),)), (Sym("h"),)),
    J=Definition(
        "J",
        Neg(Add((Mul((Q, log(Sym("z")))), Mul((minus(ONE, Q), log(minus(ONE, Sym("z")))))))),
        (W,),
    ),
)
H, Z, LOSS = Sym("h"), Sym("z"), Sym("J")


def test_derivatives_by_defined_symbols_go_through_what_is_downstream():
    dz = Derivative(LOSS, (Z,))
    assert same(dz, Div(minus(Z, Q), Mul((Z, minus(ONE, Z)))), LOGISTIC)
    assert same(Derivative(LOSS, (H,)), minus(Z, Q), LOGISTIC)
    assert same(Derivative(Z, (H,)), Mul((Z, minus(ONE, Z))), LOGISTIC)
    assert same(Derivative(H, (W,)), XS, LOGISTIC)
    assert same(Derivative(LOSS, (W,)), Mul((minus(Z, Q), XS)), LOGISTIC)
    assert same(Derivative(LOSS, (Entry(W, (J,)),)), Mul((minus(Z, Q), Entry(XS, (J,)))), LOGISTIC)
    chain = Mul((dz, Derivative(Z, (H,)), Derivative(H, (W,))))
    assert same(Derivative(Apply("J", (W,)), (W,)), chain, LOGISTIC)
    assert not same(Derivative(LOSS, (H,)), minus(Q, Z), LOGISTIC)


def test_a_mixed_derivative_moves_what_is_upstream():
    left = Derivative(Derivative(LOSS, (Z,)), (Entry(W, (J,)),))
    inner = Add((Div(Q, sq(Z)), Div(minus(ONE, Q), sq(minus(ONE, Z)))))
    assert same(left, Mul((inner, Z, minus(ONE, Z), Entry(XS, (J,)))), LOGISTIC)


def test_a_derivative_by_a_name_that_is_bypassed_is_undecided():
    context = defined(z=Fn("sigmoid", (X,)), L=log(Fn("sigmoid", (X,))))
    assert "does not contain" in reason(Derivative(Sym("L"), (Z,)), context)
    assert "does not contain" in reason(Derivative(Sym("L"), (Y,)), context)
    assert value(Derivative(Add((X, num(2))), (Y,))) == 0


def test_local_derivatives_hold_other_quantities():
    mu, var, hat = Sym("\\mu"), Sym("\\sigma^2"), Sym("\\hat x", Space((M,)))
    x = Sym("x", Space((M,)))
    mean = Div(Sum(Entry(x, (I,)), I), Sym("m"))
    spread = Div(Sum(sq(minus(Entry(x, (I,)), mu)), I), Sym("m"))
    context = replace(
        CONTEXT,
        definitions={
            "\\mu": (Definition("\\mu", mean),),
            "\\sigma^2": (Definition("\\sigma^2", spread),),
            "\\hat x": (
                Definition(
                    "\\hat x",
                    Div(minus(Entry(x, (I,)), mu), Fn("sqrt", (Add((var, ONE)),))),
                    (),
                    (I,),
                ),
            ),
        },
    )
    left = Derivative(Entry(hat, (I,)), (Entry(x, (I,)),))
    local = Div(ONE, Fn("sqrt", (Add((var, ONE)),)))
    assert same(left, local, context, mode="local")
    assert not same(left, local, context, mode="total")
    through = Derivative(Entry(hat, (I,)), (var,))
    power = Mul((num("-1/2"), minus(Entry(x, (I,)), mu), Pow(Add((var, ONE)), num("-3/2"))))
    assert same(through, power, context, mode="local")
    assert same(through, power, context, mode="total")


def test_entrywise_definitions_bind_their_index():
    z = Sym("z", Space((M,)))
    body = Fn("sigmoid", (Sum(Mul((Entry(A, (I, J)), Entry(V, (J,)))), J),))
    context = defined(z=Definition("z", body, (), (I,)))
    assert same(
        Sum(Entry(z, (I,)), I), Sum(Entry(z, (Idx("r"),)), Idx("r"), ONE, Sym("m")), context
    )
    slope = Mul((Entry(z, (I,)), minus(ONE, Entry(z, (I,))), Entry(A, (I, J))))
    assert same(Derivative(Entry(z, (I,)), (Entry(V, (J,)),)), slope, context)
    whole = Frobenius(z, z)
    assert same(whole, Sum(sq(Entry(z, (I,))), I), context)
    gradient = Derivative(whole, (Entry(z, (I,)),))
    assert same(gradient, Mul((TWO, Entry(z, (I,)))), context)
    assert same(Gradient(whole, z), Mul((TWO, z)), context)


def test_a_recursion_over_time_ends_at_its_first_entry():
    h, t = Sym("h", Space((Size("T", 1),))), Idx("t")
    previous = Entry(h, (Add((t, num(-1))),))
    context = Context(
        ranges={"t": IndexRange(Size("T"))},
        origins={"h": (0,)},
        sizes={"T": 3},
        definitions={"h": (Definition("h", Fn("tanh", (Mul((X, previous)),)), (), (t,)),)},
    )
    last = Entry(h, (num(3),))
    samples = make_samples([last], context)
    want = samples.values["h"][:, 0].astype(float)
    for _ in range(3):
        want = np.tanh(samples.values["x"].astype(float) * want)
    np.testing.assert_allclose(evaluate(last, samples, context).values, want, rtol=1e-13)
    step = Derivative(last, (X,))

    def slope(k: int) -> Expr:
        return minus(ONE, sq(Entry(h, (num(k),))))

    def total(k: int) -> Expr:
        before = Entry(h, (num(k - 1),))
        inner = before if k == 1 else Add((before, Mul((X, total(k - 1)))))
        return Mul((slope(k), inner))

    assert same(step, total(3), context)


def test_a_definition_shifted_on_the_left():
    h, t = Sym("h", Space((Size("T"),))), Idx("t")
    context = Context(
        ranges={"t": IndexRange(Size("T"))},
        sizes={"T": 4},
        definitions={
            "h": (
                Definition("h", Mul((X, Entry(h, (t,)))), (), (Add((t, ONE)),)),
                Definition("h", Y, (), (ONE,)),
            )
        },
    )
    assert same(Entry(h, (num(4),)), Mul((Y, Pow(X, num(3)))), context)


def test_single_entries_may_be_defined():
    context = defined(v=Definition("v", X, (), (ONE,)))
    assert same(Entry(V, (ONE,)), X, context)
    e = Entry(V, (TWO,))
    samples = make_samples([e], context)
    assert evaluate(e, samples, context).values[0] == float(samples.values["v"][0, 1])


def test_a_cycle_is_undecided():
    context = defined(a=Add((Sym("b"), ONE)), b=Sym("a"))
    assert "defined by itself" in reason(Sym("a"), context)
    z = Sym("z", Space((M,)))
    again = defined(z=Definition("z", Add((Entry(z, (I,)), ONE)), (), (I,)))
    assert "defined by itself" in reason(Entry(z, (I,)), again)


def test_shared_definitions_are_evaluated_once():
    """Forty layers, each using the one below twice, would take 2**40 steps otherwise."""
    layers = {f"a{k}": Mul((Sym(f"a{k - 1}"), Sym(f"a{k - 1}"))) for k in range(1, 41)}
    context = defined(replace(CONTEXT, values={"a0": Fraction(1)}), **layers)
    assert value(Sym("a40"), context) == 1
    z = {k: Sym(f"z{k}", Space((M,))) for k in range(41)}
    rows = {
        f"z{k}": Definition(f"z{k}", Mul((Entry(z[k - 1], (I,)),) * 2), (), (I,))
        for k in range(1, 41)
    }
    small = defined(replace(CONTEXT, domains={"z0": Domain(members=(Fraction(1),))}), **rows)
    assert value(Sum(Entry(z[40], (Idx("r"),)), Idx("r"), ONE, Sym("m")), small) == 3


# --- functions, points ----------------------------------------------------------------------------

SIGMA = defined(s=Definition("s", Div(ONE, Add((ONE, exp(Neg(X))))), (X,)))


def test_a_defined_function_binds_its_parameter():
    assert same(Apply("s", (Y,)), Fn("sigmoid", (Y,)), SIGMA)
    assert same(Apply("s", (Apply("s", (Y,)),)), Fn("sigmoid", (Fn("sigmoid", (Y,)),)), SIGMA)
    assert same(
        Derivative(Apply("s", (sq(X),)), (X,)), Mul((TWO, X, Apply("s", (sq(X),), 1))), SIGMA
    )
    s = Fn("sigmoid", (Y,))
    assert same(Apply("s", (Y,), 1), Mul((s, minus(ONE, s))), SIGMA)
    assert same(Apply("s", (Y,), 2), Mul((s, minus(ONE, s), minus(ONE, Mul((TWO, s))))), SIGMA)
    assert same(Apply("s", (X,), 1), Derivative(Apply("s", (X,)), (X,)), SIGMA)
    assert same(Sym("s"), Apply("s", (X,)), SIGMA)


def test_a_scalar_function_of_a_vector_is_taken_entry_by_entry():
    left = Entry(Apply("s", (V,)), (J,))
    assert same(left, Fn("sigmoid", (Entry(V, (J,)),)), SIGMA)
    assert same(Apply("s", (V,)), Fn("sigmoid", (V,)), SIGMA)
    product = defined(f=Definition("f", Mul((X, minus(ONE, X))), (X,)))
    assert same(Apply("f", (V,)), Hadamard((V, minus(ONE, V))), product)
    assert same(Apply("f", (V,), 1), minus(ONE, Mul((TWO, V))), product)


def test_a_bound_parameter_reaches_into_nested_definitions():
    context = defined(g=sq(X), f=Definition("f", Add((Sym("g"), ONE)), (X,)))
    assert same(Apply("f", (Y,)), Add((sq(Y), ONE)), context)
    assert same(Apply("f", (X,)), Add((sq(X), ONE)), context)
    assert same(Derivative(Apply("f", (sq(X),)), (X,)), Mul((num(4), Pow(X, num(3)))), context)


def test_an_argument_is_seen_in_the_scope_of_the_caller():
    context = defined(f=Definition("f", Mul((X, Y)), (X, Y)))
    assert same(Apply("f", (Y, X)), Mul((X, Y)), context)
    assert same(Apply("f", (Add((Y, X)), minus(Y, X))), minus(sq(Y), sq(X)), context)


def test_a_parameter_may_be_an_entry_of_a_family():
    f = Definition("f", sq(Entry(V, (J,))), (Entry(V, (J,)),))
    assert same(Apply("f", (Entry(V, (K,)),)), sq(Entry(V, (K,))), defined(f=f))
    assert same(Apply("f", (X,)), sq(X), defined(f=f))


def test_an_undefined_function_is_undecided():
    assert "no definition" in reason(Apply("f", (X,)))
    varying = replace(CONTEXT, varying=frozenset({"u0"}))
    assert "not given" in reason(Derivative(Mul((X, Sym("u0"))), (X,)), varying)
    assert "not given" in reason(Derivative(Sym("c"), (X,)))
    assert value(Derivative(Mul((X, Sym("c"))), (Sym("c"),)), CONTEXT) != 0
    assert same(Derivative(Mul((X, Sym("u0"))), (Sym("u0"),)), X, varying)


def test_wrong_arguments_are_undecided():
    assert "arguments" in reason(Apply("s", (X, Y)), SIGMA)


def test_at_a_point_the_derivative_comes_first():
    assert same(At(Derivative(Pow(X, num(3)), (X,)), X, TWO), num(12))
    assert same(At(Derivative(Pow(X, num(3)), (X,)), X, sq(X)), Mul((num(3), Pow(X, num(4)))))
    inner = At(Pow(X, num(3)), X, TWO)
    assert value(Derivative(Add((inner, ONE)), (X,))) == 0
    moved = Derivative(At(Derivative(Pow(X, num(3)), (X,)), X, sq(Y)), (Y,))
    assert same(moved, Mul((num(12), Pow(Y, num(3)))))
    entry = At(
        Derivative(Sum(Pow(Entry(V, (J,)), num(3)), J), (Entry(V, (K,)),)), Entry(V, (K,)), TWO
    )
    assert same(entry, num(12))
    z = At(Derivative(LOSS, (Z,)), Z, num("1/2"))
    assert same(z, minus(TWO, Mul((num(4), Q))), LOGISTIC)


def test_let_names_a_value():
    assert same(Let(Sym("u0"), exp(X), Mul((Sym("u0"), Sym("u0")))), exp(Mul((TWO, X))))


# --- differentials --------------------------------------------------------------------------------


def d(e: Expr) -> Differential:
    return Differential(e)


def test_differentials_go_along_the_directions_of_what_moves():
    left = d(Mul((X, Y)))
    right = Add((Mul((X, d(Y))), Mul((Y, d(X)))))
    assert same(left, right)
    assert not same(left, Add((Mul((X, d(X))), Mul((Y, d(Y))))))
    assert same(left, Mul((Y, d(X))), moving=frozenset({"x"}))


def test_a_differential_of_a_definition_follows_it():
    context = defined(z=Fn("sigmoid", (X,)))
    assert same(d(Sym("z")), Mul((Z, minus(ONE, Z), d(X))), context)
    alone = d(log(Z))
    assert same(alone, Div(d(Z), Z), context)


def test_matrix_differentials():
    y, p = Sym("y", Space((M,))), Sym("\\hat y", Space((M,)))
    context = replace(CONTEXT, domains={"\\hat y": OPEN_UNIT, "y": OPEN_UNIT})
    body = Add((Frobenius(y, log(p)), Frobenius(minus(ONE, y), log(minus(ONE, p)))))
    g = minus(HadamardDiv(y, p), HadamardDiv(minus(ONE, y), minus(ONE, p)))
    assert same(d(body), Frobenius(g, d(p)), context)
    assert same(Gradient(body, p), g, context)
    wrong = Add((HadamardDiv(y, p), HadamardDiv(minus(ONE, y), minus(ONE, p))))
    assert not same(d(body), Frobenius(wrong, d(p)), context)
    inverse = Neg(MatMul((Inverse(B), d(B), Inverse(B))))
    assert same(d(Inverse(B)), inverse)


def test_a_differential_of_which_nothing_is_said_is_undecided():
    assert "vary" in reason(d(Mul((X, Y))))


# --- whole arrays ---------------------------------------------------------------------------------

EYE = Identity(Space((N, N)))
SOFT = Fn("softmax", (V,))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (Derivative(MatMul((Transpose(V), U)), (V,)), U),
        (Derivative(MatMul((Transpose(V), B, V)), (V,)), MatMul((Add((B, Transpose(B))), V))),
        (Derivative(MatMul((A, V)), (V,)), A),
        (Derivative(Trace(MatMul((Transpose(A), A))), (A,)), Mul((TWO, A))),
        (Derivative(MatMul((Transpose(V), A_T := Transpose(A), A, V)), (A,)), Mul((TWO, MatMul((A, V, Transpose(V)))))),
        (Gradient(log(Det(MatMul((A_T, A)))), A), Mul((TWO, MatMul((A, Inverse(MatMul((A_T, A)))))))),
        (MatMul((Inverse(B), B)), EYE),
        (Pow(B, TWO), MatMul((B, B))),
        (Pow(B, num(-1)), Inverse(B)),
        (Derivative(Det(B), (B,)), Mul((Det(B), Transpose(Inverse(B))))),
        (Gradient(Norm(V), V), Div(V, Norm(V))),
        (Gradient(Pow(Norm(A, "F"), TWO), A), Mul((TWO, A))),
        (Norm(V, "1"), Sum(Fn("abs", (Entry(V, (J,)),)), J)),
        (Derivative(SOFT, (V,)), minus(Diag(SOFT), MatMul((SOFT, Transpose(SOFT))))),
        (Gradient(Fn("logsumexp", (V,)), V, 2), Derivative(SOFT, (V,))),
        (Hadamard((V, U)), MatMul((Diag(V), U))),
        (Kron(V, U), MatMul((V, Transpose(U)))),
        (MatMul((Transpose(V), Ones(Space((N,))))), Sum(Entry(V, (J,)), J)),
        (Entry(MatMul((A, V)), (I,)), Sum(Mul((Entry(A, (I, J)), Entry(V, (J,)))), J)),
        (Entry(Transpose(A), (J, I)), Entry(A, (I, J))),
        (Stack((Row((X,)), Row((Y,)))), Transpose(Stack((Row((X, Y)),)))),
        (Det(Stack((Row((X, Y)), Row((P, T))))), minus(Mul((X, T)), Mul((Y, P)))),
        (Transpose(Transpose(V)), V),
        (Trace(MatMul((V, Transpose(U)))), MatMul((Transpose(U), V))),
        (MatMul((Kron(B, B), Kron(Inverse(B), EYE))), Kron(EYE, B)),
        (Derivative(Entry(V, (K,)), (V,)), Entry(EYE, (K,))),
    ],
)  # fmt: skip
def test_identities_of_whole_arrays(left, right):
    assert same(left, right)


def test_transposed_layouts_are_told_by_their_shapes():
    samples = make_samples([A, V], CONTEXT)
    assert compare(A, Transpose(A), samples, CONTEXT).shapes == ((3, 2), (2, 3))
    assert compare(V, Transpose(V), samples, CONTEXT).shapes == ((2,), (1, 2))
    assert compare(V, num(1), samples, CONTEXT).shapes == ((2,), ())
    assert compare(V, num(0), samples, CONTEXT).shapes is None
    assert compare(Mul((num(0), V)), num(0), samples, CONTEXT).agree == samples.points
    square = make_samples([B], CONTEXT)
    assert compare(B, Transpose(B), square, CONTEXT).differ


def test_what_does_not_fit_is_a_shape_mismatch():
    for e in (MatMul((V, V)), MatMul((A, A)), Add((A, B)), Hadamard((A, B)), Trace(A)):
        with pytest.raises(ShapeMismatch):
            evaluate(e, make_samples([A, B, V], CONTEXT), CONTEXT)


def test_a_product_of_two_arrays_must_say_which():
    assert "which one" in reason(Mul((V, U)))


# --- limits ---------------------------------------------------------------------------------------


def test_limits_are_told():
    assert reason(Derivative(exp(X), (X,) * 5)) == "limit:order"
    assert reason(Pow(X, num(65))) == "limit:exponent"
    tower = Pow(TWO, Pow(TWO, Pow(TWO, num(9))))
    assert reason(tower) == "limit:exponent"
    assert reason(Sum(ONE, Idx("r"), ONE, num(10**7))) == "limit:elements"
    assert "read but not evaluated" in reason(Opaque("expectation", (X,)))
    deep: Expr = ONE
    for k in range(8):
        deep = Sum(deep, Idx(f"r{k}"), ONE, TWO)
    assert reason(deep) == "limit:axes"


def test_nothing_leaks_warnings():
    e = Add((exp(exp(Mul((num(9), X)))), Div(ONE, minus(X, X)), log(Neg(sq(X)))))
    samples = make_samples([X], CONTEXT)
    assert not evaluate(e, samples, CONTEXT).defined.any()


def test_a_let_is_seen_through_by_derivatives():
    u = Sym("u0")
    assert same(Derivative(Let(u, exp(X), Mul((u, u))), (X,)), Mul((TWO, exp(Mul((TWO, X))))))
    assert same(Let(u, exp(X), Derivative(Mul((u, X)), (X,))), Mul((exp(X), Add((ONE, X)))))
    assert same(Let(u, exp(X), Derivative(Mul((u, X)), (u,))), X)
    assert same(Let(X, Add((X, ONE)), Let(X, Mul((TWO, X)), X)), Add((Mul((TWO, X)), TWO)))


def test_fixing_a_defined_name_while_a_derivative_goes_through_it_is_undecided():
    """dJ/dw at h = 0 is not zero: h varies with w until the derivative is taken."""
    assert "depends on what varies" in reason(At(Derivative(LOSS, (W,)), H, num(0)), LOGISTIC)
    assert same(At(Derivative(LOSS, (H,)), H, num(0)), minus(num("1/2"), Q), LOGISTIC)


def test_endless_nesting_is_a_limit():
    deep: Expr = X
    for _ in range(3000):
        deep = Neg(deep)
    samples = make_samples([X], CONTEXT)
    with pytest.raises(Unsupported, match="limit"):
        evaluate(deep, samples, CONTEXT)
