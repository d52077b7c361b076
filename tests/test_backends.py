"""All backends do the same: value, gradient, Hessian, product; and what their libraries make of the value."""

import ast
import importlib.util
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import gradproof
from gradproof.codegen.backend import backends

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

from _formulas import FORMULAS, IN_TESTS  # noqa: E402

NAMES = tuple(backends())


def require(name):
    """Skip a test whose backend is not installed, with the reason."""
    missing = backends()[name].missing
    if missing is not None:
        pytest.skip(missing)
    if name == "jax":
        import jax

        jax.config.update("jax_enable_x64", True)


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("generated")


@cache
def differences(case):
    """Return values of the symbols, and gradient and Hessian by central differences of the hand-written formula."""
    made = gradproof.compile(case.formulas, wrt=case.wrt, declare=case.declare)
    values = case.draw(made.inputs, 3)
    (name,) = made.wrt

    def f(x):
        return float(case.objective(np, {**values, name: x}))

    x = np.asarray(values[name])
    units = np.eye(x.size).reshape(x.size, *x.shape)
    slope = [(f(x + 1e-6 * u) - f(x - 1e-6 * u)) / 2e-6 for u in units]
    h = 1e-4
    bends = [
        [
            (f(x + h * (u + v)) - f(x + h * (u - v)) - f(x + h * (v - u)) + f(x - h * (u + v)))
            / (4 * h * h)
            for v in units
        ]
        for u in units
    ]
    return values, f(x), np.reshape(slope, x.shape), np.reshape(bends, x.shape * 2)


def close(found, want, error):
    found = np.asarray(found)
    assert found.shape == want.shape
    assert abs(found - want).max() <= error * max(1, abs(want).max())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("case", FORMULAS[:IN_TESTS], ids=lambda c: c.name)
