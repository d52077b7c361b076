"""Moving a chain on past the lines that are judged."""

from dataclasses import replace

from gradproof.checking.judgement import Chain, Judged
from gradproof.checking.known import keep
from gradproof.checking.meant import differentiates
from gradproof.checking.steps import head_of
from gradproof.expr import Entry, Expr, Num, Sym
from gradproof.notation.derivation import Line


def advance(chain: Chain, head: Expr | None, last: Expr | None, line: Line) -> None:
    """Start a new chain; what is said in passing (a definition, a formula in the text) may leave the old one open."""
    passing = line.role == "definition" or line.place.inline is not None
    if not passing:
        chain.before = None
    elif not chain.passing and chain.last is not None:
        chain.before = replace(chain, before=None)
    chain.passing = passing
    chain.head, chain.last, chain.line = head, last, line
    chain.certain, chain.wrong, chain.opaque = True, False, None
    chain.same, chain.told, chain.sound = None, None, False
    if (
        head is not None
        and last is not None
        and not differentiates(head)
        and not differentiates(last)
    ):
        chain.function = last


def record(line: Line, judged: Judged, chain: Chain) -> None:
    """Move the chain on past a judged line."""
    claim = judged.claim
    if claim is None:
        return
    first, last = claim.sides[0], claim.sides[-1]
    if not claim.relations:
        if not line.shown and isinstance(last, Sym | Entry | Num):
            return
        if judged.verdict in ("given", "undecided"):
            advance(chain, None, last, line)
            chain.certain = False
            if judged.verdict == "given" and line.shown and last and not differentiates(last):
                chain.function = last
        elif judged.head != chain.head:
            advance(chain, judged.head, last, line)
            chain.wrong = judged.verdict == "refuted"
        return
    if first is not None:
        advance(chain, head_of(line, claim), last, line)
    else:
        chain.last, chain.line, chain.certain, chain.opaque = last, line, True, None
    keep(chain, judged, starts=first is not None)
    if judged.given and first is not None and claim.sides[1] is not None:
        chain.facts.append((first, claim.sides[1]))
    refuted = judged.verdict == "refuted"
    chain.wrong = (refuted and not judged.cancels) or (
        chain.wrong and first is None and not judged.cancels
    )
    if refuted and chain.head is not None and last is not None and not judged.cancels:
        chain.falsehoods.append((chain.head, last))
