"""Sums and products over indices."""

from gradproof.expr import Compare, Identity, Idx, Ones, Prod, Size, Space, Sum
from gradproof.notation.elaborate import build
from gradproof.notation.elaborate.build import Built
from gradproof.notation.elaborate.converter import Converter
from gradproof.notation.elaborate.symbols import spelled, walk_surface
from gradproof.notation.surface import Surface


def series_node(c: Converter, node: Surface) -> Built:
    """Convert a sum or product; several indices nest from the left outwards."""
    kind = Sum if node.head == "sum" else Prod
    if len(node.args) == 1:
        return _unindexed(c, node)
    binders = node.args[1:]
    letters: list[str] = []
    parts: list[tuple[str, Built, list[Built], int]] = []
    for binder in binders:
        if binder.head == "group" and parts and parts[-1][3] == 0:
            letter, idx, _, _ = parts[-1]
            c.bound.extend(letters)
            found = c.condition(binder)
            del c.bound[len(c.bound) - len(letters) :]
            if found is None:
                return c.opaque(node, "sum")
            parts[-1] = (letter, idx, [found[1]], -1)
            continue
        name = binder.args[0] if binder.args else binder
        letter = spelled(name)
        if binder.head not in ("range", "relation", "name") or letter not in c.table.letters:
            return c.opaque(node, "sum")
        bounds: list[Built] = []
        has = 0
        if binder.head == "range":
            bounds = [c.whole(b) for b in binder.args[1:]]
            has = len(bounds)
        elif binder.head == "relation":
            if _binds_both(c, node, binder):
                other = binder.args[1]
                letters.append(spelled(other))
                parts.append((letters[-1], build.index(letters[-1], other.span), [], 0))
            c.bound.extend((*letters, letter))
            found = c.condition(binder)
            del c.bound[len(c.bound) - len(letters) - 1 :]
            if found is None:
                return c.opaque(node, "sum")
            bounds, has = [found[1]], -1
        letters.append(letter)
        parts.append((letter, build.index(letter, name.span), bounds, has))
    c.bound.extend(letters)
    body = c.convert(node.args[0])
    del c.bound[len(c.bound) - len(letters) :]
    for letter, idx, bounds, has in reversed(parts):
        lower = bounds[0].expr if has >= 1 else None
        upper = bounds[1].expr if has == 2 else None
        compare = bounds[0].expr if has == -1 else None
        condition = compare if isinstance(compare, Compare) else None
        body = Built(
            kind(body.expr, Idx(letter), lower, upper, condition),
            node.span,
            (body, idx, *bounds),
            body.shape,
        )
    return body


def unit_node(c: Converter, node: Surface) -> Built:
    """Convert a member of an array with dots in its place: times the unit vector of its index."""
    member, letter = c.convert(node.args[0]), spelled(node.args[1])
    shape, bounds = member.shape, c.table.indices.get(letter)
    if shape is None or len(shape) > 2 or bounds is None:
        return build.opaque("dots", node.span, [member])
    size = Size(bounds.upper.name, bounds.upper.offset + 1 - bounds.lower)
    identity = Built(Identity(Space((size, size))), node.span, (), (size, size))
    unit = build.entry(identity, [c.place(letter, node)], node.span)
    is_row = len(shape) == 2 and shape[0] == build.ONE
    if len(shape) == 2 and not is_row:
        return build.opaque("dots", node.span, [member])
    down = node.text == "column" or (node.text == "list" and len(shape) != 1)
    if (down and len(shape) == 1) or (not down and is_row):
        return build.opaque("dots", node.span, [member])
    parts = [unit, member] if down else [member, build.transpose(unit, node.span)]
    return build.product(parts, "j", node.span)


def _binds_both(c: Converter, node: Surface, binder: Surface) -> bool:
    """Tell whether ``i < j`` (or ``i ≠ j`` with j nowhere else) runs over both letters."""
    other = binder.args[1] if len(binder.args) == 2 else None
    letter = spelled(other) if other is not None and other.head == "name" else ""
    if letter not in c.table.letters - c.table.labels or letter in c.bound:
        return False
    if binder.text in ("<", "<=", ">", ">="):
        return True
    inside = sum(n.head == "name" and spelled(n) == letter for n in walk_surface(node))
    all_over = sum(
        n.head == "name" and spelled(n) == letter for side in c.sides for n in walk_surface(side)
    )
    return inside == all_over


def _unindexed(c: Converter, node: Surface) -> Built:
    """Convert a sum without an index: over the letter inside that it must be, or over the one family in ``Σ e^z``."""
    inside = _letter_inside(c, node)
    if inside is None and node.head == "sum" and not c.letters(node.args[0]) - set(c.bound):
        whole = _whole(c, node)
        if whole is not None:
            return whole
    letter = inside or _letter_of_family(c, node)
    if letter is None:
        return c.opaque(node, "sum")
    kind = Sum if node.head == "sum" else Prod
    c.bound.append(letter)
    body = c.convert(node.args[0])
    c.bound.pop()
    c.note("sum-index", f"the sum without an index is read as a sum over {letter}", node)
    idx = build.index(letter, node.span)
    return Built(kind(body.expr, Idx(letter)), node.span, (body, idx), body.shape)


def _whole(c: Converter, node: Surface) -> Built | None:
    """Convert the sum of a matrix, of all its entries or (the variant "axis") of its columns; None of all else."""
    x = c.whole(node.args[0])
    if x.shape is None or len(x.shape) != 2:
        return None
    if x.shape[0] != build.ONE and c.reads_as("axis"):
        ones = Built(Ones(Space(x.shape[1:])), node.span, (), x.shape[1:])
        return build.product([x, ones], "j", node.span)
    c.note(
        "sum-index", "the sum of a matrix without an index is read as that of all its entries", node
    )
    return build.frobenius(x, Built(Ones(Space(x.shape)), node.span, (), x.shape), node.span)


def _letter_inside(c: Converter, node: Surface) -> str | None:
    """Return the index letter of the summands; of several the one that stands nowhere else."""
    inside = c.letters(node.args[0]) & c.table.indices.keys() - set(c.bound)
    if len(inside) > 1:
        inside -= frozenset[str]().union(*(c.letters(side, outside=True) for side in c.sides))
    return min(inside) if len(inside) == 1 else None


def _letter_of_family(c: Converter, node: Surface) -> str | None:
    """Return a letter for the entries of the one vector in a sum, where exactly one can be meant."""
    inside = {n.name and c.table.resolve(n.name).key for n in walk_surface(node.args[0]) if n.name}
    sizes = {c.table.shapes[k][0] for k in inside if k and len(c.table.shapes.get(k, ())) == 1}
    letters = [
        x for x in sorted(c.table.indices) if len(sizes) == 1 and c.counts(x, next(iter(sizes)))
    ]
    free = [x for x in letters if x not in c.free and x not in c.bound]
    return (free or letters or [None])[0]
