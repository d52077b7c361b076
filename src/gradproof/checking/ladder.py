"""The ladder: same tree, named rules, sampling, certified refutation; two sides under one context."""

from dataclasses import replace

from gradproof.checking.judgement import Outcome
from gradproof.checking.limits import POINTS
from gradproof.diagnostic import Evidence
from gradproof.differentiate import NotSupported, evaluate_derivatives
from gradproof.evaluate import (
    Mode,
    Unsupported,
    compare,
    find_counterexample,
    make_samples,
)
from gradproof.expr import (
    Context,
    Derivative,
    Det,
    Diag,
    Expr,
    Frobenius,
    Gradient,
    Hadamard,
    HadamardDiv,
    Identity,
    Inverse,
    Kron,
    MatMul,
    Norm,
    Ones,
    Stack,
    Sym,
    Trace,
    Transpose,
    walk,
)  # fmt: skip

ARRAY_NODES = (
    Transpose, MatMul, Hadamard, HadamardDiv, Frobenius, Kron, Trace, Det, Inverse, Diag, Norm,
    Stack, Ones, Identity,
)  # fmt: skip
UNSUPPORTED_ARRAYS = "whole arrays are not supported yet"


def judge_pair(left: Expr, right: Expr, context: Context, *, mode: Mode = "total") -> Outcome:
    """Judge ``left = right`` under one context.

    The verdict is proved (same tree, or same tree after derivatives are carried out by named rules),
    agrees (all sampled points), refuted (only with a certificate), or undecided with the reason.
    """
    base = Outcome("undecided", left, right, context, mode=mode)
    if left == right:
        return replace(
            base, verdict="proved", evidence=Evidence("rule"), rules=("same-expression",)
        )
    rules = _derivation_rules(left, right, context) if mode == "total" else None
    if rules is not None and rules[0]:
        return replace(base, verdict="proved", evidence=Evidence("rule"), rules=rules[1])
    names = rules[1] if rules is not None else ()
    try:
        samples = make_samples(
            (left, right), context, points=POINTS, moving=context.moving or None
        )
        found = compare(left, right, samples, context, mode=mode)
        if found.points == 0:
            return replace(base, reason="no point was found at which both sides are defined")
        if not found.differ:
            return replace(
                base, verdict="agrees", evidence=Evidence("sampling", found.points), rules=names
            )
        if has_arrays(left, context) or has_arrays(right, context):
            return replace(base, reason=UNSUPPORTED_ARRAYS)
        certificate = find_counterexample(left, right, samples, context, found, mode=mode)
    except Unsupported as e:
        return replace(base, reason=str(e))
    if certificate is None:
        return replace(base, reason="the sides differ in floating point, but not certainly")
    return replace(
        base,
        verdict="refuted",
        evidence=Evidence("ball", found.points),
        certificate=certificate,
        rules=names,
    )


def _derivation_rules(
    left: Expr, right: Expr, context: Context
) -> tuple[bool, tuple[str, ...]] | None:
    """Carry out the derivatives on both sides; tell whether the trees meet, and by which rules."""
    try:
        a = evaluate_derivatives(left, context)
        b = evaluate_derivatives(right, context)
    except NotSupported:
        return None
    names = tuple(dict.fromkeys(step.rule for step in (*a.steps, *b.steps)))
    return a.expr == b.expr and a.expr is not left, names


def has_arrays(e: Expr, context: Context) -> bool:
    """Tell whether whole arrays take part, in the expression or in a definition that it reaches."""
    todo, seen = [e], set[str]()
    while todo:
        for _, node in walk(todo.pop()):
            if isinstance(node, ARRAY_NODES):
                return True
            if isinstance(node, Derivative | Gradient):
                variables = node.wrt if isinstance(node, Derivative) else (node.wrt,)
                if any(isinstance(v, Sym) and v.space.rank for v in variables):
                    return True
            name = getattr(node, "name", None)
            if isinstance(name, str) and name in context.definitions and name not in seen:
                seen.add(name)
                todo.extend(d.body for d in context.definitions[name])
    return False
