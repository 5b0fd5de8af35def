"""Tables for the cooling engineer: zones and loops in normal operation and in their worst state."""

from __future__ import annotations

import math
from collections.abc import Iterable

from rackplan.plan import Plan
from rackplan.plan.cooling import (
    AreaCooling,
    AreaState,
    Closest,
    Humidity,
    LoopCooling,
    ZoneCooling,
)
from rackplan.plan.cooling import share as share_of
from rackplan.report.table import Cell, Column, Table, clean
from rackplan.report.wording import state_text
from rackplan.verifier.cooling_table import AreaTable

KINDS = {
    "zone": "zone",
    "near": "pool of units",
    "containment": "containment",
    "loop": "loop",
}
"""Kinds of areas in words."""


MOST_POOLS = 3
"""Pools of units listed for a zone, the fullest ones."""


def loads(plan: Plan) -> Table:
    """Heat and flow of every zone, part of a zone and loop, in normal operation and at worst."""
    areas = [area for zone in plan.cooling.zones for area in _fullest(zone)]
    areas += [loop.area for loop in plan.cooling.loops]
    rows = tuple(
        (
            clean(area.area),
            KINDS[area.kind],
            area.normal.heat_w / 1000,
            use(area.normal.heat_w, area.normal.capacity_w),
            state_text(area.worst.state),
            *_state_cells(area.worst, wet=area.kind == "loop"),
        )
        for area in areas
    )
    columns = (
        Column("area", "Zone, part or loop"),
        Column("kind", "Kind"),
        Column("normal", "Heat, normal", "kW", "kilo"),
        Column("normal_use", "Used", "%", "percent"),
        Column("state", "Worst state"),
        *_state_columns("Heat", "Flow"),
    )
    note = (
        "Worst state: the one with the largest share of heat or flow; the columns after it are of "
        f"that state. Of pools of units the {MOST_POOLS} fullest of each zone. {_RISES_NOTE}"
    )
    table = Table("cooling-loads", "Cooling: heat and flow", columns, rows, note)
    return table.without_empty(*_OPTIONAL)


def _fullest(zone: ZoneCooling) -> list[AreaCooling]:
    """A zone and its parts; of its pools of units the fullest ones."""
    pools = [area for area in zone.areas if area.kind == "near"]
    kept = sorted(pools, key=lambda area: -_share(area.worst))[:MOST_POOLS]
    return [area for area in zone.areas if area.kind != "near" or area in kept]


def _share(row: AreaState) -> float:
    return max(
        0.0 if limit is None else share_of(load, limit)
        for load, limit in ((row.heat_w, row.capacity_w), (row.flow or 0, row.flow_max))
    )


_RISES_NOTE = (
    "Rise of servers: their heat over their own flow; of units: capacity over flow of those that "
    "run. Return: what comes back to the units, mixed."
)

_OPTIONAL = ("rise", "design", "return", "nodes", "doors", "doors_max")


def _state_columns(heat: str, flow: str) -> tuple[Column, ...]:
    return (
        Column("heat", heat, "kW", "kilo"),
        Column("capacity", "Limit", "kW", "kilo"),
        Column("use", "Used", "%", "percent"),
        Column("flow", flow, kind="figure"),
        Column("flow_max", "Limit", kind="figure"),
        Column("unit", "Unit of flow"),
        Column("flow_use", "Used", "%", "percent"),
        Column("rise", "Rise, servers", "K", "tenths"),
        Column("design", "Rise, units", "K", "tenths"),
        Column("return", "Return", "°C", "tenths"),
        Column("nodes", "Of it power nodes", "kW", "kilo"),
        Column("doors", "Beside it rear doors", "kW", "kilo"),
        Column("doors_max", "Doors carry", "kW", "kilo"),
    )


def _state_cells(row: AreaState, *, wet: bool) -> tuple[Cell, ...]:
    scale = 1000 if wet else 1
    return (
        row.heat_w / 1000,
        _scaled(row.capacity_w, 1000),
        use(row.heat_w, row.capacity_w),
        _scaled(row.flow, scale),
        _scaled(row.flow_max, scale),
        "L/min" if wet else "L/s",
        use(row.flow, row.flow_max),
        row.rise_k,
        row.design_rise_k,
        row.return_c,
        _scaled(row.nodes_w, 1000),
        _scaled(row.doors_w, 1000),
        _scaled(row.doors_max_w, 1000),
    )


def use(load: int, capacity: int | None) -> float | None:
    """How full something is [%]; infinite for a load on nothing, ``None`` without a limit."""
    return None if capacity is None else 100 * share_of(load, capacity)


def _scaled(value: int | float | None, scale: int) -> Cell:
    if value is None or scale == 1:
        return value
    return value / scale


def zones(plan: Plan) -> Table:
    """The margins of every zone."""
    rows = []
    for zone in plan.cooling.zones:
        worst_c = max((a.worst.return_c for a in zone.areas if a.worst.return_c), default=None)
        rows.append(
            (
                clean(zone.zone),
                zone.supply_c,
                *_closest_cells(zone.inlet),
                worst_c,
                zone.return_max_c,
                humidity_text(zone.supply_humidity),
                humidity_text(zone.inlet_humidity),
                whole_s(zone.ride_through_s),
                zone.gap_s,
            )
        )
    columns = (
        Column("zone", "Zone"),
        Column("supply", "Supply", "°C", "tenths"),
        *_closest_columns("Inlet"),
        Column("return", "Return, worst state", "°C", "tenths"),
        Column("return_max", "At most", "°C", "tenths"),
        Column("humidity", "Humidity, supply", "%"),
        Column("inlet_humidity", "Humidity, inlet", "%"),
        Column("lasts", "Without cooling", "s", "count"),
        Column("gap", "Gap", "s", "count"),
    )
    note = (
        "Inlet: of the server closest to its limit. Humidity: over the range of the dew point. "
        "Without cooling: until that inlet is at its limit, against the gap there may be. "
        f"{_UNKNOWN}"
    )
    table = Table("cooling-zones", "Cooling: zones", columns, tuple(rows), note)
    optional = ("return", "return_max", "humidity", "inlet_humidity", "lasts", "gap")
    return table.without_empty(*optional)


