"""Liquid limits: heat, flow and pressure of every coolant loop, and who may be on it.

For every loop l and state s, with live CDUs C(l, s):

    sum heat_liquid(f, s) n(g,f) <= sum of capacity over C(l, s)          [W]
    sum flow(f, s)        n(g,f) <= sum of flow     over C(l, s)          [mL/min]

and in normal operation the flow that leaves every server its pressure drop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from rackplan.facility.cooling import CONDENSATION_K, Loop, RideThrough, Zone
from rackplan.facility.groups import RackGroup
from rackplan.facility.limits.heat import by_footprint, fixed_load, limit_ids, unit_states
from rackplan.facility.limits.inlets import called_for, taken_up_w
from rackplan.facility.limits.model import RackLimit, SiteLimit, admission
from rackplan.facility.model import NORMAL, Facility, Footprint


def site_limits(facility: Facility, groups: Sequence[RackGroup]) -> Iterator[SiteLimit]:
    """Heat [W] and coolant flow [mL/min] of every loop, in normal operation and with CDUs dead."""
    for loop in facility.loops.values():
        members = [group for group in groups if group.rack.loop == loop.id]
        racks = [rack for group in members for rack in group.racks]
        for living in unit_states(facility, loop.cdus):
            state = living.state
            heat, flow = by_footprint(facility, "liquid", loss=state.id != NORMAL)
            most = {"heat": living.capacity_w(loop.cdus), "flow": living.flow(loop.cdus)}
            for name, what, unit in limit_ids("liquid", loop.id, state):
                each = heat if what == "heat" else flow
                loads = {group.index: each for group in members}
                base = fixed_load(racks, each)
                yield SiteLimit(name, "liquid", loop.id, state.id, unit, most[what], base, loads)
        yield from _pressure(facility, loop, members)
        yield from _ride_through(facility, loop, members)


def _pressure(facility: Facility, loop: Loop, members: Sequence[RackGroup]) -> Iterator[SiteLimit]:
    """Flow at which the CDUs' head is used up by the pipes and a server that stands."""
    if loop.pipes is None:
        return
    _, flow = by_footprint(facility, "liquid", loss=False)
    racks = [rack for group in members for rack in group.racks]
    wet = [f for f in facility.footprints if f.flow_ml_min]
    for server_pa, like in _by_drop(loop, wet).items():
        keys = {(group.index, f.index): 0.0 for group in members for f in like}
        when = called_for(facility, keys, members)
        yield SiteLimit(
            id=f"liquid/{loop.id}/pressure/{like[0].server_id}",
            family="liquid",
            device=loop.id,
            state=NORMAL,
            quantity="mL/min",
            capacity=loop.pipes.most_flow(server_pa),
            base=fixed_load(racks, flow),
            loads={group.index: flow for group in members},
            when=when.get(0, frozenset()),
        )


def _by_drop(loop: Loop, wet: Sequence[Footprint]) -> dict[float, list[Footprint]]:
    """Liquid-cooled servers by their pressure drop [Pa], couplings included."""
    found: dict[float, list[Footprint]] = {}
    for f in wet:
        drop_pa = loop.drop_pa(f.server, f.coupling, f.flow_ml_min)
        found.setdefault(drop_pa, []).append(f)
    return found


def _ride_through(
    facility: Facility, loop: Loop, members: Sequence[RackGroup]
) -> Iterator[SiteLimit]:
    """Heat that a loop takes up before its coolant is too warm, until cooling is back [W]."""
    rest: RideThrough | None = loop.ride_through
    if rest is None or not rest.gap_ms:
        return
    heat, _ = by_footprint(facility, "liquid", loss=False)
    racks = [rack for group in members for rack in group.racks]
    margins = {
        (group.index, f.index): f.supply_max_c - loop.supply_c
        for group in members
        for f in facility.footprints
        if f.supply_max_c is not None
    }
    for tenths, when in called_for(facility, margins, members).items():
        yield SiteLimit(
            id=f"liquid/{loop.id}/ride-through/{tenths / 10:g}K",
            family="liquid",
            device=loop.id,
            state=NORMAL,
            quantity="W",
            capacity=taken_up_w(rest, 0, tenths),
            base=fixed_load(racks, heat),
            loads={group.index: heat for group in members},
            when=when,
        )


