"""A network whose columns are examples, as in courses on deep learning."""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(X, W1, b1, W2, b2):
    Z1 = W1 @ X + b1.reshape(-1, 1)
    A1 = np.tanh(Z1)
    Z2 = W2 @ A1 + b2.reshape(-1, 1)
    A2 = sigmoid(Z2)
    return Z1, A1, Z2, A2


def right(X, Y, W1, b1, W2, b2):
    m = X.shape[1]
    _, A1, _, A2 = forward(X, W1, b1, W2, b2)
    dZ2 = A2 - Y
    dW2 = np.dot(dZ2, A1.T) / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = np.dot(W2.T, dZ2) * (1 - np.power(A1, 2))
    dW1 = np.dot(dZ1, X.T) / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


def mean_over_rows(X, Y, W1, b1, W2, b2):
    m = X.shape[0]
    _, A1, _, A2 = forward(X, W1, b1, W2, b2)
    return np.dot(A2 - Y, A1.T) / m


def output_slope_again(X, Y, W1, b1, W2, b2):
    m = X.shape[1]
    _, A1, _, A2 = forward(X, W1, b1, W2, b2)
    return np.dot((A2 - Y) * A2 * (1 - A2), A1.T) / m


def hidden_slope_of_sigmoid(X, Y, W1, b1, W2, b2):
    m = X.shape[1]
    _, A1, _, A2 = forward(X, W1, b1, W2, b2)
    dZ1 = np.dot(W2.T, A2 - Y) * A1 * (1 - A1)
    return np.dot(dZ1, X.T) / m


def slope_at_pre_activation(X, Y, W1, b1, W2, b2):
    m = X.shape[1]
    Z1, _, _, A2 = forward(X, W1, b1, W2, b2)
    dZ1 = np.dot(W2.T, A2 - Y) * (1 - np.power(Z1, 2))
    return np.dot(dZ1, X.T) / m


def bias_over_units(X, Y, W1, b1, W2, b2):
    m = X.shape[1]
    _, A1, _, A2 = forward(X, W1, b1, W2, b2)
    dZ1 = np.dot(W2.T, A2 - Y) * (1 - np.power(A1, 2))
    return np.sum(dZ1, axis=0) / m


def bias_mean_missing(X, Y, W1, b1, W2, b2):
    _, A1, _, A2 = forward(X, W1, b1, W2, b2)
    dZ1 = np.dot(W2.T, A2 - Y) * (1 - np.power(A1, 2))
    return np.sum(dZ1, axis=1)


def second_layer_input(X, Y, W1, b1, W2, b2):
    m = X.shape[1]
    _, A1, _, A2 = forward(X, W1, b1, W2, b2)
    dZ1 = np.dot(W2.T, A2 - Y) * (1 - np.power(A1, 2))
    return np.dot(dZ1, A1.T) / m


def not_transposed(X, Y, W1, b1, W2, b2):
    m = X.shape[1]
    _, A1, _, A2 = forward(X, W1, b1, W2, b2)
    dZ1 = np.dot(W2, A2 - Y) * (1 - np.power(A1, 2))
    return np.dot(dZ1, X.T) / m


def likelihood(X, Y, W1, b1, W2, b2):
    m = X.shape[1]
    _, A1, _, A2 = forward(X, W1, b1, W2, b2)
    return np.dot(Y - A2, A1.T) / m
