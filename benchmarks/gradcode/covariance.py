"""A Gaussian by its covariance, a cosine, a recurrence of two steps."""

import numpy as np


def gauss_right(S, x):
    P = np.linalg.inv(S).T
    return P - np.outer(P @ x, x @ P)


def gauss_no_quadratic(S, x):
    return np.linalg.inv(S).T


def gauss_plus(S, x):
    P = np.linalg.inv(S).T
    return P + np.outer(P @ x, x @ P)


def gauss_as_scalar(S, x):
    P = np.linalg.inv(S)
    return P.T - P @ P * (x @ x)


def cosine_right(x, y):
    a, b = np.linalg.norm(x), np.linalg.norm(y)
    return y / (a * b) - (x @ y) * x / (a**3 * b)


def cosine_constant_norm(x, y):
    return y / (np.linalg.norm(x) * np.linalg.norm(y))


def cosine_plus(x, y):
    a, b = np.linalg.norm(x), np.linalg.norm(y)
    return y / (a * b) + (x @ y) * x / (a**3 * b)


def cosine_square(x, y):
    a, b = np.linalg.norm(x), np.linalg.norm(y)
    return y / (a * b) - (x @ y) * x / (a**2 * b)


def recurrent_right(w, u, s, t):
    h1 = np.tanh(u * s)
    h2 = np.tanh(w * h1 + u * t)
    return (1 - h2**2) * (w * (1 - h1**2) * s + t)


def recurrent_last_step(w, u, s, t):
    h1 = np.tanh(u * s)
    h2 = np.tanh(w * h1 + u * t)
    return (1 - h2**2) * t


def recurrent_no_slope(w, u, s, t):
    h1 = np.tanh(u * s)
    h2 = np.tanh(w * h1 + u * t)
    return (1 - h2**2) * (w * s + t)


def recurrent_same_slope(w, u, s, t):
    h1 = np.tanh(u * s)
    h2 = np.tanh(w * h1 + u * t)
    return (1 - h2**2) * (w * (1 - h2**2) * s + t)
