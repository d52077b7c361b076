"""Dispatch to the rules, recording what was applied where. No mathematics stands here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, final

from gradproof.differentiate.catalogue import rules_for
from gradproof.differentiate.dependence import Dependence, base_name, loose_indices, names_in
from gradproof.differentiate.memory import Memory
from gradproof.differentiate.rule import NotSupported, Rule
from gradproof.expr import Context, Derivative, Entry, Expr, Opaque, Path, Sym, at_path
from gradproof.rewrite import ONE, ZERO, free_names, mul, tidy

INTO: Final = -1
"""Path step that enters what a name stands for (a second part of it: -2, and so on)."""

CONSTANT: Final = "constant"
VARIABLE: Final = "variable"
_DEPTH = 200
_APPLICATIONS = 20_000


@final
@dataclass(frozen=True, slots=True)
class Step:
    """One rule applied at one place: `before` is the derivative of a part, `after` what the rule makes of it.

    `path` leads from the expression that is differentiated to the part; a negative step enters a
    definition. Derivatives of smaller parts stand unevaluated in `after`, so every step is true by itself
    and the steps in order are a derivation. `also` names rules that the same step uses (``chain-rule``).
    """

    rule: str
    path: Path
    before: Expr
    after: Expr
    also: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Application:
    """What an override sees: rule and place, and the derivative that the rule gives there.

    `outer` and `inner` are the factors of the chain rule at this place (for each link), `parts` the
    derivatives of the node's children that the rule asked for, by path below the node. `result` is right
    unless something inside was overridden.
    """

    rule: str
    path: Path
    node: Expr
    wrt: Expr
    result: Expr
    parts: tuple[tuple[Path, Expr], ...]
    outer: tuple[Expr, ...]
    inner: tuple[Expr, ...]
    context: Context

    def part(self, *where: int) -> Expr:
        """Return the derivative of a child, zero where the rule did not need it."""
        return next((e for p, e in self.parts if p == where), ZERO)


Override = Callable[[Application], Expr | None]
"""Called after every application; what it returns, if anything, stands in place of the rule's result."""


@final
@dataclass(frozen=True, slots=True)
class Derived:
    """A derivative and the rules that gave it, outer parts first."""

    expr: Expr
    steps: tuple[Step, ...]


@final
class Pass:
    """One differentiation by one variable."""

    __slots__ = (
        "_applied",
        "_choose",
        "_depth",
        "_names",
        "_steps",
        "context",
        "dependence",
        "hold",
        "memory",
        "wrt",
    )

    def __init__(
        self,
        wrt: Expr,
        context: Context,
        choose: Override | None,
        steps: list[Step] | None,
        hold: frozenset[str] = frozenset(),
        depth: int = 0,
        memory: Memory | None = None,
    ) -> None:
        self.wrt = wrt
        self.context = context
        self.hold = hold
        self.dependence = (
            Dependence(wrt, context, hold) if memory is None
            else memory.dependence(wrt, context, hold)
        )  # fmt: skip
        self._choose = choose
        self._steps = steps
        self._applied = 0
        self._depth = depth
        self.memory = memory
        self._names: tuple[frozenset[str], frozenset[str]] | None = None

    def surroundings(self) -> tuple[frozenset[str], frozenset[str]]:
        """Return the names that the context speaks of, and the loose indices of its definitions."""
        if self._names is None:
            known = None if self.memory is None else self.memory.names(self.context)
            self._names = known or (names_in(self.context), loose_indices(self.context))
        return self._names

    def derive(self, e: Expr, path: Path) -> Expr:
        """Return the derivative of `e`, which stands at `path`.

        Raises:
            NotSupported: no rule fits, or there is no end to it: a name is defined by way of itself.
        """
        try:
            return self._remembered(e, path)
        except RecursionError:
            raise NotSupported("limit:depth (a name may be defined by way of itself)") from None

    def _remembered(self, e: Expr, path: Path) -> Expr:
        if self.memory is None:
            return self._derive(e, path)
        known = self.memory.find(e, self.wrt, path)
        if known is None:
            known = self._derive(e, path)
            self.memory.keep(e, self.wrt, path, known)
        return known

    def _derive(self, e: Expr, path: Path) -> Expr:
        self._applied += 1
        if self._applied > _APPLICATIONS or self._depth > _DEPTH:
            raise NotSupported("limit:nodes (the expression is too large to differentiate)")
        if self.is_variable(e):
            return self._settle(VARIABLE, e, path, ONE)
        if not self.dependence.of(e):
            return self._settle(CONSTANT, e, path, ZERO)
        chosen = self._select(e, path)
        if self._steps is not None:
            shallow = _Shallow(self, e, path)
            after = chosen.apply(e, shallow)
            before = Derivative(e, (self.wrt,))
            if after != before:
                also = ("chain-rule",) if shallow.linked else ()
                self._steps.append(Step(chosen.name, path, before, after, also))
        self._depth += 1
        deep = _Deep(self, e, path)
        result = chosen.apply(e, deep)
        self._depth -= 1
        return self._overridden(chosen.name, e, path, result, deep)

    def is_variable(self, e: Expr) -> bool:
        """Tell whether `e` is the variable itself."""
        if isinstance(e, Sym) and isinstance(self.wrt, Sym):
            return e.name == self.wrt.name
        return e == self.wrt

    def other(self, wrt: Expr, context: Context | None = None) -> "Pass":
        """Return a pass by another variable that records into the same steps."""
        return Pass(
            wrt, context or self.context, self._choose, self._steps, self.hold, self._depth + 1,
            self.memory,
        )  # fmt: skip

    def _select(self, e: Expr, path: Path) -> Rule:
        fits = [r for r in rules_for(e) if r.when(e, _Shallow(self, e, path))]
        if len(fits) != 1:
            kind = e.head if isinstance(e, Opaque) else type(e).__name__
            raise NotSupported(f"no differentiation rule for {kind} in this place")
        return fits[0]

    def _settle(self, name: str, e: Expr, path: Path, result: Expr) -> Expr:
        if self._steps is not None:
            self._steps.append(Step(name, path, Derivative(e, (self.wrt,)), result))
        return self._overridden(name, e, path, result, None)

    def _overridden(
        self, name: str, e: Expr, path: Path, result: Expr, site: "_Deep | None"
    ) -> Expr:
        if self._choose is None:
            return result
        parts = () if site is None else tuple(site.parts.items())
        outer = () if site is None else tuple(site.outer)
        inner = () if site is None else tuple(site.inner)
        seen = Application(name, path, e, self.wrt, result, parts, outer, inner, self.context)
        other = self._choose(seen)
        return result if other is None else other


