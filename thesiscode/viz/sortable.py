"""Tables that a reader sorts by clicking a heading, without any library; without JavaScript, plain tables."""

import base64
import html
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from .table import Table, _is_number, table

_SCRIPT = """
for (const table of document.querySelectorAll("table[data-sortable]")) {
  if (table.dataset.ready) continue;
  table.dataset.ready = "yes";
  const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
  const hint = document.createElement("small");
  hint.textContent = " Click a heading to sort.";
  if (table.caption) table.caption.append(hint);
  const compare = (a, b) => {
    if (a === b) return 0;
    const [p, q] = [Number(a), Number(b)];
    return Number.isNaN(p) || Number.isNaN(q) ? a.localeCompare(b) : p - q;
  };
  heads.forEach((head, i) => {
    if ("still" in head.dataset) return;
    const button = document.createElement("button"), mark = document.createElement("span");
    button.type = "button";
    button.style.cssText = "font:inherit;color:inherit;background:none;border:0;padding:.25em 0;cursor:pointer";
    mark.setAttribute("aria-hidden", "true");
    mark.style.cssText = "display:inline-block;width:1.1em;text-align:right";
    button.append(head.textContent, mark);
    head.replaceChildren(button);
    head.setAttribute("aria-sort", "none");
    mark.textContent = "\\u2195";
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending", sign = down ? -1 : 1;
      for (const other of heads) {
        if (!other.hasAttribute("aria-sort")) continue;
        other.setAttribute("aria-sort", "none");
        other.querySelector("span").textContent = "\\u2195";
      }
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      mark.textContent = down ? "\\u2193" : "\\u2191";
      const keyed = [...body.rows].map(row => [row.cells[i].dataset.value, row]);
      keyed.sort(([a], [b]) => (a === "") - (b === "") || sign * compare(a, b));
      body.append(...keyed.map(([, row]) => row));
    });
  });
}
"""


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture in a cell of a table: a strip of images side by side, and what it shows."""

    images: UInt8[np.ndarray, "n 3 H W"] = field(repr=False)
    alt: str
    scale: float = 1.0
    """shown at so many times its pixels"""

    def html(self) -> str:
        """An <img> with the picture inside, in a palette of 128 colours: a small one."""
        strip = np.concatenate(list(np.moveaxis(self.images, 1, 3)), axis=1)
        small = io.BytesIO()
        Image.fromarray(strip).quantize(128, dither=Image.Dither.NONE).save(small, "png", optimize=True)
        address = "data:image/png;base64," + base64.b64encode(small.getvalue()).decode("ascii")
        height, width = (round(self.scale * side) for side in strip.shape[:2])
        return (
            f'<img src="{address}" alt="{html.escape(self.alt)}" width="{width}" height="{height}" '
            f'style="width:{width}px;max-width:none;height:{height}px;padding:0;margin:0;border-radius:0"/>'
        )

    def __str__(self) -> str:
        return f"[{self.alt}]"


class SortableTable(Table):
    """A table whose headings are buttons, in a page with JavaScript; `bold` holds cells as (row, column), `height` is
    a length of CSS beyond which the rows scroll under their headings."""

    def __init__(self, plain: Table, bold: Collection[tuple[int, int]], height: str | None = None):
        super().__init__(plain.rows, plain.columns, plain.caption, plain.formats, plain.header)
        self.bold, self.height = frozenset(bold), height

    def _region_style(self) -> str:
        return "" if self.height is None else f";overflow-y:auto;max-height:{html.escape(self.height)}"

    def _head_style(self) -> str:
        stays = ";position:sticky;top:0;z-index:1;background:var(--pst-color-surface,Canvas)"
        return "" if self.height is None else stays

    def _repr_html_(self) -> str:
        return f"{super()._repr_html_()}\n<script>{_SCRIPT}</script>"

    def _table_attributes(self) -> str:
        return ' data-sortable=""'

    def _head_attributes(self, column: int) -> str:
        return ' data-still=""' if any(isinstance(row[column], Picture) for row in self.rows) else ""

    def _cell_attributes(self, row: int, column: int) -> str:
        value = self.rows[row][column]
        if isinstance(value, Picture):
            return ""
        key = repr(float(value)) if _is_number(value) else "" if value is None else str(value)
        return f' data-value="{html.escape(key)}"'

    def _content(self, row: int, column: int, text: str) -> str:
        value = self.rows[row][column]
        content = value.html() if isinstance(value, Picture) else super()._content(row, column, text)
        return f"<b>{content}</b>" if (row, column) in self.bold else content


def sortable_table(
    rows: Sequence[Sequence[Any] | Mapping[str, Any]],
    *,
    columns: Sequence[str],
    caption: str | None = None,
    formats: Mapping[str, str] | None = None,
    row_headers: bool = True,
    lowest: Collection[str] = (),
    height: str | None = None,
) -> SortableTable:
    """A table as `table` makes it, that sorts by a column where its heading is clicked, or pressed on the keyboard:
    once up, twice down, rows without a value last. A cell may be a `Picture`; such a column is not sorted.

    lowest: columns of numbers whose lowest are printed bold. height: a length of CSS, such as "30em", beyond which the
    rows scroll. Raises ValueError for what `table` refuses, and for a name
    in `lowest` that is no column.
    """
    plain = table(rows, columns=columns, caption=caption, formats=formats, row_headers=row_headers)
    if unknown := [name for name in lowest if name not in plain.columns]:
        raise ValueError(f"lowest: expected some of {plain.columns}, got {unknown}")
    bold = set()
    for j in (plain.columns.index(name) for name in lowest):
        least = min((row[j] for row in plain.rows if _is_number(row[j])), default=None)
        bold |= {(i, j) for i, row in enumerate(plain.rows) if least is not None and row[j] == least}
    return SortableTable(plain, bold, height)
