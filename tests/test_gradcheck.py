"""Gradient code against formulas: verdicts, names of slips, trouble of numbers, bad input, the machine contract."""

import ast
import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator

import gradproof
from gradproof.cli import main
from gradproof.gradcode import truth
from gradproof.gradcode.fit import fit, same
from gradproof.mistakes import UNEXPLAINED, catalogue
from gradproof.pages import code_page_names

BENCHMARK = Path(__file__).resolve().parents[1] / "benchmarks" / "gradcode"
VALIDATOR = Draft202012Validator(gradproof.json_schema("gradcheck"))
CROSS_ENTROPY = r"J = -(y \log\hat y + (1-y) \log(1-\hat y))"
LOGISTIC = r"\hat y = \sigma(Xw), J = -\frac{1}{m} \sum_{i=1}^m (y_i \log \hat y_i + (1-y_i) \log(1-\hat y_i))"
RIDGE = r"J = \frac{1}{2m} \|Xw - y\|^2 + \frac{\lambda}{2} \|w\|^2"
MATRIX = r"X \in \mathbb{R}^{m \times n}"
SOFTMAX = r"p = \mathrm{softmax}(z), L = -\sum_k y_k \log p_k"
K = r"z \in \mathbb{R}^K"
JACOBIAN = r"p = \mathrm{softmax}(z)"
HEAD = "import numpy as np\n"
SIGMOID = "p = 1 / (1 + np.exp(-X @ w))"


@pytest.fixture
def check_file(tmp_path):
    """Return a function that checks the code of ``gradient`` in a process of its own."""

    def checked(formula, code, wrt, *declare, **options):
        path = tmp_path / "code.py"
        path.write_text(HEAD + code, encoding="utf-8")
        return gradproof.gradcheck(formula, f"{path}:gradient", wrt=wrt, declare=declare, **options)

    return checked


@pytest.fixture
def check(tmp_path):
    """Return a function that checks the code of ``gradient`` in this process, which is quicker."""

    def checked(formula, code, wrt, *declare, **options):
        path = tmp_path / "code.py"
        path.write_text(HEAD + code, encoding="utf-8")
        spec = importlib.util.spec_from_file_location("code_of_this_test", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return gradproof.gradcheck(formula, module.gradient, wrt=wrt, declare=declare, **options)

    return checked


def returned(parameters, *lines):
    """Return the code of a function with these lines, the last one returned."""
    *body, last = lines
    return f"def gradient({parameters}):\n" + "".join(
        f"    {line}\n" for line in (*body, f"return {last}")
    )


def errors(report):
    return [f.mistake for f in report.findings if f.severity == "error"]


RIGHT = [
    (CROSS_ENTROPY, returned("y, y_hat", "-(y / y_hat - (1 - y) / (1 - y_hat))"), r"\hat y", ()),
    (LOGISTIC, returned("X, y, w", SIGMOID, "X.T @ (p - y) / len(y)"), "w", (MATRIX,)),
    (LOGISTIC, returned("X, y, y_hat", "X.T @ (y_hat - y) / len(y)"), "w", (MATRIX,)),
    (RIDGE, returned("X, y, w, lambda_, m", "X.T @ (X @ w - y) / m + lambda_ * w"), "w", (MATRIX,)),
    (RIDGE, returned("w, lam, X, y, eps=0", "(X.T @ (X @ w - y) / len(y) + lam * w)[:, None]"), "w", (MATRIX,)),
    (SOFTMAX, returned("y, z", "e = np.exp(z)", "y.sum() * e / e.sum() - y"), "z", ()),
    (r"f = |x|", returned("x", "np.sign(x)"), "x", ()),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "code", "wrt", "declare"), RIGHT)
def test_right_code_agrees(check, formula, code, wrt, declare):
    report = check(formula, code, wrt, *declare)
    assert (report.verdict, errors(report)) == ("agrees", [])
    assert report.digits >= 9


