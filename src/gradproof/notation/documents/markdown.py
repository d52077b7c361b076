r"""Markdown as forums, GitHub and pandoc write it: fences, code, headings, and the mathematics between."""

import re
from typing import final

from gradproof.notation.documents.collector import Collector, Skips
from gradproof.notation.documents.delimited import (
    BEGIN_END,
    DEFINING,
    NESTABLE,
    READ_BY_TEX,
    TOP_LEVEL,
    Definitions,
    find_close,
    plain_name,
    skip_arguments,
)
from gradproof.notation.documents.dollars import is_mathematics, worth_a_note
from gradproof.notation.documents.ends import Ends
from gradproof.notation.documents.words import (
    holds_prose_line,
    is_label_line,
    prose_line_start,
    reads_as_prose,
)
from gradproof.source import Span

_TOKEN = re.compile(
    r"\\(?:(?P<command>[A-Za-z]+)|(?P<symbol>[\s\S]))|(?P<dollars>\$+)|(?P<ticks>`+)"
    r"|(?P<angle><(?:!--|(?:pre|script|style|code|https?:)(?![A-Za-z])))|(?P<link>\]\([^()\s]*\))"
    r"|(?P<lines>\n(?:[ \t>]*+\r?\n)*+)",
    re.I,
)
_LINE = re.compile(
    r"(?P<quote>(?:[ \t]{0,3}>)*+)[ \t]*+(?P<list>(?:[-*+]|\d{1,9}[.)])[ \t]+)?"
    r"(?:(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})[ \t]*(?P<info>[^\n]*)|(?P<heading>\#{1,6}(?=[ \t])))?",
    re.M,
)
_UNDERLINED = re.compile(
    r"(?![ \t]*+(?:[|>\#$\n]|[-*+][ \t]))[^\n$]{1,200}\n {0,3}(?:={2,}|-{2,})[ \t\r]*(?=\n|\Z)"
)
_INDENTED = re.compile(r"(?:(?: {4}|\t)[^\n]*(?:\n|\Z)|[ \t\r]*+\n)++")
_INDENTED_MATH = re.compile(r"\s*(?:\$\$|\\\[|\\begin\{)")
_OPTIONS = re.compile(r"(?:[ \t]*:[\w-]+:[^\n]*\n)*")
_COMMENT_END = re.compile(r"-->")
_TAG_END = {tag: re.compile(f"</{tag}>", re.I) for tag in ("pre", "script", "style", "code")}
_TICK_MATH = re.compile(r"`([^`\n]*(?:\n[^`\n]+)*)`\$")
_QUOTE = re.compile(r"^(?:[ \t]{0,3}>[ \t]?)+", re.M)
_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n")
_FRONT_END = re.compile(r"^(?:---|\.\.\.)[ \t]*\r?$", re.M)
_SIGN = re.compile(r"\\[A-Za-z]|[=^_+*/<>|-]")


def scan_markdown(collector: Collector, text: str) -> None:
    """Scan one text (a file or a notebook cell), already opened in `collector`."""
    _Scanner(collector, text).scan()