def rack_limits(facility: Facility, group: RackGroup) -> Iterator[RackLimit]:
    """Liquid-cooled servers need a loop that suits them in temperature, coolant and dew point."""
    rack = group.rack
    loop = facility.loops.get(rack.loop or "")
    if loop is None:
        reason = "on no coolant loop"
        yield admission("liquid", "loop", facility, group, lambda f: reason if f.liquid_w else None)
        return
    zone = facility.zones.get(rack.zone or "")
    for what, misfit in (
        ("supply", supply_misfit),
        ("return", return_misfit),
        ("coolant", coolant_misfit),
        ("dew-point", partial(dew_misfit, zone)),
    ):
        yield admission("liquid", what, facility, group, partial(_if_wet, misfit, loop))


def _if_wet(
    misfit: Callable[[Loop, Footprint], str | None], loop: Loop, footprint: Footprint
) -> str | None:
    return misfit(loop, footprint) if footprint.liquid_w else None


def supply_misfit(loop: Loop, footprint: Footprint) -> str | None:
    """Why a loop's supply temperature does not suit a server; ``None`` when it does."""
    supply, low, high = loop.supply_c, footprint.supply_min_c, footprint.supply_max_c
    if high is not None and supply > high:
        over = f"{supply - high:.1f} K too warm for {footprint.server_id}"
        warm = f"; {loop.warm}" if loop.warm else ""
        return f"{loop.id} supplies {supply:.1f} degC, {over} (at most {high:.1f}){warm}"
    if low is not None and supply < low:
        under = f"{low - supply:.1f} K too cold for {footprint.server_id}"
        return f"{loop.id} supplies {supply:.1f} degC, {under} (at least {low:.1f})"
    return None


def return_misfit(loop: Loop, footprint: Footprint) -> str | None:
    """Why a server's coolant comes back too warm; ``None`` when it does not."""
    rise_k = loop.rise_k(footprint.liquid_w, footprint.flow_ml_min)
    if rise_k is None:
        return None
    back_c = loop.supply_c + rise_k
    own = footprint.server.coolant_return_max
    for name, high in (
        (footprint.server_id, own.value if own else None),
        (f"the CDUs of {loop.id}", loop.return_max_c),
    ):
        if high is not None and back_c > high:
            return (
                f"coolant leaves {footprint.server_id} at {back_c:.1f} degC ({rise_k:.1f} K "
                f"warmer), {back_c - high:.1f} K too warm for {name} (at most {high:.1f})"
            )
    return None


def coolant_misfit(loop: Loop, footprint: Footprint) -> str | None:
    """Why a server may not run with a loop's coolant; ``None`` when it may, or nobody says."""
    allowed = footprint.server.coolants
    if not allowed or not loop.coolant_id or loop.coolant_id in allowed:
        return None
    return f"{footprint.server_id} runs with {', '.join(allowed)}; {loop.id} has {loop.coolant_id}"


def dew_misfit(zone: Zone | None, loop: Loop, footprint: Footprint) -> str | None:
    """Why water would condense on a loop in a room; ``None`` when it would not."""
    if zone is None or zone.dew_max_c is None:
        return None
    least_c = zone.dew_max_c + CONDENSATION_K
    if loop.supply_c >= least_c:
        return None
    return (
        f"coolant of {loop.supply_c:.1f} degC for {footprint.server_id} is "
        f"{least_c - loop.supply_c:.1f} K colder than {CONDENSATION_K:g} K above the dew point of "
        f"{zone.id} ({zone.dew_max_c:g} degC): it condenses"
    )
