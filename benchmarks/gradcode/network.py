"""A network with one hidden layer of tanh and a squared error, one example."""

import numpy as np


def _forward(x, W1, b1, W2, b2):
    z1 = W1 @ x + b1
    a1 = np.tanh(z1)
    z2 = W2 @ a1 + b2
    return z1, a1, z2


def right(x, y, W1, b1, W2, b2):
    z1, a1, z2 = _forward(x, W1, b1, W2, b2)
    d2 = z2 - y
    d1 = (W2.T @ d2) * (1 - a1**2)
    return np.outer(d1, x), d1, np.outer(d2, a1), d2


def right_derivative_of_z(x, y, W1, b1, W2, b2):
    z1, a1, z2 = _forward(x, W1, b1, W2, b2)
    d2 = z2 - y
    d1 = (W2.T @ d2) / np.cosh(z1) ** 2
    return {"W1": np.outer(d1, x), "b1": d1, "W2": np.outer(d2, a1), "b2": d2}


def right_float32(x, y, W1, b1, W2, b2):
    x, y, W1, b1, W2, b2 = (v.astype("float32") for v in (x, y, W1, b1, W2, b2))
    _, a1, z2 = _forward(x, W1, b1, W2, b2)
    d1 = (W2.T @ (z2 - y)) * (1 - a1**2)
    return np.outer(d1, x)


def tanh_as_sigmoid(x, y, W1, b1, W2, b2):
    _, a1, z2 = _forward(x, W1, b1, W2, b2)
    d1 = (W2.T @ (z2 - y)) * a1 * (1 - a1)
    return np.outer(d1, x)


def tanh_not_squared(x, y, W1, b1, W2, b2):
    _, a1, z2 = _forward(x, W1, b1, W2, b2)
    d1 = (W2.T @ (z2 - y)) * (1 - a1)
    return np.outer(d1, x)


def tanh_twice(x, y, W1, b1, W2, b2):
    _, a1, z2 = _forward(x, W1, b1, W2, b2)
    d1 = (W2.T @ (z2 - y)) * (1 - np.tanh(a1) ** 2)
    return np.outer(d1, x)


def slope_skipped(x, y, W1, b1, W2, b2):
    _, a1, z2 = _forward(x, W1, b1, W2, b2)
    return np.outer(W2.T @ (z2 - y), x)


def slope_of_output(x, y, W1, b1, W2, b2):
    _, a1, z2 = _forward(x, W1, b1, W2, b2)
    return np.outer((z2 - y) * (1 - z2**2), a1)


def outer_reversed(x, y, W1, b1, W2, b2):
    _, a1, z2 = _forward(x, W1, b1, W2, b2)
    d1 = (W2.T @ (z2 - y)) * (1 - a1**2)
    return np.outer(x, d1)


def first_weights(x, y, W1, b1, W2, b2):
    # W1 and W2 have one shape where all layers are as wide
    _, a1, z2 = _forward(x, W1, b1, W2, b2)
    d1 = (W1.T @ (z2 - y)) * (1 - a1**2)
    return np.outer(d1, x)


def input_of_other_layer(x, y, W1, b1, W2, b2):
    _, a1, z2 = _forward(x, W1, b1, W2, b2)
    return np.outer(z2 - y, x)


def weights_not_transposed(x, y, W1, b1, W2, b2):
    _, a1, z2 = _forward(x, W1, b1, W2, b2)
    d1 = (W2 @ (z2 - y)) * (1 - a1**2)
    return np.outer(d1, x)


def pre_activation(x, y, W1, b1, W2, b2):
    z1, a1, z2 = _forward(x, W1, b1, W2, b2)
    return np.outer(z2 - y, z1)


def in_place(x, y, W1, b1, W2, b2):
    _, a1, z2 = _forward(x, W1, b1, W2, b2)
    d1 = W2.T @ (z2 - y)
    slope = a1
    slope *= a1
    d1 *= 1 - slope
    return np.outer(d1, x), np.outer(z2 - y, a1)
