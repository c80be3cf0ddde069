import dataclasses
import hashlib
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thesiscode.data.toyland.classes import TARGETS
from thesiscode.data.toyland.clutter import draw_shape
from thesiscode.data.toyland.contexts import CONTEXTS, context_given_class
from thesiscode.data.toyland.layout import P_TARGETS, SIDE, Modes, cast, draw_numbers, find_corner, object_side, overlap
from thesiscode.data.toyland.scenes import AIRBORNE, EXTRAS, SHAPE, draw_scene, object_layer, visible_parts

OFF = Modes(viewpoint=0, lighting=0, occlusion=0, truncation=0, clutter=0, deformation=0, breeds=1)


def scenes(n=40, seed=0, **settings):
    return [draw_scene(seed, i, **settings) for i in range(n)]


def everything(scene):
    return [*scene.objects, *scene.distractors]


def digest(scene):
    parts = [scene.image, *(o.mask for o in everything(scene)), np.array([o.box for o in scene.objects])]
    return hashlib.sha256(b"".join(np.ascontiguousarray(part).tobytes() for part in parts)).hexdigest()


class TestAnnotation:
    def test_visible_parts_share_out_the_mask(self):
        """A mask holds pixels that are half covered or more, and so does a part; at seams between parts neither may."""
        covered = whole = 0
        for scene in scenes():
            for thing in scene.objects:
                parts = np.stack(list(visible_parts(thing).values()))
                assert (parts.sum(axis=0) <= thing.mask).all()
                covered, whole = covered + parts.sum(), whole + thing.mask.sum()
        assert covered > 0.95 * whole
        with pytest.raises(ValueError, match="without a placement"):
            visible_parts(dataclasses.replace(thing, placement=None))

    def test_shapes_and_counts(self):
        for scene in scenes():
            assert max(scene.image.shape[:2]) == SIDE and min(scene.image.shape[:2]) >= 90
            assert 1 <= len(scene.objects) <= 4
            assert {o.name for o in scene.objects} <= set(TARGETS)
            assert {o.name for o in scene.distractors} <= {*EXTRAS, SHAPE}
            assert all(o.mask.shape == scene.image.shape[:2] for o in everything(scene))

    def test_box_is_the_extent_of_the_mask(self):
        for scene in scenes():
            height, width = scene.image.shape[:2]
            for thing in everything(scene):
                ys, xs = np.nonzero(thing.mask)
                assert thing.box == (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)
                assert 0 <= thing.box[0] < thing.box[2] <= width and 0 <= thing.box[1] < thing.box[3] <= height

    def test_drawing_an_object_alone_covers_its_mask_exactly(self):
        # A mask is what the object covers alone, less what anything painted later covers alone; and nothing else is.
        for scene in scenes():
            height, width = scene.image.shape[:2]
            covered, masks = np.zeros((height, width), bool), {}
            for placement in reversed(scene.placements):
                silhouette = object_layer(placement, width, height)[..., 3] >= 128
                masks[placement] = silhouette & ~covered
                covered |= silhouette
            for thing in everything(scene):
                assert np.array_equal(thing.mask, masks.pop(thing.placement))
            assert all(mask.sum() < 12 for mask in masks.values())

    def test_image_shows_the_object_where_nothing_lies_on_it(self):
        for scene in scenes(20):
            height, width = scene.image.shape[:2]
            layers = [object_layer(placement, width, height) for placement in scene.placements]
            touched = sum((layer[..., 3] > 0).astype(int) for layer in layers)
            for layer in layers:
                alone = (layer[..., 3] == 255) & (touched == 1)
                assert np.array_equal(scene.image[alone], layer[alone][:, :3])

    def test_masks_are_disjoint(self):
        for scene in scenes():
            assert sum(o.mask.astype(int) for o in everything(scene)).max() <= 1

    def test_flags_follow_their_rules(self):
        seen = Counter()
        for scene in scenes(100):
            for thing in everything(scene):
                # Drawn on a frame with room on all sides, nothing of the object is cut off.
                room = SIDE
                x, y = thing.placement.corner
                shifted = dataclasses.replace(thing.placement, corner=(x + room, y + room))
                height, width = scene.image.shape[:2]
                whole = object_layer(shifted, width + 2 * room, height + 2 * room)[..., 3] >= 128
                within = whole[room : room + height, room : room + width]
                assert thing.truncated == (within.sum() < whole.sum())
                assert thing.occluded == (thing.mask.sum() < 0.95 * within.sum())
                assert thing.visible == pytest.approx(thing.mask.sum() / whole.sum())
                extent = max(thing.box[2] - thing.box[0], thing.box[3] - thing.box[1])
                assert thing.difficult == (thing.visible < 0.45 or extent < 0.14 * max(width, height))
                seen.update(flag for flag in ("difficult", "truncated", "occluded") if getattr(thing, flag))
        assert min(seen[flag] for flag in ("difficult", "truncated", "occluded")) >= 5

    def test_opaque_pixels_hold_no_background(self):
        for scene in scenes(10):
            union = np.logical_or.reduce([o.mask for o in everything(scene)])
            assert (scene.opaque & union).sum() > 0.8 * union.sum()
            assert scene.opaque.sum() <= 1.1 * union.sum()


