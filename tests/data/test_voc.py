"""Reading VOC devkits: small ones made here, and the real one where it is present."""

import numpy as np
import pytest
import torch
from PIL import Image

from thesiscode.data.errors import DataError, MissingData
from thesiscode.data.voc import (
    VOC_ACTIONS,
    VOC_CLASSES,
    VOCActions,
    VOCClassification,
    VOCDetection,
    read_annotation,
)

ENTITY_BOMB = """<?xml version="1.0"?>
<!DOCTYPE bomb [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
<annotation><filename>&c;</filename></annotation>"""
EXTERNAL_ENTITY = """<?xml version="1.0"?>
<!DOCTYPE outside [<!ENTITY secret SYSTEM "file:///etc/hostname">]>
<annotation><filename>&secret;</filename></annotation>"""
EXTERNAL_DTD = """<?xml version="1.0"?>
<!DOCTYPE annotation SYSTEM "http://127.0.0.1:1/voc.dtd">
<annotation><filename>a.jpg</filename></annotation>"""


def thing(name="car", box=(1, 1, 10, 10), difficult=0, truncated=0, actions=()):
    edges = "".join(f"<{e}>{v}</{e}>" for e, v in zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True))
    done = "".join(f"<{a}>{int(a in actions)}</{a}>" for a in (*VOC_ACTIONS, "other")) if actions else ""
    return (
        f"<object><name>{name}</name><truncated>{truncated}</truncated><difficult>{difficult}</difficult>"
        f"<part><name>head</name><bndbox><xmin>900</xmin></bndbox></part><bndbox>{edges}</bndbox>"
        f"{f'<actions>{done}</actions>' if done else ''}</object>"
    )


def devkit(root, annotations, *, year=2007, split="trainval", lists=None, size=(40, 30)):
    """A devkit with one image for each annotation: a list of objects, or the whole XML as text."""
    base = root / "VOCdevkit" / f"VOC{year}"
    for folder in ("JPEGImages", "Annotations", "ImageSets/Main", "ImageSets/Action"):
        (base / folder).mkdir(parents=True, exist_ok=True)
    for name, content in annotations.items():
        Image.new("RGB", size, (200, 10, 10)).save(base / "JPEGImages" / f"{name}.jpg")
        if not isinstance(content, str):
            content = (
                f"<annotation><filename>{name}.jpg</filename><size><width>{size[0]}</width><height>{size[1]}</height>"
                f"<depth>3</depth></size>{''.join(content)}</annotation>"
            )
        (base / "Annotations" / f"{name}.xml").write_text(content)
    (base / "ImageSets" / "Main" / f"{split}.txt").write_text("\n".join(annotations) + "\n")
    for name, text in (lists or {}).items():
        (base / "ImageSets" / name).write_text(text)
    return base


def read_one(tmp_path, *objects):
    base = devkit(tmp_path, {"a": objects})
    return read_annotation(base / "Annotations" / "a.xml")


