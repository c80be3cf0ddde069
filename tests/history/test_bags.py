"""Bags of words against colour histograms, and pyramids against bags, on drawn objects before random backgrounds."""

import cv2
import numpy as np
import pytest
from sklearn.svm import LinearSVC

from thesiscode.history import (
    bag_of_words,
    build_vocabulary,
    category_images,
    colour_histogram,
    dense_sift,
    spatial_pyramid,
    visual_words,
    word_examples,
)

CLASSES = ("aeroplane", "bicycle", "bottle", "car", "chair", "dog")
WORDS, N, N_TRAIN, SIDE = 60, 360, 240, 96


@pytest.fixture(scope="module")
def accuracies():
    """Test accuracy of a linear SVM on three representations, on three splits: [3 splits, 3 representations]."""
    images, labels = category_images(CLASSES, N, rng=np.random.default_rng(0))
    local = [dense_sift(image, patch=24, step=8) for image in images]
    words = build_vocabulary(np.concatenate([d[::3] for d, _ in local[:80]]), WORDS, seed=0)
    named = [(visual_words(d, words), c) for d, c in local]
    features = (
        np.array([colour_histogram(image, bins=(4, 4, 4)).ravel() / SIDE**2 for image in images]),
        np.array([bag_of_words(w, WORDS) for w, _ in named]),
        np.array([spatial_pyramid(w, c, (SIDE, SIDE), WORDS) for w, c in named]),
    )
    found = []
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(N)
        train, test = order[:N_TRAIN], order[N_TRAIN:]
        machines = [LinearSVC(random_state=0).fit(np.sqrt(x[train]), labels[train]) for x in features]
        found.append([m.score(np.sqrt(x[test]), labels[test]) for m, x in zip(machines, features, strict=True)])
    return np.array(found)


def test_bags_of_words_tell_classes_apart_and_colours_hardly_do(accuracies):
    colour, bag, _ = accuracies.T
    assert (bag > colour + 0.15).all() and bag.mean() > 0.6


def test_pyramids_beat_bags_of_words(accuracies):
    _, bag, pyramid = accuracies.T
    gain = pyramid - bag
    assert (gain > 0).all() and gain.mean() - 2 * gain.std(ddof=1) / 3**0.5 > 0  # two standard errors above none


def test_images_follow_from_their_generator_and_hold_every_class_equally_often():
    (a, labels), (b, _) = (category_images(("car", "dog"), 6, rng=np.random.default_rng(3)) for _ in range(2))
    assert a.shape == (6, SIDE, SIDE, 3) and np.array_equal(a, b)
    assert np.bincount(labels).tolist() == [3, 3]


def test_the_descriptor_of_a_patch_depends_on_the_patch_and_not_on_its_place():
    rng = np.random.default_rng(0)
    piece = rng.integers(0, 255, (24, 24, 3), np.uint8)
    image = np.full((96, 96, 3), 128, np.uint8)
    image[:48, :48], image[48:, 48:] = np.tile(piece, (2, 2, 1)), np.tile(piece, (2, 2, 1))
    descriptors, centres = dense_sift(image, patch=16, step=8)
    at = {tuple(c): d for c, d in zip(centres.tolist(), descriptors, strict=True)}
    assert np.allclose(at[24, 24], at[72, 72], atol=0.02) and not np.allclose(at[24, 24], at[48, 24], atol=0.1)
    assert np.allclose((descriptors**2).sum(axis=1)[(descriptors > 0).any(axis=1)], 1)
    assert centres.min() >= 8 and centres.max() <= 88


def test_descriptors_keep_under_a_change_of_light():
    image = cv2.GaussianBlur(np.random.default_rng(0).integers(0, 120, (64, 64, 3), np.uint8), (0, 0), 2)
    a, b = dense_sift(image)[0], dense_sift(2 * image)[0]
    same, other = (((a - c) ** 2).sum(axis=1).mean() for c in (b, np.roll(a, 1, axis=0)))
    assert same < 0.1 * other


def test_the_examples_of_a_word_look_like_it():
    image = np.zeros((64, 64, 3), np.uint8)
    image[:, 32:] = 255
    flat = np.zeros((64, 64, 3), np.uint8)
    descriptors, centres = dense_sift(image, patch=16)
    word = descriptors[np.abs(centres - (32, 32)).sum(axis=1).argmin()][None]
    best = word_examples([flat, image], word, 0, 1, 16)[0]
    assert best.shape == (16, 16, 3) and 0.2 < (best > 127).mean() < 0.8


def test_one_cell_is_the_bag_of_words_and_finer_levels_add_up_to_it():
    rng = np.random.default_rng(0)
    labels, centres = rng.integers(5, size=40), rng.uniform(0, 30, (40, 2))
    bag = bag_of_words(labels, 5)
    assert np.allclose(spatial_pyramid(labels, centres, (30, 30), 5, levels=(1,)), bag)
    found = spatial_pyramid(labels, centres, (30, 30), 5)
    for level, (part, weight) in enumerate(zip(np.split(found, [5, 25]), (0.25, 0.25, 0.5), strict=True)):
        assert np.allclose(part.reshape(4**level, 5).sum(axis=0), weight * bag)


def test_a_pyramid_knows_the_quarter_and_a_bag_does_not():
    labels, corners = np.array([0, 1]), np.array([[2.0, 2.0], [8.0, 8.0]])
    one, other = (spatial_pyramid(labels, c, (10, 10), 2, levels=(1, 2)) for c in (corners, corners[::-1]))
    assert np.allclose(one[:2], other[:2]) and not np.allclose(one, other)
    assert one[2:].reshape(2, 2, 2)[0, 0, 0] == 0.25  # half of the words, half of the weight


def test_bad_input(unchecked):
    image = np.zeros((40, 40, 3), np.uint8)
    with pytest.raises(ValueError, match=r"image: expected bytes \[H, W, 3\], got float64"):
        dense_sift(image.astype(float))
    with pytest.raises(ValueError, match="patch, step: expected 8 to 40"):
        dense_sift(image, patch=60)
    with pytest.raises(ValueError, match="labels: expected some words from 0 to 2"):
        bag_of_words(np.array([3]), 3)
    with pytest.raises(ValueError, match="labels: expected some words from 0 to 2"):
        bag_of_words(np.array([], int), 3)
    with pytest.raises(ValueError, match="number: expected a word from 0 to 1, got 2"):
        word_examples([image], np.zeros((2, 128)), 2, 1, 16)
    with pytest.raises(ValueError, match="centres: expected 2 pairs"):
        spatial_pyramid(np.zeros(2, int), np.zeros((3, 2)), (9, 9), 1)
    with pytest.raises(ValueError, match="centres: expected points in an image of 9 x 9"):
        spatial_pyramid(np.zeros(1, int), np.array([[9.0, 1.0]]), (9, 9), 1)
    with pytest.raises(ValueError, match="levels: expected positive"):
        spatial_pyramid(np.zeros(1, int), np.zeros((1, 2)), (9, 9), 1, levels=())
    with pytest.raises(ValueError, match="labels: expected some words from 0 to 0"):
        spatial_pyramid(np.ones(1, int), np.zeros((1, 2)), (9, 9), 1)
    with pytest.raises(ValueError, match="classes, n, room: expected"):
        category_images((), 3, rng=np.random.default_rng(0))