_UNKNOWN = "What is not known has - or no column, and is not judged."


def _closest_columns(title: str) -> tuple[Column, ...]:
    key = title.lower()
    return (
        Column(key, title, "°C", "tenths"),
        Column(f"{key}_limit", "At most", "°C", "tenths"),
        Column(f"{key}_margin", "Margin", "K", "tenths"),
        Column(f"{key}_server", "Of server"),
    )


def _closest_cells(one: Closest | None) -> tuple[Cell, ...]:
    if one is None:
        return (None, None, None, "")
    return (one.at_c, one.limit_c, one.margin_k, f"{clean(one.server)} ({clean(one.model)})")


def whole_s(seconds: float | None) -> float | None:
    """Seconds there are, rounded down."""
    return None if seconds is None else float(math.floor(seconds))


def humidity_text(found: Humidity) -> str | None:
    """``31 to 56``; one figure where one end of the dew point is not given."""
    known = [f"{100 * share:.0f}" for share in (found.low, found.high) if share is not None]
    return " to ".join(known) or None


def loops(plan: Plan) -> Table:
    """The window of supply temperatures of every coolant loop, and the margins to its ends."""
    rows = tuple(
        (
            clean(loop.loop),
            clean(loop.coolant) or None,
            loop.water_c,
            loop.approach_k,
            loop.supply_c,
            loop.window.low_c,
            loop.low_margin_k,
            clean(loop.window.low_model),
            loop.window.high_c,
            loop.high_margin_k,
            clean(loop.window.high_model),
            loop.dew_margin_k,
        )
        for loop in plan.cooling.loops
    )
    columns = (
        Column("loop", "Loop"),
        Column("coolant", "Coolant"),
        Column("water", "Facility water", "°C", "tenths"),
        Column("approach", "Approach", "K", "tenths"),
        Column("supply", "Supply", "°C", "tenths"),
        Column("low", "At least", "°C", "tenths"),
        Column("low_margin", "Margin", "K", "tenths"),
        Column("low_model", "Set by"),
        Column("high", "At most", "°C", "tenths"),
        Column("high_margin", "Margin", "K", "tenths"),
        Column("high_model", "Set by"),
        Column("dew", "Over dew", "K", "tenths"),
    )
    note = (
        "At least, at most: supply temperatures that suit every server on the loop. Over dew: "
        f"supply above 2 K over the highest dew point. {_UNKNOWN}"
    )
    table = Table("cooling-loops", "Cooling: supply of loops", columns, rows, note)
    return table.without_empty(*(column.key for column in columns[1:] if column.key != "supply"))


def returns(plan: Plan) -> Table:
    """Return, pressure and time without cooling of the coolant loops where any of it is known."""
    rows = tuple(
        _return_row(loop)
        for loop in plan.cooling.loops
        if (loop.back, loop.pressure, loop.ride_through_s) != (None, None, None)
    )
    columns = (
        Column("loop", "Loop"),
        *_closest_columns("Return"),
        Column("lasts", "Without cooling", "s", "count"),
        Column("gap", "Gap", "s", "count"),
        Column("pipes", "Pipes", "kPa", "tenths"),
        Column("server", "Server", "kPa", "tenths"),
        Column("pressure_model", "Server model"),
        Column("head", "Head", "kPa", "tenths"),
        Column("pressure_use", "Head used", "%", "percent"),
    )
    note = (
        "Return: of the server closest to its own limit or the CDUs'. Without cooling: until the "
        "supply is too warm, against the gap there may be. Pipes at the flow of all servers, and "
        f"the server that takes most with its couplings, of the head the CDUs leave. {_UNKNOWN}"
    )
    table = Table("cooling-returns", "Cooling: return and pressure of loops", columns, rows, note)
    return table.without_empty(*(column.key for column in columns[1:]))


def _return_row(loop: LoopCooling) -> tuple[Cell, ...]:
    pressure = loop.pressure
    return (
        clean(loop.loop),
        *_closest_cells(loop.back),
        whole_s(loop.ride_through_s),
        loop.gap_s,
        pressure.pipes_pa / 1000 if pressure else None,
        pressure.server_pa / 1000 if pressure else None,
        clean(pressure.model) if pressure else "",
        pressure.head_pa / 1000 if pressure else None,
        100 * pressure.share if pressure else None,
    )


def states(tables: Iterable[AreaTable]) -> Table:
    """Every zone, part and loop in every state that changes it, one a row."""
    rows = tuple(
        (
            clean(table.area),
            state_text(row.state),
            ", ".join(map(clean, row.dead)),
            *_state_cells(row, wet=table.kind == "loop"),
        )
        for table in tables
        for row in table.rows
    )
    columns = (
        Column("area", "Zone, part or loop"),
        Column("state", "State"),
        Column("dead", "Not running"),
        *_state_columns("Heat", "Flow"),
    )
    note = (
        "In states that are not listed all units run, and heat is at most that of normal "
        f"operation. {_RISES_NOTE}"
    )
    table = Table("cooling-states", "Cooling in every state", columns, rows, note)
    return table.without_empty(*_OPTIONAL)
