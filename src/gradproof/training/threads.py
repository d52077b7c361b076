"""Threads of other libraries: pools that wait for each other cost more than they give."""

import sys
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from typing import Any

from gradproof.training.libraries import MissingLibrary, library


def one_blas_thread() -> AbstractContextManager[Any]:
    """Hold the linear algebra of NumPy and SciPy to one thread: the compiled code has threads of its own.

    Without threadpoolctl nothing is held.
    """
    controller = _controller("scipy.linalg" in sys.modules)
    if controller is None:
        return nullcontext()
    return controller.limit(limits=1, user_api="blas")


@lru_cache(maxsize=2)
def _controller(scipy_loaded: bool) -> Any:
    """Return what holds the thread pools of the libraries that are loaded by now."""
    try:
        return library("threadpoolctl", "holding threads").ThreadpoolController()
    except MissingLibrary:
        return None
