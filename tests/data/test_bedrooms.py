"""Drawn bedrooms: rays meet what they should, attributes show, counts follow the stated distribution."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest
import torch
from scipy.stats import chisquare
from torch.utils.data import DataLoader

from thesiscode.data.bedrooms import BEDROOM_DISTRIBUTION, BedroomAttributes, Bedrooms, draw_bedroom
from thesiscode.data.bedrooms.rays import SAMPLES, SIDE, Rays
from thesiscode.data.bedrooms.room import HEIGHT, plan_room

PLAIN = BedroomAttributes()


def drawn(**attributes) -> np.ndarray:
    return draw_bedroom(PLAIN.but(**attributes)).astype(float)


def difference(a: dict, b: dict) -> np.ndarray:
    """How much each pixel differs between two versions of the plain room."""
    return np.abs(drawn(**a) - drawn(**b)).max(axis=-1)


def centre(weights: np.ndarray) -> tuple[float, float]:
    """Mean column and row."""
    rows, columns = np.mgrid[: weights.shape[0], : weights.shape[1]]
    return (columns * weights).sum() / weights.sum(), (rows * weights).sum() / weights.sum()


def test_a_box_covers_the_pixels_that_perspective_says():
    rays = Rays((0.0, 0.0, 0.0), 0.0, 0.0, spread=0.5)
    rays.box((-0.5, -0.25, 2.0), (0.5, 0.25, 3.0), (1.0, 0.0, 0.0))
    seen = np.isfinite(rays.distance)
    n = SIDE * SAMPLES
    # The near side is 1 x 0.5 at distance 2, where the view is 2 wide: half of the columns, a quarter of the rows.
    assert seen.any(axis=0).sum() == n // 2 and seen.any(axis=1).sum() == n // 4
    assert np.allclose(rays.distance[seen], 2.0) and np.allclose(rays.normal[seen], (0, 0, -1))


def test_an_ellipsoid_is_at_its_distance_and_hides_what_is_behind():
    rays = Rays((0.0, 1.0, 0.0), 0.0, 0.0, spread=0.5)
    rays.ellipsoid((0.0, 1.0, 3.0), (0.5, 0.5, 0.5), (0.0, 1.0, 0.0))
    middle = SIDE * SAMPLES // 2
    assert rays.distance[middle, middle] == pytest.approx(2.5, abs=1e-3)
    share = np.isfinite(rays.distance).mean()
    sine = 0.5 / 3  # the outline is seen at this angle's sine; its radius in the image is the tangent
    assert share == pytest.approx(np.pi * sine**2 / (1 - sine**2), rel=0.03)
    before = rays.colour.copy()
    rays.box((-5.0, -5.0, 6.0), (5.0, 5.0, 7.0), (1.0, 0.0, 0.0))
    assert np.array_equal(rays.colour[middle, middle], before[middle, middle])
    assert np.array_equal(rays.colour[0, 0], (1, 0, 0))


def test_what_is_behind_the_camera_is_not_seen():
    rays = Rays((0.0, 1.0, 0.0), 0.0, 0.0, spread=0.6)
    rays.box((-1.0, 0.0, -3.0), (1.0, 2.0, -2.0), (1.0, 0.0, 0.0))
    rays.ellipsoid((0.0, 1.0, -2.0), (0.5, 0.5, 0.5), (1.0, 0.0, 0.0))
    assert np.isinf(rays.distance).all()


def test_a_lamp_shade_is_as_wide_as_it_says():
    rays = Rays((0.0, 0.5, 0.0), 0.0, 0.0, spread=0.5)
    rays.shade((0.0, 0.0, 2.0), 1.0, 0.4, 0.2, (1.0, 1.0, 0.0))
    widths = np.isfinite(rays.distance).sum(axis=1)
    widths = widths[widths > 0]
    assert widths[-1] > 1.6 * widths[0]


def test_things_stand_inside_the_room_and_the_wardrobe_off_the_bed():
    bedrooms = Bedrooms(500, seed=5)
    for i in range(500):
        a = bedrooms.attributes(i)
        plan = plan_room(a)
        for low, high in filter(None, (plan.bed, plan.stand, plan.wardrobe)):
            assert -plan.half <= low[0] < high[0] <= plan.half
            assert 0 <= low[1] < high[1] <= HEIGHT and high[2] <= plan.depth
        assert len(plan.pictures) == int(a.pictures)
        if plan.wardrobe is not None:
            assert plan.wardrobe[1][0] <= plan.bed[0][0] or plan.wardrobe[0][0] >= plan.bed[1][0]
        for left, right in zip(plan.pictures[:-1], plan.pictures[1:], strict=True):
            assert left[2] <= right[0]
        if plan.window is not None and plan.window[0] == "back":
            for x0, _, x1, _ in plan.pictures:
                assert x1 <= plan.window[1] or x0 >= plan.window[2]


@pytest.mark.parametrize("name", BEDROOM_DISTRIBUTION)
def test_every_value_of_every_attribute_shows(name):
    base = PLAIN.but(rug="square") if name == "textile_hue" else PLAIN
    law = BEDROOM_DISTRIBUTION[name]
    values = list(law.probabilities) if hasattr(law, "probabilities") else np.linspace(law.low, law.high, 3).tolist()
    if name.endswith("hue"):
        values = values[:-1]  # hues 0 and 1 are the same
    images = [draw_bedroom(base.but(**{name: value})).astype(float) for value in values]
    for i, a in enumerate(images):
        for b in images[:i]:
            assert np.abs(a - b).max() > 10, name


def test_a_lamp_that_is_on_lights_its_surroundings():
    night = {"time": "night", "window": "none"}
    gain = drawn(**night, lamp_light="on").mean(axis=-1) - drawn(**night, lamp_light="off").mean(axis=-1)
    column, row = (round(v) for v in centre(np.maximum(gain, 0) ** 4))
    near = gain[max(row - 5, 0) : row + 6, max(column - 5, 0) : column + 6].mean()
    assert near > 4 * gain[-12:].mean() and gain.min() > -3


def test_day_is_brighter_than_dusk_and_dusk_than_night():
    means = [drawn(time=time, lamp="none").mean() for time in ("day", "dusk", "night")]
    assert means[0] > means[1] + 10 > means[2] + 20


def test_the_bed_follows_its_place_and_the_camera():
    def bed_column(**attributes) -> float:
        a, b = ({"blanket_hue": hue, **attributes} for hue in (0.0, 0.5))
        return centre(difference(a, b) > 40)[0]

    room = {"room_width": 4.6, "bed": "single"}
    assert bed_column(bed_place=1.0, **room) > bed_column(bed_place=0.0, **room) + 8
    assert bed_column(camera_turn=-0.25) > bed_column(camera_turn=0.25) + 10


def test_a_window_is_on_its_wall():
    dark = {"time": "night", "lamp": "none", "curtains": "none"}
    columns = {
        side: centre(difference({"window": side, **dark}, {"window": "none", **dark}) > 40)[0]
        for side in ("left", "right", "back")
    }
    assert columns["left"] < 20 and columns["right"] > 44 and 20 < columns["back"] < 44


def test_counts_follow_the_stated_distribution():
    bedrooms = Bedrooms(3000, seed=1)
    counts = Bedrooms.count_attributes(bedrooms.attributes(i) for i in range(3000))
    for name, row in Bedrooms.attribute_frequencies().items():
        assert sum(row.values()) == pytest.approx(1)
        p = chisquare([counts[name][key] for key in row], [3000 * q for q in row.values()]).pvalue
        assert p > 1e-3, (name, p)


def test_same_bytes_in_another_process_in_reverse_and_from_workers():
    bedrooms = Bedrooms(6, seed=7)
    here = [hashlib.sha256(bedrooms.image(i).tobytes()).hexdigest() for i in range(6)]
    code = (
        "import hashlib; from thesiscode.data.bedrooms import Bedrooms; f = Bedrooms(6, seed=7);"
        "print(*[hashlib.sha256(f.image(i).tobytes()).hexdigest() for i in reversed(range(6))])"
    )
    there = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert there[::-1] == here and len(set(here)) == 6
    batches = DataLoader(bedrooms, batch_size=4, num_workers=2)
    images = torch.cat([images for images, _ in batches]).permute(0, 2, 3, 1).contiguous()
    assert [hashlib.sha256(image.numpy().tobytes()).hexdigest() for image in images] == here


def test_bad_values_are_named():
    with pytest.raises(ValueError, match="window: expected one of none, left, right, back; got 'door'"):
        BedroomAttributes(window="door")
    with pytest.raises(ValueError, match=r"room_width: expected a number in \[3.4, 4.6\], got 40"):
        PLAIN.but(room_width=40)
