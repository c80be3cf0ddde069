import numpy as np
import pytest

from thesiscode.scratch import BatchNorm, Layer, Linear


def test_a_bare_layer_computes_nothing():
    with pytest.raises(TypeError, match="Layer is a layer without a forward operation"):
        Layer().forward(np.zeros(1))
    with pytest.raises(TypeError, match="Layer is a layer without a backward operation"):
        Layer().backward(np.zeros(1))


def test_a_shared_layer_has_the_same_parameters_and_its_own_memory():
    rng = np.random.default_rng(0)
    layer = Linear(3, 2, rng=rng)
    twin = layer.share()
    x, other = rng.normal(size=(4, 3)), rng.normal(size=(5, 3))
    layer.forward(x)
    twin.forward(other)
    layer.backward(np.ones((4, 2)))
    twin.backward(np.ones((5, 2)))
    np.testing.assert_allclose(layer.gradients["weight"], [x.sum(axis=0)] * 2)
    np.testing.assert_allclose(twin.gradients["weight"], [other.sum(axis=0)] * 2)
    layer.parameters["bias"] += 1
    np.testing.assert_array_equal(twin.parameters["bias"], [1, 1])


def test_batch_normalisation_cannot_be_shared():
    with pytest.raises(ValueError, match=r"BatchNorm: .* cannot be shared; its running statistics belong to one input"):
        BatchNorm(3).share()
