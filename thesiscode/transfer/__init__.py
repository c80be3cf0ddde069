"""Transferring mid-level image representations (thesis Chapter 3): patches, their labels, scores of images and maps."""

from .actions import person_patch
from .labels import BACKGROUND, DISCARD, label_patches, resample_background
from .patches import SCALES, extract_patches, patch_grid
from .scores import ChosenPower, aggregate_scores, choose_k, score_map

__all__ = [
    "BACKGROUND",
    "DISCARD",
    "SCALES",
    "ChosenPower",
    "aggregate_scores",
    "choose_k",
    "extract_patches",
    "label_patches",
    "patch_grid",
    "person_patch",
    "resample_background",
    "score_map",
]