class TestDetection:
    def test_an_image_and_its_boxes(self, tmp_path):
        devkit(tmp_path, {"a": [thing(box=(1, 1, 40, 30), truncated=1), thing("cat", (3, 4, 3, 4), difficult=1)]})
        data = VOCDetection(tmp_path)
        image, annotation = data[0]
        assert len(data) == 1 and image.dtype == torch.uint8 and image.shape == (3, 30, 40)
        car, cat = annotation.objects
        assert (car.name, car.box, car.difficult, car.truncated) == ("car", (0, 0, 40, 30), False, True)
        assert (cat.name, cat.box, cat.difficult) == ("cat", (2, 3, 3, 4), True)
        assert annotation.boxes.tolist() == [[0, 0, 40, 30], [2, 3, 3, 4]]
        assert (annotation.id, annotation.width, annotation.height) == ("a", 40, 30)

    @pytest.mark.parametrize("below", ["", "VOCdevkit", "VOCdevkit/VOC2007"])
    def test_the_folder_may_be_any_of_three(self, tmp_path, below):
        devkit(tmp_path, {"a": [thing()]})
        assert len(VOCDetection(tmp_path / below)) == 1

    def test_fractions_of_a_pixel_outside_are_clipped(self, tmp_path):
        annotation = read_one(tmp_path, thing(box=(0.4, 0.6, 40.7, 30.2)))
        assert annotation.objects[0].box == (0, 0, 40, 30)

    def test_an_image_without_objects(self, tmp_path):
        assert read_one(tmp_path).boxes.shape == (0, 4)

    def test_the_transform_is_applied(self, tmp_path):
        devkit(tmp_path, {"a": [thing()]})
        assert VOCDetection(tmp_path, transform=lambda x: x.float().mean())[0][0].ndim == 0

    def test_torchvision_reads_the_same_boxes(self, tmp_path):
        import torchvision

        devkit(tmp_path, {"a": [thing(box=(2, 3, 20, 21)), thing("dog", (5, 6, 7, 8))]})
        _, target = torchvision.datasets.VOCDetection(tmp_path, "2007", "trainval")[0]
        boxes = [[int(v) for v in o["bndbox"].values()] for o in target["annotation"]["object"]]
        assert (np.array(boxes) - [1, 1, 0, 0]).tolist() == VOCDetection(tmp_path)[0][1].boxes.tolist()


class TestClassification:
    def test_only_difficult_objects_are_neither_positive_nor_negative(self, tmp_path):
        devkit(
            tmp_path,
            {
                "hard": [thing("car", difficult=1), thing("car", difficult=1)],
                "both": [thing("car", difficult=1), thing("car")],
                "both_turned": [thing("car"), thing("car", difficult=1)],
                "none": [thing("dog")],
            },
        )
        data = VOCClassification(tmp_path)
        assert data.labels[:, VOC_CLASSES.index("car")].tolist() == [0, 1, 1, -1]
        assert data.labels[:, VOC_CLASSES.index("dog")].tolist() == [-1, -1, -1, 1]
        assert (data.labels[:, VOC_CLASSES.index("sheep")] == -1).all()
        image, labels = data[1]
        assert image.shape == (3, 30, 40) and labels.dtype == torch.int8 and labels.tolist() == data.labels[1].tolist()

    def test_other_classes(self, tmp_path):
        devkit(tmp_path, {"a": [thing("unicorn")]})
        assert VOCClassification(tmp_path, classes=("unicorn", "dragon")).labels.tolist() == [[1, -1]]


class TestActions:
    def test_one_item_a_person(self, tmp_path):
        people = [
            thing("car"),
            thing("person", (2, 2, 9, 9), actions=("running",)),
            thing("person", actions=("reading", "walking")),
        ]
        lists = {"Action/trainval.txt": "a 2\na 3\n"}
        devkit(tmp_path, {"a": people, "unused": [thing()]}, year=2012, lists=lists)
        data = VOCActions(tmp_path)
        image, box, labels = data[0]
        assert len(data) == 2 and image.shape == (3, 30, 40) and box.tolist() == [1, 1, 9, 9]
        assert [VOC_ACTIONS[k] for k in np.flatnonzero(labels == 1)] == ["running"]
        assert [VOC_ACTIONS[k] for k in np.flatnonzero(data.labels[1] == 1)] == ["reading", "walking"]
        assert set(np.unique(data.labels)) == {-1, 1}

    @pytest.mark.parametrize("line", ["a 3", "a 0", "a", "a x"])
    def test_a_line_that_names_no_object(self, tmp_path, line):
        devkit(tmp_path, {"a": [thing(), thing()]}, year=2012, lists={"Action/trainval.txt": f"{line}\n"})
        with pytest.raises(DataError, match=rf"trainval\.txt: the line '{line}' names no object of a\.xml"):
            VOCActions(tmp_path)

    def test_a_person_without_actions(self, tmp_path):
        devkit(tmp_path, {"a": [thing("person")]}, year=2012, lists={"Action/trainval.txt": "a 1\n"})
        with pytest.raises(DataError, match=r"object 1 of a\.xml has no jumping"):
            VOCActions(tmp_path)

    def test_an_unknown_action(self, tmp_path):
        xml = thing("person", actions=("running",)).replace("running", "flying")
        with pytest.raises(DataError, match=r"a\.xml: unknown action 'flying'"):
            read_one(tmp_path, xml)


