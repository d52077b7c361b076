"""In a notebook a training is shown as it goes; anywhere else nothing is."""

import itertools
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

import gradproof

pytest.importorskip("matplotlib", reason="the extra fit is not installed")
pytest.importorskip("sklearn", reason="the extra fit is not installed")

from gradproof.training import watching

CHANCE = np.random.default_rng(3)
X = CHANCE.normal(size=(200, 2)) * [1.0, 50.0] + [0.0, 1000.0]
Y = (X[:, 0] + 0.02 * (X[:, 1] - 1000) + 0.3 * CHANCE.normal(size=200) > 0).astype(float)


class Screen:
    """A display of a notebook that keeps what is shown."""

    def __init__(self):
        self.shown, self.updates = [], []

    def display(self, picture, *, display_id):
        assert display_id is True
        self.shown.append(picture)
        return SimpleNamespace(update=self.updates.append)


@pytest.fixture
def screen(monkeypatch):
    screen = Screen()
    ipython = ModuleType("IPython")
    ipython.version_info = (9, 0)
    ipython.get_ipython = lambda: SimpleNamespace(kernel=object())
    ipython.display = SimpleNamespace(
        display=screen.display, Image=lambda *, data, format: (format, data)
    )
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    ticks = itertools.count()
    monkeypatch.setattr(watching.Live, "__init__", _with_clock(lambda: float(next(ticks))))
    return screen


def _with_clock(clock):
    made = watching.Live.__init__

    def init(self, show, **others):
        made(self, show, clock=clock, **others)

    return init


def test_the_curve_is_shown_as_it_goes_and_at_the_end(screen):
    points = []
    fitted = gradproof.fit(X, Y, standardize=True, l2=1e-3, solver="lbfgs", seen=points.append)
    assert fitted.converged
    assert len(points) == fitted.iterations + 1
    assert len(screen.shown) == 1
    assert 1 <= len(screen.updates) <= len(points)
    for kind, data in (*screen.shown, *screen.updates):
        assert kind == "png"
        assert data.startswith(b"\x89PNG")
    assert screen.updates[-1] != screen.shown[0]


def test_it_can_be_turned_off(screen):
    gradproof.fit(X, Y, standardize=True, l2=1e-3, shown=False)
    assert screen.shown == []


def test_nothing_is_shown_on_a_terminal_of_ipython(screen):
    sys.modules["IPython"].get_ipython = lambda: SimpleNamespace()
    gradproof.fit(X, Y, standardize=True, l2=1e-3)
    assert screen.shown == []


FORMULA = (
    r"J = -\frac1m (y^T \log z + (1-y)^T \log(1-z))",
    r"z = \sigma(\tanh(X W_1 + 1 b_1^T) w_2 + 1 b_2)",
)
FACTS = (r"w_2 \in \mathbb{R}^k", r"b_1 \in \mathbb{R}^k", r"b_2 \in \mathbb{R}")


@pytest.mark.parametrize(
    "options",
    [
        {"loss": "logistic"},
        {"loss": "squared-hinge"},
        {"loss": "softmax"},
        {"loss": FORMULA, "declare": FACTS, "sizes": {"k": 3}},
    ],
    ids=lambda o: str(o["loss"])[:14],
)
def test_two_features_are_a_plane_in_their_own_units(options):
    y = Y if options["loss"] != "softmax" else np.digitize(X[:, 0], [-0.5, 0.5]).astype(float)
    fitted = gradproof.fit(X, y, standardize=True, l2=1e-3, iterations=30, **options)
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    assert fitted.plane is not None
    fitted.plane.draw(axes, fitted.predict_encoded)
    low, high = axes.get_ylim()
    assert low < X[:, 1].min() < X[:, 1].max() < high < X[:, 1].max() + 100
    assert len(axes.get_legend().get_texts()) == len(fitted.target.classes)
    assert "plane" not in fitted.to_json()


def test_three_features_or_numbers_are_no_plane():
    assert gradproof.fit(np.c_[X, X[:, 0] ** 2], Y, standardize=True, l2=1e-2).plane is None
    assert gradproof.fit(X, X[:, 0], standardize=True, l2=1e-2).plane is None


def test_long_curves_are_thinned_out():
    from matplotlib.figure import Figure

    from gradproof.training import plots

    axes = Figure().add_subplot()
    plots._curve(axes, [(1 / (k + 1), 1.0) for k in range(100_001)], "")
    places, values = axes.lines[0].get_data()
    assert len(places) <= plots.SHOWN + 2
    assert (places[-1], values[-1]) == (100_000, 1 / 100_001)


CELL = """
import numpy as np, gradproof
from gradproof.training import watching
watching.FIRST = 0.0
x = np.random.default_rng(0).normal(size=(300, 2))
gradproof.fit(x, (x[:, 0] > 0.1 * x[:, 1]).astype(float), l2=1e-3, solver="lbfgs")
"""


def test_a_real_notebook_shows_the_curve_and_then_the_model():
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")
    pytest.importorskip("ipykernel", reason="ipykernel is not installed")
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    nbclient.NotebookClient(book, timeout=120, kernel_name="python3").execute()
    outputs = book.cells[0].outputs
    assert [sorted(o["data"]) for o in outputs if o["output_type"] == "display_data"] == [
        ["image/png", "text/plain"]
    ]
    (result,) = (o["data"] for o in outputs if o["output_type"] == "execute_result")
    assert "converged" in result["text/plain"]
    assert result["image/svg+xml"].count('<g id="axes_') >= 3
