r"""Rewrites that keep the value: a right line that is written in another way is not accused for it.

The right lines of the benchmarks are rewritten in their TeX, at places of their surface trees, one kind of rewrite a
document: a letter or an index renamed throughout, the index of an outermost sum with bounds, the terms of a side in
another order, ``\frac{a}{b}`` as ``(a)/(b)``, ``x^T y`` as ``y^T x`` of two declared vectors, other brackets, braces
and spaces, ``\top`` for ``T``, ``\cdot`` between a number and a bracket, a bold font for declared vectors, another
accent.
A *new accusation* is a line that is refuted and was not before, or an error found in a document that had none; the
exit code is 1 where there is one. *Lost* are lines that were confirmed (or taken as given) and are open or unread now.

Usage: ``python benchmarks/respelled.py [--only FILE] [--kind KIND] [--part K/N] [--show]``; the parts 1/N to N/N are
the whole.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from _mutants import glued
from derivations import HELD, document, file_name, read_cases
from right_arrays import read_documents

from gradproof.notation.documents import read_document
from gradproof.notation.elaborate.rows import read_items
from gradproof.notation.surface import Surface

if TYPE_CHECKING:
    from gradproof.diagnostic import FileReport

HERE = Path(__file__).resolve().parent
FILES = ("derivations", "right_unusual", "lectures", "posts", "right_arrays")
LETTERS = ("u", "v", "q", "r", "s", "c")
INDICES = ("k", "l", "j", "i", "r")
KEPT = re.compile(
    r"\\(?:mathbb|mathrm|mathcal|operatorname\*?|text|textbf|begin|end|tag|label)\s*\{[^}]*\}"
)
VECTOR = re.compile(
    r"([^$\n]*?)\s*\\in\s*\\mathbb\s*\{?R\}?\^\{?[a-zA-Z]\}?\s*(?:$|[^\sa-zA-Z\\])", re.MULTILINE
)
STARTED = re.compile(r"(?:^|[=+({&\-\[]|\\\\)\s*$")
TALL = ("sum", "prod", "integral", "deriv", "grad", "diff", "extremum", "given", "at", "cases")

Edits = list[tuple[int, int, str]]
"""Start, end and the new text, apart from one another."""


@dataclass(frozen=True)
class Page:
    """A right document, with the surface trees of its sides and the stretches that are mathematics."""

    id: str
    text: str
    path: str
    declared: tuple[str, ...] = ()
    sides: tuple[Surface, ...] = field(default=(), compare=False)
    math: tuple[tuple[int, int], ...] = ()

    def source(self, node: Surface) -> str:
        """Return a node's text."""
        return self.text[node.span.start : node.span.end]

    @property
    def nodes(self) -> Iterator[tuple[Surface, Surface | None]]:
        """All nodes, each with the one above it."""
        todo: list[tuple[Surface, Surface | None]] = [(s, None) for s in self.sides]
        while todo:
            node, above = todo.pop()
            yield node, above
            todo += [(a, node) for a in node.args]

    @property
    def letters(self) -> set[str]:
        """Bases of all names, those in scripts, too."""
        return {x for start, end in self.math for x in re.findall(WORD, self.text[start:end])}


WORD = r"\\[A-Za-z]+|[A-Za-z]"


def opened(page: Page) -> Page:
    """Read a document; without rows where its text is put together from several pieces or has macros."""
    found = read_document(page.path, page.text)
    if len(found.sources) != 1 or found.macros or any(r.plain for r in found.regions):
        return page
    items, _ = read_items(found, page.declared)
    rows = [item.row for item in items if item.place.source == 0 and not item.explicit]
    sides = tuple(side for row in rows for x in row.statements for side in x.sides)
    return replace(page, sides=sides, math=tuple((r.span.start, r.span.end) for r in found.regions))


def pages(name: str) -> Iterator[Page]:
    """Yield the right documents of a file; of a derivation with a wrong line what stands before it."""
    path = HERE / f"{name}.jsonl"
    if name == "right_arrays":
        for found in read_documents(path):
            yield Page(found["id"], found["text"], found["path"], tuple(found.get("declare", ())))
        return
    for case in read_cases(path):
        wrong = case["first_wrong"]
        if wrong is not None and "lines" not in case:
            continue
        right = case if wrong is None else {**case, "lines": case["lines"][:wrong]}
        if right.get("lines") != []:
            yield Page(case["id"], document(right), file_name(case))


def replaced(page: Page, old: str, new: str, start: int = 0, end: int | None = None) -> Edits:
    """Return the edits that rename a letter in the mathematics between two places; words and spaces stay."""
    out: Edits = []
    for a, b in page.math:
        a, b = max(a, start), min(b, len(page.text) if end is None else end)
        kept = [(m.start() + a, m.end() + a) for m in KEPT.finditer(page.text[a:b])]
        for m in re.finditer(WORD, page.text[a:b]):
            at = m.start() + a
            if m[0] == old and not any(x <= at < y for x, y in kept):
                out.append((at, m.end() + a, new))
    return out


