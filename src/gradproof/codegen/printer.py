"""A graph printed as statements of Python over an array library."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, assert_never, final

from gradproof.codegen.contraction import contraction, core, without_deltas
from gradproof.codegen.dialect import Dialect
from gradproof.codegen.dims import Dim, Shape
from gradproof.codegen.graph import Graph, operands
from gradproof.codegen.limits import CannotCompile
from gradproof.codegen.ops import (
    Add,
    Along,
    Arg,
    Cholesky,
    Constant,
    Contract,
    Determinant,
    Extent,
    Eye,
    Input,
    Inverse,
    Map,
    Number,
    Pad,
    Positions,
    Ref,
    Reshape,
    Slice,
    Solve,
    Term,
)  # fmt: skip
from gradproof.codegen.pairs import mirrored
from gradproof.codegen.text import ATOM, FACTOR, SUM, TERM, Text, fraction, placed, scaled

_LONG: Final = 72
"""An expression longer than this gets a name, where it stands inside another one."""

_STATIC: Final = frozenset(
    [
        "exp",
        "log",
        "sqrt",
        "sin",
        "cos",
        "tan",
        "sinh",
        "cosh",
        "tanh",
        "erf",
        "log1p",
        "expm1",
        "cbrt",
    ]
)
"""Functions that Python's ``math`` has for numbers."""


