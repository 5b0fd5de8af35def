"""The report as one HTML file: no network, readable without JavaScript, printable."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from typing import TYPE_CHECKING

from rackplan.facility.model import NORMAL, Facility
from rackplan.plan import Plan
from rackplan.report import device_tables, power_tables
from rackplan.report.content import Content
from rackplan.report.elevation import UNIT_PX, Elevation, elevations, workload_tones
from rackplan.report.floor import EMPTY, LEVELS, OVER, FloorPlan, floor_plans
from rackplan.report.table import Table, clean
from rackplan.report.wording import verdict_text

if TYPE_CHECKING:
    from jinja2 import Environment

MOST_LIMIT_ROWS = 4_000
"""Limit rows a report holds; with more, only normal operation and worst states are shown."""

MOST_CORD_ROWS = 4_000
"""Cords that a report lists one by one."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure of the summary, large."""

    name: str
    value: str
    unit: str
    note: str


def render_html(plan: Plan, facility: Facility, content: Content) -> str:
    """The text of the report.

    Parameters
    ----------
    plan, facility
        The answer and its site.
    content
        Its tables.

    Returns
    -------
    A whole HTML document. Same input, same bytes.
    """
    racks = content.racks
    drawn = tuple(elevations(plan, facility, racks)) if plan.servers else ()
    floors = tuple(floor_plans(facility, racks)) if racks.rows else ()
    script = _text("report.js")
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            site=clean(plan.site.get("name", "")),
            verdict=verdict_text(plan),
            fits=plan.status in ("OPTIMAL", "FEASIBLE"),
            tiles=_tiles(content.summary),
            content=replace(
                content, all_limits=_listed(plan, content), cords=_cords(plan, facility, content)
            ),
            notice=content.control.note,
            floors=floors,
            levels=tuple(_levels(floors)),
            elevations=drawn,
            drawn=frozenset(elevation.index for elevation in drawn),
            heights=sorted({elevation.units for elevation in drawn}),
            shown_kinds=_shown_kinds(drawn),
            rears={rear: k for k, rear in enumerate(dict.fromkeys(one.rear for one in drawn))},
            captions={elevation.index: _caption(elevation) for elevation in drawn},
            tones={clean(name): tone for name, tone in workload_tones(plan).items()},
            unit_px=UNIT_PX,
            style=_text("report.css"),
            script=script,
            script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        )
    )


def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("rackplan.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _text(name: str) -> str:
    return resources.files("rackplan.report").joinpath("templates", name).read_text("utf-8")


def _tiles(summary: Table) -> tuple[Tile, ...]:
    """The summary without its verdict, which stands above it."""
    rows = [row for row in summary.shown() if row["figure"] != "Verdict"]
    return tuple(Tile(row["figure"], row["value"], row["unit"], row["note"]) for row in rows)


def _levels(floors: Sequence[FloorPlan]) -> Iterator[tuple[int, str]]:
    """Bands of load for the legend: all that are within limits, the others where they occur."""
    found = {rack.level for plan in floors for rack in plan.racks}
    for level, name in enumerate(("empty", *(name for _, name in LEVELS), "over 100 %")):
        if level in found or level not in (EMPTY, OVER):
            yield level, name


def _shown_kinds(drawn: Sequence[Elevation]) -> frozenset[str]:
    """Kinds of blocks that drawings hold, as the legend names them."""
    blocks = [block for one in drawn for block in (*one.blocks, *one.rear.blocks)]
    strips = {"pdu"} if any(one.rear.strips for one in drawn) else set()
    return frozenset(
        "standing tone-0" if block.kind == "standing" else block.kind for block in blocks
    ) | frozenset(strips)


def _caption(elevation: Elevation) -> Mapping[str, str]:
    """What stands under a drawing: load, weight and height of the rack."""
    cells = elevation.cells
    return {
        "power": f"{cells['power']} kW",
        "mass": f"{cells['mass']} of {cells['max_mass']} kg",
        "units": f"{cells['used']} of {cells['height']} U",
        "center": ""
        if elevation.center_mm is None
        else f"center of gravity {elevation.center_mm:,} mm",
        "feed": "" if cells["use"] == "-" else f"fullest feed {cells['use']} %",
    }


def _cords(plan: Plan, facility: Facility, content: Content) -> Table:
    """Every cord, or where those are too many, the cords of a server on a feed in one row."""
    if len(content.cords.rows) <= MOST_CORD_ROWS:
        return content.cords
    table = power_tables.cords(plan, facility, joined=True)
    return replace(table, note=f"{table.note} The .xlsx report lists each cord by itself.")


def _listed(plan: Plan, content: Content) -> Table:
    """Every limit, or where those are too many, each in normal operation and its worst state."""
    if len(plan.limits) <= MOST_LIMIT_ROWS:
        return content.all_limits
    worst = {record["id"] for record in content.limits.records()}
    kept = tuple(limit for limit in plan.limits if limit.state == NORMAL or limit.id in worst)
    table = device_tables.all_limits(replace(plan, limits=kept))
    total = f"{len(plan.limits):,}"
    note = f"Normal operation and the worst state of each limit; the plan lists all {total}."
    return replace(table, title="Limits in normal operation and worst state", note=note)
