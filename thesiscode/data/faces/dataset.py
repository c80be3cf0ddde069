"""The set of drawn faces."""

import numpy as np
from jaxtyping import UInt8

from thesiscode.data.attributes import DrawnImages

from .attributes import FaceAttributes
from .drawing import draw_face


class Faces(DrawnImages):
    """`n` drawn faces of 64 x 64 pixels with known attributes; see `FaceAttributes` and `DrawnImages`.

    `Faces(9, fixed={"glasses": "sunglasses"})` holds the same nine people as `Faces(9)`, all in sunglasses.
    """

    attributes_class = FaceAttributes
    stream = 0xFACE

    def draw(self, attributes: FaceAttributes) -> UInt8[np.ndarray, "64 64 3"]:
        return draw_face(attributes)
