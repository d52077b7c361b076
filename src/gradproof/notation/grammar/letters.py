"""Letters to tokens: single letters, runs of letters that may be words, names with accents."""

from typing import Final

from gradproof.notation.grammar.bases import base_of
from gradproof.notation.grammar.choices import choose
from gradproof.notation.grammar.options import Options
from gradproof.notation.grammar.runs import function_at, is_word, split_run
from gradproof.notation.grammar.tokens import Token
from gradproof.notation.grammar.vocabulary import EXTREMA, FUNCTIONS, PROSE, Code
from gradproof.notation.surface import Choice, Note
from gradproof.notation.tex.layout import Layout
from gradproof.source import Span

_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


class Letters:
    """Adds the tokens of letters to a list; collects notes and choices."""

    count: int

    __slots__ = ("choices", "count", "notes", "options")

    def __init__(self, options: Options, notes: list[Note], choices: list[Choice]) -> None:
        """Use the words of `options`; add to `notes` and `choices`."""
        self.options = options
        self.notes = notes
        self.choices = choices
        self.count = 0

    def letters(self, nodes: tuple[Layout, ...], at: int, out: list[Token], alone: bool) -> int:
        """Add the run of letters that starts at position `at`; return the position after it."""
        first = nodes[at]
        stop = at + 1
        if first.text not in _LETTERS:
            self.named(first, out)
            return stop
        end = first.span.end
        if first.sub is None and first.sup is None:
            while stop < len(nodes):
                node = nodes[stop]
                if node.kind != "symbol" or node.span.start != end or node.text not in _LETTERS:
                    break
                end = node.span.end
                stop += 1
                if node.sub is not None or node.sup is not None:
                    break
        last = nodes[stop - 1]
        number = nodes[stop] if stop < len(nodes) else None
        joined = (
            number is not None
            and number.kind == "number"
            and number.span.start == end
            and last.sub is None
            and last.sup is None
            and number.text.isdigit()
            and last.text != "d"
            and not (
                at and nodes[at - 1].kind == "number" and nodes[at - 1].span.end == first.span.start
            )
        )
        if joined and number is not None:
            # L2, x1: a digit set against a letter belongs to its name
            stop -= 1
            if stop > at:
                self.run(nodes, at, stop, out, alone)
            text = last.text + number.text
            start, end = last.span.start, number.span.end
            node = Layout("word", Span(start, end), text, (), number.sub, number.sup)
            out.append(Token("name", text, start, end, node, number.sub, number.sup))
            return stop + 2
        if stop - at == 1:
            self.letter(first, out)
        else:
            self.run(nodes, at, stop, out, alone)
        return stop

    @staticmethod
    def letter(node: Layout, out: list[Token]) -> None:
        """Add one letter."""
        span = node.span
        code: Code = "d" if node.text == "d" and node.sub is None else "name"
        out.append(Token(code, node.text, span.start, span.end, node, node.sub, node.sup))

    def run(
        self, nodes: tuple[Layout, ...], at: int, stop: int, out: list[Token], alone: bool
    ) -> None:
        """Add letters side by side as words and letters."""
        run = "".join([node.text for node in nodes[at:stop]])
        before = nodes[at - 1] if at else None
        after = nodes[stop] if stop < len(nodes) else None
        whole = alone and at == 0 and after is None
        pieces, doubt = split_run(
            run, before, after, nodes[at].span.start, nodes[stop - 1], self.options, whole
        )
        if doubt is not None:
            begin, word, taken = doubt
            first = nodes[at + begin].span.start
            place = Span(first, nodes[at + begin + len(word) - 1].span.end)
            taken = choose(
                self.choices, self.options, "word", place, "word" if taken else "product",
                ("product",) if taken else ("word",),
            ) == "word"  # fmt: skip
            pieces = [*run[:begin], word, *run[begin + len(word) :]] if taken else [*run]
        for piece in pieces:
            size = len(piece)
            last = nodes[at + size - 1]
            if size == 1:
                self.letter(last, out)
            else:
                start, end = nodes[at].span.start, last.span.end
                word = Layout("word", Span(start, end), piece, (), last.sub, last.sup)
                self.word(word, out)
            at += size

    def word(self, node: Layout, out: list[Token]) -> None:
        """Add a word: a function, an operator with an index, prose or a name."""
        text, span = node.text, node.span
        code: Code = "name"
        if text[0] == "d" and text not in FUNCTIONS and is_word(text[1:], self.options):
            # dloss: the differential of a word
            out.append(Token("d", "d", span.start, span.start + 1))
            rest = Span(span.start + 1, span.end)
            self.word(Layout("word", rest, text[1:], (), node.sub, node.sup), out)
            return
        if span.end - span.start == len(text) and (cut := function_at(text, self.options)):
            # ylog, typed as plain letters: a factor and a function
            first = Span(span.start, span.start + cut)
            rest = Span(first.end, span.end)
            for place, part in ((first, text[:cut]), (rest, text[cut:])):
                last = place is rest
                sub, sup = (node.sub, node.sup) if last else (None, None)
                kind = "word" if len(part) > 1 else "symbol"
                piece = Layout(kind, place, part, (), sub, sup)
                if len(part) > 1:
                    self.word(piece, out)
                else:
                    self.letter(piece, out)
            return
        if text in FUNCTIONS:
            code, text = "fn", FUNCTIONS[text]
        elif text in EXTREMA:
            code, text = "extremum", EXTREMA[text]
        elif text == "d":
            code = "d"
        elif text.lower() in PROSE and node.sub is None and node.sup is None:
            code = "text"
        elif text == "E":
            code = "expect"
        out.append(Token(code, text, span.start, span.end, node, node.sub, node.sup))

    def named(self, node: Layout, out: list[Token]) -> None:
        """Add a letter with accents or fonts as a name."""
        span = node.span
        base = base_of(node)
        if base is None:
            self.notes.append(
                Note(
                    "unread",
                    "an accent over several symbols is not understood; name the quantity instead",
                    span,
                    fatal=True,
                )
            )
            out.append(Token("unknown", node.text, span.start, span.end, node, node.sub, node.sup))
            return
        out.append(Token("name", base.key, span.start, span.end, node, node.sub, node.sup))
