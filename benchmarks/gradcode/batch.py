"""A network on a batch: rows are examples."""

import numpy as np


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z))


def forward(X, W1, b1, W2, b2):
    A1 = sigmoid(X @ W1 + b1)
    Z = A1 @ W2 + b2
    return A1, Z


def right(X, Y, W1, b1, W2, b2):
    m = X.shape[0]
    A1, Z = forward(X, W1, b1, W2, b2)
    dZ = (Z - Y) / m
    dW2 = A1.T @ dZ
    db2 = dZ.sum(axis=0)
    dZ1 = dZ @ W2.T * A1 * (1 - A1)
    return X.T @ dZ1, dZ1.sum(axis=0), dW2, db2


def bias_kept_per_example(X, Y, W1, b1, W2, b2):
    m = X.shape[0]
    A1, Z = forward(X, W1, b1, W2, b2)
    dZ = (Z - Y) / m
    return dZ @ W2.T * A1 * (1 - A1)


def bias_summed_over_units(X, Y, W1, b1, W2, b2):
    m = X.shape[0]
    A1, Z = forward(X, W1, b1, W2, b2)
    dZ = (Z - Y) / m
    dZ1 = dZ @ W2.T * A1 * (1 - A1)
    return dZ1.sum(axis=1)


def bias_without_slope(X, Y, W1, b1, W2, b2):
    m = X.shape[0]
    A1, Z = forward(X, W1, b1, W2, b2)
    dZ = (Z - Y) / m
    return (dZ @ W2.T).sum(axis=0)


def slope_is_activation(X, Y, W1, b1, W2, b2):
    m = X.shape[0]
    A1, Z = forward(X, W1, b1, W2, b2)
    dZ1 = ((Z - Y) @ W2.T) * (1 - A1) / m
    return X.T @ dZ1


def sigmoid_of_activation(X, Y, W1, b1, W2, b2):
    m = X.shape[0]
    A1, Z = forward(X, W1, b1, W2, b2)
    s = sigmoid(A1)
    dZ1 = ((Z - Y) @ W2.T) * s * (1 - s) / m
    return X.T @ dZ1


def mean_forgotten(X, Y, W1, b1, W2, b2):
    A1, Z = forward(X, W1, b1, W2, b2)
    dZ1 = ((Z - Y) @ W2.T) * A1 * (1 - A1)
    return X.T @ dZ1


def order_of_factors(X, Y, W1, b1, W2, b2):
    A1, Z = forward(X, W1, b1, W2, b2)
    dZ = (Z - Y) / X.shape[0]
    return dZ.T @ A1


def from_the_input(X, Y, W1, b1, W2, b2):
    A1, Z = forward(X, W1, b1, W2, b2)
    dZ = (Z - Y) / X.shape[0]
    return X.T @ dZ


def matmul_of_slopes(X, Y, W1, b1, W2, b2):
    m = X.shape[0]
    A1, Z = forward(X, W1, b1, W2, b2)
    back = (Z - Y) @ W2.T
    S = A1 * (1 - A1)
    return X.T @ (back @ S.T @ S) / m
