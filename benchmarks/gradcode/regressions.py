"""Regressions with other losses: weights, log-cosh, squared hinge, exponential times."""

import numpy as np


def weighted_right(w, x, y, c):
    r = x @ w - y
    return x.T @ (c * r)


def weighted_without(w, x, y, c):
    return x.T @ (x @ w - y)


def weighted_squared(w, x, y, c):
    return x.T @ (c**2 * (x @ w - y))


def weighted_reversed(w, x, y, c):
    r = y - x @ w
    return x.T @ (c * r)


def weighted_twice(w, x, y, c):
    r = x @ w - y
    return 2 * x.T @ (c * r)


def logcosh_right(w, x, y):
    return x.T @ np.tanh(x @ w - y)


def logcosh_outer(w, x, y):
    return x.T @ np.log(np.cosh(x @ w - y))


def logcosh_slope(w, x, y):
    r = x @ w - y
    return x.T @ (1 - np.tanh(r) ** 2)


def squared_hinge_right(w, x, y):
    margin = np.maximum(0, 1 - y * (x @ w))
    return -2 * x.T @ (y * margin)


def squared_hinge_half(w, x, y):
    margin = np.maximum(0, 1 - y * (x @ w))
    return -x.T @ (y * margin)


def squared_hinge_plus(w, x, y):
    margin = np.maximum(0, 1 - y * (x @ w))
    return 2 * x.T @ (y * margin)


def squared_hinge_no_label(w, x, y):
    margin = np.maximum(0, 1 - y * (x @ w))
    return -2 * x.T @ margin


def squared_hinge_no_kink(w, x, y):
    margin = 1 - y * (x @ w)
    return -2 * x.T @ (y * margin)


def times_right(w, x, y):
    mu = np.exp(x @ w)
    return x.T @ (1 - y / mu)


def times_no_log(w, x, y):
    mu = np.exp(x @ w)
    return -x.T @ (y / mu)


def times_sign(w, x, y):
    mu = np.exp(x @ w)
    return x.T @ (1 + y / mu)


def times_not_chained(w, x, y):
    mu = np.exp(x @ w)
    return x.T @ (1 / mu - y / mu**2)
