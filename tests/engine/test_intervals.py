"""Student's interval, against scipy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from thesiscode import engine


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=12), st.floats(0.5, 0.99))
def test_it_is_the_interval_of_scipy(values, confidence):
    got = engine.interval(values, confidence)
    assert got.n == len(values) and got.mean == pytest.approx(np.mean(values), abs=1e-9)
    scale = stats.sem(values)
    low, high = stats.t.interval(confidence, len(values) - 1, np.mean(values), scale) if scale > 0 else [got.mean] * 2
    assert (got.low, got.high) == pytest.approx((low, high), rel=1e-6, abs=1e-6)


def test_one_value_has_no_bounds():
    got = engine.interval([0.5])
    assert got.mean == 0.5 and got.n == 1 and math.isnan(got.low) and math.isnan(got.high)
    assert not got.overlaps(engine.interval([0.4, 0.6]))


def test_intervals_overlap_where_they_share_a_point():
    a, b, c = engine.Interval(1.0, 0.0, 2.0, 3), engine.Interval(2.5, 2.0, 3.0, 3), engine.Interval(5.0, 4.0, 6.0, 3)
    assert a.overlaps(b) and b.overlaps(a) and not a.overlaps(c) and not c.overlaps(a)


@pytest.mark.parametrize(
    ("values", "confidence", "message"), [([], 0.95, "values: expected"), ([1.0], 1.0, "confidence: expected")]
)
def test_bad_input(values, confidence, message):
    with pytest.raises(ValueError, match=message):
        engine.interval(values, confidence)