DIAGONAL = returned("z", "p = np.exp(z) / np.exp(z).sum()", "np.diag(p * (1 - p))")
WRONG = [
    (CROSS_ENTROPY, returned("y, y_hat", "-(y / y_hat + (1 - y) / (1 - y_hat))"), r"\hat y", (), "chain-inner-dropped"),
    (LOGISTIC, returned("X, y, w", SIGMOID, "X.T @ (p - y)"), "w", (MATRIX,), "mean-factor-dropped"),
    (LOGISTIC, returned("X, y, w", SIGMOID, "X.T @ (p - y) / X.shape[1]"), "w", (MATRIX,), "mean-over-wrong-size"),
    (LOGISTIC, returned("X, y, w", SIGMOID, "X.T @ ((p-y)*p*(1-p)) / len(y)"), "w", (MATRIX,), "chain-link-repeated"),
    (LOGISTIC, returned("X, y, w", SIGMOID, "X @ (p - y) / len(y)"), "w", (MATRIX,), "transpose-missing"),
    (RIDGE, returned("X, y, w, lam", "X.T @ (X @ w - y) / len(y) + 2 * lam * w"), "w", (MATRIX,), "regulariser-factor"),
    (SOFTMAX, returned("y, z", "e = np.exp(z)", "y - e / e.sum()"), "z", (), "sign-loss-vs-likelihood"),
    (JACOBIAN, DIAGONAL, "z", (K,), "jacobian-off-diagonal-missing"),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "code", "wrt", "declare", "mistake"), WRONG)
def test_a_slip_is_named(check, formula, code, wrt, declare, mistake):
    report = check(formula, code, wrt, *declare)
    assert report.verdict == "differs"
    assert errors(report) == [mistake]
    (finding,) = (f for f in report.findings if f.severity == "error")
    assert finding.computed_tex
    assert finding.expected_tex
    assert finding.counterexample.code != finding.counterexample.formula
    assert [e.message for e in VALIDATOR.iter_errors(json.loads(report.to_json()))] == []


TWO = [
    ("X.T @ (y - X @ w)", {"sign-outer-lost", "mean-factor-dropped"}),
    ("X @ (X @ w - y)", {"transpose-missing", "mean-factor-dropped"}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "mistakes"), TWO)
def test_two_slips_are_named_each(check, code, mistakes):
    report = check(r"J = \frac{1}{2m} \|Xw - y\|^2", returned("X, y, w", code), "w", MATRIX)
    assert len(errors(report)) == 2
    assert set(errors(report)) == mistakes
    assert report.findings[0].computed_tex


def test_a_value_that_was_held_constant_is_named(check):
    formula = (
        r"\mu = \frac{1}{m} \sum_i x_i, v = \frac{1}{m} \sum_i (x_i - \mu)^2, "
        r"L = \sum_{i=1}^m c_i \frac{x_i - \mu}{v}"
    )
    report = check(formula, returned("x, c", "c / x.var()"), "x", r"x \in \mathbb{R}^m")
    assert errors(report) == ["chain-dependent-held-constant"]


def test_the_report_says_how_to_write_it(check):
    report = check(LOGISTIC, returned("X, y, w", SIGMOID, "X.T @ (y - p) / len(y)"), "w", MATRIX)
    text = report.to_text()
    assert "write     dw = X.T @ (y_hat - y) / len(y)" in text
    assert "computes  -(Xᵀ(ŷ - y))/m" in text
    assert "code" in text
    assert "formula" in text


def test_what_no_mistake_explains_is_described(check):
    code = returned("X, y, w", SIGMOID, "0.7 * X.T @ (p - y) / len(y)")
    report = check(LOGISTIC, code, "w", MATRIX)
    assert errors(report) == ["unexplained-difference"]
    assert "7/10 times the right gradient" in report.to_text()
    code = returned("x", "np.where(x < 0, 0.3, 3 * x**2)")
    assert "wrong only where x < 0" in check("f = x^3", code, "x").to_text()


def test_several_gradients_are_judged_each(check):
    formula, declare = r"J = \frac{1}{2} \|Xw + b - y\|^2", (MATRIX, r"b \in \mathbb{R}^m")
    code = returned("X, y, w, b", "r = X @ w + b - y", "{'db': r, 'dw': X @ r}")
    code = code.replace("X @ r", "X.T @ r * 2")
    report = check(formula, code, ("w", "b"), *declare)
    assert [(f.variable, f.severity) for f in report.findings] == [("w", "error")]
    code = returned("X, y, w, b", "r = X @ w + b - y", "r @ r / 2, X.T @ r, r")
    assert check(formula, code, "w,b", *declare).agrees
    report = check(formula, code.replace("r @ r / 2", "r @ r"), "w,b", *declare)
    assert report.agrees
    assert [f.mistake for f in report.findings] == ["value-differs"]


