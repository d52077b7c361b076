"""Derivatives and differentials of whole arrays, entry by entry: what exact comparison can do with them.

Every one of them becomes a named array whose definition is its entry, differentiated in components:
``(∂f/∂X)_{ij} = ∂f/∂X_{ij}``, ``(∂y/∂x)_{ij} = ∂y_i/∂x_j``, ``(dY)_{kl} = Σ_{ij} ∂Y_{kl}/∂X_{ij} (dX)_{ij}``. This is
the usual layout, and no other. Inverses and determinants get names too; what is known of them is their derivatives.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, final

from gradproof.checking.inverses import Inverses, Inverted
from gradproof.differentiate import NotSupported, component, depends_on, differentiate, extent_of
from gradproof.expr import (
    Add,
    At,
    Context,
    Definition,
    Derivative,
    Det,
    Differential,
    Entry,
    Expr,
    Gradient,
    Hadamard,
    Idx,
    IndexRange,
    Inverse,
    Let,
    MatMul,
    Mul,
    Num,
    Pow,
    Size,
    Space,
    Sum,
    Sym,
    Transpose,
    children,
    free_indices,
    is_scalar,
    rank,
    rebuild,
    subtrees,
    walk_reached,
)  # fmt: skip
from gradproof.rewrite import ONE, ZERO, add, free_names, mul, neg, size_expr

MARK: Final = "∂"
"""Stands in the names made here, and in no name that was read."""
_MOST_AXES: Final = 2
_HIGHEST_POWER: Final = 8


@final
@dataclass(frozen=True, slots=True)
class Entrywise:
    """Two sides without derivatives of whole arrays, what these are named in, the inverses named, the rules used."""

    left: Expr
    right: Expr
    context: Context
    inverted: tuple[Inverted, ...]
    rules: tuple[str, ...]


def entrywise(left: Expr, right: Expr, context: Context, moving: frozenset[str]) -> Entrywise:
    """Name derivatives by or of whole arrays, differentials, inverses, determinants; write out powers of matrices.

    Args:
        left: one side.
        right: the other side.
        context: in the usual layout.
        moving: names that vary under a differential.

    Raises:
        NotSupported: an entry is not known here, or the line may mean something else than its entries say.
    """
    spaces = {
        n.name: n.space
        for e in (left, right)
        for n in walk_reached(e, context)
        if isinstance(n, Sym)
    }
    naming = _Naming(context, {n: spaces[n] for n in sorted(moving) if n in spaces})
    a, b = naming.without(left), naming.without(right)
    return Entrywise(a, b, naming.context, tuple(naming.inverses), tuple(naming.rules))


@final
class _Naming:
    """Names for the derivatives of one line; the context grows with their definitions."""

    __slots__ = ("_known", "_moving", "context", "inverses", "rules")

    def __init__(self, context: Context, moving: Mapping[str, Space]) -> None:
        self.context = context
        self._moving = moving
        self._known: dict[Expr, Expr] = {}
        self.inverses = Inverses(MARK)
        self.rules: dict[str, None] = {}

    def without(self, e: Expr) -> Expr:
        """Return an expression with names in the place of its derivatives."""
        found = self._known.get(e)
        if found is None:
            found = self._known[e] = self._without(e)
        return found

    def _without(self, e: Expr) -> Expr:
        kids = children(e)
        if not kids:
            return e
        if isinstance(e, At | Let) and any(_calculus(n) for n in subtrees(e)):
            raise NotSupported("a name of its own where a name stands for another value")
        if isinstance(e, Mul | MatMul | Hadamard):
            self._refuse_chain(kids)
        if isinstance(e, Gradient) and e.wrt is None:
            raise NotSupported("a gradient without its variable")
        e = rebuild(e, tuple(self.without(k) for k in kids))
        match e:
            case Derivative(body, wrt):
                return self._derivative(e, body, wrt)
            case Gradient(body, Sym() | Entry() as by, order):
                return self._derivative(e, body, (by,) * order)
            case Differential(body):
                return self._differential(body)
            case Pow(base, Num(n)) if rank(base, self.context) == _MOST_AXES:
                if n.denominator != 1 or not 0 < n <= _HIGHEST_POWER:
                    raise NotSupported("a power of a matrix that is no product")
                return MatMul((base,) * int(n)) if n > 1 else base
            case Inverse(matrix):
                known, turned, self.context = self.inverses.find(matrix, self.context)
                return Transpose(known.inverse) if turned else known.inverse
            case Det(matrix):
                known, _, self.context = self.inverses.find(matrix, self.context)
                return known.det
            case _:
                return e

    def _refuse_chain(self, factors: tuple[Expr, ...]) -> None:
        """Refuse products that the chain rule may join otherwise than they are written."""
        arrays = [f for f in factors if not is_scalar(f, self.context)]
        if len(arrays) > 1 and any(isinstance(f, Derivative) for f in arrays):
            raise NotSupported("a product of a derivative with an array")

    def _derivative(self, e: Expr, body: Expr, wrt: tuple[Expr, ...]) -> Expr:
        self._refuse_differential(body)
        shape = extent_of(body, self.context)
        spaces = [self._space(w) for w in wrt]
        whole = Space((*shape, *(s for space in spaces for s in space.shape)))
        if not whole.rank and not any(
            self._depends(one.matrix, w) for one in self.inverses for w in wrt
        ):
            return e
        if not all(self._depends(body, w) for w in wrt):
            raise NotSupported("what is differentiated does not contain the variable")
        letters = self._letters(whole.shape)
        out = component(body, letters[: len(shape)], self.context, self._taken(body))
        rest = letters[len(shape) :]
        for w, space in zip(wrt, spaces, strict=True):
            at, rest = rest[: space.rank], rest[space.rank :]
            out = self._partial(out, Entry(w, at) if at else w)
        return self._named(out, letters, whole)

    def _differential(self, body: Expr) -> Expr:
        self._refuse_differential(body)
        shape = extent_of(body, self.context)
        letters = self._letters(shape)
        entry = component(body, letters, self.context, self._taken(body))
        parts: list[Expr] = []
        for name, space in self._moving.items():
            variable = Sym(name, space)
            self._space(variable)
            if name in self.context.definitions:
                raise NotSupported(f"a differential of {name}, which has a definition")
            if not self._depends(body, variable):
                continue
            at = self._letters(space.shape)
            step: Expr = Sym(f"d{MARK}{name}", space)
            whole = Entry(variable, at) if at else variable
            part = mul(self._partial(entry, whole), Entry(step, at) if at else step)
            parts.append(_summed(part, at, space.shape))
        total = Add(tuple(parts)) if len(parts) > 1 else parts[0] if parts else ZERO
        return self._named(total, letters, Space(shape))

    def _depends(self, e: Expr, wrt: Expr) -> bool:
        return depends_on(e, wrt, self.context) or any(
            depends_on(e, x, self.context) and self._depends(one.matrix, wrt)
            for one in self.inverses
            for x in (one.inverse, one.det)
        )

    def _partial(self, e: Expr, wrt: Expr) -> Expr:
        """Return the derivative of a scalar, through inverses and determinants too."""
        out = self._explicit(e, wrt)
        for one in self.inverses:
            if not self._depends(one.matrix, wrt):
                continue
            shape = one.inverse.space.shape
            if depends_on(e, one.det, self.context):
                p, q = self._letters(shape)
                rate = mul(Entry(one.inverse, (q, p)), self._cell(one.matrix, p, q, wrt))
                total = mul(one.det, _summed(rate, (p, q), shape))
                out = add(out, mul(self._explicit(e, one.det), total))
            if depends_on(e, one.inverse, self.context):
                (a, b), (p, q) = self._letters(shape), self._letters(shape)
                left, right = Entry(one.inverse, (a, p)), Entry(one.inverse, (q, b))
                rate = mul(left, self._cell(one.matrix, p, q, wrt), right)
                factor = self._explicit(e, Entry(one.inverse, (a, b)))
                part = mul(factor, _summed(rate, (p, q), shape))
                out = add(out, neg(_summed(part, (a, b), shape)))
        return out

    def _cell(self, matrix: Expr, p: Idx, q: Idx, wrt: Expr) -> Expr:
        taken = self._taken(matrix) | free_names(wrt)
        return self._partial(component(matrix, (p, q), self.context, taken), wrt)

    def _explicit(self, e: Expr, wrt: Expr) -> Expr:
        found = differentiate(e, wrt, self.context)
        self.rules.update(dict.fromkeys(step.rule for step in found.steps))
        return found.expr

    def _named(self, entry: Expr, letters: tuple[Idx, ...], space: Space) -> Expr:
        """Return the array whose entry at `letters` is given: a name, or a family of one per free index letter."""
        if not letters:
            return entry
        outer = tuple(Idx(n) for n in sorted(free_indices(entry) - {i.name for i in letters}))
        sizes = tuple(self._extent(i) for i in outer)
        name = f"{MARK}{len(self.context.definitions)}"
        known = {
            **self.context.definitions,
            name: (Definition(name, entry, (), (*outer, *letters)),),
        }
        self.context = replace(self.context, definitions=MappingProxyType(known))
        array = Sym(name, Space((*sizes, *space.shape)))
        return Entry(array, outer) if outer else array

    def _extent(self, letter: Idx) -> Size:
        found = self.context.ranges.get(letter.name)
        if found is None or found.lower != 1:
            raise NotSupported(f"the index {letter.name} has no range that counts from 1")
        return found.upper

    def _letters(self, shape: tuple[Size, ...]) -> tuple[Idx, ...]:
        """Return new index letters, one for each axis."""
        if len(shape) > _MOST_AXES:
            raise NotSupported("an array with more than two axes")
        first = len(self.context.ranges)
        new = {f"{MARK}i{first + k}": IndexRange(size) for k, size in enumerate(shape)}
        ranges = MappingProxyType({**self.context.ranges, **new})
        self.context = replace(self.context, ranges=ranges)
        return tuple(Idx(n) for n in new)

    def _space(self, wrt: Expr) -> Space:
        match wrt:
            case Sym(name, space) if not any(o != 1 for o in self.context.origins.get(name, ())):
                return space
            case Entry(Sym(_, space), indices) if space.rank == len(indices):
                return Space()
            case _:
                raise NotSupported("a derivative by something else than a symbol or an entry")

    def _taken(self, e: Expr) -> frozenset[str]:
        return free_names(e) | frozenset(self.context.ranges)

    def _refuse_differential(self, e: Expr) -> None:
        unknown = self.context.varying | self.context.functions
        for n in walk_reached(e, self.context):
            if isinstance(n, Differential) or (
                isinstance(n, Sym) and n.name.startswith(f"d{MARK}")
            ):
                raise NotSupported("a differential inside a derivative")
            if getattr(n, "name", None) in unknown:
                raise NotSupported("a name that depends on something unknown")


def _summed(e: Expr, letters: tuple[Idx, ...], shape: tuple[Size, ...]) -> Expr:
    for letter, size in zip(letters, shape, strict=True):
        e = Sum(e, letter, ONE, size_expr(size))
    return e


def _calculus(e: Expr) -> bool:
    return isinstance(e, Derivative | Gradient | Differential | Inverse | Det)
