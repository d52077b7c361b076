"""No two mistakes are one under two names: for each pair some page has a line that only one of them explains."""

from functools import cache
from itertools import combinations
from pathlib import Path

from test_mistake_pages import blocks

from gradproof.batch import accused, examine
from gradproof.checking import points_for
from gradproof.expr import at_path
from gradproof.mistakes.answers import carried_out
from gradproof.mistakes.bench import Bench
from gradproof.mistakes.catalogue import catalogue
from gradproof.mistakes.mending import mending
from gradproof.mistakes.scene import Scene
from gradproof.mistakes.search import Search

PAGES = Path(__file__).parents[1] / "docs" / "mistakes"


@cache
def explaining(name: str) -> frozenset[str]:
    """Return the names of all mistakes that explain the wrong line of a page, at one site."""
    text = (PAGES / f"{name}.md").read_text("utf-8")
    (source,) = (body for kind, body, _ in blocks(text) if kind == "broken")
    found: frozenset[str] = frozenset()
    for judged in examine(f"{name}.tex", source).judged:
        outcome, claim = judged.outcome, judged.claim
        if not accused(judged) or outcome is None or claim is None or outcome.certificate is None:
            continue
        side = claim.sides[judged.side]
        assert side is not None
        after, context = at_path(side, outcome.operand), outcome.context
        samples = outcome.samples or points_for(outcome.left, after, context)
        bench = Bench(samples, context, outcome.mode)
        right = carried_out(outcome.left, context)
        found |= Search(outcome.left, after, context).fitting(right, bench, 4000)
        found |= mending(Scene(outcome.left, after, context), bench, samples, outcome.mode)
    return found


def alike(explained: dict[str, frozenset[str]]) -> list[tuple[str, str]]:
    """Return the pairs of mistakes of which each explains the line of the other."""
    pairs = combinations(sorted(explained), 2)
    return [(a, b) for a, b in pairs if b in explained[a] and a in explained[b]]


def test_each_two_mistakes_are_told_apart_by_a_line():
    found = {name: explaining(name) for name in catalogue()}
    assert alike(found) == []
    assert sum(name in names for name, names in found.items()) > len(found) // 2


def test_one_mistake_with_two_names_is_seen():
    found = {name: explaining(name) for name in ("sign-outer-lost", "factor-lost")}
    assert "sign-outer-lost" in found["sign-outer-lost"]
    twins = {n: names | {"twin"} if n in names else names for n, names in found.items()}
    twins["twin"] = found["sign-outer-lost"]
    assert ("sign-outer-lost", "twin") in alike(twins)