def test_an_unstated_assumption_excuses_and_is_told(check):
    report = check(SOFTMAX, returned("y, z", "e = np.exp(z)", "e / e.sum() - y"), "z")
    assert report.agrees
    assert any("sums to one" in note for note in report.assumptions)


def test_trouble_of_numbers_is_no_mistake(check):
    single = returned(
        "X, y, w",
        "X, y, w = (v.astype('float32') for v in (X, y, w))",
        SIGMOID,
        "X.T @ (p - y) / len(y)",
    )
    report = check(LOGISTIC, single, "w", MATRIX)
    assert report.agrees
    assert [f.mistake for f in report.findings] == ["single-precision"]
    code = returned("z, y", "e = np.exp(z)", "e / e.sum() * y.sum() - y")
    report = check(SOFTMAX, code, "z")
    assert report.agrees
    assert [f.mistake for f in report.findings] == ["overflow"]
    stable = returned("z, y", "e = np.exp(z - z.max())", "e / e.sum() * y.sum() - y")
    assert check(SOFTMAX, stable, "z").findings == ()


def test_raising_at_some_points_is_told(check):
    code = returned("x", "assert x > 0, 'negative'", "2 * x")
    report = check("f = x^2", code, "x")
    assert errors(report) == ["raises"]
    assert "AssertionError: negative" in report.to_text()


def test_writing_into_arguments_is_told(check):
    code = returned("X, y, w", "y -= X @ w", "-X.T @ y / len(y)")
    report = check(r"J = \frac{1}{2m} \|Xw - y\|^2", code, "w", MATRIX)
    assert errors(report) == ["input-overwritten"]
    assert "y.copy()" in report.to_text()
    code = "calls = []\n" + returned("x", "calls.append(1)", "2 * x + len(calls)")
    assert "not-repeatable" in errors(check("f = x^2", code, "x"))


BAD = [
    (returned("x", "1 / 0"), "raises ZeroDivisionError: division by zero", "code.py:3 in gradient: return 1 / 0"),
    (returned("x, t", "2 * x"), "the parameter t is no symbol of the formula", "--arg t="),
    (returned("t=1", "2"), "the formula depends on x", "parameter"),
    (returned("x", "(x, x, x)"), "returns 3 values", "--wrt a,b"),
    (returned("x", "None"), "returned None", "return missing"),
    (returned("x", "'two'"), "array of real numbers", "str"),
    (returned("*x", "x"), "takes *x", "names"),
    (returned("**x", "x"), "takes **x", "names"),
    (returned("x", "np.ones(1) * 1j"), "entries of type complex128", "real numbers"),
    (returned("x", "(yield x)"), "returned a generator", "yield"),
]  # fmt: skip

ALONE = [
    ("import time\n" + returned("x", "time.sleep(60)", "x"), "did not come back within 2 seconds", "--time-limit"),
    ("gradient = 3\n", "is a value of type int, not a function", "expected a function"),
    ("def other(x):\n    return x\n", "there is no gradient", "the module has other"),
    ("import no_such_module\n", "cannot be imported: ModuleNotFoundError", "code.py:2"),
    ("def gradient(x:\n    return x\n", "SyntaxError", "code.py:2: def gradient(x:"),
    (returned("x", "exit(3)"), "SystemExit", "raises"),
    ("import os\n" + returned("x", "os._exit(3)"), "ended with exit code 3", "expected a function that returns"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "told", "how"), BAD)
def test_code_that_cannot_be_used_is_told(check, code, told, how):
    with pytest.raises(gradproof.CannotCheck) as caught:
        check("f = x^2", code, "x")
    assert told in str(caught.value)
    assert how in str(caught.value)


@pytest.mark.parametrize(("code", "told", "how"), ALONE)
def test_code_that_only_a_process_of_its_own_can_bear_is_told(check_file, code, told, how):
    with pytest.raises(gradproof.CannotCheck) as caught:
        check_file("f = x^2", code, "x", time_limit=2 if "sleep" in code else 60)
    assert told in str(caught.value)
    assert how in str(caught.value)


