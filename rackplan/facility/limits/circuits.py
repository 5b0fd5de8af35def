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

from rackplan.facility.groups import RackGroup
from rackplan.facility.limits.lines import NOISE
from rackplan.facility.limits.model import SiteLimit
from rackplan.facility.limits.node_loads import (
    Channel,
    Draw,
    NodeLoads,
    SitePower,
    capped,
    counted,
    held,
    held_capped,
    held_counted,
    held_peak,
    held_source,
    lasting,
    node_loads,
    peak,
    source,
    uncapped,
)
from rackplan.facility.limits.power import ByPosition, by_position, judged, node_limits
from rackplan.facility.model import NORMAL, Facility, Feed, LossState
from rackplan.facility.power import Flow

USUAL: Mapping[Draw, Draw] = {
    held: lasting,
    held_source: source,
    held_counted: counted,
    held_capped: capped,
    held_peak: peak,
    uncapped: lasting,
}
"""What servers draw in normal operation where in a loss state they draw so."""


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
            lost = LossState(f"loss:{feed.id}", "power", (feed.id,))
            exposed = states.exposed(group, feed)
            for case in judged(facility, lost) if exposed else ():
                found = states.with_lost(group, feed, case.draw)
                for name in exposed:
                    node = facility.nodes[name]
                    if case.at(node):
                        yield from node_limits(facility, node, lost, case, found)


def _circuits(facility: Facility, group: RackGroup) -> list[Feed]:
    return [feed for feed in group.rack.feeds if feed.id not in facility.policy.not_survived]


@dataclass(frozen=True)
class _Shifted:
    """Base load of every channel, and load per server of the rack's group, with a circuit lost."""

    base: Mapping[Channel, float]
    loads: Mapping[Channel, Mapping[int, float]]


class _States:
    """Node loads in the states that may cover the loss of a circuit, each worked out once."""

    def __init__(self, facility: Facility, groups: Sequence[RackGroup]) -> None:
        self._facility = facility
        self._site = SitePower(facility, groups)
        self._flow = Flow(facility.nodes)
        self._normal: dict[Draw, NodeLoads] = {}
        self._unshifted: dict[Draw, NodeLoads] = {}
        self._panels: dict[tuple[str, Draw], NodeLoads | None] = {}
        self._positions: dict[tuple[str, int], ByPosition] = {}
        self._by_lost = {state.lost: state for state in facility.states if not state.module}

    def _undisturbed(self, draw: Draw) -> NodeLoads:
        """Loads of normal operation, with what servers draw then."""
        usual = USUAL[draw]
        if usual not in self._normal:
            normal = LossState(NORMAL, "normal")
            self._normal[usual] = node_loads(self._site, self._flow, normal, usual)
        return self._normal[usual]

    def _whole(self, draw: Draw) -> NodeLoads:
        """Loads with nothing lost, while servers draw what they do in a loss state."""
        if draw not in self._unshifted:
            nothing = LossState("loss:", "power")
            self._unshifted[draw] = node_loads(self._site, self._flow, nothing, draw)
        return self._unshifted[draw]

    def exposed(self, group: RackGroup, feed: Feed) -> list[str]:
        """Rated nodes above the rack on which the loss of the circuit is harder than any state.

        Covered is judged position by position: every load of a node is a sum of what is at its
        positions, with weights above zero.
        """
        above = sorted({n for f in group.rack.feeds for n in self._flow.upstream(f.source)})
        nodes = self._facility.nodes
        rated = [n for n in above if nodes[n].limit_w or nodes[n].limit_va]
        cases = list(judged(self._facility, LossState("loss:", "power")))
        return [
            n
            for n in rated
            if not all(self._covered(n, group, feed, c.draw) for c in cases if c.at(nodes[n]))
        ]

    def _covered(self, node: str, group: RackGroup, feed: Feed, draw: Draw) -> bool:
        """Whether normal operation, or the loss of the circuit's panel, is as hard on a node."""
        shifted = self._shifted(group, feed, draw)
        panel = self._panel(feed.source, draw)
        return self._covers(self._undisturbed(draw), node, group, shifted, draw) or (
            panel is not None and self._covers(panel, node, group, shifted, draw)
        )

    def with_lost(self, group: RackGroup, feed: Feed, draw: Draw) -> NodeLoads:
        """Loads of every node with one circuit of a rack lost, which is alone in its group."""
        shifted, whole = self._shifted(group, feed, draw), self._whole(draw)
        loads = {channel: dict(by_group) for channel, by_group in whole.loads.items()}
        for by_group in loads.values():
            by_group.pop(group.index, None)
        for channel, of_rack in shifted.loads.items():
            loads.setdefault(channel, {})[group.index] = dict(of_rack)
        return NodeLoads(dict(shifted.base), loads)

    def _at(self, node: str, state: NodeLoads) -> ByPosition:
        """Loads of a node by position in a state that is kept."""
        key = node, id(state)
        if key not in self._positions:
            self._positions[key] = by_position(node, state)
        return self._positions[key]

    def _shifted(self, group: RackGroup, feed: Feed, draw: Draw) -> _Shifted:
        """What nodes carry when one rack of the group has lost a circuit."""
        rack, flow = group.rack, self._flow
        everything = frozenset(f.id for f in rack.feeds)
        live = everything - {feed.id}
        base = dict(self._whole(draw).base)
        for feeds, sign in ((everything, -1), (live, 1)):
            for channel, watts in self._site.base(rack, feeds, flow, draw).items():
                base[channel] = base.get(channel, 0.0) + sign * watts
        return _Shifted(base, self._site.servers(rack, live, flow, draw))

    def _panel(self, source: str, draw: Draw) -> NodeLoads | None:
        key = (source, draw)
        if key not in self._panels:
            state = self._by_lost.get((source,))
            flow = Flow(self._facility.nodes, (source,))
            loads = node_loads(self._site, flow, state, draw) if state else None
            self._panels[key] = loads
        return self._panels[key]

    def _covers(
        self, state: NodeLoads, node: str, group: RackGroup, shifted: _Shifted, draw: Draw
    ) -> bool:
        """Whether a node carries at least as much in ``state``, whatever is placed."""
        base, loads = self._at(node, state)
        of_rack = {channel: {group.index: dict(by)} for channel, by in shifted.loads.items()}
        least, mine = by_position(node, NodeLoads(shifted.base, of_rack))
        _, others = self._at(node, self._whole(draw))
        return _reaches(base, least) and all(
            _reaches(loads.get(kind, {}), needed)
            for of_kinds in (others, mine)
            for kind, needed in of_kinds.items()
        )


def _reaches(carried: Mapping[str, float], needed: Mapping[str, float]) -> bool:
    return all(carried.get(at, 0.0) >= watts - NOISE for at, watts in needed.items())
