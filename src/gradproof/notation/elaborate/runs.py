"""How the members of a list with dots go on: what runs in their scripts, from where to where."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, final

from gradproof.notation.elaborate.symbols import size_of, spelled, walk_surface
from gradproof.notation.surface import Name, Surface
from gradproof.source import Span

How = Literal["row", "column", "list"]


@final
@dataclass(frozen=True, slots=True)
class Run:
    """How a script runs: from the number `first` to `last`; `pattern` is a member in which it stands."""

    first: str
    last: Surface
    pattern: Surface

    def same(self, other: "Run") -> bool:
        """Tell whether two scripts run over the same values."""
        return (self.first, spelled(self.last)) == (other.first, spelled(other.last))

    def member(self, letter: str, span: Span) -> Surface:
        """Return the member at a letter."""
        return put(self.pattern, {self.first: named(letter, span)})

    def range(self, letter: str, span: Span) -> Surface:
        """Return the range of the letter as it stands below a sum."""
        return Surface("range", span, (named(letter, span), *self.bounds(span)))

    def bounds(self, span: Span) -> tuple[Surface, Surface]:
        """Return the first and the last value."""
        return Surface("number", span, text=self.first), self.last

    def placed(self, member: Surface, letter: str, how: How, span: Span) -> Surface:
        """Return a member in its place of an array."""
        return Surface("unit", span, (member, named(letter, span), *self.bounds(span)), how)


def named(letter: str, span: Span) -> Surface:
    """Return a letter as a name."""
    return Surface("name", span, name=Name(letter))


def run_of(members: Sequence[Surface]) -> Run | None:
    """Return how the members around the dots of a list go on; None where they do not say."""
    at = [k for k, m in enumerate(members) if m.head == "dots"]
    if len(at) != 1 or at[0] + 2 != len(members) or at[0] == 0:
        return None
    first, last = members[0], members[-1]
    found = differences(first, last)
    if found is None or len(found) != 1:
        return None
    ((start, end),) = found.items()
    if not start.isdigit() or size_of(end) is None:
        return None
    if any(spelled(x) == start for x in scripts(last)):
        return None
    for k, member in enumerate(members[1 : at[0]], 1):
        between = differences(first, member)
        if between is None or {a: spelled(b) for a, b in between.items()} != {
            start: str(int(start) + k)
        }:
            return None
    return Run(start, end, first)


def differences(a: Surface, b: Surface, *, arguments: bool = False) -> dict[str, Surface] | None:
    """Return what stands in scripts of `b` where `a` has something else; None where they differ otherwise.

    With `arguments`, letters to which something is applied count as scripts, too: ``f(s, a)``.
    """
    out: dict[str, Surface] = {}
    todo = [(a, b, False)]
    while todo:
        x, y, inside = todo.pop()
        if inside and is_letter(x) and is_letter(y):
            if spelled(x) != spelled(y) and spelled(out.setdefault(spelled(x), y)) != spelled(y):
                return None
            continue
        if x.head != y.head or x.text != y.text or len(x.args) != len(y.args):
            return None
        applied = arguments and x.head == "call"
        for k, (p, q) in enumerate(zip(x.args, y.args, strict=True)):
            within = (applied and k > 0) or (inside and x.head in ("given", "tuple"))
            todo.append((p, q, within))
        if x.name is None and y.name is None:
            continue
        if (
            x.name is None
            or y.name is None
            or replace(x.name, sub=(), sup=()) != replace(y.name, sub=(), sup=())
        ):
            return None
        if len(x.name.sub) != len(y.name.sub) or len(x.name.sup) != len(y.name.sup):
            return None
        for p, q in zip((*x.name.sub, *x.name.sup), (*y.name.sub, *y.name.sup), strict=True):
            if spelled(p) != spelled(q) and spelled(out.setdefault(spelled(p), q)) != spelled(q):
                return None
    return out


def is_letter(node: Surface) -> bool:
    """Tell whether a node is a plain letter without scripts or accents."""
    return node.name is not None and node.head == "name" and node.name == Name(node.name.base)


def counting(script: Surface) -> tuple[Surface, int] | None:
    """Return the letter of a script that is one, or one with a whole number added, and that number."""
    letter, step = script, 0
    if script.head == "add" and len(script.args) == 2:
        letter, added = script.args
        negative = added.head == "neg"
        added = added.args[0] if negative else added
        if added.head != "number" or not added.text.isdigit():
            return None
        step = -int(added.text) if negative else int(added.text)
    name = letter.name
    if letter.head != "name" or name is None or name.sub or name.sup or name.accents:
        return None
    return (letter, step) if len(name.base) == 1 and name.base.isalpha() else None


def scripts(node: Surface) -> Iterable[Surface]:
    """Return what stands below and above the names of a tree."""
    return (s for n in walk_surface(node) if n.name is not None for s in (*n.name.sub, *n.name.sup))


def put(node: Surface, values: Mapping[str, Surface]) -> Surface:
    """Put letters for what stands in scripts."""

    def script(item: Surface) -> Surface:
        return values.get(spelled(item), item)

    name = node.name
    if name is not None:
        name = replace(name, sub=tuple(map(script, name.sub)), sup=tuple(map(script, name.sup)))
    return replace(node, name=name, args=tuple(put(a, values) for a in node.args))
