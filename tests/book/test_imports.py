"""Imports inside of the package run one way only: the table says who may import whom."""

import ast

import pytest
from bookfiles import ROOT

PACKAGE = ROOT / "thesiscode"
MAY_IMPORT = {
    "scratch": set(),
    "learning": set(),
    # its networks are trained and judged as those of Chapter 3, from whose features some of them start
    "history": {"data", "nets", "engine", "metrics", "transfer", "zoo"},
    "transfer": {"nets", "data", "metrics", "engine"},
    # Chapter 4 goes on from Chapter 3: its layers, its images with boxes, and its trained networks.
    "weak": {"nets", "data", "metrics", "engine", "transfer", "zoo"},
    "gan": {"nets", "data", "engine"},
    "twosample": {"nets", "engine", "data", "gan", "zoo"},  # its experiments compare generators
    "causal": {"data", "twosample", "gan", "nets", "engine", "zoo"},  # its GANs learn marionettes, its tests judge them
    # its critics are those of Section 5.2; MMD is that of Section 5.3; its rectangle is a recorded experiment
    "distances": {"engine", "gan", "twosample", "zoo"},
    "data": set(),
    "nets": set(),
    "metrics": set(),
    "engine": set(),
    "zoo": {"engine"},
}
PARTS = sorted(path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file())


def imported_parts(source: str, part: str) -> set[str]:
    """The sub-packages of thesiscode that the source of a module in `part` imports."""
    names = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level == 1:
                continue  # from the same sub-package
            if node.level > 1:
                base = "thesiscode" + (f".{base}" if base else "")
            names += [f"{base}.{alias.name}" for alias in node.names]
    return {name.split(".")[1] for name in names if name.startswith("thesiscode.")} - {part}


@pytest.mark.parametrize("part", PARTS)
def test_a_sub_package_imports_only_what_it_may(part):
    if part == "viz":
        return  # it draws everything; that nobody imports it follows from the other rows
    assert part in MAY_IMPORT, f"thesiscode/{part} is not in the table: say here what it may import"
    for module in (PACKAGE / part).rglob("*.py"):
        surplus = imported_parts(module.read_text(encoding="utf-8"), part) - MAY_IMPORT[part]
        assert not surplus, f"{module.relative_to(ROOT)} imports {surplus}, allowed are {MAY_IMPORT[part] or 'none'}"


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("import thesiscode.nets.alexnet", {"nets"}),
        ("from thesiscode import data, viz", {"data", "viz"}),
        ("from thesiscode.nets import AlexNet", {"nets"}),
        ("from ..engine import seeds", {"engine"}),
        ("from .. import metrics", {"metrics"}),
        ("from .layer import Layer\nimport numpy\nfrom thesiscode.scratch import Graph", set()),
        ("def late():\n    from thesiscode import viz", {"viz"}),
    ],
)
def test_imports_are_read_in_every_form(source, parts):
    assert imported_parts(source, "scratch") == parts
