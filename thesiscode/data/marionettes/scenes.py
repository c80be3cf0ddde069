"""What hangs from the plate: the two scenes as MJCF, the XML in which MuJoCo describes bodies, joints and strings.

Lengths are in metres, angles in degrees. x points to the right, y away from the camera, z up. Left and right are as the
viewer sees them. The six joints of the plate come first in both scenes: x, y, z, yaw, pitch, roll.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

PLATE_JOINTS = ("x", "y", "z", "yaw", "pitch", "roll")
SIDES = (("left", -1), ("right", 1))

# The joints' armature gives the plate the inertia of 400 kg, so the body below does not move it: cause and effect have
# one direction.
_PLATE_JOINTS_XML = """
      <joint name="x" class="slide" axis="1 0 0"/>
      <joint name="y" class="slide" axis="0 1 0"/>
      <joint name="z" class="slide" axis="0 0 1"/>
      <joint name="yaw" class="turn" axis="0 0 1"/>
      <joint name="pitch" class="turn" axis="1 0 0"/>
      <joint name="roll" class="turn" axis="0 1 0"/>"""

_SERVOS_XML = "".join(
    f'\n    <position name="{joint}" joint="{joint}" kp="{2e6 if joint in "xyz" else 2e5}" dampratio="1"/>'
    for joint in PLATE_JOINTS
)

# Without autoreset="disable", MuJoCo puts a simulation that diverged back to its start, and the error goes unseen.
_SCENE_XML = """
<mujoco model="{name}">
  <compiler angle="degree" autolimits="true"/>
  <option timestep="0.004" integrator="{integrator}"><flag autoreset="disable"/></option>
  <visual>
    <global offwidth="1024" offheight="1024"/>
    <headlight ambient=".45 .45 .45" diffuse=".45 .45 .45" specular="0 0 0"/>
  </visual>
  <default>
    <geom density="400" {contact}/>
    <joint damping="{damping}" armature="{armature}" solreflimit=".02 1"/>
    <tendon width=".008" rgba=".25 .25 .25 1"/>
    <site size=".02" rgba="0 0 0 0"/>
    <default class="plate"><geom contype="0" conaffinity="0" density="500"/></default>
    <default class="slide"><joint type="slide" damping="0" armature="400"/></default>
    <default class="turn"><joint damping="0" armature="40"/></default>
  </default>
  <asset>
    <texture name="sky" type="skybox" builtin="gradient" rgb1=".85 .9 .97" rgb2=".6 .7 .85" width="64" height="64"/>
    <texture name="checks" type="2d" builtin="checker" rgb1=".55 .55 .55" rgb2=".65 .65 .65" width="64" height="64"/>
    <material name="floor" texture="checks" texrepeat="4 4"/>
  </asset>
  <worldbody>
    <light pos="-1 -3 4" dir=".25 .65 -1" diffuse=".5 .5 .5" specular="0 0 0"/>
    <geom name="floor" type="plane" pos="0 0 {floor}" size="4 4 .1" material="floor" contype="0" conaffinity="0"/>
    <camera name="camera" {camera}/>
    <body name="plate" pos="0 0 {plate_height}" childclass="plate" gravcomp="1">{plate_joints}{plate}
    </body>{bodies}
  </worldbody>{extras}
  <actuator>{servos}
  </actuator>
