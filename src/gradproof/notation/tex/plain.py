"""Unicode and ASCII mathematics to the tokens an author of TeX would have written, places kept.

Names are only those that everyone spells out: Greek letters, functions, ``sum``, ``sqrt``, ``partial``, and
accents joined to a letter (``yhat``, ``y_hat``). Any other run of letters is single letters, except below
an underscore, where three or more letters are one label (``w_new``).
"""

import re
from typing import final

from gradproof.notation.tex.tokens import (
    ALIGN,
    BEGIN,
    COMMAND,
    END,
    LETTER,
    NUMBER,
    OTHER,
    PRIME,
    SPACE,
    SUB,
    SUP,
    Token,
)
from gradproof.notation.tex.unicode import add_unicode
from gradproof.notation.tex.vocabulary import PROSE

_PIECE = re.compile(
    r"[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]{1,2}(?![A-Za-z0-9.])|[A-Za-z]+|[0-9]+|\s+|\\(?:[A-Za-z]+|[\s\S])?"
    r"|\*\*|<->|<=>|<==>|->|=>|<-(?=\s)|<=|>=|!=|~=|\.\.\.|[\s\S]"
)

_GREEK = [
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa",
    "lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi",
    "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi",
    "Omega", "varepsilon", "vartheta", "varphi", "ell",
]  # fmt: skip
_FUNCTIONS = [
    "log", "ln", "exp", "sin", "cos", "tan", "tanh", "sinh", "cosh", "sec", "csc", "cot",
    "arcsin", "arccos", "arctan", "det", "max", "min", "sup", "inf", "lim",
]  # fmt: skip
_COMMANDS: dict[str, str] = {
    **{name: name for name in (*_GREEK, *_FUNCTIONS)},
    "sum": "sum", "prod": "prod", "product": "prod", "int": "int", "integral": "int", "partial": "partial",
    "nabla": "nabla", "grad": "nabla", "infinity": "infty", "infty": "infty", "sqrt": "√", "cdot": "cdot",
    "times": "times", "odot": "odot", "otimes": "otimes", "in": "in",
}  # fmt: skip
_WORDS = frozenset({
    "softmax", "sigmoid", "relu", "ReLU", "tr", "Tr", "trace", "diag", "Diag", "softplus", "sign",
    "sgn", "rank", "vec", "logit", "logsumexp", "Var", "Cov", "KL", "abs", "norm", "sech", "coth",
    "erf", "argmin", "argmax", "gelu", "GELU", "MSE", "BCE", "CE", "NLL",
})  # fmt: skip
_ACCENTS = frozenset({"hat", "bar", "tilde", "vec", "dot", "ddot", "check"})
_JOINED = re.compile(r"([A-Za-z]|" + "|".join(_GREEK) + r")(hat|bar|tilde|vec|ddot|dot)\Z")
_APPLIED = re.compile(r"(log|ln|sin|cos|tanh|exp)([A-Za-z])\Z")
_LABEL = re.compile(r"[A-Z]?[a-z]{3,}\Z")
_SIGNS = {
    "->": "to", "=>": "Rightarrow", "<-": "leftarrow", "<=": "le", ">=": "ge", "!=": "ne", "~=": "approx",
    "<->": "leftrightarrow", "<=>": "Leftrightarrow", "<==>": "Leftrightarrow", "...": "ldots", "@": "cdot",
    "~": "sim",
}  # fmt: skip
_INDICES = frozenset("ijklmnpqrst")
_NOT_JOINED = frozenset({"that", "chat", "dbar"})
_OPEN = {"(": ")", "[": "]"}
_ORDER = re.compile(r"(?<![A-Za-z0-9_\\^])d([2-9])[A-Za-z]+\s*/\s*d[A-Za-z]+(\1)(?![A-Za-z0-9.])")
"""A derivative of higher order without carets: d2y/dx2."""

Part = tuple[str, int, int]


def tokenize_plain(text: str, offset: int) -> list[Token]:
    """Return the tokens of unicode or ASCII mathematics.

    >>> "".join(token[1] for token in tokenize_plain("x^-1", 0))
    'x^{-1}'
    """
    return _Lexer(text, offset).run()