class TestBadInput:
    @pytest.mark.parametrize("content", ["", "<annotation>", "<annotation><object></annotation>", "\0", "JPEG"])
    def test_broken_xml(self, tmp_path, content):
        devkit(tmp_path, {"a": content})
        with pytest.raises(DataError, match=r"a\.xml: broken XML .*To fix it: replace the file"):
            VOCDetection(tmp_path)

    @pytest.mark.parametrize("content", [ENTITY_BOMB, EXTERNAL_ENTITY, EXTERNAL_DTD])
    def test_hostile_xml(self, tmp_path, content):
        devkit(tmp_path, {"a": content})
        with pytest.raises(DataError, match=r"a\.xml: hostile XML .*do not use a file from this source"):
            VOCDetection(tmp_path)

    def test_a_missing_image(self, tmp_path):
        base = devkit(tmp_path, {"a": [thing()]})
        (base / "JPEGImages" / "a.jpg").unlink()
        with pytest.raises(MissingData, match=r"a\.xml: names the image a\.jpg.*restore the image"):
            VOCDetection(tmp_path)

    def test_an_image_outside_of_the_devkit(self, tmp_path):
        base = devkit(tmp_path, {"a": [thing()]})
        xml = base / "Annotations" / "a.xml"
        xml.write_text(xml.read_text().replace("a.jpg", "../../../secret.jpg"))
        with pytest.raises(DataError, match=r"a\.xml: <filename> is a path"):
            VOCDetection(tmp_path)

    @pytest.mark.parametrize("keep", [0, 20, 300, -10])
    def test_a_truncated_image(self, tmp_path, keep):
        base = devkit(tmp_path, {"a": [thing()]})
        path = base / "JPEGImages" / "a.jpg"
        Image.fromarray(np.random.default_rng(0).integers(0, 255, (30, 40, 3), np.uint8)).save(path)
        assert VOCDetection(tmp_path)[0][0].shape == (3, 30, 40)
        path.write_bytes(path.read_bytes()[:keep])
        with pytest.raises(DataError, match=r"a\.jpg: not a whole image .*To fix it: replace the file"):
            VOCDetection(tmp_path)[0]

    def test_what_is_no_image(self, tmp_path):
        base = devkit(tmp_path, {"a": [thing()]})
        (base / "JPEGImages" / "a.jpg").write_text("<html>not found</html>")
        with pytest.raises(DataError, match=r"a\.jpg: not a whole image"):
            VOCClassification(tmp_path)[0]

    @pytest.mark.parametrize(
        "box", [(1, 1, 60, 10), (-5, 1, 10, 10), (1, 1, 10, 33), (50, 40, 60, 50), (1, -3, 10, 10)]
    )
    def test_a_box_outside(self, tmp_path, box):
        with pytest.raises(DataError, match=r"a\.xml: the box of car.*leaves the image of 40 x 30.*correct or remove"):
            read_one(tmp_path, thing(box=box))

    @pytest.mark.parametrize("box", [(10, 1, 9, 10), (1, 10, 10, 9), (10, 10, 5, 5)])
    def test_a_box_without_area(self, tmp_path, box):
        with pytest.raises(DataError, match=r"a\.xml: the box of car.*has no area"):
            read_one(tmp_path, thing(box=box))

    @pytest.mark.parametrize("value", ["nan", "inf", "ten", ""])
    def test_a_box_that_is_no_number(self, tmp_path, value):
        with pytest.raises(DataError, match=r"a\.xml: .*bndbox/ymax"):
            read_one(tmp_path, thing(box=(1, 1, 10, value)))

    def test_an_unknown_class(self, tmp_path):
        with pytest.raises(DataError, match=r"a\.xml: unknown class 'unicorn'.*use one of aeroplane"):
            read_one(tmp_path, thing("unicorn"))

    def test_a_flag_that_is_neither(self, tmp_path):
        with pytest.raises(DataError, match=r"a\.xml: <difficult> is 'maybe', expected 0 or 1"):
            read_one(tmp_path, thing(difficult="maybe"))

    def test_an_object_without_box(self, tmp_path):
        with pytest.raises(DataError, match=r"a\.xml: no <bndbox/xmin> in <object>"):
            read_one(tmp_path, "<object><name>car</name></object>")

    @pytest.mark.parametrize("text", ["", "\n \n"])
    def test_an_empty_split(self, tmp_path, text):
        devkit(tmp_path, {"a": [thing()]}, lists={"Main/val.txt": text})
        with pytest.raises(DataError, match=r"val\.txt: the list is empty"):
            VOCDetection(tmp_path, "val")

    def test_a_split_that_does_not_exist(self, tmp_path):
        devkit(tmp_path, {"a": [thing()]})
        with pytest.raises(MissingData, match=r"test\.txt: there is no such list"):
            VOCDetection(tmp_path, "test")

    def test_a_split_that_names_an_image_without_annotation(self, tmp_path):
        devkit(tmp_path, {"a": [thing()]}, lists={"Main/val.txt": "a\nb\n"})
        with pytest.raises(MissingData, match=r"b\.xml: there is no such annotation"):
            VOCDetection(tmp_path, "val")

    def test_a_folder_that_is_no_devkit(self, tmp_path):
        with pytest.raises(MissingData, match=r"no Annotations and JPEGImages here.*thesis data get voc2012"):
            VOCDetection(tmp_path, year=2012)


