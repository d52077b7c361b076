"""A fitted model: plain data that predicts, and that is saved as JSON beside arrays."""

import contextlib
import io
import json
import zipfile
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, final

import numpy as np

from gradproof._version import __version__
from gradproof.training.arrays import Matrix, Vector
from gradproof.training.asked import Formula
from gradproof.training.data.batch import BadData
from gradproof.training.data.encoding import Encoding
from gradproof.training.data.target import Target
from gradproof.training.losses import Link
from gradproof.training.metrics import predicted
from gradproof.training.plane import Plane
from gradproof.training.saving import write_whole

SCHEMA: Final = 1


@final
@dataclass(frozen=True, slots=True)
class Fitted:
    """What training gives.

    Attributes:
        loss: its name, or ``formula``.
        formulas: what was trained, in TeX: the sum over rows, before the mean is taken.
        link: how predictions are made of linear values; None for a formula of the user's.
        parameters: arrays by name; the features of `encoding` are the rows of coefficients.
        encoding: how columns become features.
        target: how the target becomes numbers.
        l1: weight of the absolute values.
        l2: weight of half the squares.
        solver: its name.
        reason: ``converged``, ``iterations``, ``interrupted`` or ``stalled``.
        iterations: how many the solver took.
        evaluations: how often value and gradient were computed.
        value: the objective at the end.
        gradient_norm: the norm of its (least) gradient there.
        curve: value and gradient norm after every iteration.
        metrics: on the rows that were held out, or on all where none were.
        held_out: how many rows were held out.
        rows: how many rows were used for training.
        source: what the data came from.
        notes: what was assumed and found.
        constants: values of the constants of the formula.
        calibration: of probabilities, ten bins: the mean of what was predicted, the share of rows that it was true
            of, how many rows.
        formula: a formula of the user's, as it was read.
        plane: two features as a plane, for pictures; it is not saved.
    """

    loss: str
    formulas: tuple[str, ...]
    link: Link | None
    parameters: dict[str, Vector]
    encoding: Encoding
    target: Target
    l1: float
    l2: float
    solver: str
    reason: str
    iterations: int
    evaluations: int
    value: float
    gradient_norm: float
    curve: tuple[tuple[float, float], ...]
    metrics: dict[str, float]
    held_out: int
    rows: int
    source: str
    notes: tuple[str, ...] = ()
    constants: dict[str, float] = field(default_factory=dict[str, float])
    calibration: tuple[tuple[float, float, float], ...] = ()
    formula: Formula | None = None
    plane: Plane | None = None

    @property
    def converged(self) -> bool:
        """Whether the gradient norm is under the tolerance."""
        return self.reason == "converged"

    @property
    def coefficients(self) -> Vector:
        """The coefficients of the features, shape (features,) or (features, classes)."""
        return self.parameters["W"] if "W" in self.parameters else self.parameters["w"]

    @property
    def intercept(self) -> Vector | float:
        """The intercept, a number or of shape (classes,); 0 where there is none."""
        found = self.parameters.get("b")
        if found is None:
            return 0.0
        return float(found) if found.ndim == 0 else found

    def linear(self, features: Matrix) -> Vector:
        """Return the linear values h of encoded features, shape (rows,) or (rows, classes)."""
        return np.asarray(features @ self.coefficients + self.intercept)

    def predict_encoded(self, features: Matrix) -> Vector:
        """Return the predictions for encoded features: probabilities, counts or numbers.

        Raises:
            BadData: a formula of the user's names no prediction.
        """
        if self.formula is not None:
            from gradproof.training.prediction import predict

            return predict(self.formula, self.parameters, features)
        if self.link is None:
            raise BadData("this model has no predictions")
        return predicted(self.link, self.linear(features))

    def labels(self, prediction: Vector) -> "list[str | float]":
        """Return the classes that are most probable by what `predict_encoded` gave."""
        edge = 0 if self.link == "sign" else 0.5
        picked = prediction.argmax(axis=1) if prediction.ndim == 2 else prediction > edge
        return [self.target.classes[k] for k in picked.astype(int).tolist()]

    def save(self, path: str) -> None:
        """Write ``path`` (JSON) and, beside it, the arrays (``.npz``); both or none.

        Raises:
            CannotSave: a file cannot be written; what stood there before is untouched.
        """
        target, arrays = paths_of(path)
        buffer = io.BytesIO()
        parts: dict[str, Any] = {f"parameter_{k}": v for k, v in self.parameters.items()}
        np.savez(buffer, curve=np.array(self.curve).reshape(-1, 2), **parts)
        data = buffer.getvalue()
        text = json.dumps(self._described(Path(arrays).name, data), ensure_ascii=False, indent=1)
        write_whole([(arrays, data), (target, (text + "\n").encode())])

    def _described(self, arrays: str, data: bytes) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "tool": "gradproof",
            "version": __version__,
            "numpy": version("numpy"),
            "loss": self.loss,
            "formulas": list(self.formulas),
            "constants": self.constants,
            "link": self.link,
            "formula": None if self.formula is None else self.formula.to_json(),
            "parameters": {k: list(v.shape) for k, v in self.parameters.items()},
            "features": list(self.encoding.features),
            "intercept": np.asarray(self.parameters.get("b", 0.0)).tolist(),
            "encoding": self.encoding.to_json(),
            "target": self.target.to_json(),
            "l1": self.l1,
            "l2": self.l2,
            "solver": self.solver,
            "reason": self.reason,
            "iterations": self.iterations,
            "evaluations": self.evaluations,
            "value": self.value,
            "gradient_norm": self.gradient_norm,
            "metrics": self.metrics,
            "calibration": [list(p) for p in self.calibration],
            "held_out": self.held_out,
            "rows": self.rows,
            "source": self.source,
            "notes": list(self.notes),
            "arrays": arrays,
            "arrays_sha256": sha256(data).hexdigest(),
        }

    def to_text(self) -> str:
        """Return what a person wants to know: how it went, how good it is, what was learned."""
        from gradproof.training.telling import to_text

        return to_text(self)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:  # pyright: ignore[reportUnusedFunction]
        """Return the model as text, and as a picture where matplotlib is there, for notebooks."""
        from gradproof.training.libraries import MissingLibrary
        from gradproof.training.plots import draw

        out = {"text/plain": self.to_text()}
        with contextlib.suppress(MissingLibrary):
            out["image/svg+xml"] = draw(self).decode()
        return out

    def to_json(self) -> str:
        """Return what is known of the model as JSON, the coefficients included."""
        data = self._described("", b"")
        del data["arrays"], data["arrays_sha256"]
        data["coefficients"] = {k: np.asarray(v).tolist() for k, v in self.parameters.items()}
        data["curve"] = [list(p) for p in self.curve]
        return json.dumps(data, ensure_ascii=False, indent=1)


