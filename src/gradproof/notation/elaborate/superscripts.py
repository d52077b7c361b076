r"""Letters above a name that are labels and no exponents: ``A^{O} = …``, ``h^t = \tanh(W h^{t-1})``."""

from collections.abc import Iterable, Iterator, Sequence

from gradproof.notation.elaborate.declare import RangeDeclaration, declarations
from gradproof.notation.elaborate.roles import EQUALS
from gradproof.notation.elaborate.runs import counting
from gradproof.notation.elaborate.symbols import spelled, unwrapped, walk_surface
from gradproof.notation.grammar import name_key
from gradproof.notation.surface import Statement, Surface

NO_LABELS = frozenset({"T"})
"""Letters above a name that say something else by habit: a transpose."""


def superscript_labels(statements: Iterable[Statement]) -> frozenset[str]:
    r"""Return the letters that label names from above.

    A capital does where a left side bears it; a small letter where it counts the steps of a recurrence or the layers
    of a network, ``z^{l+1}`` by ``a^l``, and where something is differentiated by a name under it. Neither may stand
    anywhere but above or below names. The names below it never stand without such a letter, unless something is
    differentiated by one: then every power is a quantity of its own, and nothing is lost by naming it.
    """
    found = [s for s in statements if s.relations]
    sides = [side for s in found for side in s.sides]
    above = [p for side in sides for p in _powers(side)]
    letters = {letter for _, letter, *_ in above}
    placed = {id(part) for _, _, parts, _ in above for part in parts}
    for s in found:
        for node in (n for side in s.sides for n in _outside_scripts(side)):
            if node.name is not None and id(node) not in placed and not _counts(s, node):
                letters.discard(node.name.base)
    sure = {
        x for x in letters if any(_is_variable(n, x) for side in sides for n in walk_surface(side))
    }
    spoilt = True
    while spoilt:
        kept = {id(parts[0]) for _, letter, parts, _ in above if letter in letters}
        loose = _loose(sides, kept)
        wrong = {letter for base, letter, *_ in above if base in loose} & (letters - sure)
        spoilt = bool(wrong)
        letters -= wrong
    return frozenset(x for x in letters if any(_labels(s, x) for s in found))


def _outside_scripts(node: Surface) -> Iterator[Surface]:
    """Yield the nodes of a tree that stand above or below no name: ``n_l`` says nothing of what l is elsewhere."""
    yield node
    for child in node.args:
        yield from _outside_scripts(child)


def _counts(s: Statement, node: Surface) -> bool:
    """Tell whether a letter is one side of a range or a comparison: ``l = 1, …, L``, ``l < L``."""
    alone = any(node is side for side in s.sides)
    return alone and (
        s.relations != ("=",) or any(isinstance(d, RangeDeclaration) for d in declarations(s))
    )


def _powers(side: Surface) -> list[tuple[str, str, tuple[Surface, ...], int]]:
    """Return base, letter, the names that both are, and what is added, of every name under a letter ± a number."""
    out: list[tuple[str, str, tuple[Surface, ...], int]] = []
    for node in walk_surface(side):
        base = node.args[0].name if node.head == "pow" else None
        found = None if base is None else counting(node.args[1])
        if base is not None and found is not None and base.base != "e":
            out.append((name_key(base), spelled(found[0]), (node.args[0], found[0]), found[1]))
    return out


def _loose(sides: Sequence[Surface], kept: set[int]) -> set[str]:
    """Return the names that stand somewhere without a letter above them."""
    return {
        name_key(n.name)
        for side in sides
        for n in walk_surface(side)
        if n.head == "name" and n.name is not None and id(n) not in kept
    }


def _labels(s: Statement, letter: str) -> bool:
    """Tell whether a statement says what a name with the letter above it is, or differentiates by one."""
    if letter in NO_LABELS:
        return False
    if letter.islower() and any(
        _is_variable(n, letter) for side in s.sides for n in walk_surface(side)
    ):
        return True
    left = unwrapped(s.sides[0])
    own = [p for p in _powers(left) if p[1] == letter] if left.head == "pow" else []
    if not own or s.relations[0] not in EQUALS | {"in"}:
        return False
    if letter.isupper():
        return True
    steps = {p[3] for side in s.sides[1:] for p in _powers(side) if p[1] == letter}
    return bool(steps - {own[0][3]})


def _is_variable(node: Surface, letter: str) -> bool:
    """Tell whether a derivative is taken by a name with a letter above it; by a power nobody differentiates."""
    return node.head == "deriv" and any(
        p[1] == letter for w in node.args[1:] for p in _powers(unwrapped(w))[:1]
    )
