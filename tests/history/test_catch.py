"""The game of catch, its exact values, and a network that learns them from pixels."""

from itertools import product

import numpy as np
import pytest
import torch

from thesiscode.history.catch import (
    SIDE,
    STEPS,
    Games,
    caught,
    exact_q_values,
    learn,
    new_games,
    play,
    q_values,
    screens,
)

ALL = Games(
    np.array([(row, column) for row, column, _ in product(range(STEPS), range(SIDE), range(SIDE))]),
    np.array([paddle for _, _, paddle in product(range(STEPS), range(SIDE), range(SIDE))]),
)
"""every state in which there is a move to make"""


def test_rules():
    games = Games(np.array([[3, 1], [3, 1], [3, 1], [0, 4]]), np.array([0, 2, 4, 0]))
    then, reward = play(games, np.array([2, 0, 0, 0]))
    assert then.paddle.tolist() == [1, 1, 3, 0]  # at the wall the paddle stays
    assert then.ball.tolist() == [[4, 1], [4, 1], [4, 1], [1, 4]]
    assert reward.tolist() == [1, 1, -1, 0]


def test_screens_show_the_ball_and_the_paddle():
    games = new_games(50, rng=np.random.default_rng(0))
    pixels = screens(games)
    assert pixels.shape == (50, 5, 5) and (pixels.sum(axis=(1, 2)) == 2).all()
    assert (pixels[np.arange(50), 0].argmax(axis=1) == games.ball[:, 1]).all()
    assert (pixels[np.arange(50), 4].argmax(axis=1) == games.paddle).all()


@pytest.mark.parametrize("discount", [1.0, 0.9, 0.5])
def test_exact_values_solve_bellmans_equation(discount):
    q = exact_q_values(ALL, discount=discount)
    for action in range(3):
        then, reward = play(ALL, np.full(len(ALL.paddle), action))
        going = then.ball[:, 0] < STEPS
        later = np.zeros(len(reward))
        later[going] = exact_q_values(Games(then.ball[going], then.paddle[going]), discount=discount).max(axis=1)
        assert np.allclose(q[:, action], reward + discount * later)


def test_a_player_with_exact_values_catches_every_ball():
    class Exact(torch.nn.Module):
        def forward(self, x):
            ball = x[:, :STEPS].flatten(1).argmax(dim=1).numpy()
            games = Games(np.column_stack([ball // SIDE, ball % SIDE]), x[:, -1].argmax(dim=1).numpy())
            return torch.from_numpy(exact_q_values(games, discount=0.9))

    assert caught(Exact()) == 1.0
    assert caught(torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(25, 3))) < 1.0


def test_learning_reaches_the_values():
    player = learn(200, seed=0)
    assert caught(player.net) >= 0.96
    assert player.rewards[:10].mean() < -0.3 and player.rewards[-20:].mean() > 0.5
    rng = np.random.default_rng(0)
    games, errors = new_games(200, rng=rng), []
    for _ in range(STEPS):
        q, exact = q_values(player.net, games), exact_q_values(games, discount=0.9)
        errors.append(np.abs(q.max(axis=1) - exact.max(axis=1)).mean())
        games, _ = play(games, q.argmax(axis=1))
    assert np.mean(errors) < 0.15


def test_learning_is_reproducible():
    first, second = (learn(10, seed=1) for _ in range(2))
    assert np.array_equal(first.rewards, second.rewards)
    assert torch.equal(first.net[1].weight, second.net[1].weight)


def test_bad_input(unchecked):
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="n: expected at least 1, got 0"):
        new_games(0, rng=rng)
    with pytest.raises(ValueError, match="actions: expected 2 of 0, 1 and 2"):
        play(new_games(2, rng=rng), np.array([0, 3]))
    with pytest.raises(ValueError, match="games: expected games that are not over"):
        play(Games(np.array([[4, 0]]), np.array([0])), np.array([0]))
    with pytest.raises(ValueError, match="rounds, games, memory, batch: expected at least 1"):
        learn(0)
    with pytest.raises(ValueError, match="discount, explore"):
        learn(1, discount=1.5)


@pytest.mark.parametrize(("games", "memory"), [(16, 15), (2001, 2000)])
def test_a_move_of_all_games_fits_into_memory(unchecked, games, memory):
    with pytest.raises(ValueError, match=f"games: expected at most the memory, {memory}, got {games}"):
        learn(1, games=games, memory=memory)


@pytest.mark.parametrize("discount", [-0.1, 1.1, np.nan])
def test_exact_values_need_a_discount(unchecked, discount):
    with pytest.raises(ValueError, match=rf"discount: expected a number in \[0, 1\], got {discount}"):
        exact_q_values(ALL, discount=discount)
