"""The experiment on faces, in miniature."""

import pytest
import torch

from thesiscode.engine import Run
from thesiscode.gan import Autoencoder
from thesiscode.gan.attributes import AttributeNetwork
from thesiscode.gan.faces import N_CONDITION, FaceSettings, faces, measure, reconstruct, sample
from thesiscode.nets import Generator

SMALL = FaceSettings(width=2, epochs=1, n_train=64, n_test=16, n_labelled=64, label_epochs=1)


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faces")
    return faces(SMALL, Run(0, folder, folder / "shared", progress=False)), folder


def test_the_weights_are_those_of_the_networks_on_their_cards(outcome):
    found, _ = outcome
    nets = {
        "deconvolution": Generator(2, size=32),
        "resize": Generator(2, size=32, upsampling="resize"),
        "conditional": Generator(2, size=32, n_condition=N_CONDITION),
        "autoencoder": Autoencoder(2, size=32),
        "variational-autoencoder": Autoencoder(2, size=32, variational=True),
        "attributes": AttributeNetwork(),
    }
    assert set(found.weights) == {f"gan/faces-{name}" for name in nets}
    for name, net in nets.items():
        weights = found.weights[f"gan/faces-{name}"]
        net.load_state_dict(weights.state)
        assert weights.card["metrics"]


def test_every_kind_of_image_is_measured(outcome):
    images = outcome[0].metrics["images"]
    assert set(images) == {
        "held-out images",
        "deconvolution",
        "resize",
        "conditional",
        "autoencoder, as it sees",
        "variational autoencoder, as it sees",
        "variational autoencoder",
    }
    assert images["held-out images"]["gradient energy"] > 20 * images["deconvolution"]["gradient energy"]  # untrained


def test_a_seed_gives_the_same_networks_and_can_be_resumed(outcome):
    found, folder = outcome
    again = faces(SMALL, Run(0, folder, folder / "shared", resume=True, progress=False))
    for name, weights in found.weights.items():
        assert all(torch.equal(value, again.weights[name].state[key]) for key, value in weights.state.items()), name
    assert again.metrics["images"]["resize"] == found.metrics["images"]["resize"]


def test_measures_of_flat_images_and_samples_in_bytes():
    noise = torch.randint(256, (40, 3, 32, 32), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    smooth = (noise // 4) + 96
    assert measure(noise)["gradient energy"] > 10 * measure(smooth)["gradient energy"]
    g = Generator(2, size=32, generator=torch.Generator().manual_seed(0))
    a, b = sample(g, 3, 0), sample(g, 5, 0)
    assert a.dtype == torch.uint8 and a.shape == (3, 3, 32, 32) and b.shape[0] == 5
    net = Autoencoder(2, size=32, variational=True, generator=torch.Generator().manual_seed(0))
    assert torch.equal(reconstruct(net, noise[:4]), reconstruct(net, noise[:4]))
