"""The drawing of the page on photographs shows the mean of the seeds, and each seed."""

import pytest

from thesiscode.viz import weak_photographs as draw


def test_each_row_has_its_mean_and_its_seeds():
    rows = {"centre": [[0.1, 0.3]], "weak": [[0.2, 0.5], [0.4, 0.7]]}
    ax = draw.by_class(["bus", "car"], rows, xlabel="AP").axes[0]
    labelled = {line.get_label(): line.get_xdata().tolist() for line in ax.lines if line.get_label()[0] != "_"}
    assert labelled["centre"] == [0.1, 0.3] and labelled["weak"] == pytest.approx([0.3, 0.6])
    assert len(ax.lines) == 5
    assert [label.get_text() for label in ax.get_yticklabels()] == ["bus", "car"]


def test_each_map_lies_in_the_frame_of_its_photograph():
    one = {
        "class": "bus",
        "right": True,
        "extent": [40.0, 30.0],
        "boxes": [[5.0, 5.0, 20.0, 25.0]],
        "point": [12.0, 9.0],
        "x": [8.0, 18.0, 28.0],
        "y": [8.0, 18.0],
        "scores": [[0.0, 1.0, -1.0], [2.0, 0.5, 0.0]],
    }
    figure = draw.maps_without_photographs([one, {**one, "right": False, "class": "car"}], columns=3)
    first, second, hidden = figure.axes[:3]
    assert [ax.get_title() for ax in (first, second)] == ["bus, right", "car, wrong"] and not hidden.get_visible()
    # Half a pixel less than in the record: `imshow` has the centre of the first pixel at 0.
    assert first.get_xlim() == (-0.5, 39.5) and first.get_ylim() == (29.5, -0.5)
    assert list(first.images[0].get_extent()) == [2.5, 32.5, 22.5, 2.5]
    assert first.lines[-1].get_xydata().tolist() == [[11.5, 8.5]]
    assert first.patches[0].get_xy() == (4.5, 4.5)
