"""Variants of a line: the line before, differentiated or rewritten with wrong rules at chosen sites."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import final

from gradproof.differentiate import (
    Application,
    NotSupported,
    evaluate_derivatives,
    has_derivative,
)  # fmt: skip
from gradproof.expr import (
    Compare,
    Context,
    Derivative,
    Expr,
    Gradient,
    Path,
    Prod,
    Sum,
    at_path,
    children,
    replace_at,
)  # fmt: skip
from gradproof.mistakes.mistake import Mistake
from gradproof.rewrite import tidy


@final
@dataclass(frozen=True, slots=True)
class Placed:
    """A wrong rule at a site: which (`rule`), where (`path`), and which of its results (`choice`).

    `stage` is ``derivative`` (a rule of differentiation), ``before`` (a rewriting of the line before) or
    ``result`` (a rewriting of its derivative; then `path` leads into the evaluated line).
    """

    mistake: Mistake
    stage: str
    rule: int
    path: Path
    choice: int
    key: tuple[Path, str, Expr]
    node: Expr
    right: Expr
    wrong: Expr
    outer: tuple[Expr, ...] = ()
    inner: tuple[Expr, ...] = ()
    wrt: Expr | None = None


@final
class Workshop:
    """Builds the variants of one line under one context."""

    __slots__ = ("_applications", "before", "context", "evaluated")

    def __init__(self, before: Expr, context: Context) -> None:
        self.before = before
        self.context = context
        self._applications: list[Application] = []
        self.evaluated: Expr | None = None
        if has_derivative(before, context):
            try:
                self.evaluated = evaluate_derivatives(
                    before, context, self._record, steps=False
                ).expr
            except NotSupported:
                self._applications.clear()

    def _record(self, a: Application) -> None:
        self._applications.append(a)

    def places(self, mistake: Mistake, after: Expr) -> Iterator[Placed]:
        """Yield every wrong result of one mistake at every site."""
        for r, rule in enumerate(mistake.derivatives):
            for a in self._applications:
                for c, wrong in enumerate(rule.at(a)):
                    if wrong != a.result:
                        yield Placed(
                            mistake, "derivative", r, a.path, c, (a.path, a.rule, a.node),
                            a.node, a.result, wrong, a.outer, a.inner, a.wrt,
                        )  # fmt: skip
        lines = [("before", self.before)]
        if self.evaluated is not None:
            lines.append(("result", self.evaluated))
        for r, rewriting in enumerate(mistake.rewritings):
            if not rewriting.shows(after):
                continue
            for stage, line in lines:
                for path, node in places_to_rewrite(line):
                    if path and rewriting.whole:
                        break
                    for c, slip in enumerate(rewriting.wrong(node, self.context)):
                        if slip.wrong != node:
                            yield Placed(
                                mistake, stage, r, path, c, (path, stage, node), node,
                                slip.right, slip.wrong,
                            )  # fmt: skip

    def build(self, placed: Iterable[Placed]) -> Expr | None:
        """Return the line with all these wrong rules at work, or None where they exclude each other."""
        chosen = list(placed)
        line = self.before
        for p in deepest_first(p for p in chosen if p.stage == "before"):
            line = replace_at(line, p.path, p.wrong)
        slips = {p.key: p for p in chosen if p.stage == "derivative"}
        if len(slips) != sum(p.stage == "derivative" for p in chosen):
            return None
        results = deepest_first(p for p in chosen if p.stage == "result")
        try:
            if slips:
                line = evaluate_derivatives(line, self.context, _chooser(slips), steps=False).expr
            elif results and self.evaluated is not None:
                line = self.evaluated
            if results and slips:
                return None
            for p in results:
                line = replace_at(line, p.path, p.wrong)
        except (NotSupported, TypeError):
            return None
        return tidy(line, self.context) if results else line


def places_to_rewrite(e: Expr) -> Iterator[tuple[Path, Expr]]:
    """Yield the nodes that a person may rewrite: no variables, bounds, conditions or indices."""
    todo: list[tuple[Path, Expr]] = [((), e)]
    while todo:
        path, node = todo.pop()
        if isinstance(node, Compare):
            continue
        yield path, node
        kids = children(node)
        shown = 1 if isinstance(node, Derivative | Gradient | Sum | Prod) else len(kids)
        for i in reversed(range(shown)):
            todo.append(((*path, i), kids[i]))


def deepest_first(placed: Iterable[Placed]) -> list[Placed]:
    """Return the placed rules in an order in which replacing one keeps the paths of the next."""
    return sorted(placed, key=lambda p: (-len(p.path), p.path))


def nested(a: Path, b: Path) -> bool:
    """Tell whether one path leads through the other."""
    n = min(len(a), len(b))
    return a[:n] == b[:n]


def shown(path: Path) -> Path:
    """Return the part of a path that lies in the line itself, not in a definition."""
    return next((path[:k] for k, step in enumerate(path) if step < 0), path)


def span_size(e: Expr, path: Path) -> int:
    """Return the number of nodes at a path, how much of the line a site covers."""
    count, todo = 0, [at_path(e, shown(path))]
    while todo:
        node = todo.pop()
        count += 1
        todo.extend(children(node))
    return count


def _chooser(slips: dict[tuple[Path, str, Expr], Placed]) -> Callable[[Application], Expr | None]:
    def choose(a: Application) -> Expr | None:
        placed = slips.get((a.path, a.rule, a.node))
        if placed is None:
            return None
        results = placed.mistake.derivatives[placed.rule].at(a)
        return results[placed.choice] if placed.choice < len(results) else None

    return choose
