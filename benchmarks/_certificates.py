r"""Counterexamples and proofs recomputed by the second evaluator, with mpmath at 50 digits.

A refutation holds where its point, put into the surface trees, gives two different sides, and the very values that the
report prints. A proof is tried at points that this evaluator chooses itself. What it cannot evaluate is counted as
open, with the reason; it is never taken as agreement.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

import numpy as np
from _witness import Unevaluable, World, evaluate, key_of, simpler, written
from _witness_document import FALSE, UNKNOWN, Row, Text, exactly, unwrap
from mpmath import mp

from gradproof.notation.grammar import Options, parse_rows
from gradproof.notation.surface import Surface
from gradproof.notation.tex import parse_layout

if TYPE_CHECKING:
    from gradproof.diagnostic import Counterexample, FileReport, LineReport

DIGITS = 50
HOLDS, DISAGREES, OPEN = "holds", "disagrees", "open"
HELD = ("proved", "agrees")


@dataclass(frozen=True)
class Audited:
    """What became of one verdict; `what` is ``refutation`` or ``proof``."""

    what: str
    block: int
    result: str
    reason: str = ""


class NoName(Unevaluable):
    """A counterexample gives a value to something that has one."""


def name_in(tex: str) -> tuple[str, tuple[str, ...], bool]:
    """Return key, subscripts and whether it is a direction, of a name as a counterexample writes it."""
    row = parse_rows(parse_layout(tex).nodes, Options())[0]
    node = unwrap(row.statements[0].sides[0])
    if node.head in ("number", "index") or (node.name is not None and node.name.base.isdigit()):
        raise NoName(f"{tex} is a number, and has a value of its own")
    moving = node.head == "diff"
    if moving:
        node = unwrap(node.args[0])
    if node.name is None:
        raise Unevaluable(f"{tex} is no name")
    return key_of(node.name), tuple(map(written, node.name.sub)), moving


def positions(subs: Sequence[str], axes: int) -> tuple[str, ...]:
    """Return one subscript an axis: 12 of a matrix is 1, 2."""
    if len(subs) == 1 and axes > 1 and len(subs[0]) == axes:
        return tuple(subs[0])
    return tuple(subs)


Assignment = list[tuple[str, tuple[str, ...], bool, Any]]
"""Key, subscripts, whether it is a direction, value."""


def assigned(counterexample: "Counterexample") -> Assignment:
    """Return a counterexample's names and values."""
    return [(*name_in(tex), fraction(value)) for tex, value in counterexample.assignment]


def letters_meant(text: Text, values: Assignment) -> Iterator[dict[str, int]]:
    """Yield the numbers that index letters may have: y_1, y_j, y_3 are three entries, so j is 2."""
    said = {k: int(v) for k, subs, _, v in values if not subs and k in text.book.letters}
    taken: dict[str, set[int]] = {}
    sizes: dict[str, int] = {}
    for key, subs, moving, _ in values:
        for k, sub in enumerate(positions(subs, len(text.book.axes.get(key, ())))):
            if sub.isdigit():
                continue
            others = [
                positions(s, len(text.book.axes.get(key, ())))
                for name, s, m, _ in values
                if name == key and m == moving and s
            ]
            numbers = {int(o[k]) for o in others if o[k].isdigit()}
            if len(others[0]) == 1:
                taken.setdefault(sub, set()).update(numbers)
            letters = {o[k] for o in others if not o[k].isdigit()}
            size = max([*numbers, len(numbers) + len(letters), text.book.letters.get(sub, 1)])
            sizes[sub] = max(size, sizes.get(sub, 1))
    unsaid = [x for x in sizes if x not in said]
    choices = [[n for n in range(1, sizes[x] + 1) if n not in taken.get(x, ())] for x in unsaid]
    for found in product(*choices):
        if len(set(found)) == len(found):
            yield {**said, **dict(zip(unsaid, found, strict=True))}


class Point:
    """A counterexample's assignment as a world, with numbers for its index letters."""

    def __init__(self, text: Text, values: Assignment, local: dict[str, int]) -> None:
        self.text = text
        self.local = {k: v for k, v in local.items() if k not in text.size_values}
        self._sizes(values)
        world = text.worlds(1, seed=3, context=mp)[0]
        for key, subs, moving, value in values:
            if key in self.local and not subs:
                continue
            store = world.directions if moving else world.fixed
            own = f"{key}_{','.join(subs)}"
            if not subs or own in store:
                store[key if not subs else own] = value
                continue
            self._place(store, key, subs, value)
        self.world = world

    def _sizes(self, values: Assignment) -> None:
        text = self.text
        chosen: dict[str, int] = {}
        for key, subs, _, value in values:
            if not subs and key in text.size_values:
                chosen[text.sizes.find(f"size {key}")] = int(value)
        for key, subs, _, _ in values:
            axes = len(text.book.axes.get(key, ()))
            for k, sub in enumerate(positions(subs, axes)):
                root = text.sizes.find(f"axis {key} {k}")
                number = int(sub) if sub.isdigit() else self.local.get(sub, 1)
                chosen[root] = max(chosen.get(root, 1), number)
        text.settle(chosen)

    def _place(self, store: dict[str, Any], key: str, subs: Sequence[str], value: Any) -> None:
        array = store.get(key)
        if not isinstance(array, np.ndarray):
            raise Unevaluable(f"{key} is no array here")
        where: list[int] = []
        for sub, size in zip(positions(subs, array.ndim), array.shape, strict=False):
            number = int(sub) if sub.isdigit() else self.local.get(sub, 1)
            if not 1 <= number <= size:
                raise Unevaluable(f"{key} has no entry {sub}")
            where.append(number - 1)
        if len(where) != array.ndim:
            raise Unevaluable(f"{key} has other axes")
        array[tuple(where)] = value


