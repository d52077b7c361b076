"""From a question to a program: lowered, spelled for accuracy, differentiated."""

import re
from collections.abc import Sequence
from typing import Final

from gradproof._version import __version__
from gradproof.codegen.algebra import UNIT, arranged, total
from gradproof.codegen.forward import directional, jacobian
from gradproof.codegen.graph import Graph, Value
from gradproof.codegen.limits import CannotCompile
from gradproof.codegen.lower import Lowered, lowered
from gradproof.codegen.names import other_names, symbol_names
from gradproof.codegen.ops import Extent, Input, Positions, Ref
from gradproof.codegen.program import Program, Symbol
from gradproof.codegen.reverse import gradients
from gradproof.codegen.stable.graphs import stabilise
from gradproof.codegen.structure import Reduced, reduced
from gradproof.expr import Context, Entry, Expr, Sym
from gradproof.spell import name_plain


def make_program(
    loss: Sym,
    wrt: Sequence[Expr],
    context: Context,
    formulas: Sequence[str],
    *,
    declared: Sequence[str] = (),
    hessian: bool = False,
    structured: bool = False,
) -> Program:
    """Return the program of a formula and its derivatives.

    Args:
        loss: the name that is differentiated.
        wrt: the variables: symbols, or entries that stand for the whole of their array.
        context: definitions, domains and sizes.
        formulas: what was asked, in TeX, to be quoted.
        declared: facts as they were written; sizes that they name are not taken for equal.
        hessian: whether second derivatives are wanted.
        structured: whether they may be given as smaller arrays.

    Raises:
        CannotCompile: a part cannot become code; the message says which and how to go on.
    """
    low = lowered(loss, context, declared)
    graph = low.graph
    variables = [_variable(w, low) for w in wrt]
    value = low.value
    refs = [low.symbols[name] for name in variables]
    scalar = not graph.shapes[value]
    (value,), rules = stabilise(graph, [value])
    first = gradients(graph, value, refs) if scalar else _jacobians(graph, value, refs)
    names = symbol_names(low.symbols)
    second: list[tuple[Ref, ...]] = []
    notes: list[tuple[str, ...]] = []
    directions: list[Symbol] = []
    products: list[Ref] = []
    if hessian:
        if not scalar:
            raise CannotCompile("the Hessian of something that is no scalar; expected a loss")
        for g in first:
            row = [_block(graph, g, w, structured) for w in refs]
            second.append(tuple(x.ref for x in row))
            notes.append(tuple(x.note for x in row))
        for name, ref in zip(variables, refs, strict=True):
            title = "direction" if len(refs) == 1 else f"direction_{names[name]}"
            while title in names.values():
                title += "_"
            shape = graph.shapes[ref]
            made = graph.node(Input(f"{title}!", shape))
            directions.append(Symbol(title, title, shape, made))
        for g in first:
            parts = [
                directional(graph, g, ref, d.ref) for ref, d in zip(refs, directions, strict=True)
            ]
            products.append(_summed(graph, parts))
    flat = [value, *first, *(r for row in second for r in row), *products]
    roots, more = stabilise(graph, flat)
    value, first, second, products = _unpacked(roots, len(refs), bool(hessian))
    rules = tuple(dict.fromkeys((*rules, *more)))
    symbols = tuple(
        Symbol(tex, names[tex], graph.shapes[ref], ref) for tex, ref in low.symbols.items()
    )
    sizes, passed = _sizes(graph, symbols, roots, set(names.values()))
    taken = {*names.values(), *sizes.values(), *(d.name for d in directions)}
    titles = other_names(dict.fromkeys(graph.hints.values()), taken)
    by_ref = {s.ref: s for s in symbols}
    return Program(
        graph=graph,
        symbols=symbols,
        sizes=sizes,
        passed=passed,
        titles=titles,
        wrt=tuple(by_ref[r] for r in refs),
        value=value,
        gradients=first,
        hessian=tuple(second),
        structured=tuple(notes),
        directions=tuple(directions),
        products=tuple(products),
        formulas=tuple(formulas),
        loss=loss.name,
        rules=rules,
        assumptions=(*low.assumptions, *_steps(low, context)),
        version=__version__,
    )


_NEIGHBOUR: Final = re.compile(r"(.+)_\{?([A-Za-z])[-+]\d+\}?")


def _steps(low: Lowered, context: Context) -> tuple[str, ...]:
    """Tell where a name is computed from one like it at another step, which has to be given."""
    out: list[str] = []
    for name in low.symbols:
        found = _NEIGHBOUR.fullmatch(name)
        defined = found is not None and f"{found[1]}_{found[2]}" in context.definitions
        if found is not None and defined:
            own, other = name_plain(f"{found[1]}_{found[2]}"), name_plain(name)
            out.append(f"{own} is one step of a recurrence: {other} is given and does not move")
    return tuple(out)


def _unpacked(
    roots: Sequence[Ref], count: int, hessian: bool
) -> tuple[Ref, tuple[Ref, ...], list[tuple[Ref, ...]], list[Ref]]:
    """Take the value, the gradients, the blocks of the Hessian and its products out of one list."""
    value, *rest = roots
    first, rest = tuple(rest[:count]), rest[count:]
    if not hessian:
        return value, first, [], []
    blocks, products = rest[: count * count], rest[count * count :]
    rows = [tuple(blocks[k * count : (k + 1) * count]) for k in range(count)]
    return value, first, rows, list(products)


def _block(graph: Graph, gradient: Ref, wrt: Ref, structured: bool) -> Reduced:
    """Return one block of the Hessian, as a smaller array where that is wanted and says the same."""
    value, labels = jacobian(graph, gradient, wrt)
    return (
        reduced(graph, value, labels) if structured else Reduced(arranged(graph, value, labels), "")
    )


def _jacobians(graph: Graph, ref: Ref, wrt: Sequence[Ref]) -> tuple[Ref, ...]:
    return tuple(arranged(graph, *jacobian(graph, ref, w)) for w in wrt)


def _summed(graph: Graph, parts: Sequence[Ref]) -> Ref:
    labels = graph.labelled(parts[0]).labels
    whole = total(graph, ((UNIT, Value(p, labels)) for p in parts))
    return arranged(graph, whole, labels)


def _variable(wrt: Expr, low: Lowered) -> str:
    """Return the name of a variable.

    Raises:
        CannotCompile: it does not stand in the formula, or has a definition.
    """
    match wrt:
        case Sym(name) | Entry(Sym(name)) if name in low.symbols:
            return name
        case Sym(name) | Entry(Sym(name)):
            known = ", ".join(name_plain(s) for s in low.symbols)
            raise CannotCompile(
                f"{name_plain(name)} is defined by a formula, so that it cannot be given; leave its definition out, "
                f"or ask for the derivative by one of {known}"
            )
        case _:
            raise CannotCompile("what is differentiated by is no name")


def _sizes(
    graph: Graph, symbols: Sequence[Symbol], roots: Sequence[Ref], taken: set[str]
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the names of sizes in code, and those that have to be passed."""
    found: dict[str, None] = {}
    bound: set[str] = set()
    for s in symbols:
        for d in s.shape:
            found.update(dict.fromkeys(d.names))
            if d.single is not None:
                bound.add(d.single[0])
    for ref in graph.order(roots):
        op = graph.ops[ref]
        for d in graph.shapes[ref]:
            found.update(dict.fromkeys(d.names))
        if isinstance(op, Extent | Positions):
            found.update(dict.fromkeys(op.dim.names))
    names = other_names(found, set(taken))
    return names, tuple(names[x] for x in found if x not in bound)
