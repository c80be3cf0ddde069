"""Public weights of the single-column AlexNet, in our own layer names (Krizhevsky 2014; thesis Section 3.2)."""

import pickle
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

import torch
from jaxtyping import Float
from torch import nn
from torch.nn.utils import skip_init

TORCHVISION_NAMES = {
    "features.conv1": "features.0",
    "features.conv2": "features.3",
    "features.conv3": "features.6",
    "features.conv4": "features.8",
    "features.conv5": "features.10",
    "classifier.fc6": "classifier.1",
    "classifier.fc7": "classifier.4",
    "classifier.fc8": "classifier.6",
}
"""Our names of the weighted layers, and torchvision's (`torchvision.models.alexnet`)."""

_SMALLEST_SIDE = 63  # the smallest image that still leaves one unit after pool5


class OneWeirdTrickAlexNet(nn.Module):
    """The single-column AlexNet of Krizhevsky (2014), "One weird trick for parallelizing ...", as torchvision has it.

    It is not the network of the thesis (`AlexNet`): no groups, no response normalisation, 64, 192, 384, 256 and 256
    maps. Dropout comes before FC6 and FC7 (`dropout5` on the output of pool5, `dropout6` on that of FC6), so that
    `classifier.relu7` is followed by FC8 directly. An average pooling to 6 x 6 between the two parts lets any image
    in. Public weights for it exist; weighted layers and rectifiers carry the names that `AlexNet` gives them.

    Weights and biases are drawn from the uniform distribution between plus and minus 1 / sqrt(inputs), torch's own
    default. n_classes: number of scores. fc_width: outputs of FC6 and FC7. generator: source of the initial weights;
    torch's global one where None.

    Raises ValueError if n_classes or fc_width is not a positive integer.
    """

    def __init__(
        self, n_classes: int = 1000, *, fc_width: int = 4096, generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        for name, value in (("n_classes", n_classes), ("fc_width", fc_width)):
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise ValueError(f"{name} is {value!r}; expected an integer of at least 1")
        self.features = nn.Sequential(
            OrderedDict(
                conv1=_drawn_later(nn.Conv2d, 3, 64, 11, stride=4, padding=2),
                relu1=nn.ReLU(),
                pool1=nn.MaxPool2d(3, 2),
                conv2=_drawn_later(nn.Conv2d, 64, 192, 5, padding=2),
                relu2=nn.ReLU(),
                pool2=nn.MaxPool2d(3, 2),
                conv3=_drawn_later(nn.Conv2d, 192, 384, 3, padding=1),
                relu3=nn.ReLU(),
                conv4=_drawn_later(nn.Conv2d, 384, 256, 3, padding=1),
                relu4=nn.ReLU(),
                conv5=_drawn_later(nn.Conv2d, 256, 256, 3, padding=1),
                relu5=nn.ReLU(),
                pool5=nn.MaxPool2d(3, 2),
            )
        )
        self.avgpool = nn.AdaptiveAvgPool2d(6)
        self.classifier = nn.Sequential(
            OrderedDict(
                flatten=nn.Flatten(),
                dropout5=nn.Dropout(0.5),
                fc6=_drawn_later(nn.Linear, 256 * 6 * 6, fc_width),
                relu6=nn.ReLU(),
                dropout6=nn.Dropout(0.5),
                fc7=_drawn_later(nn.Linear, fc_width, fc_width),
                relu7=nn.ReLU(),
                fc8=_drawn_later(nn.Linear, fc_width, n_classes),
            )
        )
        self.reset_parameters(generator)

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw all weights and biases again, uniformly between plus and minus 1 / sqrt(inputs of the layer)."""
        for name in TORCHVISION_NAMES:
            layer = self.get_submodule(name)
            bound = layer.weight[0].numel() ** -0.5
            nn.init.uniform_(layer.weight, -bound, bound, generator=generator)
            nn.init.uniform_(layer.bias, -bound, bound, generator=generator)

    def forward(self, x: Float[torch.Tensor, "N 3 H W"]) -> Float[torch.Tensor, "N n_classes"]:
        """One score per image and class, before the softmax.

        x: floating-point images with sides of at least 63 pixels (224 in training); what torchvision's weights expect
        of the pixels is in `thesiscode.data.weights.TORCHVISION`.
        Raises ValueError for another rank, number of channels, size or kind of number.
        """
        if x.ndim != 4 or x.shape[1] != 3:
            raise ValueError(f"x has shape {tuple(x.shape)}; expected (images, 3, height, width)")
        if min(x.shape[2:]) < _SMALLEST_SIDE:
            raise ValueError(
                f"x holds images of {x.shape[2]} x {x.shape[3]} pixels; expected sides of at least {_SMALLEST_SIDE}"
            )
        if not x.is_floating_point():
            raise ValueError(f"x holds {x.dtype}; expected floating-point pixels")
        return self.classifier(self.avgpool(self.features(x)))

    @classmethod
    def from_torchvision(cls, weights: Mapping | nn.Module | str | Path) -> "OneWeirdTrickAlexNet":
        """The network with a copy of torchvision's weights, in single precision and evaluation mode.

        weights: a `torchvision.models.alexnet`, its state dict, or a file that `torch.save` wrote of the latter, in
        half or single precision. The number of classes and the width of FC6 and FC7 are read off the weights.
        Of a file, only tensors are unpickled: code in it is refused, not run.
        Raises FileNotFoundError if there is no such file, ValueError, which names the file and the difference, if it
        is broken or holds anything but finite weights of this architecture.
        """
        if isinstance(weights, nn.Module):
            source, state = f"a {type(weights).__name__}", weights.state_dict()
        elif isinstance(weights, Mapping):
            source, state = "a state dict", weights
        else:
            source, state = str(weights), _read(Path(weights))
        last = state.get("classifier.6.weight")
        if not (isinstance(last, torch.Tensor) and last.ndim == 2):
            raise ValueError(
                f"weights: {source} is not torchvision's alexnet: it has no matrix classifier.6.weight, "
                f"but {_listed(state)}"
            )
        # on the meta device nothing is drawn: the values come next
        with torch.device("meta"):
            net = cls(last.shape[0], fc_width=last.shape[1])
        _compare(source, state, net.to_torchvision())
        ours = {_torchvision_name(key): key for key in net.state_dict()}
        net.to_empty(device="cpu").load_state_dict({ours[key]: value for key, value in state.items()})
        return net.eval()

    def to_torchvision(self) -> dict[str, torch.Tensor]:
        """The weights as a state dict for `torchvision.models.alexnet`; the tensors are shared with this network."""
        return {_torchvision_name(key): value for key, value in self.state_dict().items()}


def _drawn_later(layer: type[nn.Module], *sizes: int, **options: int) -> nn.Module:
    # torch's own draw would advance the global generator
    return skip_init(layer, *sizes, **options, device=torch.get_default_device())


def _torchvision_name(key: str) -> str:
    layer, _, parameter = key.rpartition(".")
    return f"{TORCHVISION_NAMES[layer]}.{parameter}"


def _read(file: Path) -> Mapping:
    if not file.is_file():
        raise FileNotFoundError(f"weights: no file {file}")
    try:
        state = torch.load(file, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, KeyError) as error:
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ValueError(f"weights: {file} is broken, or holds more than tensors ({first})") from error
    if not isinstance(state, Mapping):
        raise ValueError(f"weights: {file} holds a {type(state).__name__}; expected a state dict")
    return state


def _compare(source: str, state: Mapping, expected: Mapping[str, torch.Tensor]) -> None:
    differences = []
    if missing := expected.keys() - state.keys():
        differences.append(f"missing {_listed(missing)}")
    if unknown := state.keys() - expected.keys():
        differences.append(f"unknown {_listed(unknown)}")
    for key in sorted(expected.keys() & state.keys()):
        value = state[key]
        if not (isinstance(value, torch.Tensor) and value.is_floating_point()):
            differences.append(f"{key} is no tensor of floating-point numbers")
        elif value.shape != expected[key].shape:
            differences.append(f"{key} is {tuple(value.shape)}, expected {tuple(expected[key].shape)}")
        elif not torch.isfinite(value).all():
            differences.append(f"{key} holds NaN or infinity")
    if differences:
        raise ValueError(f"weights: {source} is not torchvision's alexnet: {'; '.join(differences)}")


def _listed(names) -> str:
    names = sorted(map(str, names))
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "") if names else "nothing"
