"""The source of a module: its head, the check of the arguments, and one function for each result."""

import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, final

from gradproof.codegen.dialect import Dialect
from gradproof.codegen.dims import Shape
from gradproof.codegen.ops import Ref
from gradproof.codegen.printer import Writer
from gradproof.codegen.program import Program, Symbol
from gradproof.codegen.schedule import scheduled
from gradproof.spell import name_plain

_CONTROL: Final = re.compile(r"[^\x20-\x7e\xa0-\U0010ffff]|[\x7f-\x9f\u2028\u2029]")
_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def quoted(text: str) -> str:
    """Return a text that may stand in a docstring: no quotes of its own, no line ends, nothing invisible."""
    return _CONTROL.sub(" ", text).replace('"', "'").strip()


@final
@dataclass(frozen=True, slots=True)
class Job:
    """A function to be written: its name, the nodes that it returns, what its docstring says.

    Attributes:
        name: how it is called.
        roots: the nodes.
        grouped: how the results are packed: a text with ``{0}``, ``{1}``, ….
        told: the docstring.
        directions: vectors that it takes before the symbols.
    """

    name: str
    roots: tuple[Ref, ...]
    grouped: str
    told: str
    directions: tuple[Symbol, ...] = ()


def jobs(p: Program) -> list[Job]:
    """Return the functions of a module."""
    graph = p.graph
    loss = name_plain(p.loss)
    shape = shape_text(graph.shapes[p.value], p)
    scalar = not graph.shapes[p.value]
    one = len(p.wrt) == 1
    names = " and ".join(s.name for s in p.wrt)
    kind = (
        "gradient"
        if scalar
        else "Jacobian (first the axes of the value, then those of the variable)"
    )
    shapes = ", ".join(shape_text(graph.shapes[g], p) for g in p.gradients)
    pack, behind = ("{0}", "{1}") if one else (_tuple(0, len(p.wrt)), _tuple(1, len(p.wrt)))
    out = [
        Job("value", (p.value,), "{0}", f"Return {loss}, {shape}."),
        Job("gradient", p.gradients, pack, f"Return the {kind} of {loss} by {names}, {shapes}."),
        Job(
            "value_and_gradient",
            (p.value, *p.gradients),
            f"{{0}}, {behind}",
            f"Return {loss} and its {kind} by {names}; both share their parts.",
        ),
    ]
    if p.hessian:
        flat = tuple(ref for row in p.hessian for ref in row)
        rows = [
            [f"{{{k * len(row) + j}}}" for j in range(len(row))] for k, row in enumerate(p.hessian)
        ]
        text = "{0}" if one else f"({', '.join('(' + ', '.join(row) + ')' for row in rows)})"
        told = f"Return the second derivatives of {loss} by {names}"
        told += f", {shape_text(graph.shapes[flat[0]], p)}." if one else ", block by block."
        for note in dict.fromkeys(n for row in p.structured for n in row if n):
            told += f" {note}"
        out.append(Job("hessian", flat, text, told))
    if p.products:
        told = f"Return the Hessian of {loss} by {names} times a vector of the shape of {names}."
        out.append(Job("hvp", p.products, pack, told, p.directions))
    return out


def _tuple(first: int, count: int) -> str:
    return f"({', '.join(f'{{{k + first}}}' for k in range(count))})"


def shape_text(shape: Shape, p: Program) -> str:
    """Return a shape in words."""
    if not shape:
        return "a scalar"
    inner = ", ".join(d.spelled(dict(p.sizes)) for d in shape)
    return f"shape ({inner},)" if len(shape) == 1 else f"shape ({inner})"


def plain_shape(shape: Shape, p: Program) -> str:
    """Return a shape as Python writes it."""
    inner = ", ".join(d.spelled(dict(p.sizes)) for d in shape)
    return f"({inner},)" if len(shape) == 1 else f"({inner})"


def body(p: Program, dialect: Dialect, job: Job, helpers: dict[str, None]) -> list[str]:
    """Return the statements of a function, the last of which returns its results."""
    roots = scheduled(p.graph, job.roots)
    names = {s.ref: s.name for s in (*p.symbols, *p.directions)}
    taken = {*names.values(), *p.sizes.values()}
    writer = Writer(p.graph, dialect, names, p.sizes, taken, p.titles, p.wrt[0].name)
    texts = writer.statements(roots)
    helpers.update(writer.helpers)
    arrays = [
        dialect.result.format(t, like=writer.like) if r in writer.static else t
        for r, t in zip(roots, texts, strict=True)
    ]
    return [*writer.lines, f"return {job.grouped.format(*arrays)}"]


