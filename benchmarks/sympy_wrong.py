r"""Matrix derivatives that SymPy gets silently wrong: through ``derive``, and as claims through ``check``.

For each: the result of ``gradproof.derive``, evaluated at random points and compared with finite differences
(`_algebra`); the right claim, which must be confirmed; a wrong claim, which must not be; and what SymPy says.

The exit code is 1 where a derived result is wrong, a right claim refuted or a wrong one confirmed.

Usage: ``python benchmarks/sympy_wrong.py [--show] [--no-peers]``
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from _timing import pin_threads

HELD = ("proved", "agrees")
CLOSE = 1e-6


@dataclass(frozen=True)
class Case:
    """One derivative: its formulas, the right result, a wrong one, and the name of SymPy's builder."""

    name: str
    formulas: tuple[str, ...]
    left: str
    wrt: str
    right: str
    wrong: str
    declare: tuple[str, ...]
    sample: tuple[tuple[str, str], ...] = ()
    given: tuple[str, ...] = ()


CASES = (
    Case(
        "log det S",
        (r"f = \log\det(S)",), r"\frac{\partial}{\partial S} \log\det(S)", "S",
        r"S^{-T}", r"0 S",
        (r"S \in \mathbb{R}^{n \times n}", r"\det(S) > 0"),
    ),
    Case(
        "Trace(xᵀx) + b",
        (r"f = \operatorname{tr}(x^T x) + b",),
        r"\frac{\partial}{\partial x} \left(\operatorname{tr}(x^T x) + b\right)", "x",
        r"2 x", r"0 x",
        (r"x \in \mathbb{R}^n", r"b \in \mathbb{R}"),
    ),
    Case(
        "log Trace(xᵀx)",
        (r"f = \log \operatorname{tr}(x^T x)",),
        r"\frac{\partial}{\partial x} \log\left(\operatorname{tr}(x^T x)\right)", "x",
        r"\frac{2 x}{x^T x}", r"0 x",
        (r"x \in \mathbb{R}^n",),
    ),
    Case(
        "½‖A − UV‖² + ½‖U‖²",
        (r"f = \frac{1}{2} \|A - U V\|_F^2 + \frac{1}{2} \|U\|_F^2",),
        r"\frac{\partial}{\partial U} \left(\frac{1}{2} \|A - U V\|_F^2 + \frac{1}{2} \|U\|_F^2\right)", "U",
        r"U - (A - U V) V^T", r"0 U",
        (r"A \in \mathbb{R}^{m \times n}", r"U \in \mathbb{R}^{m \times k}", r"V \in \mathbb{R}^{k \times n}"),
    ),
    Case(
        "softmax with its sum",
        (r"s = \frac{\exp(z)}{\mathbf{1}^T \exp(z)}",), r"\frac{\partial s}{\partial z}", "z",
        r"\operatorname{diag}(s) - s s^T", r"\frac{\operatorname{diag}(\exp(z))}{\mathbf{1}^T \exp(z)}",
        (r"z \in \mathbb{R}^n",), (("1", "ones n"),), (r"s = \frac{\exp(z)}{\mathbf{1}^T \exp(z)}",),
    ),
    Case(
        "1ᵀ(x ⊙ eˣ)",
        (r"f = \mathbf{1}^T (x \odot \exp(x))",),
        r"\frac{\partial}{\partial x} \left(\mathbf{1}^T (x \odot \exp(x))\right)", "x",
        r"(\mathbf{1} + x) \odot \exp(x)", r"x \odot \exp(x)",
        (r"x \in \mathbb{R}^n",), (("1", "ones n"),),
    ),
    Case(
        "√(xᵀx)",
        (r"f = \sqrt{x^T x}",), r"\frac{\partial}{\partial x} \sqrt{x^T x}", "x",
        r"\frac{x}{\sqrt{x^T x}}", r"\frac{2 x}{\sqrt{x^T x}}",
        (r"x \in \mathbb{R}^n",),
    ),
)  # fmt: skip


