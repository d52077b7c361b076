"""How the numbers of the code differ from the right ones, where no known mistake explains it."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from typing import Final

import numpy as np

from gradproof.evaluate import FLOAT
from gradproof.expr import Add, Expr
from gradproof.gradcode.fit import fit
from gradproof.gradcode.forms import Forms
from gradproof.gradcode.numbers import Floats
from gradproof.gradcode.truth import Points
from gradproof.gradcode.wrong_rules import arranged
from gradproof.mistakes.bench import Bench
from gradproof.spell import name_plain, to_plain

CLOSE: Final = 1e-6
"""Relative difference up to which a factor counts as a constant."""

Set = tuple[Points, Floats, Floats]
"""Points, what the code gives there, and what is right."""


def describe(sets: Sequence[Set], forms: Forms) -> str:
    """Say in words how the code's numbers differ; the first that fits of many questions."""
    told = _shape(sets)
    if told is None:
        told = (
            constant(sets)
            or _by_a_symbol(sets)
            or _terms(sets, forms)
            or _entries(sets)
            or _only_where(sets)
        )
    if told is not None:
        return told
    return "the numbers differ at most points, and no simple relation between them and the right ones was found"


def _shape(sets: Sequence[Set]) -> str | None:
    _, code, right = sets[0]
    if code.shape == right.shape:
        return None
    sizes = ", ".join(f"{n} = {s}" for n, s in sets[0][0].samples.sizes.items())
    where = f" (with {sizes})" if sizes else ""
    return f"it returns an array of shape {code.shape[1:]}, expected {right.shape[1:]}{where}"


def constant(sets: Sequence[Set]) -> str | None:
    """A constant factor: a number, perhaps times a ratio of sizes."""
    factors: list[float] = []
    for _, code, right in sets:
        scale = np.abs(right).max()
        here = np.isfinite(code) & (np.abs(right) > 1e-3 * scale)
        if scale == 0 or not here.any():
            return None
        factor = float(np.median(code[here] / right[here]))
        if not np.all(np.abs(code - factor * right)[np.isfinite(code)] <= 1e-4 * scale):
            return None
        factors.append(factor)
    if max(abs(f) for f in factors) < CLOSE:
        return "it returns zero everywhere"
    return _number(factors, sets)


def _number(factors: Sequence[float], sets: Sequence[Set]) -> str | None:
    """Say what a factor is, of which there is one for each set of sizes."""
    sizes = list(sets[0][0].samples.sizes)
    for powers in sorted(
        product((0, 1, -1, 2, -2), repeat=len(sizes)), key=lambda p: sum(map(abs, p))
    ):
        rest = [
            f
            / float(
                np.prod(
                    [
                        points.samples.sizes[n] ** float(q)
                        for n, q in zip(sizes, powers, strict=True)
                    ]
                )
            )
            for f, (points, _, _) in zip(factors, sets, strict=True)
        ]
        if max(rest) - min(rest) <= CLOSE * abs(rest[0]):
            near = Fraction(rest[0]).limit_denominator(60)
            number = (
                str(near) if abs(float(near) - rest[0]) < CLOSE * abs(rest[0]) else f"{rest[0]:.6g}"
            )
            letters = [
                f"{n}{'' if q == 1 else f'^{q}'}" for n, q in zip(sizes, powers, strict=True) if q
            ]
            told = "·".join([*(() if number == "1" and letters else (number,)), *letters])
            return f"it returns {told} times the right gradient, everywhere"
    return None


def _by_a_symbol(sets: Sequence[Set]) -> str | None:
    """A factor that is a number times a power of a scalar symbol."""
    scalars = [n for n, v in sets[0][0].samples.values.items() if v.ndim == 1]
    for name, power in product(scalars, (1, -1, 2, -2)):
        scaled: list[Set] = []
        for points, code, right in sets:
            value = np.asarray(FLOAT.lift(points.samples.values[name]), dtype=np.float64)
            with np.errstate(all="ignore"):
                moved = right * (value**power).reshape((-1, *(1,) * (right.ndim - 1)))
            good = np.isfinite(moved).reshape(len(moved), -1).all(axis=1)
            if good.sum() < 4:
                return None
            scaled.append((points, code[good], moved[good]))
        told = constant(scaled)
        if told is not None and told.startswith("it returns "):
            factor = told.removeprefix("it returns ").partition(" times")[0]
            symbol = name_plain(name) + {1: "", -1: "⁻¹", 2: "²", -2: "⁻²"}[power]
            times = symbol if factor == "1" else f"{factor}·{symbol}"
            return f"it returns {times} times the right gradient, everywhere"
    return None


