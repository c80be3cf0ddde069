"""Networks cut after a layer, feature vectors, and shapes of networks with branches."""

import os
from pathlib import Path

import pytest
import torch
import torchvision
from torch import nn

from thesiscode.data.voc import VOCClassification
from thesiscode.data.weights import load_weights
from thesiscode.nets import AlexNet, Features, OneWeirdTrickAlexNet, block_shapes, describe, truncate
from thesiscode.nets.small import SmallAlexNet

REAL_DATA = os.environ.get("THESISCODE_REAL_DATA")


def images(n, side, seed=0):
    return torch.rand(n, 3, side, side, generator=torch.Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def alexnet():
    return AlexNet(4, fc_width=32, generator=torch.Generator().manual_seed(0)).eval()


@pytest.fixture(scope="module")
def squeezenet():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return torchvision.models.squeezenet1_1(weights=None).eval()


@pytest.fixture(scope="module")
def resnet():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return torchvision.models.resnet34(weights=None).eval()


@torch.no_grad()
def test_a_cut_network_and_the_rest_are_the_network(alexnet):
    x = images(2, 224)
    cut = truncate(alexnet, "fc7")
    rest = nn.Sequential(alexnet.classifier.relu7, alexnet.classifier.fc8)
    assert torch.equal(rest(cut(x)), alexnet(x))
    assert cut.conv1 is alexnet.features.conv1
    assert truncate(alexnet, "conv3")(images(1, 64)).shape == (1, 384, 3, 3)


@torch.no_grad()
@pytest.mark.parametrize("name", ["alexnet", "squeezenet1_1", "resnet18"])
def test_the_last_layer_gives_the_scores_of_torchvisions_networks(name):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net = torchvision.models.get_model(name, weights=None, num_classes=5).eval()
    last = list(block_shapes(net, (3, 224, 224)))[-1]
    x = images(1, 224)
    assert torch.equal(truncate(net, last)(x).flatten(1), net(x))


def test_gradients_pass_a_cut_network(alexnet):
    x = images(1, 224).requires_grad_()
    truncate(alexnet, "fc6")(x).sum().backward()
    assert x.grad.abs().sum() > 0


@torch.no_grad()
def test_features_of_alexnet(alexnet):
    x = images(2, 224)
    maps = alexnet.features(x)
    fc6 = alexnet.classifier.fc6(maps.flatten(1)).relu()
    fc7 = alexnet.classifier.fc7(fc6).relu()
    assert torch.equal(Features(alexnet, "pool5")(x), maps.flatten(1))
    assert torch.equal(Features(alexnet, "pool5", mean=True)(x), maps.mean(dim=(2, 3)))
    assert torch.equal(Features(alexnet, "fc6")(x), fc6)
    assert torch.equal(Features(alexnet, "fc7")(x), fc7)
    assert torch.equal(Features(alexnet, "fc8")(x), alexnet(x))
    assert (alexnet(x) < 0).any(), "no rectifier follows FC8"


def test_features_of_the_public_alexnet():
    net = OneWeirdTrickAlexNet(4, fc_width=32, generator=torch.Generator().manual_seed(0))
    assert Features(net, "fc7")(images(2, 128)).shape == (2, 32)
    assert Features(net, "pool5")(images(2, 224)).shape == (2, 9216)


def test_features_of_the_small_network():
    net = SmallAlexNet(4, fc_width=32, generator=torch.Generator().manual_seed(0))
    assert Features(net, "fc7")(images(2, 64)).shape == (2, 32)
    assert Features(net, "pool5")(images(2, 64)).shape == (2, 1200)
    assert Features(net, "pool5", mean=True)(images(2, 100)).shape == (2, 48)


@torch.no_grad()
def test_features_of_squeezenet(squeezenet):
    x = images(2, 128)
    maps = squeezenet.features(x)
    assert maps.shape[2] > 1
    assert torch.equal(Features(squeezenet, "features.12", mean=True)(x), maps.mean(dim=(2, 3)))
    assert Features(squeezenet, "features.12", mean=True)(x).shape == (2, 512)
    assert torch.equal(Features(squeezenet, "classifier.3")(x), squeezenet(x))


@torch.no_grad()
def test_features_of_resnet(resnet):
    x = images(2, 64)
    flat, pooled = Features(resnet, "layer4")(x), Features(resnet, "avgpool")(x)
    assert (flat.shape, pooled.shape) == ((2, 2048), (2, 512))
    torch.testing.assert_close(flat.view(2, 512, 4).mean(dim=2), pooled)
    torch.testing.assert_close(resnet.fc(pooled), resnet(x))


def test_features_come_from_evaluation_without_gradients_and_leave_the_network_as_it_was(resnet):
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(0.5)).train()
    extract = Features(net, "3").train()
    net[1].eval()
    x = images(3, 8)
    first = extract(x)
    assert torch.equal(first, extract(x))
    assert not first.requires_grad
    assert net[1].num_batches_tracked == 0
    assert [layer.training for layer in net] == [True, False, True, True]
    linear = nn.Linear(first.shape[1], 1)
    linear(first).sum().backward()
    assert linear.weight.grad.abs().sum() > 0, "a layer on top can learn"