def test_a_wrong_shape_is_told(check):
    code = returned("X, y, w", "np.zeros((2, 2, 2))")
    report = check(r"J = \frac{1}{2} \|Xw - y\|^2", code, "w", MATRIX)
    assert errors(report) == ["shape-mismatch"]
    assert "returns an array of shape (2, 2, 2), expected (2,)" in report.to_text()


def test_what_is_printed_is_kept_from_the_answer(check_file, capfd):
    report = check_file("f = x^2", returned("x", "print('loss is', x)", "2 * x"), "x")
    assert report.agrees
    assert any("'loss is" in note for note in report.assumptions)
    assert capfd.readouterr().out == ""


def test_names_that_do_not_match_can_be_given(check):
    code = returned("t, k", "k * t")
    assert check("f = x^2", code, "x", arguments={"t": "x", "k": 2}).agrees
    with pytest.raises(gradproof.CannotCheck, match="no parameter s"):
        check("f = x^2", code, "x", arguments={"s": "x"})


def test_vectors_can_be_columns(check):
    code = returned("X, y, w", "assert w.shape[1] == 1", "X.T @ (X @ w - y)")
    assert check(r"J = \frac{1}{2} \|Xw - y\|^2", code, "w", MATRIX, columns=True).agrees


def test_functions_without_a_place_run_here():
    report = gradproof.gradcheck("f = x^2", lambda x: 2 * x, wrt="x")
    assert report.agrees
    assert any("ran in this" in note for note in report.assumptions)


def test_an_assertion_tells_the_slip():
    gradproof.assert_gradient("f = x^2", lambda x: 2 * x, wrt="x")
    with pytest.raises(AssertionError, match=r"error\[power-coefficient-dropped\]"):
        gradproof.assert_gradient("f = x^2", lambda x: x, wrt="x")


