"""Names in generated code: symbols, sizes and definitions as a program calls them, no two alike."""

from collections.abc import Iterable
from typing import Final

from gradproof.codegen.limits import CannotCompile
from gradproof.spell import identifier, name_plain

RESERVED: Final = frozenset(
    {"np", "jnp", "jax", "torch", "math", "numba", "nb", "abs", "range", "len"}
)
"""Names that generated code uses itself."""


def symbol_names(symbols: Iterable[str]) -> dict[str, str]:
    """Return the names of the arguments by TeX name.

    Raises:
        CannotCompile: two symbols would have one name.
    """
    out: dict[str, str] = {}
    owner: dict[str, str] = {}
    for tex in symbols:
        name = _usable(identifier(tex))
        if name in owner:
            raise CannotCompile(
                f"the symbols {owner[name]} and {tex} ({name_plain(owner[name])} and {name_plain(tex)}) would both be "
                f"called {name} in code; rename one of them in the formula"
            )
        owner[name] = tex
        out[tex] = name
    return out


def other_names(names: Iterable[str], taken: set[str]) -> dict[str, str]:
    """Return names for sizes and definitions; where one is in use, an underscore is added. They join `taken`."""
    out: dict[str, str] = {}
    for tex in names:
        out[tex] = fresh_name(_usable(identifier(tex)) or "t", taken)
    return out


def fresh_name(base: str, taken: set[str]) -> str:
    """Return a name, with underscores added where it is in use; it joins `taken`."""
    name = base
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def _usable(name: str) -> str:
    if not name.isidentifier():
        name = f"x_{name}" if name else "x"
    return f"{name}_" if name in RESERVED else name
