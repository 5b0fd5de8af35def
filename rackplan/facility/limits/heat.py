"""Heat of servers and live capacity of cooling units in each state, shared by air and liquid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from rackplan.facility.groups import RackGroup
from rackplan.facility.limits.model import SiteLimit, at_state
from rackplan.facility.model import (
    NORMAL,
    CoolingUnit,
    Facility,
    Footprint,
    Gear,
    LossState,
    Rack,
)
from rackplan.facility.power import Flow

Medium = Literal["air", "liquid"]
FLOWS: dict[Medium, tuple[str, str]] = {"air": ("airflow", "L/s"), "liquid": ("flow", "mL/min")}
"""What the flow of a medium is called in ids, and its unit."""


def heat_w(footprint: Footprint, medium: Medium, *, loss: bool) -> int:
    """Heat one server gives to a medium [W]; in a loss state, as its capped draw makes it."""
    full = footprint.air_w if medium == "air" else footprint.liquid_w
    if not loss or not full:
        return full
    return -(-full * footprint.loss_draw_w // footprint.draw_w)


def flow_need(footprint: Footprint, medium: Medium, *, loss: bool) -> int:
    """Air [L/s] or coolant [mL/min] one server needs.

    In a loss state a capped server keeps its full flow, and a shed one needs none.
    """
    if loss and footprint.survive.kind == "shed":
        return 0
    return footprint.airflow_l_s if medium == "air" else footprint.flow_ml_min


def pool_limits(
    facility: Facility,
    medium: Medium,
    device: str,
    units: Sequence[CoolingUnit],
    members: Sequence[RackGroup],
) -> Iterator[SiteLimit]:
    """Heat and flow that a pool of units takes from racks, in every state that changes the pool.

    For every state s, with live units U(s), over servers of footprint f in member groups g:

        sum heat(f, s) n(g,f) + heat of gear <= sum of capacity over U(s)
        sum flow(f, s) n(g,f) + flow of gear <= sum of flow over U(s)

    Gear gives its heat to the air alone.
    """
    racks = [rack for group in members for rack in group.racks]
    what, flow_unit = FLOWS[medium]
    for state, live in unit_states(facility, units):
        loss = state.id != NORMAL
        gear = live_gear(facility, racks, state) if medium == "air" else []
        heat = {f.index: heat_w(f, medium, loss=loss) for f in facility.footprints}
        flow = {f.index: flow_need(f, medium, loss=loss) for f in facility.footprints}
        yield SiteLimit(
            id=at_state(f"{medium}/{device}", state.id),
            family=medium,
            device=device,
            state=state.id,
            quantity="W",
            capacity=sum(unit.capacity_w for unit in live),
            base=fixed_load(racks, heat) + sum(item.power_w for item in gear),
            loads={group.index: heat for group in members},
        )
        yield SiteLimit(
            id=at_state(f"{medium}/{device}/{what}", state.id),
            family=medium,
            device=device,
            state=state.id,
            quantity=flow_unit,
            capacity=sum(unit.flow for unit in live),
            base=fixed_load(racks, flow) + sum(item.airflow_l_s for item in gear),
            loads={group.index: flow for group in members},
        )


def unit_states(
    facility: Facility, units: Sequence[CoolingUnit]
) -> Iterator[tuple[LossState, tuple[CoolingUnit, ...]]]:
    """States in which some of the units are dead, ``normal`` first, with the units that live."""
    driven = any(unit.power_from for unit in units)
    for state in facility.states:
        dead = Flow(facility.nodes, state.lost).dead if driven and state.lost else frozenset()
        live = tuple(unit for unit in units if unit.id not in state.lost and _driven(unit, dead))
        if state.id == NORMAL or len(live) < len(units):
            yield state, live


def _driven(unit: CoolingUnit, dead: frozenset[str]) -> bool:
    return not unit.power_from or not dead.issuperset(unit.power_from)


def fixed_load(racks: Sequence[Rack], load: Mapping[int, int]) -> int:
    """Sum of a load per footprint over the fixed servers of racks."""
    return sum(load[server.footprint] for rack in racks for server in rack.fixed)


def live_gear(facility: Facility, racks: Sequence[Rack], state: LossState) -> list[Gear]:
    """Gear of racks that runs in a state: it has no cord, or one on a live feed."""
    dead = Flow(facility.nodes, state.lost).dead
    live: list[Gear] = []
    for rack in racks:
        sides = {feed.side for feed in rack.feeds if feed.source not in dead}
        live += [item for item in rack.gear if not item.feeds or not sides.isdisjoint(item.feeds)]
    return live
