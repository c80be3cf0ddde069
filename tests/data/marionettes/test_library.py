"""Without MuJoCo, or with one that does not fit, the error says what to do."""

import sys
import types

import pytest

from thesiscode.data.marionettes import Pendulums
from thesiscode.data.marionettes.library import import_mujoco


def test_without_mujoco(monkeypatch):
    monkeypatch.setitem(sys.modules, "mujoco", None)
    with pytest.raises(ImportError, match=r'pip install "mujoco>=3.2.7,<4"'):
        Pendulums(1)


def test_with_another_version(monkeypatch):
    fake, rollout = types.ModuleType("mujoco"), types.ModuleType("mujoco.rollout")
    fake.__version__, fake.rollout = "4.0.0", rollout
    monkeypatch.setitem(sys.modules, "mujoco", fake)
    monkeypatch.setitem(sys.modules, "mujoco.rollout", rollout)
    with pytest.raises(ImportError, match=r'MuJoCo is at version 4.0.0; expected version 3; .*"mujoco>=3.2.7,<4"'):
        import_mujoco()


def test_with_a_version_whose_rollouts_have_no_threads(monkeypatch):
    fake, rollout = types.ModuleType("mujoco"), types.ModuleType("mujoco.rollout")
    fake.__version__, fake.rollout = "3.2.0", rollout
    monkeypatch.setitem(sys.modules, "mujoco", fake)
    monkeypatch.setitem(sys.modules, "mujoco.rollout", rollout)
    with pytest.raises(ImportError, match=r'3.2.0, without mujoco.rollout.Rollout; .*"mujoco>=3.2.7,<4"'):
        import_mujoco()


def test_the_package_is_imported_without_mujoco():
    """Nothing of MuJoCo is loaded before a scene is built."""
    import subprocess

    code = "import sys, thesiscode.data.marionettes; print('mujoco' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"
