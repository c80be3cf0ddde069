"""Votes for lines: a known line, OpenCV's accumulator, and the block world, whose lines are known."""

import cv2
import numpy as np
import pytest

from thesiscode.history.hough import hough_peaks, hough_votes, line_gap, line_through
from thesiscode.history.solids import Camera, block, front_edges, render


def test_a_vertical_line_is_one_peak():
    edges = np.zeros((50, 60), bool)
    edges[5:45, 20] = True
    found = hough_votes(edges)
    (offset, angle, votes), *_ = hough_peaks(found, least=30)
    assert (offset, angle, votes) == (20, 0, 40)


def test_each_pixel_votes_once_an_angle():
    edges = np.random.default_rng(0).random((20, 30)) < 0.1
    found = hough_votes(edges, n_angles=90)
    assert (found.votes.sum(axis=0) == edges.sum()).all()


def test_the_lines_are_those_of_opencv():
    edges = np.zeros((80, 100), np.uint8)
    for ends in (((5, 10), (90, 60)), ((20, 75), (70, 3)), ((3, 40), (97, 40))):
        cv2.line(edges, *ends, 255)
    found = hough_votes(edges > 0)
    theirs = cv2.HoughLinesWithAccumulator(edges, 1, np.pi / 180, 40).reshape(-1, 3)
    assert len(theirs) >= 3
    reach = len(found.offsets) // 2
    ours = found.votes[np.rint(theirs[:, 0]).astype(int) + reach, np.rint(np.degrees(theirs[:, 1])).astype(int)]
    assert np.abs(ours - theirs[:, 2]).max() <= 1  # halves may be rounded the other way
    assert found.votes.max() == theirs[:, 2].max()


def test_blocks_are_found_where_they_were_drawn():
    camera = Camera(elevation=30, distance=8, focal=1.8, size=(200, 160))
    solid = block(1.6, 1.2, 1.0).turned(25).moved(0, 0, -0.5)
    image = (255 * render([solid], camera, ambient=0.35)).astype(np.uint8)
    lines = hough_peaks(hough_votes(cv2.Canny(image, 30, 60) > 0), least=18, count=9)
    true = [line_through(ends) for ends in front_edges(solid, camera)]
    hits = [
        [o < 2.5 and np.degrees(a) < 3 for o, a in (line_gap((line[0], line[1]), other) for other in true)]
        for line in lines
    ]
    assert np.any(hits, axis=1).mean() >= 0.8 and np.any(hits, axis=0).mean() >= 0.8


@pytest.mark.parametrize("angle", [0.0, 0.4, 1.5, 2.0, 3.1])
def test_a_line_through_two_of_its_points_is_itself(angle):
    normal, along = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    found = line_through(np.array([7 * normal + 3 * along, 7 * normal - 5 * along]))
    assert np.allclose(line_gap(found, (7.0, angle)), 0) and 0 <= found[1] < np.pi


def test_close_lines_may_have_angles_on_both_ends():
    gap = line_gap((10.0, 0.01), (-10.5, np.pi - 0.01))
    assert gap == pytest.approx((0.5, 0.02))
    assert line_gap((10.0, 0.0), (10.0, np.pi / 2))[1] == pytest.approx(np.pi / 2)


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match="edges: expected an image"):
        hough_votes(np.zeros((4, 4), bool))
    with pytest.raises(ValueError, match="n_angles: expected at least 2, got 1"):
        hough_votes(np.ones((4, 4), bool), n_angles=1)
    with pytest.raises(ValueError, match="least: expected at least 1 vote, got 0"):
        hough_peaks(hough_votes(np.ones((4, 4), bool)), least=0)
    with pytest.raises(ValueError, match="two different points"):
        line_through(np.ones((2, 2)))


VOTES = hough_votes(np.eye(4, dtype=bool))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: hough_votes(np.full((4, 4), np.nan)),
            "edges: expected True or False, got numbers that are not finite",
        ),
        (lambda: hough_votes(np.array([[0.0, 1], [np.nan, 0]])), "edges: expected True or False"),
        (lambda: hough_peaks(VOTES, least=1, angle=np.nan), "angle, offset: expected .* at least 0, got nan and 6.0"),
        (lambda: hough_peaks(VOTES, least=1, offset=-1), "angle, offset: expected .* at least 0, got 0.1 and -1"),
        (lambda: hough_peaks(VOTES, least=1, count=0), "count: expected at least 1 line, got 0"),
        (lambda: line_through(np.array([[0.0, 0], [1, np.nan]])), "ends: expected two finite points"),
        (lambda: line_through(np.ones((3, 2))), "ends: expected two finite points"),
    ],
)
def test_lines_refuse(unchecked, call, message):
    with pytest.raises(ValueError, match=message):
        call()
