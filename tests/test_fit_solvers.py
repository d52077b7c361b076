"""Every solver on a problem whose answer is known, and what they say where they do not fit."""

import numpy as np
import pytest

import gradproof
from gradproof.training.choice import choose
from gradproof.training.rows import spread_out
from gradproof.training.solving import (
    CannotSolve,
    Limits,
    Problem,
    least_subgradient,
    shrink,
    solve,
    solvers,
)

pytest.importorskip("scipy", reason="the extra fit is not installed")

SIZE = 5
TURNED = np.linalg.qr(np.random.default_rng(3).normal(size=(SIZE, SIZE)))[0]
CURVED = TURNED @ np.diag([1.0, 2.0, 4.0, 8.0, 16.0]) @ TURNED.T
GOAL = np.array([1.0, -2.0, 0.5, 3.0, -0.1])
ROWS = np.random.default_rng(4).normal(size=(60, SIZE))


def quadratic(w):
    left = w - GOAL
    return 0.5 * left @ CURVED @ left, CURVED @ left


def rows_problem():
    """Return least squares over rows without noise, whose mini-batches all have one optimum."""
    target = ROWS @ GOAL

    def part(rows):
        x, y = ROWS[rows], target[rows]

        def function(w):
            left = x @ w - y
            return 0.5 * left @ left / len(rows), x.T @ left / len(rows)

        return function

    def batches(chance):
        order = chance.permutation(60)
        for start in range(0, 60, 10):
            yield part(order[start : start + 10])

    bound = np.linalg.eigvalsh(ROWS.T @ ROWS / 60)[-1]
    return Problem(SIZE, part(np.arange(60)), lipschitz=lambda: bound, batches=batches)


def smooth_problem():
    return Problem(
        SIZE, quadratic, hessian=lambda w: CURVED, product=lambda w, v: CURVED @ v, lipschitz=lambda: 16.0,
        sampled=lambda seed: iter([Problem(SIZE, elsewhere, hessian=lambda w: CURVED + np.eye(SIZE))]),
    )  # fmt: skip


def elsewhere(w):
    """Return what a sample says: a bowl near that of all rows."""
    value, slope = quadratic(w + 0.1)
    return value + 0.5 * w @ w, slope + w


WAYS = [(s, rule) for s in solvers().values() for rule in (s.rules or (None,))]


@pytest.mark.parametrize(("solver", "rule"), WAYS, ids=[f"{s.name} {r}" for s, r in WAYS])
def test_every_solver_finds_the_optimum(solver, rule):
    problem = rows_problem() if solver.needs == "batches" else smooth_problem()
    limits = Limits(tolerance=1e-8, step=rule, iterations=20_000)
    track = solve(solver, problem, np.zeros(SIZE), limits)
    assert track.stopped == "converged"
    assert track.best.gradient_norm <= 1e-8
    np.testing.assert_allclose(track.best.parameters, GOAL, atol=1e-6)
    assert len(track.curve) == track.last.iteration + 1


def test_gradients_decide_where_values_no_longer_differ():
    def function(w):
        value, slope = quadratic(w)
        bent = np.tanh(w - GOAL)
        return round(1e4 + value + np.log(np.cosh(w - GOAL)).sum(), 8), slope + bent

    track = solve(solvers()["lbfgs"], Problem(SIZE, function), np.zeros(SIZE), Limits(1e-9))
    assert track.stopped == "converged"
    np.testing.assert_allclose(track.best.parameters, GOAL, atol=1e-8)


def test_the_listing_refuses_a_file_without_a_solver(tmp_path, monkeypatch):
    import gradproof.training.solving as solving

    (tmp_path / "nothing.py").write_text("")
    monkeypatch.setattr(solving, "FOLDER", tmp_path)
    with pytest.raises(ModuleNotFoundError):
        solving.solvers.__wrapped__()


ABSOLUTE = [s for s in solvers().values() if s.absolute and not s.needs]


@pytest.mark.parametrize("solver", ABSOLUTE, ids=lambda s: s.name)
@pytest.mark.parametrize("curved", [True, False])
def test_l1_reaches_the_optimum_that_coordinates_descend_to(solver, curved):
    weights = np.full(SIZE, 2.0)
    problem = Problem(
        SIZE, quadratic, hessian=(lambda w: CURVED) if curved else None, lipschitz=lambda: 16.0, l1=weights
    )  # fmt: skip
    track = solve(solver, problem, np.zeros(SIZE), Limits(tolerance=1e-9))
    assert track.stopped == "converged"
    w = np.zeros(SIZE)
    for _ in range(3000):
        for j in range(SIZE):
            slope = CURVED[j] @ (w - GOAL) - CURVED[j, j] * w[j]
            w[j] = shrink(np.array([-slope]), weights[:1])[0] / CURVED[j, j]
    np.testing.assert_allclose(track.best.parameters, w, atol=1e-7)
    assert (w == 0).any()


