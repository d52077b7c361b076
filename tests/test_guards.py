"""The guards themselves: a fault is planted in each route, and the check that answers for it must see it.

Four routes reach a verdict: named rules, the canonical form, floating point, certified balls. Each is held by another:

- the rules by jets (`symbolic_agrees_with_jets`);
- jets and evaluation by plain loops and differences in many digits (`evaluation_agrees_with_oracle`);
- what is proved by what is sampled (`proof_is_confirmed`);
- a certificate by the oracle at its point (`certificate_is_true`), and a refutation needs both floats and balls.
"""

from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from oracle import DIGITS, SIZED, SIZES, L, number, value
from strategies import CONTEXT, A, B, I, J, K, P, S, T, U, V, X, Y, num

from gradproof import differentiate as symbolic
from gradproof.canonical import functions as canonical_functions
from gradproof.checking import judge_pair, ladder, sizes
from gradproof.differentiate import engine
from gradproof.evaluate import (
    Certificate,
    Unsupported,
    base,
    certify,
    compare,
    comparison,
    evaluate,
    find_counterexample,
    jets,
    make_samples,
)
from gradproof.expr import (
    CLOSED_UNIT,
    Add,
    Branch,
    Cases,
    Compare,
    Definition,
    Delta,
    Derivative,
    Div,
    Entry,
    Expr,
    Fn,
    Mul,
    Neg,
    Num,
    Pow,
    Prod,
    Root,
    Sum,
    Sym,
    free_indices,
)
from gradproof.rewrite import mul

ONE, TWO, HALF = num(1), num(2), Num(Fraction(1, 2))


def at(array: Sym, *indices: Expr) -> Entry:
    return Entry(array, indices)


def fn(name: str, *args: Expr) -> Fn:
    return Fn(name, args)


def minus(a: Expr, b: Expr) -> Expr:
    return Add((a, Neg(b)))


H = Sym("h")
KNOWN = replace(SIZED, definitions={"h": (Definition("h", Mul((X, Y))),)})
"""The context of the oracle with h = x y."""

EXAMPLES: dict[str, tuple[Expr, Expr]] = {
    "a number times a variable": (Mul((num(3), X)), X),
    "sum": (Add((Pow(X, num(3)), Neg(X), Y)), X),
    "product": (Mul((fn("exp", X), fn("sin", X))), X),
    "quotient": (Div(fn("sin", X), Add((TWO, Pow(X, TWO)))), X),
    "quotient by a constant": (Div(Pow(X, TWO), Y), X),
    "reciprocal": (Div(Y, Add((TWO, Pow(X, TWO)))), X),
    "power": (Pow(Add((X, Y)), num(4)), X),
    "exponential with a base": (Pow(S, X), X),
    "power with both": (Pow(S, Mul((S, X))), S),
    "root": (Root(S, num(3)), S),
    "general root": (Root(S, T), S),
    "log": (fn("log", Mul((S, S))), S),
    "log to a base": (fn("log", S, T), S),
    "log to a variable base": (fn("log", Add((S, TWO)), Add((S, num(3)))), S),
    **{
        name: (fn(name, Add((Mul((TWO, X)), Y))), X)
        for name in (
            "exp", "sin", "cos", "tan", "sec", "csc", "cot", "sinh", "cosh", "tanh", "arctan",
            "sigmoid", "softplus", "relu", "abs", "erf", "sign",
        )
    },
    "sqrt": (fn("sqrt", Mul((S, S, S))), S),
    "arcsin": (fn("arcsin", Mul((HALF, P))), P),
    "arccos": (fn("arccos", Mul((HALF, P))), P),
    "max": (fn("max", Mul((TWO, X)), Pow(X, TWO)), X),
    "min": (fn("min", Mul((TWO, X)), Pow(X, TWO)), X),
    "cases": (
        Cases((Branch(Pow(X, TWO), Compare(">", X, num(0))), Branch(Neg(X), None))), X,
    ),
    "definition": (fn("exp", Mul((num("1/4"), H))), X),
    "sum over an index": (Sum(Pow(at(V, J), TWO), J), at(V, L)),
    "softmax": (Div(fn("exp", at(V, K)), Sum(fn("exp", at(V, J)), J)), at(V, L)),
    "bilinear": (Sum(Sum(Mul((at(A, I, J), at(V, J), at(V, K), at(B, J, K))), J), K), at(V, L)),
    "product over an index": (Prod(Add((TWO, fn("tanh", at(V, J)))), J), at(V, L)),
    "delta": (Sum(Mul((Delta(J, K), at(V, J), at(U, J))), J), at(V, L)),
}  # fmt: skip
"""By name: an expression and what it is differentiated by; together they use most rules and all primitives."""


