"""Generated modules on disk: written once, by one atomic step, and imported from there."""

import hashlib
import os
import sys
import tempfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Final

from gradproof.codegen.limits import CannotCompile

VARIABLE: Final = "GRADPROOF_CACHE"
"""The environment variable that names another folder."""


def folder(chosen: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder of generated modules: the given one, that of the environment, or the user's cache."""
    if chosen is not None:
        return Path(chosen)
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    from platformdirs import user_cache_path

    return user_cache_path("gradproof", appauthor=False) / "generated"


def loaded(source: str, backend: str, chosen: str | os.PathLike[str] | None = None) -> ModuleType:
    """Write a module, unless it is there already, and import it.

    Args:
        source: the text of the module.
        backend: the name of the backend, part of the module's name.
        chosen: the folder; None for the usual one.

    Raises:
        CannotCompile: the folder cannot be written.
    """
    digest = hashlib.sha256(source.encode()).hexdigest()[:20]
    name = f"gradproof_{backend}_{digest}"
    path = folder(chosen) / f"{name}.py"
    known = sys.modules.get(name)
    if known is not None and known.__file__ == str(path):
        return known
    try:
        if not _holds(path, source):
            write(path, source)
    except OSError as failure:
        raise CannotCompile(
            f"generated code cannot be written to {path.parent}: {failure.strerror or failure}; "
            f"set {VARIABLE} to a folder that you may write"
        ) from None
    spec = spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _holds(path: Path, source: str) -> bool:
    try:
        return path.read_text(encoding="utf-8") == source
    except (OSError, UnicodeDecodeError):
        return False


def write(path: Path, source: str) -> None:
    """Write a file by one atomic step: nobody ever reads a part of it.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(source)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
