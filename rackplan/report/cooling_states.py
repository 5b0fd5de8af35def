"""Zones and loops in a terminal: their margins, and what they carry in every state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from rackplan.plan import Plan
from rackplan.plan.cooling import Closest, LoopCooling, Pressure, ZoneCooling
from rackplan.report.cooling_tables import KINDS, humidity_text, loads, states, whole_s
from rackplan.report.table import ABSENT, clean
from rackplan.report.terminal_racks import heading, plain_grid, say
from rackplan.report.wording import counted, state_text
from rackplan.verifier.cooling_table import AreaTable

_ANY_WIDTH = 10_000


@dataclass(frozen=True, slots=True)
class _Field:
    """A column of the terminal's table, and how much it matters where there is little room."""

    key: str
    title: str
    worth: int


_FIELDS = (
    _Field("state", "State", 9),
    _Field("dead", "Not running", 3),
    _Field("heat", "Heat\n[kW]", 9),
    _Field("capacity", "Limit\n[kW]", 9),
    _Field("use", "Used\n[%]", 9),
    _Field("flow", "{flow}\n[{unit}]", 8),
    _Field("flow_max", "Limit\n[{unit}]", 8),
    _Field("flow_use", "Used\n[%]", 8),
    _Field("rise", "Rise\n[K]", 6),
    _Field("design", "Units\n[K]", 5),
    _Field("return", "Return\n[°C]", 7),
    _Field("nodes", "Nodes\n[kW]", 2),
    _Field("doors", "Doors\n[kW]", 4),
    _Field("doors_max", "of\n[kW]", 4),
)


def render_verdict(console: Console, tables: Sequence[AreaTable], *, holds: bool) -> None:
    """Whether every zone and loop carries its load, and which one is the fullest."""
    rows = [(row.use, table, row) for table in tables for row in table.rows]
    if not rows:
        say(console, Text("The site has no air zone and no coolant loop."))
        return
    share, table, row = max(rows, key=lambda item: item[0])
    over = len({table.area for share, table, _ in rows if share > 1})
    told = f"{over:,} over the limit" if over else "none over its limit"
    if not over and not holds:
        told = "none over its limit of heat and flow, but a margin is below 0"
    areas = "1 zone or loop" if len(tables) == 1 else f"{len(tables):,} zones, parts and loops"
    where = f"{clean(table.area)}, {100 * share:,.1f} %, {state_text(row.state)}"
    say(console, Text(f"{areas}, {told}; the fullest: {where}"))
    say(console, Text(_HOW, style="dim"))


_HOW = (
    "Rise: through the servers. Units: the rise they are laid out for, capacity over flow. Return: "
    "what comes back to the units. In loss states servers are held to what they promise. - is not "
    "known, and not judged."
)


def render_zone(
    console: Console, zone: ZoneCooling, tables: Sequence[AreaTable], *, whole: bool
) -> None:
    """Print a zone: its margins, then it and its parts in each of the states.

    States that read the same share a row, unless the ``whole`` table is asked for.
    """
    heading(console, clean(zone.zone), f"air zone, supplies {zone.supply_c:.1f} °C")
    _facts(console, _zone_facts(zone))
    for table in tables:
        if table.kind != "zone":
            heading(console, clean(table.area), KINDS[table.kind])
        _states(console, table, whole=whole)


def render_loop(
    console: Console, loop: LoopCooling, tables: Sequence[AreaTable], *, whole: bool
) -> None:
    """Print a loop as :func:`render_zone` does a zone."""
    heading(console, clean(loop.loop), f"coolant loop, supplies {loop.supply_c:.1f} °C")
    _facts(console, _loop_facts(loop))
    for table in tables:
        _states(console, table, whole=whole)


