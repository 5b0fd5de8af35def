"""Front elevation of each rack, to scale: what stands at which rack unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from rackplan.facility.model import Facility, Gear, Rack
from rackplan.plan import Plan, Server
from rackplan.report.table import Table, clean

UNIT_PX = 12
"""Height of a rack unit in the drawing [px]."""

BODY_PX = 162
"""Width of a 600 mm cabinet, in the same scale as a rack unit of 44.45 mm [px]."""

_TONES = 6
"""Fills for workloads; with more of them the fills repeat and the labels tell them apart."""

_CHARS = 26
"""Characters that fit a label."""


@dataclass(frozen=True, slots=True)
class Block:
    """Something that takes rack units.

    Attributes
    ----------
    kind
        ``server``, ``standing`` (an existing server), ``gear`` or ``closed``.
    top, height
        Where it is drawn [px].
    label, second
        One or two lines of text; ``second`` is empty where there is no room.
    tone
        Fill by workload, 1 to 6; 0 without one.
    title
        The same in full.
    """

    kind: Literal["server", "standing", "gear", "closed"]
    top: int
    height: int
    label: str
    second: str
    tone: int
    title: str


@dataclass(frozen=True, slots=True)
class Elevation:
    """A rack seen from the front. ``index`` is its place in the rack table."""

    index: int
    rack: str
    units: int
    height: int
    blocks: tuple[Block, ...]
    cells: Mapping[str, str]


def elevations(plan: Plan, facility: Facility, racks: Table) -> Iterator[Elevation]:
    """Elevations of the racks that hold servers, in the order of the rack table."""
    heights = {footprint.server_id: footprint.rack_units for footprint in facility.footprints}
    tones = workload_tones(plan)
    standing: dict[str, list[Server]] = {}
    for server in plan.servers:
        standing.setdefault(server.rack, []).append(server)
    for index, (summary, cells) in enumerate(zip(plan.racks, racks.shown(), strict=True)):
        rack = facility.racks.get(summary.rack)
        if rack is None or summary.rack not in standing:
            continue
        blocks = [_closed(rack, first, last) for first, last in _runs(rack.closed_u)]
        blocks += (_gear(rack, gear) for gear in rack.gear)
        blocks += (
            _server(rack, server, heights.get(server.model, 1), tones)
            for server in standing[summary.rack]
        )
        inside = tuple(block for block in blocks if block.height > 0)
        height = rack.rack_units * UNIT_PX
        yield Elevation(index, cells["rack"], rack.rack_units, height, inside, cells)


def workload_tones(plan: Plan) -> dict[str, int]:
    """Fill of each workload, 1 to 6, in the plan's order."""
    return {w.workload: index % _TONES + 1 for index, w in enumerate(plan.workloads)}


def cut(text: str, most: int) -> str:
    """Text that fits ``most`` characters, with an ellipsis where something is left out."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _runs(units: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    """Runs of adjacent rack units, as (first, last)."""
    first = last = 0
    for unit in units:
        if first and unit == last + 1:
            last = unit
            continue
        if first:
            yield first, last
        first = last = unit
    if first:
        yield first, last


def _span(rack: Rack, u: int, units: int) -> tuple[int, int]:
    """(top, height) of rack units in the drawing, cut to the rack [px]."""
    low, high = max(u, 1), min(u + units - 1, rack.rack_units)
    return (rack.rack_units - high) * UNIT_PX, max(0, high - low + 1) * UNIT_PX


def _range(u: int, units: int) -> str:
    return f"U{u}" if units == 1 else f"U{u}-U{u + units - 1}"


def _closed(rack: Rack, first: int, last: int) -> Block:
    units = last - first + 1
    top, height = _span(rack, first, units)
    return Block("closed", top, height, "", "", 0, f"{_range(first, units)}: not for servers")


def _gear(rack: Rack, gear: Gear) -> Block:
    top, height = _span(rack, gear.u, gear.rack_units)
    name = clean(gear.name)
    title = f"{_range(gear.u, gear.rack_units)}: {name}, {gear.power_w / 1000:,.1f} kW"
    return Block("gear", top, height, cut(name, _CHARS), "", 0, title)


def _server(rack: Rack, server: Server, units: int, tones: Mapping[str, int]) -> Block:
    top, height = _span(rack, server.u, units)
    model, work = clean(server.model), clean(server.workload or "")
    where = _range(server.u, units)
    parts = [where, model, work or "no workload", f"must survive {clean(server.survive)}"]
    if server.existing:
        parts.append("already standing")
    second = " ".join(filter(None, [where, work, "(existing)" if server.existing else ""]))
    return Block(
        "standing" if server.existing else "server",
        top,
        height,
        cut(model, _CHARS),
        cut(second, _CHARS) if units > 1 else "",
        tones.get(server.workload or "", 0),
        ", ".join(parts),
    )
