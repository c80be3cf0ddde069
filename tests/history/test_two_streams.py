"""Videos whose frames do not tell the motion, flow that knows where things go, and two streams that are added."""

import cv2
import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter, shift

from thesiscode.history import (
    MOTIONS,
    PATTERNS,
    Stream,
    Videos,
    accuracies,
    log_probabilities,
    lucas_kanade,
    moving_patterns,
    train_stream,
)


@pytest.fixture(scope="module")
def texture():
    return gaussian_filter(np.random.default_rng(0).normal(size=(64, 64)), 3) * 10


@pytest.mark.parametrize("d", [(0.5, 0.0), (0.0, -0.8), (0.6, 0.4)])
def test_the_flow_of_a_shifted_texture_is_the_shift(texture, d):
    moved = shift(texture, d[::-1], mode="wrap")  # rows first
    flow = lucas_kanade(texture, moved, width=4)[:, 12:-12, 12:-12]
    assert np.abs(flow.mean(axis=(1, 2)) - d).max() < 0.06
    assert np.median(np.hypot(*(flow - np.array(d)[:, None, None]))) < 0.1


def test_flow_agrees_with_that_of_farneback(texture):
    grey = np.uint8(np.clip(128 + 60 * texture / texture.std(), 0, 255))
    moved = np.roll(grey, (0, 1), axis=(0, 1))
    other = cv2.calcOpticalFlowFarneback(grey, moved, None, 0.5, 1, 11, 3, 5, 1.1, 0)[12:-12, 12:-12]
    ours = lucas_kanade(grey / 255, moved / 255, width=4)[:, 12:-12, 12:-12]
    assert np.abs(ours.mean(axis=(1, 2)) - other.mean(axis=(0, 1))).max() < 0.15


def test_a_stripe_does_not_tell_its_motion_along_itself():
    """The aperture problem: of a diagonal motion only the part across the stripes is seen."""
    columns = np.arange(48.0)
    first, second = (np.broadcast_to(np.sin(0.4 * (columns - d)), (48, 48)) for d in (0, 0.5))
    flow = lucas_kanade(first, second)[:, 10:-10, 10:-10]
    assert flow[0] == pytest.approx(np.full(flow[0].shape, 0.5), abs=0.05) and np.abs(flow[1]).max() < 1e-9


def test_no_texture_no_flow():
    assert not lucas_kanade(np.ones((2, 8, 8)), np.ones((2, 8, 8))).any()


def test_each_motion_moves_the_disc_as_it_says():
    """Of all shifts of the first frame, the one that gives the second in the middle of the disc."""
    videos = moving_patterns(60, rng=np.random.default_rng(0))
    moves = videos.motions < 4
    first, second = videos.frames[moves, 0], videos.frames[moves, 1]
    speeds = np.arange(0.5, 1.75, 0.1)
    shifts = [(0, s * y, s * x) for x, y in ((-1, 0), (1, 0), (0, -1), (0, 1)) for s in speeds]  # as in MOTIONS
    gaps = [((shift(first, d, mode="nearest") - second)[:, 12:20, 12:20] ** 2).mean(axis=(1, 2)) for d in shifts]
    motion, speed = divmod(np.argmin(gaps, axis=0), len(speeds))
    assert (motion == videos.motions[moves]).all()
    assert speeds[speed].min() > 0.75 and speeds[speed].max() < 1.45
    assert speeds[speed].mean() == pytest.approx(1.1, abs=0.08)  # 48 draws: a standard error of 0.03


def test_a_turning_disc_turns_clockwise_on_the_screen():
    videos = moving_patterns(200, rng=np.random.default_rng(0))
    turns = videos.motions == MOTIONS.index("turn")
    flow = lucas_kanade(videos.frames[turns, 0], videos.frames[turns, 1])[:, :, 8:24, 8:24]
    # rows grow downwards: the top goes right, the bottom left, and the right side down
    assert flow[:, 0, :4].mean() > 0.2 > -0.2 > flow[:, 0, -4:].mean()
    assert flow[:, 1, :, -4:].mean() > 0.2 > -0.2 > flow[:, 1, :, :4].mean()


