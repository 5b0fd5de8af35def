"""Heat of servers and live capacity of cooling units in each state, shared by air and liquid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from rackplan.facility.limits.model import at_state
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
    """Air [L/s] or coolant [mL/min] to be provided for one server.

    In a loss state a capped server keeps its full flow, and a shed one needs none.
    """
    if loss and footprint.survive.kind == "shed":
        return 0
    return footprint.room_airflow_l_s if medium == "air" else footprint.flow_ml_min


def by_footprint(
    facility: Facility, medium: Medium, *, loss: bool
) -> tuple[dict[int, int], dict[int, int]]:
    """Heat [W] and flow of one server to a medium, by footprint."""
    heat = {f.index: heat_w(f, medium, loss=loss) for f in facility.footprints}
    flow = {f.index: flow_need(f, medium, loss=loss) for f in facility.footprints}
    return heat, flow


class Living:
    """Which cooling units work in a state, and how much they move."""

    def __init__(self, facility: Facility, state: LossState) -> None:
        self.state = state
        self._dead = Flow(facility.nodes, state.lost).dead if state.lost else frozenset()

    def works(self, unit: CoolingUnit) -> bool:
        """Whether a unit runs: it is not lost, and some node that drives it lives."""
        if unit.id in self.state.lost:
            return False
        return not unit.power_from or not self._dead.issuperset(unit.power_from)

    def capacity_w(self, units: Iterable[CoolingUnit]) -> int:
        """Heat that the working ones of some units move [W]."""
        return sum(self._heat_w(unit) for unit in units if self.works(unit))

    def flow(self, units: Iterable[CoolingUnit]) -> int:
        """Air [L/s] or coolant [mL/min] that the working ones move."""
        return sum(self._flow(unit) for unit in units if self.works(unit))

    def _heat_w(self, unit: CoolingUnit) -> int:
        """Less flow moves less heat, in the same measure: that of a CDU with a pump dead."""
        return unit.capacity_w * self._flow(unit) // unit.flow if unit.flow else unit.capacity_w

    def _flow(self, unit: CoolingUnit) -> int:
        if self.state.module == unit.id and unit.flow_pump_lost is not None:
            return unit.flow_pump_lost
        return unit.flow

    def whole(self, units: Iterable[CoolingUnit]) -> bool:
        """Whether all of some units work as in normal operation."""
        return all(self.works(unit) and self._flow(unit) == unit.flow for unit in units)


def unit_states(facility: Facility, units: Sequence[CoolingUnit]) -> Iterator[Living]:
    """``normal``, then the states in which some of the units are dead or have lost a pump."""
    for state in facility.states:
        living = Living(facility, state)
        if state.id == NORMAL or not living.whole(units):
            yield living


def limit_ids(
    medium: Medium, name: str, state: LossState
) -> Iterator[tuple[str, Literal["heat", "flow"], str]]:
    """Ids of the two limits of a pool of units in a state, what each bounds, and its unit."""
    what, unit = FLOWS[medium]
    yield at_state(f"{medium}/{name}", state.id), "heat", "W"
    yield at_state(f"{medium}/{name}/{what}", state.id), "flow", unit


def fixed_load(racks: Iterable[Rack], load: Mapping[int, int]) -> int:
    """Sum of a load per footprint over the fixed servers of racks."""
    return sum(load[server.footprint] for rack in racks for server in rack.fixed)


def live_gear(facility: Facility, racks: Iterable[Rack], state: LossState) -> list[Gear]:
    """Gear of racks that runs in a state: it has no cord, or one on a live feed."""
    equipped = [rack for rack in racks if rack.gear]
    if not equipped:
        return []
    dead = Flow(facility.nodes, state.lost).dead
    live: list[Gear] = []
    for rack in equipped:
        sides = {feed.side for feed in rack.feeds if feed.source not in dead}
        live += [item for item in rack.gear if not item.feeds or not sides.isdisjoint(item.feeds)]
    return live
