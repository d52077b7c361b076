"""Backward passes written by hand for torch and jax."""

import jax
import jax.numpy as jnp
import torch


class MeanSquares(torch.autograd.Function):
    @staticmethod
    def forward(ctx, w, X, y):
        r = X @ w - y
        ctx.save_for_backward(X, r)
        return (r * r).sum() / (2 * len(y))

    @staticmethod
    def backward(ctx, grad):
        X, r = ctx.saved_tensors
        return grad * (X.T @ r) / len(r), None, None


class MeanSquaresTwice(torch.autograd.Function):
    @staticmethod
    def forward(ctx, w, X, y):
        r = X @ w - y
        ctx.save_for_backward(X, r)
        return (r * r).sum() / (2 * len(y))

    @staticmethod
    def backward(ctx, grad):
        X, r = ctx.saved_tensors
        return grad * 2 * (X.T @ r) / len(r), None, None


class LogisticNoMean(torch.autograd.Function):
    @staticmethod
    def forward(ctx, w, X, y):
        p = torch.sigmoid(X @ w)
        ctx.save_for_backward(X, p, y)
        return -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()

    @staticmethod
    def backward(ctx, grad):
        X, p, y = ctx.saved_tensors
        return grad * X.T @ (p - y), None, None


def torch_logistic(w, X, y):
    p = torch.sigmoid(X @ w)
    return X.T @ (p - y) / y.shape[0]


def torch_logistic_float32(w, X, y):
    w, X, y = w.float(), X.float(), y.float()
    p = torch.sigmoid(X @ w)
    return X.T @ (p - y) / y.shape[0]


@jax.custom_vjp
def mean_squares(w, X, y):
    r = X @ w - y
    return jnp.sum(r**2) / (2 * y.shape[0])


def _forward(w, X, y):
    r = X @ w - y
    return jnp.sum(r**2) / (2 * y.shape[0]), (X, r)


def _backward(saved, g):
    X, r = saved
    return g * X.T @ r / r.shape[0], jnp.zeros_like(X), jnp.zeros_like(r)


mean_squares.defvjp(_forward, _backward)


@jax.custom_vjp
def mean_squares_reversed(w, X, y):
    r = X @ w - y
    return jnp.sum(r**2) / (2 * y.shape[0])


def _backward_reversed(saved, g):
    X, r = saved
    return -g * X.T @ r / r.shape[0], jnp.zeros_like(X), jnp.zeros_like(r)


mean_squares_reversed.defvjp(_forward, _backward_reversed)


@jax.jit
def jax_logistic(w, X, y):
    p = jax.nn.sigmoid(X @ w)
    return X.T @ (p - y) / y.shape[0]


@jax.jit
def jax_logistic_slope(w, X, y):
    p = jax.nn.sigmoid(X @ w)
    return X.T @ ((p - y) * p * (1 - p)) / y.shape[0]
