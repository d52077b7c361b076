"""The converter: walks one statement of the surface tree with the symbol table of the document."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal, final

from gradproof.expr import Compare, Const, Size, Space, Sym
from gradproof.notation.elaborate import build
from gradproof.notation.elaborate.build import Built
from gradproof.notation.elaborate.decimals import rounded
from gradproof.notation.elaborate.symbols import Resolved, Symbols, full_key, spelled, walk_surface
from gradproof.notation.surface import Name, Note, Statement, Surface

_PLAIN_HEADS = frozenset({"dots", "set", "tuple", "given"})

FULL_RANK = "the pseudo-inverse is taken of a matrix of full rank"

Handler = Callable[["Converter", Surface], Built]

COMPARISONS: dict[str, Literal["=", "!=", "<", "<=", ">", ">="]] = {
    "=": "=", "==": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=",
}  # fmt: skip
CONSTANT_NAMES = {"\\pi": "pi", "π": "pi"}


def is_pseudo_inverse(scripts: Sequence[Surface]) -> bool:
    """Tell whether superscripts are the sign of a pseudo-inverse: a plus or a dagger alone."""
    return len(scripts) == 1 and scripts[0].head == "text" and scripts[0].text in ("+", "dagger")


FORMAL = "{}"
"""Sets a formal parameter apart from an array of the same letter that has another shape; it is spelled without."""


@final
@dataclass(slots=True)
class Converter:
    """Converts the statements of one row; collects what had to be assumed in `notes`.

    `bound` are the letters bound by the sums around the present node, `free` the index letters that
    stand free in the statement. `variant` asks for another reading than the usual one (see `variants`),
    and `offered` are those that could be asked for. `matrices` asks for products of matrices only.
    """

    table: Symbols
    handlers: Mapping[str, Handler]
    defined: Container[str] = frozenset[str]()
    notes: list[Note] = field(default_factory=list[Note])
    bound: list[str] = field(default_factory=list[str])
    free: frozenset[str] = frozenset()
    repairing: bool = True
    repaired: set[str] = field(default_factory=set[str])
    local: dict[str, tuple[Size, ...]] = field(default_factory=dict[str, tuple[Size, ...]])
    sides: tuple[Surface, ...] = ()
    variant: str = ""
    offered: set[str] = field(default_factory=set[str])
    matrices: bool = False

    def reads_as(self, variant: str) -> bool:
        """Tell whether another reading is asked for; called only where it may make a difference, which is noted."""
        self.offered.add(variant)
        return self.variant == variant

    def statement(self, statement: Statement) -> tuple[Built | None, ...]:
        """Convert the sides; None for a hole."""
        self.free = self._free_letters(statement)
        self.sides = statement.sides
        built = tuple(None if s.head == "hole" else self.convert(s) for s in statement.sides)
        self.notes.extend(rounded(statement.sides, built))
        return built

    def _free_letters(self, statement: Statement) -> frozenset[str]:
        return frozenset[str]().union(*map(self.letters, statement.sides))

    def letters(self, node: Surface, *, outside: bool = False) -> frozenset[str]:
        """Return the index letters that stand free in a tree; `outside` leaves out what sums without an index hold."""
        found: set[str] = set()
        self._collect(node, frozenset(), found, outside=outside)
        return frozenset(found)

    def _collect(
        self, node: Surface, bound: frozenset[str], letters: set[str], *, outside: bool
    ) -> None:
        if node.head in ("sum", "prod"):
            if outside and len(node.args) == 1:
                return
            bound = bound | {spelled(b.args[0] if b.args else b) for b in node.args[1:]}
        own = self.table.quantity(node) if node.head in ("name", "call") else None
        for item in own.indices if own is not None else ():
            letters.update(
                full_key(n.name)
                for n in walk_surface(item)
                if n.name is not None and full_key(n.name) not in bound
            )
        for arg in node.args:
            self._collect(arg, bound, letters, outside=outside)

    def convert(self, node: Surface) -> Built:
        """Convert one node; what is read but not understood becomes `Opaque`."""
        handler = self.handlers.get(node.head)
        return handler(self, node) if handler is not None else self.opaque(node)

    def opaque(self, node: Surface, head: str = "") -> Built:
        """Convert to a node that is read but not evaluated."""
        kids = [
            self.convert(a) for a in node.args if a.head not in ("hole", "text", "relation", "sim")
        ]
        if not head:
            head = node.head if node.head in _PLAIN_HEADS else node.text or node.head
            if node.head in ("interval", "space"):
                head = f"{node.head} {node.text}"
        return build.opaque(head, node.span, kids)

    def is_quantity_e(self) -> bool:
        """Tell whether e names a quantity of the document and not Euler's number."""
        table = self.table
        named = "e" in self.defined or "e" in table.domains or "e" in table.variables
        return named or not table.euler

    def whole(self, node: Surface) -> Built:
        """Convert where an array is meant as a whole: no dropped index is looked for."""
        before, self.repairing = self.repairing, False
        try:
            return self.convert(node)
        finally:
            self.repairing = before

    def note(self, kind: str, message: str, node: Surface) -> None:
        """Record an assumption."""
        self.notes.append(Note(kind, message, node.span))

    def name(self, node: Surface) -> Built:
        """Convert a name: index, constant, entry, or symbol (with a dropped index restored)."""
        name = node.name
        assert name is not None
        resolved = self.table.resolve(name)
        key = resolved.key
        if not resolved.indices:
            if key in self.bound:
                return build.index(key, node.span)
            if key in self.free and key in self.table.indices and not self.table.shapes.get(key):
                return build.index(key, node.span)
            if key in CONSTANT_NAMES and key not in self.defined:
                return Built(Const("pi"), node.span)
            if key == "e" and not self.is_quantity_e():
                return Built(Const("e"), node.span)
        if key in self.local and not resolved.indices:
            local = self.local[key]
            alike = self.table.shapes.get(key, local) == local
            return Built(Sym(key if alike else key + FORMAL, Space(local)), node.span, (), local)
        return self._pseudo_inverse(node, name, key) or self.symbol(resolved, node)

    def _pseudo_inverse(self, node: Surface, name: Name, key: str) -> Built | None:
        r"""Convert ``A^+`` or ``A^\dagger`` of a matrix; None where the sign is a label of the name."""
        if not is_pseudo_inverse(name.sup) or self.table.shapes.get(key) or key in self.defined:
            return None
        bare = self.table.resolve(replace(name, sup=()))
        if len(self.table.shapes.get(bare.key, ())) - len(bare.indices) != 2:
            return None
        self.note("full-rank", FULL_RANK, node)
        return build.pseudo_inverse(self.symbol(bare, node), node.span)

    def symbol(self, resolved: Resolved, node: Surface) -> Built:
        """Convert a resolved name: a symbol, an entry of it, or with the index that was dropped restored."""
        key = resolved.key
        space = self.table.space(key)
        shape: build.Shape = space.shape
        if key in self.table.vague and not space.shape:
            shape = None
        symbol = Built(Sym(key, space), node.span, (), shape)
        if resolved.indices:
            if key in self.table.members and key not in self.repaired:
                self.repaired.add(key)
                self.note("shape-inferred", f"the members of {key} are read as vectors", node)
            items = [self.index(i) for i in resolved.indices]
            if shape is not None and len(items) > len(shape):
                return build.opaque("entry", node.span, [symbol, *items])
            return build.line_entry(symbol, items, node.span)
        if self.repairing and len(space.shape) == 1 and key in self.table.families:
            letter = self.dropped(space.shape[0])
            if letter is not None:
                if key not in self.repaired:
                    self.repaired.add(key)
                    self.note(
                        "index-missing",
                        f"{key} is read as {key}_{letter}: the index of the sum or derivative was left out",
                        node,
                    )
                return build.entry(symbol, [build.index(letter, node.span)], node.span)
        return symbol

    def dropped(self, size: Size) -> str | None:
        """Return the index letter in scope over which an array of a size must run, if there is exactly one."""
        candidates = [b for b in self.bound if self.counts(b, size)]
        if not candidates:
            candidates = [f for f in sorted(self.free) if self.counts(f, size)]
        return candidates[-1] if len(set(candidates)) == 1 else None

    def counts(self, letter: str, size: Size) -> bool:
        """Tell whether an index letter runs over an axis of the given size."""
        bounds = self.table.indices.get(letter)
        if bounds is None:
            return False
        return Size(bounds.upper.name, bounds.upper.offset + 1 - bounds.lower) == size

    def place(self, letter: str, node: Surface) -> Built:
        """Return an index letter as a place of an array without a name: its entries count from 1."""
        bounds, place = self.table.indices.get(letter), build.index(letter, node.span)
        if bounds is None or bounds.lower == 1:
            return place
        return build.add([place, build.number(1 - bounds.lower, node.span)], node.span)

    def index(self, node: Surface) -> Built:
        """Convert an index expression."""
        match node.head:
            case "number":
                return build.number(Fraction(node.text), node.span)
            case "name" | "prime" | "transpose":
                return build.index(spelled(node), node.span)
            case "neg":
                return build.neg(self.index(node.args[0]), node.span)
            case "add":
                return build.add([self.index(a) for a in node.args], node.span)
            case "group" if len(node.args) == 1:
                return self.index(node.args[0])
            case _:
                return self.opaque(node, "index")

    def condition(self, node: Surface) -> tuple[Compare, Built] | None:
        """Convert a single comparison."""
        if node.head == "group" and len(node.args) == 1:
            return self.condition(node.args[0])
        if node.head != "relation" or len(node.args) != 2 or node.text not in COMPARISONS:
            return None
        left, right = (self._comparand(a) for a in node.args)
        compare = Compare(COMPARISONS[node.text], left.expr, right.expr)
        return compare, Built(compare, node.span, (left, right))

    def _comparand(self, node: Surface) -> Built:
        if self.table.is_index(node) and node.head != "number":
            return self.index(node)
        return self.convert(node)
