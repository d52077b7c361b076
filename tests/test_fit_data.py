"""Tables in every format give the same rows; what cannot be used is told with its place and the way on."""

import numpy as np
import pytest

import gradproof
from gradproof.training.data.open import open_source
from gradproof.training.rows import Split

pytest.importorskip("pyarrow", reason="the extra fit is not installed")
pytest.importorskip("sklearn", reason="the extra fit is not installed")

import pyarrow
import pyarrow.feather
import pyarrow.parquet
import scipy.sparse
import sklearn.datasets

CHANCE = np.random.default_rng(0)
X = CHANCE.normal(size=(200, 3))
Y = (X @ [1.0, -2.0, 0.5] + CHANCE.normal(size=200) > 0).astype(float)
COLUMNS = {"x0": X[:, 0], "x1": X[:, 1], "x2": X[:, 2], "y": Y}


def csv(path, columns=COLUMNS):
    names = list(columns)
    rows = [",".join(names)]
    rows += [",".join(map(str, r)) for r in zip(*(columns[n] for n in names), strict=True)]
    path.write_text("\n".join(rows) + "\n")
    return path


def written(kind, folder):
    """Write the same table in one format."""
    table = pyarrow.table(COLUMNS)
    path = folder / f"data.{kind}"
    match kind:
        case "csv":
            csv(path)
        case "tsv":
            path.write_text(csv(path).read_text().replace(",", "\t"))
        case "parquet":
            pyarrow.parquet.write_table(table, path, row_group_size=70)
        case "arrow":
            with pyarrow.ipc.new_file(path, table.schema) as file:
                file.write_table(table, max_chunksize=70)
        case "npz":
            np.savez(path, X=X, y=Y)
        case "svm":
            sklearn.datasets.dump_svmlight_file(X, Y, str(path))
    return path


@pytest.mark.parametrize("kind", ["csv", "tsv", "parquet", "arrow", "npz", "svm"])
def test_every_format_gives_the_same_model(kind, tmp_path):
    fitted = gradproof.fit(written(kind, tmp_path), l2=1e-3, tolerance=1e-9)
    expected = gradproof.fit(X, Y, l2=1e-3, tolerance=1e-9)
    assert fitted.converged
    np.testing.assert_allclose(fitted.coefficients, expected.coefficients, atol=1e-8)


def test_sparse_files_columns_and_frames_give_the_same_model(tmp_path):
    sparse, columns = tmp_path / "sparse.npz", tmp_path / "columns.npz"
    matrix = scipy.sparse.csr_matrix(X)
    scipy.sparse.save_npz(sparse, matrix)
    held = dict(np.load(sparse))
    np.savez(sparse, y=Y, **held)
    np.savez(columns, **COLUMNS)
    expected = gradproof.fit(X, Y, l2=1e-3).coefficients
    for data in (sparse, columns, pyarrow.table(COLUMNS)):
        np.testing.assert_allclose(gradproof.fit(data, l2=1e-3).coefficients, expected, atol=1e-6)
    both = gradproof.fit(matrix, Y, l2=1e-3)
    np.testing.assert_allclose(both.coefficients, expected, atol=1e-6)


def test_several_files_and_a_folder_are_one_table(tmp_path):
    table = pyarrow.table(COLUMNS)
    for k in range(2):
        pyarrow.parquet.write_table(table.slice(100 * k, 100), tmp_path / f"part{k}.parquet")
    source = open_source([tmp_path])
    assert [p.start for p in source.pieces] == [0, 100]
    assert [b.start for b in source.batches()] == [0, 100]
    expected = gradproof.fit(X, Y, l2=1e-3).coefficients
    np.testing.assert_allclose(gradproof.fit(tmp_path, l2=1e-3).coefficients, expected, atol=1e-6)


def test_categories_booleans_and_missing_values_become_features(tmp_path):
    words = np.array(["red", "green", "blue"])[CHANCE.integers(0, 3, 200)]
    flag = CHANCE.integers(0, 2, 200).astype(bool)
    table = pyarrow.table({**COLUMNS, "colour": words, "flag": flag})
    gaps = pyarrow.array([None if k % 50 == 0 else v for k, v in enumerate(X[:, 0])])
    table = table.set_column(0, "x0", gaps)
    path = tmp_path / "data.parquet"
    pyarrow.parquet.write_table(table, path)
    fitted = gradproof.fit(path, impute=True, l2=1e-3, standardize=True)
    assert fitted.encoding.features == ("x0", "x1", "x2", "flag", "colour=green", "colour=red")
    assert any("'x0'" in n and "filled" in n for n in fitted.notes)
    one = fitted.encoding.numbers[0]
    assert one.fill == pytest.approx(np.delete(X[:, 0], np.arange(0, 200, 50)).mean())
    assert one.mean == pytest.approx(one.fill)
    predictions = gradproof.predict(fitted, path)
    assert list(predictions) == ["prediction", "probability_0", "probability_1"]
    total = predictions["probability_0"] + predictions["probability_1"]
    np.testing.assert_allclose(total, 1, atol=1e-15)


