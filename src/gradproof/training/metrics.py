"""How good predictions are on rows that were held out; computed by scikit-learn."""

from typing import Any, Final

import numpy as np

from gradproof.training.arrays import Vector
from gradproof.training.data.target import Target
from gradproof.training.libraries import library
from gradproof.training.losses import Link

BINS: Final = 10


def scores(link: Link, target: Target, prediction: Vector, truth: Vector) -> dict[str, float]:
    """Return the metrics by name, in the order in which they are shown.

    Args:
        link: what kind of prediction it is.
        target: classes, if any.
        prediction: what `predicted` gives, shape (rows,) or (rows, classes).
        truth: the targets as the loss takes them.
    """
    metrics: Any = library("sklearn.metrics", "metrics on held-out rows")
    match link:
        case "logistic" | "softmax":
            return _classes(metrics, prediction, truth)
        case "sign":
            out = {"accuracy": float(((prediction > 0) == (truth > 0.5)).mean())}
            if _both(truth):
                out["roc auc"] = float(metrics.roc_auc_score(truth > 0.5, prediction))
            return out
        case "exponential":
            mean = np.maximum(prediction, 1e-300)
            return {
                "mean poisson deviance": float(metrics.mean_poisson_deviance(truth, mean)),
                "mean absolute error": float(metrics.mean_absolute_error(truth, mean)),
            }
        case "identity":
            squares = float(metrics.mean_squared_error(truth, prediction))
            return {
                "r2": float(metrics.r2_score(truth, prediction))
                if truth.shape[0] > 1
                else float("nan"),
                "root mean squared error": float(np.sqrt(squares)),
                "mean absolute error": float(metrics.mean_absolute_error(truth, prediction)),
            }


def link_for(target: Target, prediction: Vector) -> Link:
    """Return what kind of prediction a formula of the user's gives."""
    match target.kind:
        case "binary":
            inside = bool(((prediction >= 0) & (prediction <= 1)).all())
            return "logistic" if inside else "sign"
        case "classes":
            return "softmax"
        case "number" | "count":
            return "identity"


def predicted(link: Link, linear: Vector) -> Vector:
    """Return the prediction: probabilities, counts or numbers, in the shape of `linear`."""
    match link:
        case "logistic":
            small = np.exp(-np.abs(linear))
            return np.where(linear >= 0, 1 / (1 + small), small / (1 + small))
        case "softmax":
            powers = np.exp(linear - linear.max(axis=1, keepdims=True))
            return powers / powers.sum(axis=1, keepdims=True)
        case "exponential":
            return np.exp(linear)
        case "identity" | "sign":
            return linear


def _classes(metrics: Any, chance: Vector, truth: Vector) -> dict[str, float]:
    several = chance.ndim == 2
    labels = list(range(chance.shape[1] if several else 2))
    right = truth.argmax(axis=1) if several else truth.astype(int)
    picked = chance.argmax(axis=1) if several else (chance > 0.5).astype(int)
    out = {
        "log loss": float(metrics.log_loss(right, chance, labels=labels)),
        "accuracy": float(metrics.accuracy_score(right, picked)),
    }
    if len(np.unique(right)) == len(labels):
        options = {"multi_class": "ovr"} if several else {}
        out["roc auc"] = float(metrics.roc_auc_score(right, chance, **options))
    bins = calibration(chance, truth)
    out["calibration error"] = sum(n * abs(p - q) for p, q, n in bins) / sum(n for *_, n in bins)
    return out


def calibration(chance: Vector, truth: Vector) -> tuple[tuple[float, float, float], ...]:
    """Return for ten equal bins of the predicted probability its mean, the share of rows it was true of, how many.

    Of several classes the most probable one counts. The weighted mean of the differences is the expected calibration
    error of Naeini, Cooper, Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", AAAI 2015.
    """
    if chance.ndim == 2:
        picked = chance.argmax(axis=1)
        true = truth[np.arange(truth.shape[0]), picked]
        chance = chance.max(axis=1)
    else:
        true = truth
    bins = np.minimum((chance * BINS).astype(int), BINS - 1)
    counts = np.bincount(bins, minlength=BINS)
    means = np.bincount(bins, weights=chance, minlength=BINS) / np.maximum(counts, 1)
    shares = np.bincount(bins, weights=true, minlength=BINS) / np.maximum(counts, 1)
    kept = np.flatnonzero(counts)
    return tuple((float(means[k]), float(shares[k]), float(counts[k])) for k in kept)


def _both(truth: Vector) -> bool:
    return bool((truth > 0.5).any() and (truth <= 0.5).any())
