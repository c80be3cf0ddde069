import itertools
import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from thesiscode import viz

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
COLOR_BLINDNESS = {
    "none": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def linear(color):
    rgb = np.array(to_rgb(color))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ rgb
    ratio = np.clip(xyz, 0, None) / [0.9505, 1.0, 1.089]
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast_with_white(color):
    return 1.05 / (linear(color) @ [0.2126, 0.7152, 0.0722] + 0.05)


@pytest.fixture
def restored():
    with mpl.rc_context():
        yield


@pytest.mark.parametrize("kind", COLOR_BLINDNESS)
def test_line_colors_stay_apart(kind):
    seen = [lab(np.clip(COLOR_BLINDNESS[kind] @ linear(color), 0, 1)) for color in viz.CYCLE]
    closest = min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2))
    assert closest > 13, f"two line colours are {closest:.1f} apart in Lab for {kind}"


def test_colors_that_write_text_have_contrast():
    for name in ("ink", "data", "output", "gradient", "weight", "weight_gradient", "loss", "muted"):
        assert contrast_with_white(viz.COLORS[name]) >= 4.5, name


def test_same_thing_same_color():
    assert viz.COLORS["weight"] == viz.COLORS["weight_gradient"]
    assert len({viz.COLORS[name] for name in ("data", "output", "gradient", "weight", "loss")}) == 5


def test_importing_changes_no_setting():
    code = (
        "import matplotlib as mpl; before = dict(mpl.rcParams)\n"
        "import thesiscode.viz; assert dict(mpl.rcParams) == before"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_background_is_white_and_opaque(restored):
    viz.use_style()
    for key in ("figure.facecolor", "savefig.facecolor", "axes.facecolor"):
        assert mpl.colors.to_rgba(mpl.rcParams[key]) == (1, 1, 1, 1)


def test_notebook_shows_svg_only_and_always_the_same():
    code = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
import matplotlib; matplotlib.use("module://matplotlib_inline.backend_inline")
import matplotlib.pyplot as plt
from thesiscode import viz
viz.use_style()
def data():
    fig, (a, b) = plt.subplots(1, 2)
    a.plot([0, 1], [1, 0]); a.fill_between([0, 1], [1, 0], hatch="//"); b.imshow([[0, 1], [1, 0]])
    bundle, _ = shell.display_formatter.format(fig)
    plt.close(fig)
    return bundle
first, second = data(), data()
assert "image/svg+xml" in first and not any(key in first for key in ("image/png", "image/jpeg")), list(first)
assert first["image/svg+xml"] == second["image/svg+xml"]
assert "data:image/png;base64" in first["image/svg+xml"]
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_tint():
    assert viz.tint("#000000", 0) == "#000000"
    assert viz.tint("#123456", 1) == "#ffffff"
    with pytest.raises(ValueError, match=r"amount is 2, expected a number in \[0, 1\]"):
        viz.tint("red", 2)