def render_summary(console: Console, plan: Plan) -> None:
    """Print a line for each zone and loop: its worst state, and its least margin."""
    margins = [_zone_margin(zone) for zone in plan.cooling.zones]
    margins += [_loop_margin(loop) for loop in plan.cooling.loops]
    rows = [cells for cells in loads(plan).shown() if cells["kind"] in {"zone", "loop"}]
    if not rows:
        return
    heading(console, "Cooling", "normal operation, then the worst state")
    grid = plain_grid()
    grid.add_column("Zone, loop", overflow="fold")
    for title in ("Heat\n[kW]", "Worst\n[kW]", "Limit\n[kW]", "Used\n[%]", "Flow\n[%]"):
        grid.add_column(Text(title), justify="right", no_wrap=True)
    grid.add_column("State", overflow="fold")
    grid.add_column("Least margin", overflow="fold")
    keys = ("area", "normal", "heat", "capacity", "use", "flow_use", "state")
    for cells, margin in zip(rows, margins, strict=True):
        grid.add_row(*map(Text, (*(cells[key] for key in keys), margin)))
    console.print(grid)


def _zone_margin(zone: ZoneCooling) -> str:
    return _least(("inlet", zone.inlet.margin_k if zone.inlet else None))


def _loop_margin(loop: LoopCooling) -> str:
    return _least(
        ("supply too cold", loop.low_margin_k),
        ("supply too warm", loop.high_margin_k),
        ("return", loop.back.margin_k if loop.back else None),
        ("dew point + 2 K", loop.dew_margin_k),
    )


def _least(*margins: tuple[str, float | None]) -> str:
    known = [(margin_k, what) for what, margin_k in margins if margin_k is not None]
    if not known:
        return ABSENT
    margin_k, what = min(known)
    return f"{what}: {_spare(margin_k)}"


def _facts(console: Console, facts: Iterator[tuple[str, str]]) -> None:
    """What is known, a line each; then in a line what is not."""
    told = list(facts)
    missing = [f"{name[0].lower()}{name[1:]}" for name, value in told if not value]
    grid = RichTable.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in (*told, ("Not judged", ", ".join(missing))):
        if value:
            grid.add_row(Text(name, style="dim"), Text(value))
    console.print(grid)


def _zone_facts(zone: ZoneCooling) -> Iterator[tuple[str, str]]:
    yield "Inlet", _closest_text(zone.inlet)
    yield "Return", _figure("at most {:,.1f} °C", zone.return_max_c)
    places = ((zone.supply_humidity, "at the supply"), (zone.inlet_humidity, "at that inlet"))
    known = [(humidity_text(found), place) for found, place in places]
    yield "Humidity", ", ".join(f"{share} % {place}" for share, place in known if share)
    yield "Time without cooling", _time_text(zone.ride_through_s, zone.gap_s, "that inlet")


def _loop_facts(loop: LoopCooling) -> Iterator[tuple[str, str]]:
    window = loop.window
    ends = (
        _end("least", window.low_c, window.low_model, loop.low_margin_k),
        _end("most", window.high_c, window.high_model, loop.high_margin_k),
    )
    yield "Supply", "; ".join(filter(None, ends))
    water = (("{:,.1f} °C", loop.water_c), ("approach {:,.1f} K", loop.approach_k))
    yield "Facility water", ", ".join(filter(None, (_figure(*one) for one in water)))
    yield "Coolant", clean(loop.coolant)
    yield "Return", _closest_text(loop.back)
    yield "Pressure", _pressure_text(loop.pressure)
    yield "Dew point + 2 K", _spare(loop.dew_margin_k)
    yield "Time without cooling", _time_text(loop.ride_through_s, loop.gap_s, "the supply")


def _figure(pattern: str, value: float | None) -> str:
    """The figure in its pattern; empty where it is not known."""
    return "" if value is None else pattern.format(value)


def _end(side: str, limit_c: float | None, model: str, margin_k: float | None) -> str:
    """An end of a supply window, and the server model that sets it."""
    by = f" ({clean(model)})" if model else ""
    return "" if limit_c is None else f"at {side} {limit_c:,.1f} °C{by}, {_spare(margin_k)}"


def _pressure_text(pressure: Pressure | None) -> str:
    if pressure is None:
        return ""
    taken = f"pipes {pressure.pipes_pa / 1000:,.1f} kPa"
    taken += f" + {clean(pressure.model)} {pressure.server_pa / 1000:,.1f} kPa"
    over = " OVER" if pressure.share > 1 else ""
    return f"{taken} of {pressure.head_pa / 1000:,.1f} kPa, {100 * pressure.share:,.1f} %{over}"


