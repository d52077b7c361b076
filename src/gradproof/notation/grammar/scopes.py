"""How far sums and operators reach where the next terms hold what they bind."""

from typing import Final

from gradproof.notation.grammar.core import Core
from gradproof.notation.surface import Surface

_BINDERS: Final = frozenset({"sum", "prod", "extremum"})
_SPINE: Final = {"neg": 0, "deriv": 0, "sum": 0, "prod": 0, "extremum": 0, "mul": -1, "had": -1, "frob": -1, "call": -1,
                 "grad": 0, "diff": 0, "integral": 0, "kron": -1}  # fmt: skip


class Scopes(Core):
    """Widening of the scope of a sum whose index stands free in the next terms."""

    __slots__ = ()

    def widened(self, terms: list[Surface], ends: list[int]) -> list[Surface]:
        r"""Take later terms into a sum at the end of an earlier one, where they hold its index free.

        ``\sum_i a_i + b_i`` is read as ``\sum_i (a_i + b_i)``. For an operator ``\frac{d}{dx} a + b`` the
        term alone is read, and the longer scope recorded as the other reading where b holds x.
        """
        last: dict[str, int] = {}
        occurring: list[frozenset[str]] | None = None
        tails = {id(node): end for node, end in self.tails}
        out: list[Surface] = []
        at = 0
        while at < len(terms):
            term = terms[at]
            spine = _spine(term, tails, ends[at]) if at + 1 < len(terms) else []
            if not spine:
                out.append(term)
                at += 1
                continue
            if occurring is None:
                occurring = [frozenset(_free(t)) for t in terms]
                for position, names in enumerate(occurring):
                    for name in names:
                        last[name] = position
            reach = at
            added: dict[int, tuple[Surface, ...]] = {}
            for node in reversed(spine):
                bound = _bound(node)
                far = max((last.get(name, at) for name in bound), default=at)
                if far > reach and self._reaches(node, terms[at + 1 : far + 1]):
                    added[id(node)] = tuple(terms[reach + 1 : far + 1])
                    reach = far
            if added:
                term = self._rebuilt(term, added)
            out.append(term)
            at = reach + 1
        return out

    def _reaches(self, node: Surface, later: list[Surface]) -> bool:
        """Say whether a sum or an operator reaches over later terms, which hold what it binds."""
        start, end = node.span.start, node.args[0].span.start
        if node.head in _BINDERS:
            return self.choose("sum-scope", start, end, "rest", "term") == "rest"
        if node.args[0].head == "group" or any(_derives(term) for term in later):
            return False
        return self.choose("operator-rest", start, end, "term", "rest") == "rest"

    def _rebuilt(self, node: Surface, added: dict[int, tuple[Surface, ...]]) -> Surface:
        """Return `node` with terms added to the bodies of the sums on its right edge."""
        place = _SPINE.get(node.head)
        if place is None or not node.args:
            return node
        place %= len(node.args)
        args = list(node.args)
        args[place] = self._rebuilt(args[place], added)
        rest = added.get(id(node))
        if rest:
            body = args[0]
            terms = (*body.args, *rest) if body.head == "add" else (body, *rest)
            args[0] = self.make("add", body.span.start, rest[-1].span.end, terms)
        if args[place] is node.args[place]:
            return node
        stop = max(node.span.end, args[place].span.end)
        return self.make(node.head, node.span.start, stop, tuple(args), node.text, node.name)


def _spine(term: Surface, tails: dict[int, int], end: int) -> list[Surface]:
    """Return the sums and operators whose body ends where the term ends, outermost first."""
    found: list[Surface] = []
    node = term
    while True:
        if tails.get(id(node)) == end:
            found.append(node)
        place = _SPINE.get(node.head)
        if place is None or not node.args:
            return found
        node = node.args[place]


def _derives(node: Surface) -> bool:
    """Say whether a term holds a derivative operator of its own."""
    stack = [node]
    while stack:
        current = stack.pop()
        if current.head in ("deriv", "grad"):
            return True
        stack += current.args
    return False


def _bound(node: Surface) -> set[str]:
    """Return the keys of what a sum or an operator binds."""
    out: set[str] = set()
    for item in node.args[1:]:
        target = item.args[0] if item.head in ("range", "relation") and item.args else item
        members = target.args if target.head == "tuple" else (target,)
        for member in members:
            if member.head == "name" and member.name is not None:
                out.add(_key(member))
    return out


def _key(node: Surface) -> str:
    """Return a key of a name with its scripts."""
    name = node.name
    if name is None:
        return ""
    parts = [name.base, *name.accents]
    for item in (*name.sub, *name.sup):
        parts.append(_key(item) if item.head == "name" else f"{item.head}:{item.text}")
    return "\\".join(parts) if len(parts) > 1 else name.base


def _free(node: Surface) -> set[str]:
    """Return the keys of the names that occur free in a term."""
    out: set[str] = set()
    stack: list[tuple[Surface, frozenset[str]]] = [(node, frozenset())]
    while stack:
        current, bound = stack.pop()
        if current.head == "name" and current.name is not None:
            key = _key(current)
            if key not in bound:
                out.add(key)
            stack += [(item, bound) for item in (*current.name.sub, *current.name.sup)]
            continue
        if current.head in _BINDERS:
            bound = bound | _bound(current)
        stack += [(item, bound) for item in current.args]
    return out
