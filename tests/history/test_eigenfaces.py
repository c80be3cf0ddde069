"""Principal components against scikit-learn; lit heads; and who is recognised under lights that were never seen."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier

from thesiscode.history.eigenfaces import fit_eigenspace, nearest_labels
from thesiscode.history.lit_faces import RANGES, Head, draw_head, face_set

TRAIN = [(a, e) for a in (-60, -20, 20, 60) for e in (-10, 30)]
TEST = [(a, e) for a in (-40, 0, 40) for e in (10, 45)]


def test_components_are_those_of_scikit_learn():
    x = np.random.default_rng(0).normal(size=(30, 12)) @ np.diag(np.arange(1, 13.0))
    ours, theirs = fit_eigenspace(x, 5), PCA(5, svd_solver="full").fit(x)
    assert np.allclose(np.abs((ours.components * theirs.components_).sum(axis=1)), 1)
    assert np.allclose(ours.variances, theirs.explained_variance_ * 29 / 30)
    assert np.allclose(ours.variances / ours.total, theirs.explained_variance_ratio_)


def test_all_components_rebuild_an_image_and_fewer_the_best_they_can():
    x = np.random.default_rng(1).normal(size=(8, 20))
    whole = fit_eigenspace(x, 7)
    assert np.allclose(whole.rebuild(whole.project(x)), x)
    three = whole.keep(0, 3)
    lost = ((x - three.rebuild(three.project(x))) ** 2).sum(axis=1).mean()
    assert lost == pytest.approx(whole.total - three.variances.sum())


def test_nearest_labels_are_those_of_scikit_learn():
    rng = np.random.default_rng(2)
    codes, queries, labels = rng.normal(size=(40, 3)), rng.normal(size=(25, 3)), rng.integers(0, 5, 40)
    theirs = KNeighborsClassifier(1).fit(codes, labels).predict(queries)
    assert np.array_equal(nearest_labels(codes, labels, queries), theirs)


def test_the_light_comes_from_the_side_that_it_is_put_on():
    head = Head(**{name: (low + high) / 2 for name, (low, high) in RANGES.items()})
    right, left = draw_head(head, 50), draw_head(head, -50)
    assert right[:, 16:].mean() > 1.2 * right[:, :16].mean()
    assert np.allclose(right, left[:, ::-1])
    above, below = draw_head(head, 0, 50), draw_head(head, 0, -50)
    assert above[8:16].mean() > above[18:26].mean() and below[8:16].mean() < below[18:26].mean()


def test_without_a_dark_side_images_of_a_head_are_sums_of_three():
    """A Lambertian surface that is lit all over gives images that are linear in the light."""
    head = Head.random(np.random.default_rng(0))
    frontal = [draw_head(head, a, e, ambient=0) for a, e in ((-8, 0), (8, 0), (0, 8))]
    basis = np.array([image[9:23, 11:21].ravel() for image in frontal])
    other = draw_head(head, 4, 5, ambient=0)[9:23, 11:21].ravel()
    weights, *_ = np.linalg.lstsq(basis.T, other, rcond=None)
    assert np.abs(weights @ basis - other).max() < 0.02


def test_a_shift_moves_the_head():
    head = Head.random(np.random.default_rng(3))
    assert np.allclose(draw_head(head, 20, shift=(3, -2))[:-3, 3:], draw_head(head, 20)[2:-1, :-3])


@pytest.mark.parametrize("seed", range(3))
def test_twenty_people_are_recognised_under_other_lights(seed):
    rng = np.random.default_rng(seed)
    heads = [Head.random(rng) for _ in range(20)]
    x, people = face_set(heads, TRAIN, rng=rng)
    unseen, true = face_set(heads, TEST, rng=rng)
    space = fit_eigenspace(x, 40)

    def right(some, images):
        return float((nearest_labels(some.project(x), people, some.project(images)) == true).mean())

    assert right(space.keep(3, 40), unseen) >= 0.97  # without the three components that follow the light
    assert right(space, unseen) >= 0.9
    assert right(space.keep(0, 3), unseen) < 0.3
    moved, _ = face_set(heads, TEST, shift=(3, 0), rng=rng)
    assert right(space.keep(3, 40), moved) < 0.6


def test_bad_input(unchecked):
    with pytest.raises(ValueError, match="images: expected finite images"):
        fit_eigenspace(np.full((3, 4), np.nan), 1)
    with pytest.raises(ValueError, match=r"n_components: expected an integer in \[1, 2\], got 3"):
        fit_eigenspace(np.ones((3, 4)), 3)
    with pytest.raises(ValueError, match=r"images: expected shape \[n, 4\]"):
        fit_eigenspace(np.eye(4), 2).project(np.ones((2, 5)))
    with pytest.raises(ValueError, match="codes, labels, queries"):
        nearest_labels(np.ones((2, 3)), np.ones(3), np.ones((1, 3)))
    head = Head.random(np.random.default_rng(0))
    with pytest.raises(ValueError, match="azimuth, elevation: expected degrees"):
        draw_head(head, 120)
    with pytest.raises(ValueError, match="ambient: expected a share"):
        draw_head(head, 0, ambient=2)
    with pytest.raises(ValueError, match="skin: expected a number in"):
        Head(**{**vars(head), "skin": 2.0})
    with pytest.raises(ValueError, match="heads, lights: expected at least one"):
        face_set([], TRAIN, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="noise: expected a deviation"):
        face_set([head], TRAIN, noise=-1, rng=np.random.default_rng(0))


@pytest.mark.parametrize(("start", "stop"), [(5, 2), (2, 2), (0, 8), (-1, 3)])
def test_keep_refuses_components_that_are_not_there(unchecked, start, stop):
    space = fit_eigenspace(np.random.default_rng(0).normal(size=(8, 20)), 7)
    with pytest.raises(ValueError, match=f"start, stop: expected 0 <= start < stop <= 7, got {start}, {stop}"):
        space.keep(start, stop)


@pytest.mark.parametrize("name", ["codes", "queries"])
def test_nearest_labels_refuse_what_is_not_finite(unchecked, name):
    arrays = {"codes": np.ones((2, 3)), "labels": np.arange(2), "queries": np.ones((4, 3))}
    arrays[name][1, 1] = np.nan
    with pytest.raises(ValueError, match=f"{name}: expected finite numbers"):
        nearest_labels(**arrays)
