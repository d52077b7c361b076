"""Names before brackets and known functions: a call or a product, and how far an argument reaches."""

from dataclasses import replace
from typing import Final

from gradproof.notation.grammar.application import Application
from gradproof.notation.grammar.brackets import bracket_end
from gradproof.notation.grammar.scripts import Script
from gradproof.notation.grammar.tokens import Token
from gradproof.notation.grammar.vocabulary import FACTOR_STARTS, INVERSES, PRODUCT_FUNCTIONS
from gradproof.notation.surface import Surface
from gradproof.notation.tex.layout import Layout

_SIMPLE: Final = frozenset({"num", "name", "one"})


class Calls(Application):
    """Parsing of names, calls and functions."""

    __slots__ = ()

    # ------------------------------------------------------------------ names

    def named(self) -> Surface:
        """Parse a name with its scripts, and its arguments where it is called."""
        token = self.tokens[self.i]
        self.i += 1
        following = self.tokens[self.i]
        called = following.code == "open" and following.text in "(["
        if token.sup is None:
            if (
                token.sub is not None
                and token.text == "D"
                and self._is_directional(token, following)
            ):
                return self._directional(token, token.sub)
            if token.sub is not None and token.text == "\\delta":
                delta = self._kronecker(token)
                if delta is not None:
                    return delta
            if token.text == "E" and following.text == "[" and called and self._is_expected(token):
                self.i -= 1
                return self.expectation()
            if token.text == "I" and called and self._is_indicator(token):
                args = self.arguments()
                return self.make("ind", token.start, self.tokens[self.i - 1].end, args)
            if token.text in ("o", "O") and token.sub is None and called:
                self._refuse_landau(token)
            name = self.name(token)
            return self._call(name) if called and self.applies(token, following) else name
        name, scripts = self._labelled(token, token.sup)
        if not scripts:
            return self._call(name) if called and self.applies(token, following) else name
        first = scripts[0]
        if first.kind == "prime":
            return self._primed(token, name, scripts, called, following)
        power = first.value if first.kind == "pow" and len(scripts) == 1 and called else None
        if power is not None and _is_policy(power) and self.applies(token, following):
            return self._call(self.name(token, (power,), "", first.end))  # Q^\pi(s, a)
        if power is not None and self.applies(token, following, powered=True):
            if power.head == "neg":
                self.unread(
                    "the power -1 of a function may be its inverse or its reciprocal; write which",
                    token.start,
                    token.end,
                )
            call = self._call(name)
            return self.make("pow", call.span.start, call.span.end, (call, power))
        return self.raised(name, scripts)

    def _labelled(self, token: Token, sup: Layout) -> tuple[Surface, list[Script]]:
        """Make a name with the labels of its superscript; return what else that says."""
        scripts = self.superscript(sup, labels=token.text != "e")
        labels: tuple[Surface, ...] = ()
        bracket, end = "", 0
        while scripts and scripts[0].kind == "label":
            labels += scripts[0].items
            bracket = bracket or scripts[0].text
            end = scripts[0].end
            scripts = scripts[1:]
        name = self.name(token, labels, bracket, end)
        if scripts and scripts[0].kind == "prime" and self.in_index and name.name is not None:
            # below another name, a prime makes another index
            other = replace(name.name, base=name.name.base + "'" * int(scripts[0].text))
            name = self.make("name", name.span.start, scripts[0].end, (), "", other)
            scripts = scripts[1:]
        return name, scripts

    def variable(self) -> Surface:
        """Parse what a derivative or an integral is taken by: a name with scripts, never a call, or a bracket."""
        token = self.tokens[self.i]
        if token.code == "open":
            return self.bracket()
        self.i += 1
        if token.node is not None and token.code in ("name", "d", "Delta", "expect", "one"):
            if token.sup is None:
                return self.name(token)
            name, scripts = self._labelled(token, token.sup)
            return self.raised(name, scripts)
        self.unread("a variable is expected here", token.start, token.end)
        return self.make("unknown", token.start, token.end, (), token.text)

    def _primed(
        self, token: Token, name: Surface, scripts: list[Script], called: bool, following: Token
    ) -> Surface:
        first = scripts[0]
        rest = scripts[1:]
        end = max(first.end, name.span.end)
        applied = called and self.applies(token, following)
        if applied or first.text != "1" or self.is_callable(token):
            node = self.make("prime", name.span.start, end, (name,), first.text)
            if applied and not rest:
                return self._call(node)
        else:
            node = self.make("transpose", name.span.start, end, (name,), "prime")
        return self.raised(node, rest)

    def _is_expected(self, token: Token) -> bool:
        """Say whether ``E[…]`` is an expectation."""
        options = self.options
        if "E" in options.not_callables or (options.callables and "E" in options.callables):
            return False
        return self.choose("call", token.start, token.end, "call", "product") == "call"

    def _refuse_landau(self, token: Token) -> None:
        """Note ``o(…)`` and ``O(…)``, which stand for a remainder, as unread."""
        options = self.options
        known = options.not_callables | (options.callables or frozenset())
        if token.text not in known and not self.look(self.i, token.text).itself:
            word = self._letters_before(token) + token.text
            message = "an order of magnitude o(…) is not understood; leave the remainder out"
            if len(word) > 1:
                message = (
                    f"{word} is read letter by letter; for a function write \\operatorname{{{word}}}(…), "
                    "and a definition that says what it is"
                )
            self.unread(message, token.start, token.end)

    def _letters_before(self, token: Token) -> str:
        """Return the letters that stand close before a token, as in a word."""
        word, at, start = "", self.tokens.index(token), token.start
        while at and self.tokens[at - 1].end == start and self.tokens[at - 1].text.isalpha():
            at -= 1
            word, start = self.tokens[at].text + word, self.tokens[at].start
        return word

    def _is_indicator(self, token: Token) -> bool:
        """Say whether ``I(…)`` is an indicator: its bracket holds a relation."""
        callables = self.options.callables
        return not (callables and token.text in callables) and self.look(self.i, "").condition

    def _is_directional(self, token: Token, following: Token) -> bool:
        r"""Say whether ``D_X`` is a derivative operator: below it a letter or a call, after it a function."""
        below = token.sub.args if token.sub is not None else ()
        first = below[0] if below else None
        if (
            first is None
            or first.kind not in ("symbol", "font")
            or self.options.not_callables & {"D"}
        ):
            return False
        if len(below) > 1 and all(node.kind == "symbol" for node in below):
            return False
        if following.code == "fn" or (following.code == "open" and following.text == "("):
            return True
        if following.code != "name":
            return False
        if len(below) == 1 and following.text == first.text:
            return True
        after = self.tokens[self.i + 1]
        return after.code == "open" and after.text == "("

    def _directional(self, token: Token, below: Layout) -> Surface:
        r"""Parse ``D_X f(H)``, or ``D_X f`` of which the direction stands behind a bracket."""
        point = self.within(below.args, below.span.start, self.expression)
        following = self.tokens[self.i]
        if following.code == "open":
            function = self.bracket()
        else:
            self.i += 1
            known = following.code == "fn"
            start, end = following.start, following.end
            name = following.text
            function = (
                self.make("function", start, end, (), name) if known else self.name(following)
            )
        node = self.make(
            "direc", token.start, function.span.end, (function, point, self.hole(function.span.end))
        )
        return self.directed(node)

    def directed(self, node: Surface) -> Surface:
        """Give a directional derivative the direction in the bracket after it."""
        opening = self.tokens[self.i]
        if opening.code != "open" or opening.text not in "([":
            if opening.code != "close" and node.head == "direc":
                message = "a directional derivative without its direction; write D_X f(H), or d/dx for D_x"
                self.unread(message, node.span.start, node.span.end)
            return node
        args = self.arguments()
        end = bracket_end(self.tokens[self.i - 1])
        function = next(n for n in (node, *node.args) if n.head == "direc")
        return self.make("direc", node.span.start, end, (*function.args[:2], args[0]))

    def _kronecker(self, token: Token) -> Surface | None:
        """Parse a Kronecker delta, or nothing where the subscript is not two indices."""
        if token.sub is None:
            return None
        nodes = token.sub.args
        if len(nodes) < 2 or any(n.kind == "operator" and n.text in "=<>" for n in nodes):
            return None
        items = self.indices(token.sub)
        if len(items) != 2 or any(item.head in ("text", "relation") for item in items):
            return None
        return self.make("delta", token.start, token.end, items)

    # ------------------------------------------------------------------ calls

    def _call(self, callee: Surface, text: str = "") -> Surface:
        args = self.arguments()
        closing = self.tokens[self.i - 1]
        return self.finished_call(callee, args, closing, text)

    def finished_call(
        self, callee: Surface, args: tuple[Surface, ...], closing: Token, text: str = ""
    ) -> Surface:
        """Make a call that ends with the bracket `closing`, with the scripts of that."""
        call = self.make("call", callee.span.start, bracket_end(closing), (callee, *args), text)
        return self.scripted(call, closing)

    # ------------------------------------------------------------------ known functions

    def function(self) -> Surface:
        """Parse a known function with its argument, in brackets or not."""
        token = self.tokens[self.i]
        self.i += 1
        name = token.text
        scripts = self.superscript(token.sup) if token.sup is not None else []
        following = self.tokens[self.i]
        end = token.end
        node = token.node
        if node is not None and (token.sub is not None or token.sup is not None):
            size = len(node.text) + (node.kind == "command")
            end = token.start + size if node.kind in ("command", "word") else token.start
        power: Surface | None = None
        if scripts and scripts[0].kind == "pow" and scripts[0].value is not None:
            power = scripts[0].value
            if power.head == "neg" and power.args[0].text == "1":
                if name in INVERSES:
                    name, power = INVERSES[name], None
                else:
                    self.unread(
                        "an inverse function is not understood here", token.start, token.end
                    )
            scripts = scripts[1:]
        callee = self.make("function", token.start, end, (), name)
        while scripts and scripts[0].kind == "prime":
            callee = self.make("prime", token.start, scripts[0].end, (callee,), scripts[0].text)
            scripts = scripts[1:]
        if scripts:
            self.unread("this superscript of a function is not understood", token.start, token.end)
        if following.code == "open" and following.text in ("(", "[", "{", "g"):
            args = self.arguments()
            return self._applied(token, name, callee, args, self.tokens[self.i - 1], power)
        if following.code in FACTOR_STARTS or following.code == "-":
            if following.code == "text":
                return callee
            args = (self._bare_argument(token, name),)
            return self._applied(token, name, callee, args, None, power)
        if power is not None:
            return self.make("pow", token.start, token.end, (callee, power))
        return callee

    def _applied(
        self,
        token: Token,
        name: str,
        callee: Surface,
        args: tuple[Surface, ...],
        closing: Token | None,
        power: Surface | None,
    ) -> Surface:
        end = bracket_end(closing) if closing is not None else args[-1].span.end
        start = token.start
        if token.sub is not None and name == "log":
            base = self.within(token.sub.args, token.sub.span.start, self.expression)
            node = self.make("log", start, end, (args[0], base))
        elif name == "sqrt":
            node = self.make("sqrt", start, end, args[:1])
        elif name == "abs":
            node = self.make("abs", start, end, args[:1])
        elif name == "norm":
            node = self.make(
                "norm", start, end, args[:1], self.spelled(token.sub) if token.sub else ""
            )
        else:
            node = self.make("call", start, end, (callee, *args), name)
            if token.sub is not None:
                node = self.make("index", start, end, (node, *self.indices(token.sub)))
        if power is not None:
            node = self.make("pow", start, end, (node, power))
        return self.scripted(node, closing) if closing is not None else node

    def _bare_argument(self, token: Token, name: str) -> Surface:
        r"""Parse the argument of a function without brackets: ``\log \hat y_i``, ``\sin 2x``, ``tr A B``."""
        self.enter(token.start, token.end)
        first = self.tokens[self.i]
        if first.code == "-":
            self.i += 1
            inner = self._bare_argument(token, name)
            self.depth -= 1
            return self.make("neg", first.start, inner.span.end, (inner,))
        factors = [self.factor()]
        after_first = self.i
        if name in PRODUCT_FUNCTIONS:
            while self.tokens[self.i].code in FACTOR_STARTS and self.tokens[self.i].code not in (
                "fn",
                "text",
            ):
                factors.append(self.factor())
        elif first.code in _SIMPLE and factors[0].head != "call":
            while self.tokens[self.i].code in _SIMPLE and not self._starts_call():
                factors.append(self.factor())
        self.depth -= 1
        if len(factors) > 1:
            at = factors[0].span
            usual = self.choose("function-scope", at.start, at.end, "all", "first")
            if usual == "first":
                self.i = after_first
                return factors[0]
            return self.make(
                "mul", at.start, factors[-1].span.end, tuple(factors), "j" * (len(factors) - 1)
            )
        return factors[0]

    def _starts_call(self) -> bool:
        """Say whether the name at the cursor stands before a bracket."""
        following = self.tokens[self.i + 1]
        return (
            following.code == "open"
            and following.text == "("
            and self.is_callable(self.tokens[self.i])
        )


def _is_policy(power: Surface) -> bool:
    r"""Say whether a superscript is a letter that labels a function: ``V^\pi(s)``."""
    name = power.name
    return name is not None and name.base in ("\\pi", "\\theta", "\\mu", "\\phi")
