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
    "direc", "unit", "unknown",
]  # fmt: skip

HEADS: dict[Head, str] = {
    "number": "text: the digits as written, e.g. 2 or 0.5",
    "name": "name: the `Name`; a variable, function name or constant, undecided",
    "function": "text: canonical name of a known function standing alone (the operator `log` itself)",
    "hole": "an empty side (`= …`) or operand",
    "group": "args: one expression in brackets; text: the bracket, ( [ or {; { also for TeX braces that keep their "
    "content together (a sum's body, a base with scripts)",
    "add": "args: terms in order; a subtracted term is a `neg`",
    "neg": "args: one operand",
    "mul": "args: factors in order; text: one letter per gap: j juxtaposed, c \\cdot, s *, t \\times, d full stop",
    "div": "args: numerator, denominator; text: frac or slash (also \\div)",
    "pow": "args: base, exponent as read. A^{\\circ 2} is a `had`; stars and (i) above a name are in the `Name`",
    "had": "args: factors of \\odot or \\circ or .*",
    "haddiv": "args: numerator, denominator of \\oslash or ./",
    "frob": "args: the two sides of a:b",
    "kron": "args: factors of \\otimes",
    "compose": "args: outer, inner of f \\circ g where both are function names without arguments",
    "transpose": "args: one operand; text: how it was written (T, top, prime, intercal). prime: an apostrophe on a "
    "name that is no function by declaration or habit, or on a bracket; it may be a derivative or part of the name. "
    "X^{-T} is the transpose of a `pow`",
    "call": "args: callee (a `name`, a `function`, a `compose` or a `prime` of one), then the arguments; text: "
    "canonical function name if known, else empty. log x without brackets is a call too",
    "log": "args: argument, base; logarithm with a written base",
    "abs": "args: one operand between bars (a determinant where the operand is a matrix)",
    "norm": "args: one operand; text: the written order, e.g. 2, 1, F, \\infty, or empty",
    "inner": "args: the two sides of \\langle a, b \\rangle",
    "sum": "args: body, then one `range` or `relation` per index",
    "prod": "as sum",
    "range": "args: the index `name`, then lower and upper bound where written (a hole for a missing lower)",
    "integral": "args: body, variable `name` or hole, then bounds",
    "expect": "args: body, then the `sim` or name below the E",
    "deriv": "args: body (a hole for a bare operator), then each variable in order of writing, one per order (below "
    "\\partial^2 L stands \\partial w \\partial w^T: once the name, once in a `transpose`); text: d, partial or delta",
    "grad": "args: body (a hole for a bare operator), then the variable where written; text: the order, 1 or 2",
    "diff": "args: the operand of d; text: d, partial or Delta (a finite change \\Delta w)",
    "delta": "args: two index expressions of a Kronecker delta \\delta_{ij}",
    "prime": "args: the differentiated name, function or composition; text: number of primes. A single prime on a name "
    "that is no function is a `transpose`; below a name a prime is part of the index's base (m')",
    "at": "args: body, then relations of an evaluated-at bar, or the point: \\frac{dg}{dx}(x), d(f^2)(X)",
    "ind": "args: the condition of an indicator",
    "given": "args: left and right part of a bar (a `tuple` where it is a list), semicolon-separated parameters last",
    "sim": "args: variable, distribution",
    "argmin": "args: body, variable or hole",
    "argmax": "as argmin",
    "extremum": "args: body, then what stands below (a name or relation); text: max, min, sup, inf or lim. Without "
    "anything below, \\max(0, x) is a `call`",
    "matrix": "args: `row`s; text: the environment, or row for [1\\ H_2], cells set apart by spaces",
    "row": "args: cells",
    "cases": "args: `branch`es",
    "branch": "args: value, condition where written (a relation, a `tuple` of them, or a `text` such as otherwise)",
    "tuple": "args: members of a comma list; text: its bracket ( or [, empty for a list without one (i = 1, \\dots, m)",
    "set": "args: members between braces",
    "interval": "args: bounds; text: the brackets, e.g. [). After \\in, or where they differ; (0,1)^n is a `pow`",
    "space": "args: the sizes; text: the letter, R, N, Z, S, followed by + for \\mathbb{R}_+ and \\mathbb{R}_{>0}",
    "root": "args: radicand, degree",
    "sqrt": "args: radicand",
    "relation": "args: sides in order; text: the operators between them, space-separated (see RELATIONS)",
    "dots": "an ellipsis; text: ldots or cdots",
    "text": "text: words inside a formula or a script; in a subscript : stands for a whole row or column",
    "factorial": "args: one operand",
    "index": "args: a compound expression and its subscripts: (Az)_i; text: empty, or ( or [ for a label above in that "
    "bracket: h(x)^{(i)}, or ^ for another label above",
    "direc": "args: function, point, direction of a directional derivative D_X f(H); the last may be a hole",
    "unit": "args: a member of an array with dots, its index `name`, first and last value: the member in its place; "
    "text: row, column or list. Written by `elaborate`, never by the grammar",
    "unknown": "text: a command or character that is not understood; always with an unread note",
}

