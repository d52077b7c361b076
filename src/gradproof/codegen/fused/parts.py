"""What a pass over rows is made of."""

from dataclasses import dataclass
from typing import Literal, final

from gradproof.codegen.dims import Dim
from gradproof.codegen.graph import Graph
from gradproof.codegen.ops import Ref


@final
@dataclass(frozen=True, slots=True)
class Product:
    """``result = matrix · factor`` in every row: of a matrix of data and a vector, or a matrix, that rows share."""

    result: Ref
    matrix: Ref
    factor: Ref


@final
@dataclass(frozen=True, slots=True)
class RowSum:
    """A sum over all rows.

    `kind` tells what is added up: the numbers or vectors of `rows` themselves ("plain"), their outer products
    with the rows of `matrix` ("outer"), or the outer products of these rows with themselves, weighted ("gram").
    """

    result: Ref
    kind: Literal["plain", "outer", "gram"]
    rows: Ref
    matrix: Ref | None = None


@final
@dataclass(frozen=True, slots=True)
class Plan:
    """A program in one pass.

    Attributes:
        graph: where all nodes stand.
        rows: the size of the axis of rows.
        streams: inputs with that axis; it is their first.
        shared: nodes without it that rows need.
        products: products of data and shared arrays, in order.
        steps: all other nodes computed row by row, operands first.
        sums: what is summed over the rows.
        roots: what is asked for, in terms of `sums` and of inputs.
    """

    graph: Graph
    rows: Dim
    streams: tuple[Ref, ...]
    shared: tuple[Ref, ...]
    products: tuple[Product, ...]
    steps: tuple[Ref, ...]
    sums: tuple[RowSum, ...]
    roots: tuple[Ref, ...]
