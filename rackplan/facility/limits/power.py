"""Power limits: every node in every state, every circuit of a rack, and what PSUs can promise.

Let K(n, s, p) be the watts that leave node n in state s for one watt that leaves panel p, and
d(f, c, s) the watts one server of footprint f takes from circuit c. The load of node n is

    sum over racks r, circuits c of r alive in s, servers f in r:  K(n, s, panel(c)) d(f, c, s)
    + gear, fixed loads and cooling units on the same paths            <=  rating of n
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from rackplan.facility.groups import RackGroup
from rackplan.facility.limits.model import RackLimit, SiteLimit, at_state, distinct
from rackplan.facility.model import (
    NORMAL,
    CoolingUnit,
    Facility,
    LossState,
    PowerNode,
    Rack,
)
from rackplan.facility.power import Flow, cords_by_feed, feed_draw_w, stays

ByGroup = dict[int, dict[int, Fraction]]
"""Load of one more server [W], by rack group and footprint."""


@dataclass(frozen=True)
class NodeLoads:
    """What nodes carry in a state: what is there anyway, and per server; missing means nothing."""

    base: dict[str, Fraction]
    loads: dict[str, ByGroup]


def site_limits(facility: Facility, groups: Sequence[RackGroup]) -> Iterator[SiteLimit]:
    """Real and apparent power of every rated node in every state in which it lives.

    Losses of single circuits are in ``circuits``: hardly ever do they matter above their rack.
    """
    yield from distinct(_all_site_limits(facility, groups))


def _all_site_limits(facility: Facility, groups: Sequence[RackGroup]) -> Iterator[SiteLimit]:
    for state in facility.states:
        if state.kind not in {"normal", "power"}:
            continue
        flow = Flow(facility.nodes, state.lost)
        found = node_loads(facility, groups, flow, state)
        for node in facility.nodes.values():
            if node.id not in flow.dead:
                base, loads = found.base[node.id], found.loads[node.id]
                yield from node_limits(facility, node, state, base, loads)


def node_limits(
    facility: Facility,
    node: PowerNode,
    state: LossState,
    base: Fraction,
    loads: Mapping[int, Mapping[int, Fraction]],
) -> Iterator[SiteLimit]:
    """The ratings of one node in one state, as limits in whole watts and volt-amperes."""
    ratings = (
        ("", "W", node.limit_w, Fraction(1)),
        ("/va", "VA", node.limit_va, 1 / facility.policy.power_factor),
    )
    for suffix, quantity, capacity, scale in ratings:
        if capacity is not None:
            yield SiteLimit(
                id=at_state(f"power/{node.id}{suffix}", state.id),
                family="power",
                device=node.id,
                state=state.id,
                quantity=quantity,
                capacity=capacity,
                base=math.ceil(base * scale),
                loads={
                    group: {f: math.ceil(watts * scale) for f, watts in by_footprint.items()}
                    for group, by_footprint in loads.items()
                },
            )


def node_loads(
    facility: Facility, groups: Sequence[RackGroup], flow: Flow, state: LossState
) -> NodeLoads:
    """Base load and load per server of every node in one state."""
    base: dict[str, Fraction] = defaultdict(Fraction)
    loads: dict[str, ByGroup] = defaultdict(dict)
    for node in facility.nodes.values():
        _add(base, flow.upstream(node.id), Fraction(node.fixed_w))
    for unit in _cooling_units(facility):
        source = next((n for n in unit.power_from if n not in flow.dead), None)
        if source is not None and unit.id != state.lost:
            _add(base, flow.upstream(source), Fraction(unit.power_w))
    loss = state.id != NORMAL
    for group in groups:
        rack = group.rack
        live = _live(rack, flow)
        sources = {feed.id: feed.source for feed in rack.feeds}
        for feed, watts in rack_base_w(facility, rack, live, loss=loss).items():
            _add(base, flow.upstream(sources[feed]), watts * group.size)
        for name, by_footprint in server_loads(facility, rack, live, flow, loss=loss).items():
            loads[name][group.index] = by_footprint
    return NodeLoads(base, loads)


def server_loads(
    facility: Facility, rack: Rack, live: frozenset[str], flow: Flow, *, loss: bool
) -> dict[str, dict[int, Fraction]]:
    """What one more server of each footprint in a rack puts on each node [W]."""
    loads: dict[str, dict[int, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    sources = {feed.id: feed.source for feed in rack.feeds}
    for footprint in facility.footprints:
        for feed, watts in feed_draw_w(footprint, rack.feeds, live, loss=loss).items():
            if watts:
                for node, share in flow.upstream(sources[feed]).items():
                    loads[node][footprint.index] += share * watts
    return loads


def _live(rack: Rack, flow: Flow) -> frozenset[str]:
    return frozenset(feed.id for feed in rack.feeds if feed.source not in flow.dead)


def rack_base_w(
    facility: Facility, rack: Rack, live: frozenset[str], *, loss: bool
) -> dict[str, Fraction]:
    """What gear and fixed servers take from each live feed of a rack [W], by feed id."""
    draw: dict[str, Fraction] = defaultdict(Fraction)
    for server in rack.fixed:
        footprint = facility.footprints[server.footprint]
        for feed, watts in feed_draw_w(footprint, rack.feeds, live, loss=loss).items():
            draw[feed] += watts
    for gear in rack.gear:
        feeds = [feed.id for feed in rack.feeds if feed.side in gear.feeds and feed.id in live]
        for feed in feeds:
            draw[feed] += Fraction(gear.power_w, len(feeds))
    return draw


def _cooling_units(facility: Facility) -> Iterator[CoolingUnit]:
    for zone in facility.zones.values():
        yield from zone.units
    for loop in facility.loops.values():
        yield from loop.cdus


def _add(base: dict[str, Fraction], upstream: Mapping[str, Fraction], watts: Fraction) -> None:
    if watts:
        for node, share in upstream.items():
            base[node] += share * watts


def rack_limits(facility: Facility, group: RackGroup) -> Iterator[RackLimit]:
    """Circuits of each rack with its feeds alive and with each set of them dead; PSU promises."""
    rack = group.rack
    for state, live in _feed_states(facility, rack).items():
        loss = state != NORMAL
        draws = {
            footprint.index: feed_draw_w(footprint, rack.feeds, live, loss=loss)
            for footprint in facility.footprints
        }
        base = rack_base_w(facility, rack, live, loss=loss)
        for feed in rack.feeds:
            if feed.id in live:
                yield RackLimit(
                    template=at_state("power/{rack}:" + feed.side, state),
                    family="power",
                    state=state,
                    quantity="W",
                    capacity=feed.limit_w,
                    base=math.ceil(base.get(feed.id, 0)),
                    loads={f: math.ceil(draw.get(feed.id, 0)) for f, draw in draws.items()},
                    reason={},
                )
        yield _psu_limit(facility, rack, live, state)


def _psu_limit(facility: Facility, rack: Rack, live: frozenset[str], state: str) -> RackLimit:
    failing: dict[int, str] = {}
    for footprint in facility.footprints:
        cords = cords_by_feed(footprint.psu_count, rack.feeds)
        live_psus = sum(count for feed, count in cords.items() if feed in live)
        if not stays(footprint, live_psus, loss=state != NORMAL):
            failing[footprint.index] = (
                f"{footprint.server_id} keeps {live_psus} of {footprint.psu_count} power supplies "
                f"alive; full power needs {footprint.psu_need_full}"
            )
    return RackLimit(
        template=at_state("power/{rack}/psu", state),
        family="power",
        state=state,
        quantity="servers",
        capacity=0,
        base=sum(server.footprint in failing for server in rack.fixed),
        loads=dict.fromkeys(failing, 1),
        reason=failing,
    )


def _feed_states(facility: Facility, rack: Rack) -> dict[str, frozenset[str]]:
    """One state for each set of feeds that can be alive: normal, own circuits, then nodes above."""
    everything = frozenset(feed.id for feed in rack.feeds)
    seen = {everything: NORMAL}
    for feed in rack.feeds:
        if feed.id not in facility.policy.not_survived:
            seen.setdefault(everything - {feed.id}, "loss:{rack}:" + feed.side)
    # A feed whose normal path is whole is alive: only losses on these paths can matter.
    normal = Flow(facility.nodes, "")
    paths = {node for feed in rack.feeds for node in normal.upstream(feed.source)}
    for state in facility.states:
        if state.lost in paths:
            flow = Flow(facility.nodes, state.lost)
            seen.setdefault(_live(rack, flow), state.id)
    return {state: live for live, state in seen.items()}
