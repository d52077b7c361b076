"""Functions that write into their arguments, or remember earlier calls."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from gradproof.gradcode.answers import Answers
from gradproof.gradcode.fit import fit
from gradproof.gradcode.numbers import Floats
from gradproof.gradcode.report import CodeFinding
from gradproof.gradcode.truth import Points

ALIASED: Final = frozenset({"unexplained-difference", "value-overwritten"})
"""Names of differences for which an argument that was written to is the reason."""


def habits(
    main: Sequence[tuple[Points, Answers]], findings: list[CodeFinding]
) -> list[CodeFinding]:
    """Return what is said of functions that write into their arguments, or remember earlier calls.

    Where a gradient is wrong for no known reason and an argument was written to, that is the reason.
    """
    _, answers = main[0]
    changed = tuple(dict.fromkeys(n for _, a in main for n in a.changed))
    repeated = all(
        _repeated(a, b) for _, one in main for a, b in zip(one.gradients, one.again, strict=True)
    )
    right = "" if findings else "the first call returns the right gradient, but "
    if changed:
        names = ", ".join(changed)
        told = f"{right}the function writes into its argument{'s' * (len(changed) > 1)} {names}"
        after = (
            "" if repeated else "; called again with the same arrays it returns another gradient"
        )
        vague = [f for f in findings if f.mistake in ALIASED]
        for f in vague:
            findings.remove(f)
        named = len(findings) > 0
        what = next((f.message for f in vague if f.computed_plain is not None), None)
        copy = (
            f"work on a copy ({changed[0]} = {changed[0]}.copy()), and write a = a - b for a -= b"
        )
        said = f"{told}{after}; {copy}" if what is None else f"{told}: {what}; {copy}"
        return [
            CodeFinding(
                "input-overwritten",
                "warning" if (repeated and not vague) or named else "error",
                said,
                counterexample=vague[0].counterexample if vague else None,
            )
        ]
    if not repeated:
        for f in [f for f in findings if f.mistake in ALIASED]:
            findings.remove(f)
        return [
            CodeFinding(
                "not-repeatable",
                "error",
                f"{right}called twice with the same arrays the function returns two gradients: it keeps something "
                "from call to call, or draws random numbers; expected a result that its arguments settle (a seed "
                "of its own, no list or array that outlives the call)",
            )
        ]
    if answers.reused:
        return [
            CodeFinding(
                "result-overwritten",
                "warning",
                "a second call writes into the array that the first one returned: return a copy",
            )
        ]
    return []


def _repeated(first: Floats, second: Floats) -> bool:
    """Tell whether two results are the same; nan and infinities count as themselves."""
    if first.shape != second.shape or not np.array_equal(np.isfinite(first), np.isfinite(second)):
        return False
    return not np.isfinite(first).any() or fit(second, first, "double").closeness != "none"
