"""Losses that outliers hurt less, counts, weights of classes, penalties of two kinds."""

import numpy as np


def student(x, w, y, nu):
    r = x @ w - y
    return x.T @ (2 * r / (nu + r**2))


def student_single(x, w, y, nu):
    x, w, y = (np.asarray(v, np.float32) for v in (x, w, y))
    r = x @ w - y
    return x.T @ (2 * r / (np.float32(nu) + r**2))


def student_half(x, w, y, nu):
    r = x @ w - y
    return x.T @ (r / (nu + r**2))


def student_no_inner(x, w, y, nu):
    r = x @ w - y
    return x.T @ (1 / (1 + r**2 / nu))


def counts(x, w, y, r):
    mu = np.exp(x @ w)
    return x.T @ ((y + r) * mu / (r + mu) - y)


def counts_by_hand(x, w, y, r):
    g = np.zeros(len(w))
    for i in range(len(y)):
        mu = np.exp(x[i] @ w)
        g += ((y[i] + r) * mu / (r + mu) - y[i]) * x[i]
    return g


def counts_log_derivative(x, w, y, r):
    mu = np.exp(x @ w)
    return x.T @ ((y + r) / (r + mu) - y)


def counts_integers(x, w, y, r):
    g = np.zeros(len(w), dtype=int)
    mu = np.exp(x @ w)
    for i in range(len(y)):
        g += (((y[i] + r) * mu[i] / (r + mu[i]) - y[i]) * x[i]).astype(int)
    return g


def counts_likelihood(x, w, y, r):
    mu = np.exp(x @ w)
    return x.T @ (y - (y + r) * mu / (r + mu))


def weighted(X, w, y, c):
    p = 1 / (1 + np.exp(-X @ w))
    return X.T @ ((1 - y) * p - c * y * (1 - p)) / len(y)


def weighted_both(X, w, y, c):
    p = 1 / (1 + np.exp(-X @ w))
    return X.T @ (c * (p - y)) / len(y)


def weighted_column(X, w, y, c):
    p = 1 / (1 + np.exp(-X @ w))
    y = y[:, None]
    return (X.T @ ((1 - y) * p - c * y * (1 - p)) / len(y)).sum(axis=1)


def elastic(X, w, y, lam, alpha):
    return X.T @ (X @ w - y) / len(y) + lam * (alpha * np.sign(w) + (1 - alpha) * w)


def elastic_doubled(X, w, y, lam, alpha):
    return X.T @ (X @ w - y) / len(y) + lam * (alpha * np.sign(w) + 2 * (1 - alpha) * w)


def elastic_no_sign(X, w, y, lam, alpha):
    return X.T @ (X @ w - y) / len(y) + lam * (alpha + (1 - alpha) * w)


def elastic_sum_and_flipped(X, w, y, lam, alpha):
    return X.T @ (y - X @ w) + lam * (alpha * np.sign(w) + (1 - alpha) * w)
