"""Where the function stands that is to be checked: a file or a module, and a name in it."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import final

from gradproof.gradcode.failures import CannotCheck


@final
@dataclass(frozen=True, slots=True)
class Target:
    """A function by its place.

    Attributes:
        name: its name, with dots inside a class.
        path: the file it stands in; None where it is to be imported by `module`.
        module: the module it is imported from.
    """

    name: str
    path: str | None = None
    module: str | None = None

    @property
    def shown(self) -> str:
        """How a person wrote it: ``path:name`` or ``module:name``."""
        return f"{self.path or self.module}:{self.name}"


def parse_target(text: str) -> Target:
    """Read ``path/to/file.py:function`` or ``package.module:function``.

    Raises:
        CannotCheck: it has no such form, or the file does not exist.

    >>> parse_target("package.module:gradient").module
    'package.module'
    """
    where, colon, name = text.rpartition(":")
    if not colon or not where or not name:
        raise CannotCheck(
            f"{text!r} names no function; expected path/to/file.py:function or package.module:function"
        )
    if where.endswith(".py") or "/" in where or "\\" in where:
        if not Path(where).is_file():
            raise CannotCheck(
                f"{where}: no such file; expected the path of a Python file, as in file.py:function"
            )
        return Target(name, path=where)
    return Target(name, module=where)


def find_target(function: Callable[..., object]) -> Target | None:
    """Return where a function can be imported from by another process, None where it cannot.

    Functions of a notebook, of ``__main__``, lambdas and functions inside functions have no such place.
    """
    module = getattr(function, "__module__", None)
    name = getattr(function, "__qualname__", None) or getattr(function, "__name__", None)
    if not isinstance(module, str) or not isinstance(name, str) or module == "__main__":
        return None
    found: object = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    if found is not function:
        return None
    path = getattr(sys.modules[module], "__file__", None)
    return Target(name, path=path if isinstance(path, str) else None, module=module)
