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
from rackplan.report.table import Cell, Column, Kind, Table, clean
from rackplan.report.wording import state_text
from rackplan.verifier.cooling_table import AreaTable

KINDS = {"zone": "zone", "near": "reached by these only", "containment": "containment"}
"""Kinds of areas in words."""


def zones(plan: Plan) -> Table:
    """Every zone and its parts."""
    rows = []
    for zone in plan.cooling.zones:
        for area in zone.areas:
            whole = area.kind == "zone"
            rows.append((*_area_cells(area, 1), *(_zone_cells(zone, area) if whole else _PART)))
    columns = (
        Column("area", "Zone or part"),
        Column("kind", "Kind"),
        *_load_columns("Airflow", "L/s"),
        Column("supply", "Supply", "°C", "tenths"),
        *_closest_columns("Inlet"),
        Column("rise", "Rise, servers", "K", "tenths"),
        Column("design", "Rise, units", "K", "tenths"),
        Column("return", "Return", "°C", "tenths"),
        Column("return_max", "Return at most", "°C", "tenths"),
        Column("humidity", "Humidity, supply", "%"),
        Column("inlet_humidity", "Humidity, inlet", "%"),
        Column("nodes", "Power nodes", "kW", "kilo"),
        Column("doors", "Rear doors", "kW", "kilo"),
        Column("doors_max", "Doors carry", "kW", "kilo"),
        Column("lasts", "Without cooling", "s", "count"),
        Column("gap", "Gap", "s", "count"),
    )
    note = (
        "Worst state: the one with the largest share of heat or airflow. Inlet: of the server "
        "closest to its limit. Rise of servers: their heat over their own air, in normal "
        "operation; of units and return: in the worst state. Without cooling: until that inlet is "
        "at its limit, against the gap there may be. - is not known, and not judged."
    )
    table = Table("cooling-zones", "Cooling: zones", columns, tuple(rows), note)
    return table.without_empty(
        *("return_max", "humidity", "inlet_humidity", "nodes", "doors", "doors_max"),
        *("lasts", "gap"),
    )


_PART: tuple[Cell, ...] = (None,) * 4 + ("",) + (None,) * 11


def _load_columns(flow: str, unit: str) -> tuple[Column, ...]:
    flow_kind: Kind = "count" if unit == "L/s" else "tenths"
    return (
        Column("normal", "Heat, normal", "kW", "kilo"),
        Column("use", "Used", "%", "percent"),
        Column("worst", "Heat, worst", "kW", "kilo"),
        Column("capacity", "Limit", "kW", "kilo"),
        Column("worst_use", "Used", "%", "percent"),
        Column("flow", f"{flow}, worst", unit, flow_kind),
        Column("flow_max", "Limit", unit, flow_kind),
        Column("flow_use", "Used", "%", "percent"),
        Column("state", "Worst state"),
    )


def _area_cells(area: AreaCooling, scale: int) -> tuple[Cell, ...]:
    normal, worst = area.normal, area.worst
    kind = () if area.kind == "loop" else (KINDS[area.kind],)
    return (
        clean(area.area),
        *kind,
        normal.heat_w / 1000,
        use(normal.heat_w, normal.capacity_w),
        worst.heat_w / 1000,
        _scaled(worst.capacity_w, 1000),
        use(worst.heat_w, worst.capacity_w),
        _scaled(worst.flow, scale),
        _scaled(worst.flow_max, scale),
        use(worst.flow, worst.flow_max),
        state_text(worst.state),
    )


def use(load: int, capacity: int | None) -> float | None:
    """How full something is [%]; infinite for a load on nothing, ``None`` without a limit."""
    return None if capacity is None else 100 * share_of(load, capacity)


def _scaled(value: int | float | None, scale: int) -> Cell:
    if value is None or scale == 1:
        return value
    return value / scale


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


def _zone_cells(zone: ZoneCooling, area: AreaCooling) -> tuple[Cell, ...]:
    normal, worst = area.normal, area.worst
    return (
        zone.supply_c,
        *_closest_cells(zone.inlet),
        normal.rise_k,
        worst.design_rise_k,
        worst.return_c,
        zone.return_max_c,
        humidity_text(zone.supply_humidity),
        humidity_text(zone.inlet_humidity),
        _scaled(worst.nodes_w, 1000),
        _scaled(worst.doors_w, 1000),
        _scaled(worst.doors_max_w, 1000),
        whole_s(zone.ride_through_s),
        zone.gap_s,
    )


def whole_s(seconds: float | None) -> float | None:
    """Seconds there are, rounded down."""
    return None if seconds is None else float(math.floor(seconds))