def _terms(sets: Sequence[Set], forms: Forms) -> str | None:
    """Terms of the right gradient that count with another factor than one."""
    for form in forms.lines:
        if not isinstance(form.expr, Add):
            continue
        found = [_coefficients(form.expr.terms, form.context, form.letters, s) for s in sets]
        if any(f is None for f in found):
            continue
        known = [f for f in found if f is not None]
        if not all(np.allclose(known[0], f, rtol=1e-5, atol=1e-5) for f in known):
            continue
        said: list[str] = []
        for c, t in zip(known[0], form.expr.terms, strict=True):
            if abs(c - 1) < 1e-5:
                continue
            near = Fraction(float(c)).limit_denominator(24)
            times = str(near) if abs(float(near) - c) < 1e-5 else f"{c:.5g}"
            said.append(
                f"{to_plain(t)} is missing"
                if times == "0"
                else f"{to_plain(t)} counts {times} times"
            )
        if said:
            return f"of the terms of {to_plain(form.expr)}, {' and '.join(said)}"
    return None


def _coefficients(
    terms: Sequence[Expr], context: object, letters: tuple[str, ...], one: Set
) -> Floats | None:
    from gradproof.expr import Context

    assert isinstance(context, Context)
    points, code, right = one
    bench = Bench(points.samples, context)
    columns: list[Floats] = []
    for t in terms:
        measured = bench.value(t)
        values = None if measured is None else arranged(measured, letters, points.samples.points)
        if values is None or values.size != code.size:
            return None
        columns.append(values.reshape(-1))
    a, b = np.stack(columns, axis=1), code.reshape(-1)
    good = np.isfinite(a).all(axis=1) & np.isfinite(b)
    good &= np.abs(a.sum(axis=1) - right.reshape(-1)) <= 1e-8 * np.abs(a).max(initial=1.0)
    a, b = a[good], b[good]
    if len(b) < 2 * len(terms):
        return None
    found, _, rank, _ = np.linalg.lstsq(a, b, rcond=1e-10)
    if rank < len(terms) or not np.allclose(
        a @ found, b, rtol=1e-6, atol=1e-8 * float(np.abs(b).max())
    ):
        return None
    return np.asarray(found, dtype=np.float64)


def _entries(sets: Sequence[Set]) -> str | None:
    """Entries that are right at all points, where others are wrong."""
    _, code, right = sets[0]
    if code.ndim < 2:
        return None
    scale = np.abs(right).max()
    wrong = (np.abs(code - right) > 1e-6 * scale).any(axis=0)
    if wrong.all() or not wrong.any():
        return None
    if wrong.ndim == 2:
        for axis, what in ((1, "row"), (0, "column")):
            lines = wrong.all(axis=axis)
            if (wrong.any(axis=axis) == lines).all() and not lines.all():
                return f"only {what}{_numbers(np.flatnonzero(lines))} of the gradient is wrong"
        if wrong.shape[0] == wrong.shape[1]:
            eye = np.eye(len(wrong), dtype=np.bool_)
            if (wrong == eye).all():
                return "only the diagonal of the gradient is wrong"
            if (wrong == ~eye).all():
                return "only what lies off the diagonal of the gradient is wrong"
    places = ["".join(f"[{i}]" for i in at) for at in np.argwhere(wrong)[:4]]
    return (
        f"{int(wrong.sum())} of {wrong.size} entries of the gradient are wrong: {', '.join(places)}"
    )


def _numbers(found: Floats | np.ndarray) -> str:
    return ("s " if len(found) > 1 else " ") + ", ".join(str(int(k)) for k in found[:6])


def _only_where(sets: Sequence[Set]) -> str | None:
    """A condition on one scalar, or on some entry of an array, that holds just where the code is wrong."""
    points, code, right = sets[0]
    errors = fit(code, right).errors
    wrong = ~(errors <= 1e-6)
    if wrong.all() or not wrong.any():
        return None
    for name, exact in points.samples.values.items():
        values = np.asarray(FLOAT.lift(exact), dtype=np.float64).reshape(len(wrong), -1)
        shown = name_plain(name)
        some = "" if values.shape[1] == 1 else "some entry of "
        for told, met in (
            (f"{shown} = 0", values == 0),
            (f"{shown} = 1", values == 1),
            (f"{shown} < 0", values < 0),
            (f"{shown} > 0", values > 0),
            (f"{shown} lies between 0 and 1", (values > 0) & (values < 1)),
        ):
            if (met.any(axis=1) == wrong).all():
                return f"it is wrong only where {some}{told}"
    return f"it is right at {int((~wrong).sum())} of {len(wrong)} points"
