"""What a drawn bedroom can look like, and how often."""

from dataclasses import dataclass
from typing import ClassVar

from thesiscode.data.attributes import Attributes, Choice, Distribution, Range

BED = {"single": 0.35, "double": 0.65}
HEADBOARD = {"none": 0.20, "wood": 0.45, "padded": 0.35}
BLANKET = {"plain": 0.50, "stripes": 0.25, "checks": 0.25}
WINDOW = {"none": 0.20, "left": 0.30, "right": 0.30, "back": 0.20}
CURTAINS = {"none": 0.40, "drawn": 0.60}
TIME = {"day": 0.60, "dusk": 0.22, "night": 0.18}
LAMP = {"none": 0.25, "table": 0.50, "pendant": 0.25}
LAMP_LIGHT = {"off": 0.50, "on": 0.50}
PICTURES = {"0": 0.25, "1": 0.35, "2": 0.25, "3": 0.15}
WALLPAPER = {"plain": 0.60, "stripes": 0.20, "two tones": 0.20}
FLOOR = {"light wood": 0.40, "dark wood": 0.30, "carpet": 0.30}
RUG = {"none": 0.50, "square": 0.30, "round": 0.20}
WARDROBE = {"none": 0.60, "some": 0.40}

BEDROOM_DISTRIBUTION: Distribution = {
    "bed": Choice(BED),
    "headboard": Choice(HEADBOARD),
    "blanket": Choice(BLANKET),
    "window": Choice(WINDOW),
    "curtains": Choice(CURTAINS),
    "time": Choice(TIME),
    "lamp": Choice(LAMP),
    "lamp_light": Choice(LAMP_LIGHT),
    "pictures": Choice(PICTURES),
    "wallpaper": Choice(WALLPAPER),
    "floor": Choice(FLOOR),
    "rug": Choice(RUG),
    "wardrobe": Choice(WARDROBE),
    "bed_place": Range(0.0, 1.0),
    "blanket_hue": Range(0.0, 1.0),
    "wall_hue": Range(0.0, 1.0),
    "wall_strength": Range(0.03, 0.35),
    "textile_hue": Range(0.0, 1.0),
    "room_width": Range(3.4, 4.6),
    "room_depth": Range(3.4, 4.4),
    "camera_turn": Range(-0.28, 0.28),
    "camera_height": Range(1.3, 1.9),
    "camera_place": Range(-0.6, 0.6),
}


@dataclass(frozen=True)
class BedroomAttributes(Attributes):
    """Everything that is random in a drawn bedroom. `BedroomAttributes.random(rng)` draws from `BEDROOM_DISTRIBUTION`.

    Units: room and camera in metres; camera_turn in radians, positive to the right; bed_place 0 (far left) to 1 (far
    right) of what space is free; hues in turns of the colour circle, 0 to 1; wall_strength is the walls' saturation.
    What an absent object would look like (curtains of no window, light of no lamp) does not show in the image.
    Raises ValueError for a value that has probability 0.
    """

    distribution: ClassVar[Distribution] = BEDROOM_DISTRIBUTION

    bed: str = "double"
    headboard: str = "wood"
    blanket: str = "plain"
    window: str = "left"
    curtains: str = "drawn"
    time: str = "day"
    lamp: str = "table"
    lamp_light: str = "on"
    pictures: str = "2"
    wallpaper: str = "plain"
    floor: str = "light wood"
    rug: str = "none"
    wardrobe: str = "none"
    bed_place: float = 0.5
    blanket_hue: float = 0.6
    wall_hue: float = 0.12
    wall_strength: float = 0.15
    textile_hue: float = 0.05
    room_width: float = 4.0
    room_depth: float = 4.0
    camera_turn: float = 0.0
    camera_height: float = 1.5
    camera_place: float = 0.0
