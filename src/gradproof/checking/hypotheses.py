"""Unstated assumptions under which a line may be meant: one example, a case of indices, labels that sum to one.

A line that fails as it stands but holds under one of them is not wrong; it holds with that assumption.
"""

from collections.abc import Iterator, Set
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from types import MappingProxyType
from typing import Final

from gradproof.checking.array_hypotheses import counts, structured, whole_labels
from gradproof.checking.hypothesis import CONSTRAINT_ASSUMED, Hypothesis
from gradproof.checking.limits import MAX_HYPOTHESES
from gradproof.checking.members import members_named
from gradproof.expr import (
    BINARY,
    CLOSED_UNIT,
    Context,
    Delta,
    Derivative,
    Div,
    Entry,
    Expr,
    Gradient,
    Idx,
    Indicator,
    Mul,
    Num,
    Pow,
    Prod,
    Size,
    Sum,
    Sym,
    free_indices,
    walk,
    walk_reached,
)  # fmt: skip
from gradproof.notation.derivation import Structure

INDEX_CASE: Final = "index-case"
"""Kind of the assumption that a line is meant for equal, or for unequal, indices."""

_ONLY = " only"


def is_equal_case(message: str) -> bool:
    """Tell whether a message says that a line holds for equal indices only."""
    return message.startswith("the line holds for ") and message.endswith(_ONLY)


def hypotheses(
    left: Expr,
    right: Expr,
    context: Context,
    *,
    example_cue: bool,
    case_cue: bool | None,
    structures: Set[Structure],
) -> tuple[Hypothesis, ...]:
    """Return the assumptions to try, most natural first."""
    out: list[Hypothesis] = []
    for found in (
        _one_example(right, context, cue=example_cue),
        _index_cases(left, right, context, cue=case_cue),
        _sizes(left, right, context),
        _labels(left, right, context, told="binary" in structures),
        whole_labels(left, right, context, _variables(left) | _variables(right)),
        structured(left, right, context, structures),
        counts(left, right, context),
    ):
        out.extend(found)
    return tuple(out[:MAX_HYPOTHESES])


def _one_example(right: Expr, context: Context, *, cue: bool) -> Iterator[Hypothesis]:
    """One example: the mean (a sum over m with a factor 1/m) is over m = 1.

    Only where the right side itself holds no sum over the examples: a line that still sums has lost
    its 1/m for another reason.
    """
    for size in sorted(_mean_sizes(context)):
        if size in context.sizes:
            continue
        if any(isinstance(n, Sum | Prod) and _runs_over(n, size, context) for _, n in walk(right)):
            continue
        if any(isinstance(n, Sym) and n.name == size for _, n in walk(right)):
            continue
        sizes = MappingProxyType({**context.sizes, size: 1})
        yield Hypothesis(
            "one-example",
            f"the sum over {size} examples and its factor 1/{size} are gone: read as one example, {size} = 1",
            replace(context, sizes=sizes),
            sufficient=cue,
        )


def _mean_sizes(context: Context) -> set[str]:
    """Sizes by which some definition divides and over which it also sums, or what it is made of does."""
    found: set[str] = set()
    for d in (d for ds in context.definitions.values() for d in ds):
        divided: set[str] = set()
        for _, node in walk(d.body):
            if isinstance(node, Div):
                divided.update(_factors(node.den))
            elif isinstance(node, Pow):
                divided.update(_factors(node.base))
        if divided - found:
            sums = (n for n in walk_reached(d.body, context) if isinstance(n, Sum))
            found |= divided & {name for n in sums for name in _upper_names(n, context)}
    return found


def _factors(e: Expr) -> set[str]:
    """Names that are factors of a denominator."""
    if isinstance(e, Mul):
        return {n for f in e.factors for n in _factors(f)}
    return {e.name} if isinstance(e, Sym) else set()


def _upper_names(node: Sum | Prod, context: Context) -> set[str]:
    out = set[str]()
    if node.upper is not None:
        out.update(n.name for _, n in walk(node.upper) if isinstance(n, Sym))
    elif node.index.name in context.ranges:
        out.add(context.ranges[node.index.name].upper.name)
    return out


def _runs_over(node: Sum | Prod, size: str, context: Context) -> bool:
    return size in _upper_names(node, context)


SIZE_LETTERS = frozenset("nNmMkKTdD")
"""Letters that count by habit."""


def _sizes(left: Expr, right: Expr, context: Context) -> Iterator[Hypothesis]:
    """A letter that counts by habit is the number of terms of a sum without limits (``Σ_i x_i - n μ``)."""
    reached = [n for side in (left, right) for n in walk_reached(side, context)]
    letters = {
        n.name
        for n in reached
        if isinstance(n, Sym) and n.name in SIZE_LETTERS and n.name not in context.domains
    }
    unnamed = {
        context.ranges[n.index.name].upper.name
        for n in reached
        if isinstance(n, Sum | Prod) and n.upper is None and n.index.name in context.ranges
    }
    for letter in sorted(letters - set(context.sizes) - set(context.definitions)):
        for size in sorted(s for s in unnamed if s.startswith("n_") and s not in context.sizes):
            sizes = {**context.sizes, letter: 3, size: 3}
            yield Hypothesis(
                "size-assumed",
                f"{letter} is read as the number of terms of the sum without limits",
                replace(context, sizes=MappingProxyType(sizes)),
            )


