"""Factors that are neither names, brackets nor operators: numbers, roots, increments, indicators."""

from typing import Final

from gradproof.notation.grammar.derivatives import Derivatives
from gradproof.notation.surface import Surface

_CONDITIONS: Final = frozenset(
    ["=", "<", ">", "le", "ge", "ne", "neq", "leq", "geq", "in", "notin"]
)


class Atoms(Derivatives):
    """Parsing of single factors."""

    __slots__ = ()

    def number(self) -> Surface:
        """Parse what follows a number that was taken: its scripts, or the condition of an indicator 1[…]."""
        token = self.tokens[self.i - 1]
        following = self.tokens[self.i]
        if following.code == "open" and token.text == "1" and token.sup is None:
            contents = self.look(self.i, "")
            if contents.condition:
                args = self.arguments()
                return self.make("ind", token.start, self.tokens[self.i - 1].end, args)
        if token.sup is None and token.sub is None:
            return self.make("number", token.start, token.end, (), token.text)
        node = self.make("number", token.start, token.start + len(token.text), (), token.text)
        return self.scripted(node, token)

    def root(self) -> Surface:
        """Parse a root."""
        token = self.tokens[self.i]
        self.i += 1
        if token.node is None:
            return self.make("unknown", token.start, token.end)
        groups = token.node.args
        radicand = self.within(groups[0].args, groups[0].span.start, self.expression)
        end = token.end if token.sub is None and token.sup is None else groups[0].span.end
        if radicand.head == "hole":
            self.unread("a root lacks its radicand", token.start, end)
        if len(groups) > 1:
            degree = self.within(groups[1].args, groups[1].span.start, self.expression)
            node = self.make("root", token.start, end, (radicand, degree))
        else:
            node = self.make("sqrt", token.start, end, (radicand,))
        return self.scripted(node, token)

    def increment(self) -> Surface:
        r"""Parse ``\Delta w``, a finite change, or the letter."""
        token = self.tokens[self.i]
        if self.tokens[self.i + 1].code != "name":
            token.code = "name"
            return self.named()
        self.i += 1
        operand = self.variable()
        return self.make("diff", token.start, operand.span.end, (operand,), "Delta")

    def ones(self) -> Surface:
        r"""Parse ``\mathbf 1``: an indicator before a condition, else a vector of ones; ``\mathbf I``: a name."""
        token = self.tokens[self.i]
        following = self.tokens[self.i + 1]
        if following.code == "open":
            contents = self.look(self.i + 1, "")
            if contents.condition or (following.text == "{" and token.text == "1"):
                self.i += 1
                args = self.arguments()
                return self.make("ind", token.start, self.tokens[self.i - 1].end, args)
        if token.sub is not None and any(
            n.kind in ("operator", "command") and n.text in _CONDITIONS for n in token.sub.args
        ):
            self.i += 1
            condition = self.within(token.sub.args, token.sub.span.start, self.item)
            node = self.make("ind", token.start, token.sub.span.end, (condition,))
            return self.raised(node, self.superscript(token.sup)) if token.sup is not None else node
        token.code = "name"
        return self.named()

    def evaluated(self, node: Surface) -> Surface:
        """Apply an at-bar that was taken, whose conditions stand below it."""
        token = self.tokens[self.i - 1]
        if token.sub is None:
            self.unread("this bar has no condition below it", token.start, token.end)
            return node
        conditions = tuple(self.conditions(token.sub))
        if node.head in ("deriv", "grad") and node.args[0].head == "hole":
            self.unread("an operator is evaluated here before it acts", node.span.start, token.end)
        start = node.span.start
        if node.head == "group" and node.text == "{":
            node = node.args[0]
        result = self.make("at", start, token.sub.span.end, (node, *conditions))
        if token.sup is not None:
            result = self.raised(result, self.superscript(token.sup))
        return result
