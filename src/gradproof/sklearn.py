"""Estimators for scikit-learn: linear models whose loss is a formula, trained with the derived gradient."""

# scikit-learn is optional and has no types of its own, so its base classes are unknown to the type checker.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUntypedBaseClass=false, reportUnknownParameterType=false, reportMissingParameterType=false
# pyright: reportOptionalMemberAccess=false, reportAttributeAccessIssue=false, reportPrivateUsage=false
# pyright: reportMissingTypeArgument=false, reportUnannotatedClassAttribute=false, reportMissingImports=false

import warnings
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from gradproof.training.arrays import Vector
from gradproof.training.estimating import Wanted, estimate
from gradproof.training.losses import LOSSES, Loss, centred, loss_named
from gradproof.training.metrics import predicted
from gradproof.training.solving import StepRule

__all__ = ["GeneralizedLinearModel", "LogisticRegression", "SoftmaxRegression"]


class _Linear(BaseEstimator):
    """What the estimators share: a mean loss over rows, a penalty, a solver."""

    def __init__(
        self,
        *,
        l2: float = 1e-4,
        l1: float = 0.0,
        fit_intercept: bool = True,
        solver: str | None = None,
        step: float | StepRule | None = None,
        tol: float = 1e-6,
        max_iter: int | None = None,
        warm_start: bool = False,
        backend: str | None = None,
        random_state: int = 0,
    ) -> None:
        self.l2 = l2
        self.l1 = l1
        self.fit_intercept = fit_intercept
        self.solver = solver
        self.step: float | StepRule | None = step
        self.tol = tol
        self.max_iter = max_iter
        self.warm_start = warm_start
        self.backend = backend
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _train(self, loss: Loss, x: Any, target: Vector, weights: Vector | None) -> None:
        """Train and keep what came out: ``coef_``, ``intercept_``, ``n_iter_``, ``gradient_norm_``, ``loss_curve_``."""
        start = None
        if self.warm_start and hasattr(self, "_parameters"):
            start = self._parameters
        wanted = Wanted(
            l1=self.l1,
            l2=self.l2,
            intercept=self.fit_intercept,
            solver=self.solver,
            step=self.step,
            tolerance=self.tol,
            iterations=self.max_iter,
            seed=self.random_state,
            backend=self.backend,
            constants=getattr(self, "constants", None),
        )
        track, layout = estimate(loss, x, target, weights, wanted, start)
        best = track.best
        self._parameters = best.parameters
        parts = layout.unpack(best.parameters)
        if loss.several:
            parts = centred(parts, penalised=bool(self.l1 or self.l2))
        coefficients = parts["W"].T if loss.several else parts["w"]
        self.coef_ = np.ascontiguousarray(coefficients)
        self.intercept_ = parts.get("b", np.zeros(coefficients.shape[0] if loss.several else ()))
        self.n_iter_ = len(track.curve) - 1
        self.gradient_norm_ = best.gradient_norm
        self.loss_ = best.value
        self.loss_curve_ = [value for value, _ in track.curve]
        if track.stopped in ("iterations", "stalled"):
            warnings.warn(
                f"not converged: gradient norm {best.gradient_norm:.2e} after {self.n_iter_} iterations; expected a "
                "larger max_iter or tol, or features of like sizes (StandardScaler)",
                ConvergenceWarning,
                stacklevel=3,
            )

    def _linear(self, x: Any) -> Vector:
        check_is_fitted(self)
        x = validate_data(self, x, accept_sparse="csr", reset=False, dtype=np.float64)
        coefficients = self.coef_.T if self.coef_.ndim == 2 else self.coef_
        return np.asarray(x @ coefficients + self.intercept_)


def _coded(y: Any) -> tuple[Any, Any]:
    """Return the classes, and the number of its class for every row; two whole numbers need no sorting.

    Raises:
        ValueError: these are no classes.
    """
    if y.dtype.kind in "biuf" and y.size:
        low, high = y.min(), y.max()
        upper = y == high
        if (
            low < high
            and low == np.floor(low)
            and high == np.floor(high)
            and (upper | (y == low)).all()
        ):
            return np.array([low, high]), upper.astype(np.intp)
    check_classification_targets(y)
    return np.unique(y, return_inverse=True)


class _Classifier(ClassifierMixin, _Linear):
    """What the classifiers share: classes, class weights, probabilities."""

    def __init__(
        self,
        *,
        l2: float = 1e-4,
        l1: float = 0.0,
        fit_intercept: bool = True,
        class_weight: dict[Any, float] | str | None = None,
        solver: str | None = None,
        step: float | StepRule | None = None,
        tol: float = 1e-6,
        max_iter: int | None = None,
        warm_start: bool = False,
        backend: str | None = None,
        random_state: int = 0,
    ) -> None:
        super().__init__(
            l2=l2,
            l1=l1,
            fit_intercept=fit_intercept,
            solver=solver,
            step=step,
            tol=tol,
            max_iter=max_iter,
            warm_start=warm_start,
            backend=backend,
            random_state=random_state,
        )
        self.class_weight = class_weight

    def _prepared(self, x: Any, y: Any, sample_weight: Any) -> tuple[Any, Any, Vector | None]:
        """Return checked features, the numbers of the classes and the weights of the rows."""
        x, y = validate_data(self, x, y, accept_sparse="csr", dtype=np.float64, order="C")
        self.classes_, codes = _coded(y)
        if len(self.classes_) < 2:
            raise ValueError(
                f"the target holds one class only, {self.classes_[0]!r}; expected two or more classes"
            )
        weights = None
        if sample_weight is not None:
            weights = _check_sample_weight(
                sample_weight, x, dtype=np.float64, ensure_non_negative=True
            )
        if self.class_weight is not None:
            each = compute_class_weight(self.class_weight, classes=self.classes_, y=y)[codes]
            weights = each if weights is None else weights * each
        return x, codes, weights

    def predict(self, X: Any) -> Any:
        """Return the most probable class of each row, shape (rows,)."""
        linear = self._linear(X)
        picked = linear.argmax(axis=1) if linear.ndim == 2 else (linear > 0).astype(int)
        return self.classes_[picked]

    def predict_log_proba(self, X: Any) -> Vector:
        """Return the logarithms of the probabilities, shape (rows, classes)."""
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def decision_function(self, X: Any) -> Vector:
        """Return the linear values, shape (rows, classes); for two classes the second less the first, shape (rows,)."""
        linear = self._linear(X)
        two = linear.ndim == 2 and linear.shape[1] == 2
        return linear[:, 1] - linear[:, 0] if two else linear


