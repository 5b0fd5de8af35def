"""Racks that no limit can tell apart: they admit the same servers and load the same devices."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

from rackplan.facility.floor import tile_share
from rackplan.facility.model import Facility, Rack
from rackplan.facility.power import Flow


@dataclass(frozen=True, slots=True)
class RackGroup:
    """Interchangeable racks; ``index`` is the place of the group among all groups."""

    index: int
    racks: tuple[Rack, ...]

    @property
    def rack(self) -> Rack:
        """A rack that stands for all of them."""
        return self.racks[0]

    @property
    def size(self) -> int:
        """How many racks."""
        return len(self.racks)


def group_racks(facility: Facility, apart: frozenset[str] = frozenset()) -> tuple[RackGroup, ...]:
    """Group the racks of a site, in the order of each group's first rack.

    Racks in ``apart``, and racks with pinned servers, each make a group of their own.
    """
    members: dict[Hashable, list[Rack]] = {}
    lined = _lined(facility)
    alone_ids = apart | {pin.rack for pin in facility.pins}
    for rack in facility.racks.values():
        forbidden = tuple(forbid.id for forbid in facility.forbids if rack.id in forbid.racks)
        alone = rack.id if rack.id in alone_ids else None
        members.setdefault((_signature(facility, rack, lined), forbidden, alone), []).append(rack)
    return tuple(RackGroup(index, tuple(racks)) for index, racks in enumerate(members.values()))


def _lined(facility: Facility) -> frozenset[str]:
    """Nodes above which the line of a circuit matters: some node there limits its lines."""
    flow = Flow(facility.nodes)
    return frozenset(
        name
        for name in facility.nodes
        if any(facility.nodes[above].has_lines for above in flow.same_lines(name))
    )


def _signature(facility: Facility, rack: Rack, lined: frozenset[str]) -> Hashable:
    group = facility.leaf_groups.get(rack.leaf_group or "")
    in_reach = group is None or group.reach_mm is None or (rack.cable_mm or 0) <= group.reach_mm
    # The loss of a feed that policy.not_survived exempts makes its rack differ from its neighbors.
    exempt = tuple(feed.side for feed in rack.feeds if feed.id in facility.policy.not_survived)
    return (
        rack.model_id,
        tuple(
            (f.side, f.source, f.circuit, f.limit_w, f.short_w, f.line_ma, f.strip_id)
            + (f.positions if len(f.positions) > 1 or f.source in lined else ())
            for f in rack.feeds
        ),
        exempt,
        rack.zone,
        None if rack.zone is None else facility.zones[rack.zone].place(rack.id),
        rack.id if rack.door is not None else None,  # the loss of its door is its own
        rack.tiles_l_s,
        rack.loop,
        rack.leaf_group,
        in_reach,
        rack.closed_u,
        rack.starts,
        rack.air_limit_w,
        rack.max_total_g,
        rack.stand,
        _floor_signature(facility, rack),
        tuple(
            (g.u, g.rack_units, g.power_w, g.weight_g, g.airflow_l_s, g.feeds, g.cords, g.start)
            for g in rack.gear
        ),
        rack.fixed,
    )


def _floor_signature(facility: Facility, rack: Rack) -> Hashable:
    """What the floor under a rack adds: its hall's ratings, and what a tile carries of it.

    The zones it stands in are told with the rack.
    """
    floor, share = facility.floor(rack), tile_share(facility, rack)
    point_g = floor.tiles.point_g if floor.tiles and share is not None else None
    return (replace(floor, zones=(), tiles=None), share, point_g)
