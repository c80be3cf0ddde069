"""RCC and NCC: embeddings of clouds, symmetries, learning, and the network that ships."""

import numpy as np
import pytest
import torch

from thesiscode import zoo
from thesiscode.causal import NCC, RCC, make_pairs, training_pairs
from thesiscode.causal.ncc import NCCSettings, ncc, ncc_accuracy
from thesiscode.causal.rcc import SCALES
from thesiscode.engine import Run


@pytest.fixture(scope="module")
def rcc():
    return RCC(features=30, trees=60).fit(training_pairs(250, 100, np.random.default_rng(0)), np.random.default_rng(1))


@pytest.fixture(scope="module")
def trained():
    net = NCC()
    zoo.load_into(net, "causal/ncc")
    return net


def test_products_of_embeddings_are_mean_kernels():
    """2 / m sum cos(w a + b) cos(w c + b) is close to exp(-s^2 (a - c)^2 / 2), for the frequencies of scale s."""
    wide = RCC(features=20_000, trees=1).fit(training_pairs(2, 20, np.random.default_rng(2)), np.random.default_rng(3))
    points = np.array([0.3, -0.4])
    a, c = (wide.embed(points[[k]], points[[1 - k]]) for k in (0, 1))
    products = 2 * (a * c).reshape(3, len(SCALES), -1).mean(axis=2)
    kernels = np.exp(-0.5 * np.square(SCALES) * 0.7**2)
    np.testing.assert_allclose(products, [kernels, kernels, kernels**2], atol=0.03)


def test_an_embedding_is_the_mean_over_points(rcc):
    x, y = np.random.default_rng(4).standard_normal((2, 40))
    halves = (rcc.embed(x[:20], y[:20]) + rcc.embed(x[20:], y[20:])) / 2
    np.testing.assert_allclose(rcc.embed(x, y), halves)
    order = np.random.default_rng(5).permutation(40)
    np.testing.assert_allclose(rcc.embed(x[order], y[order]), rcc.embed(x, y))


def test_the_forest_learns_directions(rcc):
    new = training_pairs(150, 100, np.random.default_rng(6))
    assert np.mean([rcc.score(x, y) > 0 for x, y in new.transpose(0, 2, 1)]) > 0.65


def test_the_network_learns_directions(tmp_path):
    settings = NCCSettings(width=32, n_train=400, steps=150, most=120, n_test=200)
    outcome = ncc(settings, Run(0, tmp_path, tmp_path))
    assert outcome.metrics["accuracy"] > 0.58
    net = NCC(32)
    net.load_state_dict(outcome.weights["causal/ncc"].state)
    assert ncc_accuracy(net, 200, 120, 0) == outcome.metrics["accuracy"]
    again = ncc(settings, Run(0, tmp_path, tmp_path))
    assert again.metrics["accuracy"] == outcome.metrics["accuracy"]


def test_a_cloud_is_read_as_a_set(trained):
    cloud = torch.from_numpy(training_pairs(1, 60, np.random.default_rng(7))).float()
    shuffled = cloud[:, torch.randperm(60, generator=torch.Generator().manual_seed(0))]
    torch.testing.assert_close(trained(shuffled), trained(cloud))
    torch.testing.assert_close(trained(cloud.repeat(1, 3, 1)), trained(cloud))  # only the distribution counts


def test_swapping_flips_the_sign_exactly(rcc, trained):
    for method in (rcc, trained):
        for pair in make_pairs("heteroskedastic", 3, 100, np.random.default_rng(8)):
            there = method.score(pair.x, pair.y)
            assert there != 0 and method.score(pair.y, pair.x) == -there
        ties = np.random.default_rng(9).integers(0, 3, (2, 50)).astype(float)
        assert method.score(*ties) == -method.score(*ties[::-1])


def test_nobody_can_know_the_direction_of_linear_gaussian_pairs(rcc, trained):
    pairs = make_pairs("linear-gaussian", 150, 150, np.random.default_rng(10))
    for method in (rcc, trained):
        assert 51 <= sum(method.score(p.x, p.y) > 0 for p in pairs) <= 99  # the central 99.99%


def test_the_network_that_ships_is_as_good_as_its_card_says(trained):
    card = zoo.load_weights("causal/ncc").card
    settings = NCCSettings(**card["settings"])
    assert card["architecture"] == f"causal.NCC({settings.width})"
    assert [layer.out_features for layer in trained.embedding if hasattr(layer, "out_features")] == [settings.width] * 2
    assert card["parameters"] == sum(values.numel() for values in trained.parameters())
    found = ncc_accuracy(trained, settings.n_test, settings.most, card["seed"])
    assert found == pytest.approx(card["metrics"]["accuracy"], abs=0.005)
    additive = make_pairs("additive", 60, 200, np.random.default_rng(11))
    assert np.mean([trained.score(p.x, p.y) > 0 for p in additive]) > 0.7  # of another generator


def fit_with(value):
    """A forest for three pairs, of which the second has a cause that is `value` everywhere."""
    pairs = np.random.default_rng(12).standard_normal((3, 30, 2))
    pairs[1, :, 0] = value
    return RCC(features=2, trees=2).fit(pairs, np.random.default_rng(13))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: RCC(trees=0), "trees: expected at least 1, got 0"),
        (lambda: RCC(features=0), "features: expected at least 1, got 0"),
        (lambda: RCC().score(np.arange(30.0), np.arange(30.0)), "self: expected a classifier that was fitted"),
        (
            lambda: RCC().fit(np.zeros((1, 30, 2)), np.random.default_rng(0)),
            r"pairs: expected shape \(pairs, points, 2\), 2 pairs at least, got \(1, 30, 2\)",
        ),
        (lambda: fit_with(0.0), r"pairs\[1, :, 0\]: expected a variable that varies, got 0 everywhere"),
        (lambda: fit_with(np.nan), r"pairs\[1, :, 0\]: expected finite values, got 30 that are not"),
        (lambda: NCC(4).score(1e-200 * np.arange(30.0), np.arange(30.0)), "x: expected a variance between 1e-307 and"),
        (lambda: NCC(4).score(np.ones(30), np.arange(30.0)), "x: expected a variable that varies"),
        (lambda: NCCSettings(steps=0), "steps: expected an integer of at least 1"),
        (lambda: NCCSettings(fewest=10), "fewest: expected an integer of at least 20"),
        (lambda: NCCSettings(fewest=200, most=100), "most: expected at least fewest, 200, got 100"),
    ],
)
def test_bad_input_is_refused(call, message, unchecked):
    with pytest.raises(ValueError, match=message):
        call()
