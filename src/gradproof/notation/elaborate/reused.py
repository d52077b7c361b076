"""Index letters that several sums use over different ranges: what a letter runs over is told by its own sum."""

from collections.abc import Iterable, Iterator, Mapping

from gradproof.expr import IndexRange
from gradproof.notation.elaborate.symbols import size_of, spelled, walk_surface
from gradproof.notation.surface import Surface


def sum_ranges(node: Surface) -> Iterator[tuple[str, IndexRange]]:
    """Yield the letters of a sum or product that have both bounds, with their ranges."""
    for binder in node.args[1:]:
        if binder.head == "range" and len(binder.args) == 3:
            low, high = binder.args[1], size_of(binder.args[2])
            if low.head == "number" and low.text.isdigit() and high is not None:
                yield spelled(binder.args[0]), IndexRange(high, int(low.text))


def reused_letters(nodes: Iterable[Surface]) -> Mapping[tuple[int, str], IndexRange]:
    r"""Return what a letter runs over at each node within its sum, by the id of the node and the letter.

    Only of letters whose sums have upper bounds of different names, ``\sum_{l=1}^n`` and ``\sum_{l=1}^k``: such a
    letter says nothing of an axis elsewhere. `nodes` have parents first, so that the innermost sum counts.
    """
    bound = [
        (n.args[0], letter, bounds)
        for n in nodes
        if n.head in ("sum", "prod")
        for letter, bounds in sum_ranges(n)
    ]
    uppers: dict[str, set[str]] = {}
    for _, letter, bounds in bound:
        uppers.setdefault(letter, set()).add(bounds.upper.name)
    return {
        (id(inner), letter): bounds
        for body, letter, bounds in bound
        if len(uppers[letter]) > 1
        for inner in walk_surface(body)
    }
