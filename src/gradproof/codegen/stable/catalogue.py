"""All rules of stable spelling, found by listing the folder `rules`."""

from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Final

from gradproof.codegen.stable.rule import FactorRule, LogarithmRule, StableRule

FOLDER: Final = Path(__file__).parent / "rules"


@cache
def catalogue() -> tuple[StableRule, ...]:
    """Return every rule, those of low rank first, then by file and place in the file.

    Raises:
        ValueError: two rules bear one name.
    """
    found: list[StableRule] = []
    for info in sorted(iter_modules([str(FOLDER)]), key=lambda m: m.name):
        module = import_module(f"gradproof.codegen.stable.rules.{info.name}")
        found += [v for v in vars(module).values() if isinstance(v, LogarithmRule | FactorRule)]
    names = [r.identity.name for r in found]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"two rules of stable spelling are named {name!r}; rename one")
    return tuple(sorted(found, key=lambda r: r.rank))
