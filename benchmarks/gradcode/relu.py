"""A hidden layer of rectified units and a squared error."""

import numpy as np


def right(x, y, W, v):
    h = W @ x
    a = np.maximum(h, 0)
    e = v @ a - y
    return np.outer(e * v * (h > 0), x)


def no_mask(x, y, W, v):
    h = W @ x
    a = np.maximum(h, 0)
    e = v @ a - y
    return np.outer(e * v, x)


def mask_by_output(x, y, W, v):
    h = W @ x
    a = np.maximum(h, 0)
    e = v @ a - y
    return np.outer(e * v * a, x)


def no_output_weights(x, y, W, v):
    h = W @ x
    a = np.maximum(h, 0)
    e = v @ a - y
    return np.outer(e * (h > 0), x)


def factor_two(x, y, W, v):
    h = W @ x
    a = np.maximum(h, 0)
    e = v @ a - y
    return 2 * np.outer(e * v * (h > 0), x)


def turned(x, y, W, v):
    h = W @ x
    a = np.maximum(h, 0)
    e = v @ a - y
    return np.outer(x, e * v * (h > 0))
