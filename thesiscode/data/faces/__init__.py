"""Drawn faces with known attributes (thesis 5.2: what a generative network learns, and what it leaves out)."""

from .attributes import FACE_DISTRIBUTION, FaceAttributes
from .dataset import Faces
from .drawing import draw_face

__all__ = ["FACE_DISTRIBUTION", "FaceAttributes", "Faces", "draw_face"]
