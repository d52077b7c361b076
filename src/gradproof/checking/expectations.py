"""Two sides with expectations: judged on finite samples, under everything that may be meant by what is random."""

from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations
from types import MappingProxyType
from typing import Final, final

from gradproof.checking.chance import Random, has_chance, random_in
from gradproof.checking.chance_facts import Facts, as_fact, stated_facts
from gradproof.checking.densities import is_law
from gradproof.checking.judgement import RIGHT, Outcome
from gradproof.checking.ladder import judge_pair
from gradproof.checking.meant import DERIVATIVE_MEANT
from gradproof.checking.sampled import SAMPLE, Chance, NotSampled, written_out
from gradproof.checking.unknowns import for_every_function
from gradproof.expr import Context, Expr, Num, Sym, subtrees, walk_reached
from gradproof.notation.derivation import Structure
from gradproof.spell import to_plain

EXPECTATION: Final = "expectation"
"""Kind of the note that says how expectations are judged, and what is taken to be random."""

PLACES: Final = 3
"""Places of a sample on which sides are seen to differ."""

MOST: Final = 3
"""Quantities of which it is not said whether they are random: so many are tried in every way."""

SAID: Final = "what is said of the distribution may make it hold: it is not used"

CONSTANT: Final = frozenset({
    "a", "b", "c", "d", "k", "m", "n", "A", "B", "C", "W",
    "\\alpha", "\\beta", "\\gamma", "\\lambda", "\\eta", "\\theta",
})  # fmt: skip
"""Letters of constants where nothing is declared; the others that stand inside expectations only are random."""

NOISE: Final = frozenset(
    {"\\epsilon", "\\varepsilon", "\\eta", "\\xi", "\\zeta", "\\nu", "e", "n", "u", "v"}
)
"""Letters of noise, which has expectation 0 by habit."""

ZERO: Final = Num(Fraction(0))

Judge = Callable[[Expr, Expr, Context], Outcome]


@final
@dataclass(frozen=True, slots=True)
class Instance:
    """A way to understand what is random; `told` says what it supposes, and it is `licensed` where that is said."""

    chance: Chance
    told: str = ""
    licensed: bool = False


def by_samples(
    left: Expr, right: Expr, context: Context, structures: Set[Structure], judge: Judge
) -> Outcome | None:
    """Judge two sides with expectations; None where there are none.

    They hold where they hold for every distribution (or every independent one, every centred one, where that is said).
    They are refuted where they differ under every way to understand them, and nothing is said of the distribution
    that is not in the sample.
    """
    if not has_chance(left, right, context):
        return None
    base = Outcome("undecided", left, right, context)
    facts = stated_facts(context)
    reached = {
        n.name for e in (left, right) for n in walk_reached(e, context) if isinstance(n, Sym)
    }
    found = random_in(left, right, context, tuple(s for s in facts.symbols if s.name in reached))
    first: Outcome | None = None
    reason: str | None = None
    excuse: str | None = None
    for instance in _instances(found, facts, structures):
        try:
            (a, b), under = written_out((left, right), context, instance.chance, facts.values)
        except NotSampled as e:
            reason = reason or (str(e) if instance.licensed else None)
            continue
        outcome = _judged(a, b, under, judge, certified=first is None)
        outcome = replace(
            outcome, left=left, right=right, context=context, samples=None, compared=None
        )
        if outcome.verdict in RIGHT and instance.licensed:
            return replace(outcome, note=outcome.note or (EXPECTATION, _told(instance)))
        if outcome.note is not None and outcome.note[0] == DERIVATIVE_MEANT:
            continue
        if outcome.verdict in RIGHT:
            excuse = excuse or f"it holds if {instance.told}, which is not said"
        elif outcome.verdict != "refuted":
            reason = reason or (outcome.reason if instance.licensed else None)
        elif instance.licensed:
            first = first or replace(outcome, note=outcome.note or (EXPECTATION, _told(instance)))
    if first is None or excuse is not None or reason is not None:
        return replace(base, reason=excuse or reason or "it is not said what is random")
    law = any(is_law(d, {s.name for s in found.symbols}) for d in found.densities)
    names = {s.name for s in found.symbols}
    tied = any(_ties(pair, names, context) for pair in context.constraints)
    if found.symbols and (law or tied or structures & _SAID or facts.unused):
        return replace(base, reason=SAID)
    return first


