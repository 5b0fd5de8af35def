"""From group counts to single racks: which rack follows which pattern, which server goes where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rackplan.facility import Rack
from rackplan.formulation.instance import Instance, Option
from rackplan.formulation.patterns import Pattern
from rackplan.formulation.rules import Term
from rackplan.formulation.stacking import free_units, stack


@dataclass(frozen=True, slots=True)
class Placed:
    """One new server in a rack at its lowest rack unit."""

    rack: Rack
    u: int
    option: Option


def deal(
    instance: Instance,
    patterns: tuple[tuple[Pattern, ...], ...],
    follow: Mapping[tuple[int, int], int],
    count: Mapping[Term, int],
) -> tuple[Placed, ...]:
    """Deal the counts of every rack group out to its racks and stack them.

    Racks are filled in the order of the site file; within a rack heavier servers stand lower.
    """
    placed: list[Placed] = []
    for group in instance.groups:
        waiting = {
            option.index: count.get((group.index, option.index), 0) for option in instance.menu
        }
        racks = iter(group.racks)
        for p, pattern in enumerate(patterns[group.index]):
            for _ in range(follow.get((group.index, p), 0)):
                rack = next(racks)
                placed.extend(_fill(instance, rack, _take(instance, pattern, waiting)))
    return tuple(placed)


def _take(instance: Instance, pattern: Pattern, waiting: dict[int, int]) -> list[Option]:
    """As many waiting servers as the pattern has room for."""
    taken: list[Option] = []
    for footprint, room in enumerate(pattern):
        for option in instance.menu:
            if option.footprint.index == footprint:
                many = min(room, waiting[option.index])
                waiting[option.index] -= many
                room -= many
                taken += [option] * many
    return taken


def _fill(instance: Instance, rack: Rack, options: list[Option]) -> list[Placed]:
    footprints = instance.facility.footprints
    heavy_low = sorted(options, key=lambda o: (-o.footprint.weight_g, o.index))
    heights = tuple(option.footprint.rack_units for option in heavy_low)
    units = stack(free_units(rack, footprints), rack.starts, heights)
    if units is None:
        raise AssertionError(f"a pattern of {rack.id} does not stack")
    return [Placed(rack, u, option) for u, option in zip(units, heavy_low, strict=True)]
