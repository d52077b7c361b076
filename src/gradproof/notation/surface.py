"""The surface tree: what the grammar read, as the author wrote it, with a span on every node.

It knows no kinds and no shapes; `elaborate` turns it into `Expr`. The vocabulary of heads is closed
(`Head`); what each head's `args` and `text` hold is said in `HEADS`.
"""

from dataclasses import dataclass
from typing import Literal, final

from gradproof.source import Span

Head = Literal[
    "number", "name", "function", "hole", "group", "add", "neg", "mul", "div", "pow", "had",
    "haddiv", "frob", "kron", "compose", "transpose", "call", "log", "abs", "norm", "inner", "sum",
    "prod", "range", "integral", "expect", "deriv", "grad", "diff", "delta", "prime", "at", "ind",
    "given", "sim", "argmin", "argmax", "matrix", "row", "cases", "branch", "tuple", "set",
    "interval", "space", "root", "sqrt", "relation", "dots", "text", "factorial", "index", "extremum",
    "unknown",
]  # fmt: skip

HEADS: dict[Head, str] = {
    "number": "text: the digits as written, e.g. 2 or 0.5",
    "name": "name: the `Name`; a variable, function name or constant, undecided",
    "function": "text: canonical name of a known function standing alone (the operator `log` itself)",
    "hole": "an empty side (`= …`) or operand",
    "group": "args: one expression in brackets; text: the bracket, ( [ or {",
    "add": "args: terms in order; a subtracted term is a `neg`",
    "neg": "args: one operand",
    "mul": "args: factors in order; text: one letter per gap: j juxtaposed, c \\cdot, s *, t \\times, d full stop",
    "div": "args: numerator, denominator; text: frac or slash",
    "pow": "args: base, exponent (the exponent as read; \\circ-powers and stars stay in the name)",
    "had": "args: factors of \\odot or \\circ or .*",
    "haddiv": "args: numerator, denominator of \\oslash or ./",
    "frob": "args: the two sides of a:b",
    "kron": "args: factors of \\otimes",
    "compose": "args: outer, inner of f \\circ g where both are function names without arguments",
    "transpose": "args: one operand; text: how it was written (T, top, prime, intercal)",
    "call": "args: callee (a `name`, a `function` or a `prime` of one), then the arguments; text: canonical "
    "function name if known, else empty. log x without brackets is a call too",
    "log": "args: argument, base; logarithm with a written base",
    "abs": "args: one operand between bars (a determinant where the operand is a matrix)",
    "norm": "args: one operand; text: the written order, e.g. 2, 1, F, \\infty, or empty",
    "inner": "args: the two sides of \\langle a, b \\rangle",
    "sum": "args: body, then one `range` or `relation` per index",
    "prod": "as sum",
    "range": "args: the index `name`, then lower and upper bound where written",
    "integral": "args: body, variable `name` or hole, then bounds",
    "expect": "args: body, then the `sim` or name below the E",
    "deriv": "args: body (a hole for a bare operator), then each variable in order of writing, one per order; "
    "text: d, partial or delta",
    "grad": "args: body (a hole for a bare operator), then the variable where written; text: the order, 1 or 2",
    "diff": "args: the operand of d; text: d, delta or partial",
    "delta": "args: two index expressions of a Kronecker delta \\delta_{ij}",
    "prime": "args: the differentiated name; text: number of primes (a function's derivative)",
    "at": "args: body, then relations (or one expression) of an evaluated-at bar",
    "ind": "args: the condition of an indicator",
    "given": "args: left and right parts of a bar, semicolon-separated parameters last",
    "sim": "args: variable, distribution",
    "argmin": "args: body, variable or hole",
    "argmax": "as argmin",
    "matrix": "args: `row`s; text: the environment",
    "row": "args: cells",
    "cases": "args: `branch`es",
    "branch": "args: value, condition (a relation, or a `text` such as otherwise)",
    "tuple": "args: members of a comma list in brackets",
    "set": "args: members between braces",
    "interval": "args: bounds; text: the brackets, e.g. [) ",
    "space": "args: the sizes; text: the letter, R, N, Z, S",
    "root": "args: radicand, degree",
    "sqrt": "args: radicand",
    "relation": "args: sides in order; text: the operators between them, space-separated (see RELATIONS)",
    "dots": "an ellipsis",
    "text": "text: words inside a formula",
    "factorial": "args: one operand",
    "index": "args: a compound expression and its subscripts: (Az)_i",
    "unknown": "text: a command or character that is not understood; always with an unread note",
}

RELATIONS = (
    "=", ":=", "<-", "==", "~~", "prop", "<", "<=", ">", ">=", "!=", "in", "notin", "subset", "~",
    "->", "mapsto", "=>", "<=>", ":",
)  # fmt: skip
"""Relation operators: `==` is \\equiv, `~~` approximately, `->` \\to, `:` the colon of f : R^n \\to R."""


@final
@dataclass(frozen=True, slots=True)
class Name:
    r"""A decorated letter or word.

    `base` is the letter or word without font: ``y``, ``\theta``, ``out`` (commands keep the backslash);
    `accents` from the inside out (``hat``, ``bar``, …); `sub` the subscript items split at commas, each a
    surface tree (juxtaposed single letters ``ij`` are two items); `sup` the same for a superscript that is
    an index or label (``(i)``, ``[l]``, ``*``); `sup_bracket` its bracket ``(``, ``[`` or empty;
    `primes` the primes where the name may be a function; `font` the outermost font or empty.
    """

    base: str
    accents: tuple[str, ...] = ()
    sub: tuple["Surface", ...] = ()
    sup: tuple["Surface", ...] = ()
    sup_bracket: str = ""
    font: str = ""


@final
@dataclass(frozen=True, slots=True)
class Surface:
    """A node of the surface tree."""

    head: Head
    span: Span
    args: tuple["Surface", ...] = ()
    text: str = ""
    name: Name | None = None


@final
@dataclass(frozen=True, slots=True)
class Note:
    """Something the reader assumed, repaired or could not read; `fatal` makes the row unread."""

    kind: str
    message: str
    span: Span
    fatal: bool = False


@final
@dataclass(frozen=True, slots=True)
class Choice:
    """A place where two readings are admissible; `taken` was read, `alternatives` were not.

    Kinds: ``call`` (name followed by a bracket; call or product), ``sum-scope`` (term or rest),
    ``operator-scope`` (term or rest). `key` names the place for `Options.overrides`.
    """

    kind: str
    key: int
    span: Span
    taken: str
    alternatives: tuple[str, ...]


@final
@dataclass(frozen=True, slots=True)
class Statement:
    """A relation chain or a bare expression: `sides` separated by `relations` (one fewer)."""

    span: Span
    sides: tuple[Surface, ...]
    relations: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class FormulaRow:
    """One row of a display, or an inline formula: its statements, words and repairs."""

    span: Span
    statements: tuple[Statement, ...]
    labels: tuple[tuple[str, Span], ...] = ()
    notes: tuple[Note, ...] = ()
    choices: tuple[Choice, ...] = ()
    where: int | None = None
    """Position in `statements` of the first one after a "where"; None without one."""
    conditions: tuple[int, ...] = ()
    """Positions in `statements` of conditions on the others (after if, for, when, for all)."""
