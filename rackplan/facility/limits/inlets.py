"""Limits that hold for the servers that stand: warm inlets, and time until they are too warm.

A server allows some kelvin above the air it gets. The least of those that stand in a rack, or in a
zone, is what counts: one limit for each such margin, which holds where a server with it stands.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rackplan.facility.cooling import RideThrough, Zone
from rackplan.facility.groups import RackGroup
from rackplan.facility.limits.heat import by_footprint, fixed_load
from rackplan.facility.limits.model import SiteLimit
from rackplan.facility.limits.node_heat import NodeHeat
from rackplan.facility.model import NORMAL, Facility, Footprint, LossState

NORMAL_STATE = LossState(NORMAL, "normal")

MICRO = 10**6
"""Rises enter limits in millionths of a kelvin: what is rounded up for each server is nothing."""

NOISE = 6
"""Digits of kelvin that margins are told apart by."""


def margin_k(zone: Zone, rack: str, footprint: Footprint) -> float | None:
    """How much warmer a server's inlet may get in a rack [K]; ``None`` where no source says."""
    if footprint.inlet_max_c is None:
        return None
    return footprint.inlet_max_c - zone.inlet_c(rack, footprint.rise_k)


def step(margin: float) -> int:
    """A margin in whole tenths of a kelvin, rounded down: what limits are told apart by."""
    return max(0, math.floor(round(10 * margin, NOISE)))


Called = dict[int, frozenset[tuple[int, int]] | None]
"""Servers that call for a limit, by margin in tenths of a kelvin; ``None``: one stands already."""


def called_for(
    facility: Facility, margins: Mapping[tuple[int, int], float], members: Iterable[RackGroup]
) -> Called:
    """Margins with the servers that have them (rack group, footprint)."""
    found: dict[int, set[tuple[int, int]]] = {}
    standing: set[int] = set()
    fixed = {
        (group.index, server.footprint)
        for group in members
        for rack in group.racks
        for server in rack.fixed
    }
    for key, margin in margins.items():
        found.setdefault(step(margin), set()).add(key)
        if key in fixed:
            standing.add(step(margin))
    return {
        tenths: None if tenths in standing else frozenset(keys)
        for tenths, keys in sorted(found.items())
    }


def inlet_limits(
    facility: Facility, zone: Zone, members: Sequence[RackGroup]
) -> Iterator[SiteLimit]:
    """Rise of every inlet by a heat distribution matrix [uK]: supply + matrix x heat of racks.

    For every rack i: sum over racks j of M(i,j) heat(j) <= warmest inlet of its servers - supply.
    Racks of a zone with a matrix stand alone in their groups.
    """
    if not zone.rise_k_kw:
        return
    heat, _ = by_footprint(facility, "air", loss=False)
    for group in members:
        rack = group.rack.id
        rise = zone.rise_k_kw[rack]
        margins = {
            (group.index, f.index): f.inlet_max_c - zone.supply_c
            for f in facility.footprints
            if f.inlet_max_c is not None
        }
        each = {
            other.index: {f: _micro_k(rise[other.rack.id], watts) for f, watts in heat.items()}
            for other in members
        }
        base = sum(
            _micro_k(rise[other.rack.id], item.power_w)
            for other in members
            for item in other.rack.gear
        ) + sum(fixed_load([other.rack], each[other.index]) for other in members)
        for tenths, when in called_for(facility, margins, [group]).items():
            name = f"air/{rack}/inlet-rise/{tenths / 10:g}K"
            yield SiteLimit(
                name, "air", rack, NORMAL, "micro-K", MICRO * tenths // 10, base, each, when
            )


def _micro_k(k_kw: float, watts: int) -> int:
    """Rise of an inlet by some heat [uK], rounded up."""
    return math.ceil(round(1000 * k_kw * watts, NOISE))


def ride_through_limits(
    facility: Facility, zone: Zone, members: Sequence[RackGroup], nodes: NodeHeat
) -> Iterator[SiteLimit]:
    """Heat that a zone takes up before its servers are too warm, until cooling is back [W].

    Without cooling the air warms by Q t / C (adiabatic): Q <= C margin / t, for the least margin of
    the servers that stand. The mass of racks and servers that warms up with it adds to C.
    """
    rest = zone.ride_through
    if rest is None or not rest.gap_ms:
        return
    heat, _ = by_footprint(facility, "air", loss=False)
    racks = [rack for group in members for rack in group.racks]
    margins = {
        (group.index, f.index): margin
        for group in members
        for f in facility.footprints
        if (margin := margin_k(zone, group.rack.id, f)) is not None
    }
    mass_g = sum(r.model.weight.whole + sum(i.weight_g for i in r.gear) for r in racks)
    gear_w = sum(item.power_w for rack in racks for item in rack.gear)
    room = nodes.of(zone.id, NORMAL_STATE)
    for tenths, when in called_for(facility, margins, members).items():
        stored_w = taken_up_w(rest, mass_g, tenths)
        each = {
            f.index: max(0, heat[f.index] - taken_up_w(_mass(rest), f.weight_g, tenths))
            for f in facility.footprints
        }
        base_w = fixed_load(racks, each) + gear_w
        loads: dict[int, dict[int, int]] = {group.index: each for group in members}
        if room is not None:
            base_w, loads = base_w + room.base_w, room.added_to(loads)
        yield SiteLimit(
            id=f"air/{zone.id}/ride-through/{tenths / 10:g}K",
            family="air",
            device=zone.id,
            state=NORMAL,
            quantity="W",
            capacity=stored_w,
            base=base_w,
            loads=loads,
            when=when,
        )


def _mass(rest: RideThrough) -> RideThrough:
    return RideThrough(rest.gap_ms, 0, rest.mass_j_g_k)


def taken_up_w(rest: RideThrough, mass_g: int, tenths: int) -> int:
    """Heat that warms what is there by a margin, in the time without cooling [W], rounded down."""
    joules_per_k = rest.capacity_j_k + rest.mass_j_g_k * mass_g
    return math.floor(round(joules_per_k * tenths * 100 / rest.gap_ms, NOISE))
