"""Training asked for by a user: files, frames or arrays in, a fitted model out."""

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, final

import numpy as np

from gradproof.training.arrays import Vector
from gradproof.training.data.batch import BadData
from gradproof.training.data.encoding import quoted
from gradproof.training.data.frames import FrameSource, is_frame
from gradproof.training.data.matrices import TARGET, from_arrays
from gradproof.training.data.open import open_source
from gradproof.training.data.source import Source
from gradproof.training.data.table import TableSource
from gradproof.training.job import Job, Model, formula_model, linear_model, run
from gradproof.training.losses import chosen_for, is_formula, loss_for, loss_named
from gradproof.training.metrics import predicted
from gradproof.training.model import Fitted
from gradproof.training.prepare import Prepared, TargetChoice, Wishes, prepare
from gradproof.training.rows import Split, Streamed
from gradproof.training.solving import STEP_RULES, Limits, Point
from gradproof.training.watching import Watch, notebook

if TYPE_CHECKING:
    from gradproof.training.distributed import DistributedSum

_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?", re.IGNORECASE)
_UNITS: Final = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


@final
@dataclass(frozen=True, slots=True)
class Request:
    """What a user may say about a training; `gradproof.api.fit` explains each."""

    target: str = TARGET
    features: Sequence[str] | None = None
    drop: Sequence[str] = ()
    category: Sequence[str] = ()
    weights: str | None = None
    impute: bool = False
    standardize: bool = False
    test_split: float = 0.0
    stream: bool = False
    memory_limit: str | int | None = None
    loss: str | Sequence[str] | None = None
    declare: Sequence[str] = ()
    parameters: Sequence[str] = ()
    sizes: dict[str, int] = field(default_factory=dict[str, int])
    prediction: str | None = None
    constants: dict[str, float] = field(default_factory=dict[str, float])
    l1: float = 0.0
    l2: float = 0.0
    intercept: bool = True
    solver: str | None = None
    step: float | str | None = None
    tolerance: float = 1e-6
    iterations: int | None = None
    batch: int = 256
    seed: int = 0
    checkpoint: str | None = None
    resume: str | None = None
    backend: str | None = None
    client: Any = None


def fit(
    data: Any,
    y: Any,
    request: Request,
    seen: Callable[[Point], None] = lambda _: None,
    *,
    shown: bool = True,
) -> Fitted:
    """Train and return the fitted model.

    Args:
        data: files, a frame or a matrix.
        y: the target beside a frame or a matrix.
        request: what the user said.
        seen: called with every point of the solver.
        shown: in a notebook, show the training as it goes.

    Raises:
        BadData: the data or the wishes do not fit; the message says what to do.
        CannotSolve: the solver does not fit the problem, or the steps are too long.
        MissingLibrary: a library that is needed is not installed.
    """
    limits = _limits(request)
    source = source_of(data, y, request)
    wishes = Wishes(
        target=request.target,
        features=None if request.features is None else tuple(request.features),
        drop=tuple(request.drop),
        category=tuple(request.category),
        weights=request.weights,
        impute=request.impute,
        standardize=request.standardize,
        split=Split(request.test_split, request.seed),
        stream=request.stream or request.client is not None,
    )
    build = _formula_model(request) if _written(request.loss) else _linear_model(request)
    prepared = prepare(source, wishes, build.choose)
    job = Job(
        l1=request.l1,
        l2=request.l2,
        intercept=request.intercept,
        solver=request.solver,
        limits=limits,
        batch=request.batch,
        constants=request.constants,
        checkpoint=request.checkpoint,
        resume=request.resume,
    )
    model = build.model(prepared, job)
    live = notebook(seen) if shown else None
    watch: Watch = (lambda _: seen) if live is None else live.begins
    summed = None if request.client is None else _distributed(prepared, model, request)
    try:
        fitted = run(prepared, model, job, source.name, watch, summed)
    finally:
        if summed is not None:
            summed.close()
        if live is not None:
            live.ends()
    if summed is None:
        return fitted
    if not summed.lost:
        return fitted
    note = f"workers lost on the way: {summed.lost}; the others read their rows"
    return replace(fitted, notes=(*fitted.notes, note))


