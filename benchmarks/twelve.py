r"""Twelve derivatives through ``gradproof.derive``: right, in the form a person writes, how fast, how long.

The result's TeX is evaluated by `_algebra` (which knows nothing of Gradproof) at random points and compared with JAX in
double precision where JAX can be imported, otherwise with the expected form. *Form* means that the TeX, without
spacing, is one of the accepted spellings in `_problems`. Beside it stands what SymPy and PyTensor say, where they can
be imported; ``--show`` prints every result. Times are processor times. The last line is the first-layer gradient of a
network of three layers.

The exit code is 1 where a result is wrong or a step has no rule.

Usage: ``python benchmarks/twelve.py [--only NAME] [--rounds N] [--show] [--no-peers]``
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import process_time
from typing import Any

from _timing import pin_threads

CLOSE = 1e-12
SEEDS = (3, 4, 5)

_DROPPED = frozenset({r"\left", r"\right", r"\,", r"\cdot", r"\bigl", r"\bigr", r"\big"})
_ALIKE = {
    r"\top": "T",
    r"\ln": r"\log",
    r"\tfrac": r"\frac",
    r"\dfrac": r"\frac",
    r"\circ": r"\odot",
    r"\mathrm": r"\operatorname",
}


def normalised(text: str) -> str:
    """Return TeX without what does not change how it reads: spacing, sizes of brackets, braces around one token."""
    from _algebra import tokens_of

    tokens = [_ALIKE.get(t[0], t[0]) for t in tokens_of(text) if t[0] not in _DROPPED]
    changed = True
    while changed:
        changed = False
        for k in range(len(tokens) - 2):
            if tokens[k] == "{" and tokens[k + 2] == "}" and tokens[k + 1] not in "{}":
                tokens[k : k + 3] = [tokens[k + 1]]
                changed = True
                break
    return " ".join(tokens)


@dataclass
class Row:
    """What became of one derivative."""

    name: str
    error: float | None
    form: bool
    ruled: bool
    steps: int
    length: int
    milliseconds: float
    remark: str = ""

    @property
    def right(self) -> bool:
        """Whether it agrees to 1e-12."""
        return self.error is not None and self.error < CLOSE


def reference(problem: Any) -> Callable[[Any], Any]:
    """Return what gives the true value at a point: JAX where it can be imported, or the expected form."""
    from _algebra import read, value_of

    try:
        import jax
    except ImportError:
        expected = read(problem.accepted[0])
        return lambda point: value_of(expected, point)
    import numpy as np

    jax.config.update("jax_enable_x64", True)

    def true_value(point: Any) -> Any:
        shape = value_of(read(problem.accepted[0]), point).shape
        values = {k: jax.numpy.asarray(v) for k, v in point.values.items()}

        def f(x: Any) -> Any:
            return problem.objective(jax.numpy, {**values, problem.variable: x})

        times = {True: jax.jacobian, False: jax.grad}[problem.jacobian]
        derivative = jax.hessian(f) if problem.order == 2 else times(f)
        return np.asarray(derivative(values[problem.variable])).reshape(shape)

    return true_value


def error_of(problem: Any, tex: str, true_value: Callable[[Any], Any]) -> float:
    """Return the largest error of a result, relative to the largest entry.

    Raises:
        NotRead: the result is outside the language of `_algebra`.
    """
    import numpy as np
    from _algebra import NotRead, read, value_of

    tree, worst = read(tex), 0.0
    for seed in SEEDS:
        point = problem.point(seed)
        want, found = np.asarray(true_value(point)), value_of(tree, point)
        if want.shape != found.shape:
            raise NotRead(f"shape {found.shape}, expected {want.shape}")
        worst = max(worst, float(abs(want - found).max() / abs(want).max()))
    return worst


def asked(problem: Any, rounds: int) -> Row:
    """Ask for one derivative."""
    from _algebra import NotRead

    import gradproof

    def derive() -> Any:
        return gradproof.derive(
            problem.formulas, wrt=problem.wrt, order=problem.order, declare=problem.declare
        )

    try:
        derived = derive()
    except Exception as e:
        return Row(problem.name, None, False, False, 0, 0, 0.0, f"{type(e).__name__}: {e}"[:160])
    seconds: list[float] = []
    for _ in range(rounds):
        start = process_time()
        derive()
        seconds.append(process_time() - start)
    tex = derived.result.tex
    row = Row(
        problem.name,
        None,
        normalised(tex) in map(normalised, problem.accepted),
        all(step.rule for step in derived.steps),
        len(derived.steps),
        len(tex),
        1e3 * median(seconds),
        tex,
    )
    try:
        row.error = error_of(problem, tex, reference(problem))
    except NotRead as e:
        row.remark = f"{tex}  (not evaluated: {e})"
    return row


def deep_network(depth: int) -> str:
    """Return a line on the first-layer gradient of a network."""
    from _networks import network

    import gradproof

    formulas, declare = network(depth)
    try:
        gradproof.derive(formulas, wrt="W_1", declare=declare)
        start = process_time()
        derived = gradproof.derive(formulas, wrt="W_1", declare=declare)
    except Exception as e:
        return f"network of {depth} layers by W_1: {type(e).__name__}: {e}"[:200]
    seconds = process_time() - start
    length = len(derived.result.tex)
    return f"network of {depth} layers by W_1: {length} characters, {1e3 * seconds:.0f} ms: {derived.result.tex}"


def found_peers() -> dict[str, Callable[..., Any]]:
    """Return what asks SymPy and PyTensor, where they can be imported."""
    out: dict[str, Callable[..., Any]] = {}
    try:
        import _sympy_arrays as sympy_peer

        out["SymPy"] = lambda problem, want, values: sympy_peer.judged(
            sympy_peer.PROBLEMS[problem.name], want, values
        )
    except ImportError as e:
        print(f"SymPy is left out: {e}")
    try:
        import _pytensor_arrays as pytensor_peer

        out["PyTensor"] = pytensor_peer.judged
    except ImportError as e:
        print(f"PyTensor is left out: {e}")
    return out


def describe(row: Row, answers: Sequence[Any]) -> str:
    """Return a line of the table."""
    error = "-" if row.error is None else f"{row.error:.0e}"
    out = (
        f"{row.name:22} {'yes' if row.right else 'no':5} {error:>7} {'yes' if row.form else 'no':5}"
        f"{row.milliseconds:8.0f} {row.length:7} {row.steps:6} {'all' if row.ruled else 'no':5}"
    )
    for answer in answers:
        out += f"  {answer.outcome:13} {len(answer.text):6} {1e3 * answer.seconds:8.0f}"
    return out


def main() -> int:
    """Derive all twelve and print the table; 1 where a result is wrong or a step has no rule."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", metavar="NAME")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--show", action="store_true", help="print every result")
    parser.add_argument("--no-peers", action="store_true")
    arguments = parser.parse_args()
    pin_threads()
    from _algebra import read, value_of
    from _problems import PROBLEMS

    peers = {} if arguments.no_peers else found_peers()
    head = f"{'':22} {'right':5} {'error':>7} {'form':5}{'ms':>8} {'length':>7} {'steps':>6} {'rules':5}"
    print(head + "".join(f"  {name:13} {'length':>6} {'ms':>8}" for name in peers))
    rows: list[Row] = []
    chosen = [p for p in PROBLEMS if arguments.only in (None, p.name)]
    for problem in chosen:
        row = asked(problem, arguments.rounds)
        rows.append(row)
        point = problem.point(SEEDS[0])
        want = value_of(read(problem.accepted[0]), point)
        answers = [ask(problem, want, point.values) for ask in peers.values()]
        print(describe(row, answers))
        if arguments.show or (row.remark and row.error is None):
            print(f"    {row.remark}")
        if arguments.show:
            for name, answer in zip(peers, answers, strict=True):
                print(f"    {name}: {answer.text[:160]}")
    right, form = sum(r.right for r in rows), sum(r.form for r in rows)
    slow = max((r.milliseconds for r in rows), default=0.0)
    print(
        f"{right} of {len(rows)} right, {form} in the form a person writes, slowest {slow:.0f} ms"
    )
    if arguments.only is None:
        print(deep_network(3))
    wrong = [r for r in rows if r.error is not None and (not r.right or not r.ruled)]
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
