"""Measures of the link between plate and body, on pairs whose link is known."""

import numpy as np
import pytest
from scipy import stats

from thesiscode.causal.links import LinkTest, ball_coverage, distinct, pose_errors
from thesiscode.causal.poses import Pairs

COLUMNS = {"hand": [0, 1, 2], "foot": [3, 4, 5]}
FORWARD = np.random.default_rng(7).normal(size=(6, 6))


def pairs(n, seed, *, noise=0.3):
    """Bodies that are a bent function of the plate, the hand with little noise, the foot with ten times as much."""
    rng = np.random.default_rng(seed)
    plate = rng.uniform(-1, 1, size=(n, 6))
    scale = noise * np.repeat([0.1, 1.0], 3)
    return Pairs(*(p.astype(np.float32) for p in (plate, np.tanh(plate @ FORWARD) + scale * rng.normal(size=(n, 6)))))


@pytest.fixture(scope="module")
def link():
    return LinkTest(pairs(800, 0), pairs(300, 1), COLUMNS, seed=0)


@pytest.fixture(scope="module")
def found(link):
    fresh = pairs(300, 2)
    return {
        "real": link.measure(fresh),
        "shuffled": link.measure(fresh.shuffled(np.random.default_rng(0))),
        "collapsed": link.measure(Pairs(fresh.plate, fresh.body[np.arange(300) % 4])),
        "moved": link.measure(Pairs(fresh.plate, 0.5 * fresh.body + 3)),
    }


def test_real_pairs_pass_and_shuffled_ones_do_not(found):
    real, shuffled = found["real"], found["shuffled"]
    assert real["R2"]["hand"] > 0.6 and real["R2"]["hand"] > real["R2"]["foot"] and shuffled["R2"]["all"] < -0.3
    assert real["real or not"]["p"] > 0.001 and shuffled["real or not"]["p"] < 1e-6
    assert real["linked or not"]["accuracy"] > 0.7 and real["linked or not"]["p"] < 1e-6
    assert shuffled["linked or not"]["p"] > 0.001
    assert real["nearest plate"]["ratio"] < 0.8 and shuffled["nearest plate"]["ratio"] == pytest.approx(1, abs=0.05)


def test_linked_or_not_keeps_its_level_where_there_is_no_link(link):
    """Accuracies are 0.5 on average, and as many p-values are small as should be."""
    found = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        found.append(link.linked(pairs(200, 100 + seed).shuffled(rng), rng))
    accuracy, p = (np.array([one[name] for one in found]) for name in ("accuracy", "p"))
    assert abs(accuracy.mean() - 0.5) < 0.015  # three standard deviations of the mean
    for level in (0.2, 0.5):
        assert stats.binomtest(int((p <= level).sum()), len(found), level).pvalue > 0.001


def test_linked_or_not_has_no_pair_on_both_sides(link, monkeypatch):
    compared = []
    monkeypatch.setattr(link, "told_apart", lambda a, b, rng: compared.append((a, b)) or {})
    sample = pairs(61, 3)
    link.linked(sample, np.random.default_rng(0))
    [(shuffled, as_is)] = compared
    assert len(shuffled.plate) + len(as_is.plate) == 61
    for k in (0, 1):
        assert {*map(tuple, shuffled[k])}.isdisjoint(map(tuple, as_is[k]))
        assert {*map(tuple, shuffled[k])} | {*map(tuple, as_is[k])} == {*map(tuple, sample[k])}
    whole = {(*plate, *body) for plate, body in zip(*sample, strict=True)}
    assert whole >= {(*plate, *body) for plate, body in zip(*as_is, strict=True)}
    assert len(whole & {(*plate, *body) for plate, body in zip(*shuffled, strict=True)}) < 5


def test_shuffling_leaves_the_marginals_and_takes_the_twins_up(found):
    real, shuffled = found["real"], found["shuffled"]
    assert shuffled["coverage"]["body"] == real["coverage"]["body"]
    assert shuffled["coverage"]["both"] < real["coverage"]["both"]
    assert shuffled["twins"] > real["twins"]


def test_a_collapsed_sample_has_few_bodies_and_many_twins(found):
    collapsed = found["collapsed"]
    assert collapsed["distinct bodies"] <= 4 and collapsed["twins"] > 0.99
    assert collapsed["coverage"]["body"] < 0.3 < 0.8 < collapsed["coverage"]["plate"]


def test_correlation_does_not_mind_where_the_body_is_and_how_far_it_moves(found):
    real, moved = found["real"], found["moved"]
    assert moved["correlation"] == pytest.approx(real["correlation"], abs=1e-4) and moved["R2"]["all"] < 0
    assert real["correlation"]["hand"] > 0.8 > 0.15 > abs(found["shuffled"]["correlation"]["all"])


def test_a_body_that_never_moves_has_no_link(link):
    still = Pairs(link.test.plate, np.broadcast_to(link.test.body[:1], link.test.body.shape).copy())
    assert set(link.moves_along(still).values()) == {0.0}


def test_coverage_of_itself_of_noise_and_of_one_point():
    x = np.random.default_rng(0).normal(size=(200, 3))
    assert ball_coverage(x, x) == 1 and ball_coverage(x, x + 100) == 0
    assert 0 < ball_coverage(x, x[:1]) < 0.2


def test_distinct_counts_what_is_farther_than_a_radius():
    bodies = np.repeat([[0.0, 0, 0], [1, 0, 0], [0, 0.01, 0]], 5, axis=0)
    assert [distinct(bodies, r) for r in (0.0, 0.1, 2.0)] == [3, 2, 1]
    two_points = np.array(
        [[0.0] * 6, [3.0, 0, 0, 0, 0, 0]]
    )  # one of two points moved by 3 m: root mean square 3 / 2^0.5
    assert distinct(two_points, 2.1) == 2 and distinct(two_points, 2.2) == 1
    with pytest.raises(ValueError, match="radius: expected a distance from 0"):
        distinct(bodies, -1.0)


def test_lookalikes_hang_below_like_plates_where_there_is_a_link(link):
    fresh = pairs(300, 2, noise=0.05)
    mixed = fresh.shuffled(np.random.default_rng(0))
    linked, loose = (link.lookalikes(sample, 40) for sample in (fresh, mixed))
    assert len({k for i, j, _ in linked for k in (i, j)}) == 80
    assert np.mean([share for *_, share in linked]) < 0.2
    assert 0.35 < np.mean([share for *_, share in loose]) < 0.65
    closest = [np.square(fresh.body[i] - fresh.body[j]).sum() for i, j, _ in linked]
    assert closest == sorted(closest)


def test_errors_of_poses_are_named():
    truth = pairs(50, 0)
    errors = pose_errors(truth, truth, COLUMNS)
    assert set(errors) == {f"plate {n}" for n in ("x", "y", "z", "yaw", "pitch", "roll")} | set(COLUMNS)
    assert set(errors.values()) == {1.0}


def test_too_few_pairs_are_refused():
    with pytest.raises(ValueError, match="real, test: expected at least 20 pairs, got 50 and 19"):
        LinkTest(pairs(50, 0), pairs(19, 1), COLUMNS, seed=0)
    with pytest.raises(ValueError, match="real: expected more than 5 points, got 5"):
        ball_coverage(np.zeros((5, 2)), np.zeros((5, 2)))