def test_all_backends_agree_with_the_formula_written_by_hand(case, name, folder):
    require(name)
    values, value, slope, bends = differences(case)
    made = gradproof.compile(
        case.formulas, wrt=case.wrt, declare=case.declare, backend=name, hessian=True, cache=folder
    )
    close(made.value(**values), np.asarray(value), 1e-12)
    close(made.gradient(**values), slope, 1e-7)
    both = made.value_and_gradient(**values)
    close(both[0], np.asarray(value), 1e-12)
    close(both[1], np.asarray(made.gradient(**values)), 1e-14)
    hessian = np.asarray(made.hessian(**values))
    close(hessian, bends, 1e-5)
    v = np.random.default_rng(4).normal(size=slope.shape)
    close(made.hvp(v, **values), np.tensordot(hessian, v, axes=v.ndim), 1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_arguments_are_never_written_to(name, folder):
    require(name)
    formula, declare = r"J = y^T (K + \lambda I)^{-1} y", r"K \in \mathbb{R}^{n \times n}"
    made = gradproof.compile(
        formula, wrt="K", declare=declare, backend=name, hessian=True, cache=folder
    )
    values = {"K": 2 * np.eye(3), "y": np.ones(3), "lambda_": np.asarray(0.5)}
    before = {k: x.copy() for k, x in values.items()}
    first = np.asarray(made.hessian(**values))
    close(made.value(**values), np.asarray(1.2), 1e-12)
    close(made.hessian(**values), first, 0)
    assert all((values[k] == before[k]).all() for k in values)


@pytest.mark.parametrize("name", NAMES)
def test_modules_stand_alone_and_keep_the_type(name, folder, tmp_path):
    require(name)
    case = FORMULAS[0]
    made = gradproof.compile(
        case.formulas, wrt=case.wrt, declare=case.declare, backend=name, cache=folder
    )
    imported = {
        alias.name.split(".")[0]
        for node in ast.walk(ast.parse(made.source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert "gradproof" not in imported
    assert "gradproof" not in made.source.partition('"""\n')[2]
    path = made.save(tmp_path / "saved.py")
    spec = importlib.util.spec_from_file_location("saved", path)
    saved = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(saved)
    double = case.draw(made.inputs, 3)
    close(saved.gradient(**double), np.asarray(made.gradient(**double)), 0)
    values = {k: x.astype(np.float32) for k, x in double.items()}
    assert "float32" in str(made.gradient(**values).dtype)
    with pytest.raises(ValueError, match=r"w has the shape \(2,\), expected \(n,\) = \(4,\)"):
        made.value(**{**values, "w": values["w"][:2]})
    with pytest.raises(TypeError, match="y has the type"):
        made.value(**{**values, "y": "text"})
    half = np.float16(values["y"])
    if name == "torch":
        import torch

        half = torch.as_tensor(half)
    with pytest.raises(TypeError, match=r"y has the type .*float16, expected real numbers"):
        made.value(**{**values, "y": half})


def test_jax_differentiates_the_value_by_the_gradient_of_the_module(folder):
    require("jax")
    import jax

    case = FORMULAS[0]
    made = gradproof.compile(
        case.formulas, wrt=case.wrt, declare=case.declare, backend="jax", cache=folder
    )
    values = case.draw(made.inputs, 3)

    def f(w, x):
        return made.value(**{**values, "w": w, "X": x})

    def by_hand(w, x):
        return case.objective(jax.numpy, {**values, "w": w, "X": x})

    for places in (0, 1):
        want = jax.grad(by_hand, places)(values["w"], values["X"])
        close(jax.jit(jax.grad(f, places))(values["w"], values["X"]), np.asarray(want), 1e-12)
    want = jax.hessian(by_hand)(values["w"], values["X"])
    close(jax.hessian(f)(values["w"], values["X"]), np.asarray(want), 1e-12)


def first_in_torch(folder, *, hessian):
    """Return the first formula and its module for torch."""
    case = FORMULAS[0]
    made = gradproof.compile(
        case.formulas,
        wrt=case.wrt,
        declare=case.declare,
        backend="torch",
        hessian=hessian,
        cache=folder,
    )
    return case, made


def test_autograd_differentiates_twice_with_the_hessian_of_the_module(folder):
    require("torch")
    import torch

    case, made = first_in_torch(folder, hessian=True)
    values = {k: torch.tensor(x, requires_grad=True) for k, x in case.draw(made.inputs, 3).items()}
    names = list(made.inputs)

    def f(*xs):
        return made.value(**dict(zip(names, xs, strict=True)))

    assert torch.autograd.gradcheck(f, [values[n] for n in names])
    (gradient,) = torch.autograd.grad(
        f(*(values[n] for n in names)), values["w"], create_graph=True
    )
    v = torch.ones_like(gradient)
    (product,) = torch.autograd.grad(gradient @ v, values["w"])
    given = {k: x.detach() for k, x in values.items()}
    close(product, made.hvp(v, **given).numpy(), 1e-12)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("hessian", [False, True])
def test_transforms_of_torch_go_through_the_module(hessian, folder):
    require("torch")
    import torch

    case, made = first_in_torch(folder, hessian=hessian)
    values = {k: torch.tensor(x) for k, x in case.draw(made.inputs, 3).items()}

    def f(w, x):
        return made.value(**{**values, "w": w, "X": x})

    def by_hand(w, x):
        z = torch.sigmoid(x @ w)
        y = values["y"]
        return -(y * torch.log(z) + (1 - y) * torch.log(1 - z)).mean()

    for place in (0, 1):
        given = (values["w"], values["X"])
        found = torch.func.hessian(f, argnums=place)(*given)
        close(found, torch.func.hessian(by_hand, argnums=place)(*given).numpy(), 1e-12)
    many = torch.stack([values["w"], 2 * values["w"]])
    mapped = torch.func.vmap(torch.func.grad(f), in_dims=(0, None))(many, values["X"])
    close(mapped[1], made.gradient(**{**values, "w": many[1]}).numpy(), 1e-12)
