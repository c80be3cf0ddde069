"""Operation counts, against closed forms and torch's counter. No time is asserted."""

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from thesiscode.history import LeNet5, cpu_seconds, days_at, describe_lenet5, matmul_rate, training_operations
from thesiscode.nets import SmallAlexNet, describe, totals


def test_rate_is_positive_and_finite():
    rate = matmul_rate(32, rng=np.random.default_rng(0), seconds=0.01)
    assert 0 < rate < np.inf


def test_fastest_calls_what_it_measures():
    calls = []
    found = cpu_seconds(lambda: calls.append(sum(range(2000))), seconds=0.02, blocks=2)
    assert len(calls) > 2 and found > 0


def test_a_training_pass_is_three_forward_passes():
    net = SmallAlexNet(10)
    count = totals(describe(net, (3, 64, 64)))["multiply_adds"]
    x = torch.zeros(1, 3, 64, 64, requires_grad=True)  # the paper's first layer too sends a gradient back here
    net.eval()
    with FlopCounterMode(display=False) as counter:
        net(x).sum().backward()
    assert training_operations(count, images=1, epochs=1) == counter.get_total_flops()


def test_days():
    assert days_at(86_400e9, 1e9) == 1
    assert days_at(training_operations(5, images=7, epochs=2), 420) == pytest.approx(1 / 86_400)


def test_alexnet_is_much_larger():
    small = totals(describe_lenet5(LeNet5(generator=torch.Generator().manual_seed(0))))
    assert small["multiply_adds"] == 328_096


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match="n: expected at least 1, got 0"):
        matmul_rate(0, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="seconds: expected a positive number"):
        matmul_rate(2, rng=np.random.default_rng(0), seconds=0.0)
    with pytest.raises(ValueError, match="seconds, blocks"):
        cpu_seconds(int, seconds=1.0, blocks=0)
    with pytest.raises(ValueError, match="multiply_adds, images, epochs: expected at least 1, got 1, 0, 1"):
        training_operations(1, images=0, epochs=1)
    with pytest.raises(ValueError, match="rate: expected a positive number, got 0"):
        days_at(1.0, 0.0)
