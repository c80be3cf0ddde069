"""Operation counts, against closed forms and torch's counter. The clock is a fake one."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from thesiscode.history import cpu_seconds, days_at, matmul_rate, throughput, training_operations
from thesiscode.nets import SmallAlexNet, describe, totals


@pytest.fixture
def clock(monkeypatch):
    """CPU time that goes by only where a test says so: `clock.now`, in seconds."""
    stopped = SimpleNamespace(now=0.0)
    monkeypatch.setattr(throughput, "process_time", lambda: stopped.now)
    return stopped


def test_rate_counts_products_and_additions(clock, monkeypatch):
    product, found = np.matmul, []

    def timed(a, b, out):
        clock.now += 0.25
        found.append((a, product(a, b, out=out)))
        return out

    monkeypatch.setattr(np, "matmul", timed)
    assert matmul_rate(32, rng=np.random.default_rng(0), seconds=1.0) == 2 * 32**3 / 0.25
    assert found[0][0].shape == (32, 32) and found[0][0].dtype == np.float32


def test_the_fastest_block_counts(clock):
    costs = iter([9.0, 4.0, 2.0, 3.0] + [1.0] * 9)  # the first call warms up; the budget ends after three more

    def action():
        clock.now += next(costs)

    assert cpu_seconds(action, seconds=9.0) == 2.0


def test_a_short_call_is_repeated_until_the_clock_sees_it(clock):
    calls = []

    def action():
        calls.append(1)
        clock.now = len(calls) // 8 * 1.0  # the clock has steps of a second, a call takes an eighth

    assert cpu_seconds(action, seconds=8.0, blocks=2) == pytest.approx(1 / 8)


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
