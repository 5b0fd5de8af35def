"""Air zones: their units at the site's air, who reaches whom, what leaks back, what moisture."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from rackplan.catalog.entries import AirUnit
from rackplan.facility.air import coil_capacity_w, moist_density
from rackplan.facility.cooling import Containment, CoolingUnit, Zone
from rackplan.facility.model import Footprint, PowerNode, Rack
from rackplan.facility.resolve.context import Context, Path, fraction
from rackplan.facility.resolve.heat_matrix import read_matrix
from rackplan.facility.resolve.layout import racks_at
from rackplan.facility.resolve.pools import pools_of
from rackplan.facility.resolve.units import Driven, assume_undriven, check_power, unit_power_w
from rackplan.facility.resolve.water import zone_on_water
from rackplan.facility.resolve.written import WrittenRack
from rackplan.facility.water import Circuit
from rackplan.schema import cooling as s

THIN = 0.99
"""Density over that at sea level below which it is said that air units carry less."""


def resolve_zones(
    context: Context,
    nodes: Mapping[str, PowerNode],
    racks: list[WrittenRack],
    water: Mapping[str, Circuit],
) -> dict[str, Zone]:
    """Cooling zones by id, capacities at the site's air density."""
    zones: dict[str, Zone] = {}
    written = list(enumerate(context.site.cooling.zones))
    context.unique("cooling zone", [(z.id, ("cooling", "zones", i, "id")) for i, z in written])
    _check_parts(context)
    for i, as_written in written:
        path: Path = ("cooling", "zones", i)
        spec = zone_on_water(context, as_written, path, water)
        if not spec.units:
            context.problem(path, f"zone {spec.id!r} has no air units", "list them under units:")
        members = [rack.id for rack in racks if _zone_of(rack) == spec.id]
        density = moist_density(spec.supply, context.air.pressure_pa)
        units = [
            _air_unit(context, spec, unit, (*path, "units", k), nodes, racks)
            for k, unit in enumerate(spec.units)
        ]
        assume_undriven(context, "cooling.zones", f"zone {spec.id}", spec.units)
        zone = Zone(
            id=spec.id,
            units=tuple(filter(None, units)),
            supply_c=spec.supply,
            provision=fraction(spec.provision),
            leakage=_leakage(context, spec, members, racks, path),
            rise_k_kw=read_matrix(context, spec, members, path),
            containments=_containments(context, spec, members, racks, path),
            dew_min_c=spec.dew_point_min,
            dew_max_c=spec.dew_point_max,
            water_c=spec.water_temperature,
            density=density,
            water=spec.water,
        )
        _assume_unsaid(context, spec, zone, members)
        zones[spec.id] = replace(zone, pools=pools_of(context, zone.units, members, path))
        _check_moisture(context, spec, path)
    return zones


def check_zones(
    context: Context,
    written: Iterable[WrittenRack],
    racks: Mapping[str, Rack],
    footprints: Iterable[Footprint],
) -> None:
    """Every rack stands in a zone, unless nothing it may hold needs air."""
    airy = any(f.air_w or f.airflow_l_s for f in footprints)
    for one in written:
        rack = racks.get(one.id)
        said = one.either(one.rack.zone, one.row.zone) is not None  # unknown ones are told already
        if rack is None or said or not (airy or any(item.power_w for item in rack.gear)):
            continue
        message = f"{one.id} stands in no cooling zone: nothing carries its heat to air away"
        path = one.path if len(one.row.racks) > 1 else one.path[:4]
        context.problem(path, message, "add zone: to the rack or its row")


def _check_parts(context: Context) -> None:
    """Rules are named after zones, loops and containments alike."""
    cooling = context.site.cooling
    pools = dict.fromkeys([*(zone.id for zone in cooling.zones), *(x.id for x in cooling.loops)])
    named: list[tuple[str, Path]] = [(name, ("cooling",)) for name in pools]
    for i, zone in enumerate(cooling.zones):
        for k, part in enumerate(zone.containments):
            named.append((part.id, ("cooling", "zones", i, "containments", k, "id")))
    context.unique("cooling zone, loop or containment", named)


def air_units(zones: Mapping[str, Zone], racks: Mapping[str, Rack]) -> list[CoolingUnit]:
    """The units of zones, then the doors of racks."""
    units = [unit for zone in zones.values() for unit in zone.units]
    return units + [rack.door for rack in racks.values() if rack.door is not None]


def _zone_of(written: WrittenRack) -> str | None:
    return written.either(written.rack.zone, written.row.zone)


def _air_unit(
    context: Context,
    zone: s.Zone,
    unit: s.AirUnitSpec,
    path: Path,
    nodes: Mapping[str, PowerNode],
    racks: list[WrittenRack],
) -> CoolingUnit | None:
    check_power(context, unit.power_from, path, nodes)
    serves = frozenset(racks_at(context, racks, unit.serves, (*path, "serves")))
    entry = context.entry(context.catalog.air_unit, unit.model, (*path, "model"))
    if entry is None:
        return None
    if entry.kind == "rear-door":
        message = f"{unit.model} is a rear door: it cools one rack, not a zone"
        context.problem((*path, "model"), message, "give it to a row or rack as door:")
        return None
    if entry.kind == "in-row" and not unit.serves:
        text = f"{unit.id} stands in a row and cools all of zone {zone.id}: no serves:"
        context.assume("cooling.zones", text)
    start_w, water_c = unit.start_power or 0, zone.water_temperature
    return air_unit(context, unit, entry, zone.supply, water_c, path, serves, start_w)


