"""Modes of variation: ranges, switches and repeatability."""

import numpy as np
import pytest

from thesiscode.data.toyland.looks import Look

MODES = {"flip": False, "tilt": 0.0, "stretch": 1.0, "pose": 0.0, "light": 1.0, "tint": (1.0, 1.0, 1.0)}


def looks(**settings):
    rng = np.random.default_rng(3)
    return [Look.random(rng, **settings) for _ in range(300)]


@pytest.mark.parametrize("mode", MODES)
def test_a_mode_that_is_switched_off_stays_still_and_leaves_the_others(mode):
    for off, on in zip(looks(**{mode: 0.0}), looks(), strict=True):
        assert getattr(off, mode) == MODES[mode]
        assert all(getattr(off, other) == getattr(on, other) for other in MODES if other != mode)


def test_every_mode_varies_within_its_range():
    seen = looks(light=1.0, tilt=1.0, stretch=0.8, tint=0.5)
    assert 100 < sum(look.flip for look in seen) < 200
    for mode, low, high in (("tilt", -0.6, 0.6), ("stretch", 0.2, 1.0), ("pose", -1.0, 1.0), ("light", 0.5, 1.3)):
        values = np.array([getattr(look, mode) for look in seen])
        assert low <= values.min() < low + 0.1 * (high - low) and high - 0.1 * (high - low) < values.max() <= high


def test_the_same_generator_gives_the_same_looks():
    assert looks() == looks()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"pose": 1.5}, r"pose: expected a number in \[-1, 1\], got 1.5"),
        ({"light": 0.1}, r"light: expected a number in \[0.5, 1.3\], got 0.1"),
        ({"stretch": 0.0}, "stretch: expected"),
        ({"tilt": float("nan")}, "tilt: expected"),
        ({"tint": (1.0, 1.0, 3.0)}, "tint: expected three factors"),
    ],
)
def test_a_value_out_of_range_is_named(settings, message):
    with pytest.raises(ValueError, match=message):
        Look(**settings)


@pytest.mark.parametrize("mode", MODES)
def test_an_amount_out_of_range_is_named(mode):
    for amount in (-0.1, 5.0, float("nan")):
        with pytest.raises(ValueError, match=f"{mode}: expected a number in"):
            Look.random(np.random.default_rng(0), **{mode: amount})
