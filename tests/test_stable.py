"""Stable spelling: every rule keeps its digits, and every spelling of a loss becomes the same program."""

import importlib.util
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from gradproof.codegen.backends.numpy import NUMPY
from gradproof.codegen.compiler import make_program
from gradproof.codegen.dims import Dim
from gradproof.codegen.graph import Graph
from gradproof.codegen.ops import Input
from gradproof.codegen.printer import Writer
from gradproof.codegen.stable.building import built
from gradproof.codegen.stable.catalogue import catalogue
from gradproof.codegen.stable.scalar import stable
from gradproof.codegen.stable.tree import (
    Leaf,
    Number,
    Op,
    add,
    apply,
    functions,
    mul,
    neg,
    number,
    reciprocal,
)  # fmt: skip
from gradproof.deriving import read_question
from gradproof.expr import Size

EXACT = {
    "add": lambda *a: mpmath.fsum(a),
    "mul": lambda *a: mpmath.fprod(a),
    "pow": mpmath.power,
    "reciprocal": lambda x: 1 / x,
    "exp": mpmath.exp,
    "log": mpmath.log,
    "log1p": lambda x: mpmath.log(1 + x),
    "expm1": lambda x: mpmath.exp(x) - 1,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)),
    "tanh": mpmath.tanh,
    "log1mexp": lambda x: mpmath.log(1 - mpmath.exp(-x)),
    "logaddexp": lambda a, b: mpmath.log(mpmath.exp(a) + mpmath.exp(b)),
    "xlogy": lambda a, b: mpmath.mpf(0) if a == 0 else a * mpmath.log(b),
    "exprel0": lambda x: mpmath.mpf(1) if x == 0 else (mpmath.exp(x) - 1) / x,
}
H, Y, G = Leaf(0), Leaf(1), Leaf(2)
E = Op("exp", (H,))
ONE = number(1)


def exactly(tree, *values):
    match tree:
        case Leaf(k):
            return mpmath.mpf(float(values[k]))
        case Number(value):
            return mpmath.mpf(value.numerator) / value.denominator
        case Op(name, args):
            return EXACT[name](*(exactly(a, *values) for a in args))


def mentions(tree, leaf):
    return tree == leaf or (isinstance(tree, Op) and any(mentions(a, leaf) for a in tree.args))


