"""The estimators keep scikit-learn's contract and reach its optima."""

import numpy as np
import pytest

sklearn = pytest.importorskip("sklearn", reason="the extra fit is not installed")

import scipy.sparse  # noqa: E402
import threadpoolctl  # noqa: E402
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits  # noqa: E402
from sklearn.linear_model import HuberRegressor, PoissonRegressor, Ridge  # noqa: E402
from sklearn.linear_model import LogisticRegression as Peer  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402

from gradproof.sklearn import GeneralizedLinearModel, LogisticRegression, SoftmaxRegression  # noqa: E402

# check_estimator trains on data that ask for many iterations; a warning about it is part of the contract.
pytestmark = pytest.mark.filterwarnings("default")


@parametrize_with_checks([LogisticRegression(), SoftmaxRegression(), GeneralizedLinearModel()])
def test_the_contract_of_scikit_learn(estimator, check):
    check(estimator)


def cancer():
    x, y = load_breast_cancer(return_X_y=True)
    return StandardScaler().fit_transform(x), y


def peer(c, **options):
    return Peer(C=c, tol=1e-10, max_iter=10_000, **options)


@pytest.mark.parametrize("solver", ["gradient-descent", "lbfgs", "newton", "newton-cg", "nesterov"])
def test_every_solver_reaches_the_optimum_of_scikit_learn(solver):
    x, y = cancer()
    ours = LogisticRegression(l2=1e-3, solver=solver, tol=1e-7).fit(x, y)
    theirs = peer(1 / (1e-3 * len(y)), solver="newton-cholesky").fit(x, y)
    assert ours.gradient_norm_ <= 1e-7
    np.testing.assert_allclose(ours.coef_, theirs.coef_[0], atol=1e-4)
    np.testing.assert_allclose(ours.intercept_, theirs.intercept_[0], atol=1e-4)
    np.testing.assert_allclose(ours.predict_proba(x), theirs.predict_proba(x), atol=1e-5)


def test_a_sample_that_lacks_rare_rows_leads_to_the_same_optimum():
    chance = np.random.default_rng(0)
    x = chance.normal(size=(40_000, 3))
    rare = np.zeros(40_000)
    rare[chance.choice(40_000, 6, replace=False)] = 80.0
    x = np.c_[x, rare]
    y = x[:, 0] + 0.02 * rare > chance.normal(size=40_000)
    ours, whole = (
        LogisticRegression(l2=1e-4, solver=s, tol=1e-9).fit(x, y) for s in (None, "newton")
    )
    sampled = LogisticRegression(l2=1e-4, solver="sampled-newton", tol=1e-9).fit(x, y)
    np.testing.assert_allclose(sampled.coef_, whole.coef_, atol=1e-7)
    np.testing.assert_array_equal(ours.coef_, sampled.coef_)


def test_plain_gradient_descent_reaches_it_too():
    """The last line of the derivation, w := w - α ∂J/∂w with α = 1/L, and nothing else."""
    x, y = cancer()
    ours = LogisticRegression(l2=0.1, solver="gradient-descent", step="1/L", tol=1e-6).fit(x, y)
    theirs = peer(1 / (0.1 * len(y))).fit(x, y)
    assert ours.gradient_norm_ <= 1e-6
    np.testing.assert_allclose(ours.coef_, theirs.coef_[0], atol=1e-4)
    assert np.all(np.diff(ours.loss_curve_) <= 1e-15)


def test_l1_gives_the_zeros_of_scikit_learn():
    x, y = cancer()
    ours = LogisticRegression(l1=1e-2, l2=0, tol=1e-9).fit(x, y)
    theirs = Peer(C=1 / (1e-2 * len(y)), l1_ratio=1, solver="saga", tol=1e-9, max_iter=20_000).fit(
        x, y
    )
    np.testing.assert_allclose(ours.coef_, theirs.coef_[0], atol=1e-4)
    assert (ours.coef_ == 0).sum() > 5


def test_softmax_reaches_the_optimum_of_scikit_learn():
    x, y = load_digits(return_X_y=True)
    x, y = x[:400] / 16, y[:400]
    ours = SoftmaxRegression(l2=1e-2, tol=1e-7).fit(x, y)
    with threadpoolctl.threadpool_limits(1):
        theirs = peer(1 / (1e-2 * len(y))).fit(x, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-4)
    np.testing.assert_allclose(ours.predict_proba(x), theirs.predict_proba(x), atol=1e-5)


