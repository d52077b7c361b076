"""A support vector machine: hinge loss and a penalty."""


def right(w, x, y, lam):
    grad = lam * w
    m = len(y)
    for i in range(m):
        if y[i] * x[i].dot(w) < 1:
            grad = grad - y[i] * x[i] / m
    return grad


def right_mask(w, x, y, lam):
    margins = y * (x @ w)
    active = (margins < 1).astype(float)
    return -(active * y) @ x / len(y) + lam * w


def no_indicator(w, x, y, lam):
    return -(y @ x) / len(y) + lam * w


def wrong_side(w, x, y, lam):
    active = y * (x @ w) > 1
    return -(active * y) @ x / len(y) + lam * w


def label_missing(w, x, y, lam):
    active = y * (x @ w) < 1
    return -active.astype(float) @ x / len(y) + lam * w


def no_penalty(w, x, y, lam):
    active = y * (x @ w) < 1
    return -(active * y) @ x / len(y)


def plus(w, x, y, lam):
    active = y * (x @ w) < 1
    return (active * y) @ x / len(y) + lam * w
