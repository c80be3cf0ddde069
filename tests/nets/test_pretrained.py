"""Public AlexNet weights: the same scores as torchvision's network, and files that are not what they should be."""

import pickle

import pytest
import torch
import torchvision

from thesiscode.nets import OneWeirdTrickAlexNet, describe


@pytest.fixture(scope="module")
def theirs():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return torchvision.models.alexnet(weights=None, num_classes=12).eval()


@pytest.fixture
def narrow():
    """A state dict of torchvision's form, with 16 wide fully connected layers: small enough to write to disk often."""
    net = OneWeirdTrickAlexNet(3, fc_width=16, generator=torch.Generator().manual_seed(0))
    return {key: value.clone() for key, value in net.to_torchvision().items()}


def images(n, side=224, seed=0):
    return torch.rand(n, 3, side, side, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("side", [224, 100, 63])
@torch.no_grad()
def test_scores_are_torchvisions(theirs, side):
    ours = OneWeirdTrickAlexNet.from_torchvision(theirs)
    assert not ours.training
    scores = ours(images(2, side))
    assert scores.shape == (2, 12)
    assert scores.std() > 0
    assert torch.equal(scores, theirs(images(2, side)))


def test_weights_go_both_ways(theirs):
    ours = OneWeirdTrickAlexNet.from_torchvision(theirs.state_dict())
    back = ours.to_torchvision()
    assert list(back) == list(theirs.state_dict())
    assert all(torch.equal(back[key], value) for key, value in theirs.state_dict().items())
    assert torch.equal(ours.classifier.fc7.weight, theirs.classifier[4].weight)
    torchvision.models.alexnet(weights=None, num_classes=12).load_state_dict(back)


def test_the_weights_are_a_copy(theirs):
    ours = OneWeirdTrickAlexNet.from_torchvision(theirs)
    before = theirs.features[0].bias.detach().clone()
    with torch.no_grad():
        ours.features.conv1.bias += 1
    assert torch.equal(theirs.features[0].bias, before)


def test_layers_are_torchvisions_and_need_no_more_parameters(theirs):
    with torch.device("meta"):
        ours, public = OneWeirdTrickAlexNet(), torchvision.models.alexnet()
    mine, other = (describe(net, (3, 224, 224)) for net in (ours, public))
    mine = [layer for layer in mine if layer.name != "flatten"]  # torchvision flattens between its modules
    assert [layer.kind for layer in mine] == [layer.kind for layer in other]
    for a, b in zip(mine, other, strict=True):
        assert (a.output_shape, a.n_parameters, a.receptive_field) == (
            b.output_shape,
            b.n_parameters,
            b.receptive_field,
        )
    assert "(fc8): Linear(in_features=4096, out_features=1000" in repr(ours)


def test_a_file_in_half_precision(tmp_path, narrow):
    torch.save({key: value.half() for key, value in narrow.items()}, tmp_path / "alexnet.pth")
    net = OneWeirdTrickAlexNet.from_torchvision(tmp_path / "alexnet.pth")
    assert net.features.conv1.weight.dtype == torch.float32
    assert (net.classifier.fc8.out_features, net.classifier.fc6.out_features) == (3, 16)
    for key, value in net.to_torchvision().items():
        torch.testing.assert_close(value, narrow[key], rtol=1e-3, atol=1e-6)


def test_the_generator_decides_the_weights():
    first, again, other = (
        OneWeirdTrickAlexNet(5, fc_width=8, generator=torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)
    )
    assert torch.equal(first.classifier.fc6.weight, again.classifier.fc6.weight)
    assert not torch.equal(first.classifier.fc6.weight, other.classifier.fc6.weight)
    before = torch.random.get_rng_state()
    OneWeirdTrickAlexNet(5, fc_width=8, generator=torch.Generator().manual_seed(1))
    assert torch.equal(before, torch.random.get_rng_state())
    weight = first.features.conv2.weight.detach()
    bound = (64 * 5 * 5) ** -0.5
    assert weight.abs().max() <= bound
    assert weight.std() == pytest.approx(bound / 3**0.5, rel=0.01)


class Attack:
    def __reduce__(self):
        return print, ("attacked",)


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>not found</html>", b"PK\x03\x04broken", pickle.dumps({"classifier.6.weight": Attack()}, protocol=2)],
    ids=["empty", "a web page", "half a zip", "code"],
)
def test_files_that_hold_no_weights(tmp_path, content, capsys):
    file = tmp_path / "alexnet.pth"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=r"weights: .*alexnet\.pth is broken, or holds more than tensors \(.+\)"):
        OneWeirdTrickAlexNet.from_torchvision(file)
    assert "attacked" not in capsys.readouterr().out