def _spare(margin_k: float | None) -> str:
    if margin_k is None:
        return ""
    return f"{margin_k:,.1f} K to spare" if margin_k >= 0 else f"{-margin_k:,.1f} K OVER"


def _closest_text(one: Closest | None) -> str:
    if one is None:
        return ""
    at = (
        f"{one.at_c:,.1f} °C"
        if one.limit_c is None
        else f"{one.at_c:,.1f} of {one.limit_c:,.1f} °C"
    )
    spare = _spare(one.margin_k)
    return f"{clean(one.server)} ({clean(one.model)}): {at}" + (f", {spare}" if spare else "")


def _time_text(lasts_s: float | None, gap_s: float | None, what: str) -> str:
    if lasts_s is None:
        return ""
    gap = "gap not stated" if gap_s is None else f"gap {gap_s:g} s" if gap_s else "no gap"
    short = gap_s is not None and lasts_s < gap_s
    return (
        f"{whole_s(lasts_s):,.0f} s until {what} is too warm, {gap}{' TOO SHORT' if short else ''}"
    )


def _states(console: Console, table: AreaTable, *, whole: bool) -> None:
    """The states as rows; those that read the same share one, unless the whole is asked for."""
    written = _written(table)
    others = len(table.others)
    if not whole:
        normal, *rest = written
        changed = [cells for cells in rest if _figures(cells) != _figures(normal)]
        others += len(rest) - len(changed)
        written = [normal, *_grouped(changed)]
    if written:
        console.print(_grid(console, written))
    if others:
        text = "as in normal operation, or with less heat"
        say(console, Text(f"{counted(others, 'other state')}: {text}"))


def _written(table: AreaTable) -> list[dict[str, str]]:
    """The rows as text, each with a word where it is over a limit."""
    written = []
    for cells, row in zip(states([table]).shown(), table.rows, strict=True):
        marked = dict(cells)
        if row.capacity_w is not None and row.heat_w > row.capacity_w:
            marked["use"] += " OVER"
        if row.flow_max is not None and row.flow > row.flow_max:
            marked["flow_use"] += " OVER"
        written.append(marked)
    return written


def _grouped(written: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """One row for states that differ only in which unit is lost."""
    alike: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for cells in written:
        alike.setdefault(_figures(cells), []).append(cells)
    grouped = []
    for first, *more in alike.values():
        others = f" and {len(more):,} alike" if more else ""
        grouped.append({**first, "state": f"{first['state']}{others}"})
    return grouped


def _figures(cells: Mapping[str, str]) -> tuple[str, ...]:
    """What tells states apart: every figure, and how many units do not run."""
    figures = (text for key, text in cells.items() if key not in _NAMES)
    return (*figures, str(len([name for name in cells["dead"].split(", ") if name])))


_NAMES = ("state", "dead")


def _grid(console: Console, written: Sequence[Mapping[str, str]]) -> RichTable:
    present = [
        field
        for field in _FIELDS
        if any(cells.get(field.key, ABSENT) not in ("", ABSENT) for cells in written)
    ]
    unbounded = console.options.update(width=_ANY_WIDTH)
    worths = sorted({field.worth for field in present}, reverse=True)
    kept = {worths[0]}
    for worth in worths[1:]:
        grid = _drawn(written, [field for field in present if field.worth in kept | {worth}])
        if console.measure(grid, options=unbounded).maximum <= console.width:
            kept.add(worth)
    return _drawn(written, [field for field in present if field.worth in kept])


def _drawn(written: Sequence[Mapping[str, str]], fields: Sequence[_Field]) -> RichTable:
    grid, unit = plain_grid(), written[0]["unit"]
    for field in fields:
        title = field.title.format(unit=unit, flow="Airflow" if unit == "L/s" else "Flow")
        justify: Literal["left", "right"] = "left" if field.key in _NAMES else "right"
        grid.add_column(Text(title), justify=justify, overflow="fold")
    for cells in written:
        grid.add_row(*(Text(cells[field.key]) for field in fields))
    return grid
