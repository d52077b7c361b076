"""The part of the facade that trains: data in, fitted models out."""

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradproof.training.model import Fitted
    from gradproof.training.solving import Point


def fit(
    data: Any,
    y: Any = None,
    *,
    target: str = "y",
    features: Sequence[str] | None = None,
    drop: Sequence[str] = (),
    category: Sequence[str] = (),
    weights: str | None = None,
    impute: bool = False,
    standardize: bool = False,
    test_split: float = 0.0,
    stream: bool = False,
    memory_limit: str | int | None = None,
    loss: str | Sequence[str] | None = None,
    declare: Sequence[str] = (),
    parameters: Sequence[str] = (),
    sizes: dict[str, int] | None = None,
    prediction: str | None = None,
    constants: "dict[str, float] | None" = None,
    l1: float = 0.0,
    l2: float = 0.0,
    intercept: bool = True,
    solver: str | None = None,
    step: float | str | None = None,
    tolerance: float = 1e-6,
    iterations: int | None = None,
    batch: int = 256,
    seed: int = 0,
    checkpoint: str | None = None,
    resume: str | None = None,
    backend: str | None = None,
    client: Any = None,
    seen: "Callable[[Point], None] | None" = None,
    shown: bool = True,
) -> "Fitted":
    """Train a model whose loss is a formula; the solver follows the derived gradient.

    Args:
        data: a file or several (CSV, Parquet, Arrow, .npz, SVMlight), a frame, or a matrix of features, dense or
            sparse, of shape (rows, features).
        y: the target beside a frame or a matrix, shape (rows,).
        target: the name of the target column.
        features: the columns to use; None for all others.
        drop: columns to leave out.
        category: columns to read as categories even where they look like numbers.
        weights: the column that says how much each row counts.
        impute: fill missing values with the mean or the most frequent word.
        standardize: bring the columns of numbers to mean 0 and deviation 1.
        test_split: the share of the rows that is held out and measured on.
        stream: read the table again in every pass instead of holding it in memory.
        memory_limit: with `stream`, memory for rows at one time, in bytes or as ``256M``.
        loss: the name of a loss, or a formula in TeX (or several: the loss and its definitions); None chooses by
            the target. In a formula X is the features (or ``x_i`` a row of them), y the target.
        declare: facts about the names of a formula.
        parameters: the names of a formula that are trained; without it all that are neither data nor constants.
        sizes: of parameters that the data do not tell, such as the number of hidden units.
        prediction: the name, defined in the formula, of what is predicted.
        constants: values for the constants of the loss or formula.
        l1: ``l1 ‖w‖₁`` is added to the mean loss; the intercept is free.
        l2: ``l2/2 ‖w‖²`` is added to the mean loss; the intercept is free.
        intercept: with an intercept.
        solver: the name of a solver; None chooses by size and formula.
        step: a number, or ``bb``, ``1/L``, ``line-search``; None is what the solver does best.
        tolerance: of the gradient norm.
        iterations: at most so many.
        batch: rows of a mini-batch.
        seed: of mini-batches and of the test split.
        checkpoint: a file to which the best parameters so far are written now and then.
        resume: a checkpoint to go on from.
        backend: ``numpy`` or ``numba``; None takes numba where it is installed and there is enough to do.
        client: a ``dask.distributed.Client``: the rows are held by its workers; `gradproof.dask.fit` is the same.
        seen: called with every point of the solver.
        shown: in a notebook, show the curve as it goes and, for two features, where the classes part.

    Raises:
        BadData: the data or the wishes do not fit; the message says what to do.
        CannotSolve: the solver does not fit the problem, or its steps are too long.
        CannotSave: a checkpoint cannot be written.
        MissingLibrary: a library of the extra ``fit`` is not installed.
    """
    from gradproof.training.fitting import Request
    from gradproof.training.fitting import fit as train

    request = Request(
        target=target, features=features, drop=drop, category=category, weights=weights, impute=impute,
        standardize=standardize, test_split=test_split, stream=stream, memory_limit=memory_limit, loss=loss,
        declare=declare, parameters=parameters, sizes=sizes or {}, prediction=prediction,
        backend=backend, client=client, constants=constants or {}, l1=l1, l2=l2, intercept=intercept,
        solver=solver, step=step, tolerance=tolerance,
        iterations=iterations, batch=batch, seed=seed, checkpoint=checkpoint, resume=resume,
    )  # fmt: skip
    return train(data, y, request, (lambda _: None) if seen is None else seen, shown=shown)


def load_model(path: str | os.PathLike[str]) -> "Fitted":
    """Read a model that was saved.

    Raises:
        BadData: a file is missing or damaged.
    """
    from gradproof.training.model import load

    return load(os.fspath(path))


def predict(fitted: "Fitted", data: Any) -> "dict[str, Any]":
    """Return the predictions for every row of some files, a frame or a matrix of features, by name.

    Raises:
        BadData: a column is missing, or a value is missing or new.
    """
    from gradproof.training.fitting import predictions

    return dict(zip(*predictions(fitted, data), strict=True))
