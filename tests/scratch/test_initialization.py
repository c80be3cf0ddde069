import numpy as np
import pytest
from scipy import stats

from thesiscode.scratch import Linear, ShapeError, fan_in, fans, gaussian, he, xavier

SHAPES = [(100, 80), (40, 20, 3, 3), (10, 200), (200, 10)]


def test_fans_of_a_convolution_count_the_kernel():
    assert fans((40, 20, 3, 5)) == (300, 600)
    assert fans((7, 2)) == (2, 7)
    with pytest.raises(ShapeError, match=r"shape: expected a weight tensor of at least two axes, got \(3,\)"):
        fans((3,))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("rule", "variance", "kurtosis"),
    [
        (fan_in, lambda m, n: 1 / m, 3),
        (he, lambda m, n: 2 / m, 3),
        (xavier, lambda m, n: 2 / (m + n), 1.8),
        (lambda shape, rng: gaussian(shape, rng, 0.3), lambda m, n: 0.09, 3),
    ],
    ids=["fan_in", "he", "xavier", "gaussian"],
)
def test_mean_and_variance_are_those_of_the_rule(rule, variance, kurtosis, shape, seed):
    w = rule(shape, np.random.default_rng(seed))
    expected = variance(*fans(shape))
    assert w.shape == shape
    # Five standard errors: of a mean, and of a mean of squares.
    assert abs(w.mean()) < 5 * np.sqrt(expected / w.size)
    assert abs((w**2).mean() / expected - 1) < 5 * np.sqrt((kurtosis - 1) / w.size)


@pytest.mark.parametrize("shape", SHAPES)
def test_xavier_is_uniform_up_to_its_bound(shape):
    bound = np.sqrt(6 / sum(fans(shape)))
    w = xavier(shape, np.random.default_rng(0))
    assert np.abs(w).max() <= bound
    assert stats.kstest(w.ravel(), stats.uniform(-bound, 2 * bound).cdf).pvalue > 1e-3


@pytest.mark.parametrize("shape", SHAPES)
def test_the_others_are_normal(shape):
    for rule, sigma in ((fan_in, fans(shape)[0] ** -0.5), (he, (2 / fans(shape)[0]) ** 0.5)):
        w = rule(shape, np.random.default_rng(1))
        assert stats.kstest(w.ravel(), stats.norm(0, sigma).cdf).pvalue > 1e-3


def test_fan_in_keeps_unit_variance_and_he_keeps_it_through_relu():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(500, 400))
    linear, rectified = x, x
    for _ in range(5):
        linear = Linear(400, 400, rng=rng).forward(linear)
        rectified = np.maximum(Linear(400, 400, rng=rng, init="he").forward(rectified), 0)
    assert 0.9 < linear.var() < 1.1
    assert 0.75 < (rectified**2).mean() < 1.25


def test_the_same_generator_draws_the_same_weights():
    for rule in (fan_in, he, xavier):
        np.testing.assert_array_equal(rule((3, 2), np.random.default_rng(5)), rule((3, 2), np.random.default_rng(5)))
