"""Matrices and case distinctions, and the sets of numbers that declarations name."""

from typing import Final

from gradproof.notation.grammar.core import Core
from gradproof.notation.grammar.scripts import Scripts
from gradproof.notation.grammar.tokens import Token
from gradproof.notation.grammar.vocabulary import CASES, CONDITION_WORDS
from gradproof.notation.surface import Surface
from gradproof.notation.tex.layout import Layout

_TRAILING: Final = frozenset({"comma", "period", "semi", "space"})


class Tables(Scripts, Core):
    """Parsing of environments with rows and columns."""

    __slots__ = ()

    def table(self) -> Surface:
        """Parse a matrix or a case distinction."""
        token = self.tokens[self.i]
        self.i += 1
        node = token.node
        if node is None:
            return self.make("unknown", token.start, token.end)
        rows = _rows(node.args)
        end = token.end
        scripts = [s.span.start for s in (token.sub, token.sup) if s is not None]
        if scripts:
            end = min(scripts) - 1
        if node.text in CASES:
            branches = tuple(self._branch(row) for row in rows)
            return self.scripted(self.make("cases", token.start, end, branches), token)
        made: list[Surface] = []
        for row in rows:
            cells = [self.within(cell, at, self.expression) for cell, at in _cells(row, node)]
            if cells:
                made.append(self.make("row", cells[0].span.start, cells[-1].span.end, tuple(cells)))
        return self.scripted(self.make("matrix", token.start, end, tuple(made), node.text), token)

    def _branch(self, row: tuple[Layout, ...]) -> Surface:
        """Parse a value and the condition set apart from it by &, words, a wide space or a comma."""
        start = row[0].span.start
        split = next((at for at, node in enumerate(row) if node.kind == "ampersand"), len(row))
        before = self.stream(row[:split], keep_space=True)
        rest = self.stream(row[split:], keep_space=True)
        depth = 0
        for at, token in enumerate(before):
            if split < len(row):
                break
            code = token.code
            depth += (code == "open") - (code == "close")
            if depth == 0 and code in ("text", "space", "comma") and at:
                before, rest = before[:at], before[at:]
                break
        value = self.over(_trimmed(before), start, self.expression)
        rest = [t for t in rest if t.code not in ("amp", "space")]
        words = [t for t in rest if t.code == "text"]
        formula = _trimmed([t for t in rest if t.code != "text"])
        while formula and formula[0].code == "comma":
            formula = formula[1:]
        if formula:
            condition = self.over(formula, start, self._condition)
        elif words:
            text = " ".join(t.text.strip() for t in words)
            condition = self.make("text", words[0].start, words[-1].end, (), text)
        else:
            return self.make("branch", value.span.start, value.span.end, (value,))
        outside = [t.text.strip().lower() for t in words]
        if formula and any(
            text not in CONDITION_WORDS and text not in ("and", "") for text in outside
        ):
            first, last = words[0], words[-1]
            self.unread("these words in a condition are not understood", first.start, last.end)
        end = max(value.span.end, condition.span.end)
        return self.make("branch", value.span.start, end, (value, condition))

    def _condition(self) -> Surface:
        parts = [self.item()]
        while self.tokens[self.i].code in ("comma", "semi"):
            self.i += 1
            parts.append(self.item())
        if len(parts) == 1:
            return parts[0]
        return self.make("tuple", parts[0].span.start, parts[-1].span.end, tuple(parts))

    # ------------------------------------------------------------------ declarations

    def space(self) -> Surface:
        r"""Parse ``\mathbb{R}^{m \times n}`` with its sizes."""
        token = self.tokens[self.i]
        self.i += 1
        letter = token.text
        sizes: tuple[Surface, ...] = ()
        if token.sub is not None:
            letter += "+" if any(n.text in ("+", ">", "ge", "geq") for n in token.sub.args) else ""
            if letter == token.text:
                self.unread(
                    "this subscript of a set of numbers is not understood", token.start, token.end
                )
        if token.sup is not None:
            nodes = token.sup.args
            if len(nodes) == 1 and nodes[0].kind == "operator" and nodes[0].text == "+":
                letter += "+"
            else:
                sizes = self.sizes(token.sup)
        return self.make("space", token.start, token.end, sizes, letter)

    def bare_space(self) -> Surface | None:
        r"""Parse a plain ``R^{m \times n}`` after ``\in`` as a set of numbers; nothing where it is none."""
        token = self.tokens[self.i]
        if self.set_at != self.i or token.code != "name" or token.text not in ("R", "N", "Z"):
            return None
        if token.sub is not None or (
            token.sup is None and self.tokens[self.i + 1].code not in ("end", "rel")
        ):
            return None
        return self.space()

    def sizes(self, group: Layout) -> tuple[Surface, ...]:
        r"""Read ``m \times n``, ``m×n``, ``mxn`` as a list of sizes."""
        tokens = self.stream(group.args)
        while len(tokens) > 1 and tokens[0].code == "open" and tokens[-1].code == "close":
            tokens = tokens[1:-1]
        parts: list[list[Token]] = [[]]
        depth = 0
        for at, token in enumerate(tokens):
            depth += (token.code == "open") - (token.code == "close")
            cross = (
                token.code == "name"
                and token.text == "x"
                and token.sup is None
                and 0 < at < len(tokens) - 1
            )
            times = token.code == "mul" and token.text in ("t", "s")
            if depth == 0 and (times or cross or token.code == "comma") and parts[-1]:
                parts.append([])
            else:
                parts[-1].append(token)
        at = group.span.start
        return tuple(self.over(part, at, self.expression) for part in parts if part)


def _rows(nodes: tuple[Layout, ...]) -> list[tuple[Layout, ...]]:
    rows: list[tuple[Layout, ...]] = []
    start = 0
    for at, node in enumerate(nodes):
        if node.kind == "newrow":
            rows.append(nodes[start:at])
            start = at + 1
    rows.append(nodes[start:])
    return [row for row in rows if any(node.kind != "space" for node in row)]


def _cells(row: tuple[Layout, ...], table: Layout) -> list[tuple[tuple[Layout, ...], int]]:
    """Return the nodes of each cell and where the cell starts."""
    cells: list[tuple[tuple[Layout, ...], int]] = []
    start, at = 0, row[0].span.start if row else table.span.start
    for position, node in enumerate(row):
        if node.kind == "ampersand":
            cells.append((row[start:position], at))
            start, at = position + 1, node.span.end
    cells.append((row[start:], at))
    return cells


def _trimmed(tokens: list[Token]) -> list[Token]:
    """Return tokens without spaces, alignment marks and punctuation at the end."""
    kept = [token for token in tokens if token.code not in ("space", "amp", "newrow")]
    while kept and kept[-1].code in _TRAILING:
        kept.pop()
    return kept