_SAID: Final[Set[Structure]] = frozenset({"distribution", "symmetric", "skew", "orthogonal"})
"""What words say that no sample is made to satisfy."""


def _ties(pair: tuple[Expr, Expr], names: Set[str], context: Context) -> bool:
    """Tell whether a constraint is one on random quantities themselves: no sample is drawn to satisfy it."""
    if as_fact(*pair, context) is not None:
        return False
    return any(
        isinstance(n, Sym) and n.name in names for e in pair for n in walk_reached(e, context)
    )


def _judged(left: Expr, right: Expr, context: Context, judge: Judge, *, certified: bool) -> Outcome:
    """Judge sides on samples of any size; that they differ is looked for on small ones."""
    outcome = judge_pair(left, right, context, certified=False)
    if outcome.verdict == "undecided":
        outcome = for_every_function(outcome, lambda a, b, c: judge_pair(a, b, c)) or outcome
    if outcome.verdict != "refuted" or not certified:
        return outcome
    nodes = (n for e in (left, right) for n in subtrees(e))
    samples = {n.name: PLACES for n in nodes if isinstance(n, Sym) and n.name.startswith(SAMPLE)}
    sizes = MappingProxyType({**context.sizes, **samples})
    return judge(left, right, replace(outcome.context, sizes=sizes))


def _told(instance: Instance) -> str:
    names = [to_plain(s) for s in instance.chance.symbols]
    what = f" of {', '.join(names)}" if names else ""
    also = f"; {instance.told}" if instance.told else ""
    return f"an expectation is read as the mean over a sample{what} with any probabilities{also}"


def _instances(found: Random, facts: Facts, told: Set[Structure]) -> Iterator[Instance]:
    """Yield the ways to understand what is random, the most general first."""
    names = [to_plain(s) for s in found.symbols]
    means = facts.means
    everything = Chance(found.symbols, means=means)
    yield Instance(everything, licensed=True)
    usual = tuple(s for s in found.supposed if s.name not in CONSTANT)
    if usual and len(usual) < len(found.supposed):
        fixed = ", ".join(to_plain(s) for s in found.supposed if s.name in CONSTANT)
        some = Chance((*found.stated, *usual), means=means)
        yield Instance(some, f"{fixed} constant", licensed=True)
    together = " and ".join(names)
    if len(found.symbols) > 1:
        apart = replace(everything, independent=True)
        licensed = "independent" in told or found.apart or len(found.densities) > 1
        yield Instance(apart, f"{together} are independent", licensed)
    for s in found.symbols if not found.densities else ():
        if s.name not in means:
            zero = Chance(found.symbols, means={**means, s.name: ZERO})
            yield Instance(zero, f"{to_plain(s)} has expectation 0")
    noise = {s.name: ZERO for s in found.symbols if s.name in NOISE}
    if noise and len(found.symbols) > 1 and not found.densities:
        apart = Chance(found.symbols, independent=True, means={**noise, **means})
        told_noise = " and ".join(to_plain(s) for s in found.symbols if s.name in NOISE)
        yield Instance(apart, f"{told_noise} is independent noise with expectation 0")
    supposed = found.supposed[:MOST]
    for size in range(1, len(found.symbols)):
        for some in combinations(supposed, size):
            symbols = (*found.stated, *some)
            if len(symbols) < len(found.symbols):
                constant = [to_plain(s) for s in supposed if s not in some]
                verb = "is" if len(constant) == 1 else "are"
                yield Instance(
                    Chance(symbols, means=means), f"{', '.join(constant)} {verb} constant"
                )
