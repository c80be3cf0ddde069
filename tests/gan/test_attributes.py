"""Reading attributes off drawn faces."""

import torch

from thesiscode.data.faces import Faces
from thesiscode.engine import generator
from thesiscode.gan.attributes import READ, VALUES, face_attributes, one_hot, read_attributes, train_attributes
from thesiscode.gan.images import drawn_images


def test_attributes_are_those_of_the_faces():
    found, faces = face_attributes(20, 3), Faces(20, 3)
    for i in range(20):
        assert all(VALUES[name][found[name][i]] == getattr(faces.attributes(i), name) for name in READ)


def test_a_condition_is_one_hot():
    labels = {"glasses": torch.tensor([2, 0]), "skin": torch.tensor([1, 5])}
    assert one_hot(labels, ("glasses", "skin")).tolist() == [
        [0, 0, 1, 0, 1, 0, 0, 0, 0],
        [1, 0, 0, 0, 0, 0, 0, 0, 1],
    ]


def test_it_learns_what_it_reads():
    """With a few hundred faces: sunglasses and skin are easy."""
    images = drawn_images("faces", 512, 32, 2)
    labels = face_attributes(512, 2)
    net = train_attributes(images, labels, epochs=8, draw=generator(0, "net"))
    held_out = drawn_images("faces", 100, 32, 9)
    truth, read = face_attributes(100, 9), read_attributes(net, held_out)
    for name, chance in (("glasses", 0.7), ("skin", 0.25)):
        right = sum(VALUES[name][k] == said for k, said in zip(truth[name].tolist(), read[name], strict=True))
        assert right / 100 > chance + 0.1, name
    assert not net.training
