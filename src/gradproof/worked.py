"""A derivation worked out for a user: derived, checked as any other document is, ready to be shown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, final

from gradproof.batch import check_source
from gradproof.checking import points_for
from gradproof.checking.shapes import explain_mismatch
from gradproof.deriving import (
    CannotDerive,
    Derivation,
    Line,
    Question,
    Style,
    claims,
    derive,
    read_question,
    shows_arrays,
)  # fmt: skip
from gradproof.diagnostic import FileReport, LineReport, Verdict
from gradproof.evaluate import ShapeMismatch, Unsupported, evaluate
from gradproof.expr import Expr, Ones, Sym, Trace, subtrees, walk
from gradproof.render.derivation_tex import latex, markdown, row_tex
from gradproof.spell import name_plain, relation_plain, to_plain, to_tex

if TYPE_CHECKING:
    from gradproof.render.styled import Row

_PASSED: tuple[Verdict, ...] = ("given", "proved", "agrees")


class NotVerified(Exception):
    """A line that the program derived does not pass its own check: a fault of the program.

    The message quotes the line and says what the check found.
    """


@final
@dataclass(frozen=True, slots=True)
class Result:
    """The derivative: in TeX, as plain text, and its sizes (``[]`` for a scalar)."""

    tex: str
    plain: str
    shape: tuple[str, ...]


@final
@dataclass(frozen=True, slots=True)
class Step:
    """One line: in TeX and as plain text, the rule that gives it, further rules, a remark, its verdict."""

    tex: str
    plain: str
    rule: str
    also: tuple[str, ...]
    note: str | None
    verdict: Verdict


@final
@dataclass(frozen=True, slots=True)
class Comparison:
    """Somebody's result judged: the verdict on it, the report, and whether it is right."""

    verdict: Verdict
    report: FileReport

    @property
    def right(self) -> bool:
        """Whether the answer was proved or agrees."""
        return self.verdict in ("proved", "agrees")


@final
@dataclass(frozen=True, slots=True)
class Worked:
    """What `derive` returns; it shows itself in a notebook.

    Attributes:
        derivation: the lines as expressions.
        declared: the facts that were given, in TeX.
        result: the derivative in its last form.
        steps: the lines as text, each with its rule and the verdict of the check.
        assumptions: what had to be assumed, and how the style was chosen.
        comparison: the judgement of an answer that was to be compared, if any.
    """

    derivation: Derivation
    declared: tuple[str, ...]
    result: Result
    steps: tuple[Step, ...]
    assumptions: tuple[str, ...]
    comparison: Comparison | None = None

    @property
    def style(self) -> Style:
        """How the derivation is written."""
        return self.derivation.style

    def to_text(self, *, colour: bool = False) -> str:
        """Return what ``gradproof derive`` prints, without colours unless asked for."""
        from gradproof.render.styled import coloured, plain

        return coloured(self._rows()) if colour else plain(self._rows())

    def to_svg(self, *, title: str = "gradproof derive") -> str:
        """Return what a terminal shows as a picture."""
        from gradproof.render.picture import picture

        return picture(self._rows(), title=title)

    def to_latex(self) -> str:
        r"""Return a fragment of LaTeX that needs ``amsmath``."""
        return latex(self.derivation, self.declared)

    def to_markdown(self) -> str:
        """Return the derivation as Markdown with a display between ``$$``."""
        return markdown(self.derivation, self.declared)

    def to_html(self) -> str:
        """Return the derivation as a page of HTML that needs nothing from elsewhere."""
        from gradproof.render.derivation_html import page

        return page(self.derivation, self.declared, self.assumptions)

    def to_json(self) -> str:
        """Return the JSON object that ``gradproof derive --format json`` prints."""
        from gradproof.render.derivation_json import render

        return render(
            self.derivation, self.steps, self.result, self.assumptions, self._comparison()
        )

    def _rows(self) -> "list[Row]":
        from gradproof.render.derivation_text import derivation_rows
        from gradproof.render.full import file_rows

        rows = derivation_rows(self.derivation, self.assumptions)
        if self.comparison is not None:
            rows += ((), *file_rows(self.comparison.report, readings=False))
        return rows

    def _comparison(self) -> "dict[str, Any] | None":
        from gradproof.render.json import file_data

        if self.comparison is None:
            return None
        told = file_data(self.comparison.report)
        return {
            "verdict": self.comparison.verdict,
            "right": self.comparison.right,
            "findings": told["findings"],
        }

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:  # pyright: ignore[reportUnusedFunction]
        """Return the derivation as text, LaTeX and Markdown, for notebooks."""
        return {
            "text/plain": self.to_text(),
            "text/latex": self.to_latex(),
            "text/markdown": self.to_markdown(),
        }


def work_out(
    formulas: Sequence[str],
    wrt: str,
    *,
    order: int = 1,
    style: Style | None = None,
    declare: Sequence[str] = (),
    compare: str | None = None,
    update: bool = False,
) -> Worked:
    """Derive, and check every line before it is returned.

    A line in the middle on which the check cannot decide is left out, so that the next one is judged against the
    line before; the first lines and the result have to pass.

    Raises:
        CannotDerive: the question cannot be read or answered.
        NotVerified: a line does not pass.
        UnreadableDocument: a text holds what no text may hold.
    """
    question = read_question(formulas, wrt, order=order, declare=declare)
    _require_shapes(question)
    derived = derive(question, style, update=update)
    question = _with_spaces(question, derived)
    derivation, verdicts = _verified(derived, question)
    worked = Worked(
        derivation,
        question.declared,
        _result(derivation),
        tuple(_step(line, v) for line, v in zip(derivation.lines, verdicts, strict=True)),
        derivation.assumptions,
    )
    return worked if compare is None else replace(worked, comparison=_compared(worked, compare))


