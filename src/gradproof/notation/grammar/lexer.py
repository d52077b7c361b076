"""Layout nodes to a flat list of tokens: groups opened, runs of letters cut into words, signs joined."""

from typing import Final, final

from gradproof.notation.grammar.dressing import bare_nabla, dress, lifts, signed
from gradproof.notation.grammar.letters import Letters
from gradproof.notation.grammar.tokens import Token
from gradproof.notation.grammar.vocabulary import (
    CLOSERS,
    COMMANDS,
    FUNCTIONS,
    MATRICES,
    OPERATORS,
    RELATION_SIGNS,
    SPACES,
    Code,
)
from gradproof.notation.tex.layout import Layout

_KEEPS: Final = frozenset({"fn", "big", "extremum", "expect"})
"""After these, TeX braces keep their content together."""

_MARKS: Final = frozenset({"d", "partial"})
"""After these, braces keep several factors together: ``\\partial {XY}``."""

_UPRIGHT_RUN: Final = frozenset({"mathrm", "mathit", "mathsf", "mathtt", "mathnormal"})
_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


@final
class Lexer(Letters):
    """Turns layout nodes into tokens for one row; collects notes and counts tokens."""

    __slots__ = ()

    def lex(
        self, nodes: tuple[Layout, ...], *, keep_space: bool = False, alone: bool = False
    ) -> list[Token]:
        """Return the tokens of `nodes`; `alone`: they are the whole operand of a derivative."""
        out: list[Token] = []
        self._lex(nodes, out, keep_space, alone)
        self.count += len(out)
        return out

    def _lex(
        self, nodes: tuple[Layout, ...], out: list[Token], keep_space: bool, alone: bool = False
    ) -> None:
        at, stop = 0, len(nodes)
        while at < stop:
            node = nodes[at]
            kind = node.kind
            if kind == "symbol":
                at = self.letters(nodes, at, out, alone)
                continue
            at += 1
            if kind == "operator":
                at = self._operator(nodes, at, node, out)
            elif kind == "command":
                self._command(node, out)
            elif kind == "number":
                span = node.span
                out.append(Token("num", node.text, span.start, span.end, node, node.sub, node.sup))
            elif kind == "group":
                self._group(node, out, keep_space)
            elif kind == "accent":
                sign = bare_nabla(node)
                self.named(node, out) if sign is None else self._command(sign, out)
            elif kind == "font":
                self._font(node, out, keep_space)
            elif kind == "fraction":
                self._plain("frac", node, out)
            elif kind == "radical":
                self._plain("radical", node, out)
            elif kind == "delimited":
                self._delimited(node, out)
            elif kind == "word":
                self.word(node, out)
            elif kind == "text":
                self._plain("text", node, out)
            elif kind == "environment":
                self._environment(node, out, keep_space)
            elif kind == "space":
                if keep_space:
                    self._plain("space", node, out)
            elif kind == "ampersand":
                if keep_space:
                    self._plain("amp", node, out)
            elif kind == "newrow":
                if keep_space:
                    self._plain("newrow", node, out)
            else:
                self._plain("unknown", node, out)

    @staticmethod
    def _plain(code: Code, node: Layout, out: list[Token]) -> None:
        span = node.span
        out.append(Token(code, node.text, span.start, span.end, node, node.sub, node.sup))

    def _operator(self, nodes: tuple[Layout, ...], at: int, node: Layout, out: list[Token]) -> int:
        """Add the operator `node`, which stands before position `at`, joined with what follows it."""
        text = node.text
        start, end = node.span.start, node.span.end
        if (
            text in "=<>:!-"
            and at < len(nodes)
            and nodes[at].kind == "operator"
            and node.sub is None
        ):
            joined, stop = text, at
            while stop < len(nodes) and stop < at + 2:
                following = nodes[stop]
                if following.kind != "operator" or (
                    following.span.start != nodes[stop - 1].span.end and joined != ":"
                ):
                    break
                joined += following.text
                stop += 1
            for sign, relation in RELATION_SIGNS:
                if len(sign) > 1 and joined.startswith(sign):
                    last = nodes[at + len(sign) - 2]
                    out.append(
                        Token("rel", relation, start, last.span.end, last, last.sub, last.sup)
                    )
                    return at + len(sign) - 1
        elif text == "." and at < len(nodes) and nodes[at].kind == "operator":
            following = nodes[at]
            if following.text == "." and at + 1 < len(nodes) and nodes[at + 1].text == ".":
                out.append(Token("dots", "ldots", start, nodes[at + 1].span.end, nodes[at + 1]))
                return at + 2
            if following.text == "." and following.span.start == end:
                # 1..m: a list with an ellipsis
                out.append(Token("comma", ",", start, start))
                out.append(Token("dots", "ldots", start, following.span.end, following))
                out.append(Token("comma", ",", following.span.end, following.span.end))
                return at + 1
            if following.text in "*/" and following.span.start == end:
                code: Code = "had" if following.text == "*" else "haddiv"
                out.append(Token(code, "", start, following.span.end, following))
                return at + 1
        elif text == "|" and at < len(nodes) and node.sub is None and node.sup is None:
            following = nodes[at]
            if (
                following.kind == "operator"
                and following.text == "|"
                and following.span.start == end
            ):
                token = Token(
                    "bar", "||", start, following.span.end, node, following.sub, following.sup
                )
                token.mate = Token("bar", "|", following.span.start, following.span.end, following,
                                   following.sub, following.sup)  # fmt: skip
                out.append(token)
                return at + 1
        code, text = OPERATORS.get(text, ("unknown", text))
        out.append(Token(code, text, start, end, node, node.sub, node.sup))
        return at

    def _command(self, node: Layout, out: list[Token]) -> None:
        span = node.span
        if node.text == "prime" and out and out[-1].code in ("name", "fn") and out[-1].sup is None:
            prime = Layout("prime", span, "1")  # f\prime(x), without the sign above
            out[-1].sup, out[-1].end = Layout("group", span, "", (prime,)), span.end
            return
        code, text = COMMANDS.get(node.text, ("unknown", "\\" + node.text))
        if code == "unknown" and text in self.options.words:
            word = Layout("word", span, text, (), node.sub, node.sup)
            out.append(Token("name", text, span.start, span.end, word, node.sub, node.sup))
            return
        if code == "Delta" and (node.sub is not None or node.sup is not None):
            code = "name"
        elif (
            code == "mul" and text == "c" and len(out) > 1 and out[-1].code == "mul" == out[-2].code
        ) and out[-1].text == "c" == out[-2].text:  # · · · is an ellipsis
            start = out[-2].start
            del out[-2:]
            out.append(Token("dots", "cdots", start, span.end, node))
            return
        out.append(Token(code, text, span.start, span.end, node, node.sub, node.sup))

    def _font(self, node: Layout, out: list[Token], keep_space: bool) -> None:
        group = node.args[0]
        inner = group.args
        span = node.span
        if len(inner) == 1 and lifts(node, inner[0]):
            bare = dress(inner[0], node.text)
            node = Layout(
                "font", span, node.text, bare.args, node.sub or bare.sub, node.sup or bare.sup
            )
            group = node.args[0]
            inner = group.args
        if len(inner) == 1:
            only = inner[0]
            bare = only.sub is None and only.sup is None
            if bare and only.kind == "symbol" and node.text == "mathbb" and only.text in SPACES:
                out.append(
                    Token("field", only.text, span.start, span.end, node, node.sub, node.sup)
                )
            elif (
                bare
                and only.kind == "symbol"
                and node.text in ("mathbb", "mathrm", "mathsf")
                and only.text == "E"
            ):
                out.append(Token("expect", "E", span.start, span.end, node, node.sub, node.sup))
            elif (
                bare
                and only.text in ("1", "I")
                and node.text in ("mathbb", "mathbf", "mathrm", "boldsymbol")
            ):
                out.append(Token("one", only.text, span.start, span.end, node, node.sub, node.sup))
            elif (
                bare and only.text == "d" and node.text in ("mathrm", "mathsf") and node.sub is None
            ):
                out.append(Token("d", "d", span.start, span.end, node, None, node.sup))
            elif only.kind in (
                "fraction",
                "radical",
                "delimited",
                "environment",
                "operator",
                "word",
            ) or (
                only.kind == "command"
                and COMMANDS.get(only.text, ("unknown",))[0] not in ("name", "Delta")
            ):
                self._group(Layout("group", span, "", inner, node.sub, node.sup), out, keep_space)
            elif only.kind == "command" and only.text == "Delta":
                self._plain("name", node, out)
            else:
                self.named(node, out)
            return
        word = "".join([child.text if child.kind == "symbol" else "?" for child in inner])
        bare = all(child.sub is None and child.sup is None for child in inner[:-1])
        if bare and ((word.isalpha() and node.text in _UPRIGHT_RUN) or word in FUNCTIONS):
            last = inner[-1]
            sub, sup = node.sub or last.sub, node.sup or last.sup
            self.word(Layout("word", span, word, (), sub, sup), out)
            return
        dressed = tuple(dress(child, node.text) for child in inner)
        self._group(Layout("group", span, "", dressed, node.sub, node.sup), out, keep_space)

    def _group(self, node: Layout, out: list[Token], keep_space: bool) -> None:
        inner = node.args
        scripted = node.sub is not None or node.sup is not None
        if not inner:
            if scripted and out and out[-1].sup is None and node.sub is None:
                out[-1].sup, out[-1].end = node.sup, node.span.end
            elif scripted and out and out[-1].sub is None and node.sup is None:
                out[-1].sub, out[-1].end = node.sub, node.span.end
            elif scripted:
                self._plain("unknown", node, out)
            return
        if scripted and len(inner) == 1:
            only = inner[0]
            if (only.sub is None or node.sub is None) and (
                only.sup is None or (node.sup is None and only.kind != "group")
            ):
                merged = Layout(
                    only.kind,
                    node.span,
                    only.text,
                    only.args,
                    only.sub or node.sub,
                    only.sup or node.sup,
                )
                if only.kind == "operator" and only.text not in ")]|":
                    self._plain("unknown", node, out)
                elif merged.kind == "symbol":
                    self.letters((merged,), 0, out, False)
                else:
                    self._lex((merged,), out, keep_space)
                return
        if scripted and signed(inner):
            last = inner[-1]
            above, below = node.sup or last.sup, node.sub or last.sub
            carried = Layout(
                last.kind, last.span.cover(node.span), last.text, last.args, below, above
            )
            self._lex((*inner[:-1], carried), out, keep_space)
            return
        keeps = bool(out) and (
            out[-1].code in _KEEPS or (out[-1].code in _MARKS and len(inner) > 1)
        )
        if not scripted and not keeps:
            self._lex(inner, out, keep_space)
            return
        inside: list[Token] = []
        self._lex(inner, inside, False)
        if inside and _is_one_bracket(inside):
            last = inside[-1]
            if not scripted or (last.sub is None and last.sup is None):
                if scripted:
                    last.sub, last.sup, last.end = node.sub, node.sup, node.span.end
                out += inside
                return
        opening = Token("open", "g", node.span.start, node.span.start, node)
        closing = Token("close", "g", inside[-1].end if inside else node.span.end, node.span.end, node,
                        node.sub, node.sup)  # fmt: skip
        opening.mate = closing
        out.append(opening)
        out += inside
        out.append(closing)

    def _delimited(self, node: Layout, out: list[Token]) -> None:
        left, _, right = node.text.partition(" ")
        inner = node.args
        span = node.span
        if left == "lbrace" and right == "." and len(inner) == 1 and inner[0].kind == "environment":
            table = inner[0]
            branches = Layout("environment", span, "cases", table.args, node.sub, node.sup)
            out.append(Token("env", "cases", span.start, span.end, branches, node.sub, node.sup))
            return
        inside: list[Token] = []
        self._lex(inner, inside, False)
        first = inside[0].start if inside else span.end
        if left == "." and right in ("|", "vert", "rvert", "mid"):
            last = inside[-1].end if inside else first
            opening = Token("open", "g", span.start, first, node)
            closing = Token("close", "g", last, last, node)
            opening.mate = closing
            bar = Token("at", "|", last, span.end, node, node.sub, node.sup)
            out += [opening, *inside, closing, bar]
            return
        opener = _bracket(left)
        closer = _bracket(right)
        if (not opener and left != ".") or (not closer and right != "."):
            shown = f"\\left{left} … \\right{right}"
            out.append(Token("unknown", shown, span.start, span.end, node))
            return
        last = inside[-1].end if inside else span.start
        bracket = Token("open", opener, span.start, first, node)
        end = Token("close", CLOSERS.get(closer, closer), last, span.end, node, node.sub, node.sup)
        if opener and closer:
            bracket.mate = end
        if opener:
            out.append(bracket)
        out += inside
        if closer:
            out.append(end)

    def _environment(self, node: Layout, out: list[Token], keep_space: bool) -> None:
        if node.text in MATRICES or node.text.endswith("cases"):
            self._plain("env", node, out)
        else:
            self._lex(node.args, out, keep_space)


def _is_one_bracket(tokens: list[Token]) -> bool:
    """Say whether a bracket that opens at the first token is closed by the last."""
    if tokens[0].code != "open" or tokens[-1].code != "close":
        return False
    depth = 0
    for token in tokens[:-1]:
        if token.code == "open":
            depth += 1
        elif token.code == "close":
            depth -= 1
            if depth == 0:
                return False
    return depth == 1


def _bracket(delimiter: str) -> str:
    r"""Return the opening text of a delimiter of ``\left`` or ``\right``; empty where it is none."""
    if delimiter in ("(", ")"):
        return "("
    if delimiter in ("[", "]"):
        return "["
    return {
        "lbrace": "{", "rbrace": "{", "langle": "<", "rangle": "<", "|": "|", "vert": "|", "lvert": "|",
        "rvert": "|", "Vert": "||", "lVert": "||", "rVert": "||", "lfloor": "floor", "rfloor": "floor",
        "lceil": "ceil", "rceil": "ceil",
    }.get(delimiter, "")  # fmt: skip
