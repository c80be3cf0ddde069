"""Critics as distances: known answers, their constraints, what they refuse."""

import math

import pytest
import torch

from thesiscode.engine import Run, generator
from thesiscode.gan import critic_distance, critic_distances, critic_slopes
from thesiscode.gan.critic_study import CriticSettings, correlations, critics, exact_distance, pairs_of_clouds

QUICK = {"steps": 150, "width": 16, "batch_size": 64}


@pytest.fixture
def shifted():
    """Two clouds, one of which is the other moved by 1: W1 is 1, exactly."""
    x = 0.1 * torch.randn(80, 2, generator=generator(0, "cloud"))
    return x + torch.tensor([0.6, 0.8]), x


def parameters(found):
    return torch.cat([p.flatten() for p in found.critic.parameters()])


def test_a_shift_costs_its_length(shifted):
    found = critic_distance(*shifted, penalty=10.0, **QUICK)
    assert found.distance == pytest.approx(1 + 1 / (2 * 10), rel=0.04)
    assert 1 < found.slope < 1.7


def test_a_small_penalty_lets_the_slope_grow(shifted):
    """A linear critic of slope s gains s W - lambda (s - 1)^2, the most of which is at s = 1 + W / (2 lambda)."""
    found = critic_distance(*shifted, penalty=0.5, **QUICK)
    assert found.distance == pytest.approx(1 + 1 / (2 * 0.5), rel=0.12)


def test_the_distance_is_that_of_mean_scores_on_the_whole_clouds(shifted):
    found = critic_distance(*shifted, penalty=10.0, **QUICK)
    x, y = shifted
    assert found.critic(x).shape == (80,)
    assert found.distance == pytest.approx((found.critic(x).mean() - found.critic(y).mean()).item(), abs=1e-6)


@pytest.mark.parametrize("clip", [0.003, 0.1])
def test_clipping_keeps_every_weight_in_its_box(shifted, clip):
    found = critic_distance(*shifted, clip=clip, **QUICK)
    assert parameters(found).abs().max().item() == pytest.approx(clip)
    assert found.distance > 0


def test_the_box_bounds_the_slope(shifted):
    """No network with weights in a box is steeper than the one whose weights are all at its edge and work together."""
    width, clip = 16, 0.1
    found = critic_distance(*shifted, clip=clip, **QUICK)
    steepest = math.sqrt(2) * width**2 * clip**3
    assert found.slope <= steepest * (1 + 1e-5)
    assert found.distance <= steepest * 1.0001  # times W1, which is 1
    assert found.slope > 0.8 * steepest  # a shift asks for nothing but a steep slope


def test_the_scale_of_a_clipped_critic_is_that_of_its_box(shifted):
    """Three layers of weights: the estimate grows with the third power of the limit, or nearly, because of biases."""
    small, large = (critic_distance(*shifted, clip=clip, **QUICK).distance for clip in (0.01, 0.1))
    assert 2.7 < math.log10(large / small) < 3.3