def humidity_text(found: Humidity) -> str | None:
    """``31 to 56``; one figure where one end of the dew point is not given."""
    known = [f"{100 * share:.0f}" for share in (found.low, found.high) if share is not None]
    return " to ".join(known) or None


def loops(plan: Plan) -> Table:
    """Every coolant loop."""
    rows = tuple((*_area_cells(loop.area, 1000), *_loop_cells(loop)) for loop in plan.cooling.loops)
    columns = (
        Column("area", "Loop"),
        *_load_columns("Flow", "L/min"),
        Column("supply", "Supply", "°C", "tenths"),
        Column("low", "At least", "°C", "tenths"),
        Column("low_margin", "Margin", "K", "tenths"),
        Column("low_model", "Set by"),
        Column("high", "At most", "°C", "tenths"),
        Column("high_margin", "Margin", "K", "tenths"),
        Column("high_model", "Set by"),
        Column("water", "Facility water", "°C", "tenths"),
        Column("approach", "Approach", "K", "tenths"),
        Column("rise", "Rise", "K", "tenths"),
        *_closest_columns("Return"),
        Column("pipes", "Pipes", "kPa", "tenths"),
        Column("server", "Server", "kPa", "tenths"),
        Column("head", "Head", "kPa", "tenths"),
        Column("pressure_use", "Used", "%", "percent"),
        Column("pressure_model", "Server with most"),
        Column("dew", "Over dew point + 2 K", "K", "tenths"),
        Column("lasts", "Without cooling", "s", "count"),
        Column("gap", "Gap", "s", "count"),
        Column("coolant", "Coolant"),
    )
    note = (
        "Worst state: the one with the largest share of heat or flow. At least, at most: supply "
        "temperatures that suit every server on the loop. Return: of the server closest to its "
        "own limit or the CDUs'. Pipes at the flow of all servers, and the server that takes most "
        "with its couplings, of the head the CDUs leave. - is not known, and not judged."
    )
    table = Table("cooling-loops", "Cooling: loops", columns, rows, note)
    return table.without_empty(
        *("water", "approach", "rise", "return", "return_limit", "return_margin", "return_server"),
        *("pipes", "server", "head", "pressure_use", "pressure_model", "dew", "lasts", "gap"),
        "coolant",
    )


def _loop_cells(loop: LoopCooling) -> tuple[Cell, ...]:
    window, pressure = loop.window, loop.pressure
    return (
        loop.supply_c,
        window.low_c,
        loop.low_margin_k,
        clean(window.low_model),
        window.high_c,
        loop.high_margin_k,
        clean(window.high_model),
        loop.water_c,
        loop.approach_k,
        loop.area.normal.rise_k,
        *_closest_cells(loop.back),
        pressure.pipes_pa / 1000 if pressure else None,
        pressure.server_pa / 1000 if pressure else None,
        pressure.head_pa / 1000 if pressure else None,
        100 * pressure.share if pressure else None,
        clean(pressure.model) if pressure else "",
        loop.dew_margin_k,
        whole_s(loop.ride_through_s),
        loop.gap_s,
        clean(loop.coolant),
    )


def states(tables: Iterable[AreaTable]) -> Table:
    """Every zone, part and loop in every state that changes it, one a row."""
    rows = tuple(_state_row(table, row) for table in tables for row in table.rows)
    columns = (
        Column("area", "Zone, part or loop"),
        Column("state", "State"),
        Column("dead", "Not running"),
        Column("heat", "Heat", "kW", "kilo"),
        Column("capacity", "Limit", "kW", "kilo"),
        Column("use", "Used", "%", "percent"),
        Column("flow", "Flow", kind="figure"),
        Column("flow_max", "Flow limit", kind="figure"),
        Column("unit", "Unit of flow"),
        Column("flow_use", "Flow used", "%", "percent"),
        Column("rise", "Rise, servers", "K", "tenths"),
        Column("design", "Rise, units", "K", "tenths"),
        Column("return", "Return", "°C", "tenths"),
        Column("nodes", "Power nodes", "kW", "kilo"),
        Column("doors", "Rear doors", "kW", "kilo"),
        Column("doors_max", "Doors carry", "kW", "kilo"),
    )
    note = (
        "In states that are not listed all units run, and heat is at most that of normal operation."
    )
    table = Table("cooling-states", "Cooling in every state", columns, rows, note)
    return table.without_empty("rise", "design", "return", "nodes", "doors", "doors_max")


def _state_row(table: AreaTable, row: AreaState) -> tuple[Cell, ...]:
    wet = table.kind == "loop"
    scale = 1000 if wet else 1
    return (
        clean(table.area),
        state_text(row.state),
        ", ".join(map(clean, row.dead)),
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
