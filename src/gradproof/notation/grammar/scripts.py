"""Names and scripts: subscripts as indices or labels, superscripts as powers, transposes, labels, primes."""

from typing import Final, final

from gradproof.notation.grammar.bases import base_of
from gradproof.notation.grammar.core import Core
from gradproof.notation.grammar.labels import is_index_like, is_label, is_lettered
from gradproof.notation.grammar.tokens import Token
from gradproof.notation.grammar.vocabulary import FUNCTIONS, NAME_COMMANDS
from gradproof.notation.surface import Name, Surface
from gradproof.notation.tex.layout import Layout
from gradproof.source import Span

_TRANSPOSES: Final = {"T": "T", "top": "top", "intercal": "intercal", "⊤": "top", "⊺": "intercal",
                      "transpose": "T", "tr": "T"}  # fmt: skip
_STARS: Final = frozenset(["*", "ast", "star", "dagger", "+", "-", "sharp", "flat", "prime"])


@final
class Script:
    """One thing a superscript says: kind ``pow`` (with `value`), ``T``, ``prime``, ``label``, ``circ``."""

    __slots__ = ("end", "items", "kind", "text", "value")

    def __init__(
        self,
        kind: str,
        end: int,
        text: str = "",
        value: Surface | None = None,
        items: tuple[Surface, ...] = (),
    ) -> None:
        """Make one; `text` is the bracket of a label, the sign of a transpose or the number of primes."""
        self.kind = kind
        self.end = end
        self.text = text
        self.value = value
        self.items = items


