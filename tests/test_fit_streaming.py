"""Rows read again in every pass give the result of rows in memory, however small the blocks."""

import numpy as np
import pytest

import gradproof

pyarrow = pytest.importorskip("pyarrow", reason="the extra fit is not installed")
pytest.importorskip("sklearn", reason="the extra fit is not installed")

CHANCE = np.random.default_rng(5)
ROWS = 20_000
X = CHANCE.normal(size=(ROWS, 4))
WORDS = np.array(["a", "b", "c"])[CHANCE.integers(0, 3, ROWS)]
H = X @ [1.0, -1.0, 0.5, 0.0] + (WORDS == "b")
TARGETS = {
    "logistic": (H + CHANCE.normal(size=ROWS) > 0).astype(float),
    "softmax": np.digitize(H + CHANCE.normal(size=ROWS), [-1, 1]).astype(float),
    "poisson": CHANCE.poisson(np.exp(0.3 * H)).astype(float),
    "squared": H + CHANCE.normal(size=ROWS),
}


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    import pyarrow.parquet

    folder = tmp_path_factory.mktemp("rows")
    columns = {f"x{j}": X[:, j] for j in range(4)} | {"word": WORDS} | TARGETS
    pyarrow.parquet.write_table(
        pyarrow.table(columns), folder / "rows.parquet", row_group_size=3000
    )
    return folder / "rows.parquet"


@pytest.mark.parametrize("loss", TARGETS)
@pytest.mark.parametrize("solver", [None, "lbfgs", "sampled-newton", "gradient-descent"])
def test_streamed_rows_give_the_result_of_rows_in_memory(table, loss, solver):
    options = {
        "target": loss,
        "drop": [t for t in TARGETS if t != loss],
        "loss": loss,
        "solver": solver,
        "l2": 1e-2,
        "tolerance": 1e-9,
        "standardize": True,
        "test_split": 0.1,
    }
    here = gradproof.fit(table, **options)
    streamed = gradproof.fit(table, stream=True, memory_limit="1M", **options)
    assert streamed.converged
    np.testing.assert_allclose(streamed.coefficients, here.coefficients, atol=1e-8)
    np.testing.assert_allclose(streamed.intercept, here.intercept, atol=1e-8)
    assert streamed.metrics.keys() == here.metrics.keys()
    assert streamed.held_out == here.held_out
    for name, value in here.metrics.items():
        assert streamed.metrics[name] == pytest.approx(value, abs=1e-6)


def test_a_batch_keeps_the_memory_limit(table):
    from gradproof.training.fitting import SHARE, Request, source_of

    limit = 1 << 20
    source = source_of(table, None, Request(memory_limit=limit))
    batches = list(source.batches())
    assert sum(b.rows for b in batches) == ROWS
    assert max(b.numbers.nbytes for b in batches) <= limit // SHARE
    assert [b.start for b in batches][:2] == [0, batches[0].rows]


def test_mini_batches_and_formulas_stream_too(table):
    drop = [t for t in TARGETS if t != "squared"] + ["word"]
    formula = r"J = \frac{1}{m} \sum_{i=1}^m (x_i^T w + b - y_i)^2 + \frac{\lambda}{2} w^T w"
    options = {"target": "squared", "drop": drop, "loss": formula, "constants": {"lambda": 0.1}}
    here = gradproof.fit(table, tolerance=1e-9, **options)
    streamed = gradproof.fit(table, tolerance=1e-9, stream=True, memory_limit="1M", **options)
    for name, value in here.parameters.items():
        np.testing.assert_allclose(streamed.parameters[name], value, atol=1e-8)
    drawn = gradproof.fit(
        table, target="squared", drop=drop, loss="squared", l2=0.1, solver="svrg", stream=True, tolerance=1e-5
    )  # fmt: skip
    assert drawn.converged
    by_sums = gradproof.fit(table, target="squared", drop=drop, loss="squared", l2=0.1)
    np.testing.assert_allclose(drawn.coefficients, by_sums.coefficients, atol=1e-4)
