import xml.etree.ElementTree as ElementTree

import pytest

from thesiscode import viz


def parse(table):
    return ElementTree.fromstring(table._repr_html_())


def test_header_cells_name_their_scope():
    tree = parse(viz.table([["parameters", 60_965_224], ["share", 0.918765]], columns=["quantity", "here"]))
    headers = [(cell.get("scope"), cell.text) for cell in tree.iter("th")]
    assert headers == [("col", "quantity"), ("col", "here"), ("row", "parameters"), ("row", "share")]
    assert [cell.text for cell in tree.iter("td")] == ["60,965,224", "0.9188"]


def test_numbers_align_right_and_text_left():
    tree = parse(viz.table([["a", 1, "x"], ["b", None, "y"]], columns=["name", "number", "text"]))
    aligned = [(cell.text, "text-align:right" in cell.get("style")) for cell in tree.iter("td")]
    assert aligned == [("1", True), ("x", False), (None, True), ("y", False)]


def test_text_is_escaped_and_math_kept():
    table = viz.table([["<b>&", r"\(x^2\)"]], columns=["a", "b"], caption='"q" <i>')
    assert [cell.text for cell in parse(table).iter("td")] == [r"\(x^2\)"]
    assert parse(table).find(".//caption").text == '"q" <i>'
    assert "<b>" not in table._repr_html_()
    assert "tex2jax_process" in parse(table).find("table").get("class").split()


def test_dicts_formats_and_text_form():
    table = viz.table([{"layer": "conv1", "share": 0.25}, {"layer": "fc"}], columns=["layer", "share"],
                      formats={"share": "{:.0%}"})  # fmt: skip
    assert table.texts() == [["conv1", "25%"], ["fc", ""]]
    assert repr(table) == "layer  share\nconv1  25%\nfc"


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        ([[1, 2]], {"columns": ["a"]}, "row 0 is .*, expected 1 cells"),
        ([["x"], "x"], {"columns": ["a"]}, "row 1 is 'x'"),
        ([{"b": 1}], {"columns": ["a"]}, r"row 0 has the keys \['b'\]"),
        ([], {"columns": []}, "columns is"),
        ([], {"columns": ["a", "a"]}, "no name twice"),
        ([], {"columns": ["a"], "formats": {"b": "{}"}}, r"formats names \['b'\]"),
    ],
)
def test_bad_input(rows, options, message):
    with pytest.raises(ValueError, match=message):
        viz.table(rows, **options)
