"""The set of drawn bedrooms."""

import numpy as np
from jaxtyping import UInt8

from thesiscode.data.attributes import DrawnImages

from .attributes import BedroomAttributes
from .drawing import draw_bedroom


class Bedrooms(DrawnImages):
    """`n` drawn bedrooms of 64 x 64 pixels with known attributes; see `BedroomAttributes` and `DrawnImages`."""

    attributes_class = BedroomAttributes
    stream = 0xBED

    def draw(self, attributes: BedroomAttributes) -> UInt8[np.ndarray, "64 64 3"]:
        return draw_bedroom(attributes)
