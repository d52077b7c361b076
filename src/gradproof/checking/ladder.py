"""The ladder: same tree, named rules, canonical form, sampling, certified refutation; two sides, one context."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from gradproof.canonical import identical
from gradproof.checking.entrywise import entrywise
from gradproof.checking.judgement import RIGHT, Outcome
from gradproof.checking.layouts import STACKED, Arrangement, arrangements
from gradproof.checking.limits import FEWEST, POINTS_LARGER
from gradproof.checking.ones import with_ones
from gradproof.checking.shapes import explain_mismatch, explain_sides, pinned, plain_derivatives
from gradproof.checking.sizes import NO_POINT, compare_in_sizes, points_for
from gradproof.diagnostic import Evidence, EvidenceKind
from gradproof.differentiate import NotSupported, without_derivatives
from gradproof.evaluate import (
    FAR,
    Comparison,
    Mode,
    Samples,
    ShapeMismatch,
    Unsampled,
    Unsupported,
    compare,
    find_counterexample,
)
from gradproof.expr import (
    Context,
    Derivative,
    Det,
    Diag,
    Expr,
    Gradient,
    Hadamard,
    HadamardDiv,
    Identity,
    Inverse,
    Kron,
    Norm,
    Ones,
    Pow,
    PseudoInverse,
    Stack,
    Trace,
    Vec,
    is_scalar,
    walk_reached,
)  # fmt: skip

ARRAY_NODES = (
    Hadamard, HadamardDiv, Kron, Trace, Det, Inverse, PseudoInverse, Diag, Vec, Stack, Ones,
    Identity,
)  # fmt: skip
"""Nodes of whole-array mathematics; inner products inside scalars are none of them."""


MIXED = (
    "it holds only if a row that is added to a column is one: a term would have to be transposed"
)
"""Why a line that holds with one term of a sum transposed is left undecided."""

ROWS = "it holds only if the vectors in it are rows: what is declared says n, and 1 × n would say a row"
"""Why a line that holds for rows is left undecided where a vector is declared by its length alone."""


def judge_pair(
    left: Expr,
    right: Expr,
    context: Context,
    *,
    mode: Mode = "total",
    certified: bool = True,
    settled: bool = True,
) -> Outcome:
    """Judge ``left = right`` under one context, in every layout that may be meant.

    As `judge_as_written`, but a refutation by numbers has a certificate. Where whole arrays take part, sides that are
    equal in another layout are equal (with a note), and sides that no layout makes equal are refuted only if
    none leaves them undecided. With `certified` False sides that differ on the points are returned as refuted
    without looking for a certificate: enough to try a reading out, never to accuse. With `settled` False, too,
    differences between scalars may even be rounding; `certified_outcome` then has the last word.
    """
    arrays = has_arrays(left, context) or has_arrays(right, context)
    rounded = settled or certified or arrays
    first = judge_as_written(left, right, context, mode=mode, settled=rounded)
    if first.verdict in RIGHT or not arrays:
        return certified_outcome(first) if certified else first
    tried: list[Outcome] = []
    for other in arrangements(left, right, context, fitting=not first.misfit):
        found = judge_as_written(other.left, other.right, other.context, mode=mode)
        if found.verdict in RIGHT:
            if first.misfit != "given" and _only_mixed(other, mode):
                return replace(first, verdict="undecided", evidence=None, reason=MIXED)
            if other.kind == STACKED:
                return replace(first, verdict="undecided", evidence=None, reason=other.message)
            if other.context.layout.vectors == "row":
                return replace(first, verdict="undecided", evidence=None, reason=ROWS)
            return replace(found, left=left, right=right, note=(other.kind, other.message))
        if not found.misfit or (first.misfit == "given" and found.misfit == "shapes"):
            tried.append(found)
    if first.misfit != "given":
        tried.insert(0, first)
    if not tried:
        return first
    undecided = next((t for t in tried if t.verdict == "undecided"), None)
    if undecided is not None:
        return replace(first, verdict="undecided", evidence=None, reason=undecided.reason)
    differing = next((t for t in tried if not t.misfit), tried[0])
    return certified_outcome(differing) if certified else differing


def _only_mixed(other: Arrangement, mode: Mode) -> bool:
    """Tell whether sides are equal only as long as a row in them counts as a column.

    A layout turns whole sides, never one term of a sum; what is given may mix them.
    """
    layout = other.context.layout
    if not layout.mixed:
        return False
    context = replace(other.context, layout=replace(layout, mixed=False))
    return judge_as_written(other.left, other.right, context, mode=mode).verdict not in RIGHT


def judge_as_written(
    left: Expr,
    right: Expr,
    context: Context,
    *,
    mode: Mode = "total",
    settled: bool = True,
    vain: tuple[str, ...] | None = None,
) -> Outcome:
    """Judge ``left = right`` under one context in its layout.

    The verdict is proved (same tree, the same after derivatives are carried out by named rules, or exact
    canonical forms that coincide; derivatives of whole arrays entry by entry, where the points agree too),
    agrees (all sampled points), refuted (by shapes that are known without doubt, or on the sample points: not
    yet with a certificate), or undecided with the reason. With `settled` False differences on the points may
    even be rounding; `certified_outcome` then has the last word. `vain` are the rules with which it has been tried
    already to prove this; None: it has not.
    """
    left, right = with_ones(left, right, context)
    base = Outcome("undecided", left, right, context, mode=mode)
    if left == right:
        return replace(
            base, verdict="proved", evidence=Evidence("rule"), rules=("same-expression",)
        )
    kind, names = None, vain or ()
    if vain is None and mode == "total" and context.layout.usual:
        kind, names = _exactly(left, right, context)
    if kind is not None:
        return replace(base, verdict="proved", evidence=Evidence(kind), rules=names)
    samples: Samples | None = None
    general = context
    try:
        samples = points_for(left, right, context)
        context, samples, found = compare_in_sizes(
            left, right, samples, context, mode=mode, settle=settled
        )
        base = replace(base, context=context)
        if found.shapes is not None:
            told = explain_sides(found.shapes, left, right, samples.sizes)
            one, other = (tuple(n for n in shape if n != 1) for shape in found.shapes)
            return _by_shapes(replace(base, turned=one == other), told)
        if found.points == 0:
            return replace(base, reason=NO_POINT)
        if not found.differ:
            weak = _weak(left, right, context, general.sizes, samples, found, mode)
            if weak is not None:
                return replace(base, reason=weak)
            if mode == "total" and context.layout.usual:
                kind, used = _by_entries(left, right, general, samples.moving)
                if kind is not None:
                    return replace(base, verdict="proved", evidence=Evidence(kind), rules=used)
            return replace(
                base, verdict="agrees", evidence=Evidence("sampling", found.points), rules=names
            )
    except ShapeMismatch as e:
        if e.given or samples is None:
            return replace(base, reason=str(e), misfit="given" if e.given else "shapes")
        told = explain_mismatch(e, left, right, samples.sizes)
        return _by_shapes(base, told, str(e), e.parts)
    except Unsampled as e:
        return _unconstrained(replace(base, reason=str(e)), settled=settled)
    except Unsupported as e:
        return replace(base, reason=str(e))
    return replace(
        base,
        verdict="refuted",
        evidence=Evidence("sampling", found.points),
        rules=names,
        samples=samples,
        compared=found,
        settled=settled,
    )


def _unconstrained(base: Outcome, *, settled: bool) -> Outcome:
    """Judge without constraints that no values can be drawn for: what holds without them holds, and so do shapes.

    One that is an identity constrains nothing: what fails without it fails.
    """
    free = replace(base.context, constraints=())
    kept = tuple(c for c in base.context.constraints if _exactly(*c, free)[0] is None)
    if len(kept) < len(base.context.constraints):
        less = replace(base.context, constraints=kept)
        return judge_as_written(base.left, base.right, less, mode=base.mode, settled=settled)
    context = free
    found = judge_as_written(base.left, base.right, context, mode=base.mode, settled=settled)
    return found if found.verdict in RIGHT or found.misfit else base


def beyond_rounding(outcome: Outcome) -> Outcome:
    """Return an outcome that rests on no differences which may all be rounding: nothing has to excuse these.

    Differences at all points that are not tiny are none of rounding.
    """
    found = outcome.compared
    if outcome.verdict != "refuted" or outcome.settled or found is None:
        return outcome
    if not found.agree and found.largest > FAR:
        return outcome
    drawn = None if outcome.samples is None else outcome.samples.sizes.keys()
    general = drawn is not None and (not drawn or not drawn <= outcome.context.sizes.keys())
    return judge_as_written(
        outcome.left, outcome.right, outcome.context, mode=outcome.mode,
        vain=outcome.rules if general else None,
    )  # fmt: skip


def certified_outcome(outcome: Outcome) -> Outcome:
    """Return a refutation that rests on sample points with its certificate, undecided where there is none."""
    if outcome.samples is None or outcome.compared is None:
        return outcome
    try:
        certificate = find_counterexample(
            outcome.left, outcome.right, outcome.samples, outcome.context, outcome.compared,
            mode=outcome.mode,
        )  # fmt: skip
        reason = "the sides differ in floating point, but not certainly"
    except Unsupported as e:
        certificate, reason = None, str(e)
    if certificate is None and not outcome.settled:
        return judge_pair(outcome.left, outcome.right, outcome.context, mode=outcome.mode)
    if certificate is None:
        return replace(outcome, verdict="undecided", evidence=None, rules=(), reason=reason)
    return replace(
        outcome, evidence=Evidence("ball", outcome.compared.points), certificate=certificate
    )


def _by_shapes(
    base: Outcome,
    told: str | None,
    otherwise: str = "",
    parts: tuple[Expr, Expr] | None = None,
) -> Outcome:
    """Refute by shapes where these are known without doubt: of the sides, or of the parts that do not fit."""
    sure = pinned(base.left, base.right, base.context) or (
        parts is not None
        and pinned(*parts, base.context)
        and plain_derivatives(base.left, base.right, base.context)
    )
    if told is None or not sure:
        return replace(base, reason=told or otherwise, misfit="shapes")
    evidence = Evidence("shape")
    return replace(base, verdict="refuted", evidence=evidence, reason=told, misfit="shapes")


def _weak(
    left: Expr,
    right: Expr,
    context: Context,
    declared: Mapping[str, int],
    samples: Samples,
    found: Comparison,
    mode: Mode,
) -> str | None:
    """Say why agreement on the sample points is no evidence: other sizes, kinks met from one side, few points."""
    if samples.one_sided:
        return "a kink was met from one side only"
    if found.points < FEWEST and found.undefined > found.points:
        return f"both sides are defined at {found.points} of the sample points only"
    free = {n: v for n, v in samples.sizes.items() if n not in declared}
    if not free:
        return None
    larger = replace(
        context, sizes=MappingProxyType({**context.sizes, **{n: v + 1 for n, v in free.items()}})
    )
    there = points_for(left, right, larger, POINTS_LARGER)
    again = compare(left, right, there, larger, mode=mode)
    return "the sides differ where the sizes are others" if again.differ else None


def _exactly(
    left: Expr, right: Expr, context: Context
) -> tuple[EvidenceKind | None, tuple[str, ...]]:
    """Carry out the derivatives on both sides; tell how the results are exactly one, and by which rules.

    They may be the same tree (evidence rule) or have the same canonical form (evidence canonical).
    """
    try:
        a = without_derivatives(left, context)
        b = without_derivatives(right, context)
    except NotSupported:
        return None, ()
    names = tuple(dict.fromkeys(step.rule for step in (*a.steps, *b.steps)))
    if a.expr == b.expr and a.expr is not left:
        return "rule", names
    declared = {k: d for k, d in context.domains.items() if d.declared}
    if identical(a.expr, b.expr, replace(context, domains=MappingProxyType(declared))):
        return "canonical", names
    return None, names


def _by_entries(
    left: Expr, right: Expr, context: Context, moving: frozenset[str]
) -> tuple[EvidenceKind | None, tuple[str, ...]]:
    """Tell how two sides with derivatives of whole arrays, which agree, are exactly one entry by entry."""
    try:
        found = entrywise(left, right, context, moving)
    except NotSupported:
        return None, ()
    if (found.left, found.right) == (left, right):
        return None, ()
    kind, names = _exactly(found.left, found.right, found.context)
    return kind, tuple(dict.fromkeys((*found.rules, *names)))


def has_arrays(e: Expr, context: Context) -> bool:
    """Tell whether whole arrays take part, in the expression or in a definition that it reaches.

    Inner products ``w^T x`` of vectors inside scalars leave no room for another reading and do not count;
    a vector as the value, a power of a vector, a derivative by a whole array do.
    """
    if not is_scalar(e, context):
        return True
    return any(
        isinstance(node, ARRAY_NODES) or _array_calculus(node, context)
        for node in walk_reached(e, context)
    )


def _array_calculus(node: Expr, context: Context) -> bool:
    match node:
        case Derivative(body, wrt):
            return not all(is_scalar(x, context) for x in (body, *wrt))
        case Gradient():
            return True
        case Pow(base):
            return not is_scalar(base, context)
        case Norm(_, order):
            return order not in ("2", "F")
        case _:
            return False
