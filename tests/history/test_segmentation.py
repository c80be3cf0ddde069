"""A class for every pixel: labels, where units look, skips, the measure, and what ships."""

import numpy as np
import pytest
import torch
from sklearn.metrics import jaccard_score
from torch.nn import functional as F

from thesiscode import zoo
from thesiscode.data.toyland import TARGETS, draw_scene
from thesiscode.history import (
    VOID,
    SegmentationNetwork,
    intersections_over_unions,
    labelled_scenes,
    load_network,
    resample,
    segment_images,
    train_segmentation,
)
from thesiscode.history.pipelines_zoo import SEGMENTATION, SegmentationSettings, mean_iou, segmentation_test
from thesiscode.history.segmentation import EASY
from thesiscode.nets import SmallAlexNet
from thesiscode.nets.sliding import Window


def network(**how):
    net = SegmentationNetwork(SmallAlexNet(3, generator=torch.Generator().manual_seed(0)), **how)
    return net.eval()


def test_labels_are_the_masks_of_the_scene():
    data = labelled_scenes(2, seed=3, start=5, side=64)
    scene = draw_scene(3, 6, modes=EASY, side=64)
    height, width = scene.image.shape[:2]
    assert np.array_equal(data.images[1, :, :height, :width].permute(1, 2, 0).numpy(), scene.image)
    labels = data.classes[1].numpy()
    assert (labels == VOID).sum() == 64 * 64 - height * width
    for thing in scene.objects:
        assert (labels[:height, :width][thing.mask] == 1 + TARGETS.index(thing.name)).all()
    assert (labels[:height, :width] > 0).sum() == sum(thing.mask.sum() for thing in scene.objects)


def test_resampling_keeps_a_ramp_where_units_look():
    source, target = Window(20, 8, 6.5), Window(7, 2, 0.5)
    places = source.start + source.stride * torch.arange(6.0)
    ramp = (3 * places[:, None] + places[None]).expand(1, 1, 6, 6)
    found = resample(ramp, source, target, (24, 24))[0, 0]
    at = (target.start + target.stride * torch.arange(24.0)).clamp(places[0], places[-1])
    assert torch.allclose(found, 3 * at[:, None] + at[None], atol=1e-3)


def test_enlarging_by_two_is_what_torch_does_for_units_that_share_the_image():
    maps = torch.randn(2, 3, 5, 7, generator=torch.Generator().manual_seed(0))
    found = resample(maps, Window(2, 2, 1.0), Window(1, 1, 0.5), (10, 14))
    assert torch.allclose(found, F.interpolate(maps, scale_factor=2, mode="bilinear"), atol=1e-5)


def test_skips_begin_at_zero_and_add_fine_scores():
    x = torch.randn(1, 3, 48, 40, generator=torch.Generator().manual_seed(1))
    net = network(generator=torch.Generator().manual_seed(2))
    scores = net(x)
    assert scores.shape == (1, 1 + len(TARGETS), 48, 40)
    with torch.no_grad():
        net.skips[1][2].bias[3] = 1.0
    moved = net(x) - scores
    assert torch.allclose(moved[:, 3], torch.ones(1, 48, 40), atol=1e-4) and moved[:, 4:].abs().max() < 1e-4


def test_scores_follow_the_image_when_it_moves():
    """By 8 pixels, the stride of the last maps, well inside of the image."""
    x = torch.zeros(1, 3, 320, 320)
    x[..., 144:176, 144:176] = torch.randn(3, 32, 32, generator=torch.Generator().manual_seed(1))
    net = network(generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        for skip in net.skips:
            skip[2].weight.normal_(generator=torch.Generator().manual_seed(3))
        here, there = net(x), net(x.roll((8, 16), dims=(2, 3)))
    inner = slice(136, 184)
    assert here[..., inner, inner].std() > 0
    assert torch.allclose(here[..., inner, inner], there[..., 144:192, 152:200], atol=1e-3)


def test_intersection_over_union_is_the_jaccard_index():
    rng = np.random.default_rng(0)
    a, b = (torch.from_numpy(rng.integers(0, 4, (2, 30, 30)).astype(np.uint8)) for _ in range(2))
    known = b.clone()
    known[0, :5] = VOID
    found = intersections_over_unions(a, known, 5)
    mask = (known != VOID).numpy()
    expected = jaccard_score(known.numpy()[mask], a.numpy()[mask], average=None)
    assert found[:4] == pytest.approx(expected) and np.isnan(found[4])


def test_training_lowers_the_loss():
    data = labelled_scenes(16, side=48)
    net = network(generator=torch.Generator().manual_seed(0))
    trunk = {name: value.clone() for name, value in net.state_dict().items() if name.startswith("stages.")}
    losses = train_segmentation(net, data, epochs=12, draw=torch.Generator().manual_seed(0))
    assert losses[-1] < 0.8 * losses[0]
    assert trunk and all(torch.equal(net.state_dict()[name], value) for name, value in trunk.items())
    assert set(net.trained) == set(net.state_dict()) - set(trunk)
    assert segment_images(net, data.images).shape == (16, 48, 48)


def test_what_ships_is_as_good_as_its_card_says_and_skips_help():
    test, found = segmentation_test(SegmentationSettings()), {}
    for which in SEGMENTATION:
        found[which] = mean_iou(load_network(f"segmentation-{which}"), test)
        card = zoo.load_weights(f"history/segmentation-{which}").card
        assert found[which] == pytest.approx(card["metrics"], abs=0.005)
    nothing = np.nan_to_num(intersections_over_unions(torch.zeros_like(test.classes), test.classes)).mean()
    assert found["skips"]["mean IoU"] > found["plain"]["mean IoU"] > 2 * nothing


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match="n: expected at least 1 scene, got 0"):
        labelled_scenes(0)
    labels = torch.zeros(2, 4, 4, dtype=torch.uint8)
    with pytest.raises(ValueError, match="found: expected the shape of truth"):
        intersections_over_unions(labels[:1], labels)
    with pytest.raises(ValueError, match="data: expected at least 16 images"):
        train_segmentation(network(), labelled_scenes(2, side=32), epochs=1, draw=torch.Generator())
    with pytest.raises(ValueError, match="name: expected one of"):
        load_network("segmentation-other")


@pytest.mark.parametrize(
    ("found", "truth", "message"),
    [
        (7, 0, r"found: expected classes in \[0, 3\), got \[7\]"),
        (-1, 0, r"found: expected classes in \[0, 3\), got \[-1\]"),
        (0, 7, r"truth: expected classes in \[0, 3\), got \[7\]"),
        (0, VOID, "truth: expected at least one pixel that is not VOID, 255, got none"),
    ],
)
def test_classes_are_checked_where_they_are(unchecked, found, truth, message):
    with pytest.raises(ValueError, match=message):
        intersections_over_unions(torch.full((2, 4, 4), found), torch.full((2, 4, 4), truth), 3)
