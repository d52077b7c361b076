"""Code from formulas: the graph, its derivatives, and what is printed."""

import ast

import numpy as np
import pytest

import gradproof
from gradproof.codegen.algebra import apply, arranged, eye, number, product, times, total
from gradproof.codegen.compiler import make_program
from gradproof.codegen.dims import Dim
from gradproof.codegen.forward import jacobian
from gradproof.codegen.graph import Graph
from gradproof.codegen.lower import lowered
from gradproof.codegen.module import quoted
from gradproof.codegen.ops import Eye, Input
from gradproof.codegen.reverse import gradients
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
    a = graph.labelled(graph.node(Input("A", (n, n), symmetric=True)))
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
