"""People in action: limbs keep their lengths, hands reach what they use, and only the figure knows the action."""

import hashlib
import subprocess
import sys
from dataclasses import replace
from math import hypot

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare, f_oneway
from sklearn.ensemble import RandomForestClassifier
from torch.utils.data import DataLoader

from thesiscode.data.toyland import person, props
from thesiscode.data.toyland.actions import (
    ACTIONS,
    P_ACTION,
    P_BYSTANDER,
    P_SECOND,
    Actions,
    action_frequencies,
    choose_actions,
    draw_action,
)
from thesiscode.data.toyland.easel import Easel
from thesiscode.data.toyland.postures import make_figure

PAIRS = [(first, second) for first, seconds in P_SECOND.items() for second in seconds]
ALL = [(), *((name,) for name in ACTIONS), *PAIRS]
ANGLE = st.floats(-3, 3)


def distance(a, b) -> float:
    return hypot(a[0] - b[0], a[1] - b[1])


def relative_keypoints(scene) -> np.ndarray:
    """Key points relative to the pelvis, in units of the torso, as if facing right: the pose and nothing else."""
    thing = scene.objects[0]
    names = sorted(thing.keypoints)
    sided = names if thing.facing > 0 else [swap(name) for name in names]
    torso = distance(thing.keypoints["neck"], thing.keypoints["pelvis"])
    x0, y0 = thing.keypoints["pelvis"]
    return np.array(
        [(thing.facing * (thing.keypoints[n][0] - x0) / torso, (thing.keypoints[n][1] - y0) / torso) for n in sided]
    ).ravel()


def swap(name: str) -> str:
    """The joint of the other side."""
    if name.startswith("left"):
        return "right" + name.removeprefix("left")
    return "left" + name.removeprefix("right") if name.startswith("right") else name


@given(st.tuples(ANGLE, ANGLE), st.tuples(ANGLE, ANGLE), st.floats(-1, 1), st.booleans())
def test_bones_keep_their_lengths(arm, leg, torso, near):
    pose = person.Pose(torso=torso)
    pose = replace(pose, near_arm=arm, near_leg=leg) if near else replace(pose, far_arm=arm, far_leg=leg)
    s = person.joints(pose)
    for limbs, lengths in ((s.arms, (person.UPPER_ARM, person.LOWER_ARM)), (s.legs, (person.THIGH, person.SHIN))):
        for a, b, c in limbs.values():
            assert (distance(a, b), distance(b, c)) == pytest.approx(lengths)
    assert distance(s.pelvis, s.neck) == pytest.approx(person.TORSO)


@given(st.floats(-0.3, 0.3), st.floats(-0.3, 0.3), st.sampled_from([-1, 1]))
def test_two_bones_reach_what_is_in_reach(x, y, bend):
    upper, lower = 0.2, 0.15
    angles = person.two_bones((0.0, 0.0), (x, y), upper, lower, bend)
    end = person.step(person.step((0.0, 0.0), angles[0], upper), angles[1], lower)
    length = hypot(x, y)
    if 0.051 < length < 0.349:
        assert end == pytest.approx((x, y), abs=1e-9)
    elif length >= 0.349:  # stretched towards it
        assert distance((0, 0), end) == pytest.approx(0.349) and distance(end, (x, y)) == pytest.approx(length - 0.349)


def test_knees_bend_forward_and_elbows_back():
    knee = person.step((0.0, 1.0), person.two_bones((0.0, 1.0), (0.0, 0.6), 0.245, 0.235, 1)[0], 0.245)
    elbow = person.step((0.0, 1.0), person.two_bones((0.0, 1.0), (0.2, 1.0), 0.165, 0.155, -1)[0], 0.165)
    assert knee[0] > 0.05 and elbow[1] < 0.95


@pytest.mark.parametrize("labels", ALL, ids="+".join)
def test_what_is_used_is_in_hand_or_underneath(labels):
    for seed in range(12):
        figure = make_figure(labels, np.random.default_rng(seed))
        s = person.joints(figure.pose)
        hands = [s.arms[depth][2] for depth in ("near", "far")]
        d = figure.details
        if "phone" in figure.objects:
            assert distance(hands[0], s.head) < 1.2 * person.HEAD and distance(hands[0], d["phone"]) < 0.07
        if "camera" in figure.objects:
            assert max(distance(hand, d["camera"]) for hand in hands) < 0.09
            assert d["camera"][0] > s.head[0] and abs(d["camera"][1] - s.head[1]) < 0.05
        if "book" in figure.objects:
            assert max(distance(hand, d["book"]) for hand in hands) < 0.09
        if "bicycle" in figure.objects:
            assert distance(s.pelvis, props.SADDLE) < 0.08
            ankles = [s.legs[depth][2] for depth in ("near", "far")]
            assert all(distance(ankle, props.CRANK) < 0.15 for ankle in ankles)
            assert any(distance(hand, props.BAR) < 0.08 for hand in hands)
        if "horse" in figure.objects:
            assert s.pelvis[1] == pytest.approx(props.HORSE_BACK, abs=0.1)
        if "guitar" in figure.objects:
            assert distance(hands[0], d["guitar"]) < 0.08
        if "violin" in figure.objects:
            assert distance(d["violin"], s.head) < 0.12
        if "computer" in figure.objects:
            assert all(hand[1] == pytest.approx(0.485, abs=0.03) for hand in hands)
        feet = min(s.legs[depth][2][1] for depth in ("near", "far"))
        if labels == ("jumping",):
            assert feet > 0.15
        elif labels in (("walking",), ()):
            assert feet == pytest.approx(0.025, abs=0.05)


