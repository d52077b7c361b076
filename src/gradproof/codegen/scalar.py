"""Functions of numbers that generated code may call, found by listing the folder `functions`."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias, final

from gradproof.codegen.ops import Sign

if TYPE_CHECKING:
    from gradproof.codegen.quantity import Quantity

FOLDER: Final = Path(__file__).parent / "functions"

Q: TypeAlias = "Quantity"
Slope: TypeAlias = "Quantity | None"
Slopes = Callable[[Q, tuple[Q, ...]], tuple[Slope, ...]]
"""The partial derivatives, given the value of the function and its arguments; None is zero."""
Interval = tuple[float, float]


@final
@dataclass(frozen=True, slots=True, eq=False)
class Scalar:
    """A function of numbers.

    Attributes:
        name: as in `ops.Map`.
        arity: how many numbers it takes.
        slopes: its partial derivatives.
        within: an interval for each argument on which it is defined, for tests.
        range: what is known of its sign.
        source: where its derivative stands.
    """

    name: str
    arity: int
    slopes: Slopes
    within: tuple[Interval, ...]
    range: Sign = "any"
    source: str = ""


def unary(
    name: str,
    slope: Callable[[Q, Q], Slope],
    within: Interval,
    sign: Sign = "any",
    source: str = "",
) -> Scalar:
    """Return a function of one number; `slope` is given its value and its argument."""
    return Scalar(name, 1, lambda f, x: (slope(f, x[0]),), (within,), sign, source)


def binary(
    name: str,
    slopes: Callable[[Q, Q, Q], tuple[Slope, Slope]],
    within: tuple[Interval, Interval],
    sign: Sign = "any",
    source: str = "",
) -> Scalar:
    """Return a function of two numbers; `slopes` is given its value and its arguments."""
    return Scalar(name, 2, lambda f, x: slopes(f, x[0], x[1]), within, sign, source)


@cache
def scalars() -> MappingProxyType[str, Scalar]:
    """Return every function by name, files in alphabetical order and functions in file order.

    Raises:
        ValueError: two functions bear one name.
    """
    found: dict[str, Scalar] = {}
    for info in sorted(iter_modules([str(FOLDER)]), key=lambda m: m.name):
        module = import_module(f"gradproof.codegen.functions.{info.name}")
        for value in vars(module).values():
            if not isinstance(value, Scalar):
                continue
            if value.name in found:
                raise ValueError(f"two functions are named {value.name!r}; rename one")
            found[value.name] = value
    return MappingProxyType(found)
