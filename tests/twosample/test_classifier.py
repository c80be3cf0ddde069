"""Classifier two-sample tests: the five steps, the null distributions, what betrays a difference."""

import itertools

import numpy as np
import pytest
from scipy import stats
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from thesiscode.twosample import c2st, telling_examples, telling_features
from thesiscode.twosample.classifier import NULLS, p_values


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize("classifier", ["knn", "nn", LogisticRegression()])
def test_the_statistic_is_the_accuracy_on_points_that_training_did_not_see(rng, classifier):
    x, y = rng.standard_normal((40, 3)), rng.standard_normal((40, 3)) + 2
    found = c2st(x, y, classifier=classifier, rng=rng)
    assert found.n_test == 40 and found.labels.sum() == 20
    originals = np.where(found.labels[:, None], y[found.indices], x[found.indices])
    assert np.array_equal(found.points, originals)
    said = found.model.predict_proba(found.points)[:, 1] > 0.5
    assert found.statistic == np.mean(said == found.labels) > 0.6
    assert len({*map(tuple, found.points)}) == 40


def test_a_classifier_that_always_says_x_is_right_half_of_the_time(rng):
    """Samples are split one by one, so that the test set is balanced, whatever the sizes."""

    class Constant(LogisticRegression):
        def predict_proba(self, x):
            return np.tile([0.9, 0.1], (len(x), 1))

    for m in (30, 90):
        found = c2st(rng.standard_normal((30, 2)), rng.standard_normal((m, 2)), classifier=Constant(), rng=rng)
        assert found.statistic == 0.5 and found.n_test == 30 and found.p_value == 1


def test_test_fraction_is_a_share_of_each_sample(rng):
    found = c2st(np.zeros((50, 1)), np.ones((80, 1)), test_fraction=0.2, rng=rng)
    assert found.n_test == 20 and found.statistic == 1


def test_the_permutation_null_is_that_of_all_relabellings():
    labels = np.array([0, 0, 0, 0, 1, 1, 1, 1], bool)
    for said in ([0, 0, 1, 0, 1, 1, 0, 1], [1, 1, 1, 0, 1, 1, 1, 1], [0] * 8, [0, 1, 0, 1, 0, 1, 0, 1]):
        said = np.array(said, bool)
        hits = (said == labels).sum()
        every = [np.isin(np.arange(8), chosen) for chosen in itertools.combinations(range(8), 4)]
        by_hand = np.mean([(said == other).sum() >= hits for other in every])
        assert p_values(said == labels, labels, "permutation") == pytest.approx(by_hand)


def test_the_other_nulls_are_the_binomial_and_its_limit():
    labels = np.arange(400) < 200
    for k in (150, 200, 215, 230):
        hits = np.arange(400) < k
        exact = sum(stats.binom.pmf(j, 400, 0.5) for j in range(k, 401))
        assert p_values(hits, labels, "binomial") == pytest.approx(exact)
        assert p_values(hits, labels, "normal") == pytest.approx(exact, abs=2e-3)


@pytest.mark.parametrize("null", NULLS)
@pytest.mark.parametrize(("n", "m", "d"), [(50, 50, 1), (200, 60, 10), (60, 60, 100)])
def test_p_values_are_uniform_or_conservative_under_the_null(null, n, m, d):
    """P(p <= a) is at most a, up to chance, for 600 pairs of samples of one distribution: with ties and a constant
    feature too. Where neighbours say y rarely, hits vary less than the binomial's, so that the thesis' two nulls are
    conservative at the small levels that tests use, and not at those above a half."""
    rng = np.random.default_rng(n + d)
    p = []
    for repeat in range(600):
        x, y = rng.standard_normal((n, d)), rng.standard_normal((m, d))
        if repeat % 2:  # ties, and a feature that says nothing
            x, y = x.round(), y.round()
            x[:, -1] = y[:, -1] = 3.0
        p.append(c2st(x, y, null=null, rng=rng).p_value)
    if null == "permutation":
        assert stats.ks_1samp(p, stats.uniform.cdf, alternative="greater").pvalue > 0.01
    for level in (0.01, 0.05, 0.1, 0.2):
        rejected = int(np.sum(np.array(p) <= level))
        assert stats.binomtest(rejected, 600, level, alternative="greater").pvalue > 0.01


