"""The features of all patches, image by image, and their class probabilities."""

import numpy as np
import pytest
import torch
from torch import nn

from thesiscode.engine import generator
from thesiscode.transfer import extract_patches, patch_grid
from thesiscode.transfer.adaptation import adaptation_layers
from thesiscode.transfer.classify import PatchFeatures, patch_features, patch_probabilities
from thesiscode.transfer.examples import AnnotatedImage
from thesiscode.transfer.inputs import as_input

SIZE = 8


@pytest.fixture
def images():
    """Three images of different shapes, with none, one and two objects of three classes."""
    draw, result = generator(0, "images"), []
    for (height, width), classes in {(9, 12): [], (16, 10): [2], (11, 11): [0, 1]}.items():
        pixels = torch.randint(256, (3, height, width), generator=draw, dtype=torch.uint8)
        boxes = np.tile([1.0, 1.0, 8.0, 8.0], (len(classes), 1))
        result.append(AnnotatedImage(pixels, boxes, np.array(classes, int), np.zeros(len(classes), bool)))
    return result


@pytest.fixture
def trunk():
    """Normalisation and dropout would show a trunk that is not in evaluation mode."""
    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        return nn.Sequential(nn.Conv2d(3, 4, 4, stride=2), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Dropout(0.5))


@pytest.fixture
def features():
    """Two images of 5 and 3 patches."""
    vectors = torch.randn(8, 6, generator=generator(0, "features"))
    patches = [np.tile([0, 0, 2, 2], (n, 1)) for n in (5, 3)]
    return PatchFeatures(vectors, patches, np.array([[1, -1, -1], [-1, 0, 1]]))


def make_head(n_outputs):
    head = adaptation_layers(6, n_outputs, width=20, generator=generator(0, "head"))
    nn.init.normal_(head.fcb.weight, generator=generator(0, "fcb"))  # far from uniform probabilities
    return head


@pytest.mark.parametrize("batch_size", [7, 256])
def test_features_come_image_by_image_and_patch_by_patch(images, trunk, batch_size):
    found = patch_features(trunk, iter(images), 3, size=SIZE, overlap=0.4, batch_size=batch_size)
    trunk.eval()
    expected = []
    for image, patches in zip(images, found.patches, strict=True):
        height, width = image.pixels.shape[1:]
        np.testing.assert_array_equal(patches, patch_grid(width, height, overlap=0.4))
        with torch.no_grad():
            expected += [trunk(as_input(pixels[None])) for pixels in extract_patches(image.pixels, patches, SIZE)]
    torch.testing.assert_close(found.features, torch.cat(expected))
    np.testing.assert_array_equal(found.labels, [[-1, -1, -1], [-1, -1, 1], [1, 1, -1]])


def test_pixels_are_prepared_as_told(images, trunk):
    dark, bright = (
        patch_features(trunk, images[:1], 3, size=SIZE, overlap=0.0, prepare=lambda x, k=k: k * as_input(x)).features
        for k in (0, 1)
    )
    assert (dark == dark[0]).all() and (bright != bright[0]).any()


def test_no_image_is_refused(trunk):
    with pytest.raises(ValueError, match="images: expected at least one, got none"):
        patch_features(trunk, [], 3, size=SIZE)


@pytest.mark.usefixtures("unchecked")
def test_an_image_that_is_smaller_than_its_patches_is_refused(trunk):
    tiny = AnnotatedImage(
        torch.zeros(3, 3, 3, dtype=torch.uint8), np.empty((0, 4)), np.empty(0, int), np.empty(0, bool)
    )
    with pytest.raises(ValueError, match=r"width x height is 3 x 3, too small for scale 3\.2"):
        patch_features(trunk, [tiny], 3, size=SIZE)


def test_probabilities_and_the_background_sum_to_one(features):
    head = make_head(4)
    found = patch_probabilities(head.train(), features, 3)
    assert [p.shape for p in found] == [(5, 3), (3, 3)]
    with torch.no_grad():
        exponentials = np.exp(head.eval()(features.features).double().numpy())
    everything = exponentials / exponentials.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(np.concatenate(found), everything[:, :3], rtol=1e-5)
    np.testing.assert_allclose(1 - np.concatenate(found).sum(axis=1), everything[:, 3], atol=1e-6)
    assert everything[:, 3].min() > 1e-4 and everything[:, 3].max() < 0.9


def test_one_image_is_one_array(features):
    alone = PatchFeatures(features.features[:5], features.patches[:1], features.labels[:1])
    (only,) = patch_probabilities(make_head(4), alone, 3)
    np.testing.assert_allclose(only, patch_probabilities(make_head(4), features, 3)[0], rtol=1e-5)


def test_sure_scores_stay_probabilities(features):
    head = make_head(4)
    with torch.no_grad():
        head.fcb.weight *= 1e6
    found = np.concatenate(patch_probabilities(head, features, 3))
    assert (found >= 0).all() and (found <= 1).all() and (found == 1).any()


@pytest.mark.parametrize("outputs", [3, 5])
def test_classes_that_do_not_match_the_head_are_refused(features, outputs):
    with pytest.raises(ValueError, match=f"head has {outputs} outputs; expected 4, with the background"):
        patch_probabilities(make_head(outputs), features, 3)
