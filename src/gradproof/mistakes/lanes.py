"""Many variants of one line evaluated in one walk: every wrong rule at every site is a lane of one array axis.

At each site stands a choice: the right part, and what the variants have in its place. A choice is written as
an `Opaque` node whose first argument is the right part, so that renaming and putting in reach all of them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final, final

from gradproof.differentiate import Application, NotSupported
from gradproof.expr import (
    Add,
    Apply,
    Derivative,
    Diag,
    Div,
    Entry,
    Expr,
    Fn,
    Frobenius,
    Gradient,
    Hadamard,
    HadamardDiv,
    Idx,
    Inverse,
    MatMul,
    Mul,
    Neg,
    Opaque,
    Path,
    Pow,
    Prod,
    Sum,
    Sym,
    Trace,
    Transpose,
    at_path,
    children,
    rebuild,
    replace_at,
    subtrees,
)  # fmt: skip
from gradproof.mistakes.bench import Bench, Choices, Measured
from gradproof.mistakes.sites import Placed, Stage, Workshop, nested

WIDTH: Final = 256
"""Variants of one walk, where no index multiplies the work."""

WIDTH_INDEXED: Final = 64
"""Variants of one walk through sums and entries."""

MARK: Final = "\ue000"
"""First character of the head of a choice; it does not occur in mathematics."""

_THROUGH = (
    Neg, Add, Mul, Div, Pow, Fn, Sum, Prod, MatMul, Hadamard, HadamardDiv, Frobenius, Transpose, Trace,
    Diag, Inverse, Derivative, Gradient,
)  # fmt: skip
"""Nodes that take any value as a part; a choice below others is moved up to them."""

Group = tuple[Placed, ...]


@final
@dataclass(slots=True)
class _Spot:
    """What stands at one site: lanes and what each has there, and sites below by the first step."""

    lanes: list[int] = field(default_factory=list[int])
    wrong: list[Expr] = field(default_factory=list[Expr])
    below: "dict[int, _Spot]" = field(default_factory=dict[int, "_Spot"])

    def put(self, lane: int, wrong: Expr) -> None:
        self.lanes.append(lane)
        self.wrong.append(wrong)


def measure_together(
    shop: Workshop, groups: Sequence[Group], bench: Bench
) -> list[Measured | None]:
    """Return the values of the line with each group of wrong rules at work, None where that is not known.

    Values are those of the line that `Workshop.build` gives.
    """
    out: list[Measured | None] = [None] * len(groups)
    stages: dict[Stage, list[int]] = {}
    for k, group in enumerate(groups):
        stage = group[0].stage
        apart = not any(nested(a.path, b.path) for a, b in combinations(group, 2))
        if apart and all(p.stage == stage for p in group):
            stages.setdefault(stage, []).append(k)
    indexed = any(isinstance(n, Sum | Prod | Idx) for n in subtrees(shop.before))
    width = WIDTH_INDEXED if indexed else WIDTH
    for stage, members in stages.items():
        for start in range(0, len(members), width):
            chosen = members[start : start + width]
            line = _line(shop, stage, [groups[k] for k in chosen])
            if line is None:
                continue
            for k, values in zip(chosen, bench.lanes(*line, len(chosen)), strict=True):
                out[k] = values
    return out


def measure_edited(
    line: Expr, edits: Sequence[tuple[Path, Expr]], bench: Bench
) -> list[Measured | None]:
    """Return the values of the line with each part (where, what stands there instead), None where not known."""
    out: list[Measured | None] = []
    indexed = any(isinstance(n, Sum | Prod | Idx) for n in subtrees(line))
    width = WIDTH_INDEXED if indexed else WIDTH
    for start in range(0, len(edits), width):
        chosen = edits[start : start + width]
        choices: Choices = {}
        root = _Spot()
        for k, (path, new) in enumerate(chosen):
            _place(line, root, k, path, new)
        out += bench.lanes(_with_choices(line, root, choices), choices, len(chosen))
    return out


def _line(shop: Workshop, stage: Stage, groups: Sequence[Group]) -> tuple[Expr, Choices] | None:
    """Return the line with its choices."""
    choices: Choices = {}
    if stage == "derivative":
        chooser = _chooser([(p, k) for k, group in enumerate(groups) for p in group], choices)
        try:
            line = shop.differentiated([p for group in groups for p in group], chooser)
        except (NotSupported, TypeError, IndexError):
            return None
        return None if line is None else (line, choices)
    line = shop.before if stage == "before" else shop.evaluated
    if line is None:
        return None
    root = _Spot()
    for k, group in enumerate(groups):
        for p in group:
            _place(line, root, k, p.path, p.wrong)
    return _with_choices(line, root, choices), choices


def _chooser(
    placed: Iterable[tuple[Placed, int]], choices: Choices
) -> Callable[[Application], Expr | None]:
    by_site: dict[tuple[Path, str, Expr | None], list[tuple[Placed, int]]] = {}
    for p, lane in placed:
        by_site.setdefault((p.path, p.name, p.wrt), []).append((p, lane))

    def choose(a: Application) -> Expr | None:
        found = by_site.get((a.path, a.rule, a.wrt))
        if found is None:
            return None
        spot = _Spot()
        for p, lane in found:
            if p.node is a.node or p.node == a.node:
                spot.put(lane, p.wrong)
        return _choice(a.result, spot, choices) if spot.lanes else None

    return choose


def _choice(right: Expr, spot: _Spot, choices: Choices) -> Expr:
    head = f"{MARK}{len(choices)}"
    choices[head] = tuple(spot.lanes)
    return Opaque(head, (right, *spot.wrong))


def _place(line: Expr, root: _Spot, lane: int, path: Path, wrong: Expr) -> None:
    """Put what a variant has at a path; where that is no place for a choice, at a node above."""
    node, spot = line, root
    for depth, step in enumerate(path):
        if not _through(node, step, last=depth == len(path) - 1):
            spot.put(lane, replace_at(node, path[depth:], wrong))
            return
        node = at_path(node, (step,))
        spot = spot.below.setdefault(step, _Spot())
    spot.put(lane, wrong)


def _through(node: Expr, step: int, *, last: bool) -> bool:
    if not isinstance(node, _THROUGH):
        return False
    if isinstance(node, Derivative | Gradient):
        return step == 0 and not (last and isinstance(node.body, Sym | Apply | Entry))
    return not (isinstance(node, Sum | Prod) and step != 0)


def _with_choices(node: Expr, spot: _Spot, choices: Choices) -> Expr:
    if spot.below:
        kids = list(children(node))
        for step, inner in spot.below.items():
            kids[step] = _with_choices(kids[step], inner, choices)
        node = rebuild(node, tuple(kids))
    return _choice(node, spot, choices) if spot.lanes else node
