"""Checking: the verdict on every line: same tree, named rules, sampling, certified refutation."""

from gradproof.checking.judge import judge
from gradproof.checking.judgement import Judged, Outcome
from gradproof.checking.ladder import judge_pair, points_for

__all__ = ["Judged", "Outcome", "judge", "judge_pair", "points_for"]
