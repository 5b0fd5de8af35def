"""Supply windows of the servers that must stand on one loop: some temperature suits all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rackplan.facility.cooling import Loop
from rackplan.facility.demand import ServerDemand
from rackplan.facility.model import Footprint, Rack
from rackplan.facility.resolve.context import Context


def check_windows(
    context: Context,
    loops: Mapping[str, Loop],
    racks: Mapping[str, Rack],
    footprints: Sequence[Footprint],
    demands: Mapping[str, ServerDemand],
) -> None:
    """A loop whose servers have no temperature in common is refused, with the two that conflict."""
    for i, spec in enumerate(context.site.cooling.loops):
        bound = list(_bound_to(spec.id, racks, footprints, demands)) if spec.id in loops else []
        cold = min(bound, key=_high, default=None)
        warm = max(bound, key=_low, default=None)
        if cold is not None and warm is not None and _low(warm) > _high(cold):
            message = (
                f"no supply of {spec.id} suits both {cold.server_id} (at most {_high(cold):g} "
                f"degC) and {warm.server_id} (at least {_low(warm):g} degC)"
            )
            cure = "put one of them on a loop of its own"
            context.problem(("cooling", "loops", i), message, cure)


def _bound_to(
    loop: str,
    racks: Mapping[str, Rack],
    footprints: Sequence[Footprint],
    demands: Mapping[str, ServerDemand],
) -> Iterator[Footprint]:
    """Liquid-cooled servers that stand on a loop, or must: asked for, with no other loop."""
    for rack in racks.values():
        if rack.loop == loop:
            yield from (f for s in rack.fixed if (f := footprints[s.footprint]).liquid_w)
    for footprint in footprints:
        line = next((d for d in demands.values() if d.server == footprint.server_id), None)
        if line is None or not line.minimum or not footprint.liquid_w:
            continue
        kind = footprint.server.kind
        if {rack.loop for rack in racks.values() if rack.model.accepts == kind} - {None} == {loop}:
            yield footprint


def _low(footprint: Footprint) -> float:
    return footprint.supply_min_c if footprint.supply_min_c is not None else float("-inf")


def _high(footprint: Footprint) -> float:
    return footprint.supply_max_c if footprint.supply_max_c is not None else float("inf")
