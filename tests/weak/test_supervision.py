"""What training is told: squares, labels, masks, and the two losses."""

import numpy as np
import pytest
import torch
from torch import nn

from thesiscode.engine import generator
from thesiscode.transfer.examples import AnnotatedImage
from thesiscode.weak import Maps, SlidingNet, global_max_pool, multilabel_logistic_loss, predict, rescale
from thesiscode.weak.supervision import (
    DIFFICULT,
    GRID,
    OBJECT,
    ImageLabels,
    MaskedOnTheImage,
    MaskedPooling,
    OnTheImage,
    on_the_image,
    squares,
    stored_squares,
)


def annotated(width, height, *things):
    pixels = torch.randint(256, (3, height, width), dtype=torch.uint8, generator=generator(0, "pixels"))
    boxes, classes, difficult = zip(*things, strict=True) if things else ((), (), ())
    return AnnotatedImage(
        pixels, np.array(boxes, float).reshape(-1, 4), np.array(classes, np.int64), np.array(difficult, bool)
    )


@pytest.fixture
def data():
    return squares(
        [
            annotated(36, 24, ((6, 4, 18, 20), 0, False), ((20, 2, 30, 8), 1, True)),
            annotated(48, 72, ((0, 0, 48, 72), 1, False), ((10.2, 50.2, 10.6, 50.6), 0, False)),
        ],
        2,
        72,
        fill=(1, 1, 1),
    )


def net_of(stride=4):
    return SlidingNet(nn.Sequential(nn.AvgPool2d(9, stride)), nn.Sequential(nn.Conv2d(3, 2, 1)))


def test_boxes_follow_their_image_into_the_square(data):
    assert data.images.shape == (2, 3, 72, 72) and data.labels.tolist() == [[1, 0], [1, 1]]
    assert data.boxes[0][0].tolist() == [[12, 8, 36, 40]] and data.boxes[0][1].shape == (0, 4)
    assert data.difficult[0][1].tolist() == [[40, 4, 60, 16]]
    assert data.extents.tolist() == [[72, 48], [48, 72]]
    assert (data.images[0, :, 48:] == 1).all() and (data.images[1, :, :, 48:] == 1).all()


def test_masks_say_where_the_objects_that_count_are(data):
    targets = MaskedPooling.targets(data)
    assert torch.equal(targets[:, :, 0], data.labels)
    masks = targets[:, :, 1:].unflatten(2, (GRID, GRID)) == OBJECT  # cells of 2 x 2 pixels
    expected = torch.zeros(GRID, GRID, dtype=torch.bool)
    expected[4:20, 6:18] = True
    assert torch.equal(masks[0, 0], expected) and not masks[0, 1].any()
    assert masks[1, 1, :, :24].all() and not masks[1, 1, :, 24:].any()
    assert masks[1, 0].sum() == 1 and masks[1, 0, 25, 5]  # an object smaller than a cell


