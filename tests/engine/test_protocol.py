"""When the learning rate drops, and when training ends."""

import pytest

from thesiscode import engine
from thesiscode.engine.protocol import Schedule


def rates(protocol, losses):
    """The learning rate of each epoch, until the protocol is over."""
    schedule, found = Schedule(protocol), []
    for loss in losses:
        if schedule.done:
            break
        found.append(schedule.learning_rate)
        schedule.step(loss)
    return found, schedule.done


def test_the_defaults_are_those_of_the_thesis():
    protocol = engine.Protocol()
    assert (protocol.learning_rate, protocol.drops, protocol.factor) == (0.01, 2, 10)
    assert (protocol.momentum, protocol.weight_decay, protocol.batch_size) == (0.9, 5e-4, 128)


def test_a_stable_loss_divides_the_rate_and_after_three_iterations_training_ends():
    found, done = rates(engine.Protocol(patience=2), [1.0] * 20)
    assert found == pytest.approx([0.01] * 3 + [0.001] * 2 + [0.0001] * 2) and done


def test_an_improving_loss_keeps_the_rate():
    found, done = rates(engine.Protocol(patience=1), [0.9**n for n in range(20)])
    assert found == [0.01] * 20 and not done


def test_an_improvement_counts_from_its_least_size_on():
    """The first falls by half of what counts each epoch, the second by twice as much."""
    assert rates(engine.Protocol(patience=1, min_improvement=0.1), [0.95**n for n in range(9)])[1]
    assert not rates(engine.Protocol(patience=1, min_improvement=0.1), [0.8**n for n in range(9)])[1]


def test_an_iteration_has_at_most_max_epochs():
    found, done = rates(engine.Protocol(max_epochs=2, drops=1), [0.5**n for n in range(9)])
    assert found == pytest.approx([0.01, 0.01, 0.001, 0.001]) and done


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("learning_rate", 0.0),
        ("momentum", 1.0),
        ("weight_decay", -1e-3),
        ("batch_size", 0),
        ("drops", -1),
        ("factor", 1.0),
        ("patience", 0),
        ("min_improvement", 1.0),
        ("max_epochs", 0),
        ("watch", 0),
        ("learning_rate", float("inf")),
        ("factor", float("nan")),
    ],
)
def test_values_out_of_range_are_refused(name, value):
    with pytest.raises(ValueError, match=f"{name}: expected"):
        engine.Protocol(**{name: value})


@pytest.mark.parametrize(
    ("name", "value"), [("patience", float("nan")), ("max_epochs", 2.5), ("batch_size", True), ("drops", None)]
)
def test_values_of_another_kind_are_refused(unchecked, name, value):
    with pytest.raises(ValueError, match=f"{name}: expected an integer"):
        engine.Protocol(**{name: value})
