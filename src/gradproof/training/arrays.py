"""The arrays of training: plain double precision, dense or in compressed sparse rows."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.floating[Any]]
"""An array of doubles; docstrings give its shape."""

Matrix = Any
"""An array of doubles of shape (rows, columns), or a ``scipy.sparse`` array in compressed rows (CSR)."""


def is_sparse(matrix: Matrix) -> bool:
    """Tell whether `matrix` is sparse, without loading a library for it."""
    return not isinstance(matrix, np.ndarray) and hasattr(matrix, "indptr")
