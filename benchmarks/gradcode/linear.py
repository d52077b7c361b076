"""Least squares, with and without a penalty."""

import numpy as np


def right(X, y, w):
    m = len(y)
    return (1 / m) * X.T.dot(X.dot(w) - y)


def right_normal(X, y, w):
    return (X.T @ X @ w - X.T @ y) / X.shape[0]


def two_over_m(X, y, w):
    return 2 / len(y) * X.T @ (X @ w - y)


def no_mean(X, y, w):
    return X.T @ (X @ w - y)


def residual_reversed(X, y, w):
    residual = y - X @ w
    return X.T @ residual / len(y)


def without_target(X, y, w):
    return X.T @ X @ w / len(y)


def without_design(X, y, w):
    return (X @ w - y) / len(y)


def transpose_forgotten(X, y, w):
    return X @ (X @ w - y) / len(y)


def ridge_right(X, y, w, lam):
    m = X.shape[0]
    return X.T @ (X @ w - y) / m + lam * w


def ridge_double(X, y, w, lam):
    m = X.shape[0]
    return X.T @ (X @ w - y) / m + 2 * lam * w


def ridge_half(X, y, w, lam):
    m = X.shape[0]
    return X.T @ (X @ w - y) / m + lam / 2 * w


def ridge_forgotten(X, y, w, lam=0.1):
    return X.T @ (X @ w - y) / X.shape[0]


def ridge_over_m(X, y, w, lam):
    m = X.shape[0]
    return (X.T @ (X @ w - y) + lam * w) / m


def ridge_minus(X, y, w, lam):
    m = X.shape[0]
    return X.T @ (X @ w - y) / m - lam * w


def ridge_overwritten(X, y, w, lam):
    penalty = w
    penalty *= lam
    return X.T @ (X @ w - y) / X.shape[0] + penalty


def lasso_right(X, y, w, lam):
    return X.T @ (X @ w - y) / len(y) + lam * np.sign(w)


def lasso_no_sign(X, y, w, lam):
    return X.T @ (X @ w - y) / len(y) + lam


def lasso_as_ridge(X, y, w, lam):
    return X.T @ (X @ w - y) / len(y) + lam * w


def lasso_abs(X, y, w, lam):
    return X.T @ (X @ w - y) / len(y) + lam * np.abs(w)