class TestCounterfactual:
    @pytest.mark.parametrize("index", range(8))
    def test_same_objects_elsewhere(self, index):
        own = draw_scene(3, index)
        for context in CONTEXTS:
            moved = draw_scene(3, index, context=context)
            assert moved.context == context and moved.own_context == own.context
            assert np.array_equal(moved.image[moved.opaque], own.image[own.opaque])
            assert np.array_equal(moved.opaque, own.opaque)
            assert [(o.name, o.box, o.placement) for o in moved.objects] == [
                (o.name, o.box, o.placement) for o in own.objects
            ]
            assert all(np.array_equal(a.mask, b.mask) for a, b in zip(moved.objects, own.objects, strict=True))
            if context == own.context:
                assert np.array_equal(moved.image, own.image)
            else:
                bare = ~own.opaque
                assert (moved.image[bare] != own.image[bare]).any(-1).mean() > 0.5


DRAWS = [cast(draw_numbers(11, i), TARGETS) for i in range(6000)]


class TestFrequencies:
    def test_classes_are_balanced(self):
        counts = Counter(name for _, names in DRAWS for name in names)
        share = np.array([counts[name] for name in TARGETS]) / sum(counts.values())
        assert np.allclose(share, 1 / 12, atol=0.012)

    def test_contexts_follow_the_table(self):
        for name in TARGETS:
            places = Counter(context for context, names in DRAWS for other in names if other == name)
            n = sum(places.values())
            p = context_given_class(name)
            # Objects of one image share its context: four standard deviations, of at most twice the variance.
            bound = 4 * np.sqrt(2 * p * (1 - p) / n)
            assert (np.abs(np.array([places[c] for c in CONTEXTS]) / n - p) < bound).all()

    def test_number_of_targets(self):
        counts = Counter(len(names) for _, names in DRAWS)
        assert np.allclose([counts[k] / len(DRAWS) for k in (1, 2, 3, 4)], P_TARGETS, atol=0.03)


class TestModes:
    def test_everything_off(self):
        for scene in scenes(40, modes=OFF):
            assert not scene.distractors
            for thing in scene.objects:
                look = thing.placement.look
                assert (look.flip, look.tilt, look.stretch, look.pose, look.light) == (False, 0, 1, 0, 1)
                assert thing.breed == 0 and not thing.truncated

    @pytest.mark.parametrize(
        ("mode", "field"),
        [("viewpoint", "tilt"), ("viewpoint", "stretch"), ("deformation", "pose"), ("lighting", "light")],
    )
    def test_a_mode_moves_its_field_only(self, mode, field):
        on = dataclasses.replace(OFF, **{mode: 1.0})
        pairs = [
            (a.placement, b.placement)
            for i in range(20)
            for a, b in zip(draw_scene(0, i, modes=OFF).objects, draw_scene(0, i, modes=on).objects, strict=False)
        ]
        assert np.std([getattr(b.look, field) for _, b in pairs]) > 0.02
        names = {"viewpoint": {"flip", "tilt", "stretch"}, "deformation": {"pose"}, "lighting": {"light", "tint"}}[mode]
        for name in {f.name for f in dataclasses.fields(pairs[0][0].look)} - names:
            assert len({getattr(b.look, name) for _, b in pairs}) == 1

    def test_size_limits(self):
        small = scenes(30, modes=dataclasses.replace(OFF, smallest=0.2, largest=0.3))
        sides = [o.placement.side for s in small for o in s.objects]
        assert min(sides) >= round(0.2 * SIDE) and max(sides) <= round(0.3 * SIDE) and len(set(sides)) > 5
        assert object_side(0.0, Modes(), 1, SIDE) == round(0.15 * SIDE)
        assert object_side(1.0, Modes(), 1, SIDE) == round(0.9 * SIDE)

    def test_occlusion_truncation_clutter_and_breeds(self):
        free = [o for s in scenes(100, modes=OFF) for o in s.objects]
        packed = [o for s in scenes(100, modes=dataclasses.replace(OFF, occlusion=1)) for o in s.objects]
        assert np.mean([o.occluded for o in packed]) > np.mean([o.occluded for o in free]) + 0.1
        cut = [o for s in scenes(40, modes=dataclasses.replace(OFF, truncation=1)) for o in s.objects]
        assert np.mean([o.truncated for o in cut]) > 0.9
        cluttered = scenes(20, modes=dataclasses.replace(OFF, clutter=1))
        assert np.mean([len(s.distractors) for s in cluttered]) > 6
        varied = {o.breed for s in scenes(60, modes=dataclasses.replace(OFF, breeds=5)) for o in s.objects}
        assert varied == set(range(5))

    @pytest.mark.parametrize(
        "bad",
        [{"viewpoint": 1.2}, {"smallest": 0.01}, {"smallest": 0.5, "largest": 0.4}, {"breeds": 0}, {"breeds": 21}],
    )
    def test_out_of_range(self, bad):
        name = list(bad)[-1]
        with pytest.raises(ValueError, match=f"{name} is {bad[name]}; expected a value between"):
            Modes(**bad)


