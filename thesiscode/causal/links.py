"""Does the body follow the plate? Measures of the link between cause and effect in a sample (thesis Section 5.4.1).

All of them look at pairs of poses, wherever these come from. Held-out real frames say what a perfect generator would
get, real plates with the bodies of other frames what one would get that knows both parts and no link.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Float
from scipy.spatial.distance import cdist
from sklearn.ensemble import ExtraTreesRegressor

from thesiscode.twosample import c2st

from .poses import Pairs, explained

NEAREST = 5
"""Neighbours that make the radius of a ball in `ball_coverage`; 5 in Naeem et al. (2020)."""
TWIN_BODY, TWIN_PLATE = 0.01, 0.5
"""Twins are as close in body as the closest 1% of real pairs of frames, and as far in plate as half of them."""


class LinkTest:
    """What is known of real pairs, and how others compare.

    real: pairs of a training set. test: real pairs that are held out; samples that are measured have as many, or more,
    of which the first count. columns: columns of the body by the name of its parts. Raises ValueError for fewer than 20
    pairs.
    """

    def __init__(self, real: Pairs, test: Pairs, columns: Mapping[str, Sequence[int]], *, seed: int) -> None:
        if min(len(real.plate), len(test.plate)) < 20:
            raise ValueError(f"real, test: expected at least 20 pairs, got {len(real.plate)} and {len(test.plate)}")
        self.real, self.test, self.seed = real, test, seed
        self._parts = {name: list(k) for name, k in columns.items()} | {"all": list(range(real.body.shape[1]))}
        self.plate_scale = real.plate.std(axis=0) + 1e-6
        self.body_scale = real.body.std(axis=0) + 1e-6
        self.regression = ExtraTreesRegressor(100, min_samples_leaf=2, random_state=seed)
        self.regression.fit(real.plate / self.plate_scale, real.body)
        bodies, plates = self._distances(real, real)
        apart = ~np.eye(len(bodies), dtype=bool)
        self.same_body = float(np.quantile(bodies[apart], TWIN_BODY))
        self.other_plate = float(np.quantile(plates[apart], TWIN_PLATE))

    def measure(self, pairs: Pairs) -> dict[str, Any]:
        """All measures of a sample: see the methods, and `ball_coverage`."""
        rng = np.random.default_rng([self.seed, 7])
        pairs = Pairs(*(part[: len(self.test.plate)] for part in pairs))
        everything, k = self.scaled(pairs), pairs.plate.shape[1]
        held_out = self.scaled(self.test)
        return {
            "R2": self.follows(pairs),
            "correlation": self.moves_along(pairs),
            "real or not": self.told_apart(self.test, pairs, rng),
            "linked or not": self.linked(pairs, rng),
            "nearest plate": self.nearest_plate(pairs, rng),
            "coverage": {
                "plate": ball_coverage(held_out[:, :k], everything[:, :k]),
                "body": ball_coverage(held_out[:, k:], everything[:, k:]),
                "both": ball_coverage(held_out, everything),
            },
            "distinct bodies": distinct(pairs.body, 3 * self.same_body),
            "twins": float(self.twins(pairs).any(axis=1).mean()),
        }

    def scaled(self, pairs: Pairs) -> Float[np.ndarray, "n k"]:
        """Plate and body side by side, each half with a mean square of 1 among real pairs."""
        plate = (pairs.plate - self.real.plate.mean(axis=0)) / self.plate_scale / np.sqrt(pairs.plate.shape[1])
        body = (pairs.body - self.real.body.mean(axis=0)) / self.body_scale / np.sqrt(pairs.body.shape[1])
        return np.concatenate([plate, body], axis=1)

    def expected_body(self, plate: Float[np.ndarray, "n 6"]) -> Float[np.ndarray, "n k"]:
        """f(plate) of Eq. 5.5: the mean body of real frames with such a plate, by a forest."""
        return self.regression.predict(plate / self.plate_scale)

    def follows(self, pairs: Pairs) -> dict[str, float]:
        """R^2 of the bodies given their plates by the function of *real* pairs, of each part and of "all": at most 1,
        and below 0 where the sample's own mean body is a better guess."""
        return explained(self.expected_body(pairs.plate), pairs.body, self._parts)

    def moves_along(self, pairs: Pairs) -> dict[str, float]:
        """Correlation of bodies with what they should be given their plates: 0 without a link, whatever the mean and
        the size of the motion. Summed covariances over the root of summed variances; 0 for bodies that never move."""
        both = (np.asarray(x, float) for x in (pairs.body, self.expected_body(pairs.plate)))
        body, wanted = (x - x.mean(axis=0) for x in both)
        along, own, other = ((a * b).sum(axis=0) for a, b in ((body, wanted), (body, body), (wanted, wanted)))
        found = {}
        for name, k in self._parts.items():
            size = np.sqrt(own[k].sum() * other[k].sum())
            found[name] = float(along[k].sum() / size) if size > 1e-9 else 0.0
        return found

    def told_apart(self, a: Pairs, b: Pairs, rng: np.random.Generator) -> dict[str, float]:
        """A classifier two-sample test, by nearest neighbours, on what each pair is and what its body should be.

        For each pair the classifier sees plate and body, and how far the body is from the expected one.
        """
        x, y = (np.concatenate([self.scaled(p), self._residuals(p)], axis=1) for p in (a, b))
        found = c2st(x, y, classifier="knn", rng=rng)
        return {"accuracy": found.statistic, "p": found.p_value}

    def linked(self, pairs: Pairs, rng: np.random.Generator) -> dict[str, float]:
        """Whether one half of the pairs, drawn at random, can be told from the other half with shuffled bodies.

        No pair is in both halves. So without a link the two are independent samples of one distribution: accuracies
        are 0.5 on average, and p-values keep their level.
        """
        order = rng.permutation(len(pairs.plate))
        left, right = (Pairs(pairs.plate[k], pairs.body[k]) for k in np.array_split(order, 2))
        return self.told_apart(left.shuffled(rng), right, rng)

    def nearest_plate(self, pairs: Pairs, rng: np.random.Generator) -> dict[str, float]:
        """How far each body is from that of the real frame with the nearest plate, and from that of any real frame: the
        mean over frames of the root mean square over points, in metres; "ratio" is the first over the second."""
        k = pairs.plate.shape[1]
        nearest = cdist(self.scaled(pairs)[:, :k], self.scaled(self.real)[:, :k]).argmin(axis=1)
        other = rng.integers(len(self.real.plate), size=len(pairs.plate))
        near, far = (float(_apart(pairs.body, self.real.body[which]).mean()) for which in (nearest, other))
        return {"nearest": near, "any": far, "ratio": near / far}

    def twins(self, pairs: Pairs) -> Bool[np.ndarray, "n n"]:
        """Which frames have nearly the same body below clearly different plates."""
        bodies, plates = self._distances(pairs, pairs)
        return (bodies < self.same_body) & (plates > self.other_plate)

    def lookalikes(self, pairs: Pairs, n: int) -> list[tuple[int, int, float]]:
        """Frames with nearly the same body, as marked in thesis Figure 5-12: up to n pairs of frames, the most alike
        first, no frame twice; and the share of all pairs of frames whose plates are closer than theirs. Without a link
        that share is 0.5 on average."""
        bodies, plates = self._distances(pairs, pairs)
        first, second = np.triu_indices(len(bodies), 1)
        every = np.sort(plates[first, second])
        found: list[tuple[int, int, float]] = []
        used: set[int] = set()
        for k in np.argsort(bodies[first, second], kind="stable"):
            i, j = int(first[k]), int(second[k])
            if len(found) < n and not used & {i, j}:
                found.append((i, j, float(np.searchsorted(every, plates[i, j]) / len(every))))
                used |= {i, j}
        return found

    def _distances(self, a: Pairs, b: Pairs) -> tuple[Float[np.ndarray, "n m"], Float[np.ndarray, "n m"]]:
        """Between bodies, in metres, and between plates, in standard deviations; of the first 1,000 at most."""
        a, b = (Pairs(*(part[:1000] for part in pairs)) for pairs in (a, b))
        bodies = cdist(a.body, b.body) / np.sqrt(a.body.shape[1] / 3)
        return bodies, cdist(a.plate / self.plate_scale, b.plate / self.plate_scale) / np.sqrt(a.plate.shape[1])

    def _residuals(self, pairs: Pairs) -> Float[np.ndarray, "n k"]:
        expected = self.expected_body(pairs.plate)
        return (pairs.body - expected) / self.body_scale / np.sqrt(pairs.body.shape[1])