def in_numpy(tree, tmp_path, *values):
    """Return the values of a tree as the code for NumPy computes them."""
    graph, n = Graph(), Dim.of(Size("n"))
    refs = [graph.node(Input(f"x{k}", (n,))) for k in range(len(values))]
    label = graph.label(n)
    leaves = [type(graph.labelled(r))(r, (label,)) for r in refs]
    root = built(graph, tree, leaves).ref
    names = {r: f"x{k}" for k, r in enumerate(refs)}
    writer = Writer(graph, NUMPY, dict(names), {"n": "n"}, set(names.values()), {}, "x0")
    (text,) = writer.statements([root])
    body = [f"    {line}" for line in [*writer.lines, f"return {text}"]]
    head = f"def f({', '.join(names.values())}):"
    source = [
        "import math",
        "import numpy as np",
        *(NUMPY.helpers[h] for h in writer.helpers),
        head,
    ]
    path = tmp_path / "generated.py"
    path.write_text("\n".join([*source, *body]) + "\n", encoding="utf-8")
    spec = importlib.util.spec_from_file_location("generated", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with np.errstate(all="ignore"):
        return np.broadcast_to(module.f(*values), np.shape(values[0]))


def points(low, high):
    """Return numbers of all sizes in an interval."""
    sizes = np.geomspace(1e-12, 1e4, 17)
    both = np.unique(np.concatenate([-sizes, sizes, np.linspace(-40, 40, 9)]))
    return both[(both >= low) & (both <= high) & (both != 0)]


def ulps(got, exact):
    """Return the error in units in the last place of the exact value."""
    if abs(exact) < 1e-300:
        return 0.0 if abs(float(got) - float(exact)) < 1e-300 else np.inf
    return float(abs((mpmath.mpf(float(got)) - exact) / exact)) / 2**-52


@pytest.mark.parametrize("rule", catalogue(), ids=lambda r: r.identity.name)
def test_a_rule_keeps_its_digits(rule, tmp_path):
    identity = rule.identity
    x = points(*identity.interval)
    for y in (0.0, 0.25, 1.0) if mentions(identity.textbook, Y) else (0.0,):
        got = in_numpy(identity.stable, tmp_path, x, np.full_like(x, y))
        for at, value in zip(x, got, strict=True):
            with mpmath.workprec(300 + int(3 * abs(at))):
                assert ulps(value, exactly(identity.textbook, at, y)) <= identity.ulps, (at, y)


@pytest.mark.parametrize("rule", catalogue(), ids=lambda r: r.identity.name)
def test_a_rule_is_found_from_the_textbook(rule):
    found = stable(rule.identity.textbook)
    assert rule.identity.name in found.rules


def loss(s):
    """Return binary cross entropy of a label and a probability."""
    first = mul(Y, Op("log", (s,)))
    second = mul(add(ONE, neg(Y)), Op("log", (add(ONE, neg(s)),)))
    return neg(add(first, second))


S = Op("sigmoid", (H,))
FOCAL = neg(mul(apply("pow", add(ONE, neg(S)), G), Op("log", (S,))))
SPELLINGS = {
    "sigma": loss(Op("sigmoid", (H,))),
    "one over": loss(reciprocal(add(ONE, Op("exp", (neg(H),))))),
    "ratio": loss(mul(E, reciprocal(add(ONE, E)))),
    "tanh": loss(
        mul(number(Fraction(1, 2)), add(ONE, Op("tanh", (mul(number(Fraction(1, 2)), H),))))
    ),
    "softplus": add(Op("softplus", (H,)), neg(mul(Y, H))),
    "log": add(Op("log", (add(ONE, E),)), neg(mul(Y, H))),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_all_spellings_of_a_loss_become_one(name):
    expected = add(mul(add(neg(Y), ONE), Op("softplus", (H,))), mul(Y, Op("softplus", (neg(H),))))
    assert stable(SPELLINGS[name]).tree == expected


@pytest.mark.parametrize(
    ("textbook", "expected"),
    [
        (add(Op("sigmoid", (H,)), neg(Y)), {"sigmoid"}),
        (mul(Op("sigmoid", (H,)), add(ONE, neg(Op("sigmoid", (H,))))), {"sigmoid"}),
        (FOCAL, {"sigmoid", "softplus"}),
        (add(Op("exp", (H,)), neg(mul(Y, Op("log", (E,))))), {"exp"}),
        (add(ONE, neg(apply("pow", Op("tanh", (H,)), number(2)))), {"sigmoid"}),
    ],
)  # fmt: skip
def test_what_can_lose_digits_is_gone(textbook, expected):
    curved = functions(stable(textbook).tree) - {"add", "mul", "pow", "reciprocal"}
    assert curved == expected


def test_a_polynomial_beside_an_exponential_is_not_multiplied_out():
    square = apply("pow", add(H, neg(Y)), number(2))
    whole = add(square, Op("softplus", (H,)))
    assert square in stable(whole).tree.args


def residual_program(formula, declare=()):
    question = read_question([formula], "w", declare=declare)
    return make_program(question.loss, [question.wrt], question.context, [formula])


def test_the_residual_keeps_its_tail():
    program = residual_program(
        r"J(w) = -\left(y^T \log \sigma(Xw) + (1-y)^T \log(1-\sigma(Xw))\right)"
    )
    assert "softplus-tails" in program.rules
    kinds = [op for op in program.graph.ops if getattr(op, "fn", "") == "log"]
    order = program.graph.order([program.value, *program.gradients])
    assert not any(program.graph.ops[r] in kinds for r in order)


def test_a_wrong_rule_would_be_caught(tmp_path):
    x = np.array([40.0])
    with mpmath.workprec(400):
        exact = exactly(SPELLINGS["softplus"], 40.0, 1.0)
        assert ulps(in_numpy(SPELLINGS["softplus"], tmp_path, x, np.ones(1))[0], exact) > 1e6
        assert (
            ulps(in_numpy(stable(SPELLINGS["softplus"]).tree, tmp_path, x, np.ones(1))[0], exact)
            <= 4
        )
