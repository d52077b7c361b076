"""Sums, products, integrals, expectations, minima: operators with an index below."""

from typing import Final

from gradproof.notation.grammar.calls import Calls
from gradproof.notation.grammar.tokens import Token
from gradproof.notation.grammar.vocabulary import FACTOR_STARTS
from gradproof.notation.surface import Head, Surface
from gradproof.notation.tex.layout import Layout

_BIG: Final[dict[str, Head]] = {"sum": "sum", "prod": "prod"}

START: Final = "sum-start"
"""Kind of the note on a sum without a start whose index is a number in it, as in powers: it may start at 0 as well."""


class BigOperators(Calls):
    """Parsing of operators that bind an index."""

    __slots__ = ()

    def big(self) -> Surface:
        """Parse a sum, product or integral with its body."""
        token = self.tokens[self.i]
        if token.text == "integral":
            return self._integral()
        self.i += 1
        indices = self._ranges(token)
        self.enter(token.start, token.end)
        following = self.tokens[self.i]
        if following.code in FACTOR_STARTS or following.code == "-":
            body = self.signed_term()
        else:
            body = self.hole(token.end)
            self.unread(
                f"this {token.text} has no body; expected an expression after it",
                token.start,
                token.end,
            )
        self.depth -= 1
        for binder in indices:
            self._start_told(token, binder, body)
        node = self.make(_BIG[token.text], token.start, body.span.end, (body, *indices))
        self.tails.append((node, self.i))
        return node

    def _start_told(self, token: Token, binder: Surface, body: Surface) -> None:
        """Note where a range starts that is not written; with powers of the index it may be 0 as well."""
        if (
            binder.head != "range"
            or len(binder.args) != 3
            or binder.args[1].span.end > binder.args[1].span.start
        ):
            return
        counted = _stands(binder.args[0], body)
        told = f"where this {token.text} starts is not written: read as at 1"
        self.note(START if counted else "sum-from", told, binder.span.start, binder.span.end)

    def _ranges(self, token: Token) -> tuple[Surface, ...]:
        """Read what stands below and above a sum: one range or relation per index."""
        upper: Surface | None = None
        if token.sup is not None and token.sup.args:
            upper = self.within(token.sup.args, token.sup.span.start, self.expression)
        if token.sub is None:
            if upper is not None:
                return (
                    self.make("range", token.start, token.end, (self.hole(token.start), upper)),
                )
            return ()
        self.in_index += 1
        items = self.conditions(token.sub)
        self.in_index -= 1
        out: list[Surface] = []
        bounded = False
        for item in items:
            start, end = item.span.start, item.span.end
            if upper is not None:
                start = min(start, upper.span.start)
            if item.head == "relation" and item.text == "=" and len(item.args) == 2:
                index, lower = item.args
                if lower.head == "tuple":
                    out.append(item)
                    continue
                bounds = (index, lower)
                if upper is not None:
                    bounds, end = (index, lower, upper), max(end, upper.span.end)
                    bounded = True
                out.append(self.make("range", start, end, bounds))
            elif item.head in ("name", "transpose"):
                if upper is not None and len(items) == 1:
                    one = self.make("number", end, end, (), "1")
                    args = (item, one, upper)
                    out.append(self.make("range", start, max(end, upper.span.end), args))
                    bounded = True
                else:
                    out.append(self.make("range", start, end, (item,)))
            else:
                out.append(item)
        if upper is not None and not bounded:
            self.unread("this upper bound belongs to no index", upper.span.start, upper.span.end)
        return tuple(out)

    def conditions(self, group: Layout) -> list[Surface]:
        r"""Read ``i=1``, ``i,j``, ``ij``, ``i \neq k``, ``(u,i)\in M``, ``x, y \in S``, rows of a substack.

        What stands after a colon (``i : y_i = 1``) is in brackets.
        """
        tokens = self.stream(group.args, keep_space=True)
        parts: list[list[Token]] = [[]]
        depth = 0
        told: int | None = None
        for token in tokens:
            code = token.code
            depth += (code == "open") - (code == "close")
            if depth == 0 and code in ("colon", "given") and told is None and parts[-1]:
                told = len(parts)
                parts.append([])
            elif depth == 0 and code in ("comma", "semi", "newrow"):
                parts.append([])
            elif code in ("text", "space", "amp"):
                continue
            else:
                parts[-1].append(token)
        out: list[Surface] = []
        pending: list[Surface] = []
        for at, part in enumerate(parts):
            if not part:
                continue
            start = part[0].start
            if told is not None and at >= told:
                item = self.over(part, start, self.item)
                pending.append(self.make("group", start, item.span.end, (item,)))
                continue
            if len(part) > 1 and all(t.code == "name" and t.sup is None for t in part):
                pending += [self.over([t], t.start, self.item) for t in part]
                continue
            item = self.over(part, start, self.item)
            if item.head == "relation" and pending and item.args[0].head == "name":
                if item.text in ("in", "notin", "="):  # x, y \\in S
                    end = item.span.end
                    out += [
                        self.make("relation", n.span.start, end, (n, *item.args[1:]), item.text)
                        for n in pending
                    ]
                else:
                    out += pending
                pending = []
                out.append(item)
            elif item.head == "name":
                pending.append(item)
            else:
                out += pending
                pending = []
                out.append(item)
        return out + pending

    # ------------------------------------------------------------------ integrals

    def _integral(self) -> Surface:
        token = self.tokens[self.i]
        self.i += 1
        self.enter(token.start, token.end)
        bounds: list[Surface] = []
        if token.sub is not None:
            self.in_index += 1
            bounds.append(self.within(token.sub.args, token.sub.span.start, self.item))
            self.in_index -= 1
        if token.sup is not None:
            if token.sub is None:
                bounds.append(self.hole(token.start))
            bounds.append(self.within(token.sup.args, token.sup.span.start, self.expression))
        end = self._differential()
        saved, self.in_integral = self.in_integral, end
        variable = self.hole(token.end)
        if end == self.i:
            body = self.make("number", token.end, token.end, (), "1")
        else:
            body = self.expression() if end > 0 else self.signed_term()
        self.in_integral = saved
        stop = body.span.end
        if end > 0 and self.i == end:
            self.i += 1
            variable = self.variable()
            stop = variable.span.end
        self.depth -= 1
        return self.make("integral", token.start, stop, (body, variable, *bounds))

    def _differential(self) -> int:
        """Return the position of the d that closes the integral begun before the cursor; -1 without one."""
        at, depth, open_integrals = self.i, 0, 1
        tokens = self.tokens
        while True:
            token = tokens[at]
            code = token.code
            if code == "open":
                depth += 1
            elif code == "close":
                depth -= 1
                if depth < 0:
                    return -1
            elif code in ("end", "rel", "comma"):
                if depth <= 0:
                    return -1
            elif depth == 0 and code == "big" and token.text == "integral":
                open_integrals += 1
            elif depth == 0 and code == "d" and token.sup is None and tokens[at + 1].code == "name":
                open_integrals -= 1
                if open_integrals == 0:
                    return at
            at += 1

    # ------------------------------------------------------------------ expectations and extrema

    def expectation(self) -> Surface:
        r"""Parse ``\mathbb{E}_{x \sim p}[f(x)]``."""
        token = self.tokens[self.i]
        following = self.tokens[self.i + 1]
        bracketed = following.code == "open" and following.text in ("(", "[", "{")
        blackboard = (
            token.node is not None and token.node.kind == "font" and token.node.text == "mathbb"
        )
        if not bracketed and not (blackboard and following.code in FACTOR_STARTS):
            token.code = "name"
            return self.named()
        self.i += 1
        below: tuple[Surface, ...] = ()
        if token.sub is not None:
            below = tuple(_sampled(self, item) for item in self.conditions(token.sub))
        self.enter(token.start, token.end)
        if bracketed:
            args = self.arguments()
            closing = self.tokens[self.i - 1]
            body = args[0]
            if len(args) > 1:
                body = self.make("tuple", args[0].span.start, args[-1].span.end, args)
            node = self.make("expect", token.start, closing.end, (body, *below))
            node = self.scripted(node, closing)
        else:
            body = self.factor()
            node = self.make("expect", token.start, body.span.end, (body, *below))
        self.depth -= 1
        if token.sup is not None:
            node = self.raised(node, self.superscript(token.sup))
        return node

    def extremum(self) -> Surface:
        r"""Parse ``\arg\min_w L(w)``, ``\max_i x_i``, ``\lim_{h \to 0} …``; arg min reaches to the end."""
        first = token = self.tokens[self.i]
        self.i += 1
        kind = token.text
        if kind == "arg":
            following = self.tokens[self.i]
            if following.code == "fn" and following.text in ("min", "max"):
                token = following
                kind = "arg" + token.text
                self.i += 1
            else:
                self.unread("arg is expected before min or max", first.start, first.end)
        below = self.conditions(token.sub) if token.sub is not None else []
        following = self.tokens[self.i]
        argument = kind in ("argmin", "argmax")
        self.enter(first.start, first.end)
        if following.code in FACTOR_STARTS or following.code == "-":
            body = self.expression() if argument else self.signed_term()
        else:
            body = self.hole(token.end)
        self.depth -= 1
        variable = below[0] if below else self.hole(token.end)
        rest = tuple(below[1:])
        end = body.span.end
        if argument:
            head: Head = "argmin" if kind == "argmin" else "argmax"
            return self.make(head, first.start, end, (body, variable, *rest))
        node = self.make("extremum", first.start, end, (body, variable, *rest), kind)
        self.tails.append((node, self.i))
        return node


def _sampled(parser: BigOperators, item: Surface) -> Surface:
    r"""Turn ``x \sim p`` below an expectation into its node."""
    if item.head == "relation" and item.text == "~" and len(item.args) == 2:
        return parser.make("sim", item.span.start, item.span.end, item.args)
    return item


def _stands(index: Surface, node: Surface) -> bool:
    """Tell whether an index stands in a body otherwise than above or below a name."""
    same = node.head == "name" and node.name == index.name
    return same or any(_stands(index, a) for a in node.args)