def ball_coverage(real: Float[np.ndarray, "n d"], generated: Float[np.ndarray, "m d"]) -> float:
    """Coverage of Naeem et al. (2020): the share of real points within whose ball a generated one lies; the ball
    reaches to the point's fifth neighbour among the real ones. Raises ValueError for too few real points."""
    if len(real) <= NEAREST:
        raise ValueError(f"real: expected more than {NEAREST} points, got {len(real)}")
    radius = np.partition(cdist(real, real), NEAREST, axis=1)[:, NEAREST]  # the nearest is the point itself
    return float((cdist(real, generated).min(axis=1) <= radius).mean())


def distinct(bodies: Float[np.ndarray, "n k"], radius: float) -> int:
    """How many bodies are left if each one that is within `radius` metres of one that was kept is dropped, in order:
    few for a generator that knows a few positions. Root mean square over points. Raises ValueError for a radius below
    0."""
    if not radius >= 0:
        raise ValueError(f"radius: expected a distance from 0, in metres, got {radius!r}")
    kept: list[int] = []
    for i, body in enumerate(bodies):
        if not kept or _apart(bodies[kept], body).min() > radius:
            kept.append(i)
    return len(kept)


def pose_errors(found: Pairs, truth: Pairs, columns: Mapping[str, Sequence[int]]) -> dict[str, float]:
    """R^2 of poses that were read off frames: of each coordinate of the plate, and of each part of the body."""
    names = ("x", "y", "z", "yaw", "pitch", "roll")
    plate = explained(found.plate, truth.plate, {f"plate {name}": [k] for k, name in enumerate(names)})
    return plate | explained(found.body, truth.body, columns)


def _apart(a: Float[np.ndarray, "... k"], b: Float[np.ndarray, "... k"]) -> Float[np.ndarray, "..."]:
    """Root mean square over points of the distance between two bodies, in metres."""
    return np.sqrt(np.square(a - b).sum(axis=-1) / (a.shape[-1] / 3))