def test_the_losses_of_numbers_reach_the_optima_of_scikit_learn():
    x, y = load_diabetes(return_X_y=True)
    x = StandardScaler().fit_transform(x)
    ours = GeneralizedLinearModel(l2=0.5).fit(x, y)
    theirs = Ridge(alpha=0.5 * len(y)).fit(x, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-4)
    ours = GeneralizedLinearModel("poisson", l2=0.5, tol=1e-7).fit(x, y)
    theirs = PoissonRegressor(alpha=0.5, tol=1e-10, max_iter=1000).fit(x, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-4)
    z = (y - y.mean()) / y.std()
    ours = GeneralizedLinearModel("huber", l2=0.1, constants={"delta": 0.5}).fit(x, z)
    residual = z - ours.predict(x)
    slope = -x.T @ np.clip(residual, -0.5, 0.5) / len(z) + 0.1 * ours.coef_
    np.testing.assert_allclose(slope, 0, atol=2e-6)
    assert HuberRegressor().fit(x, z).coef_ @ ours.coef_ > 0


def test_weights_count_like_repeated_rows():
    x, y = cancer()
    counts = np.random.default_rng(0).integers(0, 3, len(y))
    weighted = LogisticRegression(l2=1e-2, tol=1e-9).fit(x, y, sample_weight=counts)
    repeated = LogisticRegression(l2=1e-2, tol=1e-9).fit(
        np.repeat(x, counts, 0), np.repeat(y, counts)
    )
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, atol=1e-7)
    balanced = LogisticRegression(l2=1e-2, class_weight="balanced", tol=1e-9).fit(x, y)
    c = len(y) / (2 * np.bincount(y))
    by_hand = LogisticRegression(l2=1e-2, tol=1e-9).fit(x, y, sample_weight=c[y])
    np.testing.assert_allclose(balanced.coef_, by_hand.coef_, atol=1e-9)


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_sparse_features_give_the_dense_result(backend):
    if backend == "numba":
        pytest.importorskip("numba", reason="the extra fast is not installed")
    x, y = cancer()
    x = np.where(np.abs(x) > 0.7, x, 0)
    dense = LogisticRegression(l2=1e-2, tol=1e-9, backend=backend).fit(x, y)
    for kind in (scipy.sparse.csr_matrix, scipy.sparse.csc_array, scipy.sparse.coo_array):
        sparse = LogisticRegression(l2=1e-2, tol=1e-9, backend=backend).fit(kind(x), y)
        np.testing.assert_allclose(sparse.coef_, dense.coef_, atol=1e-8)


def test_frames_pipelines_and_warm_starts():
    pyarrow = pytest.importorskip("pyarrow")
    x, y = cancer()
    names = [f"x{j}" for j in range(x.shape[1])]
    again = LogisticRegression(l2=1e-2, warm_start=True, solver="lbfgs").fit(x, y)
    first = again.n_iter_
    again.fit(x, y)
    assert again.n_iter_ == 0 < first
    labels = np.array(["no", "yes"])[y]
    pipe = make_pipeline(StandardScaler(), LogisticRegression(l2=1e-2)).fit(x, labels)
    assert set(pipe.predict(x)) == {"no", "yes"}
    for library in ("pandas", "polars"):
        try:
            frames = __import__(library)
        except ImportError:
            continue
        frame = frames.DataFrame({n: x[:, j] for j, n in enumerate(names)})
        fitted = LogisticRegression(l2=1e-2).fit(frame, y)
        assert list(fitted.feature_names_in_) == names
        np.testing.assert_allclose(fitted.coef_, again.coef_, atol=1e-4)
    assert pyarrow.table({"a": [1]}).num_rows == 1


def test_wrong_arguments_are_told():
    x, y = cancer()
    with pytest.raises(ValueError, match="l2 is -1"):
        LogisticRegression(l2=-1).fit(x, y)
    with pytest.raises(ValueError, match="no solver 'magic'"):
        LogisticRegression(solver="magic").fit(x, y)
    with pytest.raises(ValueError, match="wants classes"):
        GeneralizedLinearModel("logistic").fit(x, y)
    with pytest.raises(ValueError, match="one class only"):
        LogisticRegression().fit(x, np.ones(len(y)))
    with pytest.raises(ValueError, match="SoftmaxRegression"):
        LogisticRegression().fit(x, np.arange(len(y)) % 3)
    with pytest.warns(sklearn.exceptions.ConvergenceWarning, match="not converged"):
        LogisticRegression(max_iter=1, solver="lbfgs").fit(x, y)
