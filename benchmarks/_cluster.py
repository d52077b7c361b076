"""Two processes of this machine with one thread each, as a Dask cluster."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def two_workers() -> Iterator[Any]:
    """Start two workers on the loopback interface; yield the client, and end all."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            memory_limit=0,
            silence_logs=60,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client