def test_code_in_a_file_of_torch_does_not_run(tmp_path, capsys):
    torch.save({"classifier.6.weight": Attack()}, tmp_path / "alexnet.pth")
    with pytest.raises(ValueError, match="holds more than tensors"):
        OneWeirdTrickAlexNet.from_torchvision(tmp_path / "alexnet.pth")
    assert "attacked" not in capsys.readouterr().out


def test_a_truncated_file(tmp_path, narrow):
    file = tmp_path / "alexnet.pth"
    torch.save(narrow, file)
    file.write_bytes(file.read_bytes()[:100_000])
    with pytest.raises(ValueError, match=r"alexnet\.pth is broken"):
        OneWeirdTrickAlexNet.from_torchvision(file)


def test_no_file_or_no_state_dict(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"weights: no file .*absent\.pth"):
        OneWeirdTrickAlexNet.from_torchvision(str(tmp_path / "absent.pth"))
    torch.save([1, 2], tmp_path / "list.pth")
    with pytest.raises(ValueError, match=r"list\.pth holds a list; expected a state dict"):
        OneWeirdTrickAlexNet.from_torchvision(tmp_path / "list.pth")


def test_another_architecture():
    with pytest.raises(ValueError, match=r"a SqueezeNet is not torchvision's alexnet: it has no matrix classifier\.6"):
        OneWeirdTrickAlexNet.from_torchvision(torchvision.models.squeezenet1_1())
    with pytest.raises(ValueError, match=r"a state dict is not torchvision's alexnet: .* but nothing"):
        OneWeirdTrickAlexNet.from_torchvision({})
    other = {"classifier.6.weight": torch.zeros(2, 4), "features.2.weight": torch.zeros(2)}
    with pytest.raises(ValueError, match=r"missing classifier\.1\.bias, .* and 12 more; unknown features\.2\.weight"):
        OneWeirdTrickAlexNet.from_torchvision(other)


@pytest.mark.parametrize(
    ("key", "value", "difference"),
    [
        (
            "features.3.weight",
            torch.zeros(192, 32, 5, 5),
            r"features\.3\.weight is \(192, 32, 5, 5\), expected \(192, 64",
        ),
        ("features.0.bias", torch.full((64,), torch.nan), r"features\.0\.bias holds NaN or infinity"),
        ("features.0.bias", torch.zeros(64, dtype=torch.long), r"features\.0\.bias is no tensor of floating-point"),
        ("features.0.bias", "text", r"features\.0\.bias is no tensor of floating-point"),
        ("features.1.weight", torch.zeros(2), r"unknown features\.1\.weight"),
    ],
)
def test_differences_are_named(narrow, key, value, difference):
    with pytest.raises(ValueError, match=f"a state dict is not torchvision's alexnet: {difference}"):
        OneWeirdTrickAlexNet.from_torchvision(narrow | {key: value})


@pytest.mark.usefixtures("as_users_run_it")
def test_bad_input_is_named():
    net = OneWeirdTrickAlexNet(2, fc_width=4)
    with pytest.raises(ValueError, match=r"x has shape \(1, 1, 64, 64\); expected \(images, 3, height, width\)"):
        net(torch.zeros(1, 1, 64, 64))
    with pytest.raises(ValueError, match="62 x 64 pixels; expected sides of at least 63"):
        net(torch.zeros(1, 3, 62, 64))
    with pytest.raises(ValueError, match=r"x holds torch\.uint8; expected floating-point"):
        net(torch.zeros(1, 3, 64, 64, dtype=torch.uint8))
    with pytest.raises(ValueError, match="fc_width is 0; expected an integer of at least 1"):
        OneWeirdTrickAlexNet(2, fc_width=0)
