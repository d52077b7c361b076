r"""The values that a quantity of a named law can have: ``z \sim \mathrm{Bernoulli}(p)`` is 0 or 1."""

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from gradproof.expr import Domain
from gradproof.notation.surface import Surface

_ZERO, _ONE = Fraction(0), Fraction(1)
_BINARY = Domain(members=(_ZERO, _ONE), declared=True)
_SIGN = Domain(members=(-_ONE, _ONE), declared=True)
_ABOVE = Domain(lower=_ZERO, declared=True)
_UNIT = Domain(lower=_ZERO, upper=_ONE, declared=True)

_SUPPORTS: Final[Mapping[str, Domain]] = MappingProxyType(
    {
        "bernoulli": _BINARY,
        "ber": _BINARY,
        "bern": _BINARY,
        "rademacher": _SIGN,
        "exponential": _ABOVE,
        "expo": _ABOVE,
        "gamma": _ABOVE,
        "beta": _UNIT,
    }
)


def support_of(law: Surface) -> Domain | None:
    """Return in what the values of a law lie; None where that is all numbers, or not known."""
    head = law.args[0] if law.head in ("call", "mul") and law.args else law
    return None if head.name is None else _SUPPORTS.get(head.name.base.lower())
