"""Rewrite rules keep the value; substitution does not capture."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradproof.expr import (
    Add,
    At,
    Branch,
    Cases,
    Compare,
    Context,
    Delta,
    Derivative,
    Div,
    Entry,
    Fn,
    Idx,
    IndexRange,
    Indicator,
    Let,
    Mul,
    Neg,
    Pow,
    Size,
    Space,
    Sum,
    Sym,
)  # fmt: skip
from gradproof.rewrite import (
    ZERO,
    catalogue,
    difference,
    free_names,
    fresh_index,
    num,
    same_index,
    substitute,
    tidy,
    tidy_root,
)  # fmt: skip

X, Y, Z = Sym("x"), Sym("y"), Sym("z")
W = Sym("w", Space((Size("n"),)))
J, K, L = Idx("j"), Idx("k"), Idx("l")
RANGES = {name: IndexRange(Size("n")) for name in "jkl"} | {"i": IndexRange(Size("m"))}
CONTEXT = Context(ranges=RANGES)
N = 3
ENV = {
    "x": Fraction(2, 3),
    "y": Fraction(-3),
    "z": Fraction(5, 7),
    "w": (Fraction(1), Fraction(-2), Fraction(9, 4)),
}


def at(k):
    return Entry(W, (k,))


def value(e, idx):
    """A direct exact evaluator for the few nodes that the rules speak of."""
    match e:
        case Sym(name):
            return Fraction(N) if name == "n" else ENV[name]
        case Idx(name):
            return Fraction(idx[name])
        case Entry(_, (k,)):
            return ENV["w"][int(value(k, idx)) - 1]
        case Neg(u):
            return -value(u, idx)
        case Add(terms):
            return sum((value(t, idx) for t in terms), Fraction(0))
        case Mul(factors):
            total = Fraction(1)
            for f in factors:
                total *= value(f, idx)
            return total
        case Div(u, v):
            return value(u, idx) / value(v, idx)
        case Pow(u, v):
            return value(u, idx) ** int(value(v, idx))
        case Sum(body, index):
            low = int(value(e.lower, idx)) if e.lower is not None else 1
            high = int(value(e.upper, idx)) if e.upper is not None else N
            inner = [{**idx, index.name: k} for k in range(low, high + 1)]
            kept = [i for i in inner if e.condition is None or holds(e.condition, i)]
            return sum((value(body, i) for i in kept), Fraction(0))
        case Delta(u, v):
            return Fraction(value(u, idx) == value(v, idx))
        case Indicator(c):
            return Fraction(holds(c, idx))
        case Cases(branches):
            return next(
                value(b.value, idx)
                for b in branches
                if b.condition is None or holds(b.condition, idx)
            )
        case _:
            return e.value


def holds(c, idx):
    left, right = value(c.left, idx), value(c.right, idx)
    return {"=": left == right, "!=": left != right, "<": left < right, ">": left > right}[c.op]


INSTANCES = {
    "zero-term": Add((X, ZERO, Y)),
    "nested-sum": Add((Add((X, Y)), Z)),
    "numbers-added": Add((num(2), X, num(3))),
    "double-negation": Neg(Neg(X)),
    "negated-number": Neg(num(3)),
    "zero-factor": Mul((X, ZERO)),
    "unit-factor": Mul((X, num(1))),
    "nested-product": Mul((Mul((X, Y)), Z)),
    "sign-in-front": Mul((X, Neg(Y), num(-2))),
    "numbers-multiplied": Mul((num(2), X, num(3))),
    "unit-fraction-factor": Mul((X, Div(num(1), Y))),
    "zero-numerator": Div(ZERO, X),
    "unit-denominator": Div(X, num(1)),
    "numbers-divided": Div(num(6), num(4)),
    "sign-of-fraction": Div(Neg(X), Y),
    "exponent-one": Pow(X, num(1)),
    "exponent-zero": Pow(X, ZERO),
    "numbers-raised": Pow(num(2), num(-3)),
    "delta-decided": Delta(J, J),
    "sum-of-zeros": Sum(ZERO, J),
    "sign-before-sum": Sum(Neg(at(J)), J),
    "delta-out-of-sum": Sum(Mul((at(J), Delta(K, num(2)), X)), J),
    "delta-collapse": Sum(Neg(Div(Mul((at(J), Delta(K, J))), X)), J),
    "indicator-decided": Indicator(Compare("!=", J, J)),
    "equal-cases": Cases((Branch(X, Compare(">", X, Y)), Branch(X, None))),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_a_rule_fits_its_example_and_keeps_the_value(name):
    e, rule = INSTANCES[name], catalogue()[name]
    new = rule.apply(e, CONTEXT)
    assert new is not None
    assert new != e
    assert "=" in rule.formula
    for k in range(1, N + 1):
        for j in range(1, N + 1):
            assert value(new, {"k": k, "j": j}) == value(e, {"k": k, "j": j})


def test_every_rule_has_an_example():
    assert set(INSTANCES) == set(catalogue())


SCALARS = st.recursive(
    st.sampled_from([X, Y, Z, ZERO, num(1), num(-1), num(2), at(J), Delta(J, K)]),
    lambda inner: st.one_of(
        st.builds(lambda u, v: Add((u, v)), inner, inner),
        st.builds(lambda u, v: Mul((u, v)), inner, inner),
        st.builds(lambda u, v: Mul((u, Div(num(1), v))), inner, st.sampled_from([X, Y, num(3)])),
        st.builds(Div, inner, st.sampled_from([X, Y, Mul((X, Y)), num(-2)])),
        st.builds(Neg, inner),
        st.builds(lambda u: Pow(u, num(2)), inner),
        st.builds(lambda u: Sum(u, J), inner),
        st.builds(lambda u: Sum(u, K, condition=Compare("!=", K, J)), inner),
        st.builds(lambda u: Sum(u, J, num(2), Sym("n")), inner),
        st.builds(
            lambda u, v: Cases((Branch(u, Compare(">", X, Z)), Branch(v, None))), inner, inner
        ),
    ),
    max_leaves=10,
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(SCALARS)
def test_tidying_keeps_the_value_and_settles(e):
    new = tidy(e, CONTEXT)
    for k in (1, 2, 3):
        assert value(new, {"k": k, "j": 2}) == value(e, {"k": k, "j": 2})
    assert tidy(new, CONTEXT) == new


def test_a_delta_collapses_only_where_the_index_is_certain_to_be_met():
    term = Mul((at(J), Delta(J, K)))
    assert tidy_root(Sum(term, J), CONTEXT) == at(K)
    assert tidy_root(Sum(term, J, num(1), Sym("n")), CONTEXT) == at(K)
    part = Sum(term, J, num(2), Sym("n"))
    assert tidy_root(part, CONTEXT) == part
    shorter = Sum(Mul((at(J), Delta(J, Idx("i")))), J)
    assert tidy_root(shorter, CONTEXT) == shorter
    unequal = Sum(term, J, condition=Compare("!=", J, L))
    assert tidy_root(unequal, CONTEXT) == Mul((at(K), Indicator(Compare("!=", K, L))))


def test_substitution_renames_bound_indices():
    total = Sum(Mul((at(J), X)), J)
    new = substitute(total, {X: at(J)}, CONTEXT)
    assert isinstance(new, Sum)
    assert new.index != J
    assert new.body == Mul((at(new.index), at(J)))
    assert (new.lower, new.upper) == (num(1), Sym("n"))
    for j in (1, 2, 3):
        want = sum(ENV["w"]) * ENV["w"][j - 1]
        assert value(new, {"j": j}) == want


def test_substitution_keeps_to_scopes():
    assert substitute(Sum(at(J), J), {J: K}, CONTEXT) == Sum(at(J), J)
    local = Let(X, Y, Mul((X, X)))
    assert substitute(local, {X: Z}, CONTEXT) == local
    assert substitute(local, {Y: X}, CONTEXT) == Mul((X, X))
    slope = Derivative(Mul((X, Y)), (X,))
    assert substitute(slope, {X: Z}, CONTEXT) == At(slope, X, Z)
    assert substitute(slope, {Y: Z}, CONTEXT) == Derivative(Mul((X, Z)), (X,))
    family = Entry(Sym("x", Space((Size("m"), Size("n")))), (Idx("i"), J))
    assert substitute(family, {Entry(family.array, (Idx("i"),)): W}, CONTEXT) == at(J)


def test_names_and_indices():
    assert free_names(Sum(Mul((at(J), at(K))), J)) == {"w", "k"}
    assert fresh_index(frozenset("klji")).name not in set("klji")
    assert difference(Add((J, num(-1))), J) == -1
    assert same_index(Add((J, num(1))), J, CONTEXT) is False
    assert same_index(J, K, CONTEXT) is None
    assert substitute(Fn("exp", (X,)), {X: Y}, CONTEXT) == Fn("exp", (Y,))
