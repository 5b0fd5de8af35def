"""Heat that power nodes give to the room they stand in: their losses, and their fixed loads."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rackplan.facility.groups import RackGroup
from rackplan.facility.limits.lines import NOISE
from rackplan.facility.limits.node_loads import NodeLoads, SitePower, held, lasting, node_loads
from rackplan.facility.model import NORMAL, Facility, LossState
from rackplan.facility.power import Flow

Loads = Mapping[int, Mapping[int, int]]
"""Load of one more server, by rack group and footprint."""


@dataclass(frozen=True, slots=True)
class RoomHeat:
    """Heat of the power nodes of a zone [W]: what is there anyway, and of each server more."""

    base_w: int
    loads_w: Loads

    def added_to(self, loads: Loads) -> dict[int, dict[int, int]]:
        """Loads with this heat added."""
        total: dict[int, dict[int, int]] = {group: dict(each) for group, each in loads.items()}
        for group, each in self.loads_w.items():
            mine = total.setdefault(group, {})
            for footprint, watts in each.items():
                mine[footprint] = mine.get(footprint, 0) + watts
        return total


class NodeHeat:
    """Heat of power nodes by zone and state, each state worked out once."""

    def __init__(self, facility: Facility, groups: Sequence[RackGroup]) -> None:
        self._facility = facility
        self._power = SitePower(facility, groups)
        self._found: dict[str, tuple[Flow, NodeLoads]] = {}

    def stand_in(self, zone: str) -> bool:
        """Whether any power node stands in a zone."""
        return any(node.zone == zone for node in self._facility.nodes.values())

    def of(self, zone: str, state: LossState) -> RoomHeat | None:
        """Heat to a zone in a state; ``None`` when no power node stands there.

        A node loses what its efficiency says of the power that leaves it, and its idle loss. What
        its fixed load draws becomes heat in the same room.
        """
        if not self.stand_in(zone):
            return None
        flow, found = self._state(state)
        base_w, loads_w = 0.0, defaultdict[int, dict[int, float]](dict)
        for node in self._facility.nodes.values():
            if node.zone != zone or node.id in flow.dead:
                continue
            share = float(1 / node.efficiency - 1)
            base_w += share * found.base.get((node.id, ""), 0.0) + node.idle_w + node.fixed_w
            for group, each in found.loads.get((node.id, ""), {}).items():
                mine = loads_w[group]
                for footprint, watts in each.items():
                    mine[footprint] = mine.get(footprint, 0.0) + share * watts
        loads = {
            group: {footprint: _up(watts) for footprint, watts in each.items()}
            for group, each in loads_w.items()
        }
        return RoomHeat(_up(base_w), loads)

    def _state(self, state: LossState) -> tuple[Flow, NodeLoads]:
        if state.id not in self._found:
            flow = Flow(self._facility.nodes, state.lost)
            draw = lasting if state.id == NORMAL else held
            self._found[state.id] = (flow, node_loads(self._power, flow, state, draw))
        return self._found[state.id]


def _up(watts: float) -> int:
    return math.ceil(watts - NOISE)
