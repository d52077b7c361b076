"""What a solver is given and gives back, and all solvers, found by listing the folder `solvers`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Final, Literal, final

import numpy as np

from gradproof.training.arrays import Vector
from gradproof.training.threads import one_blas_thread

FOLDER: Final = Path(__file__).parent / "solvers"

StepRule = Literal["bb", "1/L", "line-search"]
STEP_RULES: Final[tuple[StepRule, ...]] = ("bb", "1/L", "line-search")

ValueAndGradient = Callable[[Vector], tuple[float, Vector]]


class CannotSolve(ValueError):
    """The solver does not fit the problem, or has left the numbers; the message says how to go on."""


@final
@dataclass(frozen=True, slots=True)
class Problem:
    """A function to be made small: a smooth part, and weights of absolute values where `l1` is given.

    Attributes:
        size: the number of parameters.
        value_and_gradient: of the smooth part, the gradient of shape (size,).
        hessian: of the smooth part, shape (size, size), symmetric; None where it is not known.
        product: Hessian at the first argument times the second, shape (size,); None where it is not known.
        lipschitz: a bound of the largest eigenvalue of the Hessian of the smooth part, everywhere.
        batches: for one random pass over the rows the functions of its mini-batches, each an unbiased estimate of
            the smooth part; None where rows cannot be drawn.
        sampled: for a seed the problem on samples of the rows, growing, with Hessians; None where rows cannot be drawn.
        l1: weights of ``|w_j|``, shape (size,), or None.
    """

    size: int
    value_and_gradient: ValueAndGradient
    hessian: Callable[[Vector], Vector] | None = None
    product: Callable[[Vector, Vector], Vector] | None = None
    lipschitz: Callable[[], float] | None = None
    batches: Callable[[np.random.Generator], Iterator[ValueAndGradient]] | None = None
    sampled: "Callable[[int], Iterator[Problem]] | None" = None
    l1: Vector | None = None


@final
@dataclass(frozen=True, slots=True)
class Limits:
    """When a solver stops, and its step.

    Attributes:
        tolerance: of the norm of the gradient.
        iterations: how many at most; None leaves it to the solver.
        step: a number, a rule of `STEP_RULES`, or None for what the solver does best.
        seed: of the order in which mini-batches are drawn.
    """

    tolerance: float = 1e-6
    iterations: int | None = None
    step: float | StepRule | None = None
    seed: int = 0


@final
@dataclass(frozen=True, slots=True)
class Point:
    """A place on the way: parameters, what is made small there, and the norm of its (least) gradient."""

    iteration: int
    parameters: Vector
    value: float
    gradient_norm: float


@final
@dataclass(slots=True)
class Track:
    """Follows a solver: keeps the best point and the curve, and tells the solver when to stop.

    Attributes:
        problem: what is solved.
        limits: when to stop.
        most: the number of iterations at which it stops.
        seen: called with every point.
        curve: value and gradient norm at every iteration.
        evaluations: how often value and gradient were computed.
    """

    problem: Problem
    limits: Limits
    most: int
    seen: Callable[[Point], None]
    best: Point | None = None
    last: Point | None = None
    curve: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    evaluations: int = 0
    stopped: str = ""

    def evaluate(self, w: Vector) -> tuple[float, Vector]:
        """Return value and gradient of the smooth part, counted."""
        self.evaluations += 1
        return self.problem.value_and_gradient(w)

    def total(self, w: Vector, value: float) -> float:
        """Return what is made small: `value` of the smooth part and the weighted absolute values."""
        l1 = self.problem.l1
        return value if l1 is None else value + float(l1 @ np.abs(w))

    def arrived(self, w: Vector, value: float, gradient: Vector) -> bool:
        """Take note of an iteration and tell whether to stop.

        Args:
            w: the parameters, shape (size,).
            value: the smooth part there.
            gradient: its gradient, shape (size,).

        Raises:
            CannotSolve: the value is not finite any more.
        """
        total = self.total(w, value)
        least = least_subgradient(w, gradient, self.problem.l1)
        norm = float(np.sqrt(least @ least))
        if not np.isfinite(total) or not np.isfinite(norm):
            raise CannotSolve(
                f"the loss is not finite after {len(self.curve)} iterations: the steps are too long; expected a "
                "shorter --step, --step line-search, or --standardize for features of very different sizes"
            )
        point = Point(len(self.curve), w, total, norm)
        self.curve.append((total, norm))
        self.last = point
        if self.best is None or norm <= self.limits.tolerance or total <= self.best.value:
            self.best = point
        self.seen(point)
        if norm <= self.limits.tolerance:
            self.stopped = "converged"
        elif point.iteration >= self.most:
            self.stopped = "iterations"
        return bool(self.stopped)


@final
@dataclass(frozen=True, slots=True)
class Solver:
    """A way to make a function small.

    Attributes:
        name: as the user calls it.
        title: one line about it.
        source: where it stands in the literature.
        run: follows it from the given parameters until the track says stop, or it cannot get any further.
        iterations: how many it takes at most where nobody says.
        absolute: whether it takes weighted absolute values (L1).
        rules: the step rules that it knows.
        needs: what the problem has to give: ``hessian``, ``batches``, ``sample``, or nothing.
    """

    name: str
    title: str
    source: str
    run: Callable[[Problem, Vector, Limits, Track], None]
    iterations: int
    absolute: bool = False
    rules: tuple[StepRule, ...] = ()
    needs: Literal["", "hessian", "batches", "sample"] = ""


@cache
def solvers() -> MappingProxyType[str, Solver]:
    """Return every solver by name, in alphabetical order.

    Raises:
        ValueError: a file's name is not that of its solver.
    """
    found: dict[str, Solver] = {}
    for info in sorted(iter_modules([str(FOLDER)]), key=lambda m: m.name):
        solver = import_module(f"gradproof.training.solvers.{info.name}").SOLVER
        if not isinstance(solver, Solver) or solver.name.replace("-", "_") != info.name:
            raise ValueError(f"the file {info.name}.py must export SOLVER of that name")
        found[solver.name] = solver
    return MappingProxyType(found)


def solve(
    solver: Solver,
    problem: Problem,
    start: Vector,
    limits: Limits,
    seen: Callable[[Point], None] = lambda _: None,
) -> Track:
    """Run a solver from `start`, shape (size,), and return its track; Ctrl-C ends it with the best so far.

    Raises:
        CannotSolve: the solver does not fit the problem, or the value is not finite any more.
    """
    fit_together(solver, problem, limits)
    most = solver.iterations if limits.iterations is None else limits.iterations
    track = Track(problem, limits, most, seen)
    try:
        with one_blas_thread(), np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            solver.run(problem, start, limits, track)
    except KeyboardInterrupt:
        if track.best is None:
            raise
        track.stopped = "interrupted"
    if not track.stopped:
        track.stopped = "stalled"
    return track


def fit_together(solver: Solver, problem: Problem, limits: Limits) -> None:
    """Refuse a solver that cannot do what is asked.

    Raises:
        CannotSolve: the message names solvers that can.
    """
    if problem.l1 is not None and not solver.absolute:
        able = ", ".join(s.name for s in solvers().values() if s.absolute)
        raise CannotSolve(f"the solver {solver.name} cannot do L1; expected one of: {able}")
    if solver.needs == "hessian" and problem.hessian is None:
        raise CannotSolve(
            f"the solver {solver.name} needs the Hessian, which is not there for this formula or is too large; "
            "expected --solver lbfgs or newton-cg"
        )
    if solver.needs == "sample" and problem.sampled is None:
        raise CannotSolve(
            f"the solver {solver.name} needs rows that can be drawn, and a Hessian that is not too large; expected "
            "--solver lbfgs or newton-cg"
        )
    if solver.needs == "batches" and problem.batches is None:
        raise CannotSolve(
            f"the solver {solver.name} needs a loss that is a sum over rows; expected --solver lbfgs"
        )
    rule = limits.step
    if rule is not None and not solver.rules:
        able = ", ".join(s.name for s in solvers().values() if s.rules)
        raise CannotSolve(
            f"the solver {solver.name} finds its own steps, so that --step {rule} would do nothing; leave it out, or "
            f"take one of: {able}"
        )
    if isinstance(rule, str) and rule not in solver.rules:
        able = ", ".join(solver.rules)
        raise CannotSolve(f"the solver {solver.name} knows {able} as --step, not {rule}")


def least_subgradient(w: Vector, gradient: Vector, l1: Vector | None) -> Vector:
    """Return the shortest subgradient of the smooth part plus ``Σ l1_j |w_j|``, shape (size,)."""
    if l1 is None:
        return gradient
    shrunk = np.sign(gradient) * np.maximum(np.abs(gradient) - l1, 0.0)
    return np.where(w != 0, gradient + l1 * np.sign(w), shrunk)


def shrink(w: Vector, amount: Vector) -> Vector:
    """Return the proximal step of ``Σ amount_j |w_j|`` (soft thresholding), shape (size,)."""
    return np.sign(w) * np.maximum(np.abs(w) - amount, 0.0)


def bound(problem: Problem) -> float:
    """Return the bound of the curvature.

    Raises:
        CannotSolve: none is known for this formula.
    """
    if problem.lipschitz is None:
        raise CannotSolve(
            "no bound of the curvature is known for this formula, so there is no step 1/L; expected a number as "
            "--step, or --step bb or line-search"
        )
    return problem.lipschitz()


def downhill(
    track: Track, w: Vector, value: float, gradient: Vector, direction: Vector
) -> tuple[Vector, float, Vector] | None:
    """Return the first of ``w + direction``, ``w + direction/2``, … that lies far enough below, and what is there.

    Armijo's condition, Nocedal, Wright, Numerical Optimization, 2006, algorithm 3.1, with room for rounding. None where
    no step lowers the value any more, that is, at the limit of the arithmetic.
    """
    slope = float(gradient @ direction)
    slack = 1e-15 * abs(value)
    step = 1.0
    for _ in range(60):
        new = w + step * direction
        found, new_gradient = track.evaluate(new)
        if np.isfinite(found) and found <= value + 1e-4 * step * slope + slack:
            return new, found, new_gradient
        step /= 2
    return None
