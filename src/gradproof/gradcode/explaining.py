"""Findings about one gradient: the slip by name, or the structure of the difference; and trouble of numbers."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from gradproof.gradcode.answers import Answers
from gradproof.gradcode.calling import did
from gradproof.gradcode.edited import squeezed
from gradproof.gradcode.fit import fit, poorest, same
from gradproof.gradcode.forms import Forms, forms_of
from gradproof.gradcode.naming import Slip, name_slip
from gradproof.gradcode.numbers import Floats, decoded
from gradproof.gradcode.parameters import Matched
from gradproof.gradcode.question import Asked
from gradproof.gradcode.report import CodeFinding, Sample
from gradproof.gradcode.structure import constant, describe
from gradproof.gradcode.suggestion import numpy_line
from gradproof.gradcode.trouble import Probe
from gradproof.gradcode.truth import Points
from gradproof.mistakes import catalogue
from gradproof.spell import identifier, name_plain, to_plain, to_tex

UNEXPLAINED: Final = "unexplained-difference"

SHOWN: Final = 6
"""Significant digits of numbers that are shown."""


def explain(
    asked: Asked,
    k: int,
    matched: Matched,
    main: Sequence[tuple[Points, Answers]],
    *,
    deep: bool = False,
) -> list[CodeFinding]:
    """Return the findings about a gradient that differs: one, or one for each of two slips.

    Args:
        asked: the question.
        k: which variable.
        matched: what the parameters are.
        main: points, and what the code gives there.
        deep: whether to look for what `name_slip` finds with `deep`, in the place of single slips.
    """
    forms = forms_of(asked.questions[k])
    variable = name_plain(asked.variables[k])
    sets = [(p, a.gradients[k]) for p, a in main if not a.all_raised]
    expected = forms.shown
    common = CodeFinding(
        UNEXPLAINED,
        "error",
        "",
        variable=variable,
        expected_tex=None if expected is None else to_tex(expected),
        expected_plain=None if expected is None else to_plain(expected),
        suggestion=_suggestion(asked, k, forms, matched),
        counterexample=_sample(sets, k),
    )
    whole = [(p, squeezed(c), squeezed(p.gradients[k])) for p, c in sets]
    if all(same(c, right, "single") for _, c, right in whole):
        told = constant(whole)
        if told is None:
            told = "are differences of the function taken for its derivative, or is a small number added?"
        message = (
            f"the gradient by {variable} agrees to few digits, fewer than rounding explains: {told}"
        )
        return [replace(common, mistake="imprecise", message=message)]
    told = _whole_numbers(main, k) or _exchanged(asked, k, whole)
    if told is not None:
        name, what = told
        return [replace(common, mistake=name, message=what)]
    slip = name_slip(asked, k, forms, sets, poorest(main[0][1].types[k]), deep=deep)
    if slip is None:
        name = "shape-mismatch" if whole[0][1].shape != whole[0][2].shape else UNEXPLAINED
        if _not_finite(sets, k):
            name = "not-finite"
            told = "it returns nan or inf at ordinary points, at which the formula is finite"
        else:
            told = describe(whole, forms)
        message = (
            f"the gradient by {variable} is wrong, and no known mistake gives these numbers: {told}"
        )
        return [replace(common, mistake=name, message=message)]
    return _named(slip, variable, common)


def _whole_numbers(main: Sequence[tuple[Points, Answers]], k: int) -> tuple[str, str] | None:
    """Tell a gradient whose entries were cut to whole numbers."""
    variable = "the gradient"
    typed = main[0][1].types[k]
    code = np.concatenate([squeezed(a.gradients[k]).reshape(-1) for _, a in main])
    right = np.concatenate([squeezed(p.gradients[k]).reshape(-1) for p, _ in main])
    good = np.isfinite(code)
    if not np.array_equal(code[good], np.rint(code[good])) or 2 * int(good.sum()) < code.size:
        return None
    by = "an array of whole numbers (dtype=int, np.zeros_like of one)"
    if code.shape == right.shape:
        for cut, how in (
            (np.trunc, f"cut off behind the point: by {by}, or int()"),
            (np.floor, "rounded down: by // in the place of /, or np.floor"),
            (np.rint, "rounded: by round() or np.rint"),
        ):
            if np.array_equal(cut(right[good] + 0.0), code[good]) and not _whole(right[good]):
                return "whole-numbers", f"{variable} has its entries {how}"
    if typed.startswith(("int", "uint")) and not _whole(right):
        return (
            "whole-numbers",
            f"{variable} is computed in {by}, so that what is added to it is cut off",
        )
    return None


def _whole(right: Floats) -> bool:
    return bool(np.array_equal(right, np.rint(right)))


def _exchanged(
    asked: Asked, k: int, whole: Sequence[tuple[Points, Floats, Floats]]
) -> tuple[str, str] | None:
    """Tell the gradient by another variable in the place of this one."""
    for j, other in enumerate(asked.variables):
        if j != k and all(
            same(c, squeezed(p.gradients[j]), "single", p.blurs[j]) for p, c, _ in whole
        ):
            own = name_plain(asked.variables[k])
            order = ", ".join(name_plain(v) for v in asked.variables)
            return (
                "gradients-exchanged",
                f"the gradient by {name_plain(other)} is returned where that by {own} belongs; expected the order "
                f"{order}, or a dictionary with names",
            )
    return None


def _named(slip: Slip, variable: str, common: CodeFinding) -> list[CodeFinding]:
    computed = slip.computed
    message = f"{slip.told}. The function returns exactly the gradient by {variable} with this slip"
    if slip.second is not None:
        message += " and the next"
    first = replace(
        common,
        mistake=slip.mistake,
        message=message,
        computed_tex=None if computed is None else to_tex(computed),
        computed_plain=None if computed is None else to_plain(computed),
        also_consistent_with=slip.also,
        why=_why(slip.mistake),
    )
    if slip.second is None:
        return [first]
    name, told = slip.second
    return [first, CodeFinding(name, "error", told, variable=variable, why=_why(name))]


def _why(name: str) -> str | None:
    mistake = catalogue().get(name)
    return None if mistake is None or "{" in mistake.why else mistake.why


def _suggestion(asked: Asked, k: int, forms: Forms, matched: Matched) -> str | None:
    """Return the right line of NumPy; values that the function is not given are called by their names."""
    if forms.shown is None:
        return None
    names = {symbol: parameter for parameter, symbol in matched.symbols.items()}
    for name, space in asked.base.items():
        for axis, size in enumerate(space.shape):
            taken = size.name in asked.base or size.name in asked.defined
            if size.name and not size.offset and name in names and not taken:
                names.setdefault(
                    size.name,
                    f"len({names[name]})" if axis == 0 else f"{names[name]}.shape[{axis}]",
                )
    line = numpy_line(forms.shown, asked.questions[k].context, names)
    return None if line is None else f"{_returned(asked, k)} = {line}"


def _returned(asked: Asked, k: int) -> str:
    return f"d{identifier(asked.variables[k]).rstrip('_')}"


def _not_finite(sets: Sequence[tuple[Points, Floats]], k: int) -> bool:
    code = sets[0][1]
    return 2 * int(np.isfinite(code).sum()) < code.size


def _sample(sets: Sequence[tuple[Points, Floats]], k: int) -> Sample | None:
    """Return the simplest point at which the numbers differ clearly."""
    points, code = sets[0]
    flat, right = squeezed(code), squeezed(points.gradients[k])
    if flat.shape != right.shape:
        return _shapes(points, code, points.gradients[k])
    errors = np.nan_to_num(fit(flat, right).errors, nan=np.inf)
    wrong = [p for p in range(len(errors)) if errors[p] > 1e-3] or [int(np.argmax(errors))]
    at = min(wrong, key=lambda p: sum(len(v) for _, v in _given(points, p)))
    gap = np.abs(np.nan_to_num(flat[at] - right[at], nan=np.inf))
    entry = (
        tuple(int(i) for i in np.unravel_index(int(np.argmax(gap)), gap.shape)) if gap.ndim else ()
    )
    return Sample(_given(points, at), entry, _number(flat[at][entry]), _number(right[at][entry]))


def _shapes(points: Points, code: Floats, right: Floats) -> Sample:
    def told(a: Floats) -> str:
        return f"an array of shape {a.shape[1:]}"

    return Sample(_given(points, 0), (), told(code), told(right))


def _given(points: Points, at: int) -> tuple[tuple[str, str], ...]:
    out: list[tuple[str, str]] = []
    for name, value in points.arguments[at].items():
        plain = decoded(value)
        if isinstance(plain, int):
            out.append((name, str(plain)))
        else:
            out.append((name, _array(np.asarray(plain, dtype=np.float64))))
    return tuple(out)


def _array(a: Floats) -> str:
    if a.ndim == 0:
        return _number(float(a))
    return "[" + ", ".join(_array(x) for x in a) + "]"


def _number(value: float) -> str:
    return f"{float(value):.{SHOWN}g}"


def raised(main: Sequence[tuple[Points, Answers]]) -> list[CodeFinding]:
    """Return what is said of a function that raises at some points and returns at others."""
    for points, answers in main:
        if answers.errors:
            at = min(answers.errors)
            where = f" ({answers.lines[-1]})" if answers.lines else ""
            given = ", ".join(f"{name} = {value}" for name, value in _given(points, at))
            message = (
                f"at some points the function {did(answers.errors[at])}{where}, such as at {given}"
            )
            return [CodeFinding("raises", "error", message)]
    return []


def numbers_trouble(
    asked: Asked,
    main: Sequence[tuple[Points, Answers]],
    tried: Sequence[tuple[Probe, Answers]],
) -> list[CodeFinding]:
    """Return warnings: single precision, shapes, nan and inf where the formula is finite, another value."""
    out: list[CodeFinding] = []
    _, first = main[0]
    for k, name in enumerate(asked.variables):
        variable = name_plain(name)
        typed = first.types[k]
        fits = [
            fit(squeezed(a.gradients[k]), squeezed(p.gradients[k]), poorest(typed), p.blurs[k])
            for p, a in main
        ]
        if all(f.closeness == "single" for f in fits) or typed in (
            "float32",
            "float16",
            "bfloat16",
        ):
            digits = min(f.digits for f in fits)
            how = (
                f"returns {typed}"
                if typed != "float64"
                else "computes in less than double precision"
            )
            out.append(
                CodeFinding(
                    "single-precision",
                    "warning",
                    f"the gradient by {variable} is exact to about {digits} digits: the function {how}",
                    variable,
                )
            )
        shape, right = first.shapes[k], main[0][0].gradients[k].shape[1:]
        if (
            shape != right
            and squeezed(first.gradients[k]).shape == squeezed(main[0][0].gradients[k]).shape
        ):
            out.append(
                CodeFinding(
                    "shape-differs",
                    "warning",
                    f"the gradient by {variable} has the shape {shape}, that of the variable is {right}",
                    variable,
                )
            )
    out += _at_the_edge(asked, tried)
    out += _value(main)
    return out


def _at_the_edge(asked: Asked, tried: Sequence[tuple[Probe, Answers]]) -> list[CodeFinding]:
    seen: set[tuple[str, str]] = set()
    out: list[CodeFinding] = []
    for probe, answers in tried:
        for k, name in enumerate(asked.variables):
            if (probe.kind, name) in seen:
                continue
            points = probe.points
            told = _edge(answers, points, k)
            if told is None:
                continue
            seen.add((probe.kind, name))
            what, at, entry, code = told
            right = float(np.asarray(points.gradients[k][at])[entry]) if code is not None else 0.0
            sample = None
            if code is not None:
                sample = Sample(_given(points, at), entry, code, _number(right))
            where = "large inputs" if probe.kind == "overflow" else "a special point"
            mistake = "overflow" if probe.kind == "overflow" else "kink"
            out.append(
                CodeFinding(
                    mistake,
                    "warning",
                    f"at {where} ({probe.told}) the gradient by {name_plain(name)} {what}, where the formula is finite",
                    name_plain(name),
                    counterexample=sample,
                )
            )
    return out


def _edge(
    answers: Answers, points: Points, k: int
) -> tuple[str, int, tuple[int, ...], str | None] | None:
    if answers.errors:
        at = min(answers.errors)
        return f"is not returned: the function {did(answers.errors[at])}", at, (), None
    code = answers.gradients[k]
    right = points.gradients[k]
    if squeezed(code).shape != squeezed(right).shape:
        return None
    code = code.reshape(right.shape)
    bad = ~np.isfinite(code)
    if not bad.any():
        return None
    place = tuple(int(i) for i in np.argwhere(bad)[0])
    value = float(code[place])
    return f"is {value}", place[0], place[1:], _number(value)


def _value(main: Sequence[tuple[Points, Answers]]) -> list[CodeFinding]:
    """Say so where the function returns the formula's value, too, and it is another."""
    for points, answers in main:
        if answers.value is None:
            return []
        found, right = squeezed(answers.value), squeezed(points.value)
        if fit(found, right).closeness == "none":
            at = int(
                np.nanargmax(
                    np.nan_to_num(np.abs(found - right).reshape(len(found), -1).max(axis=1))
                )
            )
            return [
                CodeFinding(
                    "value-differs",
                    "warning",
                    "the value that the function returns beside its gradient is not that of the formula",
                    counterexample=Sample(
                        _given(points, at), (), str(found[at].tolist()), str(right[at].tolist())
                    ),
                )
            ]
    return []
