r"""The notation of backpropagation for the second evaluator: ``dW`` is the derivative of a loss by W.

Where the other side holds adjoints, too (``dW = dZ A^T``), the claim is about any loss: with arbitrary numbers for
``dZ``, dW is the derivative of the sum of all dZ Z, each Z as a function of W with the other ones held. Where that
fails or there are none, dW is the derivative of a number that the document defines, the last one first.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from _witness import (
    Book,
    Unevaluable,
    Value,
    World,
    difference,
    evaluate,
    flat,
    gradient,
    key_of,
    matrix,
    number,
    own_key,
    resolved,
    simpler,
    walk,
)

from gradproof.notation.surface import Name, Surface


@dataclass(frozen=True)
class Adjoint:
    """A derivative of a loss by a name: its subscripts, and whether it is by the square of the name."""

    name: Name
    squared: bool = False


def adjoint_of(node: Surface, book: Book) -> Adjoint | None:
    r"""Return what ``dW`` stands for, or \partial L/\partial W of a loss that nothing defines; None for the rest."""
    while node.head == "group":
        node = node.args[0]
    if node.head == "diff" and node.text == "d" and node.args[0].name is not None:
        return Adjoint(node.args[0].name)
    if node.head == "deriv" and len(node.args) == 2 and node.args[0].name is not None:
        if {key_of(node.args[0].name), own_key(node.args[0].name)} & set(book.definitions):
            return None
        variable = node.args[1]
        if variable.head == "pow" and variable.args[1].text == "2":
            inner = variable.args[0].name
            return None if inner is None else Adjoint(inner, True)
        return None if variable.name is None else Adjoint(variable.name)
    return None


def key_in(adjoint: Adjoint, world: World, local: Mapping[str, int]) -> tuple[str, Any]:
    """Return key and place of the name of an adjoint."""
    return resolved(adjoint.name, world, local)


def adjoints_in(node: Surface, world: World, local: Mapping[str, int]) -> dict[str, bool]:
    """Return the names W of all adjoints in a tree; the value tells whether it is by the square."""
    out: dict[str, bool] = {}
    letters = dict.fromkeys(world.book.letters, 1)
    for n in walk(node):
        found = adjoint_of(n, world.book)
        if found is not None:
            out[key_in(found, world, {**letters, **local})[0]] = found.squared
    return out


def distance(
    left: Surface,
    right: Surface,
    world: World,
    local: Mapping[str, int],
    chance: random.Random,
) -> Any:
    """Return how far the sides of ``dW = …`` are apart.

    Raises:
        Unevaluable: in no reading both sides have a value.
    """
    best: Any = None
    for wanted, other in sides(left, right, world, local, chance):
        apart = difference(wanted, other, world.context)
        best = apart if best is None else min(best, apart)
    if best is None:
        raise Unevaluable("no loss is known")
    return best


def sides(
    left: Surface,
    right: Surface,
    world: World,
    local: Mapping[str, int],
    chance: random.Random,
    told: Mapping[str, Value] | None = None,
) -> Iterator[tuple[Value, Value]]:
    """Yield the values of both sides of ``dW = …``, in each reading; `told` are adjoints with known values.

    Raises:
        Unevaluable: the left side is no derivative of a loss.
    """
    wanted = adjoint_of(left, world.book)
    if wanted is None:
        raise Unevaluable("no derivative of a loss")
    key, place = key_in(wanted, world, local)
    seeded = adjoints_in(right, world, local)
    if key in seeded:
        raise Unevaluable("an adjoint by entries of one name on both sides")
    for whole, seeds in readings(key, seeded, world, chance, told or {}):
        here = world.changed()
        here.adjoints = seeds
        try:
            value = whole if place is None else matrix(flat(whole)[place])
            if wanted.squared:
                value = value / (2 * world.stored(key))
            yield simpler(value), evaluate(right, here, local)
        except Unevaluable:
            continue


def readings(
    key: str,
    seeded: Mapping[str, bool],
    world: World,
    chance: random.Random,
    told: Mapping[str, Value],
) -> Iterator[tuple[Value, Mapping[str, Value]]]:
    """Yield the derivative by all of W, with the values of the adjoints on the other side."""
    c = world.context
    if seeded:
        values = {k: world.stored(k) for k in seeded}
        seeds = {k: told.get(k, _drawn(v, chance, c)) for k, v in values.items()}

        def through(w: World) -> Value:
            total = c.mpf(0)
            for k, squared in seeded.items():
                inside = w
                for other in seeded:
                    if other not in (k, key):
                        inside = inside.holding(other, values[other])
                value = inside.stored(k)
                value = value * value if squared else value
                total = total + np.sum(np.asarray(value * seeds[k], dtype=object))
            return total

        yield matrix(gradient(through, world, key)), {k: matrix(v) for k, v in seeds.items()}
    for loss in reversed(world.book.definitions):
        try:
            value = world.stored(loss)
            if isinstance(value, np.ndarray):
                continue

            def of(w: World, name: str = loss) -> Value:
                return number(w.stored(name))

            yield (
                matrix(gradient(of, world, key)),
                {k: matrix(gradient(of, world, k)) for k in seeded},
            )
        except Unevaluable:
            continue


def _drawn(value: Value, chance: random.Random, c: Any) -> Value:
    if not isinstance(value, np.ndarray):
        return c.mpf(chance.randrange(-15, 17)) / 10
    out = np.empty(value.shape, dtype=object)
    for place in np.ndindex(*value.shape):
        out[place] = c.mpf(chance.randrange(-15, 17)) / 10
    return flat(out) if out.ndim == 2 and out.shape[1] == 1 else out
