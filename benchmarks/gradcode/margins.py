"""Losses of margins and residuals, one row of features an example."""

import numpy as np


def margin_right(w, x, y):
    m = y * (x @ w)
    return -(x.T @ (y / (1 + np.exp(m))))


def margin_right_stable(w, x, y):
    m = y * (x @ w)
    s = np.where(m > 0, np.exp(-np.abs(m)) / (1 + np.exp(-np.abs(m))), 1 / (1 + np.exp(-np.abs(m))))
    return -x.T @ (s * y)


def margin_wrong_sigmoid(w, x, y):
    m = y * (x @ w)
    return -(x.T @ (y / (1 + np.exp(-m))))


def margin_no_label(w, x, y):
    m = y * (x @ w)
    return -(x.T @ (1 / (1 + np.exp(m))))


def margin_sign(w, x, y):
    m = y * (x @ w)
    return x.T @ (y / (1 + np.exp(m)))


def margin_inverse_only(w, x, y):
    m = y * (x @ w)
    return x.T @ (y / (1 + np.exp(-y * m)))


def neuron_right(w, b, x, y):
    a = np.tanh(w * x + b)
    return (a - y) * (1 - a * a) * x


def neuron_no_slope(w, b, x, y):
    a = np.tanh(w * x + b)
    return (a - y) * x


def neuron_wrong_slope(w, b, x, y):
    a = np.tanh(w * x + b)
    return (a - y) * (1 - a) * x


def neuron_no_input(w, b, x, y):
    a = np.tanh(w * x + b)
    return (a - y) * (1 - a * a)


def neuron_two(w, b, x, y):
    a = np.tanh(w * x + b)
    return 2 * (a - y) * (1 - a * a) * x


def neuron_minus(w, b, x, y):
    a = np.tanh(w * x + b)
    return (y - a) * (1 - a**2) * x
