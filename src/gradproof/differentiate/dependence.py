"""Whether an expression depends on a variable, through definitions too."""

from typing import Final, final

from gradproof.expr import (
    EXPECTATION,
    Apply,
    At,
    Context,
    Entry,
    Expr,
    Idx,
    Let,
    Opaque,
    Sym,
    children,
    density_depends,
    has_parameter,
    walk,
)  # fmt: skip
from gradproof.rewrite import free_names

_NONE: Final = frozenset[str]()


def base_name(e: Expr) -> str | None:
    """Return the name of a symbol, or of the array of an entry."""
    match e:
        case Sym(name):
            return name
        case Entry(array):
            return base_name(array)
        case _:
            return None


def names_in(context: Context) -> frozenset[str]:
    """Return the names that a context speaks of, bound ones and sizes in definitions included."""
    names = set(context.ranges) | set(context.domains) | set(context.definitions)
    names |= set(context.values) | set(context.sizes)
    for found in context.definitions.values():
        for d in found:
            for _, n in walk(d.body):
                if isinstance(n, Sym | Idx | Apply):
                    names.add(n.name)
                if isinstance(n, Sym):
                    names |= {size.name for size in n.space.shape}
    return frozenset(names)


def loose_indices(context: Context) -> frozenset[str]:
    """Return the names of indices that occur free in a definition without being formal there."""
    names: set[str] = set()
    for found in context.definitions.values():
        for d in found:
            formal = _NONE.union(*(free_names(i) for i in (*d.indices, *d.params)))
            indices = {n.name for _, n in walk(d.body) if isinstance(n, Idx)}
            names |= indices & (free_names(d.body) - formal)
    return frozenset(names)


@final
class Dependence:
    """Answers for one variable in one context; names in `hold` are constants.

    The answer is "may depend": entries of one array are not told apart.
    """

    __slots__ = ("_context", "_hold", "_name", "_names", "_nodes")

    def __init__(self, wrt: Expr, context: Context, hold: frozenset[str] = frozenset()) -> None:
        self._name = base_name(wrt)
        self._context = context
        self._hold = hold
        self._names: dict[str, bool] = {}
        self._nodes: dict[int, tuple[Expr, bool]] = {}

    def of(self, e: Expr) -> bool:
        """Tell whether `e` may depend on the variable."""
        known = self._nodes.get(id(e))
        if known is not None:
            return known[1]
        answer = self._node(e)
        self._nodes[id(e)] = (e, answer)
        return answer

    def _node(self, e: Expr) -> bool:
        match e:
            case Sym(name):
                return self._named(name)
            case Apply(name, args):
                return any(self.of(a) for a in args) or self._function(name)
            case Opaque(head) if head == EXPECTATION and self._name is not None:
                return any(map(self.of, children(e))) or density_depends(e, self._name)
            case Let(symbol, value, body):
                return self.of(value) or (symbol.name != self._name and self.of(body))
            case At(body, _, value):
                return self.of(value) or self.of(body)
            case _:
                return any(self.of(k) for k in children(e))

    def _named(self, name: str) -> bool:
        if name == self._name:
            return True
        if name in self._hold:
            return False
        known = self._names.get(name)
        if known is not None:
            return known
        self._names[name] = False
        found = self._context.definitions.get(name, ())
        answer = any(self.of(d.body) for d in found) or (
            not found and (name in self._context.varying or name in self._context.functions)
        )
        self._names[name] = answer
        if answer:
            self._forget()
        return answer

    def _function(self, name: str) -> bool:
        """Tell whether a function depends on the variable other than through its arguments."""
        if name in self._hold or name == self._name:
            return False
        if self._name is not None and has_parameter(name, self._name):
            return True
        found = self._context.definitions.get(name, ())
        for d in found:
            formal = frozenset[str]().union(*(free_names(p) for p in d.params))
            if self._name in formal:
                continue
            if self._named(name):
                return True
        return not found and name in self._context.varying

    def _forget(self) -> None:
        """Drop answers given while a recursive definition was still open."""
        self._nodes = {k: v for k, v in self._nodes.items() if v[1]}


def depends_on(e: Expr, wrt: Expr, context: Context) -> bool:
    """Tell whether `e` may depend on a variable, through definitions too."""
    return Dependence(wrt, context).of(e)
