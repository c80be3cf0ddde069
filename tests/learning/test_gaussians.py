"""A known distribution: samples, risks in closed form, the best classifier."""

import numpy as np
import pytest

from thesiscode.learning import TwoGaussians, decide, empirical_risk, zero_one_loss


@pytest.mark.parametrize(("w", "b"), [((1.0, 2.0), 0.3), ((-1.0, 0.5), 0.0), ((0.0, 0.0), 1.0), ((0.0, 0.0), -1.0)])
def test_the_risk_is_what_many_samples_show(w, b):
    p = TwoGaussians((1.0, 0.5), share=0.3)
    x, y = p.sample(100_000, rng=np.random.default_rng(0))
    measured = empirical_risk(zero_one_loss, decide(x @ np.array(w) + b), y)
    assert measured == pytest.approx(p.risk(np.array(w), b), abs=4 * 0.5 / np.sqrt(1e5))


def test_a_dataset_follows_the_distribution():
    p = TwoGaussians((2.0, -1.0), share=0.8)
    x, y = p.sample(20_000, rng=np.random.default_rng(1))
    assert x.shape == (20_000, 2) and set(y) == {-1.0, 1.0}
    assert (y > 0).mean() == pytest.approx(0.8, abs=0.015)
    np.testing.assert_allclose(x[y > 0].mean(axis=0), (2, -1), atol=0.05)
    np.testing.assert_allclose(x[y < 0].mean(axis=0), (-2, 1), atol=0.05)
    np.testing.assert_allclose(np.cov(x[y > 0].T), np.eye(2), atol=0.05)


def test_no_other_classifier_has_a_smaller_risk():
    p = TwoGaussians((1.0, 0.5), share=0.3)
    w, b = p.best()
    rng = np.random.default_rng(2)
    least = p.risk(w, b)
    assert all(p.risk(w + rng.normal(scale=0.3, size=2), b + rng.normal(scale=0.3)) >= least for _ in range(200))
    assert p.risk(3 * w, 3 * b) == pytest.approx(least)  # only the border counts


def test_bad_input(unchecked):
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="centre: expected a number that is not 0"):
        TwoGaussians((0.0, 0.0))
    with pytest.raises(ValueError, match="centre: expected finite"):
        TwoGaussians((np.nan,))
    with pytest.raises(ValueError, match=r"share: expected a number in \(0, 1\), got 1"):
        TwoGaussians((1.0,), share=1)
    with pytest.raises(ValueError, match="n: expected an integer of at least 1, got 0"):
        TwoGaussians().sample(0, rng=rng)
    with pytest.raises(ValueError, match="w: expected 1 numbers"):
        TwoGaussians().risk(np.ones(2))
