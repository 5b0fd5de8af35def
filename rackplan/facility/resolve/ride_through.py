"""How long zones and loops go without cooling, and what warms up meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from rackplan.catalog.entries import AirUnit
from rackplan.facility.air import CP_AIR_J_KG_K
from rackplan.facility.cooling import CoolingUnit, Loop, RideThrough, Zone
from rackplan.facility.model import PowerNode
from rackplan.facility.resolve.context import Context, Path
from rackplan.facility.resolve.units import behind_ups
from rackplan.schema import cooling as s

STEEL_J_G_K = 0.5
"""Heat capacity of steel, of which racks and servers mostly are [J/(g K)] (Incropera, table A.1:
carbon steel 0.43, stainless steel 0.48, aluminum 0.90)."""


def with_ride_through(
    context: Context,
    nodes: Mapping[str, PowerNode],
    zones: Mapping[str, Zone],
    loops: Mapping[str, Loop],
) -> tuple[dict[str, Zone], dict[str, Loop]]:
    """Zones and loops with what they live on when cooling stops."""
    of_zones = {
        zone.id: replace(zones[zone.id], ride_through=_of_zone(context, nodes, zone, i, zones))
        for i, zone in enumerate(context.site.cooling.zones)
        if zone.id in zones
    }
    of_loops = {
        loop.id: replace(loops[loop.id], ride_through=_of_loop(context, nodes, loop, i, loops))
        for i, loop in enumerate(context.site.cooling.loops)
        if loop.id in loops
    }
    return of_zones, of_loops


def _of_zone(
    context: Context,
    nodes: Mapping[str, PowerNode],
    spec: s.Zone,
    index: int,
    zones: Mapping[str, Zone],
) -> RideThrough | None:
    zone, path = zones[spec.id], ("cooling", "zones", index)
    if spec.air_volume is None:
        return _unsaid(context, spec, "air_volume", path)
    gap_ms = _gap_ms(context, nodes, spec, zone.units, path)
    liters = spec.air_volume / 1000
    joules = round(liters * zone.density * CP_AIR_J_KG_K / 1000)
    if not spec.mass_share:
        text = f"{spec.id}: only its air warms up when cooling stops: no mass_share"
        context.assume("cooling.zones", text)
    return RideThrough(gap_ms, joules, spec.mass_share * STEEL_J_G_K)


def _of_loop(
    context: Context,
    nodes: Mapping[str, PowerNode],
    spec: s.Loop,
    index: int,
    loops: Mapping[str, Loop],
) -> RideThrough | None:
    loop, path = loops[spec.id], ("cooling", "loops", index)
    if spec.volume is None or loop.coolant is None:
        return _unsaid(context, spec, "volume", path)
    gap_ms = _gap_ms(context, nodes, spec, loop.cdus, path)
    return RideThrough(gap_ms, round(spec.volume * loop.coolant.joules_per_ml_k))


def _unsaid(context: Context, spec: s.Zone | s.Loop, key: str, path: Path) -> RideThrough | None:
    """Nothing is judged without what warms up."""
    if spec.restart is not None:
        message = f"{spec.id} has a restart but no {key}: nothing says what warms up meanwhile"
        context.problem(path, message, f"add {key}:")
    return None


def _gap_ms(
    context: Context,
    nodes: Mapping[str, PowerNode],
    spec: s.Zone | s.Loop,
    units: Iterable[CoolingUnit],
    path: Path,
) -> int:
    """Time without cooling after the loss of the utility [ms]; 0 where nothing says there is one.

    Units that run on without water make no cold: only direct expansion on a UPS has no gap.
    """
    if not any(node.kind == "generator" for node in nodes.values()):
        text = "no generator: how long the room must last without cooling is not judged"
        context.assume("cooling", text)
        return 0
    if spec.restart is None:
        context.assume("cooling", f"{spec.id}: no restart: its ride-through is shown, not judged")
        return 0
    if all(_runs_through(nodes, unit) for unit in units):
        context.assume("cooling", f"{spec.id}: its units hang on UPSs and run through")
        return 0
    start_ms = context.site.policy.generator_start
    if start_ms is None:
        message = f"the restart of {spec.id} follows the start of a generator, which is not given"
        context.problem(path, message, "add policy: {generator_start: 15 s}")
        return 0
    return start_ms + spec.restart


def _runs_through(nodes: Mapping[str, PowerNode], unit: CoolingUnit) -> bool:
    own_cold = isinstance(unit.model, AirUnit) and unit.model.water_temperature is None
    return own_cold and behind_ups(nodes, unit.power_from)
