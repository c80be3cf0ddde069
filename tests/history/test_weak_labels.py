"""Captions, scribbles, and what goes with what."""

import numpy as np
import pytest

from thesiscode.data.toyland import CONTEXTS, P_CONTEXT, TARGETS, draw_scene
from thesiscode.history import caption, lift, read_captions, scribble


def test_captions():
    assert caption(["dog"]) == "a dog"
    assert caption(["aeroplane", "sheep", "sheep"], "sky") == "an aeroplane and two sheep in the sky"
    assert caption(["person", "car", "person", "pottedplant"]) == "two people, a car and a potted plant"


def test_a_scribble_stays_on_its_object_and_runs_along_it():
    mask = np.zeros((40, 60), bool)
    mask[18:22, 5:55] = True
    stroke = scribble(mask)
    assert np.ptp(stroke[:, 0]) > 30 and np.ptp(stroke[:, 1]) <= 3
    for thing in draw_scene(3, 4).objects:
        x, y = scribble(thing.mask).astype(int).T
        assert thing.mask[y, x].all()
    ring = np.hypot(*np.indices((41, 41)) - 20.0)
    ring = (ring > 12) & (ring < 18)
    x, y = scribble(ring).astype(int).T
    assert ring[y, x].all()


def test_lift_is_one_by_chance_and_counts_what_goes_together():
    by_chance = [({name}, place) for name in TARGETS for place in CONTEXTS]
    np.testing.assert_allclose(lift(by_chance), 1)
    together = [({"boat"}, "sea")] * 30 + [({"car"}, "street")] * 30
    table = lift(together, prior=0.0001)
    boat, car = TARGETS.index("boat"), TARGETS.index("car")
    assert table[boat, CONTEXTS.index("sea")] == pytest.approx(2, rel=1e-3)
    assert table[car, CONTEXTS.index("sea")] < 0.01


def test_captions_teach_where_things_are():
    captions = read_captions(3000, 0)
    told = np.mean([bool(place) for _, place in captions])
    assert 0.45 < told < 0.55
    table, truth = lift(captions), np.array([P_CONTEXT[name] for name in TARGETS])
    truth = truth / truth.mean(axis=0)
    assert (table.argmax(axis=1) == truth.argmax(axis=1)).sum() >= 10
    assert np.corrcoef(np.log(table).ravel(), np.log(truth).ravel())[0, 1] > 0.9


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match="names: expected at least one object, got none"):
        caption([])
    with pytest.raises(ValueError, match="names: expected at most 4 of a kind, got 5 x dog"):
        caption(["dog"] * 5)
    with pytest.raises(ValueError, match="context: expected one of sky, sea"):
        caption(["dog"], "moon")
    with pytest.raises(ValueError, match="mask: expected at least one pixel"):
        scribble(np.zeros((3, 3), bool))
    with pytest.raises(ValueError, match="captions: expected at least one that names a place"):
        lift([({"dog"}, "")])
    with pytest.raises(ValueError, match="expected at least 1 and a share in"):
        read_captions(3, 0, place_told=2.0)


@pytest.mark.parametrize(
    ("captions", "prior", "message"),
    [
        ([({"dog"}, "room")], 0.0, "prior: expected a finite number above 0, got 0.0"),
        ([({"dog"}, "room")], -1.0, "prior: expected a finite number above 0, got -1.0"),
        ([({"dog"}, "room")], np.nan, "prior: expected a finite number above 0, got nan"),
        ([({"dog"}, "room"), ({"dog"}, "moon")], 1.0, "captions: expected places of sky, sea, .*, got 'moon'"),
        ([({"dog", "unicorn"}, "room")], 1.0, "captions: expected classes of aeroplane, .*, got unicorn"),
        ([(set(), "room")], 1.0, "captions: expected at least one that names a place and a class, got none"),
    ],
)
def test_lift_refuses(unchecked, captions, prior, message):
    with pytest.raises(ValueError, match=message):
        lift(captions, prior=prior)
