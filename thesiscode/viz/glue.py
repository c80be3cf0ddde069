"""Numbers from a run, placed in a sentence of the built book."""

import importlib.util


def glue(name: str, value: object) -> None:
    """Keeps `value` under `name`, so that the text of the page can show it as {glue:text}`name`.

    Nothing is displayed. The book's builder reads what is kept; where it is not installed (on Colab, say), nobody
    reads it, and the call does nothing.
    """
    if importlib.util.find_spec("myst_nb"):
        import myst_nb

        myst_nb.glue(name, value, display=False)