@final
class _Lexer:
    __slots__ = ("_at", "_braces", "_closing", "_matches", "_orders", "_out", "_parts", "_tex")

    def __init__(self, text: str, offset: int) -> None:
        parts: list[Part] = []
        at = offset
        self._orders = {offset + m.start(k) for m in _ORDER.finditer(text) for k in (1, 2)}
        for piece in _PIECE.findall(text):
            parts.append((piece, at, at + len(piece)))
            at += len(piece)
        self._parts = parts
        self._at = 0
        self._out: list[Token] = []
        self._braces: list[bool] = []
        self._closing: dict[int, int] = {}
        self._tex = re.search(r"\\[A-Za-z]", text) is not None
        self._matches = _matching(parts)

    def run(self) -> list[Token]:
        parts, out = self._parts, self._out
        while self._at < len(parts):
            here = self._at
            self._at += 1
            self._one(*parts[here])
            for _ in range(self._closing.pop(here, 0)):
                out.append((END, "}", parts[here][2], parts[here][2]))
        return out

    def _one(self, piece: str, start: int, end: int) -> None:
        out = self._out
        first = piece[0]
        if first.isascii() and first.isalpha():
            self._letters(piece, start, end)
        elif start in self._orders:
            out += [(SUP, "^", start, start), (BEGIN, "{", start, start)]
            out += [(NUMBER, piece, start, end), (END, "}", end, end)]
        elif first.isascii() and first.isdigit():
            out.append((NUMBER, piece, start, end))
            if not piece.isdigit():
                whole, _, part = _decimal(piece).partition(".")
                out[-1:] = [(NUMBER, whole, start, end)]
                if part:
                    out += [(OTHER, ".", start, end), (NUMBER, part, start, end)]
        elif first.isspace() or first == "$":
            out.append((SPACE, " ", start, end))
        elif first == "\\":
            out.append((COMMAND, piece[1:], start, end))
        elif piece in _SIGNS:
            out.append((COMMAND, _SIGNS[piece], start, end))
        elif piece == "_":
            self._subscript(start, end)
        elif piece in ("^", "**"):
            out.append((SUP, "^", start, end))
            self._superscript()
        elif piece == "{":
            grouping = self._tex or (bool(out) and out[-1][0] in (SUB, SUP))
            self._braces.append(grouping)
            out.append((BEGIN, "{", start, end) if grouping else (COMMAND, "{", start, end))
        elif piece == "}":
            grouping = self._braces.pop() if self._braces else self._tex
            out.append((END, "}", start, end) if grouping else (COMMAND, "}", start, end))
        elif piece == "'":
            out.append((PRIME, "'", start, end))
        elif piece == "&" and self._tex:
            out.append((ALIGN, "&", start, end))
        elif first.isascii():
            out.append((OTHER, piece, start, end))
        else:
            add_unicode(out, piece, start, end)

    # ------------------------------------------------------------------ runs of letters

    def _letters(self, run: str, start: int, end: int) -> None:
        out = self._out
        if run == "T" and self._is_attribute(start):
            out[-1] = (SUP, "^", start - 1, start)
            out.append((LETTER, run, start, end))
        elif run in _COMMANDS:
            out.append((COMMAND, _COMMANDS[run], start, end))
            self._base(run)
        elif run in _WORDS:
            self._word("operatorname", run, start, end)
        elif run.lower() in PROSE and len(run) > 1 and self._stands_alone():
            self._word("text", run, start, end)
        elif (joined := _JOINED.match(run)) and run not in _NOT_JOINED:
            middle = start + joined.end(1)
            out += [(COMMAND, joined[2], start, end), (BEGIN, "{", start, start)]
            self._letters(joined[1], start, middle)
            out.append((END, "}", end, end))
        elif run[0] == "d" and len(run) > 2 and self._known(run[1:]):
            out.append((LETTER, "d", start, start + 1))
            self._letters(run[1:], start + 1, end)
        elif applied := _APPLIED.match(run):
            self._letters(applied[1], start, end - 1)
            out.append((LETTER, applied[2], end - 1, end))
        elif len(run) > 3 and _LABEL.match(run):
            self._word("operatorname", run, start, end)
        else:
            out += [(LETTER, letter, at, at + 1) for at, letter in enumerate(run, start)]

    def _is_attribute(self, start: int) -> bool:
        """Say whether the T at `start` is that of ``X.T``."""
        out = self._out
        if len(out) < 2 or out[-1] != (OTHER, ".", start - 1, start) or out[-2][3] != start - 1:
            return False
        return out[-2][0] in (LETTER, NUMBER, END) or out[-2][1] in (")", "]")

    def _base(self, run: str) -> None:
        """Take the base of ``log2(x)`` and ``log10(x)``."""
        parts, at = self._parts, self._at
        if run != "log" or at + 1 >= len(parts) or parts[at + 1][0] != "(":
            return
        base, start, end = parts[at]
        if base in ("2", "10"):
            self._at += 1
            self._out += [
                (SUB, "_", start, start), (BEGIN, "{", start, start), (NUMBER, base, start, end),
                (END, "}", end, end),
            ]  # fmt: skip

    def _known(self, run: str) -> bool:
        return run in _COMMANDS or run in _WORDS or _JOINED.match(run) is not None

    def _word(self, command: str, word: str, start: int, end: int) -> None:
        self._out.append((COMMAND, command, start, end))
        self._out.append((BEGIN, "{", start, end))
        self._out += [(LETTER, letter, at, at + 1) for at, letter in enumerate(word, start)]
        self._out.append((END, "}", end, end))

    def _stands_alone(self) -> bool:
        parts, at = self._parts, self._at
        before = at < 2 or parts[at - 2][0][0].isspace() or parts[at - 2][0] in (",", ".", ";")
        return before and (
            at >= len(parts) or parts[at][0][0].isspace() or parts[at][0] in (",", ":")
        )

    # ------------------------------------------------------------------ scripts

    def _subscript(self, start: int, end: int) -> None:
        out, parts = self._out, self._parts
        following = parts[self._at][0] if self._at < len(parts) else ""
        if following in _ACCENTS and out and out[-1][0] in (LETTER, COMMAND):
            kind, text, first, last = out[-1]
            stop = parts[self._at][2]
            out[-1:] = [
                (COMMAND, following, first, stop), (BEGIN, "{", first, first), (kind, text, first, last),
                (END, "}", stop, stop),
            ]  # fmt: skip
            self._at += 1
            return
        out.append((SUB, "_", start, end))
        if following[:1].isascii() and following[:1].isalpha():
            self._label(*parts[self._at])
        else:
            self._bracket()

    def _label(self, run: str, start: int, end: int) -> None:
        """Read letters and digits below an underscore as indices or one label."""
        out, parts = self._out, self._parts
        self._at += 1
        out.append((BEGIN, "{", start, start))
        if run in _COMMANDS and run != "in":
            self._letters(run, start, end)
        elif len(run) == 1 or (len(run) < 4 and run != "in" and set(run) <= _INDICES):
            out += [(LETTER, letter, at, at + 1) for at, letter in enumerate(run, start)]
        else:
            self._word("operatorname", run, start, end)
        if self._at < len(parts) and parts[self._at][0].isdigit() and parts[self._at][0].isascii():
            piece, start, end = parts[self._at]
            out.append((NUMBER, piece, start, end))
            self._at += 1
        out.append((END, "}", end, end))

    def _superscript(self) -> None:
        """Take the sign, number, name or bracket that is the exponent."""
        out, parts = self._out, self._parts
        at = self._at
        if at >= len(parts):
            return
        piece, start, end = parts[at]
        if piece in ("-", "+", "−") and at + 1 < len(parts) and not parts[at + 1][0].isspace():
            out += [(BEGIN, "{", start, start), (OTHER, "+" if piece == "+" else "-", start, end)]
            self._at += 1
            stop = self._exponent()
            if stop is None:
                out.append((END, "}", end, end))
            else:
                self._closing[stop] = self._closing.get(stop, 0) + 1
            return
        self._bracket()

    def _exponent(self) -> int | None:
        """Return the position of the piece that ends a signed exponent; take single letters here."""
        parts, at = self._parts, self._at
        piece, start, end = parts[at]
        if piece in _OPEN:
            return self._matches.get(at)
        if piece.isascii() and piece.isalpha() and not self._known(piece):
            self._out.append((LETTER, piece[0], start, start + 1))
            if len(piece) == 1:
                self._at += 1
            else:
                parts[at] = (piece[1:], start + 1, end)
            return None
        if piece[0].isalnum():
            return at
        return None

    def _bracket(self) -> None:
        """Put braces around a bracketed script and around a number, which TeX would split."""
        parts, at = self._parts, self._at
        if at >= len(parts):
            return
        piece, start, _ = parts[at]
        stop = self._matches.get(at) if piece in _OPEN else at if piece[0].isdigit() else None
        if stop is not None:
            self._out.append((BEGIN, "{", start, start))
            self._closing[stop] = self._closing.get(stop, 0) + 1


def _matching(parts: list[Part]) -> dict[int, int]:
    """Return where each bracket closes, by position."""
    stack: list[int] = []
    matches: dict[int, int] = {}
    for at, (piece, _, _) in enumerate(parts):
        if piece in _OPEN:
            stack.append(at)
        elif piece in (")", "]") and stack and _OPEN[parts[stack[-1]][0]] == piece:
            matches[stack.pop()] = at
    return matches


def _decimal(written: str) -> str:
    """Return a number with an exponent of ten in plain digits.

    >>> _decimal("1e-3"), _decimal("2.5e2")
    ('0.001', '250')
    """
    digits, _, power = written.lower().partition("e")
    whole, _, part = digits.partition(".")
    shift = int(power)
    point = len(whole) + shift
    figures = whole + part
    if point <= 0:
        figures, point = "0" * (1 - point) + figures, 1
    figures = figures.ljust(point, "0")
    before, after = figures[:point], figures[point:].rstrip("0")
    return before + ("." + after if after else "")
