r"""The twelve derivatives: formulas, declarations, what a person writes as the result, and values to compare with.

``accepted`` lists spellings that count as the form a person expects; the first is also the formula by which the result
is checked where JAX cannot be imported. ``objective`` is what is differentiated, given an array library (NumPy or its
like in JAX)
and the values of all symbols.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from _algebra import Array, Point, read

Objective = Callable[[Any, Mapping[str, Any]], Any]
"""The objective, from an array library and the values of the symbols."""

M, N, K = 4, 3, 5


@dataclass(frozen=True)
class Problem:
    """One derivative; `draw` makes values, `given` are the definitions that a result may use."""

    name: str
    title: str
    formulas: tuple[str, ...]
    wrt: str
    declare: tuple[str, ...]
    accepted: tuple[str, ...]
    objective: Objective
    draw: Callable[[np.random.Generator], dict[str, Array]]
    order: int = 1
    jacobian: bool = False
    given: tuple[tuple[str, str], ...] = field(default=())

    @property
    def variable(self) -> str:
        """The name of the variable in `_algebra`."""
        return read(self.wrt).name

    def point(self, seed: int) -> Point:
        """Return values at a random point, with the definitions."""
        values = self.draw(np.random.default_rng(seed))
        return Point(values, {}, {read(name).name: read(formula) for name, formula in self.given})


def _sigma(np_: Any, t: Any) -> Any:
    return 1 / (1 + np_.exp(-t))


def _bce(np_: Any, y: Any, z: Any) -> Any:
    return -(y * np_.log(z) + (1 - y) * np_.log(1 - z))


def _softmax(np_: Any, z: Any, axis: int) -> Any:
    return np_.exp(z) / np_.exp(z).sum(axis=axis, keepdims=True)


def _logistic(rng: np.random.Generator) -> dict[str, Array]:
    y = rng.uniform(size=(M, 1))
    return {
        "X": rng.normal(size=(M, N)), "w": rng.normal(size=(N, 1)), "y": y,
        "m": np.asarray(float(M)), "1": np.ones((M, 1)),
    }  # fmt: skip


def _labels(rng: np.random.Generator) -> dict[str, Array]:
    y = rng.uniform(size=(N, 1))
    return {"z": rng.normal(size=(N, 1)), "y": y / y.sum(), "1": np.ones((N, 1))}


def _square(rng: np.random.Generator, n: int) -> Array:
    return 0.5 * rng.normal(size=(n, n)) + 1.5 * np.eye(n)


_J = r"J = -\frac{1}{m} \left(y^T \log z + (1-y)^T \log(1-z)\right)"
_DATA = (r"X \in \mathbb{R}^{m \times n}", r"y \in [0,1]^m")

PROBLEMS: tuple[Problem, ...] = (
    Problem(
        "bce-scalar", "binary cross entropy by ŷ",
        (r"J = -y \log \hat y - (1-y) \log(1-\hat y)",), r"\hat y",
        (r"\hat y \in (0,1)", r"y \in [0,1]"),
        (r"\frac{\hat y - y}{\hat y (1 - \hat y)}",),
        lambda np_, v: _bce(np_, v["y"], v["\\haty"]),
        lambda rng: {"\\haty": rng.uniform(0.1, 0.9, size=()), "y": rng.uniform(size=())},
    ),
    Problem(
        "logistic-gradient", "∇ of logistic regression",
        (r"z = \sigma(X w)", _J), "w", (*_DATA, r"w \in \mathbb{R}^n"),
        (
            r"\frac{1}{m} X^T (z - y)", r"\frac{X^T (z - y)}{m}",
            r"\frac{1}{m} X^T (\sigma(X w) - y)", r"\frac{X^T (\sigma(X w) - y)}{m}",
        ),
        lambda np_, v: _bce(np_, v["y"], _sigma(np_, v["X"] @ v["w"])).sum() / M,
        _logistic, given=(("z", r"\sigma(X w)"),),
    ),
    Problem(
        "logistic-hessian", "Hessian of logistic regression",
        (r"z = \sigma(X w)", _J), "w", (*_DATA, r"w \in \mathbb{R}^n"),
        (
            r"\frac{1}{m} X^T \operatorname{diag}(z \odot (1 - z)) X",
            r"\frac{X^T \operatorname{diag}(z \odot (1 - z)) X}{m}",
            r"\frac{1}{m} X^T \operatorname{diag}(\sigma(X w) \odot (1 - \sigma(X w))) X",
        ),
        lambda np_, v: _bce(np_, v["y"], _sigma(np_, v["X"] @ v["w"])).sum() / M,
        _logistic, order=2, given=(("z", r"\sigma(X w)"),),
    ),
    Problem(
        "softmax-jacobian", "Jacobian of softmax",
        (r"s = \operatorname{softmax}(z)",), "z", (r"z \in \mathbb{R}^n",),
        (r"\operatorname{diag}(s) - s s^T",),
        lambda np_, v: _softmax(np_, v["z"], 0), _labels, jacobian=True,
        given=(("s", r"\operatorname{softmax}(z)"),),
    ),
    Problem(
        "softmax-cross-entropy", "softmax cross entropy by the logits",
        (r"s = \operatorname{softmax}(z)", r"L = -y^T \log s"), "z",
        (r"z \in \mathbb{R}^n", r"y \in [0,1]^n", r"\sum_i y_i = 1"),
        (r"s - y",),
        lambda np_, v: -(v["y"] * np_.log(_softmax(np_, v["z"], 0))).sum(), _labels,
        given=(("s", r"\operatorname{softmax}(z)"),),
    ),
    Problem(
        "least-squares", "‖XW − Y‖²_F by W",
        (r"f = \|X W - Y\|_F^2",), "W",
        (r"X \in \mathbb{R}^{m \times n}", r"W \in \mathbb{R}^{n \times k}", r"Y \in \mathbb{R}^{m \times k}"),
        (r"2 X^T (X W - Y)",),
        lambda np_, v: ((v["X"] @ v["W"] - v["Y"]) ** 2).sum(),
        lambda rng: {"X": rng.normal(size=(M, N)), "W": rng.normal(size=(N, K)), "Y": rng.normal(size=(M, K))},
    ),
    Problem(
        "log-det", "log det X by X",
        (r"f = \log\det(X)",), "X", (r"X \in \mathbb{R}^{n \times n}", r"\det(X) > 0"),
        (r"X^{-T}", r"(X^{-1})^T", r"(X^T)^{-1}"),
        lambda np_, v: np_.log(np_.linalg.det(v["X"])), lambda rng: {"X": _square(rng, N)},
    ),
    Problem(
        "trace-inverse", "tr(A X⁻¹ B) by X",
        (r"f = \operatorname{tr}(A X^{-1} B)",), "X",
        (r"A \in \mathbb{R}^{m \times n}", r"X \in \mathbb{R}^{n \times n}", r"B \in \mathbb{R}^{n \times m}"),
        (r"-X^{-T} A^T B^T X^{-T}", r"-(X^{-1})^T A^T B^T (X^{-1})^T"),
        lambda np_, v: np_.trace(v["A"] @ np_.linalg.inv(v["X"]) @ v["B"]),
        lambda rng: {"A": rng.normal(size=(M, N)), "X": _square(rng, N), "B": rng.normal(size=(N, M))},
    ),
    Problem(
        "two-layers", "two layers of sigmoids, cross entropy, by W₁",
        (r"H = \sigma(X W_1)", r"z = \sigma(H w_2)", _J), "W_1",
        (*_DATA, r"W_1 \in \mathbb{R}^{n \times k}", r"w_2 \in \mathbb{R}^k"),
        (
            r"\frac{1}{m} X^T (((z - y) w_2^T) \odot H \odot (1 - H))",
            r"\frac{X^T (((z - y) w_2^T) \odot H \odot (1 - H))}{m}",
            r"\frac{1}{m} X^T ((z - y) w_2^T \odot H \odot (1 - H))",
            r"\frac{X^T ((z - y) w_2^T \odot H \odot (1 - H))}{m}",
        ),
        lambda np_, v: _bce(
            np_, v["y"], _sigma(np_, _sigma(np_, v["X"] @ v["W_1"]) @ v["w_2"])
        ).sum() / M,
        lambda rng: _logistic(rng) | {"W_1": rng.normal(size=(N, K)), "w_2": rng.normal(size=(K, 1))},
        given=(("H", r"\sigma(X W_1)"), ("z", r"\sigma(H w_2)")),
    ),
    Problem(
        "layer-norm", "layer norm, backwards",
        (
            r"\mu = \frac{1}{n} \sum_{i=1}^n x_i", r"s = \sqrt{\frac{1}{n} \sum_{i=1}^n (x_i - \mu)^2 + \epsilon}",
            r"\hat x = \frac{x - \mu}{s}", r"L = g^T \hat x",
        ),
        "x", (r"x \in \mathbb{R}^n", r"g \in \mathbb{R}^n", r"\epsilon > 0"),
        (
            r"\frac{1}{s} (g - \operatorname{mean}(g) - \hat x \operatorname{mean}(\hat x \odot g))",
            r"\frac{g - \operatorname{mean}(g) - \hat x \operatorname{mean}(\hat x \odot g)}{s}",
            r"\frac{g - \operatorname{mean}(g) - \hat x \operatorname{mean}(g \odot \hat x)}{s}",
            r"\frac{g - \operatorname{mean}(g) - \operatorname{mean}(g \odot \hat x) \hat x}{s}",
            r"\frac{g - \operatorname{mean}(g) - \operatorname{mean}(\hat x \odot g) \hat x}{s}",
            r"\frac{g - \frac{1}{n} \mathbf{1}^T g - \frac{1}{n} (\hat x^T g) \hat x}{s}",
            r"\frac{1}{s} (g - \frac{1}{n} \mathbf{1} \mathbf{1}^T g - \frac{1}{n} \hat x \hat x^T g)",
            r"\frac{1}{s} (g - \frac{1}{n} \hat x \hat x^T g - \frac{1}{n} \mathbf{1} \mathbf{1}^T g)",
            r"\frac{g - \frac{1}{n} g^T \hat x \hat x - \frac{1}{n} \mathbf{1}^T g}{s}",
        ),
        lambda np_, v: (
            v["g"] * (v["x"] - v["x"].mean())
            / np_.sqrt(((v["x"] - v["x"].mean()) ** 2).mean() + v["epsilon"])
        ).sum(),
        lambda rng: {
            "x": rng.normal(size=(N, 1)), "g": rng.normal(size=(N, 1)), "epsilon": np.asarray(0.1),
            "n": np.asarray(float(N)), "1": np.ones((N, 1)),
        },
        given=(
            ("\\mu", r"\operatorname{mean}(x)"),
            ("s", r"\sqrt{\operatorname{mean}((x - \mu) \odot (x - \mu)) + \epsilon}"),
            (r"\hat x", r"\frac{x - \mu}{s}"),
            ("L", r"g^T \hat x"),
        ),
    ),
    Problem(
        "attention", "scaled dot-product attention by Q",
        (r"A = \operatorname{softmax}\left(\frac{Q K^T}{\sqrt{d}}\right)", r"L = \operatorname{tr}(G^T A V)"), "Q",
        (
            r"Q \in \mathbb{R}^{m \times d}", r"K \in \mathbb{R}^{n \times d}",
            r"V \in \mathbb{R}^{n \times p}", r"G \in \mathbb{R}^{m \times p}",
        ),
        (
            r"\frac{1}{\sqrt{d}} (A \odot (G V^T - ((A \odot G V^T) \mathbf{1}) \mathbf{1}^T)) K",
            r"\frac{(A \odot (G V^T - ((A \odot G V^T) \mathbf{1}) \mathbf{1}^T)) K}{\sqrt{d}}",
            r"\frac{1}{\sqrt{d}} (A \odot (G V^T - (A \odot G V^T) \mathbf{1} \mathbf{1}^T)) K",
            r"\frac{(A \odot (G V^T - (A \odot (G V^T)) \mathbf{1} \mathbf{1}^T)) K}{\sqrt{d}}",
            r"\frac{1}{\sqrt{d}} (A \odot (G V^T) - \operatorname{diag}((A \odot (G V^T)) \mathbf{1}) A) K",
            r"\frac{(A \odot (G V^T) - \operatorname{diag}((A \odot (G V^T)) \mathbf{1}) A) K}{\sqrt{d}}",
        ),
        lambda np_, v: (v["G"] * (_softmax(np_, v["Q"] @ v["K"].T / 2.0**0.5, 1) @ v["V"])).sum(),
        lambda rng: {
            "Q": rng.normal(size=(M, 2)), "K": rng.normal(size=(N, 2)), "V": rng.normal(size=(N, K)),
            "G": rng.normal(size=(M, K)), "d": np.asarray(2.0), "1": np.ones((N, 1)),
        },
        given=(("A", r"\operatorname{softmax}(\frac{Q K^T}{\sqrt{d}})"),),
    ),
    Problem(
        "quadratic-hessian", "Hessian of xᵀAx + λxᵀx, A symmetric",
        (r"f = x^T A x + \lambda x^T x",), "x",
        (r"x \in \mathbb{R}^n", r"A \in \mathbb{R}^{n \times n}", r"A^T = A", r"\lambda \in \mathbb{R}"),
        (r"2 A + 2 \lambda I", r"2 (A + \lambda I)"),
        lambda np_, v: (v["x"] * (v["A"] @ v["x"])).sum() + v["lambda"] * (v["x"] * v["x"]).sum(),
        lambda rng: {
            "x": rng.normal(size=(N, 1)), "A": (lambda a: a + a.T)(rng.normal(size=(N, N))),
            "lambda": rng.normal(size=()), "I": np.eye(N),
        },
        order=2,
    ),
)  # fmt: skip
