"""The style chain: the derivative of every definition by what it is made of, then their product."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, final

from gradproof.deriving.closing import closed
from gradproof.deriving.derivation import Line
from gradproof.deriving.elementwise import elementwise
from gradproof.deriving.graph import LETTERS, Graph, Node, graph
from gradproof.deriving.present import presented
from gradproof.expr import (
    Add,
    Context,
    Delta,
    Derivative,
    Div,
    Entry,
    Expr,
    Idx,
    Mul,
    Neg,
    Size,
    Sum,
    Sym,
    free_indices,
    walk,
)  # fmt: skip
from gradproof.rewrite import add, num, size_expr, substitute

_TRIVIAL: Final = frozenset({"definition", "entry-of-definition"})


@final
@dataclass(frozen=True, slots=True)
class Link:
    """One link: how a value changes with what it is made of.

    `name` is the derivative unevaluated, `lines` carry it out, `value` is its last form; `over` are the
    indices of the value that have to be summed over.
    """

    name: Derivative
    lines: tuple[Line, ...]
    value: Expr
    over: tuple[Idx, ...]
    rules: tuple[str, ...]


@final
@dataclass(frozen=True, slots=True)
class Chain:
    """Writes the lines for one loss and one variable."""

    net: Graph
    loss: Sym
    goal: Derivative
    context: Context

    def lines(self) -> Iterator[Line]:
        """Yield the local derivatives and their product, or the way back value by value."""
        if self._single_path():
            yield from self._product()
        else:
            yield from self._backwards()

    def _single_path(self) -> bool:
        return all(len(self.net.users(n.name)) == 1 for n in self.net.nodes[1:])

    def _product(self) -> Iterator[Line]:
        """One path: every link by itself, then the product of all; indices are chosen from the variable on."""
        links: list[Link] = []
        value = self.goal.wrt[0]
        nodes = self.net.nodes
        taken = free_indices(value)
        for k in range(len(nodes) - 1, 0, -1):
            link = self._link(nodes[k - 1], nodes[k], value, taken)
            links.insert(0, link)
            value = link.name.body
            taken |= free_indices(value)
        for link in links:
            yield from link.lines
        yield from self._joined(self.goal, links)

    def _joined(self, goal: Derivative, links: list[Link]) -> Iterator[Line]:
        if len(links) == 1:
            return
        product: Expr = links[0].name
        worth: Expr = links[0].value
        for link in links[1:]:
            product = self._summed(_times(product, link.name), link.over)
            worth = self._summed(_times(worth, link.value), link.over)
        yield Line(goal, product, "chain-rule")
        yield Line(None, worth, "substitution")
        yield from self._last(worth)

    def _backwards(self) -> Iterator[Line]:
        """Several paths: the derivative of the loss by every value, from the loss back to the variable."""
        known: dict[str, Expr] = {}
        for node in self.net.nodes[1:]:
            value = node.value
            goal = replace(self.goal, wrt=(value,))
            named: list[Expr] = []
            worth: list[Expr] = []
            rules: dict[str, None] = {}
            link: Link | None = None
            plain = True
            for user in self.net.users(node.name):
                link = self._link(user, node, value, free_indices(value))
                rules.update(dict.fromkeys(link.rules))
                plain = plain and not self._ambiguous(user, node)
                if user.name == self.loss.name:
                    named.append(link.name)
                    worth.append(link.value)
                    continue
                outer = _at(known[user.name], user.value, link.name.body)
                above = replace(self.goal, wrt=(link.name.body,))
                named.append(self._summed(_times(above, link.name), link.over))
                worth.append(self._summed(_times(outer, link.value), link.over))
            if link is not None and named == [goal]:
                yield from link.lines
                known[node.name] = link.value
                continue
            if plain and goal not in named:
                yield Line(goal, add(*named), "chain-rule")
                goal_left = None
            else:
                goal_left = goal
            total = presented(add(*worth))
            rule, *also = [*rules, "substitution"]
            if goal_left is not None:
                rule, also = "chain-rule", [rule, *also]
            yield Line(goal_left, total, rule, tuple(also))
            last = tuple(self._last(total))
            yield from last
            known[node.name] = last[-1].right if last else total

    def _last(self, e: Expr) -> Iterator[Line]:
        end = closed(e, self.context, self.loss)
        if end != e:
            yield Line(None, end, "simplification")

    def _ambiguous(self, user: Node, node: Node) -> bool:
        """Tell whether `user` depends on `node` on another way too, so that ∂user/∂node would be misread."""
        return any(s != node.name and self.net.reaches(s, node.name) for s in user.sources)

    def _link(self, user: Node, node: Node, wrt: Expr, taken: frozenset[str]) -> Link:
        """Differentiate the definition of `user` by `wrt`, the value of `node`.

        An index of `user` whose delta with an index of `wrt` stands in every term is that index; over the others
        is summed.
        """
        hold = frozenset(n for n in self.context.definitions if n not in (user.name, node.name))
        value = self._apart(user.value, taken)
        name = Derivative(value, (wrt,), self.goal.notation)
        lines = self._carried(name, hold)
        same = _matched(lines[-1].right, free_indices(value)) if isinstance(value, Entry) else {}
        if same:
            value = substitute(value, same, self.context)
            name = replace(name, body=value)
            lines = self._carried(name, hold)
        over = value.indices if isinstance(value, Entry) else ()
        kept = free_indices(wrt)
        summed = tuple(i for i in over if isinstance(i, Idx) and i.name not in kept)
        return Link(name, lines, lines[-1].right, summed, _rules(lines))

    def _apart(self, value: Expr, taken: frozenset[str]) -> Expr:
        """Give a value index letters that are not taken."""
        if not isinstance(value, Entry):
            return value
        used = taken | free_indices(value)
        table: dict[Expr, Expr] = {}
        for i in value.indices:
            if isinstance(i, Idx) and i.name in taken:
                letter = self._letter(i, used)
                used |= {letter}
                table[i] = Idx(letter)
        return substitute(value, table, self.context)

    def _letter(self, i: Idx, used: frozenset[str]) -> str:
        """Return a letter for an index: one of the author's over the same range, else a new one."""
        extent = self.context.ranges.get(i.name)
        own = [k for k, r in sorted(self.context.ranges.items()) if r == extent]
        return next(
            k
            for k in (*own, *LETTERS)
            if k not in used and (k in own or k not in self.context.ranges)
        )

    def _carried(self, name: Derivative, hold: frozenset[str]) -> tuple[Line, ...]:
        """Return the derivative of one definition: carried out in one line, and in its last form."""
        found = list(elementwise(name, self.context, hold=hold))
        rules = _rules(found)
        first = found[-1].right if found else closed(name, self.context, self.loss)
        rule, *also = rules or ("definition",)
        line = Line(name, first, rule, tuple(also))
        end = closed(first, self.context, self.loss)
        return (line,) if end == first else (line, Line(None, end, "simplification"))

    def _summed(self, e: Expr, over: tuple[Idx, ...]) -> Expr:
        for i in over:
            if i.name in free_indices(e):
                e = self._sum(e, i)
        return e

    def _sum(self, e: Expr, i: Idx) -> Expr:
        if i.name in self.context.ranges:
            return Sum(e, i)
        return Sum(e, i, num(1), size_expr(_extent(e, i)))


