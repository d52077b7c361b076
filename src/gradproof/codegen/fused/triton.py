"""A pass over rows as one Triton kernel: every block of rows is read once, into registers."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, final

from gradproof.codegen.fused.gpu import HELPERS, TEMPLATES
from gradproof.codegen.fused.parts import Plan
from gradproof.codegen.fused.values import number, scaled
from gradproof.codegen.limits import CannotCompile
from gradproof.codegen.ops import Add, Arg, Contract, Map, Number, Ref, Term

KERNELS: Final = (
    '''\
import os

try:
    import triton
    import triton.language as tl
except ImportError:
    triton = None

_SHAPES = {
    "narrow": {True: (8192, 8, 8), False: (1024, 16, 4)},
    "middle": {True: (1024, 32, 2), False: (1024, 32, 2)},
    "wide": {True: (8192, 8, 8), False: (2048, 16, 2)},
}
"""Numbers in a block, programs for each multiprocessor, warps; for light arithmetic in a row, and for other."""

_NARROW, _WIDE = 64, 512
"""Up to so many columns a matrix is narrow: rows with exponentials are left to the functions of the library, which
are faster then; from so many on it is wide."""


def _one_pass(x, width, light):
    """Tell whether a kernel can go over the rows of x: on a GPU, or in Triton's interpreter."""
    if triton is None or width > 4096 or x.dtype not in (torch.float32, torch.float64):
        return False
    if width <= _NARROW and not light:
        return False
    if x.stride(1) != 1 and width > 1:
        return False
    return x.is_cuda or os.environ.get("TRITON_INTERPRET") == "1"


