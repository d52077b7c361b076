"""The facade: text or files in, plain data out. Shells call this and nothing below it but renderers."""

import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Literal, final

from gradproof.diagnostic import FileReport, Report
from gradproof.files import Loader, read, unreadable
from gradproof.gradcode.verb import CodeReport as CodeReport
from gradproof.gradcode.verb import assert_gradient as assert_gradient
from gradproof.gradcode.verb import gradcheck as gradcheck
from gradproof.learning import fit as fit
from gradproof.learning import load_model as load_model
from gradproof.learning import predict as predict
from gradproof.pages import UnknownPage as UnknownPage
from gradproof.pages import code_page_names as code_page_names
from gradproof.pages import explain as explain
from gradproof.pages import page_names as page_names

if TYPE_CHECKING:
    from gradproof.codegen.compiled import Compiled
    from gradproof.correction import Correction
    from gradproof.deriving import Style
    from gradproof.notation.documents import Dialect
    from gradproof.selection import Selection
    from gradproof.worked import Worked

_DELIMITED: Final = re.compile(r"\$|\\\[|\\\(|\\begin\{(?:equation|align|gather|multline|eqnarray)")
_PACKAGE: Final = Path(__file__).resolve().parent


@final
@dataclass(frozen=True, slots=True)
class Checked(Report):
    """A report that can show itself; what `check` and `check_files` return."""

    @property
    def ok(self) -> bool:
        """Whether every file could be read and no error was found that counts."""
        from gradproof.render.tally import failing

        return all(file.error is None for file in self.files) and not failing(self.files, ())

    def to_json(self) -> str:
        """Return the JSON object that ``gradproof check --format json`` prints."""
        return to_json(self)

    def to_text(self, *, readings: bool = False) -> str:
        """Return what ``gradproof check`` prints, without colours."""
        return to_text(self, readings=readings)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:  # pyright: ignore[reportUnusedFunction]
        """Return the report as text and as HTML, for notebooks."""
        from gradproof.render.picture import html

        return {"text/plain": to_text(self), "text/html": html(self)}


