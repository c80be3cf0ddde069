"""Reading COCO 2014 instances, made here: the real set is not among the files for validation."""

import contextlib
import io
import json

import pytest
import torch
from PIL import Image

from thesiscode.data.coco import COCOClassification, COCODetection
from thesiscode.data.errors import DataError, MissingData


def content():
    return {
        "images": [
            {"id": 9, "file_name": "b.jpg", "width": 40, "height": 30},
            {"id": 4, "file_name": "a.jpg", "width": 20, "height": 10},
        ],
        "categories": [{"id": 3, "name": "car"}, {"id": 1, "name": "person"}, {"id": 90, "name": "toothbrush"}],
        "annotations": [
            {"id": 1, "image_id": 9, "category_id": 3, "bbox": [5, 6, 10.5, 12], "iscrowd": 0, "area": 100},
            {"id": 2, "image_id": 9, "category_id": 1, "bbox": [0, 0, 40, 30], "iscrowd": 1, "area": 100},
            {"id": 3, "image_id": 9, "category_id": 3, "bbox": [1, 1, 0, 5], "iscrowd": 0, "area": 0},
        ],
    }


def written(root, data):
    (root / "annotations").mkdir()
    (root / "train2014").mkdir()
    for name, size in (("a.jpg", (20, 10)), ("b.jpg", (40, 30))):
        Image.new("RGB", size).save(root / "train2014" / name)
    text = data if isinstance(data, str) else json.dumps(data)
    (root / "annotations" / "instances_train2014.json").write_text(text)
    return root


def test_images_come_sorted_with_boxes_as_corners(tmp_path):
    data = COCODetection(written(tmp_path, content()))
    image, annotation = data[1]
    assert [a.id for a in data.annotations] == [4, 9] and image.shape == (3, 30, 40)
    assert annotation.boxes.tolist() == [[5, 6, 15.5, 18], [0, 0, 40, 30]]
    assert [(o.name, o.crowd) for o in annotation.objects] == [("car", False), ("person", True)]
    assert data.classes == ("person", "car", "toothbrush")
    assert data[0][1].boxes.shape == (0, 4)


def test_a_box_of_zero_size_is_dropped_and_counted(tmp_path):
    assert COCODetection(written(tmp_path, content())).n_dropped == 1


def test_labels(tmp_path):
    data = COCOClassification(written(tmp_path, content()))
    assert data.labels.tolist() == [[-1, -1, -1], [1, 1, -1]]
    image, labels = data[1]
    assert image.dtype == torch.uint8 and labels.tolist() == [1, 1, -1]


def test_pycocotools_reads_the_same_boxes(tmp_path):
    coco = pytest.importorskip("pycocotools.coco")
    data = COCODetection(written(tmp_path, content()))
    with contextlib.redirect_stdout(io.StringIO()):
        other = coco.COCO(str(data.file))
    theirs = {i: [a["bbox"] for a in other.loadAnns(other.getAnnIds(i)) if a["area"]] for i in other.getImgIds()}
    ours = {a.id: [[x0, y0, x1 - x0, y1 - y0] for x0, y0, x1, y1 in a.boxes.tolist()] for a in data.annotations}
    assert ours == theirs


def change(key, row, **values):
    data = content()
    data[key][row] |= values
    return data


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ("{", "broken JSON"),
        ("[" * 100_000, "broken JSON"),
        ("[]", "not a COCO instances file"),
        ("{}", "not a COCO instances file: KeyError 'categories'"),
        (content() | {"images": []}, "the list of images is empty"),
        (change("annotations", 0, category_id=77), "annotation 1 names the unknown class 77"),
        (change("annotations", 0, image_id=77), "annotation 1 names the image 77"),
        (
            change("annotations", 0, bbox=[35, 1, 20, 5]),
            r"annotation 1 has a box \[35, 1, 20, 5\] that leaves",
        ),
        (change("annotations", 0, bbox=[-3, 1, 20, 5]), "leaves its image of 40 x 30"),
        (change("annotations", 0, bbox=[3, 1, -20, 5]), "annotation 1 has the box"),
        (change("annotations", 0, bbox=[3, 1, float("nan"), 5]), "annotation 1 has the box"),
        (change("annotations", 0, bbox=[3, 1, 20]), r"annotation 1 has the box \[3, 1, 20\], expected four numbers"),
        (change("annotations", 0, bbox=[3, 1, "wide", 5]), "annotation 1 has the box.*expected four numbers"),
        (change("annotations", 0, bbox=None), "annotation 1 has the box None, expected four numbers"),
        (change("images", 0, file_name="gone.jpg"), r"names the image gone\.jpg"),
        (change("images", 0, file_name="../annotations/instances_train2014.json"), "names the image"),
    ],
)
def test_bad_annotations_name_the_file(tmp_path, data, problem):
    with pytest.raises(DataError, match=problem) as error:
        COCODetection(written(tmp_path, data))
    assert "instances_train2014.json: " in str(error.value) and "To fix it: " in str(error.value)


def test_a_split_that_is_not_there(tmp_path):
    with pytest.raises(MissingData, match=r"instances_val2014\.json: there is no such annotation file"):
        COCODetection(written(tmp_path, content()), "val")


def test_a_truncated_image(tmp_path):
    data = COCODetection(written(tmp_path, content()))
    data.annotations[0].path.write_bytes(data.annotations[0].path.read_bytes()[:100])
    with pytest.raises(DataError, match=r"a\.jpg: not a whole image"):
        data[0]
