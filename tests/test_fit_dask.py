"""Training on a cluster of two processes of this machine gives the result of one, also when one of them is lost."""

import os
import signal

import numpy as np
import pytest

import gradproof

distributed = pytest.importorskip("distributed", reason="the extra dist is not installed")
pyarrow = pytest.importorskip("pyarrow", reason="the extra fit is not installed")
pytest.importorskip("sklearn", reason="the extra fit is not installed")

import gradproof.dask  # noqa: E402
from gradproof.cli import main  # noqa: E402
from gradproof.training.distributed import Holder, added  # noqa: E402

# The cluster's own threads and sockets end when they like.
pytestmark = pytest.mark.filterwarnings("default")

CHANCE = np.random.default_rng(6)
X = CHANCE.normal(size=(4000, 3))
Y = (X @ [1.0, -2.0, 0.5] + CHANCE.normal(size=4000) > 0).astype(float)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    import pyarrow.parquet

    folder = tmp_path_factory.mktemp("rows")
    table = pyarrow.table({"x0": X[:, 0], "x1": X[:, 1], "x2": X[:, 2], "y": Y})
    for k in range(2):
        part = table.slice(2000 * k, 2000)
        pyarrow.parquet.write_table(part, folder / f"part{k}.parquet", row_group_size=500)
    return folder


@pytest.fixture(scope="module")
def cluster():
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address=None,
        memory_limit=0,
        silence_logs=60,
    ) as made:
        yield made


@pytest.fixture
def client(cluster):
    with distributed.Client(cluster, set_as_default=False) as made:
        made.wait_for_workers(2, timeout=60)
        yield made


OPTIONS = {"l2": 1e-3, "tolerance": 1e-10, "test_split": 0.2}


@pytest.mark.parametrize("solver", ["lbfgs", "newton", "newton-cg"])
def test_two_workers_give_the_result_of_one_process(solver, folder, client):
    here = gradproof.fit(folder, solver=solver, **OPTIONS)
    there = gradproof.dask.fit(folder, client, solver=solver, **OPTIONS)
    assert there.converged
    np.testing.assert_allclose(there.coefficients, here.coefficients, atol=1e-8)
    assert there.metrics == pytest.approx(here.metrics, abs=1e-6)


def test_formulas_and_steps_from_the_bound_of_the_curvature(folder, client):
    formula = [r"J = \sum_{i=1}^m (x_i^T w + b - y_i)^2 + \frac{\lambda}{2} w^T w"]
    options = {"loss": formula, "constants": {"lambda": 0.1}, "tolerance": 1e-6}
    here, there = gradproof.fit(folder, **options), gradproof.dask.fit(folder, client, **options)
    np.testing.assert_allclose(there.parameters["w"], here.parameters["w"], atol=1e-8)
    steps = {"solver": "gradient-descent", "step": "1/L", "l2": 0.1}
    here, there = gradproof.fit(folder, **steps), gradproof.dask.fit(folder, client, **steps)
    assert here.iterations == there.iterations
    np.testing.assert_allclose(there.coefficients, here.coefficients, atol=1e-8)


def test_a_worker_is_lost_in_the_middle(folder, client):
    here = gradproof.fit(folder, solver="lbfgs", **OPTIONS)
    killed = []

    def seen(point):
        if point.iteration == 3 and not killed:
            killed.append(min(client.run(os.getpid).values()))
            os.kill(killed[0], signal.SIGKILL)

    there = gradproof.dask.fit(folder, client, solver="lbfgs", seen=seen, **OPTIONS)
    assert killed
    assert there.converged
    assert any("workers lost on the way: 1" in note for note in there.notes)
    np.testing.assert_allclose(there.coefficients, here.coefficients, atol=1e-8)


def test_the_command_line_finds_the_cluster(folder, cluster, client, capsys):
    address = cluster.scheduler_address
    assert address.startswith("tcp://127.0.0.1:")
    assert main(["fit", str(folder), "--l2", "1e-3", "--quiet", "--scheduler", address]) == 0
    assert "converged after" in capsys.readouterr().out


def test_what_does_not_fit_a_cluster_is_told(folder, client):
    with pytest.raises(gradproof.BadData, match="only tables in files"):
        gradproof.fit(X, Y, client=client)
    with pytest.raises(gradproof.CannotSolve, match="sum over rows"):
        gradproof.dask.fit(folder, client, solver="sgd")
    with pytest.raises(gradproof.BadData, match="no sum or mean over rows"):
        gradproof.dask.fit(folder, client, loss=r"J = \sqrt{\sum_{i=1}^m (x_i^T w - y_i)^2}")


class Answer:
    def __init__(self, value):
        self.value = value

    def result(self):
        return self.value


class Child:
    def sums(self, what, given):
        return Answer([10.0, np.full(2, 10.0)])


def test_an_actor_adds_what_its_children_say():
    holder = Holder.__new__(Holder)
    holder._blocks = []
    total = holder.sums("gradient", [np.zeros(2)], [Child(), Child(), Child()])
    assert total[0] == 30.0
    np.testing.assert_array_equal(total[1], [30.0, 30.0])
    assert added([[], [1.0], [2.0], [3.0]]) == [6.0]