# --- the checks -----------------------------------------------------------------------------------


def symbolic_agrees_with_jets(e: Expr, wrt: Expr) -> bool:
    """Differentiate by the named rules and by jets, and compare on sample points."""
    left, right = Derivative(e, (wrt,)), symbolic.differentiate(e, wrt, KNOWN).expr
    samples = make_samples((left, right), KNOWN)
    found = compare(left, right, samples, KNOWN)
    assert found.points
    return not found.differ


def evaluation_agrees_with_oracle(e: Expr) -> bool:
    """Compare the values of floating point with plain loops at the same points and indices."""
    samples = make_samples((e,), SIZED, points=6)
    found = evaluate(e, samples, SIZED)
    for p in range(samples.points):
        point = {}
        for name, array in samples.values.items():
            for spot in np.ndindex(np.shape(array[p])):
                key = (name, *(k + 1 for k in spot)) if spot else name
                point[key] = number(array[p][spot] if spot else array[p])
        for spot in np.ndindex(found.values.shape[1:]):
            if not found.defined[(p, *spot)]:
                continue
            indices = {
                n: first + k
                for n, (first, _), k in zip(found.indices, found.ranges, spot, strict=True)
            }
            with mpmath.workdps(DIGITS):
                want = value(e, point, indices)
                if not abs(found.values[(p, *spot)] - want) <= 1e-9 * (1 + abs(want)):
                    return False
    return True


def proof_is_confirmed(left: Expr, right: Expr) -> bool:
    """Tell whether a verdict of "proved" stands up to sampling (true as well of what is not proved)."""
    if judge_pair(left, right, KNOWN).verdict != "proved":
        return True
    samples = make_samples((left, right), KNOWN)
    return not compare(left, right, samples, KNOWN).differ


def certificate_is_true(c: Certificate, left: Expr, right: Expr) -> bool:
    """Compute both sides anew at the point of a certificate."""
    read = (*c.assignment, *c.others)
    point = {(name, *spot) if spot else name: number(v) for name, spot, v in read}
    with mpmath.workdps(DIGITS):
        a, b = (value(e, point, dict(c.indices)) for e in (left, right))
        return abs(a - b) > mpmath.mpf(10) ** -30 * max(abs(a), abs(b))


ORACLE = sorted(
    set(EXAMPLES)
    - {
        "root", "general root", "product over an index", "definition", "sec", "csc", "cot",
        "log to a base", "log to a variable base",
    }
)  # fmt: skip
"""Examples whose nodes the oracle knows."""


@pytest.mark.parametrize("name", EXAMPLES)
def test_without_a_fault_rules_and_jets_agree(name):
    assert symbolic_agrees_with_jets(*EXAMPLES[name])


@pytest.mark.parametrize("name", ORACLE)
def test_without_a_fault_jets_and_the_oracle_agree(name):
    e, wrt = EXAMPLES[name]
    assert evaluation_agrees_with_oracle(e)
    assert evaluation_agrees_with_oracle(Derivative(e, (wrt,)))


# --- (a) a wrong differentiation rule -------------------------------------------------------------


def used_rules() -> dict[str, list[str]]:
    """Return per rule the examples that use it."""
    out: dict[str, list[str]] = {}
    for name, (e, wrt) in EXAMPLES.items():
        for step in symbolic.differentiate(e, wrt, KNOWN).steps:
            if step.rule not in (symbolic.CONSTANT, symbolic.VARIABLE):
                out.setdefault(step.rule, []).append(name)
    return out


