"""Kinds and shapes of the names of one scope, inferred from use where nothing declares them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import final

from gradproof.expr import Size
from gradproof.notation.elaborate.build import ONE, Built
from gradproof.notation.elaborate.chains import links
from gradproof.notation.elaborate.convert import converter as make_converter
from gradproof.notation.elaborate.declare import declarations
from gradproof.notation.elaborate.evidence import (
    LOSSES,
    Evidence,
    Kind,
    collect_evidence,
    is_capital,
)
from gradproof.notation.elaborate.fitting import LAYOUT, Fit, Misfit
from gradproof.notation.elaborate.roles import EQUALS, Target, target
from gradproof.notation.elaborate.sizes import UNKNOWN, Sizes
from gradproof.notation.elaborate.symbols import Symbols, full_key, walk_surface
from gradproof.notation.elaborate.variants import converted
from gradproof.notation.surface import Statement, Surface

MAX_NAMES = 24
"""Open names of one scope up to which kinds are looked for."""
DEFINITION_WEIGHT = 4
"""What a misfit in a definition counts, against one in a claim."""

Shape = tuple[Size, ...]


@final
@dataclass(frozen=True, slots=True)
class Scene:
    """The statements of one scope, split into what defines a name and what claims; `given` are known shapes."""

    definitions: tuple[tuple[Target, Statement], ...]
    claims: tuple[Statement, ...]
    evidence: Mapping[str, Evidence]
    open: tuple[str, ...]
    given: Mapping[str, Shape]


@final
@dataclass(frozen=True, slots=True)
class Typing:
    """Shapes of the names of a scope under one assignment of kinds; `score` counts what does not fit."""

    chosen: Mapping[str, Kind]
    shapes: Mapping[str, Shape]
    unknown: frozenset[str]
    score: int
    broken: int
    misfits: tuple[Misfit, ...] = field(default=())


def scene(
    statements: Sequence[Statement], table: Symbols, earlier: Mapping[str, Shape]
) -> Scene | None:
    """Return what is to be inferred in a scope; None where nothing acts as an array without being declared."""
    evidence = collect_evidence((side for s in statements for side in s.sides), table)
    definitions: list[tuple[Target, Statement]] = []
    claims: list[Statement] = []
    defined: set[str] = set()
    for s in statements:
        goal = None if declarations(s) else _goal(s, table)
        backward = goal is not None and goal.key in table.adjoints
        if (
            goal is None
            or backward
            or goal.key in defined
            or goal.indices
            or _declared(table, goal.key)
        ):
            claims.append(s)
            continue
        defined.add(goal.key)
        definitions.append((goal, s))
    for goal, s in links(statements, table):
        if goal.key not in defined and not goal.indices:
            defined.add(goal.key)
            definitions.append((goal, s))
    settled = defined | _formal(statements, table)
    free = [k for k, e in evidence.items() if _is_open(k, e, table) and k not in settled]
    acting = [
        k
        for k, e in evidence.items()
        if (e.array and not e.indexed and not _declared(table, k) and not table.is_size(k))
    ]
    beside = any("follows" in evidence[k].marks for k in free) and any(
        len(table.shapes.get(k, ())) == 2 and e.bare for k, e in evidence.items()
    )
    inverted = any(
        "inverted" in evidence[k].marks and is_capital(evidence[k].name) for k in free
    ) and any(map(table.shapes.get, evidence))
    if not (acting or beside or inverted) or len(free) > MAX_NAMES:
        return None
    given = {
        k: table.shapes.get(k, earlier.get(k, ()))
        for k in free
        if k in table.families or k in earlier
    }
    return Scene(_ordered(definitions, table), tuple(claims), evidence, tuple(free), given)


def _ordered(
    definitions: Sequence[tuple[Target, Statement]], table: Symbols
) -> tuple[tuple[Target, Statement], ...]:
    """Return definitions so that each stands behind those of the names that it uses, as far as that goes."""
    waiting = [(goal, s, _keys(s.sides[1:], table)) for goal, s in definitions]
    out: list[tuple[Target, Statement]] = []
    while waiting:
        open_ = {goal.key for goal, _, _ in waiting}
        ready = next((d for d in waiting if not d[2] & open_ - {d[0].key}), waiting[0])
        waiting.remove(ready)
        out.append(ready[:2])
    return tuple(out)


def _formal(statements: Iterable[Statement], table: Symbols) -> set[str]:
    """Return the names that are formal parameters where a function is defined, and occur nowhere else."""
    formal: set[str] = set()
    elsewhere: set[str] = set()
    for s in statements:
        left = s.sides[0]
        own = set[str]()
        if s.relations and s.relations[0] in EQUALS and left.head == "call":
            own = _keys(left.args[1:], table)
        formal |= own
        elsewhere |= _keys(s.sides, table) - own
    return formal - elsewhere


def _keys(nodes: Iterable[Surface], table: Symbols) -> set[str]:
    return {
        table.resolve(n.name).key
        for node in nodes
        for n in walk_surface(node)
        if n.head == "name" and n.name is not None
    }


def _goal(s: Statement, table: Symbols) -> Target | None:
    if not s.relations or s.relations[0] not in EQUALS or s.sides[1].head == "hole":
        return None
    goal = target(s.sides[0], table)
    if goal is None or any(
        n.name is not None and n.head == "name" and table.resolve(n.name).key == goal.key
        for n in walk_surface(s.sides[1])
    ):
        return None
    return goal


def _declared(table: Symbols, key: str) -> bool:
    domain = table.domains.get(key)
    return key in table.spaces or (domain is not None and domain.declared)


def _is_open(key: str, e: Evidence, table: Symbols) -> bool:
    fixed = (
        e.indexed
        or _declared(table, key)
        or table.is_size(key)
        or key in table.letters
        or key in table.functions
        or key in table.defined_functions
        or key in ("e", "\\pi", "π")
    )
    return not fixed and not (key == full_key(e.name) == "d")


Choice = Mapping[str, Kind | None]
"""A kind for every open name; None where its shape is known from elsewhere."""


def attempt(
    stage: Scene, table: Symbols, chosen: Choice, changed: int, below: int | None
) -> Typing | int:
    """Carry one assignment of kinds through the definitions, then through the claims.

    The score only grows on the way; as soon as it is not `below` what is wanted, it is returned alone.
    """
    if below is not None and changed >= below:
        return changed
    sizes = Sizes()
    shapes = dict(table.shapes)
    names = {k for k, _ in ((g.key, s) for g, s in stage.definitions)}
    for k in (*stage.open, *names):
        shapes.pop(k, None)
    kept = {k for k, kind in chosen.items() if kind is None}
    for k, kind in chosen.items():
        found = stage.given[k] if kind is None else _fresh(k, kind)
        if found:
            shapes[k] = found
    view = replace(
        table,
        shapes=shapes,
        vague=(table.vague - set(stage.open)) | names,
        families={k: v for k, v in table.families.items() if k not in stage.open or k in kept},
    )
    _follow(view, sizes)
    misfits = _definitions(stage, view, sizes)
    broken = sum(m.weight for m in misfits if m.weight > LAYOUT)
    sizes.settle(s for k, s in view.shapes.items() if _rooted(k, stage))
    score = DEFINITION_WEIGHT * sum(m.weight for m in misfits) + changed
    claimed: list[Misfit] = []
    for s in stage.claims:
        if below is not None and score >= below:
            return score
        _follow(view, sizes)
        fit = _fit(view, sizes)
        built = _built(s, view)
        for b in built:
            if b is not None:
                fit.shape(b.expr)
        _links(built, s, fit)
        claimed.extend(fit.misfits)
        score += sum(m.weight for m in fit.misfits)
    score += 3 * sum(
        bool(view.shapes.get(k)) and not stage.evidence[k].array
        for k in LOSSES
        if k in stage.evidence
    )
    _follow(view, sizes)
    return Typing(
        chosen={k: c for k, c in chosen.items() if c is not None},
        shapes={k: sizes.shape(view.shapes.get(k, ())) for k in (*stage.open, *sorted(names))},
        unknown=frozenset(k for k in names if k in view.vague),
        score=score,
        broken=broken,
        misfits=(*misfits, *claimed),
    )


def _fresh(key: str, kind: Kind) -> Shape:
    match kind:
        case "scalar":
            return ()
        case "vector":
            return (Size(f"{UNKNOWN}{key}0"),)
        case "row":
            return (ONE, Size(f"{UNKNOWN}{key}0"))
        case "matrix":
            return (Size(f"{UNKNOWN}{key}0"), Size(f"{UNKNOWN}{key}1"))


def _rooted(key: str, stage: Scene) -> bool:
    """Tell whether a definition speaks of a name: its sizes are settled by the definitions."""
    return any(
        n.name is not None and (full_key(n.name) == key or n.name.base == key)
        for _, s in stage.definitions
        for side in s.sides
        for n in walk_surface(side)
    )


def _definitions(stage: Scene, view: Symbols, sizes: Sizes) -> list[Misfit]:
    """Give every defined name the shape of its right side; what is not known yet is tried again."""
    waiting = list(stage.definitions)
    misfits: list[Misfit] = []
    while waiting:
        later: list[tuple[Target, Statement]] = []
        found: list[Misfit] = []
        for goal, s in waiting:
            _follow(view, sizes)
            fit = _fit(view, sizes)
            built = _built(s, view, goal)
            shapes = [None if b is None else fit.shape(b.expr) for b in built[1:]]
            known = next((x for x in shapes if x is not None), None)
            if known is None:
                later.append((goal, s))
                continue
            _links(built[1:], s, fit)
            view.vague.discard(goal.key)
            if known or goal.called:
                view.shapes[goal.key] = known
            found.extend(fit.misfits)
        misfits.extend(found)
        if len(later) == len(waiting):
            break
        waiting = later
    return misfits


def _links(built: Sequence[Built | None], s: Statement, fit: Fit) -> None:
    kept = [b for b in built if b is not None]
    if all(r in EQUALS for r in s.relations):
        for a, b in pairwise(kept):
            fit.equate(a.expr, b.expr)


def _built(s: Statement, view: Symbols, goal: Target | None = None) -> tuple[Built | None, ...]:
    c = make_converter(view, frozenset[str](), [])
    if goal is not None and goal.called:
        for k, param in enumerate(goal.params):
            if param.name is not None and not param.name.sub and not param.name.sup:
                shape = view.parameters.get((goal.key, k))
                if shape is not None:
                    c.local[full_key(param.name)] = shape
    return converted(c, s)


def _fit(view: Symbols, sizes: Sizes) -> Fit:
    return Fit(sizes, view.shapes, frozenset(view.elementwise), view.vague, view.indices)


def _follow(view: Symbols, sizes: Sizes) -> None:
    """Let every shape show what its sizes are bound to; names made from a name are like it."""
    for k, shape in view.shapes.items():
        if any(s.name in sizes.bound for s in shape):
            view.shapes[k] = sizes.shape(shape)
    for name, base in view.likes.items():
        if base in view.shapes:
            view.shapes[name] = view.shapes[base]
            view.vague.discard(name)
        elif base not in view.vague:
            view.shapes.pop(name, None)
            view.vague.discard(name)


def surfaces(statements: Iterable[Statement]) -> Iterable[Surface]:
    """Yield every node of some statements."""
    return (n for s in statements for side in s.sides for n in walk_surface(side))
