"""Sphinx extension of the book: the thesis' own numbers, the execution cache, and the badges at the head of a page."""

import math
import os
import re
from collections.abc import Iterable
from itertools import count
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

CACHE_VARIABLE = "THESISBOOK_CACHE"

THESIS_LABEL = re.compile(
    r"^(equation-)?(?P<kind>eq|fig|tbl|thm|def|lem|prop|cor|alg)-th-(?P<number>[a-z0-9]+(-[a-z0-9]+)+)$"
)
SEPARATORS = {"fig": "-"}

NEEDS = {"CPU": "Runs on a CPU.", "GPU": "Wants a GPU.", "real data": "Wants data that you download."}


def thesis_number(label: str) -> str | None:
    """The number that the thesis gives to what a label names, or None for a label of our own.

    Letters are chapters' and upper-case: `eq-th-b-20` is B.20, `fig-th-b-14` is B-14, `eq-th-5-4` is 5.4.
    """
    match = THESIS_LABEL.match(label)
    if match is None:
        return None
    return SEPARATORS.get(match["kind"], ".").join(part.upper() for part in match["number"].split("-"))


def page_numbers(labels: Iterable[str]) -> dict[str, tuple]:
    """The number of each figure (or table, or equation) of a page: the thesis' own, or 1, 2, 3, ... for ours."""
    ours = count(1)
    return {label: (thesis_number(label) or next(ours),) for label in labels}


def use_thesis_numbers(app, env) -> set[str]:
    """Replace Sphinx' numbers, which run through the whole book; returns the pages to write again."""
    changed = set()
    for page, numbers_by_type in env.toc_fignumbers.items():
        for numbers in numbers_by_type.values():
            wanted = page_numbers(numbers)
            if wanted != numbers:
                numbers.update(wanted)
                changed.add(page)
    return changed


def use_cache(app, config) -> None:
    """Read executed notebooks from the folder that the build script filled."""
    if CACHE_VARIABLE in os.environ:
        config.nb_execution_cache_path = os.environ[CACHE_VARIABLE]


def share_html_visitors(app) -> None:
    """Let the singlehtml builder use html visitors: sphinx_exercise registers some for it, which hides all others."""
    handlers = app.registry.translation_handlers
    if "singlehtml" in handlers:
        handlers["singlehtml"] = {**handlers.get("html", {}), **handlers["singlehtml"]}


class page_badges(nodes.General, nodes.Element):
    """Stands for the badges until the run time of the page is known."""


class PageBadges(SphinxDirective):
    """A row of badges: how long the page ran when the book was built, and what it needs."""

    option_spec: ClassVar = {"needs": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        needs = [need.strip() for need in self.options.get("needs", "CPU").split(",")]
        unknown = [need for need in needs if need not in NEEDS]
        if unknown:
            raise self.error(f"page-badges: needs is {unknown[0]!r}, expected one of {', '.join(NEEDS)}")
        return [page_badges(needs=needs)]


class FillBadges(SphinxPostTransform):
    """Write the badges of a page, once the notebook's run time has been recorded."""

    default_priority = 8

    def run(self, **kwargs) -> None:
        for node in list(self.document.findall(page_badges)):
            execution = NbMetadataCollector.get_exec_data(self.env, self.env.docname)
            row = nodes.bullet_list(classes=["page-badges"], bullet="-")
            if execution and execution["runtime"] is not None:
                title = "Measured on the machine that built this book, including the start of Python."
                row += badge("time", f"runs in {duration(execution['runtime'])}", title)
            for need in node["needs"]:
                row += badge(need.replace(" ", "-").lower(), need, NEEDS[need])
            node.replace_self(row)


def duration(seconds: float) -> str:
    """A run time in words, rounded up to whole seconds."""
    minutes, seconds = divmod(math.ceil(seconds), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def badge(kind: str, text: str, title: str) -> nodes.list_item:
    """One badge; `title` says more to whoever points at it."""
    label = nodes.abbreviation(text, text, explanation=title)
    return nodes.list_item("", nodes.paragraph("", "", label), classes=["page-badge", f"page-badge-{kind}"])


def setup(app) -> dict:
    app.add_node(page_badges)
    app.add_directive("page-badges", PageBadges)
    app.add_post_transform(FillBadges)
    app.connect("config-inited", use_cache)
    app.connect("builder-inited", share_html_visitors)
    # Sphinx assigns its own numbers in the same event, at priority 500.
    app.connect("env-get-updated", use_thesis_numbers, priority=900)
    return {"version": "1.0", "parallel_read_safe": True, "parallel_write_safe": True}
