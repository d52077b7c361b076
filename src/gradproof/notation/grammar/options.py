"""What is known of a document before its formulas are read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import final

from gradproof.notation.surface import Name

_NONE: Mapping[int, str] = MappingProxyType({})


@final
@dataclass(frozen=True, slots=True)
class Options:
    r"""Knowledge from declarations and from use, by `name_key`.

    `callables` are functions in this document (None: the habits alone decide), `not_callables` variables:
    ``name(…)`` is a product. `words` are runs of plain letters that are one name, or macros of which the
    definition is not known (``\loss``); members of the other two sets with several letters count too.
    `factors` stand elsewhere as factors or variables: before a bracket that holds a sum they are so here too.
    `quantities` act as arrays: a bracket that holds a sum is no argument of theirs.
    `labels` are letters that label the names below them: ``A^{O}`` is a name and no power.
    `overrides` maps `Choice.key` to the alternative to take.
    """

    callables: frozenset[str] | None = None
    not_callables: frozenset[str] = frozenset()
    overrides: Mapping[int, str] = field(default_factory=lambda: _NONE)
    words: frozenset[str] = frozenset()
    factors: frozenset[str] = frozenset()
    quantities: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()


def name_key(name: Name) -> str:
    r"""Return the canonical spelling of a name: its letter with accents, without font and scripts.

    >>> name_key(Name("y", accents=("hat",)))
    '\\hat y'
    """
    key = name.base
    for accent in name.accents:
        key = f"\\{accent} {key}"
    return key
