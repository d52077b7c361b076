"""Logistic regression with a bias: two gradients at a time."""

import numpy as np


def _forward(X, w, b):
    return 1 / (1 + np.exp(-(np.dot(X, w) + b)))


def right(X, y, w, b):
    A = _forward(X, w, b)
    m = len(y)
    dw = np.dot(X.T, A - y) / m
    db = np.sum(A - y) / m
    return dw, db


def right_dict(X, y, w, b):
    A = _forward(X, w, b)
    dZ = A - y
    return {"db": dZ.mean(), "dw": X.T.dot(dZ) / X.shape[0]}


def right_with_cost(X, y, w, b):
    A = _forward(X, w, b)
    cost = -np.mean(y * np.log(A) + (1 - y) * np.log(1 - A))
    dZ = A - y
    return cost, X.T.dot(dZ) / X.shape[0], dZ.mean()


def bias_not_summed(X, y, w, b):
    A = _forward(X, w, b)
    dZ = (A - y) / len(y)
    return X.T @ dZ, dZ


def bias_not_averaged(X, y, w, b):
    A = _forward(X, w, b)
    return X.T @ (A - y) / len(y), np.sum(A - y)


def bias_with_input(X, y, w, b):
    A = _forward(X, w, b)
    dZ = A - y
    return X.T @ dZ / len(y), np.sum(dZ * A * (1 - A)) / len(y)
