"""Rear doors: what they carry with their water, on the racks they hang on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from rackplan.facility.cooling import CONDENSATION_K, CoolingUnit, Zone
from rackplan.facility.model import PowerNode, Rack
from rackplan.facility.resolve.context import Context, Path
from rackplan.facility.resolve.units import check_power
from rackplan.facility.resolve.written import WrittenRack
from rackplan.facility.resolve.zones import air_unit
from rackplan.facility.water import Circuit
from rackplan.schema.cooling import DoorSpec


@dataclass(frozen=True, slots=True)
class _Door:
    """A rear door as a unit of its own."""

    id: str
    model: str
    power_from: tuple[str, ...]


def with_doors(
    context: Context,
    nodes: Mapping[str, PowerNode],
    written: Iterable[WrittenRack],
    racks: Mapping[str, Rack],
    zones: Mapping[str, Zone],
    water: Mapping[str, Circuit],
) -> dict[str, Rack]:
    """Racks with their rear doors, each with what it carries."""
    found = dict(racks)
    for one in written:
        own = one.rack.door
        spec = one.either(own, one.row.door)
        if spec is not None and one.id in found:
            path = (*(one.path if own is not None else one.path[:4]), "door")
            door = _door(context, nodes, found[one.id], spec, path, zones, water)
            found[one.id] = replace(found[one.id], door=door)
    return found


def _door(
    context: Context,
    nodes: Mapping[str, PowerNode],
    rack: Rack,
    spec: DoorSpec,
    path: Path,
    zones: Mapping[str, Zone],
    water: Mapping[str, Circuit],
) -> CoolingUnit | None:
    check_power(context, spec.power_from, path, nodes)
    entry = context.entry(context.catalog.air_unit, spec.model, (*path, "model"))
    if entry is None:
        return None
    if entry.kind != "rear-door":
        message = f"{spec.model} is no rear door but of kind {entry.kind}"
        context.problem((*path, "model"), message, "see `rackplan catalog list air_units`")
        return None
    zone = zones.get(rack.zone or "")
    if zone is None:
        if rack.zone is None:
            message = f"{rack.id} has a rear door and stands in no zone: its air comes from one"
            context.problem(path, message, "give the rack a zone")
        return None  # an unknown zone has its own problem
    water_c = coldest_c = spec.water_temperature
    if water_c is None and zone.water:
        water_c = zone.water_c
        coldest_c = water[zone.water].setpoint_c if zone.water in water else None
        text = f"rear doors in {zone.id} get water of {zone.water}, as its air units do"
        context.assume("cooling.zones", text)
    _check_condensation(context, zone, coldest_c, path)
    return air_unit(
        context,
        _Door(f"{rack.id}/door", spec.model, spec.power_from),
        entry,
        zone.supply_c,
        water_c,
        path,
    )


def _check_condensation(context: Context, zone: Zone, water_c: float | None, path: Path) -> None:
    """Door water stays above the dew point of the room, also when it is coldest outside."""
    if water_c is None or zone.dew_max_c is None:
        return
    least_c = zone.dew_max_c + CONDENSATION_K
    if water_c < least_c:
        message = (
            f"door water of {water_c:g} degC is less than {CONDENSATION_K:g} K above the dew point "
            f"of {zone.id} ({zone.dew_max_c:g} degC): it condenses"
        )
        context.problem((*path, "water_temperature"), message, f"at least {least_c:g} degC")