@final
@dataclass(slots=True, eq=False)
class Writer:
    """Prints nodes as statements.

    Attributes:
        graph: the nodes.
        dialect: the library.
        names: names of nodes that are given (inputs), and of those that are printed already.
        sizes: how sizes are called in the code.
        taken: names that may not be used again.
        titles: how definitions of the formula are called in the code, by their TeX names.
        like: an input array: new arrays have its type and device.
        lines: the statements.
        helpers: helpers that the statements call.
    """

    graph: Graph
    dialect: Dialect
    names: dict[Ref, str]
    sizes: Mapping[str, str]
    taken: set[str]
    titles: Mapping[str, str]
    like: str
    lines: list[str] = field(default_factory=list[str])
    helpers: dict[str, None] = field(default_factory=dict[str, None])
    static: set[Ref] = field(default_factory=set[Ref])
    _texts: dict[Ref, Text] = field(default_factory=dict[Ref, Text])
    _uses: Counter[Ref] = field(default_factory=Counter[Ref])
    _deferred: set[Ref] = field(default_factory=set[Ref])
    _filled: set[Ref] = field(default_factory=set[Ref])
    _count: int = 0

    def statements(self, roots: Sequence[Ref]) -> list[str]:
        """Append what computes some nodes, and return the expressions that give them."""
        order = self._reached(roots)
        self._uses = Counter(roots)
        for ref in order:
            self._uses.update(operands(self.graph.ops[ref]))
        for ref in order:
            self._note_static(ref)
            self._note_deferred(ref)
        pairs = mirrored(self.graph, order, self.dialect.pairs)
        for ref in order:
            if ref in self._deferred or ref in self.names:
                continue
            if ref in pairs:
                self._print_pair(ref, pairs[ref])
                continue
            text = self._printed(ref)
            self._texts[ref] = self._kept(ref, text)
        return [self.text(r).inner for r in roots]

    def _print_pair(self, ref: Ref, other: Ref) -> None:
        """Print a function of a number and of its negative in one statement."""
        op = self.graph.ops[ref]
        assert isinstance(op, Map)
        argument = self.operand(op.args[0].ref, op.args[0].axes, len(op.shape))
        both = self.call(self.dialect.pairs[op.fn], argument.inner)
        for r in (ref, other):
            self.names[r] = self._named(self.graph.hints.get(r))
        self.lines.append(f"{self.names[ref]}, {self.names[other]} = {both.inner}")

    def _reached(self, roots: Sequence[Ref]) -> list[Ref]:
        """Return the nodes that have to be printed: those below the roots down to the given ones."""
        needed: set[Ref] = set()
        todo = [r for r in roots if r not in self.names]
        while todo:
            ref = todo.pop()
            if ref not in needed:
                needed.add(ref)
                todo.extend(x for x in operands(self.graph.ops[ref]) if x not in self.names)
        return sorted(needed)

    def text(self, ref: Ref) -> Text:
        """Return the expression of a node."""
        name = self.names.get(ref)
        return Text(name, ATOM) if name is not None else self._texts[ref]

    def dim(self, dim: Dim) -> str:
        """Return a size as an expression."""
        return dim.spelled(dict(self.sizes))

    def shape(self, shape: Shape) -> str:
        """Return a shape as an expression."""
        inner = ", ".join(self.dim(d) for d in shape)
        return f"({inner},)" if len(shape) == 1 else f"({inner})"

    def call(self, template: str, *args: str, **named: str) -> Text:
        """Return a call by a template, and note the helpers that it needs."""
        for helper in self.dialect.helpers:
            if f"{helper}(" in template:
                self.helpers.setdefault(helper)
        precedence = ATOM
        if template.startswith("~"):
            template, precedence = template[1:], FACTOR
        return Text(template.format(*args, like=self.like, **named), precedence)

    def _note_deferred(self, ref: Ref) -> None:
        """Note diagonal terms that one sum alone uses: they are written into it."""
        op = self.graph.ops[ref]
        if isinstance(op, Add) and self.dialect.view:
            self._deferred |= {
                t.ref for t in op.terms if self._uses[t.ref] == 1 and self._on_diagonal(t.ref)
            }

    def _note_static(self, ref: Ref) -> None:
        op = self.graph.ops[ref]
        match op:
            case Number() | Constant() | Extent():
                self.static.add(ref)
            case Map() if op.fn not in _STATIC | {"reciprocal", "pow", "abs"}:
                return
            case Contract() | Add() | Map() if not self.graph.shapes[ref]:
                if all(x in self.static for x in operands(op)) and not (
                    isinstance(op, Contract) and op.dims
                ):
                    self.static.add(ref)
            case _:
                return

    def _kept(self, ref: Ref, text: Text) -> Text:
        """Give a node a name where it is used several times, is named in the formula, or is long."""
        op = self.graph.ops[ref]
        hint = self.graph.hints.get(ref)
        if text.inner.isidentifier() and text.inner in self.taken:
            self.names[ref] = text.inner
            return text
        if isinstance(op, Number | Constant | Extent | Eye) or len(text.inner) < 4:
            return text
        simple = ref in self.static and len(text.inner) < 12
        if hint is None and (self._uses[ref] < 2 or simple) and len(text.inner) <= _LONG:
            return text
        name = self._named(hint)
        self.lines.append(f"{name} = {text.inner}")
        self.names[ref] = name
        return Text(name, ATOM)

    def _named(self, hint: str | None) -> str:
        title = self.titles.get(hint) if hint is not None else None
        if title is not None and title not in self.taken:
            self.taken.add(title)
            return title
        while True:
            self._count += 1
            name = f"t{self._count}"
            if name not in self.taken:
                self.taken.add(name)
                return name

    def _printed(self, ref: Ref) -> Text:
        graph, d = self.graph, self.dialect
        op = graph.ops[ref]
        match op:
            case Input(name):
                raise CannotCompile(f"the symbol {name} is not given")
            case Number(value):
                return fraction(value)
            case Constant(name):
                return Text(f"math.{name}", ATOM)
            case Extent(dim):
                text = self.dim(dim)
                return Text(text, ATOM if text.isidentifier() or text.isdigit() else SUM)
            case Positions(dim, origin):
                last = self.dim(dim + Dim.number(origin))
                return self.call(d.positions, first=str(origin), last=last)
            case Eye(dim):
                return self.call(d.eye, n=self.dim(dim))
            case Add():
                return self._added(ref, op)
            case Contract():
                found = self._on_diagonal(ref) if self.dialect.view and op.rank > 2 else None
                if found is None:
                    return contraction(self, op)
                zeros = self.call(self.dialect.zeros, shape=self.shape(op.dims))
                name = self._started(zeros.inner)
                shape = op.dims[: op.rank]
                self._write(name, shape, Term(Fraction(1), ref, tuple(range(op.rank))), "=")
                return Text(name, ATOM)
            case Map():
                return self._mapped(ref, op)
            case Along(fn, arg):
                return self.call(d.along[fn], self.text(arg).inner)
            case Inverse(arg):
                return self.call(d.inverse, self.text(arg).inner)
            case Determinant(arg, _, log):
                return self.call(d.logdet if log else d.det, self.text(arg).inner)
            case Cholesky(arg):
                return self.call(d.cholesky, self.text(arg).inner)
            case Solve(arg, right, _, vector, factor):
                template = d.solve
                if factor:
                    template = d.factored_vector if vector else d.factored
                return self.call(template, self.text(arg).inner, self.text(right).inner)
            case Reshape(arg, shape):
                return self.call(d.reshape, self.text(arg).wrapped(ATOM), shape=self.shape(shape))
            case Slice(arg, axis, start, shape):
                stop = self.dim(start + shape[axis])
                cut = f"{self.dim(start)}:{stop}"
                index = ", ".join([":"] * axis + [cut])
                return Text(f"{self.text(arg).wrapped(ATOM)}[{index}]", ATOM)
            case Pad(arg, axis, start, shape):
                inside = graph.shapes[arg][axis]
                after = self.dim(shape[axis] - start - inside)
                inner = self.text(arg).inner
                text = d.pad(inner, axis, len(shape), self.dim(start), after)
                return self.call("{0}", text)
            case _:
                assert_never(op)

    def operand(self, ref: Ref, axes: Sequence[int], rank: int) -> Text:
        """Return an operand laid along the axes of an operation."""
        return placed(self.text(ref), axes, rank, self.dialect.permute)

    def _added(self, ref: Ref, op: Add) -> Text:
        diagonals = [t for t in op.terms if self._on_diagonal(t.ref)]
        if self.dialect.view and diagonals:
            self._filled.add(ref)
            return self._with_diagonals(op, diagonals)
        return self._sum(op.terms, len(op.shape))

    def _on_diagonal(self, ref: Ref) -> tuple[Contract, tuple[int, ...]] | None:
        """Return what stands on a diagonal, where a node has entries on one only."""
        op = self.graph.ops[ref]
        return without_deltas(self, op) if isinstance(op, Contract) else None

    def _with_diagonals(self, op: Add, diagonals: Sequence[Term]) -> Text:
        """Print a sum with diagonal terms: the dense ones first, then the others into their diagonals."""
        rank = len(op.shape)
        dense = [t for t in op.terms if t not in diagonals]
        if dense:
            text = self._sum(dense, rank)
            covered = {k for t in dense for k in t.axes}
            if not set(range(rank)) <= covered:
                text = self.call(self.dialect.spread, text.inner, shape=self.shape(op.shape))
            elif len(dense) == 1 and not self._fresh(dense[0]):
                text = self.call(self.dialect.copy, text.inner)
            own = len(dense) == 1 and text.inner.isidentifier() and self._fresh(dense[0])
            name = text.inner if own else self._started(text.inner)
        else:
            name = self._started(
                self.call(self.dialect.full, "0", shape=self.shape(op.shape)).inner
            )
        for t in diagonals:
            self._write(name, op.shape, t, "+=" if t.coef > 0 else "-=")
        return Text(name, ATOM)

    def _fresh(self, t: Term) -> bool:
        """Tell whether a term is an array of its own, which nothing else sees."""
        if t.coef != 1 or (t.ref in self._filled and self._uses[t.ref] == 1):
            return True
        op = self.graph.ops[t.ref]
        return t.ref not in self.names and isinstance(op, Contract) and len(op.args) > 1

    def _started(self, text: str) -> str:
        name = self._named(None)
        self.lines.append(f"{name} = {text}")
        return name

    def _write(self, name: str, shape: Shape, t: Term, sign: str) -> None:
        """Write (or add) what stands on the diagonal of a term into that of an array of a shape."""
        found = self._on_diagonal(t.ref)
        assert found is not None
        op, runs = found
        # Which axis of the diagonal each axis of the array runs on, in the order of the array.
        along = [runs[t.axes.index(k)] if k in t.axes else ~k for k in range(len(shape))]
        order = list(dict.fromkeys(along))
        letters = "".join(chr(97 + order.index(k)) for k in along)
        moved = Contract(
            abs(t.coef) * op.coef,
            tuple(Arg(a.ref, tuple(order.index(k) for k in a.axes)) for a in op.args),
            tuple(shape[along.index(k)] for k in order),
            len(order),
        )
        text, _ = core(self, moved)
        spec = f"{letters}->{''.join(dict.fromkeys(letters))}"
        view = self.call(self.dialect.view, name, spec=spec)
        self.lines.append(f"{view.inner}[...] {sign} {text.inner}")

    def _sum(self, terms_: Sequence[Term], rank: int) -> Text:
        terms = sorted(terms_, key=lambda t: t.coef < 0)
        out = ""
        for t in terms:
            size = abs(t.coef)
            body = self.operand(t.ref, t.axes, rank)
            op = self.graph.ops[t.ref]
            if isinstance(op, Number):
                text = fraction(size * op.value)
            elif size == 1:
                text = body
            else:
                text = scaled(body, size)
            wrapped = text.wrapped(TERM)
            if not out:
                out = wrapped if t.coef > 0 else self._negated(text, t.ref)
            else:
                out += f" + {wrapped}" if t.coef > 0 else f" - {wrapped}"
        return Text(out, SUM)

    def _negated(self, text: Text, ref: Ref) -> str:
        """Negate an expression; of a product entry by entry the first factor, before it grows."""
        op = self.graph.ops[ref]
        entrywise = isinstance(op, Contract) and len(op.dims) == op.rank and "@" not in text.inner
        return f"-{text.wrapped(TERM if entrywise else FACTOR)}"

    def _mapped(self, ref: Ref, op: Map) -> Text:
        rank = len(op.shape)
        if ref in self.static:
            return self._of_numbers(op)
        texts = [self.operand(a.ref, a.axes, rank) for a in op.args]
        if op.fn == "reciprocal":
            return Text(f"1 / {texts[0].wrapped(FACTOR)}", TERM)
        template = self.dialect.functions.get(op.fn)
        if template is None:
            raise CannotCompile(f"the function {op.fn} is not known to {self.dialect.module}")
        inner = [
            self.dialect.wrapped.format(t.inner, like=self.like)
            if a.ref in self.static
            and self.dialect.wrapped != "{0}"
            and "{wrapped}" not in template
            else t.inner
            for a, t in zip(op.args, texts, strict=True)
        ]
        if template.startswith("~"):
            inner = [t.wrapped(ATOM) for t in texts]
        return self.call(template, *inner)

    def _of_numbers(self, op: Map) -> Text:
        texts = [self.text(a.ref) for a in op.args]
        match op.fn:
            case "reciprocal":
                return Text(f"1 / {texts[0].wrapped(FACTOR)}", TERM)
            case "pow":
                return Text(f"{texts[0].wrapped(ATOM)} ** {texts[1].wrapped(ATOM)}", FACTOR)
            case "abs":
                return Text(f"abs({texts[0].inner})", ATOM)
            case _:
                return Text(f"math.{op.fn}({texts[0].inner})", ATOM)
