"""What is told in words as statements in the rows of the formulas beside them, each with a note that says so."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, final

from gradproof.notation.documents import Document
from gradproof.notation.elaborate.declare import SpaceDeclaration, declarations
from gradproof.notation.elaborate.known_slopes import with_slopes
from gradproof.notation.elaborate.roles import EQUALS
from gradproof.notation.elaborate.sentences import sentences
from gradproof.notation.elaborate.symbols import spelled, walk_surface
from gradproof.notation.elaborate.told import Head, declared, described, heads
from gradproof.notation.grammar import Options, parse_rows
from gradproof.notation.surface import FormulaRow, Note, Statement, Surface
from gradproof.notation.tex import parse_layout
from gradproof.source import Span

DECLARED: Final = "words-declare"
"""Kind of the note on a name of which the words beside it tell what it is."""

HEAD: Final = "words-head"
"""Kind of the note on a formula that the words before it call a derivative."""

Rows = Sequence[Sequence[FormulaRow]]


@final
class Spoken:
    """What the words of a document say of its formulas, by the position of the region."""

    __slots__ = ("_declared", "_heads", "sets")

    def __init__(self, document: Document) -> None:
        """Read the words of a document."""
        texts = [document.text(r) for r in document.regions]
        found = sentences(document)
        self._declared: dict[int, str] = {}
        for said in declared(found, texts):
            self._declared.setdefault(said.position, said.tex)
        self.sets = described(found, texts)
        self._heads: Mapping[int, Head] = {h.position: h for h in heads(found)}

    def rows(self, rows: Rows, before: int) -> list[tuple[FormulaRow, ...]]:
        """Return the rows with what is told in words; the regions of the document begin at `before`."""
        out = [tuple(group) for group in rows]
        statements = [s for group in rows for row in group for s in row.statements]
        known = {
            spelled(d.subject)
            for s in statements
            for d in declarations(s)
            if isinstance(d, SpaceDeclaration)
        }
        known |= {
            spelled(s.sides[0].args[0])
            for s in statements
            if s.relations and s.sides[0].head == "call"
        }
        told = {
            p: t
            for p, tex in self._declared.items()
            if (t := _told(out[before + p], tex, known)) is not None
        }
        several = Counter(
            n for n, _ in {(spelled(s.sides[0]), _value(s)) for _, s in told.values()}
        )
        for position, (row, statement) in told.items():
            if several[spelled(statement.sides[0])] == 1:
                note = Note(
                    DECLARED, f"read as {self._declared[position]}, as the words say", row.span
                )
                out[before + position] = (
                    replace(row, statements=(statement,), notes=(*row.notes, note)),
                )
        out = with_slopes(out)
        for position in range(before, len(out)):
            out[position] = tuple(_filled(row, out, position) for row in out[position])
        for head in self._heads.values():
            row = _with_head(out, before, head)
            if row is not None:
                out[before + head.position] = (row, *out[before + head.position][1:])
        return out


def _value(s: Statement) -> str:
    return "".join(spelled(side) for side in s.sides[1:])


def _bare(group: Sequence[FormulaRow]) -> Surface | None:
    """Return the one expression of a formula that claims nothing."""
    row = group[0] if len(group) == 1 else None
    if row is None or len(row.statements) != 1 or any(n.fatal for n in row.notes):
        return None
    (statement,) = row.statements
    return statement.sides[0] if len(statement.sides) == 1 and not statement.relations else None


def _told(
    group: Sequence[FormulaRow], tex: str, known: set[str]
) -> tuple[FormulaRow, Statement] | None:
    """Return the row of a bare name with the statement that words make of it; None where it is told already."""
    side = _bare(group)
    members = side.args if side is not None and side.head == "tuple" else (side,)
    if any(m is None or m.head not in ("name", "call") or spelled(m) in known for m in members):
        return None
    rows = parse_rows(parse_layout(tex).nodes, Options())
    if len(rows) != 1 or len(rows[0].statements) != 1 or any(n.fatal for n in rows[0].notes):
        return None
    (statement,) = rows[0].statements
    span = group[0].span
    return group[0], replace(
        statement, span=span, sides=tuple(_moved(s, span) for s in statement.sides)
    )


def _moved(node: Surface, span: Span) -> Surface:
    """Give all parts of a node one place."""
    name = node.name
    if name is not None:
        name = replace(
            name,
            sub=tuple(_moved(s, span) for s in name.sub),
            sup=tuple(_moved(s, span) for s in name.sup),
        )
    return replace(node, span=span, args=tuple(_moved(a, span) for a in node.args), name=name)


def _with_head(rows: Rows, before: int, head: Head) -> FormulaRow | None:
    """Return the row of a bare formula as a claim about the derivative that words call it."""
    group = rows[before + head.position]
    first = group[0] if group else None
    side = _bare(group[:1])
    variable = _bare(rows[before + head.by])
    if first is None or side is None or variable is None or variable.head not in ("name", "group"):
        return None
    if side.head in ("name", "number") or any(
        n.head in ("deriv", "grad", "diff") for n in walk_surface(side)
    ):
        return None
    function = _named(rows, before, head)
    if function is None:
        return None
    slope = Surface(
        "deriv", side.span, (_moved(function, side.span), _moved(variable, side.span)), "partial"
    )
    claim = Statement(side.span, (slope, side), ("=",))
    name = spelled(function.args[0] if function.head == "call" else function)
    told = f"read as the derivative of {name} by {spelled(variable)}, as the words say"
    return replace(first, statements=(claim,), notes=(*first.notes, Note(HEAD, told, first.span)))


def _filled(row: FormulaRow, rows: Rows, position: int) -> FormulaRow:
    r"""Return a row in which ``\nabla = …`` and ``\frac{d}{dw} = …`` say of what: of the one function before."""
    statements: list[Statement] = []
    notes = list(row.notes)
    for s in row.statements:
        left = s.sides[0]
        empty = (
            left.head in ("grad", "deriv")
            and left.args[0].head == "hole"
            and s.relations[:1] == ("=",)
        )
        function = _function(rows, position) or _expression(rows, position) if empty else None
        if function is not None:
            own = replace(left, args=(_moved(function, left.span), *left.args[1:]))
            s = replace(s, sides=(own, *s.sides[1:]))
            notes.append(
                Note(
                    HEAD,
                    "read as the derivative of the one function that stands before it",
                    left.span,
                )
            )
        statements.append(s)
    return (
        replace(row, statements=tuple(statements), notes=tuple(notes))
        if len(notes) > len(row.notes)
        else row
    )


def _named(rows: Rows, before: int, head: Head) -> Surface | None:
    """Return what the words name as the function, or the one that they can only mean."""
    if head.function is None:
        return _function(rows, before + head.position)
    sides = [s.sides[0] for row in rows[before + head.function] for s in row.statements]
    return sides[0] if len(sides) == 1 and sides[0].head in ("name", "call") else None


def _expression(rows: Rows, position: int) -> Surface | None:
    """Return the first expression that stands alone: the function, where none has a name."""
    for group in rows[:position]:
        side = _bare(group)
        if side is not None and side.head in ("add", "mul", "sum", "pow", "neg", "div", "norm"):
            return (
                None
                if any(n.head in ("deriv", "grad", "diff") for n in walk_surface(side))
                else side
            )
    return None


def _function(rows: Rows, position: int) -> Surface | None:
    """Return the one function that is defined before a place and on which no other hangs."""
    tops: dict[str, Surface] = {}
    used: set[str] = set()
    for group in rows[:position]:
        for s in (s for row in group for s in row.statements):
            left = s.sides[0]
            if declarations(s) or not s.relations or s.relations[0] not in EQUALS:
                continue
            nodes = [n for side in s.sides[1:] for n in walk_surface(side)]
            used |= {spelled(n) for n in nodes if n.head == "name"}
            derived = any(
                n.head in ("deriv", "grad", "diff", "prime") for n in (*nodes, *walk_surface(left))
            )
            if left.head in ("name", "call") and not derived:
                name = left.args[0] if left.head == "call" else left
                tops.setdefault(spelled(name), left)
    free = [left for name, left in tops.items() if name not in used]
    return free[0] if len(free) == 1 else None