class LogisticRegression(_Classifier):
    """Two classes: minimises the mean binary cross entropy plus ``l1 ‖w‖₁ + l2/2 ‖w‖²``, the intercept free.

    ``l2 = 1 / (C m)`` is what scikit-learn's estimator of this name minimises with its C for m rows.

    Args:
        l2: weight of half the squares of the coefficients.
        l1: weight of their absolute values.
        fit_intercept: with an intercept.
        class_weight: weights of the classes, or ``balanced``.
        solver: as for ``gradproof fit``; None chooses by size.
        step: a number, ``bb``, ``1/L`` or ``line-search``, for solvers that follow the gradient.
        tol: of the norm of the gradient.
        max_iter: iterations at most; None leaves it to the solver.
        warm_start: start from the last solution.
        backend: ``numpy`` or ``numba``; None chooses.
        random_state: of mini-batches.
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train on features X, shape (rows, features), dense or sparse, and classes y, shape (rows,)."""
        x, codes, weights = self._prepared(X, y, sample_weight)
        if len(self.classes_) > 2:
            raise ValueError(
                "Only binary classification is supported. The type of the target is multiclass. "
                "SoftmaxRegression takes several classes."
            )
        self._train(LOSSES["logistic"], x, codes.astype(np.float64), weights)
        return self

    def predict_proba(self, X: Any) -> Vector:
        """Return the probabilities of both classes, shape (rows, 2)."""
        linear = self._linear(X)
        return np.stack([predicted("logistic", -linear), predicted("logistic", linear)], axis=1)


class SoftmaxRegression(_Classifier):
    """Several classes: minimises the mean cross entropy plus ``l1 ‖W‖₁ + l2/2 ‖W‖²``.

    The arguments are those of `LogisticRegression`.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train on features X, shape (rows, features), dense or sparse, and classes y, shape (rows,)."""
        x, codes, weights = self._prepared(X, y, sample_weight)
        target = np.zeros((codes.shape[0], len(self.classes_)))
        target[np.arange(codes.shape[0]), codes] = 1.0
        self._train(LOSSES["softmax"], x, target, weights)
        return self

    def predict_proba(self, X: Any) -> Vector:
        """Return the probabilities, shape (rows, classes)."""
        return predicted("softmax", self._linear(X))


class GeneralizedLinearModel(RegressorMixin, _Linear):
    """Numbers: minimises the mean of a loss of ``h = Xw + b`` plus ``l1 ‖w‖₁ + l2/2 ‖w‖²``.

    Args:
        loss: ``squared``, ``poisson`` or ``huber``.
        constants: values of the constants of the loss, such as ``{"delta": 1.35}``.
        l2: and the others: as LogisticRegression.
    """

    def __init__(
        self,
        loss: str = "squared",
        *,
        constants: dict[str, float] | None = None,
        l2: float = 1e-4,
        l1: float = 0.0,
        fit_intercept: bool = True,
        solver: str | None = None,
        step: float | StepRule | None = None,
        tol: float = 1e-6,
        max_iter: int | None = None,
        warm_start: bool = False,
        backend: str | None = None,
        random_state: int = 0,
    ) -> None:
        super().__init__(
            l2=l2,
            l1=l1,
            fit_intercept=fit_intercept,
            solver=solver,
            step=step,
            tol=tol,
            max_iter=max_iter,
            warm_start=warm_start,
            backend=backend,
            random_state=random_state,
        )
        self.loss = loss
        self.constants = constants

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.positive_only = self.loss == "poisson"
        return tags

    def _named(self) -> Loss:
        loss = loss_named(self.loss)
        if loss.target not in ("number", "count"):
            raise ValueError(
                f"the loss {self.loss!r} wants classes; expected squared, poisson or huber, or the estimator "
                "LogisticRegression or SoftmaxRegression"
            )
        return loss

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train on features X, shape (rows, features), dense or sparse, and numbers y, shape (rows,)."""
        loss = self._named()
        x, target = validate_data(
            self, X, y, accept_sparse="csr", dtype=np.float64, order="C", y_numeric=True
        )
        target = target.astype(np.float64)
        if loss.target == "count" and (target < 0).any():
            raise ValueError("the loss 'poisson' expects counts, and some are negative")
        weights = None
        if sample_weight is not None:
            weights = _check_sample_weight(
                sample_weight, x, dtype=np.float64, ensure_non_negative=True
            )
        self._train(loss, x, target, weights)
        return self

    def predict(self, X: Any) -> Vector:
        """Return the predicted numbers, shape (rows,)."""
        return predicted(self._named().link, self._linear(X))
