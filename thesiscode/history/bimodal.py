"""A bimodal autoencoder: from either of two modalities, both (thesis 2.5.2, Figure 2-56; Ngiam et al. 2011).

Each example is seen three times: whole, and with one modality set to zero. The target is always the whole.
"""

import torch
from jaxtyping import Float
from torch import nn
from torch.nn import functional as F


def missing(a: Float[torch.Tensor, "n A"], b: Float[torch.Tensor, "n B"]) -> Float[torch.Tensor, "3*n A+B"]:
    """Both modalities; the first alone; the second alone. What is missing is 0.

    Raises ValueError where a and b differ in number.
    """
    if len(a) != len(b):
        raise ValueError(f"a, b: expected as many examples of each, got {len(a)} and {len(b)}")
    none_a, none_b = torch.zeros_like(a), torch.zeros_like(b)
    return torch.cat([torch.cat(pair, dim=1) for pair in ((a, b), (a, none_b), (none_a, b))])


class BimodalAutoencoder(nn.Module):
    """Two layers to a code that both modalities share, and two back."""

    def __init__(
        self, n_a: int, n_b: int, *, width: int = 128, code: int = 32, generator: torch.Generator | None = None
    ):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(n_a + n_b, width), nn.ReLU(), nn.Linear(width, code), nn.ReLU())
        self.decoder = nn.Sequential(nn.Linear(code, width), nn.ReLU(), nn.Linear(width, n_a + n_b))
        for layer in (*self.encoder, *self.decoder):
            if isinstance(layer, nn.Linear):
                nn.init.kaiming_normal_(layer.weight, generator=generator)
                nn.init.zeros_(layer.bias)

    def forward(self, x: Float[torch.Tensor, "n both"]) -> Float[torch.Tensor, "n both"]:
        """Both modalities, of what is there of them."""
        return self.decoder(self.encoder(x))


def train_bimodal(
    net: BimodalAutoencoder,
    a: Float[torch.Tensor, "n A"],
    b: Float[torch.Tensor, "n B"],
    *,
    epochs: int = 60,
    denoise: bool = True,
    draw: torch.Generator,
) -> list[float]:
    """Adam on mini-batches of 64 examples; returns the mean loss of each epoch.

    denoise: also train with one modality missing; without it the network only sees both.
    Raises ValueError without examples, where a and b differ in number, and for values that are not finite.
    """
    if len(a) != len(b) or len(a) == 0:
        raise ValueError(f"a, b: expected as many examples of each, at least one, got {len(a)} and {len(b)}")
    for name, values in (("a", a), ("b", b)):
        if not torch.isfinite(values).all():
            raise ValueError(f"{name}: expected finite values, got NaN or infinite ones")
    optimizer = torch.optim.Adam(net.parameters(), 2e-3)
    whole, losses = torch.cat([a, b], dim=1), []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(a), generator=draw).split(64):
            x = missing(a[rows], b[rows]) if denoise else whole[rows]
            loss = F.mse_loss(net(x), whole[rows].repeat(len(x) // len(rows), 1))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(a))
    return losses