def _index_cases(
    left: Expr, right: Expr, context: Context, *, cue: bool | None
) -> Iterator[Hypothesis]:
    """Two free indices of one range: the line may be meant for unequal ones.

    Or for equal ones, where the left side asks for both; a letter that only the right side brings in is no case.
    """
    members = members_named(left, right, context)
    asked = free_indices(left) | members
    for a, b in combinations(sorted(asked | free_indices(right)), 2):
        if a not in context.ranges or b not in context.ranges:
            continue
        stated = context.distinct | context.equal
        if context.ranges[a] != context.ranges[b] or (a, b) in stated or (b, a) in stated:
            continue
        if _tells_apart(left, a, b) or _tells_apart(right, a, b):
            continue
        yield Hypothesis(
            INDEX_CASE,
            f"the line holds for {a} ≠ {b}; read as that case",
            replace(context, distinct=context.distinct | {(a, b)}),
        )
        if cue is None or not {a, b} <= asked:
            continue
        yield Hypothesis(
            INDEX_CASE,
            f"the line holds for {a} = {b}{_ONLY}",
            replace(context, equal=context.equal | {(a, b)}),
            sufficient=cue,
        )


def _tells_apart(e: Expr, a: str, b: str) -> bool:
    """Tell whether a delta or an indicator already distinguishes two indices."""
    for _, node in walk(e):
        if isinstance(node, Delta):
            pair = {node.left, node.right}
        elif isinstance(node, Indicator):
            pair = {node.condition.left, node.condition.right}
        else:
            continue
        if pair == {Idx(a), Idx(b)}:
            return True
    return False


def _labels(left: Expr, right: Expr, context: Context, *, told: bool) -> Iterator[Hypothesis]:
    """Labels: a family that sums to one, or whose entries are 0 or 1, without saying so.

    `told` says that words speak of quantities that are 0 or 1: any that nothing tells more of may be meant.
    """
    families: dict[str, Size] = {}
    scalars: set[str] = set()
    for side in (left, right):
        for node in walk_reached(side, context):
            if isinstance(node, Entry) and isinstance(node.array, Sym):
                symbol = node.array
                if symbol.space.rank == 1 and symbol.name not in context.definitions:
                    families[symbol.name] = symbol.space.shape[0]
            elif (
                isinstance(node, Sym)
                and node.name not in context.definitions
                and not node.space.rank
            ):
                scalars.add(node.name)
    summed = _summed_families(left, right, context)
    constrained = {n.name for c in context.constraints for _, n in walk(c[0]) if isinstance(n, Sym)}
    differentiated = _variables(left) | _variables(right)
    told = told and all(
        (d := context.domains.get(n)) is None or d.members != BINARY.members
        for n in {*families, *scalars}
    )
    for name, size in sorted(families.items(), key=lambda kv: kv[0]):
        if name in constrained or name in differentiated:
            continue
        letter = next(
            (k for k, r in sorted(context.ranges.items()) if r.upper.name == size.name), None
        )
        if letter is None or context.sizes.get(size.name) == 1 or name not in summed:
            continue
        symbol = Entry(_symbol(name, left, right, context), (Idx(letter),))
        total = (Sum(symbol, Idx(letter)), Num(Fraction(1)))
        domains = dict(context.domains)
        if name not in domains:
            domains[name] = CLOSED_UNIT
        yield Hypothesis(
            CONSTRAINT_ASSUMED,
            f"the line holds if {name} sums to one (Σ {name} = 1), which is not declared",
            replace(
                context,
                constraints=(*context.constraints, total),
                domains=MappingProxyType(domains),
            ),
        )
    for name in sorted({*families, *scalars}):
        domain = context.domains.get(name)
        label = domain is not None and domain == CLOSED_UNIT and not domain.declared
        if name in differentiated or not (label or (told and domain is None)):
            continue
        yield Hypothesis(
            "label-assumed",
            f"the line holds if {name} is 0 or 1, which is not declared",
            replace(context, domains=MappingProxyType({**context.domains, name: BINARY})),
            sufficient=label,
        )


def _summed_families(left: Expr, right: Expr, context: Context) -> set[str]:
    """Families of which some sum holds an entry at the index that it sums over (``Σ_k y_k …``)."""
    out: set[str] = set()
    for side in (left, right):
        for node in walk_reached(side, context):
            if isinstance(node, Sum):
                for _, inner in walk(node.body):
                    match inner:
                        case Entry(Sym(name), indices) if node.index in indices:
                            out.add(name)
                        case _:
                            pass
    return out


def _symbol(name: str, left: Expr, right: Expr, context: Context) -> Sym:
    for side in (left, right):
        for node in walk_reached(side, context):
            if isinstance(node, Sym) and node.name == name:
                return node
    return Sym(name)


def _variables(e: Expr) -> set[str]:
    """Names by which something is differentiated in an expression."""
    out: set[str] = set()
    for _, node in walk(e):
        if isinstance(node, Derivative):
            out.update(n.name for w in node.wrt for _, n in walk(w) if isinstance(n, Sym))
        elif isinstance(node, Gradient) and node.wrt is not None:
            out.update(n.name for _, n in walk(node.wrt) if isinstance(n, Sym))
    return out
