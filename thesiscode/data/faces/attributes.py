"""What a drawn face can look like, and how often."""

from dataclasses import dataclass
from typing import ClassVar

from thesiscode.data.attributes import Attributes, Choice, Distribution, Range

SKIN = {"porcelain": 0.15, "fair": 0.25, "olive": 0.15, "tan": 0.15, "brown": 0.15, "dark": 0.15}
HAIR_STYLE = {
    "bald": 0.08,
    "cropped": 0.12,
    "short": 0.20,
    "parted": 0.16,
    "bob": 0.12,
    "long": 0.16,
    "curly": 0.10,
    "bun": 0.06,
}
HAIR_COLOUR = {"black": 0.30, "brown": 0.28, "auburn": 0.10, "blond": 0.17, "grey": 0.15}
GLASSES = {"none": 0.70, "normal": 0.20, "sunglasses": 0.10}
FACIAL_HAIR = {"none": 0.76, "moustache": 0.10, "beard": 0.14}
AGE_MARKS = {"none": 0.60, "some": 0.25, "deep": 0.15}

FACE_DISTRIBUTION: Distribution = {
    "skin": Choice(SKIN),
    "hair_style": Choice(HAIR_STYLE),
    "hair_colour": Choice(HAIR_COLOUR),
    "glasses": Choice(GLASSES),
    "facial_hair": Choice(FACIAL_HAIR),
    "age_marks": Choice(AGE_MARKS),
    "smile": Range(-0.5, 1.0),
    "turn": Range(-0.6, 0.6),
    "tilt": Range(-0.22, 0.22),
    "light": Range(-1.2, 1.2),
    "brightness": Range(0.8, 1.1),
    "width": Range(0.88, 1.08),
    "jaw": Range(0.0, 1.0),
    "eye_size": Range(0.85, 1.2),
    "eye_colour": Range(0.0, 1.0),
    "background": Range(0.0, 1.0),
    "clothes": Range(0.0, 1.0),
}


@dataclass(frozen=True)
class FaceAttributes(Attributes):
    """Everything that is random in a drawn face. `FaceAttributes.random(rng)` draws from `FACE_DISTRIBUTION`.

    Units: smile -0.5 (down) to 1 (open laugh); turn in radians, positive towards the right edge of the image; tilt in
    radians, positive is clockwise; light is the horizontal angle of the lamp in radians, positive from the right;
    brightness is a factor; width is a factor on the head's width; jaw 0 (pointed) to 1 (square); eye_size is a factor;
    eye_colour 0 (brown) to 1 (blue); background and clothes are hues, a full turn of the colour circle from 0 to 1.
    Raises ValueError for a value that has probability 0.
    """

    distribution: ClassVar[Distribution] = FACE_DISTRIBUTION

    skin: str = "fair"
    hair_style: str = "short"
    hair_colour: str = "brown"
    glasses: str = "none"
    facial_hair: str = "none"
    age_marks: str = "none"
    smile: float = 0.3
    turn: float = 0.0
    tilt: float = 0.0
    light: float = -0.5
    brightness: float = 1.0
    width: float = 1.0
    jaw: float = 0.5
    eye_size: float = 1.0
    eye_colour: float = 0.3
    background: float = 0.55
    clothes: float = 0.0
