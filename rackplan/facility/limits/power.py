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
from typing import TypeVar

from rackplan.facility.groups import RackGroup
from rackplan.facility.limits.lines import line_loads, whole
from rackplan.facility.limits.model import SiteLimit, at_state, distinct
from rackplan.facility.limits.node_loads import (
    Channel,
    Draw,
    Live,
    NodeLoads,
    SitePower,
    held,
    held_peak,
    lasting,
    node_loads,
    peak,
    uncapped,
)
from rackplan.facility.model import NORMAL, Facility, Footprint, LossState, PowerNode
from rackplan.facility.phases import LINES, PAIRS
from rackplan.facility.power import Flow

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Judged:
    """A load that is held against a rating.

    ``what`` is its part of the limit's id: empty for what lasts.
    """

    what: str
    draw: Draw
    short: bool


def judged(facility: Facility, state: LossState) -> Iterator[Judged]:
    """The loads that matter in a state."""
    footprints = facility.footprints
    if state.id == NORMAL:
        yield Judged("", lasting, False)
        if any(f.peak_w > f.draw_w for f in footprints):
            yield Judged("peak", peak, True)
        return
    yield Judged("", held, False)
    if any(f.loss_peak_w > f.loss_draw_w for f in footprints):
        yield Judged("peak", held_peak, True)
    if state.kind in {"power", "named"} and any(f.draw_w > f.loss_draw_w for f in footprints):
        yield Judged("transfer", uncapped, True)


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
        if state.kind in {"air", "liquid"}:
            continue
        flow = Flow(facility.nodes, state.lost)
        for case in judged(facility, state):
            found = node_loads(site, flow, state, case.draw)
            for node in facility.nodes.values():
                if node.id not in flow.dead:
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
    base = found.base.get((node.id, ""), 0.0)
    loads = found.loads.get((node.id, ""), {})
    for what, quantity, limit, short, scale in ratings:
        capacity = short if case.short and short is not None else limit
        if limit is None or capacity is None:
            continue
        if is_short_enough(facility.footprints, case, lasts, limit, capacity):
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
                group: {f: whole(watts * scale) for f, watts in by_footprint.items()}
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
    if is_short_enough(facility.footprints, case, lasts, limit, short):
        return
    base, loads = _by_position(node.id, found)
    suffix = f"/{case.what}" if case.what else ""
    for bound in line_loads(base, loads, rating.volts, facility.policy.power_factor):
        by_group: dict[int, dict[int, int]] = {}
        for (group, footprint), current in bound.loads.items():
            by_group.setdefault(group, {})[footprint] = current
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


def _by_position(
    node: str, found: NodeLoads
) -> tuple[dict[str, float], dict[Kind, dict[str, float]]]:
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
