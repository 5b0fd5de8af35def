"""Power limits of the nodes that racks share: in every state, lasting and for a short time.

Three loads are held against two ratings. What lasts, against the continuous rating; the short
electrical peak, and what servers draw after a loss until they are capped or shut down, against what
the node carries for a short time. Each as real power, as apparent power and as the current of every
line, where the node is rated for it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from rackplan.facility.devices import OFF_POWER_PATHS, SOURCE_KINDS
from rackplan.facility.groups import RackGroup
from rackplan.facility.limits.lines import line_loads, whole
from rackplan.facility.limits.model import SiteLimit, at_state, distinct
from rackplan.facility.limits.node_loads import (
    Channel,
    Draw,
    Live,
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
from rackplan.facility.model import NORMAL, Facility, Footprint, LossState, PowerNode
from rackplan.facility.phases import LINES, PAIRS
from rackplan.facility.power import Flow

T = TypeVar("T")


Group = Literal["breakers", "sources", "oversubscribed", "not oversubscribed", "all"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A load that is held against a rating.

    Attributes
    ----------
    what
        Its part of the limit's id: empty for what lasts.
    draw
        Power of a server that counts.
    short
        Whether the rating for a short time counts.
    nodes
        Which nodes it is judged on; circuits of racks count as breakers.
    diverse
        Whether the diversity of an oversubscribed node counts.
    """

    what: str
    draw: Draw
    short: bool
    nodes: Group = "all"
    diverse: bool = False

    def at(self, node: PowerNode) -> bool:
        """Whether it is judged on a node."""
        if self.nodes == "all":
            return True
        if self.nodes == "oversubscribed" or node.oversubscribed:
            return self.nodes == "oversubscribed" and node.oversubscribed
        is_source = node.kind in SOURCE_KINDS
        return self.nodes == "not oversubscribed" or is_source == (self.nodes == "sources")

    @property
    def on_circuits(self) -> bool:
        """Whether it is judged on circuits of racks."""
        return self.nodes in {"all", "breakers", "not oversubscribed"}


def judged(facility: Facility, state: LossState) -> Iterator[Judged]:
    """The loads that matter in a state."""
    footprints = facility.footprints
    normal = state.id == NORMAL
    if any(f.source_w > f.draw_w for f in footprints):
        yield Judged("", lasting if normal else held, False, "breakers")
        yield Judged("", source if normal else held_source, False, "sources")
    else:
        yield Judged("", lasting if normal else held, False, "not oversubscribed")
    if any(node.oversubscribed for node in facility.nodes.values()):
        yield Judged("", counted if normal else held_counted, False, "oversubscribed", True)
        yield Judged("capped", capped if normal else held_capped, False, "oversubscribed")
        if normal:
            yield Judged("transfer", lasting, True, "oversubscribed")
    if any(f.loss_peak_w > f.loss_draw_w or f.peak_w > f.draw_w for f in footprints):
        yield Judged("peak", peak if normal else held_peak, True)
    if state.kind in {"power", "named"}:
        if any(f.draw_w > f.loss_draw_w for f in footprints):
            yield Judged("transfer", uncapped, True)
        elif any(node.oversubscribed for node in facility.nodes.values()):
            yield Judged("transfer", uncapped, True, "oversubscribed")


def is_short_enough(
    footprints: Sequence[Footprint], case: Judged, lasts: Draw, limit: int, short: int
) -> bool:
    """Whether a short limit holds wherever the lasting one does: no rule is needed for it."""
    return case.short and all(
        case.draw(f, Live(f.psu_count, True)) * limit <= lasts(f, Live(f.psu_count, True)) * short
        for f in footprints
    )


def site_limits(facility: Facility, groups: Sequence[RackGroup]) -> Iterator[SiteLimit]:
    """The ratings of every node in every state in which it lives.

    Losses of single circuits are in ``circuits``: hardly ever do they matter above their rack.
    """
    yield from distinct(_all_site_limits(SitePower(facility, groups)))


