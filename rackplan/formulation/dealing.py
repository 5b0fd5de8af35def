"""From group counts to single racks: which rack follows which pattern, which server goes where."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from rackplan.facility import NORMAL, Footprint, Rack, RackGroup
from rackplan.formulation.instance import Instance, Option
from rackplan.formulation.model import Formulation
from rackplan.formulation.patterns import Pattern, group_wiring
from rackplan.formulation.rules import Term
from rackplan.formulation.stacking import free_units, kind_of, lowest
from rackplan.formulation.wiring import MANY, Counts, turned

LARGEST = 10**12
"""Most current a line may carry in the choice of ways [mA]."""

CHOICE_LIMIT = 5.0
"""Deterministic seconds for choosing among them."""

BALANCED = 0.02
"""Share by which the fullest lines together may be above the least they can be."""

WAYS, TURNS = 12, 3
"""Ways to begin the cords of a rack that are weighed: where racks share a line limit that can be
reached, and where it is only about the balance of lines."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One new server in a rack at its lowest rack unit."""

    rack: Rack
    u: int
    option: Option
    footprint: Footprint


@dataclass(frozen=True)
class Filled:
    """A rack with its new servers, and the ways to begin their cords, the preferred one first."""

    group: int
    rack: Rack
    units: tuple[int, ...]
    options: tuple[Option, ...]
    ways: tuple[tuple[Footprint, ...], ...]

    def placed(self, way: int) -> Iterator[Placed]:
        """Its servers, begun in one of the ways."""
        for u, option, footprint in zip(self.units, self.options, self.ways[way], strict=True):
            yield Placed(self.rack, u, option, footprint)


def deal(
    formulation: Formulation, follow: Mapping[tuple[int, int], int], count: Mapping[Term, int]
) -> tuple[Placed, ...] | None:
    """Deal the counts of every rack group out to its racks, stack them and begin their cords.

    Racks are filled in the order of the site file; within a rack servers stand so that its center
    of gravity is lowest.
    ``None`` when no way was found to begin cords that keeps the limits the model left out.
    """
    filled = tuple(fill(formulation, follow, count))
    ways = choose_ways(formulation, filled)
    if ways is None:
        return None
    return tuple(one for rack, way in zip(filled, ways, strict=True) for one in rack.placed(way))


def fill(
    formulation: Formulation, follow: Mapping[tuple[int, int], int], count: Mapping[Term, int]
) -> Iterator[Filled]:
    """Racks that get servers."""
    instance, begun = formulation.instance, formulation.begun
    for group in instance.groups:
        wires = Wires(instance, group, begun=group.index in begun)
        most = WAYS if formulation.left_out else TURNS
        waiting = {
            option.index: count.get((group.index, option.index), 0) for option in instance.menu
        }
        racks = iter(group.racks)
        for p, pattern in enumerate(formulation.patterns[group.index]):
            for _ in range(follow.get((group.index, p), 0)):
                rack = next(racks)
                taken = _take(instance, pattern, waiting, begun.get(group.index) == "counts")
                if taken:
                    yield _fill(group.index, instance, rack, wires, taken, most)


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


def _fill(
    group: int, instance: Instance, rack: Rack, wires: Wires, options: list[Option], most: int
) -> Filled:
    kinds = [kind_of(option.footprint) for option in options]
    stack = lowest(free_units(rack, instance.facility.footprints), rack.starts, kinds)
    if stack is None:
        raise AssertionError(f"a pattern of {rack.id} does not stack")
    waiting = sorted(options, key=lambda option: option.index)
    placed = []
    for _, kind in stack.places:
        placed.append(next(o for o in waiting if kind_of(o.footprint) == kind))
        waiting.remove(placed[-1])
    ways = wires.ways([option.footprint for option in placed], most)
    return Filled(group, rack, tuple(u for u, _ in stack.places), tuple(placed), ways)


