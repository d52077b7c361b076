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
    from gradproof.training.data.table import BATCHES_HELD
    from gradproof.training.fitting import Request, source_of

    limit = 1 << 20
    source = source_of(table, None, Request(memory_limit=limit))
    batches = list(source.batches())
    assert sum(b.rows for b in batches) == ROWS
    assert max(b.numbers.nbytes for b in batches) <= limit // BATCHES_HELD
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


def test_a_limit_that_reading_alone_would_pass_is_refused_with_the_least_that_will_do(tmp_path):
    import pyarrow.parquet

    table = pyarrow.table({f"x{j}": CHANCE.normal(size=50_000) for j in range(20)})
    pyarrow.parquet.write_table(
        table.append_column("y", pyarrow.array(X[:1, 0].repeat(50_000))), tmp_path / "wide.parquet"
    )
    with pytest.raises(gradproof.BadData, match=r"limit of 8M is too small.*at least \d+M"):
        gradproof.fit(tmp_path / "wide.parquet", stream=True, memory_limit="8M")


def test_row_groups_that_follow_each_other_are_read_with_one_look_at_the_footer(table, monkeypatch):
    import pyarrow.parquet

    from gradproof.training.data.open import open_source

    source = open_source([table])
    pieces = source.pieces
    whole = [b.start for b in source.part([*pieces[:2], *pieces[4:]]).batches(["x0"])]
    assert whole[0] == 0
    assert 4 * 3000 in whole
    opened = []
    file = pyarrow.parquet.ParquetFile
    monkeypatch.setattr(
        pyarrow.parquet, "ParquetFile", lambda *a, **k: opened.append(a) or file(*a, **k)
    )
    assert sum(b.rows for b in source.batches(["x0"])) == ROWS
    assert len(opened) == 1


def test_a_share_of_the_rows_is_held_out_to_one_row_and_not_the_same_for_another_seed():
    from gradproof.training.rows import Split

    for rows in (7, 300, 569):
        for share in (0.1, 0.2, 0.5, 0.7):
            out = Split(share).held_out(0, rows)
            assert abs(int(out.sum()) - share * rows) < 1
            parts = [Split(share).held_out(a, 1) for a in range(rows)]
            np.testing.assert_array_equal(np.concatenate(parts), out)
    assert Split(0.2).held_out(0, 300).sum() == 60
    assert (Split(0.2).held_out(0, 300) != Split(0.2, 1).held_out(0, 300)).any()