def arguments(p: Program) -> list[str]:
    """Return the names of the arguments."""
    return [*(s.name for s in p.symbols), *p.passed]


def opening(p: Program, job: Job, lines: Sequence[str], checked: str = "_checked") -> str:
    """Return the statement that checks the arguments, and names those sizes that are used."""
    used = {word for line in lines for word in _WORD.findall(line)}
    names = arguments(p)
    sizes = [x if x in used else "_" for x in p.sizes.values() if x not in p.passed]
    left = [x if x in used or x == p.wrt[0].name else "_" for x in names]
    extra = "".join(f", {s.name}={s.name}" for s in job.directions)
    targets = [*left, *(s.name for s in job.directions), *sizes]
    comma = "," if len(targets) == 1 else ""
    return f"{', '.join(targets)}{comma} = {checked}({', '.join(names)}{extra})"


def signature(p: Program, job: Job) -> str:
    """Return the parameters of a function: directions by place, symbols by name."""
    first = [s.name for s in job.directions]
    names = arguments(p)
    parts = [*first, *(["/"] if first else []), *(["*"] if names else []), *names]
    return ", ".join(parts)


def binding(p: Program, symbols: Iterable[Symbol], shape: str, refuse: str) -> list[str]:
    """Return the statements that take the sizes from the arrays, and refuse shapes that do not fit.

    Args:
        p: the program.
        symbols: whose shapes are looked at.
        shape: a template for the shape of ``{0}`` as a tuple.
        refuse: the name of a function of name, array, expected shape in words and in numbers.
    """
    known: set[str] = set(p.passed)
    lines: list[str] = []
    checks: list[str] = []
    for s in symbols:
        text = plain_shape(s.shape, p)
        fresh: list[str] = []
        exact = True
        for axis, dim in enumerate(s.shape):
            single = dim.single
            name = p.sizes[single[0]] if single is not None else None
            if single is not None and name is not None and name not in known:
                known.add(name)
                offset = (
                    f" - {single[1]}" if single[1] > 0 else f" + {-single[1]}" if single[1] else ""
                )
                fresh.append(f"{name} = {shape.format(s.name)}[{axis}]{offset}")
            else:
                exact = False
        if fresh:
            lines.append(f"if {s.name}.ndim != {len(s.shape)}:")
            lines.append(f'    raise {refuse}("{s.name}", {s.name}, "{text}")')
            lines += fresh
        if not exact or not s.shape:
            checks.append(f"if {shape.format(s.name)} != {text}:")
            checks.append(f'    raise {refuse}("{s.name}", {s.name}, "{text}", {text})')
    return [*lines, *checks]


def document(p: Program, title: str) -> str:
    """Return the docstring of a module."""
    lines = [f'r"""{quoted(title)}', "", "Formula:"]
    lines += [f"    {quoted(f)}" for f in p.formulas]
    lines += ["", "Symbols, passed by name:"]
    for s in p.symbols:
        note = "" if s.name == s.tex else f"   {quoted(s.tex)}"
        lines.append(f"    {s.name}: {shape_text(s.shape, p)}{note}")
    lines += [f"    {name}: a whole number (a size that no array has)" for name in p.passed]
    if p.rules:
        lines += ["", "Spelled for accuracy by the rules: " + ", ".join(p.rules) + "."]
    lines += ["", f"Generated by gradproof {p.version}; it does not need gradproof to run.", '"""']
    return "\n".join(lines)


def indented(lines: Iterable[str], depth: int = 1) -> str:
    """Return lines moved to the right."""
    return "\n".join("    " * depth + line if line else "" for line in lines)


def function(
    name: str, parameters: str, told: str, lines: Sequence[str], decorator: str = ""
) -> str:
    """Return a function."""
    head = f"{decorator}\ndef {name}({parameters}):" if decorator else f"def {name}({parameters}):"
    first, *more = textwrap.wrap(quoted(told), 92)
    text = "\n".join([first, *(f"    {line}" for line in more), *(["    "] if more else [])])
    return f'{head}\n    """{text}"""\n{indented(lines)}'


