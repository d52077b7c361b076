"""Numbers on their way between two processes: arrays as plain lists with shape and type."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def encoded(array: Any) -> dict[str, Any]:
    """Return an array as plain data; nan and infinities stay what they are.

    >>> encoded(np.array([[1.0, 2.0]], dtype=np.float32))
    {'shape': [1, 2], 'type': 'float32', 'data': [1.0, 2.0]}
    """
    plain = np.asarray(array)
    data = np.asarray(plain, dtype=np.float64).reshape(-1).tolist()
    return {"shape": list(plain.shape), "type": str(plain.dtype), "data": data}


def decoded(value: Any) -> Any:
    """Return what `encoded` was given, as float64; whole numbers that are no arrays stay such."""
    if isinstance(value, int):
        return value
    return np.array(value["data"], dtype=np.float64).reshape(value["shape"])