class Scripts(Core):
    """Parsing of names with their scripts."""

    __slots__ = ()

    # ------------------------------------------------------------------ names

    def name(
        self, token: Token, sup: tuple[Surface, ...] = (), bracket: str = "", end: int = 0
    ) -> Surface:
        """Make the name of a token with its subscript; `sup` is a label above it that ends at `end`."""
        node = token.node
        base = base_of(node) if node is not None else None
        if node is None or base is None:
            self.unread(f"{token.text!r} is not understood here", token.start, token.end)
            return self.make("unknown", token.start, token.end, (), token.text)
        below = token.sub
        items: tuple[Surface, ...] = ()
        if base.sub is not None:
            items = self.indices(base.sub)
        if below is not None:
            items += self.indices(below)
        if base.sup is not None:
            for script in self.superscript(base.sup):
                if script.kind == "label":
                    sup, bracket = (*script.items, *sup), bracket or script.text
                else:
                    self.unread("a power below an accent is not understood", token.start, token.end)
        stop = token.end
        if token.sup is not None:
            stop = below.span.end if below is not None else _bare_end(node, token.sup)
        stop = max(stop, end)
        name = Name(base.base, base.accents, items, sup, bracket, base.font)
        return self.make("name", token.start, stop, (), "", name)

    # ------------------------------------------------------------------ subscripts

    def indices(self, group: Layout) -> tuple[Surface, ...]:
        """Return the items of a subscript; letters side by side are one item each."""
        nodes = group.args
        if len(nodes) == 1:
            only = nodes[0]
            if only.kind == "symbol" and only.sub is None and only.sup is None:
                return (self.make("name", only.span.start, only.span.end, (), "", Name(only.text)),)
            if only.kind == "number" and only.sup is None:
                return (self.make("number", only.span.start, only.span.end, (), only.text),)
        self.in_index += 1
        items: list[Surface] = []
        part: list[Layout] = []
        depth = 0
        for node in nodes:
            if node.kind == "operator":
                depth += (node.text in "([") - (node.text in ")]")
                if node.text in ",;" and depth <= 0:
                    self._index_part(tuple(part), items)
                    part = []
                    continue
            part.append(node)
        self._index_part(tuple(part), items)
        self.in_index -= 1
        return tuple(items)

    def _index_part(self, part: tuple[Layout, ...], items: list[Surface]) -> None:
        if not part:
            return
        start, end = part[0].span.start, part[-1].span.end
        while (
            len(part) == 1
            and part[0].kind == "group"
            and part[0].sub is None
            and part[0].sup is None
        ):
            if not part[0].args:
                return
            part = part[0].args
        first, last = part[0], [*part][-1]
        if len(part) > 1 and _is_slot(first):
            items.append(self.make("text", start, first.span.end, (), ":"))
            self._index_part(part[1:], items)
            return
        if len(part) > 1 and _is_slot(last):
            self._index_part(part[:-1], items)
            items.append(self.make("text", last.span.start, end, (), ":"))
            return
        if any(node.kind == "operator" and node.text in (":", "|") for node in part[1:]):
            text = "".join([node.text for node in part])
            items.append(self.make("text", start, end, (), text))
            return
        if len(part) == 1:
            only = part[0]
            slot = _is_slot(only)
            named = only.kind in ("text", "word") or only.text in FUNCTIONS
            if slot or (named and only.sub is None and only.sup is None):
                text = ":" if slot else only.text.strip()
                items.append(self.make("text", start, end, (), text))
                return
        run = "".join([node.text if node.kind == "symbol" else "?" for node in part])
        word = is_label(run) or run in self.options.words
        if len(run) > 1 and word and all(n.sub is None and n.sup is None for n in part):
            items.append(self.make("text", start, end, (), run))
            return
        if len(part) > 1 and all(node.kind in ("symbol", "accent", "font", "number", "word") or
                                 (node.kind == "command" and node.text in NAME_COMMANDS)
                                 for node in part):  # fmt: skip
            for node in part:
                items.append(self.within((node,), start, self.item))
            return
        items.append(self.within(part, start, self.item))

    # ------------------------------------------------------------------ superscripts

    def superscript(self, group: Layout, *, labels: bool = True) -> list[Script]:
        """Read a superscript as the things it says, in order; without `labels`, (i) is an exponent."""
        nodes = group.args
        end = max([group.span.end, *(node.span.end for node in nodes[-1:])])
        if labels and is_lettered(nodes, self.options.labels):
            self._tell_label(nodes[0].text, group.span.start, end)
            return [Script("label", end, "", None, self._labels(nodes))]
        if len(nodes) == 1:
            node = nodes[0]
            kind = node.kind
            if node.sub is None and node.sup is None:
                if kind == "number":
                    return [
                        Script(
                            "pow",
                            end,
                            "",
                            self.make("number", node.span.start, node.span.end, (), node.text),
                        )
                    ]
                if kind == "prime":
                    return [Script("prime", end, node.text)]
                transpose = _transpose(node)
                if transpose:
                    return [Script("T", end, transpose)]
                if kind in ("operator", "command") and node.text in _STARS:
                    if not labels:
                        self.unread("a sign alone above e; write e^{…}", node.span.start, end)
                    text = {"ast": "*", "star": "*"}.get(node.text, node.text)
                    item = self.make("text", node.span.start, node.span.end, (), text)
                    return [Script("label", end, "", None, (item,))]
                if kind in ("word", "text"):
                    item = self.make("text", node.span.start, node.span.end, (), node.text.strip())
                    return [Script("label", end, "", None, (item,))]
            if kind == "group" and node.sub is None and node.sup is None:
                return self.superscript(Layout("group", group.span, "", node.args))
        if not nodes:
            return []
        return self._long(nodes, end, labels)

    def _long(self, nodes: tuple[Layout, ...], end: int, labels: bool) -> list[Script]:
        first = nodes[0]
        out: list[Script] = []
        if first.kind == "prime":
            out.append(Script("prime", first.span.end, first.text))
            rest = nodes[1:]
            return out + (
                self.superscript(Layout("group", Span(rest[0].span.start, end), "", rest))
                if rest
                else []
            )
        if not labels:
            pass
        elif first.kind == "delimited" and first.text in ("( )", "[ ]"):
            if first.sub is None and is_index_like(first.args):
                bracket = first.text[0]
                alone = len(nodes) == 1 and first.sup is None
                stop = end if alone else first.span.end
                out.append(Script("label", stop, bracket, None, self._labels(first.args)))
                return out + self._after(first, nodes[1:], end)
        elif first.kind == "operator" and first.text in "([":
            close = _closing(nodes)
            if close and nodes[close].sub is None and is_index_like(nodes[1:close]):
                last = nodes[close]
                alone = len(nodes) == close + 1 and last.sup is None
                stop = end if alone else last.span.end
                out.append(Script("label", stop, first.text, None, self._labels(nodes[1:close])))
                return out + self._after(last, nodes[close + 1 :], end)
        if (
            first.kind in ("operator", "command")
            and first.text in ("*", "ast", "star")
            and len(nodes) > 1
        ):
            item = self.make("text", first.span.start, first.span.end, (), "*")
            out.append(Script("label", first.span.end, "", None, (item,)))
            rest = nodes[1:]
            return out + self.superscript(Layout("group", Span(rest[0].span.start, end), "", rest))
        if first.kind == "command" and first.text in ("circ", "odot") and len(nodes) > 1:
            value = self.within(nodes[1:], first.span.end, self.expression)
            return [Script("circ", end, "", value)]
        if first.kind == "command" and first.text == "circ":
            self.unread(
                "degrees are not understood; write the angle in radians", first.span.start, end
            )
            return []
        run = "".join([node.text if node.kind == "symbol" else "?" for node in nodes])
        if len(run) > 2 and is_label(run):
            item = self.make("text", first.span.start, end, (), run)
            return [Script("label", end, "", None, (item,))]
        others = [*nodes]
        last = others.pop()
        sign = _transpose(last) if last.sub is None and last.sup is None else ""
        if sign and others and all(n.kind in ("operator", "number") for n in others):
            if len(others) == 1 and first.text == "-":
                one = self.make("number", first.span.end, first.span.end, (), "1")
                value = self.make("neg", first.span.start, first.span.end, (one,))
            else:
                value = self.within(tuple(others), first.span.start, self.expression)
            return [Script("pow", end, "", value), Script("T", end, sign)]
        return [Script("pow", end, "", self.within(nodes, first.span.start, self.expression))]

    def _tell_label(self, letter: str, start: int, end: int) -> None:
        message = f"{letter} above a name is read as a label, no exponent: it stands nowhere else"
        if all(n.message != message for n in self.notes):
            self.note("label-above", message, start, end)

    def _after(self, last: Layout, rest: tuple[Layout, ...], end: int) -> list[Script]:
        """Read what follows a label in brackets: its own superscript, then the nodes after it."""
        out: list[Script] = []
        if last.sup is not None:
            out += self.superscript(last.sup)
        if rest:
            out += self.superscript(Layout("group", Span(rest[0].span.start, end), "", rest))
        return out

    def _labels(self, nodes: tuple[Layout, ...]) -> tuple[Surface, ...]:
        if not nodes:
            return ()
        return self.indices(Layout("group", nodes[0].span.cover(nodes[-1].span), "", nodes))

    # ------------------------------------------------------------------ applying them

    def scripted(self, base: Surface, token: Token) -> Surface:
        """Apply the scripts of a closing bracket, a fraction, … to what it closes."""
        if token.sub is not None:
            items = self.indices(token.sub)
            end = token.sub.span.end
            if any(item.head == "relation" for item in items):
                return self._family(base, max(end, base.span.end))
            base = self.make("index", base.span.start, max(end, base.span.end), (base, *items))
        if token.sup is not None:
            labels = base.head != "group" or _is_short_index(token.sup)
            base = self.raised(base, self.superscript(token.sup, labels=labels))
        return base

    def _family(self, base: Surface, end: int) -> Surface:
        r"""Read ``(a_{ij})_{i,j=1}^n`` as a list of entries, anything else in its place as a set: it is no product."""
        start = base.span.start
        if base.head not in ("group", "tuple", "set"):
            self.unread("an indexed family is not understood here", start, end)
            return base
        self.note("family", "read as a family with an index, not as a product", start, end)
        if base.head == "group" and len(base.args) == 1 and base.args[0].head == "name":
            return self.make("group", start, end, base.args, "[")
        return self.make("set", start, end, base.args)

    def raised(self, base: Surface, scripts: list[Script]) -> Surface:
        """Apply superscripts to a compound expression."""
        for script in scripts:
            start = base.span.start
            end = max(script.end, base.span.end)
            if script.kind == "pow" and script.value is not None:
                base = self.make("pow", start, end, (base, script.value))
            elif script.kind == "T":
                if base.head == "number" and base.text == "1":  # the vector of ones
                    base = self.make("name", base.span.start, base.span.end, name=Name("1"))
                base = self.make("transpose", start, end, (base,), script.text)
            elif script.kind == "prime" and script.text == "1":
                base = self.make("transpose", start, end, (base,), "prime")
            elif script.kind == "label" and script.items:
                base = self.make("index", start, end, (base, *script.items), script.text or "^")
            elif script.kind == "circ" and script.value is not None:
                base = self._elementwise_power(base, script.value, end)
            else:
                self.unread("these primes on an expression are not understood", start, end)
        return base

    def _elementwise_power(self, base: Surface, power: Surface, end: int) -> Surface:
        start = base.span.start
        if power.head == "number" and power.text in ("2", "3"):
            return self.make("had", start, end, (base,) * int(power.text))
        if power.head == "neg" and power.args[0].text == "1":
            one = self.make("number", power.span.start, power.span.end, (), "1")
            return self.make("haddiv", start, end, (one, base))
        self.unread("this elementwise power is not understood; write a \\odot a", start, end)
        return self.make("unknown", start, end, (), "\\circ")