def test_slopes_are_those_of_differences(shifted):
    critic = critic_distance(*shifted, penalty=10.0, **QUICK).critic.double()
    points = torch.randn(20, 2, generator=generator(1), dtype=torch.float64)
    step = 1e-6
    axes = step * torch.eye(2, dtype=torch.float64)
    sides = torch.stack([(critic(points + a) - critic(points - a)) / (2 * step) for a in axes], dim=1)
    torch.testing.assert_close(critic_slopes(critic, points), sides.norm(dim=1), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("constraint", [{"clip": 0.1}, {"penalty": 10.0}])
def test_a_seed_decides_everything(shifted, constraint):
    a, b = (critic_distance(*shifted, seed=4, **constraint, **QUICK) for _ in range(2))
    other = critic_distance(*shifted, seed=5, **constraint, **QUICK)
    assert torch.equal(parameters(a), parameters(b)) and a[:2] == b[:2]
    assert not torch.equal(parameters(a), parameters(other))


def test_critics_side_by_side_do_not_touch_one_another(shifted):
    """With one pair far apart beside it, the estimate of the other stays: draws are the same, and losses separate."""
    x, y = shifted
    fine = critic_distances(torch.stack([x, x]), torch.stack([y, y + 5]), penalty=10.0, **QUICK)
    also = critic_distances(torch.stack([x, x]), torch.stack([y, y - 1]), penalty=10.0, **QUICK)
    assert fine[0].distance == pytest.approx(also[0].distance, rel=1e-4)
    assert fine[1].distance > 4 * fine[0].distance


def test_clouds_of_different_sizes_and_dimensions():
    draw = generator(2)
    found = critic_distance(
        torch.randn(30, 5, generator=draw) + 2, torch.randn(50, 5, generator=draw), clip=0.1, **QUICK
    )
    assert found.distance > 0


@pytest.mark.parametrize(
    ("x", "y", "options", "message"),
    [
        (torch.zeros(3, 2), torch.zeros(3, 1), {"clip": 1}, "x, y: expected points of one dimension, got 2 and 1"),
        (torch.zeros(0, 2), torch.zeros(3, 2), {"clip": 1}, "x: expected clouds of at least one point"),
        (torch.zeros(3, 2), torch.full((3, 2), math.nan), {"clip": 1}, "y: expected finite coordinates, got nan"),
        (
            torch.zeros(3, 2),
            torch.zeros(3, 2),
            {},
            "clip, penalty: expected exactly one above 0, got clip=0.0, penalty",
        ),
        (
            torch.zeros(3, 2),
            torch.zeros(3, 2),
            {"clip": 1, "penalty": 1},
            "expected exactly one above 0, got clip=1, pen",
        ),
        (torch.zeros(3, 2), torch.zeros(3, 2), {"clip": -1}, "clip: expected a finite number of at least 0, got -1"),
        (torch.zeros(3, 2), torch.zeros(3, 2), {"penalty": math.nan}, "penalty: expected a finite number"),
        (torch.zeros(3, 2), torch.zeros(3, 2), {"clip": 1, "steps": 0}, "steps: expected at least 1, got 0"),
        (
            torch.zeros(3, 2),
            torch.zeros(3, 2),
            {"clip": 1, "learning_rate": 0},
            "learning_rate: expected a finite number",
        ),
    ],
)
def test_bad_input_is_refused(x, y, options, message, unchecked):
    with pytest.raises(ValueError, match=message):
        critic_distance(x, y, **options)


def test_points_need_two_axes(unchecked):
    with pytest.raises(ValueError, match=r"y: expected points \[n, d\], got shape \(3,\)"):
        critic_distance(torch.zeros(3, 2), torch.zeros(3), clip=1)


def test_exact_distances(shifted):
    assert exact_distance(*shifted) == pytest.approx(1)
    assert exact_distance(shifted[0], shifted[0]) == pytest.approx(0, abs=1e-12)
    two = torch.tensor([[0.0, 0.0], [2.0, 0.0]])
    assert exact_distance(two, torch.tensor([[0.0, 3.0]])) == pytest.approx((3 + math.sqrt(13)) / 2)


def test_the_pairs_are_what_their_names_say():
    pairs = pairs_of_clouds(4000, 3)
    assert len(pairs) == 10 and all(x.shape == y.shape == (4000, 2) for x, y in pairs.values())
    gap = {name: (x.mean(dim=0) - y.mean(dim=0)).norm().item() for name, (x, y) in pairs.items()}
    assert gap["shift by 1"] == pytest.approx(1, abs=0.1) and gap["shift by 2"] == pytest.approx(2, abs=0.1)
    alike = ("the same", "scale by 2", "scale by 0.3", "turned", "ring, normal", "two rings", "every other mode")
    assert all(gap[name] < 0.15 for name in alike)
    x, y = pairs["ring, normal"]
    torch.testing.assert_close(x.T.cov(), y.T.cov(), atol=0.2, rtol=0)  # only higher moments tell them apart
    again = pairs_of_clouds(4000, 3)
    assert all(torch.equal(a, b) for name in pairs for a, b in zip(pairs[name], again[name], strict=True))


def test_correlations():
    assert correlations([1.0, 2.0, 4.0], [2.0, 4.0, 8.0]) == {"pearson": pytest.approx(1), "spearman": pytest.approx(1)}
    assert correlations([1.0, 2.0, 40.0], [1.0, 2.0, 3.0])["spearman"] == pytest.approx(1)
    assert math.isnan(correlations([1.0, 1.0], [1.0, 2.0])["pearson"])


def test_the_experiment_reports_every_constraint(tmp_path):
    settings = CriticSettings(n_points=30, clips=(0.1,), penalties=(10.0,), steps=3, width=4)
    metrics = critics(settings, Run(0, tmp_path, tmp_path)).metrics
    assert len(metrics["pairs"]) == len(metrics["exact"]) == 10
    for constraint in ("clip 0.1", "penalty 10"):
        found = metrics[constraint]
        assert len(found["estimates"]) == len(found["slopes"]) == 10
        assert set(found) == {"estimates", "slopes", "pearson", "spearman", "by slope", "cpu_seconds"}
        assert found["pearson"] == pytest.approx(correlations(found["estimates"], metrics["exact"])["pearson"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"clips": (0.0,)}, "clips: expected a finite number above 0"),
        ({"penalties": ()}, "penalties: expected at least one value"),
        ({"steps": 0}, "steps: expected an integer of at least 1"),
    ],
)
def test_settings_out_of_range_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        CriticSettings(**change)
