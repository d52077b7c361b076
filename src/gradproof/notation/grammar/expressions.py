"""The precedence levels: sums of terms, products with signs, juxtaposed factors; and the row's parser."""

from typing import Final, final

from gradproof.notation.grammar.atoms import Atoms
from gradproof.notation.grammar.scopes import Scopes
from gradproof.notation.grammar.tables import Tables
from gradproof.notation.grammar.tokens import Token
from gradproof.notation.grammar.vocabulary import FACTOR_STARTS
from gradproof.notation.surface import Head, Surface

_JOINED: Final[dict[str, Head]] = {"had": "had", "haddiv": "haddiv", "kron": "kron", "circ": "had"}
_SIGNS: Final = frozenset({"+", "-"})
_MOST_SIGNS: Final = 2
_MOST_CHAINED: Final = 40
_POSTFIX: Final = frozenset({"bang", "at"})


@final
class Parser(Scopes, Tables, Atoms):
    """The whole grammar of an expression."""

    __slots__ = ()

    # ------------------------------------------------------------------ sums of terms

    def expression(self) -> Surface:
        """Parse terms joined by + and -."""
        tokens = self.tokens
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
        if len(signs) > _MOST_SIGNS:
            self.unread("more than two minus signs in a row", signs[0], token.start)
            signs = signs[:1]
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
        chain = 0
        while tokens[self.i].code == "colon":
            colon = tokens[self.i]
            chain = self._longer(chain, colon)
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
        chain = 0
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
                chain = self._longer(chain, token)
                self.i += 1
                bottom = self._denominator(token.start, token.end)
                top = self._joined(factors, gaps)
                factors = [
                    self.make("div", top.span.start, bottom.span.end, (top, bottom), "slash")
                ]
                gaps = []
            elif code in _JOINED:
                chain = self._longer(chain, token)
                factors = self._elementwise(factors, gaps)
                gaps = ["j"] * (len(factors) - 1)
            else:
                break
        return self._joined(factors, gaps)

    def _longer(self, chain: int, token: Token) -> int:
        """Count one more sign that nests its left side in a chain of them."""
        if chain >= _MOST_CHAINED:
            self.stop(
                "limit:nesting",
                f"more than {_MOST_CHAINED} signs like this in a row",
                token.start,
                token.end,
            )
        return chain + 1

    def _joined(self, factors: list[Surface], gaps: list[str]) -> Surface:
        if len(factors) == 1:
            return factors[0]
        for factor in factors:
            if factor.head == "tuple":
                message = "a list cannot be a factor; if it holds arguments, declare the function"
                self.unread(message, factor.span.start, factor.span.end)
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
            node = self.number()
        elif code == "open":
            node = self.bracket()
            inner = node.args[0] if node.head == "transpose" and node.text == "prime" else node
            if inner.head == "group" and inner.args[0].head in ("compose", "function"):
                node = self._called_group(node, inner.args[0])
            elif inner.head == "group" and inner.args[0].head == "direc":
                node = self.directed(node)
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
            node = self.root()
        elif code == "env":
            node = self.table()
        elif code == "nabla":
            node = self.nabla()
        elif code == "Delta":
            node = self.increment()
        elif code == "field":
            node = self.space()
        elif code == "one":
            node = self.ones()
        elif code == "expect":
            node = self.expectation()
        elif code == "extremum":
            node = self.extremum()
        elif code == "dots":
            self.i += 1
            node = self.make("dots", token.start, token.end, (), token.text)
        elif code == "text":
            self.i += 1
            node = self.make("text", token.start, token.end, (), token.text.strip())
        elif code not in FACTOR_STARTS:
            self.unread("an expression is expected here", token.start, token.end)
            return self.hole(token.start)
        else:
            self.i += 1
            message = f"{token.text!r} is not understood; if it is a macro, show its definition"
            self.unread(message, token.start, token.end)
            node = self.make("unknown", token.start, token.end, (), token.text)
        while self.tokens[self.i].code in _POSTFIX:
            token = self.tokens[self.i]
            if token.code == "bang":
                self.i += 1
                if node.head == "factorial":
                    self.unread("a double factorial is not understood", token.start, token.end)
                    continue
                node = self.make("factorial", node.span.start, token.start + 1, (node,))
            elif self.hold_at:
                break
            else:
                self.i += 1
                node = self.evaluated(node)
        return node

    def _called_group(self, node: Surface, function: Surface) -> Surface:
        """Apply a composed function in a bracket, or its derivative, to the arguments after it."""
        if node.head == "transpose":
            function = node = self.make("prime", node.span.start, node.span.end, (function,), "1")
        opening = self.tokens[self.i]
        if opening.code != "open" or opening.text != "(":
            return node
        args = self.arguments()
        return self.finished_call(function, args, self.tokens[self.i - 1])
