"""All differential rules, found by listing the folder `rules`."""

from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Final

from gradproof.deriving.limits import NotDerived
from gradproof.deriving.rule import DifferentialRule
from gradproof.expr import Apply, Expr, Fn

FOLDER: Final = Path(__file__).parent / "rules"


@cache
def differential_rules() -> MappingProxyType[str, DifferentialRule]:
    """Return every rule by name, files in alphabetical order and rules in file order.

    Raises:
        ValueError: two rules bear one name.
    """
    found: dict[str, DifferentialRule] = {}
    for info in sorted(iter_modules([str(FOLDER)]), key=lambda m: m.name):
        module = import_module(f"gradproof.deriving.rules.{info.name}")
        for value in vars(module).values():
            if not isinstance(value, DifferentialRule):
                continue
            if value.name in found:
                raise ValueError(f"two differential rules are named {value.name!r}; rename one")
            found[value.name] = value
    return MappingProxyType(found)


def rule_for(e: Expr) -> DifferentialRule:
    """Return the rule for a node.

    Raises:
        NotDerived: there is none.
    """
    name = e.name if isinstance(e, Fn | Apply) else ""
    general: DifferentialRule | None = None
    for rule in differential_rules().values():
        if rule.on is type(e):
            if name in rule.functions or (rule.when is not None and rule.when(e)):
                return rule
            if not rule.functions and rule.when is None:
                general = rule
    if general is None:
        what = f"{type(e).__name__} {name}".strip()
        raise NotDerived(f"no rule for the differential of {what}")
    return general
