"""What the function returned, put beside the variables: which output is the gradient by which of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np

from gradproof.gradcode.failures import CannotCheck
from gradproof.gradcode.numbers import Floats, decoded
from gradproof.spell import identifier, name_plain

AFFIXES: Final = ("d", "g", "grad", "dj", "dl", "dloss", "gradient", "nabla")
"""What programs put before or behind the name of a variable to name its gradient."""


@final
@dataclass(frozen=True, slots=True)
class Answers:
    """The results of one set of calls.

    Attributes:
        gradients: per variable, points first; points that raised are nan.
        shapes: per variable, the shape that was returned.
        types: per variable, the type of its entries.
        value: what was returned for the formula itself, None where nothing was.
        errors: what was raised, by point.
        lines: the lines of code that the first error went through.
        changed: parameters that were written to.
        again: per variable, the gradients of the second call on the same arrays.
        reused: whether the second call wrote into the result of the first.
    """

    gradients: tuple[Floats, ...]
    shapes: tuple[tuple[int, ...], ...]
    types: tuple[str, ...]
    value: Floats | None
    errors: dict[int, str]
    lines: tuple[str, ...]
    changed: tuple[str, ...]
    again: tuple[Floats, ...]
    reused: bool

    @property
    def all_raised(self) -> bool:
        """Whether no call came back."""
        return not self.gradients


def collect(
    results: Sequence[dict[str, Any]],
    variables: Sequence[str],
    right: Sequence[Floats],
) -> Answers:
    """Put the results of calls beside the variables.

    Raises:
        CannotCheck: the number or the names of the outputs do not tell which is which, or shapes change from
            point to point.
    """
    errors = {k: r["error"] for k, r in enumerate(results) if "error" in r}
    lines = next((tuple(r["lines"]) for r in results if "error" in r), ())
    good = [k for k in range(len(results)) if k not in errors]
    if not good:
        return Answers((), (), (), None, errors, lines, (), (), False)
    first = results[good[0]]
    order, at_value = _order(first, variables, right)
    gradients = [_stacked(results, good, k, "outputs", len(results)) for k in order]
    again = [_stacked(results, good, k, "again", len(results)) for k in order]
    value = None
    if at_value is not None:
        value = _stacked(results, good, [at_value], "outputs", len(results))
    elif first["value"] is not None:
        value = np.full((len(results), *first["value"]["shape"]), np.nan)
        for k in good:
            value[k] = decoded(results[k]["value"])
    return Answers(
        tuple(gradients),
        tuple(g.shape[1:] for g in gradients),
        tuple(first["outputs"][k[0]]["type"] for k in order),
        value,
        errors,
        lines,
        tuple(dict.fromkeys(n for k in good for n in results[k]["changed"])),
        tuple(again),
        not all(results[k]["kept"] for k in good),
    )


def _order(
    first: dict[str, Any], variables: Sequence[str], right: Sequence[Floats]
) -> tuple[list[list[int]], int | None]:
    """Return per variable the outputs that make up its gradient, and which output is the value."""
    outputs, keys = first["outputs"], first["keys"]
    if keys is not None and len(keys) == len(outputs) and (len(keys) > 1 or len(variables) > 1):
        return _named(keys, variables)
    count, wanted = len(outputs), len(variables)
    if count == wanted:
        return [[k] for k in range(count)], None
    if wanted == 1 and right[0].shape[1:2] == (count,):
        shapes = {tuple(o["shape"]) for o in outputs}
        if shapes == {right[0].shape[2:]}:
            return [list(range(count))], None
    if count == wanted + 1:
        if not outputs[0]["shape"]:
            return [[k] for k in range(1, count)], 0
        if not outputs[-1]["shape"]:
            return [[k] for k in range(count - 1)], count - 1
    names = ", ".join(name_plain(v) for v in variables)
    raise CannotCheck(
        f"the function returns {count} values, and --wrt names {wanted} variable{'s' * (wanted > 1)} ({names}); "
        "expected one gradient for each, in that order, the value of the formula before them or not: list the "
        "variables as --wrt a,b, or return a dictionary"
    )


def _named(keys: Sequence[str], variables: Sequence[str]) -> tuple[list[list[int]], int | None]:
    out: list[list[int]] = []
    for v in variables:
        own = identifier(v).rstrip("_").replace("_", "").casefold()
        wanted = {own} | {f"{a}{own}" for a in AFFIXES} | {f"{own}{a}" for a in AFFIXES}
        found = [k for k, key in enumerate(keys) if key.replace("_", "").casefold() in wanted]
        if len(found) != 1:
            raise CannotCheck(
                f"the function returns a dictionary with the keys {', '.join(keys)}; expected one for "
                f"{name_plain(v)}, such as {identifier(v)!r} or 'd{identifier(v)}'"
            )
        out.append(found)
    return out, None


def _stacked(
    results: Sequence[dict[str, Any]], good: Sequence[int], at: Sequence[int], key: str, points: int
) -> Floats:
    """Return one output at all points, nan where the function raised."""
    arrays = [np.array([decoded(results[k][key][j]) for j in at]) for k in good]
    arrays = [a[0] if len(at) == 1 else a for a in arrays]
    shapes = {a.shape for a in arrays}
    if len(shapes) > 1:
        listed = " and ".join(str(s) for s in sorted(shapes))
        raise CannotCheck(
            f"the function returns arrays of the shapes {listed} for inputs of one shape; expected one shape"
        )
    out = np.full((points, *arrays[0].shape), np.nan)
    for k, a in zip(good, arrays, strict=True):
        out[k] = a
    return out
