"""Softmax: its Jacobian, cross entropy by the scores, and softmax regression."""

import numpy as np


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def jacobian_right(z):
    p = softmax(z)
    return np.diag(p) - np.outer(p, p)


def jacobian_loop(z):
    p = softmax(z)
    K = len(p)
    J = np.zeros((K, K))
    for i in range(K):
        for j in range(K):
            J[i, j] = p[i] * ((1 if i == j else 0) - p[j])
    return J


def jacobian_diagonal(z):
    p = softmax(z)
    return np.diag(p * (1 - p))


def jacobian_vector(z):
    p = softmax(z)
    return p * (1 - p)


def jacobian_plus(z):
    p = softmax(z)
    return np.diag(p) + np.outer(p, p)


def jacobian_sign_off(z):
    p = softmax(z)
    J = np.outer(p, p)
    np.fill_diagonal(J, p * (1 - p))
    return J


def scores_right(y, z):
    return softmax(z) - y


def scores_right_general(y, z):
    return softmax(z) * y.sum() - y


def scores_flipped(y, z):
    return y - softmax(z)


def scores_diagonal(y, z):
    p = softmax(z)
    return -(y / p) * p * (1 - p)


def scores_times_slope(y, z):
    p = softmax(z)
    return (p - y) * p * (1 - p)


def regression_right(X, Y, W):
    P = softmax(X @ W)
    return X.T @ (P - Y) / X.shape[0]


def regression_no_mean(X, Y, W):
    P = softmax(X @ W)
    return X.T @ (P - Y)


def regression_transposed(X, Y, W):
    P = softmax(X @ W)
    return (P - Y).T @ X / X.shape[0]


def regression_mean_over_all(X, Y, W):
    P = softmax(X @ W)
    return X.T @ (P - Y) / Y.size


def regression_wrong_softmax_axis(X, Y, W):
    S = X @ W
    e = np.exp(S - S.max())
    P = e / e.sum(axis=0)
    return X.T @ (P - Y) / X.shape[0]


def regression_flipped(X, Y, W):
    P = softmax(X @ W)
    return X.T @ (Y - P) / len(X)
