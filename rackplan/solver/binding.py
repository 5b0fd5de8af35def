"""What keeps one more server out of a rack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rackplan.facility import Footprint, Rack, RackGroup
from rackplan.facility.limits import SiteLimit
from rackplan.formulation.gravity import Balance
from rackplan.formulation.instance import Instance
from rackplan.formulation.patterns import group_wiring
from rackplan.formulation.stacking import free_units, stacks
from rackplan.formulation.wiring import Wiring
from rackplan.plan import LimitState
from rackplan.solver.loads import by_group, holds, loaded

MOST = 3
"""Limits named per rack."""


class Bindings:
    """Answers, for every rack of a plan, which limits one more server would break."""

    def __init__(
        self,
        instance: Instance,
        counts: Mapping[str, Mapping[int, int]],
        limits: Iterable[LimitState],
        full_lines: frozenset[str],
    ) -> None:
        self._instance = instance
        self._counts = counts
        self._free = {limit.id: limit.capacity - limit.load for limit in limits}
        self._offered = {option.footprint.index: option.footprint for option in instance.menu}
        self._full_lines = full_lines
        placed = by_group(instance, counts)
        self._asked = {
            limit.id: (holds(limit, placed), loaded(limit, placed))
            for limit in instance.site_limits
            if limit.when is not None
        }
        self._shared: dict[tuple[int, int], tuple[str, ...]] = {}
        self._wiring: dict[int, Wiring] = {}

    def of(self, group: RackGroup, rack: Rack) -> tuple[str, ...]:
        """Ids of the limits that keep out the server closest to fitting; empty when one more fits.

        Of all server models on offer the one that breaks the fewest limits is taken; models that
        can never stand in this rack only where none can.
        """
        limits = self._instance.rack_limits[group.index]
        barred = {
            f for limit in limits if not limit.capacity for f, load in limit.loads.items() if load
        }
        possible = [f for index, f in self._offered.items() if index not in barred]
        candidates = possible or list(self._offered.values())
        broken = [self._broken(group, rack, footprint) for footprint in candidates]
        return tuple(min(broken, key=len, default=[])[:MOST])

    def _broken(self, group: RackGroup, rack: Rack, footprint: Footprint) -> list[str]:
        rules = [*self._inside(group, rack, footprint), *self._outside(group, footprint)]
        # One line per device: a full UPS is full in several loss states.
        by_device = {rule.partition("@")[0]: rule for rule in reversed(rules)}
        return sorted(by_device.values(), key=rules.index)

    def _inside(self, group: RackGroup, rack: Rack, footprint: Footprint) -> Iterator[str]:
        """Limits of the rack itself."""
        wires, full_lines = self._wires(group, rack, footprint), False
        for limit in self._instance.rack_limits[group.index]:
            line = limit.quantity == "mA"
            if line and wires:
                continue
            rule = limit.id_for(rack.id)
            free = self._free.get(rule, limit.capacity - limit.base)
            if limit.loads.get(footprint.index, 0) > free:
                full_lines = full_lines or line
                yield rule
        if not wires and not full_lines:
            yield f"power/{rack.id}/outlets"
        yield from self._stacks(rack, footprint)

    def _outside(self, group: RackGroup, footprint: Footprint) -> tuple[str, ...]:
        """Limits the rack shares with others: the same for the whole group."""
        key = (group.index, footprint.index)
        if key not in self._shared:
            lines = {o.demand for o in self._instance.menu if o.footprint is footprint}
            full = [f"demand/{line}/max" for line in sorted(lines) if lines <= self._full_lines]
            limits = [
                limit.id
                for limit in self._instance.site_limits
                if self._stops(limit, group, footprint)
            ]
            self._shared[key] = (*full, *limits)
        return self._shared[key]

    def _stops(self, limit: SiteLimit, group: RackGroup, footprint: Footprint) -> bool:
        """Whether a limit that racks share keeps out one more server."""
        more = limit.loads.get(group.index, {}).get(footprint.index, 0)
        if limit.when is None:
            return more > self._free[limit.id]
        standing, load = self._asked[limit.id]
        called = standing or (group.index, footprint.index) in limit.when
        return called and load + more > limit.capacity

    def _wires(self, group: RackGroup, rack: Rack, footprint: Footprint) -> bool:
        """Whether lines and outlets carry one more, the cords of all new servers begun anew."""
        if group.index not in self._wiring:
            self._wiring[group.index] = group_wiring(self._instance, group)
        footprints = self._instance.facility.footprints
        counts = [0] * len(footprints)
        for standing, many in self._counts.get(rack.id, {}).items():
            counts[footprints[standing].base] += many
        counts[footprint.base] += 1
        return self._wiring[group.index].arranged(tuple(counts)) is not None

    def _stacks(self, rack: Rack, footprint: Footprint) -> Iterator[str]:
        """What one more breaks where servers are stacked: rack units, or the center of gravity."""
        footprints = self._instance.facility.footprints
        counts = [0] * len(footprints)
        for standing, many in self._counts.get(rack.id, {}).items():
            counts[standing] += many
        counts[footprint.index] += 1
        heights = [f.rack_units for f in footprints for _ in range(counts[f.index])]
        most_mm = self._instance.facility.policy.max_center_mm
        if not stacks(free_units(rack, footprints), rack.starts, heights):
            yield f"space/{rack.id}"
        elif most_mm is not None and not Balance(rack, footprints, most_mm).keeps(tuple(counts)):
            yield f"space/{rack.id}/gravity"
