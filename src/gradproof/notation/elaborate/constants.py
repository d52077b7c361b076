"""The vector of ones and the identity matrix: ``1`` and ``I`` where nothing in the document says otherwise."""

from collections.abc import Container, Sequence

from gradproof.expr import Add, Div, Identity, Mul, Neg, Ones, Size, Space, Sym, rebuild
from gradproof.notation.elaborate import build
from gradproof.notation.elaborate.build import Built, Shape
from gradproof.notation.elaborate.symbols import Symbols


def with_constants(b: Built, table: Symbols, defined: Container[str]) -> Built:
    """Return an expression in which arrays spelled ``1`` and ``I`` are the constants of that name.

    ``I`` is the identity where it is a square matrix, and where a multiple of it is added to one.
    """
    return _replaced(b, own=_taken(table, defined))


def between_sides(
    sides: Sequence[Built | None], table: Symbols, defined: Container[str]
) -> tuple[Built | None, ...]:
    """Return the sides of an equation; a multiple of ``I`` that a square matrix equals is one of the identity.

    A multiple of a bold ``1`` that an array equals has ones in all places.
    """
    kept = _beside_arrays(tuple(b for b in sides if b is not None))
    found = iter(kept if _taken(table, defined) else _beside_squares(kept))
    return tuple(None if b is None else next(found) for b in sides)


def _taken(table: Symbols, defined: Container[str]) -> bool:
    """Tell whether ``I`` is a quantity of the document's own."""
    if "I" in defined or "I" in table.letters:
        return True
    domain, shape = table.domains.get("I"), table.shapes.get("I", ())
    declared = "I" in table.spaces or (domain is not None and domain.declared)
    return declared and not (len(shape) == 2 and shape[0] == shape[1])


def _replaced(b: Built, *, own: bool) -> Built:
    match b.expr:
        case Sym("1", space) if space.shape:
            return _ones(space.shape, b)
        case Sym("I", Space((m, n)) as space) if m == n and not own:
            return Built(Identity(space), b.span, (), b.shape)
        case _:
            pass
    kids = tuple(_replaced(k, own=own) for k in b.kids)
    if isinstance(b.expr, Add) and not own:
        kids = _beside_squares(kids)
    if all(a is k for a, k in zip(b.kids, kids, strict=True)):
        return b
    return _rebuilt(b, kids, b.shape)


def _ones(shape: tuple[Size, ...], b: Built) -> Built:
    """Return a bold ``1`` as an array of ones; as a square matrix it may be the identity, too, and is not read."""
    if len(shape) == 2 and shape[0] == shape[1]:
        return build.opaque("a bold 1 as a square matrix", b.span, [])
    return Built(Ones(Space(shape)), b.span, (), shape)


def _rebuilt(b: Built, kids: tuple[Built, ...], shape: Shape) -> Built:
    return Built(rebuild(b.expr, tuple(k.expr for k in kids)), b.span, kids, shape)


def _beside_squares(kids: tuple[Built, ...]) -> tuple[Built, ...]:
    """Give a multiple of ``I`` the shape of the square matrix that it is added to."""
    square = next(
        (k.shape for k in kids if k.shape and len(k.shape) == 2 and len(set(k.shape)) == 1), None
    )
    if square is None:
        return kids
    return tuple(_spread(k, square) or k if k.shape == () else k for k in kids)


def _beside_arrays(kids: tuple[Built, ...]) -> tuple[Built, ...]:
    """Give a multiple of a bold ``1`` the shape of the array beside it."""
    shape = next((k.shape for k in kids if k.shape), None)
    if shape is None:
        return kids
    return tuple(_spread(k, shape, "1") or k if k.shape == () else k for k in kids)


def _spread(b: Built, shape: Shape, name: str = "I") -> Built | None:
    """Return a multiple of ``I`` or of a bold ``1`` as an array of a shape, None where it is none."""
    match b.expr:
        case Sym(own, Space(())) if own == name and shape is not None:
            return (
                Built(Identity(Space(shape)), b.span, (), shape) if name == "I" else _ones(shape, b)
            )
        case Neg() | Mul() | Div():
            inner = [_spread(k, shape, name) for k in b.kids]
            if sum(x is not None for x in inner) != 1:
                return None
            if isinstance(b.expr, Div) and inner[0] is None:
                return None
            kids = tuple(x if x is not None else k for x, k in zip(inner, b.kids, strict=True))
            return _rebuilt(b, kids, shape)
        case _:
            return None
