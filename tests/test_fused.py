"""One pass over the rows: found from the formula, the same numbers as NumPy's, whatever holds the data."""

import importlib.util
import math

import numpy as np
import pytest

import gradproof
from gradproof.codegen.compiler import make_program
from gradproof.codegen.fused import plan
from gradproof.deriving import read_question

needs_numba = pytest.mark.skipif(
    importlib.util.find_spec("numba") is None, reason="numba is not installed"
)
SHAPES = (
    r"X \in \mathbb{R}^{m \times n}",
    r"Y \in \mathbb{R}^{m \times K}",
    r"W \in \mathbb{R}^{n \times K}",
)
LOGISTIC = r"J = -\sum_{i=1}^m (y_i \log \sigma(x_i^T w + b) + (1-y_i) \log(1-\sigma(x_i^T w + b))) + \lambda w^T w"
SOFTMAX = r"J = -\sum_{i=1}^m \sum_{k=1}^K Y_{ik} \log P_{ik}, P = \mathrm{softmax}(XW)"
FORMULAS = {
    "logistic": (LOGISTIC, "w", ()),
    "poisson": (r"J = \sum_{i=1}^m c_i (e^{h_i} - y_i h_i), h_i = x_i^T w", "w", ()),
    "squared": (r"J = \frac{1}{2m} \|Xw - y\|^2", "w", SHAPES[:1]),
    "hinge": (r"J = \frac{1}{m} \sum_{i=1}^m \max(0, 1 - y_i w^T x_i)^2", "w", ()),
    "softmax": (SOFTMAX, "W", SHAPES),
    "intercepts": (
        r"J = -\sum_{i=1}^m \sum_{k=1}^K Y_{ik} \log p_{ik}, p_{ik} = \frac{e^{h_{ik}}}{\sum_{l=1}^K e^{h_{il}}}, "
        r"h_{ik} = \sum_{j=1}^n X_{ij} W_{jk} + b_k",
        "W",
        SHAPES,
    ),
    "network": (r"J = \sum_{i=1}^m (y_i - p_i)^2, p = \sigma(\tanh(XW) v)", "W", (*SHAPES[::2], r"v \in \mathbb{R}^K")),
}  # fmt: skip


def program(name):
    formula, wrt, declare = FORMULAS[name]
    question = read_question([formula], wrt, declare=declare)
    return make_program(
        question.loss, [question.wrt], question.context, [formula], declared=declare
    )


@pytest.mark.parametrize("name", FORMULAS)
def test_value_and_gradient_are_one_pass(name):
    p = program(name)
    found = plan(p.graph, [p.value, *p.gradients])
    assert found is not None
    assert {s.kind for s in found.sums} == {"plain", "outer"}
    large = [
        r
        for r in found.steps
        if len(p.graph.shapes[r]) == 2 and name not in ("softmax", "intercepts")
    ]
    assert all(str(p.graph.shapes[r][1]) != "n" for r in large)


@pytest.mark.parametrize(
    "formula",
    [
        r"J = w^T A w",
        r"J = \log \det (X^T X + W)",
        r"J = \frac{\|Xw - y\|^2}{y^T \sigma(Xw)} \sum_{i=1}^m \sigma(a_i \|Xw\|^2)",
    ],
)
def test_what_is_no_sum_over_rows_is_left_alone(formula):
    wrt = "W" if "W" in formula else "w"
    question = read_question([formula], wrt)
    p = make_program(question.loss, [question.wrt], question.context, [formula])
    assert plan(p.graph, [p.value, *p.gradients]) is None


def numbers(compiled, rows, seed=0):
    """Return arguments of the shapes that a formula asks for."""
    rng = np.random.default_rng(seed)
    sizes = {"m": rows, "n": 7, "K": 5}
    out = {}
    for name, shape in compiled.inputs.items():
        extent = tuple(sizes.setdefault(s, 7) for s in shape)
        out[name] = rng.normal(size=extent)
        if name == "y":
            out[name] = np.sign(out[name]) * 0.5 + 0.5
    return out


