"""Losing one rack's own circuit, seen from the nodes above it.

The loss shifts one rack to its other feeds. Nearly always a state that is stated anyway is at least
as hard on every node: normal operation (nodes above all feeds of the rack), or the loss of the
circuit's panel (which shifts that rack and its neighbors). Where neither is - the panel feeds
something else that dies with it, or the rack's other path wastes more - the circuit has a state of
its own, and its rack stands alone in its group, so that the rule is exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from rackplan.facility.groups import RackGroup
from rackplan.facility.limits.model import SiteLimit
from rackplan.facility.limits.power import (
    NodeLoads,
    node_limits,
    node_loads,
    rack_base_w,
    server_loads,
)
from rackplan.facility.model import NORMAL, Facility, Feed, LossState
from rackplan.facility.power import Flow


def exposed_racks(facility: Facility, groups: Sequence[RackGroup]) -> frozenset[str]:
    """Racks with a circuit whose loss no other state covers."""
    states = _States(facility, groups)
    return frozenset(
        rack.id
        for group in groups
        if any(states.exposed(group, feed) for feed in _circuits(facility, group))
        for rack in group.racks
    )


def circuit_limits(facility: Facility, groups: Sequence[RackGroup]) -> Iterator[SiteLimit]:
    """Limits of nodes when an exposed circuit is lost; its rack must be alone in its group."""
    states = _States(facility, groups)
    alone = [group for group in groups if group.size == 1]
    for group in alone:
        for feed in _circuits(facility, group):
            for node in states.exposed(group, feed):
                shifted = states.shifted(group, feed)
                loads = {**states.unshifted.loads[node], group.index: shifted.loads[node]}
                lost = LossState(f"loss:{feed.id}", "power", feed.id)
                base = shifted.base.get(node, Fraction(0))
                yield from node_limits(facility, facility.nodes[node], lost, base, loads)


def _circuits(facility: Facility, group: RackGroup) -> list[Feed]:
    return [feed for feed in group.rack.feeds if feed.id not in facility.policy.not_survived]


@dataclass(frozen=True)
class _Shifted:
    """Base load of every node, and load per server of the rack's group, with a circuit lost."""

    base: Mapping[str, Fraction]
    loads: Mapping[str, Mapping[int, Fraction]]


class _States:
    """Node loads in the states that may cover the loss of a circuit, each worked out once."""

    def __init__(self, facility: Facility, groups: Sequence[RackGroup]) -> None:
        self._facility = facility
        self._groups = groups
        self._flow = Flow(facility.nodes, "")
        normal = LossState(NORMAL, "normal", "")
        self._normal = node_loads(facility, groups, self._flow, normal)
        self.unshifted = node_loads(facility, groups, self._flow, LossState("loss:", "power", ""))
        self._panels: dict[str, NodeLoads | None] = {}
        self._by_lost = {state.lost: state for state in facility.states}

    def exposed(self, group: RackGroup, feed: Feed) -> list[str]:
        """Rated nodes above the rack on which the loss of the circuit is harder than any state."""
        shifted = self.shifted(group, feed)
        panel = self._panel(feed.source)
        above = sorted({n for f in group.rack.feeds for n in self._flow.upstream(f.source)})
        rated = [
            n for n in above if self._facility.nodes[n].limit_w or self._facility.nodes[n].limit_va
        ]
        return [
            node
            for node in rated
            if not self._covers(self._normal, node, group, shifted)
            and not (panel and self._covers(panel, node, group, shifted))
        ]

    def shifted(self, group: RackGroup, feed: Feed) -> _Shifted:
        """What nodes carry when one rack of the group has lost a circuit."""
        facility, rack, flow = self._facility, group.rack, self._flow
        everything = frozenset(f.id for f in rack.feeds)
        base = dict(self.unshifted.base)
        for live, sign in ((everything, -1), (everything - {feed.id}, 1)):
            sources = {f.id: f.source for f in rack.feeds}
            for one, watts in rack_base_w(facility, rack, live, loss=True).items():
                for node, share in flow.upstream(sources[one]).items():
                    base[node] = base.get(node, Fraction(0)) + sign * share * watts
        return _Shifted(base, server_loads(facility, rack, everything - {feed.id}, flow, loss=True))

    def _panel(self, source: str) -> NodeLoads | None:
        if source not in self._panels:
            state = self._by_lost.get(source)
            flow = Flow(self._facility.nodes, source)
            loads = node_loads(self._facility, self._groups, flow, state) if state else None
            self._panels[source] = loads
        return self._panels[source]

    def _covers(self, state: NodeLoads, node: str, group: RackGroup, shifted: _Shifted) -> bool:
        """Whether a node carries at least as much in ``state``, whatever is placed."""
        if state.base[node] < shifted.base.get(node, 0):
            return False
        mine = shifted.loads.get(node, {})
        others = self.unshifted.loads[node]
        needed = {**others, group.index: {**others.get(group.index, {})}}
        for footprint, watts in mine.items():
            known = needed[group.index].get(footprint, Fraction(0))
            needed[group.index][footprint] = max(known, watts)
        return all(
            state.loads[node].get(g, {}).get(footprint, 0) >= watts
            for g, by_footprint in needed.items()
            for footprint, watts in by_footprint.items()
        )
