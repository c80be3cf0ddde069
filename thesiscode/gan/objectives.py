"""What the two players of the adversarial game want (thesis Section 5.2.1, Eq. 5.19)."""

from collections.abc import Callable, Iterable

import torch
from jaxtyping import Float
from torch import nn
from torch.nn import functional as F

OBJECTIVES = ("non-saturating", "saturating", "wasserstein", "relativistic")
"""Eq. 5.2; Eq. 5.1, as the generator's own loss; Eq. 5.19; pairs of a real and a generated image."""

Scores = Float[torch.Tensor, " N"]
Images = Float[torch.Tensor, "N *shape"]


def discriminator_loss(real: Scores, fake: Scores, objective: str = "non-saturating") -> Float[torch.Tensor, ""]:
    """L_d of Eq. 5.2: real images have the label 1, generated ones 0; scores are logits, before a sigmoid.

    For "wasserstein", minus the difference of the mean scores, Eq. 5.19, which the critic makes as large as its
    constraint lets it. For "relativistic", the real image of each pair should get the larger score (Jolicoeur-Martineau
    2019). Raises ValueError for an objective that is not known.
    """
    _check(objective)
    if objective == "wasserstein":
        return fake.mean() - real.mean()
    if objective == "relativistic":
        return F.softplus(fake - real).mean()
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def generator_loss(
    fake: Scores, objective: str = "non-saturating", real: Scores | None = None
) -> Float[torch.Tensor, ""]:
    """What of L_g depends on the generator.

    "non-saturating", Eq. 5.2: -log d(g(z)), its images should be taken for real. "saturating", Eq. 5.1:
    log(1 - d(g(z))), the same fixed point, but hardly any gradient while the discriminator is sure. "wasserstein":
    minus the mean score. "relativistic": the generated image of each pair should get the larger score; `real` holds the
    scores of the others, which no other objective looks at. Raises ValueError for an objective that is not known, or if
    it lacks them.
    """
    _check(objective)
    if objective == "relativistic":
        if real is None:
            raise ValueError(
                "real: expected the scores of real images, which a relativistic loss compares with, got None"
            )
        return F.softplus(real - fake).mean()
    if objective == "wasserstein":
        return -fake.mean()
    return F.softplus(-fake).mean() if objective == "non-saturating" else -F.softplus(fake).mean()


def clip_weights(critic: nn.Module, limit: float = 0.01) -> None:
    """Each weight brought to [-limit, limit], so that the critic's slope is bounded (Arjovsky et al. 2017).

    Raises ValueError for a limit that is not above 0.
    """
    if not limit > 0:
        raise ValueError(f"limit: expected a number above 0, got {limit!r}")
    with torch.no_grad():
        for p in critic.parameters():
            p.clamp_(-limit, limit)


def gradient_penalty(
    critic: Callable[[Images], Scores], real: Images, fake: Images, draw: torch.Generator
) -> Float[torch.Tensor, ""]:
    """Mean of (|slope of the critic| - 1)^2 at points between real and generated images (Gulrajani et al. 2017).

    draw: where between them, on the CPU. The critic must score each image by itself: no batch normalisation.
    """
    share = torch.rand((len(real),) + (1,) * (real.ndim - 1), generator=draw).to(real)
    between = (share * real.detach() + (1 - share) * fake.detach()).requires_grad_()
    (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    return (slope.flatten(1).norm(dim=1) - 1).square().mean()


def zero_centred_penalty(critic: Callable[[Images], Scores], images: Images) -> Float[torch.Tensor, ""]:
    """Mean of the squared slope of the critic at images: R1 at real ones, R2 at generated ones (Mescheder et al. 2018).

    The critic must score each image by itself: no batch normalisation.
    """
    images = images.detach().requires_grad_()
    (slope,) = torch.autograd.grad(critic(images).sum(), images, create_graph=True)
    return slope.flatten(1).square().sum(dim=1).mean()


def _check(objective: str) -> None:
    if objective not in OBJECTIVES:
        raise ValueError(f"objective: expected one of {', '.join(OBJECTIVES)}, got {objective!r}")


def all_finite(values: Iterable[torch.Tensor]) -> bool:
    """Whether no value is nan or infinite."""
    return all(bool(torch.isfinite(value).all()) for value in values)