@pytest.mark.parametrize("labels", ALL, ids="+".join)
def test_labels_say_what_was_asked_for(labels):
    scene = draw_action(1, 2, actions=labels)
    assert list(scene.actions) == [*ACTIONS, "other"]
    assert {name for name, done in scene.actions.items() if done} == (set(labels) or {"other"})


def test_boxes_are_the_extent_of_masks_and_hold_the_body():
    for i in range(40):
        scene = draw_action(5, i)
        height, width = scene.image.shape[:2]
        assert max(height, width) == 144 and scene.image.dtype == np.uint8
        for thing in scene.objects:
            rows, columns = np.nonzero(thing.mask)
            assert thing.box == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
            assert thing.truncated == any(not (0 <= x < width and 0 <= y < height) for x, y in thing.keypoints.values())
        x0, y0, x1, y1 = scene.box
        for name, (x, y) in scene.keypoints.items():  # the first person stands in front: the box holds the joints
            if 0 <= x < width and 0 <= y < height and not (name.endswith("hip") or "far" in name):
                hidden = "horse" in scene.used or "bicycle" in scene.used or "computer" in scene.used
                assert hidden or (x0 - 3 <= x <= x1 + 3 and y0 - 3 <= y <= y1 + 3), (i, name)
        assert (y1 - y0) > 0.3 * min(height, width)


def test_people_do_not_share_pixels():
    for i in range(40):
        scene = draw_action(6, i)
        assert sum(thing.mask.astype(int) for thing in scene.objects).max() <= 1


def test_labels_follow_the_stated_frequencies():
    assert sum(P_ACTION.values()) == pytest.approx(1)
    rng = np.random.default_rng(0)
    drawn = [choose_actions(rng) for _ in range(8000)]
    first = [sum(labels[0] == name for labels in drawn) for name in ACTIONS]
    assert chisquare(first, [8000 * P_ACTION[name] for name in ACTIONS]).pvalue > 1e-3
    for name, p in action_frequencies().items():
        count = sum(name in labels for labels in drawn)
        assert abs(count - 8000 * p) < 4 * np.sqrt(8000 * p * (1 - p)), name


def test_bystanders_do_something_else():
    scenes = [draw_action(2, i) for i in range(100)]
    second = [scene.objects[1] for scene in scenes if len(scene.objects) > 1]
    assert all(thing.actions == () and thing.flags["other"] for thing in second)
    assert 0.15 < len(second) / 100 <= P_BYSTANDER + 0.12
    assert any(thing.occluded for thing in second) and not all(thing.occluded for thing in second)
    assert all(thing.occluded for thing in second if thing.difficult)


def test_the_place_is_the_same_whatever_the_action():
    for i in range(5):
        scenes = [draw_action(9, i, actions=labels) for labels in ALL]
        assert len({(scene.context, scene.image.shape, scene.idle) for scene in scenes}) == 1
        images = np.array([scene.image for scene in scenes])
        same = (images == np.median(images, axis=0)).all(axis=-1)
        assert same[:, :4].mean() > 0.85  # the top rows, which few figures reach


def test_background_statistics_do_not_depend_on_the_action():
    """Colour and texture of the strips at the left and right edges, grouped by action, differ by chance only."""
    groups: dict[str, list[np.ndarray]] = {}
    for i in range(300):
        scene = draw_action(20, i)
        strips = np.concatenate([scene.image[:20, :8], scene.image[:20, -8:]]).astype(float)
        values = np.array([*strips.mean((0, 1)), strips.std()])
        for name in ACTIONS:
            if scene.actions[name]:
                groups.setdefault(name, []).append(values)
    p = [f_oneway(*[np.array(rows)[:, k] for rows in groups.values()]).pvalue for k in range(4)]
    assert min(p) > 1e-3, p


