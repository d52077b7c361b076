"""Points at which stated equations hold, for the second evaluator: Gauss-Newton steps of least norm from a point."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from _witness import Eye, Unevaluable, World, evaluate, simpler
from mpmath import fp

from gradproof.notation.surface import Surface

Equation = tuple[Surface, Surface, Mapping[str, int]]
"""Two sides, and the numbers of their index letters."""
STEPS, SMALL, H = 25, 1e-8, 1e-6


def residuals(equations: Sequence[Equation], world: World) -> np.ndarray:
    """Return the differences of the sides of some equations, all entries in one vector.

    Raises:
        Unevaluable: a side has no value here.
    """
    out: list[float] = []
    for a, b, local in equations:
        left, right = (simpler(evaluate(x, world, local)) for x in (a, b))
        if isinstance(right, Eye) and isinstance(left, np.ndarray):
            right = right.scale * np.eye(left.shape[0], dtype=object)
        if isinstance(left, Eye) or isinstance(right, Eye):
            raise Unevaluable("an equation between multiples of I")
        difference = np.asarray(left - right, dtype=object)
        out += [float(x) for x in difference.flat]
    return np.array(out)


def packed(fixed: Mapping[str, Any], names: Sequence[str]) -> np.ndarray:
    """Return the values of some names as one vector."""
    return np.array([float(x) for k in names for x in np.asarray(fixed[k], dtype=object).flat])


def unpacked(vector: np.ndarray, fixed: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return values of the shapes of `fixed` from a vector."""
    out, start = dict(fixed), 0
    for key in names:
        shape = fixed[key].shape if isinstance(fixed[key], np.ndarray) else ()
        size = int(np.prod(shape))
        part = [float(x) for x in vector[start : start + size]]
        out[key] = np.array(part, dtype=object).reshape(shape) if shape else part[0]
        start += size
    return out


def solution(equations: Sequence[Equation], world: World, names: Sequence[str]) -> World:
    """Return a point near `world` at which all equations hold; only the values of `names` change.

    Raises:
        Unevaluable: none was found.
    """
    fixed = {k: _floats(v) for k, v in world.fixed.items()}
    names = [k for k in names if k in fixed]

    def at(vector: np.ndarray) -> World:
        here = World(world.book, unpacked(vector, fixed, names), fp)
        here.directions = {k: _floats(v) for k, v in world.directions.items()}
        return here

    vector = packed(fixed, names)
    try:
        found = residuals(equations, at(vector))
        for _ in range(STEPS):
            if np.max(np.abs(found), initial=0.0) < SMALL:
                return at(vector)
            slopes = np.empty((len(found), len(vector)))
            for k in range(len(vector)):
                ends = []
                for sign in (1, -1):
                    near = vector.copy()
                    near[k] += sign * H
                    ends.append(residuals(equations, at(near)))
                slopes[:, k] = (ends[0] - ends[1]) / (2 * H)
            step = np.linalg.lstsq(slopes, -found, rcond=1e-10)[0]
            vector, found = _shorter(equations, at, vector, step, found)
    except (ArithmeticError, ValueError, TypeError, AttributeError, np.linalg.LinAlgError) as e:
        raise Unevaluable(f"an equation that is not solved: {e}") from e
    raise Unevaluable("an equation that is not solved")


def _shorter(
    equations: Sequence[Equation],
    at: Any,
    vector: np.ndarray,
    step: np.ndarray,
    found: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the point after a step, halved until the residual falls."""
    for _ in range(20):
        try:
            after = residuals(equations, at(vector + step))
            if np.linalg.norm(after) < np.linalg.norm(found):
                return vector + step, after
        except (Unevaluable, ArithmeticError):
            pass
        step = step / 2
    raise Unevaluable("an equation that is not solved")


def _floats(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        out = np.empty(value.shape, dtype=object)
        for place in np.ndindex(*value.shape):
            out[place] = float(value[place])
        return out
    return float(value)
