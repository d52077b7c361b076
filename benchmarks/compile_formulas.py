"""The twelve derivatives and further formulas, compiled for every backend that is installed.

Value, gradient, Hessian and a product with the Hessian are compared with JAX's automatic differentiation of an
implementation written by hand, which shares nothing with the compiler, in float64.

    python benchmarks/compile_formulas.py [--only NAME] [--backend NAME]
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from typing import Any

CLOSE = 1e-10
SEED = 5


def twelve() -> "list[Any]":
    """Return the twelve problems as formulas."""
    from _formulas import Formula
    from _problems import PROBLEMS

    kinds = {
        "bce-scalar": {"y": "unit", "y_hat": "unit"}, "logistic-gradient": {"y": "unit"},
        "logistic-hessian": {"y": "unit"}, "softmax-cross-entropy": {"y": "unit"},
        "log-det": {"X": "regular"}, "trace-inverse": {"X": "regular"}, "two-layers": {"y": "unit"},
        "layer-norm": {"epsilon": "positive"}, "quadratic-hessian": {"A": "symmetric"},
    }  # fmt: skip
    return [
        Formula(
            p.name,
            p.formulas,
            p.wrt,
            p.declare,
            _of_problem(p),
            kinds.get(p.name, {}),
            hessian=not p.jacobian,
        )
        for p in PROBLEMS
    ]


def _of_problem(problem: Any) -> Any:
    """Return the objective of a problem for arrays as the compiler takes them (vectors have one axis)."""

    def objective(np_: Any, v: Any) -> Any:
        names = {"y_hat": "\\haty", "lambda_": "lambda"}
        values = {names.get(k, k): x for k, x in v.items()}
        if problem.name in ("logistic-gradient", "logistic-hessian", "two-layers"):
            z = 1 / (1 + np_.exp(-v["X"] @ v["w"])) if "w" in v else None
            if z is None:
                hidden = 1 / (1 + np_.exp(-v["X"] @ v["W_1"]))
                z = 1 / (1 + np_.exp(-hidden @ v["w_2"]))
            return -(v["y"] * np_.log(z) + (1 - v["y"]) * np_.log(1 - z)).mean()
        if problem.name == "attention":
            scores = v["Q"] @ v["K"].T / v["Q"].shape[1] ** 0.5
            weights = np_.exp(scores) / np_.exp(scores).sum(axis=1, keepdims=True)
            return (v["G"] * (weights @ v["V"])).sum()
        return problem.objective(np_, values)

    return objective


def errors(case: Any, backend: str, folder: str) -> "tuple[dict[str, float], str]":
    """Return the largest error of each result, relative to the largest entry, and a remark."""
    import jax
    import numpy as np

    import gradproof

    made = gradproof.compile(
        case.formulas,
        wrt=case.wrt,
        declare=case.declare,
        backend=backend,
        hessian=case.hessian,
        cache=folder,
    )
    values = case.draw(made.inputs, SEED)
    (name,) = made.wrt

    def f(x: Any) -> Any:
        return case.objective(jax.numpy, {**values, name: x})

    x = jax.numpy.asarray(values[name])
    want = {"value": f(x)}
    if want["value"].shape:
        want["gradient"] = jax.jacobian(f)(x)
    else:
        want["gradient"] = jax.grad(f)(x)
    found: dict[str, Any] = {"value": made.value(**values), "gradient": made.gradient(**values)}
    if case.hessian:
        v = np.random.default_rng(SEED + 1).normal(size=x.shape)
        want["hessian"] = jax.hessian(f)(x)
        want["hvp"] = jax.numpy.tensordot(want["hessian"], v, axes=x.ndim)
        found["hessian"], found["hvp"] = made.hessian(**values), made.hvp(v, **values)
    out: dict[str, float] = {}
    for key, true in want.items():
        got, true = np.asarray(found[key]), np.asarray(true)
        if got.shape != true.shape:
            return out, f"{key} has the shape {got.shape}, expected {true.shape}"
        out[key] = float(abs(got - true).max() / max(abs(true).max(), 1.0))
    return out, ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 where a result differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", metavar="NAME", default="")
    parser.add_argument("--backend", metavar="NAME")
    options = parser.parse_args(arguments)
    try:
        import jax
    except ImportError:
        print("JAX is not installed: nothing to compare with")
        return 0
    jax.config.update("jax_enable_x64", True)
    from _formulas import FORMULAS

    from gradproof.codegen.backend import backends

    chosen = []
    for target in backends().values():
        if options.backend not in (None, target.name):
            continue
        if target.missing is not None:
            print(f"left out: {target.missing}")
        else:
            chosen.append(target.name)
    wrong = 0
    print(f"{'':44}" + "".join(f"{name:>12}" for name in chosen) + "   largest relative error")
    with tempfile.TemporaryDirectory() as folder:
        for case in [*twelve(), *FORMULAS]:
            if options.only not in case.name:
                continue
            line, remarks = f"{case.name:44}", list[str]()
            for name in chosen:
                try:
                    found, remark = errors(case, name, folder)
                except Exception as e:
                    found, remark = {}, f"{type(e).__name__}: {e}"[:200]
                worst = max(found.values(), default=float("nan"))
                good = not remark and worst <= CLOSE
                wrong += not good
                line += f"{worst:12.1e}" if not remark else f"{'-':>12}"
                if not good:
                    remarks.append(f"    {name}: {remark or found}")
            print("\n".join([line, *remarks]))
    print(f"{wrong} wrong")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