def applied(text: str, edits: Edits) -> str:
    """Return a text with edits made; of those that overlap the first one is."""
    out, at = "", 0
    for start, end, new in sorted(edits):
        if start >= at:
            out = glued(out, text[at:start], "")
            out = glued(out, new, "")
            at = end
    return glued(out, text[at:], "")


def vectors(page: Page) -> list[str]:
    """Return the names declared as vectors."""
    told = (m[1] for a, b in page.math for m in VECTOR.finditer(page.text[a:b]))
    return sorted({name.strip() for names in told for name in names.split(",")})


def letter(page: Page) -> Edits:
    """Rename the first letter that stands for a quantity."""
    free = [x for x in LETTERS if x not in page.letters]
    names = {n.name.base for n, _ in page.nodes if n.name is not None}
    old = next((x for x in ("x", "w", "z", "p", "a", "y", "b") if x in names), None)
    return replaced(page, old, free[0]) if free and old is not None else []


def index(page: Page) -> Edits:
    """Rename an index throughout."""
    free = [x for x in INDICES if x not in page.letters]
    bound = (
        n.args[1].args[0]
        for n, _ in page.nodes
        if n.head == "sum" and len(n.args) > 1 and n.args[1].args
    )
    old = next((n.name.base for n in bound if n.name is not None and len(n.name.base) == 1), None)
    return replaced(page, old, free[0]) if free and old is not None else []


def bound_index(page: Page) -> Edits:
    """Rename the index of each outermost sum that has two bounds, within it."""
    free = [x for x in INDICES if x not in page.letters]
    out: Edits = []
    sums = sorted((n for n, _ in page.nodes if n.head == "sum"), key=lambda n: n.span.start)
    end = 0
    for n in sums if free else ():
        if n.span.start < end:
            continue
        end = n.span.end
        if len(n.args) != 2 or n.args[1].head != "range":
            continue
        name, *bounds = n.args[1].args
        if name.name is not None and len(bounds) == 2 and len(name.name.base) == 1:
            out += replaced(page, name.name.base, free[0], n.span.start, n.span.end)
    return out


def order(page: Page) -> Edits:
    """Write the terms of each side in the opposite order."""
    out: Edits = []
    for side in page.sides:
        if side.head != "add" or re.search(r"\\\\|&|dots", page.source(side)):
            continue
        text = ""
        for term in reversed(side.args):
            minus, body = term.head == "neg", term.args[0] if term.head == "neg" else term
            spelled = page.source(body)
            if any(n.head in TALL for n, _ in replace(page, sides=(body,)).nodes) or body.head in (
                "add",
                "neg",
            ):
                spelled = rf"\left({spelled}\right)"
            text += (" - " if minus else " + " if text else "") + spelled
        out.append((side.span.start, side.span.end, text))
    return out


def slash(page: Page) -> Edits:
    """Write fractions with a slash, where they begin what stands there."""
    out: Edits = []
    for n, _ in page.nodes:
        if n.head == "div" and n.text == "frac" and page.source(n).startswith("\\frac"):
            above, below = map(page.source, n.args)
            if STARTED.search(page.text[max(0, n.span.start - 8) : n.span.start]):
                out.append((n.span.start, n.span.end, rf"\left(({above})/({below})\right)"))
    return out


def inner(page: Page) -> Edits:
    """Turn inner products of two declared vectors round."""
    known = {(x.partition("_")[0], "_" in x) for x in vectors(page)}
    out: Edits = []
    for n, _ in page.nodes:
        if n.head != "mul" or len(n.args) != 2 or n.args[0].head != "transpose":
            continue
        a, b = n.args[0].args[0], n.args[1]
        names = (x.name for x in (a, b) if x.name is not None and not x.name.accents)
        if [(x.base, bool(x.sub)) in known for x in names] == [True, True]:
            out.append((n.span.start, n.span.end, f"{page.source(b)}^T {page.source(a)}"))
    return out


def brackets(page: Page) -> Edits:
    r"""Write ``\left(`` and ``\right)`` for plain brackets."""
    out: Edits = []
    for n, _ in page.nodes:
        text = page.source(n)
        if n.head == "group" and text[:1] == "(" and text[-1:] == ")" and "&" not in text:
            out += [
                (n.span.start, n.span.start + 1, "\\left("),
                (n.span.end - 1, n.span.end, "\\right)"),
            ]
    return out


def spaces(page: Page) -> Edits:
    """Set a thin space between two factors."""
    gaps = (
        (b.span.start, b.span.start, "\\,")
        for n, _ in page.nodes
        if n.head == "mul"
        for a, b, gap in zip(n.args, n.args[1:], n.text, strict=False)
        if gap == "j" and a.head != "function"
    )
    return list(gaps)