@pytest.mark.parametrize(("k", "d"), [(0.3, 0.5), (0.9, 0.5), (0.9, 1.1), (1.5, 1.1)])
def test_the_flow_of_a_wave_is_too_large_by_a_known_factor(k, d):
    """First order: the mean of both waves is lower by cos(k d / 2), central differences measure sin(k) for k."""
    columns = np.arange(64.0)
    first, second = (np.broadcast_to(np.sin(k * (columns - s)), (64, 64)) for s in (0, d))
    across = lucas_kanade(first, second)[0, 16:-16, 16:-16].mean()
    assert across == pytest.approx(2 * np.tan(k * d / 2) / np.sin(k), rel=0.01)


def test_labels_are_independent_and_the_background_stands_still():
    videos = moving_patterns(600, rng=np.random.default_rng(1))
    assert videos.frames.shape == (600, 3, 32, 32) and videos.frames.min() >= 0 and videos.frames.max() <= 1
    counts = np.bincount(videos.both, minlength=len(MOTIONS) * len(PATTERNS))
    assert counts.min() > 20 and counts.max() < 65  # 40 expected
    assert np.abs(np.diff(videos.frames[:, :, 0, 0], axis=1)).max() < 1e-4


def test_a_stream_learns_an_easy_pair():
    draw = torch.Generator().manual_seed(0)
    net, labels = Stream(1, 2, generator=draw), torch.arange(64) % 2
    x = torch.rand((64, 1, 16, 16), generator=draw) + 2 * labels[:, None, None, None]
    train_stream(net, x, labels, epochs=5, draw=draw)
    beliefs = log_probabilities(net, x)
    assert np.allclose(np.exp(beliefs).sum(axis=1), 1, atol=1e-5)
    assert (beliefs.argmax(axis=1) == labels.numpy()).all()


def test_sums_of_beliefs_know_what_each_knows():
    n = len(MOTIONS) * len(PATTERNS)
    videos = Videos(np.zeros((n, 3, 32, 32), np.float32), *divmod(np.arange(n), len(PATTERNS)))
    motion = np.log(0.01 + (videos.motions[:, None] == np.arange(n) // len(PATTERNS)))
    pattern = np.log(0.01 + (videos.patterns[:, None] == np.arange(n) % len(PATTERNS)))
    assert accuracies(motion + pattern, videos) == {"motion": 1, "pattern": 1, "both": 1}
    alone = accuracies(motion, videos)
    assert alone["motion"] == 1 and alone["both"] == alone["pattern"] == pytest.approx(1 / 3)


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match="n, frames: expected at least 1 video of at least 2 frames"):
        moving_patterns(3, frames=1, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="second: expected finite images like first"):
        lucas_kanade(np.ones((8, 8)), np.ones((8, 9)))
    with pytest.raises(ValueError, match="second: expected finite images like first"):
        lucas_kanade(np.ones((8, 8)), np.full((8, 8), np.nan))
    with pytest.raises(ValueError, match="width, ridge: expected numbers above 0"):
        lucas_kanade(np.ones((8, 8)), np.ones((8, 8)), ridge=0.0)
    with pytest.raises(ValueError, match="labels: expected one for each of at least 32 examples"):
        train_stream(Stream(1, 2), torch.zeros(40, 1, 16, 16), torch.zeros(39).long(), epochs=1, draw=torch.Generator())
    with pytest.raises(ValueError, match="beliefs: expected a row of 15"):
        accuracies(np.zeros((2, 15)), moving_patterns(3, rng=np.random.default_rng(0)))


@pytest.mark.parametrize(
    ("x", "labels", "epochs", "message"),
    [
        (torch.full((32, 1, 16, 16), torch.nan), torch.arange(32) % 2, 1, "x: expected finite examples, got NaN"),
        (torch.zeros(32, 1, 16, 16), torch.ones(32).long(), 1, r"labels: expected at least two classes, got \[1\]"),
        (torch.zeros(32, 1, 16, 16), torch.arange(32) % 2, 0, "epochs: expected at least 1, got 0"),
    ],
)
def test_a_stream_refuses(unchecked, x, labels, epochs, message):
    with pytest.raises(ValueError, match=message):
        train_stream(Stream(1, 2), x, labels, epochs=epochs, draw=torch.Generator())


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_beliefs_are_finite(unchecked, value):
    with pytest.raises(ValueError, match="beliefs: expected finite log-probabilities"):
        accuracies(np.full((2, 15), value), moving_patterns(2, rng=np.random.default_rng(0)))
