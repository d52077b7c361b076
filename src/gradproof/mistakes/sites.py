"""Variants of a line: the line before, differentiated or rewritten with wrong rules at chosen sites."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, final

from gradproof.differentiate import (
    Application,
    Memory,
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

Stage = Literal["derivative", "before", "result"]

GENERAL: Final = 0.33
"""Prior below which a mistake only says what is different; such ones are tried where nothing better fits."""

LATER: Final = 0.8
"""Factor on the prior of a rewriting that comes after a derivative in the same step; of one that only says
what is different, before it: what is written down last is what most likely differs by a slip of the pen."""

DEEPER: Final = 0.93
"""Factor on the prior of a wrong rule of differentiation for each definition within a definition."""

OPENED: Final = 0.95
"""Factor on the prior of a rewriting inside a definition that is differentiated."""


@final
@dataclass(frozen=True, slots=True)
class Placed:
    """A wrong rule at a site: which (`rule`), where (`path`), and which of its results (`choice`).

    `stage` is ``derivative`` (a rule of differentiation), ``before`` (a rewriting of the line before) or
    ``result`` (a rewriting of its derivative; then `path` leads into the evaluated line). `prior` is that
    of the mistake there.
    """

    mistake: Mistake
    stage: Stage
    rule: int
    path: Path
    choice: int
    node: Expr
    right: Expr
    wrong: Expr
    prior: float
    name: str = ""
    outer: tuple[Expr, ...] = ()
    inner: tuple[Expr, ...] = ()
    wrt: Expr | None = None

    @property
    def told(self) -> tuple[str, str]:
        """What is said of the mistake here, and why it is one: templates."""
        message, why = self.mistake.message, self.mistake.why
        if self.stage == "derivative":
            return message, why
        own = (*self.mistake.rewritings, *self.mistake.exchanges)[self.rule]
        return own.message or message, own.why or why


@final
class Workshop:
    """Builds the variants of one line under one context.

    `opened` says that the line is the line before with a definition put in: then only what may happen
    inside that definition is tried, and its sites are not shown.
    """

    __slots__ = (
        "_applications", "_built", "_memory", "_nodes", "before", "context", "evaluated", "opened",
    )  # fmt: skip

    def __init__(self, before: Expr, context: Context, *, opened: bool = False) -> None:
        self.before = before
        self.context = context
        self.opened = opened
        self._applications: list[Application] = []
        self._memory = Memory()
        self._built: dict[tuple[int, ...], tuple[object, Expr | None]] = {}
        self.evaluated: Expr | None = None
        if has_derivative(before, context):
            try:
                self.evaluated = evaluate_derivatives(
                    before, context, self._record, steps=False, memory=self._memory
                ).expr
            except NotSupported:
                self._applications.clear()
        self._nodes: list[tuple[Stage, list[tuple[Path, Expr]]]] = [
            ("before", list(places_to_rewrite(before)))
        ]
        if self.evaluated is not None and not opened:
            self._nodes.append(("result", list(places_to_rewrite(self.evaluated))))

    def _record(self, a: Application) -> None:
        self._applications.append(a)

    def places(self, mistake: Mistake, after: Expr) -> Iterator[Placed]:
        """Yield every wrong result of one mistake at every site."""
        if not self.opened:
            yield from self._derivatives(mistake, after)
        for r, rewriting in enumerate((*mistake.rewritings, *mistake.exchanges)):
            if (self.opened and not rewriting.opened) or not rewriting.shows(after):
                continue
            prior = mistake.prior * rewriting.weight * (OPENED if self.opened else 1.0)
            late = "before" if mistake.prior < GENERAL and self.evaluated is not None else "result"
            for stage, nodes in self._nodes:
                own = prior * (LATER if stage == late else 1.0)
                for path, node in nodes[:1] if rewriting.whole else nodes:
                    if rewriting.on and not isinstance(node, rewriting.on):
                        continue
                    for c, slip in enumerate(rewriting.at(node, self.context, after)):
                        if slip.wrong != node:
                            yield Placed(
                                mistake, stage, r, path, c, node, slip.right, slip.wrong, own
                            )

    def _derivatives(self, mistake: Mistake, after: Expr) -> Iterator[Placed]:
        for r, rule in enumerate(mistake.derivatives):
            if not rule.shows(after):
                continue
            for a in self._applications:
                within = sum(step < 0 for step in a.path)
                prior = mistake.prior * rule.weight * DEEPER ** max(0, within - 1)
                for c, wrong in enumerate(rule.at(a)):
                    if wrong != a.result:
                        yield Placed(
                            mistake, "derivative", r, a.path, c, a.node, a.result, wrong,
                            prior, a.rule, a.outer, a.inner, a.wrt,
                        )  # fmt: skip

    def build(self, chosen: tuple[Placed, ...]) -> Expr | None:
        """Return the line with all these wrong rules at work, or None where they exclude each other.

        Derivatives are carried out where that is possible; what is not touched is the same object every time.
        """
        key = tuple(id(p) for p in chosen)
        known = self._built.get(key)
        if known is None:
            known = self._built[key] = (chosen, self._build(chosen))
        return known[1]

    def differentiated(
        self, chosen: Iterable[Placed], choose: Callable[[Application], Expr | None]
    ) -> Expr | None:
        """Return the line with its derivatives carried out, other results given at the sites chosen.

        Raises:
            NotSupported: with these results the derivatives cannot be carried out.
        """
        if self.evaluated is None:
            return None
        memory = self._memory.recalling(p.path for p in chosen)
        return evaluate_derivatives(
            self.before, self.context, choose, steps=False, memory=memory
        ).expr

    def _build(self, chosen: tuple[Placed, ...]) -> Expr | None:
        slips = [p for p in chosen if p.stage == "derivative"]
        results = deepest_first(p for p in chosen if p.stage == "result")
        if (results and slips) or len({(p.path, p.name, p.node) for p in slips}) < len(slips):
            return None
        try:
            if results and self.evaluated is not None and len(results) == len(chosen):
                line = self.evaluated
            else:
                line = self.before
                for p in deepest_first(p for p in chosen if p.stage == "before"):
                    line = replace_at(line, p.path, p.wrong)
                if self.evaluated is not None:
                    memory = self._memory.recalling(p.path for p in chosen)
                    choose = _chooser(slips, len(chosen) == 1) if slips else None
                    line = evaluate_derivatives(
                        line, self.context, choose, steps=False, memory=memory
                    ).expr
            for p in results:
                line = replace_at(line, p.path, p.wrong)
        except (NotSupported, TypeError, IndexError):
            return None
        return line


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


def _chooser(placed: Iterable[Placed], alone: bool) -> Callable[[Application], Expr | None]:
    """Return an override that gives the wrong results at their places."""
    by_path: dict[Path, list[Placed]] = {}
    for p in placed:
        by_path.setdefault(p.path, []).append(p)

    def choose(a: Application) -> Expr | None:
        for p in by_path.get(a.path, ()):
            if p.name != a.rule or p.wrt != a.wrt or p.node != a.node:
                continue
            if alone or a.result == p.right:
                return p.wrong
            results = p.mistake.derivatives[p.rule].at(a)
            return results[p.choice] if p.choice < len(results) else None
        return None

    return choose
