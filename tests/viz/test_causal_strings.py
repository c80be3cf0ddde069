"""What the drawings of strings must show."""

import numpy as np
import torch
from matplotlib.patches import Rectangle

from thesiscode.viz import causal_strings


def test_every_marked_sample_has_a_frame_around_it():
    images = torch.zeros(24, 3, 8, 8, dtype=torch.uint8)
    (ax,) = causal_strings.framed(images, [[0, 13], [23]], columns=12).axes
    frames = [p for p in ax.patches if isinstance(p, Rectangle)]
    assert [(f.get_x(), f.get_y()) for f in frames] == [(0.5, 0.5), (9.5, 9.5), (11 * 9 + 0.5, 9.5)]
    assert frames[0].get_edgecolor() == frames[1].get_edgecolor() != frames[2].get_edgecolor()


def test_each_sample_has_a_marker_in_each_row():
    figure = causal_strings.by_part({"real": {"hand": 0.9, "all": 0.8}, "shuffled": {"hand": 0.0, "all": 0.1}})
    (ax,) = figure.axes
    assert [t.get_text() for t in ax.get_yticklabels()] == ["hand", "all"]
    np.testing.assert_allclose([c.get_offsets()[:, 0] for c in ax.collections], [[0.9, 0.8], [0.0, 0.1]])


def test_a_sweep_shows_the_simulator_and_some_noise_vectors():
    angles = np.linspace(-1, 1, 5)
    figure = causal_strings.sweep(angles, np.tile(angles[:, None], 3), np.zeros((5, 20)), title="left hand")
    (ax,) = figure.axes
    np.testing.assert_allclose(ax.lines[0].get_ydata(), angles)  # the mean of equal runs
    assert len(ax.lines) == 13 and ax.get_title(loc="left") == "left hand"