def _distributed(prepared: Prepared, model: Model, request: Request) -> "DistributedSum":
    from gradproof.training.distributed import DistributedSum, Recipe

    kernel, rows = model.kernel, prepared.train
    if not isinstance(rows, Streamed):
        raise AssertionError("asked for when the table was prepared")
    if not kernel.additive:
        raise BadData(
            "the formula is no sum or mean over rows, so that it cannot be summed on several machines"
        )
    named = model.formula is None
    widths = {"features": len(prepared.encoding.features), "target": prepared.target.width}
    recipe = Recipe(
        loss=model.label if named else None,
        formula=model.formula,
        layout=kernel.layout,
        weighted=kernel.roles.weights is not None,
        constants=kernel.constants,
        backend=kernel.compiled.backend,
        kind=kernel.kind,
        widths=widths if named else kernel.widths,
    )
    return DistributedSum(kernel, recipe, rows, request.client)


@final
@dataclass(frozen=True, slots=True)
class _Build:
    """How a model is built: first what the target has to be, then, with the data, the model."""

    choose: TargetChoice
    model: Callable[[Prepared, Job], Model]


def _written(loss: str | Sequence[str] | None) -> bool:
    return loss is not None and (not isinstance(loss, str) or is_formula(loss))


def _linear_model(request: Request) -> _Build:
    asked = request.loss if isinstance(request.loss, str) else None
    named = None if asked is None else loss_named(asked)
    if request.declare or request.parameters or request.sizes or request.prediction:
        raise BadData("declare, parameters, sizes and predict go with a formula as --loss only")

    def model(prepared: Prepared, job: Job) -> Model:
        loss = loss_for(prepared.target.kind) if named is None else named
        unknown = sorted(set(job.constants) - set(loss.constants))
        if unknown:
            known = ", ".join(loss.constants) or "none"
            raise BadData(
                f"the loss {loss.name} has no constant {unknown[0]!r}; its constants: {known}"
            )
        return linear_model(loss, prepared, job, request.backend)

    return _Build(partial(chosen_for, named), model)


def _formula_model(request: Request) -> _Build:
    from gradproof.training.custom import kind_of_target, read_formula
    from gradproof.training.prediction import prediction_of

    texts = (request.loss,) if isinstance(request.loss, str) else tuple(request.loss or ())
    formula = read_formula(texts, request.constants, request.declare, request.parameters)
    formula = replace(formula, prediction=prediction_of(formula, request.prediction))

    def model(prepared: Prepared, job: Job) -> Model:
        return formula_model(formula, prepared, request.sizes, request.seed, request.backend)

    return _Build(partial(kind_of_target, formula), model)


def _limits(request: Request) -> Limits:
    """Return when to stop, every number checked.

    Raises:
        BadData: a number is out of its range, or a rule is unknown.
    """
    if not 0 <= request.test_split <= 0.9:
        raise BadData(
            f"a test split of {request.test_split:g}; expected a share from 0 to 0.9, such as 0.2"
        )
    for name, value in (("l1", request.l1), ("l2", request.l2)):
        if not (value >= 0 and np.isfinite(value)):
            raise BadData(f"{name} is {value:g}; expected 0 or a positive number, such as 1e-4")
    if not request.tolerance > 0:
        raise BadData(
            f"a tolerance of {request.tolerance:g}; expected a positive number, such as 1e-6"
        )
    if request.batch < 1 or (request.iterations is not None and request.iterations < 0):
        raise BadData("batch and iterations: expected whole numbers from 1 up")
    step = request.step
    if isinstance(step, str):
        if step not in STEP_RULES:
            raise BadData(f"a step {step!r}; expected a number or one of {', '.join(STEP_RULES)}")
        return Limits(request.tolerance, request.iterations, step, request.seed)
    step = None if step is None else float(step)
    if step is not None and not (step > 0 and np.isfinite(step)):
        raise BadData(f"a step of {step:g}; expected a positive number")
    return Limits(request.tolerance, request.iterations, step, request.seed)


