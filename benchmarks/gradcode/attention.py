"""A query against keys, the values weighted by a softmax; and a gate between two states."""

import numpy as np


def softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def query(K, q, V, t):
    a = softmax(K @ q)
    da = V @ (V.T @ a - t)
    return K.T @ (a * (da - a @ da))


def query_single(K, q, V, t):
    K, q, V, t = (np.asarray(v, np.float32) for v in (K, q, V, t))
    a = softmax(K @ q)
    da = V @ (V.T @ a - t)
    return K.T @ (a * (da - a @ da))


def query_diagonal(K, q, V, t):
    a = softmax(K @ q)
    da = V @ (V.T @ a - t)
    return K.T @ (a * (1 - a) * da)


def query_no_softmax(K, q, V, t):
    a = softmax(K @ q)
    return K.T @ (V @ (V.T @ a - t))


def query_flipped(K, q, V, t):
    a = softmax(K @ q)
    da = V @ (t - V.T @ a)
    return K.T @ (a * (da - a @ da))


def query_scaled(K, q, V, t):
    a = softmax(K @ q / np.sqrt(len(q)))
    da = V @ (V.T @ a - t)
    return K.T @ (a * (da - a @ da))


def gate(W, x, c, d, y):
    u = sigmoid(W @ x)
    h = u * c + (1 - u) * d
    return np.outer((h - y) * (c - d) * u * (1 - u), x)


def gate_one_state(W, x, c, d, y):
    u = sigmoid(W @ x)
    h = u * c + (1 - u) * d
    return np.outer((h - y) * c * u * (1 - u), x)


def gate_plus(W, x, c, d, y):
    u = sigmoid(W @ x)
    h = u * c + (1 - u) * d
    return np.outer((h - y) * (c + d) * u * (1 - u), x)


def gate_turned(W, x, c, d, y):
    u = sigmoid(W @ x)
    h = u * c + (1 - u) * d
    return np.outer(x, (h - y) * (c - d) * u * (1 - u))


def gate_no_slope_and_flipped(W, x, c, d, y):
    u = sigmoid(W @ x)
    h = u * c + (1 - u) * d
    return np.outer((y - h) * (c - d), x)


def tied(W, x):
    h = np.tanh(W @ x)
    e = W.T @ h - x
    return np.outer(h, e) + np.outer((W @ e) * (1 - h**2), x)


def tied_decoder_only(W, x):
    h = np.tanh(W @ x)
    e = W.T @ h - x
    return np.outer(h, e)


def tied_encoder_only(W, x):
    h = np.tanh(W @ x)
    e = W.T @ h - x
    return np.outer((W @ e) * (1 - h**2), x)


def tied_linear_slope(W, x):
    h = np.tanh(W @ x)
    e = W.T @ h - x
    return np.outer(h, e) + np.outer((W @ e) * (1 - h), x)
