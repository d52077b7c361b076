"""All differentiation rules, found by listing the folder `rules`."""

from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Final

from gradproof.differentiate.rule import Rule
from gradproof.expr import Expr, Fn

FOLDER: Final = Path(__file__).parent / "rules"


@cache
def catalogue() -> MappingProxyType[str, Rule]:
    """Return every rule by name, files in alphabetical order and rules in file order.

    Raises:
        ValueError: two rules bear one name.
    """
    found: dict[str, Rule] = {}
    for info in sorted(iter_modules([str(FOLDER)]), key=lambda m: m.name):
        module = import_module(f"gradproof.differentiate.rules.{info.name}")
        for value in vars(module).values():
            if not isinstance(value, Rule):
                continue
            if value.name in found:
                raise ValueError(f"two differentiation rules are named {value.name!r}; rename one")
            found[value.name] = value
    return MappingProxyType(found)


@cache
def _by_kind() -> dict[tuple[type, str], tuple[Rule, ...]]:
    table: dict[tuple[type, str], tuple[Rule, ...]] = {}
    for r in catalogue().values():
        for name in r.functions or ("",):
            table[r.on, name] = (*table.get((r.on, name), ()), r)
    return table


def rules_for(e: Expr) -> tuple[Rule, ...]:
    """Return the rules whose kind (and function name) `e` has."""
    return _by_kind().get((type(e), e.name if isinstance(e, Fn) else ""), ())
