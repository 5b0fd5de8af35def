"""What the cords of servers and gear ask of the rack PDUs of a rack."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rackplan.facility.limits.node_loads import Live, held, lasting
from rackplan.facility.limits.rack_power import feed_states
from rackplan.facility.model import NORMAL, Facility, Feed, Footprint, Rack
from rackplan.facility.outlets import Bank, Plug, banks_of
from rackplan.facility.power import cords_by_feed, supplies_needed


@dataclass(frozen=True)
class CordPlan:
    """Banks and plugs of a rack, feed by feed.

    Attributes
    ----------
    banks
        Banks of each feed that ends in a rack PDU, by feed id.
    gear
        Plugs of what is not a server, by feed id, in the order of the gear and its cords.
    servers
        Plugs of one server of each footprint, by footprint index and feed id.
    """

    banks: Mapping[str, tuple[Bank, ...]]
    gear: Mapping[str, tuple[Plug, ...]]
    servers: Mapping[int, Mapping[str, tuple[Plug, ...]]]


def cord_plan(facility: Facility, rack: Rack) -> CordPlan:
    """What cords ask of the rack PDUs of a rack, in every set of feeds that can be alive."""
    fed = [feed for feed in rack.feeds if feed.strip is not None]
    states = list(feed_states(facility, rack).items()) if fed else []
    return CordPlan(
        banks={feed.id: banks_of(feed) for feed in fed},
        gear={feed.id: tuple(_gear_plugs(rack, feed, states)) for feed in fed},
        servers={
            footprint.index: {
                feed.id: tuple(_server_plugs(rack, footprint, feed, states)) for feed in fed
            }
            for footprint in facility.footprints
        },
    )


States = list[tuple[str, frozenset[str]]]


def _server_plugs(rack: Rack, footprint: Footprint, feed: Feed, states: States) -> Iterator[Plug]:
    cords = cords_by_feed(footprint.psu_count, rack.feeds)
    needed = supplies_needed(footprint, rack.feeds)
    currents = []
    for state, live in states:
        live_psus = sum(count for name, count in cords.items() if name in live)
        draw = lasting if state == NORMAL else held
        power_w = draw(footprint, Live(live_psus, live_psus >= needed)) if feed.id in live else 0
        currents.append(_current_ma(feed, power_w / live_psus if live_psus else 0.0))
    for cord in range(cords[feed.id] if footprint.supply.phases == 1 else 0):
        position = (footprint.start + cord) % len(feed.positions)
        yield Plug(footprint.supply.inlet, position, tuple(currents))


def _gear_plugs(rack: Rack, feed: Feed, states: States) -> Iterator[Plug]:
    for item in rack.gear:
        if feed.side not in item.feeds or not item.power_w:
            continue
        sides = {one.id for one in rack.feeds if one.side in item.feeds}
        currents = []
        for _, live in states:
            alive = len(sides & live) * item.cords
            power_w = item.power_w / alive if feed.id in live else 0.0
            currents.append(_current_ma(feed, power_w))
        for cord in range(item.cords):
            position = (item.start + cord) % len(feed.positions)
            yield Plug("", position, tuple(currents))


def _current_ma(feed: Feed, power_w: float) -> int:
    """Current of a cord [mA], rounded up but for the noise of floats."""
    amps = power_w / (feed.cord_v * float(feed.power_factor))
    return math.ceil(round(1000 * amps, 6))
