"""Fractions, roots, brackets, environments: the commands that build structure."""

import re

from gradproof.notation.tex.layout import Layout, LayoutKind
from gradproof.notation.tex.reader import Reader
from gradproof.notation.tex.tokens import (
    ALIGN,
    BEGIN,
    COMMAND,
    END,
    EOF,
    NUMBER,
    OTHER,
    SUB,
    SUP,
    Token,
    plain_text,
)
from gradproof.notation.tex.vocabulary import (
    ACCENTS,
    APART,
    CLOSING,
    COLUMNED,
    DELIMITERS,
    DROPPED_WITH_ARGUMENT,
    FONTS,
    FRACTIONS,
    LIMIT_BASES,
    OPERATORS,
    PASSED,
    RENAMED,
    TEXTS,
    THIN,
)
from gradproof.source import Span

OPERAND_COMMANDS = frozenset({
    *ACCENTS, *FONTS, *FRACTIONS, *TEXTS, "alpha", "beta", "gamma", "delta", "epsilon", "theta", "lambda", "mu",
    "nu", "pi", "phi", "psi", "sigma", "omega", "eta", "xi", "rho", "tau", "zeta", "kappa", "chi", "log", "ln",
    "exp", "sqrt", "left", "sum", "partial", "nabla", "ell", "max", "min", "tanh", "sin", "cos", "langle",
    "lVert", "lvert", "Vert", "operatorname", "prod", "Σ", "Π", "big", "Big", "bigl", "Bigl",
})  # fmt: skip
"""Commands that can begin an operand."""

_DISTANCE = 12
"""Tokens of the distance after a row."""
_DIMENSION = re.compile(r"\s*-?\s*(?:(?:\d+\.?\d*|\.\d+)\s*\\?|\\)[a-z]+\s*\Z")


def fraction(reader: Reader, token: Token) -> Layout:
    r"""Read ``\frac`` and its kin."""
    above = reader.argument(token)
    below = reader.argument(token)
    return Layout("fraction", _span(token, below), "", (above, below))


def radical(reader: Reader, token: Token) -> Layout:
    r"""Read ``\sqrt`` with its degree, if any."""
    opening = reader.peek()
    inside = reader.optional()
    args: tuple[Layout, ...] = ()
    if inside:
        span = Span(opening[2], max(opening[3], inside[-1][3]))
        args = (Layout("group", span, "", reader.part(inside, span.end)),)
    radicand = reader.argument(token)
    return Layout("radical", _span(token, radicand), "", (radicand, *args))


def root_sign(reader: Reader, token: Token) -> Layout:
    """Read √, which takes a whole bracket or number without braces."""
    following = reader.peek()
    inside = reader.bracket()
    if inside is None:
        if following[0] != NUMBER:
            return radical(reader, token)
        reader.at += 1
        read = reader.atom(following)
        nodes = () if read is None else (read,)
        span = Span(following[2], reader.end())
    else:
        nodes = reader.part(inside, inside[-1][3])
        span = Span(inside[0][2], max(inside[0][3], inside[-1][3]))
    group = Layout("group", span, "", nodes)
    return Layout("radical", _span(token, group), "", (group,))


def accent(reader: Reader, token: Token) -> Layout:
    """Read an accent and what it stands on."""
    below = reader.argument(token)
    return Layout("accent", _span(token, below), ACCENTS[token[1]], (below,))


def drop(reader: Reader, token: Token) -> None:
    """Pass over a command without argument."""
    del reader, token


def drop_with_argument(reader: Reader, token: Token) -> None:
    """Pass over a command with its arguments."""
    reader.star()
    reader.optional()
    for _ in range(DROPPED_WITH_ARGUMENT[token[1]]):
        reader.raw()


def passed(reader: Reader, token: Token) -> Layout:
    """Read a command that only decorates: its last argument stays."""
    reader.star()
    reader.optional()
    for _ in range(PASSED[token[1]]):
        reader.raw()
    return single(reader.argument(token))


def single(group: Layout) -> Layout:
    """Return the only node of a group, or the group; a node with scripts keeps its braces."""
    if len(group.args) != 1:
        return group
    only = group.args[0]
    return only if only.sub is None and only.sup is None else group


def wide_space(reader: Reader, token: Token) -> Layout:
    r"""Read ``\quad`` or ``\qquad``."""
    del reader
    return Layout("space", Span(token[2], token[3]), token[1])


