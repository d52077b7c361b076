"""Rows on many machines: one actor on each worker of Dask holds its rows and sums over them."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, final

import numpy as np

from gradproof.training.arrays import Vector
from gradproof.training.asked import Formula
from gradproof.training.data.batch import BadData
from gradproof.training.data.table import Piece, TableSource
from gradproof.training.formula import FormulaKernel, Kind, loss_kernel
from gradproof.training.kernel import Kernel
from gradproof.training.layout import Layout
from gradproof.training.libraries import library
from gradproof.training.losses import LOSSES
from gradproof.training.objective import LocalSum
from gradproof.training.rows import Block, Held, Streamed, joined
from gradproof.training.solving import CannotSolve
from gradproof.training.spread import gram, gram_product, largest_eigenvalue

FAN: Final = 8
"""So many actors report to one that adds up what they say."""

LOST: Final = (OSError, ValueError, RuntimeError, TimeoutError)
"""What a call says whose worker is gone."""

PATIENCE: Final = 60.0
"""Seconds in which the scheduler has to learn that a worker is gone."""

Sums = list[Vector | float]


@final
@dataclass(frozen=True, slots=True)
class Recipe:
    """What a worker needs to build the kernel: compiled code does not travel, formulas do.

    Attributes:
        loss: the name of a loss, or None for a formula of the user's.
        formula: that formula.
        layout: where the parameters lie.
        weighted: whether rows have weights.
        constants: values of names.
        backend: ``numpy`` or ``numba``.
        kind: how the formula depends on the rows.
        widths: numbers of features and classes.
    """

    loss: str | None
    formula: Formula | None
    layout: Layout
    weighted: bool
    constants: dict[str, float]
    backend: str
    kind: Kind
    widths: dict[str, int]

    def kernel(self) -> Kernel:
        """Return the kernel, compiled here."""
        if self.formula is not None:
            from gradproof.training.custom import compiled_formula

            code = compiled_formula(self.formula, self.backend)
            roles = self.formula.roles
            return FormulaKernel(code, self.layout, roles, self.constants, self.kind, self.widths)
        return loss_kernel(
            LOSSES[str(self.loss)],
            self.layout,
            weighted=self.weighted,
            constants=self.constants,
            backend=self.backend,
        )


@final
class Holder:
    """Holds rows on a worker and sums over them; lives there as an actor."""

    def __init__(self, recipe: Recipe, rows: Streamed, pieces: Sequence[Piece]) -> None:
        self._kernel = recipe.kernel()
        self._rows = rows
        self._blocks: list[Block] = []
        self._intercept = "b" in recipe.layout.names
        self.take(pieces)

    def take(self, pieces: Sequence[Piece]) -> float:
        """Read some more rows and return the sum of all weights."""
        source = self._rows.source
        if isinstance(source, TableSource) and pieces:
            part = replace(self._rows, source=source.part(pieces))
            self._blocks.append(joined(list(part.blocks())))
        return sum(b.total for b in self._blocks)

    def sums(self, what: str, given: Sequence[Vector], children: Sequence[Any] = ()) -> Sums:
        """Return the sums over all rows of this worker and, added to them, those of the workers of `children`.

        Args:
            what: ``gradient`` (value and gradient), ``hessian``, ``product``, ``gram`` or ``spread``.
            given: what it is computed for: parameters, a direction, or a vector.
            children: the actors of other workers.
        """
        asked = [child.sums(what, given) for child in children]
        own = self._own(what, list(given))
        return added([own, *(a.result() for a in asked)])

    def _own(self, what: str, given: list[Vector]) -> Sums:
        total: Sums = []
        for block in self._blocks:
            part = LocalSum(self._kernel, Held(block), block.total)
            match what:
                case "gradient":
                    new: Sums = list(part.value_and_gradient(given[0]))
                case "hessian":
                    new = [part.hessian(given[0])]
                case "product":
                    new = [part.product(given[0], given[1])]
                case "gram":
                    size = int(block.features.shape[1]) + self._intercept
                    new = [gram(Held(block), size, intercept=self._intercept)]
                case _:
                    new = [gram_product(Held(block), given[0], intercept=self._intercept)]
            total = added([total, new])
        return total


def added(parts: Sequence[Sums]) -> Sums:
    """Return the sum of several lists of sums, added in pairs, so that rounding stays small and the order fixed."""
    kept = [p for p in parts if p]
    if len(kept) <= 1:
        return kept[0] if kept else []
    half = len(kept) // 2
    left, right = added(kept[:half]), added(kept[half:])
    return [a + b for a, b in zip(left, right, strict=True)]


@final
@dataclass(slots=True)
class DistributedSum:
    """A sum over rows on the workers of a Dask cluster.

    Attributes:
        kernel: the same sum, for what it knows without rows.
        recipe: what workers build it from.
        rows: how the rows are read.
        client: of the cluster, from ``dask.distributed``.
        fan: so many actors report to one that adds up what they say.
        total: the sum of the weights of all rows.
        lost: how many workers were lost on the way.
    """

    kernel: Kernel
    recipe: Recipe
    rows: Streamed
    client: Any
    fan: int = FAN
    total: float = 0.0
    lost: int = 0
    _held: dict[str, tuple[Any, list[Piece]]] = field(
        default_factory=dict[str, tuple[Any, list[Piece]]]
    )

    def __post_init__(self) -> None:
        source = self.rows.source
        if not isinstance(source, TableSource):
            raise BadData(
                f"{source.name}: only tables in files can be trained on a cluster; expected Parquet, CSV or Arrow "
                "files that all workers can read"
            )
        workers = self._workers()
        if not workers:
            raise BadData(
                "the cluster has no workers; start some, such as with: dask worker tcp://…"
            )
        shares: dict[str, list[Piece]] = {w: [] for w in workers}
        for k, piece in enumerate(source.pieces):
            shares[workers[k * len(workers) // len(source.pieces)]].append(piece)
        made = {w: self._future(w, pieces) for w, pieces in shares.items() if pieces}
        self._held = {w: (self._actor(future), shares[w]) for w, future in made.items()}
        totals = [actor.take([]) for actor, _ in self._held.values()]
        self.total = float(sum(t.result() for t in totals))

    def _workers(self) -> list[str]:
        return sorted(self.client.scheduler_info(n_workers=-1)["workers"])

    def _future(self, worker: str, pieces: list[Piece]) -> Any:
        return self.client.submit(
            Holder, self.recipe, self.rows, pieces, actor=True, workers=[worker], pure=False
        )

    def _actor(self, future: Any) -> Any:
        """Return the actor that was made; it speaks through the client that is current when it arrives."""
        with self.client.as_current():
            return future.result()

    @property
    def drawable(self) -> bool:
        """Never: mini-batches would cost a message each."""
        return False

    def value_and_gradient(self, w: Vector) -> tuple[float, Vector]:
        """Return the sum over all rows and its gradient, shape (size,)."""
        value, gradient = self._sums("gradient", w)
        return float(value), np.asarray(gradient)

    def hessian(self, w: Vector) -> Vector:
        """Return its Hessian, shape (size, size)."""
        return np.asarray(self._sums("hessian", w)[0])

    def product(self, w: Vector, v: Vector) -> Vector:
        """Return its Hessian times `v`, shape (size,)."""
        return np.asarray(self._sums("product", w, v)[0])

    def spread(self, *, intercept: bool) -> float:
        """Return the largest eigenvalue of ``Σ c_i x_i x_iᵀ``, x with a one behind it where there is an intercept."""
        size = self.recipe.widths["features"] + intercept
        return largest_eigenvalue(
            size,
            lambda: np.asarray(self._sums("gram")[0]),
            lambda v: np.asarray(self._sums("spread", v)[0]),
        )

    def sample(self, seed: int, share: float) -> None:
        """Return nothing: rows are not drawn from the workers."""

    def batches(self, chance: np.random.Generator, rows: int) -> Iterator[Block]:
        """Never called: rows cannot be drawn."""
        raise CannotSolve(
            "rows on a cluster cannot be drawn; expected a solver without mini-batches"
        )

    def _sums(self, what: str, *given: Vector) -> Sums:
        """Ask all actors; where a worker is gone, its rows are read again by the others and all are asked again."""
        while True:
            try:
                return self._asked(what, given)
            except LOST as failure:
                if not self._replaced(PATIENCE if isinstance(failure, OSError) else 1.0):
                    raise

    def _asked(self, what: str, given: Sequence[Vector]) -> Sums:
        actors = [actor for actor, _ in self._held.values()]
        groups = [actors[k : k + self.fan] for k in range(0, len(actors), self.fan)]
        if len(groups) == 1:
            groups = [[a] for a in actors]
        asked = [head.sums(what, given, rest) for head, *rest in groups]
        return added([a.result() for a in asked])

    def _replaced(self, patience: float) -> bool:
        """Hand the pieces of workers that are gone to the others; tell whether there were any.

        The scheduler may learn of a loss later than the one who called the worker: it is given some seconds.
        """
        alive, end = set(self._workers()), time.monotonic() + patience
        while not (gone := [w for w in self._held if w not in alive]):
            if time.monotonic() > end:
                return False
            time.sleep(0.1)
            alive = set(self._workers())
        orphans = [p for w in gone for p in self._held.pop(w)[1]]
        self.lost += len(gone)
        left = list(self._held) or sorted(alive)
        if not left:
            raise BadData(
                "all workers of the cluster are gone; start some, and go on with --resume"
            )
        for k, worker in enumerate(left):
            pieces = orphans[k * len(orphans) // len(left) : (k + 1) * len(orphans) // len(left)]
            if not pieces:
                continue
            if worker in self._held:
                actor, own = self._held[worker]
                actor.take(pieces).result()
                self._held[worker] = (actor, own + pieces)
            else:
                self._held[worker] = (self._actor(self._future(worker, pieces)), pieces)
        return True

    def close(self) -> None:
        """Let the workers forget their rows."""
        self._held.clear()


def connected(scheduler: str) -> Any:
    """Return a client of the cluster with that address.

    Raises:
        BadData: nothing answers there.
        MissingLibrary: distributed is not installed.
    """
    distributed = library("distributed", "training on a cluster")
    try:
        return distributed.Client(scheduler, timeout=10, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as failure:
        raise BadData(
            f"{scheduler}: no Dask scheduler answers ({failure}); expected an address such as tcp://127.0.0.1:8786"
        ) from failure
