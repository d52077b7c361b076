r"""Formulas to compile: as a person writes them, and each once more by hand for an array library.

``objective`` is given an array library (`numpy` or `jax.numpy`) and the values of all symbols by their names in
code; it shares nothing with the compiler. ``kinds`` says what values a symbol may take.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Objective = Callable[[Any, Mapping[str, Any]], Any]
SIZES = {"m": 7, "n": 4, "k": 3, "c": 3, "d": 2, "p": 5, "T": 6, "q": 2}


@dataclass(frozen=True, eq=False)
class Formula:
    """One formula; `kinds`: ``positive``, ``unit``, ``symmetric``, ``definite``, ``classes``."""

    name: str
    formulas: tuple[str, ...]
    wrt: str
    declare: tuple[str, ...]
    objective: Objective
    kinds: Mapping[str, str] = field(default_factory=dict)
    hessian: bool = True

    def draw(self, inputs: Mapping[str, tuple[str | int, ...]], seed: int) -> dict[str, np.ndarray]:
        """Return values of the symbols, given their shapes."""
        rng = np.random.default_rng(seed)
        known = dict(SIZES)
        out: dict[str, np.ndarray] = {}
        for name, shape in inputs.items():
            sizes = tuple(s if isinstance(s, int) else _size(s, known) for s in shape)
            x = rng.normal(size=sizes)
            match self.kinds.get(name, "any"):
                case "positive":
                    x = rng.uniform(0.5, 1.5, size=sizes)
                case "unit":
                    x = rng.uniform(0.1, 0.9, size=sizes)
                case "symmetric":
                    x = x + x.T
                case "definite":
                    x = x @ x.T + sizes[0] * np.eye(sizes[0])
                case "regular":
                    x = 0.4 * x + 2 * np.eye(sizes[0])
                case _:
                    pass
            out[name] = x
        return out


def _size(text: str, known: dict[str, int]) -> int:
    """Return a number for a size such as ``m`` or ``T + 2``."""
    name, _, offset = text.partition(" + ")
    return known.setdefault(name, 3 + len(known) % 4) + int(offset or 0)


def _sigma(np_: Any, t: Any) -> Any:
    return 1 / (1 + np_.exp(-t))


def _rows(np_: Any, z: Any) -> Any:
    return np_.exp(z) / np_.exp(z).sum(axis=-1, keepdims=True)


_X = r"X \in \mathbb{R}^{m \times n}"
_ROWS = (r"x_i \in \mathbb{R}^n", r"i = 1, \dots, m")

FORMULAS: tuple[Formula, ...] = (
    Formula(
        "logistic, whole arrays",
        (r"J = -\frac{1}{m} (y^T \log z + (1-y)^T \log(1-z))", r"z = \sigma(Xw)"), "w", (_X,),
        lambda np_, v: -(
            v["y"] * np_.log(_sigma(np_, v["X"] @ v["w"]))
            + (1 - v["y"]) * np_.log(_sigma(np_, -v["X"] @ v["w"]))
        ).mean(),
        {"y": "unit"},
    ),
    Formula(
        "softmax regression, sums over indices",
        (
            r"J = -\sum_{i=1}^m \sum_{k=1}^c Y_{ik} \log p_{ik}",
            r"p_{ik} = \frac{e^{Z_{ik}}}{\sum_{l=1}^c e^{Z_{il}}}", r"Z = X W",
        ),
        "W", (_X, r"W \in \mathbb{R}^{n \times c}"),
        lambda np_, v: -(v["Y"] * np_.log(_rows(np_, v["X"] @ v["W"]))).sum(),
        {"Y": "unit"},
    ),
    Formula(
        "Poisson regression", (r"J = \sum_{i=1}^m (e^{h_i} - y_i h_i)", r"h = X w"), "w", (_X,),
        lambda np_, v: (np_.exp(v["X"] @ v["w"]) - v["y"] * (v["X"] @ v["w"])).sum(),
        {"y": "positive"},
    ),
    Formula(
        "ridge regression", (r"J = \frac12 \|X w - y\|^2 + \frac{\lambda}{2} \|w\|_2^2",), "w", (_X,),
        lambda np_, v: ((v["X"] @ v["w"] - v["y"]) ** 2).sum() / 2 + v["lambda_"] * (v["w"] ** 2).sum() / 2,
    ),
    Formula(
        "Huber by cases",
        (
            r"J = \sum_i \begin{cases} \frac12 r_i^2 & |r_i| \le \delta \\ \delta (|r_i| - \frac12\delta) & "
            r"\text{otherwise} \end{cases}",
            r"r = Xw - y",
        ),
        "w", (_X, r"\delta > 0"),
        lambda np_, v: np_.where(
            abs(v["X"] @ v["w"] - v["y"]) <= v["delta"],
            (v["X"] @ v["w"] - v["y"]) ** 2 / 2,
            v["delta"] * (abs(v["X"] @ v["w"] - v["y"]) - v["delta"] / 2),
        ).sum(),
        {"delta": "positive"},
    ),
    Formula(
        "two-layer network", (r"L = \frac12 \|h_2 - y\|^2", r"h_1 = \tanh(W_1 x)", r"h_2 = \tanh(W_2 h_1)"), "W_1",
        (r"x \in \mathbb{R}^n", r"W_1 \in \mathbb{R}^{k \times n}", r"W_2 \in \mathbb{R}^{p \times k}"),
        lambda np_, v: ((np_.tanh(v["W_2"] @ np_.tanh(v["W_1"] @ v["x"])) - v["y"]) ** 2).sum() / 2,
    ),
    Formula(
        "Gaussian log likelihood by the covariance",
        (r"J = -\frac12 \log\det \Sigma - \frac12 (x-\mu)^T \Sigma^{-1} (x-\mu)",), r"\Sigma",
        (r"\Sigma \in \mathbb{R}^{n \times n}",),
        lambda np_, v: -np_.linalg.slogdet(v["Sigma"])[1] / 2
        - (v["x"] - v["mu"]) @ np_.linalg.solve(v["Sigma"], v["x"] - v["mu"]) / 2,
        {"Sigma": "definite"},
    ),
    Formula(
        "scaled dot-product attention",
        (r"A = \operatorname{softmax}\left(\frac{Q K^T}{\sqrt{d}}\right)", r"L = \operatorname{tr}(G^T A V)"), "K",
        (
            r"Q \in \mathbb{R}^{m \times d}", r"K \in \mathbb{R}^{n \times d}",
            r"V \in \mathbb{R}^{n \times p}", r"G \in \mathbb{R}^{m \times p}",
        ),
        lambda np_, v: (v["G"] * (_rows(np_, v["Q"] @ v["K"].T / 2.0**0.5) @ v["V"])).sum(),
    ),
    Formula(
        "logistic with an intercept, rows",
        (r"J = -\frac1m \sum_{i=1}^m \left(y_i \log \sigma(w^T x_i + b) + (1-y_i)\log(1-\sigma(w^T x_i + b))\right)",),
        "w", _ROWS[:1],
        lambda np_, v: (
            np_.log1p(np_.exp(v["x"] @ v["w"] + v["b"])) - v["y"] * (v["x"] @ v["w"] + v["b"])
        ).mean(),
        {"y": "unit"},
    ),
    Formula(
        "logistic with signs", (r"J = \sum_i \log(1 + e^{-y_i w^T x_i})",), "w", _ROWS,
        lambda np_, v: np_.log1p(np_.exp(-v["y"] * (v["x"] @ v["w"]))).sum(),
    ),
    Formula(
        "logsumexp of an affine map", (r"J = \operatorname{logsumexp}(A x + b)",), "x",
        (r"A \in \mathbb{R}^{m \times n}",),
        lambda np_, v: np_.log(np_.exp(v["A"] @ v["x"] + v["b"]).sum()),
    ),
    Formula(
        "logsumexp by a sum", (r"J = \log \sum_{k=1}^n e^{z_k}",), "z", (),
        lambda np_, v: np_.log(np_.exp(v["z"]).sum()),
    ),
    Formula(
        "Gaussian kernel of all pairs", (r"J = \sum_i \sum_j \exp(-(x_i - x_j)^2)",), "x", (r"x \in \mathbb{R}^n",),
        lambda np_, v: np_.exp(-((v["x"][:, None] - v["x"]) ** 2)).sum(),
    ),
    Formula(
        "total variation, squared", (r"J = \sum_{i=1}^{n-1} (x_{i+1} - x_i)^2",), "x", (r"x \in \mathbb{R}^n",),
        lambda np_, v: ((v["x"][1:] - v["x"][:-1]) ** 2).sum(),
    ),
    Formula(
        "norms", (r"J = \|x\|_1 + \|x\|_2",), "x", (r"x \in \mathbb{R}^n",),
        lambda np_, v: abs(v["x"]).sum() + (v["x"] ** 2).sum() ** 0.5,
    ),
    Formula(
        "squared hinge", (r"J = \sum_i \max(0, 1 - s_i w^T x_i)^2",), "w", _ROWS,
        lambda np_, v: (np_.maximum(0, 1 - v["s"] * (v["x"] @ v["w"])) ** 2).sum(),
    ),
    Formula(
        "trace of a quadratic form", (r"J = \operatorname{tr}(X^T A X)",), "X",
        (r"A \in \mathbb{R}^{n \times n}", r"X \in \mathbb{R}^{n \times k}"),
        lambda np_, v: (v["X"] * (v["A"] @ v["X"])).sum(),
    ),
    Formula(
        "log det of a Gram matrix", (r"J = \log\det(X^T X + \lambda I)",), "X", (_X,),
        lambda np_, v: np_.linalg.slogdet(v["X"].T @ v["X"] + v["lambda_"] * np_.eye(4))[1],
        {"lambda_": "positive"},
    ),
    Formula(
        "Gaussian process by the kernel", (r"J = y^T (K + \lambda I)^{-1} y",), "K",
        (r"K \in \mathbb{R}^{n \times n}",),
        lambda np_, v: v["y"] @ np_.linalg.solve(v["K"] + v["lambda_"] * np_.eye(4), v["y"]),
        {"K": "definite", "lambda_": "positive"},
    ),
    Formula(
        "Kullback-Leibler divergence", (r"J = \sum_k p_k \log \frac{p_k}{q_k}",), "q",
        (r"p_k \in (0,1)", r"q_k \in (0,1)", r"k = 1, \dots, n"),
        lambda np_, v: (v["p"] * np_.log(v["p"] / v["q"])).sum(), {"p": "unit", "q": "unit"},
    ),
    Formula(
        "diagonal matrix", (r"J = a^T \operatorname{diag}(x) B x",), "x",
        (r"x \in \mathbb{R}^n", r"B \in \mathbb{R}^{n \times n}", r"a \in \mathbb{R}^n"),
        lambda np_, v: (v["a"] * v["x"] * (v["B"] @ v["x"])).sum(),
    ),
    Formula(
        "Kronecker product", (r"J = \|A \otimes X\|_F^2 + \operatorname{tr}(B \otimes C)",), "X",
        (r"A \in \mathbb{R}^{m \times k}", r"X \in \mathbb{R}^{n \times n}", r"B \in \mathbb{R}^{n \times n}",
         r"C \in \mathbb{R}^{k \times k}"),
        lambda np_, v: (v["A"] ** 2).sum() * (v["X"] ** 2).sum() + np_.trace(v["B"]) * np_.trace(v["C"]),
    ),
    Formula(
        "vec", (r"J = \operatorname{vec}(X)^T M \operatorname{vec}(X)",), "X",
        (r"X \in \mathbb{R}^{3 \times 2}", r"M \in \mathbb{R}^{6 \times 6}"),
        lambda np_, v: v["X"].T.reshape(6) @ v["M"] @ v["X"].T.reshape(6),
    ),
    Formula(
        "a delta in a double sum", (r"J = \sum_i \sum_j \delta_{ij} x_i y_j^2",), "y",
        (r"x \in \mathbb{R}^n", r"y \in \mathbb{R}^n"), lambda np_, v: (v["x"] * v["y"] ** 2).sum(),
    ),
    Formula(
        "product over an index", (r"J = \prod_{i=1}^n x_i",), "x", (r"x_i > 0",),
        lambda np_, v: np_.prod(v["x"]), {"x": "positive"},
    ),
    Formula(
        "determinant", (r"J = \det(X)",), "X", (r"X \in \mathbb{R}^{n \times n}",),
        lambda np_, v: np_.linalg.det(v["X"]), {"X": "regular"},
    ),
    Formula(
        "sum with a moving bound", (r"J = \sum_{i=1}^n \sum_{j=1}^{i} x_i x_j^2",), "x", (r"x \in \mathbb{R}^n",),
        lambda np_, v: (v["x"] * np_.cumsum(v["x"] ** 2)).sum(),
    ),
    Formula(
        "Rayleigh quotient", (r"J = \frac{x^T A x}{x^T x}",), "x",
        (r"A \in \mathbb{R}^{n \times n}", r"x \in \mathbb{R}^n"),
        lambda np_, v: v["x"] @ v["A"] @ v["x"] / (v["x"] @ v["x"]),
    ),
    Formula(
        "focal loss", (r"J = -\sum_i (1-p_i)^\gamma \log p_i", r"p_i = \sigma(z_i)"), "z",
        (r"i = 1, \dots, n", r"\gamma > 0"),
        lambda np_, v: -((1 - _sigma(np_, v["z"])) ** v["gamma"] * np_.log(_sigma(np_, v["z"]))).sum(),
        {"gamma": "positive"},
    ),
    Formula(
        "powers, roots and arcs", (r"J = \sum_i (w_i^3 + \sqrt{1 + w_i^2} + \arctan(w_i) + \cos w_i \sin w_i)",), "w",
        (r"w \in \mathbb{R}^n",),
        lambda np_, v: (
            v["w"] ** 3 + np_.sqrt(1 + v["w"] ** 2) + np_.arctan(v["w"]) + np_.cos(v["w"]) * np_.sin(v["w"])
        ).sum(),
    ),
    Formula(
        "Gaussian by its scale", (r"J = \frac{1}{2\sigma^2} \|y - X w\|^2 + m \log \sigma",), r"\sigma",
        (_X, r"\sigma > 0"),
        lambda np_, v: ((v["y"] - v["X"] @ v["w"]) ** 2).sum() / (2 * v["sigma"] ** 2) + 7 * np_.log(v["sigma"]),
        {"sigma": "positive"},
    ),
    Formula(
        "pseudo-inverse", (r"J = \|A^+ x\|^2",), "x",
        (r"A \in \mathbb{R}^{m \times n}", r"x \in \mathbb{R}^m"),
        lambda np_, v: (np_.linalg.pinv(v["A"]) @ v["x"]) @ (np_.linalg.pinv(v["A"]) @ v["x"]),
    ),
    Formula(
        "mean and variance", (r"J = \operatorname{var}(x) + \operatorname{mean}(x)^3",), "x", (r"x \in \mathbb{R}^n",),
        lambda np_, v: ((v["x"] - v["x"].mean()) ** 2).mean() + v["x"].mean() ** 3,
    ),
    Formula(
        "largest entry of each row", (r"J = \sum_i \max_j x_{ij}",), "x", (r"x \in \mathbb{R}^{m \times n}",),
        lambda np_, v: np_.max(v["x"], axis=1).sum(),
    ),
    Formula(
        "a function of the user", (r"J = f(w^T x)", r"f(t) = t^3 + \sin t"), "x", (r"x \in \mathbb{R}^n",),
        lambda np_, v: (v["w"] @ v["x"]) ** 3 + np_.sin(v["w"] @ v["x"]),
    ),
    Formula(
        "autoregression", (r"J = \sum_t (y_t - \hat y_t)^2", r"\hat y_t = \sum_{k=1}^{3} a_k x_{t-k+3}"), "a",
        (r"x \in \mathbb{R}^{T+2}", r"t = 1, \dots, T"),
        lambda np_, v: (
            (v["y"] - v["a"][0] * v["x"][2:] - v["a"][1] * v["x"][1:-1] - v["a"][2] * v["x"][:-2]) ** 2
        ).sum(),
    ),
    Formula(
        "matrix factorisation", (r"f = \|U V^T - R\|_F^2 + \lambda \|U\|_F^2",), "U",
        (r"U \in \mathbb{R}^{m \times k}", r"V \in \mathbb{R}^{n \times k}", r"R \in \mathbb{R}^{m \times n}"),
        lambda np_, v: ((v["U"] @ v["V"].T - v["R"]) ** 2).sum() + v["lambda_"] * (v["U"] ** 2).sum(),
    ),
    Formula(
        "k-means with weights", (r"J = \sum_{i=1}^m r_i \| x_i - \mu \|^2",), r"\mu", (r"x_i \in \mathbb{R}^n",),
        lambda np_, v: (v["r"] * ((v["x"] - v["mu"]) ** 2).sum(axis=1)).sum(),
    ),
    Formula(
        "layer norm",
        (
            r"\mu = \frac{1}{n} \sum_{i=1}^n x_i", r"s = \sqrt{\frac{1}{n} \sum_{i=1}^n (x_i - \mu)^2 + \epsilon}",
            r"\hat x = \frac{x - \mu}{s}", r"L = g^T \hat x",
        ),
        "x", (r"x \in \mathbb{R}^n", r"g \in \mathbb{R}^n", r"\epsilon > 0"),
        lambda np_, v: (
            v["g"] * (v["x"] - v["x"].mean()) / np_.sqrt(((v["x"] - v["x"].mean()) ** 2).mean() + v["epsilon"])
        ).sum(),
        {"epsilon": "positive"},
    ),
    Formula(
        "bilinear form of a block matrix", (r"J = u^T \begin{pmatrix} a & b \\ b & c \end{pmatrix} u",), "u",
        (r"u \in \mathbb{R}^2",),
        lambda np_, v: v["a"] * v["u"][0] ** 2 + 2 * v["b"] * v["u"][0] * v["u"][1] + v["c"] * v["u"][1] ** 2,
    ),
    Formula(
        "error function", (r"J = \sum_i \operatorname{erf}(x_i)^2 + \log(1 + x_i^2)",), "x", (r"x \in \mathbb{R}^n",),
        lambda np_, v: (_erf(np_, v["x"]) ** 2 + np_.log(1 + v["x"] ** 2)).sum(),
    ),
    Formula(
        "Gaussian log likelihood, covariance declared definite",
        (r"J = \frac{m}{2} \log\det \Sigma + \frac12 \sum_{i=1}^m (x_i - \mu)^T \Sigma^{-1} (x_i - \mu)",),
        r"\mu", (r"x_i \in \mathbb{R}^n", r"\Sigma \succ 0"),
        lambda np_, v: (
            len(v["x"]) * np_.log(np_.linalg.det(v["Sigma"])) / 2
            + ((v["x"] - v["mu"]) * np_.linalg.solve(v["Sigma"], (v["x"] - v["mu"]).T).T).sum() / 2
        ),
        {"Sigma": "definite"},
    ),
    Formula(
        "ridge regression by its weight",
        (r"J = \|X w - y\|^2", r"w = (X^T X + \lambda I)^{-1} X^T y"), r"\lambda", (_X, r"\lambda > 0"),
        lambda np_, v: (
            (v["X"] @ np_.linalg.solve(v["X"].T @ v["X"] + v["lambda_"] * np_.eye(4), v["X"].T @ v["y"]) - v["y"]) ** 2
        ).sum(),
        {"lambda_": "positive"},
    ),
    Formula(
        "functions of a diagonal", (r"J = \sum_{i=1}^n \log A_{ii} + \sum_{i=1}^n (A_{ii} + b_i)^2",), "A",
        (r"A \in \mathbb{R}^{n 	imes n}",),
        lambda np_, v: (np_.log(np_.diagonal(v["A"])) + (np_.diagonal(v["A"]) + v["b"]) ** 2).sum(),
        {"A": "positive"},
    ),
)  # fmt: skip


def _erf(np_: Any, x: Any) -> Any:
    if np_ is np:
        from math import erf

        return np.array([erf(t) for t in x])
    from jax.scipy.special import erf as of_arrays

    return of_arrays(x)


IN_TESTS = 8
"""How many of them, from the first on, the tests compile for every backend."""
