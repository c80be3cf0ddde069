"""Tables with real header cells, for results beside the thesis' own."""

import html
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import Any


class Table:
    """Rows of cells under named columns; shows itself as HTML in a notebook and as aligned text elsewhere."""

    def __init__(
        self, rows: list[list[Any]], columns: list[str], caption: str | None, formats: dict[str, str], header: bool
    ):
        self.rows, self.columns, self.caption, self.formats, self.header = rows, columns, caption, formats, header

    def texts(self) -> list[list[str]]:
        """Every cell as the text that is shown."""
        return [
            [_text(cell, self.formats.get(name)) for name, cell in zip(self.columns, row, strict=True)]
            for row in self.rows
        ]

    def _repr_html_(self) -> str:
        numeric = [all(_is_number(row[i]) or row[i] is None for row in self.rows) for i in range(len(self.columns))]
        # "tex2jax_process" lets MathJax read \( \) inside an output, which Sphinx's set-up skips otherwise.
        region = html.escape(self.caption or "Table: " + ", ".join(self.columns))
        lines = [
            f'<div role="region" aria-label="{region}" tabindex="0" style="overflow-x:auto{self._region_style()}">',
            '<table class="table dataframe thesis-table tex2jax_process" style="width:auto;border-collapse:collapse"'
            f"{self._table_attributes()}>",
        ]
        if self.caption:
            lines.append(f'<caption style="caption-side:top;text-align:left">{html.escape(self.caption)}</caption>')
        cells = [
            _cell("th", html.escape(name), right, f'scope="col"{self._head_attributes(i)}', self._head_style())
            for i, (name, right) in enumerate(zip(self.columns, numeric, strict=True))
        ]
        lines.append(f"<thead><tr>{''.join(cells)}</tr></thead><tbody>")
        for i, texts in enumerate(self.texts()):
            cells = []
            for j, (text, right) in enumerate(zip(texts, numeric, strict=True)):
                tag, scope = ("th", 'scope="row"') if j == 0 and self.header else ("td", "")
                cells.append(_cell(tag, self._content(i, j, text), right, scope + self._cell_attributes(i, j)))
            lines.append(f"<tr>{''.join(cells)}</tr>")
        lines.append("</tbody></table></div>")
        return "\n".join(lines)

    # What another kind of table adds to its cells.

    def _region_style(self) -> str:
        return ""

    def _table_attributes(self) -> str:
        return ""

    def _head_style(self) -> str:
        return ""

    def _head_attributes(self, column: int) -> str:
        return ""

    def _cell_attributes(self, row: int, column: int) -> str:
        return ""

    def _content(self, row: int, column: int, text: str) -> str:
        return html.escape(text)

    def __repr__(self) -> str:
        grid = [self.columns, *self.texts()]
        widths = [max(len(row[i]) for row in grid) for i in range(len(self.columns))]
        padded = [[text.ljust(width) for text, width in zip(row, widths, strict=True)] for row in grid]
        return "\n".join("  ".join(row).rstrip() for row in padded)


def table(
    rows: Sequence[Sequence[Any] | Mapping[str, Any]],
    *,
    columns: Sequence[str],
    caption: str | None = None,
    formats: Mapping[str, str] | None = None,
    row_headers: bool = True,
) -> Table:
    r"""A table; `rows` are sequences in the order of `columns`, or dicts with those keys (a missing one is empty).

    The first column heads its rows, unless `row_headers` is False. A column of numbers aligns to the right. Integers
    get thousands separators and floats four digits; `formats={"here": "{:.1%}"}` overrides that for a column. Text is
    escaped, and \( \) holds math. Raises ValueError if a row does not fit the columns.
    """
    columns, formats = list(columns), dict(formats or {})
    if not columns or len(set(columns)) < len(columns):
        raise ValueError(f"table: columns is {columns}, expected at least one name and no name twice")
    unknown = [name for name in formats if name not in columns]
    if unknown:
        raise ValueError(f"table: formats names {unknown}, expected some of {columns}")
    filled = []
    for number, row in enumerate(rows):
        if isinstance(row, Mapping):
            unknown = [key for key in row if key not in columns]
            if unknown:
                raise ValueError(f"table: row {number} has the keys {unknown}, expected some of {columns}")
            row = [row.get(name) for name in columns]
        elif isinstance(row, str) or len(row) != len(columns):
            raise ValueError(f"table: row {number} is {row!r}, expected {len(columns)} cells")
        filled.append(list(row))
    return Table(filled, columns, caption, formats, row_headers)


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _text(value: Any, form: str | None) -> str:
    if value is None:
        return ""
    if form is not None and not isinstance(value, str):
        return form.format(value)
    if isinstance(value, Integral) and not isinstance(value, bool):
        return f"{int(value):,}"
    return f"{float(value):.4g}" if _is_number(value) else str(value)


def _cell(tag: str, content: str, right: bool, attributes: str, style: str = "") -> str:
    align = "text-align:right;font-variant-numeric:tabular-nums" if right else "text-align:left"
    if 'scope="col"' in attributes:
        align += ";border-bottom:1.5px solid currentColor"
    return f'<{tag} {attributes} style="padding:.25em .8em;{align}{style}">{content}</{tag}>'
