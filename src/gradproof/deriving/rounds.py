"""Carrying out derivatives round by round: every round one kind of rule, wherever it fits, as a person writes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, final

from gradproof.differentiate import CONSTANT, VARIABLE, NotSupported, Step, differentiate
from gradproof.expr import Context, Derivative, Expr, children, rebuild
from gradproof.rewrite import tidy_root

_LINEAR: Final = frozenset(
    {"sum-rule", "sign-rule", "constant-multiple", "constant-divisor", "sum-over-index"}
)
_UNFOLDING: Final = frozenset(
    {
        "definition", "defined-call", "entry-of-definition", "local-name", "value-at-point",
        "entry-of-expression", "product-in-components", "frobenius-product-in-components",
        "norm-in-components", "squared-norm-in-components", "trace-in-components",
        "transpose-in-components",
    }
)  # fmt: skip
_PRODUCTS: Final = frozenset({"product-rule", "quotient-rule", "reciprocal-rule"})
_COLLAPSES: Final = ("delta-collapse", "delta-decided", "delta-out-of-sum")
_ROUNDS: Final = 60


@final
@dataclass(frozen=True, slots=True)
class Round:
    """What stands after one round, and the rules that led there, the most telling first."""

    expr: Expr
    rules: tuple[str, ...]


def carry_out(start: Derivative, context: Context, hold: frozenset[str]) -> Iterator[Round]:
    """Yield what becomes of a derivative by a scalar, until no unevaluated part is left.

    Linear rules are applied as often as they fit in one round, definitions are put in together, product rules
    come before the rules of single functions.

    Raises:
        NotSupported: no rule covers a part.
    """
    table = _Table(context, hold)
    current: Expr = start
    for _ in range(_ROUNDS):
        open_parts = list(dict.fromkeys(_open(current, table.stuck)))
        if not open_parts:
            return
        kind = min(_kind(table.step(d)) for d in open_parts)
        used: dict[str, None] = {}
        current = _replaced(current, kind, table, used)
        collapsed: list[str] = []
        yield Round(current, tuple(used))
        after = _tidied(current, context, collapsed)
        telling = [name for name in dict.fromkeys(collapsed) if name in _COLLAPSES]
        if after != current:
            current = after
            if telling:
                yield Round(current, tuple(telling))
    raise NotSupported("limit:rounds (the derivation is too long)")


@final
class _Table:
    """The step that each unevaluated derivative takes."""

    def __init__(self, context: Context, hold: frozenset[str]) -> None:
        self.context = context
        self.stuck: set[Derivative] = set()
        self._hold = hold
        self._steps: dict[Expr, Step | None] = {}

    def step(self, d: Derivative) -> Step:
        known = self._steps.get(d)
        if known is None:
            for s in differentiate(d.body, d.wrt[0], self.context, hold=self._hold).steps:
                self._steps.setdefault(s.before, s)
            known = self._steps.get(d)
        if known is None:
            known = self._steps[d] = Step(CONSTANT, (), d, d)
        return known


def _open(e: Expr, stuck: set[Derivative]) -> Iterator[Derivative]:
    """Yield the outermost unevaluated derivatives of an expression."""
    if isinstance(e, Derivative):
        if e not in stuck:
            yield e
        return
    for kid in children(e):
        yield from _open(kid, stuck)


def _kind(step: Step) -> int:
    """Return in which round a rule is applied: smaller ones first."""
    if step.rule in _LINEAR or step.rule in (CONSTANT, VARIABLE):
        return 0
    if step.rule in _UNFOLDING:
        return 1
    if step.rule in _PRODUCTS:
        return 2
    return 3


def _replaced(e: Expr, kind: int, table: _Table, used: dict[str, None]) -> Expr:
    """Apply the rules of one kind to the derivatives in `e`; linear ones again to what they leave."""
    if isinstance(e, Derivative):
        if e in table.stuck:
            return e
        step = table.step(e)
        if _kind(step) != kind:
            return e
        if step.after == e:
            table.stuck.add(e)
            return e
        if step.rule not in (CONSTANT, VARIABLE):
            used.setdefault(step.rule)
        for name in step.also:
            used.setdefault(name)
        return _replaced(step.after, kind, table, used) if kind == 0 else step.after
    kids = children(e)
    if not kids:
        return e
    new = tuple(_replaced(k, kind, table, used) for k in kids)
    if all(a is b for a, b in zip(kids, new, strict=True)):
        return e
    return rebuild(e, new)


def _tidied(e: Expr, context: Context, used: list[str]) -> Expr:
    """Tidy everything but what stands under an unevaluated derivative."""
    if isinstance(e, Derivative):
        return e
    kids = children(e)
    if kids:
        new = tuple(_tidied(k, context, used) for k in kids)
        if any(a is not b for a, b in zip(kids, new, strict=True)):
            e = rebuild(e, new)
    return tidy_root(e, context, used)
