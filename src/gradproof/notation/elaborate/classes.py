"""Classes of index letters and array axes that have one range."""

from typing import final

from gradproof.expr import IndexRange
from gradproof.notation.elaborate.sizes import count


@final
class Classes:
    """Union-find over index letters and array axes; a class knows its range."""

    def __init__(self) -> None:
        """Start without any class."""
        self._parent: dict[str, str] = {}
        self._range: dict[str, IndexRange] = {}

    def find(self, node: str) -> str:
        """Return the member that stands for the class of a node."""
        parent = self._parent.setdefault(node, node)
        while parent != node:
            node, parent = parent, self._parent[parent]
        return node

    def union(self, a: str, b: str) -> None:
        """Make two classes one, unless their ranges differ."""
        ra, rb = self.find(a), self.find(b)
        if ra == rb:
            return
        one, other = self._range.get(ra), self._range.get(rb)
        if one is not None and other is not None and count(one) != count(other):
            return
        self._parent[rb] = ra
        if other is not None:
            known = self._range.setdefault(ra, self._range.pop(rb))
            self._range[ra] = min(known, other, key=lambda r: r.lower)

    def give(self, node: str, bounds: IndexRange) -> None:
        """Give the class of a node a range, if it has none."""
        self._range.setdefault(self.find(node), bounds)

    def letters(self, root: str) -> list[str]:
        """Return the index letters of a class."""
        return [n[2:] for n in list(self._parent) if n.startswith("i:") and self.find(n) == root]

    def range_of(self, node: str) -> IndexRange | None:
        """Return the range of the class of a node."""
        return self._range.get(self.find(node))
