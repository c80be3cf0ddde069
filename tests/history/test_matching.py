"""The ratio test against OpenCV's matcher, and matches under a known map."""

import cv2
import numpy as np
import pytest

from thesiscode.data.toyland import draw_scene
from thesiscode.history.matching import mapped, ratio_matches, right_matches


@pytest.mark.parametrize("ratio", [0.7, 0.9, 1.0])
def test_matches_are_those_of_opencv(ratio):
    rng = np.random.default_rng(0)
    b = rng.normal(size=(60, 16))
    a = np.concatenate([b[:20] + 0.3 * rng.normal(size=(20, 16)), rng.normal(size=(20, 16))])
    pairs = cv2.BFMatcher().knnMatch(a.astype(np.float32), b.astype(np.float32), k=2)
    theirs = [(m.queryIdx, m.trainIdx) for m, n in pairs if m.distance < ratio * n.distance]
    assert np.array_equal(ratio_matches(a, b, ratio=ratio), theirs)


def test_points_under_a_homography_are_those_of_opencv():
    h = np.array([[0.9, 0.2, 4], [-0.1, 1.1, -3], [1e-3, 2e-3, 1]])
    points = np.random.default_rng(0).uniform(0, 100, (9, 2))
    assert np.allclose(mapped(points, h), cv2.perspectiveTransform(points[None], h)[0])
    off = mapped(points, h) + np.linspace(0, 6, 9)[:, None] * [1, 0]
    assert right_matches(points, off, h, tolerance=3.01).sum() == 5


def test_a_turned_scene_is_matched_and_the_test_of_the_ratio_helps():
    image = draw_scene(0, 28, side=240).image
    h, w = image.shape[:2]
    turn = np.vstack([cv2.getRotationMatrix2D((w / 2, h / 2), 40, 0.8), [0, 0, 1]])
    other = (0.8 * cv2.warpPerspective(image, turn, (w, h))).astype(np.uint8)
    sift = cv2.SIFT_create(contrastThreshold=0.02)
    (p, d), (q, e) = (sift.detectAndCompute(cv2.cvtColor(i, cv2.COLOR_RGB2GRAY), None) for i in (image, other))
    p, q = (cv2.KeyPoint.convert(points).astype(float) for points in (p, q))
    shares = []
    for ratio in (1.0, 0.7):
        i, j = ratio_matches(d.astype(float), e.astype(float), ratio=ratio).T
        shares.append(right_matches(p[i], q[j], turn).mean())
    assert shares[1] > 0.7 and shares[1] > 1.5 * shares[0]


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match=r"ratio: expected a number in \(0, 1\], got 1.5"):
        ratio_matches(np.ones((2, 3)), np.ones((2, 3)), ratio=1.5)
    with pytest.raises(ValueError, match="one, other: expected"):
        ratio_matches(np.ones((2, 3)), np.ones((1, 3)))
    with pytest.raises(ValueError, match="tolerance: expected pixels above 0"):
        right_matches(np.ones((1, 2)), np.ones((1, 2)), np.eye(3), tolerance=0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ratio_matches(np.full((2, 3), np.nan), np.ones((2, 3))), "one: expected finite descriptors"),
        (lambda: ratio_matches(np.ones((2, 3)), np.full((2, 3), np.nan)), "other: expected finite descriptors"),
        (
            lambda: right_matches(np.ones((3, 2)), np.ones((1, 2)), np.eye(3)),
            r"one, other: .* got \(3, 2\) and \(1, 2\)",
        ),
        (lambda: right_matches(np.ones((3, 3)), np.ones((3, 3)), np.eye(3)), r"one, other: expected both \[k, 2\]"),
        (lambda: mapped(np.ones((2, 2)), np.zeros((3, 3))), r"points, homography: expected finite .* rows \[0, 1\]"),
        (lambda: mapped(np.array([[1.0, 1], [np.nan, 0]]), np.eye(3)), r"points, homography: .* rows \[1\]"),
    ],
)
def test_matches_refuse(unchecked, call, message):
    with pytest.raises(ValueError, match=message):
        call()