USED = used_rules()


def vanishes(name: str) -> bool:
    """Tell whether a derivative is zero, which twice it is as well."""
    e, wrt = EXAMPLES[name]
    return symbolic.differentiate(e, wrt, KNOWN).expr == num(0)


@pytest.mark.parametrize(
    "rule", sorted(r for r, names in USED.items() if not all(map(vanishes, names)))
)
@pytest.mark.parametrize(
    "fault", [TWO, num(-1), num("1000001/1000000")], ids=["twice", "sign", "slightly"]
)
def test_a_wrong_rule_is_seen_by_the_jets(rule, fault, monkeypatch):
    true = engine.rules_for

    def planted(e):
        return tuple(
            replace(r, apply=lambda n, s, r=r: mul(fault, r.apply(n, s))) if r.name == rule else r
            for r in true(e)
        )

    monkeypatch.setattr(engine, "rules_for", planted)
    assert not all(symbolic_agrees_with_jets(*EXAMPLES[name]) for name in USED[rule])


def test_the_examples_use_most_rules():
    scalar = {r for r, made in symbolic.catalogue().items() if not r.endswith("-in-components")}
    assert len(set(USED) & scalar) > 0.6 * len(scalar)


def test_a_wrong_rule_never_makes_a_right_line_wrong(monkeypatch):
    """Nothing is refuted by the rules: a right derivative still agrees, on the points."""
    true = engine.rules_for
    monkeypatch.setattr(
        engine, "rules_for",
        lambda e: tuple(replace(r, apply=lambda n, s, r=r: mul(TWO, r.apply(n, s))) for r in true(e)),
    )  # fmt: skip
    left, right = Derivative(fn("sin", Mul((X, X))), (X,)), Mul((TWO, X, fn("cos", Mul((X, X)))))
    assert judge_pair(left, right, CONTEXT).verdict == "agrees"


def test_a_wrong_rule_that_proves_a_wrong_line_is_seen(monkeypatch):
    left, wrong = Derivative(fn("sin", X), (X,)), Mul((TWO, fn("cos", X)))
    assert judge_pair(left, wrong, KNOWN).verdict == "refuted"
    true = engine.rules_for
    monkeypatch.setattr(
        engine, "rules_for",
        lambda e: tuple(replace(r, apply=lambda n, s, r=r: mul(TWO, r.apply(n, s))) for r in true(e)),
    )  # fmt: skip
    again = Derivative(
        fn("sin", X), (X,)
    )  # what is known of the first one was found by the true rules
    assert judge_pair(again, wrong, KNOWN).verdict == "proved"
    assert not proof_is_confirmed(again, wrong)


# --- (b) a wrong evaluator ------------------------------------------------------------------------

PRIMITIVES = (
    "exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arctan", "arcsin", "arccos",
    "sigmoid", "softplus", "erf", "abs",
)  # fmt: skip


@pytest.mark.parametrize("primitive", PRIMITIVES)
def test_a_wrong_derivative_sequence_is_seen_by_rules_and_oracle(primitive, monkeypatch):
    true = jets.primitive_sequence

    def planted(a, name, x, order):
        found = true(a, name, x, order)
        return found if name != primitive else [found[0], *map(a.neg, found[1:])]

    e, wrt = EXAMPLES[primitive]
    monkeypatch.setattr(jets, "primitive_sequence", planted)
    assert not symbolic_agrees_with_jets(e, wrt)
    assert not evaluation_agrees_with_oracle(Derivative(e, (wrt,)))
    assert evaluation_agrees_with_oracle(e)  # the value itself is untouched


@pytest.mark.parametrize("primitive", PRIMITIVES)
def test_a_wrong_value_is_seen_by_the_oracle(primitive, monkeypatch):
    true = jets.primitive_sequence

    def planted(a, name, x, order):
        found = true(a, name, x, order)
        return (
            found
            if name != primitive
            else [a.add(found[0], a.number(Fraction(1, 10**6))), *found[1:]]
        )

    e, _ = EXAMPLES[primitive]
    monkeypatch.setattr(jets, "primitive_sequence", planted)
    assert not evaluation_agrees_with_oracle(e)