def sympy_builders() -> dict[str, Any]:
    """Return what builds each derivative in SymPy."""
    import sympy
    from _problems import K, M, N
    from _sympy_arrays import EXP, hadamard, log_det, matrix, softmax
    from sympy import OneMatrix, Symbol, Trace, log

    x, U = matrix("x", N), matrix("U", M, K)
    R = matrix("A", M, N) - U * matrix("V", K, N)
    return {
        "log det S": log_det,
        "Trace(xᵀx) + b": lambda: (Trace(x.T * x) + Symbol("b")).diff(x),
        "log Trace(xᵀx)": lambda: log(Trace(x.T * x)).diff(x),
        "½‖A − UV‖² + ½‖U‖²": lambda: (Trace(R.T * R) / 2 + Trace(U.T * U) / 2).diff(U),
        "softmax with its sum": lambda: softmax(matrix("z", N)).diff(matrix("z", N)),
        "1ᵀ(x ⊙ eˣ)": lambda: (OneMatrix(1, N) * hadamard(x, x.applyfunc(EXP))).diff(x),
        "√(xᵀx)": lambda: sympy.sqrt((x.T * x)[0, 0]).diff(x),
    }


def document(case: Case, side: str) -> str:
    """Return a claim as a Markdown document."""
    parts = [f"Let ${d}$.\n" for d in case.declare]
    parts += [f"$$\n{g}\n$$\n" for g in case.given]
    return "\n".join([*parts, f"$$\n{case.left} = {side}\n$$\n"])


def verdict(case: Case, side: str) -> str:
    """Return what the checker says of a claim."""
    from gradproof.batch import check_source

    return check_source("claim.md", document(case, side)).lines[-1].verdict


def derived(case: Case) -> tuple[str, str]:
    """Return whether the derived result is right ("right", "wrong", "fails"), and the result."""
    from _points import compare, truth

    import gradproof

    try:
        tex = gradproof.derive(case.formulas, wrt=case.wrt, declare=case.declare).result.tex
    except Exception as e:
        return "fails", f"{type(e).__name__}: {e}"[:160]
    return ("right" if compare(known(case, truth), tex).outcome == "same" else "wrong"), tex


def known(case: Case, truth: Any) -> Any:
    """Return the true values at random points."""
    sample = dict(case.sample)
    return truth(
        {"declare": case.declare, "given": case.given, "left": case.left, "sample": sample}
    )


def rows(peers: bool, show: bool) -> Sequence[tuple[str, str, str, str, str]]:
    """Return per case: the name, what derive, the right and the wrong claim gave, and what SymPy says."""
    from _points import compare, truth

    builders = sympy_builders() if peers else {}
    out: list[tuple[str, str, str, str, str]] = []
    for case in CASES:
        true_values = known(case, truth)
        if compare(true_values, case.right).outcome != "same":
            raise AssertionError(f"{case.name}: the right side does not hold")
        said = "-"
        if peers:
            said = sympy_says(builders[case.name], true_values)
        outcome, tex = derived(case)
        out.append((case.name, outcome, verdict(case, case.right), verdict(case, case.wrong), said))
        if show or outcome != "right":
            print(f"    {case.name}: {tex}")
    return out


def sympy_says(build: Any, true_values: Any) -> str:
    """Return what SymPy answers, and whether it is right."""
    from _sympy_arrays import judged

    point, wants = true_values[0]
    answer = judged(build, wants[0], {**point.values, "X": point.values.get("S")})
    if answer.outcome == "raises":
        return f"raises {answer.text}"
    return f"{answer.outcome}: {answer.text[:60]}"


def main() -> int:
    """Print the table; 1 where a promise is broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--show", action="store_true", help="print every result")
    parser.add_argument("--no-peers", action="store_true")
    arguments = parser.parse_args()
    pin_threads()
    table = rows(not arguments.no_peers, arguments.show)
    print(f"{'':22} {'derive':8} {'right claim':12} {'wrong claim':12} SymPy")
    for name, outcome, right, wrong, said in table:
        print(f"{name:22} {outcome:8} {right:12} {wrong:12} {said}")
    broken = [r for r in table if r[1] == "wrong" or r[2] == "refuted" or r[3] in HELD]
    good = sum(r[1] == "right" and r[2] in HELD and r[3] == "refuted" for r in table)
    print(f"{good} of {len(table)} derived right, confirmed, and the wrong claim refuted")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