class Wires:
    """Chooses where the cords of a group's servers begin, rack by rack."""

    def __init__(self, instance: Instance, group: RackGroup, *, begun: bool) -> None:
        self._begun = begun
        self._footprints = instance.facility.footprints
        self._wiring = group_wiring(instance, group)
        self._filled = 0

    def ways(self, servers: Sequence[Footprint], most: int) -> tuple[tuple[Footprint, ...], ...]:
        """The same servers with the place where their cords begin, in up to ``most`` ways.

        Where the model decided it already, they stay as they are. Elsewhere they are begun so that
        the rack carries them; the first way is turned by one line from rack to rack, which keeps
        the panel in balance.
        """
        counts = [0] * len(self._footprints)
        for server in servers:
            counts[server.index] += 1
        if self._begun:
            return (tuple(servers),)
        found = self._wiring.arranged(tuple(counts))
        if found is None:
            raise AssertionError("a pattern does not wire")
        turns = [turned(found, self._footprints, self._filled + by) for by in range(3)]
        self._filled += 1
        others = self._wiring.ways(tuple(counts)) if most > 1 and len(servers) <= MANY else ()
        kept: dict[Counts, None] = {}
        for way in itertools.chain(turns, [found], others):
            if len(kept) < most and way not in kept and self._wiring.admits(way):
                kept[way] = None
        return tuple(tuple(_named(servers, way, self._footprints)) for way in kept)


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


def choose_ways(formulation: Formulation, filled: Sequence[Filled]) -> tuple[int, ...] | None:
    """A way for every rack that keeps the shared limits on lines which the model left out.

    Among those one that loads the fullest line of every node least in normal operation. ``None``
    when there is none among the ways weighed, or none was found in time.
    """
    rules = formulation.left_out
    if all(len(rack.ways) == 1 for rack in filled) and not rules:
        return (0,) * len(filled)
    model = cp_model.CpModel()
    chosen = [[model.new_bool_var("") for _ in rack.ways] for rack in filled]
    for choice in chosen:
        model.add_exactly_one(choice)
    loads = [[_served(rack, way) for way in rack.ways] for rack in filled]
    for rule in rules:
        terms = [
            (variable, sum(rule.terms.get(term, 0) for term in served))
            for choice, of_rack in zip(chosen, loads, strict=True)
            for variable, served in zip(choice, of_rack, strict=True)
        ]
        variables, weights = [v for v, w in terms if w], [w for _, w in terms if w]
        model.add(cp_model.LinearExpr.weighted_sum(variables, weights) <= (rule.high or 0))
    _balance(formulation.instance, model, filled, chosen)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = CHOICE_LIMIT
    solver.parameters.relative_gap_limit = BALANCED
    if solver.solve(model) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return None
    return tuple(
        next(k for k, variable in enumerate(choice) if solver.value(variable)) for choice in chosen
    )


def _balance(
    instance: Instance,
    model: cp_model.CpModel,
    filled: Sequence[Filled],
    chosen: Sequence[Sequence[cp_model.IntVar]],
) -> None:
    """Minimize the sum over nodes of the current of their fullest line in normal operation."""
    fullest: dict[str, cp_model.IntVar] = {}
    for limit in instance.site_limits:
        if limit.quantity != "mA" or limit.state != NORMAL or limit.id.count("/") > 2:
            continue
        terms = [
            (variable, sum(limit.loads.get(rack.group, {}).get(f.index, 0) for f in way))
            for rack, choice in zip(filled, chosen, strict=True)
            for variable, way in zip(choice, rack.ways, strict=True)
        ]
        if not any(weight for _, weight in terms):
            continue
        if limit.device not in fullest:
            fullest[limit.device] = model.new_int_var(0, LARGEST, limit.device)
        variables, weights = [v for v, w in terms if w], [w for _, w in terms if w]
        load = cp_model.LinearExpr.weighted_sum(variables, weights) + limit.base
        model.add(fullest[limit.device] >= load)
    if fullest:
        model.minimize(sum(fullest.values()))


def _served(rack: Filled, way: Sequence[Footprint]) -> list[Term]:
    """The terms that a rack's servers add to, begun in one of its ways."""
    return [
        (rack.group, option.index - option.footprint.start + footprint.start)
        for option, footprint in zip(rack.options, way, strict=True)
    ]
