"""The report as a workbook: a sheet per table, figures as figures, text never as a formula."""

from __future__ import annotations

import datetime
import io
import math
from typing import TYPE_CHECKING

from rackplan.report.content import Content
from rackplan.report.table import Cell, Table

if TYPE_CHECKING:  # xlsxwriter ships no types
    from xlsxwriter.format import Format  # type: ignore[import-untyped]
    from xlsxwriter.workbook import Workbook  # type: ignore[import-untyped]
    from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

_LONGEST_CELL = 32_767
_WIDEST = 60


def render_xlsx(content: Content) -> bytes:
    """The bytes of the workbook; same input, same bytes."""
    from xlsxwriter import Workbook  # type: ignore[import-untyped]

    file = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    workbook = Workbook(file, options)
    # The file carries no clock: the same plan gives the same workbook.
    workbook.set_properties({"created": datetime.datetime(2000, 1, 1), "author": "rackplan"})
    for table in content.filled():
        _write_sheet(workbook, table)
    workbook.close()
    return file.getvalue()


def _write_sheet(workbook: Workbook, table: Table) -> None:
    sheet = workbook.add_worksheet(table.id[:31])
    head = workbook.add_format({"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1})
    styles = _Styles(workbook)
    units = [table.unit_of(cells) for cells in table.rows]
    for index, column in enumerate(table.columns):
        sheet.write_string(0, index, column.heading, head)
        for row, cells in enumerate(table.rows, start=1):
            style = styles[column.number_format(cells[index], units[row - 1])]
            _write_cell(sheet, row, index, cells[index], style, styles[""])
        sheet.set_column(index, index, _width(table, index))
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    if table.note:
        sheet.write_comment(0, 0, table.note)


class _Styles(dict[str, "Format"]):
    """Formats of cells by their number format, made when first asked for; "" is text."""

    def __init__(self, workbook: Workbook) -> None:
        super().__init__()
        self._workbook = workbook

    def __missing__(self, number: str) -> Format:
        style: dict[str, str | int] = {"valign": "top", "num_format": number or "@"}
        if not number:
            style["indent"] = 1  # text beside a figure stands clear of it
        self[number] = self._workbook.add_format(style)
        return self[number]


def _write_cell(
    sheet: Worksheet, row: int, column: int, cell: Cell, style: Format, text: Format
) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, column, cell[:_LONGEST_CELL], text)
    elif isinstance(cell, float) and not math.isfinite(cell):
        sheet.write_string(row, column, str(cell), text)
    elif cell is not None:
        sheet.write_number(row, column, cell, style)


def _width(table: Table, index: int) -> float:
    """Width that shows most of the column [characters]."""
    column = table.columns[index]
    longest = max((len(column.show(row[index])) for row in table.rows), default=0)
    return min(max(longest, len(column.title) * 0.7, 6) + 3, _WIDEST)
