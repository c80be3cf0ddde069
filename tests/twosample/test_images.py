"""Features of images: the right preparation, and ranges that are checked and not guessed."""

import numpy as np
import pytest
import torch
import torchvision

from thesiscode.engine import generator
from thesiscode.nets import Features, SmallAlexNet
from thesiscode.twosample import SYMMETRIC, ImageFeatures, as_vectors, from_tanh


@pytest.fixture(scope="module")
def resnet():
    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        return torchvision.models.resnet34(weights=None).eval()


@pytest.fixture
def images():
    return torch.randint(256, (5, 3, 64, 64), dtype=torch.uint8, generator=generator(0))


def test_the_thesis_takes_2048_values_of_a_residual_network(resnet, images):
    found = ImageFeatures(Features(resnet, "layer4"))(images, batch_size=2)
    assert found.shape == (5, 2048) and found.dtype == np.float32
    mean = torch.tensor([0.485, 0.456, 0.406])[:, None, None]
    std = torch.tensor([0.229, 0.224, 0.225])[:, None, None]
    x = (images / 255 - mean) / std
    for name, layer in resnet.named_children():
        with torch.no_grad():
            x = layer(x)
        if name == "layer4":
            break
    assert x.shape[1:] == (512, 2, 2)
    np.testing.assert_allclose(found, x.flatten(1).numpy(), rtol=1e-3, atol=2e-3)
    pooled = ImageFeatures(Features(resnet, "layer4", mean=True))(images)
    np.testing.assert_allclose(pooled, x.mean(dim=(2, 3)).numpy(), rtol=1e-3, atol=2e-3)


def test_the_small_network_takes_minus_one_to_one(images):
    net = SmallAlexNet(3, fc_width=8, generator=generator(1)).eval()
    found = ImageFeatures(Features(net, "fc7"), SYMMETRIC)(images)
    expected = Features(net, "fc7")(images / 127.5 - 1)
    np.testing.assert_allclose(found, expected.numpy(), rtol=1e-4, atol=1e-5)


def test_grey_images_and_other_sizes(resnet):
    grey = torch.randint(256, (2, 1, 40, 40), dtype=torch.uint8, generator=generator(0))
    extract = ImageFeatures(Features(resnet, "layer4"), side=64)
    np.testing.assert_allclose(extract(grey), extract(grey.expand(-1, 3, -1, -1)), rtol=1e-5)
    assert extract(grey).shape == (2, 2048)


def test_from_tanh_and_back():
    bytes_ = torch.randint(256, (2, 3, 20, 20), dtype=torch.uint8, generator=generator(0))
    assert torch.equal(from_tanh(bytes_ / 127.5 - 1), bytes_)
    assert from_tanh(torch.tensor([-1.0, 1.0]).reshape(1, 1, 1, 2)).flatten().tolist() == [0, 255]


def test_pixels_as_vectors(images):
    assert as_vectors(images).shape == (5, 3 * 64 * 64) and as_vectors(images).max() <= 1
    np.testing.assert_allclose(as_vectors(images)[2, 64 * 64 + 5], images[2, 1, 0, 5].item() / 255)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x, f: f(x / 255), "images: expected bytes from 0 to 255 .uint8., got torch.float32; see from_tanh"),
        (lambda x, f: as_vectors(x.float()), "images: expected bytes from 0 to 255"),
        (lambda x, f: from_tanh(x.float()), r"images: expected pixels in \[-1, 1\], got 0 to 255"),
        (lambda x, f: from_tanh(x / 255), r"images: expected pixels in \[-1, 1\], got none below 0 .*: are they in"),
        (lambda x, f: from_tanh(x), "images: expected floating-point pixels"),
        (lambda x, f: from_tanh(torch.full((1, 1, 2, 2), torch.nan)), r"images: expected pixels in \[-1, 1\], got nan"),
    ],
)
def test_ranges_are_checked_and_not_guessed(unchecked, resnet, images, call, message):
    with pytest.raises(ValueError, match=message):
        call(images, ImageFeatures(Features(resnet, "layer4")))
