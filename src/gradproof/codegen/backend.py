"""Backends, found by listing the folder `backends`: each turns a program into a module of its library."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Final, final

from gradproof.codegen.limits import CannotCompile
from gradproof.codegen.program import Program

FOLDER: Final = Path(__file__).parent / "backends"


@final
@dataclass(frozen=True, slots=True, eq=False)
class Backend:
    """One target.

    Attributes:
        name: as on the command line.
        requires: the modules that generated code imports; all of them have to be installed to run it.
        extra: the optional dependency of gradproof that brings them, or nothing.
        emit: returns the source of a module.
    """

    name: str
    requires: tuple[str, ...]
    extra: str
    emit: Callable[[Program], str]

    @property
    def missing(self) -> str | None:
        """Say why its modules cannot run here, or None."""
        absent = [name for name in self.requires if find_spec(name) is None]
        if not absent:
            return None
        return (
            f"the backend {self.name} needs {' and '.join(absent)}, which is not installed; "
            f"pip install 'gradproof[{self.extra}]'"
        )


@cache
def backends() -> MappingProxyType[str, Backend]:
    """Return every backend by name, in alphabetical order.

    Raises:
        ValueError: two backends bear one name.
    """
    found: dict[str, Backend] = {}
    for info in sorted(iter_modules([str(FOLDER)]), key=lambda m: m.name):
        module = import_module(f"gradproof.codegen.backends.{info.name}")
        for value in vars(module).values():
            if not isinstance(value, Backend):
                continue
            if value.name in found:
                raise ValueError(f"two backends are named {value.name!r}; rename one")
            found[value.name] = value
    return MappingProxyType(found)


def backend(name: str) -> Backend:
    """Return the backend of a name.

    Raises:
        CannotCompile: there is none.
    """
    found = backends().get(name)
    if found is None:
        raise CannotCompile(
            f"there is no backend {name!r}; expected one of {', '.join(backends())}"
        )
    return found