def test_the_least_subgradient_vanishes_exactly_at_the_optimum_of_one_absolute_value():
    w, weights = np.array([0.0, 0.0, 2.0]), np.array([1.0, 1.0, 1.0])
    least = least_subgradient(w, np.array([0.5, -3.0, -1.0]), weights)
    np.testing.assert_array_equal(least, [0.0, -2.0, 0.0])


def test_a_step_that_is_too_long_is_told_with_its_remedy():
    with pytest.raises(CannotSolve, match=r"not finite.*--step"):
        solve(solvers()["gradient-descent"], smooth_problem(), np.ones(SIZE), Limits(step=10.0))


@pytest.mark.parametrize(
    ("name", "problem", "limits", "said"),
    [
        ("newton", Problem(SIZE, quadratic), Limits(), "needs the Hessian"),
        ("sgd", Problem(SIZE, quadratic), Limits(), "sum over rows"),
        ("lbfgs", Problem(SIZE, quadratic, l1=np.ones(SIZE)), Limits(), "proximal"),
        ("newton", smooth_problem(), Limits(step="bb"), "finds its own steps"),
        ("gradient-descent", Problem(SIZE, quadratic), Limits(step="1/L"), "no bound"),
    ],
)
def test_a_solver_that_does_not_fit_says_so(name, problem, limits, said):
    with pytest.raises(CannotSolve, match=said):
        solve(solvers()[name], problem, np.zeros(SIZE), limits)


def test_ctrl_c_keeps_the_best_so_far():
    def seen(point):
        if point.iteration == 5:
            raise KeyboardInterrupt

    track = solve(
        solvers()["gradient-descent"], smooth_problem(), np.zeros(SIZE), Limits(step="1/L"), seen
    )
    assert track.stopped == "interrupted"
    assert track.best.iteration == 5
    assert track.best.value < quadratic(np.zeros(SIZE))[0]


def test_newton_goes_downhill_where_the_hessian_is_not_positive():
    def double_well(w):
        return float(np.sum(w**4 / 4 - w**2 / 2)), w**3 - w

    problem = Problem(2, double_well, hessian=lambda w: np.diag(3 * w**2 - 1))
    track = solve(solvers()["newton"], problem, np.array([0.1, -0.2]), Limits(tolerance=1e-10))
    np.testing.assert_allclose(np.abs(track.best.parameters), 1, atol=1e-8)


def test_a_step_is_for_solvers_that_take_one():
    pytest.importorskip("sklearn", reason="the extra fit is not installed")
    chance = np.random.default_rng(2)
    x = chance.normal(size=(60, 2))
    y = (x[:, 0] + chance.normal(size=60) > 0).astype(float)
    with pytest.raises(
        gradproof.CannotSolve, match=r"newton finds its own steps.*gradient-descent"
    ):
        gradproof.fit(x, y, solver="newton", step=0.1)
    stepped = gradproof.fit(x, y, step=1, l2=1e-2)
    assert stepped.solver == "gradient-descent"
    assert any("because a step is given" in note for note in stepped.notes)
    long = gradproof.fit(x, y, step=1e4, l2=1e-2, iterations=20)
    assert any("the steps are too long: the loss rose" in note for note in long.notes)


@pytest.mark.parametrize(
    ("rows", "size", "options", "name"),
    [
        (569, 31, {}, "newton"),
        (1_000_000, 31, {}, "sampled-newton"),
        (1_000_000, 31, {"sampled": False}, "newton"),
        (30_000, 300, {}, "lbfgs"),
        (1_000_000, 400, {}, "sampled-newton"),
        (1_000_000, 31, {"convex": False}, "lbfgs"),
        (1_000_000, 31, {"absolute": True}, "proximal"),
    ],
)
def test_the_solver_is_chosen_by_what_passes_cost(rows, size, options, name):
    given = {"absolute": False, "hessian": True, "convex": True, "sampled": True} | options
    found, why = choose(rows=rows, size=size, **given)
    assert found == name
    assert why


def test_a_sample_is_the_same_however_the_rows_are_cut():
    whole = spread_out(0, 10_000, 0.03, 7)
    parts = [a + spread_out(a, 700, 0.03, 7) for a in range(0, 9_800, 700)]
    parts.append(9_800 + spread_out(9_800, 200, 0.03, 7))
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert len(whole) == 300
    assert (np.diff(whole) > 0).all()