def test_integer_columns_may_go_on_with_fractions_and_be_categories(tmp_path):
    path = tmp_path / "data.csv"
    rows = [f"{k % 3},{k if k < 9000 else k + 0.5},{k % 2}" for k in range(9200)]
    path.write_text("kind,x,y\n" + "\n".join(rows) + "\n")
    fitted = gradproof.fit(path, category=["kind"], standardize=True, l2=0.1)
    assert fitted.encoding.features == ("x", "kind=1", "kind=2")
    assert fitted.rows == 9200


TEXT = "a,b,y\n1,2,0\n3,4,1\n5,6,1\n"


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        (TEXT, {"target": "z"}, r"no target column 'z'; the columns are 'a', 'b', 'y'"),
        (TEXT, {"target": "Y"}, r"did you mean 'y'\?"),
        (TEXT, {"drop": ["c"]}, "no column 'c'"),
        (TEXT, {"features": ["y"]}, "no column is left"),
        (TEXT, {"weights": "w"}, "no column 'w'"),
        ("a,y\n1,1\n2,1\n", {}, "one class only, '1'"),
        ("a,y\n1,no\n2,no\n", {}, "one class only, 'no'"),
        ("a,y\n1,0\n,1\n,1\n", {}, r"missing in 'a' \(2\) of 3 rows.*--impute"),
        ("a,c,y\n1,u,0\n2,,1\n3,v,1\n", {}, r"missing in 'c' \(1\) of 3 rows"),
        ("a,y\n1,0\ninf,1\n3,1\n", {}, r"infinite values in 'a' \(1\)"),
        ("a,y\n1,0\n2,\n3,1\n", {}, "the target 'y' is missing in 1 of 3 rows"),
        ("a,y\n1,0\n2,3,1\n", {}, "line 3 has 3 fields, expected 2"),
        ("a,a,y\n1,2,0\n", {}, "two columns are called 'a'"),
        ("", {}, "the file is empty"),
        ("a,y\n", {}, "there are no rows"),
        (TEXT, {"loss": "logit"}, "no loss 'logit'; expected one of logistic"),
        ("a,y\n1,0.5\n2,0.7\n3,0.9\n", {"loss": "logistic"}, "3 values.*two classes"),
        ("a,y\n1,u\n2,v\n", {"loss": "squared"}, r"words \('u', 'v'\).*expects numbers"),
        ("a,y\n1,-1\n2,3\n", {"loss": "poisson"}, "goes down to -1.*counts"),
        ("a,y\n2001-01-01,0\n2002-01-01,1\n", {}, "column 'a' holds date32.*--drop a"),
        (TEXT, {"weights": "a", "target": "b", "test_split": 1.5}, "test split of 1.5"),
        (TEXT, {"l2": -1}, "l2 is -1"),
        (TEXT, {"step": "long"}, "a step 'long'"),
        (TEXT, {"solver": "magic"}, "no solver 'magic'"),
        (TEXT, {"memory_limit": "much"}, "memory limit of 'much'"),
        (TEXT, {"loss": "huber", "constants": {"gamma": 2.0}}, "no constant 'gamma'"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told(text, options, said, tmp_path):
    path = tmp_path / "data.csv"
    path.write_text(text)
    with pytest.raises(gradproof.BadData, match=said):
        gradproof.fit(path, **options)


def test_words_behind_numbers_name_the_column(tmp_path):
    path = tmp_path / "data.csv"
    rows = [f"{k},{k % 2}" for k in range(20_000)]
    path.write_text("a,y\n" + "\n".join(rows) + "\nhello,1\n")
    with pytest.raises(gradproof.BadData, match="column 'a' begins with numbers and holds 'hello'"):
        gradproof.fit(path, memory_limit=1)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("data.txt", b"", r"files with \.txt are not known"),
        ("data.parquet", b"PAR1 no", "cannot be read"),
        ("data.arrow", b"no", "cannot be read"),
        ("data.npz", b"no", "cannot be read as .npz"),
        ("data.svm", b"1 a:b\n", "cannot be read as SVMlight"),
    ],
)
def test_damaged_files_are_told(name, content, said, tmp_path):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(gradproof.BadData, match=said):
        gradproof.fit(path)
    with pytest.raises(gradproof.BadData, match="no such file"):
        gradproof.fit(tmp_path / f"other.{name}")


