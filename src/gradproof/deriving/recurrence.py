"""The backward pass over steps: adjoints of families ``h_t`` that are defined by earlier members of families.

A member that is used at another step passes the adjoint on to that step; parameters are used at every step,
and get the sum over all of them (backpropagation through time).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import final

from gradproof.deriving.derivation import Line
from gradproof.deriving.limits import NotDerived
from gradproof.deriving.network import Network
from gradproof.deriving.opening import opened
from gradproof.deriving.readable import Tidier
from gradproof.deriving.reverse import DEFINITION, sweep
from gradproof.expr import (
    Add,
    Context,
    Definition,
    Derivative,
    Entry,
    Expr,
    Idx,
    Sum,
    Sym,
    free_indices,
    walk,
)  # fmt: skip
from gradproof.rewrite import ONE, difference, num, substitute

STEPS = "sum-over-steps"
PATHS = "sum-over-paths"


@final
@dataclass(frozen=True, slots=True)
class Family:
    """A name ``h_t`` with the definition of its general member."""

    name: Sym
    index: Idx
    body: Expr

    @property
    def member(self) -> Entry:
        """The general member."""
        return Entry(self.name, (self.index,))


@final
@dataclass(slots=True, eq=False)
class Steps:
    """Adjoints collected so far, with the rules that gave them and how far other steps reach."""

    loss: Expr
    tidier: Tidier
    families: dict[str, Family]
    shares: dict[Expr, list[Expr]] = field(default_factory=dict[Expr, list[Expr]])
    rules: dict[Expr, list[str]] = field(default_factory=dict[Expr, list[str]])
    reach: dict[Expr, list[int]] = field(default_factory=dict[Expr, list[int]])


def families_of(loss: Expr, context: Context) -> dict[str, Family]:
    """Return the families that a formula leads to, by name."""
    found: dict[str, Family] = {}
    todo = [loss]
    seen: set[str] = set()
    while todo:
        for _, node in walk(todo.pop()):
            if not isinstance(node, Sym) or node.name in seen:
                continue
            seen.add(node.name)
            for d in context.definitions.get(node.name, ()):
                todo.append(d.body)
                if len(d.indices) == 1 and isinstance(d.indices[0], Idx):
                    found[node.name] = Family(node, d.indices[0], d.body)
    return found


def step_adjoints(loss: Expr, wrt: Sequence[Expr], context: Context) -> tuple[Line, ...]:
    """Return the adjoint of the general member of every family, then those of the parameters.

    Raises:
        NotDerived: `loss` is no defined scalar, members of one step lead to each other, or a node has no rule.
    """
    tidier = Tidier.under(context)
    families = families_of(loss, context)
    body = _only(context.definitions.get(loss.name, ()) if isinstance(loss, Sym) else ())
    steps = Steps(loss, tidier, families)
    held = frozenset([f.name for f in families.values()])
    values: dict[Expr, Expr] = {f.body: f.member for f in families.values()}
    base = Network(context, frozenset(), held, values=values)
    _refuse_starts(families, wrt, context)
    _pass_on(steps, opened(tidier.arrays, body), ONE, None, wrt, base)
    lines: list[Line] = []
    for family in _ordered(families):
        seed = Derivative(loss, (family.member,), "partial")
        _pass_on(steps, family.body, seed, family, wrt, base)
    for family in _ordered(families):
        if steps.shares.get(family.member):
            lines.append(_line(steps, family.member))
    lines.extend(_line(steps, target) for target in wrt if steps.shares.get(target))
    return tuple(lines)


def _refuse_starts(families: dict[str, Family], wrt: Sequence[Expr], context: Context) -> None:
    """Refuse parameters in the first members of families (``h_0 = a``): their adjoints would be left out."""
    for name in families:
        for d in context.definitions[name]:
            starts = not any(isinstance(i, Idx) for i in d.indices)
            if starts and any(Network.of(context, (w,)).moves(d.body) for w in wrt):
                raise NotDerived(f"the first member of {name} depends on a parameter")


def _only(found: Sequence[Definition]) -> Expr:
    if len(found) != 1 or found[0].indices:
        raise NotDerived("the backward pass of something that is not the name of a scalar")
    return found[0].body


def _ordered(families: dict[str, Family]) -> list[Family]:
    """Return the families so that what is computed last in a step comes first.

    Raises:
        NotDerived: two members of one step are defined by each other.
    """
    done: list[Family] = []

    def place(f: Family, active: tuple[str, ...]) -> None:
        if f.name.name in active:
            raise NotDerived(f"{f.name.name} is defined by its own member of the same step")
        if f in done:
            return
        for other, shift in _members(f.body, families, f.index):
            if shift == 0:
                place(_family(other, families), (*active, f.name.name))
        done.append(f)

    for f in families.values():
        place(f, ())
    done.reverse()
    return done


def _members(e: Expr, families: dict[str, Family], index: Idx) -> Iterator[tuple[Entry, int]]:
    """Yield the members of families that occur, each once, with their steps relative to `index`."""
    seen: set[Expr] = set()
    for _, node in walk(e):
        match node:
            case Entry(Sym(name), (at,)) if name in families and node not in seen:
                seen.add(node)
                gap = difference(at, index)
                if gap is not None and gap.denominator == 1:
                    yield node, int(gap)
                elif free_indices(at):
                    raise NotDerived(
                        f"a member of {name} at a step that is not a fixed number away"
                    )
            case _:
                pass


def _family(member: Entry, families: dict[str, Family]) -> Family:
    assert isinstance(member.array, Sym)
    return families[member.array.name]


def _pass_on(
    steps: Steps, body: Expr, seed: Expr, family: Family | None, wrt: Sequence[Expr], base: Network
) -> None:
    """Pull an adjoint back to the members and the parameters that a body holds."""
    for index in [family.index] if family is not None else _indices(body):
        for member, shift in list(_members(body, steps.families, index)):
            target = _family(member, steps.families)
            found = _pulled(steps, body, seed, member, base)
            if found is None:
                continue
            share, rules = found
            at = Add((target.index, num(-shift))) if shift else target.index
            moved = substitute(share, {index: at}, base.context)
            _note(steps, target.member, moved, rules)
            if shift:
                steps.reach.setdefault(target.member, []).append(-shift)
    for target in wrt:
        found = _pulled(steps, body, seed, target, base)
        if found is not None:
            share, rules = found
            whole = share if family is None else Sum(share, family.index)
            _note(steps, target, whole, (*rules, STEPS) if family is not None else rules)


def _indices(e: Expr) -> list[Idx]:
    """Return the indices that sums bind, each once."""
    found = [n.index for _, n in walk(e) if isinstance(n, Sum)]
    return list(dict.fromkeys(found))


def _pulled(
    steps: Steps, body: Expr, seed: Expr, target: Expr, base: Network
) -> tuple[Expr, tuple[str, ...]] | None:
    network = Network(base.context, frozenset((target,)), base.held, values=base.values)
    if not network.moves(body):
        return None
    lines, shares = sweep(body, seed, steps.tidier, network)
    share = shares.get(target)
    return None if share is None else (share, tuple(r for x in lines for r in (*x.also, x.rule)))


def _note(steps: Steps, target: Expr, share: Expr, rules: Sequence[str]) -> None:
    steps.shares.setdefault(target, []).append(share)
    steps.rules.setdefault(target, []).extend(rules)


def _line(steps: Steps, target: Expr) -> Line:
    shares = steps.shares[target]
    whole = steps.tidier.readable(steps.tidier.arrays.total(shares))
    used = tuple(dict.fromkeys(steps.rules[target]))
    if len(shares) > 1:
        used = (*(r for r in used if r != PATHS), PATHS)
    rule = used[-1] if used else DEFINITION
    note = None
    if target in steps.reach and isinstance(target, Entry):
        note = "a term whose step lies outside the range is left out"
    return Line(Derivative(steps.loss, (target,), "partial"), whole, rule, used[:-1], note)
