"""A figure with sliders: frames drawn beforehand in the book, drawn on demand in a notebook."""

import base64
import hashlib
import html
import io
import itertools
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from PIL import Image

BUDGET = 700_000  # characters of base64 that the frames of one call may add to a page

_SCRIPT = """
for (const root of document.querySelectorAll('[data-frames="%s"]')) {
  if (root.dataset.ready) continue;
  root.dataset.ready = "yes";
  const data = JSON.parse(root.querySelector('script[type="application/json"]').textContent);
  const picture = root.querySelector("img");
  const sliders = [...root.querySelectorAll("input")];
  data.frames[0] = picture.src;
  const show = () => {
    let index = 0;
    sliders.forEach((slider, i) => {
      index = index * data.texts[i].length + Number(slider.value);
      const text = data.texts[i][slider.value];
      slider.closest("label").querySelector("output").textContent = text;
      slider.setAttribute("aria-valuetext", text);
    });
    picture.src = data.frames[index];
    picture.alt = data.alts[index];
  };
  sliders.forEach(slider => slider.addEventListener("input", show));
  show();
  root.querySelector(".frames-controls").hidden = false;
}
"""


class Frames:
    """Pre-rendered frames and the HTML that slides over them, without a kernel and without a network.

    `values[i]` holds the keywords that drew `images[i]` (PNG bytes), and `alts[i]` says what it shows. `html` is the
    whole of it; without JavaScript it shows the first frame and no slider.
    """

    def __init__(self, values: list[dict[str, Any]], images: list[bytes], alts: list[str], html: str):
        self.values, self.images, self.alts, self.html = values, images, alts, html

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"Frames({len(self.images)} frames)"


def explore(
    draw: Callable[..., Figure],
    *,
    label: str | Mapping[str, str] | None = None,
    alt: str | Callable[..., str],
    live: bool | None = None,
    dpi: int = 120,
    **values: Sequence[Any],
):
    """A figure under one slider for each keyword list, e.g. `explore(draw, alpha=[0.1, 1.0], alt="... {alpha}")`.

    `draw(alpha=0.1)` returns a Figure; it is called for every value (every combination, where there are several lists),
    and all its figures have one size. `label` names the slider (a dict, where there are several). `alt` says what a
    frame shows: a format string, or a function of the same keywords.

    `live=False` gives `Frames`, all drawn now; `live=True` gives ipywidgets that draw on demand. The default is live
    where a reader sits at a notebook (JupyterLab, Notebook, VS Code, Colab), and static where the book is built, where
    tests run, and wherever the environment variable THESISBOOK_STATIC is set.

    Raises ValueError on an empty list, an unusable `alt` or `label`, a draw that returns no Figure, or frames that
    together take more than 700 KB of the page.
    """
    if not values:
        raise ValueError("explore: no values given, expected at least one list such as alpha=[0.1, 0.5, 1.0]")
    values = {name: list(choices) for name, choices in values.items()}
    for name, choices in values.items():
        if not choices:
            raise ValueError(f"explore: {name} is empty, expected a list of at least one value")
    labels = _labels(label, list(values))
    if not (callable(alt) or isinstance(alt, str)) or alt == "":
        raise ValueError(f"explore: alt is {alt!r}, expected a text that says what the figure shows, or a function")
    if live is None:
        live = _reader_is_present()
    return (_widget if live else _frames)(draw, values, labels, alt, dpi)


def _labels(label, names: list[str]) -> dict[str, str]:
    if label is None:
        return {name: name for name in names}
    if isinstance(label, str):
        if len(names) > 1:
            raise ValueError(f"explore: label is one text, expected a dict with the keys {names}")
        return {names[0]: label}
    unknown = [name for name in label if name not in names]
    if unknown:
        raise ValueError(f"explore: label names {unknown}, expected some of {names}")
    return {name: label.get(name, name) for name in names}


def _alt_text(alt, setting: dict[str, Any]) -> str:
    if callable(alt):
        return alt(**setting)
    texts = {name: _text(value) for name, value in setting.items()}
    try:
        filled = alt.format(**texts)
    except (KeyError, IndexError) as error:
        raise ValueError(f"explore: alt holds the field {error}, expected fields among {list(setting)}") from error
    if filled == alt:
        filled += ": " + ", ".join(f"{name} = {text}" for name, text in texts.items())
    return filled


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _reader_is_present() -> bool:
    """Whether an interactive front end shows the outputs, rather than a program that executes the notebook."""
    if os.environ.get("THESISBOOK_STATIC") or "IPython" not in sys.modules:
        return False
    shell = sys.modules["IPython"].get_ipython()
    if shell is None or not hasattr(shell, "kernel"):
        return False
    # Jupyter's server names the notebook in JPY_SESSION_NAME; nbclient, and with it nbval and the book, does not.
    in_jupyter = "JPY_SESSION_NAME" in os.environ
    in_vscode = "__vsc_ipynb_file__" in shell.user_ns
    return in_jupyter or in_vscode or "google.colab" in sys.modules