def braces(page: Page) -> Edits:
    """Set braces around the plain letters that are factors or terms."""
    return [
        (n.span.start, n.span.end, f"{{{page.source(n)}}}")
        for n, above in page.nodes
        if n.head == "name" and re.fullmatch("[a-zA-Z]", page.source(n))
        if above is not None and above.head in ("mul", "add", "neg")
    ]


def top(page: Page) -> Edits:
    r"""Write ``\top`` for ``T``."""
    return [
        (n.span.end - 1, n.span.end, "\\top ")
        for n, _ in page.nodes
        if n.head == "transpose" and n.text == "T" and page.source(n).endswith("^T")
    ]


def dot(page: Page) -> Edits:
    r"""Set ``\cdot`` between a number and a bracket."""
    return [
        (b.span.start, b.span.start, "\\cdot ")
        for n, _ in page.nodes
        if n.head == "mul"
        for a, b, gap in zip(n.args, n.args[1:], n.text, strict=False)
        if gap == "j" and a.head == "number" and b.head == "group" and page.source(b)[:1] in "(\\"
    ]


def bold(page: Page) -> Edits:
    """Set declared vectors in bold."""
    plain = [x for x in vectors(page) if len(x) == 1]
    return [e for x in plain for e in replaced(page, x, rf"\mathbf{{{x}}}")]


def accent(page: Page) -> Edits:
    """Write a bar for a hat."""
    return [] if "\\bar" in page.text else replaced(page, "\\hat", "\\bar")


KINDS: dict[str, Callable[[Page], Edits]] = {
    "letter": letter, "index": index, "bound index": bound_index, "order": order, "slash": slash, "inner": inner,
    "brackets": brackets, "spaces": spaces, "braces": braces, "top": top, "dot": dot, "bold": bold, "accent": accent,
}  # fmt: skip


def checked(page: Page, text: str) -> "FileReport":
    """Check a document's text."""
    from gradproof.batch import check_source

    return check_source(page.path, text, declarations=page.declared)


def accusations(before: "FileReport", after: "FileReport") -> list[str]:
    """Return the lines that are accused in a report and not in the one before, and the errors of one that had none."""
    own = {line.place for line in before.lines if line.verdict == "refuted"}
    out = [x.tex for x in after.lines if x.verdict == "refuted" and x.place not in own]
    if not any(f.severity == "error" for f in before.findings):
        out += [f"{f.mistake}: {f.message}" for f in after.findings if f.severity == "error"]
    return out


def lost(before: "FileReport", after: "FileReport") -> list[str]:
    """Return the lines of a report that were confirmed, or given, in the one before and are open now."""
    known = {x.place: x.verdict for x in after.lines}
    held = (x for x in before.lines if x.verdict in (*HELD, "given"))
    return [x.tex for x in held if known.get(x.place) not in (*HELD, "given", "refuted")]


def rewritten(page: Page, kinds: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the kinds of rewrites that a document has places for, each with the document rewritten."""
    for kind in kinds:
        text = applied(page.text, KINDS[kind](page))
        if text != page.text:
            yield kind, text


def main() -> int:
    """Rewrite and check, print the counts; 1 where a line is newly accused."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", choices=FILES, help="one file")
    parser.add_argument("--kind", choices=tuple(KINDS), help="one kind of rewrite")
    parser.add_argument(
        "--part", default="1/1", metavar="K/N", help="every Nth document, from the Kth on"
    )
    parser.add_argument("--show", action="store_true", help="print lines that are open now, too")
    arguments = parser.parse_args()
    part, parts = map(int, arguments.part.split("/"))
    kinds = tuple(KINDS) if arguments.kind is None else (arguments.kind,)
    names = FILES if arguments.only is None else (arguments.only,)
    counts: Counter[tuple[str, str]] = Counter()
    for page in islice((p for n in names for p in pages(n)), part - 1, None, parts):
        before = checked(page, page.text)
        for kind, text in rewritten(opened(page), kinds):
            after = checked(page, text)
            found, gone = accusations(before, after), lost(before, after)
            counts[kind, "documents"] += 1
            counts[kind, "lines"] += len(after.lines)
            counts[kind, "accused"] += len(found)
            counts[kind, "lost"] += len(gone)
            for tex in found:
                print(f"{page.id}: {kind}: NEWLY ACCUSED: {tex}")
            for tex in gone if arguments.show else ():
                print(f"{page.id}: {kind}: open now: {tex}")
    for kind in kinds:
        told = ", ".join(
            f"{counts[kind, x]} {x}" for x in ("documents", "lines", "accused", "lost")
        )
        print(f"{kind}: {told}")
    return int(any(counts[kind, "accused"] for kind in kinds))


if __name__ == "__main__":
    sys.exit(main())