def thin_space(reader: Reader, token: Token) -> Layout | None:
    r"""Read a thin space; several in a row set formulas apart, ``a = b \ \ \ c = d``; one alone is dropped."""
    count = 1
    while reader.peek()[0] == COMMAND and reader.peek()[1] in THIN:
        reader.at += 1
        count += 1
    if count < APART:
        return None
    return Layout("space", Span(token[2], reader.end()), "thin")


def horizontal_space(reader: Reader, token: Token) -> Layout | None:
    r"""Read ``\hspace{1cm}``; a negative or thin one is dropped."""
    reader.star()
    width = plain_text(reader.raw()).strip()
    size = re.match(r"-?\d*\.?\d+", width)
    unit = width[size.end() :].strip() if size else ""
    if size is None or float(size.group()) < {"pt": 8, "mu": 14, "mm": 3, "px": 8}.get(unit, 0.5):
        return None
    return Layout("space", Span(token[2], reader.end()), "quad")


def kern(reader: Reader, token: Token) -> None:
    r"""Pass over ``\kern3pt`` and its kin."""
    del token
    while (following := reader.peek())[0] == NUMBER or following[1] in ("-", ".", "+"):
        reader.at += 1
    if reader.peek()[1] in ("p", "e", "m", "c", "b", "d", "i", "s"):
        reader.at += (
            2 if reader.token(reader.at + 1)[1] in ("t", "m", "u", "x", "c", "p", "n") else 0
        )


def new_row(reader: Reader, token: Token) -> Layout:
    r"""Read ``\\``, with star and distance, or ``\cr``."""
    if token[1] != "cr":
        following = reader.token(reader.at)
        if following[:2] == (OTHER, "*"):
            reader.at += 1
        before = reader.at
        distance = reader.optional(_DISTANCE)
        if distance is not None and not (
            distance
            and _DIMENSION.match(
                "".join(("\\" if t[0] == COMMAND else "") + t[1] for t in distance)
            )
        ):
            reader.at = before
    return Layout("newrow", Span(token[2], max(token[3], reader.end())), "")


def delimiter(reader: Reader) -> tuple[str, int]:
    """Take a delimiter; return its name and where it ends; ``.`` where there is none."""
    token = reader.peek()
    kind, text, _, end = token
    if kind in (EOF, BEGIN, END, ALIGN, SUP, SUB):
        return ".", reader.end()
    reader.at += 1
    if kind == COMMAND:
        return RENAMED.get(text) or OPERATORS.get(text) or text, end
    return {"<": "langle", ">": "rangle"}.get(text, text), end


def left(reader: Reader, token: Token) -> Layout:
    r"""Read ``\left( … \right)``."""
    opening, stop = delimiter(reader)
    inside = reader.sequence("right", token)
    following = reader.peek()
    if following[0] == COMMAND and following[1] == "right":
        reader.at += 1
        closing, end = delimiter(reader)
        end = max(end, following[3])
    else:
        closing = CLOSING.get(opening, ".")
        end = inside[-1].span.end if inside else stop
        reader.note(
            "bracket-unbalanced",
            f"the bracket {opening} opened here with \\left is never closed with \\right; "
            "read as closed at the end of what it stands in",
            token[2], stop,
        )  # fmt: skip
    return Layout("delimited", Span(token[2], max(end, stop)), f"{opening} {closing}", inside)


def sized(reader: Reader, token: Token) -> Layout | None:
    r"""Read ``\big(`` as the plain delimiter; an empty delimiter is dropped."""
    following = reader.peek()
    if following[0] not in (OTHER, COMMAND):
        return None
    if (
        following[0] == COMMAND
        and following[1] not in DELIMITERS
        and not _is_delimiter(following[1])
    ):
        return None
    name, end = delimiter(reader)
    if name == ".":
        return None
    start = following[2] if end > following[2] else token[2]
    kind: LayoutKind = "operator" if len(name) == 1 and not name.isalpha() else "command"
    return Layout(kind, Span(start, end), name)


def _is_delimiter(name: str) -> bool:
    return (
        name in CLOSING or name in CLOSING.values() or name in OPERATORS or name.endswith("arrow")
    )


def plain_character(reader: Reader, token: Token) -> Layout:
    r"""Read ``\lt``, ``\%``, … as the character."""
    del reader
    return Layout("operator", Span(token[2], token[3]), OPERATORS[token[1]])


