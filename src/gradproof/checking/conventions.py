"""What a document settles about layouts: the words, an update, or a right gradient by a matrix that is not square."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import final

from gradproof.checking.judgement import RIGHT, Judged
from gradproof.checking.layouts import MIX
from gradproof.expr import Context, Derivative, Expr, Gradient, Sym, is_scalar, walk
from gradproof.notation.derivation import Derivation, Line


@final
@dataclass(slots=True)
class Shaped:
    """Where gradients by matrices have the shape of the matrix without doubt.

    `scopes` are those in which that is so for every matrix; `variables` per scope the matrices of which a right
    line has shown it. What is right for one matrix binds the others; a second line about the same matrix may
    tell of the other layout.
    """

    scopes: set[int] = field(default_factory=set[int])
    variables: dict[int, set[Expr]] = field(default_factory=dict[int, set[Expr]])

    def doubtless(self, line: Line) -> bool:
        """Tell whether there is no doubt about the gradients in a line."""
        if line.scope in self.scopes:
            return True
        known = self.variables.get(line.scope)
        return bool(known) and not known & {v for v, _ in _gradients(line)}

    def learn(self, judged: Judged, context: Context) -> None:
        """Take over what a right line shows."""
        outcome = judged.outcome
        if judged.verdict not in RIGHT or outcome is None or outcome.note is not None:
            return
        if any(a.kind == MIX for a in judged.assumptions):
            return
        for e in (outcome.left, outcome.right):
            match e:
                case Derivative(body, (wrt,)) | Gradient(body, Sym() as wrt, 1):
                    if is_scalar(body, context) and _oblong(wrt):
                        self.variables.setdefault(judged.line.scope, set()).add(wrt)
                case _:
                    pass


def settled_from_start(derivation: Derivation) -> Shaped:
    """Return what holds from the first line on.

    The words may name the denominator layout; a matrix that is not square may be updated by its gradient.
    """
    found = Shaped()
    for line in derivation.lines:
        updated = line.role == "update" and any(
            v == sides[0] and _oblong(v) for v, sides in _gradients(line)
        )
        if updated or "denominator-layout" in line.structures:
            found.scopes.add(line.scope)
    return found


def as_told(line: Line, contexts: tuple[Context, ...]) -> tuple[Context, ...]:
    """Return contexts in which Jacobians have the outputs as rows without doubt where the words say so."""
    if "numerator-layout" not in line.structures:
        return contexts
    return tuple(replace(c, layout=replace(c.layout, rows=True)) for c in contexts)


def settled(context: Context) -> Context:
    """Return a context in which there is no doubt about the shape of gradients by matrices."""
    return replace(context, layout=replace(context.layout, certain=True))


def _gradients(line: Line) -> Iterator[tuple[Expr, tuple[Expr | None, ...]]]:
    """Yield what a line differentiates by, with the sides of the statement in which it does."""
    for sides, _ in line.statements:
        for side in sides:
            for _, node in walk(side) if side is not None else ():
                match node:
                    case Derivative(_, (wrt,)) | Gradient(_, Sym() as wrt):
                        yield wrt, sides
                    case _:
                        pass


def _oblong(e: Expr) -> bool:
    """Tell whether an expression is a matrix that is not square, and no row or column."""
    match e:
        case Sym(_, space) if space.rank == 2:
            numbers = [s.offset for s in space.shape if not s.name]
            return space.shape[0] != space.shape[1] and 1 not in numbers
        case _:
            return False
