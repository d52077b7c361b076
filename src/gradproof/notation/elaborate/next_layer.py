r"""What an equation says of one layer holds for the next: ``z^l = W^l a^{l-1}`` says ``z^{l+1} = W^{l+1} a^l``."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace

from gradproof.notation.elaborate.roles import EQUALS
from gradproof.notation.elaborate.runs import counting
from gradproof.notation.elaborate.symbols import spelled, walk_surface
from gradproof.notation.grammar import name_key
from gradproof.notation.surface import FormulaRow, Name, Statement, Surface

Label = tuple[str, str, int]
"""A name without scripts, the letter of its layer, and what is added to that letter."""


def layer_letters(statements: Sequence[Statement]) -> frozenset[str]:
    """Return the letters in round brackets above names that count layers and index nothing.

    An equation gives a quantity of one layer by those of another, ``z^{(l+1)} = W^{(l+1)} a^{(l)}``, and no sum runs
    over the letter.
    """
    crossing = {
        own[1]
        for s in statements
        if (own := _defined(s)) is not None
        and s.sides[0].name is not None
        and s.sides[0].name.sup_bracket == "("
        and _crosses(s, own)
    }
    bound = {
        spelled(b.args[0] if b.args else b)
        for s in statements
        for side in s.sides
        for n in walk_surface(side)
        if n.head in ("sum", "prod", "expect")
        for b in n.args[1:]
    }
    return frozenset(crossing - bound)


def with_next_layers(rows: Sequence[Sequence[FormulaRow]]) -> list[tuple[FormulaRow, ...]]:
    """Add to every equation of a layer the one of the next, where the document speaks of that and does not tell it."""
    statements = [s for group in rows for row in group for s in row.statements]
    spoken = {label for s in statements for label in _labels(s.sides)}
    if not any(step for _, _, step in spoken):
        return [tuple(group) for group in rows]
    given = {own for s in statements if (own := _defined(s)) is not None}
    letters = {letter for _, letter, step in spoken if step}
    waiting = {
        (key, letter, step)
        for key, letter, step in given
        if letter in letters and (key, letter, step + 1) not in given
    }
    return [tuple(_with_next(row, spoken, waiting) for row in group) for group in rows]


def _with_next(row: FormulaRow, spoken: Set[Label], waiting: set[Label]) -> FormulaRow:
    """Add the equations of the next layer to the first row that gives a quantity that waits for one."""
    if row.where is not None or row.conditions:
        return row
    added: list[Statement] = []
    for s in row.statements:
        own = _defined(s)
        if own is None or own not in waiting:
            continue
        waiting.discard(own)
        if len(s.sides) == 2 and _is_wanted(s, own, spoken):
            added.append(replace(s, sides=tuple(_moved(side, own[1]) for side in s.sides)))
    return replace(row, statements=(*added, *row.statements)) if added else row


def _is_wanted(s: Statement, own: Label, spoken: Set[Label]) -> bool:
    """Tell whether the document speaks of the next layer.

    Of what is in it, where the equation leads from one layer to another; of the quantity itself, where it does not.
    """
    key, letter, step = own
    if not _crosses(s, own):
        return (key, letter, step + 1) in spoken
    return any(x == letter and n == step + 1 for _, x, n in spoken)


def _crosses(s: Statement, own: Label) -> bool:
    return any(x == own[1] and n == own[2] - 1 for _, x, n in _labels(s.sides[1:]))


def _defined(s: Statement) -> Label | None:
    """Return the quantity of a layer that an equation gives."""
    left = s.sides[0]
    if left.head != "name" or left.name is None or s.relations[:1] == ():
        return None
    return _label(left.name) if s.relations[0] in EQUALS else None


def _labels(sides: Sequence[Surface]) -> Iterator[Label]:
    for side in sides:
        for n in walk_surface(side):
            label = _label(n.name) if n.head == "name" and n.name is not None else None
            if label is not None:
                yield label


def _label(name: Name) -> Label | None:
    """Read ``l``, ``l+1`` or ``l-1`` above a name."""
    found = counting(name.sup[0]) if len(name.sup) == 1 else None
    if found is None:
        return None
    letter, step = found
    return name_key(name), spelled(letter), step


def _moved(node: Surface, letter: str) -> Surface:
    """Put the layers of all names under a letter one on."""
    name = node.name
    label = None if name is None else _label(name)
    if name is not None and label is not None and label[1] == letter:
        item = name.sup[0]
        plain = item.args[0] if item.head == "add" else item
        step = label[2] + 1
        number = Surface("number", item.span, (), str(abs(step)))
        number = number if step > 0 else Surface("neg", item.span, (number,))
        above = Surface("add", item.span, (plain, number)) if step else plain
        name = replace(name, sup=(above,), sub=tuple(_moved(i, letter) for i in name.sub))
    return replace(node, name=name, args=tuple(_moved(a, letter) for a in node.args))
