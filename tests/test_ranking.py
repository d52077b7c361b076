"""The score that names are ranked by: prior times likelihood, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradproof.expr import Add, Sym
from gradproof.mistakes import catalogue
from gradproof.mistakes.ranking import OPPOSITES, OTHERS, RESPELLED, consistent, left_over, score

PRIOR = st.floats(0.01, 1)
COUNT = st.integers(1, 40)
X, Y, Z = Sym("x"), Sym("y"), Sym("z")


@given(PRIOR, COUNT, COUNT, COUNT)
def test_what_explains_more_of_the_line_more_narrowly_is_never_worse(prior, left, places, width):
    best = score(prior)
    worse = score(prior, left_over=left, places=places, width=width)
    assert worse <= best
    assert score(prior, left_over=left + 1, places=places, width=width) <= worse
    assert score(prior, left_over=left, places=places + 1, width=width) < worse
    assert score(prior, left_over=left, places=places, width=width + 1) < worse
    assert score(prior, left_over=left, places=places, width=width, turned=True) < worse
    assert score(prior / 2, left_over=left, places=places, width=width) < worse


def test_a_line_that_is_written_in_another_way_altogether_tells_nothing_more():
    assert score(0.5, left_over=RESPELLED) == score(0.5, left_over=RESPELLED + 30)


def test_what_is_left_over_counts_nodes_wherever_they_stand():
    assert left_over(Add((X, Y)), Add((Y, X))) == 0
    assert left_over(Add((X, Y)), Add((Y, Z))) == 2


@pytest.mark.parametrize("pair", OPPOSITES, ids=sorted)
def test_a_mistake_and_its_opposite_are_not_told_together(pair):
    a, b = sorted(pair)
    assert consistent(a, [b, "factor-lost"]) == ("factor-lost",)
    assert consistent("factor-lost", [a, b]) == (a,)


def test_other_explanations_are_told_once_and_not_all():
    names = [m for m in catalogue() if not any(m in pair for pair in OPPOSITES)]
    assert consistent(names[0], [names[0], names[1], names[1]]) == (names[1],)
    assert len(consistent(names[0], names)) == OTHERS
