"""One row: words taken out as labels, cut into statements, each a chain of relations."""

from typing import Final

from gradproof.notation.grammar.core import UnreadableRow
from gradproof.notation.grammar.expressions import Parser
from gradproof.notation.grammar.options import Options
from gradproof.notation.grammar.pieces import (
    BINARY,
    NEVER,
    PUNCTUATION,
    SPLITS,
    Piece,
    between_factors,
    breaks,
    by_commas,
    case_told,
    has_relation,
    mark_map,
    opened,
    separates,
    stripped,
)
from gradproof.notation.grammar.tokens import Token
from gradproof.notation.grammar.vocabulary import CONDITION_WORDS, FACTOR_STARTS, WHERE_WORDS
from gradproof.notation.surface import FormulaRow, Note, Statement, Surface
from gradproof.notation.tex.layout import Layout
from gradproof.notation.tex.limits import ROW_CHARACTERS
from gradproof.source import Span

_IMPLICATIONS: Final = frozenset({"=>", "<=>"})
_CHAINED: Final = frozenset({"=", "~~", "<", "<=", ">", ">=", ":=", "=="})


def read_row(
    nodes: tuple[Layout, ...], options: Options, notes: tuple[Note, ...] = ()
) -> FormulaRow:
    """Read the nodes of one row; never raises."""
    span = nodes[0].span.cover(nodes[-1].span)
    parser = Parser(options)
    parser.notes.extend(notes)
    row = _Row(parser)
    try:
        if span.end - span.start > ROW_CHARACTERS:
            message = f"more than {ROW_CHARACTERS} characters in one row; split it"
            parser.stop("limit:row", message, span.start, span.end)
        row.read(nodes)
    except UnreadableRow as stop:
        parser.notes.append(stop.note)
    except RecursionError:
        message = "nested too deep; name a part of the formula and use the name"
        parser.notes.append(Note("limit:nesting", message, span, fatal=True))
    return FormulaRow(
        span,
        tuple(row.statements),
        tuple(row.labels),
        tuple(parser.notes),
        tuple(parser.choices),
        row.where,
        tuple(row.conditions),
    )