@final
class _Scanner:
    def __init__(self, collector: Collector, text: str) -> None:
        self.out = collector
        self.text = text
        self.mark = 0
        self.in_list = False
        self.quoted = False
        self.ends = Ends(text)
        self.definitions = Definitions(text)

    def scan(self) -> None:
        text = self.text
        at = self._front_matter()
        at = self._after_blank(at)
        while (token := _TOKEN.search(text, at)) is not None:
            start, at = token.span()
            match token.lastgroup:
                case "lines":
                    if text.count("\n", start, at) > 1:
                        self._skip(start, at)
                        self.out.end_paragraph()
                        at = self._after_blank(at)
                    else:
                        at = self._line(at)
                case "dollars":
                    at = self._dollars(start, at)
                case "ticks":
                    at = self._code(start, at)
                case "command":
                    at = self._command(token["command"], start, at)
                case "symbol":
                    at = self._escape(token["symbol"], start, at)
                case "angle":
                    at = self._angle(token["angle"].lower(), start, at)
                case _:
                    pass
        self.out.prose(self.mark, len(text))
        self.out.end_paragraph()

    def _skip(self, start: int, end: int) -> None:
        self.out.prose(self.mark, start)
        self.mark = end

    # blocks

    def _front_matter(self) -> int:
        opened = _FRONT_MATTER.match(self.text)
        if opened is None:
            return 0
        closed = _FRONT_END.search(self.text, opened.end())
        if closed is None:
            return 0
        self.mark = closed.end()
        return closed.end()

    def _after_blank(self, at: int) -> int:
        """Skip an indented code block that begins here, unless in a list or plainly mathematics."""
        text = self.text
        if not text.startswith(("    ", "\t"), at):
            if at < len(text) and text[at] not in " \t\n":
                self.in_list = False
        elif not self.in_list and not _INDENTED_MATH.match(text, at):
            block = _INDENTED.match(text, at)
            if block is not None:
                self._skip(at, block.end())
                return self._line(block.end())
        return self._line(at)

    def _line(self, at: int) -> int:
        """Look at the start of a line; return where to go on."""
        text, out = self.text, self.out
        line = _LINE.match(text, at)
        assert line is not None
        self.quoted = bool(line["quote"])
        if line["list"]:
            self.in_list = True
        if line["fence"]:
            return self._fence(line, at)
        if line["heading"] or is_label_line(text, line.end("quote")) or _UNDERLINED.match(text, at):
            self._skip(at, at)
            out.heading()
        return at

    def _fence(self, line: re.Match[str], at: int) -> int:
        text, fence, info = self.text, line["fence"], line["info"].strip().lower()
        begin = min(line.end() + 1, len(text))
        end, after = self.ends.fence(fence, begin)
        closed = end < len(text)
        is_math = info.split(" ")[0] in ("math", "{math}", "{.math}")
        self._skip(at, after)
        region = None
        if is_math:
            options = _OPTIONS.match(text, begin, end)
            begin = options.end() if options else begin
            if self.out.region("display", begin, end, skips=self._quote_marks(begin, end)):
                region = len(self.out.regions) - 1
        if not closed:
            self.out.remark("unclosed", f"the fence {fence} is opened here, never closed; read to the end of "
                            "the file", line.start("fence"), line.end("fence"), region=region)  # fmt: skip
        return after

    def _quote_marks(self, start: int, end: int) -> Skips:
        if not self.quoted:
            return ()
        return tuple(("", Span(*mark.span())) for mark in _QUOTE.finditer(self.text, start, end))

    def _angle(self, what: str, start: int, at: int) -> int:
        text = self.text
        if what == "<!--":
            after = self.ends.after(_COMMENT_END, at)
            body_end = after - 3
            if after < 0:
                self.out.remark("unclosed", "the comment <!-- is opened here, never closed; read to the end of "
                                "the paragraph", start, at)  # fmt: skip
                after = body_end = self.ends.paragraph(at)
            self._skip(start, after)
            self.out.comment(text[at:body_end], start, after)
            return after
        if what.startswith("<http"):
            after = text.find(">", at, min(at + 2000, len(text))) + 1
        else:
            after = self.ends.after(_TAG_END[what[1:]], at)
        if after <= 0:
            return at
        self._skip(start, after)
        return after

    # spans

    def _code(self, start: int, at: int) -> int:
        end = self.ends.ticks(at - start, at)
        if end < 0:
            return at
        self._skip(start, at)
        after = end + at - start
        self._skip(end, after)
        return after

    def _command(self, name: str, start: int, at: int) -> int:
        if name == "begin":
            found = BEGIN_END.match(self.text, start)
            if found is None:
                return at
            environment = plain_name(found["name"])
            if environment in TOP_LEVEL or environment in NESTABLE:
                return self._environment(environment, start, found.end())
            return found.end()
        if name in DEFINING:
            end = self.definitions.end(name, at)
            if end is None:
                return at
            if name in READ_BY_TEX:
                self.out.macro(name, start, end)
            self._skip(start, end)
            return end
        return at

    def _escape(self, symbol: str, start: int, at: int) -> int:
        text = self.text
        if symbol in "[(":
            return self._bracketed(start, at)
        if symbol == "\\" and text.startswith(("[", "("), at):
            return self._bracketed(start, at + 1)
        if symbol == "\n":
            return at - 1
        return at

    # mathematics

    def _bracketed(self, start: int, at: int) -> int:
        r"""Read ``\( … \)`` or ``\[ … \]``; both may also be Markdown's escaped brackets.

        Some forums want the backslashes doubled.
        """
        text = self.text
        opener = text[start:at]
        limit = self.ends.paragraph(at)
        end = self.ends.bracket(opener, at, self.ends.hard(at) if opener == "\\[" else limit)
        if end < 0:
            self._unclosed(opener, start, at, limit)
            return at
        body = text[at:end]
        letter = opener[-1] == "(" and len(body.strip()) == 1 and body.strip().isalpha()
        if not (letter or _SIGN.search(body)) or reads_as_prose(body):
            return at
        after = end + len(opener)
        self._skip(start, after)
        kind = "inline" if opener[-1] == "(" else "display"
        self.out.region(kind, at, end, skips=self._quote_marks(at, end))
        return after

    def _unclosed(self, shown: str, start: int, at: int, limit: int) -> None:
        if self.out.has_room and worth_a_note(self.text, at, limit):
            self.out.remark(
                "unclosed",
                f"{shown} is opened here and not closed in its paragraph; not read as mathematics",
                start,
                at,
            )

    def _dollars(self, start: int, at: int) -> int:
        count = at - start
        if count == 1:
            return self._inline(start, at)
        if count == 2:
            return self._display(start, at)
        if count != 4:
            self.out.remark("dollars", f"{count} dollar signs in a row are no delimiter; expected $ or $$",
                            start, at)  # fmt: skip
        return at

    def _inline(self, start: int, at: int) -> int:
        text = self.text
        if text.startswith("`", at):
            found = _TICK_MATH.match(text, at)
            if found is not None:
                self._skip(start, found.end())
                self.out.region("inline", *found.span(1), skips=self._quote_marks(*found.span(1)))
                return found.end()
        end = self.ends.inline(at)
        if end < 0:
            self._unclosed("$", start, at, self.ends.paragraph(at))
            return at
        if not is_mathematics(text, start, at, end):
            return at
        self._skip(start, end + 1)
        self.out.region("inline", at, end, skips=self._quote_marks(at, end))
        return end + 1

    def _display(self, start: int, at: int) -> int:
        text = self.text
        limit = self.ends.paragraph(at)
        end = self.ends.display(at, limit)
        if end < 0:
            end = self.ends.display(at, self.ends.hard(at))
            if end >= 0 and holds_prose_line(text, at, end):
                end = -1
        return self._emit(start, at, end, end + 2, "", "$$")

    def _environment(self, name: str, start: int, at: int) -> int:
        text = self.text
        begin = skip_arguments(text, at, name)
        close = find_close(text, begin, name, {}, self.ends.hard(begin))
        end = close.end if close.closed else -1
        if end >= 0 and close.blank >= 0 and holds_prose_line(text, close.blank, end):
            end = -1
        return self._emit(
            start, begin, end, close.after, name, f"\\begin{{{name}}}", close.wrong_end
        )

    def _emit(
        self, start: int, at: int, end: int, after: int, name: str, shown: str, wrong_end: str = ""
    ) -> int:
        """Add a display; `end` is negative where it is not closed."""
        out = self.out
        closed = end >= 0
        if not closed:
            end = after = prose_line_start(self.text, at, self.ends.paragraph(at))
        self._skip(start, after)
        kind = "inline" if name == "math" else "display"
        found = out.region(kind, at, end, name, skips=self._quote_marks(at, end))
        region = len(out.regions) - 1 if found else None
        if not closed:
            out.remark("unclosed", f"{shown} is opened here, never closed; read to the end of the paragraph",
                       start, at, region=region)  # fmt: skip
        elif wrong_end:
            out.remark("wrong-end", f"{shown} is closed by \\end{{{wrong_end}}}; read as its end",
                       end, after, region=region)  # fmt: skip
        return after
