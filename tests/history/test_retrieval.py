"""The inverted file against the same product with all weights written out, and scenes found by an object in them."""

import cv2
import numpy as np
import pytest

from thesiscode.data.toyland import Modes, draw_scene
from thesiscode.history.retrieval import InvertedFile, build_vocabulary, visual_words
from thesiscode.metrics import average_precision


def dense_scores(documents, query, n_words):
    """The cosine of tf-idf vectors, by the definition."""
    counts = np.array([np.bincount(d, minlength=n_words) for d in [*documents, query]], float)
    idf = np.log(len(documents) / np.maximum((counts[:-1] > 0).sum(axis=0), 1))
    weights = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1) * idf
    weights /= np.maximum(np.linalg.norm(weights, axis=1, keepdims=True), 1e-300)
    return weights[:-1] @ weights[-1]


@pytest.mark.parametrize("seed", range(4))
def test_scores_are_the_cosines_of_the_dense_vectors(seed):
    rng = np.random.default_rng(seed)
    documents = [rng.zipf(1.5, rng.integers(0, 40)).clip(1, 30) - 1 for _ in range(25)]
    query = rng.integers(0, 30, 8)
    answer = InvertedFile(documents, 30).query(query)
    assert np.allclose(answer.scores, dense_scores(documents, query, 30))
    assert answer.documents == (answer.scores > 0).sum()


def test_a_query_reads_its_own_lists_alone():
    documents = [np.array([0, 1, 1]), np.array([1, 2]), np.array([3]), np.array([4, 4])]
    file = InvertedFile(documents, 6)
    answer = file.query(np.array([1, 3, 3, 5]))
    assert (answer.postings, answer.documents) == (3, 3)
    assert [len(some) for some in file.postings] == [1, 2, 1, 1, 1, 0]
    assert file.query(np.array([4])).scores.tolist() == pytest.approx([0, 0, 0, 1])


def test_a_word_of_every_document_says_nothing():
    file = InvertedFile([np.array([0, 1]), np.array([0, 2]), np.array([0])], 3)
    answer = file.query(np.array([0]))
    assert not answer.scores.any() and answer.postings == 0


def test_words_are_the_nearest_centres():
    rng = np.random.default_rng(0)
    centres = 10 * np.array([[0.0, 0], [1, 0], [0, 1]])
    points = np.repeat(centres, 50, axis=0) + rng.normal(size=(150, 2))
    words = visual_words(points, centres)
    assert np.array_equal(words, np.repeat([0, 1, 2], 50))
    found = build_vocabulary(points, 6, seed=0)
    assert found.shape == (6, 2)
    assert np.linalg.norm(points[:, None] - found, axis=2).min(axis=1).mean() < 3


def test_views_of_a_scene_find_each_other():
    sift, bags, scene_of = cv2.SIFT_create(contrastThreshold=0.02), [], []
    for number in range(12):
        image = draw_scene(2, number, modes=Modes(truncation=0)).image
        h, w = image.shape[:2]
        for degrees, scale in ((0, 1.0), (25, 0.9), (-40, 0.8)):
            turned = cv2.warpAffine(image, cv2.getRotationMatrix2D((w / 2, h / 2), degrees, scale), (w, h))
            bags.append(sift.detectAndCompute(cv2.cvtColor(turned, cv2.COLOR_RGB2GRAY), None)[1])
            scene_of.append(number)
    vocabulary = build_vocabulary(np.concatenate(bags), 300, seed=0)
    words = [visual_words(bag, vocabulary) for bag in bags]
    file, scene_of = InvertedFile(words, 300), np.array(scene_of)
    precision = []
    for number in range(0, 36, 3):
        others = np.arange(36) != number
        labels = np.where(scene_of == scene_of[number], 1, -1)[others]
        precision.append(average_precision(labels, file.query(words[number]).scores[others]))
    assert np.mean(precision) > 0.8


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match="documents: expected at least one"):
        InvertedFile([], 3)
    with pytest.raises(ValueError, match=r"words: expected numbers in \[0, 3\), got 1 to 3"):
        InvertedFile([np.array([1, 3])], 3)
    with pytest.raises(ValueError, match=r"n_words: expected an integer in \[1, 4\], got 5"):
        build_vocabulary(np.ones((4, 2)), 5, seed=0)
    with pytest.raises(ValueError, match="descriptors: expected"):
        visual_words(np.ones((4, 2)), np.ones((3, 5)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: visual_words(np.full((4, 2), np.nan), np.ones((3, 2))), "descriptors: expected finite numbers"),
        (lambda: visual_words(np.ones((4, 2)), np.full((3, 2), np.nan)), "vocabulary: expected finite numbers"),
        (lambda: visual_words(np.ones((4, 2)), np.ones((0, 2))), r"vocabulary: .* got shape \(0, 2\)"),
        (lambda: visual_words(np.ones((4, 2)), np.ones(0)), r"vocabulary: expected at least one word, .* shape \(0,\)"),
        (lambda: InvertedFile([np.array([0.5, 1])], 3), "words: expected integers, got float64"),
        (lambda: InvertedFile([np.array([0, 1])], 3).query(np.array([1.0])), "words: expected integers, got float64"),
        (lambda: InvertedFile([np.zeros(0, int)], 0), "n_words: expected at least 1, got 0"),
    ],
)
def test_words_refuse(unchecked, call, message):
    with pytest.raises(ValueError, match=message):
        call()