def _transpose(node: Layout) -> str:
    """Return the sign of a transpose, or nothing."""
    if node.kind in ("symbol", "command", "word", "operator", "text"):
        if node.kind == "symbol" and node.text != "T":
            return ""
        return _TRANSPOSES.get(node.text.strip(), "")
    if node.kind == "font" and len(node.args[0].args) == 1:
        inner = node.args[0].args[0]
        if (
            inner.sub is None
            and inner.sup is None
            and inner.text in ("T", "top")
            and node.text != "mathcal"
        ):
            return "T"
    return ""


def _closing(nodes: tuple[Layout, ...]) -> int:
    depth = 0
    for at, node in enumerate(nodes):
        if node.kind == "operator":
            if node.text in "([":
                depth += 1
            elif node.text in ")]":
                depth -= 1
                if depth == 0:
                    return at
    return 0


def _is_slot(node: Layout) -> bool:
    r"""Say whether a subscript item stands for a whole row or column: A_{i:}, A_{\cdot j}."""
    return (node.kind == "operator" and node.text in (":", "*")) or (
        node.kind == "command" and node.text in ("cdot", "ast", "bullet", "colon")
    )


def _is_short_index(group: Layout) -> bool:
    """Say whether a superscript after a bracket is an index in brackets, (l-1), or the sign of a pseudo-inverse."""
    if len(group.args) == 1 and group.args[0].text in ("+", "dagger"):
        return True
    nodes = group.args[0].args if len(group.args) == 1 else group.args[1:]
    return bool(nodes) and nodes[0].kind == "symbol" and nodes[0].text in "ijklmnst"


def _bare_end(node: Layout, sup: Layout) -> int:
    """Return where a letter without its superscript ends; the superscript may be written before or after it."""
    text = node.text
    if node.kind == "symbol":
        return node.span.start + 1
    if node.kind == "command":
        return min(node.span.start + len(text) + 1, sup.span.start)
    if node.args:
        return node.args[-1].span.end
    return min(node.span.start + len(text), sup.span.start)