def check(
    text: str,
    *,
    path: str | os.PathLike[str] | None = "<text>",
    dialect: "Dialect | None" = None,
    declare: Sequence[str] | str = (),
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> Checked:
    r"""Judge every step of the derivations in `text`.

    Args:
        text: the document: Markdown, LaTeX, a notebook's JSON or plain text. It includes no other file.
        path: the name of the document in the report; its ending tells the dialect where `dialect` is None.
        dialect: ``tex``, ``markdown``, ``notebook`` or ``plain``; None finds out.
        declare: facts in ordinary mathematics, such as ``y_i \in \{0, 1\}``.
        select: names of mistakes and families that count; without one all do.
        ignore: names of mistakes and families that do not count.

    Returns:
        A report on one file. A text that cannot be read is told in `FileReport.error`, not raised.

    Raises:
        UnknownName: something in `select` or `ignore` is no mistake and no family.
        ValueError: a dialect that is none of the four.
    """
    name = "<text>" if path is None else os.fspath(path)
    declare, dialect = _arguments(declare, dialect)
    selection = _selection(select, ignore)
    return Checked((_judge(name, text, dialect=dialect, declare=declare, selection=selection),))


def check_files(
    paths: Iterable[str | os.PathLike[str]],
    *,
    dialect: "Dialect | None" = None,
    declare: Sequence[str] = (),
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> Checked:
    """Judge several files; one that cannot be read is told in its `FileReport.error` and stops no other.

    Raises:
        UnknownName: something in `select` or `ignore` is no mistake and no family.
        ValueError: a dialect that is none of the four.
    """
    declare, dialect = _arguments(declare, dialect)
    selection = _selection(select, ignore)
    if isinstance(paths, str | os.PathLike):
        paths = (paths,)
    return Checked(
        tuple(
            check_file(path, dialect=dialect, declare=declare, selection=selection)
            for path in paths
        )
    )


def check_file(
    path: str | os.PathLike[str],
    *,
    dialect: "Dialect | None" = None,
    declare: Sequence[str] = (),
    selection: "Selection | None" = None,
) -> FileReport:
    """Read and judge one file; what it includes is looked up beside it."""
    name = os.fspath(path)
    try:
        with open(name, "rb") as file:
            return check_stream(
                file, path=name, dialect=dialect, declare=declare, selection=selection
            )
    except (OSError, ValueError) as failure:
        return FileReport(name, error=unreadable(failure))


def check_stream(
    stream: BinaryIO,
    *,
    path: str,
    dialect: "Dialect | None" = None,
    declare: Sequence[str] = (),
    selection: "Selection | None" = None,
) -> FileReport:
    """Judge the document that a stream of bytes holds.

    No more is read than the largest document has, so that an endless stream ends in an error and not in
    a full memory. What the document includes is looked up beside `path`.

    Raises:
        OSError: the stream cannot be read.
    """
    data, loader = read(stream, path)
    return _judge(path, data, loader=loader, dialect=dialect, declare=declare, selection=selection)


def check_formulas(
    formulas: Sequence[str],
    *,
    declare: Sequence[str] = (),
    selection: "Selection | None" = None,
) -> FileReport:
    """Judge some formulas as the lines of one derivation.

    Spans count in the document that is made of them: a line for each, as a display between ``$$`` unless it
    brings delimiters of its own.
    """
    text = "\n".join(f if _DELIMITED.search(f) else f"$${f}$$" for f in formulas) + "\n"
    return _judge("<formulas>", text, dialect="markdown", declare=declare, selection=selection)


def correct(
    text: str,
    *,
    path: str | os.PathLike[str] | None = "<text>",
    dialect: "Dialect | None" = None,
    declare: Sequence[str] = (),
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> "Correction":
    """Mend the wrong lines of `text` and what follows from them; arguments as for `check`.

    A change is kept only where the checker judges the changed line right; what cannot be mended gets a
    comment. No other text is touched.

    Raises:
        UnreadableDocument: the text cannot be read.
        UnknownName: something in `select` or `ignore` is no mistake and no family.
        ValueError: a dialect that is none of the four.
    """
    from gradproof.correction import correct_source

    name = "<text>" if path is None else os.fspath(path)
    declare, dialect = _arguments(declare, dialect)
    selection = _selection(select, ignore)
    return correct_source(
        name, text, dialect=dialect, declarations=tuple(declare), selection=selection
    )


def correct_stream(
    stream: BinaryIO,
    *,
    path: str,
    dialect: "Dialect | None" = None,
    declare: Sequence[str] = (),
    selection: "Selection | None" = None,
) -> "Correction":
    """Mend the document that a stream of bytes holds, as `correct`; a byte order mark is kept.

    Raises:
        OSError: the stream cannot be read.
        UnreadableDocument: the document cannot be read.
    """
    from dataclasses import replace

    from gradproof.correction import correct_source

    data, loader = read(stream, path)
    mended = correct_source(
        path, data, dialect=dialect, declarations=tuple(declare), loader=loader, selection=selection
    )
    marked = data.startswith(b"\xef\xbb\xbf")
    return replace(mended, text="\ufeff" + mended.text) if marked else mended


def derive(
    formulas: str | Sequence[str],
    *,
    wrt: str,
    order: int = 1,
    style: "Style | None" = None,
    declare: Sequence[str] = (),
    compare: str | None = None,
    update: bool = False,
) -> "Worked":
    r"""Derive a derivative, gradient or second derivative, every line with its rule.

    Every line has passed the same check as the lines of others, `check`, before it is returned.

    Args:
        formulas: the loss and its definitions in TeX: one text with several separated by commas or ``\quad``,
            or several texts. One expression without a name is the loss.
        wrt: the variable, in TeX (``\hat y``) or as an identifier (``y_hat``).
        order: 2 for the second derivative.
        style: ``elementwise``, ``chain`` or ``differential``; None chooses by the formula and says so.
        declare: facts in ordinary mathematics, such as ``X \in \mathbb{R}^{m \times n}``.
        compare: somebody's result, judged against the derived one.
        update: end with the step of gradient descent.

    Raises:
        CannotDerive: the question cannot be read or answered; the message says how to go on.
        NotVerified: a derived line does not pass the check: a fault of the program.
        UnreadableDocument: a text is too large or holds what no text may hold.
    """
    from gradproof.worked import work_out

    texts = (formulas,) if isinstance(formulas, str) else tuple(formulas)
    return work_out(
        texts, wrt, order=order, style=style, declare=declare, compare=compare, update=update
    )


def compile(
    formulas: str | Sequence[str],
    *,
    wrt: str | Sequence[str],
    declare: Sequence[str] | str = (),
    backend: str = "numpy",
    hessian: bool = False,
    structured: bool = False,
    cache: str | os.PathLike[str] | None = None,
) -> "Compiled":
    """Compile a formula and its derivatives to functions of arrays.

    Args:
        formulas: as for `derive`.
        wrt: the variable, or several: then gradients and Hessians are tuples.
        declare: facts, as for `derive`.
        backend: the array library of the code: a name that `gradproof compile --help` gives.
        hessian: second derivatives in the same module.
        structured: second derivatives as a smaller array where that says the same.
        cache: the folder of generated modules; else ``$GRADPROOF_CACHE`` or the user's cache.

    Raises:
        CannotCompile: the formula cannot be read or become code; the message says how to go on.
    """
    from gradproof.codegen.compiled import compile_formulas

    asked = (_several(formulas), _several(wrt), _several(declare))
    return compile_formulas(*asked, backend, hessian, structured, cache)


def compile_source(
    formulas: Sequence[str],
    *,
    wrt: Sequence[str],
    declare: Sequence[str] = (),
    backend: str = "numpy",
    hessian: bool = False,
    structured: bool = False,
) -> tuple[str, tuple[str, ...]]:
    """Return the module that `compile` would import, and what was assumed; the backend need not be installed.

    Raises:
        CannotCompile: the formula cannot be read or become code.
    """
    from gradproof.codegen.compiled import source_of

    return source_of(formulas, wrt, declare, backend, hessian, structured)


def select_findings(select: Iterable[str], ignore: Iterable[str]) -> "Selection":
    """Return which mistakes count, for the functions that take a `selection`.

    Raises:
        UnknownName: a name is no mistake and no family.
    """
    from gradproof.selection import Selection

    return Selection.of(select, ignore)


def to_json(report: Report) -> str:
    """Return `report` as the JSON object that ``gradproof check --format json`` prints."""
    from gradproof.render.json import render

    return render(report)


def to_text(report: Report, *, readings: bool = False) -> str:
    """Return `report` as ``gradproof check`` prints it, without colours.

    Args:
        report: what `check` or `check_files` returned.
        readings: say of every line what it was read as.
    """
    from gradproof.render.full import render

    return render(report, readings=readings)


def json_schema(verb: Literal["check", "derive", "gradcheck"] = "check") -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of what a verb prints with ``--format json``."""
    return json.loads((_PACKAGE / "schema" / f"{verb}.schema.json").read_text(encoding="utf-8"))


def _judge(
    path: str,
    data: bytes | str,
    *,
    loader: Loader | None = None,
    dialect: "Dialect | None",
    declare: Sequence[str],
    selection: "Selection | None" = None,
) -> FileReport:
    """Call the checker; a fault of its own becomes this file's error and never the end of the others."""
    try:
        from gradproof.batch import check_source

        report = check_source(
            path, data, dialect=dialect, declarations=tuple(declare), loader=loader
        )
    except Exception as failure:
        if sys.flags.dev_mode:
            raise
        return FileReport(
            path,
            error=f"internal error ({type(failure).__name__}: {failure}); "
            "this is a fault of gradproof, not of the file: please report it with the file; "
            "python -X dev -m gradproof … shows where it happened",
        )
    return report if selection is None else selection.apply(report)


def _arguments(
    declare: Sequence[str], dialect: "Dialect | None"
) -> "tuple[tuple[str, ...], Dialect | None]":
    """Return declarations (a single one may be given bare) and the dialect, refused where it is unknown."""
    from gradproof.notation.documents.dialect import known_dialect

    return _several(declare), None if dialect is None else known_dialect(dialect)


def _several(words: Sequence[str]) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words)


def _selection(select: Sequence[str], ignore: Sequence[str]) -> "Selection | None":
    select, ignore = _several(select), _several(ignore)
    return select_findings(select, ignore) if select or ignore else None
