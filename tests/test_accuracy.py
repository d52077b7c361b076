"""The first lines of the table of `benchmarks/accuracy.py`: what generated code loses, and that the table sees it."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

from accuracy import LOSSES, VECTORS, error, lines

IN_TESTS = ("logistic", "logistic, labels ±1", "focal, γ = 2", "log(1 - e^-x)")


@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=["double", "single"])
def test_rows_keep_their_digits_from_any_spelling(dtype):
    losses = [x for x in LOSSES if x.name in IN_TESTS]
    for row in lines(dtype, ["numpy"], losses, VECTORS):
        assert row.wrong == 0, row
        limit = 1 if row.loss.startswith("logistic") else 4
        assert max(row.value, row.gradient) <= limit, row


def test_a_lost_tail_is_seen():
    unit = 2.0**-52
    assert error(0.0, 1e-18, unit) == np.inf
    assert error(float("nan"), 1e-18, unit) == np.inf
    assert error(1e-18 * (1 + 8 * unit), 1e-18, unit) > 4