def _png(draw, setting: dict[str, Any], dpi: int) -> bytes:
    figure = draw(**setting)
    if not isinstance(figure, Figure):
        raise ValueError(f"explore: draw({setting}) returned {type(figure).__name__}, expected a matplotlib Figure")
    raw = io.BytesIO()
    figure.savefig(raw, format="png", dpi=dpi)
    plt.close(figure)
    picture = Image.open(raw).convert("RGB")
    if not any(ax.images for ax in figure.axes):
        # Lines and text need few colours, and a palette makes the file about three times smaller.
        picture = picture.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small = io.BytesIO()
    picture.save(small, format="png", optimize=True)
    return small.getvalue()


def _address(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def _image_tag(png: bytes, alt: str, dpi: int) -> str:
    width, height = Image.open(io.BytesIO(png)).size
    shown = round(width * 96 / dpi)
    return (
        f'<img src="{_address(png)}" alt="{html.escape(alt)}" width="{width}" height="{height}" '
        f'style="width:{shown}px;max-width:100%;height:auto;background:#fff">'
    )


def _frames(draw, values: dict[str, list], labels: dict[str, str], alt, dpi: int) -> Frames:
    settings = [dict(zip(values, choice, strict=True)) for choice in itertools.product(*values.values())]
    images, alts, used, size = [], [], 0, None
    for setting in settings:
        images.append(_png(draw, setting, dpi))
        alts.append(_alt_text(alt, setting))
        used += len(images[-1]) * 4 // 3
        if used > BUDGET:
            raise ValueError(
                f"explore: {len(images)} of {len(settings)} frames take {used // 1000} KB, expected at most "
                f"{BUDGET // 1000} KB in all: give fewer values, a smaller figure, or a dpi below {dpi}"
            )
        frame_size = Image.open(io.BytesIO(images[-1])).size
        if size is not None and frame_size != size:
            raise ValueError(f"explore: draw({setting}) is {frame_size} pixels, expected {size} as the first frame")
        size = frame_size

    texts = [[_text(value) for value in choices] for choices in values.values()]
    # The first frame is already in the page, as the image that shows without JavaScript.
    data = json.dumps({"texts": texts, "alts": alts, "frames": [""] + [_address(png) for png in images[1:]]})
    data = data.replace("<", "\\u003c")
    key = hashlib.sha256("".join([data, _address(images[0])]).encode()).hexdigest()[:12]
    controls = "".join(
        f'<label style="display:flex;flex-wrap:wrap;align-items:center;gap:0 .8em;margin:.3em 0;text-align:left">'
        f'<span style="min-width:9em">{html.escape(labels[name])} = <output>{html.escape(text[0])}</output></span>'
        f'<input type="range" min="0" max="{len(text) - 1}" value="0" step="1" '
        f'aria-label="{html.escape(labels[name])}" aria-valuetext="{html.escape(text[0])}" '
        f'style="flex:1 1 12em;max-width:26em;height:2em;accent-color:#0072b2"></label>'
        for name, text in zip(values, texts, strict=True)
    )
    group = html.escape("Figure with a slider: " + ", ".join(labels.values()))
    page = (
        f'<div class="frames" data-frames="{key}" role="group" aria-label="{group}">'
        f"{_image_tag(images[0], alts[0], dpi)}"
        f'<div class="frames-controls" hidden style="max-width:{round(size[0] * 96 / dpi)}px">{controls}</div>'
        f'<script type="application/json">{data}</script><script>{_SCRIPT % key}</script></div>'
    )
    return Frames(settings, images, alts, page)


def _widget(draw, values: dict[str, list], labels: dict[str, str], alt, dpi: int):
    import ipywidgets

    sliders = {
        name: ipywidgets.SelectionSlider(
            options=[(_text(value), value) for value in choices],
            description=labels[name],
            style={"description_width": "initial"},
        )
        for name, choices in values.items()
    }
    picture = ipywidgets.HTML()

    def show(_change=None):
        setting = {name: slider.value for name, slider in sliders.items()}
        picture.value = _image_tag(_png(draw, setting, dpi), _alt_text(alt, setting), dpi)

    for slider in sliders.values():
        slider.observe(show, names="value")
    show()
    return ipywidgets.VBox([picture, *sliders.values()])