def _pass(kernel, x, rows, shared, outer, light):
    """Go once over the rows of x and return the sums: of its rows, weighted, or of numbers."""
    count, width = x.shape
    wide = triton.next_power_of_2(max(width, 1))
    shapes = _SHAPES["narrow" if width <= _NARROW else "middle" if width < _WIDE else "wide"]
    tile, each, warps = shapes[light]
    tall = max(1, tile // wide)
    units = torch.cuda.get_device_properties(x.device).multi_processor_count if x.is_cuda else 1
    programs = max(1, min(-(-count // tall), each * units))
    parts = [x.new_empty((programs, wide if k else 1), dtype=torch.float64) for k in outer]
    rows = [r.contiguous() for r in rows]
    shared = [s.contiguous() for s in shared]
    kernel[(programs,)](
        x, *rows, *shared, *parts, count, width, x.stride(0), TALL=tall, WIDE=wide, num_warps=warps
    )
    return [p.sum(0)[:width] if k else p.sum() for p, k in zip(parts, outer)]


if triton is not None:

'''
    + HELPERS
    + """
{0}
"""
)
"""What a module has besides its functions; ``{0}`` are its kernels."""


@final
@dataclass(frozen=True, slots=True)
class GpuKernel:
    """A kernel as text.

    Attributes:
        source: the function, to stand inside ``if triton is not None``.
        matrix: the data.
        streams: vectors with a number for every row, as parameters in this order.
        outer: for each sum whether it is one of weighted rows of the data (else of numbers).
    """

    source: str
    matrix: Ref
    streams: tuple[Ref, ...]
    outer: tuple[bool, ...]

    @property
    def light(self) -> bool:
        """Whether a row needs no exponential and no logarithm."""
        return not any(
            f"{name}(" in self.source
            for name in ("_exp", "_log", "_log1p", "_sigmoid", "_softplus")
        )


def gpu_kernel(plan: Plan, name: str) -> GpuKernel:
    """Return the kernel of a plan whose rows need numbers only.

    Raises:
        CannotCompile: a row needs vectors or matrices, there are several matrices of data, or a function is not known.
    """
    shapes = plan.graph.shapes
    used = {p.matrix for p in plan.products} | {s.matrix for s in plan.sums if s.matrix is not None}
    wide = {r for r in plan.streams if len(shapes[r]) == 2}
    if len(used) != 1 or wide != used:
        raise CannotCompile("not one matrix of data")
    (matrix,) = used
    numbers = [*plan.steps, *(p.result for p in plan.products), *(s.rows for s in plan.sums)]
    if any(len(shapes[r]) != 1 for r in numbers) or any(s.kind == "gram" for s in plan.sums):
        raise CannotCompile("a row that needs more than numbers")
    streams = tuple(r for r in plan.streams if r != matrix)
    outer = tuple(s.kind == "outer" for s in plan.sums)
    return GpuKernel(_text(plan, name, streams), matrix, streams, outer)


def _text(plan: Plan, name: str, streams: tuple[Ref, ...]) -> str:
    shapes = plan.graph.shapes
    local: dict[Ref, str] = {}
    head: list[str] = []
    factors = {p.factor for p in plan.products}
    for k, ref in enumerate(plan.shared):
        local[ref] = f"a{k}"
        if ref in factors:
            head.append(f"a{k} = tl.load(shared{k} + cols, mask=inside, other=0.0)[None, :]")
        elif not shapes[ref]:
            head.append(f"a{k} = tl.load(shared{k})")
        else:
            raise CannotCompile("a shared vector inside a row")
    body = ["x = tl.load(data + places, mask=alive[:, None] & inside[None, :], other=0.0)"]
    for k, ref in enumerate(streams):
        local[ref] = f"y{k}"
        body.append(f"y{k} = tl.load(row{k} + rows, mask=alive, other=0.0)")
    for k, p in enumerate(plan.products):
        local[p.result] = f"h{k}"
        body.append(f"h{k} = tl.sum(x * {local[p.factor]}, axis=1)")
    for k, ref in enumerate(plan.steps):
        body.append(f"t{k} = {_expression(plan, ref, local)}")
        local[ref] = f"t{k}"
    ends: list[str] = []
    for k, s in enumerate(plan.sums):
        weight = f"tl.where(alive, {local[s.rows]}, 0.0)"
        if s.kind == "plain":
            head.append(f"s{k} = tl.zeros((1,), tl.float64)")
            body.append(f"s{k} += tl.sum({weight}.to(tl.float64), axis=0)")
            ends.append(f"tl.store(sum{k} + pid + tl.arange(0, 1), s{k})")
        else:
            head.append(f"s{k} = tl.zeros((WIDE,), tl.float64)")
            body.append(f"s{k} += tl.sum(x * {weight}[:, None], axis=0).to(tl.float64)")
            ends.append(f"tl.store(sum{k} + pid * WIDE + cols, s{k})")
    given = [f"row{k}" for k in range(len(streams))]
    given += [f"shared{k}" for k in range(len(plan.shared))]
    given += [f"sum{k}" for k in range(len(plan.sums))]
    sizes = "count, width, stride, TALL: tl.constexpr, WIDE: tl.constexpr"
    lines = [
        "@triton.jit",
        f"def {name}(data, {', '.join(given)}, {sizes}):",
        '    """Add up the blocks of rows pid, pid + programs, … in place pid of the sums."""',
        "    pid = tl.program_id(0)",
        "    cols = tl.arange(0, WIDE)",
        "    inside = cols < width",
        *(f"    {line}" for line in head),
        "    for start in range(pid * TALL, count, tl.num_programs(0) * TALL):",
        "        rows = start + tl.arange(0, TALL)",
        "        alive = rows < count",
        "        places = rows.to(tl.int64)[:, None] * stride + cols[None, :]",
        *(f"        {line}" for line in body),
        *(f"    {line}" for line in ends),
    ]
    return "\n".join(f"    {line}" for line in lines)


def _expression(plan: Plan, ref: Ref, names: Mapping[Ref, str]) -> str:
    op = plan.graph.ops[ref]

    def named(a: Arg | Term) -> str:
        inner = plan.graph.ops[a.ref]
        return number(inner.value) if isinstance(inner, Number) else names[a.ref]

    match op:
        case Map(fn, args):
            template = TEMPLATES.get(fn)
            if template is None:
                raise CannotCompile(f"the function {fn} is not known to kernels")
            return template.format(*map(named, args))
        case Add(terms):
            return " + ".join(scaled(t.coef, named(t)) for t in terms).replace("+ -", "- ")
        case Contract(coef, args):
            return scaled(Fraction(coef), " * ".join(map(named, args)) or "1.0")
        case _:
            raise CannotCompile(f"{type(op).__name__} in a kernel")
