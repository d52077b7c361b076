r"""Which parameter of the function is which symbol: ``y_hat`` is ``\hat y``, ``lambda_`` is ``\lambda``."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, final

from gradproof.gradcode.calling import Parameter
from gradproof.gradcode.failures import CannotCheck
from gradproof.gradcode.question import Asked, reached_names
from gradproof.gradcode.values import depends_on
from gradproof.spell import identifier, name_plain

OTHERWISE: Final = {
    "lambda_": ("lam", "lamb", "lambd", "lmbda", "lmda", "lbda", "reg"),
    "sigma": ("sig", "std"),
    "theta": ("th",),
    "epsilon": ("eps",),
}
"""Other names that programs give to symbols whose own name they cannot or will not write."""


@final
@dataclass(frozen=True, slots=True)
class Matched:
    """What every parameter is given.

    `symbols` maps parameters to names of symbols or sizes; `numbers` parameters to fixed numbers.
    """

    symbols: Mapping[str, str]
    numbers: Mapping[str, float]

    def parameter_of(self, symbol: str) -> str | None:
        """Return the parameter that a symbol is passed as."""
        return next((p for p, s in self.symbols.items() if s == symbol), None)


def match_parameters(
    parameters: Sequence[Parameter], asked: Asked, given: Mapping[str, str]
) -> Matched:
    """Match the parameters of a function with the symbols of a formula.

    Args:
        parameters: of the function.
        asked: the question.
        given: what the user said: parameter to symbol (TeX or as an identifier) or number.

    Raises:
        CannotCheck: a parameter is no symbol and has no default; a symbol on which the gradient depends has
            no parameter; something given names neither.
    """
    known = [*asked.base, *asked.defined, *asked.sizes]
    loss = asked.questions[0].loss.name
    known = [n for n in dict.fromkeys(known) if n != loss]
    symbols: dict[str, str] = {}
    numbers: dict[str, float] = {}
    names = {p.name for p in parameters}
    for parameter, text in given.items():
        if parameter not in names:
            raise CannotCheck(
                f"--arg {parameter}={text}: the function has no parameter {parameter}; it has {_listed(names)}"
            )
        _given(parameter, text, known, symbols, numbers)
    for p in parameters:
        if p.name in symbols or p.name in numbers:
            continue
        found = _symbol(p.name, known)
        if found is not None and found not in symbols.values():
            symbols[p.name] = found
        elif not p.optional:
            raise CannotCheck(_unmatched(p.name, known, set(symbols.values()), parameters))
    _require_all(symbols, asked)
    return Matched(symbols, numbers)


def _given(
    parameter: str,
    text: str,
    known: Sequence[str],
    symbols: dict[str, str],
    numbers: dict[str, float],
) -> None:
    try:
        numbers[parameter] = float(text)
    except ValueError:
        found = text if text in known else _symbol(text, known)
        if found is None:
            raise CannotCheck(
                f"--arg {parameter}={text}: the formula has no symbol {text}; it has {_spelled(known)}"
            ) from None
        symbols[parameter] = found


def _symbol(name: str, known: Sequence[str]) -> str | None:
    """Return the one symbol that a parameter of this name can be; None where there is none, or several."""
    for spelled in (identifier, _bare, _squeezed, _folded):
        found = [k for k in known if spelled(k) == _as(spelled, name)]
        if len(found) == 1:
            return found[0]
    found = [k for k in known if name.rstrip("_") in OTHERWISE.get(identifier(k), ())]
    return found[0] if len(found) == 1 else None


def _bare(name: str) -> str:
    return identifier(name).rstrip("_")


def _squeezed(name: str) -> str:
    return identifier(name).replace("_", "")


def _folded(name: str) -> str:
    return _squeezed(name).casefold()


def _as(spelled: object, name: str) -> str:
    """Return a parameter's own name as `spelled` writes a symbol's."""
    if spelled is identifier:
        return name
    if spelled is _bare:
        return name.rstrip("_")
    squeezed = name.replace("_", "")
    return squeezed if spelled is _squeezed else squeezed.casefold()


def _unmatched(
    name: str, known: Sequence[str], taken: set[str], parameters: Sequence[Parameter]
) -> str:
    free = [k for k in known if k not in taken]
    own = {p.name for p in parameters}
    free = [k for k in free if identifier(k) not in own]
    close = difflib.get_close_matches(name, [identifier(k) for k in free], 1, 0.5)
    example = close[0] if close else (identifier(free[0]) if free else "0.1")
    return (
        f"the parameter {name} is no symbol of the formula, whose other symbols are {_spelled(free)}; say "
        f"which it is (--arg {name}={example}) or what number it stands for (--arg {name}=0.1), or give it a default"
    )


def _require_all(symbols: Mapping[str, str], asked: Asked) -> None:
    """Refuse a function that does not get what the gradient depends on."""
    passed = set(symbols.values())
    reached: set[str] = set(passed)
    for name in passed:
        if name in asked.defined:
            reached |= reached_names(asked.defined[name], asked.context)
    missing = [
        n
        for n in asked.base
        if n not in reached and n not in asked.sizes and n not in asked.context.values
    ]
    missing = [n for n in missing if _matters(n, asked)]
    if missing:
        scalar = [n for n in missing if not asked.base[n].rank and n in "mnNKdk"]
        hint = (
            f"; if {scalar[0]} counts the rows of an array, declare it: "
            rf"--declare 'X \in \mathbb{{R}}^{{{scalar[0]} \times n}}'"
            if scalar
            else "; give it a parameter, or fix its number with --declare"
        )
        raise CannotCheck(
            f"the formula depends on {_spelled(missing)}, and no parameter of the function is {_it(missing)}{hint}"
        )


def _matters(name: str, asked: Asked) -> bool:
    """Tell whether the gradients depend on a symbol, as far as the formula shows."""
    return any(depends_on(goal, name, asked.context) for goal in asked.goals)


def _it(names: Sequence[str]) -> str:
    return "it" if len(names) == 1 else "one of them"


def _spelled(names: Iterable[str]) -> str:
    return ", ".join(name_plain(n) for n in names) or "none"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
