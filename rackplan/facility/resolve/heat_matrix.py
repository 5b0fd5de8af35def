"""The heat distribution matrix of a zone: what a flow simulation says of each rack's inlet."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path as File

from rackplan.facility.resolve.context import Context, Path
from rackplan.schema import cooling as s

LARGEST_K_KW = 10.0
"""Most kelvin for each kW that are believed: a rack of 40 kW would warm its own inlet by 400 K."""

MOST_BYTES = 50_000_000
"""Largest file that is read."""

Matrix = Mapping[str, Mapping[str, float]]


def read_matrix(context: Context, spec: s.Zone, racks: Sequence[str], path: Path) -> Matrix:
    """Rise of each inlet for each kW of heat to air of each rack [K/kW]; empty without a file.

    The first line names the columns: any word, then racks. Every other line is a rack and its
    figures. Every rack of the zone is there, as a line and as a column.
    """
    if spec.heat_matrix is None:
        return {}
    place = (*path, "heat_matrix")
    lines = _lines(context, spec.heat_matrix, place)
    if not lines:
        return {}
    columns = [name.strip() for name in lines[0][1:]]
    found: dict[str, dict[str, float]] = {}
    for number, cells in enumerate(lines[1:], 2):
        row = cells[0].strip()
        where = f"line {number} of {spec.heat_matrix}"
        if len(cells) != len(columns) + 1:
            message = f"{where} has {len(cells)} cells, its first line {len(columns) + 1}"
            context.problem(place, message, "one figure for each column")
            continue
        if row in found:
            context.problem(place, f"{where} is about {row!r} again", "one line for each rack")
        figures = [_figure(context, cell, where, place) for cell in cells[1:]]
        found[row] = dict(zip(columns, figures, strict=True))
    for what, names in (("line", found), ("column", columns)):
        missing = [rack for rack in racks if rack not in names]
        if missing:
            message = f"{spec.heat_matrix} has no {what} for {missing[0]}"
            more = f" and {len(missing) - 1} more racks" if len(missing) > 1 else ""
            context.problem(place, message + more, "every rack of the zone needs both")
            return {}
    return {rack: {other: found[rack][other] for other in racks} for rack in racks}


def _lines(context: Context, name: str, place: Path) -> list[list[str]]:
    file = File(context.loaded.path).parent / name
    try:
        if file.stat().st_size > MOST_BYTES:
            context.problem(place, f"{name} is larger than {MOST_BYTES // 10**6} MB")
            return []
        with file.open(encoding="utf-8-sig", newline="") as stream:
            lines = [cells for cells in csv.reader(stream, strict=True) if any(cells)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        context.problem(place, f"cannot read {name}: {reason}", "a CSV file beside the site file")
        return []
    if len(lines) < 2:
        context.problem(place, f"{name} is empty", "a line of racks, then one line for each rack")
        return []
    return lines


def _figure(context: Context, cell: str, where: str, place: Path) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not 0 <= value <= LARGEST_K_KW:  # NaN is neither
        message = f"{where} holds {cell.strip()[:40]!r}"
        context.problem(place, message, f"kelvin per kW, 0 to {LARGEST_K_KW:g}")
        return 0.0
    return value
