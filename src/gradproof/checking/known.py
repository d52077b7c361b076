"""What a chain knows of the next side already: what is proved to equal its last one is as true as that."""

from dataclasses import replace

from gradproof.checking.judgement import RIGHT, Chain, Judged, Outcome
from gradproof.checking.unknowns import TRIED
from gradproof.expr import Context


def known_truth(step: Outcome, chain: Chain, context: Context) -> Outcome | None:
    """Return how the head of a chain compares with a side that the step proves equal to the last one.

    None where the step proves nothing, or nothing is known of the last side under this context.
    """
    if not _proved(step, context):
        return None
    if _alike(chain.same, context):
        return step
    told = chain.told
    if told is not None and _alike(told.context, context):
        return replace(told, right=step.right)
    return None


def refutes_head(step: Outcome, chain: Chain, context: Context) -> bool:
    """Tell whether a refuted step refutes the head of its chain, too, as far as that is read as it stands."""
    return (
        step.verdict == "refuted"
        and step.certificate is not None
        and not step.operand
        and _alike(step.context, context)
        and _alike(chain.same, context)
    )


def known_false(truth: Outcome, chain: Chain) -> bool:
    """Tell whether a side certainly differs from the head of its chain, which the last side equals without doubt."""
    plain = truth.note is None or truth.note[0] == TRIED
    return chain.sound and plain and _refuted(truth)


def keep(chain: Chain, judged: Judged, *, starts: bool) -> None:
    """Record what a judged line says of its last side and the head of the chain; it `starts` one or goes on."""
    outcome, claim, context, told = judged.outcome, judged.claim, judged.under, judged.against
    single = claim is not None and len(claim.sides) == 2 and not claim.first_link
    before, chain.same = chain.same, None
    if single and outcome is not None and context is not None:
        proved = judged.verdict == "proved" and _proved(outcome, context)
        chain.same = context if proved and (starts or _alike(before, context)) else None
    right = judged.verdict in RIGHT and judged.truth is True and not judged.assumptions
    chain.sound = right and (starts or chain.sound or (told is not None and told.verdict in RIGHT))
    chain.told = told if single and told is not None and _refuted(told) else None


def _alike(a: Context | None, b: Context) -> bool:
    """Tell whether two contexts say the same."""
    return a is b or a == b


def _proved(outcome: Outcome, context: Context) -> bool:
    return (
        outcome.verdict == "proved"
        and outcome.note is None
        and outcome.mode == "total"
        and _alike(outcome.context, context)
    )


def _refuted(outcome: Outcome) -> bool:
    return (
        outcome.verdict == "refuted"
        and outcome.certificate is not None
        and not outcome.operand
        and outcome.mode == "total"
    )
