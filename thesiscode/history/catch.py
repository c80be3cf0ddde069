"""Deep Q-learning on a game of 5 x 5 pixels, after the Atari players (thesis Section 2.3.2, Figure 2-36)."""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import nn

SIDE = 5
MOVES = (-1, 0, 1)
"""left, stay, right: what the actions 0, 1 and 2 do to the paddle"""
STEPS = SIDE - 1
"""moves in a game: the ball falls a row at each"""


class Games(NamedTuple):
    """Games of catch that are played side by side; each is between two moves."""

    ball: Int[np.ndarray, "n 2"]
    """row and column"""
    paddle: Int[np.ndarray, " n"]
    """column; its row is the last one"""


def new_games(n: int, *, rng: np.random.Generator) -> Games:
    """The ball is in the first row and the paddle in the last one, both in columns at random.

    A paddle in a corner misses no ball: there are four moves, and four columns to go at most. Raises ValueError for n
    below 1.
    """
    if n < 1:
        raise ValueError(f"n: expected at least 1, got {n}")
    ball = np.column_stack([np.zeros(n, int), rng.integers(SIDE, size=n)])
    return Games(ball, rng.integers(SIDE, size=n))


def play(games: Games, actions: Int[np.ndarray, " n"]) -> tuple[Games, Float[np.ndarray, " n"]]:
    """The games after a move, and rewards: where the ball came down 1 if the paddle is there and -1 if not, else 0.

    Raises ValueError for actions other than 0, 1 and 2, or for games that are over.
    """
    actions = np.asarray(actions)
    if actions.shape != games.paddle.shape or not np.isin(actions, range(len(MOVES))).all():
        raise ValueError(f"actions: expected {len(games.paddle)} of 0, 1 and 2, got {actions}")
    if (games.ball[:, 0] >= STEPS).any():
        raise ValueError(f"games: expected games that are not over, got balls in rows {games.ball[:, 0]}")
    paddle = np.clip(games.paddle + np.array(MOVES)[actions], 0, SIDE - 1)
    ball = games.ball + np.array([1, 0])
    caught = np.where(ball[:, 1] == paddle, 1.0, -1.0)
    return Games(ball, paddle), np.where(ball[:, 0] == STEPS, caught, 0.0)


def screens(games: Games) -> Float[np.ndarray, "n 5 5"]:
    """What a player sees: the ball at 1, the paddle at 1, and 0 elsewhere."""
    found = np.zeros((len(games.paddle), SIDE, SIDE))
    rows = np.arange(len(found))
    found[rows, games.ball[:, 0], games.ball[:, 1]] = 1
    found[rows, SIDE - 1, games.paddle] = 1
    return found


def player(*, generator: torch.Generator, hidden: int = 32) -> nn.Sequential:
    """A network from the 25 pixels of a screen to the value of each action."""
    net = nn.Sequential(nn.Flatten(), nn.Linear(SIDE**2, hidden), nn.ReLU(), nn.Linear(hidden, len(MOVES)))
    for layer in net:
        if isinstance(layer, nn.Linear):
            nn.init.kaiming_normal_(layer.weight, generator=generator)
            nn.init.zeros_(layer.bias)
    return net


def q_values(net: nn.Module, games: Games) -> Float[np.ndarray, "n 3"]:
    """The values that a network gives to the actions."""
    with torch.no_grad():
        return net(torch.from_numpy(screens(games)).float()).numpy().astype(float)


def exact_q_values(games: Games, *, discount: float) -> Float[np.ndarray, "n 3"]:
    """The values under the best play: 1 if the ball can still be reached after the action, else -1, discounted.

    The discount counts once for each move that is left after this one. In a deterministic game whose only rewards are
    1 and -1 at its end, this solves Bellman's equation. Raises ValueError for a discount outside [0, 1].
    """
    if not 0 <= discount <= 1:
        raise ValueError(f"discount: expected a number in [0, 1], got {discount}")
    left = STEPS - games.ball[:, 0] - 1
    after = np.clip(games.paddle[:, None] + np.array(MOVES), 0, SIDE - 1)
    reached = np.abs(games.ball[:, 1, None] - after) <= left[:, None]
    return np.where(reached, 1.0, -1.0) * discount ** left[:, None]


