"""Brackets: groups, lists, sets, intervals, absolute values, norms, inner products, conditions."""

from typing import Final

from gradproof.notation.grammar.scripts import Script, Scripts
from gradproof.notation.grammar.tokens import Token
from gradproof.notation.grammar.vocabulary import FACTOR_STARTS
from gradproof.notation.surface import Surface
from gradproof.notation.tex.layout import Layout

_ATOMS: Final = frozenset({"num", "name", "dots", "one"})


class Brackets(Scripts):
    """Parsing of what stands in brackets."""

    __slots__ = ()

    def item(self) -> Surface:
        """Parse an expression, or a chain of relations, inside a bracket or a script."""
        tokens = self.tokens
        start = tokens[self.i].start
        first = self.hole(start) if tokens[self.i].code == "rel" else self.expression()
        if tokens[self.i].code != "rel":
            return first
        sides = [first]
        signs: list[str] = []
        while tokens[self.i].code == "rel":
            token = tokens[self.i]
            signs.append(token.text)
            self.i += 1
            if token.text in ("in", "notin", "subset"):
                self.set_at = self.i
            following = tokens[self.i]
            if following.code in FACTOR_STARTS or following.code in ("+", "-"):
                sides.append(self.expression())
            else:
                sides.append(self.hole(token.end))
            self.set_at = -1
        return self.make(
            "relation", sides[0].span.start, sides[-1].span.end, tuple(sides), " ".join(signs)
        )

    def members(self) -> tuple[list[Surface], int, int, Token]:
        """Parse a bracket at the cursor.

        Returns:
            its members, how many stand before a bar (-1 without one), how many before a semicolon (-1
            without one), and the closing token.
        """
        opening = self.tokens[self.i]
        self.enter(opening.start, opening.end)
        saved, self.hold_at, self.in_integral = (self.hold_at, self.in_integral), False, -1
        self.i += 1
        tokens = self.tokens
        parts: list[Surface] = []
        bar = params = -1
        while True:
            token = tokens[self.i]
            code = token.code
            if code in FACTOR_STARTS or code in ("+", "-", "rel"):
                parts.append(self.item())
            elif code == "close" or code == "end":
                break
            elif code in ("comma", "semi", "given"):
                parts.append(self.hole(token.start))
                self.unread(
                    "an empty place in a list; expected an expression", token.start, token.end
                )
            else:
                self.stray()
                continue
            token = tokens[self.i]
            code = token.code
            if code == "comma":
                self.i += 1
                if tokens[self.i].code == "close":
                    break
            elif code == "semi":
                if params < 0:
                    params = len(parts)
                self.i += 1
            elif code == "given" and bar < 0:
                bar = len(parts)
                self.i += 1
            elif code not in ("close", "end"):
                self.stray()
        closing = tokens[self.i]
        if closing.code == "close":
            self.i += 1
        self.hold_at, self.in_integral = saved
        self.depth -= 1
        return parts, bar, params, closing

    def arguments(self) -> tuple[Surface, ...]:
        """Parse a bracket as an argument list; its scripts are left to the caller."""
        opening = self.tokens[self.i]
        parts, bar, params, closing = self.members()
        if bar >= 0:
            return (self._given(parts, bar, params),)
        if not parts:
            self.unread("an empty bracket; expected an argument", opening.start, closing.end)
            return (self.hole(opening.end),)
        return tuple(parts)

    def _given(self, parts: list[Surface], bar: int, params: int) -> Surface:
        """Make p(left | right; parameters)."""
        end = params if params > bar else len(parts)
        left, right = self._list(parts[:bar]), self._list(parts[bar:end])
        members = (left, right, *parts[end:])
        return self.make("given", left.span.start, members[-1].span.end, members)

    def _list(self, parts: list[Surface]) -> Surface:
        if len(parts) == 1:
            return parts[0]
        if not parts:
            return self.hole(self.tokens[self.i - 1].start)
        return self.make("tuple", parts[0].span.start, parts[-1].span.end, tuple(parts))

    def bracket(self) -> Surface:
        """Parse a bracket with its scripts."""
        at = self.i
        opening = self.tokens[at]
        text = opening.text
        if text == "|" or text == "||":
            return self._bars(opening)
        interval = self.set_at == at and text in "(["
        braces_are_set = self.set_at == at and text == "{"
        self.set_at = -1
        if text == "[" and (row := self._row()) is not None:
            return row
        if text == "{" and self._is_builder(at):
            return self._builder()
        parts, bar, params, closing = self.members()
        start, end = opening.start, bracket_end(closing)
        if text == "<":
            return self._inner(parts, bar, opening, closing)
        if text in ("floor", "ceil"):
            callee = self.make("function", start, opening.end, (), text)
            return self.scripted(self.make("call", start, end, (callee, *parts), text), closing)
        if bar >= 0:
            parts = [self._given(parts, bar, params)]
            params = -1
        if not parts:
            if text != "{":
                self.unread("an empty bracket; expected an expression", start, end)
            node = self.make("set" if text == "{" else "hole", start, end)
        elif len(parts) == 1 and not braces_are_set:
            inner = parts[0]
            if inner.head == "relation" and text == "[":
                node = self.make("ind", start, end, (inner,))
            else:
                node = self.make("group", start, end, (inner,), "{" if text == "g" else text)
        elif text == "{":
            node = self.make("set", start, end, tuple(parts))
        elif len(parts) == 2 and params < 0 and text in "([" and (
            interval or (text == "(") != (closing.text == ")")
        ):  # fmt: skip
            node = self.make("interval", start, end, tuple(parts), text + closing.text)
        else:
            node = self.make("tuple", start, end, tuple(parts), text)
        return self.scripted(node, closing)

    def _is_builder(self, at: int) -> bool:
        """Say whether braces hold {x : condition}."""
        depth = 0
        colon = -1
        tokens = self.tokens
        while True:
            code = tokens[at].code
            if code == "open":
                depth += 1
            elif code == "close":
                depth -= 1
                if depth == 0:
                    return False
            elif code == "end":
                return False
            elif depth == 1 and code == "colon":
                colon = at
            elif depth == 1 and code == "rel" and colon > 0:
                return True
            at += 1

    def _builder(self) -> Surface:
        opening = self.tokens[self.i]
        close = self.mate(self.i)
        depth = 0
        for token in self.tokens[self.i : close]:
            depth += (token.code == "open") - (token.code == "close")
            if depth == 1 and token.code == "colon":
                token.code = "given"
                break
        parts, bar, params, closing = self.members()
        if bar >= 0:
            parts = [self._given(parts, bar, params)]
        return self.scripted(
            self.make("set", opening.start, bracket_end(closing), tuple(parts)), closing
        )

    def _row(self) -> Surface | None:
        r"""Parse ``[1\ H_2]``, a row matrix whose cells are set apart by spaces alone; None where it is not."""
        at = self.i + 1
        tokens = self.tokens
        previous = tokens[at]
        if previous.code not in _ATOMS:
            return None
        at += 1
        while (token := tokens[at]).code != "close":
            if token.code not in _ATOMS or token.start - previous.end < 2:
                return None
            previous = token
            at += 1
        if at - self.i < 3:
            return None
        opening, closing = tokens[self.i], tokens[at]
        self.i += 1
        cells = [self.factor() for _ in range(at - self.i)]
        self.i = at + 1
        start, end = opening.start, bracket_end(closing)
        row = self.make("row", cells[0].span.start, cells[-1].span.end, tuple(cells))
        self.note(
            "row-matrix",
            "expressions set apart by spaces in a bracket, read as one row",
            start,
            end,
        )
        return self.scripted(self.make("matrix", start, end, (row,), "row"), closing)

    def _bars(self, opening: Token) -> Surface:
        self.set_at = -1
        parts, _, _, closing = self.members()
        start, end = opening.start, bracket_end(closing)
        placeholder = len(parts) == 1 and parts[0].head in ("hole", "unknown")
        if len(parts) != 1 or placeholder:
            self.unread("bars around nothing or a list are not understood", start, end)
            return self.make("unknown", start, end, (), opening.text)
        norm = opening.text == "||"
        if closing.sub is not None:
            order = self.spelled(closing.sub)
            node = self.make("norm", start, max(end, closing.sub.span.end), tuple(parts), order)
        else:
            node = self.make("norm" if norm else "abs", start, end, tuple(parts))
        if closing.sup is not None:
            node = self.raised(node, self.superscript(closing.sup))
        return node

    def _inner(self, parts: list[Surface], bar: int, opening: Token, closing: Token) -> Surface:
        start, end = opening.start, bracket_end(closing)
        del bar
        if len(parts) != 2:
            self.unread(
                "angle brackets with two sides are an inner product; these have not two", start, end
            )
        if closing.sub is not None and self.spelled(closing.sub) in ("F", "2"):
            closing.sub = None
        return self.scripted(self.make("inner", start, end, tuple(parts)), closing)

    def spelled(self, group: Layout) -> str:
        r"""Return the plain text of a short subscript: 2, F, \infty."""
        text = group.text if group.kind != "command" else "\\" + group.text
        if group.kind in ("group", "font", "delimited"):
            text = ""
        return text.strip() + "".join(self.spelled(node) for node in group.args)

    def scripts_of(self, token: Token) -> list[Script]:
        """Return what the superscript of a token says."""
        return self.superscript(token.sup) if token.sup is not None else []


def bracket_end(closing: Token) -> int:
    """Return where a bracket without its scripts ends."""
    starts = [script.span.start for script in (closing.sub, closing.sup) if script is not None]
    if not starts:
        return closing.end
    node = closing.node
    if node is not None and node.kind == "operator":
        return closing.start + len(closing.text)
    if node is not None and node.kind == "command":
        return min(closing.start + len(node.text) + 1, min(starts) - 1)
    return max(closing.start, min(starts) - 1)
