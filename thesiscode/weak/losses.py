"""The loss of thesis Section 4.2.3: one binary logistic regression a class."""

import torch
from jaxtyping import Float, Shaped
from torch.nn import functional as F


def multilabel_logistic_loss(
    scores: Float[torch.Tensor, "N K"], labels: Shaped[torch.Tensor, "N K"], *, reduction: str = "mean"
) -> Float[torch.Tensor, ""]:
    """sum over k of log(1 + exp(-y_k f_k)) (Eq. 4.1), averaged over the N images of a mini-batch.

    labels: 1 where an object of the class is there, -1 where none is, 0 where all are difficult: such an entry counts
    nothing. reduction: "mean" over the images, or "sum", as the authors' code has it; over classes always the sum.
    Scores of any size give a finite loss and gradient.
    Raises ValueError for shapes that differ, labels other than -1, 0 and 1, or labels that are all 0.
    """
    check_labels(labels, scores.shape)
    if reduction not in ("mean", "sum"):
        raise ValueError(f"reduction: expected mean or sum, got {reduction!r}")
    labels = labels.to(scores.dtype)
    losses = F.softplus(-labels * scores) * (labels != 0)
    return losses.sum() / (len(scores) if reduction == "mean" else 1)


def probability(scores: Float[torch.Tensor, "*shape"]) -> Float[torch.Tensor, "*shape"]:
    """P(k | x) = 1 / (1 + exp(-f_k)) (Eq. 4.2): how sure the network is that class k is there, in [0, 1]."""
    return torch.sigmoid(scores)


def check_labels(labels: torch.Tensor, shape: tuple[int, ...]) -> None:
    """Raises ValueError unless labels are -1, 0 or 1, of this shape, and not all 0."""
    if tuple(labels.shape) != tuple(shape):
        raise ValueError(f"labels: expected shape {tuple(shape)}, that of scores, got {tuple(labels.shape)}")
    if labels.dtype == torch.bool or not (labels.is_floating_point() or labels.dtype.is_signed):
        raise ValueError(f"labels: expected -1, 0 or 1 of a type with a sign, got {labels.dtype}")
    if not ((labels == -1) | (labels == 0) | (labels == 1)).all():
        raise ValueError(f"labels: expected -1, 0 or 1 everywhere, got {sorted(set(labels.unique().tolist()))[:5]}")
    if not labels.any():
        raise ValueError("labels: expected some that are not 0, got only zeros: nothing to learn from")
