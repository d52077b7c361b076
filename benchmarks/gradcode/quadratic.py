"""Quadratic forms: a kernel machine, an energy, a distance; two variables in one tuple."""

import numpy as np


def kernel(K, a, y, lambda_):
    return K.T @ (K @ a - y) + lambda_ / 2 * (K + K.T) @ a


def kernel_symmetric(K, a, y, lambda_):
    return K.T @ (K @ a - y) + lambda_ * K @ a


def kernel_identity(K, a, y, lambda_):
    return K.T @ (K @ a - y) + lambda_ * a


def kernel_no_penalty(K, a, y, lambda_):
    return K.T @ (K @ a - y)


def energy(J, b, x):
    return -(J + J.T) @ x / 2 - b


def energy_no_half(J, b, x):
    return -(J + J.T) @ x - b


def energy_field_flipped(J, b, x):
    return -(J + J.T) @ x / 2 + b


def energy_overwritten(J, b, x):
    field = b
    field += (J + J.T) @ x / 2
    return -field


def distance(M, x, z):
    d = x - z
    return np.outer(d, d), (M + M.T) @ d


def distance_inner(M, x, z):
    d = x - z
    return d @ d, (M + M.T) @ d


def ranking(D, w):
    return -D.T @ (1 / (1 + np.exp(D @ w)))


def ranking_complement(D, w):
    return -D.T @ (1 / (1 + np.exp(-D @ w)))


def ranking_inner_lost(D, w):
    return -np.sum(1 / (1 + np.exp(D @ w)))


def ranking_mean(D, w):
    return -D.T @ (1 / (1 + np.exp(D @ w))) / len(D)


def softplus_squared(X, w, y):
    z = X @ w
    return 2 * X.T @ ((np.log1p(np.exp(z)) - y) / (1 + np.exp(-z))) / len(y)


def softplus_squared_no_slope(X, w, y):
    z = X @ w
    return 2 * X.T @ (np.log1p(np.exp(z)) - y) / len(y)


def softplus_squared_relu(X, w, y):
    z = X @ w
    return 2 * X.T @ ((np.maximum(z, 0) - y) * (z > 0)) / len(y)
