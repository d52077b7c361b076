"""Formulas of the user's: their names are sorted, how rows enter is found out, and they train and predict."""

import numpy as np
import pytest

import gradproof
from gradproof.training.custom import kernel_of, read_formula
from gradproof.training.losses import LOSSES, is_formula
from gradproof.training.rows import Block

pytest.importorskip("scipy", reason="the extra fit is not installed")
pytest.importorskip("sklearn", reason="the extra fit is not installed")

CHANCE = np.random.default_rng(2)
X = CHANCE.normal(size=(120, 3))
H = X @ [1.0, -2.0, 0.5] + 0.3
NUMBERS = H + 0.1 * CHANCE.normal(size=120)
CLASSES = (H + CHANCE.normal(size=120) > 0).astype(float)

MEAN = r"J = \frac{1}{m} \sum_{i=1}^m (x_i^T w + b - y_i)^2 + \frac{\lambda}{2} \|w\|^2"
SUM = r"J = \|X w - y\|^2 + \lambda w^T w"
OTHER = r"J = \sqrt{\sum_{i=1}^m (x_i^T w - y_i)^2}"


@pytest.mark.parametrize(("formula", "kind"), [(MEAN, "mean"), (SUM, "sum"), (OTHER, "other")])
def test_how_rows_enter_is_found_out(formula, kind):
    constants = {"lambda": 0.1} if "lambda" in formula else {}
    read = read_formula([formula], constants)
    kernel = kernel_of(read, Block(X, NUMBERS), {}, "numpy")
    assert kernel.kind == kind
    if kind == "other":
        return
    w = CHANCE.normal(size=kernel.layout.size)
    parts = [kernel.value_and_gradient(w, Block(X, NUMBERS).cut(*c)) for c in ((0, 50), (50, 120))]
    whole = kernel.value_and_gradient(w, Block(X, NUMBERS))
    assert parts[0][0] + parts[1][0] == pytest.approx(whole[0], rel=1e-12)
    np.testing.assert_allclose(parts[0][1] + parts[1][1], whole[1], rtol=1e-10)


def test_a_penalty_in_the_formula_is_the_penalty_of_the_option():
    by_formula = gradproof.fit(X, NUMBERS, loss=MEAN, constants={"lambda": 0.2}, tolerance=1e-9)
    by_option = gradproof.fit(X, NUMBERS, loss="squared", l2=0.1, tolerance=1e-9)
    np.testing.assert_allclose(by_formula.parameters["w"], by_option.coefficients, atol=1e-7)
    ridge = gradproof.fit(X, NUMBERS, loss=SUM, constants={"lambda": 3.0}, tolerance=1e-8)
    exact = np.linalg.solve(X.T @ X + 3 * np.eye(3), X.T @ NUMBERS)
    np.testing.assert_allclose(ridge.parameters["w"], exact, atol=1e-8)


@pytest.mark.parametrize("solver", ["lbfgs", "newton", "newton-cg", "gradient-descent", "svrg"])
def test_solvers_take_formulas(solver):
    options = {"loss": MEAN, "constants": {"lambda": 0.2}, "tolerance": 1e-6}
    step = {"step": 0.05} if solver == "svrg" else {}
    fitted = gradproof.fit(X, NUMBERS, solver=solver, batch=16, **options, **step)
    assert fitted.converged
    expected = gradproof.fit(X, NUMBERS, **options)
    np.testing.assert_allclose(fitted.parameters["w"], expected.parameters["w"], atol=1e-5)


NETWORK = {
    "loss": [
        r"J = -\frac1m (y^T \log z + (1-y)^T \log(1-z)) + \frac{\lambda}{2} \|W_1\|_F^2",
        r"z = \sigma(\tanh(X W_1 + 1 b_1^T) w_2 + 1 b_2)",
    ],
    "declare": [r"w_2 \in \mathbb{R}^k", r"b_1 \in \mathbb{R}^k", r"b_2 \in \mathbb{R}"],
    "sizes": {"k": 4},
    "constants": {"lambda": 0.01},
}


def test_a_network_is_a_formula(tmp_path):
    ring = (np.hypot(X[:, 0], X[:, 1]) > 1.1).astype(float)
    fitted = gradproof.fit(X, ring, **NETWORK, tolerance=1e-4)
    assert {k: v.shape for k, v in fitted.parameters.items()} == {
        "W_1": (3, 4), "b_1": (4,), "w_2": (4,), "b_2": ()
    }  # fmt: skip
    assert fitted.metrics["accuracy"] > 0.9
    assert gradproof.fit(X, ring, loss="logistic").metrics["accuracy"] < 0.8
    fitted.save(str(tmp_path / "model"))
    again = gradproof.load_model(tmp_path / "model")
    expected, found = gradproof.predict(fitted, X), gradproof.predict(again, X)
    np.testing.assert_array_equal(found["probability_1"], expected["probability_1"])
    drawn = gradproof.fit(X, ring, **NETWORK, solver="sgd", step=0.5, batch=16, iterations=30)
    assert drawn.value < 0.6


@pytest.mark.parametrize(
    ("formula", "options", "said"),
    [
        (r"J = \sum_{i=1}^m (a_i - y_i)^2", {}, "of no features"),
        (MEAN, {}, "λ has no value.*--set lambda"),
        (MEAN, {"constants": {"mu": 1.0}}, "'mu' does not stand in the formula"),
        (MEAN, {"constants": {"lambda": 1.0}, "parameters": ["v"]}, "not all stand in the formula"),
        (r"J = \sum_{i=1}^m (x_i^T w - ", {}, "cannot be used"),
        (r"J = \frac1m \|\tanh(X W) v - y\|^2", {"declare": [r"v \in \mathbb{R}^k"]}, "--size"),
        (r"J = \frac1m \|X w + b - y\|^2", {"declare": [r"b \in \mathbb{R}^m"]}, "entry for every row"),
        (MEAN, {"constants": {"lambda": 1.0}, "prediction": "q"}, "'q' is not defined"),
    ],
)  # fmt: skip
def test_what_is_not_clear_is_asked(formula, options, said):
    with pytest.raises(gradproof.BadData, match=said):
        gradproof.fit(X, NUMBERS, loss=formula, **options)


def test_names_of_losses_are_no_formulas():
    assert not any(is_formula(name) for name in LOSSES)
    assert all(is_formula(f) for f in (MEAN, SUM, OTHER, "(w x - y)^2"))
    with pytest.raises(gradproof.BadData, match="go with a formula"):
        gradproof.fit(X, NUMBERS, loss="squared", sizes={"k": 2})


BOUNDED = [loss for loss in LOSSES.values() if loss.curvature is not None and not loss.several]


@pytest.mark.parametrize("loss", BOUNDED, ids=lambda loss: loss.name)
def test_the_bound_of_the_curvature_is_one(loss):
    """The second derivative by h never exceeds what the step 1/L rests on."""
    from gradproof.training.formula import compiled_loss

    code = compiled_loss(loss.name, False, False, "numpy")
    for h in np.linspace(-8, 8, 161):
        for y in (0.0, 1.0):
            one = {"x": np.ones((1, 1)), "y": np.array([y]), "w": np.array([h]), **loss.constants}
            second = code.hessian(**one)
            assert -1e-12 <= second[0, 0] <= loss.curvature + 1e-12