def fraction(text: str) -> Any:
    """Return an exact value as a number."""
    top, _, below = text.partition("/")
    return mp.mpf(top) / mp.mpf(below) if below else mp.mpf(top)


def pairs(row: Row) -> Iterator[tuple[Surface, Surface]]:
    """Yield the pairs of sides that a refutation of a line may be about."""
    yield from row.links
    if row.before is not None and row.links:
        yield row.before, row.links[0][1]
    for (_, a), (_, b) in pairwise(row.links):
        yield a, b


def printed(value: Any, text: str) -> bool:
    """Tell whether a number is what the report prints."""
    shown = re.match(r"[-+]?\d*\.?\d*(?:e[-+]?\d+)?", text.replace(" ", ""))
    if shown is None or not shown[0]:
        return False
    wanted = mp.mpf(shown[0])
    return abs(value - wanted) <= mp.mpf("2e-5") * max(1, abs(wanted))


def entries(value: Any) -> list[Any]:
    """Return the numbers of a value."""
    value = simpler(value)
    return list(value.flat) if isinstance(value, np.ndarray) else [value]


def refutation(text: Text, block: int, counterexample: "Counterexample") -> Audited:
    """Recompute a counterexample."""
    row = text.rows[block]
    reason, worst = row.fault or "no pair of sides", ""
    with mp.workdps(DIGITS):
        try:
            values = assigned(counterexample)
            for local in letters_meant(text, values):
                point = Point(text, values, local)
                for a, b in pairs(row):
                    reason = compared(point, a, b, counterexample)
                    if not reason:
                        return Audited("refutation", block, HOLDS)
                    if reason == PRINTED:
                        worst = reason
        except NoName as e:
            return Audited("refutation", block, DISAGREES, str(e))
        except (Unevaluable, IndexError) as e:
            return Audited("refutation", block, OPEN, str(e))
    if worst:
        said = f"{worst}: {counterexample.left}, {counterexample.right}"
        return Audited("refutation", block, DISAGREES, said)
    return Audited("refutation", block, OPEN, reason)


PRINTED = "no entries of two sides have the printed values"


def compared(point: Point, a: Surface, b: Surface, counterexample: "Counterexample") -> str:
    """Return why two sides are not what the counterexample prints; nothing where they are."""
    text, reason = point.text, "no place"
    letters = set(text.free_letters(a, b)) & set(point.local)
    for place in text.places(a, b):
        if any(place[x] != point.local[x] for x in letters):
            continue
        local = {**point.local, **place}
        try:
            left, right = (entries(evaluate(x, point.world, local)) for x in (a, b))
        except (Unevaluable, ArithmeticError, ValueError, TypeError, AttributeError) as e:
            reason = str(e) or type(e).__name__
            continue
        if len(left) != len(right):
            reason = "the sides have other shapes"
            continue
        reason = PRINTED
        for x, y in zip(left, right, strict=True):
            if abs(x - y) <= mp.mpf("1e-9") * max(1, abs(x)):
                continue
            if printed(x, counterexample.left) and printed(y, counterexample.right):
                return ""
    return reason


def proof(text: Text, line: "LineReport", worlds: Sequence[World]) -> Audited:
    """Try a confirmed line at points of our own: what it says, or its step where its truth is not claimed."""
    block = line.place.block
    assert block is not None
    row = text.rows.get(block)
    if row is None:
        return Audited("proof", block, OPEN, "no row")
    text.reason = row.fault
    found = text.truth(block, worlds)
    if found == FALSE and line.truth is not True and row.before is not None:
        found = text.equal(row.before, row.links[0][1], worlds)
    reason = text.reason if found == UNKNOWN else ""
    result = DISAGREES if found == FALSE else OPEN if found == UNKNOWN else HOLDS
    return Audited("proof", block, result, reason)


def audit(
    document: str,
    report: "FileReport",
    given: Sequence[bool] | None = None,
    path: str = "audit.md",
    points: int = 3,
) -> list[Audited]:
    """Recompute every certified refutation and every confirmed line of a document's report."""
    out: list[Audited] = []
    text = Text(document, given, path)
    with mp.workdps(DIGITS):
        worlds = [exactly(w) for w in text.worlds(points, seed=4)]
        for line in report.lines:
            block = line.place.block
            if block is None or line.verdict not in HELD or line.role != "step":
                continue
            out.append(proof(text, line, worlds))
    for finding in report.findings:
        block = finding.place.block
        if finding.severity != "error" or block is None or finding.counterexample is None:
            continue
        fresh = Text(document, given, path)
        out.append(refutation(fresh, block, finding.counterexample))
    return out
