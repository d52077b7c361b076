"""Shapes that NumPy stretches: a column of m rows minus a vector of m entries is an m by m matrix.

The right gradient is computed with the rules of NumPy while one of its vectors is a column, and then as it is or summed
along an axis, as programs do to get the shape that they want.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import numpy as np

from gradproof.evaluate import FLOAT, Samples, Unsupported
from gradproof.expr import (
    Add,
    Diag,
    Div,
    Expr,
    Fn,
    Hadamard,
    HadamardDiv,
    MatMul,
    Mul,
    Neg,
    Num,
    Ones,
    Pow,
    Sym,
    Transpose,
    rank,
    subtrees,
)  # fmt: skip
from gradproof.gradcode.cause import Cause
from gradproof.gradcode.edited import squeezed
from gradproof.gradcode.fit import Closeness, poorer
from gradproof.gradcode.forms import Form
from gradproof.gradcode.numbers import Floats
from gradproof.gradcode.question import Asked
from gradproof.gradcode.values import values
from gradproof.gradcode.wrong_rules import Aim, matches
from gradproof.spell import name_plain

NAME: Final = "broadcast-stretched"

PRIOR: Final = 0.5

_FUNCTIONS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "exp": np.exp, "log": np.log, "tanh": np.tanh, "sin": np.sin, "cos": np.cos, "sqrt": np.sqrt,
    "abs": np.abs, "sign": np.sign, "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
}  # fmt: skip

_AFTER: Final[Mapping[str, Callable[[Any], Any]]] = {
    "": lambda a: a,
    ", summed along axis 1": lambda a: a.sum(axis=1),
    ", summed along axis 0": lambda a: a.sum(axis=0),
    ", averaged along axis 1": lambda a: a.mean(axis=1),
    ", averaged along axis 0": lambda a: a.mean(axis=0),
    ", summed": lambda a: a.sum(),
    ", averaged": lambda a: a.mean(),
}
"""What programs do with an array of too many axes."""


class _NoNumpy(Exception):
    """Something has no counterpart in NumPy here."""


def stretched_causes(
    form: Form, asked: Asked, aims: tuple[Aim, ...], least: Closeness
) -> Iterator[Cause]:
    """Yield which vector of a line is a column in the code, beside others that are none."""
    if form.letters:
        return
    vectors = [
        s for s in dict.fromkeys(subtrees(form.expr)) if isinstance(s, Sym) and s.space.rank == 1
    ]
    for column in vectors:
        for how, after in _AFTER.items():
            closeness: Closeness = "double"
            for aim in aims:
                found = _computed(form, asked, aim.samples, column.name, after)
                own = "none" if found is None else matches(found, aim, least)
                closeness = poorer((closeness, own))
                if closeness == "none":
                    break
            if closeness != "none":
                shown = name_plain(column.name)
                told = (
                    f"{shown} is a column beside a vector, and NumPy stretches both to a matrix{how}: give both "
                    f"one shape ({shown}.ravel())"
                )
                yield Cause(NAME, PRIOR, len(how), told, None, closeness)


def _computed(
    form: Form, asked: Asked, samples: Samples, column: str, after: Callable[[Any], Any]
) -> Floats | None:
    """Return what NumPy gives at all points where one vector is a column; None where it refuses."""
    known: dict[str, Any] = {}
    for node in subtrees(form.expr):
        if isinstance(node, Sym) and node.name not in known:
            try:
                known[node.name] = _values(node, asked, samples, form)
            except Unsupported:
                return None
    rows: list[Any] = []
    for p in range(samples.points):
        own = {n: v[p] for n, v in known.items()}
        own[column] = own[column][:, None]
        try:
            with np.errstate(all="ignore"):
                rows.append(after(_numpy(form.expr, own, samples, form)))
        except (_NoNumpy, ValueError, IndexError):
            return None
    return squeezed(np.array(rows, dtype=np.float64))


def _values(s: Sym, asked: Asked, samples: Samples, form: Form) -> Floats:
    if s.name in asked.defined:
        return values(asked.defined[s.name], samples, asked.context)
    if s.name in samples.values:
        return np.asarray(FLOAT.lift(samples.values[s.name]), dtype=np.float64)
    if s.name in samples.sizes:
        return np.full(samples.points, float(samples.sizes[s.name]))
    return values(s, samples, form.context)


def _numpy(e: Expr, known: Mapping[str, Any], samples: Samples, form: Form) -> Any:
    """Return an expression computed as NumPy would, with vectors that know no rows and columns."""

    def of(x: Expr) -> Any:
        return _numpy(x, known, samples, form)

    match e:
        case Num(value):
            return float(value)
        case Sym(name):
            return known[name]
        case Neg(x):
            return -of(x)
        case Add(terms):
            return sum((of(t) for t in terms[1:]), of(terms[0]))
        case Mul(factors) | Hadamard(factors):
            out = of(factors[0])
            for f in factors[1:]:
                out = out * of(f)
            return out
        case Div(a, b) | HadamardDiv(a, b):
            return of(a) / of(b)
        case Pow(base, exponent):
            return of(base) ** of(exponent)
        case Transpose(x):
            return of(x).T
        case Diag(x) if rank(x, form.context) == 1:
            return np.diag(of(x))
        case Ones(space) if space.rank == 1:
            return np.ones(_extent(space.shape[0].name, samples))
        case Fn(name, (x,)) if name in _FUNCTIONS:
            return _FUNCTIONS[name](of(x))
        case MatMul(factors):
            return _product(factors, of, form)
        case _:
            raise _NoNumpy


def _extent(name: str, samples: Samples) -> int:
    if name not in samples.sizes:
        raise _NoNumpy
    return samples.sizes[name]


def _product(factors: tuple[Expr, ...], of: Callable[[Expr], Any], form: Form) -> Any:
    if rank(factors[-1], form.context) == 1 and isinstance(factors[-1], Transpose):
        *rest, last = factors
        left = of(rest[0]) if len(rest) == 1 else _product(tuple(rest), of, form)
        return np.outer(left, of(last))
    out = of(factors[-1])
    for f in reversed(factors[:-1]):
        out = of(f) @ out
    return out