class Learning(NamedTuple):
    """A player that has learnt, and how it went."""

    net: nn.Module
    rewards: Float[np.ndarray, " rounds"]
    """mean reward of the games of each round, as played: with moves at random among them"""


def learn(
    rounds: int,
    *,
    games: int = 16,
    discount: float = 0.9,
    lr: float = 0.003,
    explore: float = 0.1,
    memory: int = 2000,
    batch: int = 64,
    seed: int = 0,
) -> Learning:
    """Deep Q-learning (Mnih et al. 2013): play, remember, and step towards reward + discount max Q of what came next.

    A round plays `games` games. A move is at random with a probability that falls from 1 to `explore` over the first
    third of the rounds, else the one with the largest value. Each move of a round is followed by one step of Adam on
    `batch` remembered moves; the oldest of `memory` moves are forgotten.

    Raises ValueError for counts below 1, more games than memory, or a discount or share outside [0, 1].
    """
    if min(rounds, games, memory, batch) < 1:
        raise ValueError(f"rounds, games, memory, batch: expected at least 1, got {(rounds, games, memory, batch)}")
    if games > memory:
        raise ValueError(f"games: expected at most the memory, {memory}, got {games}")
    if not (0 <= discount <= 1 and 0 <= explore <= 1):
        raise ValueError(f"discount, explore: expected numbers in [0, 1], got {discount} and {explore}")
    rng = np.random.default_rng(seed)
    net = player(generator=torch.Generator().manual_seed(seed))
    adam = torch.optim.Adam(net.parameters(), lr=lr)
    past: dict[str, np.ndarray] = {
        "seen": np.zeros((memory, SIDE, SIDE), np.float32), "next": np.zeros((memory, SIDE, SIDE), np.float32),
        "action": np.zeros(memory, int), "reward": np.zeros(memory, np.float32), "over": np.zeros(memory, bool),
    }  # fmt: skip
    written, rewards = 0, np.zeros(rounds)
    for number in range(rounds):
        chance = max(explore, 1 - 3 * number / rounds)
        now = new_games(games, rng=rng)
        for _ in range(STEPS):
            greedy = q_values(net, now).argmax(axis=1)
            actions = np.where(rng.random(games) < chance, rng.integers(len(MOVES), size=games), greedy)
            then, reward = play(now, actions)
            rows = (written + np.arange(games)) % memory
            past["seen"][rows], past["next"][rows] = screens(now), screens(then)
            past["action"][rows], past["reward"][rows] = actions, reward
            past["over"][rows] = then.ball[:, 0] == STEPS
            written += games
            chosen = rng.integers(min(written, memory), size=batch)
            seen, after, action, gain, over = (torch.from_numpy(values[chosen]) for values in past.values())
            _towards_bellman(net, adam, seen, after, action, gain, over, discount)
            now, rewards[number] = then, rewards[number] + reward.mean()
    return Learning(net, rewards)


def _towards_bellman(net, adam, seen, after, action, gain, over, discount: float) -> None:
    """One step on the mean squared error of Bellman's equation, whose right side counts as a constant."""
    with torch.no_grad():
        target = gain + discount * net(after).max(dim=1).values * ~over
    loss = (net(seen).gather(1, action[:, None])[:, 0] - target).square().mean()
    adam.zero_grad()
    loss.backward()
    adam.step()


def caught(net: nn.Module) -> float:
    """The share of the 25 games, one of each start, that a network wins without moves at random."""
    columns = np.arange(SIDE**2)
    now = Games(np.column_stack([np.zeros(SIDE**2, int), columns % SIDE]), columns // SIDE)
    for _ in range(STEPS):
        now, reward = play(now, q_values(net, now).argmax(axis=1))
    return float((reward > 0).mean())