def close(a, b, tolerance=1e-12):
    return np.max(np.abs(np.asarray(a) - b)) <= tolerance * max(1.0, np.max(np.abs(b)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("generated")


def both(name, folder):
    """Return a formula as code for numba and for NumPy."""
    formula, wrt, declare = FORMULAS[name]
    asked = {"wrt": wrt, "declare": declare, "cache": folder}
    fast = gradproof.compile(formula, backend="numba", **asked)
    assert "_pass(" in fast.source
    return fast, gradproof.compile(formula, **asked)


@needs_numba
def test_softmax_regression_is_what_numpy_computes(folder):
    fast, plain = both("intercepts", folder)
    given = numbers(fast, 1037)
    value, gradient = plain.value_and_gradient(**given)
    v, g = fast.value_and_gradient(**given)
    assert close(v, value)
    assert close(g, gradient)


@needs_numba
def test_data_may_lie_in_any_layout(folder):
    sparse = pytest.importorskip("scipy.sparse")
    fast, plain = both("logistic", folder)
    given = numbers(fast, 1037)
    value, gradient = plain.value_and_gradient(**given)
    layouts = (
        np.ascontiguousarray,
        np.asfortranarray,
        lambda x: np.repeat(x, 2, axis=1)[:, ::2],
        sparse.csr_array,
    )
    for layout in layouts:
        v, g = fast.value_and_gradient(**{**given, "x": layout(given["x"])})
        assert close(v, value)
        assert close(g, gradient)
    single = {k: x.astype(np.float32) for k, x in given.items()}
    v, g = fast.value_and_gradient(**single)
    assert g.dtype == np.float32
    assert close(g, gradient, 3e-6)
    with pytest.raises(ValueError, match=r"has the shape"):
        fast.value_and_gradient(**{**given, "x": given["x"][:-1]})


@needs_numba
def test_threads_change_nothing(folder):
    fast, _ = both("logistic", folder)
    given = numbers(fast, 300_000)
    many = fast.value_and_gradient(**given)
    fast._module.threads = 1
    one = fast.value_and_gradient(**given)
    assert many[0] == one[0]
    assert np.array_equal(many[1], one[1])


def test_names_of_the_formula_are_no_names_of_the_loops(folder):
    from gradproof.api import compile_source

    source, _ = compile_source(
        [r"J = \sum_{i=1}^m c_i \sum_{k=1}^K (Y_{ik} - h_{ik})^2, h = XW"],
        wrt=("W",), declare=SHAPES, backend="numba",
    )  # fmt: skip
    head = next(x for x in source.splitlines() if x.startswith("def _rows_value("))
    assert ", c_" in head
    assert ", c," not in head


@needs_numba
@pytest.mark.slow
def test_the_hessian_is_one_pass_too(folder):
    sparse = pytest.importorskip("scipy.sparse")
    fast, plain = both("logistic", folder)
    given = numbers(fast, 1037)
    hessian = plain.hessian(**given)
    assert "_gram(" in fast._second().__loader__.get_source(fast._second().__name__)
    assert close(fast.hessian(**given), hessian)
    assert close(fast.hessian(**{**given, "x": sparse.csr_array(given["x"])}), hessian)


def test_rows_far_from_the_boundary_keep_their_digits(folder):
    formula = r"J = -\sum_{i=1}^m (y_i \log \sigma(x_i^T w) + (1-y_i) \log(1-\sigma(x_i^T w)))"
    backends = ["numpy"] + ["numba"] * (importlib.util.find_spec("numba") is not None)
    for backend in backends:
        code = gradproof.compile(formula, wrt="w", backend=backend, cache=folder)
        for h in (1e-8, 1.0, 30.0, 40.0, 100.0, 700.0):
            given = {"x": np.array([[h]]), "w": np.ones(1), "y": np.ones(1)}
            value, gradient = code.value_and_gradient(**given)
            tail = math.exp(-h) / (1 + math.exp(-h))
            assert abs(value / math.log1p(math.exp(-h)) - 1) <= 4e-16
            assert abs(gradient[0] / (-tail * h) - 1) <= 4e-16