def air_unit(
    context: Context,
    spec: Driven,
    entry: AirUnit,
    supply_c: float,
    water_c: float | None,
    path: Path,
    serves: frozenset[str] = frozenset(),
    start_w: int = 0,
) -> CoolingUnit:
    """An air unit or a rear door with what it carries at the site.

    A fan moves the same volume everywhere; thinner air carries less heat in it.
    """
    thinned = min(1.0, context.air.ratio)
    if context.air.ratio < THIN:
        text = f"air units carry {context.air.ratio:.1%} of their rated heat: air is that thin here"
        context.assume("cooling.zones", text)
    capacity_w = math.floor(entry.capacity.value * thinned)
    if water_c is not None and not entry.passive:  # of a passive door the exhaust decides
        capacity_w = _by_water(context, spec, entry, supply_c - water_c, path)
    return CoolingUnit(
        id=spec.id,
        capacity_w=capacity_w,
        flow=entry.airflow.whole,
        power_w=unit_power_w(context, entry, spec, "air_units", path),
        power_from=spec.power_from,
        start_w=start_w,
        model_id=spec.model,
        model=entry,
        serves=serves or None,
        water_c=water_c,
        thinned=thinned,
    )


def _by_water(
    context: Context,
    spec: Driven,
    entry: AirUnit,
    approach_k: float,
    path: Path,
) -> int:
    """What a unit carries with its supply air that far above its water [W]."""
    if approach_k <= 0:
        message = f"the water of {spec.id} is {-approach_k:.1f} K warmer than the air it supplies"
        context.problem(path, message, "colder water, or a warmer supply")
        return 0
    if entry.curve is None and entry.rated_difference_k is None:
        text = f"{spec.model}: no source says at which temperatures it is rated: rated heat counts"
        context.assume("cooling.zones", text)
    density = context.density
    thinned = min(1.0, context.air.ratio)
    return math.floor(round(coil_capacity_w(entry, approach_k, density, thinned), 3))


def _leakage(
    context: Context,
    spec: s.Zone,
    members: Sequence[str],
    racks: list[WrittenRack],
    path: Path,
) -> dict[str, float]:
    """Share of exhaust air that each rack takes in: of its containment, else of its zone."""
    leakage = {} if spec.leakage is None else dict.fromkeys(members, spec.leakage)
    for k, part in enumerate(spec.containments):
        if part.leakage is not None:
            inside = racks_at(context, racks, part.racks, (*path, "containments", k, "racks"))
            leakage |= {rack: part.leakage for rack in inside if rack in members}
    if leakage and spec.heat_matrix is not None:
        message = f"zone {spec.id!r} has both leakage and heat_matrix: they say the same twice"
        context.problem(path, message, "remove one of them")
    return {rack: share for rack, share in leakage.items() if share}


def _containments(
    context: Context,
    spec: s.Zone,
    members: Iterable[str],
    racks: list[WrittenRack],
    path: Path,
) -> tuple[Containment, ...]:
    found, inside = [], set(members)
    for k, part in enumerate(spec.containments):
        place = (*path, "containments", k)
        names = frozenset(racks_at(context, racks, part.racks, (*place, "racks")))
        for rack in sorted(names - inside):
            message = f"{rack} is in containment {part.id!r} but not in zone {spec.id!r}"
            context.problem((*place, "racks"), message, f"give it zone: {spec.id}")
        found.append(Containment(part.id, names, part.max_heat, part.max_airflow))
    return tuple(found)


def _check_moisture(context: Context, spec: s.Zone, path: Path) -> None:
    low, high = spec.dew_point_min, spec.dew_point_max
    if low is not None and high is not None and low > high:
        message = f"dew_point_min {low:g} degC is above dew_point_max {high:g} degC"
        context.problem((*path, "dew_point_min"), message, "exchange them")
    if high is not None and high >= spec.supply:
        message = f"a dew point of {high:g} degC in air of {spec.supply:g} degC is fog"
        context.problem((*path, "dew_point_max"), message, "a dew point is below the temperature")


def _assume_unsaid(context: Context, spec: s.Zone, zone: Zone, members: Sequence[str]) -> None:
    """What is not judged because the site does not say it: one line for each zone."""
    unsaid = {
        "exhaust air that comes back (leakage or heat_matrix)": spec.heat_matrix is not None
        or spec.leakage is not None
        or set(members) <= zone.leakage.keys(),
        "humidity and condensation (dew_point_max)": spec.dew_point_max is not None,
        "time without cooling (air_volume)": spec.air_volume is not None,
    }
    missing = [what for what, said in unsaid.items() if not said]
    if missing:
        context.assume("cooling.zones", f"{spec.id}: not judged: {', '.join(missing)}")
    if zone.rise_k_kw and (spec.air_volume is not None or spec.dew_point_min is not None):
        text = "time without cooling and humidity are worked out from the supply, without the rise"
        context.assume("cooling.zones", f"{spec.id}: {text} of heat_matrix")
