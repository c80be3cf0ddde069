"""The lower envelope against brute force, and parts on springs against rigid templates and bags of parts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thesiscode.history import (
    block_box,
    deformable_scores,
    distance_transform,
    draw_jumble,
    draw_puppet,
    hog,
    lower_envelope,
    place_model,
    puppet_model,
    window_scores,
)
from thesiscode.history.deformable import PartModel
from thesiscode.metrics import average_precision

SPRING = 0.1


@given(
    st.lists(st.floats(-100, 100, allow_subnormal=False), min_size=1, max_size=30),
    st.sampled_from([0.0, 1e-3, 0.1, 1.0, 50.0]),
)
def test_the_envelope_is_the_least_parabola(cost, spring):
    cost, places = np.array(cost), np.arange(len(cost))
    found, best = lower_envelope(cost, spring)
    assert np.allclose(found, (cost + spring * (places[:, None] - places) ** 2).min(axis=1))
    assert np.allclose(found, cost[best] + spring * (places - best) ** 2)


@pytest.mark.parametrize("spring", [0.0, 0.05, 0.7, np.inf])
def test_the_transform_of_a_grid_is_that_of_brute_force(spring):
    cost = np.random.default_rng(0).normal(size=(9, 13)) * 3
    found, best = distance_transform(cost, spring)
    y, x = np.indices(cost.shape)
    for i, j in np.ndindex(*cost.shape):
        square = (y - i) ** 2 + (x - j) ** 2
        pulled = np.where(square == 0, 0, np.inf) if np.isinf(spring) else spring * square
        assert np.isclose(found[i, j], (cost + pulled).min())
        u, v = best[i, j]
        assert np.isclose(found[i, j], cost[v, u] + pulled[v, u])


def test_scores_are_those_of_a_search_over_all_places():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(9, 10, 4))
    root, part = rng.normal(size=(3, 4, 4)), rng.normal(size=(2, 2, 4))
    scores, places = deformable_scores(features, PartModel(root, [part], [(3, -1)], 0.4))
    whole, small = window_scores(features, root), window_scores(features, part)
    v, u = np.indices(small.shape)
    for y, x in np.ndindex(*scores.shape):
        if y - 1 < 0 or x + 3 >= small.shape[1]:
            assert scores[y, x] == -np.inf
            continue
        value = small - 0.4 * ((u - x - 3) ** 2 + (v - y + 1) ** 2)
        assert np.isclose(scores[y, x], whole[y, x] + value.max())
        assert value[places[0, y, x, 1], places[0, y, x, 0]] == pytest.approx(value.max())


def test_springs_keep_the_score_when_parts_move():
    left = {}
    model = puppet_model(SPRING, rng=np.random.default_rng(0))
    for name, spring in (("springs", SPRING), ("rigid", np.inf)):
        images = [draw_puppet(((-m, -m), (m, -m)), rng=np.random.default_rng(1)) for m in (0, 12)]
        rest, moved = (place_model(hog(i, 4), model._replace(spring=spring)).score for i in images)
        left[name] = moved / rest
    assert left["springs"] > 0.7 and left["rigid"] < 0.5


def test_parts_are_found_where_they_are():
    model = puppet_model(SPRING, rng=np.random.default_rng(0))
    image = draw_puppet(((-8, -12), (12, 0)), rng=np.random.default_rng(3))
    placed = place_model(hog(image, 4), model)
    for corner, template, centre in zip(placed.parts, model.parts, ((32, 40), (100, 52)), strict=True):
        x0, y0, x1, y1 = block_box(corner, template)
        assert abs((x0 + x1) / 2 - centre[0]) <= 4 and abs((y0 + y1) / 2 - centre[1]) <= 4


def test_springs_beat_rigid_templates_and_bags_of_parts():
    rng = np.random.default_rng(0)
    model, n = puppet_model(SPRING, rng=rng), 30
    images = [draw_puppet(np.round(rng.normal(0, 8, (2, 2))).astype(int), rng=rng) for _ in range(n)]
    images += [draw_jumble(rng=rng) for _ in range(n)]
    features, labels = [hog(image, 4) for image in images], np.repeat([1, 0], n)
    ap = {}
    for spring in (0.0, SPRING, np.inf):
        scores = [place_model(f, model._replace(spring=spring)).score for f in features]
        ap[spring] = average_precision(labels, scores)
    assert ap[SPRING] > 0.95 and ap[SPRING] > ap[0.0] + 0.1 and ap[SPRING] > ap[np.inf]


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match="cost: expected some finite numbers"):
        lower_envelope(np.array([]), 1.0)
    with pytest.raises(ValueError, match="cost: expected some finite numbers"):
        lower_envelope(np.array([np.inf, 0]), 1.0)
    with pytest.raises(ValueError, match="spring: expected at least 0, got -1"):
        lower_envelope(np.zeros(3), -1.0)
    with pytest.raises(ValueError, match="cost: expected a grid"):
        distance_transform(np.zeros(3), 1.0)
    with pytest.raises(ValueError, match="moves, clutter, noise"):
        draw_puppet(((0, 0),), rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="n: expected at least 1 image"):
        puppet_model(1.0, n=0, rng=np.random.default_rng(0))