</mujoco>
"""


@dataclass(frozen=True)
class Scene:
    """A scene: what hangs, how far its plate moves, and the points whose positions describe its pose.

    `xml` gives the MJCF for a damping of the joints in N m s; `amplitude` holds the largest displacement of each joint
    of the plate (metres, radians); `lift` is how far below its place the plate starts, so that strings tighten slowly.
    """

    name: str
    xml: Callable[[float], str]
    amplitude: tuple[float, float, float, float, float, float]
    point_names: tuple[str, ...]
    damping: float
    lift: float
    floor: float


_PLATE_XML = """
      <geom name="plate front left" type="box" pos="-.3 -.2 0" size=".3 .2 .035" rgba=".9 .15 .15 1"/>
      <geom name="plate front right" type="box" pos=".3 -.2 0" size=".3 .2 .035" rgba=".15 .35 .9 1"/>
      <geom name="plate back left" type="box" pos="-.3 .2 0" size=".3 .2 .035" rgba=".95 .8 .1 1"/>
      <geom name="plate back right" type="box" pos=".3 .2 0" size=".3 .2 .035" rgba=".15 .7 .25 1"/>
      <site name="above left hand" pos="-.55 .1 -.035"/>
      <site name="above right hand" pos=".55 .1 -.035"/>
      <site name="above left knee" pos="-.2 -.3 -.035"/>
      <site name="above right knee" pos=".2 -.3 -.035"/>"""

_TRUNK_XML = """
    <geom name="head" type="sphere" size=".16" rgba=".95 .8 .62 1"/>
    <body name="trunk" pos="0 0 -.16">
      <joint name="neck" type="ball" range="0 15" damping="{neck_damping}"/>
      <geom name="chest" type="capsule" fromto="-.07 0 -.16 .07 0 -.16" size=".13" rgba=".8 .2 .2 1"/>
      <geom name="belly" type="capsule" fromto="0 0 -.2 0 0 -.5" size=".12" rgba=".8 .2 .2 1"/>{limbs}
    </body>"""

_LIMBS_XML = """
      <body name="{side} upper arm" pos="{shoulder} 0 -.13">
        <joint name="{side} shoulder out" axis="0 {inward} 0" range="-5 110"/>
        <joint name="{side} shoulder front" axis="-1 0 0" range="-30 60"/>
        <geom name="{side} upper arm" type="capsule" fromto="0 0 0 0 0 -.27" size=".062" rgba=".2 .3 .75 1"/>
        <body name="{side} forearm" pos="0 0 -.29">
          <joint name="{side} elbow" axis="0 {inward} 0" range="0 125"/>
          <geom name="{side} forearm" type="capsule" fromto="0 0 0 0 0 -.24" size=".055" rgba=".93 .75 .5 1"/>
          <geom name="{side} hand" type="sphere" pos="0 0 -.3" size=".08" rgba=".95 .8 .62 1"/>
          <site name="{side} elbow"/>
          <site name="{side} hand" pos="0 0 -.3"/>
        </body>
      </body>
      <body name="{side} thigh" pos="{hip} 0 -.6">
        <joint name="{side} hip front" axis="-1 0 0" range="-25 105"/>
        <joint name="{side} hip out" axis="0 {inward} 0" range="-4 35"/>
        <geom name="{side} thigh" type="capsule" fromto="0 0 0 0 0 -.32" size=".078" rgba=".2 .5 .3 1"/>
        <site name="{side} knee" pos="0 -.07 -.32"/>
        <body name="{side} shin" pos="0 0 -.34">
          <joint name="{side} knee" axis="1 0 0" range="-2 120"/>
          <geom name="{side} shin" type="capsule" fromto="0 0 0 0 0 -.3" size=".065" rgba=".93 .75 .5 1"/>
          <geom name="{side} foot" type="capsule" fromto="0 .02 -.34 0 -.14 -.36" size=".07" rgba=".3 .2 .15 1"/>
          <site name="{side} foot" pos="0 -.05 -.35"/>
        </body>
      </body>"""

# A string is a tendon with a range of lengths: it pulls when it is at its longest, and does nothing when it is slack.
# It has no damping of its own: damping would also brake a slack string.
_STRING_XML = """
    <spatial name="{end} string" range="0 {length}" solreflimit=".012 1">
      <site site="above {end}"/><site site="{end}"/>
    </spatial>"""

_APART_XML = """
    <exclude body1="{side} upper arm" body2="trunk"/>
    <exclude body1="{side} forearm" body2="{side} thigh"/>"""


def marionette_xml(damping: float) -> str:
    """MJCF of the marionette: head fixed in space, four strings from the plate to hands and knees."""
    limbs = "".join(
        _LIMBS_XML.format(side=side, shoulder=0.2 * sign, hip=0.1 * sign, inward=-sign) for side, sign in SIDES
    )
    ends = [(f"{side} {end}", length) for side, _ in SIDES for end, length in (("hand", 0.85), ("knee", 1.55))]
    strings = "".join(_STRING_XML.format(end=end, length=length) for end, length in ends)
    apart = "".join(_APART_XML.format(side=side) for side, _ in SIDES)
    return _SCENE_XML.format(
        name="marionette",
        integrator="implicitfast",
        contact='friction=".3"',
        damping=damping,
        armature=0.002,
        floor=-1.75,
        camera='fovy="31.5" pos="1.9 -4.4 .47" xyaxes=".918 .396 0 -.062 .145 .987"',
        plate_height=0.55,
        plate_joints=_PLATE_JOINTS_XML,
        plate=_PLATE_XML,
        bodies=_TRUNK_XML.format(neck_damping=8 * damping, limbs=limbs),
        extras=f"\n  <contact>{apart}\n  </contact>\n  <tendon>{strings}\n  </tendon>",
        servos=_SERVOS_XML,
    )


# A ball joint without a range: a limit on it makes a swinging pendulum unstable.
_PENDULUM_XML = """
      <body name="{side} pendulum" pos="{place} 0 -.09">
        <joint name="{side} pendulum" type="ball" damping="{damping}" armature="0"/>
        <geom name="{side} rod" type="capsule" fromto="0 0 0 0 0 -.75" size=".05" rgba=".1 .75 .2 1"
              density="100"/>
        <geom name="{side} bob" type="sphere" pos="0 0 -.75" size=".18" rgba=".9 .1 .1 1" density="400"/>
        <site name="{side} bob" pos="0 0 -.75"/>
      </body>"""


def pendulums_xml(damping: float) -> str:
    """MJCF of two pendulums that hang from the ends of a blue bar, and swing in all directions."""
    pendulums = "".join(_PENDULUM_XML.format(side=side, place=0.48 * sign, damping=damping) for side, sign in SIDES)
    return _SCENE_XML.format(
        name="pendulums",
        integrator="implicit",
        contact='contype="0" conaffinity="0"',
        damping=damping,
        armature=0,
        floor=-1.6,
        camera='fovy="36" pos="1.6 -3.9 .45" xyaxes=".925 .380 0 -.052 .126 .991"',
        plate_height=0.45,
        plate_joints=_PLATE_JOINTS_XML,
        plate='\n      <geom name="bar" type="box" size=".6 .09 .09" rgba=".12 .25 .9 1"/>' + pendulums,
        bodies="",
        extras="",
        servos=_SERVOS_XML,
    )


def _amplitude(x: float, y: float, z: float, yaw: float, pitch: float, roll: float) -> tuple[float, ...]:
    """Metres as they are, degrees in radians."""
    return (x, y, z, *(float(np.radians(angle)) for angle in (yaw, pitch, roll)))


SCENES = {
    "marionette": Scene(
        name="marionette",
        xml=marionette_xml,
        amplitude=_amplitude(0.12, 0.12, 0.1, 25, 25, 32),
        point_names=tuple(f"{side} {part}" for part in ("hand", "elbow", "knee", "foot") for side, _ in SIDES),
        damping=0.05,
        lift=0.9,
        floor=-1.75,
    ),
    "pendulums": Scene(
        name="pendulums",
        xml=pendulums_xml,
        amplitude=_amplitude(0.3, 0.3, 0.2, 50, 5, 35),
        point_names=("left bob", "right bob"),
        damping=2.0,
        lift=0.0,
        floor=-1.6,
    ),
}
"""The scenes by name."""
