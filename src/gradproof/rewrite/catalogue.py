"""All rewrite rules, found by listing the folder `rules`."""

from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Final

from gradproof.rewrite.rule import RewriteRule

FOLDER: Final = Path(__file__).parent / "rules"


@cache
def catalogue() -> MappingProxyType[str, RewriteRule]:
    """Return every rule by name, files in alphabetical order and rules in file order.

    Raises:
        ValueError: two rules bear one name.
    """
    found: dict[str, RewriteRule] = {}
    for info in sorted(iter_modules([str(FOLDER)]), key=lambda m: m.name):
        module = import_module(f"gradproof.rewrite.rules.{info.name}")
        for value in vars(module).values():
            if not isinstance(value, RewriteRule):
                continue
            if value.name in found:
                raise ValueError(f"two rewrite rules are named {value.name!r}; rename one")
            found[value.name] = value
    return MappingProxyType(found)


@cache
def rules_on(kind: type) -> tuple[RewriteRule, ...]:
    """Return the rules for nodes of one kind."""
    return tuple(r for r in catalogue().values() if r.on is kind)
