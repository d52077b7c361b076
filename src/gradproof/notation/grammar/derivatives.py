r"""Derivatives in all their spellings: fractions, operators, d and ∂ in a line, nabla, differentials."""

from typing import Final

from gradproof.notation.grammar.differentials import Differentials
from gradproof.notation.grammar.tokens import Token
from gradproof.notation.grammar.vocabulary import FACTOR_STARTS
from gradproof.notation.surface import Surface
from gradproof.notation.tex.layout import Layout

_MARK_COMMANDS: Final = {"partial": "partial", "delta": "delta"}
_MARKS: Final = frozenset({"d", "partial"})
_OPERANDS: Final = FACTOR_STARTS - {"text", "dots", "unknown", "num", "d", "big", "one"}


class Derivatives(Differentials):
    """Parsing of fractions, which may be derivatives, and of operators d/dx."""

    __slots__ = ()

    # ------------------------------------------------------------------ fractions

    def fraction(self) -> Surface:
        """Parse a fraction: a derivative where its parts begin with d, ∂ or δ, else a quotient."""
        token = self.tokens[self.i]
        self.i += 1
        node = token.node
        if node is None:
            return self.make("unknown", token.start, token.end)
        above, below = node.args
        found = self._derivative(token, above, below)
        if found is not None:
            return found
        top = self.within(above.args, above.span.start, self.expression)
        bottom = self.within(below.args, below.span.start, self.expression)
        end = _unscripted_end(token, below)
        if top.head == "hole" or bottom.head == "hole":
            self.unread("a fraction lacks a part", token.start, token.end)
        return self.scripted(self.make("div", token.start, end, (top, bottom), "frac"), token)

    def _derivative(self, token: Token, above: Layout, below: Layout) -> Surface | None:
        top, bottom = _opened(above), _opened(below)
        if not top or not bottom:
            return None
        first, *rest = top
        negative = first.kind == "operator" and first.text == "-" and bool(rest)
        if negative:
            first, *rest = rest
        letter, order = _mark(first)
        other, _ = _mark(bottom[0])
        if not letter or not other or len(bottom) < 2 or (letter == "delta") != (other == "delta"):
            return None
        start, end = token.start, _unscripted_end(token, below)
        doubtful = letter == "delta" and bool(rest)
        if doubtful and self.choose("quotient", start, end, "derivative", "quotient") == "quotient":
            return None
        variables = self._variables(bottom, other, order, start, end)
        at = first.span.end
        body = self.hole(at)
        if rest:
            body = self.within(tuple(rest), at, self.expression, alone=True)
        elif token.sup is None and token.sub is None:
            applied = self.applied_operator(start, end, body, variables, letter)
            if negative:
                applied = self.make("neg", start, applied.span.end, (applied,))
            return applied
        result = self.make("deriv", start, end, (body, *variables), letter)
        result = self.scripted(result, token)
        if negative:
            result = self.make("neg", start, result.span.end, (result,))
        elif token.sup is None:
            result = self._at_point(result)
        return result

    def _variables(
        self, nodes: tuple[Layout, ...], letter: str, order: Layout | None, start: int, end: int
    ) -> list[Surface]:
        """Parse the variables below: one per order."""
        written = 1
        if order is not None:
            text = order.args[0].text if len(order.args) == 1 else ""
            if not (text.isdigit() and 1 <= int(text) <= 8):
                self.unread("the order of a derivative must be a small number", start, end)
                return [self._variable(nodes[1:])]
            written = int(text)
        parts: list[tuple[Layout | None, list[Layout]]] = []
        for at, node in enumerate(nodes):
            mark, exponent = _mark(node)
            if mark == letter and not (at == len(nodes) - 1 and parts and not parts[-1][1]):
                parts.append((exponent, []))
            else:
                parts[-1][1].append(node)
        variables: list[Surface] = []
        total = 0
        for exponent, part in parts:
            if not part:
                self.unread("a derivative lacks its variable", start, end)
                continue
            count = 1
            last = part[-1]
            power = exponent
            if power is None and written > 1 and last.sup is not None and len(last.sup.args) == 1:
                power = last.sup
                if power.args[0].kind == "number":
                    part[-1] = _lowered(last)
            if power is not None and len(power.args) == 1 and power.args[0].kind == "number":
                count = int(power.args[0].text) if power.args[0].text.isdigit() else 1
                count = min(count, 8)
            variable = self._variable(tuple(part))
            variables += [variable] * count
            total += count
        if written > 1 and total != written:
            self.unread(
                f"the order above is {written} and below {total}; write the same order in both",
                start,
                end,
            )
        elif written == 1 and total > 1:
            message = f"a derivative of order {total}, read so although no order stands above"
            self.note("derivative-order", message, start, end)
        return variables

    def _variable(self, nodes: tuple[Layout, ...]) -> Surface:
        at = nodes[0].span.start if nodes else 0
        return self.within(nodes, at, self.term, alone=True)

    def applied_operator(
        self, start: int, end: int, body: Surface, variables: list[Surface], letter: str
    ) -> Surface:
        """Apply d/dx to what follows it: the term, or the bracket alone."""
        token = self.tokens[self.i]
        if token.code not in FACTOR_STARTS and token.code != "-":
            return self.make("deriv", start, end, (body, *variables), letter)
        self.enter(start, end)
        held, self.hold_at = self.hold_at, True
        if token.code == "open" and token.text in ("(", "[", "{", "g"):
            body = self._after_bracket(start, end)
        else:
            body = self._operand(start, end)
        self.hold_at = held
        self.depth -= 1
        node = self.make("deriv", start, body.span.end, (body, *variables), letter)
        self.tails.append((node, self.i))
        return node

    def _after_bracket(self, start: int, end: int) -> Surface:
        """Parse the operand of an operator before a bracket."""
        after = self.tokens[self.mate(self.i) + 1]
        if after.code in ("mul", "slash", "had", "circ", "haddiv", "kron", "colon"):
            if self.choose("operator-scope", start, end, "factor", "term") == "factor":
                return self.factor()
        elif (
            after.code in FACTOR_STARTS
            and self.choose("operator-scope", start, end, "term", "factor") == "factor"
        ):
            return self.factor()
        return self.signed_term()

    def _operand(self, start: int, end: int) -> Surface:
        """Parse the operand of an operator that does not stand before a bracket."""
        token = self.tokens[self.i]
        again = self._again()
        if token.code in ("-", "big", "nabla", "partial") or (
            token.code in ("num", "fn") and not again
        ):
            return self.signed_term()
        factor = self.factor()
        after = self.tokens[self.i].code
        doubtful = after in ("mul", "had", "circ", "kron", "slash") or (
            after == "frac" and self._is_derivative(self.tokens[self.i])
        )
        doubtful = doubtful and factor.head in ("call", "name", "deriv")
        doubtful = doubtful or (again and (after == "mul" or after in FACTOR_STARTS))
        if doubtful and self.choose("operator-scope", start, end, "term", "factor") == "factor":
            return factor
        return self.term(factor)

    def _again(self) -> bool:
        """Tell whether a later term has an operator behind a factor: ``d/dx u · v + u · d/dx v`` is a product rule."""
        added, before = False, ""
        for token in self.tokens[self.i :]:
            if token.code in ("rel", "end"):
                return False
            if (
                added
                and before not in ("+", "-")
                and token.code == "frac"
                and token.node is not None
            ):
                top = _opened(token.node.args[0])
                if top and _mark(top[0])[0]:
                    return True
            added = added or token.code in ("+", "-")
            before = token.code
        return False

    @staticmethod
    def _is_derivative(token: Token) -> bool:
        node = token.node
        if node is None:
            return False
        top = _opened(node.args[0])
        return len(top) > 1 and _mark(top[0])[0] != ""