def renamed(reader: Reader, token: Token) -> Layout:
    """Read a command with two names."""
    del reader
    return Layout("command", Span(token[2], token[3]), RENAMED[token[1]])


def negated(reader: Reader, token: Token) -> Layout:
    r"""Read ``\not=`` and ``\not\in``; any other negation stays the command ``not``."""
    following = reader.peek()
    name = {"=": "ne", "in": "notin", "equiv": "nequiv", "ni": "notni"}.get(following[1])
    if name is None or following[0] not in (OTHER, COMMAND):
        return Layout("command", Span(token[2], token[3]), "not")
    reader.at += 1
    return Layout("command", Span(token[2], following[3]), name)


def middle(reader: Reader, token: Token) -> Layout | None:
    r"""Read ``\middle|`` as the plain delimiter."""
    return sized(reader, token)


def braced(reader: Reader, token: Token) -> Layout:
    r"""Read ``\underbrace{…}_{…}``: the annotation is dropped."""
    base = reader.argument(token)
    if reader.peek()[0] == (SUB if token[1].startswith("under") else SUP):
        script = reader.take()
        reader.argument(script, script=True)
    return single(base)


def stacked(reader: Reader, token: Token) -> Layout:
    r"""Read ``\underset``, ``\overset``, ``\stackrel``: a limit below an operator is a script, else dropped."""
    annotation = reader.argument(token)
    base = reader.argument(token)
    last = base.args[-1] if base.args else None
    if last is not None and last.sub is None and last.sup is None and _takes_limits(last):
        sub, sup = (annotation, None) if token[1] == "underset" else (None, annotation)
        node = Layout(last.kind, last.span.cover(annotation.span), last.text, last.args, sub, sup)
        if len(base.args) == 1:
            return node
        base = Layout("group", base.span, "", (*base.args[:-1], node))
    return single(base)


def _takes_limits(node: Layout) -> bool:
    if node.kind == "word":
        return True
    return node.kind in ("command", "font") and node.text in LIMIT_BASES


def arrow(reader: Reader, token: Token) -> Layout:
    r"""Read ``\xrightarrow{…}`` as the arrow alone."""
    reader.optional()
    reader.raw()
    name = {"xrightarrow": "to", "xleftarrow": "leftarrow", "xRightarrow": "Rightarrow"}
    return Layout("command", Span(token[2], reader.end()), name.get(token[1], token[1]))


def begin(reader: Reader, token: Token) -> Layout:
    r"""Read ``\begin{name} … \end{name}``."""
    name = plain_text(reader.raw()).strip().rstrip("*")
    if name in COLUMNED:
        reader.optional()
        reader.raw()
    elif name in ("aligned", "gathered", "split", "alignedat", "multlined"):
        reader.optional()
    reader.environments.append(name)
    inside = reader.sequence("end", token)
    reader.environments.pop()
    following = reader.peek()
    before = reader.at
    ending = ""
    if following[0] == COMMAND and following[1] == "end":
        reader.at += 1
        ending = plain_text(reader.raw()).strip().rstrip("*")
    end = reader.end()
    if ending != name and (not ending or ending in reader.environments):
        reader.at = before
        end = inside[-1].span.end if inside else token[3]
        reader.note(
            "environment-unbalanced",
            f"\\begin{{{name}}} has no \\end{{{name}}}; read as ended where the formula around it ends",
            token[2], token[3],
        )  # fmt: skip
    elif ending != name:
        reader.note(
            "environment-unbalanced",
            f"\\begin{{{name}}} ends with \\end{{{ending}}}; read as its end",
            following[2], end,
        )  # fmt: skip
    return Layout("environment", Span(token[2], max(end, token[3])), name, inside)


def plain_environment(reader: Reader, token: Token) -> Layout:
    r"""Read plain TeX's ``\cases{ … \cr … }``; without a brace the name is a command."""
    if reader.peek()[0] != BEGIN:
        return Layout("command", Span(token[2], token[3]), token[1])
    group = reader.argument(token)
    return Layout("environment", _span(token, group), token[1], group.args)


def equation_number(reader: Reader, token: Token) -> None:
    r"""Pass over ``\eqno(1)`` to the end of the row."""
    del token
    while True:
        kind, text = reader.peek()[:2]
        if kind in (EOF, END, ALIGN) or (kind == COMMAND and text in ("\\", "cr", "end", "right")):
            return
        reader.at += 1


def _span(token: Token, last: Layout) -> Span:
    return Span(token[2], max(token[3], last.span.end))
