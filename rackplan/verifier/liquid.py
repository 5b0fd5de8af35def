"""Is the heat to the coolant carried off, in every loop, also when a CDU or a pump is dead?"""

from __future__ import annotations

import math
from collections.abc import Iterator

from rackplan.facility.cooling import CONDENSATION_K
from rackplan.facility.model import Facility, Footprint, Loop, Rack
from rackplan.verifier.cooling import outside, pools
from rackplan.verifier.verdict import Finding, at_most, counted, none_may, violation
from rackplan.verifier.view import Placed, View

TOLERANCE = 1e-6
"""Noise of temperatures [K] and shares of pressure that are worked out in two ways."""


def check(facility: Facility, view: View) -> Iterator[Finding]:
    """Judge heat, flow and pressure of loops, and what every liquid-cooled server gets."""
    yield from pools(view, "liquid")
    for loop in facility.loops.values():
        racks = [rack.id for rack in facility.racks.values() if rack.loop == loop.id]
        wet = [p.footprint for rack in racks for p in view.by_rack[rack] if p.footprint.flow_ml_min]
        yield from _pressure(loop, wet)
        yield from _ride_through(loop, wet)
    for rack, servers in view.racks():
        wet_here = tuple(p for p in servers if p.footprint.liquid_w or p.footprint.flow_ml_min)
        yield from _rack(facility, rack, wet_here)


def _pressure(loop: Loop, wet: list[Footprint]) -> Iterator[Finding]:
    """Pipes at the flow of all servers, and any one server, within the head of the CDUs."""
    pipes = loop.pipes
    if pipes is None or not wet:
        return
    flow = sum(footprint.flow_ml_min for footprint in wet)
    for server_id in dict.fromkeys(footprint.server_id for footprint in wet):
        one = next(footprint for footprint in wet if footprint.server_id == server_id)
        one_pa = server_pa(loop, one)
        most = pipes.most_flow(one_pa)
        name, rule = f"{loop.id}: {server_id}", f"liquid/{loop.id}/pressure/{server_id}"
        yield from at_most(rule, loop.id, flow, most, "mL/min", before=f"pressure of {name} allows")
        taken_pa = pipes.drop_pa * (flow / pipes.flow_ml_min) ** 2 + one_pa
        if taken_pa > pipes.head_pa * (1 + TOLERANCE) and flow <= most:
            message = f"{name} needs {taken_pa / 1000:,.1f} of {pipes.head_pa / 1000:,.1f} kPa."
            yield violation(rule, loop.id, message, amount=taken_pa - pipes.head_pa, unit="Pa")


def server_pa(loop: Loop, footprint: Footprint) -> float:
    """Pressure drop of a server and of its two couplings [Pa]."""
    own = footprint.server.coolant_pressure_drop
    drop_pa = own.value if own else 0.0
    if footprint.coupling is not None and loop.coolant is not None:
        liters_s = footprint.flow_ml_min / 60_000
        # Kv is in m3/h of water at 1 bar.
        of_kv = liters_s * 3.6 / footprint.coupling.kv.value
        drop_pa += 2 * of_kv * of_kv * loop.coolant.density_kg_m3 * 100
    return drop_pa


def _ride_through(loop: Loop, wet: list[Footprint]) -> Iterator[Finding]:
    rest = loop.ride_through
    if rest is None or not rest.gap_ms:
        return
    heat_w = sum(footprint.liquid_w for footprint in wet)
    limits = {f.supply_max_c for f in wet if f.supply_max_c is not None}
    for tenths in sorted({max(0, math.floor(round(10 * (x - loop.supply_c), 6))) for x in limits}):
        yield from at_most(
            f"liquid/{loop.id}/ride-through/{tenths / 10:g}K",
            loop.id,
            heat_w,
            math.floor(round(rest.capacity_j_k * tenths * 100 / rest.gap_ms, 6)),
            "W",
            before=f"in {rest.gap_ms / 1000:g} s without cooling {loop.id} takes up",
        )


def _rack(facility: Facility, rack: Rack, wet: tuple[Placed, ...]) -> Iterator[Finding]:
    loop = facility.loops.get(rack.loop) if rack.loop is not None else None
    if loop is None:
        message = f"{rack.id} has no loop and holds {counted(len(wet), 'liquid-cooled server')}."
        yield from none_may(f"liquid/{rack.id}/loop", rack.id, len(wet), message)
        return
    supply_c, coolant = loop.supply_c, f"{loop.supply_c:g} degC coolant of {loop.id}"
    wrong = sum(outside(supply_c, p.footprint.supply_min_c, p.footprint.supply_max_c) for p in wet)
    message = f"{counted(wrong, 'server')} in {rack.id} may not take the {coolant}."
    yield from none_may(f"liquid/{rack.id}/supply", rack.id, wrong, message)
    warm = sum(_returns_too_warm(loop, placed.footprint) for placed in wet)
    message = f"coolant comes back too warm from {counted(warm, 'server')} in {rack.id}."
    yield from none_may(f"liquid/{rack.id}/return", rack.id, warm, message)
    other = sum(
        bool(loop.coolant_id and p.footprint.server.coolants)
        and loop.coolant_id not in p.footprint.server.coolants
        for p in wet
    )
    message = f"{counted(other, 'server')} in {rack.id} may not run with {loop.coolant_id}."
    yield from none_may(f"liquid/{rack.id}/coolant", rack.id, other, message)
    zone = facility.zones.get(rack.zone or "")
    dew_c = zone.dew_max_c if zone is not None else None
    wet_pipes = len(wet) if dew_c is not None and supply_c - dew_c < CONDENSATION_K else 0
    message = f"the {coolant} is less than {CONDENSATION_K:g} K above the dew point in {rack.id}."
    yield from none_may(f"liquid/{rack.id}/dew-point", rack.id, wet_pipes, message)


def _returns_too_warm(loop: Loop, footprint: Footprint) -> bool:
    """Whether the coolant leaves a server warmer than it or a CDU allows: Q = m cp dT."""
    if loop.coolant is None or not footprint.flow_ml_min:
        return False
    kg_s = footprint.flow_ml_min * 1e-6 / 60 * loop.coolant.density_kg_m3
    back_c = loop.supply_c + footprint.liquid_w / (kg_s * loop.coolant.heat_capacity_j_kg_k)
    own = footprint.server.coolant_return_max
    limits = [own] + [getattr(cdu.model, "return_max", None) for cdu in loop.cdus]
    return any(limit is not None and back_c > limit.value + TOLERANCE for limit in limits)
