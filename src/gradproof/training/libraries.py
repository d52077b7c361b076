"""Libraries that are loaded when they are needed, with a message where they are missing."""

from importlib import import_module
from typing import Any, Final

_EXTRAS: Final = {
    "dask": "dist",
    "distributed": "dist",
    "matplotlib": "fit",
    "pyarrow": "fit",
    "scipy": "fit",
    "sklearn": "fit",
    "threadpoolctl": "fit",
}


class MissingLibrary(ImportError):
    """A library that an optional part needs is not installed; the message says how to install it."""


def library(name: str, purpose: str) -> Any:
    """Return the module `name`; these libraries have no types of their own, so it is untyped.

    Args:
        name: the module, such as ``scipy.optimize``.
        purpose: what it is needed for, as the beginning of a sentence: ``reading Parquet``.

    Raises:
        MissingLibrary: it is not installed.
    """
    try:
        return import_module(name)
    except ImportError as failure:
        root = name.partition(".")[0]
        extra = _EXTRAS[root]
        raise MissingLibrary(
            f"{purpose} needs the library {root}, which cannot be loaded ({failure}); "
            f"install it with: pip install 'gradproof[{extra}]'"
        ) from failure
