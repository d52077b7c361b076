r"""Letters that count the steps of a method: ``x_{k+1} = x_k - \alpha(Ax_k - b)`` beside a vector x."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from gradproof.notation.elaborate.declare import RangeDeclaration, declarations
from gradproof.notation.elaborate.symbols import primes_of, spelled, walk_surface
from gradproof.notation.grammar import name_key
from gradproof.notation.surface import Name, Statement, Surface


def iterate_letters(statements: Sequence[Statement], nodes: Sequence[Surface]) -> frozenset[str]:
    r"""Return the letters below vectors that stand without them, too, and that index nothing.

    That ``x_k`` is a vector like x shows where a matrix stands before it or it is transposed, ``A x_k``, ``x_k^T``: the
    product of a matrix and one entry would be meant by nobody. No sum, delta, declaration or derivative may run
    over the letter, and it may not stand beside another below a name, as in ``A_{ik}``.
    """
    names = [n.name for n in nodes if n.head == "name" and n.name is not None]
    bare = {name_key(n) for n in names if not n.sub and not n.sup}
    multiplied = {found for node in nodes for found in _multiplied(node)}
    found = {letter for key, letter in multiplied if key in bare}
    return frozenset(found - set(_running(statements, nodes))) if found else frozenset()


def _multiplied(node: Surface) -> Iterator[tuple[str, str]]:
    """Yield key and letter of the members that a product reads as vectors."""
    if node.head == "transpose" and not primes_of(node):
        yield from _member(node.args[0])
    elif node.head == "mul":
        for one, following in pairwise(node.args):
            name = one.name if one.head == "name" else None
            if name is not None and not name.sub and name.base.lstrip("\\")[:1].isupper():
                yield from _member(following)


def _member(node: Surface) -> Iterator[tuple[str, str]]:
    name = node.name
    if node.head != "name" or name is None or name.sup or len(name.sub) != 1:
        return
    letter = name.sub[0].name
    if name.base.lstrip("\\")[:1].islower() and letter is not None and letter == Name(letter.base):
        yield name_key(name), letter.base


def _running(statements: Sequence[Statement], nodes: Sequence[Surface]) -> Iterator[str]:
    """Yield what a sum, a delta, a declared range or a derivative runs over, and what indexes beside another."""
    for s in statements:
        yield from (d.letter for d in declarations(s) if isinstance(d, RangeDeclaration))
    for node in nodes:
        if node.head in ("sum", "prod", "expect"):
            yield from (spelled(b.args[0] if b.args else b) for b in node.args[1:])
        elif node.head == "delta":
            yield from map(spelled, node.args)
        elif node.head in ("deriv", "grad"):
            yield from _below(node.args[1:])
        elif node.head == "name" and node.name is not None and len(node.name.sub) > 1:
            yield from map(spelled, node.name.sub)
        elif node.head == "index":
            yield from map(spelled, node.args[1:])


def _below(items: Sequence[Surface]) -> Iterator[str]:
    for item in items:
        for n in walk_surface(item):
            if n.name is not None:
                yield from map(spelled, n.name.sub)
