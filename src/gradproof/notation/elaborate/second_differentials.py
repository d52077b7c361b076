"""Second differentials: ``d^2 f`` is the differential of ``df``, in which ``dx`` is constant."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import final

from gradproof.notation.elaborate.symbols import walk_surface
from gradproof.notation.surface import FormulaRow, Surface


@final
@dataclass(frozen=True, slots=True)
class SecondDifferentials:
    """Whether ``d`` is the sign of a differential throughout a document."""

    used: bool = False

    def row(self, row: FormulaRow) -> FormulaRow:
        """Return a row in which second differentials are differentials of differentials."""
        if not self.used:
            return row
        statements = tuple(replace(s, sides=tuple(map(_read, s.sides))) for s in row.statements)
        return row if statements == row.statements else replace(row, statements=statements)


def second_differentials(rows: Iterable[FormulaRow]) -> SecondDifferentials:
    """Tell whether ``d`` stands before names as a differential, and nowhere as a quantity of its own."""
    nodes = [n for r in rows for s in r.statements for x in s.sides for n in walk_surface(x)]
    squares = {id(n.args[0]) for n in nodes if n.head == "pow" and n.args[1].text == "2"}
    alone = any(_is_d(n) and id(n) not in squares for n in nodes)
    return SecondDifferentials(not alone and any(n.head == "diff" for n in nodes))


def _read(node: Surface) -> Surface:
    args = tuple(map(_read, node.args))
    node = node if args == node.args else replace(node, args=args)
    if node.head != "mul":
        return node
    out: list[Surface] = []
    gaps = ""
    for k, arg in enumerate(node.args):
        square = out[-1] if out and out[-1].head == "pow" and _is_d(out[-1].args[0]) else None
        if square is not None and square.args[1].text == "2" and node.text[k - 1 : k] == "j":
            inner = Surface("diff", arg.span, (arg,), "d")
            out[-1] = Surface("diff", replace(square.span, end=arg.span.end), (inner,), "d")
            continue
        gaps += node.text[k - 1 : k] if out else ""
        out.append(arg)
    if len(out) == len(node.args):
        return node
    return out[0] if len(out) == 1 else replace(node, args=tuple(out), text=gaps)


def _is_d(node: Surface) -> bool:
    name = node.name
    return node.head == "name" and name is not None and name.base == "d" and not name.sub
