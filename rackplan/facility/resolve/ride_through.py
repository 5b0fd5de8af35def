"""How long zones and loops go without cooling, and what warms up meanwhile."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace

from rackplan.catalog.entries import AirUnit
from rackplan.facility.air import CP_AIR_J_KG_K
from rackplan.facility.cooling import CoolingUnit, Loop, RideThrough, Zone
from rackplan.facility.model import PowerNode, Rack
from rackplan.facility.resolve.context import Context, Path
from rackplan.facility.resolve.units import behind_ups
from rackplan.facility.water import Circuit
from rackplan.schema import site as s

STEEL_J_G_K = 0.5
"""Heat capacity of steel, of which racks and servers mostly are [J/(g K)] (Incropera, table A.1:
carbon steel 0.43, stainless steel 0.48, aluminum 0.90)."""


def with_ride_through(
    context: Context,
    nodes: Mapping[str, PowerNode],
    zones: Mapping[str, Zone],
    loops: Mapping[str, Loop],
    water: Mapping[str, Circuit],
    racks: Mapping[str, Rack],
) -> tuple[dict[str, Zone], dict[str, Loop]]:
    """Zones and loops with what they live on when cooling stops."""
    stored = {name for name, circuit in water.items() if circuit.runs_through}
    of_zones = {
        zone.id: replace(
            zones[zone.id],
            ride_through=_of_zone(context, nodes, zone, i, zones[zone.id], stored, racks),
        )
        for i, zone in enumerate(context.site.cooling.zones)
        if zone.id in zones
    }
    of_loops = {
        loop.id: replace(
            loops[loop.id], ride_through=_of_loop(context, nodes, loop, i, loops, stored)
        )
        for i, loop in enumerate(context.site.cooling.loops)
        if loop.id in loops
    }
    return of_zones, of_loops


def stored_water(
    context: Context,
    spec: s.WaterCircuit,
    nodes: Mapping[str, PowerNode],
    rise_k: float | None,
    path: Path,
) -> tuple[int, bool]:
    """How long the stored water of a circuit must last [ms], and whether pumps move it meanwhile.

    Pumps that hang on UPSs run on: the water lasts from the loss of the utility until units make
    cold again. Others stand until a generator runs.
    """
    if spec.restart is None or not spec.storage:
        if spec.restart is not None:
            message = f"{spec.id} has a restart but no storage: nothing says what lasts meanwhile"
            context.problem(path, message, "add storage:")
        return 0, False
    if rise_k is None:
        message = f"the storage of {spec.id} lasts as its water warms up, which nothing says"
        context.problem((*path, "storage"), message, "add return:")
        return 0, False
    if not any(node.kind == "generator" for node in nodes.values()):
        context.assume("cooling.water", f"{spec.id}: no generator: its storage is not judged")
        return 0, False
    on_ups = bool(spec.pumps) and all(behind_ups(nodes, pump.power_from) for pump in spec.pumps)
    start_ms = context.site.policy.generator_start
    if start_ms is None:
        message = f"the restart of {spec.id} follows the start of a generator, which is not given"
        context.problem(path, message, "add policy: {generator_start: 15 s}")
        return 0, False
    if not on_ups:
        text = f"{spec.id}: its pumps hang on no UPS: stored water moves once a generator runs"
        context.assume("cooling.water", text)
    return spec.restart + (start_ms if on_ups else 0), on_ups


def _of_zone(
    context: Context,
    nodes: Mapping[str, PowerNode],
    spec: s.Zone,
    index: int,
    zone: Zone,
    stored: Container[str],
    racks: Mapping[str, Rack],
) -> RideThrough | None:
    path = ("cooling", "zones", index)
    if spec.air_volume is None:
        return _unsaid(context, spec, "air_volume", path)
    doors = (rack.door for rack in racks.values() if rack.zone == spec.id)
    units = [*zone.units, *(door for door in doors if door is not None)]
    gap_ms, through = _gap(context, nodes, spec, units, stored, path)
    liters = spec.air_volume / 1000
    joules = round(liters * zone.density * CP_AIR_J_KG_K / 1000)
    if not spec.mass_share:
        text = f"{spec.id}: only its air warms up when cooling stops: no mass_share"
        context.assume("cooling.zones", text)
    return RideThrough(gap_ms, joules, spec.mass_share * STEEL_J_G_K, through)


def _of_loop(
    context: Context,
    nodes: Mapping[str, PowerNode],
    spec: s.Loop,
    index: int,
    loops: Mapping[str, Loop],
    stored: Container[str],
) -> RideThrough | None:
    loop, path = loops[spec.id], ("cooling", "loops", index)
    if spec.volume is None or loop.coolant is None:
        return _unsaid(context, spec, "volume", path)
    gap_ms, through = _gap(context, nodes, spec, loop.cdus, stored, path)
    joules = round(spec.volume * loop.coolant.joules_per_ml_k)
    return RideThrough(gap_ms, joules, runs_through=through)


def _unsaid(context: Context, spec: s.Zone | s.Loop, key: str, path: Path) -> RideThrough | None:
    """Nothing is judged without what warms up."""
    if spec.restart is not None:
        message = f"{spec.id} has a restart but no {key}: nothing says what warms up meanwhile"
        context.problem(path, message, f"add {key}:")
    return None


def _gap(
    context: Context,
    nodes: Mapping[str, PowerNode],
    spec: s.Zone | s.Loop,
    units: Iterable[CoolingUnit],
    stored: Container[str],
    path: Path,
) -> tuple[int, bool]:
    """Time without cooling after the loss of the utility [ms], and whether cooling runs through.

    Units on UPSs have no gap where they make their own cold, or get water that is stored for it;
    a rear door that stops gives its heat to the room, so it is one of them.
    """
    if not any(node.kind == "generator" for node in nodes.values()):
        text = "no generator: how long the room must last without cooling is not judged"
        context.assume("cooling", text)
        return 0, False
    if all(_runs_through(nodes, spec, unit, spec.water in stored) for unit in units):
        cold = "water stored for them" if spec.water in stored else "cold of their own"
        text = f"{spec.id}: its units run through the loss of the utility, on UPSs and with {cold}"
        context.assume("cooling", text)
        return 0, True
    if spec.restart is None:
        context.assume("cooling", f"{spec.id}: no restart: its ride-through is shown, not judged")
        return 0, False
    start_ms = context.site.policy.generator_start
    if start_ms is None:
        message = f"the restart of {spec.id} follows the start of a generator, which is not given"
        context.problem(path, message, "add policy: {generator_start: 15 s}")
        return 0, False
    return start_ms + spec.restart, False


def _runs_through(
    nodes: Mapping[str, PowerNode], spec: s.Zone | s.Loop, unit: CoolingUnit, stored: bool
) -> bool:
    model = unit.model
    if not isinstance(model, AirUnit):
        return stored and behind_ups(nodes, unit.power_from)
    makes_cold = model.kind != "rear-door" and model.water_temperature is None
    own_cold = makes_cold and spec.water is None and unit.water_c is None
    # The fans of servers push air through a passive door.
    return (own_cold or stored) and (model.passive or behind_ups(nodes, unit.power_from))
