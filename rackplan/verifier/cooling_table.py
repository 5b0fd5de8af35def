"""What every zone, part of a zone and loop carries in every state, as the verifier works it out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import ceil

from rackplan.facility.air import CP_AIR_J_KG_K
from rackplan.facility.model import NORMAL, CoolingUnit
from rackplan.plan.cooling import AreaCooling, AreaKind, AreaState
from rackplan.verifier.cooling import Area, Cooling, carried, cooling_of, moved
from rackplan.verifier.loads import mode_of
from rackplan.verifier.view import View
from rackplan.verifier.walk import Loss, runs


@dataclass(frozen=True, slots=True)
class AreaTable:
    """A zone, a part of one, or a loop, in every state.

    Attributes
    ----------
    area, kind, device
        ``zone-1/near/ahu-1``, what it is, and the zone or loop it belongs to.
    rows
        Normal operation, then every state that stops a unit or changes the heat of the room.
    others
        Ids of the other states: units all run, and heat is at most that of normal operation.
    """

    area: str
    kind: AreaKind
    device: str
    rows: tuple[AreaState, ...]
    others: tuple[str, ...] = ()

    @property
    def summed_up(self) -> AreaCooling:
        """Normal operation and the worst state; of equal ones the first."""
        worst = max(self.rows, key=lambda row: row.use)
        return AreaCooling(self.area, self.kind, self.rows[0], worst)


@lru_cache(maxsize=2)  # asked for while a plan is made, judged and reported
def area_tables(view: View, *, whole: bool = False) -> tuple[AreaTable, ...]:
    """Every area of the site, zones before loops, a zone before its parts.

    Parameters
    ----------
    view
        The plan.
    whole
        A row for every state, also for those that change nothing.
    """
    return tuple(_tables(view, whole))


def _tables(view: View, whole: bool) -> Iterator[AreaTable]:
    cooling = cooling_of(view.loads)
    for area in cooling.areas:
        rows: list[AreaState] = []
        others: list[str] = []
        for loss in view.loads.losses:
            if whole or loss.id == NORMAL or cooling.touched(area, loss):
                rows.append(_row(view, cooling, area, loss))
            else:
                others.append(loss.id)
        yield AreaTable(area.name, _kind(area), _device(view, area), tuple(rows), tuple(others))


def _kind(area: Area) -> AreaKind:
    if area.medium == "liquid":
        return "loop"
    if area.whole:
        return "zone"
    return "near" if area.units else "containment"


def _device(view: View, area: Area) -> str:
    """The zone or loop of an area; a containment is named after itself."""
    if area.device in view.facility.zones or area.medium == "liquid":
        return area.device
    zones = view.facility.zones.values()
    return next(zone.id for zone in zones if area.name in {part.id for part in zone.containments})


def _row(view: View, cooling: Cooling, area: Area, loss: Loss) -> AreaState:
    heat_w, flow = cooling.asked(area, loss, mode_of(loss))
    capacity_w, flow_max = cooling.most(area, loss)
    live = [unit for unit in area.units if runs(unit, loss)]
    moves = sum(moved(unit, loss) for unit in live)
    of_racks_w, _ = cooling.of_racks(area, loss, mode_of(loss))
    given_w, own_flow = _through_servers(view, area, loss)
    joules = _joules_per_unit_k(view, area)
    supply_c = _supply_c(view, area)
    rise_k = _rise_k(given_w, own_flow, joules)
    back_k = rise_k if area.medium == "liquid" else None
    if area.whole:
        back_k = _rise_k(float(heat_w), moves, joules)
    has_nodes = area.whole and any(n.zone == area.device for n in view.facility.nodes.values())
    doors = _doors(view, area)
    running = [door for door in doors if runs(door, loss)]
    passive = any(getattr(door.model, "passive", False) for door in running)
    return AreaState(
        state=loss.id,
        dead=_dead(area, doors, loss),
        heat_w=ceil(heat_w),
        capacity_w=capacity_w,
        flow=flow,
        flow_max=flow_max,
        rise_k=rise_k,
        design_rise_k=_rise_k(sum(carried(u, loss) for u in live), moves, joules),
        return_c=None if back_k is None else supply_c + back_k,
        nodes_w=ceil(heat_w - of_racks_w) if has_nodes else None,
        doors_w=given_w - of_racks_w if doors else None,
        doors_max_w=sum(d.capacity_w for d in running) if doors and not passive else None,
    )


def _through_servers(view: View, area: Area, loss: Loss) -> tuple[int, int]:
    """Heat [W] of servers and gear, and the flow that they themselves move.

    A room may have to provide more air than that; what a rear door takes has passed them before.
    """
    heat = view.loads.heat(area.racks, loss, mode_of(loss))
    if area.medium == "liquid":
        return heat[2:]
    watts, airflow = heat[:2]
    for rack in area.racks:
        load = view.loads.rack(rack, view.loads.dead_sides(rack, loss), mode_of(loss))
        for placed, condition in zip(view.by_rack[rack], load.conditions, strict=True):
            if condition not in {"down", "shed"}:
                airflow -= placed.footprint.room_airflow_l_s - placed.footprint.airflow_l_s
    return watts, airflow


def _joules_per_unit_k(view: View, area: Area) -> float | None:
    """Heat per kelvin of a flow of 1 L/s of air, or 1 mL/min of coolant [W/K]."""
    if area.medium == "air":
        return view.facility.air_density / 1000 * CP_AIR_J_KG_K
    coolant = view.facility.loops[area.device].coolant
    if coolant is None:
        return None
    return coolant.density_kg_m3 * 1e-6 / 60 * coolant.heat_capacity_j_kg_k


def _rise_k(heat_w: float, flow: int, joules: float | None) -> float | None:
    return heat_w / (flow * joules) if flow and joules else None


def _supply_c(view: View, area: Area) -> float:
    if area.medium == "liquid":
        return view.facility.loops[area.device].supply_c
    return view.facility.zones[_device(view, area)].supply_c


def _doors(view: View, area: Area) -> list[CoolingUnit]:
    if area.medium == "liquid":
        return []
    doors = (view.facility.racks[rack].door for rack in area.racks)
    return [door for door in doors if door is not None]


def _dead(area: Area, doors: list[CoolingUnit], loss: Loss) -> tuple[str, ...]:
    """Units that do not run, or not with all of their pumps."""
    units = [*area.units, *doors]
    dead = [unit.id for unit in units if not runs(unit, loss)]
    slow = [f"{u.id}/pump" for u in units if runs(u, loss) and moved(u, loss) != u.flow]
    return (*dead, *slow)
