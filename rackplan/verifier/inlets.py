"""Temperatures and moisture of what servers take in, worked out from the plan's own racks."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rackplan.facility.air import CP_AIR_J_KG_K
from rackplan.facility.model import NORMAL, Facility, Rack, Zone
from rackplan.verifier.cooling import Area, Cooling
from rackplan.verifier.verdict import Finding, at_most
from rackplan.verifier.view import Placed, View
from rackplan.verifier.walk import Loss

TOLERANCE_K = 1e-6
"""Noise of temperatures that are worked out in two ways [K]."""

_NORMAL = Loss(NORMAL, "normal", "")


def rise_k(placed: Placed, density: float) -> float:
    """Temperature rise of the air through a server [K]: heat over mass flow and heat capacity."""
    footprint = placed.footprint
    if not footprint.airflow_l_s:
        return 0.0
    kg_s = density * footprint.airflow_l_s / 1000
    return footprint.air_w / (kg_s * CP_AIR_J_KG_K)


def inlet_c(facility: Facility, zone: Zone, rack: Rack, placed: Placed) -> float:
    """Temperature a server breathes [degC]: part of its exhaust comes back, again and again.

    The series supply + r rise + r^2 rise + ... is summed until it no longer grows.
    """
    share, total = zone.leakage.get(rack.id, 0.0), zone.supply_c
    term = rise_k(placed, facility.air_density)
    while term > TOLERANCE_K / 100:
        term *= share
        total += term
    return total


def too_warm_or_cold(facility: Facility, zone: Zone, rack: Rack, placed: Placed) -> bool:
    """Whether a server breathes air outside its window; a side no source gives is open."""
    low, high = placed.footprint.inlet_min_c, placed.footprint.inlet_max_c
    warm = high is not None and inlet_c(facility, zone, rack, placed) > high + TOLERANCE_K
    return warm or (low is not None and zone.supply_c < low)


def returns_too_warm(facility: Facility, zone: Zone, rack: Rack, placed: Placed) -> bool:
    """Whether the exhaust of a server, mixed with what bypasses it, is too warm for a unit."""
    rise = rise_k(placed, facility.air_density)
    back_c, units = zone.supply_c + rise / float(zone.provision), zone.units
    if rack.door is not None:  # its exhaust meets the door first
        back_c, units = inlet_c(facility, zone, rack, placed) + rise, (rack.door,)
    limits = [getattr(unit.model, "return_max", None) for unit in units]
    return any(limit is not None and back_c > limit.value + TOLERANCE_K for limit in limits)


def wrong_moisture(facility: Facility, zone: Zone, rack: Rack, placed: Placed) -> bool:
    """Whether a zone's air is too dry or too moist for a server, found as dew points.

    A bound on the relative humidity at a temperature is a bound on the dew point.
    """
    window = placed.footprint.humidity
    if zone.dew_max_c is not None:
        most = [window.dew_max_c, _dew_c(zone.supply_c, window.humidity_max)]
        if any(dew is not None and zone.dew_max_c > dew + TOLERANCE_K for dew in most):
            return True
    if zone.dew_min_c is None:
        return False
    least = [window.dew_min_c, _dew_c(inlet_c(facility, zone, rack, placed), window.humidity_min)]
    return any(dew is not None and zone.dew_min_c < dew - TOLERANCE_K for dew in least)


def _dew_c(air_c: float, humidity: float | None) -> float | None:
    """Dew point of air at a relative humidity [degC]."""
    import psychrolib

    if humidity is None:
        return None
    psychrolib.SetUnitSystem(psychrolib.SI)
    return float(psychrolib.GetTDewPointFromRelHum(air_c, humidity))


def rises(view: View, zone: Zone) -> Iterator[Finding]:
    """Judge every inlet of a zone with a heat distribution matrix."""
    if not zone.rise_k_kw:
        return
    inside = [rack for rack in view.facility.racks.values() if rack.zone == zone.id]
    heat_kw = {r.id: view.loads.heat((r.id,), _NORMAL, "normal")[0] / 1000 for r in inside}
    for rack in inside:
        rise = sum(zone.rise_k_kw[rack.id][other] * kw for other, kw in heat_kw.items())
        for tenths in _margins(zone, rack, view.by_rack[rack.id]):
            yield from at_most(
                f"air/{rack.id}/inlet-rise/{tenths / 10:g}K",
                rack.id,
                math.floor(round(1e6 * rise, 3)),
                100_000 * tenths,
                "micro-K",
                before=f"the inlet of {rack.id} is warmer than its supply by",
            )


def _margins(zone: Zone, rack: Rack, servers: tuple[Placed, ...]) -> list[int]:
    """How much warmer than the supply servers of a rack may breathe, in tenths of a kelvin."""
    allowed = {
        max(0, math.floor(round(10 * (high - zone.supply_c), 6)))
        for placed in servers
        if (high := placed.footprint.inlet_max_c) is not None
    }
    return sorted(allowed)


def ride_through(view: View, zone: Zone) -> Iterator[Finding]:
    """Judge how long a zone lasts without cooling, for every margin of the servers in it."""
    rest = zone.ride_through
    if rest is None or not rest.gap_ms:
        return
    facility = view.facility
    inside = [rack for rack in view.facility.racks.values() if rack.zone == zone.id]
    margins = {
        max(0, math.floor(round(10 * (high - inlet_c(facility, zone, rack, placed)), 6)))
        for rack in inside
        for placed in view.by_rack[rack.id]
        if (high := placed.footprint.inlet_max_c) is not None
    }
    area = Area("air", zone.id, zone.id, (), (), whole=True)
    of_nodes = Cooling(view.loads).asked(area, _NORMAL, "normal")[0]
    for tenths in sorted(margins):
        # What each thing takes up by itself lasts as long as it takes the margin to be used up.
        own_w = rest.mass_j_g_k * tenths * 100 / rest.gap_ms
        still = sum(r.model.weight.whole + sum(i.weight_g for i in r.gear) for r in inside)
        stored = rest.capacity_j_k * tenths * 100 / rest.gap_ms + own_w * still
        given = math.ceil(of_nodes) + sum(i.power_w for rack in inside for i in rack.gear)
        for rack in inside:
            for placed in view.by_rack[rack.id]:
                kept = math.floor(round(own_w * placed.footprint.weight_g, 6))
                given += max(0, placed.footprint.air_w - kept)
        yield from at_most(
            f"air/{zone.id}/ride-through/{tenths / 10:g}K",
            zone.id,
            given,
            math.floor(round(stored, 6)),
            "W",
            before=f"in {rest.gap_ms / 1000:g} s without cooling {zone.id} takes up",
        )
