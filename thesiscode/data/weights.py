"""Reading ImageNet-trained weights for torchvision's networks, with what must be done to an image before."""

import pickle
from dataclasses import dataclass
from pathlib import Path

import torch
import torchvision
from jaxtyping import Float32, Shaped
from torchvision.transforms import functional

from .errors import DataError, MissingData
from .folders import dataset_folder


@dataclass(frozen=True)
class Preprocessing:
    """What a network expects: the shorter side resized to `resize`, the central square of `crop` pixels, values scaled
    from [0, 1] to [0, scale], channels in the order "RGB" or "BGR", minus `mean`, divided by `std`."""

    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    channels: str = "RGB"
    scale: float = 1.0
    resize: int = 256
    crop: int = 224

    def __call__(self, image: Shaped[torch.Tensor, "... 3 H W"]) -> Float32[torch.Tensor, "... 3 crop crop"]:
        """Images uint8 in [0, 255] or float in [0, 1], RGB, as the network expects them."""
        image = functional.resize(image, [self.resize], antialias=True)
        image = functional.center_crop(image, [self.crop, self.crop])
        image = functional.convert_image_dtype(image, torch.float32) * self.scale
        return functional.normalize(image if self.channels == "RGB" else image.flip(-3), self.mean, self.std)


TORCHVISION = Preprocessing((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
CAFFE = Preprocessing((104.0, 117.0, 123.0), (1.0, 1.0, 1.0), channels="BGR", scale=255.0)


@dataclass(frozen=True)
class Pretrained:
    """A network in evaluation mode, what it expects, and the file that its weights came from."""

    network: torch.nn.Module
    preprocess: Preprocessing
    file: Path


def load_weights(
    name: str = "squeezenet1_1", folder: str | Path | None = None, *, style: str = "torchvision"
) -> Pretrained:
    """`torchvision.models.<name>` with the ImageNet weights in `folder` (default: `weights_<name>` of the data folder).

    The folder holds a state dict as `<name>*.pth` or `.pt`, in half or single precision; the network is in single
    precision. A file with "caffe" in its name is one of `style="caffe"`, any other of "torchvision"; the style decides
    the preprocessing. Only tensors are unpickled. Raises ValueError for a name or style that is not known, DataError,
    which names the file, for one that is missing, broken, or made for another network.
    """
    if name not in torchvision.models.list_models(module=torchvision.models):
        raise ValueError(f"name: expected a classification network of torchvision.models, got {name!r}")
    if style not in ("torchvision", "caffe"):
        raise ValueError(f"style: expected torchvision or caffe, got {style!r}")
    root = dataset_folder(f"weights_{name}", folder)
    files = sorted(p for p in root.glob(f"{name}*") if p.suffix in (".pth", ".pt"))
    files = [p for p in files if ("caffe" in p.stem) == (style == "caffe")]
    if not files:
        raise MissingData(root, f"no {style} weights {name}*.pth here", f"run `thesis data get weights_{name}`")
    file = files[0]
    if style == "caffe":
        preprocess = CAFFE
    else:
        preset = torchvision.models.get_model_weights(name).DEFAULT.transforms()
        preprocess = Preprocessing(
            tuple(preset.mean), tuple(preset.std), resize=preset.resize_size[0], crop=preset.crop_size[0]
        )
    extra = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    network = torchvision.models.get_model(name, weights=None, **extra)
    try:
        state = torch.load(file, map_location="cpu", weights_only=True)
        network.load_state_dict({key: value.float() for key, value in state.items()})
    except (pickle.UnpicklingError, RuntimeError, EOFError, OSError, AttributeError, KeyError, ValueError) as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        problem = f"not a state dict of torchvision.models.{name} ({first})"
        raise DataError(file, problem, f"run `thesis data get weights_{name}` again") from error
    return Pretrained(network.eval(), preprocess, file)
