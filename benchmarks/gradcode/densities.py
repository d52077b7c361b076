"""Likelihoods: Gauss, Poisson, exponential families by hand."""

import numpy as np


def scale_right(x, mu, s):
    return 1 / s - (x - mu) ** 2 / s**3


def scale_no_log(x, mu, s):
    return -((x - mu) ** 2) / s**3


def scale_sign(x, mu, s):
    return 1 / s + (x - mu) ** 2 / s**3


def scale_power(x, mu, s):
    return 1 / s - (x - mu) ** 2 / s**2


def scale_half_kept(x, mu, s):
    return 1 / s - (x - mu) ** 2 / (2 * s**3)


def location_right(x, mu, s):
    return -(x - mu) / s**2


def location_sign(x, mu, s):
    return (x - mu) / s**2


def location_double(x, mu, s):
    return -2 * (x - mu) / s**2


def poisson_right(w, x, y):
    rate = np.exp(x @ w)
    return x.T @ (rate - y)


def poisson_no_exp(w, x, y):
    return x.T @ (x @ w - y)


def poisson_likelihood(w, x, y):
    rate = np.exp(x @ w)
    return x.T @ (y - rate)


def poisson_rate_times(w, x, y):
    rate = np.exp(x @ w)
    return x.T @ ((rate - y) * rate)


def poisson_mean(w, x, y):
    rate = np.exp(x @ w)
    return x.T @ (rate - y) / len(y)
