"""Frames of pandas and polars give the models of the same columns as arrays."""

import numpy as np
import pytest

import gradproof

pytest.importorskip("pyarrow", reason="the extra fit is not installed")
pytest.importorskip("sklearn", reason="the extra fit is not installed")

CHANCE = np.random.default_rng(8)
ROWS = 200
NUMBERS = {"a": CHANCE.normal(size=ROWS), "b": CHANCE.integers(0, 9, ROWS)}
WORDS = np.array(["u", "v", "w"])[CHANCE.integers(0, 3, ROWS)]
LABELS = np.where(NUMBERS["a"] + (WORDS == "v") + CHANCE.normal(size=ROWS) > 0, "yes", "no")
OPTIONS = {"l2": 1e-2, "tolerance": 1e-9}


def pandas(columns, *, categories=()):
    library = pytest.importorskip("pandas", reason="pandas is not installed")
    # The index is the number of a row and no feature: one that tells everything has to be left out.
    frame = library.DataFrame(columns, index=np.argsort(np.argsort(LABELS, kind="stable")))
    return frame.astype(dict.fromkeys(categories, "category"))


def polars(columns, *, categories=()):
    library = pytest.importorskip("polars", reason="polars is not installed")
    return library.DataFrame(columns).with_columns(
        library.col(name).cast(library.Categorical) for name in categories
    )


MAKERS = pytest.mark.parametrize("made", [pandas, polars])


@MAKERS
@pytest.mark.parametrize("categories", [(), ("word",)])
def test_a_frame_is_a_table(made, categories):
    columns = {**NUMBERS, "word": WORDS, "seen": NUMBERS["b"] > 4, "y": LABELS}
    frame = made(columns, categories=categories)
    fitted = gradproof.fit(frame, **OPTIONS)
    assert set(fitted.encoding.features) == {"a", "b", "seen", "word=v", "word=w"}
    features = [
        {**NUMBERS, "seen": columns["seen"], "word=v": WORDS == "v", "word=w": WORDS == "w"}[n]
        for n in fitted.encoding.features
    ]
    plain = gradproof.fit(np.stack(features, axis=1).astype(float), LABELS, **OPTIONS)
    np.testing.assert_allclose(fitted.coefficients, plain.coefficients, atol=1e-7)
    said = gradproof.predict(fitted, frame)
    told = gradproof.predict(fitted, frame[["word", "seen", "b", "a"]])
    assert list(said) == ["prediction", "probability_no", "probability_yes"]
    assert said["prediction"] == told["prediction"]


@MAKERS
def test_a_frame_and_a_target_beside_it(made):
    frame = made({**NUMBERS, "y": LABELS})
    apart = gradproof.fit(frame[["a", "b"]], frame["y"], **OPTIONS)
    together = gradproof.fit(frame, **OPTIONS)
    np.testing.assert_array_equal(apart.coefficients, together.coefficients)
    with pytest.raises(gradproof.BadData, match="it has a column 'y', and y is given"):
        gradproof.fit(frame, LABELS)
    with pytest.raises(gradproof.BadData, match="shape \\(199,\\); expected \\(200,\\)"):
        gradproof.fit(frame[["a", "b"]], LABELS[1:])


@MAKERS
def test_what_is_missing_in_a_frame_is_told(made):
    holes = [None, *NUMBERS["a"][1:].tolist()]
    frame = made({"a": holes, "b": [None, None, *WORDS[2:].tolist()], "y": LABELS})
    with pytest.raises(gradproof.BadData, match=r"missing in 'a' \(1\), 'b' \(2\) of 200 rows"):
        gradproof.fit(frame)
    assert gradproof.fit(frame, impute=True, **OPTIONS).converged
    with pytest.raises(gradproof.BadData, match="'b' is missing, which the model was trained with"):
        gradproof.predict(gradproof.fit(made({**NUMBERS, "y": LABELS}), l2=1e-2), frame[["a"]])
    with pytest.raises(gradproof.BadData, match="columns 'a', 'b' are missing, which the model"):
        gradproof.predict(gradproof.fit(made({**NUMBERS, "y": LABELS}), l2=1e-2), frame[["y"]])


@MAKERS
def test_the_estimators_take_frames_and_know_their_columns(made):
    from gradproof.sklearn import GeneralizedLinearModel, LogisticRegression, SoftmaxRegression

    frame = made({**NUMBERS, "y": LABELS})
    features, matrix = frame[["a", "b"]], np.stack([*NUMBERS.values()], axis=1)
    for estimator in (LogisticRegression(), SoftmaxRegression()):
        plain = estimator.fit(matrix, LABELS).coef_
        assert estimator.fit(features, frame["y"]).feature_names_in_.tolist() == ["a", "b"]
        np.testing.assert_array_equal(estimator.coef_, plain)
        assert set(estimator.predict(features)) == {"no", "yes"}
        with pytest.raises(ValueError, match="feature names should match"):
            estimator.predict(frame[["b", "a"]])
    counts = GeneralizedLinearModel("poisson").fit(frame[["a"]], frame["b"])
    assert counts.predict(frame[["a"]]).shape == (ROWS,)
