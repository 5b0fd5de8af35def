"""A plan set against its site: every server of the plan with what the site knows about it.

The plan's own words are not trusted here. What a server must do in a loss state follows from its
workload or its demand line, never from what the plan says about it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import get_args

from rackplan.errors import RackplanError
from rackplan.facility.demand import Survive, SurviveKind
from rackplan.facility.model import Facility, FixedServer, Footprint, Rack
from rackplan.plan import Cord, Plan, Server
from rackplan.verifier.loads import SiteLoads
from rackplan.verifier.supplies import Cords, Standing, cords, turns
from rackplan.verifier.verdict import Violation, violation
from rackplan.workload import Service, predict


@dataclass(frozen=True, slots=True)
class Placed:
    """A server of the plan that the site knows: its rack and its footprint."""

    server: Server
    rack: Rack
    footprint: Footprint

    @property
    def top_u(self) -> int:
        """Highest rack unit it takes."""
        return self.server.u + self.footprint.rack_units - 1


class View:
    """A plan and its facility, resolved once for all checks.

    Attributes
    ----------
    placed
        Servers whose rack and model the site knows, in the order of the plan.
    strange
        One violation for each server that could not be resolved.
    """

    def __init__(self, facility: Facility, plan: Plan) -> None:
        self.facility = facility
        self.plan = plan
        resolved = [_resolve(facility, server) for server in plan.servers]
        self.placed = tuple(item for item in resolved if isinstance(item, Placed))
        self.strange = tuple(item for item in resolved if isinstance(item, Violation))
        self._services: dict[tuple[str, str], Service | RackplanError] = {}

    @cached_property
    def by_rack(self) -> Mapping[str, tuple[Placed, ...]]:
        """Servers by rack id, for every rack of the site; empty racks have none."""
        groups: dict[str, list[Placed]] = defaultdict(list)
        for placed in self.placed:
            groups[placed.rack.id].append(placed)
        return {rack: tuple(groups.get(rack, ())) for rack in self.facility.racks}

    @cached_property
    def loads(self) -> SiteLoads:
        """Power and heat of every rack in every state."""
        servers = {
            rack: tuple(
                Standing(placed.footprint, plugged(placed), kind_of(placed)) for placed in of_rack
            )
            for rack, of_rack in self.by_rack.items()
        }
        return SiteLoads(self.facility, servers)

    def cords_of_gear(self, rack: str) -> Mapping[str, tuple[Cord, ...]]:
        """Cords of a rack's gear as the plan states them, by the name of the gear."""
        return self._gear.get(rack, {})

    @cached_property
    def _gear(self) -> Mapping[str, Mapping[str, tuple[Cord, ...]]]:
        return {summary.rack: summary.gear_cords for summary in self.plan.racks}

    def service(self, placed: Placed) -> Service | RackplanError | None:
        """What a server delivers for its workload, or why it cannot; ``None`` without work."""
        workload = self.facility.workloads.get(placed.server.workload or "")
        if workload is None:
            return None
        footprint = placed.footprint
        key = (footprint.server_id, workload.id)
        if key not in self._services:
            try:
                self._services[key] = predict(footprint.server, footprint.accelerator, workload)
            except RackplanError as error:
                self._services[key] = error
        return self._services[key]

    def racks(self) -> Iterator[tuple[Rack, tuple[Placed, ...]]]:
        """Every rack with its servers, in the order of the site."""
        for rack, servers in self.by_rack.items():
            yield self.facility.racks[rack], servers


def kind_of(placed: Placed) -> str:
    """What is held back together: servers of one workload (or none) under one survive rule."""
    survive = placed.footprint.survive
    return f"{placed.server.workload or ''}/{survive.kind}/{survive.cap_w or 0}"


def plugged(placed: Placed) -> Cords:
    """Cords of a server at each position of each feed, as the plan states them.

    A plan that says nothing of cords plugs them in turn: round the feeds, and on each from its
    first position on.
    """
    feeds = placed.rack.feeds
    counts = cords(placed.footprint.psu_count, [feed.side for feed in feeds])
    if not placed.server.cords:
        return {feed.side: turns(counts[feed.side], 0, feed) for feed in feeds if counts[feed.side]}
    found: dict[str, dict[str, int]] = {}
    for cord in placed.server.cords:
        feed = next((feed for feed in feeds if feed.side == cord.feed), None)
        if feed is not None:
            # A cord on a position that its feed does not have is judged with the server's place.
            known = cord.position if cord.position in feed.positions else feed.positions[0]
            at = found.setdefault(feed.side, {})
            at[known] = at.get(known, 0) + 1
    return found


def standing(rack: Rack, server: Server) -> FixedServer | None:
    """The existing server of the site file that a server of the plan claims to be."""
    return next((item for item in rack.fixed if item.existing and item.u == server.u), None)


def required_survive(facility: Facility, server: Server) -> Survive | None:
    """What the site says a server must do in loss states; ``None`` when the site does not say."""
    rack = facility.racks.get(server.rack)
    fixed = standing(rack, server) if rack is not None and server.existing else None
    if fixed is not None:
        return facility.footprints[fixed.footprint].survive
    workload = facility.workloads.get(server.workload) if server.workload is not None else None
    if workload is not None:
        return workload.survive
    line = facility.demands.get(server.demand) if server.demand is not None else None
    return line.survive if line is not None else None


def _stated_survive(server: Server) -> Survive | None:
    kinds: tuple[SurviveKind, ...] = get_args(SurviveKind)
    kind = next((kind for kind in kinds if kind == server.survive), None)
    if kind is None:
        return None
    return Survive(kind, server.loss_draw_w if kind == "reduced" else None)


def _resolve(facility: Facility, server: Server) -> Placed | Violation:
    rule = f"plan/{server.id}"
    rack = facility.racks.get(server.rack)
    if rack is None:
        return violation(
            rule, server.id, f"{server.id} stands in {server.rack!r}, no rack of the site."
        )
    # A server of no known line or workload is a violation of its own; the plan's word places it.
    survive = required_survive(facility, server) or _stated_survive(server)
    if survive is None:
        message = f"nothing says what {server.id} must do in loss states."
        return violation(rule, server.id, message)
    try:
        return Placed(server, rack, facility.footprint(server.model, survive))
    except KeyError:
        message = (
            f"{server.id} is a {server.model!r} ({survive.kind}), which the site does not ask for."
        )
        return violation(rule, server.id, message)
