"""Sizes that are not known yet, unified as a document uses them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import final

from gradproof.expr import IndexRange, Size

UNKNOWN = "?"
"""Begins the name of a size that is not known yet."""


def count(bounds: IndexRange) -> Size:
    """Return the number of values of a range as a size."""
    return Size(bounds.upper.name, bounds.upper.offset + 1 - bounds.lower)


@final
@dataclass(slots=True)
class Sizes:
    """Union-find over sizes: those that begin with `UNKNOWN` are bound to others, the rest stand for themselves.

    `rigid` are unknown sizes that definitions have settled: two of them are no longer made equal.
    """

    bound: dict[str, Size] = field(default_factory=dict[str, Size])
    rigid: set[str] = field(default_factory=set[str])

    def resolve(self, size: Size) -> Size:
        """Return what a size is bound to, as far as that is known."""
        while size.name in self.bound:
            found = self.bound[size.name]
            size = Size(found.name, found.offset + size.offset)
        return size

    def shape(self, shape: Iterable[Size]) -> tuple[Size, ...]:
        """Return a shape with every size resolved."""
        return tuple(self.resolve(s) for s in shape)

    def unify(self, a: Size, b: Size) -> bool:
        """Make two sizes equal; False where they certainly differ.

        >>> sizes = Sizes()
        >>> sizes.unify(Size("?a", 1), Size("n")), sizes.resolve(Size("?a"))
        (True, Size(name='n', offset=-1))
        >>> sizes.unify(Size("m"), Size("n"))
        False
        """
        a, b = self.resolve(a), self.resolve(b)
        if a == b:
            return True
        if self._flexible(a) and a.name != b.name:
            self.bound[a.name] = Size(b.name, b.offset - a.offset)
            return True
        if self._flexible(b) and a.name != b.name:
            self.bound[b.name] = Size(a.name, a.offset - b.offset)
            return True
        return False

    def same(self, a: tuple[Size, ...], b: tuple[Size, ...]) -> bool:
        """Make two shapes equal, all sizes or none."""
        if len(a) != len(b):
            return False
        before = dict(self.bound)
        if all(self.unify(x, y) for x, y in zip(a, b, strict=True)):
            return True
        self.bound = before
        return False

    def settle(self, shapes: Iterable[tuple[Size, ...]]) -> None:
        """Keep the unknown sizes in `shapes` apart from each other from now on."""
        for shape in shapes:
            self.rigid.update(s.name for s in self.shape(shape) if s.name.startswith(UNKNOWN))

    def _flexible(self, size: Size) -> bool:
        return size.name.startswith(UNKNOWN) and size.name not in self.rigid