def _all_site_limits(site: SitePower) -> Iterator[SiteLimit]:
    facility = site.facility
    for state in facility.states:
        if state.kind in OFF_POWER_PATHS:
            continue
        flow = Flow(facility.nodes, state.lost)
        for case in judged(facility, state):
            found = node_loads(site, flow, state, case.draw)
            for node in facility.nodes.values():
                if node.id not in flow.dead and case.at(node):
                    yield from node_limits(facility, node, state, case, found)


def node_limits(
    facility: Facility, node: PowerNode, state: LossState, case: Judged, found: NodeLoads
) -> Iterator[SiteLimit]:
    """The ratings of one node in one state, in whole watts, volt-amperes and milliamperes."""
    suffix = f"/{case.what}" if case.what else ""
    lasts = lasting if state.id == NORMAL else held
    left = node.share_left(state.module)
    ratings = (
        ("", "W", node.limit_w, node.short_w, 1.0),
        ("/va", "VA", node.limit_va, node.short_va, 1 / float(facility.policy.power_factor)),
    )
    share = float(node.diversity) if case.diverse else 1.0
    base = found.base.get((node.id, ""), 0.0)
    loads = found.loads.get((node.id, ""), {})
    for what, quantity, limit, short, scale in ratings:
        capacity = short if case.short and short is not None else limit
        if limit is None or capacity is None:
            continue
        if not node.oversubscribed and is_short_enough(
            facility.footprints, case, lasts, limit, capacity
        ):
            continue
        yield SiteLimit(
            id=at_state(f"power/{node.id}{what}{suffix}", state.id),
            family="power",
            device=node.id,
            state=state.id,
            quantity=quantity,
            capacity=math.floor(capacity * left),
            base=whole(base * scale),
            loads={
                group: {f: whole(watts * scale * share) for f, watts in by_footprint.items()}
                for group, by_footprint in loads.items()
            },
        )
    yield from _line_limits(facility, node, state, case, found)


def _line_limits(
    facility: Facility, node: PowerNode, state: LossState, case: Judged, found: NodeLoads
) -> Iterator[SiteLimit]:
    """The current of every line of a node, where servers do not load its lines alike."""
    rating = node.rating
    if rating is None or not node.has_lines:
        return
    limit, short = rating.continuous_ma, node.short_ma
    lasts = lasting if state.id == NORMAL else held
    if not node.oversubscribed and is_short_enough(facility.footprints, case, lasts, limit, short):
        return
    base, loads = by_position(node.id, found)
    share = float(node.diversity) if case.diverse else 1.0
    suffix = f"/{case.what}" if case.what else ""
    for bound in line_loads(base, loads, rating.volts, facility.policy.power_factor):
        by_group: dict[int, dict[int, int]] = {}
        for (group, footprint), current in bound.loads.items():
            by_group.setdefault(group, {})[footprint] = whole(current * share)
        yield SiteLimit(
            id=at_state(f"power/{node.id}/{bound.line}{suffix}", state.id),
            family="power",
            device=node.id,
            state=state.id,
            quantity="mA",
            capacity=short if case.short else limit,
            base=bound.base,
            loads=by_group,
        )


Kind = tuple[int, int]
"""Rack group and footprint."""


ByPosition = tuple[dict[str, float], dict[Kind, dict[str, float]]]
"""Base load, and load of one more server of each kind, at each position of a node [W]."""


def by_position(node: str, found: NodeLoads) -> ByPosition:
    """Loads of a node by position; what comes through converters spreads evenly over the lines."""
    base = {"": 0.0, **_channels(node, found.base)}
    loads: dict[Kind, dict[str, float]] = {}
    for position, by_group in _channels(node, found.loads).items():
        for group, by_footprint in by_group.items():
            for footprint, watts in by_footprint.items():
                loads.setdefault((group, footprint), {"": 0.0})[position] = watts
    return _spread(base), {kind: _spread(load) for kind, load in loads.items()}


def _channels(node: str, found: Mapping[Channel, T]) -> dict[str, T]:
    names = ("", *LINES, *PAIRS)
    return {name: found[node, name] for name in names if (node, name) in found}


def _spread(load: dict[str, float]) -> dict[str, float]:
    """Watts by position: what is not at any position, a third at each line."""
    rest = (load.pop("") - sum(load.values())) / 3
    return load | {line: load.get(line, 0.0) + rest for line in LINES}
