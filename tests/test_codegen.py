"""Code from formulas: the graph, its derivatives, and what is printed."""

import ast
import sys
import tempfile
from dataclasses import replace

import numpy as np
import pytest

import gradproof
from gradproof.codegen.algebra import apply, arranged, eye, number, product, times, total
from gradproof.codegen.backends.numpy import NUMPY
from gradproof.codegen.cache import loaded
from gradproof.codegen.compiler import make_program
from gradproof.codegen.dims import Dim
from gradproof.codegen.forward import jacobian
from gradproof.codegen.graph import Graph, Value
from gradproof.codegen.lower import lowered
from gradproof.codegen.module import quoted
from gradproof.codegen.ops import Eye, Input
from gradproof.codegen.printer import Writer
from gradproof.codegen.quantity import Quantity
from gradproof.codegen.reverse import gradients
from gradproof.codegen.scalar import scalars
from gradproof.deriving import read_question
from gradproof.expr import Size


def graph_with(*names):
    graph = Graph()
    n = Dim.of(Size("n"))
    return graph, [graph.labelled(graph.node(Input(name, (n,)))) for name in names]


def test_equal_parts_are_one_node():
    graph, (x, y) = graph_with("x", "y")
    a = times(graph, apply(graph, "exp", x), apply(graph, "exp", x))
    assert graph.ops[a.ref].args[0] == graph.ops[a.ref].args[1]
    assert total(graph, [(1, x), (1, x)]) == times(graph, x, coef=2)
    assert total(graph, [(1, x), (-1, x)]) == number(graph, 0)
    del y


def test_a_delta_is_carried_out():
    graph, (x,) = graph_with("x")
    (i,) = x.labels
    j = graph.label(graph.sizes[i])
    assert product(graph, (x, eye(graph, i, j)), over=(i,)).ref == x.ref


def test_second_derivatives_keep_their_structure():
    declare = (r"U \in \mathbb{R}^{m \times k}", r"V \in \mathbb{R}^{n \times k}")
    question = read_question([r"f = \|U V^T - T\|_F^2"], "U", declare=declare)
    low = lowered(question.loss, question.context)
    (gradient,) = gradients(low.graph, low.value, [low.symbols["U"]])
    value, _ = jacobian(low.graph, gradient, low.symbols["U"])
    kinds = {type(low.graph.ops[ref]) for ref in low.graph.order([value.ref])}
    assert Eye in kinds
    assert max(len(s) for s in low.graph.shapes[: value.ref]) <= 4


def test_two_symbols_with_one_name_are_refused():
    question = read_question(["J = (W_1 - W^{[1]})^2"], "W_1")
    with pytest.raises(ValueError, match=r"W_1 and W\^\{\[1\]\}"):
        make_program(question.loss, [question.wrt], question.context, ["J"])


def test_arranging_keeps_symmetric_inputs_in_one_order():
    graph = Graph()
    n = Dim.of(Size("n"))
    a = graph.labelled(graph.node(Input("A", (n, n), "symmetric")))
    flipped = arranged(graph, times(graph, a, coef=2), tuple(reversed(a.labels)))
    assert flipped == arranged(graph, times(graph, a, coef=2), a.labels)
    assert np.isfinite(flipped)


