"""A discriminator as the classifier of a test on raw pixels."""

import numpy as np
import pytest
import torch
from sklearn.base import clone

from thesiscode.gan.images import gan_images
from thesiscode.twosample import as_vectors, c2st
from thesiscode.twosample.convolutional import ConvolutionalNetwork


def test_it_sees_a_pattern_that_is_faint_to_the_eye_and_nothing_where_there_is_none():
    images, others = gan_images("faces", 300, 300, 32)
    board = (torch.arange(32)[:, None] + torch.arange(32)) % 2
    marked = (others.int() + 8 * board).clamp(0, 255).to(torch.uint8)  # 8 of 255 grey levels on every second pixel
    network = ConvolutionalNetwork((3, 32, 32), width=8, epochs=12, seed=0)
    told = c2st(as_vectors(images), as_vectors(marked), classifier=network, rng=np.random.default_rng(0))
    untold = c2st(as_vectors(images), as_vectors(others), classifier=network, rng=np.random.default_rng(0))
    assert told.statistic > 0.9 and told.p_value < 1e-6
    assert untold.statistic < 0.6 and untold.p_value > 1e-3


def test_a_seed_gives_the_same_predictions_and_a_clone_the_same_settings():
    x = np.random.default_rng(0).random((40, 64))
    y = np.repeat([False, True], 20)
    first, second = (ConvolutionalNetwork((1, 8, 8), width=2, epochs=2, seed=3).fit(x, y) for _ in range(2))
    assert np.allclose(first.predict_proba(x), second.predict_proba(x), atol=1e-6)
    assert np.allclose(first.predict_proba(x).sum(axis=1), 1)
    assert clone(first).get_params() == first.get_params()


def test_points_that_are_no_such_images_are_refused():
    with pytest.raises(ValueError, match=r"x: expected images of shape \(1, 8, 8\), got points of 65 features"):
        ConvolutionalNetwork((1, 8, 8)).fit(np.zeros((4, 65)), np.array([False, False, True, True]))
