"""Many tests in one go are the single tests, one after another."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from thesiscode.twosample import batches, c2st, c2st_many

SEEDS = [3, 1, 4, 1, 5]


@pytest.fixture
def samples():
    rng = np.random.default_rng(0)
    return rng.standard_normal((5, 40, 2)), rng.standard_normal((5, 60, 2)) + np.linspace(0, 2, 5)[:, None, None]


@pytest.mark.parametrize("null", ["permutation", "binomial", "normal"])
@pytest.mark.parametrize("classifier", ["knn", "nn", LogisticRegression()])
def test_each_test_is_the_single_one_with_its_seed(samples, classifier, null, monkeypatch):
    monkeypatch.setattr(batches, "TOGETHER", 2)  # three batches of networks
    x, y = samples
    options = {"classifier": classifier, "null": null, "test_fraction": 0.3}
    found = c2st_many(x, y, seeds=SEEDS, **options)
    alone = [c2st(x[r], y[r], rng=np.random.default_rng(seed), **options) for r, seed in enumerate(SEEDS)]
    assert list(found.statistics) == [one.statistic for one in alone]
    assert list(found.p_values) == [one.p_value for one in alone]
    assert found.n_test == alone[0].n_test == 24 and len(set(found.statistics)) > 1


def test_the_number_of_networks_that_are_trained_together_bounds_the_memory(samples, monkeypatch):
    seen = []
    train = batches.train_networks

    def watched(x, labels, seeds):
        seen.append(len(seeds))
        return train(x, labels, seeds)

    monkeypatch.setattr(batches, "train_networks", watched)
    monkeypatch.setattr(batches, "NUMBERS", 3 * 40 * 2 + 1)  # the training points of three tests, and no more
    whole = c2st_many(*samples, classifier="nn", seeds=SEEDS)
    assert seen == [3, 2]
    monkeypatch.setattr(batches, "NUMBERS", 1)
    one_by_one = c2st_many(*samples, classifier="nn", seeds=SEEDS)
    assert seen[2:] == [1] * 5 and np.array_equal(whole.statistics, one_by_one.statistics)


def test_samples_of_numbers(samples):
    x, y = (sample[:, :, 0] for sample in samples)
    found, wide = c2st_many(x, y, seeds=SEEDS), c2st_many(x[..., None], y[..., None], seeds=SEEDS)
    assert np.array_equal(found.p_values, wide.p_values)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y": np.zeros((4, 9, 2))}, "y: expected 5 samples, one a test as in x, got 4"),
        ({"seeds": [1, 2]}, "seeds: expected 5, one a test, got 2"),
        ({"x": np.zeros(8)}, r"x: expected shape \(tests, points, features\), got \(8,\)"),
        ({"x": np.zeros((0, 9, 2))}, r"x: expected shape \(tests, points, features\), got \(0, 9, 2\)"),
        ({"y": np.zeros((5, 9, 3))}, "y: expected 2 features, those of x, got 3"),
        ({"y": np.full((5, 9, 2), np.nan)}, "y: expected finite values, got 18 that are not"),
        ({"null": "exact"}, "null: expected one of permutation, binomial, normal, got 'exact'"),
        ({"classifier": "svm"}, "classifier: expected knn, nn or a classifier of scikit-learn, got 'svm'"),
        ({"test_fraction": 0.0}, r"test_fraction: expected a share in \(0, 1\), got 0.0"),
    ],
)
def test_bad_input_is_named(unchecked, samples, change, message):
    with pytest.raises(ValueError, match=message):
        c2st_many(**({"x": samples[0], "y": samples[1], "seeds": SEEDS} | change))
