"""Drawn bedrooms in perspective with known attributes (thesis 5.2, the bedrooms of LSUN)."""

from .attributes import BEDROOM_DISTRIBUTION, BedroomAttributes
from .dataset import Bedrooms
from .drawing import draw_bedroom

__all__ = ["BEDROOM_DISTRIBUTION", "BedroomAttributes", "Bedrooms", "draw_bedroom"]