def test_the_command_line(tmp_path, capsys):
    path = tmp_path / "code.py"
    path.write_text("def right(x):\n    return 2 * x\n\n\ndef wrong(x):\n    return x\n")
    asked = ["gradcheck", "f = x^2"]
    assert main([*asked, f"{path}:right", "--wrt", "x"]) == 0
    assert "agrees to" in capsys.readouterr().out
    assert main([*asked, f"{path}:wrong", "--wrt", "x", "--format", "json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert [e.message for e in VALIDATOR.iter_errors(data)] == []
    data["agrees"] = True
    assert not VALIDATOR.is_valid(data)
    for bad in (f"{path}:none", f"{tmp_path}/missing.py:f", "no_such_module_here:f", "nothing"):
        assert main([*asked, bad, "--wrt", "x"]) == 2
        told = capsys.readouterr()
        assert told.err.startswith("gradproof gradcheck: ")
        assert (told.out, "Traceback" in told.err) == ("", False)
    assert main([*asked, f"{path}:right", "--wrt", "x", "--arg", "x"]) == 2
    assert main(["gradcheck", "f = q^2", f"{path}:right", "--wrt", "x"]) == 2


def test_the_same_code_gives_the_same_report(check):
    code = returned("X, y, w", SIGMOID, "X.T @ (p - y)")
    assert check(LOGISTIC, code, "w", MATRIX) == check(LOGISTIC, code, "w", MATRIX)


def test_close_and_different_numbers_are_told_apart():
    right = np.array([[1.0, 2.0], [3.0, -4.0], [0.0, 1e-9], [5.0, 1.0]])
    assert fit(right * (1 + 1e-13), right).closeness == "double"
    assert fit(right * np.float32(1 + 1e-6), right).closeness == "single"
    assert fit(right * 1.1, right).closeness == "none"
    huge = np.vstack([right, [[1e30, 1e30]]])
    assert not same(huge * [[1.1], [1.1], [1], [1], [1]], huge, "single")
    one_wrong = right.copy()
    one_wrong[0] = 7
    assert not same(one_wrong, right, "single")
    assert not same(right[:, :1], right)


def test_single_precision_is_allowed_what_the_formula_loses_in_it():
    right = np.arange(1.0, 9.0).reshape(4, 2)
    sharp, lost = np.full(4, 3e-5), np.full(4, np.inf)
    assert fit(right * (1 + 1e-6), right, "single", sharp).closeness == "single"
    assert fit(right * (1 + 1e-3), right, "single", sharp).closeness == "none"
    assert fit(right * (1 + 1e-3), right, "single", lost).closeness == "single"
    assert fit(right * (1 + 1e-2), right, "half", sharp).closeness == "half"


FEW_DIGITS = [
    (returned("x", "(np.sin(x + 1e-3) - np.sin(x)) / 1e-3"), "few digits", "imprecise"),
    (returned("x", "1.001 * np.cos(x)"), "1.001 times the right gradient", "imprecise"),
    (returned("x", "np.cos(np.float32(x))"), "exact to about", "single-precision"),
    (returned("x", "np.float16(np.cos(np.float16(x)))"), "exact to about", "single-precision"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "told", "mistake"), FEW_DIGITS)
def test_few_digits_are_rounding_or_not(check, code, told, mistake):
    report = check(r"f = \sin x", code, "x")
    assert report.agrees == (mistake == "single-precision")
    assert [f.mistake for f in report.findings] == [mistake]
    assert told in report.to_text()


def test_a_wrong_right_value_would_be_seen(monkeypatch):
    def right(x):
        return 2 * x

    assert gradproof.gradcheck("f = x^2", right, wrt="x").agrees
    certain = truth.certain
    monkeypatch.setattr(truth, "certain", lambda *given: 1.01 * certain(*given))
    assert errors(gradproof.gradcheck("f = x^2", right, wrt="x"))


def test_a_large_point_does_not_hide_the_others(check):
    formula = r"\mu_i = e^{x_i^T w}, J = \sum_{i=1}^m (\log \mu_i + \frac{y_i}{\mu_i})"
    code = returned("w, x, y", "-x.T @ (y / np.exp(x @ w))")
    assert not check(formula, code, "w", r"x_i \in \mathbb{R}^n").agrees


def test_the_benchmark_is_what_it_says():
    rows = [json.loads(line) for line in (BENCHMARK / "cases.jsonl").read_text().splitlines()]
    assert len({(r["file"], r["function"]) for r in rows}) >= 60
    assert len({r["formula"] for r in rows}) >= 15
    known = {*catalogue(), *code_page_names(), UNEXPLAINED}
    assert {name for r in rows for name in r["accept"]} <= known
    for r in rows:
        tree = ast.parse((BENCHMARK / r["file"]).read_text(encoding="utf-8"))
        assert r["function"] in {getattr(node, "name", None) for node in tree.body}


@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_other_libraries(check_file, backend):
    pytest.importorskip(backend)
    code = {
        "torch": "import torch\n" + returned("x", "torch.cos(x)"),
        "jax": "import jax.numpy as jnp\n" + returned("x", "jnp.cos(x)"),
    }[backend]
    assert check_file(r"f = \sin x", code, "x", backend=backend).agrees


def test_the_backward_of_torch(check_file):
    pytest.importorskip("torch")
    code = """
import torch
class gradient(torch.autograd.Function):
    @staticmethod
    def forward(ctx, w, X, y):
        r = X @ w - y
        ctx.save_for_backward(X, r)
        return (r * r).sum() / 2
    @staticmethod
    def backward(ctx, g):
        X, r = ctx.saved_tensors
        return g * (X.T @ r), None, None
"""
    formula = r"J = \frac{1}{2} \|Xw - y\|^2"
    assert check_file(formula, code, "w", MATRIX).agrees
    report = check_file(formula, code.replace("return g * (", "return -g * ("), "w", MATRIX)
    assert errors(report) == ["sign-outer-lost"]


def test_the_backward_of_jax(check_file):
    pytest.importorskip("jax")
    code = """
import jax
@jax.custom_vjp
def gradient(x, y):
    return x**2 * y
def forward(x, y):
    return x**2 * y, (x, y)
def backward(saved, g):
    x, y = saved
    return 2 * g * x * y, g * x**2
gradient.defvjp(forward, backward)
"""
    assert check_file("f = x^2 y", code, "x,y").agrees
    report = check_file("f = x^2 y", code.replace("2 * g * x * y", "g * x * y"), "x,y")
    assert [(f.mistake, f.variable) for f in report.findings] == [
        ("power-coefficient-dropped", "x")
    ]
