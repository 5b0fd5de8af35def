"""What a rack can hold: the largest sets of servers every rack rule admits.

Rack rules only bound from above, so every subset of an admitted set is admitted: the maximal sets
say everything. A group of equal racks is then a handful of integers - how many racks follow each
pattern - instead of one copy of every rule per rack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from rackplan.facility import Footprint, RackGroup
from rackplan.formulation.instance import Instance
from rackplan.formulation.rules import InsideRule, OutletRule, RackRule, Rule, StackRule
from rackplan.formulation.stacking import free_units, stacks
from rackplan.formulation.wiring import Wiring, is_line_rule

Pattern = tuple[int, ...]
"""How many servers of each footprint, in the order of the facility's footprints."""

MAX_SERVERS = 100_000
"""Bound on servers per rack where no rule bounds them: more than anyone asks for."""


def maximal_patterns(
    group: RackGroup,
    footprints: Sequence[Footprint],
    offered: Iterable[int],
    rules: Sequence[InsideRule],
    *,
    begun: bool = False,
) -> tuple[Pattern, ...]:
    """The maximal sets of servers one rack of a group admits; none when it breaks a rule as it is.

    A limit on the center of gravity does not bound sets from above: see ``gravity``.

    Parameters
    ----------
    group
        The racks.
    footprints
        All footprints of the facility.
    offered
        Indices of footprints that may be placed.
    rules
        Rack rules of the group; rules left out are not enforced.
    begun
        Whether patterns say where the cords of each server begin. Otherwise servers are counted
        under their first footprint, and a set is admitted when there is a way to begin them.
    """
    wiring = wiring_of(group, footprints, rules)
    linear = [rule for rule in rules if isinstance(rule, RackRule)]
    if not begun:
        linear = [rule for rule in linear if not is_line_rule(rule)]
    stacked = any(isinstance(rule, StackRule) for rule in rules)
    rooms = [rule.room for rule in linear]
    if min(rooms, default=0) < 0 or not wiring.admits((0,) * len(footprints)):
        return ()
    used = sorted({f if begun else footprints[f].base for f in offered})
    loads = {f: [rule.limit.loads.get(f, 0) for rule in linear] for f in used}
    for room, each in wiring.sums():
        rooms.append(room)
        for f in used:
            loads[f].append(each.get(f, 0))
    free = free_units(group.rack, footprints)
    if stacked:  # what stacks never takes more units than are free
        rooms.append(len(free))
        for f in used:
            loads[f].append(footprints[f].rack_units)

    def fits(counts: dict[int, int]) -> bool:
        if stacked:
            heights = [footprints[f].rack_units for f, k in counts.items() for _ in range(k)]
            if not stacks(free, group.rack.starts, heights):
                return False
        servers = tuple(counts.get(f, 0) for f in range(len(footprints)))
        return wiring.admits(servers) if begun else wiring.arranged(servers) is not None

    found = [
        tuple(counts.get(f, 0) for f in range(len(footprints)))
        for counts in _fill(used, loads, rooms, fits)
        if _is_maximal(counts, loads, rooms, fits)
    ]
    return tuple(sorted(found, reverse=True))


def wiring_of(group: RackGroup, footprints: Sequence[Footprint], rules: Iterable[Rule]) -> Wiring:
    """The lines and outlets of a group's racks under rules."""
    rules = list(rules)
    lines = [rule for rule in rules if isinstance(rule, RackRule) and is_line_rule(rule)]
    outlets = next((rule for rule in rules if isinstance(rule, OutletRule)), None)
    return Wiring(group, footprints, lines, outlets)


def group_wiring(instance: Instance, group: RackGroup) -> Wiring:
    """The lines and outlets of a group's racks under all of its limits."""
    rules: list[Rule] = [
        RackRule(group.index, limit) for limit in instance.rack_limits[group.index]
    ]
    if instance.cords[group.index].banks:
        rules.append(OutletRule(group.index, instance.cords[group.index]))
    return wiring_of(group, instance.facility.footprints, rules)


def _fill(
    used: Sequence[int],
    loads: dict[int, list[int]],
    rooms: list[int],
    fits: Callable[[dict[int, int]], bool],
) -> Iterator[dict[int, int]]:
    """Sets with as many of the last footprint as fit; the maximal sets are among them."""
    if not used:
        yield {}
        return
    first, rest = used[0], used[1:]
    most = _most(loads[first], rooms)
    while most and not fits({first: most}):
        most -= 1
    everything = {first: most} | {f: _most(loads[f], rooms) for f in rest}
    if _within(everything, loads, rooms) and fits(everything):
        yield everything  # the rest is not crowded out: one set holds them all
        return
    crowds = bool(rest) and any(loads[first])
    for count in range(most, -1, -1) if crowds else (most,):
        left = [room - count * load for room, load in zip(rooms, loads[first], strict=True)]

        def fits_with(others: dict[int, int], count: int = count) -> bool:
            return fits({first: count, **others})

        for others in _fill(rest, loads, left, fits_with):
            yield {first: count, **others}


def _most(load: Sequence[int], rooms: Sequence[int]) -> int:
    bounds = (room // amount for room, amount in zip(rooms, load, strict=True) if amount)
    return min(bounds, default=MAX_SERVERS)


def _within(counts: dict[int, int], loads: dict[int, list[int]], rooms: Sequence[int]) -> bool:
    taken = zip(*([count * load for load in loads[f]] for f, count in counts.items()), strict=True)
    return all(sum(parts) <= room for parts, room in zip(taken, rooms, strict=True))


def _is_maximal(
    counts: dict[int, int],
    loads: dict[int, list[int]],
    rooms: Sequence[int],
    fits: Callable[[dict[int, int]], bool],
) -> bool:
    """Whether no single server can be added: parts of an admitted set are admitted too."""
    more = ({**counts, f: many + 1} for f, many in counts.items() if many < MAX_SERVERS)
    return not any(_within(larger, loads, rooms) and fits(larger) for larger in more)
