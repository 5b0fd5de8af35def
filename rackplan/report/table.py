"""The plain table every format prints: columns with units, rows of raw figures."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

Cell = str | int | float | None
"""A raw figure in its column's unit; ``None`` where there is none."""

Kind = Literal[
    "text", "count", "kilo", "whole", "percent", "tenths", "hundredths", "rate", "figure"
]
"""How a column's cells are written.

``count``: integers. ``kilo``: one decimal (kW, kVA). ``whole``: no decimals (kg).
``percent``: how full something is, with one decimal. ``tenths``, ``hundredths``: one and two
decimals. ``rate``: three significant digits.
``figure``: mixed quantities, a whole number or one decimal; currents to the milliampere, ratios
(figures without a unit) to three decimals, liters per kWh to two.
"""

ABSENT = "-"
"""Written where a row has no figure."""


def clean(text: str) -> str:
    """Text that is safe to print: no control characters, lone surrogates or bidi overrides.

    Site files are written by others; a name must not move the cursor, hide text or reverse a line.
    """
    kept = "".join(
        " " if unicodedata.category(char) == "Cc" else char
        for char in text
        if char not in _INVISIBLE and unicodedata.category(char) != "Cs"
    )
    return " ".join(kept.split())


_INVISIBLE = frozenset(
    "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff"
)


def significant(value: float, digits: int = 3) -> str:
    """A figure with ``digits`` significant digits and no exponent.

    >>> significant(48_231.7)
    '48,200'
    >>> significant(0.01234)
    '0.0123'
    """
    if not value or not math.isfinite(value):
        return "0" if not value else str(value)
    places = digits - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, places)
    # 9.996 rounds to 10.0: one place fewer is then significant.
    places = digits - 1 - math.floor(math.log10(abs(rounded)))
    return f"{rounded:,.{max(places, 0)}f}"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    key
        Name of the column in code, unique in its table.
    title
        What it holds, for people.
    unit
        Unit of its cells; empty for text and counts.
    kind
        How its cells are written.
    """

    key: str
    title: str
    unit: str = ""
    kind: Kind = "text"

    @property
    def align(self) -> Literal["left", "right"]:
        """Text stands left, figures right."""
        return "left" if self.kind == "text" else "right"

    @property
    def heading(self) -> str:
        """Title with its unit: ``IT load [kW]``."""
        return f"{self.title} [{self.unit}]" if self.unit else self.title

    def number_format(self, value: Cell, unit: str = "") -> str:
        """How a spreadsheet writes a figure, with the decimals of :meth:`show`; empty for text."""
        if self.kind == "text" or isinstance(value, str) or value is None:
            return ""
        _, _, decimals = self.show(value, unit).partition(".")
        return "#,##0" + ("." + "0" * len(decimals) if decimals else "")

    def show(self, value: Cell, unit: str = "") -> str:
        """A cell as every format for people writes it; ``unit`` where each row has its own."""
        if value is None:
            return ABSENT
        if isinstance(value, str):
            return value
        if self.kind == "rate":
            return significant(value)
        if self.kind == "figure" and isinstance(value, float):
            if (self.unit or unit) == "A":
                return f"{value:,.3f}".rstrip("0").rstrip(".")
            return f"{value:,.{_FIGURE_DECIMALS.get(self.unit or unit, 1)}f}"
        return f"{value:,.{_DECIMALS.get(self.kind, 0)}f}"


_FIGURE_DECIMALS = {"": 3, "L/kWh": 2}
"""Decimals of mixed quantities by their unit, where it is not one: PUE and WUE."""

_DECIMALS = {"kilo": 1, "percent": 1, "tenths": 1, "hundredths": 2}


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table of raw figures.

    Attributes
    ----------
    id
        Short name, unique in a report; a spreadsheet's sheet name and an anchor in HTML.
    title
        Heading for people.
    columns
        Its columns.
    rows
        Cells in the order of the columns.
    note
        How to read it, in a sentence or two.
    """

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""

    def records(self) -> Iterator[Mapping[str, Cell]]:
        """Each row by column key."""
        keys = [column.key for column in self.columns]
        for row in self.rows:
            yield dict(zip(keys, row, strict=True))

    def shown(self) -> Iterator[Mapping[str, str]]:
        """Each row by column key, as written for people."""
        for row in self.rows:
            yield self.texts(row)

    def unit_of(self, row: tuple[Cell, ...]) -> str:
        """Unit of the row's mixed quantities; empty where its columns have units of their own."""
        keys = [column.key for column in self.columns]
        return str(row[keys.index("unit")]) if "unit" in keys else ""

    def texts(self, row: tuple[Cell, ...]) -> Mapping[str, str]:
        """The cells of a row by column key, as written for people."""
        unit = self.unit_of(row)
        return {
            column.key: column.show(cell, unit)
            for column, cell in zip(self.columns, row, strict=True)
        }

    def without_empty(self, *optional: str) -> Table:
        """The table without those of its optional columns that say nothing in any row."""
        keep = [
            index
            for index, column in enumerate(self.columns)
            if column.key not in optional or any(row[index] not in (None, "") for row in self.rows)
        ]
        columns = tuple(self.columns[index] for index in keep)
        rows = tuple(tuple(row[index] for index in keep) for row in self.rows)
        return replace(self, columns=columns, rows=rows)

    def column(self, key: str) -> Column:
        """The named column; ``KeyError`` when there is none."""
        for column in self.columns:
            if column.key == key:
                return column
        raise KeyError(key)
