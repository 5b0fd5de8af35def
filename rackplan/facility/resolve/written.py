"""Racks as the site file writes them, with the row that gives their defaults."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from rackplan.facility.resolve.context import Context, Path
from rackplan.schema import site as s

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WrittenRack:
    """A rack as written, with its row and its place in the file."""

    id: str
    hall: s.Hall
    row: s.Row
    rack: s.Rack
    path: Path

    def either(self, mine: T | None, of_row: T | None) -> T | None:
        """The rack's own setting, else the row's."""
        return of_row if mine is None else mine


def written_racks(context: Context) -> Iterator[WrittenRack]:
    """Every rack of the site file, in its order."""
    for h, hall in enumerate(context.site.halls):
        for r, row in enumerate(hall.rows):
            for k, rack in enumerate(row.racks):
                path = ("halls", h, "rows", r, "racks", k)
                yield WrittenRack(f"{row.id}/{rack.id}", hall, row, rack, path)