def test_the_pose_tells_the_action_and_the_colours_do_not():
    scenes = [draw_action(30, i) for i in range(330)]
    labels = np.array([next(name for name in ACTIONS if scene.actions[name]) for scene in scenes])
    poses = np.array([relative_keypoints(scene) for scene in scenes])
    colours = np.array([np.concatenate([s.image.mean((0, 1)), s.image.std((0, 1))]) for s in scenes])
    accuracy = {}
    for name, features in (("pose", poses), ("colours", colours)):
        forest = RandomForestClassifier(60, random_state=0).fit(features[:240], labels[:240])
        accuracy[name] = forest.score(features[240:], labels[240:])
    assert accuracy["pose"] > 0.75, accuracy
    assert accuracy["colours"] < 0.25, accuracy


def test_both_sides_and_many_sizes():
    scenes = [draw_action(3, i) for i in range(80)]
    facing = sum(scene.objects[0].facing > 0 for scene in scenes)
    assert 20 < facing < 60
    heights = [scene.box[3] - scene.box[1] for scene in scenes]
    assert max(heights) > 1.6 * min(heights)


def test_who_faces_right_shows_the_right_side():
    skeleton = person.joints(person.Pose())
    assert skeleton.named(1)["right_hand"] == skeleton.arms["near"][2]
    assert skeleton.named(-1)["left_hand"] == skeleton.arms["near"][2]


def test_an_easel_masks_what_it_draws():
    easel = Easel(np.zeros((40, 60, 3), np.uint8))
    easel.place((30.0, 20.0), 10.0, -1, 3)
    easel.polygon([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)], (255, 0, 0))
    mask = easel.mask(3)
    assert mask.sum() == pytest.approx(100, abs=12)
    assert mask[11:19, 21:29].all() and not mask[:, 32:].any()  # it faces left, and y is up
    assert np.array_equal(easel.finish()[15, 25], (255, 0, 0))


def test_same_bytes_in_another_process_in_reverse_and_from_workers():
    dataset = Actions(6, seed=4, transform=lambda image: image[:, :90, :90])
    here = [hashlib.sha256(draw_action(4, i).image.tobytes()).hexdigest() for i in range(6)]
    code = (
        "import hashlib; from thesiscode.data.toyland.actions import draw_action as d;"
        "print(*[hashlib.sha256(d(4, i).image.tobytes()).hexdigest() for i in reversed(range(6))])"
    )
    there = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert there[::-1] == here and len(set(here)) == 6
    loader = DataLoader(dataset, batch_size=None, num_workers=2)
    for i, (image, target) in enumerate(loader):
        assert torch.equal(image, dataset[i][0])
        assert target["boxes"].shape == (len(target["actions"]), 4) and target["actions"].shape[1] == 10


def test_a_part_of_a_set_starts_later():
    assert np.array_equal(Actions(2, 1, start=5, target="scene")[0].image, draw_action(1, 5).image)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: draw_action(0, 0, actions=("flying",)), "actions: expected some of jumping, .*; got 'flying'"),
        (
            lambda: draw_action(0, 0, actions=("jumping", "reading")),
            "one of the pairs walking and phoning.*got jumping",
        ),
        (lambda: draw_action(-1, 0), "seed: expected an integer >= 0, got -1"),
        (lambda: draw_action(0, -3), "index: expected an integer >= 0, got -3"),
        (lambda: Actions(-1), "n: expected an integer >= 0"),
        (lambda: Actions(1, target="masks"), "target: expected 'actions' or 'scene', got 'masks'"),
    ],
)
def test_bad_values_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_the_order_of_two_actions_does_not_matter():
    a, b = (draw_action(0, 1, actions=pair) for pair in (("phoning", "walking"), ("walking", "phoning")))
    assert np.array_equal(a.image, b.image)
    with pytest.raises(IndexError, match="one of 1 scenes, got 1"):
        Actions(1)[1]


def test_a_voc_devkit_holds_boxes_and_actions(tmp_path):
    from torchvision.datasets import VOCDetection

    from thesiscode.data.toyland.writers import write_voc

    scenes = Actions(8, seed=6, target="scene")
    write_voc(tmp_path, {"train": scenes})
    read = VOCDetection(str(tmp_path), year="2012", image_set="train")
    assert len(read) == 8
    for i, (_, target) in enumerate(read):
        things = target["annotation"]["object"]
        assert len(things) == len(scenes[i].objects)
        for thing, person_ in zip(things, scenes[i].objects, strict=True):
            assert {name: flag == "1" for name, flag in thing["actions"].items()} == person_.flags
            x0, y0, x1, y1 = person_.box
            assert [int(thing["bndbox"][k]) for k in ("xmin", "ymin", "xmax", "ymax")] == [x0 + 1, y0 + 1, x1, y1]
