"""Training from arrays that have been checked already, with nothing around it."""

from dataclasses import dataclass
from typing import final

import numpy as np

from gradproof.training.arrays import Matrix, Vector, is_sparse
from gradproof.training.data.batch import BadData
from gradproof.training.data.matrices import as_matrix
from gradproof.training.formula import known_backend, loss_kernel
from gradproof.training.job import Job, Model, train
from gradproof.training.layout import Layout
from gradproof.training.losses import Loss
from gradproof.training.objective import LocalSum
from gradproof.training.rows import Block, Held
from gradproof.training.solving import Limits, StepRule, Track


@final
@dataclass(frozen=True, slots=True)
class Wanted:
    """How to train; `gradproof.sklearn.LogisticRegression` explains each."""

    l1: float
    l2: float
    intercept: bool
    solver: str | None
    step: float | StepRule | None
    tolerance: float
    iterations: int | None
    seed: int
    backend: str | None
    constants: dict[str, float] | None = None


def estimate(
    loss: Loss,
    features: Matrix,
    target: Vector,
    weights: Vector | None,
    wanted: Wanted,
    start: Vector | None = None,
) -> tuple[Track, Layout]:
    """Return the track of the solver and where the parameters lie.

    Args:
        loss: a named one.
        features: shape (rows, features), doubles, dense or sparse; not copied.
        target: shape (rows,) or (rows, classes).
        weights: of the rows, shape (rows,), or None.
        wanted: how to train.
        start: parameters to start from, used where their number fits.

    Raises:
        BadData: an argument is out of its range.
        CannotSolve: the solver does not fit the problem, or the steps are too long.
    """
    for name in ("l1", "l2"):
        if not getattr(wanted, name) >= 0:
            raise BadData(f"{name} is {getattr(wanted, name)}; expected 0 or a positive number")
    if not wanted.tolerance > 0:
        raise BadData(f"tol is {wanted.tolerance}; expected a positive number")
    if is_sparse(features):
        features = as_matrix(features, "the features")
    rows, width = int(features.shape[0]), int(features.shape[1])
    shapes: dict[str, tuple[int, ...]] = {"w": (width,), "b": ()}
    if loss.several:
        shapes = {"W": (width, target.shape[1]), "b": (target.shape[1],)}
    if not wanted.intercept:
        del shapes["b"]
    layout = Layout(tuple(shapes), tuple(shapes.values()))
    name = known_backend(wanted.backend, size=float(rows) * width)
    constants = wanted.constants or {}
    kernel = loss_kernel(
        loss, layout, weighted=weights is not None, constants=constants, backend=name
    )
    fits = start is not None and start.shape == (layout.size,)
    model = Model(
        label=loss.name,
        formulas=(),
        kernel=kernel,
        link=loss.link,
        curvature=loss.curvature,
        convex=loss.convex,
        start=start if fits and start is not None else np.zeros(layout.size),
        penalised=("W",) if loss.several else ("w",),
    )
    block = Block(features, target, weights)
    job = Job(
        l1=wanted.l1,
        l2=wanted.l2,
        intercept=wanted.intercept,
        solver=wanted.solver,
        limits=Limits(
            wanted.tolerance,
            wanted.iterations,
            float(wanted.step) if isinstance(wanted.step, int) else wanted.step,
            wanted.seed,
        ),
    )
    track, _, _ = train(
        LocalSum(kernel, Held(block), block.total), model, job, model.start, lambda _: None
    )
    return track, layout
