"""Scopes and the contexts in which their lines are judged: definitions, domains, what varies."""

from collections.abc import Container, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from fractions import Fraction
from types import MappingProxyType
from typing import final

from gradproof.expr import (
    Apply,
    Compare,
    Context,
    Definition,
    Derivative,
    Differential,
    Domain,
    Entry,
    Expr,
    Gradient,
    Num,
    Sym,
    Transpose,
    subtrees,
    walk,
)  # fmt: skip
from gradproof.notation.derivation import Condition, Line
from gradproof.notation.elaborate.conditions import undisputed
from gradproof.notation.elaborate.domains import label_domains, threshold_domains
from gradproof.notation.elaborate.rows import OUTSIDE
from gradproof.notation.elaborate.stand_ins import stand_ins
from gradproof.notation.elaborate.symbols import Symbols

MAX_CONTEXTS = 4
"""Admissible contexts of one scope that are followed."""


@final
@dataclass(slots=True)
class Scope:
    """What has been said in one scope so far.

    `vanishing` says that words set something to zero: what claims nothing of derivatives may hold there alone.
    `used` are names that stood in an earlier line; `fresh` is True until a line claims something under the
    conditions just given.
    """

    definitions: dict[str, list[Definition]] = field(default_factory=dict[str, list[Definition]])
    others: list[tuple[str, Definition]] = field(default_factory=list[tuple[str, Definition]])
    constraints: list[tuple[Expr, Expr]] = field(default_factory=list[tuple[Expr, Expr]])
    bounds: list[Compare] = field(default_factory=list[Compare])
    conditions: dict[str, Condition] = field(default_factory=dict[str, Condition])
    wrt: set[str] = field(default_factory=set[str])
    known: set[str] = field(default_factory=set[str])
    used: set[str] = field(default_factory=set[str])
    solving: bool = False
    vanishing: bool = False
    one_example: bool = False
    fresh: bool = False
    strict: bool = False
    assuming: bool = False


@final
@dataclass(frozen=True, slots=True)
class Known:
    """The names defined so far: in a scope, and from outside the document; seen without copying."""

    own: Set[str]
    outside: Set[str] = frozenset()

    def __contains__(self, name: object) -> bool:
        """Tell whether a name is defined."""
        return name in self.own or name in self.outside


@final
@dataclass(frozen=True, slots=True)
class Told:
    """A line with the nodes in it that tell what is differentiated, moves, or is a function."""

    line: Line
    nodes: tuple[Expr, ...]


def _marks(line: Line) -> tuple[Expr, ...]:
    return tuple(
        node
        for sides, _ in line.statements
        for side in sides
        if side is not None
        for node in subtrees(side)
        if isinstance(node, Apply | Derivative | Gradient | Differential)
    )


def base_name(e: Expr) -> tuple[str, ...]:
    """Return the name of a symbol or of the array of an entry, as a tuple of at most one."""
    if isinstance(e, Entry):
        return base_name(e.array)
    return (e.name,) if isinstance(e, Sym) else ()


def contexts_of(
    heading: int, scopes: Mapping[int, Scope], table: Symbols, lines: Sequence[Told]
) -> tuple[Context, ...]:
    """Return the admissible contexts of a scope, best first."""
    own = scopes[heading]
    earlier = [h for h in sorted(scopes) if h < heading]
    chains = [[heading, *reversed(earlier)]]
    root = next((h for h in sorted(scopes) if h != OUTSIDE and scopes[h].definitions), heading)
    base_first = [heading, *[h for h in (root, OUTSIDE) if h in scopes and h != heading]]
    if base_first != chains[0]:
        chains = [base_first, chains[0]]
    out: list[Context] = []
    for chain in chains:
        definitions: dict[str, tuple[Definition, ...]] = {}
        constraints: list[tuple[Expr, Expr]] = []
        bounds: list[Compare] = []
        for h in chain:
            for key, found in scopes[h].definitions.items():
                if h == heading or all(_same_kinds(d.body, table) for d in found):
                    definitions.setdefault(key, tuple(found))
            constraints.extend(scopes[h].constraints)
            bounds.extend(scopes[h].bounds)
        seen = [
            x
            for x in lines
            if x.line.scope == heading or not _told_elsewhere(x, scopes, definitions)
        ]
        context = _context(definitions, constraints, bounds, table, seen)
        if context not in out:
            out.append(context)
        for key, other in own.others:
            current = definitions.get(key, ())
            if any(_same_left(d, other) and d != other for d in current):
                swapped = tuple(other if _same_left(d, other) else d for d in current)
                out.append(
                    _context({**definitions, key: swapped}, constraints, bounds, table, seen)
                )
    return tuple(out[:MAX_CONTEXTS])


