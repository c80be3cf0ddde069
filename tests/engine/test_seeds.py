"""Streams are told apart by seed and names, and by nothing else."""

import numpy as np
import pytest
import torch

from thesiscode import engine
from thesiscode.engine.seeds import seed_dropout


def draws(*names):
    return torch.rand(4, generator=engine.generator(*names)).tolist()


def test_equal_names_draw_the_same_and_others_do_not():
    assert draws(3, "jitter", 1) == draws(3, "jitter", 1)
    others = [
        draws(3, "jitter", 2),
        draws(4, "jitter", 1),
        draws(3, "order", 1),
        draws(3, "jitter"),
        draws(3, "jitter1"),
    ]
    assert len({tuple(d) for d in [draws(3, "jitter", 1), *others]}) == 6


def test_streams_are_the_same_on_every_machine():
    """The seeds come from a hash, not from Python's own, which differs from process to process."""
    assert draws(3, "jitter", 1)[0] == pytest.approx(0.28176564, abs=1e-8)
    assert engine.numpy_generator(3, "jitter", 1).random() == pytest.approx(0.33995563, abs=1e-8)


def test_numpy_streams_are_independent_too():
    a, b = (engine.numpy_generator(0, name).normal(size=2000) for name in ("a", "b"))
    assert abs(np.corrcoef(a, b)[0, 1]) < 0.1
    np.testing.assert_array_equal(a, engine.numpy_generator(0, "a").normal(size=2000))


def test_dropout_draws_as_after_torchs_own_seeding():
    with torch.random.fork_rng([]):
        torch.manual_seed(123)
        expected = torch.nn.functional.dropout(torch.ones(50))
        seed_dropout(123, torch.device("cpu"))
        assert torch.equal(torch.nn.functional.dropout(torch.ones(50)), expected)
