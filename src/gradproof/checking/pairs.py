"""Two sides with everything that may excuse a difference: held quantities, unstated assumptions, unknown names."""

from collections.abc import Sequence, Set
from dataclasses import replace
from fractions import Fraction

from gradproof.checking.array_hypotheses import structured
from gradproof.checking.capitals import as_matrices
from gradproof.checking.compound import by_inner, with_names
from gradproof.checking.entry_meant import ENTRY_MEANT, entries_meant
from gradproof.checking.expectations import by_samples
from gradproof.checking.glances import stays_wrong
from gradproof.checking.hypotheses import hypotheses
from gradproof.checking.hypothesis import FACT_TOLD
from gradproof.checking.judgement import DOUBTFUL, RIGHT, Outcome
from gradproof.checking.ladder import (
    beyond_rounding,
    certified_outcome,
    judge_as_written,
    judge_pair,
)
from gradproof.checking.layouts import MIX
from gradproof.checking.meant import derivative_meant, differentiates
from gradproof.checking.operands import operand_slip
from gradproof.checking.shapes import doubtful_scalar
from gradproof.checking.sizes import points_for
from gradproof.checking.unknowns import for_every_function
from gradproof.checking.unsaid import GRADIENT_VARIABLE, Said, by_what
from gradproof.evaluate import Samples, Unsupported
from gradproof.expr import (
    Apply,
    At,
    Context,
    Derivative,
    Entry,
    Expr,
    Fn,
    Gradient,
    Idx,
    Neg,
    Num,
    Sym,
    walk,
    walk_reached,
)
from gradproof.notation.derivation import Structure

ENTRY_TOLD = "an array is read as its entry, as the other side is written with an index"
NUMBERS = "for matrices it does not hold, and a number or a matrix may be meant: a declaration would say which"
NEIGHBOURS = "it is not said whether the entries or the steps of a sequence are differentiated by one another"
TEN, TWO = Fraction(10), Fraction(2)


def judge_sides(
    left: Expr,
    right: Expr,
    context: Context,
    *,
    example_cue: bool,
    case_cue: bool | None,
    structures: Set[Structure],
    head: Expr | None = None,
    variables: Set[str] | None = None,
    known: Outcome | None = None,
) -> Outcome:
    """Judge ``left = right``; before they count as different, other admissible readings are tried.

    In order: a partial derivative with other named quantities held constant; assumptions that the author
    may have left unstated (`hypotheses`); the derivative of the left side (in the chain of
    `head`, by one of the `variables` of the document); names that nothing relates to the other side.
    `known` is a certified refutation of a side proved to equal the left one: then only those readings are tried.
    """

    def again(a: Expr, b: Expr, c: Context = context) -> Outcome:
        return judge_sides(
            a, b, c, example_cue=example_cue, case_cue=case_cue, structures=structures,
            head=head, variables=variables,
        )  # fmt: skip

    chance = by_samples(left, right, context, structures, again)
    if chance is not None:
        return chance
    said = by_what(left, right, context, variables)
    single = () if said else entries_meant(left, right, context)

    named = None if said else with_names(left, right, context)
    if named is not None:
        return again(*named)
    inner = None if said else by_inner(left, right, context)
    if inner is not None:
        found = again(*inner)
        told = "it may be meant with something else held constant than the rule of the inverse function does"
        return found if found.verdict != "refuted" else _undecided(found, told)
    if said:
        return _by_what([(s, again(s.left, s.right)) for s in said])
    if single:
        best = _best([again(a, b) for a, b in single])
        return replace(best, note=best.note or (ENTRY_MEANT, ENTRY_TOLD))
    outcome = _as_known(known, left, right) or beyond_rounding(
        judge_pair(left, right, context, certified=False, settled=False)
    )
    matrices = (
        as_matrices(left, right, context, structures) if outcome.verdict != "refuted" else None
    )
    if matrices is not None and again(*matrices).verdict == "refuted":
        return _undecided(outcome, NUMBERS)
    if outcome.verdict in RIGHT:
        if outcome.note is not None and outcome.note[0] == MIX:
            told = _as_told(left, right, context, structures)
            if told is not None:
                return told
        return operand_slip(left, right, context) or outcome
    if outcome.verdict != "refuted":
        return for_every_function(outcome, again) or outcome
    hidden = _hidden_dependence(outcome)
    if hidden is not None:
        return _undecided(outcome, hidden)
    excuse = _held_constant(outcome)
    if excuse is not None:
        return excuse
    for h in hypotheses(
        left, right, context, example_cue=example_cue, case_cue=case_cue, structures=structures
    ):
        if stays_wrong(outcome, h.context):
            continue
        found = judge_pair(left, right, h.context, certified=False)
        if found.verdict in RIGHT:
            if h.sufficient:
                return replace(found, note=(h.kind, h.message))
            return _undecided(outcome, h.message)
    if _other_base(left) or _other_base(right):
        return _undecided(outcome, "log may be meant to another base than e")
    meant = derivative_meant(outcome, head, variables)
    if meant is not None:
        return meant
    stranger = unrelated(left, right, context)
    if stranger is not None:
        return _undecided(outcome, f"{stranger} is not defined, and stands on one side only")
    rows = _rows(left, right, context)
    if rows is not None:
        return _undecided(outcome, rows)
    if _by_its_neighbour(left) or _by_its_neighbour(right):
        return _undecided(outcome, NEIGHBOURS)
    doubtful = doubtful_scalar(left, right, context)
    if doubtful is not None:
        return _undecided(outcome, f"{DOUBTFUL} {doubtful} is a number or an array")
    return outcome if known is not None else certified_outcome(outcome)