def source_of(data: Any, y: Any, request: Request) -> Source:
    """Return what reads the data: files, a frame, or arrays.

    Raises:
        BadData: it is none of these.
    """
    limit = bytes_of(request.memory_limit)
    files = _files(data)
    if files:
        source = open_source(files, target=request.target, words=request.category)
        return source.within(limit) if limit and isinstance(source, TableSource) else source
    if is_frame(data):
        return FrameSource.of(data, y, request.target, tuple(request.category))
    return from_arrays(data, y)


def _files(data: Any) -> list[str]:
    """Return the paths of files that are given alone or in a list; nothing where it is something else."""
    if isinstance(data, str | os.PathLike):
        return [os.fspath(data)]  # pyright: ignore[reportUnknownArgumentType]
    if not isinstance(data, list | tuple):
        return []
    given: list[Any] = list(data)  # pyright: ignore[reportUnknownArgumentType]
    return [os.fspath(d) for d in given if isinstance(d, str | os.PathLike)]


def bytes_of(size: str | int | None) -> int | None:
    """Return a number of bytes from a text such as ``256M``.

    Raises:
        BadData: it is no size.
    """
    if size is None or isinstance(size, int):
        return size
    found = _SIZE.fullmatch(size.strip())
    if found is None:
        raise BadData(f"a memory limit of {size!r}; expected a size such as 256M or 2G")
    return int(float(found.group(1)) * _UNITS[found.group(2).upper()])


def predictions(fitted: Fitted, data: Any) -> tuple[list[str], list[Vector | list[str | float]]]:
    """Return names and columns of the predictions for every row of some files, a frame or a matrix.

    Classes come with the probability of each, where the loss has probabilities.

    Raises:
        BadData: a column is missing, or a value is missing or new.
    """
    encoding = fitted.encoding
    words = tuple(c.name for c in encoding.categories)
    request = Request(target=fitted.target.name)
    source = (
        FrameSource.of(data, None, request.target, ())
        if is_frame(data)
        else from_arrays(data, None, names=[n.name for n in encoding.numbers])
        if not isinstance(data, str | os.PathLike | list | tuple)
        else source_of(data, None, Request(target=fitted.target.name, category=words))
    )
    missing = [c for c in encoding.columns if c not in source.columns]
    if missing:
        told = (
            f"column {missing[0]!r} is" if len(missing) == 1 else f"columns {quoted(missing)} are"
        )
        raise BadData(
            f"{source.name}: the {told} missing, which the model was trained with; expected the "
            f"columns {', '.join(encoding.columns[:8])}{' …' if len(encoding.columns) > 8 else ''}"
        )
    classes = fitted.target.classes
    chances: list[Vector] = []
    others: list[Vector] = []
    labels: list[str | float] = []
    for batch in source.batches(dict.fromkeys(encoding.columns)):
        place = {n: k for k, n in enumerate(batch.names)}
        numbers = batch.numbers[:, [place[n.name] for n in encoding.numbers]]
        features = encoding.encode(replace(batch, numbers=numbers), source.name)
        chances.append(fitted.predict_encoded(features))
        labels += fitted.labels(chances[-1]) if classes else []
        if fitted.link == "logistic":
            others.append(predicted("logistic", -fitted.linear(features)))
    values = np.concatenate(chances) if chances else np.zeros(0)
    if not classes:
        return ["prediction"], [values]
    if fitted.link == "sign":
        return ["prediction"], [labels]
    rest = np.concatenate(others) if others else 1 - values
    table = values if values.ndim == 2 else np.stack([rest, values], axis=1)
    names = ["prediction", *(f"probability_{c}" for c in fitted.target.labels)]
    return names, [labels, *np.ascontiguousarray(table.T)]
