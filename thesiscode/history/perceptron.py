"""Rosenblatt's perceptron, and the bound on its mistakes (thesis Section 2.2)."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import nnls


class PerceptronResult(NamedTuple):
    """What the algorithm ended with."""

    weights: Float[np.ndarray, " d"]
    """of the hyperplane weights @ x = 0"""
    mistakes: int
    """how often the weights were changed"""
    converged: bool
    """whether it went through all samples once without a mistake"""
    errors: list[int]
    """mistakes of each pass"""


def perceptron(
    x: Float[np.ndarray, "n d"], labels: Int[np.ndarray, " n"], *, max_passes: int = 1000, rng: np.random.Generator
) -> PerceptronResult:
    """Goes through the samples again and again, in a new order each time; a wrong one is added to the weights.

    A sample is wrong where labels * (weights @ x) <= 0; then weights += labels * x (Rosenblatt 1957). Weights begin at
    0. There is no threshold: add a constant feature to have one.

    labels: -1 or 1, both of them. Raises ValueError for arrays that do not fit, are empty or not finite, or labels of
    one class.
    """
    x, labels = _checked(x, labels)
    if max_passes < 1:
        raise ValueError(f"max_passes: expected at least 1, got {max_passes}")
    weights, errors = np.zeros(x.shape[1]), []
    while not errors or (errors[-1] and len(errors) < max_passes):
        errors.append(0)
        for k in rng.permutation(len(x)):
            if labels[k] * (weights @ x[k]) <= 0:
                weights += labels[k] * x[k]
                errors[-1] += 1
    return PerceptronResult(weights, sum(errors), errors[-1] == 0, errors)


def margin(x: Float[np.ndarray, "n d"], labels: Int[np.ndarray, " n"], weights: Float[np.ndarray, " d"]) -> float:
    """The distance of the closest sample from the hyperplane; below 0 if a sample is on the wrong side.

    Raises ValueError as `perceptron` does, and for weights that are all 0.
    """
    x, labels = _checked(x, labels)
    weights = np.asarray(weights, float)
    size = np.linalg.norm(weights)
    if weights.shape != (x.shape[1],) or not (np.isfinite(size) and size > 0):
        raise ValueError(f"weights: expected {x.shape[1]} finite weights, not all 0, got {weights}")
    return float((labels * (x @ weights)).min() / size)


def mistake_bound(x: Float[np.ndarray, "n d"], labels: Int[np.ndarray, " n"]) -> float:
    """(R / gamma)^2: no order of the samples makes the perceptron err more often (Block 1962, Novikoff 1962).

    R is the largest norm of a sample, gamma the largest margin of a hyperplane through the origin; the bound is
    infinite where no hyperplane separates the classes, and where a hyperplane separates by less than about 1e-7 of the
    longest sample. The shortest weights with labels * (x @ weights) >= 1 have the largest margin; they are the residual
    of a non-negative least squares problem (Lawson and Hanson 1974, Chapter 23).

    Raises ValueError as `perceptron` does.
    """
    x, labels = _checked(x, labels)
    largest = np.linalg.norm(x, axis=1).max()
    system = np.column_stack([labels[:, None] * x / max(largest, 1e-300), np.ones(len(x))]).T
    target = np.eye(len(system))[-1]
    residual = target - system @ nnls(system, target)[0]
    if np.linalg.norm(residual) < 1e-7:
        return np.inf
    widest = margin(x, labels, -residual[:-1])
    return float((largest / widest) ** 2) if widest > 0 else np.inf


def _checked(x: np.ndarray, labels: np.ndarray) -> tuple[Float[np.ndarray, "n d"], np.ndarray]:
    x, labels = np.asarray(x, float), np.asarray(labels)
    if x.ndim != 2 or not x.size or not np.isfinite(x).all():
        raise ValueError(f"x: expected finite samples [n, d], got shape {x.shape}")
    if labels.shape != (len(x),) or set(np.unique(labels)) != {-1, 1}:
        raise ValueError(f"labels: expected {len(x)} labels, -1 and 1, got {np.unique(labels)} of shape {labels.shape}")
    return x, labels