class TestPlaces:
    @given(st.integers(0, 2**31), st.integers(8, 140), st.integers(8, 140), st.booleans())
    @settings(max_examples=60)
    def test_inside_unless_it_crosses(self, seed, w, h, stands):
        rng = np.random.default_rng(seed)
        places, frame = rng.random((10, 2)), (144, 144)
        x, y = find_corner((w, h), frame, 80.0 if stands else None, places, None, [], 1.0)
        assert 0 <= x <= 144 - w and 0 <= y <= 144 - h
        x, y = find_corner((w, h), frame, 80.0 if stands else None, places, rng.random(), [], 1.0)
        shown = (min(x + w, 144) - max(x, 0)) * (min(y + h, 144) - max(y, 0)) / (w * h)
        assert 0.3 <= shown <= 0.8

    def test_overlap(self):
        assert overlap((0, 0, 10, 10), []) == 0
        assert overlap((0, 0, 10, 10), [(5, 0, 15, 10)]) == 0.5
        assert overlap((0, 0, 10, 10), [(20, 0, 30, 10), (0, 0, 5, 5)]) == 1

    def test_things_stand_on_the_ground(self):
        feet = [
            o.box[3] / s.image.shape[0]
            for s in scenes(80, modes=OFF)
            if s.context in ("meadow", "street", "room", "sea")
            for o in s.objects
            if o.name not in AIRBORNE and not o.occluded
        ]
        assert len(feet) > 40 and min(feet) > 0.45


class TestSameBytes:
    def test_in_any_order(self):
        forward = {i: digest(draw_scene(5, i)) for i in range(12)}
        assert {i: digest(draw_scene(5, i)) for i in reversed(range(12))} == forward
        assert len(set(forward.values())) == 12
        assert digest(draw_scene(6, 0)) != forward[0]

    def test_places_of_one_kind_differ(self):
        empty = [draw_scene(5, i, context="sky", side=96) for i in range(12)]
        corners = {tuple(scene.image[0, 0]) for scene in empty}
        assert len(corners) >= 8

    def test_in_another_process(self):
        code = (
            "import hashlib; from thesiscode.data.toyland.scenes import draw_scene;"
            "print(hashlib.sha256(b''.join(draw_scene(5, i).image.tobytes() for i in range(6))).hexdigest())"
        )
        runs = [
            subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
            for _ in range(2)
        ]
        here = hashlib.sha256(b"".join(draw_scene(5, i).image.tobytes() for i in range(6))).hexdigest()
        assert runs == [here, here]

    def test_the_global_generator_is_left_alone(self):
        before = np.random.get_state()[1].copy()  # noqa: NPY002
        draw_scene(0, 0)
        assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_clutter_shapes_are_antialiased_layers():
    for kind in range(5):
        layer = draw_shape(24, np.array([(kind + 0.5) / 5, 0.3, 0.6, 0.2]), 1.0, (1.0, 1.0, 1.0))
        assert layer.shape == (24, 24, 4) and (layer[..., 3] == 0).any() and (layer[..., 3] >= 128).sum() > 20
        assert ((layer[..., 3] > 0) & (layer[..., 3] < 255)).any()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seed": -1}, "seed and index are -1 and 0"),
        ({"index": -2}, "seed and index are 0 and -2"),
        ({"side": 31}, "side is 31; expected at least 32"),
        ({"context": "moon"}, "context is 'moon'; expected one of"),
    ],
)
def test_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        draw_scene(**{"seed": 0, "index": 0, **arguments})


@pytest.mark.parametrize("side", [32, 96, 288])
def test_other_sizes(side):
    for i in range(5):
        scene = draw_scene(0, i, side=side)
        assert max(scene.image.shape) == side and scene.objects