def test_shapes_of_networks_with_branches():
    with torch.device("meta"):
        squeezenet, resnet = torchvision.models.squeezenet1_1(), torchvision.models.resnet34()
    shapes = block_shapes(squeezenet, (3, 224, 224))
    # Iandola et al. (2016): 13 x 13 positions before the average in SqueezeNet 1.1 at 224 pixels
    assert shapes["features.12"] == (512, 13, 13)
    assert list(shapes)[-1] == "classifier.3"
    assert shapes["classifier.3"] == (1000, 1, 1)
    small = block_shapes(resnet, (3, 64, 64))
    assert (small["layer4"], small["avgpool"], small["fc"]) == ((512, 2, 2), (512, 1, 1), (1000,))


def test_shapes_agree_with_the_description(alexnet):
    shapes = block_shapes(alexnet, (3, 224, 224))
    assert list(shapes.items()) == [(layer.name, layer.output_shape) for layer in describe(alexnet, (3, 224, 224))]
    assert not any(module._forward_hooks for module in alexnet.modules())


def test_unknown_layers_are_named(alexnet, squeezenet):
    with pytest.raises(ValueError, match="layer is 'fc9'; expected one of conv1, relu1"):
        truncate(alexnet, "fc9")
    with pytest.raises(ValueError, match=r"layer is 'fire9'; expected one of features\.0, .*classifier\.3"):
        Features(squeezenet, "fire9")
    with pytest.raises(ValueError, match=r"input_shape is \(3, 0, 4\); expected three positive integers"):
        block_shapes(alexnet, (3, 0, 4))


@pytest.mark.usefixtures("as_users_run_it")
@pytest.mark.parametrize(
    ("layer", "x", "message"),
    [
        ("fc7", torch.zeros(3, 224, 224), r"x has shape \(3, 224, 224\); expected \(images, 3, height, width\)"),
        ("fc7", torch.zeros(1, 1, 224, 224), r"x has shape \(1, 1, 224, 224\); expected \(images, 3"),
        ("fc7", torch.zeros(1, 3, 224, 224, dtype=torch.uint8), r"x holds torch\.uint8; expected floating-point"),
        ("fc7", torch.zeros(1, 3, 300, 224), "images of 300 x 224 pixels give 12288 values to fc6; expected 9216"),
        ("pool5", torch.zeros(1, 3, 40, 224), "images of 40 x 224 pixels are 1 x 13 at pool5: too small"),
        ("pool5", torch.zeros(1, 3, 224, 6), "images of 224 x 6 pixels are 224 x 6 at conv1: too small"),
        ("conv1", torch.full((1, 3, 224, 224), torch.nan), "x holds NaN or infinity; expected finite numbers"),
    ],
)
def test_bad_images_are_named(alexnet, layer, x, message):
    with pytest.raises(ValueError, match=message):
        Features(alexnet, layer)(x)


def test_broken_weights_are_named():
    net = nn.Sequential(nn.Conv2d(3, 2, 3))
    with torch.no_grad():
        net[0].weight[1, 2, 0, 0] = torch.nan
    with pytest.raises(ValueError, match="the features of finite images x hold NaN or infinity"):
        Features(net, "0")(images(1, 8))


def test_squeezenet_reads_images_of_seventeen_pixels_and_no_smaller(squeezenet):
    extract = Features(squeezenet, "features.12", mean=True)
    assert extract(images(1, 17)).shape == (1, 512)
    with pytest.raises(ValueError, match="images of 16 x 16 pixels are 1 x 1 at features_8: too small"):
        extract(images(1, 16))


@pytest.mark.skipif(not REAL_DATA, reason="THESISCODE_REAL_DATA is not set: no photographs or weights to read")
def test_real_features_tell_real_classes_apart():
    """Leave-one-out nearest neighbour among 30 test photographs each of cats, trains and cars.

    86 of 90 are right; chance is 30.
    """
    pretrained = load_weights("squeezenet1_1", Path(REAL_DATA, "weights_squeezenet1_1"))
    data = VOCClassification(Path(REAL_DATA, "voc2007"), "test")
    extract = Features(pretrained.network, "features.12", mean=True)
    labels, batch = [], []
    for name in ("cat", "train", "car"):
        chosen = [i for i, a in enumerate(data.annotations) if {o.name for o in a.objects} == {name}][:30]
        labels += [name] * len(chosen)
        batch += [pretrained.preprocess(data.image(i)) for i in chosen]
    vectors = extract(torch.stack(batch))
    distances = torch.cdist(vectors, vectors).fill_diagonal_(torch.inf)
    nearest = distances.argmin(dim=1).tolist()
    right = sum(labels[i] == labels[j] for i, j in enumerate(nearest))
    assert (right, len(labels)) == (pytest.approx(86, abs=2), 90)
