import base64
import json
import re
from html.parser import HTMLParser

import matplotlib.pyplot as plt
import nbclient
import nbformat
import numpy as np
import pytest

from thesiscode import viz


class Recorder:
    """A figure whose curve depends on the values, and the list of values that were asked for."""

    def __init__(self, figsize=(3, 2)):
        self.asked, self.figsize = [], figsize

    def __call__(self, **values):
        self.asked.append(values)
        figure, ax = plt.subplots(figsize=self.figsize)
        ax.plot(np.arange(20) ** values["alpha"], lw=values.get("width", 1))
        return figure


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def data_of(frames):
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', frames.html, re.S).group(1))


def test_every_value_is_drawn_once_and_every_frame_is_in_the_page():
    draw = Recorder()
    frames = viz.explore(draw, alpha=[0.5, 1.0, 2.0], alt="power {alpha}")
    assert draw.asked == [{"alpha": 0.5}, {"alpha": 1.0}, {"alpha": 2.0}]
    (image,) = Page(frames.html).all("img")
    shown = [image["src"], *data_of(frames)["frames"][1:]]
    assert [base64.b64decode(address.split(",")[1]) for address in shown] == frames.images
    assert len(set(frames.images)) == 3
    assert all(png.startswith(b"\x89PNG") for png in frames.images)


def test_two_lists_give_their_product_in_the_order_of_the_sliders():
    frames = viz.explore(
        Recorder(), alpha=[1.0, 2.0], width=[1, 3, 5], label={"alpha": "power"}, alt="{alpha} and {width}"
    )
    assert [(v["alpha"], v["width"]) for v in frames.values] == [(a, w) for a in (1.0, 2.0) for w in (1, 3, 5)]
    assert [slider["aria-label"] for slider in Page(frames.html).all("input")] == ["power", "width"]
    assert [slider["max"] for slider in Page(frames.html).all("input")] == ["1", "2"]
    assert data_of(frames)["texts"] == [["1", "2"], ["1", "3", "5"]]


def test_alt_text_of_each_frame():
    expected = ["power 1", "power 2"]
    assert viz.explore(Recorder(), alpha=[1.0, 2.0], alt="power {alpha}").alts == expected
    assert viz.explore(Recorder(), alpha=[1.0, 2.0], alt=lambda alpha: f"power {alpha:g}").alts == expected
    assert viz.explore(Recorder(), alpha=[1.0], alt="A curve").alts == ["A curve: alpha = 1"]
    frames = viz.explore(Recorder(), alpha=[1.0, 2.0], alt='"<b>" {alpha}')
    assert Page(frames.html).all("img")[0]["alt"] == '"<b>" 1'
    assert data_of(frames)["alts"] == ['"<b>" 1', '"<b>" 2']


def test_page_stands_alone_and_works_without_javascript():
    frames = viz.explore(Recorder(), alpha=[1.0, 2.0], alt="power {alpha}")
    assert not re.search(r"https?:|//[a-z]", frames.html.replace(Page(frames.html).all("img")[0]["src"], ""))
    (controls,) = [tag for tag in Page(frames.html).all("div") if tag.get("class") == "frames-controls"]
    assert "hidden" in controls, "a slider that does nothing shows where scripts are off"
    assert len(Page(frames.html).all("output")) == len(Page(frames.html).all("label")) == 1
    assert frames._repr_html_() == frames.html


def test_same_call_gives_the_same_bytes():
    pages = [viz.explore(Recorder(), alpha=[1.0, 2.0], alt="power {alpha}").html for _ in range(2)]
    assert pages[0] == pages[1]


def test_figures_are_closed():
    before = plt.get_fignums()
    viz.explore(Recorder(), alpha=[1.0, 2.0], alt="power {alpha}")
    assert plt.get_fignums() == before


def test_live_draws_on_demand():
    draw = Recorder()
    picture, slider = viz.explore(draw, alpha=[1.0, 2.0], label="power", alt="power {alpha}", live=True).children
    assert draw.asked == [{"alpha": 1.0}]
    assert slider.description == "power"
    before = picture.value
    slider.value = 2.0
    assert draw.asked == [{"alpha": 1.0}, {"alpha": 2.0}]
    assert picture.value != before
    assert Page(picture.value).all("img")[0]["alt"] == "power 2"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "no values given"),
        ({"alpha": []}, "alpha is empty"),
        ({"alpha": [1.0], "width": [1], "label": "power"}, r"expected a dict with the keys \['alpha', 'width'\]"),
        ({"alpha": [1.0], "label": {"beta": "b"}}, r"label names \['beta'\]"),
        ({"alpha": [1.0], "alt": ""}, "alt is ''"),
        ({"alpha": [1.0], "alt": "{beta}"}, "holds the field 'beta'"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        viz.explore(Recorder(), **{"alt": "power", **arguments})


def test_draw_must_return_a_figure():
    with pytest.raises(ValueError, match="returned NoneType, expected a matplotlib Figure"):
        viz.explore(lambda alpha: None, alpha=[1.0], alt="power")


def test_frames_must_have_one_size():
    with pytest.raises(ValueError, match="pixels, expected"):
        viz.explore(lambda alpha: plt.figure(figsize=(alpha, 2)), alpha=[1, 2], alt="blank")


def test_too_many_bytes():
    def noise(seed):
        figure, ax = plt.subplots(figsize=(6, 4))
        ax.imshow(np.random.default_rng(seed).random((400, 600, 3)))
        return figure

    with pytest.raises(ValueError, match=r"of 9 frames take .* KB, expected at most 700 KB in all: give fewer values"):
        viz.explore(noise, seed=range(9), alt="noise")


@pytest.mark.parametrize(
    ("environment", "mime"),
    [
        ({}, "text/html"),  # a program runs the notebook: the book, nbval
        ({"JPY_SESSION_NAME": "here.ipynb"}, "application/vnd.jupyter.widget-view+json"),  # Jupyter's server does
        ({"JPY_SESSION_NAME": "here.ipynb", "THESISBOOK_STATIC": "1"}, "text/html"),
    ],
)
def test_static_or_live_never_both(environment, mime, monkeypatch):
    for name in ("JPY_SESSION_NAME", "THESISBOOK_STATIC"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    cell = nbformat.v4.new_code_cell(
        "import matplotlib.pyplot as plt\nfrom thesiscode import viz\n"
        "viz.explore(lambda alpha: plt.figure(figsize=(alpha, 1)), alpha=[1.0], alt='blank')"
    )
    notebook = nbclient.NotebookClient(nbformat.v4.new_notebook(cells=[cell]), kernel_name="python3").execute()
    (output,) = notebook.cells[0].outputs
    assert {"text/html", "application/vnd.jupyter.widget-view+json"} & set(output.data) == {mime}