REAL_COUNTS = {  # class: (1, 0, -1)
    "trainval": {"car": (455, 33, 454), "person": (216, 31, 695), "cat": (224, 5, 713), "train": (175, 0, 767)},
    "test": {"car": (155, 13, 158), "person": (79, 19, 228), "cat": (70, 2, 254), "train": (61, 0, 265)},
}


class TestRealVOC2007:
    """What the copy of VOC 2007 among the real data holds."""

    @pytest.mark.parametrize(("split", "n", "objects"), [("trainval", 942, 2689), ("test", 326, 854)])
    def test_counts(self, real_data, split, n, objects):
        data = VOCClassification(real_data("voc2007"), split)
        assert len(data) == n and sum(len(a.objects) for a in data.annotations) == objects
        for name, counts in REAL_COUNTS[split].items():
            labels = data.labels[:, VOC_CLASSES.index(name)]
            assert tuple(int((labels == v).sum()) for v in (1, 0, -1)) == counts

    @pytest.mark.parametrize("split", ["trainval", "test"])
    def test_labels_from_the_annotations_are_those_of_the_official_lists(self, real_data, split):
        data = VOCClassification(real_data("voc2007"), split)
        for k, name in enumerate(VOC_CLASSES):
            lines = (data.root / "ImageSets" / "Main" / f"{name}_{split}.txt").read_text().splitlines()
            official = dict(line.split() for line in lines)
            assert [int(official[i]) for i in data.ids] == data.labels[:, k].tolist()

    def test_every_tenth_photograph_has_the_size_of_its_annotation(self, real_data):
        data = VOCDetection(real_data("voc2007"), "test")
        for i in range(0, len(data), 10):
            image, annotation = data[i]
            assert image.shape == (3, annotation.height, annotation.width)