def paths_of(path: str) -> tuple[str, str]:
    """Return the names of the two files of a model."""
    stem = path.removesuffix(".json").removesuffix(".npz")
    return f"{stem}.json", f"{stem}.npz"


def load(path: str) -> Fitted:
    """Read a model that `Fitted.save` wrote.

    Raises:
        BadData: a file is missing or damaged, or the two do not belong together.
    """
    described, arrays = paths_of(path)
    try:
        data = json.loads(Path(described).read_text(encoding="utf-8"))
        raw = Path(arrays).read_bytes()
    except FileNotFoundError as failure:
        raise BadData(
            f"{failure.filename}: no such file; a model is {described} beside {arrays}"
        ) from None
    except (OSError, ValueError) as failure:
        raise BadData(f"{described}: the model cannot be read: {failure}") from failure
    try:
        if data["schema"] != SCHEMA:
            raise BadData(
                f"{described}: a model of version {data['schema']}; this gradproof reads version {SCHEMA}"
            )
        if sha256(raw).hexdigest() != data["arrays_sha256"]:
            raise BadData(
                f"{arrays}: it is damaged or does not belong to {described}; train again, or restore both files"
            )
        with np.load(io.BytesIO(raw), allow_pickle=False) as file:
            held = {k: np.asarray(file[k], dtype=np.float64) for k in file.files}
        return Fitted(
            loss=str(data["loss"]),
            formulas=tuple(data["formulas"]),
            link=data["link"],
            formula=None if data["formula"] is None else Formula.from_json(data["formula"]),
            parameters={k: held[f"parameter_{k}"] for k in data["parameters"]},
            encoding=Encoding.from_json(data["encoding"]),
            target=Target.from_json(data["target"]),
            curve=tuple((float(a), float(b)) for a, b in held["curve"]),
            notes=tuple(data["notes"]),
            calibration=tuple((float(a), float(b), float(c)) for a, b, c in data["calibration"]),
            **{k: data[k] for k in _PLAIN},
        )
    except (KeyError, TypeError, ValueError, zipfile.BadZipFile) as failure:
        if isinstance(failure, BadData):
            raise
        raise BadData(
            f"{described}: this is no model of gradproof, or a damaged one ({failure!r})"
        ) from failure


_PLAIN: Final = (
    "l1", "l2", "solver", "reason", "iterations", "evaluations", "value", "gradient_norm", "metrics", "held_out",
    "rows", "source", "constants",
)  # fmt: skip
