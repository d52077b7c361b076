r"""Derivatives written in a line: d and ∂ before a quantity, ``dL/dw``, ``\\partial_w f``, nabla, points."""

from typing import Final

from gradproof.notation.grammar.bigops import BigOperators
from gradproof.notation.grammar.habits import HABIT_CALLABLES
from gradproof.notation.grammar.tokens import Token
from gradproof.notation.grammar.vocabulary import FACTOR_STARTS
from gradproof.notation.surface import Surface

_MARKS: Final = frozenset({"d", "partial"})
_OPERANDS: Final = FACTOR_STARTS - {"text", "dots", "unknown", "num", "d", "big", "one"}


class Differentials(BigOperators):
    """Parsing of derivatives and differentials that are no fractions."""

    __slots__ = ()

    # ------------------------------------------------------------------ d and ∂ in a line

    def differential(self) -> Surface:
        r"""Parse d or ∂ in a line: a differential, ``dL/dw``, ``d/dX(…)``, ``\\partial_w f``, or a letter d."""
        token = self.tokens[self.i]
        tokens = self.tokens
        letter = token.code
        following = tokens[self.i + 1]
        if following.code == "slash" and self._variable_follows(self.i + 2):
            return self._slash_operator(token)
        if letter == "partial" and token.sub is not None:
            return self._partial(token)
        order = token.sup
        if following.code not in _OPERANDS or (
            order is not None and letter == "d" and not self._slashed(self.i + 1)
        ):
            if letter == "d":
                token.code = "name"
                return self.named()
            self.unread("∂ is followed by nothing that it can act on", token.start, token.end)
            self.i += 1
            return self.make("unknown", token.start, token.end, (), "\\partial")
        if (
            letter == "d"
            and "d" in self.options.not_callables
            and following.start > token.end
            and (
                self.choose("quotient", token.start, token.end, "factor", "differential")
                == "factor"
            )
        ):
            token.code = "name"
            return self.named()
        self.i += 1
        self.enter(token.start, token.end)
        operand = self._differentiated()
        self.depth -= 1
        slash = tokens[self.i]
        if slash.code == "slash" and self._variable_follows(self.i + 1):
            self.i += 1
            return self._slash_derivative(token, operand)
        outer, transposed = operand.span.end, ""
        turned = operand.head == "transpose" and operand.text != "prime"
        if turned and operand.args[0].head == "name":  # dS^T is (dS)^T
            transposed, operand = operand.text, operand.args[0]
        node = self.make("diff", token.start, operand.span.end, (operand,), letter)
        if transposed:
            node = self.make("transpose", token.start, outer, (node,), transposed)
        if order is not None:
            self.unread("a differential of higher order is not understood", token.start, token.end)
        if operand.head == "group" and tokens[self.i].code == "open":
            return self._at_point(node)
        return node

    def _differentiated(self) -> Surface:
        """Parse what d acts on: one factor."""
        token = self.tokens[self.i]
        if token.code == "name" and token.text == "d":
            return self.named()
        return self.factor()

    def _variable_follows(self, at: int) -> bool:
        token = self.tokens[at]
        if token.code not in _MARKS:
            return False
        return self.tokens[at + 1].code in ("name", "open", "d", "expect", "one")

    def _slashed(self, at: int) -> bool:
        """Say whether ``/d`` or ``/∂`` follows the factor at position `at`."""
        tokens = self.tokens
        at = self.mate(at) if tokens[at].code == "open" else at
        if tokens[at + 1].code == "open":
            at = self.mate(at + 1)
        return tokens[at + 1].code == "slash" and tokens[at + 2].code in _MARKS

    def _slash_operator(self, token: Token) -> Surface:
        self.i += 2
        variables, end = self._slash_variables(token)
        return self.applied_operator(token.start, end, self.hole(token.end), variables, token.code)

    def _slash_derivative(self, token: Token, body: Surface) -> Surface:
        variables, end = self._slash_variables(token)
        node = self.make("deriv", token.start, end, (body, *variables), token.code)
        return self._at_point(node)

    def _slash_variables(self, token: Token) -> tuple[list[Surface], int]:
        """Parse the variables of a derivative written with a slash; the cursor stands at the d after it."""
        written = 1
        if token.sup is not None:
            text = token.sup.args[0].text if len(token.sup.args) == 1 else ""
            written = int(text) if text.isdigit() and len(text) == 1 else 0
        variables: list[Surface] = []
        end = token.end
        while self._variable_follows(self.i):
            self.i += 1
            following = self.tokens[self.i]
            count = 1
            if written > 1 and following.sup is not None and len(following.sup.args) == 1:
                text = following.sup.args[0].text
                if text.isdigit() and len(text) == 1 and int(text) <= written:
                    count = int(text)
                    following.sup = None
            variable = self.variable()
            end = max(following.end, variable.span.end)
            variables += [variable] * count
            if len(variables) >= max(written, 1):
                break
        if len(variables) != written:
            self.unread("the order above and below must be the same", token.start, end)
        return variables, end

    def _partial(self, token: Token) -> Surface:
        r"""Parse ``\partial_w f``."""
        self.i += 1
        variables = list(self.indices(token.sub)) if token.sub is not None else []
        if token.sup is not None:
            text = token.sup.args[0].text if len(token.sup.args) == 1 else ""
            if text in ("2", "3") and len(variables) == 1:
                variables *= int(text)
            else:
                self.unread(
                    "the order of this derivative is not understood", token.start, token.end
                )
        body = self._gradient_operand(token)
        node = self.make(
            "deriv", token.start, max(token.end, body.span.end), (body, *variables), "partial"
        )
        return node

    # ------------------------------------------------------------------ nabla

    def nabla(self) -> Surface:
        r"""Parse ``\nabla_w J``, ``\nabla^2 f``: it acts on one factor, or on a term that starts with no function."""
        token = self.tokens[self.i]
        self.i += 1
        order = "1"
        turned: list[tuple[int, str]] = []
        if token.sup is not None:
            for script in self.superscript(token.sup):
                if script.kind == "pow" and script.value is not None and script.value.text == "2":
                    order = "2"
                elif script.kind == "T":
                    turned.append((script.end, script.text))
                else:
                    self.unread(
                        "this superscript of \\nabla is not understood", token.start, token.end
                    )
        variables: tuple[Surface, ...] = ()
        if token.sub is not None:
            items = self.indices(token.sub)
            if len(items) > 1:
                variables = (self.make("tuple", items[0].span.start, items[-1].span.end, items),)
            else:
                variables = items
        following = self.tokens[self.i]
        if following.code in ("mul", "kron", "circ"):
            self.unread("divergence and curl are not understood", token.start, following.end)
        body = self._gradient_operand(token)
        transposed = ""
        if (
            body.head == "transpose"
            and body.args[0].head in ("name", "call")
            and body.text != "prime"
        ):
            transposed, outer, body = body.text, body.span.end, body.args[0]
            node = self.make("grad", token.start, body.span.end, (body, *variables), order)
            node = self.make("transpose", token.start, outer, (node,), transposed)
        else:
            node = self.make(
                "grad", token.start, max(token.end, body.span.end), (body, *variables), order
            )
        for end, sign in turned:
            node = self.make("transpose", token.start, max(end, node.span.end), (node,), sign)
        return node

    def _gradient_operand(self, token: Token) -> Surface:
        following = self.tokens[self.i]
        if following.code not in FACTOR_STARTS or following.code == "text":
            return self.hole(token.end)
        self.enter(token.start, token.end)
        held, self.hold_at = self.hold_at, True
        body = self.factor()
        after = self.tokens[self.i].code
        if after in FACTOR_STARTS and after not in ("text", "d"):
            tight = following.code in ("open", "fn") or body.head in (
                "call",
                "abs",
                "norm",
                "expect",
                "grad",
            )
            if following.code == "name" and not tight:
                tight = following.text in HABIT_CALLABLES or self.is_callable(following)
            readings = ("factor", "term") if tight else ("term", "factor")
            if self.choose("gradient-scope", token.start, token.end, *readings) == "term":
                body = self.term(body)
        self.hold_at = held
        self.depth -= 1
        return body

    # ------------------------------------------------------------------ at a point

    def _at_point(self, node: Surface) -> Surface:
        r"""Apply a derivative to the point in the bracket that follows, as in ``\\frac{dg}{dx}(x)``."""
        opening = self.tokens[self.i]
        if opening.code != "open" or opening.text != "(":
            return node
        contents = self.look(self.i, "")
        if not (contents.listed or contents.single in ("name", "number")) or contents.condition:
            return node
        if not contents.listed:
            start, end = opening.start, opening.start + 1
            if self.choose("at-scope", start, end, "at", "product") == "product":
                return node
        args = self.arguments()
        closing = self.tokens[self.i - 1]
        node = self.make("at", node.span.start, closing.end, (node, *args))
        if closing.sup is not None or closing.sub is not None:
            node = self.scripted(node, closing)
        return node
