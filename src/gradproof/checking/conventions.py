"""What a document settles about layouts: the words, an update, or right gradients that show theirs."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final, final

from gradproof.checking.judgement import RIGHT, Judged
from gradproof.checking.ladder import judge_as_written
from gradproof.checking.layouts import MIX
from gradproof.expr import (
    Context,
    Derivative,
    Expr,
    Gradient,
    Num,
    Sym,
    Transpose,
    is_scalar,
    rank,
    walk,
)
from gradproof.notation.derivation import Derivation, Line

NUMERATOR: Final = "numerator-layout"
STACKED: Final = "row-stacking"
DENOMINATOR: Final = "denominator-layout"


@final
@dataclass(frozen=True, slots=True)
class Slope:
    """A gradient as it is written: of what, by what; `nabla` where ∇ is written."""

    body: Expr
    by: Expr
    nabla: bool

    def binds(self, other: "Slope") -> bool:
        """Tell whether two gradients have to be in one layout: by matrices, of one quantity, or written with ∇.

        Derivatives by vectors of different quantities may be links of a chain, multiplied out in either order; and
        ∇f may be a column where ∂f/∂x is a row.
        """
        if self == other or rank(self.by) != rank(other.by) or self.nabla != other.nabla:
            return False
        return rank(self.by) == 2 or self.nabla or self.body == other.body


@final
@dataclass(slots=True)
class Shaped:
    """Where gradients have the shape of what they are the gradient by without doubt.

    `scopes` are those in which that is so for every matrix; `variables` per scope the oblong matrices, `slopes` the
    gradients by vectors and square matrices, of which a right line has shown it. What is right for one binds the
    others; a second line about the same gradient may tell of the other layout. Where the words speak of that
    one, nothing is learned.
    """

    scopes: set[int] = field(default_factory=set[int])
    variables: dict[int, set[Expr]] = field(default_factory=dict[int, set[Expr]])
    slopes: dict[int, set[Slope]] = field(default_factory=dict[int, set[Slope]])
    told: bool = False

    def settled(self, line: Line, contexts: tuple[Context, ...]) -> tuple[Context, ...]:
        """Return the contexts of a line without doubt about its gradients where there is none."""
        found = {s for s, _ in _gradients(line)}
        known = self.variables.get(line.scope, set[Expr]())
        shown = self.slopes.get(line.scope, set[Slope]())
        square = {s for s in found if rank(s.by) == 2 and any(map(s.binds, shown))}
        columns = {s for s in found if rank(s.by) == 1 and any(map(s.binds, shown))}
        matrices = line.scope in self.scopes or bool(square)
        matrices = matrices or (bool(known) and not known & {s.by for s in found})
        if not (matrices or columns):
            return contexts
        return tuple(
            replace(
                c,
                layout=replace(
                    c.layout,
                    certain=c.layout.certain or matrices,
                    columns=c.layout.columns or bool(columns),
                ),
            )
            for c in contexts
        )

    def learn(self, judged: Judged, context: Context) -> None:
        """Take over what a right line shows."""
        outcome = judged.outcome
        if judged.verdict not in RIGHT or outcome is None or outcome.note is not None:
            return
        if any(a.kind == MIX for a in judged.assumptions):
            return
        for e, other in ((outcome.left, outcome.right), (outcome.right, outcome.left)):
            slope = _slope(e)
            if slope is None or not is_scalar(slope.body, context):
                continue
            if _oblong(slope.by):
                self.variables.setdefault(judged.line.scope, set()).add(slope.by)
            elif not self.told and _shows(slope, other, context):
                self.slopes.setdefault(judged.line.scope, set()).add(slope)


def settled_from_start(derivation: Derivation) -> Shaped:
    """Return what holds from the first line on.

    The words may name the denominator layout; a matrix that is not square may be updated by its gradient.
    """
    found = Shaped(told=any(NUMERATOR in line.structures for line in derivation.lines))
    for line in derivation.lines:
        taken = [s for s, sides in _gradients(line) if line.role == "update" and s.by == sides[0]]
        if any(_oblong(s.by) for s in taken) or DENOMINATOR in line.structures:
            found.scopes.add(line.scope)
    return found


def as_told(line: Line, contexts: tuple[Context, ...]) -> tuple[Context, ...]:
    """Return contexts in which Jacobians have the outputs as rows, or vec stacks rows, where the words say so."""
    rows, stacked = NUMERATOR in line.structures, STACKED in line.structures
    if not (rows or stacked):
        return contexts
    how = "rows" if stacked else "columns"
    return tuple(replace(c, layout=replace(c.layout, rows=rows, stacked=how)) for c in contexts)


def _shows(slope: Slope, value: Expr, context: Context) -> bool:
    """Tell whether the value of a gradient shows its layout: a column, or a matrix that is not its transpose.

    Zero and products with other derivatives do not.
    """
    if isinstance(value, Num) or any(isinstance(n, Derivative | Gradient) for _, n in walk(value)):
        return False
    if rank(slope.by) == 1:
        return rank(value, context) == 1
    turned = judge_as_written(value, Transpose(value), context, settled=False)
    return rank(slope.by) == 2 and turned.verdict == "refuted"


def _slope(e: Expr) -> Slope | None:
    """Return an expression as the gradient by an array that it is."""
    match e:
        case Derivative(body, (Sym() as by,)):
            return Slope(body, by, nabla=False)
        case Gradient(body, Sym() as by, 1):
            return Slope(body, by, nabla=True)
        case _:
            return None


def _gradients(line: Line) -> Iterator[tuple[Slope, tuple[Expr | None, ...]]]:
    """Yield the gradients that a line writes, with the sides of the statement in which they stand."""
    for sides, _ in line.statements:
        for side in sides:
            for _, node in walk(side) if side is not None else ():
                found = _slope(node)
                if found is not None:
                    yield found, sides


def _oblong(e: Expr) -> bool:
    """Tell whether an expression is a matrix that is not square, and no row or column."""
    match e:
        case Sym(_, space) if space.rank == 2:
            numbers = [s.offset for s in space.shape if not s.name]
            return space.shape[0] != space.shape[1] and 1 not in numbers
        case _:
            return False