def test_a_dropped_index_is_seen_by_the_oracle(monkeypatch):
    """The first entry for every entry: rules and jets read it alike, plain loops do not."""
    true = base.entries

    def planted(a, rank, positions):
        return true(a, rank, tuple(np.zeros_like(p) for p in positions))

    e, wrt = EXAMPLES["bilinear"]
    monkeypatch.setattr(base, "entries", planted)
    assert not evaluation_agrees_with_oracle(e)
    assert not evaluation_agrees_with_oracle(Derivative(e, (wrt,)))


def test_swapped_axes_are_seen_by_the_oracle(monkeypatch):
    true = base.entries

    def planted(a, rank, positions):
        return true(a, rank, positions[::-1] if a.shape[-2:] == (2, 2) else positions)

    e, _ = EXAMPLES["bilinear"]
    monkeypatch.setattr(base, "entries", planted)
    assert not evaluation_agrees_with_oracle(e)


# --- (c) a wrong comparison, a wrong certificate --------------------------------------------------

EQUAL = (
    (fn("tanh", X), Div(minus(fn("exp", X), fn("exp", Neg(X))), Add((fn("exp", X), fn("exp", Neg(X)))))),
    (Pow(Add((X, Y)), TWO), Add((Pow(X, TWO), Mul((TWO, X, Y)), Pow(Y, TWO)))),
    (Derivative(Sum(Pow(at(V, J), TWO), J), (at(V, L),)), Mul((TWO, at(V, L)))),
)  # fmt: skip
LYING = pytest.mark.parametrize(("left", "right"), EQUAL, ids=["tanh", "square", "entry"])


@pytest.fixture
def no_proofs(monkeypatch):
    """Leave it to the numbers: nothing is proved."""
    monkeypatch.setattr(ladder, "identical", lambda *_: None)
    monkeypatch.setattr(ladder, "without_derivatives", _not_supported)


def _not_supported(*_: object) -> None:
    raise symbolic.NotSupported("on purpose")


@LYING
def test_a_lying_certifier_is_not_asked_where_the_points_agree(left, right, monkeypatch, no_proofs):
    monkeypatch.setattr(certify_module(), "excludes_zero", lambda _: True)
    assert judge_pair(left, right, SIZED).verdict == "agrees"


@LYING
def test_a_lying_comparison_is_stopped_by_the_certifier(left, right, monkeypatch, no_proofs):
    """Every point is said to differ: without a certificate the verdict is "undecided", never "refuted"."""
    true = comparison.compare

    def planted(a, b, samples, context, *, mode="total", settle=True):
        found = true(a, b, samples, context, mode=mode, settle=settle)
        indices = tuple((n, 1) for n in sorted(free_indices(a) | free_indices(b)))
        return replace(found, agree=0, differ=tuple((p, indices) for p in range(samples.points)))

    monkeypatch.setattr(sizes, "compare", planted)
    outcome = judge_pair(left, right, SIZED)
    assert outcome.verdict == "undecided"
    assert "not certainly" in (outcome.reason or "")


@LYING
def test_doubtful_floats_are_settled_in_balls(left, right, monkeypatch, no_proofs):
    """With a tolerance of nothing every rounding is a doubt; the balls see that it is only rounding."""
    monkeypatch.setattr(comparison, "TOLERANCE", 0.0)
    assert judge_pair(left, right, SIZED).verdict == "agrees"


@LYING
def test_a_false_certificate_is_seen_by_the_oracle(left, right, monkeypatch):
    """Only if points and balls lie together is a certificate issued for equal sides; it does not stand up."""
    module = certify_module()
    monkeypatch.setattr(module, "excludes_zero", lambda _: True)
    samples = make_samples((left, right), SIZED)
    indices = tuple((n, 1) for n in sorted(free_indices(left) | free_indices(right)))
    found = certify(left, right, samples, SIZED, 0, indices)
    assert found is not None
    assert not certificate_is_true(found, left, right)


def certify_module():
    """Return the module `certify`, whose name in the package is that of its function."""
    import sys

    return sys.modules["gradproof.evaluate.certify"]


