"""What is random in two sides, and under which expectations: what an instance of them has to give values to."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

from gradproof.expr import (
    DIVERGENCES,
    EXPECTATION,
    GIVEN,
    SAMPLED,
    Apply,
    Context,
    Derivative,
    Expr,
    Gradient,
    Idx,
    Opaque,
    Sym,
    children,
    is_density,
    is_expectation,
    is_variance,
    reached_expectations,
    subtrees,
    walk_reached,
)  # fmt: skip


@final
@dataclass(frozen=True, slots=True)
class Below:
    """What stands below an E: the quantities it runs over, its indices, and its density (None: not said)."""

    symbols: tuple[Sym, ...] = ()
    indices: tuple[Idx, ...] = ()
    density: Expr | None = None


@final
@dataclass(frozen=True, slots=True)
class Random:
    """The random quantities of two sides.

    `stated` stand below an E or in the brackets of its density; `supposed` only inside expectations that do not
    say over what they run, so that some of them may be constants. `densities` stand below an E.
    They are `apart` where every E runs over one of them.
    """

    stated: tuple[Sym, ...]
    supposed: tuple[Sym, ...]
    densities: tuple[Expr, ...] = ()
    apart: bool = False

    @property
    def symbols(self) -> tuple[Sym, ...]:
        """All of them."""
        return (*self.stated, *self.supposed)


def has_chance(left: Expr, right: Expr, context: Context) -> bool:
    """Tell whether an expectation (or a variance) is reached from two sides."""
    return any(
        is_expectation(n) or is_variance(n, context)
        for e in (left, right)
        for n in walk_reached(e, context)
    )


def below(e: Opaque, context: Context) -> Below:
    """Read what stands below the E of an expectation."""
    if e.head != EXPECTATION:
        return Below()
    body, *rest = e.args
    inside = {n.name for n in walk_reached(body, context) if isinstance(n, Sym)}
    symbols: list[Sym] = []
    indices: list[Idx] = []
    density: Expr | None = None
    for item in rest:
        match item:
            case Opaque(head, (what, by)) if head == SAMPLED:
                symbols.extend(n for n in subtrees(what) if isinstance(n, Sym))
                indices.extend(n for n in subtrees(what) if isinstance(n, Idx))
                density = by
            case Idx():
                indices.append(item)
            case Sym(name) if name in inside:
                symbols.append(item)
            case Sym():
                density = item
            case Apply(_, args):
                symbols.extend(a for a in args if isinstance(a, Sym))
                density = item
            case Opaque(_, (Opaque(head, (what, _)),)) if head == GIVEN:
                symbols.extend(n for n in subtrees(what) if isinstance(n, Sym))
                density = item
            case _:
                symbols.extend(n for n in subtrees(item) if isinstance(n, Sym))
    return Below(tuple(symbols), tuple(indices), density)


def random_in(left: Expr, right: Expr, context: Context, facts: tuple[Sym, ...] = ()) -> Random:
    """Return what is random in two sides; `facts` are symbols of whose distribution something is said."""
    stated: dict[Sym, None] = dict.fromkeys(facts)
    loose: list[Expr] = []
    densities: dict[Expr, None] = {}
    apart = True
    bare: set[str] = set()
    for side in (left, right):
        for e in reached_expectations(side, context):
            assert isinstance(e, Opaque)
            found = below(e, context)
            apart = apart and len(found.symbols) == 1
            if found.density is not None:
                densities[found.density] = None
            stated.update(
                dict.fromkeys(s for s in found.symbols if s.name not in context.definitions)
            )
            loose.extend(s for s in found.symbols if s.name in context.definitions)
            if e.head in DIVERGENCES:
                stated.update(dict.fromkeys(_compared(e)))
            elif not found.symbols and not found.indices:
                loose.extend(_inside(e))
        for n in walk_reached(side, context):
            if is_variance(n, context):
                loose.extend(children(n))
            if isinstance(n, Derivative | Gradient):
                by = n.wrt if isinstance(n, Derivative) else (n.wrt,)
                bare.update(s.name for w in by if w is not None for s in _symbols(w, context))
        bare.update(s.name for s in _bare(side, context))
    supposed: dict[Sym, None] = {}
    for body in loose:
        supposed.update(dict.fromkeys(_symbols(body, context)))
    taken = (
        {s.name for s in stated}
        | _sizes(context)
        | {x.name for s in supposed for x in s.space.shape}
    )
    return Random(
        tuple(stated),
        tuple(s for s in supposed if s.name not in bare and s.name not in taken),
        tuple(densities),
        apart and bool(stated),
    )


def _compared(e: Opaque) -> Iterator[Sym]:
    """Yield the quantities whose densities a divergence compares."""
    for n in subtrees(e):
        if isinstance(n, Apply):
            yield from (a for a in n.args if isinstance(a, Sym))
        elif is_density(n) and isinstance(n.args[0], Opaque):
            yield from (s for s in subtrees(n.args[0].args[0]) if isinstance(s, Sym))


def _inside(e: Opaque) -> tuple[Expr, ...]:
    """Return what an expectation or a variance is taken of."""
    return (e.args[0],) if e.head == EXPECTATION else e.args


def _symbols(e: Expr, context: Context) -> Iterator[Sym]:
    """Yield the symbols without definition that an expression reaches."""
    for n in walk_reached(e, context):
        if isinstance(n, Sym) and n.name not in {*context.definitions, *context.values}:
            yield n


def _sizes(context: Context) -> set[str]:
    """Return the names of sizes that are known as such."""
    return {r.upper.name for r in context.ranges.values()} | set(context.sizes)


def _bare(e: Expr, context: Context) -> Iterator[Sym]:
    """Yield the symbols without definition that are reached outside of expectations."""
    todo, seen = [e], set[str]()
    while todo:
        node = todo.pop()
        if is_expectation(node) or is_variance(node, context) or is_density(node):
            continue
        name = getattr(node, "name", None)
        if isinstance(name, str) and name in context.definitions:
            if name not in seen:
                seen.add(name)
                todo.extend(d.body for d in context.definitions[name])
        elif isinstance(node, Sym):
            yield node
        todo.extend(children(node))
