"""The precedence levels: sums of terms, products with signs, juxtaposed factors; and the row's parser."""

from typing import Final, final

from gradproof.notation.grammar.derivatives import Derivatives
from gradproof.notation.grammar.scopes import Scopes
from gradproof.notation.grammar.tables import Tables
from gradproof.notation.grammar.vocabulary import FACTOR_STARTS
from gradproof.notation.surface import Head, Surface

_JOINED: Final[dict[str, Head]] = {"had": "had", "haddiv": "haddiv", "kron": "kron", "circ": "had"}
_SIGNS: Final = frozenset({"+", "-"})
_POSTFIX: Final = frozenset({"bang", "at"})


@final
class Parser(Scopes, Tables, Derivatives):
    """The whole grammar of an expression."""

    __slots__ = ()

    # ------------------------------------------------------------------ sums of terms

    def expression(self) -> Surface:
        """Parse terms joined by + and -."""
        tokens = self.tokens
        first = tokens[self.i]
        self.enter(first.start, first.end)
        saved, self.tails = self.tails, []
        terms = [self.signed_term()]
        ends = [self.i]
        while tokens[self.i].code in ("+", "-", "pm") and self.i != self.in_integral:
            token = tokens[self.i]
            if token.code == "pm":
                self.stray()
            elif token.code == "+":
                self.i += 1
            following = tokens[self.i]
            if following.code not in FACTOR_STARTS and following.code not in _SIGNS:
                self.unread(
                    "an operand is missing; expected one after the sign", token.start, token.end
                )
                self.i += following.code == "-"
                terms.append(self.hole(token.end))
            else:
                terms.append(self.signed_term())
            ends.append(self.i)
        self.depth -= 1
        if self.tails and len(terms) > 1:
            terms = self.widened(terms, ends)
        self.tails = saved
        if len(terms) == 1:
            return terms[0]
        return self.make("add", terms[0].span.start, terms[-1].span.end, tuple(terms))

    def signed_term(self) -> Surface:
        """Parse a term with signs before it."""
        tokens = self.tokens
        token = tokens[self.i]
        if token.code not in _SIGNS:
            return self.term()
        signs: list[int] = []
        while token.code in _SIGNS:
            if token.code == "-":
                signs.append(token.start)
            self.i += 1
            token = tokens[self.i]
        if token.code in FACTOR_STARTS:
            node = self.term()
        else:
            self.unread(
                "an operand is missing; expected one after the sign", token.start, token.end
            )
            node = self.hole(tokens[self.i - 1].end)
        for start in reversed(signs):
            node = self.make("neg", start, node.span.end, (node,))
        return node

    # ------------------------------------------------------------------ products

    def term(self, first: Surface | None = None) -> Surface:
        """Parse what stands between + and -: products, joined by the colon of a Frobenius product."""
        left = self._product(first)
        tokens = self.tokens
        while tokens[self.i].code == "colon":
            colon = tokens[self.i]
            if tokens[self.i + 1].code not in FACTOR_STARTS and tokens[self.i + 1].code != "-":
                break
            self.i += 1
            sign = tokens[self.i]
            right = self.signed_term() if sign.code == "-" else self._product()
            left = self.make("frob", left.span.start, max(colon.end, right.span.end), (left, right))
        return left

    def _product(self, first: Surface | None = None) -> Surface:
        """Parse factors joined by nothing or by a sign of multiplication or division, from left to right."""
        tokens = self.tokens
        factors: list[Surface] = []
        gaps: list[str] = []
        if first is not None:
            factors.append(first)
        elif tokens[self.i].code in FACTOR_STARTS:
            factors.append(self.factor())
        else:
            token = tokens[self.i]
            if token.code not in ("end", "close", "rel", "comma", "given", "semi"):
                self.stray()
                return self.hole(token.start)
            self.unread("an expression is expected here", token.start, token.end)
            return self.hole(token.start)
        while self.i != self.in_integral:
            token = tokens[self.i]
            code = token.code
            if code in FACTOR_STARTS:
                if code == "num" and tokens[self.i - 1].code == "num":
                    self.unread(
                        "two numbers side by side; expected a sign between them",
                        token.start,
                        token.end,
                    )
                factors.append(self.factor())
                gaps.append("j")
            elif code == "mul" or (code == "period" and tokens[self.i + 1].code in FACTOR_STARTS):
                self.i += 1
                factors.append(self._operand_after(token.start, token.end))
                gaps.append(token.text if code == "mul" else "d")
            elif code == "slash":
                self.i += 1
                bottom = self._denominator(token.start, token.end)
                top = self._joined(factors, gaps)
                factors = [
                    self.make("div", top.span.start, bottom.span.end, (top, bottom), "slash")
                ]
                gaps = []
            elif code in _JOINED:
                factors = self._elementwise(factors, gaps)
                gaps = ["j"] * (len(factors) - 1)
            else:
                break
        return self._joined(factors, gaps)

    def _joined(self, factors: list[Surface], gaps: list[str]) -> Surface:
        if len(factors) == 1:
            return factors[0]
        return self.make(
            "mul", factors[0].span.start, factors[-1].span.end, tuple(factors), "".join(gaps)
        )

    def _operand_after(self, start: int, end: int) -> Surface:
        """Parse the factor after a sign of multiplication; it may have signs: a * -1."""
        tokens = self.tokens
        token = tokens[self.i]
        if token.code in FACTOR_STARTS:
            return self.factor()
        if token.code in _SIGNS and tokens[self.i + 1].code in FACTOR_STARTS:
            self.i += 1
            operand = self.factor()
            if token.code == "+":
                return operand
            return self.make("neg", token.start, operand.span.end, (operand,))
        self.unread("an operand is missing; expected one after the sign", start, end)
        return self.hole(end)

    def _elementwise(self, factors: list[Surface], gaps: list[str]) -> list[Surface]:
        r"""Parse the operand of ``\odot`` and its kin; return the factors of the product so far."""
        token = self.tokens[self.i]
        code = token.code
        self.i += 1
        run = [self._operand_after(token.start, token.end)]
        while self.tokens[self.i].code in FACTOR_STARTS and self.i != self.in_integral:
            run.append(self.factor())
        head = _JOINED[code]
        if (
            code == "circ"
            and len(factors) == 1
            and len(run) == 1
            and self._composes(factors[0], run[0])
        ):
            args = (factors[0], run[0])
            return [self.make("compose", args[0].span.start, args[1].span.end, args)]
        if len(factors) > 1 or len(run) > 1:
            usual = self.choose("hadamard-scope", token.start, token.end, "loose", "tight")
            if usual == "tight":
                left, right = factors[-1], run[0]
                node = self.make(head, left.span.start, right.span.end, (left, right))
                return [*factors[:-1], node, *run[1:]]
        left = self._joined(factors, gaps)
        right = self._joined(run, ["j"] * (len(run) - 1))
        args = (left, right)
        if head == "had" and left.head == "had":
            args = (*left.args, right)
        return [self.make(head, left.span.start, right.span.end, args)]

    def _composes(self, outer: Surface, inner: Surface) -> bool:
        """Say whether f ∘ g joins two functions without arguments."""
        for node in (outer, inner):
            if node.head in ("function", "compose"):
                return True
        names = [
            node.name for node in (outer, inner) if node.head == "name" and node.name is not None
        ]
        if len(names) < 2:
            return False
        callables = self.options.callables or frozenset()
        return all(
            name.base in callables
            or (name.base in ("f", "g", "\\sigma", "\\phi") and not name.sub and not name.sup)
            for name in names
        )

    def _denominator(self, start: int, end: int) -> Surface:
        """Parse what stands after a slash: 1/2m is 1/(2m), a choice; 1/m X is (1/m) X."""
        tokens = self.tokens
        first_at = self.i
        run = [self._operand_after(start, end)]
        after_first = self.i
        last = tokens[self.i - 1]
        if tokens[first_at].code in ("num", "name") and self.i == first_at + 1 and last.sup is None:
            while (token := tokens[self.i]).code == "name" and token.start == tokens[
                self.i - 1
            ].end:
                if tokens[self.i + 1].code == "open" and self.is_callable(token):
                    break
                run.append(self.factor())
            if len(run) > 1:
                if self.choose("slash-scope", start, end, "all", "first") == "all":
                    return self._joined(run, ["j"] * (len(run) - 1))
                self.i = after_first
                return run[0]
        token = tokens[self.i]
        if (
            token.code == "open"
            and token.text == "("
            and token.start == last.end
            and last.code == "name"
        ) and self.choose("slash-scope", start, end, "first", "all") == "all":
            bracket = self.factor()
            return self._joined([run[0], bracket], ["j"])
        return run[0]

    # ------------------------------------------------------------------ factors

    def factor(self) -> Surface:
        """Parse one factor with what follows it tightly."""
        token = self.tokens[self.i]
        code = token.code
        if code == "name":
            node = self.named()
        elif code == "num":
            self.i += 1
            node = self._number()
        elif code == "open":
            node = self.bracket()
            if node.head == "group" and node.args[0].head in ("compose", "function"):
                node = self._called_group(node)
        elif code == "frac":
            node = self.fraction()
        elif code == "fn":
            extremum = token.text in ("max", "min", "sup", "inf") and token.sub is not None
            node = self.extremum() if extremum else self.function()
        elif code == "big":
            node = self.big()
        elif code == "d" or code == "partial":
            node = self.differential()
        elif code == "radical":
            node = self._root()
        elif code == "env":
            node = self.table()
        elif code == "nabla":
            node = self.nabla()
        elif code == "Delta":
            node = self._increment()
        elif code == "field":
            node = self.space()
        elif code == "one":
            node = self._ones()
        elif code == "expect":
            node = self.expectation()
        elif code == "extremum":
            node = self.extremum()
        elif code == "dots":
            self.i += 1
            node = self.make("dots", token.start, token.end)
        elif code == "text":
            self.i += 1
            node = self.make("text", token.start, token.end, (), token.text.strip())
        else:
            self.i += 1
            message = f"{token.text!r} is not understood; if it is a macro, show its definition"
            self.unread(message, token.start, token.end)
            node = self.make("unknown", token.start, token.end, (), token.text)
        while self.tokens[self.i].code in _POSTFIX:
            token = self.tokens[self.i]
            if token.code == "bang":
                self.i += 1
                node = self.make("factorial", node.span.start, token.start + 1, (node,))
            elif self.hold_at:
                break
            else:
                self.i += 1
                node = self._evaluated(node)
        return node

    def _number(self) -> Surface:
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

    def _called_group(self, node: Surface) -> Surface:
        """Apply a composed function in a bracket to the arguments after it."""
        opening = self.tokens[self.i]
        if opening.code != "open" or opening.text != "(":
            return node
        args = self.arguments()
        return self.finished_call(node.args[0], args, self.tokens[self.i - 1])

    def _root(self) -> Surface:
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

    def _increment(self) -> Surface:
        r"""Parse ``\Delta w``, a finite change, or the letter."""
        token = self.tokens[self.i]
        if self.tokens[self.i + 1].code != "name":
            token.code = "name"
            return self.named()
        self.i += 1
        operand = self.variable()
        return self.make("diff", token.start, operand.span.end, (operand,), "Delta")

    def _ones(self) -> Surface:
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

    def _evaluated(self, node: Surface) -> Surface:
        """Apply an at-bar, whose conditions stand below it."""
        token = self.tokens[self.i - 1]
        if token.sub is None:
            self.unread("this bar has no condition below it", token.start, token.end)
            return node
        conditions = tuple(self.conditions(token.sub))
        if node.head == "group" and node.text == "{":
            node = node.args[0]
        result = self.make("at", node.span.start, token.sub.span.end, (node, *conditions))
        if token.sup is not None:
            result = self.raised(result, self.superscript(token.sup))
        return result


_CONDITIONS: Final = frozenset(
    ["=", "<", ">", "le", "ge", "ne", "neq", "leq", "geq", "in", "notin"]
)
