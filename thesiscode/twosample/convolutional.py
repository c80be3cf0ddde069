"""A classifier of images for two-sample tests: the network of a discriminator (thesis Section 5.3.3)."""

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch.nn import functional as F

from thesiscode.engine import device
from thesiscode.nets import Discriminator


class ConvolutionalNetwork:
    """A discriminator as a classifier of scikit-learn's kind, which reads raw pixels: points are flattened images.

    Trained as discriminators are: Adam with a rate of 2e-4 and beta1 = 0.5, mini-batches of 64. shape: (C, H, W) of an
    image. width: df. Raises ValueError for points that are no such images.
    """

    def __init__(
        self,
        shape: tuple[int, int, int],
        *,
        width: int = 16,
        epochs: int = 10,
        learning_rate: float = 2e-4,
        seed: int = 0,
    ) -> None:
        self.shape, self.width, self.epochs, self.learning_rate, self.seed = shape, width, epochs, learning_rate, seed

    def get_params(self, deep: bool = True) -> dict[str, object]:
        """As scikit-learn asks."""
        return {name: getattr(self, name) for name in ("shape", "width", "epochs", "learning_rate", "seed")}

    def fit(self, x: Float[np.ndarray, "n D"], y: Bool[np.ndarray, " n"]) -> "ConvolutionalNetwork":
        """Trains on images x, in [0, 1], with labels y."""
        draw = torch.Generator().manual_seed(self.seed)
        channels, size, _ = self.shape
        self.net = Discriminator(self.width, size=size, channels=channels, generator=draw).to(device())
        optimizer = torch.optim.Adam(self.net.parameters(), lr=self.learning_rate, betas=(0.5, 0.999))
        images, labels = self._input(x), torch.from_numpy(np.asarray(y, np.float32)).to(device())
        self.net.train()
        for _ in range(self.epochs):
            for batch in torch.randperm(len(images), generator=draw).split(64):
                if len(batch) < 2:  # batch normalisation wants more than one image
                    continue
                loss = F.binary_cross_entropy_with_logits(self.net(images[batch]), labels[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        self.net.eval()
        return self

    @torch.no_grad()
    def predict_proba(self, x: Float[np.ndarray, "n D"]) -> Float[np.ndarray, "n 2"]:
        """The probabilities of both labels."""
        of_y = torch.cat([self.net(part).sigmoid() for part in self._input(x).split(256)]).double().cpu().numpy()
        return np.stack([1 - of_y, of_y], axis=1)

    def _input(self, x: Float[np.ndarray, "n D"]) -> Float[torch.Tensor, "n C H W"]:
        if x.shape[1] != np.prod(self.shape):
            raise ValueError(f"x: expected images of shape {self.shape}, got points of {x.shape[1]} features")
        return torch.from_numpy(np.asarray(x, np.float32)).to(device()).unflatten(1, self.shape) * 2 - 1