def _with_spaces(question: Question, derivation: Derivation) -> Question:
    """Declare the spaces of the names where the lines hold whole arrays and the formulas entries only."""
    missing = tuple(s for s in question.spaces if s not in question.declared)
    if not missing or not any(shows_arrays(line.right) for line in derivation.lines):
        return question
    nodes = (n for line in derivation.lines for n in subtrees(line.right))
    ones = dict.fromkeys(n.space.shape for n in nodes if isinstance(n, Ones))
    if len(ones) == 1:
        ((size, *more),) = ones
        missing = missing if more else (*missing, rf"\mathbf{{1}} \in \mathbb{{R}}^{{{size}}}")
    return replace(question, declared=(*question.declared, *missing))


def _require_shapes(question: Question) -> None:
    """Refuse formulas in which arrays do not fit together, with both shapes, and traces of plain numbers.

    Raises:
        CannotDerive: some do not.
    """
    context = question.context
    for found in context.definitions.values():
        for d in found:
            if d.params or d.indices:
                continue
            _require_matrices(d.body)
            try:
                samples = points_for(d.body, d.body, context)
            except Unsupported:
                continue
            try:
                evaluate(d.body, samples, context)
            except ShapeMismatch as e:
                told = explain_mismatch(e, d.body, d.body, samples.sizes) or str(e)
                raise CannotDerive(
                    f"the shapes in the formula of {name_plain(d.name)} do not fit: {told}; correct the formula, "
                    "or give the sizes with --declare"
                ) from None
            except Unsupported:
                continue


def _require_matrices(body: Expr) -> None:
    """Refuse a trace of numbers alone: matrices are meant, and nothing says so."""
    for _, node in walk(body):
        if isinstance(node, Trace):
            names = [n for _, n in walk(node.arg) if isinstance(n, Sym)]
            if names and not any(n.space.shape for n in names):
                told = ", ".join(dict.fromkeys(name_plain(n.name) for n in names))
                raise CannotDerive(
                    f"a trace is taken of numbers: nothing says that {told} are matrices; expected their sizes, "
                    rf"such as --declare '{to_tex(names[0])} \in \mathbb{{R}}^{{m \times n}}'"
                )


def _verified(derivation: Derivation, question: Question) -> tuple[Derivation, tuple[Verdict, ...]]:
    while True:
        rows = _rows(markdown(derivation, question.declared))
        if len(rows) != len(derivation.lines):
            raise NotVerified(
                f"{len(derivation.lines)} lines were derived and {len(rows)} read back"
            )
        doubtful = [k for k, row in enumerate(rows) if row.verdict not in _PASSED]
        if not doubtful:
            return derivation, tuple(row.verdict for row in rows)
        k = next((k for k in doubtful if rows[k].verdict == "refuted"), doubtful[0])
        line, row = derivation.lines[k], rows[k]
        if row.verdict == "refuted" or not _optional(derivation, k):
            told = row.reason or "no reason was given"
            raise NotVerified(
                f"the line does not pass the check ({row.verdict}: {told})\n  {row_tex(line)}"
            )
        lines = tuple(
            x
            for j, x in enumerate(derivation.lines)
            if j not in doubtful or not _optional(derivation, j)
        )
        derivation = replace(derivation, lines=lines)


def _rows(text: str) -> list[LineReport]:
    report = check_source("derivation.md", text, dialect="markdown")
    if report.error is not None:
        raise NotVerified(report.error)
    return [line for line in report.lines if line.place.block == 0]


def _optional(derivation: Derivation, k: int) -> bool:
    """Tell whether line `k` may be left out: it continues a chain that goes on after it."""
    lines = derivation.lines
    return lines[k].left is None and k + 1 < len(lines) and lines[k + 1].left is None


def _result(derivation: Derivation) -> Result:
    from gradproof.differentiate.components import extent_of

    try:
        shape = tuple(str(s) for s in extent_of(derivation.result, derivation.context))
    except Exception:
        shape = ()
    return Result(to_tex(derivation.result), to_plain(derivation.result), shape)


def _step(line: Line, verdict: Verdict) -> Step:
    plain = relation_plain((line.left, line.right), (line.relation,))
    return Step(row_tex(line), plain, line.rule, line.also, line.note, verdict)


def _compared(worked: Worked, answer: str) -> Comparison:
    """Judge somebody's result as a line that continues the question, with the diagnosis of the checker.

    Raises:
        CannotDerive: the answer holds no formula.
    """
    text = answer.strip().strip("$").strip()
    if not text:
        raise CannotDerive("the answer to compare is empty; expected a formula, such as 'x - y'")
    goal = to_tex(worked.derivation.goal)
    given = [line for line in worked.derivation.lines if line.rule == "definition"]
    stated = "".join(f"$$\n{row_tex(line)}\n$$\n\n" for line in given)
    claim = text if claims(text) else f"{goal} = {text}"
    report = check_source(
        "<answer>",
        f"{stated}$$\n{claim}\n$$\n",
        dialect="markdown",
        declarations=worked.declared,
    )
    last = report.lines[-1] if report.lines else None
    verdict = "unread" if last is None or last.place.block != len(given) else last.verdict
    return Comparison(verdict, report)


__all__ = ["CannotDerive", "Comparison", "NotVerified", "Result", "Step", "Worked", "work_out"]
