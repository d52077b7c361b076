"""Right lines, usual and unusual, are not accused; nearly all of the unusual ones are confirmed."""

import sys
from pathlib import Path

import pytest

from gradproof.batch import check_source

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

from derivations import Case, Result, document, file_name, judge, read_cases  # noqa: E402

UNUSUAL = read_cases(BENCHMARKS / "right_unusual.jsonl")
LECTURES = read_cases(BENCHMARKS / "lectures.jsonl")
USUAL = read_cases(BENCHMARKS / "mutations" / "derivations.jsonl")


def said(case: Case) -> Result:
    return judge(case, check_source(file_name(case), document(case)))


@pytest.mark.parametrize("case", UNUSUAL[::6], ids=lambda c: c["id"])
def test_an_unusual_right_line_is_not_accused(case: Case) -> None:
    assert said(case).accused == []


@pytest.mark.parametrize("case", LECTURES[::5], ids=lambda c: c["id"])
def test_no_right_line_of_a_lecture_is_accused(case: Case) -> None:
    assert said(case).accused == []


@pytest.mark.slow
def test_lectures_are_judged() -> None:
    results = [said(case) for case in LECTURES]
    assert not [r for r in results if r.accused]
    located = [r.located for r in results if r.located is not None]
    confirmed = [r.confirmed for r in results if r.confirmed is not None]
    assert sum(located) >= 0.9 * len(located)
    assert sum(confirmed) >= 0.9 * len(confirmed)


@pytest.mark.slow
def test_right_but_unusual_is_confirmed() -> None:
    results = [said(case) for case in UNUSUAL]
    assert not [r for r in results if r.accused]
    assert sum(bool(r.confirmed) for r in results) >= 0.95 * len(results)


@pytest.mark.slow
def test_no_usual_right_line_is_accused() -> None:
    accused = [case["id"] for case in USUAL if said(case).accused]
    assert accused == []


POSTS = read_cases(BENCHMARKS / "posts.jsonl")


@pytest.mark.parametrize("case", POSTS[::4], ids=lambda c: c["id"])
def test_no_right_line_of_a_post_is_accused(case: Case) -> None:
    assert said(case).accused == []


@pytest.mark.slow
def test_most_wrong_lines_of_posts_are_located_and_most_right_posts_confirmed() -> None:
    results = [said(case) for case in POSTS]
    assert not [r for r in results if r.accused]
    located = [r.located for r in results if r.located is not None]
    confirmed = [r.confirmed for r in results if r.confirmed is not None]
    assert sum(located) >= 0.9 * len(located)
    assert sum(confirmed) >= 0.8 * len(confirmed)