def test_power_on_a_students_t(rng):
    """Seed by seed: with 1,000 points of each the test sees the tails of a t with three degrees of freedom."""
    p = [c2st(rng.standard_normal(1000), rng.standard_t(3, 1000), rng=rng).p_value for _ in range(40)]
    assert np.mean(np.array(p) > 0.05) < 0.45


def test_the_surest_right_answers_come_first(rng):
    x, y = rng.standard_normal((100, 2)), rng.standard_normal((100, 2))
    y[:, 1] += 4
    found = c2st(x, y, classifier=LogisticRegression(), rng=rng)
    order = telling_examples(found)
    confidence = np.where(found.labels, found.probabilities, 1 - found.probabilities)[order]
    assert (np.diff(confidence) <= 0).all() and sorted(order) == list(range(100))
    lost = telling_features(found, rng=rng)
    assert lost.shape == (2,) and lost[1] > 0.3 and abs(lost[0]) < 0.05


@pytest.mark.parametrize("classifier", ["knn", "nn", LogisticRegression()])
def test_identical_points_are_no_evidence(classifier, rng):
    found = c2st(np.ones((60, 2)), np.ones((60, 2)), classifier=classifier, rng=rng)
    assert found.statistic == 0.5 and found.p_value == 1


def test_swapped_samples_have_another_result_and_both_are_valid(rng):
    """The smaller p-value of the two is none: it rejects more often than either of them."""
    pairs = rng.standard_normal((300, 2, 60))
    there, back = (
        np.array([c2st(*pair[::way], rng=np.random.default_rng(r)).p_value for r, pair in enumerate(pairs)])
        for way in (1, -1)
    )
    assert np.mean(there != back) > 0.5
    for p in (there, back):
        assert stats.binomtest(int(np.sum(p <= 0.05)), 300, 0.05, alternative="greater").pvalue > 0.01
    assert np.mean(np.minimum(there, back) <= 0.1) > max(np.mean(there <= 0.1), np.mean(back <= 0.1))
    x, y = rng.standard_normal((60, 1)), rng.standard_normal((60, 1)) + 9
    assert c2st(x, y, rng=rng).statistic == c2st(y, x, rng=rng).statistic == 1


def test_the_generator_decides(rng):
    x, y = rng.standard_normal((60, 2)), rng.standard_normal((60, 2))
    for classifier in ("knn", "nn"):
        a, b = (c2st(x, y, classifier=classifier, rng=np.random.default_rng(3)) for _ in range(2))
        assert a.statistic == b.statistic and np.array_equal(a.probabilities, b.probabilities)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": np.zeros((5, 3))}, "y: expected 3 features, those of x, got 2"),
        ({"x": np.full((5, 2), np.nan)}, "x: expected finite values, got 10 that are not"),
        ({"x": np.zeros((1, 2))}, "x: expected at least 2 points, got 1"),
        ({"x": np.zeros((2, 2, 2))}, r"x: expected shape \(points, features\), got \(2, 2, 2\)"),
        ({"x": [["a", "b"]] * 4}, "x: expected numbers"),
        ({"test_fraction": 1.0}, r"test_fraction: expected a share in \(0, 1\), got 1.0"),
        ({"test_fraction": 0.01}, "x, y: expected points to train on and to test on, got 0 of 6"),
        ({"null": "exact"}, "null: expected one of permutation, binomial, normal, got 'exact'"),
        ({"classifier": "svm"}, "classifier: expected knn, nn or a classifier of scikit-learn, got 'svm'"),
        ({"classifier": LogisticRegression}, "classifier: expected an instance, got the class LogisticRegression"),
        ({"classifier": LinearSVC()}, "classifier: expected one with fit and predict_proba, got LinearSVC"),
    ],
)
def test_bad_input_is_named(unchecked, rng, change, message):
    good = {"x": np.arange(12.0).reshape(6, 2), "y": np.arange(12.0).reshape(6, 2), "rng": rng}
    with pytest.raises(ValueError, match=message):
        c2st(**(good | change))


def test_classifiers_of_scikit_learn_draw_from_rng(rng):
    x, y = rng.normal(size=(2, 60, 3))
    found = [
        c2st(x, y, classifier=RandomForestClassifier(5), rng=np.random.default_rng(k)).statistic for k in (0, 0, 1)
    ]
    assert found[0] == found[1] != found[2]
    fixed = c2st(x, y, classifier=RandomForestClassifier(5, random_state=7), rng=np.random.default_rng(0))
    assert fixed.model.random_state == 7