def _as_told(
    left: Expr, right: Expr, context: Context, structures: Set[Structure]
) -> Outcome | None:
    """Judge without another layout, by what the words call a matrix; None where that does not make the line right."""
    for h in structured(left, right, context, structures):
        if h.kind == FACT_TOLD:
            found = judge_as_written(left, right, h.context)
            if found.verdict in RIGHT:
                return replace(found, note=(h.kind, h.message))
    return None


def _as_known(known: Outcome | None, left: Expr, right: Expr) -> Outcome | None:
    """Return a refutation for another left side that is equal; points for it are drawn where they may be needed."""
    if known is None:
        return None
    samples: Samples | None = None
    if not differentiates(left) and not differentiates(right):
        try:
            samples = points_for(left, right, known.context)
        except Unsupported:
            return None
    return replace(known, left=left, right=right, samples=samples, compared=None, link=0)


def _best(found: Sequence[Outcome]) -> Outcome:
    """Take the most favourable reading."""
    return min(found, key=lambda o: (o.verdict not in RIGHT, o.verdict == "refuted"))


def _by_what(found: Sequence[tuple[Said, Outcome]]) -> Outcome:
    """Take the gradient by the variable under which a line holds; by an unlikely one it is not confirmed."""
    told = [
        (
            s,
            replace(
                o, note=o.note or (GRADIENT_VARIABLE, f"the gradient is read as that by {s.name}")
            ),
        )
        for s, o in found
    ]
    best = _best([o for s, o in told if s.likely])
    if best.verdict in RIGHT:
        return best
    other = next((s for s, o in told if o.verdict != "refuted" and not s.likely), None)
    if other is not None and best.verdict == "refuted":
        return _undecided(
            best, f"it may hold for the gradient by {other.name}; it is not said by what"
        )
    return best


def _by_its_neighbour(e: Expr) -> bool:
    """Tell whether an entry is differentiated by the one beside it (``∂x_t/∂x_{t-1}``): steps may be meant."""
    for _, node in walk(e):
        match node:
            case Derivative(Entry(a, i), (Entry(b, j),)) if a == b and i != j:
                if _letters(i) and _letters(i) == _letters(j):
                    return True
            case _:
                pass
    return False


def _letters(indices: tuple[Expr, ...]) -> set[str]:
    return {n.name for i in indices for _, n in walk(i) if isinstance(n, Idx)}


def _other_base(e: Expr) -> bool:
    """Tell whether ``ln 10`` or ``ln 2`` occurs, the mark of a change of base."""
    return any(
        isinstance(n, Fn) and n.name == "log" and n.args in ((Num(TEN),), (Num(TWO),))
        for _, n in walk(e)
    )


def _undecided(outcome: Outcome, reason: str) -> Outcome:
    return replace(outcome, verdict="undecided", evidence=None, certificate=None, reason=reason)


