"""Derivatives of tensors and dot-products (thesis B.1)."""

import numpy as np
import pytest
import torch

from thesiscode import scratch


def smooth(x):
    """A map from 2 x 3 x 2 to 3 x 2 x 2 numbers in which every output depends on several inputs."""
    return np.sin(x).transpose(1, 0, 2) * x.sum(axis=1)[None]


def test_jacobian_has_the_axes_of_b_2_and_the_entries_of_torch():
    x = np.random.default_rng(0).normal(size=(2, 3, 2))
    t = scratch.jacobian(smooth, x)
    assert t.shape == (3, 2, 2, 2, 3, 2)
    theirs = torch.autograd.functional.jacobian(
        lambda x: x.sin().permute(1, 0, 2) * x.sum(dim=1)[None], torch.tensor(x)
    )
    np.testing.assert_allclose(t, theirs, atol=1e-9)


def test_gradient_tensor_is_the_jacobian_of_a_scalar():
    x = np.random.default_rng(1).normal(size=(2, 3, 4))
    np.testing.assert_allclose(scratch.jacobian(lambda x: (x**2).sum(), x), 2 * x, atol=1e-8)


def test_chain_rule_is_the_jacobian_of_the_composition():
    x = np.random.default_rng(2).normal(size=(2, 3, 2))
    weights = np.random.default_rng(3).normal(size=(3, 2, 2))
    whole = scratch.jacobian(lambda x: (weights * smooth(x)).sum(), x)
    np.testing.assert_allclose(scratch.chain_rule(weights, scratch.jacobian(smooth, x)), whole, atol=1e-8)


def test_dot_product_has_two_views():
    rng = np.random.default_rng(4)
    u, across = np.linalg.qr(rng.normal(size=(7, 2)))[0].T  # of length 1, at a right angle
    for theta in (0.3, 1.2, 2.9):
        v = 5 * (np.cos(theta) * u + np.sin(theta) * across)
        assert scratch.angle(3 * u, v) == pytest.approx(theta, rel=1e-12)
        assert scratch.dot(3 * u, v) == pytest.approx(3 * 5 * np.cos(theta), rel=1e-12)
    assert scratch.angle(np.array([2.0, 0.0]), np.array([0.0, 3.0])) == pytest.approx(np.pi / 2)
    assert scratch.angle(u, -3 * u) == pytest.approx(np.pi)


def test_dot_product_sums_the_products_of_all_elements():
    u, v = np.random.default_rng(6).normal(size=(2, 2, 3, 4))
    assert scratch.dot(u[0, 0], v[0, 0]) == pytest.approx(u[0, 0] @ v[0, 0], rel=1e-12)
    assert scratch.dot(u, v) == pytest.approx(sum(u[i] * v[i] for i in np.ndindex(u.shape)), rel=1e-12)


def test_gradients_of_a_dot_product_are_the_other_factor():
    u, v = np.random.default_rng(5).normal(size=(2, 3, 4))
    np.testing.assert_allclose(scratch.jacobian(lambda v: np.array(scratch.dot(u, v)), v), u, atol=1e-9)
    np.testing.assert_allclose(scratch.jacobian(lambda u: np.array(scratch.dot(u, v)), u), v, atol=1e-9)


def test_errors():
    ones = np.ones((2, 3))
    with pytest.raises(scratch.ShapeError, match=r"dy_dx: expected first axes \(2, 3\)"):
        scratch.chain_rule(ones, np.ones((3, 2, 4)))
    with pytest.raises(ValueError, match="not zero"):
        scratch.angle(ones, 0 * ones)
