"""Racks that read the same, told in one line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rackplan.report.table import Table


@dataclass(frozen=True, slots=True)
class RackGroup:
    """Racks with the same figures.

    Attributes
    ----------
    racks
        Their ids, in the order of the table.
    run
        How many of them, from the first on, stand side by side.
    cells
        Their figures as written, by column key.
    """

    racks: tuple[str, ...]
    run: int
    cells: Mapping[str, str]

    @property
    def label(self) -> str:
        """``row-01/r01``, ``row-01/r01-r06``, or ``row-01/r01-r06 and 12 alike``."""
        first, last = self.racks[0], self.racks[self.run - 1]
        label = first if self.run == 1 else f"{first}-{last.rpartition('/')[2]}"
        others = len(self.racks) - self.run
        return f"{label} and {others:,} alike" if others else label


def rack_groups(
    table: Table, told: Callable[[Mapping[str, str]], tuple[str, ...]]
) -> tuple[RackGroup, ...]:
    """Group the racks that hold servers by what is told of them, given their written figures."""
    found: dict[tuple[str, ...], list[tuple[int, Mapping[str, str]]]] = {}
    for place, (raw, cells) in enumerate(zip(table.records(), table.shown(), strict=True)):
        if raw["servers"]:
            found.setdefault(told(cells), []).append((place, cells))
    return tuple(
        RackGroup(tuple(cells["rack"] for _, cells in group), _run(group), group[0][1])
        for group in found.values()
    )


def _run(group: Sequence[tuple[int, Mapping[str, str]]]) -> int:
    """Length of the run of neighbors in one row that a group starts with."""
    start, first = group[0]
    row = first["rack"].rpartition("/")[0]
    run = 1
    while run < len(group):
        place, cells = group[run]
        if place != start + run or cells["rack"].rpartition("/")[0] != row:
            break
        run += 1
    return run
