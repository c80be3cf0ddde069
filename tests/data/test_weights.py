"""Reading ImageNet weights."""

import pickle

import pytest
import torch
import torchvision

from thesiscode.data.errors import DataError, MissingData
from thesiscode.data.voc import VOCClassification
from thesiscode.data.weights import CAFFE, TORCHVISION, load_weights

CATS = range(281, 286)  # tabby, tiger cat, Persian, Siamese, Egyptian: ImageNet's five domestic cats


@pytest.fixture(scope="module")
def network():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return torchvision.models.squeezenet1_1(weights=None)


@pytest.fixture
def half(tmp_path, network):
    state = {key: value.half() for key, value in network.state_dict().items()}
    torch.save(state, tmp_path / "squeezenet1_1_torchvision_fp16.pt")
    return tmp_path


def test_half_precision_becomes_single(half, network):
    pretrained = load_weights("squeezenet1_1", half)
    assert not pretrained.network.training
    for key, value in pretrained.network.state_dict().items():
        assert value.dtype == torch.float32
        torch.testing.assert_close(value, network.state_dict()[key], rtol=1e-3, atol=1e-6)


def test_preprocessing_is_torchvisions_own():
    image = torch.randint(0, 256, (3, 300, 400), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    preset = torchvision.models.SqueezeNet1_1_Weights.IMAGENET1K_V1.transforms()
    torch.testing.assert_close(TORCHVISION(image), preset(image))
    assert TORCHVISION(image[None]).shape == (1, 3, 224, 224)


def test_caffes_preprocessing():
    image = torch.zeros(3, 224, 224, dtype=torch.uint8)
    image[0] = 255  # red
    blue, green, red = CAFFE(image)[:, 0, 0].tolist()
    assert (blue, green, red) == pytest.approx((-104, -117, 255 - 123))


def test_the_style_is_that_of_the_file(half):
    assert load_weights("squeezenet1_1", half).preprocess == TORCHVISION
    with pytest.raises(MissingData, match="no caffe weights"):
        load_weights("squeezenet1_1", half, style="caffe")
    file = half / "squeezenet1_1_torchvision_fp16.pt"
    file.rename(half / "squeezenet1_1_caffe_fp16.pt")
    assert load_weights("squeezenet1_1", half, style="caffe").preprocess == CAFFE


def test_missing(tmp_path):
    with pytest.raises(MissingData, match="thesis data get weights_alexnet"):
        load_weights("alexnet", tmp_path)
    with pytest.raises(ValueError, match="name: expected a classification network"):
        load_weights("nonet", tmp_path)
    with pytest.raises(ValueError, match="style: expected torchvision or caffe, got 'jax'"):
        load_weights("alexnet", tmp_path, style="jax")


class Attack:
    def __reduce__(self):
        return print, ("attacked",)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>not found</html>",
        b"PK\x03\x04broken",
        pickle.dumps({"features.0.weight": Attack()}, protocol=2),
        pickle.dumps([1, 2], protocol=2),
    ],
)
def test_what_is_no_state_dict(tmp_path, content, capsys):
    (tmp_path / "squeezenet1_1.pth").write_bytes(content)
    with pytest.raises(DataError, match=r"squeezenet1_1\.pth: not a state dict of torchvision\.models\.squeezenet1_1"):
        load_weights("squeezenet1_1", tmp_path)
    assert "attacked" not in capsys.readouterr().out


def test_weights_of_another_network(tmp_path, network):
    torch.save({"classifier.weight": torch.zeros(2, 2)}, tmp_path / "squeezenet1_1.pth")
    with pytest.raises(DataError, match="not a state dict"):
        load_weights("squeezenet1_1", tmp_path)


def test_truncated_weights(half):
    file = half / "squeezenet1_1_torchvision_fp16.pt"
    file.write_bytes(file.read_bytes()[:100_000])
    with pytest.raises(DataError, match="not a state dict"):
        load_weights("squeezenet1_1", half)


@pytest.mark.parametrize(("style", "first", "five"), [("torchvision", 22, 35), ("caffe", 25, 39)])
def test_real_weights_know_real_cats(real_data, style, first, five):
    """Of 52 test photographs of VOC 2007 with cats only, how many have a domestic cat at top 1, and among the top 5.

    Chance is 0.3 and 1.3 of 52. VOC's cats are smaller and less central than ImageNet's.
    """
    pretrained = load_weights("squeezenet1_1", real_data("weights_squeezenet1_1"), style=style)
    data = VOCClassification(real_data("voc2007"), "test")
    only_cats = [i for i, a in enumerate(data.annotations) if {o.name for o in a.objects} == {"cat"}]
    batch = torch.stack([pretrained.preprocess(data.image(i)) for i in only_cats])
    with torch.no_grad():
        top = pretrained.network(batch).topk(5).indices.tolist()
    assert len(top) == 52
    assert sum(row[0] in CATS for row in top) == pytest.approx(first, abs=1)
    assert sum(bool(set(row) & set(CATS)) for row in top) == pytest.approx(five, abs=1)
