"""What is known around a line that may be mended: its symbols, the variable, how it was written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import final

from gradproof.expr import (
    Add,
    Apply,
    Context,
    Derivative,
    Differential,
    Div,
    Entry,
    Expr,
    Fn,
    Gradient,
    Hadamard,
    HadamardDiv,
    Inverse,
    MatMul,
    Mul,
    Neg,
    Num,
    Path,
    Pow,
    Prod,
    Sum,
    Sym,
    Transpose,
    children,
    rank,
    walk,
    walk_reached,
)  # fmt: skip
from gradproof.mistakes.factors import elementwise
from gradproof.rewrite import ONE, free_names, sub

NO_TEXT: Mapping[Path, str] = {}


@final
class Scene:
    """A wrong side of a line and all that it may have been meant to say.

    `left` is what it should equal, `line` the side as it was written; `texts` gives the text of its nodes by path.
    """

    def __init__(
        self, left: Expr, line: Expr, context: Context, texts: Mapping[Path, str] = NO_TEXT
    ) -> None:
        self.left = left
        self.line = line
        self.context = context
        self.texts = texts

    @cached_property
    def reached(self) -> tuple[Expr, ...]:
        """All nodes of both sides and of the definitions they reach, each once."""
        both = (n for e in (self.line, self.left) for n in walk_reached(e, self.context))
        return tuple(dict.fromkeys(both))

    @cached_property
    def known(self) -> tuple[Expr, ...]:
        """All nodes reached, then those of all other definitions."""
        found = dict.fromkeys(self.reached)
        for ds in self.context.definitions.values():
            for d in ds:
                found.update(dict.fromkeys(n for _, n in walk(d.body)))
        return tuple(found)

    @cached_property
    def symbols(self) -> tuple[Sym, ...]:
        """All symbols, those of the line first; no sizes, no parameters of functions."""
        params = {p for ds in self.context.definitions.values() for d in ds for p in d.params}
        return tuple(n for n in self.known if isinstance(n, Sym) and n not in params)

    @cached_property
    def arrays(self) -> tuple[Sym, ...]:
        """The symbols that are arrays."""
        return tuple(s for s in self.symbols if s.space.shape)

    @cached_property
    def scalars(self) -> tuple[Sym, ...]:
        """The symbols that are scalars without definition."""
        return tuple(
            s for s in self.symbols if not s.space.shape and s.name not in self.context.definitions
        )

    @cached_property
    def quantities(self) -> tuple[Expr, ...]:
        """The scalar symbols and the entries that either side or a definition holds; no sizes."""
        known = frozenset(self.symbols)
        return tuple(
            n
            for n in self.reached
            if (isinstance(n, Sym) and not n.space.shape and n in known)
            or (isinstance(n, Entry) and isinstance(n.array, Sym))
        )

    @cached_property
    def joints(self) -> Mapping[Path, tuple[Sym, ...]]:
        """Of each symbol that stands more than once, the place of the smallest part that holds all of them."""
        places: dict[Sym, list[Path]] = {}
        for path, n in walk(self.line):
            if isinstance(n, Sym) and n in self.symbols:
                places.setdefault(n, []).append(path)
        found: dict[Path, tuple[Sym, ...]] = {}
        for name, paths in places.items():
            if len(paths) > 1:
                steps = takewhile(lambda own: len(set(own)) == 1, zip(*paths, strict=False))
                joint = tuple(own[0] for own in steps)
                found[joint] = (*found.get(joint, ()), name)
        return found

    def alike(self, name: Sym) -> Iterator[Sym]:
        """Yield the other symbols with as many axes, and those that are defined so without being used."""
        axes = name.space.rank
        found = {s.name: s for s in self.symbols if s.space.rank == axes}
        for other, ds in self.context.definitions.items():
            if all(
                not d.params and len(d.indices) + (rank(d.body, self.context) or 0) == axes
                for d in ds
            ):
                found.setdefault(other, Sym(other, name.space))
        found.pop(name.name, None)
        yield from found.values()

    @cached_property
    def free(self) -> frozenset[str]:
        """Names of the indices that the line may hold free: those of what it should equal."""
        return free_names(self.left) & self.context.ranges.keys()

    @cached_property
    def own(self) -> frozenset[str]:
        """Names of the symbols of the line itself."""
        return frozenset(n.name for _, n in walk(self.line) if isinstance(n, Sym))

    @cached_property
    def variables(self) -> tuple[Sym, ...]:
        """What both sides differentiate by; under differentials, what moves."""
        found: dict[Sym, None] = {}
        for e in (self.left, self.line):
            for _, n in walk(e):
                by = n.wrt if isinstance(n, Derivative) else ()
                if isinstance(n, Gradient) and n.wrt is not None:
                    by = (n.wrt,)
                found.update(dict.fromkeys(w for w in by if isinstance(w, Sym)))
        if self.differential:
            moving = self.context.moving
            found.update(dict.fromkeys(s for s in self.symbols if s.name in moving))
        return tuple(found)

    @cached_property
    def differential(self) -> bool:
        """Whether the line is about differentials."""
        return any(isinstance(n, Differential) for n in self.reached)

    @cached_property
    def rank(self) -> int | None:
        """Number of axes of what the line should equal."""
        match self.left:
            case Gradient(_, wrt, order) if wrt is not None:
                own = rank(wrt, self.context)
                return None if own is None else order * own
            case _:
                return rank(self.left, self.context)

    @cached_property
    def divisors(self) -> tuple[Expr, ...]:
        """The scalars without value that some definition divides by: sizes of means."""
        found: dict[Expr, None] = {}
        for n in self.reached:
            if isinstance(n, Div):
                parts = n.den.factors if isinstance(n.den, Mul) else (n.den,)
                found.update(dict.fromkeys(p for p in parts if isinstance(p, Sym)))
        return tuple(p for p in found if rank(p, self.context) == 0)

    @cached_property
    def quadratic(self) -> bool:
        """Whether something reached is a square, or a product that holds a variable twice."""
        names = {v.name for v in self.variables}
        for n in self.reached:
            if isinstance(n, Pow) and n.exponent == Num(ONE.value * 2):
                return True
            if isinstance(n, MatMul | Hadamard):
                held = [m.name for _, m in walk(n) if isinstance(m, Sym) and m.name in names]
                if len(held) > len(set(held)):
                    return True
        return False

    @cached_property
    def activations(self) -> tuple[Expr, ...]:
        """Names for values of elementwise functions, and such values as the line spells them."""
        found: dict[Expr, None] = {}
        for s in self.symbols:
            for d in self.context.definitions.get(s.name, ()):
                if _elementwise_call(d.body) and not d.params:
                    found[s] = None
        for n in self.reached:
            if _elementwise_call(n) and not (isinstance(n, Apply) and n.primes):
                found[n] = None
        return tuple(found)

    @cached_property
    def slopes(self) -> tuple[Expr, ...]:
        """What the derivatives of elementwise functions here may be written as."""
        found: dict[Expr, None] = {}
        for a in self.activations:
            body = self._body(a)
            if isinstance(body, Fn) and body.name == "exp":
                if rank(a, self.context):
                    found[a] = None
                continue
            found[elementwise(a, sub(ONE, a), context=self.context)] = None
            found[sub(ONE, elementwise(a, a, context=self.context))] = None
            if isinstance(body, Apply) and len(body.args) == 1:
                found[Apply(body.name, body.args, body.primes + 1)] = None
        return tuple(found)

    def _body(self, a: Expr) -> Expr:
        if isinstance(a, Sym):
            for d in self.context.definitions.get(a.name, ()):
                return d.body
        return a

    @cached_property
    def functions(self) -> tuple[Apply, ...]:
        """One call of each function that is defined or called."""
        found: dict[str, Apply] = {}
        for n in self.known:
            if isinstance(n, Apply):
                found.setdefault(n.name, n)
        for name, ds in self.context.definitions.items():
            if all(d.params for d in ds):
                found.setdefault(name, Apply(name, tuple(ds[0].params)))
        return tuple(found.values())

    @cached_property
    def multipliers(self) -> tuple[Expr, ...]:
        """The arrays that stand beside a variable in a matrix product."""
        names = {v.name for v in self.variables}
        found: dict[Expr, None] = {}
        for n in self.known:
            if not isinstance(n, MatMul):
                continue
            bare = [f.arg if isinstance(f, Transpose) else f for f in n.factors]
            for k, f in enumerate(bare):
                beside = bare[max(k - 1, 0) : k] + bare[k + 1 : k + 2]
                held = any(isinstance(b, Sym) and _holds(b, names, self.context) for b in beside)
                if held and isinstance(f, Sym) and f.name not in names:
                    found[f] = None
        return tuple(found)

    def text(self, path: Path) -> str:
        """Return how the node at a path was written, empty where that is not known."""
        return self.texts.get(path, "")


@final
@dataclass(frozen=True, slots=True)
class Spot:
    """A node of the line that may be mended, and where it stands."""

    node: Expr
    path: Path
    parents: tuple[Expr, ...]
    scene: Scene

    @property
    def context(self) -> Context:
        """What the line is judged under."""
        return self.scene.context

    @property
    def rank(self) -> int | None:
        """Number of axes of the node."""
        return rank(self.node, self.scene.context)

    @property
    def text(self) -> str:
        """How the node was written, empty where that is not known."""
        return self.scene.text(self.path)

    @property
    def letters(self) -> frozenset[str]:
        """Names of the indices that may stand here: free ones, and those of the sums around it."""
        bound = (p.index.name for p in self.parents if isinstance(p, Sum | Prod))
        return self.scene.free.union(bound)

    @property
    def parent(self) -> Expr | None:
        """The node directly above, None at the root."""
        return self.parents[-1] if self.parents else None

    @property
    def whole(self) -> bool:
        """Whether only signs and scalar factors stand around the node."""
        return all(isinstance(p, Neg | Mul | Div) for p in self.parents)

    @property
    def scaled(self) -> bool:
        """Whether a factor in front of the node is one of the side or of a term of it."""
        return self.term or not self.path

    @property
    def term(self) -> bool:
        """Whether the node is the side or a term of it, or of a bracket in it; its sign is not included."""
        if isinstance(self.node, Add | Neg):
            return False
        steps = list(zip(self.parents, self.path, strict=True))
        while steps and isinstance(steps[-1][0], Neg):
            steps.pop()
        return not steps or (
            isinstance(steps[-1][0], Add)
            and all(
                isinstance(p, Neg | Add | Mul | MatMul) or (isinstance(p, Div) and step == 0)
                for p, step in steps
            )
        )


def _elementwise_call(e: Expr) -> bool:
    match e:
        case Apply(_, (_,), 0):
            return True
        case Fn("sigmoid" | "tanh" | "relu" | "softplus" | "exp", (_,)):
            return True
        case HadamardDiv() | Inverse():
            return False
        case _:
            return False


def _holds(e: Expr, names: set[str], context: Context) -> bool:
    return any(isinstance(n, Sym) and n.name in names for n in walk_reached(e, context))


def spots(scene: Scene) -> Iterator[Spot]:
    """Yield the nodes of the line that may be mended: no variables of derivatives."""
    todo: list[tuple[Path, Expr, tuple[Expr, ...]]] = [((), scene.line, ())]
    while todo:
        path, node, parents = todo.pop()
        yield Spot(node, path, parents, scene)
        kids = children(node)
        shown = 1 if isinstance(node, Derivative | Gradient) else len(kids)
        for i in reversed(range(shown)):
            todo.append(((*path, i), kids[i], (*parents, node)))
