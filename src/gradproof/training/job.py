"""A training from the rows to the fitted model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, final

import numpy as np

from gradproof.training.arrays import Vector
from gradproof.training.checkpoint import Checkpoints, read_checkpoint
from gradproof.training.choice import HESSIAN_SIZE, choose
from gradproof.training.data.batch import BadData
from gradproof.training.kernel import Kernel
from gradproof.training.layout import Layout
from gradproof.training.losses import Loss
from gradproof.training.metrics import calibration, predicted, scores
from gradproof.training.model import Fitted
from gradproof.training.objective import LocalSum, Objective, Penalty, Summed
from gradproof.training.prepare import Prepared
from gradproof.training.rows import Block, Rows
from gradproof.training.solving import Limits, Point, Problem, Track, solve, solvers
from gradproof.training.standin import StandIn

BATCH: Final = 256


@final
@dataclass(frozen=True, slots=True)
class Job:
    """How to train.

    Attributes:
        l1: weight of the absolute values of the coefficients; the intercept is free.
        l2: weight of half their squares.
        intercept: whether there is one.
        solver: its name, or None for what is right.
        limits: when to stop.
        batch: rows of a mini-batch.
        constants: values for the constants of the loss.
        checkpoint: a file to which the best point is written now and then.
        resume: a checkpoint to start from.
    """

    l1: float = 0.0
    l2: float = 0.0
    intercept: bool = True
    solver: str | None = None
    limits: Limits = field(default_factory=Limits)
    batch: int = BATCH
    constants: dict[str, float] = field(default_factory=dict[str, float])
    checkpoint: str | None = None
    resume: str | None = None


def layout_of(loss: Loss, features: int, classes: int, *, intercept: bool) -> Layout:
    """Return where coefficients and intercept of a named loss lie."""
    if loss.several:
        names = ("W", "b") if intercept else ("W",)
        return Layout(names, ((features, classes), (classes,))[: len(names)])
    names = ("w", "b") if intercept else ("w",)
    return Layout(names, ((features,), ())[: len(names)])


def penalty_of(layout: Layout, l1: float, l2: float) -> Penalty:
    """Return the penalty of the coefficients, the intercept left free."""
    free = layout.where([n for n in layout.names if not is_bias(n)])
    return Penalty(l2 * free, l1 * free if l1 else None)


def is_bias(name: str) -> bool:
    """Tell whether a parameter is an intercept by its name: b, or b with a label."""
    return name == "b" or name.startswith("b_")


def run(
    prepared: Prepared,
    loss: Loss,
    job: Job,
    source: str,
    seen: Callable[[Point], None] = lambda _: None,
) -> Fitted:
    """Train and return the fitted model.

    Raises:
        BadData: the checkpoint does not fit.
        CannotSolve: the solver does not fit the problem, or the steps are too long.
        CannotSave: a checkpoint cannot be written.
    """
    encoding, target = prepared.encoding, prepared.target
    layout = layout_of(loss, len(encoding.features), target.width, intercept=job.intercept)
    weighted = any(b.weights is not None for b in _first(prepared.train))
    kernel: Kernel = StandIn(loss, layout)
    summed = LocalSum(kernel, prepared.train)
    formulas = loss.formulas(intercept=job.intercept, weighted=weighted)
    start = np.zeros(layout.size)
    notes = list(prepared.notes)
    subject = "\n".join((*formulas, *encoding.features, *target.labels))
    if job.resume is not None:
        start, iteration = read_checkpoint(job.resume, subject, layout.size)
        notes.append(f"resumed from {job.resume}, iteration {iteration}")
    checkpoints = None if job.checkpoint is None else Checkpoints(job.checkpoint, subject)
    track, name, why = train(summed, loss, job, start, _watched(checkpoints, seen))
    if checkpoints is not None:
        checkpoints.write()
    if why:
        notes.append(
            f"solver: {name}, because {why}" if why != "gradients only" else f"solver: {name}"
        )
    best = track.best
    if best is None:
        raise AssertionError("a solver reports its start")
    parameters = {k: v.copy() for k, v in layout.unpack(best.parameters).items()}
    fitted = Fitted(
        loss=loss.name, formulas=formulas, link=loss.link, parameters=parameters, encoding=encoding, target=target,
        l1=job.l1, l2=job.l2, solver=name, reason=track.stopped, iterations=len(track.curve) - 1,
        evaluations=track.evaluations, value=best.value, gradient_norm=best.gradient_norm, curve=tuple(track.curve),
        metrics={}, held_out=0, rows=_count(prepared.train), source=source,
        constants={**loss.constants, **job.constants},
    )  # fmt: skip
    return finished(fitted, prepared, notes)


def _first(rows: Rows) -> list[Block]:
    for block in rows.blocks():
        return [block]
    return []


def _count(rows: Rows) -> int:
    return sum(b.rows for b in rows.blocks())


def _watched(
    checkpoints: Checkpoints | None, seen: Callable[[Point], None]
) -> Callable[[Point], None]:
    if checkpoints is None:
        return seen

    def both(point: Point) -> None:
        checkpoints.seen(point)
        seen(point)

    return both


def train(
    summed: Summed, loss: Loss, job: Job, start: Vector, seen: Callable[[Point], None]
) -> tuple[Track, str, str]:
    """Return the track of the solver, its name, and why it was chosen (empty where it was named).

    Raises:
        BadData: there is no such solver.
        CannotSolve: it does not fit the problem, or the steps are too long.
    """
    kernel = summed.kernel
    objective = Objective(summed, penalty_of(kernel.layout, job.l1, job.l2))
    size = kernel.layout.size
    curved = size <= HESSIAN_SIZE and not loss.several
    name, why = job.solver or "", ""
    if not name:
        name, why = choose(
            rows=summed.total, size=size, absolute=bool(job.l1), hessian=curved, convex=loss.convex
        )
    if name not in solvers():
        raise BadData(f"there is no solver {name!r}; expected one of {', '.join(solvers())}")
    curvature = loss.curvature

    def lipschitz() -> float:
        if curvature is None:
            raise AssertionError("asked for only where there is one")
        return curvature * summed.spread(intercept=job.intercept) / summed.total + job.l2

    problem = Problem(
        size=size,
        value_and_gradient=objective.value_and_gradient,
        hessian=objective.hessian if curved else None,
        lipschitz=None if curvature is None else lipschitz,
        batches=lambda chance: objective.batches(job.batch, chance),
        l1=objective.penalty.l1,
    )
    return solve(solvers()[name], problem, start, job.limits, seen), name, why


def finished(fitted: Fitted, prepared: Prepared, notes: Sequence[str]) -> Fitted:
    """Return the model with metrics and with what has to be said about it."""
    out = list(notes)
    if fitted.reason == "converged" and separated(fitted, prepared.train):
        out.append(
            "the classes are separated by the features without a mistake: there is no finite optimum, the "
            "coefficients would grow without end; expected --l2 with a small number such as 1e-4"
        )
    if fitted.reason in ("iterations", "stalled"):
        out.append(
            f"not converged: gradient norm {fitted.gradient_norm:.2e} after {fitted.iterations} iterations"
            + ("; more with --iterations, or another --solver" if fitted.reason == "iterations" else
               ", and no step lowers the loss any more; expected --standardize or a larger --tolerance")
        )  # fmt: skip
    if fitted.reason == "interrupted":
        out.append("interrupted: this is the best so far")
    rows = prepared.test if prepared.test is not None else prepared.train
    if fitted.link is None:
        return replace(fitted, notes=tuple(out))
    parts = [(fitted.linear(b.features), b.target) for b in rows.blocks()]
    linear = np.concatenate([p[0] for p in parts])
    truth = np.concatenate([p[1] for p in parts])
    bins = ()
    if fitted.link in ("logistic", "softmax"):
        bins = calibration(predicted(fitted.link, linear), truth)
    return replace(
        fitted,
        metrics=scores(fitted.link, fitted.target, linear, truth),
        calibration=bins,
        held_out=linear.shape[0] if prepared.test is not None else 0,
        notes=tuple(out),
    )


def separated(fitted: Fitted, rows: Rows) -> bool:
    """Tell whether the model without penalty puts every row strictly on its side: then no optimum exists.

    Albert, Anderson, "On the existence of maximum likelihood estimates in logistic regression models", 1984.
    """
    if fitted.link not in ("logistic", "softmax") or fitted.l1 or fitted.l2:
        return False
    for block in rows.blocks():
        linear = fitted.linear(block.features)
        if linear.ndim == 1:
            if not ((2 * block.target - 1) * linear > 0).all():
                return False
            continue
        own = (linear * block.target).sum(axis=1)
        other = np.where(block.target > 0, -np.inf, linear).max(axis=1)
        if not (own > other).all():
            return False
    return True
