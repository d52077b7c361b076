"""The functions that the tree knows by name; `Fn` says what they take."""

from typing import Literal

FunctionName = Literal[
    "exp", "log", "sqrt", "abs", "sign", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sec", "csc",
    "cot", "arcsin", "arccos", "arctan", "sigmoid", "softplus", "relu", "max", "min", "softmax",
    "logsumexp", "erf", "mean", "var", "logsoftmax",
]  # fmt: skip
"""Functions of one number, elementwise on arrays, but for these.

``log`` takes a second argument for a base other than e; ``max`` and ``min`` take two or more; ``softmax`` and
its logarithm ``logsoftmax`` map a vector to a vector and ``logsumexp`` a vector to a scalar, and of a matrix
they take each row for itself; ``mean`` and ``var`` (the mean squared distance from the mean) map a vector to a
scalar.
"""
