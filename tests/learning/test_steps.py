"""Step sizes and the two sums."""

import numpy as np
import pytest

from thesiscode.learning import Geometric, Power


@pytest.mark.parametrize(
    ("steps", "travels", "calms_down"),
    [
        (Power(0.5), True, False),
        (Power(0.5, 0.5), True, False),
        (Power(0.5, 0.75), True, True),
        (Power(0.5, 1, 10), True, True),
        (Power(0.5, 1.5), False, True),
        (Geometric(0.5, 0.9), False, True),
    ],
)
def test_the_two_conditions_are_those_of_the_sums(steps, travels, calms_down):
    assert (steps.travels, steps.calms_down) == (travels, calms_down)
    gammas = steps.first(400_000)
    for values, diverges in ((gammas, travels), (gammas**2, not calms_down)):
        first, last = values[1000:20_000].sum(), values[20_000:].sum()
        # Beyond any point, what is left of a divergent sum of powers never becomes small.
        assert (last > 0.9 * first) == diverges


def test_the_first_steps():
    np.testing.assert_allclose(Power(2, 1).first(3), [2, 1, 2 / 3])
    np.testing.assert_allclose(Power(2, 1, 10).first(11)[10], 1)
    np.testing.assert_allclose(Geometric(1, 0.5).first(3), [1, 0.5, 0.25])
    assert Geometric(0.5, 0.9).first(1000).sum() == pytest.approx(5)


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match="scale: expected a finite number above 0, got 0"):
        Power(0)
    with pytest.raises(ValueError, match="exponent: expected a finite number of at least 0, got -1"):
        Power(1, -1)
    with pytest.raises(ValueError, match="delay: expected a finite number above 0, got nan"):
        Power(1, 1, float("nan"))
    with pytest.raises(ValueError, match=r"ratio: expected a number in \(0, 1\), got 1"):
        Geometric(1, 1)


@pytest.mark.parametrize("steps", [Power(0.5), Geometric(0.5, 0.9)])
@pytest.mark.parametrize("n", [-3, 2.5])
def test_bad_numbers_of_steps(unchecked, steps, n):
    assert steps.first(0).shape == (0,)
    with pytest.raises(ValueError, match=f"n: expected an integer of at least 0, got {n}"):
        steps.first(n)