class _Here:
    """What both kinds of site have in common."""

    __slots__ = ("_node", "_pass", "_path")

    def __init__(self, run: Pass, node: Expr, path: Path) -> None:
        self._pass = run
        self._node = node
        self._path = path

    @property
    def wrt(self) -> Expr:
        return self._pass.wrt

    @property
    def context(self) -> Context:
        return self._pass.context

    @property
    def taken(self) -> frozenset[str]:
        return free_names(self._node) | free_names(self._pass.wrt) | self._pass.surroundings()[0]

    @property
    def loose(self) -> frozenset[str]:
        return self._pass.surroundings()[1]

    def depends(self, e: Expr) -> bool:
        return self._pass.dependence.of(e)

    def once(self, make: Callable[[], Expr]) -> Expr:
        memory = self._pass.memory
        return make() if memory is None else memory.once(self._node, self.wrt, self._path, make)


@final
class _Deep(_Here):
    """Derivatives of the parts are evaluated."""

    __slots__ = ("inner", "outer", "parts")

    def __init__(self, run: Pass, node: Expr, path: Path) -> None:
        super().__init__(run, node, path)
        self.parts: dict[Path, Expr] = {}
        self.outer: list[Expr] = []
        self.inner: list[Expr] = []

    def d(self, *where: int) -> Expr:
        known = self.parts.get(where)
        return known if known is not None else self.at(at_path(self._node, where), *where)

    def at(self, e: Expr, *where: int) -> Expr:
        result = self._pass.derive(e, self._path + where)
        self.parts[where] = result
        return result

    def chain(self, outer: Expr, *where: int) -> Expr:
        inner = self.d(*where)
        self.outer.append(outer)
        self.inner.append(inner)
        return mul(outer, inner)

    def of(self, e: Expr, branch: int = 0) -> Expr:
        return self.at(e, INTO - branch)

    def by(self, e: Expr, wrt: Expr, name: Expr) -> Expr:
        return self._pass.other(wrt).derive(e, (*self._path, INTO))


@final
class _Shallow(_Here):
    """Derivatives of the parts stand unevaluated; zero and one are seen at once."""

    __slots__ = ("linked",)

    def __init__(self, run: Pass, node: Expr, path: Path) -> None:
        super().__init__(run, node, path)
        self.linked = False

    def d(self, *where: int) -> Expr:
        return self._named(at_path(self._node, where))

    def at(self, e: Expr, *where: int) -> Expr:
        return self._named(e)

    def chain(self, outer: Expr, *where: int) -> Expr:
        inner = self.d(*where)
        self.linked = self.linked or inner not in (ONE, ZERO)
        return mul(outer, inner)

    def of(self, e: Expr, branch: int = 0) -> Expr:
        return self._named(e)

    def by(self, e: Expr, wrt: Expr, name: Expr) -> Expr:
        return name

    def _named(self, e: Expr) -> Expr:
        if self._pass.is_variable(e):
            return ONE
        return Derivative(e, (self.wrt,)) if self.depends(e) else ZERO


def differentiate(
    body: Expr,
    wrt: Expr,
    context: Context,
    *,
    choose: Override | None = None,
    hold: frozenset[str] = frozenset(),
    path: Path = (),
    steps: bool = True,
) -> Derived:
    """Differentiate a scalar expression by a scalar symbol or an entry of an array.

    The derivative is total: names with a definition are unfolded where they depend on `wrt`, except
    `wrt` itself and the names in `hold`. `choose` may override single rule applications. `path` is put
    before the paths of all sites; `steps` False leaves the record out.

    Raises:
        NotSupported: a kind of node (or a definition) that no rule covers stands where it matters.
    """
    if not isinstance(wrt, Sym | Entry) or base_name(wrt) is None:
        raise NotSupported("differentiation is by a symbol or an entry of an array")
    record: list[Step] | None = [] if steps else None
    result = Pass(wrt, context, choose, record, hold).derive(body, path)
    return Derived(tidy(result, context) if choose else result, tuple(record or ()))
