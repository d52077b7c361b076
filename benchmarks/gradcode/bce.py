"""Binary cross entropy by its prediction, and through one neuron."""

import numpy as np


def right(y, y_hat):
    return -(y / y_hat) + (1 - y) / (1 - y_hat)


def right_short(y, y_hat):
    return (y_hat - y) / (y_hat * (1 - y_hat))


def right_with_epsilon(y, y_hat):
    eps = 1e-9
    return -(y / (y_hat + eps) - (1 - y) / (1 - y_hat + eps))


def inner_minus(y, y_hat):
    return -(y / y_hat + (1 - y) / (1 - y_hat))


def flipped(y, y_hat):
    return (y - y_hat) / (y_hat * (1 - y_hat))


def as_if_through_sigmoid(y, y_hat):
    return y_hat - y


def only_positive_class(y, y_hat):
    return -y / y_hat


def log_kept(y, y_hat):
    return -(y * np.log(y_hat) / y_hat - (1 - y) / (1 - y_hat))


def neuron_right(x, w, b, y):
    a = 1.0 / (1.0 + np.exp(-(w * x + b)))
    return (a - y) * x


def neuron_repeated(x, w, b, y):
    a = 1.0 / (1.0 + np.exp(-(w * x + b)))
    return (a - y) * a * (1 - a) * x


def neuron_no_input(x, w, b, y):
    a = 1.0 / (1.0 + np.exp(-(w * x + b)))
    return a - y
