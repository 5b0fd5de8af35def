"""From group counts to single racks: which rack follows which pattern, which server goes where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rackplan.facility import Footprint, Rack, RackGroup
from rackplan.formulation.instance import Instance, Option
from rackplan.formulation.patterns import Pattern, wiring_of
from rackplan.formulation.rules import OutletRule, RackRule, Rule, Term
from rackplan.formulation.stacking import free_units, stack
from rackplan.formulation.wiring import turned


@dataclass(frozen=True, slots=True)
class Placed:
    """One new server in a rack at its lowest rack unit."""

    rack: Rack
    u: int
    option: Option
    footprint: Footprint


def deal(
    instance: Instance,
    patterns: tuple[tuple[Pattern, ...], ...],
    begun: Mapping[int, str],
    follow: Mapping[tuple[int, int], int],
    count: Mapping[Term, int],
) -> tuple[Placed, ...]:
    """Deal the counts of every rack group out to its racks and stack them.

    Racks are filled in the order of the site file; within a rack heavier servers stand lower.
    """
    placed: list[Placed] = []
    for group in instance.groups:
        wires = Wires(instance, group, begun=group.index in begun)
        waiting = {
            option.index: count.get((group.index, option.index), 0) for option in instance.menu
        }
        racks = iter(group.racks)
        for p, pattern in enumerate(patterns[group.index]):
            for _ in range(follow.get((group.index, p), 0)):
                rack = next(racks)
                taken = _take(instance, pattern, waiting, begun.get(group.index) == "counts")
                placed.extend(_fill(instance, rack, wires, taken))
    return tuple(placed)


def _take(
    instance: Instance, pattern: Pattern, waiting: dict[int, int], by_counts: bool
) -> list[Option]:
    """As many waiting servers as the pattern has room for."""
    taken: list[Option] = []
    for footprint, room in enumerate(pattern):
        for option in instance.menu:
            if option.column(by_counts) == footprint:
                many = min(room, waiting[option.index])
                waiting[option.index] -= many
                room -= many
                taken += [option] * many
    return taken


def _fill(instance: Instance, rack: Rack, wires: Wires, options: list[Option]) -> list[Placed]:
    footprints = instance.facility.footprints
    heavy_low = sorted(options, key=lambda o: (-o.footprint.weight_g, o.index))
    heights = tuple(option.footprint.rack_units for option in heavy_low)
    units = stack(free_units(rack, footprints), rack.starts, heights)
    if units is None:
        raise AssertionError(f"a pattern of {rack.id} does not stack")
    begun = wires.begin([option.footprint for option in heavy_low])
    return [
        Placed(rack, u, option, footprint)
        for u, option, footprint in zip(units, heavy_low, begun, strict=True)
    ]


class Wires:
    """Chooses where the cords of a group's servers begin, rack by rack."""

    def __init__(self, instance: Instance, group: RackGroup, *, begun: bool) -> None:
        self._begun = begun
        rules: list[Rule] = [
            RackRule(group.index, limit) for limit in instance.rack_limits[group.index]
        ]
        if instance.cords[group.index].banks:
            rules.append(OutletRule(group.index, instance.cords[group.index]))
        self._footprints = instance.facility.footprints
        self._wiring = wiring_of(group, self._footprints, rules)
        self._filled = 0

    def begin(self, servers: Sequence[Footprint]) -> list[Footprint]:
        """The same servers with the place where their cords begin.

        Where a shared limit decided it already, they stay as they are. Elsewhere they are
        begun so that the rack carries them, turned by one line from rack to rack: that keeps the
        panel in balance.
        """
        counts = [0] * len(self._footprints)
        for server in servers:
            counts[server.index] += 1
        begun = tuple(counts)
        if not self._begun:
            found = self._wiring.arranged(begun)
            if found is None:
                raise AssertionError("a pattern does not wire")
            turn = turned(found, self._footprints, self._filled)
            begun = turn if self._wiring.admits(turn) else found
            self._filled += 1
        return _named(servers, begun, self._footprints)


def _named(
    servers: Sequence[Footprint], counts: Sequence[int], footprints: Sequence[Footprint]
) -> list[Footprint]:
    """Servers, each with one of the footprints counted for its model."""
    left = list(counts)
    named = []
    for server in servers:
        found = next(f for f in footprints if f.base == server.base and left[f.index])
        left[found.index] -= 1
        named.append(found)
    return named
