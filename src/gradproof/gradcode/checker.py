"""Comparing a function with a formula: read the formula, start the process, compare."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from gradproof.evaluate import Unsupported
from gradproof.gradcode.failures import CannotCheck
from gradproof.gradcode.question import ask
from gradproof.gradcode.report import CodeReport
from gradproof.gradcode.running import Child, Here
from gradproof.gradcode.session import Options, Session, Told
from gradproof.gradcode.target import Target, find_target, parse_target

NAMED: Final = re.compile(r"\.py:\w+$")
"""How a function of a file ends, which is no formula."""

BACKENDS: Final = ("numpy", "torch", "jax")


def check_code(
    formulas: Sequence[str],
    function: str | Callable[..., object],
    wrt: Sequence[str],
    declare: Sequence[str] = (),
    options: Options | None = None,
    told: Told = lambda _: None,
) -> CodeReport:
    """Compare a function with the gradient of a formula.

    Args:
        formulas: the formula and its definitions in TeX.
        function: where it stands (``file.py:name``), or the function.
        wrt: the variables, in TeX or as identifiers.
        declare: facts in TeX.
        options: how it is run.
        told: is called with what is being done, for a display of progress.

    Raises:
        CannotCheck: the function cannot be found, called or compared.
        CannotDerive: the formula cannot be read.
    """
    options = options or Options()
    if options.backend is not None and options.backend not in BACKENDS:
        raise CannotCheck(
            f"there is no backend {options.backend!r}; expected one of {', '.join(BACKENDS)}"
        )
    target = _target(function, formulas)
    told("reading the formula")
    try:
        asked = ask(formulas, wrt, declare)
    except Unsupported as failure:
        raise CannotCheck(
            f"the formula cannot be evaluated: {failure.reason}; declare the shapes and domains of its symbols "
            r"(--declare 'X \in \mathbb{R}^{m \times n}'), or write it with the functions and sums that it stands for"
        ) from None
    told("importing the function")
    with _runner(function, target, options) as runner:
        shown = target.shown if target is not None else getattr(function, "__name__", "function")
        session = Session(asked, runner, options, shown, told)
        return session.report(here=target is None)


def _runner(
    function: str | Callable[..., object], target: Target | None, options: Options
) -> Child | Here:
    backend = options.backend or "numpy"
    if target is None:
        assert not isinstance(function, str)
        return Here(function, backend)
    return Child(target, backend, seconds=options.seconds, memory=options.memory)


def _target(function: str | Callable[..., object], formulas: Sequence[str]) -> Target | None:
    """Return where the function stands; None for one that has no place.

    Raises:
        CannotCheck: the text names no function.
    """
    if not isinstance(function, str):
        return find_target(function)
    try:
        return parse_target(function)
    except CannotCheck as failure:
        swapped = next((f for f in formulas if NAMED.search(f)), None)
        hint = "" if swapped is None else f"; {swapped} stands before it: the function comes last"
        raise CannotCheck(f"{failure}{hint}") from None