def _opened(group: Layout) -> tuple[Layout, ...]:
    """Return the nodes of a group, with a lone or leading group without scripts opened."""
    nodes = group.args
    while nodes and nodes[0].kind == "group" and nodes[0].sub is None and nodes[0].sup is None:
        nodes = nodes[0].args + nodes[1:]
    return nodes


def _mark(node: Layout) -> tuple[str, Layout | None]:
    """Return which letter of a derivative a node is (d, partial, delta or nothing), and its order."""
    if node.sub is not None:
        return "", None
    kind, text = node.kind, node.text
    if (
        kind == "font"
        and text in ("mathrm", "mathsf", "mathnormal")
        and len(node.args[0].args) == 1
    ):
        inner = node.args[0].args[0]
        kind, text = inner.kind, inner.text
    if kind == "command":
        letter = _MARK_COMMANDS.get(text, "")
    elif kind in ("symbol", "word"):
        letter = "d" if text == "d" else ""
    else:
        letter = ""
    if letter and node.sup is not None and any(child.kind != "number" for child in node.sup.args):
        return (letter, node.sup) if all(c.kind == "symbol" for c in node.sup.args) else ("", None)
    return letter, node.sup


def _lowered(node: Layout) -> Layout:
    """Return a node without its superscript."""
    end = node.sup.span.start - 1 if node.sup is not None else node.span.end
    if node.sub is not None:
        end = max(end, node.sub.span.end)
    span = node.span
    return Layout(
        node.kind,
        type(span)(span.start, max(span.start, end)),
        node.text,
        node.args,
        node.sub,
        None,
    )


def _unscripted_end(token: Token, below: Layout) -> int:
    """Return where a fraction without its scripts ends."""
    if token.sub is None and token.sup is None:
        return token.end
    return max(below.span.end, token.start)
