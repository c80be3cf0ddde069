"""A marionette and two pendulums that hang from a plate and obey physics (thesis 5.4.1), simulated with MuJoCo."""

from .datasets import Marionettes, Pendulums, PlateHistory, Shot, Simulated
from .opengl import render_opengl
from .raycast import RayCaster
from .scenes import SCENES, Scene
from .simulation import Mechanics, Shots, follow, simulate

__all__ = [
    "SCENES",
    "Marionettes",
    "Mechanics",
    "Pendulums",
    "PlateHistory",
    "RayCaster",
    "Scene",
    "Shot",
    "Shots",
    "Simulated",
    "follow",
    "render_opengl",
    "simulate",
]
