"""All mistakes, found by listing the folder `rules`."""

from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Final

from gradproof.mistakes.mistake import Mistake

FOLDER: Final = Path(__file__).parent / "rules"

UNEXPLAINED: Final = "unexplained-difference"
"""Name of a refuted line that no mistake explains."""


SHAPE_MISMATCH: Final = "shape-mismatch"
"""Name of a line whose shapes do not fit, where no other mistake explains it."""


@cache
def catalogue() -> MappingProxyType[str, Mistake]:
    """Return every mistake by name, the most common first.

    Raises:
        ValueError: a file's name is not that of its mistake.
    """
    found: list[Mistake] = []
    for info in sorted(iter_modules([str(FOLDER)]), key=lambda m: m.name):
        mistake = import_module(f"gradproof.mistakes.rules.{info.name}").MISTAKE
        if not isinstance(mistake, Mistake) or mistake.name.replace("-", "_") != info.name:
            raise ValueError(f"the file {info.name}.py must export MISTAKE of that name")
        found.append(mistake)
    found.sort(key=lambda m: (-m.prior, m.name))
    return MappingProxyType({m.name: m for m in found})
