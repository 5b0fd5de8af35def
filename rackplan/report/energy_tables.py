"""Tables of energy and water: PUE and WUE, energy by use, water circuits, sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from rackplan.plan import Plan
from rackplan.plan.energy import EnergyPlan
from rackplan.report.device_tables import percent
from rackplan.report.table import Cell, Column, Table, clean
from rackplan.report.terminal_racks import heading, plain_grid, say

USES: Mapping[str, str] = {
    "it": "Servers and gear",
    "losses": "Losses of transformers, UPSs and panels",
    "other": "Fixed loads",
    "air_units": "Air units",
    "cdus": "CDUs",
    "pumps": "Facility water pumps",
    "fans": "Fans of coolers and towers",
    "compressors": "Chillers and their condensers",
}

MINUTE_S = 60


def _unit(energy: EnergyPlan) -> tuple[str, float]:
    """Unit of energy that suits the time, and kilowatt-hours in one of it."""
    return ("MWh", 1000.0) if energy.annual else ("kWh", 1.0)


def period(energy: EnergyPlan) -> str:
    """What the figures are of: ``weather of oslo.epw, 8,760 h``."""
    if energy.annual:
        return f"weather of {clean(energy.weather)}, {energy.hours:,} h"
    return f"{clean(energy.weather)} of {energy.hours:,} h; there is no annual figure"


def headline(energy: EnergyPlan) -> str:
    """PUE, WUE and the worst hour in one sentence."""
    if energy.pue is None or energy.wue_l_kwh is None:
        return f"no IT load; {energy.peak_w / 1000:,.1f} kW at the meters in the worst hour"
    when = "annual" if energy.annual else "design-day"
    return (
        f"{when} PUE {energy.pue:.3f}, WUE {energy.wue_l_kwh:.2f} L/kWh; "
        f"{energy.peak_w / 1000:,.1f} kW at the meters in the worst hour (PUE "
        f"{energy.worst_pue:.3f})"
    )


def energy(plan: Plan) -> Table:
    """PUE, WUE, energy and water of the whole site."""
    found = plan.energy
    when = "of the year" if found.annual else "of the design day"
    unit, kwh = _unit(found)
    rows: list[tuple[Cell, ...]] = [
        ("PUE", found.pue, "", f"energy at the meters over that of IT, {when}"),
        ("PUE in the worst hour", found.worst_pue, "", f"hour {found.worst_hour:,}"),
        ("Power in the worst hour", found.peak_w / 1000, "kW", "at the meters of all utilities"),
        ("Energy at the meters", found.facility_kwh / kwh, unit, when),
        ("Energy of IT", found.it_kwh / kwh, unit, when),
        ("Water", found.water_l / 1000, "m3", f"made up for heat rejection, {when}"),
        ("WUE", found.wue_l_kwh, "L/kWh", "water over energy of IT"),
    ]
    columns = (
        Column("figure", "Figure"),
        Column("value", "Value", kind="figure"),
        Column("unit", "Unit"),
        Column("note", "Note"),
    )
    text = f"Worked out for the {period(found)}." if found.hours else ""
    return Table("energy", "Energy and water", columns, tuple(rows) if found.hours else (), text)


def energy_use(plan: Plan) -> Table:
    """Energy by use, and its share of all."""
    found = plan.energy
    unit, kwh = _unit(found)
    rows = tuple(
        (USES.get(use, clean(use)), amount / kwh, percent(amount, found.facility_kwh))
        for use, amount in found.use_kwh.items()
        if amount
    )
    columns = (
        Column("use", "Use"),
        Column("energy", "Energy", unit, "tenths"),
        Column("share", "Share", "%", "percent"),
    )
    return Table("energy-use", "Energy by use", columns, rows)


def circuits(plan: Plan) -> Table:
    """Water circuits: heat, temperatures, and how their heat was rejected."""
    unit, kwh = _unit(plan.energy)
    rows = tuple(
        (
            clean(item.circuit),
            item.heat_w / 1000,
            item.setpoint_c,
            item.warmest_c,
            item.hours_warm,
            item.hours_free,
            item.hours_partial,
            item.hours_mechanical,
            item.fans_kwh / kwh,
            item.compressors_kwh / kwh,
            item.pumps_kwh / kwh,
            item.water_l / 1000 or None,
            None if item.storage_s is None else item.storage_s / MINUTE_S,
        )
        for item in plan.energy.circuits
    )
    columns = (
        Column("circuit", "Circuit"),
        Column("heat", "Heat", "kW", "kilo"),
        Column("setpoint", "Set to", "°C", "tenths"),
        Column("warmest", "Warmest", "°C", "tenths"),
        Column("warm", "Warmer than set", "h", "count"),
        Column("free", "Free", "h", "count"),
        Column("partial", "Partly free", "h", "count"),
        Column("mechanical", "By chillers", "h", "count"),
        Column("fans", "Fans", unit, "tenths"),
        Column("compressors", "Chillers", unit, "tenths"),
        Column("pumps", "Pumps", unit, "tenths"),
        Column("water", "Water", "m3", "tenths"),
        Column("storage", "Storage lasts", "min", "tenths"),
    )
    note = (
        "Free: coolers and towers take all of the heat. Partly free: chillers take the rest. "
        "Chillers include the fans and pumps of their condensers."
    )
    return Table("water", "Facility water", columns, rows, note).without_empty("water", "storage")


def sources(plan: Plan) -> Table:
    """Utilities and generators: the worst hour, and what limits count."""
    rows = tuple(
        (
            clean(item.node),
            item.hour_w / 1000,
            item.nameplate_w / 1000,
            None if item.limit_w is None else item.limit_w / 1000,
            None if not item.limit_w else percent(item.hour_w, item.limit_w),
            None if not item.limit_w else percent(item.nameplate_w, item.limit_w),
        )
        for item in plan.energy.sources
    )
    columns = (
        Column("node", "Source"),
        Column("hour", "Worst hour", "kW", "kilo"),
        Column("nameplate", "By nameplate", "kW", "kilo"),
        Column("limit", "Limit", "kW", "kilo"),
        Column("hour_use", "Used, worst hour", "%", "percent"),
        Column("nameplate_use", "Used, by nameplate", "%", "percent"),
    )
    note = (
        "Worst hour: cooling as the hottest hour needs it, servers at the power energy is worked "
        "out from. By nameplate: every cooling unit at its own full draw, servers as the limits "
        "count them. Utilities in normal operation, generators with every utility lost."
    )
    table = Table("sources", "Utilities and generators", columns, rows, note)
    return table.without_empty("limit", "hour_use", "nameplate_use")


def tables(plan: Plan) -> Iterator[Table]:
    """Every table of energy and water that has rows."""
    for table in (energy(plan), energy_use(plan), circuits(plan), sources(plan)):
        if table.rows:
            yield table


def render_energy(console: Console, plan: Plan) -> None:
    """Print the energy side of a plan."""
    say(console, Text(headline(plan.energy)[:1].upper() + headline(plan.energy)[1:], style="bold"))
    say(console, Text(f"Worked out for the {period(plan.energy)}."))
    for table in tables(plan):
        heading(console, table.title)
        console.print(_grid(console, table))
        if table.note and table.id != "energy":
            say(console, Text(table.note, style="dim"))


def _grid(console: Console, table: Table) -> RichTable:
    """The table; where a narrow terminal would break its words, a line for each column instead."""
    grid = plain_grid()
    for column in table.columns:
        grid.add_column(Text(column.heading), justify=column.align, overflow="fold")
    for row in table.shown():
        grid.add_row(*(Text(row[column.key]) for column in table.columns))
    unbounded = console.options.update(width=_ANY_WIDTH)
    fits = console.measure(grid, options=unbounded).minimum <= console.width
    if fits or len(table.rows) > _MOST_TURNED:
        return grid
    first, *others = table.columns
    turned = plain_grid()
    turned.add_column(Text(first.heading))
    for row in table.shown():
        turned.add_column(Text(row[first.key]), justify="right", overflow="fold")
    for column in others:
        turned.add_row(Text(column.heading), *(Text(row[column.key]) for row in table.shown()))
    return turned


_ANY_WIDTH = 10_000
_MOST_TURNED = 5
"""Rows of a table that stand beside each other where it is turned."""