def _told_elsewhere(told: Told, scopes: Mapping[int, Scope], definitions: Container[str]) -> bool:
    """Tell whether a line of another heading differentiates what is defined there and not here."""
    own = scopes[told.line.scope].definitions
    return any(
        name in own and name not in definitions
        for n in told.nodes
        if isinstance(n, Derivative | Gradient)
        for name in base_name(n.body)
    )


def states(
    scopes: Mapping[int, Scope], tables: Mapping[int, Symbols], lines: Sequence[Line]
) -> tuple[tuple[Line, ...], tuple[tuple[Context, ...], ...]]:
    """Give every line its contexts: those of its scope, and those under the conditions in force."""
    told = [Told(line, _marks(line)) for line in lines]
    bases = {h: contexts_of(h, scopes, tables[h], told) for h in scopes}
    position: dict[tuple[int, tuple[Condition, ...], bool], int] = {}
    found: list[tuple[Context, ...]] = []
    out: list[Line] = []
    for line in lines:
        key = (line.scope, line.conditions, line.strict)
        if key not in position:
            position[key] = len(found)
            found.append(_under(bases[line.scope], line))
        out.append(replace(line, state=position[key]))
    return tuple(out), tuple(found)


def _under(base: tuple[Context, ...], line: Line) -> tuple[Context, ...]:
    if not line.conditions:
        return base
    special = tuple(_conditioned(c, line.conditions) for c in base)
    if line.strict or special == base:
        return special
    return (base[0], special[0], *base[1:], *special[1:])[:MAX_CONTEXTS]


def _conditioned(context: Context, conditions: Sequence[Condition]) -> Context:
    definitions, domains = dict(context.definitions), dict(context.domains)
    sizes = dict(context.sizes)
    distinct, equal = set(context.distinct), set(context.equal)
    guards = tuple(
        c.guard for c in conditions if c.guard is not None and c.guard not in context.bounds
    )
    counted = {r.upper.name for r in context.ranges.values()}
    for c in conditions:
        if c.definition is not None:
            value = c.definition.body
            if c.key in counted and isinstance(value, Num) and value.value.denominator == 1:
                sizes[c.key] = int(value.value)
            else:
                definitions[c.definition.name] = (c.definition,)
        if c.domain is not None:
            domains[c.key] = c.domain
        if c.distinct is not None:
            distinct.add(c.distinct)
        if c.equal is not None:
            equal.add(c.equal)
    return replace(
        context,
        definitions=MappingProxyType(definitions),
        domains=MappingProxyType(domains),
        sizes=MappingProxyType(sizes),
        guards=(*context.guards, *guards),
        distinct=frozenset(distinct),
        equal=frozenset(equal),
    )


def _same_kinds(body: Expr, table: Symbols) -> bool:
    """Tell whether the arrays of a definition from another scope are what they are in this one."""
    return all(
        node.space == table.space(node.name) for _, node in walk(body) if isinstance(node, Sym)
    )


def _same_left(a: Definition, b: Definition) -> bool:
    return a.name == b.name and a.indices == b.indices


