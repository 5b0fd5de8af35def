"""Which lines and outlets the cords of a rack's servers take: exact, every way is tried.

The cords of a server go round the feeds of its rack, and on each feed from a first position on, one
after the other. That first position is what rackplan chooses, for each server; outlets follow.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from ortools.sat.python import cp_model

from rackplan.facility import Footprint, RackGroup
from rackplan.facility.outlets import Place, Plug, pack
from rackplan.formulation.rules import OutletRule, RackRule

MANY = 12
"""Servers of a rack up to which every way to begin them is tried."""

Counts = tuple[int, ...]
"""How many servers of each footprint, in the order of the facility's footprints."""


def is_line_rule(rule: RackRule) -> bool:
    """Whether a rule bounds the current of one line: it matters where cords begin."""
    return rule.limit.quantity == "mA"


class Wiring:
    """The lines and outlets of one rack of a group.

    Parameters
    ----------
    group
        The racks.
    footprints
        All footprints of the facility.
    lines
        Rules of the group that bound line currents.
    outlets
        Its outlet rule; ``None`` where no feed ends in a rack PDU.
    """

    def __init__(
        self,
        group: RackGroup,
        footprints: Sequence[Footprint],
        lines: Sequence[RackRule],
        outlets: OutletRule | None,
    ) -> None:
        self._footprints = footprints
        self._lines = [(rule.room, rule.limit.loads) for rule in lines]
        self._of_circuit: dict[str, list[int]] = {}
        for index, rule in enumerate(lines):
            self._of_circuit.setdefault(_without_line(rule.id), []).append(index)
        self._outlets = outlets
        self._fixed = tuple(server.footprint for server in group.rack.fixed)
        self._sums = tuple(self.sums())
        self.admits = cache(self._admits)
        self.arranged = cache(self._arranged)

    def _admits(self, counts: Counts) -> bool:
        """Whether the lines and outlets of a rack carry these servers as they are begun."""
        for room, loads in self._lines:
            if sum(count * loads.get(f, 0) for f, count in enumerate(counts) if count) > room:
                return False
        return self.packed(tuple(_listed(counts))) is not None

    def packed(self, servers: Sequence[int]) -> Mapping[str, tuple[Place, ...]] | None:
        """An outlet for every cord, by feed id; ``None`` when there is no way.

        Parameters
        ----------
        servers
            Footprints of the new servers. Cords come in order: of the gear, of fixed servers, of
            new ones.
        """
        if self._outlets is None:
            return {}
        cords, found = self._outlets.cords, {}
        for feed, banks in cords.banks.items():
            plugs: list[Plug] = list(cords.gear[feed])
            for footprint in (*self._fixed, *servers):
                plugs += cords.servers[footprint][feed]
            places = pack(banks, plugs)
            if places is None:
                return None
            found[feed] = places
        return found

    def _arranged(self, counts: Counts) -> Counts | None:
        """The same servers, begun so that the rack carries them; ``None`` when there is no way.

        Parameters
        ----------
        counts
            Servers under their first footprint, wherever their cords begin.
        """
        if not self._lines and self._outlets is None:
            return counts
        for room, each in self._sums:
            if sum(count * each.get(f, 0) for f, count in enumerate(counts) if count) > room:
                return None
        if sum(counts) > MANY and self._outlets is None:
            return self._solved(counts)
        return next(filter(self.admits, self.ways(counts)), None)

    def any_way(self, counts: Counts) -> bool:
        """Whether a rack carries these servers wherever their cords begin."""
        if not self._lines and self._outlets is None:
            return True
        return sum(counts) <= MANY and all(map(self.admits, self.ways(counts)))

    def _solved(self, counts: Counts) -> Counts | None:
        """The same for more servers than a rack holds, as a rule left out may ask for."""
        model = cp_model.CpModel()
        begun = [model.new_int_var(0, sum(counts), f.id) for f in self._footprints]
        for footprint, count in enumerate(counts):
            variants = [f.index for f in self._footprints if f.base == footprint]
            if variants:
                model.add(sum(begun[f] for f in variants) == count)
        for room, loads in self._lines:
            model.add(sum(load * begun[f] for f, load in loads.items()) <= room)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        if solver.solve(model) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            return None
        return tuple(solver.value(variable) for variable in begun)

    def sums(self) -> Iterator[tuple[int, Mapping[int, int]]]:
        """Bounds on servers that hold wherever their cords begin: room, and load by footprint.

        What lines carry together, and the cords that the outlets of a feed take.
        """
        for indices in self._of_circuit.values():
            lines = [self._lines[index] for index in indices]
            begun = {
                f.index: sum(loads.get(f.index, 0) for _, loads in lines) for f in self._footprints
            }
            least = {
                f.index: min(begun[g.index] for g in self._footprints if g.base == f.base)
                for f in self._footprints
            }
            yield sum(room for room, _ in lines), least
        if self._outlets is not None:
            cords = self._outlets.cords
            for feed, banks in cords.banks.items():
                standing = sum(len(cords.servers[f][feed]) for f in self._fixed)
                room = sum(sum(bank.outlets.values()) for bank in banks)
                each = {f: len(of[feed]) for f, of in cords.servers.items()}
                yield room - len(cords.gear[feed]) - standing, each

    def ways(self, counts: Counts) -> Iterator[Counts]:
        """Every way to begin the servers, those that spread them evenly first."""
        choices = []
        for footprint, count in enumerate(counts):
            if count:
                variants = [f.index for f in self._footprints if f.base == footprint]
                choices.append(
                    [dict(zip(variants, w, strict=True)) for w in _split(count, len(variants))]
                )
        for way in itertools.product(*choices):
            begun = [0] * len(counts)
            for part in way:
                for footprint, count in part.items():
                    begun[footprint] = count
            yield tuple(begun)


def _without_line(rule: str) -> str:
    """The id of a rule on a line without that line: the same for all three."""
    return re.sub(r"/L[123](?=[/@]|$)", "", rule)


def turned(counts: Counts, footprints: Sequence[Footprint], by: int) -> Counts:
    """The same servers with every first position moved on: a rack's lines in another order."""
    moved = list(counts)
    for footprint in footprints:
        variants = [f.index for f in footprints if f.base == footprint.base]
        to = variants[(footprint.start + by) % len(variants)]
        moved[to] = counts[footprint.index]
    return tuple(moved)


def _listed(counts: Counts) -> Iterator[int]:
    for footprint, count in enumerate(counts):
        yield from [footprint] * count


def _split(count: int, parts: int) -> list[tuple[int, ...]]:
    """Every way to share a count out over parts, the most even first."""
    if parts == 1:
        return [(count,)]
    ways = [
        (first, *rest)
        for first in range(count, -1, -1)
        for rest in _split(count - first, parts - 1)
    ]
    return sorted(ways, key=lambda way: max(way) - min(way))
