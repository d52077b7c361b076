"""What an earlier differentiation of the same line gave, for reuse where nothing is changed."""

from collections.abc import Callable, Iterable
from typing import final

from gradproof.differentiate.dependence import Dependence, loose_indices, names_in
from gradproof.expr import Context, Expr, Path


@final
class Memory:
    """Results of differentiating the parts of one line, by place and variable.

    A first differentiation fills it. Later ones of the same line, with other results at some `sites`, take
    from it whatever does not lie above one of these; what they find themselves is not kept.
    """

    __slots__ = ("_dependence", "_made", "_names", "_results", "_sites")

    def __init__(self) -> None:
        self._made: dict[tuple[Path, Expr], tuple[Expr, Expr]] = {}
        self._names: list[tuple[frozenset[str], frozenset[str]]] = []
        self._dependence: dict[Expr, Dependence] = {}
        self._results: dict[tuple[Path, Expr], tuple[Expr, Expr]] = {}
        self._sites: tuple[Path, ...] | None = None

    def recalling(self, sites: Iterable[Path]) -> "Memory":
        """Return a view of this memory for a line that is changed at `sites`."""
        view = Memory()
        view._dependence = self._dependence
        view._made = self._made
        view._names = self._names
        view._results = self._results
        view._sites = tuple(sites)
        return view

    @property
    def recalls(self) -> bool:
        """Whether this is a view, which gives results and keeps none."""
        return self._sites is not None

    def dependence(self, wrt: Expr, context: Context, hold: frozenset[str]) -> Dependence:
        """Return what is known to depend on a variable; context and `hold` are those of the line."""
        found = self._dependence.get(wrt)
        if found is None:
            found = self._dependence[wrt] = Dependence(wrt, context, hold)
        return found

    def names(self, context: Context) -> tuple[frozenset[str], frozenset[str]]:
        """Return the names that the context of the line speaks of, and the loose indices of its definitions."""
        if not self._names:
            self._names.append((names_in(context), loose_indices(context)))
        return self._names[0]

    def once(self, e: Expr, wrt: Expr, path: Path, make: Callable[[], Expr]) -> Expr:
        """Return what a rule makes of `e` before it differentiates, the same object every time."""
        found = self._made.get((path, wrt))
        if found is not None and (found[0] is e or found[0] == e):
            return found[1]
        made = make()
        if found is None:
            self._made[path, wrt] = (e, made)
        return made

    def find(self, e: Expr, wrt: Expr, path: Path) -> Expr | None:
        """Return the derivative of `e` at `path`, where it is known and no site lies at or below it."""
        if self._sites is None:
            return None
        depth = len(path)
        if any(site[:depth] == path for site in self._sites):
            return None
        found = self._results.get((path, wrt))
        return found[1] if found is not None and (found[0] is e or found[0] == e) else None

    def keep(self, e: Expr, wrt: Expr, path: Path, result: Expr) -> None:
        """Keep the derivative of `e` at `path`."""
        if self._sites is None:
            self._results[path, wrt] = (e, result)
