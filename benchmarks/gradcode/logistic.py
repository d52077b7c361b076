"""Logistic regression, written in the ways in which course work is."""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def right(w, X, y):
    m = X.shape[0]
    return X.T @ (sigmoid(X @ w) - y) / m


def right_loop(w, X, y):
    m, n = X.shape
    grad = np.zeros(n)
    for i in range(m):
        p = sigmoid(np.dot(X[i], w))
        for j in range(n):
            grad[j] += (p - y[i]) * X[i, j]
    return grad / m


def right_float32(w, X, y):
    w, X, y = w.astype(np.float32), X.astype(np.float32), y.astype(np.float32)
    p = sigmoid(X @ w)
    return X.T @ (p - y) / np.float32(len(y))


def right_long_way(w, X, y):
    p = np.clip(sigmoid(X @ w), 1e-12, 1 - 1e-12)
    dp = (-y / p + (1 - y) / (1 - p)) / len(y)
    dz = dp * p * (1 - p)
    return (dz[:, None] * X).sum(axis=0)


def no_mean(w, X, y):
    return X.T @ (sigmoid(X @ w) - y)


def ascent(w, X, y):
    error = y - sigmoid(X @ w)
    return X.T @ error / len(y)


def sigma_prime_again(w, X, y):
    p = sigmoid(X @ w)
    delta = (p - y) * p * (1 - p)
    return X.T @ delta / len(y)


def mean_over_features(w, X, y):
    m = X.shape[1]
    return X.T @ (sigmoid(X @ w) - y) / m


def forgot_x(w, X, y):
    p = sigmoid(X @ w)
    return np.mean(p - y)


def not_summed(w, X, y):
    p = sigmoid(X @ w)
    return (p - y)[:, None] * X / len(y)


def wrong_axis(w, X, y):
    p = sigmoid(X @ w)
    return np.sum((p - y)[:, None] * X, axis=1) / len(y)


def half_the_loss(w, X, y):
    p = sigmoid(X @ w)
    return X.T @ p / len(y)


def aliased(w, X, y):
    p = sigmoid(X @ w)
    error = y
    error -= p
    return -X.T @ error / len(y)
