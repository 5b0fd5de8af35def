"""Water limits: heat and flow of every facility water circuit in every state."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

from rackplan.facility.groups import RackGroup
from rackplan.facility.limits.heat import (
    Living,
    Medium,
    by_footprint,
    fixed_load,
    live_gear,
    unit_states,
)
from rackplan.facility.limits.model import SiteLimit, at_state
from rackplan.facility.limits.node_heat import NodeHeat
from rackplan.facility.model import NORMAL, Facility, LossState
from rackplan.facility.water import Circuit, flow_per_w


def site_limits(facility: Facility, groups: Sequence[RackGroup]) -> Iterator[SiteLimit]:
    """Heat [W] and water [mL/min] of every circuit, in every state that changes them.

    In a state s with the live units of circuit c:

        sum heat(f, s) n(g,f) + gear + power nodes + fans and pumps <= capacity(c, s)

    heat(f, s) is the heat to air of racks in its zones, doors or not, and that to the coolant of
    racks on its loops. Fans and pumps count in every state, also the dead ones: where one is lost,
    others run faster. The flow is that heat over what a liter carries at the rise of the circuit.
    """
    nodes = NodeHeat(facility, groups)
    for circuit in facility.water.values():
        on = _OnCircuit(facility, circuit, groups)
        # What power nodes in a room lose differs from state to state.
        if any(nodes.stand_in(zone.id) for zone in on.zones):
            states: Iterator[Living] = (Living(facility, state) for state in facility.states)
        else:
            states = unit_states(facility, circuit.units)
        for living in states:
            yield from _circuit_limits(on, living, nodes)
        if circuit.gap_ms:
            yield _stored(on, nodes)


class _OnCircuit:
    """What heats a circuit: its zones and loops, and the groups of racks in them."""

    def __init__(self, facility: Facility, circuit: Circuit, groups: Sequence[RackGroup]) -> None:
        self.facility, self.circuit = facility, circuit
        self.zones = [zone for zone in facility.zones.values() if zone.water == circuit.id]
        self.loops = [loop for loop in facility.loops.values() if loop.water == circuit.id]
        in_air, on_loop = {z.id for z in self.zones}, {loop.id for loop in self.loops}
        self.air = [group for group in groups if group.rack.zone in in_air]
        self.wet = [group for group in groups if group.rack.loop in on_loop]

    def own_w(self) -> int:
        """Heat of the fans and pumps of air units, doors, CDUs and the circuit itself [W]."""
        units = [unit for zone in self.zones for unit in zone.units]
        units += [r.door for group in self.air for r in group.racks if r.door is not None]
        units += [cdu for loop in self.loops for cdu in loop.cdus]
        return sum(unit.power_w for unit in (*units, *self.circuit.pumps))

    def heat(self, state: LossState, nodes: NodeHeat) -> tuple[int, dict[int, dict[int, int]]]:
        """Heat that is there anyway, and of one more server by group and footprint [W]."""
        loss = state.id != NORMAL
        gear = live_gear(self.facility, [r for group in self.air for r in group.racks], state)
        base = self.own_w() + sum(item.power_w for item in gear)
        loads: dict[int, dict[int, int]] = {}
        media: tuple[tuple[Medium, list[RackGroup]], ...] = (
            ("air", self.air),
            ("liquid", self.wet),
        )
        for medium, members in media:
            heat, _ = by_footprint(self.facility, medium, loss=loss)
            base += fixed_load([rack for group in members for rack in group.racks], heat)
            for group in members:
                before = loads.get(group.index, {})
                loads[group.index] = {f: watts + before.get(f, 0) for f, watts in heat.items()}
        for zone in self.zones:
            room = nodes.of(zone.id, state)
            if room is not None:
                base, loads = base + room.base_w, room.added_to(loads)
        return base, loads


def _circuit_limits(on: _OnCircuit, living: Living, nodes: NodeHeat) -> Iterator[SiteLimit]:
    circuit, state = on.circuit, living.state
    base, loads = on.heat(state, nodes)
    alive = {unit.id for unit in circuit.units if living.works(unit)}
    name = f"water/{circuit.id}"
    yield SiteLimit(
        id=at_state(name, state.id),
        family="water",
        device=circuit.id,
        state=state.id,
        quantity="W",
        capacity=circuit.capacity_w(alive),
        base=base,
        loads=loads,
    )
    if circuit.pumps and circuit.rise_k is not None:
        each = flow_per_w(circuit.rise_k)
        yield SiteLimit(
            id=at_state(f"{name}/flow", state.id),
            family="water",
            device=circuit.id,
            state=state.id,
            quantity="mL/min",
            capacity=living.flow(circuit.pumps),
            base=math.ceil(base * each),
            loads=_flow(loads, each),
        )


def _stored(on: _OnCircuit, nodes: NodeHeat) -> SiteLimit:
    """Heat that stored water carries until units make cold again."""
    base, loads = on.heat(LossState(NORMAL, "normal"), nodes)
    name, stored_w = f"water/{on.circuit.id}/ride-through", on.circuit.stored_w
    return SiteLimit(name, "water", on.circuit.id, NORMAL, "W", stored_w, base, loads)


def _flow(loads: dict[int, dict[int, int]], each: Fraction) -> dict[int, dict[int, int]]:
    return {
        group: {f: math.ceil(watts * each) for f, watts in of_group.items()}
        for group, of_group in loads.items()
    }