def _context(
    definitions: Mapping[str, tuple[Definition, ...]],
    constraints: Sequence[tuple[Expr, Expr]],
    bounds: Sequence[Compare],
    table: Symbols,
    told: Sequence[Told],
) -> Context:
    sizes: dict[str, int] = {}
    names = {r.upper.name for r in table.indices.values()} | {
        s.name for shape in table.shapes.values() for s in shape
    }
    kept: dict[str, tuple[Definition, ...]] = {}
    for key, found in definitions.items():
        value = found[0].body if len(found) == 1 and not found[0].indices else None
        if key in names and isinstance(value, Num) and value.value.denominator == 1:
            sizes[key] = int(value.value)
        elif not any(_trivial(d) for d in found):
            kept[key] = found
    circular = _circular(kept)
    kept = {k: v for k, v in kept.items() if k not in circular}
    varying, functions = _unknowns(kept, told)
    single = {k for k in varying if k in table.domains and table.domains[k].single}
    varying = (varying - single) | circular
    assumed = stand_ins(kept, varying, [t.line for t in told])
    varying -= assumed.keys()
    kept |= {k: (d,) for k, d in assumed.items()}
    bodies = [d.body for found in kept.values() for d in found]
    labels = {**threshold_domains(bodies), **label_domains(bodies)}
    labels = {k: v for k, v in labels.items() if k not in kept}
    square = {k: v for k, v in table.definite.items() if table.space(k).rank == 2}
    above = {k: _nonnegative(strict=v) for k, v in table.definite.items() if k not in square}
    return Context(
        domains=MappingProxyType({**labels, **above, **table.domains}),
        ranges=MappingProxyType(dict(table.indices)),
        origins=MappingProxyType(dict(table.origins)),
        sizes=MappingProxyType(sizes),
        definitions=MappingProxyType(kept),
        constraints=(*constraints, *(_mirrored(Sym(k, table.space(k))) for k in square)),
        bounds=undisputed(bounds),
        definite=MappingProxyType(square),
        distinct=frozenset(table.distinct),
        equal=frozenset(table.equal),
        varying=frozenset(varying),
        functions=frozenset(functions | table.functions - set(kept)),
        entrywise=frozenset(table.elementwise),
        moving=_moving(kept, told),
        stand_ins=frozenset(assumed),
    )


def _nonnegative(*, strict: bool) -> Domain:
    """Return what a vector's entries lie in that is declared to be above zero."""
    return Domain(lower=Fraction(0), lower_open=strict, declared=True)


def _mirrored(matrix: Expr) -> tuple[Expr, Expr]:
    return Transpose(matrix), matrix


def _moving(
    definitions: Mapping[str, tuple[Definition, ...]], told: Sequence[Told]
) -> frozenset[str]:
    """Names without definition that have a differential of their own (``dx``): the others are constants."""
    out: set[str] = set()
    for node in (n for t in told for n in t.nodes):
        if isinstance(node, Differential):
            out.update(base_name(node.body))
    return frozenset(out - set(definitions))


def _circular(definitions: Mapping[str, tuple[Definition, ...]]) -> set[str]:
    """Names that are defined by way of each other: nothing can be evaluated from them.

    An entry of a family defined by other entries of it is a recurrence, not a circle.
    """
    uses = {
        key: {
            name
            for d in found
            for _, n in walk(d.body)
            if isinstance(n, Sym | Apply)
            and (name := n.name) in definitions
            and not (name == key and d.indices)
            and name not in {p.name for p in d.params if isinstance(p, Sym)}
        }
        for key, found in definitions.items()
    }
    out: set[str] = set()
    for start in uses:
        todo, seen = list(uses[start]), set[str]()
        while todo:
            name = todo.pop()
            if name == start:
                out.add(start)
                break
            if name not in seen:
                seen.add(name)
                todo.extend(uses[name])
    return out


def _trivial(d: Definition) -> bool:
    return isinstance(d.body, Sym | Entry) and base_name(d.body) == (d.name,)


def _unknowns(
    definitions: Mapping[str, tuple[Definition, ...]], told: Sequence[Told]
) -> tuple[set[str], set[str]]:
    r"""Names without definition that are differentiated, and functions without definition.

    Values of a function with the variable as its label, ``p_\theta(x)``, vary with it.
    """
    varying: set[str] = set()
    functions: set[str] = set()
    variables = {
        name
        for t in told
        for n in t.nodes
        if isinstance(n, Derivative | Gradient)
        for w in (n.wrt if isinstance(n, Derivative) else (n.wrt,))
        if w is not None
        for name in base_name(w)
    }
    bodies = (d.body for found in definitions.values() for d in found)
    for node in (n for e in bodies for _, n in walk(e)) if variables else ():
        if isinstance(node, Sym) and node.name not in definitions and "(" in node.name:
            head = node.name.partition("(")[0]
            if any(head.endswith(f"_{{{v}}}") for v in variables):
                varying.add(node.name)
    for node in (n for t in told for n in t.nodes):
        if isinstance(node, Apply) and node.name not in definitions:
            functions.add(node.name)
        if isinstance(node, Derivative | Gradient):
            body = node.body
            wrt = node.wrt if isinstance(node, Derivative) else (node.wrt,)
            for name in base_name(body):
                same = any(w is not None and base_name(w) == (name,) for w in wrt)
                if name not in definitions and not same:
                    varying.add(name)
    return varying, functions
