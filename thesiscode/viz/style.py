"""One plotting style for the whole book, and one colour for each kind of thing.

The hues are those of Okabe and Ito (https://jfly.uni-koeln.de/color/), which people with the common kinds of colour
blindness tell apart. Some are darkened, because the book also writes text in them on white.
"""

from numbers import Real

import matplotlib as mpl
from matplotlib.colors import to_hex, to_rgb

_INK = "#16243a"
_GREEN = "#006d47"

COLORS: dict[str, str] = {
    "ink": _INK,
    "data": _INK,
    "output": "#0072b2",
    "gradient": "#c94f00",
    "weight": _GREEN,
    "weight_gradient": _GREEN,
    "loss": "#a8477f",
    "accent": "#e69f00",
    "sky": "#56b4e9",
    "muted": "#6b7482",
    "grid": "#dfe3e8",
    "fill": "#eef2f6",
}
"""Colour of each kind of thing: data and the forward pass, gradients to inputs, weights and their gradients, ..."""

CYCLE: list[str] = [COLORS[name] for name in ("output", "gradient", "weight", "loss", "accent", "sky", "ink")]
"""Colours of successive lines in a plot."""

_RC = {
    "figure.figsize": (6.0, 3.5),
    "figure.dpi": 144,
    "figure.facecolor": "white",
    "figure.edgecolor": "white",
    "figure.constrained_layout.use": True,
    "savefig.facecolor": "white",
    "savefig.edgecolor": "white",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 12.0,
    "mathtext.fontset": "cm",
    "text.color": _INK,
    "axes.facecolor": "white",
    "axes.edgecolor": COLORS["muted"],
    "axes.linewidth": 0.9,
    "axes.labelcolor": _INK,
    "axes.titlesize": 12.0,
    "axes.titlelocation": "left",
    "axes.titlepad": 8.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.prop_cycle": mpl.cycler(color=CYCLE),
    "grid.color": COLORS["grid"],
    "grid.linewidth": 0.8,
    "xtick.color": COLORS["muted"],
    "ytick.color": COLORS["muted"],
    "xtick.labelcolor": _INK,
    "ytick.labelcolor": _INK,
    "xtick.labelsize": 11.0,
    "ytick.labelsize": 11.0,
    "xtick.minor.visible": False,
    "ytick.minor.visible": False,
    "lines.linewidth": 2.0,
    "lines.markersize": 5.5,
    "lines.solid_capstyle": "round",
    "patch.linewidth": 1.2,
    "hatch.linewidth": 0.8,
    "legend.frameon": False,
    "legend.fontsize": 11.0,
    "image.cmap": "viridis",
    "svg.fonttype": "path",
    "svg.hashsalt": "thesiscode",
}


def tint(color: str, amount: Real = 0.85) -> str:
    """The colour mixed with white, as "#rrggbb"; `amount` in [0, 1], where 0 leaves it as it is and 1 gives white."""
    if not 0 <= amount <= 1:
        raise ValueError(f"tint: amount is {amount!r}, expected a number in [0, 1]")
    return to_hex([amount + (1 - amount) * channel for channel in to_rgb(color)])


def use_style() -> None:
    """Set the book's matplotlib style; in a notebook, also show figures as SVG.

    Lines and text stay vectors; images inside a figure are embedded in it as PNG at 144 dots per inch. The background
    is white and opaque, so that a figure reads on a dark page too. The same figure gives the same bytes.
    """
    mpl.rcParams.update(_RC)
    if _in_ipython():
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        set_matplotlib_formats("svg", metadata={"Date": None}, bbox_inches="tight")


def _in_ipython() -> bool:
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    return get_ipython() is not None
