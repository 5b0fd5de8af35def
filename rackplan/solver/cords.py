"""Where every cord of a plan is plugged in: feed, line, and outlet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rackplan.facility import Footprint, Rack, RackGroup
from rackplan.facility.outlets import Place
from rackplan.facility.power import cords_by_feed
from rackplan.formulation import Instance, OutletRule, RackRule
from rackplan.formulation.patterns import wiring_of
from rackplan.plan import Cord

ALL_LINES = "L1-L2-L3"
"""Position of a cord that takes all three lines."""


@dataclass(frozen=True)
class RackCords:
    """Cords of one rack: of each server in the order given, and of gear by its name."""

    servers: tuple[tuple[Cord, ...], ...]
    gear: Mapping[str, tuple[Cord, ...]]


def rack_cords(
    instance: Instance, group: RackGroup, rack: Rack, servers: Sequence[Footprint]
) -> RackCords:
    """Plug in what stands in a rack.

    Parameters
    ----------
    instance, group, rack
        The rack, and the group it is in.
    servers
        Fixed servers first, in the order of the rack, then new ones.
    """
    rules: list[RackRule | OutletRule] = [OutletRule(group.index, instance.cords[group.index])]
    wiring = wiring_of(group, instance.facility.footprints, rules)
    places = wiring.packed([server.index for server in servers[len(rack.fixed) :]])
    if places is None:
        places = {}  # what stands there anyway fits no outlet: the verifier tells
    # Outlets are worked out for the rack that stands for its group: the feeds of the others follow.
    alike = zip(rack.feeds, group.rack.feeds, strict=True)
    outlets = _Outlets({own.id: places[its.id] for own, its in alike if its.id in places})
    of_gear = {
        item.name: tuple(_gear_cords(rack, item.feeds, item.cords, item.start, outlets))
        for item in rack.gear
        if item.power_w
    }
    return RackCords(tuple(tuple(_server_cords(rack, s, outlets)) for s in servers), of_gear)


class _Outlets:
    """Hands out the outlets of each feed in the order of the plugs, numbered within their bank."""

    def __init__(self, places: Mapping[str, Sequence[Place]]) -> None:
        self._waiting = {feed: iter(of_feed) for feed, of_feed in places.items()}
        self._used: dict[tuple[str, str, str], int] = defaultdict(int)

    def next(self, feed: str) -> str:
        """The next outlet of a feed: ``3/C19-2``; empty where the feed has no rack PDU."""
        if feed not in self._waiting:
            return ""
        bank, connector = next(self._waiting[feed])
        self._used[feed, bank, connector] += 1
        return f"{bank}/{connector}-{self._used[feed, bank, connector]}"


def _server_cords(rack: Rack, footprint: Footprint, outlets: _Outlets) -> Iterator[Cord]:
    counts = cords_by_feed(footprint.psu_count, rack.feeds)
    for feed in rack.feeds:
        for cord in range(counts[feed.id]):
            if footprint.supply.phases == 3:
                yield Cord(feed.side, ALL_LINES)
            else:
                position = feed.positions[(footprint.start + cord) % len(feed.positions)]
                yield Cord(feed.side, position, outlets.next(feed.id))


def _gear_cords(
    rack: Rack, sides: Sequence[str], cords: int, start: int, outlets: _Outlets
) -> Iterator[Cord]:
    for feed in rack.feeds:
        if feed.side in sides:
            for cord in range(cords):
                position = feed.positions[(start + cord) % len(feed.positions)]
                yield Cord(feed.side, position, outlets.next(feed.id))
