"""A training from the rows to the fitted model."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, final

import numpy as np

from gradproof.training.arrays import Matrix, Vector
from gradproof.training.asked import Formula, is_bias
from gradproof.training.checkpoint import Checkpoints, read_checkpoint
from gradproof.training.choice import HESSIAN_SIZE, choose
from gradproof.training.data.batch import BadData
from gradproof.training.formula import FormulaKernel, known_backend, loss_kernel
from gradproof.training.layout import Layout
from gradproof.training.losses import Link, Loss, centred
from gradproof.training.metrics import calibration, link_for, predicted, scores
from gradproof.training.model import Fitted
from gradproof.training.objective import LocalSum, Objective, Penalty, Summed
from gradproof.training.plane import Plane, plane_of
from gradproof.training.posing import posed
from gradproof.training.prepare import Prepared
from gradproof.training.rows import Rows, Streamed
from gradproof.training.solving import (
    Limits,
    Point,
    Track,
    solve,
    solvers,
)
from gradproof.training.watching import Scene, Watch

BATCH: Final = 256

MEASURED: Final = 1 << 20
"""Most held-out rows of a stream on which a model is measured, so that memory stays bounded."""


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


@final
@dataclass(frozen=True, slots=True)
class Model:
    """What is trained.

    Attributes:
        label: the name of the loss, or ``formula``.
        formulas: in TeX.
        kernel: the sum over rows.
        link: how predictions are made of linear values; None for a formula of the user's.
        curvature: a bound of the second derivative by the linear value, where there is one.
        convex: whether it is known to be convex.
        start: the parameters to start from, shape (size,).
        penalised: the parameters that L1 and L2 count.
        formula: a formula of the user's, as it was read.
        notes: what was assumed.
    """

    label: str
    formulas: tuple[str, ...]
    kernel: FormulaKernel
    link: Link | None
    curvature: float | None
    convex: bool
    start: Vector
    penalised: tuple[str, ...]
    formula: Formula | None = None
    notes: tuple[str, ...] = ()


def linear_model(loss: Loss, prepared: Prepared, job: Job, backend: str | None = None) -> Model:
    """Return the model of a named loss."""
    features, classes = len(prepared.encoding.features), prepared.target.width
    first = next(iter(prepared.train.blocks()))
    weighted = first.weights is not None
    shapes: dict[str, tuple[int, ...]] = {"w": (features,), "b": ()}
    if loss.several:
        shapes = {"W": (features, classes), "b": (classes,)}
    if not job.intercept:
        del shapes["b"]
    layout = Layout(tuple(shapes), tuple(shapes.values()))
    size = float(prepared.rows) * features
    name = known_backend(backend, size=size)
    return Model(
        label=loss.name,
        formulas=loss.formulas(intercept=job.intercept, weighted=weighted),
        kernel=loss_kernel(loss, layout, weighted=weighted, constants=job.constants, backend=name),
        link=loss.link,
        curvature=loss.curvature,
        convex=loss.convex,
        start=np.zeros(layout.size),
        penalised=("W",) if loss.several else ("w",),
    )


def formula_model(
    formula: Formula,
    prepared: Prepared,
    sizes: Mapping[str, int],
    seed: int,
    backend: str | None = None,
) -> Model:
    """Return the model of a formula of the user's.

    Raises:
        BadData: a size is not known, or shapes do not fit.
    """
    from gradproof.training.custom import kernel_of, start_of

    first = next(iter(prepared.train.blocks()))
    size = float(prepared.rows) * len(prepared.encoding.features)
    name = known_backend(backend, size=size)
    kernel = kernel_of(formula, first, sizes, name)
    layout = kernel.layout
    trained = ", ".join(
        f"{n} ({'×'.join(map(str, s)) or 'a number'})"
        for n, s in zip(layout.names, layout.shapes, strict=True)
    )
    notes = [f"trained: {trained}"]
    if kernel.kind == "other":
        notes.append("the formula is no sum or mean over rows: all rows are computed at once")
    start = start_of(formula, layout, seed)
    if start.any():
        notes.append("several arrays meet in products: they start at small random numbers (--seed)")
    return Model(
        label="formula",
        formulas=formula.formulas,
        kernel=kernel,
        link=None,
        curvature=None,
        convex=False,
        start=start,
        penalised=tuple(n for n in layout.names if not is_bias(n)),
        formula=formula,
        notes=tuple(notes),
    )


def run(
    prepared: Prepared,
    model: Model,
    job: Job,
    source: str,
    watch: Watch = lambda _: lambda _: None,
    summed: Summed | None = None,
) -> Fitted:
    """Train and return the fitted model.

    Args:
        prepared: the rows.
        model: what is trained.
        job: how.
        source: what the data came from.
        watch: told what is trained, it returns what is called with every point.
        summed: the sum over the rows, where they lie elsewhere.

    Raises:
        BadData: the checkpoint does not fit.
        CannotSolve: the solver does not fit the problem, or the steps are too long.
        CannotSave: a checkpoint cannot be written.
    """
    encoding, target = prepared.encoding, prepared.target
    layout = model.kernel.layout
    summed = LocalSum(model.kernel, prepared.train, prepared.total) if summed is None else summed
    start = model.start
    notes = [*prepared.notes, *model.notes]
    subject = "\n".join((*model.formulas, *encoding.features, *target.labels))
    if job.resume is not None:
        start, iteration = read_checkpoint(job.resume, subject, layout.size)
        notes.append(f"resumed from {job.resume}, iteration {iteration}")
    checkpoints = None if job.checkpoint is None else Checkpoints(job.checkpoint, subject)
    plane = _plane(prepared, model)
    seen = watch(Scene(plane, partial(_prediction, model)))
    track, name, why = train(summed, model, job, start, _watched(checkpoints, seen))
    if checkpoints is not None:
        checkpoints.write()
    if why:
        notes.append(f"solver: {name}, because {why}")
    notes += _too_long(track)
    best = track.best
    if best is None:
        raise AssertionError("a solver reports its start")
    parameters = {k: v.copy() for k, v in layout.unpack(best.parameters).items()}
    if model.link == "softmax":
        parameters = centred(parameters, penalised=bool(job.l1 or job.l2))
    fitted = Fitted(
        loss=model.label,
        formulas=model.formulas,
        link=model.link,
        parameters=parameters,
        encoding=encoding,
        target=target,
        l1=job.l1,
        l2=job.l2,
        solver=name,
        reason=track.stopped,
        iterations=len(track.curve) - 1,
        evaluations=track.evaluations,
        value=best.value,
        gradient_norm=best.gradient_norm,
        curve=tuple(track.curve),
        metrics={},
        held_out=0,
        rows=prepared.count,
        source=source,
        constants=model.kernel.constants,
        formula=model.formula,
        plane=plane,
    )
    return finished(fitted, prepared, notes)


def _too_long(track: Track) -> list[str]:
    """Return a note where the last point lies above the first: then the steps jump over the valley."""
    last, first = track.last, track.curve[0][0] if track.curve else np.inf
    if track.stopped != "iterations" or last is None or not last.value > first:
        return []
    told = f"the loss rose from {first:.4g} to {last.value:.4g} after {last.iteration} iterations"
    return [f"the steps are too long: {told}; expected a shorter --step, or --step line-search"]


def _plane(prepared: Prepared, model: Model) -> Plane | None:
    """Return the plane of two features, where the model can be asked for predictions on it."""
    plane = plane_of(prepared)
    if plane is None:
        return None
    try:
        said = _prediction(model, model.start, plane.points)
    except BadData:
        return None
    shapes = {(len(plane.points),)} if len(plane.labels) == 2 else set[tuple[int, ...]]()
    return plane if said.shape in shapes | {(len(plane.points), len(plane.labels))} else None


def _prediction(model: Model, w: Vector, features: Matrix) -> Vector:
    parts = model.kernel.layout.unpack(w)
    if model.formula is not None:
        from gradproof.training.prediction import predict

        return predict(model.formula, parts, features)
    coefficients = parts["W"] if "W" in parts else parts["w"]
    linear = features @ coefficients + parts.get("b", 0.0)
    return linear if model.link is None else predicted(model.link, linear)


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
    summed: Summed, model: Model, job: Job, start: Vector, seen: Callable[[Point], None]
) -> tuple[Track, str, str]:
    """Return the track of the solver, its name, and why it was chosen (empty where it was named).

    Raises:
        BadData: there is no such solver.
        CannotSolve: it does not fit the problem, or the steps are too long.
    """
    kernel = summed.kernel
    free = kernel.layout.where(model.penalised)
    penalty = Penalty(job.l2 * free, job.l1 * free if job.l1 else None)
    objective = Objective(summed, penalty)
    size = kernel.layout.size
    curved = size <= HESSIAN_SIZE
    name, why = job.solver or "", ""
    if not name and job.limits.step is not None and not job.l1:
        name, why = "gradient-descent", "a step is given"
    if not name:
        name, why = choose(
            rows=summed.total,
            size=size,
            absolute=bool(job.l1),
            hessian=curved,
            convex=model.convex,
            sampled=summed.drawable,
        )
    if name not in solvers():
        raise BadData(f"there is no solver {name!r}; expected one of {', '.join(solvers())}")
    problem = posed(objective, curvature=model.curvature, batch=job.batch, curved=curved)
    return solve(solvers()[name], problem, start, job.limits, seen), name, why


def finished(fitted: Fitted, prepared: Prepared, notes: Sequence[str]) -> Fitted:
    """Return the model with metrics and with what has to be said about it."""
    out = list(notes)
    if separated(fitted, prepared.train):
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
    if fitted.link is None and (fitted.formula is None or fitted.formula.prediction is None):
        return replace(fitted, notes=tuple(out))
    if prepared.test is None and isinstance(prepared.train, Streamed):
        return replace(fitted, notes=tuple(out))
    predictions: list[Vector] = []
    targets: list[Vector] = []
    for block in rows.blocks():
        predictions.append(fitted.predict_encoded(block.features))
        targets.append(block.target)
        if isinstance(rows, Streamed) and sum(t.shape[0] for t in targets) >= MEASURED:
            out.append("measured on the first held-out rows only")
            break
    prediction, truth = np.concatenate(predictions), np.concatenate(targets)
    link = fitted.link or link_for(fitted.target, prediction)
    if prediction.shape != truth.shape:
        told = f"shape {prediction.shape}, the target {truth.shape}"
        out.append(f"no metrics: the prediction has the {told}")
        return replace(fitted, notes=tuple(out))
    return replace(
        fitted,
        metrics=scores(link, fitted.target, prediction, truth),
        calibration=calibration(prediction, truth) if link in ("logistic", "softmax") else (),
        held_out=truth.shape[0] if prepared.test is not None else 0,
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
