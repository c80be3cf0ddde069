"""A sortable table is a plain table first; its script changes the order of rows, and nothing else."""

import base64
import io
import json
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from PIL import Image

from thesiscode import viz

ROWS = [["b", 2, 0.10], ["a", 10, None], ["c", 1, 0.05], ["a", 3, 0.05]]
COLUMNS = ["name", "count", "share"]


def parse(table):
    return ElementTree.fromstring(f"<div>{table._repr_html_()}</div>")


def test_without_javascript_it_is_the_plain_table():
    plain, found = viz.table(ROWS, columns=COLUMNS, caption="C"), viz.sortable_table(ROWS, columns=COLUMNS, caption="C")
    texts = [[[cell.text for cell in row] for row in ElementTree.fromstring(t).iter("tr")] for t in
             (plain._repr_html_(), found._repr_html_().partition("\n<script>")[0])]  # fmt: skip
    assert texts[0] == texts[1]
    assert repr(plain) == repr(found)
    assert not list(parse(found).iter("button")) and "aria-sort" not in found._repr_html_().partition("<script>")[0]


def test_cells_hold_the_values_to_sort_by():
    keys = [
        [cell.get("data-value") for cell in row] for row in parse(viz.sortable_table(ROWS, columns=COLUMNS)).iter("tr")
    ]
    assert keys[1:3] == [["b", "2.0", "0.1"], ["a", "10.0", ""]]


def test_the_lowest_are_bold_with_ties_and_without_missing_ones():
    table = viz.sortable_table(ROWS, columns=COLUMNS, lowest=["share"], formats={"share": "{:.2f}"})
    bold = [
        (i, cell.find("b").text)
        for i, row in enumerate(parse(table).iter("tr"))
        for cell in row
        if cell.find("b") is not None
    ]
    assert bold == [(3, "0.05"), (4, "0.05")]


def test_a_picture_is_an_image_with_a_text_and_its_column_stays():
    images = np.zeros((3, 3, 4, 5), np.uint8)
    images[1] = 255
    rows = [["x", viz.Picture(images, 'black, "white", black', scale=2)], ["y", None]]
    table = viz.sortable_table(rows, columns=["name", "sample"])
    tree = parse(table)
    assert [head.get("data-still") for head in tree.iter("th")][:2] == [None, ""]
    (image,) = tree.iter("img")
    assert (image.get("alt"), image.get("width"), image.get("height")) == ('black, "white", black', "30", "8")
    shown = np.array(Image.open(io.BytesIO(base64.b64decode(image.get("src").split(",")[1]))).convert("RGB"))
    assert np.array_equal(shown, np.concatenate(list(np.moveaxis(images, 1, 3)), axis=1))
    assert "[black" in repr(table)


def test_nothing_is_fetched():
    assert "http" not in viz.sortable_table(ROWS, columns=COLUMNS)._repr_html_()


# As much of a browser as the script needs: elements with attributes, children and listeners.
BROWSER = """
class Element {
  constructor(tag) { Object.assign(this, {tag, children: [], attributes: {}, dataset: {}, style: {}, heard: {}}); }
  get textContent() { return this.children.map(c => c.textContent ?? c).join(""); }
  set textContent(text) { this.children = [text]; }
  get cells() { return this.children; }
  get rows() { return this.children; }
  append(...more) { this.children = [...this.children.filter(c => !more.includes(c)), ...more]; }
  replaceChildren(...all) { this.children = all; }
  setAttribute(name, value) { this.attributes[name] = value; }
  getAttribute(name) { return this.attributes[name] ?? null; }
  hasAttribute(name) { return name in this.attributes; }
  querySelector(tag) {
    for (const c of this.children.filter(c => c.tag)) {
      const found = c.tag === tag ? c : c.querySelector(tag);
      if (found) return found;
    }
    return null;
  }
  addEventListener(name, f) { this.heard[name] = f; }
}
const make = (tag, children, dataset = {}) => Object.assign(new Element(tag), {children, dataset});
const given = JSON.parse(process.argv[2]);
const head = make("tr", given.columns.map(n => make("th", [n])));
const body = make("tbody", given.rows.map(r => make("tr", r.map(([t, v]) => make("td", [t], {value: v})))));
const table = {dataset: {}, tBodies: [body], tHead: make("thead", [head]), caption: make("caption", ["C"])};
const document = {querySelectorAll: () => [table], createElement: tag => new Element(tag)};
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="runs the script of the table, which needs node")
@pytest.mark.parametrize(
    ("clicks", "order", "sorts"),
    [
        ([1], [2, 0, 3, 1], ["none", "ascending", "none"]),
        ([1, 1], [1, 3, 0, 2], ["none", "descending", "none"]),
        ([1, 0], [3, 1, 0, 2], ["ascending", "none", "none"]),  # equal names keep the order by count
        ([2], [2, 3, 0, 1], ["none", "none", "ascending"]),
        ([2, 2], [0, 2, 3, 1], ["none", "none", "descending"]),  # a missing value stays last
    ],
)
def test_the_script_sorts(tmp_path, clicks, order, sorts):
    table = viz.sortable_table(ROWS, columns=COLUMNS)
    trees = [[(cell.text or "", cell.get("data-value")) for cell in row] for row in parse(table).iter("tr")][1:]
    script = table._repr_html_().partition("<script>")[2].removesuffix("</script>")
    program = tmp_path / "sort.js"
    program.write_text(
        f"{BROWSER}{script}\nfor (const i of given.clicks) head.cells[i].querySelector('button').heard.click();\n"
        "console.log(JSON.stringify([body.rows.map(r => r.cells[0].textContent + r.cells[1].textContent),"
        " head.cells.map(h => h.getAttribute('aria-sort'))]))"
    )
    given = json.dumps({"columns": COLUMNS, "rows": trees, "clicks": clicks})
    done = subprocess.run(["node", program, given], capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout) == [[f"{ROWS[i][0]}{ROWS[i][1]}" for i in order], sorts]


def test_bad_input():
    with pytest.raises(ValueError, match=r"lowest: expected some of \['a'\], got \['b'\]"):
        viz.sortable_table([[1]], columns=["a"], lowest=["b"])
