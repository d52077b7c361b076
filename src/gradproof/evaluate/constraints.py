"""Kinds of constraints that can be honoured, and how values are drawn on the constraint set."""

import random
from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np

from gradproof.evaluate.arithmetic import Array
from gradproof.evaluate.draws import Style, nonzero, whole
from gradproof.evaluate.limits import MAX_DRAWN, MAX_POINTS, Unsupported
from gradproof.expr import (
    Domain,
    Expr,
)

_ZERO, _ONE = Fraction(0), Fraction(1)


@final
@dataclass(frozen=True, slots=True)
class SumTo:
    """The entries of `name` along `axis` add up to `total`."""

    name: str
    axis: int
    total: Fraction


@final
@dataclass(frozen=True, slots=True)
class Symmetric:
    """The matrix equals `sign` times its transpose."""

    name: str
    sign: int


@final
@dataclass(frozen=True, slots=True)
class Definite:
    """The matrix is positive definite."""

    name: str


@final
@dataclass(frozen=True, slots=True)
class Orthogonal:
    """The columns (or, with `rows`, the rows) of the matrix are orthonormal."""

    name: str
    rows: bool


@final
@dataclass(frozen=True, slots=True)
class UnitLength:
    """The vector has Euclidean length 1."""

    name: str


@final
@dataclass(frozen=True, slots=True)
class Affine:
    """An equation that is solved for one of its scalar symbols, in which it is affine."""

    name: str
    left: Expr
    right: Expr


Constraint = SumTo | Symmetric | Definite | Orthogonal | UnitLength | Affine


def impose(
    c: SumTo | Symmetric | Definite | Orthogonal | UnitLength,
    array: Array,
    domain: Domain,
    styles: tuple[Style, ...],
    rng: random.Random,
) -> None:
    """Replace the drawn values of one symbol, in place, by such that satisfy the constraint.

    Raises:
        Unsupported: the constraint and the domain of the entries cannot be met together.
    """
    for p, style in enumerate(styles):
        match c:
            case SumTo(_, axis, total):
                _sum_to(array[p], axis, total, domain, style, rng)
            case Symmetric(name, sign):
                if array.ndim != 3 or array.shape[1] != array.shape[2]:
                    raise Unsupported(f"constraint: {name} is not square")
                _mirror(array[p], sign)
            case Definite(name):
                if array.ndim != 3 or array.shape[1] != array.shape[2]:
                    raise Unsupported(f"constraint: {name} is not square")
                if domain.declared and (domain.members or domain.lower is not None):
                    raise Unsupported(f"constraint: the entries of {name} have a domain")
                array[p] = _gram(len(array[p]), rng)
            case Orthogonal(name, rows):
                if array.ndim != 3 or array.shape[1 if rows else 2] > array.shape[2 if rows else 1]:
                    raise Unsupported(f"constraint: {name} cannot be orthogonal")
                full = _reflections(max(array.shape[1:]), rng)
                array[p] = full[: array.shape[1], : array.shape[2]]
            case UnitLength():
                array[p] = _reflections(array.shape[1], rng)[:, 0]


def impose_direction(c: Constraint, values: Array, directions: Array, rng: random.Random) -> None:
    """Replace drawn directions, in place, by such that lie along the constraint set at the values.

    Raises:
        Unsupported: the constraint is solved for the symbol.
    """
    for p in range(len(directions)):
        match c:
            case SumTo(_, axis, _):
                moved = np.moveaxis(directions[p], axis, 0)
                moved[-1] = -moved[:-1].sum(axis=0)
            case Symmetric(_, sign):
                _mirror(directions[p], sign)
            case Definite():
                _mirror(directions[p], 1)
            case Orthogonal(_, rows):
                skew = _skew(values.shape[2 if rows else 1], rng)
                directions[p] = values[p] @ skew if rows else skew @ values[p]
            case UnitLength():
                directions[p] = _skew(values.shape[1], rng) @ values[p]
            case Affine(name):
                raise Unsupported(f"constraint: {name} is tied and varies")


def _skew(n: int, rng: random.Random) -> Array:
    out = np.full((n, n), _ZERO, dtype=object)
    for i in range(n):
        for j in range(i):
            out[i, j] = nonzero(rng)
            out[j, i] = -out[i, j]
    return out


def _sum_to(
    a: Array, axis: int, total: Fraction, domain: Domain, style: Style, rng: random.Random
) -> None:
    if not a.size:
        if total:
            raise Unsupported("constraint: an empty sum is zero")
        return
    lines = np.moveaxis(a, axis, -1).reshape(-1, a.shape[axis])
    positive = domain.lower is not None or bool(domain.members)
    for line in lines:
        n = len(line)
        ends = domain.members or (() if domain.lower_open else (_ZERO, total))
        if positive and (domain.members or (ends and style != "generic")):
            if not {_ZERO, total} <= set(ends):
                raise Unsupported("constraint: the values do not allow this sum")
            line[:] = _ZERO
            line[whole(rng, 0, n - 1)] = total
        elif positive:
            if domain.lower != 0 or (domain.upper is not None and domain.upper < total):
                raise Unsupported("constraint: the domain does not allow this sum")
            weights = [Fraction(whole(rng, 1, 9)) for _ in range(n)]
            share = total / sum(weights)
            line[:] = [w * share for w in weights]
        else:
            line[-1] = total - sum(line[:-1], _ZERO)
    back = lines.reshape(np.moveaxis(a, axis, -1).shape)
    a[...] = np.moveaxis(back, -1, axis)


def _gram(n: int, rng: random.Random) -> Array:
    """Return ``B Bᵀ`` plus a positive multiple of the identity, rational, with entries around 1."""
    b = np.array(
        [[Fraction(whole(rng, -6, 6), 4) for _ in range(n)] for _ in range(n)], dtype=object
    )
    out = b.reshape(n, n) @ b.reshape(n, n).T
    for i in range(n):
        out[i, i] += Fraction(whole(rng, 1, 8), 8)
    return out


def _mirror(a: Array, sign: int) -> None:
    for i in range(len(a)):
        if sign < 0:
            a[i, i] = _ZERO
        for j in range(i):
            a[i, j] = sign * a[j, i]


def _reflections(n: int, rng: random.Random) -> Array:
    """Return a rational orthogonal matrix: Householder reflections at random rational vectors.

    Raises:
        Unsupported: it is too large.
    """
    if n * n > MAX_DRAWN // MAX_POINTS:
        raise Unsupported("limit:elements")
    q = np.array([[_ONE if i == j else _ZERO for j in range(n)] for i in range(n)], dtype=object)
    for _ in range(2):
        v = np.array([Fraction(whole(rng, -3, 3)) for _ in range(n)], dtype=object)
        if not any(v):
            v[0] = nonzero(rng)
        q = q - (q @ v)[:, None] * v[None, :] * (2 / (v @ v))
    return q
