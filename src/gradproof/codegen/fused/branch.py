"""The way through a function of tensors that goes once over the rows, where a GPU (and Triton) is at hand."""

from gradproof.codegen.dialect import Dialect
from gradproof.codegen.fused.plan import plan
from gradproof.codegen.fused.triton import gpu_kernel
from gradproof.codegen.limits import CannotCompile
from gradproof.codegen.module import Branch, Job
from gradproof.codegen.names import fresh_name
from gradproof.codegen.printer import Writer
from gradproof.codegen.program import Program


def branch(p: Program, job: Job, dialect: Dialect) -> Branch | None:
    """Return the branch of a function, or None where the formula has no such pass."""
    graph = p.graph
    found = plan(graph, job.roots)
    if found is None:
        return None
    name = f"_rows_{job.name}"
    try:
        kernel = gpu_kernel(found, name)
    except CannotCompile:
        return None
    names = {s.ref: s.name for s in (*p.symbols, *p.directions)}
    taken = {*names.values(), *p.sizes.values()}
    like = p.wrt[0].name
    before = Writer(graph, dialect, dict(names), p.sizes, taken, p.titles, like)
    shared = [
        text if graph.shapes[r] else dialect.result.format(text, like=like)
        for r, text in zip(found.shared, before.statements(found.shared), strict=True)
    ]
    data = names[kernel.matrix]
    results = [fresh_name(f"sum{k + 1}", taken) for k in range(len(found.sums))]
    after = Writer(graph, dialect, {**names, **before.names}, p.sizes, taken, p.titles, like)
    after.names.update({s.result: r for s, r in zip(found.sums, results, strict=True)})
    ends = after.statements(found.roots)
    ends = [
        dialect.result.format(t, like=like) if r in after.static else t
        for r, t in zip(found.roots, ends, strict=True)
    ]
    width = graph.shapes[kernel.matrix][1].spelled(dict(p.sizes))
    rows = ", ".join(names[r] for r in kernel.streams)
    call = f"_pass({name}, {data}, [{rows}], [{', '.join(shared)}], {list(kernel.outer)}, {kernel.light})"
    inner = [
        *before.lines,
        f"{', '.join(results)}{',' if len(results) == 1 else ''} = (s.to({like}.dtype) for s in {call})",
        *after.lines,
        f"return {job.grouped.format(*ends)}",
    ]
    lines = (f"if _one_pass({data}, {width}, {kernel.light}):", *(f"    {line}" for line in inner))
    return Branch(lines, kernel.source, (*before.helpers, *after.helpers))
