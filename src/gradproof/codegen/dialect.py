"""How an array library spells the operations of a program; each backend brings one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import final


@final
@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """The spelling of one array library.

    Attributes:
        module: the name of the library in generated code, such as ``np``.
        functions: functions of numbers by name in `codegen.functions`: a template with ``{0}``, ``{1}``, …
        pairs: functions of which the values at ``{0}`` and at its negative may be had at once.
        helpers: definitions that templates call, by the name that they define.
        einsum: a template with ``{spec}`` and ``{args}``.
        tensordot: ``{0}``, ``{1}`` and the axes ``{2}`` and ``{3}``.
        total: the sum over ``{axes}`` of ``{0}``; `whole` over all axes.
        dot: the sum of the products of all entries of two arrays of one shape.
        permute: the axes of ``{0}`` in the order ``{axes}``.
        full: an array of ``{shape}`` filled with the number ``{0}``; `spread` with an array that is broadcast.
        eye, positions, diagonal: ``{n}``; ``{first}``, ``{last}``; the diagonal matrix of ``{0}``; `taken` the
            diagonal of the matrix ``{0}``.
        reshape: ``{0}`` in ``{shape}``.
        pad: from array, axis, rank, zeros before and after.
        along: by name in `ops.AlongName`: ``{0}``.
        inverse, solve, det, logdet, cholesky: of matrices on the last two axes.
        factored, factored_vector: the solution of a system of several right sides, and of one, from a Cholesky factor.
        view: an array whose entries are those of ``{0}`` with some indices equal, by ``{spec}``, and that may be
            written to; empty where a library has none. Then also `zeros`, an array of ``{shape}``, and `copy`.
        result: makes a result of a Python number.
        wrapped: makes an array of a Python number where a library's functions demand one.
    """

    module: str
    functions: Mapping[str, str]
    helpers: Mapping[str, str]
    einsum: str
    tensordot: str
    total: str
    whole: str
    dot: str
    permute: str
    full: str
    spread: str
    eye: str
    positions: str
    diagonal: str
    taken: str
    reshape: str
    pad: Callable[[str, int, int, str, str], str]
    along: Mapping[str, str]
    inverse: str
    solve: str
    det: str
    logdet: str
    cholesky: str
    factored: str
    factored_vector: str
    wrapped: str = "{0}"
    view: str = ""
    zeros: str = ""
    copy: str = ""
    result: str = "{0}"
    pairs: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