def test_the_verb_prints_a_module_and_nothing_else(capsys):
    from gradproof.cli import main

    code = main(
        [
            "compile",
            r"J = \|X w - y\|^2",
            "--wrt",
            "w",
            "--declare",
            r"X \in \mathbb{R}^{m \times n}",
        ]
    )
    out, err = capsys.readouterr()
    assert code == 0
    assert ast.parse(out)
    assert "note: w is read as a column of n" in err
    assert main(["compile", r"J = \int f(x) dx", "--wrt", "x"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("gradproof compile: ")


def test_wrong_shapes_and_types_name_the_symbol(tmp_path):
    made = gradproof.compile(
        r"J = \|X w - y\|^2", wrt="w", declare=r"X \in \mathbb{R}^{m \times n}", cache=tmp_path
    )
    x = np.arange(6.0).reshape(3, 2)
    with pytest.raises(ValueError, match=r"w has the shape \(3,\), expected \(n,\) = \(2,\)"):
        made.value(X=x, w=np.ones(3), y=np.ones(3))
    with pytest.raises(TypeError, match=r"y has the type .*, expected real numbers"):
        made.value(X=x, w=np.ones(2), y=["a", "b", "c"])
    assert made.inputs == {"X": ("m", "n"), "w": ("n",), "y": ("m",)}
    assert made.path.parent == tmp_path
    assert made.save(tmp_path / "mine.py").read_text() == made.source


def test_text_of_the_formula_stays_text():
    assert quoted('a """ + b\n\\') == "a ''' + b \\"


def test_structure_is_kept_on_request(tmp_path):
    formula, declare = (
        r"f = \|U V^T - R\|_F^2",
        [r"U \in \mathbb{R}^{m \times k}", r"V \in \mathbb{R}^{n \times k}"],
    )
    small = gradproof.compile(formula, wrt="U", declare=declare, structured=True, cache=tmp_path)
    whole = gradproof.compile(formula, wrt="U", declare=declare, hessian=True, cache=tmp_path)
    rng = np.random.default_rng(0)
    values = {
        "U": rng.normal(size=(4, 2)),
        "V": rng.normal(size=(3, 2)),
        "R": rng.normal(size=(4, 3)),
    }
    assert "H[i, j, k, l] = δ[i, k] S[j, l]" in " ".join(small.source.split())
    want = np.einsum("ik,jl->ijkl", np.eye(4), small.hessian(**values))
    assert abs(whole.hessian(**values) - want).max() < 1e-12


def test_several_variables_give_tuples(tmp_path):
    made = gradproof.compile(
        r"J = \sum_i (x_i^T w + b - y_i)^2",
        wrt=("w", "b"),
        declare=r"x_i \in \mathbb{R}^n",
        cache=tmp_path,
    )
    x, y = np.arange(6.0).reshape(3, 2), np.ones(3)
    by_w, by_b = made.gradient(x=x, w=np.ones(2), b=0.5, y=y)
    residual = x.sum(axis=1) - 0.5
    assert np.allclose(by_w, 2 * x.T @ residual)
    assert np.isclose(by_b, 2 * residual.sum())
    blocks = made.hessian(x=x, w=np.ones(2), b=0.5, y=y)
    assert np.allclose(blocks[0][0], 2 * x.T @ x)
    assert np.allclose(blocks[0][1], 2 * x.sum(axis=0))
    assert np.isclose(blocks[1][1], 6)


def test_a_changed_file_in_the_cache_is_written_anew(tmp_path):
    source = "def value():\n    return 1\n"
    assert loaded(source, "t", tmp_path).value() == 1
    (path,) = tmp_path.glob("*.py")
    sys.modules.pop(path.stem)
    path.write_text("def value():\n    return 2\n")
    assert loaded(source, "t", tmp_path).value() == 1
    assert [
        p.name for p in tmp_path.iterdir() if p.suffix != ".py" and p.name != "__pycache__"
    ] == []


@pytest.mark.parametrize(
    ("formula", "told"),
    [
        (r"J = \int_0^1 f(t) dt \cdot x", "no value that can be computed"),
        (r"J = \sum_t h_t^2, h_t = \tanh(a h_{t-1})", "defined by itself"),
        (r"J = (y_i - a x_i)^2", "outside of a sum"),
    ],
)
def test_what_cannot_become_code_is_told(formula, told):
    with pytest.raises(gradproof.CannotCompile, match=told):
        gradproof.compile(formula, wrt="x" if "x" in formula else "a", declare=r"t = 1, \dots, T")


@pytest.mark.parametrize(
    ("formula", "by_hand"),
    [
        (r"f = \sum_i \log A_{ii}", lambda a: np.log(np.diagonal(a)).sum()),
        (r"f = \sum_i \sum_j A_{ii} A_{ij}", lambda a: np.diagonal(a) @ a.sum(axis=1)),
        (r"f = \sum_i (A_{ii} - 1)^2", lambda a: ((np.diagonal(a) - 1) ** 2).sum()),
    ],
)
def test_entries_of_a_diagonal_stay_on_it(formula, by_hand, tmp_path):
    made = gradproof.compile(
        formula, wrt="A", declare=r"A \in \mathbb{R}^{n \times n}", hessian=True, cache=tmp_path
    )
    a, step = np.random.default_rng(0).uniform(0.5, 1.5, size=(3, 3)), 1e-6
    units = np.eye(9).reshape(9, 3, 3)
    slopes = [(by_hand(a + step * u) - by_hand(a - step * u)) / (2 * step) for u in units]
    assert np.isclose(made.value(A=a), by_hand(a), rtol=1e-14)
    assert np.allclose(made.gradient(A=a), np.reshape(slopes, (3, 3)), atol=1e-8)
    bends = [
        (made.gradient(A=a + step * u) - made.gradient(A=a - step * u)) / (2 * step) for u in units
    ]
    assert np.allclose(made.hessian(A=a).reshape(9, 9), np.reshape(bends, (9, 9)), atol=1e-8)


def test_one_step_of_a_recurrence_is_told(tmp_path):
    made = gradproof.compile(
        ["J = (h_t - y_t)^2", r"h_t = \tanh(a h_{t-1} + x_t)"], wrt="a", cache=tmp_path
    )
    assert any("one step of a recurrence" in told for told in made.assumptions)
    written_out = ["J = h_2^2", r"h_1 = \tanh(a h_0)", r"h_2 = \tanh(a h_1)"]
    made = gradproof.compile(written_out, wrt="a", cache=tmp_path)
    want = np.tanh(0.5 * np.tanh(0.5)) ** 2
    assert np.isclose(made.value(a=0.5, h_0=1.0), want, rtol=1e-14)
    assert made.assumptions == ()


def test_a_function_of_a_number_and_of_its_negative_share_the_exponential(tmp_path):
    made = gradproof.compile(
        r"J = -\sum_i (y_i \log \sigma(h_i) + (1 - y_i) \log(1 - \sigma(h_i)))",
        wrt="h",
        hessian=True,
        cache=tmp_path,
    )
    gradient = made.source.partition("def gradient")[2].partition("\ndef ")[0]
    assert gradient.count("_sigmoids(") == 1
    assert "_sigmoid(" not in gradient
    h, y = np.array([-800.0, -1.0, 0.0, 2.0, 800.0]), np.array([1.0, 0.0, 1.0, 1.0, 0.0])
    want = [-1, 1 / (1 + np.e), -0.5, -1 / (1 + np.e**2), 1]
    assert np.allclose(made.gradient(h=h, y=y), want, rtol=1e-15)
    assert np.allclose(
        made.value(h=h, y=y), 1600 + np.log1p(1 / np.e) + np.log(2) + np.log1p(np.e**-2)
    )
    single = gradproof.compile(r"J = \sigma(x) \sigma(-x)", wrt="x", cache=tmp_path)
    assert np.isclose(single.value(x=1.0), np.e / (1 + np.e) ** 2, rtol=1e-15)


@pytest.mark.parametrize("scalar", scalars().values(), ids=lambda s: s.name)
def test_slopes_are_those_of_differences(scalar):
    """A broken slope is caught by `test_a_broken_slope_is_caught`."""
    for k in range(scalar.arity):
        assert slope_error(scalar, k) < 1e-6


def test_a_broken_slope_is_caught():
    broken = replace(scalars()["exp"], slopes=lambda f, x: (2 * f,))
    assert slope_error(broken, 0) > 1e-2


def slope_error(scalar, k):
    """Return how far a slope by one argument is off at three points, all computed by the printed code."""
    graph = Graph()
    n = Dim.number(3)
    refs = [graph.node(Input(f"x{j}", (n,))) for j in range(scalar.arity)]
    label = graph.label(n)
    args = tuple(Quantity(graph, Value(r, (label,))) for r in refs)
    value = apply(graph, scalar.name, *(a.value for a in args))
    slope = scalar.slopes(Quantity(graph, value), args)[k]
    points = [
        np.linspace(lo + 0.13 * (j + 1), hi - 0.17 * (j + 1), 3)
        for j, (lo, hi) in enumerate(scalar.within)
    ]
    if scalar.name == "where":
        points[0] = np.array([0.0, 1.0, 0.0])
    if scalar.name == "where" and k == 0:
        return 0.0

    def at(ref, values):
        writer = Writer(graph, NUMPY, {r: f"x{j}" for j, r in enumerate(refs)}, {}, set(), {}, "x0")
        (text,) = writer.statements([ref])
        lines = [*(NUMPY.helpers[h] for h in writer.helpers), "def f(x0=0, x1=0, x2=0):"]
        lines += [*(f"    {line}" for line in writer.lines), f"    return {text}"]
        code = "\n".join(lines)
        module = loaded(f"import math\nimport numpy as np\n{code}\n", "test", FOLDER.name)
        return module.f(*values)

    moved = [[p + (d if j == k else 0) for j, p in enumerate(points)] for d in (1e-6, -1e-6)]
    want = (at(value.ref, moved[0]) - at(value.ref, moved[1])) / 2e-6
    found = 0 * want if slope is None else at(arranged(graph, slope.value, (label,)), points)
    return float(np.max(abs(found - want)))


FOLDER = tempfile.TemporaryDirectory()