@pytest.mark.parametrize("factor", [0.7, 1.0, 1.4])
def test_units_see_the_cell_that_holds_the_middle_of_their_window(data, factor):
    """Cells are 2 x 2 pixels of the square: the cell of a middle follows from where it is, in pixels."""
    net = net_of()
    maps = net(rescale(data.images.float(), factor))
    masks = torch.arange(GRID * GRID).reshape(GRID, GRID).expand(2, 2, -1, -1).to(torch.int16)
    seen = MaskedPooling(net).seen(maps, masks)
    side = round(72 * factor)
    for i in range(maps.shape[2]):
        for j in range(maps.shape[3]):
            x, y = ((4.5 + 4 * k) * 72 / side for k in (j, i))  # the window of unit 0 has its middle at 4.5
            assert int(seen[0, 1, i, j]) == int(y // 2) * GRID + int(x // 2)


def test_masks_tell_objects_from_difficult_ones():
    image = annotated(72, 72, ((0, 0, 20, 20), 0, False), ((40, 40, 60, 60), 0, True), ((10, 0, 30, 20), 0, True))
    masks = MaskedPooling.targets(squares([image], 1, 72))[0, 0, 1:].unflatten(0, (GRID, GRID))
    assert (masks[:10, :10] == OBJECT).all() and (masks[20:30, 20:30] == DIFFICULT).all()
    assert (masks[:10, 10:15] == DIFFICULT).all() and not masks[12:18].any()


def test_the_variant_does_not_push_down_difficult_objects():
    data = squares([annotated(72, 72, ((0, 0, 20, 20), 0, False), ((40, 40, 60, 60), 0, True))], 1, 72)
    net = SlidingNet(nn.Sequential(nn.AvgPool2d(9, 4)), nn.Sequential(nn.Conv2d(3, 1, 1)))
    maps = net(data.images.float()).detach()
    maps[:] = 0.0
    maps[0, 0, 11, 11] = 9.0  # the middle of its window is at 48.5, on the difficult object
    maps[0, 0, 15, 0] = 3.0  # beside both
    maps.requires_grad_()
    MaskedPooling(net, suppress=True)(maps, MaskedPooling.targets(data)).backward()
    assert maps.grad[0, 0, 11, 11] == 0 and maps.grad[0, 0, 15, 0] > 0


def test_masked_pooling_on_the_image_passes_over_the_padding(data):
    """Classes that are there keep their mask; those that are not are pooled over the image."""
    lone = squares([annotated(72, 36, ((0, 0, 20, 20), 0, False))], 2, 72)
    masks = MaskedOnTheImage.targets(lone)[0, :, 1:].unflatten(1, (GRID, GRID))
    assert torch.equal(masks[0], MaskedPooling.targets(lone)[0, 0, 1:].unflatten(0, (GRID, GRID)))
    assert (masks[1, :18] == OBJECT).all() and not masks[1, 18:].any()
    net = net_of()
    maps = net(lone.images.float()).detach()
    maps[0, 1, -1] = 1e3  # the padding would speak for the class that is not there
    assert MaskedOnTheImage(net)(maps, MaskedOnTheImage.targets(lone)) < 500
    assert MaskedPooling(net)(maps, MaskedPooling.targets(lone)) > 500


def test_the_losses_pool_what_they_should(data):
    net = net_of()
    maps, targets = net(data.images.float()), MaskedPooling.targets(data)
    expected = multilabel_logistic_loss(global_max_pool(maps).scores, data.labels)
    assert torch.equal(ImageLabels(net)(maps, data.labels), expected)

    plain, variant = (MaskedPooling(net, suppress=s) for s in (False, True))
    inside = plain.seen(maps, targets[:, :, 1:].unflatten(2, (GRID, GRID))) == OBJECT
    by_hand = beside = 0.0
    for n in range(2):
        for k in range(2):
            y, one, mine = int(data.labels[n, k]), maps[n, k], inside[n, k]
            top = one[mine].max() if mine.any() else one.max()
            by_hand += float(torch.log1p(torch.exp(-y * top.double())).detach()) if y else 0.0
            if y == 1 and not mine.all():
                beside += float(torch.nn.functional.softplus(one[~mine].max()).detach())
    assert plain(maps, targets).item() == pytest.approx(by_hand / 2, rel=1e-4)
    assert variant(maps, targets).item() == pytest.approx((by_hand + beside) / 2, rel=1e-4)
    variant(maps, targets).backward()
    assert all(torch.isfinite(p.grad).all() for p in net.head.parameters())


def test_no_images_are_refused():
    with pytest.raises(ValueError, match="images: expected at least one, got none"):
        squares([], 2, 72)


def test_boxes_of_another_image_are_refused():
    with pytest.raises(ValueError, match="boxes of image 1: expected boxes in an image of 24 x 36"):
        squares([annotated(36, 24, ((6, 4, 30, 20), 0, False)), annotated(24, 36, ((6, 4, 30, 20), 0, False))], 2, 72)


@pytest.mark.parametrize("reach", [0, 6])
@pytest.mark.parametrize("factor", [1, 1.5])
def test_windows_on_the_padding_do_not_speak_for_the_image(data, reach, factor):
    """Units that look at the padding have by far the best scores; the loss and its gradient pass them over."""
    net = net_of()
    loss, targets = OnTheImage(net, reach=reach), OnTheImage.targets(data)
    assert torch.equal(targets[:, :2], data.labels.float())
    maps = net(rescale(data.images / 255, factor)).detach()
    n = maps.shape[-1]
    by_hand = torch.zeros(2, 1, n, n, dtype=torch.bool)
    for i, (width, height) in enumerate(data.extents * factor):
        for row in range(n):
            for column in range(n):
                x, y = 4.5 + 4 * column, 4.5 + 4 * row
                by_hand[i, 0, row, column] = bool(reach <= x <= width - reach and reach <= y <= height - reach)
    assert by_hand.any() and not by_hand.all()
    maps.masked_fill_(~by_hand, 1e4)
    maps.requires_grad_()
    found = loss(maps, targets)
    found.backward()
    assert not maps.grad[~by_hand.expand_as(maps)].any() and maps.grad[:, 1].any()
    pooled = maps.masked_fill(~by_hand, -torch.inf).amax(dim=(2, 3))
    torch.testing.assert_close(found, multilabel_logistic_loss(pooled, data.labels))


def test_an_image_smaller_than_a_window_keeps_the_unit_in_its_middle(data):
    """No unit has 40 pixels of the image to each side: the one nearest to the middle speaks."""
    net = net_of()
    net(data.images.float())
    inside = OnTheImage(net, reach=40).inside(torch.zeros(2, 2, 16, 16), OnTheImage.targets(data)[:, -2:])
    for i, (width, height) in enumerate(data.extents):
        ((row, column),) = np.argwhere(inside[i, 0].numpy())
        assert abs(4.5 + 4 * row - height / 2) <= 2 and abs(4.5 + 4 * column - width / 2) <= 2


def test_maps_without_the_units_on_the_padding():
    maps = Maps(np.arange(12.0).reshape(1, 3, 4), np.array([5.0, 15, 25, 35]), np.array([5.0, 15, 25]))
    (found,) = on_the_image([maps], width=30, height=16)
    assert np.isinf(found.scores).tolist() == [[[False, False, False, True]] * 2 + [[True] * 4]]
    assert predict([found]).points.tolist() == [[25.0, 15.0]]
    (found,) = on_the_image([maps], width=40, height=30, reaches=[10])
    assert np.isinf(found.scores).tolist() == [[[True] * 4, [True, False, False, True], [True] * 4]]
    narrow = Maps(np.ones((1, 1, 1)), np.array([40.0]), np.array([40.0]))
    assert on_the_image([narrow], width=30, height=16)[0].scores.tolist() == [[[1.0]]]


def test_squares_on_the_disk_are_those_in_memory(data):
    images = [annotated(36, 24, ((6, 4, 18, 20), 0, False)), annotated(48, 72, ((0, 0, 48, 72), 1, True))]
    shapes = (one._replace(pixels=torch.empty(one.pixels.shape, dtype=torch.uint8, device="meta")) for one in images)
    stored = stored_squares(lambda i: images[i].pixels, shapes, 2, 72, fill=(1, 2, 3))
    expected = squares(images, 2, 72, fill=(1, 2, 3))
    assert stored.images.shape == expected.images.shape and len(stored.images) == 2
    assert torch.equal(torch.stack([stored.images[0], stored.images[1]]), expected.images)
    assert torch.equal(stored.labels, expected.labels) and np.array_equal(stored.extents, expected.extents)
    for mine, theirs in ((stored.boxes, expected.boxes), (stored.difficult, expected.difficult)):
        assert all(np.array_equal(a, b) for p, q in zip(mine, theirs, strict=True) for a, b in zip(p, q, strict=True))


def test_an_image_of_another_shape_than_its_annotation_is_refused():
    shapes = [annotated(72, 72)._replace(pixels=torch.empty(3, 72, 72, dtype=torch.uint8, device="meta"))]
    stored = stored_squares(lambda i: torch.zeros(3, 30, 80, dtype=torch.uint8), shapes, 2, 72)
    with pytest.raises(ValueError, match=r"image 0: expected the shape of its annotation, .*, got 80 x 30"):
        stored.images[0]