@pytest.mark.parametrize("name", ORACLE)
def test_true_certificates_stand_up(name):
    e, wrt = EXAMPLES[name]
    left, right = Derivative(e, (wrt,)), Add((Derivative(e, (wrt,)), num("1/1000")))
    samples = make_samples((left, right), SIZED)
    found = find_counterexample(left, right, samples, SIZED)
    assert found is not None
    assert (
        dict(found.sizes).items()
        >= {k: v for k, v in SIZES.items() if k in dict(found.sizes)}.items()
    )
    assert certificate_is_true(found, left, right)


def test_an_evaluator_that_gives_up_gives_no_verdict(monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise Unsupported("on purpose")

    monkeypatch.setattr(ladder, "find_counterexample", refuse)
    outcome = judge_pair(fn("exp", X), fn("sin", X), CONTEXT)
    assert outcome.verdict == "undecided"
    assert outcome.reason == "on purpose"


def test_labels_strictly_inside_are_sampled_too():
    """At y = 1 the wrong line of the first question equals the right one: sampling there alone would pass it."""
    y, p = Sym("y"), Sym("p")
    context = replace(CONTEXT, domains={**CONTEXT.domains, "y": CLOSED_UNIT})
    right = Add((Neg(Div(y, p)), Div(minus(ONE, y), minus(ONE, p))))
    wrong = Neg(Add((Div(y, p), Div(minus(ONE, y), minus(ONE, p)))))
    assert judge_pair(right, wrong, context).verdict == "refuted"
    fixed = replace(context, values={"y": Fraction(1)})
    assert judge_pair(right, wrong, fixed).verdict != "refuted"


# --- (d) a wrong canonical form -------------------------------------------------------------------

FALSE_IDENTITIES = {
    "tanh": (fn("tanh", X), fn("sinh", X)),
    "sigmoid": (fn("sigmoid", X), fn("softplus", X)),
    "sqrt": (fn("sqrt", S), S),
    "relu": (fn("relu", X), fn("abs", X)),
    "cos": (fn("cos", X), fn("sin", X)),
}
"""By name of a function: it and another, which the planted table takes for it."""


@pytest.mark.parametrize("name", FALSE_IDENTITIES)
def test_a_wrong_canonical_form_is_seen_by_sampling(name, monkeypatch):
    left, right = FALSE_IDENTITIES[name]
    table = dict(canonical_functions._TABLE)
    assert judge_pair(left, right, KNOWN).verdict == "refuted"
    table[name] = (lambda _, u: u) if isinstance(right, Sym) else table[right.name]
    monkeypatch.setattr(canonical_functions, "_TABLE", table)
    assert judge_pair(left, right, KNOWN).verdict == "proved"
    assert not proof_is_confirmed(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (fn("log", Add((S, T))), Add((fn("log", S), fn("log", T)))),
        (Pow(Add((X, Y)), TWO), Add((Pow(X, TWO), Pow(Y, TWO)))),
        (Sum(at(V, J), J), at(V, K)),
        (Sum(Mul((Delta(J, K), at(V, J))), J), at(V, ONE)),
        (fn("sqrt", Pow(X, TWO)), X),
    ],
    ids=["log of a sum", "square of a sum", "sum dropped", "delta", "root of a square"],
)
def test_a_form_in_which_everything_meets_is_seen_by_sampling(left, right, monkeypatch):
    assert judge_pair(left, right, KNOWN).verdict == "refuted"
    monkeypatch.setattr(ladder, "identical", lambda *_: True)
    assert judge_pair(left, right, KNOWN).verdict == "proved"
    assert not proof_is_confirmed(left, right)


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_proved_is_confirmed_by_sampling(name):
    e, wrt = EXAMPLES[name]
    derived = symbolic.differentiate(e, wrt, KNOWN).expr
    assert judge_pair(Derivative(e, (wrt,)), derived, KNOWN).verdict == "proved"
    assert proof_is_confirmed(Derivative(e, (wrt,)), derived)
    assert proof_is_confirmed(e, Add((e, num("1/1000000"))))
