"""Numba: one pass over the rows of the data where the formula allows it, NumPy for the rest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, final

from gradproof.codegen.backend import Backend
from gradproof.codegen.backends.numpy import CHECKS, LIBRARY, NUMPY
from gradproof.codegen.dims import Dim
from gradproof.codegen.fused import Plan, blocks, plan
from gradproof.codegen.fused.arithmetic import helpers
from gradproof.codegen.fused.kernel import Kernel
from gradproof.codegen.limits import CannotCompile
from gradproof.codegen.module import (
    Job,
    body,
    checker,
    document,
    function,
    jobs,
    opening,
    plain_shape,
    signature,
)  # fmt: skip
from gradproof.codegen.names import fresh_name
from gradproof.codegen.ops import Input, Ref
from gradproof.codegen.printer import Writer
from gradproof.codegen.program import Program

_PARTS: Final = {
    "_dots": blocks.DOTS, "_combined": blocks.COMBINED, "_tile": blocks.TILE,
    "_outers": blocks.OUTERS, "_gram": blocks.GRAM, "_added": blocks.ADDED, "_normalised": blocks.SOFTMAX,
}  # fmt: skip
_WORDS: Final = ("begin", "end", "size", "start", "count", "total", "whole", "rest", "i", "c")
"""Names that loops over rows use themselves."""
_LAID: Final = '''\
def _laid(x):
    """Return the arrays that hold a matrix: itself, or values, columns and row ends of a sparse one."""
    if isinstance(x, np.ndarray):
        return (x,)
    return x.data, x.indices, x.indptr


def _like(x, dtype):
    """Return an array in the type and layout that loops over rows take."""
    if type(x) is np.ndarray and x.dtype == dtype and x.flags.c_contiguous:
        return x
    if hasattr(x, "tocsr"):
        raise TypeError("a sparse matrix stands where loops over rows need an array; pass x.toarray()")
    return np.ascontiguousarray(x, dtype=dtype)
'''
_SPARSE: Final = '''\
def _floating(**given):
    """Return the arguments in one floating type; a sparse matrix as one of compressed rows."""
    for x in given.values():
        if hasattr(x, "tocsr"):
            break
    else:
        return _dense(**given)
    sparse = {n: x for n, x in given.items() if hasattr(x, "tocsr")}
    dense = {n: x for n, x in given.items() if n not in sparse}
    kinds = [x.dtype for x in sparse.values()]
    arrays = dict(zip(dense, _dense(*kinds, **dense)))
    dtype = next(iter(arrays.values())).dtype if arrays else np.dtype(np.float64)
    rows = {n: x.tocsr().astype(dtype, copy=False) for n, x in sparse.items()}
    return [rows[n] if n in rows else arrays[n] for n in given]
'''


@final
@dataclass(frozen=True, slots=True)
class _Fused:
    """A function whose rows are done in one pass."""

    lines: list[str]
    kernel: str


def emit(p: Program) -> str:
    """Return the source of a module."""
    used: dict[str, None] = {}
    inner: set[str] = set()
    parts: list[str] = []
    kernels: list[str] = []
    made = jobs(p)
    for job in made:
        found = _fused(p, job, used, inner)
        if found is None:
            lines = body(p, NUMPY, job, used)
        else:
            lines = found.lines
            kernels.append(found.kernel)
        lines = [opening(p, job, lines), *lines]
        parts.append(function(job.name, signature(p, job), job.told, lines))
    return _module(p, made, parts, kernels, used, inner)


def _module(
    p: Program,
    made: Sequence[Job],
    parts: list[str],
    kernels: list[str],
    used: dict[str, None],
    inner: set[str],
) -> str:
    text = "\n".join(kernels)
    called = [name for name in _PARTS if f"{name}(" in text]
    checks = CHECKS.rstrip()
    source = [*parts]
    if kernels:
        source += [*kernels, *(_PARTS[name].rstrip() for name in called)]
        source += [blocks.THREADS.rstrip(), _LAID.rstrip()]
        checks = checks.replace("def _floating(**given)", "def _dense(*kinds, **given)")
        checks = checks.replace(
            "types = [x.dtype for x in arrays.values() if x.ndim]",
            "types = [*kinds, *(x.dtype for x in arrays.values() if x.ndim)]",
        )
        source.append(_SPARSE.rstrip())
    source += [checker(p, LIBRARY), checks]
    source += [NUMPY.helpers[h].rstrip() for h in NUMPY.helpers if h in used]
    if kernels:
        source = [_renamed(text, used) if text not in kernels else text for text in source]
        source += helpers(inner)
    whole = "\n\n\n".join(source)
    title = "Numba code for a formula and its derivatives"
    title += (
        ": one pass over the rows of the data."
        if kernels
        else "; no pass over rows fits, so NumPy does it."
    )
    imports = ["import math"] if "math." in whole else []
    if kernels:
        imports += [
            "import os",
            "from concurrent.futures import ThreadPoolExecutor",
            "",
            "import numba",
        ]
    elif imports:
        imports.append("")
    names = ", ".join(f'"{job.name}"' for job in made)
    head = [document(p, title), "", *imports, "import numpy as np", "", f"__all__ = [{names}]"]
    if kernels:
        head += ["", blocks.HEAD.rstrip()]
    return "\n".join(head) + "\n\n\n" + whole + "\n"


def _renamed(text: str, used: Iterable[str]) -> str:
    """Give functions of whole arrays other names than those of numbers, which loops over rows call."""
    for name in used:
        text = text.replace(f"{name}(", f"{name}_of_arrays(")
    return text


def _fused(p: Program, job: Job, used: dict[str, None], inner: set[str]) -> _Fused | None:
    """Return a function in one pass, or None where it does not fit into one."""
    found = plan(p.graph, job.roots)
    if found is None:
        return None
    try:
        return _written(p, job, found, used, inner)
    except CannotCompile:
        return None


def _written(p: Program, job: Job, found: Plan, used: dict[str, None], inner: set[str]) -> _Fused:
    """Write a function: what rows share, the pass, what is made of its sums."""
    graph = p.graph
    names = {s.ref: s.name for s in (*p.symbols, *p.directions)}
    taken = {*names.values(), *p.sizes.values(), *_WORDS}
    dtype = f"{p.wrt[0].name}.dtype"
    writer = Writer(graph, NUMPY, dict(names), p.sizes, taken, p.titles, p.wrt[0].name)
    texts = writer.statements(found.shared)
    parameters = dict(names)
    shared: list[str] = []
    for ref, text in zip(found.shared, texts, strict=True):
        shared.append(f"_like({text}, {dtype})" if graph.shapes[ref] else f"float({text})")
        if not isinstance(graph.ops[ref], Input):
            parameters[ref] = writer.names.get(ref) or fresh_name("shared", taken)
    inside = {*parameters.values(), *_WORDS}
    for ref, name in parameters.items():
        if name in _WORDS:
            parameters[ref] = fresh_name(f"{name}_", inside)
    kernel = Kernel.of(found, f"_rows_{job.name}", parameters, set(taken))
    source = kernel.source()
    values = kernel.values
    if not values.matrices:
        raise CannotCompile("no matrix of data")
    inner |= kernel.uses
    results = [fresh_name(f"sum{k + 1}", taken) for k in range(len(found.sums))]
    sizes = dict(p.sizes)
    call = [
        kernel.name, found.rows.spelled(sizes), graph.shapes[values.matrices[0]][1].spelled(sizes),
        _columns(p, found),
        _listed([f"_laid({names[r]})" for r in values.matrices]),
        _listed([f"_like({names[r]}, {dtype})" for r in values.others]),
        _listed(shared),
        _listed([_shape(p, s.result) for s in found.sums]),
    ]  # fmt: skip
    lines = [*writer.lines, f"{', '.join(results)}{',' if len(results) == 1 else ''} = _pass("]
    lines += [*(f"    {c}," for c in call), ")"]
    after = Writer(graph, NUMPY, {**names, **writer.names}, p.sizes, taken, p.titles, p.wrt[0].name)
    for s, name in zip(found.sums, results, strict=True):
        after.names[s.result] = name
        one = not graph.shapes[s.result]
        text = f"{dtype}.type({name}[0])" if one else f"{name}.astype({dtype}, copy=False)"
        lines.append(f"{name} = {text}")
    ends = after.statements(found.roots)
    for w in (writer, after):
        used.update(w.helpers)
    return _Fused([*lines, *after.lines, f"return {job.grouped.format(*ends)}"], source)


def _columns(p: Program, found: Plan) -> str:
    """Return the largest number of columns of a product."""
    graph = p.graph
    dims: dict[Dim, None] = {}
    for x in found.products:
        if len(graph.shapes[x.result]) == 2:
            dims.setdefault(graph.shapes[x.result][1])
    for x in found.sums:
        if x.kind == "gram":
            dims.setdefault(graph.shapes[x.result][1])
    texts = [d.spelled(dict(p.sizes)) for d in dims]
    return "0" if not texts else texts[0] if len(texts) == 1 else f"max({', '.join(texts)})"


def _shape(p: Program, ref: Ref) -> str:
    shape = p.graph.shapes[ref]
    return plain_shape(shape, p) if shape else "(1,)"


def _listed(texts: Sequence[str]) -> str:
    return f"({', '.join(texts)}{',' if len(texts) == 1 else ''})"


BACKEND: Final = Backend("numba", ("numba", "numpy"), "fast", emit)
