"""Checking: the verdict on every line: same tree, named rules, sampling, certified refutation."""

from gradproof.checking.hypothesis import CONSTRAINT_ASSUMED
from gradproof.checking.judge import judge
from gradproof.checking.judgement import Judged, Outcome
from gradproof.checking.ladder import judge_pair, points_for
from gradproof.checking.meant import DERIVATIVE_MEANT

__all__ = [
    "CONSTRAINT_ASSUMED", "DERIVATIVE_MEANT", "Judged", "Outcome", "judge", "judge_pair", "points_for",
]  # fmt: skip
