"""MuJoCo, imported when it is first needed: only these datasets want it."""

from types import ModuleType

ADVICE = 'install it with: pip install "mujoco>=3.2.7,<4"'


def import_mujoco() -> ModuleType:
    """The module `mujoco` with `mujoco.rollout.Rollout`, version 3; raises ImportError that says how to get it."""
    try:
        import mujoco
        import mujoco.rollout
    except ImportError as error:
        raise ImportError(
            f"marionettes and pendulums are simulated with MuJoCo, which cannot be imported; {ADVICE}"
        ) from error
    if int(mujoco.__version__.split(".")[0]) != 3:
        raise ImportError(f"MuJoCo is at version {mujoco.__version__}; expected version 3; {ADVICE}")
    if not hasattr(mujoco.rollout, "Rollout"):
        raise ImportError(f"MuJoCo is at version {mujoco.__version__}, without mujoco.rollout.Rollout; {ADVICE}")
    return mujoco
