"""The picture of the chapter shows the map, the point and the boxes that it is given."""

import numpy as np

from thesiscode.viz.weak_chapter import scene_to_point


def test_the_point_and_the_boxes_are_where_they_are():
    heat = np.arange(600.0).reshape(20, 30)
    figure = scene_to_point(np.zeros((20, 30, 3), np.uint8), heat, (12.5, 7.0), np.array([[5.0, 5, 15, 12]]), "dog")
    first, middle, last = figure.axes[:3]
    assert not first.patches and middle.get_title(loc="left") == "score map: dog"
    assert np.array_equal(middle.images[-1].get_array(), heat)
    (box,) = last.patches
    assert (box.get_xy(), box.get_width(), box.get_height()) == ((4.5, 4.5), 10, 7)
    for ax in (middle, last):
        assert ax.lines[0].get_xydata().tolist() == [[12.0, 6.5]]