RELATIONS = (
    "=", ":=", "<-", "==", "~~", "prop", "<", "<=", ">", ">=", "!=", "in", "notin", "subset", "~",
    "->", "mapsto", "=>", "<=>", ":", "succ", "succeq", "prec", "preceq",
)  # fmt: skip
"""Relation operators: `==` is \\equiv, `~~` approximately, `->` \\to, `:` the colon of f : R^n \\to R; `succ`
that a matrix is positive definite."""


@final
@dataclass(frozen=True, slots=True)
class Name:
    r"""A decorated letter or word; `primes` are not part of it (see ``prime`` and ``transpose``).

    `base` is the letter or word without font: ``y``, ``\theta``, ``out`` (commands keep the backslash);
    `accents` from the inside out (``hat``, ``bar``, …); `sub` the subscript items split at commas, each a
    surface tree (juxtaposed single letters ``ij`` are two items); `sup` the same for a superscript that is
    an index or label (``(i)``, ``[l]``, ``*``); `sup_bracket` its bracket ``(``, ``[`` or empty;
    `font` the outermost font or empty. A plain superscript letter is a `pow`: x^t, A^{O}.
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
    r"""A place where two readings are admissible; `taken` was read, `alternatives` were not.

    `key` names the place for `Options.overrides`; it depends on kind and place alone. Kinds:

    - ``call``: a name before a bracket; call or product
    - ``word``: letters side by side; word or product (``FL``, ``AX``, ``loss``)
    - ``sum-scope``: rest (the later terms that hold the index) or term
    - ``operator-scope``: d/dx acts on the term or on the factor after it
    - ``operator-rest``: d/dx acts on the term, or on the rest as well
    - ``gradient-scope``: nabla acts on the factor or on the term after it
    - ``function-scope``: a function without brackets takes all factors or the first
    - ``slash-scope``: 1/2m has all of 2m below the slash or the first
    - ``hadamard-scope``: a b \odot c is loose (ab) \odot c or tight a (b \odot c)
    - ``quotient``: derivative or quotient (\delta a over \delta b); differential or factor (d x with a variable d)
    - ``at-scope``: dg/dx (x) is at the point or a product
    - ``bracket-close``, ``bracket-open``: where a bracket missing in the text is put
    """

    kind: str
    key: int
    span: Span
    taken: str
    alternatives: tuple[str, ...]


@final
@dataclass(frozen=True, slots=True)
class Statement:
    """A relation chain or a bare expression: `sides` separated by `relations` (one fewer).

    An empty side is a hole. A statement that follows from the one before it (``⇒``, ``⇔``, or an arrow between
    equations) begins with a hole and the relation ``=>`` or ``<=>``: ``a = 0 ⇒ b = c`` is two statements, the second
    (hole, b, c) with ``=>``, ``=``.
    """

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
    aside: bool = False
    """A remark in a column beside a derivation, which goes on below without it."""
