"""Quadratic forms, determinants, traces, factorisations."""

import numpy as np


def quadratic_right(A, x):
    return (A + A.T) @ x


def quadratic_symmetric(A, x):
    return 2 * A @ x


def quadratic_half(A, x):
    return A @ x


def quadratic_outer(A, x):
    return np.outer(x, x)


def logdet_right(A):
    return np.linalg.inv(A).T


def logdet_not_transposed(A):
    return np.linalg.inv(A)


def logdet_det(A):
    return np.linalg.det(A) * np.linalg.inv(A).T


def trace_right(A, X, B):
    return A.T @ B.T


def trace_not_transposed(A, X, B):
    return A @ B


def trace_order(A, X, B):
    return B.T @ A.T


def factor_right(R, U, V, lam):
    E = R - U @ V.T
    return -2 * E @ V + 2 * lam * U


def factor_no_two(R, U, V, lam):
    E = R - U @ V.T
    return -E @ V + lam * U


def factor_sign(R, U, V, lam):
    E = R - U @ V.T
    return 2 * E @ V + 2 * lam * U


def factor_single_lambda(R, U, V, lam):
    E = R - U @ V.T
    return -2 * E @ V + lam * U


def factor_wrong_factor(R, U, V, lam):
    E = R - U @ V.T
    return -2 * E.T @ U + 2 * lam * V


def norm_right(x):
    return x / np.linalg.norm(x)


def norm_squared(x):
    return 2 * x


def norm_no_division(x):
    return x


def norm_divided_by_square(x):
    return x / (x @ x)
