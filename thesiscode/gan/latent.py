"""What a latent space knows: steps between codes, arithmetic with codes, and the nearest training images (thesis
Section 5.2.2 and Figure 5-3)."""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float, Int64, Shaped


def interpolate(
    a: Float[torch.Tensor, " n_noise"], b: Float[torch.Tensor, " n_noise"], steps: int, *, along: str = "line"
) -> Float[torch.Tensor, "steps n_noise"]:
    """Codes from a to b, both included.

    along: "line", as in the thesis (Section 5.3.1); "sphere", the great circle between both directions, with lengths
    that change evenly: normal noise in many dimensions lies near a sphere, and the middle of a line is shorter than
    any code in training (White 2016). Raises ValueError for fewer than two steps, or another way.
    """
    if steps < 2:
        raise ValueError(f"steps: expected at least 2, got {steps}")
    if along not in ("line", "sphere"):
        raise ValueError(f"along: expected line or sphere, got {along!r}")
    share = torch.linspace(0, 1, steps, dtype=a.dtype, device=a.device)[:, None]
    if along == "line":
        return a + share * (b - a)
    lengths = a.norm(), b.norm()
    angle = torch.arccos(((a @ b) / (lengths[0] * lengths[1])).clamp(-1, 1))
    if angle < 1e-4:  # the same direction: the circle is a line
        return a + share * (b - a)
    turned = torch.sin((1 - share) * angle) * (a / lengths[0]) + torch.sin(share * angle) * (b / lengths[1])
    return turned / torch.sin(angle) * (lengths[0] + share * (lengths[1] - lengths[0]))


def attribute_code(
    codes: Float[torch.Tensor, "n n_noise"], shows: Bool[torch.Tensor, " n"], *, most: int | None = None
) -> Float[torch.Tensor, " n_noise"]:
    """The mean code of the images that show an attribute: one end of an equation such as *man with glasses - man +
    woman* (Radford et al. 2016, who average three).

    most: average the first so many only. Raises ValueError if no image shows it.
    """
    chosen = codes[shows][:most]
    if not len(chosen):
        raise ValueError("shows: expected at least one image with the attribute, got none")
    return chosen.mean(dim=0)


def nearest_images(
    queries: Shaped[torch.Tensor, "n *shape"], images: Shaped[torch.Tensor, "m *shape"], *, k: int = 1
) -> tuple[Int64[torch.Tensor, "n k"], Float[torch.Tensor, "n k"]]:
    """Does a generator copy its training set? The positions of the k nearest of `images` to each query, and their root
    mean squared differences, nearest first. Raises ValueError for k out of range."""
    if not 1 <= k <= len(images):
        raise ValueError(f"k: expected 1 to {len(images)}, got {k}")
    a, b = (part.flatten(1).float() for part in (queries, images))
    found = torch.cdist(a, b).topk(k, dim=1, largest=False)
    return found.indices, found.values / a.shape[1] ** 0.5


def coverage(
    generated: Sequence[str], real: Sequence[str], *, least: float = 0.25
) -> dict[str, tuple[float, float, bool]]:
    """Which values of an attribute did the generator drop? Each value of `real` with its share among real images, its
    share among generated ones, and whether that is less than `least` of the former.

    generated, real: the attribute's value for each image. Raises ValueError if either is empty.
    """
    if not len(generated) or not len(real):
        raise ValueError("generated, real: expected at least one image in both")
    shares = {
        value: (real.count(value) / len(real), generated.count(value) / len(generated)) for value in sorted(set(real))
    }
    return {value: (expected, got, got < least * expected) for value, (expected, got) in shares.items()}
