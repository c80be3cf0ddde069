import numpy as np
import pytest

from thesiscode.scratch import (
    Add,
    BatchNorm,
    Conv2d,
    Graph,
    Linear,
    Tanh,
    central_differences,
    gradient_check,
    lenet,
    sequential,
)

from .strategies import distinct


class TanhWithoutSquare(Tanh):
    def backward(self, dy):
        return dy * (1 - self.y)


class LinearOfAMean(Linear):
    def backward(self, dy):
        dx = super().backward(dy)
        self.gradients["weight"] = self.gradients["weight"] / len(dy)
        return dx


class LinearWithoutBias(Linear):
    def backward(self, dy):
        dx = super().backward(dy)
        self.gradients["bias"] = np.zeros_like(self.gradients["bias"])
        return dx


class LinearTransposed(Linear):
    def backward(self, dy):
        super().backward(dy)
        return dy @ self.parameters["weight"].T


class LinearTenPercentOff(Linear):
    def backward(self, dy):
        return 1.1 * super().backward(dy)


class ConvFlipped(Conv2d):
    def backward(self, dy):
        dx = super().backward(dy)
        self.gradients["weight"] = self.gradients["weight"][:, :, ::-1, ::-1]
        return dx


class BatchNormOfConstants(BatchNorm):
    def backward(self, dy):
        super().backward(dy)
        return dy * self.parameters["scale"] * self.scaling  # as if mean and variance did not depend on x


class AddToTheFirst(Add):
    def backward(self, dy):
        return dy, np.zeros_like(dy)


RNG = np.random.default_rng(0)
SQUARE, IMAGES = RNG.normal(size=(3, 3)), RNG.normal(size=(2, 2, 5, 5))


@pytest.mark.parametrize(
    ("layer", "inputs"),
    [
        (TanhWithoutSquare(), [SQUARE]),
        (LinearOfAMean(3, 3, rng=RNG), [SQUARE]),
        (LinearWithoutBias(3, 3, rng=RNG), [SQUARE]),
        (LinearTransposed(3, 3, rng=RNG), [SQUARE]),
        (LinearTenPercentOff(3, 3, rng=RNG), [SQUARE]),
        (ConvFlipped(2, 2, 3, rng=RNG), [IMAGES]),
        (BatchNormOfConstants(3), [SQUARE]),
        (AddToTheFirst(), [SQUARE, SQUARE]),
        (sequential(Linear(3, 3, rng=RNG), TanhWithoutSquare(), Linear(3, 3, rng=RNG)), [SQUARE]),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, list) else "",
)
def test_planted_mistakes_are_found(layer, inputs):
    assert gradient_check(layer, *inputs, rng=np.random.default_rng(1)) > 1e-2
    right = type(layer).__mro__[1] if not isinstance(layer, Graph) else None
    if right is not None:  # the same layer without the mistake
        layer.__class__ = right
        assert gradient_check(layer, *inputs, rng=np.random.default_rng(1)) < 1e-6


def test_a_mistake_in_one_output_of_a_graph_is_found():
    for layer, wrong in [(Tanh(), False), (TanhWithoutSquare(), True)]:
        graph = Graph({"a": Linear(3, 3, rng=RNG), "b": layer}, {"a": ["x"], "b": ["a"]}, outputs=["a", "b"])
        assert (gradient_check(graph, SQUARE, rng=np.random.default_rng(1)) > 1e-2) == wrong


def test_a_whole_network_passes():
    rng = np.random.default_rng(0)
    net = lenet(rng, image_size=4, widths=(2, 3), n_hidden=4)
    for value in net.parameters.values():
        value += 0.1 * rng.normal(size=value.shape)
    assert gradient_check(net, distinct(rng, (2, 1, 4, 4)), rng=rng) < 1e-6


def test_inputs_and_parameters_come_back_to_the_last_bit():
    layer = Linear(3, 3, rng=RNG)
    x, kept = SQUARE.copy(), {name: value.copy() for name, value in layer.parameters.items()}
    gradient_check(layer, x, rng=RNG)
    np.testing.assert_array_equal(x, SQUARE)
    for name, value in kept.items():
        np.testing.assert_array_equal(layer.parameters[name], value)


def test_central_differences_are_exact_for_squares_and_off_by_h_squared_for_cubes():
    x = np.array([[1.0, -2.0], [0.5, 3.0]])
    np.testing.assert_allclose(central_differences(lambda: float((x**2).sum()), x, 0.5), 2 * x, rtol=1e-12)
    np.testing.assert_allclose(central_differences(lambda: float((x**3).sum()), x, 0.1), 3 * x**2 + 0.01, rtol=1e-12)
    np.testing.assert_array_equal(x, [[1.0, -2.0], [0.5, 3.0]])


def test_single_precision_is_refused():
    with pytest.raises(ValueError, match=r"inputs\[1\]: expected float64, got float32"):
        gradient_check(Add(), SQUARE, SQUARE.astype(np.float32), rng=RNG)
