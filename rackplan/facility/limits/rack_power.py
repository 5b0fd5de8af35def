"""Power limits inside a rack: its circuits and their lines, and what its servers' supplies promise.

They are stated for every set of feeds that can be alive: with everything working, with each circuit
lost, and with what the loss of nodes above leaves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from rackplan.facility.groups import RackGroup
from rackplan.facility.limits.lines import line_loads, whole
from rackplan.facility.limits.model import RackLimit, admission, at_state
from rackplan.facility.limits.node_loads import (
    Part,
    SitePower,
    held,
    lasting,
    live_feeds,
)
from rackplan.facility.limits.power import Judged, is_short_enough, judged
from rackplan.facility.model import NORMAL, Facility, LossState, Rack
from rackplan.facility.power import Flow, cords_by_feed, stays, supplies_needed
from rackplan.facility.supply import supply_misfit


def rack_limits(facility: Facility, group: RackGroup) -> Iterator[RackLimit]:
    """Circuits of each rack with its feeds alive and with each set of them dead; PSU promises."""
    rack, site = group.rack, SitePower(facility, [group])
    for state, live in feed_states(facility, rack).items():
        for case in judged(facility, LossState(state, "normal" if state == NORMAL else "power")):
            if case.on_circuits:
                yield from _circuits(site, rack, live, state, case)
        yield _promises(facility, rack, live, state)
    yield admission("power", "supply", facility, group, lambda f: supply_misfit(f, rack))


def _circuits(
    site: SitePower, rack: Rack, live: frozenset[str], state: str, case: Judged
) -> Iterator[RackLimit]:
    """The circuits of a rack while some of its feeds live: as a whole, and line by line."""
    facility = site.facility
    base = _by_feed(site.base_parts(rack, live, case.draw))
    of_servers = {
        footprint.index: _by_feed(site.server_parts(rack, footprint, live, case.draw))
        for footprint in facility.footprints
    }
    lasts = lasting if state == NORMAL else held
    suffix = f"/{case.what}" if case.what else ""
    nothing: dict[str, float] = {}
    for feed in rack.feeds:
        if feed.id not in live:
            continue
        name = "power/{rack}:" + feed.side
        capacity = feed.short_w if case.short else feed.limit_w
        load = base.get(feed.id, nothing)
        loads = {f: parts.get(feed.id, nothing) for f, parts in of_servers.items()}
        if not is_short_enough(facility.footprints, case, lasts, feed.limit_w, capacity):
            yield RackLimit(
                template=at_state(f"{name}{suffix}", state),
                family="power",
                state=state,
                quantity="W",
                capacity=capacity,
                base=whole(sum(load.values())),
                loads={f: whole(sum(one.values())) for f, one in loads.items()},
                reason={},
            )
        line_ma = feed.short_ma if case.short else feed.line_ma
        too_few = len(feed.positions) < 3 or feed.rating is None
        if too_few or is_short_enough(facility.footprints, case, lasts, feed.line_ma, line_ma):
            continue
        volts = feed.rating.volts if feed.rating else 0
        for bound in line_loads(load, loads, volts, feed.power_factor):
            yield RackLimit(
                template=at_state(f"{name}/{bound.line}{suffix}", state),
                family="power",
                state=state,
                quantity="mA",
                capacity=line_ma,
                base=bound.base,
                loads=bound.loads,
                reason={},
            )


def _by_feed(parts: Iterable[Part]) -> dict[str, dict[str, float]]:
    """Power by feed and position [W]."""
    found: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for feed, watts, shares in parts:
        for position, share in zip(feed.positions, shares, strict=True):
            found[feed.id][position] += watts * share
    return found


def _promises(facility: Facility, rack: Rack, live: frozenset[str], state: str) -> RackLimit:
    """Servers whose live power supplies cannot keep what they promise."""
    failing: dict[int, str] = {}
    for footprint in facility.footprints:
        cords = cords_by_feed(footprint.psu_count, rack.feeds)
        live_psus = sum(count for feed, count in cords.items() if feed in live)
        if not stays(footprint, rack.feeds, live_psus, loss=state != NORMAL):
            failing[footprint.index] = (
                f"{footprint.server_id} keeps {live_psus} of {footprint.psu_count} power supplies "
                f"alive; full power needs {supplies_needed(footprint, rack.feeds)}"
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


def feed_states(facility: Facility, rack: Rack) -> dict[str, frozenset[str]]:
    """One state for each set of feeds that can be alive: normal, own circuits, then nodes above."""
    everything = frozenset(feed.id for feed in rack.feeds)
    seen = {everything: NORMAL}
    for feed in rack.feeds:
        if feed.id not in facility.policy.not_survived:
            seen.setdefault(everything - {feed.id}, "loss:{rack}:" + feed.side)
    # A feed whose normal path is whole is alive: only losses on these paths can matter.
    normal = Flow(facility.nodes)
    paths = {node for feed in rack.feeds for node in normal.upstream(feed.source)}
    for state in facility.states:
        if paths.intersection(state.lost):
            seen.setdefault(live_feeds(rack, Flow(facility.nodes, state.lost)), state.id)
    return {state: live for live, state in seen.items()}
