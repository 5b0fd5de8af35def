"""The cooling side of a plan: temperatures, moisture, pressure and time of zones and loops."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from rackplan.facility.cooling import CONDENSATION_K, RideThrough
from rackplan.facility.model import NORMAL, Footprint, Loop, Rack, Zone
from rackplan.plan import Plan
from rackplan.plan.cooling import (
    AreaCooling,
    Closest,
    CoolingPlan,
    Humidity,
    LoopCooling,
    Pressure,
    Window,
    ZoneCooling,
)
from rackplan.verifier.cooling import Area, Cooling
from rackplan.verifier.cooling_table import area_tables
from rackplan.verifier.inlets import inlet_c
from rackplan.verifier.liquid import server_pa
from rackplan.verifier.view import Placed, View
from rackplan.verifier.walk import Loss

_NORMAL = Loss(NORMAL, "normal", "")


def with_cooling(view: View, plan: Plan) -> Plan:
    """A plan with its cooling side.

    Parameters
    ----------
    view
        The plan's servers and racks on their site.
    plan
        The plan to complete.
    """
    return replace(plan, cooling=cooling_plan(view))


def cooling_plan(view: View) -> CoolingPlan:
    """Every zone and every loop of a plan."""
    parts: dict[str, list[AreaCooling]] = {}
    loops: dict[str, AreaCooling] = {}
    for table in area_tables(view):
        if table.kind == "loop":
            loops[table.device] = table.summed_up
        else:
            parts.setdefault(table.device, []).append(table.summed_up)
    return CoolingPlan(
        tuple(_zone(view, zone, parts[zone.id]) for zone in view.facility.zones.values()),
        tuple(_loop(view, loop, loops[loop.id]) for loop in view.facility.loops.values()),
    )


def _zone(view: View, zone: Zone, areas: Sequence[AreaCooling]) -> ZoneCooling:
    racks = [rack for rack in view.facility.racks.values() if rack.zone == zone.id]
    inlet = _inlet(view, zone, racks)
    returns = [unit.return_max_c for unit in zone.units]
    lasts_s = None
    if zone.ride_through is not None and inlet is not None:
        rest, servers = zone.ride_through, [p for rack in racks for p in view.by_rack[rack.id]]
        still_g = sum(r.model.weight.whole + sum(g.weight_g for g in r.gear) for r in racks)
        mass_g = still_g + sum(placed.footprint.weight_g for placed in servers)
        joules_k = rest.capacity_j_k + rest.mass_j_g_k * mass_g
        of_racks = view.loads.heat(tuple(rack.id for rack in racks), _NORMAL, "normal")[0]
        room = Area("air", zone.id, zone.id, (), (), whole=True)  # power nodes alone
        heat_w = of_racks + math.ceil(Cooling(view.loads).asked(room, _NORMAL, "normal")[0])
        lasts_s = _lasts_s(joules_k, inlet.margin_k, heat_w)
    return ZoneCooling(
        zone=zone.id,
        supply_c=zone.supply_c,
        inlet=inlet,
        return_max_c=min((limit for limit in returns if limit is not None), default=None),
        supply_humidity=_humidity(zone, zone.supply_c),
        inlet_humidity=_humidity(zone, inlet.at_c if inlet else None),
        ride_through_s=lasts_s,
        gap_s=_gap_s(zone.ride_through),
        areas=tuple(areas),
    )


def _inlet(view: View, zone: Zone, racks: Sequence[Rack]) -> Closest | None:
    """The server whose inlet is closest to its limit."""
    matrix = zone.rise_k_kw
    heat_kw = {
        rack.id: view.loads.heat((rack.id,), _NORMAL, "normal")[0] / 1000
        for rack in racks
        if matrix
    }
    found = []
    for rack in racks:
        risen_k = sum(matrix[rack.id][other] * kw for other, kw in heat_kw.items())
        for placed in view.by_rack[rack.id]:
            at_c = inlet_c(view.facility, zone, rack, placed) + risen_k
            found.append(_close(placed, at_c, placed.footprint.inlet_max_c))
    return _closest(found)


def _close(placed: Placed, at_c: float, limit_c: float | None) -> Closest:
    margin_k = None if limit_c is None else limit_c - at_c
    return Closest(placed.server.id, placed.footprint.server_id, at_c, limit_c, margin_k)


def _closest(found: Sequence[Closest]) -> Closest | None:
    """The least margin; the highest temperature where no limit is known."""
    known = [(one.margin_k, one) for one in found if one.margin_k is not None]
    if known:
        return min(known, key=lambda pair: pair[0])[1]
    return max(found, key=lambda one: one.at_c, default=None)


def _humidity(zone: Zone, air_c: float | None) -> Humidity:
    low, high = (
        None if dew_c is None or air_c is None else _relative_humidity(air_c, dew_c)
        for dew_c in (zone.dew_min_c, zone.dew_max_c)
    )
    return Humidity(low, high)


def _relative_humidity(air_c: float, dew_c: float) -> float:
    """Vapor pressure of the air, which is saturated at its dew point, over the most it may be."""
    import psychrolib

    psychrolib.SetUnitSystem(psychrolib.SI)
    return float(min(1.0, psychrolib.GetSatVapPres(dew_c) / psychrolib.GetSatVapPres(air_c)))


def _lasts_s(joules_k: float, margin_k: float | None, heat_w: int) -> float | None:
    """Time until heat without cooling uses up a margin [s]: t = C dT / Q, adiabatic."""
    if margin_k is None or not heat_w:
        return None
    return max(0.0, joules_k * margin_k / heat_w)


def _gap_s(rest: RideThrough | None) -> float | None:
    known = rest is not None and (rest.gap_ms or rest.runs_through)
    return rest.gap_ms / 1000 if rest is not None and known else None


def _loop(view: View, loop: Loop, area: AreaCooling) -> LoopCooling:
    racks = [rack for rack in view.facility.racks.values() if rack.loop == loop.id]
    wet = [p for r in racks for p in view.by_rack[r.id] if p.footprint.liquid_w]
    window = supply_window(placed.footprint for placed in wet)
    low_k = None if window.low_c is None else loop.supply_c - window.low_c
    high_k = None if window.high_c is None else window.high_c - loop.supply_c
    rest = loop.ride_through
    heat_w = area.normal.heat_w
    return LoopCooling(
        loop=loop.id,
        supply_c=loop.supply_c,
        water_c=loop.water_c,
        approach_k=None if loop.water_c is None else loop.supply_c - loop.water_c,
        coolant=loop.coolant_id,
        window=window,
        low_margin_k=low_k,
        high_margin_k=high_k,
        back=_back(loop, wet),
        pressure=_pressure(loop, wet, area.normal.flow),
        dew_margin_k=_dew_margin_k(view, loop, wet),
        ride_through_s=None if rest is None else _lasts_s(rest.capacity_j_k, high_k, heat_w),
        gap_s=_gap_s(rest),
        area=area,
    )


def supply_window(wet: Iterable[Footprint]) -> Window:
    """Supply temperatures that suit all of some liquid-cooled servers, and who sets each end."""
    low: tuple[float, str] | None = None
    high: tuple[float, str] | None = None
    for one in wet:
        least_c, most_c = one.supply_min_c, one.supply_max_c
        if least_c is not None and (low is None or least_c > low[0]):
            low = (least_c, one.server_id)
        if most_c is not None and (high is None or most_c < high[0]):
            high = (most_c, one.server_id)
    return Window(
        low[0] if low else None,
        low[1] if low else "",
        high[0] if high else None,
        high[1] if high else "",
    )


def _back(loop: Loop, wet: Sequence[Placed]) -> Closest | None:
    """The server whose coolant comes back closest to what it, or the CDUs, allow."""
    if loop.coolant is None:
        return None
    joules = loop.coolant.density_kg_m3 * loop.coolant.heat_capacity_j_kg_k * 1e-6
    of_cdus = [cdu.return_max_c for cdu in loop.cdus]
    found = []
    for placed in wet:
        one = placed.footprint
        if one.flow_ml_min:
            at_c = loop.supply_c + one.liquid_w / (one.flow_ml_min / 60 * joules)
            own = one.server.coolant_return_max
            limits = [*of_cdus, None if own is None else own.value]
            known = (limit for limit in limits if limit is not None)
            found.append(_close(placed, at_c, min(known, default=None)))
    return _closest(found)


def _pressure(loop: Loop, wet: Sequence[Placed], flow_ml_min: int) -> Pressure | None:
    """Pipes at the flow of all servers, and the server that takes most beside them."""
    pipes = loop.pipes
    drops = {p.footprint.server_id: server_pa(loop, p.footprint) for p in wet}
    if pipes is None or not drops:
        return None
    model = max(drops, key=lambda name: drops[name])
    pipes_pa = pipes.drop_pa * (flow_ml_min / pipes.flow_ml_min) ** 2
    return Pressure(pipes_pa, model, drops[model], pipes.head_pa)


def _dew_margin_k(view: View, loop: Loop, wet: Sequence[Placed]) -> float | None:
    rooms = {placed.rack.zone for placed in wet}
    zones = [zone for name, zone in view.facility.zones.items() if name in rooms]
    dews = [zone.dew_max_c for zone in zones if zone.dew_max_c is not None]
    return loop.supply_c - (max(dews) + CONDENSATION_K) if dews else None