@final
@dataclass(frozen=True, slots=True)
class Branch:
    """Statements that return the results where they apply, and the kernel that they call."""

    lines: tuple[str, ...]
    kernel: str
    helpers: tuple[str, ...]


@final
@dataclass(frozen=True, slots=True, eq=False)
class Library:
    """What is said around the functions of a module.

    Attributes:
        title: the first line of the module.
        dialect: how operations are spelled.
        imports: the lines that import the library.
        checks: the functions ``_floating`` and ``_misfit``.
        direction: a template that makes an array of a direction ``{0}``.
        shape: a template for the shape of ``{0}`` as a tuple.
        bridge: what makes the value differentiable for the library's own automatic differentiation, given the
            program; the value's own statements are then in ``_plain``. None where the library has none.
        branch: a faster way through a function, tried first where it applies.
        kernels: what the kernels of branches need; ``{0}`` are the kernels.
    """

    title: str
    dialect: Dialect
    imports: tuple[str, ...]
    checks: str
    direction: str
    shape: str = "{0}.shape"
    bridge: Callable[[Program], str] | None = None
    branch: Callable[[Program, Job], Branch | None] | None = None
    kernels: str = ""


def module(p: Program, library: Library) -> str:
    """Return the source of a module."""
    helpers: dict[str, None] = {}
    made = jobs(p)
    parts: list[str] = []
    kernels: list[str] = []
    bridged = library.bridge is not None and not p.graph.shapes[p.value]
    for job in made:
        lines = body(p, library.dialect, job, helpers)
        ahead = library.branch(p, job) if library.branch is not None else None
        if ahead is not None:
            lines = [*ahead.lines, *lines]
            kernels.append(ahead.kernel)
            helpers.update(dict.fromkeys(ahead.helpers))
        lines = [opening(p, job, lines), *lines]
        if job.name == "value" and bridged:
            names = arguments(p)
            given = ", ".join(f"{n}={n}" for n in names)
            parts.append(
                function(
                    "value", signature(p, job), job.told, [f"return _value(*_floating({given}))"]
                )
            )
            parts.append(function("_plain", ", ".join(names), job.told, lines))
            continue
        parts.append(function(job.name, signature(p, job), job.told, lines))
    if bridged and library.bridge is not None:
        parts.append(library.bridge(p).rstrip())
    needed = [text.rstrip() for name, text in library.dialect.helpers.items() if name in helpers]
    if kernels:
        parts.append(library.kernels.replace("{0}", "\n\n".join(kernels)).rstrip())
    source = [*parts, checker(p, library), library.checks.rstrip(), *needed]
    imports = ["import math", ""] if "math." in "\n".join(source) else []
    names = ", ".join(f'"{job.name}"' for job in made)
    head = [document(p, library.title), "", *imports, *library.imports, "", f"__all__ = [{names}]"]
    return "\n".join(head) + "\n\n\n" + "\n\n\n".join(source) + "\n"


def checker(p: Program, library: Library) -> str:
    """Return the function that looks at the arguments."""
    names = arguments(p)
    given = ", ".join(f"{n}={n}" for n in (s.name for s in p.symbols))
    lines: list[str] = []
    if p.symbols:
        comma = "," if len(p.symbols) == 1 else ""
        lines.append(f"{', '.join(s.name for s in p.symbols)}{comma} = _floating({given})")
    lines += binding(p, p.symbols, library.shape, "_misfit")
    sizes = [x for x in p.sizes.values() if x not in p.passed]
    out = [*names, *sizes]
    if p.directions:
        lines.append(f"if {p.directions[0].name} is not None:")
        for s in p.directions:
            text = plain_shape(s.shape, p)
            lines.append(f"    {s.name} = {library.direction.format(s.name, like=p.wrt[0].name)}")
            lines.append(f"    if {library.shape.format(s.name)} != {text}:")
            lines.append(f'        raise _misfit("{s.name}", {s.name}, "{text}", {text})')
        flat = ", ".join([*names, *(s.name for s in p.directions), *sizes])
        lines.append(f"    return {flat}")
    lines.append(f"return {', '.join(out)}{',' if len(out) == 1 else ''}")
    parameters = ", ".join([*names, *(f"{s.name}=None" for s in p.directions)])
    told = "Return the arguments as arrays of one floating type, and the sizes; refuse shapes that do not fit."
    return function("_checked", parameters, told, lines)
