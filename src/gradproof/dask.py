"""Training on a Dask cluster: the rows stay on the workers, parameters go out and sums of gradients come back."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gradproof.learning import fit as fit_here

if TYPE_CHECKING:
    from gradproof.training.model import Fitted

__all__ = ["fit"]


def fit(
    data: str | os.PathLike[str] | Sequence[str | os.PathLike[str]], client: Any, **options: Any
) -> "Fitted":
    """Train on the workers of a cluster; every worker reads its own part of the files and holds it.

    A worker that is lost is replaced: the others read its part. Workers need one thread each, for the compiled code
    has threads of its own.

    Args:
        data: Parquet, CSV or Arrow files that all workers can read.
        client: a ``dask.distributed.Client``.
        options: as for `gradproof.fit`.

    Raises:
        BadData: the data or the wishes do not fit, or the cluster has no workers.
        CannotSolve: the solver does not fit the problem, or its steps are too long.
    """
    return fit_here(data, client=client, **options)
