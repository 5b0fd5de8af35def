"""What power nodes carry in a state: of what stands there anyway, and of each server more.

Let K(n, s, p) be the watts that leave node n in state s for one watt that leaves panel p, and
d(f, c, s) the watts one server of footprint f takes from circuit c. The load of node n is

    sum over racks r, circuits c of r alive in s, servers f in r:  K(n, s, panel(c)) d(f, c, s)
    + gear, fixed loads, idle losses and cooling units on the same paths

The same is added up for every position (line to neutral, line to line) of nodes whose lines are
limited, as far up as the lines stay the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rackplan.facility.groups import RackGroup
from rackplan.facility.model import Facility, Feed, Footprint, LossState, Rack
from rackplan.facility.power import (
    Flow,
    cords_by_feed,
    cords_by_position,
    feed_draw_w,
    supplies_needed,
)

Channel = tuple[str, str]
"""A node, and a position on it; the empty position stands for all that leaves the node."""

ByGroup = dict[int, dict[int, float]]
"""Load of one more server [W], by rack group and footprint."""


@dataclass(frozen=True, slots=True)
class Live:
    """Live supplies of a server: how many, and whether they carry its full power."""

    count: int
    carry: bool


Draw = Callable[[Footprint, Live], int]
"""Power of a server that is counted, with some of its supplies alive [W]."""


def lasting(footprint: Footprint, live: Live) -> int:
    """What a server draws in normal operation [W]."""
    return footprint.draw_w


def held(footprint: Footprint, live: Live) -> int:
    """What a server draws in a loss state, held to its promise [W]."""
    return footprint.loss_draw_w


def uncapped(footprint: Footprint, live: Live) -> int:
    """What a server draws after a loss, until it is capped or shut down [W].

    One whose live supplies do not carry its full power brakes itself at once.
    """
    return footprint.draw_w if live.carry else footprint.loss_draw_w


def source(footprint: Footprint, live: Live) -> int:
    """What sources count of a server in normal operation [W]."""
    return footprint.source_w


def held_source(footprint: Footprint, live: Live) -> int:
    """What sources count of a server in a loss state, held to its promise [W]."""
    return footprint.kept_w(footprint.source_w)


def counted(footprint: Footprint, live: Live) -> int:
    """What oversubscribed nodes count of a server in normal operation [W]."""
    return footprint.counted_w


def held_counted(footprint: Footprint, live: Live) -> int:
    """What oversubscribed nodes count of a server in a loss state, held to its promise [W]."""
    return footprint.kept_w(footprint.counted_w)


def capped(footprint: Footprint, live: Live) -> int:
    """What a server can be capped to in normal operation [W]."""
    return footprint.capped_w


def held_capped(footprint: Footprint, live: Live) -> int:
    """What a server can be capped to in a loss state, held to its promise [W]."""
    return footprint.kept_w(footprint.capped_w)


def peak(footprint: Footprint, live: Live) -> int:
    """Short electrical peak in normal operation [W]."""
    return _given(footprint.peak_w, footprint.draw_w, footprint, live)


def held_peak(footprint: Footprint, live: Live) -> int:
    """Short electrical peak in a loss state [W]."""
    return _given(footprint.loss_peak_w, footprint.loss_draw_w, footprint, live)


def _given(peak_w: int, lasting_w: int, footprint: Footprint, live: Live) -> int:
    """A peak as far as live supplies give it: they give no more than their rating."""
    return max(lasting_w, min(peak_w, live.count * footprint.psu_rating_w))


@dataclass(frozen=True)
class NodeLoads:
    """What nodes carry in a state: what is there anyway, and per server; missing means nothing."""

    base: Mapping[Channel, float]
    loads: Mapping[Channel, ByGroup]


Part = tuple[Feed, float, tuple[float, ...]]
"""What something draws from a feed [W], and the share of it at each position of the feed."""

OnNodes = Mapping[Channel, float]


class SitePower:
    """Power of the racks of a site, each part of it worked out once.

    Loads are floats here: limits round them up to whole units but for the noise of floats.
    """

    def __init__(self, facility: Facility, groups: Sequence[RackGroup]) -> None:
        self.facility = facility
        self.groups = groups
        self._parts: dict[object, tuple[Part, ...]] = {}
        self._paths: dict[object, int] = {}
        self._servers: dict[object, Mapping[Channel, dict[int, float]]] = {}

    def server_parts(
        self, rack: Rack, footprint: Footprint, live: frozenset[str], draw: Draw
    ) -> tuple[Part, ...]:
        """What one server draws from each live feed of a rack."""
        key = rack.id, footprint.index, live, draw
        if key not in self._parts:
            self._parts[key] = tuple(server_parts(rack, footprint, live, draw))
        return self._parts[key]

    def base_parts(self, rack: Rack, live: frozenset[str], draw: Draw) -> Iterator[Part]:
        """What gear and fixed servers draw from each live feed of a rack."""
        for server in rack.fixed:
            footprint = self.facility.footprints[server.footprint]
            yield from self.server_parts(rack, footprint, live, draw)
        for gear in rack.gear:
            feeds = [feed for feed in rack.feeds if feed.side in gear.feeds and feed.id in live]
            for feed in feeds if gear.power_w else ():
                shares = cords_by_position(gear.cords, gear.start, feed)
                yield feed, gear.power_w / len(feeds), tuple(map(float, shares))

    def base(self, rack: Rack, live: frozenset[str], flow: Flow, draw: Draw) -> OnNodes:
        """What gear and fixed servers of a rack put on each channel [W]."""
        if not rack.fixed and not rack.gear:
            return {}
        return self._on_nodes(flow, self.base_parts(rack, live, draw))

    def servers(
        self, rack: Rack, live: frozenset[str], flow: Flow, draw: Draw
    ) -> Mapping[Channel, dict[int, float]]:
        """What one more server of each footprint in a rack puts on each channel [W]."""
        paths = tuple(self._path(flow, feed.source) for feed in rack.feeds)
        key = rack.id, live, draw, paths
        if key not in self._servers:
            loads: dict[Channel, dict[int, float]] = defaultdict(dict)
            for footprint in self.facility.footprints:
                parts = self.server_parts(rack, footprint, live, draw)
                for channel, watts in self._on_nodes(flow, parts).items():
                    loads[channel][footprint.index] = watts
            self._servers[key] = dict(loads)
        return self._servers[key]

    def _path(self, flow: Flow, source: str) -> int:
        """A number for the paths from a source up: the same for the same paths."""
        return self._paths.setdefault((source, flow.paths(source)), len(self._paths))

    def _on_nodes(self, flow: Flow, parts: Iterable[Part]) -> dict[Channel, float]:
        nodes = self.facility.nodes
        found: dict[Channel, float] = defaultdict(float)
        for feed, watts, shares in parts:
            whole, lines = flow.paths(feed.source)
            for node, share in whole:
                found[node, ""] += share * watts
            for node, share in lines:
                if nodes[node].has_lines:
                    for position, part in zip(feed.positions, shares, strict=True):
                        if part:
                            found[node, position] += share * watts * part
        return found


def node_loads(site: SitePower, flow: Flow, state: LossState, draw: Draw) -> NodeLoads:
    """Base load and load per server of every node in one state."""
    base: dict[Channel, float] = defaultdict(float)
    loads: dict[Channel, ByGroup] = defaultdict(dict)
    for name, own_w in flow.own_load().items():
        base[name, ""] += float(own_w)
    for unit in site.facility.cooling_units:
        source = next((n for n in unit.power_from if n not in flow.dead), None)
        if source is not None and unit.id not in state.lost:
            started = flow.on_generator(source)
            power_w = max(unit.power_w, unit.start_w) if started else unit.power_w
            for node, share in flow.paths(source)[0] if power_w else ():
                base[node, ""] += share * power_w
    for group in site.groups:
        live = live_feeds(group.rack, flow)
        for channel, watts in site.base(group.rack, live, flow, draw).items():
            base[channel] += watts * group.size
        for channel, of_server in site.servers(group.rack, live, flow, draw).items():
            loads[channel][group.index] = of_server
    return NodeLoads(base, loads)


def server_parts(
    rack: Rack, footprint: Footprint, live: frozenset[str], draw: Draw
) -> Iterator[Part]:
    """What one server draws from each live feed of a rack."""
    cords = cords_by_feed(footprint.psu_count, rack.feeds)
    live_psus = sum(count for feed, count in cords.items() if feed in live)
    state = Live(live_psus, live_psus >= supplies_needed(footprint, rack.feeds))
    drawn = feed_draw_w(footprint, rack.feeds, live, draw(footprint, state))
    for feed in rack.feeds:
        if drawn.get(feed.id):
            phases = footprint.supply.phases
            shares = cords_by_position(cords[feed.id], footprint.start, feed, phases)
            yield feed, float(drawn[feed.id]), tuple(map(float, shares))


def live_feeds(rack: Rack, flow: Flow) -> frozenset[str]:
    """Ids of the feeds of a rack whose panel lives."""
    return frozenset(feed.id for feed in rack.feeds if feed.source not in flow.dead)