def chain(goal: Derivative, context: Context) -> Iterator[Line]:
    """Yield the lines of the style chain for a derivative of a defined loss by a scalar or an entry.

    Raises:
        CannotDerive: a definition on the way cannot be followed.
        NotSupported: no rule covers a part.
    """
    net = graph(goal.body, goal.wrt[0], context)
    loss = goal.body.array if isinstance(goal.body, Entry) else goal.body
    assert isinstance(loss, Sym)
    return Chain(net, loss, goal, context).lines()


def _rules(lines: "list[Line] | tuple[Line, ...]") -> tuple[str, ...]:
    """Return the rules of some lines, the most telling first, without those that only put in a definition."""
    found = dict.fromkeys(r for line in lines for r in (line.rule, *line.also))
    last = [
        r for r in found if r in ("sum-rule", "constant-multiple", "sign-rule", "simplification")
    ]
    return tuple(r for r in (*(r for r in found if r not in last), *last) if r not in _TRIVIAL)


def _times(left: Expr, right: Expr) -> Expr:
    return Mul((*_factors(left), *_factors(right)))


def _factors(e: Expr) -> tuple[Expr, ...]:
    return e.factors if isinstance(e, Mul) else (e,)


def _matched(e: Expr, free: frozenset[str]) -> dict[Expr, Expr]:
    """Return for every index in `free` the index that a delta in every term of `e` ties it to."""
    out: dict[Expr, Expr] = {}
    for delta in _common_deltas(e):
        for a, b in ((delta.left, delta.right), (delta.right, delta.left)):
            if isinstance(a, Idx) and isinstance(b, Idx) and a.name in free and b.name not in free:
                out.setdefault(a, b)
    return out


def _common_deltas(e: Expr) -> list[Delta]:
    """Return the deltas that are factors of every term."""
    match e:
        case Delta():
            return [e]
        case Neg(x) | Div(x, _):
            return _common_deltas(x)
        case Mul(xs):
            return [d for x in xs for d in _common_deltas(x)]
        case Add(xs):
            first, *rest = [_common_deltas(x) for x in xs]
            return [d for d in first if all(d in other for other in rest)]
        case _:
            return []


def _at(e: Expr, formal: Expr, value: Expr) -> Expr:
    """Return what was found for the entry `formal` at the entry `value`."""
    if not isinstance(formal, Entry) or not isinstance(value, Entry):
        return e
    table: dict[Expr, Expr] = {
        a: b for a, b in zip(formal.indices, value.indices, strict=True) if a != b
    }
    return substitute(e, table, Context())


def _extent(e: Expr, i: Idx) -> Size:
    """Return the size of the axis that an index runs over."""
    for _, n in walk(e):
        if isinstance(n, Entry) and isinstance(n.array, Sym) and i in n.indices:
            return n.array.space.shape[n.indices.index(i)]
    raise ValueError(f"no array has the index {i.name}")
