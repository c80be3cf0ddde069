"""Capacity: polynomials of a degree, bias and variance, and random features past the point of interpolation (A.3.4)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from .checks import not_negative, numbers, same_length, samples, shaped, whole
from .regularization import ridge_path


def polynomial_features(x: Float[np.ndarray, "n"], degree: int) -> Float[np.ndarray, "n {degree}+1"]:
    """The Legendre polynomials of degree 0 to `degree` at x in [-1, 1]: as powers of x, but nearly uncorrelated.

    Raises ValueError for x outside of [-1, 1].
    """
    x = numbers(x)
    if np.abs(x).max() > 1:
        raise ValueError(f"x: expected numbers in [-1, 1], got {x.min():g} to {x.max():g}")
    return np.polynomial.legendre.legvander(x, whole(degree, "degree", 0))


def least_squares(features: Float[np.ndarray, "n p"], y: Float[np.ndarray, "n"]) -> Float[np.ndarray, "p"]:
    """The weights with the least squared error on y; where many have it, those of the least length."""
    features, y = samples(features, "features"), numbers(y, "y")
    same_length(features, y, ("features", "y"))
    return np.linalg.lstsq(features, y, rcond=None)[0]


@dataclass(frozen=True)
class Decomposition:
    """What the squared error of a predictor is made of, each a mean over test points; `error` is measured."""

    bias: float  # squared distance of the mean prediction to the truth
    variance: float  # of predictions around their mean, over training sets
    noise: float  # of the labels, which no predictor knows
    error: float  # mean squared error on fresh labels


def bias_variance(
    fit: Callable[[np.ndarray, np.ndarray], Callable[[np.ndarray], np.ndarray]],
    truth: Callable[[np.ndarray], np.ndarray],
    *,
    n: int,
    noise: float,
    n_sets: int,
    rng: np.random.Generator,
) -> Decomposition:
    """Bias and variance of a learner over `n_sets` training sets of n points, x uniform in [-1, 1].

    `fit(x, y)` returns a predictor of x. Labels are truth(x) plus normal noise of this standard deviation. The error is
    measured on 200 points that no training set holds. The estimate of the bias is itself unbiased, so that it can come
    out slightly negative. Raises ValueError for fewer than two training sets, or a predictor that does not give one
    finite number for each x.
    """
    n, n_sets, noise = whole(n, "n"), whole(n_sets, "n_sets", 2), not_negative(noise, "noise")
    x_test = rng.uniform(-1, 1, 200)
    predictions = np.empty((n_sets, len(x_test)))
    for k in range(n_sets):
        x = rng.uniform(-1, 1, n)
        predict = fit(x, truth(x) + noise * rng.standard_normal(n))
        predictions[k] = shaped(predict(x_test), "fit", x_test.shape)
    fresh = truth(x_test) + noise * rng.standard_normal(predictions.shape)
    variance = float(predictions.var(axis=0, ddof=1).mean())
    distance = float(((predictions.mean(axis=0) - truth(x_test)) ** 2).mean())
    return Decomposition(
        bias=distance - variance / n_sets,  # the mean of n_sets predictions varies as well
        variance=variance,
        noise=noise**2,
        error=float(((predictions - fresh) ** 2).mean()),
    )


@dataclass(frozen=True)
class RandomFeatures:
    """`width` random rectified features max(0, v . x) of a sample x: a network whose first layer is never trained.

    `directions` [width d] are the v, each of length 1.
    """

    directions: Float[np.ndarray, "width d"]

    @classmethod
    def draw(cls, d: int, width: int, *, rng: np.random.Generator) -> "RandomFeatures":
        """Directions that are uniform on the sphere. Raises ValueError for sizes below 1."""
        v = rng.standard_normal((whole(width, "width"), whole(d, "d")))
        return cls(v / np.linalg.norm(v, axis=1, keepdims=True))

    def __call__(self, x: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n width"]:
        return np.maximum(0, samples(x) @ self.directions.T)


@dataclass(frozen=True)
class WidthCurve:
    """Mean squared errors by width and draw, [widths draws] each, and the length of the weights that were found."""

    train: Float[np.ndarray, "widths draws"]
    test: Float[np.ndarray, "widths draws"]
    length: Float[np.ndarray, "widths draws"]


def width_curve(
    widths: Sequence[int],
    *,
    n: int,
    d: int,
    noise: float,
    penalty: float = 0.0,
    draws: int,
    rng: np.random.Generator,
) -> WidthCurve:
    """Least squares on random features of more and more width: double descent, where nothing is penalised.

    Samples are normal in d dimensions; the label is a linear function of unit length, plus noise of this standard
    deviation. Without a penalty, the weights are the shortest among the best; with one, they minimise the mean squared
    error plus penalty times their squared length. The test error is on 500 samples without noise.
    """
    noise, penalty = not_negative(noise, "noise"), not_negative(penalty, "penalty")
    found = np.empty((3, len(widths), whole(draws, "draws")))
    for k in range(draws):
        teacher = rng.standard_normal(d)
        teacher /= np.linalg.norm(teacher)
        x, x_test = rng.standard_normal((whole(n, "n"), d)), rng.standard_normal((500, d))
        y = x @ teacher + noise * rng.standard_normal(n)
        widest = RandomFeatures.draw(d, max(widths), rng=rng)
        for i, width in enumerate(widths):
            features = RandomFeatures(widest.directions[: whole(width, "widths")])
            z = features(x)
            w = ridge_path(z, y, np.array([penalty]))[0]
            errors = (z @ w - y) ** 2, (features(x_test) @ w - x_test @ teacher) ** 2
            found[:, i, k] = errors[0].mean(), errors[1].mean(), np.linalg.norm(w)
    return WidthCurve(*found)
