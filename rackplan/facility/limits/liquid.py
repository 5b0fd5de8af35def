"""Liquid limits: heat and flow of every coolant loop in every state, and who may be on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rackplan.facility.groups import RackGroup
from rackplan.facility.limits.heat import pool_limits
from rackplan.facility.limits.model import RackLimit, SiteLimit, admission
from rackplan.facility.model import Facility, Footprint, Loop


def site_limits(facility: Facility, groups: Sequence[RackGroup]) -> Iterator[SiteLimit]:
    """Heat [W] and coolant flow [mL/min] of every loop, in normal operation and with CDUs dead."""
    for loop in facility.loops.values():
        members = [group for group in groups if group.rack.loop == loop.id]
        yield from pool_limits(facility, "liquid", loop.id, loop.cdus, members)


def rack_limits(facility: Facility, group: RackGroup) -> Iterator[RackLimit]:
    """Liquid-cooled servers need a loop whose supply temperature is inside their window."""
    loop = facility.loops.get(group.rack.loop or "")
    if loop is None:
        reason = f"{group.rack.id} is on no coolant loop"
        yield admission("liquid", "loop", facility, group, lambda f: reason if f.liquid_w else None)
    else:
        yield admission("liquid", "supply", facility, group, lambda f: supply_misfit(f, loop))


def supply_misfit(footprint: Footprint, loop: Loop) -> str | None:
    """Why a loop's supply temperature does not suit a server; ``None`` when it does."""
    supply, low, high = loop.supply_c, footprint.supply_min_c, footprint.supply_max_c
    if not footprint.liquid_w:
        return None
    if high is not None and supply > high:
        over = f"{supply - high:.1f} K too warm for {footprint.server_id}"
        return f"{loop.id} supplies {supply:.1f} degC, {over} (at most {high:.1f})"
    if low is not None and supply < low:
        under = f"{low - supply:.1f} K too cold for {footprint.server_id}"
        return f"{loop.id} supplies {supply:.1f} degC, {under} (at least {low:.1f})"
    return None