class _Row:
    """The statements of one row while they are read."""

    __slots__ = ("_where_piece", "conditions", "labels", "parser", "statements", "where")

    def __init__(self, parser: Parser) -> None:
        self.parser = parser
        self.statements: list[Statement] = []
        self.labels: list[tuple[str, Span]] = []
        self.where: int | None = None
        self._where_piece = -1
        self.conditions: list[int] = []

    def read(self, nodes: tuple[Layout, ...]) -> None:
        tokens = self.parser.stream(nodes, keep_space=True)
        if all(token.code not in SPLITS for token in tokens):
            main, case = case_told(stripped(tokens), before=False)
            for piece in filter(None, (main, case)):
                self.conditions.extend((len(self.statements),) if piece is case else ())
                self._statement(piece)
            return
        for at, (piece, condition) in enumerate(self._pieces(tokens)):
            if self._where_piece == at and self.where is None:
                self.where = len(self.statements)
            for part in by_commas(piece):
                if not has_relation(part) and (condition or self._in_words(part)):
                    continue
                if condition:
                    self.conditions.append(len(self.statements))
                self._statement(part)
        if self.where == len(self.statements):
            self.where = None

    def _in_words(self, part: Piece) -> bool:
        """Say whether a bare expression is only part of the words behind an equation."""
        said = any(span.end <= part[0].start for _, span in self.labels)
        return said and any(s.relations for s in self.statements)

    # ------------------------------------------------------------------ words and wide spaces

    def _pieces(self, tokens: list[Token]) -> list[tuple[Piece, bool]]:
        """Cut at words, wide spaces and alignment columns; words become labels."""
        pieces: list[tuple[Piece, bool]] = []
        current: Piece = []
        condition = False
        depth = 0

        def flush() -> None:
            nonlocal current
            piece = stripped(current)
            if piece and not self._is_number(piece, pieces, tokens):
                piece, case = case_told(piece, before=any(has_relation(p) for p, _ in pieces))
                pieces.extend(((piece, condition),) if piece else ())
                pieces.extend(((case, True),) if case else ())
            current = []

        for at, token in enumerate(tokens):
            code = token.code
            if code == "open":
                depth += 1
            elif code == "close":
                depth -= 1
            if depth == 0 and code == "colon" and separates(tokens, at, current, condition):
                condition = True
                flush()
                condition = False
                continue
            if depth > 0:
                if code not in ("space", "amp", "newrow"):
                    current.append(token)
                continue
            if code == "text":
                if self._is_operand(tokens, at, current):
                    current.append(token)
                    continue
                flush()
                condition = self._label(token, len(pieces))
            elif code == "quantifier":
                flush()
                self.labels.append(("for all", Span(token.start, token.end)))
                condition = True
            elif code in ("space", "amp", "newrow"):
                if breaks(tokens, at, current):
                    flush()
                    condition = False
            elif code == "period" and not between_factors(tokens, at):
                flush()
                condition = False
            elif code != "unknown" or token.text not in (
                "",
                "\\qed",
                "\\square",
                "\\blacksquare",
                "\\Box",
            ):
                current.append(token)
        flush()
        return [(piece, cond) for piece, cond in pieces if piece]

    def _label(self, token: Token, pieces: int) -> bool:
        """Add words after that many pieces as a label; say whether what follows is a condition."""
        text = token.text.strip()
        self.labels.append((text, Span(token.start, token.end)))
        words = text.lower().replace(",", " ").replace(":", " ").split()
        if not words:
            return False
        if (words[0] in WHERE_WORDS or words[-1] in WHERE_WORDS) and self._where_piece < 0:
            self._where_piece = pieces
        return words[-1] in CONDITION_WORDS or (words[0] in CONDITION_WORDS and len(words) < 4)

    def _is_operand(self, tokens: list[Token], at: int, current: Piece) -> bool:
        """Say whether words stand for a quantity: after a sign, or alone before a relation."""
        token = tokens[at]
        text = token.text.strip().removeprefix("(").removesuffix(")")
        words = text.lower().rstrip(".,").split()
        following = next((t for t in tokens[at + 1 :] if t.code != "amp"), None)
        if not words or text.endswith(":") or any(word in NEVER for word in words):
            return False
        if current and current[-1].code in BINARY:
            return following is None or following.code in BINARY or following.code in PUNCTUATION
        return (
            not current
            and following is not None
            and following.code == "rel"
            and following.text in ("=", ":=")
        )

    def _is_number(
        self, piece: Piece, before: list[tuple[Piece, bool]], tokens: list[Token]
    ) -> bool:
        """Take ``(1)`` at the end or the start of a row as its number."""
        if not (3 <= len(piece) <= 6 and piece[0].code == "open" and piece[-1].code == "close"):
            return False
        inner = piece[1:-1]
        if piece[0].text != "(" or piece[-1].sup is not None or piece[-1].sub is not None:
            return False
        if not all(
            t.code in ("num", "period", "name", "mul") and t.sup is None and t.sub is None
            for t in inner
        ):
            return False
        numbers = sum(t.code == "num" for t in inner)
        if not numbers and not (len(inner) == 1 and before):
            return False
        first = piece[0] is next((t for t in tokens if t.code not in ("space", "amp")), None)
        if not before and not (first and len(tokens) > len(piece)):
            return False
        text = "(" + "".join("." if t.code == "period" else t.text for t in inner) + ")"
        self.labels.append((text, Span(piece[0].start, piece[-1].end)))
        return True

    # ------------------------------------------------------------------ statements

    def _statement(self, tokens: Piece) -> None:
        """Read one relation chain, cut at implications."""
        tokens = opened(self._without_number(tokens))
        if not tokens:
            return
        mark_map(tokens)
        depth = 0
        cuts: list[int] = []
        relations: list[int] = []
        for at, token in enumerate(tokens):
            code = token.code
            if code == "open":
                depth += 1
            elif code == "close":
                depth -= 1
            elif code == "rel" and depth == 0:
                relations.append(at)
                if token.text in _IMPLICATIONS:
                    cuts.append(at)
        for at in relations:
            token = tokens[at]
            if token.text == "->" and at not in cuts:
                before = any(tokens[r].text in _CHAINED for r in relations if r < at)
                after = any(tokens[r].text in _CHAINED for r in relations if r > at)
                if (at == 0 and after) or (before and after):
                    token.text = "=>"
                    cuts.append(at)
        cuts.sort()
        begin = 0
        for cut in cuts:
            if cut > begin or begin:
                self._chain(tokens[begin:cut])
            begin = cut
        self._chain(tokens[begin:])

    def _without_number(self, tokens: Piece) -> Piece:
        """Take off an equation number set apart by blanks at the end."""
        if len(tokens) > 4 and tokens[-1].code == "close" and tokens[-3].code == "open":
            number, last = tokens[-2], tokens[-4]
            apart = tokens[-3].start - last.end >= 2 and last.code not in BINARY
            if apart and number.code == "num" and tokens[-3].text == "(" and tokens[-1].sup is None:
                self.labels.append((f"({number.text})", Span(tokens[-3].start, tokens[-1].end)))
                return stripped(tokens[:-3])
        return tokens

    def _chain(self, tokens: Piece) -> None:
        """Read sides joined by relations."""
        parser = self.parser
        if not tokens:
            return
        if tokens[-1].code == "rel" and tokens[-1].text in _IMPLICATIONS:
            tokens = stripped(tokens[:-1])  # what follows stands in the next formula
            if not tokens:
                return
        last = tokens[-1].end
        start = tokens[0].start
        tokens.append(Token("end", "", last, last))
        parser.tokens, parser.i, parser.depth = tokens, 0, 0
        parser.in_integral, parser.set_at, parser.hold_at, parser.tails = -1, -1, False, []
        sides: list[Surface] = []
        signs: list[str] = []
        if tokens[0].code == "rel":
            sides.append(parser.hole(start))
        else:
            sides.append(self._side())
        while True:
            token = tokens[parser.i]
            if token.code == "end":
                break
            if token.code != "rel":
                parser.stray()
                continue
            signs.append(token.text)
            parser.i += 1
            if token.sup is not None or token.sub is not None:
                parser.unread(
                    "scripts on a relation sign are not understood", token.start, token.end
                )
            if token.text in ("in", "notin", "subset", "->", ":", "mapsto"):
                parser.set_at = parser.i
            following = tokens[parser.i]
            if following.code == "rel" and following.text == "=" and signs[-1] == "=":
                signs.pop()
                continue
            if following.code in FACTOR_STARTS or following.code in ("+", "-"):
                sides.append(self._side())
            else:
                sides.append(parser.hole(token.end))
            parser.set_at = -1
        self.statements.append(Statement(Span(start, max(last, start)), tuple(sides), tuple(signs)))

    def _side(self) -> Surface:
        """Read an expression, or a list of them set apart by commas."""
        parser = self.parser
        tokens = parser.tokens
        token = tokens[parser.i]
        if (
            token.code == "unknown"
            and token.text[:1] == "\\"
            and tokens[parser.i + 1].code in ("rel", "end")
        ):
            self._name_macro(token)
        parts = [self._conditional()]
        while tokens[parser.i].code in ("comma", "semi"):
            parser.i += 1
            if tokens[parser.i].code in ("end", "rel", "comma", "semi"):
                continue
            parts.append(self._conditional())
        if len(parts) == 1:
            node = parts[0]
            if node.head == "mul" and len(node.args) == 3 and node.args[1].text == "ldots":
                # i = 1 \ldots m: a list without its commas
                return parser.make("tuple", node.span.start, node.span.end, node.args)
            return node
        return parser.make("tuple", parts[0].span.start, parts[-1].span.end, tuple(parts))

    def _name_macro(self, token: Token) -> None:
        """Read an unknown command that is a whole side as the name of a quantity."""
        message = f"{token.text} is not defined here; read as the name of a quantity"
        self.parser.note("unknown-macro", message, token.start, token.end)
        span = Span(token.start, token.end)
        token.code = "name"
        token.node = Layout("word", span, token.text, (), token.sub, token.sup)

    def _conditional(self) -> Surface:
        """Read an expression, or ``y | x``."""
        parser = self.parser
        first = parser.bare_space() or parser.expression()
        if parser.tokens[parser.i].code != "given":
            return first
        parser.i += 1
        second = parser.expression()
        return parser.make("given", first.span.start, second.span.end, (first, second))
