"""Average precision against VOC's definition written out, scikit-learn, closed forms, and what must not change it."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from thesiscode.metrics import average_precision, mean_average_precision, precision_recall

INTERPOLATIONS = ("area", "11point", "none")


@st.composite
def rankings(draw, ties=True):
    """Labels 0/1 with a positive among them, and scores, all different unless `ties`."""
    labels = draw(st.lists(st.integers(0, 1), min_size=1, max_size=60).filter(any))
    n = len(labels)
    scores = draw(st.lists(st.integers(-4, 4), min_size=n, max_size=n) if ties else st.permutations(range(n)))
    return np.array(labels), np.array(scores, float)


def curve_by_walking(labels, scores):
    """Precision and recall after each example, best score first, as VOC's program counts them: exact fractions."""
    true, false, precision, recall = 0, 0, [], []
    for _, label in sorted(zip(scores, labels, strict=True), reverse=True):
        true, false = true + int(label), false + 1 - int(label)
        precision.append(Fraction(true, true + false))
        recall.append(Fraction(true, int(labels.sum())))
    return precision, recall


def curve_by_thresholds(labels, scores):
    """Precision and recall of the set that scores at least each value: exact fractions."""
    precision, recall = [], []
    for threshold in sorted(set(scores), reverse=True):
        accepted = [int(label) for label, score in zip(labels, scores, strict=True) if score >= threshold]
        precision.append(Fraction(sum(accepted), len(accepted)))
        recall.append(Fraction(sum(accepted), int(labels.sum())))
    return precision, recall


def voc2007(precision, recall):
    total = Fraction(0)
    for tenth in range(11):
        best = Fraction(0)
        for p, r in zip(precision, recall, strict=True):
            if r >= Fraction(tenth, 10) and p > best:
                best = p
        total += best / 11
    return float(total)


def voc2010(precision, recall):
    r = [Fraction(0), *recall, Fraction(1)]
    p = [Fraction(0), *precision, Fraction(0)]
    for i in reversed(range(len(p) - 1)):
        p[i] = max(p[i], p[i + 1])
    return float(sum((r[i] - r[i - 1]) * p[i] for i in range(1, len(r)) if r[i] != r[i - 1]))


def assert_same(first, second):
    assert first == pytest.approx(second, abs=1e-12)


@given(rankings(ties=False))
def test_equals_vocs_definition_written_out(ranking):
    curve = curve_by_walking(*ranking)
    assert_same(average_precision(*ranking), voc2010(*curve))
    assert_same(average_precision(*ranking, interpolation="11point"), voc2007(*curve))


@given(rankings())
def test_equal_scores_enter_together(ranking):
    curve = curve_by_thresholds(*ranking)
    assert_same(average_precision(*ranking), voc2010(*curve))
    assert_same(average_precision(*ranking, interpolation="11point"), voc2007(*curve))
    precision, recall, thresholds = precision_recall(*ranking)
    np.testing.assert_allclose(precision, [float(p) for p in curve[0]], atol=1e-12)
    np.testing.assert_allclose(recall, [float(r) for r in curve[1]], atol=1e-12)
    assert thresholds.tolist() == sorted(set(ranking[1]), reverse=True)


@given(rankings())
def test_without_interpolation_it_is_scikit_learns(ranking):
    assert_same(average_precision(*ranking, interpolation="none"), average_precision_score(*ranking))


def test_the_three_definitions_on_a_ranking_worked_by_hand():
    # the best score is a mistake: precision 0, 1/2, 2/3 at recall 0, 1/2, 1
    labels, scores = [0, 1, 1], [0.9, 0.8, 0.7]
    assert_same(average_precision(labels, scores, interpolation="none"), 1 / 2 * 1 / 2 + 1 / 2 * 2 / 3)
    assert_same(average_precision(labels, scores), 2 / 3)
    # precision 1, 1/2, 2/3 at recall 1/2, 1/2, 1: six levels up to 0.5 see 1, five see 2/3
    assert_same(average_precision([1, 0, 1], scores, interpolation="11point"), (6 + 5 * 2 / 3) / 11)


