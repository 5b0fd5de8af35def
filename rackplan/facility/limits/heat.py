"""Heat of servers and live capacity of cooling units in each state, shared by air and liquid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from rackplan.facility.model import (
    NORMAL,
    CoolingUnit,
    Facility,
    Footprint,
    Gear,
    Rack,
)
from rackplan.facility.power import Flow

Medium = Literal["air", "liquid"]


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


def unit_states(
    facility: Facility, units: Sequence[CoolingUnit]
) -> Iterator[tuple[str, tuple[CoolingUnit, ...]]]:
    """States in which some of the units are dead, ``normal`` first, with the units that live."""
    yield NORMAL, tuple(units)
    ids = {unit.id for unit in units}
    for state in facility.states:
        if state.lost in ids:
            yield state.id, tuple(unit for unit in units if unit.id != state.lost)
        elif state.kind == "power" and any(unit.power_from for unit in units):
            dead = Flow(facility.nodes, state.lost).dead
            live = tuple(u for u in units if not u.power_from or not dead.issuperset(u.power_from))
            if len(live) < len(units):
                yield state.id, live


def fixed_load(racks: Sequence[Rack], load: Mapping[int, int]) -> int:
    """Sum of a load per footprint over the fixed servers of racks."""
    return sum(load[server.footprint] for rack in racks for server in rack.fixed)


def live_gear(facility: Facility, racks: Sequence[Rack], state: str) -> list[Gear]:
    """Gear of racks that runs in a state: it has no cord, or one on a live feed."""
    lost = "" if state == NORMAL else state.removeprefix("loss:")
    dead = Flow(facility.nodes, lost).dead
    live: list[Gear] = []
    for rack in racks:
        sides = {feed.side for feed in rack.feeds if feed.source not in dead}
        live += [item for item in rack.gear if not item.feeds or not sides.isdisjoint(item.feeds)]
    return live
