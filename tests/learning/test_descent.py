"""Gradient descent, its stochastic form, and the three theorems."""

import numpy as np
import pytest

from thesiscode.learning import (
    LOGISTIC,
    Bowl,
    Geometric,
    Objective,
    Power,
    TwoGaussians,
    descend,
    landscape,
    landscape_gradient,
    stochastic_descent,
    theorem_1_bound,
    with_bias,
    worst_trough,
)

BOWL = Bowl((1.0, 4.0))
START = np.array([3.0, -2.0])


def test_a_step_goes_against_the_gradient():
    path = descend(BOWL.gradient, START, 0.1, 2)
    np.testing.assert_allclose(path, [[3, -2], [2.7, -1.2], [2.43, -0.72]])


def test_small_steps_descend_and_arrive():
    path = descend(BOWL.gradient, START, 0.2, 200)
    assert (np.diff(BOWL.cost(path))[:50] < 0).all()
    np.testing.assert_allclose(path[-1], 0, atol=1e-12)


def test_steps_above_2_over_k_climb():
    assert (np.diff(BOWL.cost(descend(BOWL.gradient, START, 0.51, 50))[2:]) > 0).all()
    assert BOWL.cost(descend(BOWL.gradient, START, 0.49, 2000)[-1]) < 1e-12


@pytest.mark.parametrize("share", [0.01, 0.3, 1.0])
@pytest.mark.parametrize("case", ["bowl", "flat", "logistic", "trough"])
def test_theorem_1_bounds_the_error(case, share):
    if case == "logistic":
        x, y = TwoGaussians((0.5, 1.0)).sample(80, rng=np.random.default_rng(0))
        objective = Objective(with_bias(x), y, LOGISTIC)
        gradient, cost = objective.gradient, np.vectorize(objective.cost, signature="(d)->()")
        start, minimum, smoothness = np.array([3.0, -3, 3]), objective.minimise(), objective.smoothness
    else:
        function = {"bowl": BOWL, "flat": Bowl((1.0, 1e-6)), "trough": worst_trough(4.0, 5.0, 30)}[case]
        gradient, cost, smoothness = function.gradient, function.cost, function.smoothness
        start = np.array([5.0]) if case == "trough" else START
        minimum = np.zeros(len(start))
    step = share / smoothness
    t = np.arange(1, 101)
    above = cost(descend(gradient, start, step, 100)[1:]) - cost(minimum[None])[0]
    assert (above <= theorem_1_bound(float(np.linalg.norm(start - minimum)), step, t) * (1 + 1e-9)).all()


@pytest.mark.parametrize("n_steps", [1, 7, 50])
def test_the_worst_case_leaves_what_theory_says(n_steps):
    trough = worst_trough(3.0, 2.0, n_steps)
    left = trough.cost(descend(trough.gradient, np.array([2.0]), 1 / 3, n_steps)[-1])
    assert left == pytest.approx(3 * 4 / (4 * n_steps + 2))
    bound = theorem_1_bound(2.0, 1 / 3, np.array([n_steps]))[0]
    assert left / bound == pytest.approx(n_steps / (2 * n_steps + 1))


def test_gradients_agree_with_differences():
    w = np.linspace(-3.2, 6, 200)[:, None]
    h = 1e-6
    np.testing.assert_allclose(
        landscape_gradient(w)[:, 0], (landscape(w + h) - landscape(w - h)) / (2 * h), rtol=1e-5, atol=1e-7
    )
    trough = worst_trough(2.0, 3.0, 4)
    differences = (trough.cost(w + h) - trough.cost(w - h)) / (2 * h)
    np.testing.assert_allclose(trough.gradient(w)[:, 0], differences, atol=1e-5)


