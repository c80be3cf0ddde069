"""Adversarial examples: a step along the sign of the input gradient (thesis 2.5.2, Figure 2-59).

Szegedy et al. (2013) found them; the single step is that of Goodfellow et al. (2015).
"""

import math

import torch
from jaxtyping import Float, Int64
from torch import nn
from torch.nn import functional as F


def loss_gradient(
    net: nn.Module, x: Float[torch.Tensor, "n *pixels"], labels: Int64[torch.Tensor, " n"]
) -> Float[torch.Tensor, "n *pixels"]:
    """The gradient of each example's cross-entropy with respect to its own pixels.

    `net` runs as it is: put it into evaluation mode first, so that examples do not meet in batch normalisation.
    """
    x = x.detach().clone().requires_grad_()
    (gradient,) = torch.autograd.grad(F.cross_entropy(net(x), labels, reduction="sum"), x)
    return gradient


def fast_gradient_sign(
    x: Float[torch.Tensor, "n *pixels"],
    gradient: Float[torch.Tensor, "n *pixels"],
    epsilon: float,
    *,
    low: float = -1.0,
    high: float = 1.0,
) -> Float[torch.Tensor, "n *pixels"]:
    """x + epsilon sign(gradient), clipped to the range of pixels (Goodfellow et al. 2015, Section 4).

    Of all steps that move no pixel by more than epsilon, it raises the loss most, to first order: by epsilon ||g||_1.
    Raises ValueError for a negative epsilon or one that is not finite, an empty range, a gradient of another shape than
    x, and values of either that are not finite.
    """
    if gradient.shape != x.shape:
        raise ValueError(f"gradient: expected the shape of x, {tuple(x.shape)}, got {tuple(gradient.shape)}")
    for name, values in (("x", x), ("gradient", gradient)):
        if not torch.isfinite(values).all():
            raise ValueError(f"{name}: expected finite values, got NaN or infinite ones")
    if not 0 <= epsilon < math.inf:
        raise ValueError(f"epsilon: expected a finite number of at least 0, got {epsilon}")
    if not low < high:
        raise ValueError(f"low, high: expected low < high, got {low} and {high}")
    return (x + epsilon * gradient.sign()).clamp(low, high)


def random_signs(x: Float[torch.Tensor, "n *pixels"], draw: torch.Generator) -> Float[torch.Tensor, "n *pixels"]:
    """+1 or -1 for each pixel, by the toss of a coin: a direction of the same size that does not know the network."""
    return torch.randint(2, x.shape, generator=draw).to(x) * 2 - 1
