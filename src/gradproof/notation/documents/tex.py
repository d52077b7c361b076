r"""TeX documents: environments, ``$``, ``\(``, ``\[``, comments, verbatim, preamble and included files."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import final

from gradproof.notation.documents.collector import Collector
from gradproof.notation.documents.decode import decode
from gradproof.notation.documents.delimited import (
    BEGIN_END,
    DEFINING,
    NESTABLE,
    READ_BY_TEX,
    TOP_LEVEL,
    Close,
    Definitions,
    alias_of,
    find_close,
    plain_name,
    skip_arguments,
)
from gradproof.notation.documents.model import (
    MAX_DOCUMENT,
    MAX_INCLUDE_DEPTH,
    MAX_INCLUDES,
    UnreadableDocument,
)
from gradproof.notation.documents.words import (
    holds_prose_line,
    is_label_line,
    prose_line_start,
    word_set,
)
from gradproof.source import Source, Span

Loader = Callable[[str], bytes | None]

_TOKEN = re.compile(
    r"\\(?:(?P<command>[A-Za-z@]+)|(?P<symbol>[\s\S]))|(?P<dollars>\$+)|(?P<comment>%[^\n]*)"
    r"|(?P<lines>\n(?:[ \t\r]*+\n)*+)"
)
_VERBATIM = word_set(
    "verbatim Verbatim BVerbatim LVerbatim lstlisting minted comment filecontents alltt tikzpicture "
    "tikzcd pyconsole"
)
_HEADINGS = word_set("part chapter section subsection subsubsection paragraph subparagraph")
_HEADING_ENVIRONMENTS = word_set("solution answer exercise problem question example")
_INCLUDES = frozenset(("input", "include", "subfile"))
_FILE = re.compile(r"[ \t]*(?:\{\s*([^{}\n]{1,200}?)\s*\}|(?<=[ \t])([^\s{}\\%$]{1,200}))")
_VERB = re.compile(r"\*?(?:\[[^\[\]\n]*\])?([^\sA-Za-z*\[])")
_MINT = re.compile(r"(?:\[[^\[\]\n]*\])?\{[^{}\n]*\}")
_ARGUMENT = re.compile(r"[ \t]*\{[^{}\n]*\}")
_VERBS = frozenset(("verb", "lstinline", "mintinline"))
_ADDRESSES = frozenset(("url", "path", "href", "nolinkurl"))
_HAS_BODY = re.compile(r"^[^%\n]*\\begin[ \t]*\{document\}", re.M)


@final
@dataclass(slots=True)
class _Shared:
    """What a document and its included files have in common."""

    loader: Loader | None
    aliases: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    files: list[str] = field(default_factory=list[str])
    count: int = 0
    room: int = MAX_DOCUMENT
    preamble: bool = False
    ended: bool = False


def scan_tex(
    collector: Collector, text: str, position: int, path: str, loader: Loader | None
) -> None:
    """Scan the main file, already opened as source `position` of `collector`."""
    shared = _Shared(loader, files=[path])
    shared.room -= len(text)
    shared.preamble = _HAS_BODY.search(text) is not None
    _Scanner(collector, shared, text, position).scan()


@final
class _Scanner:
    """Scans one file."""

    def __init__(self, collector: Collector, shared: _Shared, text: str, position: int) -> None:
        self.out = collector
        self.shared = shared
        self.text = text
        self.position = position
        self.mark = 0
        self.definitions = Definitions(text)

    def scan(self) -> None:
        text, shared = self.text, self.shared
        at = 0
        self._line(0)
        while not shared.ended and (token := _TOKEN.search(text, at)) is not None:
            at = token.end()
            match token.lastgroup:
                case "command":
                    at = self._command(token["command"], token.start(), at)
                case "dollars":
                    if not shared.preamble:
                        at = self._dollars(token.start(), at)
                case "comment":
                    self._skip(token.start(), at)
                    self.out.comment(text[token.start() + 1 : at], token.start(), at)
                case "lines":
                    if text.count("\n", token.start(), at) > 1 and not shared.preamble:
                        self._skip(token.start(), at)
                        self.out.end_paragraph()
                    self._line(at)
                case _:
                    if not shared.preamble and token["symbol"] in "[(":
                        at = self._bracket(token["symbol"], token.start(), at)
        if not shared.ended and not shared.preamble:
            self.out.prose(self.mark, len(text))
        self.out.end_paragraph()

    def _skip(self, start: int, end: int) -> None:
        if not self.shared.preamble:
            self.out.prose(self.mark, start)
        self.mark = end

    def _line(self, at: int) -> None:
        if not self.shared.preamble and is_label_line(self.text, at):
            self._skip(at, at)
            self.out.heading()

    # commands

    def _command(self, name: str, start: int, at: int) -> int:
        shared = self.shared
        if name == "begin" or name == "end":
            found = BEGIN_END.match(self.text, start)
            return (
                self._environment(name, plain_name(found["name"]), start, found.end())
                if found
                else at
            )
        if name in shared.aliases:
            which, environment = shared.aliases[name]
            return self._environment(which, environment, start, at)
        if name in DEFINING:
            return self._definition(name, start, at)
        if name in _INCLUDES:
            return self._include(start, at)
        if name in _VERBS:
            return self._verb(name, start, at)
        if name in _ADDRESSES:
            found = _ARGUMENT.match(self.text, at)
            return found.end() if found else at
        if name in _HEADINGS and not shared.preamble:
            self._skip(start, start)
            self.out.heading()
        return at

    def _environment(self, which: str, name: str, start: int, at: int) -> int:
        shared, text = self.shared, self.text
        if which == "end":
            if name == "document":
                self._skip(start, at)
                shared.ended = True
            return at
        if name == "document":
            shared.preamble = False
            self.mark = at
            return at
        if name in _VERBATIM:
            end = text.find("\\end{" + name, at)
            if end < 0:
                self._remark("unclosed", f"\\begin{{{name}}} is never closed; read to the end of the file",
                             start, at)  # fmt: skip
                end = len(text)
            self._skip(start, end)
            return end
        if shared.preamble:
            return at
        if name in _HEADING_ENVIRONMENTS:
            self._skip(start, at)
            self.out.heading()
            return at
        if name not in TOP_LEVEL and name not in NESTABLE:
            return at
        begin = skip_arguments(text, at, name)
        if name == "math":
            return self._inline(start, begin, "math", f"\\begin{{{name}}}")
        return self._display(start, begin, name, f"\\begin{{{name}}}")

    def _definition(self, name: str, start: int, at: int) -> int:
        end = self.definitions.end(name, at)
        if end is None:
            self._remark(
                "macro-unread", f"the definition after \\{name} is not complete", start, at
            )
            return at
        if name in READ_BY_TEX:
            self.out.macro(name, start, end)
            alias = alias_of(self.text[start:end]) if end - start < 200 else None
            if alias is not None:
                self.shared.aliases[alias[0]] = alias[1]
        self._skip(start, end)
        return end

    def _verb(self, name: str, start: int, at: int) -> int:
        text = self.text
        if name == "mintinline" and (found := _MINT.match(text, at)):
            at = found.end()
        opened = _VERB.match(text, at)
        if opened is None:
            return at
        line_end = text.find("\n", opened.end())
        end = text.find(
            "}" if opened[1] == "{" else opened[1],
            opened.end(),
            len(text) if line_end < 0 else line_end,
        )
        if end < 0:
            return opened.end()
        self._skip(start, end + 1)
        return end + 1

    # mathematics

    def _dollars(self, start: int, at: int) -> int:
        count = at - start
        if count == 1:
            return self._inline(start, at, "$", "$")
        if count == 2:
            return self._display(start, at, "$$", "$$")
        if count != 4:
            self._remark("dollars", f"{count} dollar signs in a row are no delimiter; expected $ or $$",
                         start, at)  # fmt: skip
        return at

    def _bracket(self, symbol: str, start: int, at: int) -> int:
        if symbol == "(":
            return self._inline(start, at, ")", "\\(")
        return self._display(start, at, "]", "\\[")

    def _inline(self, start: int, at: int, closer: str, shown: str) -> int:
        close = self._close(at, closer)
        if not close.closed:
            self._remark("unclosed", f"{shown} is opened here and not closed in its paragraph; "
                         "not read as mathematics", start, at)  # fmt: skip
            return at
        self._skip(start, close.after)
        self._comments(close, close.after)
        self.out.region("inline", at, close.end, skips=close.skips)
        return close.after

    def _display(self, start: int, at: int, closer: str, shown: str) -> int:
        text, out = self.text, self.out
        close = self._close(at, closer)
        end, after, closed = close.end, close.after, close.closed
        if closed and close.blank >= 0 and holds_prose_line(text, close.blank, end):
            closed = False
        if not closed:
            end = after = prose_line_start(text, at, close.blank if close.blank >= 0 else end)
        self._skip(start, after)
        self._comments(close, after)
        environment = closer if closer not in ("$$", "]") else ""
        found = out.region("display", at, end, environment, skips=close.skips)
        region = len(out.regions) - 1 if found else None
        if not closed:
            out.remark("unclosed", f"{shown} is opened here, never closed; read to the end of the paragraph",
                       start, at, region=region)  # fmt: skip
        elif close.wrong_end:
            out.remark("wrong-end", f"{shown} is closed by \\end{{{close.wrong_end}}}; read as its end",
                       close.end, close.after, region=region)  # fmt: skip
        return after

    def _close(self, at: int, closer: str) -> Close:
        return find_close(self.text, at, closer, self.shared.aliases, len(self.text))

    def _comments(self, close: Close, end: int) -> None:
        for _, span in close.skips:
            if span.end <= end:
                self.out.comment(self.text[span.start + 1 : span.end], span.start, span.end)

    def _remark(self, kind: str, message: str, start: int, end: int) -> None:
        self.out.remark(kind, message, start, end)

    # included files

    def _include(self, start: int, at: int) -> int:
        found = _FILE.match(self.text, at)
        if found is None:
            return at
        name = found[1] or found[2]
        at = found.end()
        self._skip(start, at)
        span = Span(start, at)
        loaded = self._load(name)
        if isinstance(loaded, str):
            self.out.include(name, span, None, loaded)
            self._remark("include", f"{name} is not read: {loaded}", start, at)
            return at
        path, text = loaded
        shared = self.shared
        index = self.out.open_source(None, Source(path, text))
        self.out.resume(self.position)
        self.out.include(name, span, index)
        self.out.resume(index)
        shared.files.append(path)
        preamble = shared.preamble
        shared.preamble = preamble or _HAS_BODY.search(text) is not None
        _Scanner(self.out, shared, text, index).scan()
        shared.preamble, shared.ended = preamble, False
        shared.files.pop()
        self.out.resume(self.position)
        return at

    def _load(self, name: str) -> tuple[str, str] | str:
        """Return path and text of an included file, or why there is none."""
        shared = self.shared
        if shared.loader is None:
            return "included files are not followed here; give the file itself"
        if name.startswith(("/", "\\", "~")) or name[1:2] == ":":
            return "its path is absolute; expected a path relative to the document"
        if len(shared.files) > MAX_INCLUDE_DEPTH:
            return f"files are included more than {MAX_INCLUDE_DEPTH} deep (limit:include-depth)"
        if shared.count >= MAX_INCLUDES:
            return f"more than {MAX_INCLUDES} files are included (limit:includes)"
        shared.count += 1
        for path in (name,) if name.endswith(".tex") else (name + ".tex", name):
            if path in shared.files:
                return "it includes itself"
            data = shared.loader(path)
            if data is None:
                continue
            try:
                text, _ = decode(data, shared.room)
            except UnreadableDocument as error:
                return str(error)
            shared.room -= len(data)
            return path, text
        return "there is no such file"
