import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from thesiscode.scratch import SGD, CrossEntropyLoss, ShapeError, lenet


def torch_twin(net):
    """The same network in torch, with copies of the same weights."""
    shapes = {name: value.shape for name, value in net.parameters.items()}
    first, second = shapes["conv1.weight"][0], shapes["conv2.weight"][0]
    n_hidden, n_flat = shapes["fc1.weight"]
    twin = torch.nn.Sequential(
        torch.nn.Conv2d(1, first, 3, padding=1),
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2, 2),
        torch.nn.Conv2d(first, second, 3, padding=1),
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2, 2),
        torch.nn.Flatten(),
        torch.nn.Linear(n_flat, n_hidden),
        torch.nn.ReLU(),
        torch.nn.Linear(n_hidden, 10),
    ).double()
    with torch.no_grad():
        for theirs, ours in zip(twin.parameters(), net.parameters.values(), strict=True):
            assert theirs.shape == ours.shape
            theirs.copy_(torch.from_numpy(ours))
    return twin


def test_a_hundred_steps_on_digits_give_the_losses_of_torch():
    digits = load_digits()
    images, labels = digits.images[:, None] / 16, digits.target
    rng = np.random.default_rng(0)
    net = lenet(rng)
    twin = torch_twin(net)
    loss, optimizer = CrossEntropyLoss(), SGD(net.parameters, 0.05, momentum=0.9)
    reference = torch.optim.SGD(twin.parameters(), 0.05, momentum=0.9)
    ours, theirs = [], []
    for _ in range(100):
        batch = rng.choice(len(images), 32, replace=False)
        ours.append(loss.forward(net.forward(images[batch]), labels[batch]))
        net.backward(loss.backward())
        optimizer.step(net.gradients)

        reference.zero_grad()
        value = torch.nn.functional.cross_entropy(twin(torch.tensor(images[batch])), torch.tensor(labels[batch]))
        value.backward()
        reference.step()
        theirs.append(value.item())
    np.testing.assert_allclose(ours, theirs, rtol=1e-8)
    assert np.mean(ours[-10:]) < 0.3 * np.mean(ours[:10])  # and it learned


@pytest.mark.parametrize(("image_size", "widths", "n_hidden"), [(8, (16, 32), 64), (12, (2, 3), 5), (4, (1, 1), 1)])
def test_shapes(image_size, widths, n_hidden):
    net = lenet(np.random.default_rng(0), image_size=image_size, widths=widths, n_hidden=n_hidden)
    assert net.forward(np.ones((2, 1, image_size, image_size))).shape == (2, 10)
    assert net.forward(np.ones((0, 1, image_size, image_size))).shape == (0, 10)  # no example, no error
    assert net.parameters["conv2.weight"].shape == (widths[1], widths[0], 3, 3)
    assert net.parameters["fc1.weight"].shape == (n_hidden, widths[1] * (image_size // 4) ** 2)


@pytest.mark.parametrize("size", [0, -4, 2, 10, 15])
def test_both_poolings_must_fit(size):
    with pytest.raises(ShapeError, match=f"image_size: expected a positive multiple of 4, got {size}"):
        lenet(np.random.default_rng(0), image_size=size)