def test_constant_and_equal_columns_are_told():
    table = np.column_stack([X, X[:, 1], np.full(200, 7.0)])
    fitted = gradproof.fit(table, Y, l2=1e-3)
    assert any("constant" in n and "'x4'" in n for n in fitted.notes)
    assert any("the same" in n and "'x3' is 'x1'" in n for n in fitted.notes)
    assert fitted.converged
    assert not any("constant" in n for n in gradproof.fit(X, Y).notes)


def test_separated_classes_are_told_with_the_remedy():
    told = gradproof.fit(X, (X[:, 0] > 0).astype(float))
    assert any("no finite optimum" in n and "--l2" in n for n in told.notes)
    for fitted in (gradproof.fit(X, (X[:, 0] > 0).astype(float), l2=1e-2), gradproof.fit(X, Y)):
        assert not any("no finite optimum" in n for n in fitted.notes)


def test_a_split_depends_on_the_number_of_the_row_alone():
    split = Split(0.3, 1)
    whole = split.held_out(0, 10_000)
    parts = [split.held_out(k, 2500) for k in range(0, 10_000, 2500)]
    np.testing.assert_array_equal(whole, np.concatenate(parts))
    assert whole.mean() == pytest.approx(0.3, abs=0.02)
    assert (whole != Split(0.3, 2).held_out(0, 10_000)).any()


def test_what_is_held_out_is_measured_and_not_learned_from(tmp_path):
    fitted = gradproof.fit(csv(tmp_path / "data.csv"), test_split=0.25, standardize=True, l2=1e-3)
    out = Split(0.25, 0).held_out(0, 200)
    assert (fitted.held_out, fitted.rows) == (out.sum(), 200 - out.sum())
    assert fitted.encoding.numbers[0].mean == pytest.approx(X[~out, 0].mean())
    assert set(fitted.metrics) == {"log loss", "accuracy", "roc auc", "calibration error"}
    assert sum(n for *_, n in fitted.calibration) == out.sum()


def test_a_few_words_among_many_numbers_are_told(tmp_path):
    rows = [f"{k / 7:.3f},{k % 2}" for k in range(50)]
    mixed = tmp_path / "mixed.csv"
    mixed.write_text("\n".join(["a,y", "old,1", *rows]) + "\n")
    with pytest.raises(
        gradproof.BadData, match=r"holds numbers and in some rows 'old' \(1\);.*--category a"
    ):
        gradproof.fit(mixed)
    assert gradproof.fit(mixed, category=["a"], l2=1e-2).converged
    few = tmp_path / "few.csv"
    few.write_text(
        "a,y\n" + "".join(f"{'3+' if k % 5 > 2 else k % 5},{k % 2}\n" for k in range(50))
    )
    assert "a=3+" in gradproof.fit(few, l2=1e-2).encoding.features


@pytest.mark.parametrize("line", ["1 1:0.5 2:abc", "1 1:0.5 2", "yes 1:0.5", "1 :0.5"])
def test_a_wrong_line_of_svmlight_is_named(tmp_path, line):
    wrong = tmp_path / "wrong.svm"
    wrong.write_text(f"# a comment\n0 2:1.5 # another\n1 qid:3 1:-1e-3\n{line}\n")
    with pytest.raises(gradproof.BadData, match=r"line 4 is .*expected a target and pairs"):
        gradproof.fit(wrong)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"a;b;y\n1;2;0\n", "first line is parted by ';'; expected commas"),
        (b"a;b;y\n1,5;2;0\n", "line 2 has 2 fields, expected 1 .*parted by commas in .csv"),
        ("a,b,y\n1,café,0\n2,thé,1\n".encode("latin-1"), "'b' holds text that is not in UTF-8"),
    ],
)
def test_tables_from_spreadsheets_are_told_what_they_lack(tmp_path, text, said):
    table = tmp_path / "table.csv"
    table.write_bytes(text)
    with pytest.raises(gradproof.BadData, match=said):
        gradproof.fit(table)


def test_truth_values_in_csv_count_as_one_and_zero(tmp_path):
    path = tmp_path / "data.csv"
    rows = [f"{k % 7},{k % 3 == 0},{str(k % 2 == 0).lower() if k % 5 else ''}" for k in range(60)]
    path.write_text("x,flag,other\n" + "\n".join(rows) + "\n")
    fitted = gradproof.fit(path, target="flag", impute=True, l2=0.1)
    assert fitted.encoding.features == ("x", "other")
    assert fitted.rows == 60
