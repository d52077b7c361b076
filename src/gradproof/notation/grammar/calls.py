"""Names before brackets and known functions: a call or a product, and how far an argument reaches."""

from dataclasses import replace
from typing import Final, final

from gradproof.notation.grammar.brackets import Brackets, bracket_end
from gradproof.notation.grammar.habits import (
    ARGUMENT_ONLY,
    CERTAIN_CALLABLES,
    HABIT_CALLABLES,
    PRODUCT_LETTERS,
)
from gradproof.notation.grammar.scripts import Script
from gradproof.notation.grammar.tokens import Token
from gradproof.notation.grammar.vocabulary import FACTOR_STARTS, INVERSES, PRODUCT_FUNCTIONS
from gradproof.notation.surface import Surface
from gradproof.notation.tex.layout import Layout

_SIMPLE: Final = frozenset({"num", "name", "one"})
_PARAMETERS: Final = frozenset({"theta", "phi", "psi", "Theta"})
"""Parameters below the name of a function: h_\\theta(x)."""


@final
class Contents:
    """What a bracket after a name holds, as far as call or product depends on it."""

    __slots__ = ("condition", "count", "itself", "leading_number", "listed", "single", "terms")

    def __init__(self) -> None:
        """Start with nothing seen."""
        self.count = 0
        self.listed = False
        self.condition = False
        self.terms = False
        self.itself = False
        self.leading_number = False
        self.single = ""


class Calls(Brackets):
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
                self.unread(
                    "a directional derivative D_X f(H) is not understood; write df = … with dX = H",
                    token.start,
                    token.end,
                )
            if token.sub is not None and token.text == "\\delta":
                delta = self._kronecker(token)
                if delta is not None:
                    return delta
            name = self.name(token)
            return self._call(name) if called and self.applies(token, following) else name
        name, scripts = self._labelled(token, token.sup)
        if not scripts:
            return self._call(name) if called and self.applies(token, following) else name
        first = scripts[0]
        if first.kind == "prime":
            return self._primed(token, name, scripts, called, following)
        power = first.value if first.kind == "pow" and len(scripts) == 1 and called else None
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
        habit = self.is_callable(token)
        if habit or first.text != "1" or (called and self.applies(token, following)):
            node = self.make("prime", name.span.start, first.end, (name,), first.text)
            if called and not rest and (habit or self.applies(token, following)):
                return self._call(node)
        else:
            node = self.make("transpose", name.span.start, first.end, (name,), "prime")
        return self.raised(node, rest)

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
        after = self.tokens[self.i + 1]
        return following.code == "name" and after.code == "open" and after.text == "("

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

    # ------------------------------------------------------------------ call or product

    def is_callable(self, token: Token) -> bool:
        """Say whether a name is a function by declaration, use or habit."""
        key = token.text
        options = self.options
        if key in options.not_callables:
            return False
        if options.callables is not None and key in options.callables:
            return True
        return key in HABIT_CALLABLES or _bare(key) in ("f", "g", "J", "L") or _is_word(key)

    def applies(self, token: Token, opening: Token, *, powered: bool = False) -> bool:
        """Say whether a name is applied to the bracket after it; a choice where both are admissible.

        A name with a power (`powered`) is only where it is known as a function.
        """
        key = token.text
        options = self.options
        if key in options.not_callables:
            return False
        declared = options.callables is not None and key in options.callables
        if opening.text != "(":
            return opening.text == "[" and declared
        if declared:
            return True
        contents = self.look(self.i, key)
        if contents.itself:
            return False
        habit = self.is_callable(token)
        if powered:
            return habit and (bool(contents.single) or key in CERTAIN_CALLABLES or _is_word(key))
        start, end = token.start, opening.start + 1
        if _is_word(key):
            return True
        if contents.condition or contents.listed:
            return True
        if habit:
            if contents.single or key in CERTAIN_CALLABLES:
                return True
            if key in ARGUMENT_ONLY and contents.leading_number and contents.terms:
                return self.choose("call", start, end, "product", "call") == "call"
            return self.choose("call", start, end, "call", "product") == "call"
        if contents.single == "name":
            return (
                key not in ("e", "d")
                and self.choose("call", start, end, "call", "product") == "call"
            )
        if contents.leading_number or _bare(key) in PRODUCT_LETTERS:
            return False
        if token.sub is not None and any(node.text in _PARAMETERS for node in token.sub.args):
            return self.choose("call", start, end, "call", "product") == "call"
        return self.choose("call", start, end, "product", "call") == "call"

    def look(self, at: int, key: str) -> Contents:
        """Look at the bracket that opens at position `at`, without reading it."""
        found = Contents()
        tokens = self.tokens
        depth = 0
        first = tokens[at + 1]
        found.leading_number = first.code == "num"
        while True:
            token = tokens[at]
            code = token.code
            if code == "open":
                depth += 1
            elif code == "close":
                depth -= 1
                if depth == 0:
                    break
            elif code == "end":
                break
            elif depth == 1:
                found.count += 1
                if code in ("comma", "semi"):
                    found.listed = True
                elif code in ("given", "rel"):
                    found.condition = True
                elif code in ("+", "-", "pm"):
                    found.terms = True
            if code == "name" and token.text == key and tokens[at + 1].code != "open":
                found.itself = True
            at += 1
        if found.count == 1:
            if first.code in ("name", "one"):
                found.single = "name"
            elif first.code in ("num", "Delta", "d"):
                found.single = "number"
        elif found.count == 0:
            found.single = "bracket"
        return found

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


def _is_word(key: str) -> bool:
    return len(key) > 1 and key[0] != "\\" and key[-1].isalpha()


def _bare(key: str) -> str:
    r"""Return the letter of a key without its accents: ``f`` of ``\hat f``."""
    return key.rpartition(" ")[2]
