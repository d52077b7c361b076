"""The command ``gradproof fit``."""

import argparse
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from gradproof import api
from gradproof.cli.codes import CLEAN, FAILED, INTERRUPTED, WRONG
from gradproof.cli.progress import Progress

if TYPE_CHECKING:
    from gradproof.training.model import Fitted


def run(options: argparse.Namespace) -> int:
    """Train as the command line asks, print what came out, write the files and return the exit code."""
    from gradproof.training.data.batch import BadData
    from gradproof.training.libraries import MissingLibrary
    from gradproof.training.plots import require_kind
    from gradproof.training.saving import CannotSave, require_writable
    from gradproof.training.solving import CannotSolve

    try:
        for path in (options.output, options.checkpoint, options.plot):
            if path is not None:
                require_writable(path)
        if options.plot is not None:
            require_kind(options.plot)
        with (
            _client(options.scheduler) as client,
            Progress(quiet=options.quiet, colour=options.color) as progress,
        ):
            fitted = api.fit(
                options.files,
                target=options.target,
                features=_names(options.features),
                drop=_names(options.drop) or (),
                category=_names(options.category) or (),
                weights=options.weights,
                impute=options.impute,
                standardize=options.standardize,
                test_split=options.test_split,
                stream=options.stream,
                memory_limit=options.memory_limit,
                loss=_loss(options.loss),
                declare=options.declare or (),
                parameters=_names(options.parameters) or (),
                sizes={k: int(v) for k, v in _numbers(options.sizes, "--size", "k=16").items()},
                prediction=options.predict,
                backend=options.backend,
                constants=_numbers(options.constants, "--set", "delta=1.35"),
                l1=options.l1,
                l2=options.l2,
                intercept=options.intercept,
                solver=options.solver,
                step=_step(options.step),
                tolerance=options.tolerance,
                iterations=options.iterations,
                batch=options.batch,
                seed=options.seed,
                checkpoint=options.checkpoint,
                resume=options.resume,
                client=client,
                seen=progress.seen,
            )
    except (BadData, CannotSolve, MissingLibrary, CannotSave) as failure:
        sys.stderr.write(f"gradproof fit: {failure}\n")
        return FAILED
    sys.stdout.write(fitted.to_json() + "\n" if options.format == "json" else fitted.to_text())
    sys.stdout.flush()
    try:
        if options.output is not None:
            fitted.save(options.output)
        if options.plot is not None:
            _plot(fitted, options.plot)
    except (CannotSave, BadData, MissingLibrary) as failure:
        sys.stderr.write(f"gradproof fit: {failure}\n{_rescued(fitted, options)}")
        return FAILED
    if fitted.reason == "interrupted":
        return INTERRUPTED
    return CLEAN if fitted.converged else WRONG


def _client(scheduler: str | None) -> AbstractContextManager[Any]:
    """Return the client of a cluster, closed at the end, or nothing where none is asked for."""
    if scheduler is None:
        return nullcontext()
    from gradproof.training.distributed import connected

    return connected(scheduler)


def _plot(fitted: "Fitted", path: str) -> None:
    from gradproof.training.plots import plot

    plot(fitted, path)


def _rescued(fitted: "Fitted", options: argparse.Namespace) -> str:
    """Write the model where there may be room, so that nothing is lost, and say where."""
    import tempfile

    from gradproof.training.saving import CannotSave

    if options.output is None:
        return ""
    path = f"{tempfile.mkdtemp(prefix='gradproof-')}/model"
    try:
        fitted.save(path)
    except CannotSave:
        return "no other place has room for the model; the coefficients stand above, all of them with --format json\n"
    return f"the model was written to {path}.json and {path}.npz instead\n"


def _names(given: list[str] | None) -> tuple[str, ...] | None:
    if given is None:
        return None
    return tuple(n.strip() for text in given for n in text.split(",") if n.strip())


def _loss(given: list[str] | None) -> str | list[str] | None:
    return given[0] if given is not None and len(given) == 1 else given


def _numbers(given: list[str] | None, option: str, example: str) -> dict[str, float]:
    from gradproof.training.data.batch import BadData

    out: dict[str, float] = {}
    for text in given or ():
        name, equals, value = text.partition("=")
        try:
            out[name.strip()] = float(value)
        except ValueError:
            equals = ""
        if not equals or not name.strip():
            raise BadData(f"{option} {text!r}: expected a name and a number, such as {example}")
    return out


def _step(given: str | None) -> float | str | None:
    if given is None:
        return None
    try:
        return float(given)
    except ValueError:
        return given
