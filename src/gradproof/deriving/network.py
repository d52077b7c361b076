"""What a formula is made of: its nodes and the definitions that they lead to, in the order of computation."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import final

from gradproof.deriving.arrays import Arrays
from gradproof.deriving.lifting import lifted
from gradproof.deriving.limits import NotDerived
from gradproof.deriving.names import definitions, symbol
from gradproof.deriving.opening import function_of, opened
from gradproof.expr import Apply, Context, Entry, Expr, Fn, Idx, Kron, Let, Space, Sym, children
from gradproof.rewrite import substitute


@final
@dataclass(frozen=True, slots=True)
class Network:
    """The nodes between a formula and what it is differentiated by.

    Definitions are followed by name; the targets, by which is differentiated, are leaves, and so are
    the names that are held.
    """

    context: Context
    targets: frozenset[Expr]
    held: frozenset[Expr] = frozenset()
    known: dict[Expr, bool] = field(default_factory=dict[Expr, bool])
    values: dict[Expr, Expr] = field(default_factory=dict[Expr, Expr])
    bodies: dict[Expr, Expr | None] = field(default_factory=dict[Expr, Expr | None])

    @staticmethod
    def of(context: Context, targets: Iterable[Expr], goal: Expr | None = None) -> "Network":
        """Return the network of a context, with the names that values have.

        The name of what is differentiated (`goal`) does not stand for its own value.
        """
        arrays = Arrays.under(context)
        values: dict[Expr, Expr] = {}
        for name, body in definitions(context):
            sym = symbol(name, context)
            if sym is not None and sym != goal:
                whole = opened(arrays, body)
                values.setdefault(whole, sym)
                if (
                    isinstance(whole, Apply)
                    and len(known := context.definitions.get(whole.name, ())) == 1
                ):
                    function = function_of(known[0])
                    if function is not None:
                        values.setdefault(Fn(function, whole.args), sym)
        for name, found in context.definitions.items():
            letters = tuple(i.name for i in found[0].indices if isinstance(i, Idx))
            whole = lifted(arrays, found[0].body, letters) if letters and len(found) == 1 else None
            whole = None if whole is None else opened(arrays, whole)
            if whole is not None and children(whole) and Sym(name) != goal:
                values.setdefault(whole, Sym(name, Space(arrays.shape(whole))))
        return Network(context, frozenset(targets), values=values)

    def value(self, e: Expr) -> Expr:
        """Return how the value of a node is written."""
        return self.values.get(e, e)

    def moves(self, e: Expr) -> bool:
        """Tell whether an expression depends on what is differentiated by."""
        found = self.known.get(e)
        if found is None:
            self.known[e] = False
            found = self.known[e] = e in self.targets or any(self.moves(x) for x in self.inside(e))
        return found

    def inside(self, e: Expr) -> Sequence[Expr]:
        """Return the nodes that a node is computed from: its children, or what its name stands for.

        Raises:
            NotDerived: a name that is defined by entries, or by itself.
        """
        if e in self.targets or e in self.held:
            return ()
        body = self.body(e)
        return (body,) if body is not None else children(e)

    def only(self, target: Expr, held: Iterable[Expr]) -> "Network":
        """Return the network towards one target, in which other names are held."""
        others = frozenset(n for n in held if n != target)
        return Network(self.context, frozenset((target,)), others, {}, self.values)

    def body(self, e: Expr) -> Expr | None:
        """Return what a node stands for: a defined name, a function applied; sums in matrix notation."""
        if e not in self.bodies:
            found = self._body(e)
            self.bodies[e] = None if found is None else opened(Arrays.under(self.context), found)
        return self.bodies[e]

    def _body(self, e: Expr) -> Expr | None:
        match e:
            case Kron(left, right):
                return self._outer(left, right)
            case Let(name, value, body):
                return substitute(body, {name: value}, self.context)
            case Sym(name):
                return self._definition(name)
            case Apply(name, args, 0):
                return self._called(name, args)
            case _:
                return None

    def _outer(self, left: Expr, right: Expr) -> Expr | None:
        """Return the outer product that the Kronecker product of two vectors is."""
        arrays = Arrays.under(self.context)
        if len(arrays.shape(left)) == 1 and len(arrays.shape(right)) == 1:
            return arrays.matmul(left, arrays.transpose(right))
        return None

    def _definition(self, name: str) -> Expr | None:
        found = self.context.definitions.get(name, ())
        if not found:
            return None
        if len(found) != 1:
            raise NotDerived(f"{name} is defined by its entries")
        indices = tuple(i.name for i in found[0].indices if isinstance(i, Idx))
        if not found[0].indices:
            return found[0].body
        whole = lifted(Arrays.under(self.context), found[0].body, indices)
        if whole is None or len(indices) != len(found[0].indices):
            raise NotDerived(f"{name} is defined by its entries")
        return whole

    def _called(self, name: str, args: tuple[Expr, ...]) -> Expr | None:
        found = self.context.definitions.get(name, ())
        if not found:
            return None
        known = function_of(found[0]) if len(found) == 1 else None
        if known is not None:
            return Fn(known, args)
        if len(found) != 1 or found[0].indices or len(found[0].params) != len(args):
            raise NotDerived(f"{name} is defined by its entries, or for other arguments")
        table: dict[Expr, Expr] = {}
        for p, a in zip(found[0].params, args, strict=True):
            if not isinstance(p, Sym | Entry):
                raise NotDerived(f"{name} has a parameter that is no symbol")
            table[p] = a
        return substitute(found[0].body, table, self.context)

    def order(self, root: Expr) -> list[Expr]:
        """Return the moving nodes under `root`, each before those that it is computed from."""
        done: list[Expr] = []
        seen: set[Expr] = set()
        todo: list[tuple[Expr, bool]] = [(root, False)]
        while todo:
            node, left = todo.pop()
            if left:
                done.append(node)
                continue
            if node in seen or not self.moves(node):
                continue
            seen.add(node)
            todo.append((node, True))
            todo.extend((x, False) for x in self.inside(node))
        done.reverse()
        return done