def _hidden_dependence(outcome: Outcome) -> str | None:
    """Say that an unknown function may depend on what it is differentiated by, though it is not written so."""
    context = outcome.context
    for side in (outcome.left, outcome.right):
        for _, node in walk(side):
            if not isinstance(node, Derivative | Gradient) or node.wrt is None:
                continue
            by = node.wrt if isinstance(node, Derivative) else (node.wrt,)
            names = {n for w in by for n in _names(w)}
            for part in walk_reached(node.body, context):
                if (
                    isinstance(part, Apply)
                    and part.name not in context.definitions
                    and not names & {n for a in part.args for n in _reached(a, context)}
                ):
                    return f"it is not said how {part.name} depends on {', '.join(sorted(names))}"
    return None


def _held_constant(outcome: Outcome) -> Outcome | None:
    """Try partial derivatives that hold the other named quantities constant.

    Only where every derivative is written with ∂; it counts as right where the other side shows such a
    quantity, and leaves the line undecided where it does not. Where all derivatives vanish when it is read
    so, 0 = 0 excuses nothing.
    """
    left, right, context = outcome.left, outcome.right, outcome.context
    derivatives = [
        n for e in (left, right) for _, n in walk(e) if isinstance(n, Derivative | Gradient)
    ]
    if not derivatives or any(
        isinstance(n, Gradient) or n.notation != "partial" for n in derivatives
    ):
        return None
    if not any(
        getattr(n, "name", None) in context.definitions
        for e in (left, right)
        for n in walk_reached(e, context)
    ):
        return None
    if stays_wrong(outcome, context, "local"):
        return None
    local = judge_pair(left, right, context, mode="local", certified=False)
    if local.verdict == "refuted":
        return None
    if local.verdict not in RIGHT:
        return _undecided(local, local.reason or "the partial derivative is not certain")
    zero = judge_pair(left, Neg(left), context, mode="local", certified=False)
    if zero.verdict in RIGHT and (len(derivatives) > 1 or Num(Fraction(0)) not in (left, right)):
        return None
    bare = right if isinstance(left, Derivative) else left
    shown = any(isinstance(n, Sym) and n.name in context.definitions for _, n in walk(bare))
    message = "read with the other named quantities held constant"
    if shown:
        return replace(local, note=("local-derivative", message))
    return _undecided(local, f"the line holds if it is {message}")


def unrelated(left: Expr, right: Expr, context: Context) -> str | None:
    """Return a name that stands on one side only and that nothing in the document says anything about.

    What is declared, stands in a definition or a constraint, is a size, or is the variable of a derivative
    is known well enough to make a difference certain.
    """
    known = set(context.domains) | set(context.sizes) | set(context.values)
    known |= {r.upper.name for r in context.ranges.values()}
    for found in context.definitions.values():
        for d in found:
            for part in (d.body, *d.params, *d.indices):
                known.update(_names(part))
    for pair in context.constraints:
        for side in pair:
            known.update(_names(side))
    ours, theirs = _reached(left, context), _reached(right, context)
    for side in (left, right):
        for _, node in walk(side):
            if isinstance(node, At):
                known.update(_names(node.symbol))
    for name in sorted(ours ^ theirs):
        if name not in known and name not in context.definitions:
            return name
    return None


def _rows(left: Expr, right: Expr, context: Context) -> str | None:
    """Say that a letter on one side and its capital on the other may be one: the rows of a matrix."""
    ours, theirs = _reached(left, context), _reached(right, context)
    for name in sorted((ours ^ theirs) - context.definitions.keys()):
        other = name.swapcase()
        if other not in context.definitions and (
            (name in ours - theirs and other in theirs - ours)
            or (name in theirs - ours and other in ours - theirs)
        ):
            return f"it is not said how {name} and {other} are related"
    return None


def _names(e: Expr) -> set[str]:
    return {n.name for _, n in walk(e) if isinstance(n, Sym)}


def _reached(e: Expr, context: Context) -> set[str]:
    """Names in an expression and in the definitions that it reaches."""
    return {
        n.name
        for n in walk_reached(e, context)
        if isinstance(n, Sym) or (isinstance(n, Apply) and n.name in context.definitions)
    }
