"""Adjacent racks that hold the same, told in one line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rackplan.report.table import Table


@dataclass(frozen=True, slots=True)
class RackRun:
    """Racks next to each other with the same figures.

    Attributes
    ----------
    first, last
        Ids of the first and the last rack.
    count
        How many.
    cells
        Their figures as written, by column key.
    """

    first: str
    last: str
    count: int
    cells: Mapping[str, str]

    @property
    def label(self) -> str:
        """``row-01/r01``, or ``row-01/r01-r06 (6)``."""
        if self.count == 1:
            return self.first
        return f"{self.first}-{self.last.rpartition('/')[2]} ({self.count})"


def rack_runs(table: Table) -> tuple[tuple[RackRun, ...], int]:
    """Runs of equal adjacent racks with servers, in order, and how many racks hold none."""
    runs: list[RackRun] = []
    empty = 0
    previous = ""
    for raw, cells in zip(table.records(), table.shown(), strict=True):
        rack = cells["rack"]
        if not raw["servers"]:
            empty += 1
            previous = ""
            continue
        if runs and runs[-1].last == previous and _same(runs[-1], rack, cells):
            runs[-1] = RackRun(runs[-1].first, rack, runs[-1].count + 1, runs[-1].cells)
        else:
            runs.append(RackRun(rack, rack, 1, cells))
        previous = rack
    return tuple(runs), empty


def _same(run: RackRun, rack: str, cells: Mapping[str, str]) -> bool:
    """Whether a rack stands in the run's row and every figure reads the same."""
    in_row = run.last.rpartition("/")[0] == rack.rpartition("/")[0]
    return in_row and all(run.cells[key] == text for key, text in cells.items() if key != "rack")
