"""The cooling section: zones with their units, loops with their CDUs."""

from __future__ import annotations

import math
from collections.abc import Iterable

from rackplan.catalog.entries import AirUnit, Cdu
from rackplan.facility.model import CoolingUnit, Loop, PowerNode, Zone
from rackplan.facility.resolve.context import Context, Path
from rackplan.schema import site as s


def resolve_zones(context: Context, nodes: dict[str, PowerNode]) -> dict[str, Zone]:
    """Cooling zones by id, capacities at the site's air density."""
    zones = {}
    named = [
        (zone.id, ("cooling", "zones", i, "id"))
        for i, zone in enumerate(context.site.cooling.zones)
    ]
    context.unique("cooling zone", named)
    for i, zone in enumerate(context.site.cooling.zones):
        path: Path = ("cooling", "zones", i)
        if not zone.units:
            context.problem(path, f"zone {zone.id!r} has no air units", "list them under units:")
        units = [
            _air_unit(context, unit, (*path, "units", k), nodes)
            for k, unit in enumerate(zone.units)
        ]
        _assume_undriven(context, "cooling.zones", f"zone {zone.id}", zone.units)
        zones[zone.id] = Zone(zone.id, tuple(filter(None, units)), zone.supply)
    return zones


def _air_unit(
    context: Context, unit: s.AirUnitSpec, path: Path, nodes: dict[str, PowerNode]
) -> CoolingUnit | None:
    _check_power(context, unit.power_from, path, nodes)
    entry = context.entry(context.catalog.air_unit, unit.model, (*path, "model"))
    if entry is None:
        return None
    # A fan moves the same volume everywhere; thinner air carries less heat in it.
    capacity_w = math.floor(entry.capacity.value * min(1.0, context.air.ratio))
    if context.air.ratio < 0.99:
        text = f"air units carry {context.air.ratio:.1%} of their rated heat: air is that thin here"
        context.assume("cooling.zones", text)
    power_w = _power_w(context, entry, unit, "air_units", path)
    return CoolingUnit(
        unit.id, capacity_w, entry.airflow.whole, power_w, unit.power_from, unit.start_power or 0
    )


def resolve_loops(context: Context, nodes: dict[str, PowerNode]) -> dict[str, Loop]:
    """Coolant loops by id."""
    loops = {}
    named = [
        (loop.id, ("cooling", "loops", i, "id"))
        for i, loop in enumerate(context.site.cooling.loops)
    ]
    context.unique("coolant loop", named)
    for i, loop in enumerate(context.site.cooling.loops):
        path: Path = ("cooling", "loops", i)
        if not loop.cdus:
            context.problem(path, f"loop {loop.id!r} has no CDUs", "list them under cdus:")
        cdus, approaches = [], [0.0]
        for k, spec in enumerate(loop.cdus):
            _check_power(context, spec.power_from, (*path, "cdus", k), nodes)
            entry = context.entry(context.catalog.cdu, spec.model, (*path, "cdus", k, "model"))
            if entry is not None:
                power_w = _power_w(context, entry, spec, "cdus", (*path, "cdus", k))
                capacity_w, flow = entry.capacity.whole, entry.flow.whole
                start_w = spec.start_power or 0
                cdus.append(
                    CoolingUnit(spec.id, capacity_w, flow, power_w, spec.power_from, start_w)
                )
                approaches.append(entry.approach.value)
        _assume_undriven(context, "cooling.loops", f"loop {loop.id}", loop.cdus)
        loops[loop.id] = Loop(loop.id, tuple(cdus), loop.facility_water + max(approaches))
    return loops


def _check_power(
    context: Context, power_from: Iterable[str], path: Path, nodes: dict[str, PowerNode]
) -> None:
    for i, node in enumerate(power_from):
        if nodes:  # an empty graph has its own problems already
            context.known("power node", node, nodes, (*path, "power_from", i))


def _power_w(
    context: Context, entry: AirUnit | Cdu, spec: s.AirUnitSpec | s.CduSpec, kind: str, path: Path
) -> int:
    """Draw of a cooling unit [W], which loads the node that drives it."""
    if spec.power_from and entry.power is None:
        message = f"no source gives the power of {spec.model}, which {spec.power_from[0]} carries"
        context.problem(path, message, context.catalog_cure(kind, spec.model, "power"))
    return entry.power.whole if entry.power else 0


def _assume_undriven(
    context: Context, place: str, named: str, units: Iterable[s.AirUnitSpec | s.CduSpec]
) -> None:
    """Units outside the power graph: said once for each zone or loop."""
    undriven = [unit.id for unit in units if not unit.power_from]
    if undriven:
        names = ", ".join(undriven[:3]) + (", ..." if len(undriven) > 3 else "")
        text = f"{named}: no power_from: no power loss stops {names}, no power node carries them"
        context.assume(place, text)