def test_theorem_2_with_its_step_sizes_kept_and_broken():
    """In a shallow bowl: harmonic steps arrive, a geometric sequence stops on the way."""
    bowl = Bowl((1.0,))
    kept = descend(bowl.gradient, np.array([10.0]), Power(0.9, 1, 5), 20_000)
    assert abs(kept[-1, 0]) < 1e-3
    broken = descend(bowl.gradient, np.array([10.0]), Geometric(0.1, 0.9), 20_000)
    assert broken[-1, 0] > 3.5  # the product of 1 - gamma_t is above 0
    assert broken[-1, 0] == broken[10_000, 0]


def test_theorem_3_with_its_step_sizes_kept_and_broken():
    """w* is the mean of z: H = w - z. A constant step keeps a variance of gamma / (2 - gamma)."""

    def sample(w, rng):
        return w - rng.standard_normal(w.shape)

    start = np.full((400, 1), 3.0)
    kept, noisy, short = (
        stochastic_descent(sample, start, steps, 4000, rng=np.random.default_rng(0))[-1, :, 0]
        for steps in (Power(1, 1), Power(0.2), Geometric(0.1, 0.9))
    )
    assert np.mean(kept**2) == pytest.approx(1 / 4000, rel=0.3)
    assert np.var(noisy) == pytest.approx(0.2 / 1.8, rel=0.3)
    assert np.mean(short) > 1


def test_harmonic_steps_on_a_mean_are_the_running_mean():
    rng = np.random.default_rng(1)
    z = rng.normal(size=50)
    draws = iter(z)
    path = stochastic_descent(lambda w, _: w - next(draws), np.array([7.0]), Power(1, 1), 50, rng=rng)
    np.testing.assert_allclose(path[1:, 0], np.cumsum(z) / np.arange(1, 51))


def test_where_descent_ends_depends_on_the_start():
    ends = descend(landscape_gradient, np.array([[-2.6], [-1.2], [-0.8], [1.5], [2.3]]), 0.02, 20_000)[-1, :, 0]
    np.testing.assert_allclose(ends[:2], -1.95, atol=0.01)
    np.testing.assert_allclose(ends[2:4], 0.5, atol=0.01)
    assert ends[4] > 5
    assert abs(landscape_gradient(ends[4:, None])[0, 0]) < 1e-2


def test_one_seed_one_path():
    def sample(w, rng):
        return w + rng.standard_normal(w.shape)

    a, b = (stochastic_descent(sample, START, 0.1, 20, rng=np.random.default_rng(4)) for _ in range(2))
    np.testing.assert_array_equal(a, b)


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match="start: expected finite numbers"):
        descend(BOWL.gradient, np.array([np.nan, 0]), 0.1, 3)
    with pytest.raises(ValueError, match="steps: expected a finite number above 0, got -1"):
        descend(BOWL.gradient, START, -1, 3)
    with pytest.raises(ValueError, match="n_steps: expected an integer of at least 1, got 0"):
        descend(BOWL.gradient, START, 0.1, 0)
    with pytest.raises(ValueError, match=r"gradient: expected shape \(2,\), as start has, got \(\)"):
        descend(lambda w: 1.0, START, 0.1, 3)
    with pytest.raises(ValueError, match="t: expected numbers of steps of at least 1"):
        theorem_1_bound(1, 0.1, np.array([0]))
    with pytest.raises(ValueError, match="distance: expected a finite number of at least 0"):
        theorem_1_bound(-1, 0.1, np.array([1]))
    with pytest.raises(ValueError, match="curvatures: expected numbers of at least 0"):
        Bowl((-1.0,))
    with pytest.raises(ValueError, match="smoothness: expected a finite number above 0"):
        worst_trough(0, 1, 1)


@pytest.mark.parametrize("w", [np.ones(1), np.ones((3, 1)), np.ones(3), np.float64(1)], ids=np.shape)
def test_a_bowl_refuses_points_of_another_dimension(unchecked, w):
    for function in (BOWL.cost, BOWL.gradient):
        with pytest.raises(ValueError, match=r"w: expected shape \[\*n 2\], got"):
            function(w)