@pytest.mark.parametrize("found", range(1, 10))
def test_a_recall_of_exactly_a_tenth_reaches_its_level(found):
    # precision 1 up to recall found / 10; the rest comes after 90 negatives, with precision 1/10 at the end
    labels = np.r_[np.ones(found, int), np.zeros(90, int), np.ones(10 - found, int)]
    expected = ((found + 1) * 1 + (10 - found) * 0.1) / 11
    assert_same(average_precision(labels, -np.arange(100), interpolation="11point"), expected)


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
@given(ranking=rankings(), random=st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(interpolation, ranking, random):
    labels, scores = ranking
    order = random.sample(range(len(labels)), len(labels))
    expected = average_precision(labels, scores, interpolation=interpolation)
    assert average_precision(labels[order], scores[order], interpolation=interpolation) == expected


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
@given(ranking=rankings())
def test_only_the_ranks_matter(interpolation, ranking):
    labels, scores = ranking
    expected = average_precision(labels, scores, interpolation=interpolation)
    for transformed in (np.exp(scores), scores**3 - 7, scores.astype(np.int8), (scores + 4).astype(np.uint8)):
        assert average_precision(labels, transformed, interpolation=interpolation) == expected
    below = np.where(scores == scores.min(), -np.inf, scores)
    assert average_precision(labels, below, interpolation=interpolation) == expected
    above = np.where(scores == scores.max(), np.inf, scores)
    assert average_precision(labels, above, interpolation=interpolation) == expected


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
@given(ranking=rankings())
def test_every_example_twice_is_as_good_as_once(interpolation, ranking):
    twice = (np.tile(part, 2) for part in ranking)
    assert_same(
        average_precision(*twice, interpolation=interpolation),
        average_precision(*ranking, interpolation=interpolation),
    )


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
@given(ranking=rankings())
def test_extremes_have_closed_forms(interpolation, ranking):
    labels, _ = ranking
    n, n_positives = len(labels), labels.sum()
    assert_same(average_precision(labels, labels, interpolation=interpolation), 1)
    assert_same(average_precision(labels, np.zeros(n), interpolation=interpolation), n_positives / n)
    found = np.arange(1, n_positives + 1)
    last = np.r_[np.zeros(n - n_positives, int), np.ones(n_positives, int)]
    value = average_precision(last, -np.arange(n), interpolation=interpolation)
    none = np.mean(found / (n - n_positives + found))
    assert_same(value, none if interpolation == "none" else n_positives / n)


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
def test_random_scores_give_about_the_share_of_positives(interpolation):
    rng = np.random.default_rng(0)
    n, share = 20_000, 0.2
    labels = np.arange(n) < share * n
    values = [average_precision(labels, rng.random(n), interpolation=interpolation) for _ in range(20)]
    # at recall 0 the highest precision is far above the share, which adds up to (1 - share) / 11 to the 11-point mean
    upper = share + (1 - share) / 11 if interpolation == "11point" else share + 0.01
    assert share - 0.01 < np.mean(values) < upper


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
@given(ranking=rankings(), data=st.data())
def test_difficult_examples_are_as_if_removed(interpolation, ranking, data):
    labels, scores = ranking
    difficult = np.array(data.draw(st.lists(st.booleans(), min_size=len(labels), max_size=len(labels))))
    difficult[labels.argmax()] = False
    expected = average_precision(labels[~difficult], scores[~difficult], interpolation=interpolation)
    for flags in (difficult, difficult.astype(int), difficult.tolist()):
        assert average_precision(labels, scores, difficult=flags, interpolation=interpolation) == expected
    for ours, theirs in zip(
        precision_recall(labels, scores, difficult),
        precision_recall(labels[~difficult], scores[~difficult]),
        strict=True,
    ):
        np.testing.assert_array_equal(ours, theirs)


@given(ranking=rankings(), data=st.data())
def test_labels_of_voc_leave_zeros_out(ranking, data):
    labels, scores = ranking
    signs = 2 * labels - 1
    assert average_precision(signs, scores) == average_precision(labels, scores)
    zeros = data.draw(st.lists(st.booleans(), min_size=len(labels), max_size=len(labels)))
    zeros = np.array(zeros) & (labels == 0)
    if (signs[~zeros] == -1).any():
        expected = average_precision(labels[~zeros], scores[~zeros])
        assert average_precision(np.where(zeros, 0, signs), scores) == expected


def test_arrays_tensors_and_lists_give_the_same():
    labels, scores = [1, 0, 0, 1, 0], [0.5, 2.0, -1.0, 3.0, 0.5]
    expected = average_precision(labels, scores)
    for kind in (bool, np.int8, np.float32):
        assert average_precision(np.array(labels, kind), np.array(scores, np.float16)) == expected
    assert average_precision(torch.tensor(labels), torch.tensor(scores)) == expected
    assert average_precision(np.array(labels), scores) == expected


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
def test_without_positives_it_is_undefined(interpolation):
    assert np.isnan(average_precision([0, 0], [1, 2], interpolation=interpolation))
    assert np.isnan(average_precision([-1, 0], [1, 2], interpolation=interpolation))
    assert np.isnan(average_precision([1, 0], [1, 2], difficult=[1, 0], interpolation=interpolation))
    assert np.isnan(average_precision([1, 0], [1, 2], difficult=[1, 1], interpolation=interpolation))


def test_curve_without_positives_or_points():
    precision, recall, thresholds = precision_recall([0, 0, 0], [1, 2, 2])
    assert precision.tolist() == [0, 0] and thresholds.tolist() == [2, 1]
    assert np.isnan(recall).all() and recall.shape == (2,)
    assert [len(part) for part in precision_recall([1, 0], [1, 2], [1, 1])] == [0, 0, 0]


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
def test_mean_over_classes_with_positives(interpolation):
    rng = np.random.default_rng(0)
    labels, scores = rng.choice([-1, 0, 1], (50, 4)), rng.normal(size=(50, 4))
    difficult = rng.random((50, 4)) < 0.2
    labels[labels[:, 2] == 1, 2] = -1
    result = mean_average_precision(labels, scores, difficult=difficult, interpolation=interpolation)
    one_by_one = [
        average_precision(labels[:, k], scores[:, k], difficult=difficult[:, k], interpolation=interpolation)
        for k in range(4)
    ]
    np.testing.assert_array_equal(result.per_class, one_by_one)
    assert np.isnan(result.per_class).tolist() == [False, False, True, False]
    assert_same(result.mean, sum(one_by_one[k] for k in (0, 1, 3)) / 3)


def test_one_negative_of_voc_makes_all_columns_vocs():
    # no image is a negative of the second class, so its zeros alone could be taken for negatives
    labels = np.array([[1, 0], [-1, 1], [1, 0]])
    scores = np.array([[3, 3], [2, 2], [1, 1]])
    assert mean_average_precision(labels, scores).per_class.tolist() == pytest.approx([5 / 6, 1])
    assert mean_average_precision(labels.clip(0), scores).per_class.tolist() == pytest.approx([5 / 6, 1 / 2])


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("function", [average_precision, precision_recall])
@pytest.mark.parametrize(
    ("labels", "scores", "difficult", "message"),
    [
        ([], [], None, r"scores: expected a shape \(n\) with something in it, got \(0,\)"),
        ([[1]], [[1.0]], None, r"scores: expected a shape \(n\) with something in it, got \(1, 1\)"),
        ([1, 0], [1, 2, 3], None, r"labels: expected shape \(3,\), that of scores, got \(2,\)"),
        ([1, 0], [1, 2], [0], r"difficult: expected shape \(2,\), that of scores, got \(1,\)"),
        ([1, 0, 1], [1, np.nan, np.nan], None, r"scores: expected numbers that can be ranked, got 2 NaN"),
        ([1, 0], [1j, 2], None, r"scores: expected real numbers, got complex128"),
        ([1, 0], ["a", "b"], None, r"scores: expected real numbers, got <U1"),
        ([1, 2, 3], [1, 2, 3], None, r"labels: expected -1 or 0 or 1 everywhere, got \[2, 3\]"),
        ([1, 0.5], [1, 2], None, r"labels: expected -1 or 0 or 1 everywhere, got \[0\.5\]"),
        ([1, np.nan], [1, 2], None, r"labels: expected -1 or 0 or 1 everywhere, got \[nan\]"),
        (["dog", "cat"], [1, 2], None, r"labels: expected -1 or 0 or 1 everywhere, got <U3"),
        ([1, 0], [1, 2], [0, -1], r"difficult: expected 0 or 1 everywhere, got \[-1\]"),
        ([1, 0], [1, 2], [None, True], r"difficult: expected 0 or 1 everywhere, got object"),
    ],
)
def test_bad_input_is_named(function, labels, scores, difficult, message):
    with pytest.raises(ValueError, match=message):
        function(labels, scores, difficult=difficult)


@pytest.mark.parametrize("interpolation", ["AREA", "linear", ""])
def test_an_unknown_interpolation_is_named(interpolation):
    message = f"interpolation: expected one of area, 11point, none, got '{interpolation}'"
    with pytest.raises(ValueError, match=message):
        average_precision([1, 0], [1, 2], interpolation=interpolation)
    with pytest.raises(ValueError, match=message):
        mean_average_precision([[1], [0]], [[1], [2]], interpolation=interpolation)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("labels", "scores", "message"),
    [
        ([1, 0], [1, 2], r"scores: expected a shape \(n, C\) with something in it, got \(2,\)"),
        (np.zeros((3, 0)), np.zeros((3, 0)), r"scores: expected a shape \(n, C\) with something in it, got \(3, 0\)"),
        ([[1, 0]], [[1], [2]], r"labels: expected shape \(2, 1\), that of scores, got \(1, 2\)"),
        ([[1, 7]], [[1, 2]], r"labels: expected -1 or 0 or 1 everywhere, got \[7\]"),
        ([[1, 0]], [[1, np.nan]], r"scores: expected numbers that can be ranked, got 1 NaN"),
        ([[0, -1]], [[1, 2]], r"labels: expected positives in at least one of the 2 classes, got none"),
    ],
)
def test_bad_matrices_are_named(labels, scores, message):
    with pytest.raises(ValueError, match=message):
        mean_average_precision(labels, scores)
