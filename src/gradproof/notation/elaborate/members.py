r"""Families whose members are vectors: ``x_i`` beside a weight, ``w^T x_i``, where nothing declares them."""

from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import pairwise

from gradproof.expr import Size
from gradproof.notation.elaborate.symbols import Symbols, primes_of, spelled
from gradproof.notation.surface import Surface


def vector_members(table: Symbols, nodes: Sequence[Surface]) -> None:
    """Give undeclared families with one index members as long as what they are multiplied by.

    Every use must bear the same index, and a product end with the member (or begin with it transposed): a
    number may stand between. What stands beside it must be a name without an index: a declared vector or
    matrix, or a small letter that nothing declares.
    """
    for key in sorted(k for k, rank in table.families.items() if rank == 1):
        if key in table.shapes or key in table.domains or key in table.vague:
            continue
        if len(set(_scripts(key, table, nodes))) != 1:
            continue
        lengths = {size for node in nodes for size in _beside(key, node, table)}
        own = Size(f"n_{{{key}}}")
        lengths = lengths - {own} or lengths
        if len(lengths) == 1:
            (length,) = lengths
            table.shapes[key] = (Size(f"?{key}0"), length)
            table.members.add(key)


def _scripts(key: str, table: Symbols, nodes: Iterable[Surface]) -> Iterator[tuple[str, ...]]:
    """Yield the place and spelling of the indices of every use of a name."""
    for node in nodes:
        if node.head == "name" and node.name is not None:
            resolved = table.resolve(node.name)
            if resolved.key == key:
                yield (str(bool(node.name.sup)), *map(spelled, resolved.indices))


def _beside(key: str, node: Surface, table: Symbols) -> Iterator[Size]:
    """Yield the lengths that a product demands of the members of a family."""
    factors = node.args if node.head == "mul" else ()
    if len(factors) < 2:
        return
    before, last = factors[-2], factors[-1]
    if _is_member(key, last, table):
        turned = _is_transpose(before)
        yield from _length(before.args[0] if turned else before, key, table, turned=turned)
    else:
        for one, following in pairwise(factors):
            if _is_transpose(one) and _is_member(key, one.args[0], table):
                yield from _length(following, key, table, turned=True)


def _is_transpose(node: Surface) -> bool:
    return node.head == "transpose" and not primes_of(node)


def _is_member(key: str, node: Surface, table: Symbols) -> bool:
    name = node.name
    small = name is not None and name.base.lstrip("\\")[:1].islower()
    return small and name is not None and node.head == "name" and table.resolve(name).key == key


def _length(node: Surface, key: str, table: Symbols, *, turned: bool) -> Iterator[Size]:
    if node.head != "name" or node.name is None:
        return
    resolved = table.resolve(node.name)
    shape = table.shapes.get(resolved.key, ())
    if resolved.indices:
        return
    if len(shape) == 2:
        yield shape[0] if turned else shape[1]
    elif len(shape) == 1 and turned:
        yield shape[0]
    elif turned and not _known(resolved.key, table) and node.name.base[:1].islower():
        yield Size(f"n_{{{key}}}")


def _known(key: str, table: Symbols) -> bool:
    known: tuple[Set[str], ...] = (table.domains.keys(), table.shapes.keys(), table.families.keys())
    return any(key in names for names in known) or key in table.vague
