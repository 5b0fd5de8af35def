"""Stacking servers on the free rack units of a rack: exact, contiguous, lowest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rackplan.facility import Footprint, Rack
from rackplan.facility.elevation import center


def free_units(rack: Rack, footprints: Sequence[Footprint]) -> frozenset[int]:
    """Rack units that new servers may use."""
    taken = {*rack.closed_u, *rack.gear_u}
    for server in rack.fixed:
        height = footprints[server.footprint].rack_units
        taken.update(range(server.u, server.u + height))
    return frozenset(range(1, rack.rack_units + 1)) - taken


def stacks(free: frozenset[int], starts: tuple[int, ...], heights: Iterable[int]) -> bool:
    """Whether servers of these heights fit.

    Parameters
    ----------
    free
        Free rack units.
    starts
        Rack units a server may start at; empty for any.
    heights
        Heights in rack units, in any order.
    """
    heights = sorted(heights, reverse=True)
    distinct = tuple(dict.fromkeys(heights))
    counts = tuple(heights.count(height) for height in distinct)
    return _fit(free, starts, distinct, counts, min(free, default=1))


@lru_cache(maxsize=65536)
def _fit(
    free: frozenset[int],
    starts: tuple[int, ...],
    heights: tuple[int, ...],
    counts: tuple[int, ...],
    lowest: int,
) -> bool:
    if not any(counts):
        return True
    top = max(free, default=0)
    need = sum(height * count for height, count in zip(heights, counts, strict=True))
    for u in range(lowest, top + 1):
        if sum(unit >= u for unit in free) < need:
            return False
        if starts and u not in starts:
            continue
        for i, height in enumerate(heights):
            if counts[i] and all(unit in free for unit in range(u, u + height)):
                rest = (*counts[:i], counts[i] - 1, *counts[i + 1 :])
                if _fit(free, starts, heights, rest, u + height):
                    return True
    return False


@dataclass(frozen=True, slots=True, order=True)
class Kind:
    """What counts about a server where it is stacked: its height, without its manifold, and weight.

    Servers of one kind are interchangeable.
    """

    rack_units: int
    own_u: int
    weight_g: int


def kind_of(footprint: Footprint) -> Kind:
    """The kind of a server."""
    return Kind(footprint.rack_units, footprint.own_u, footprint.weight_g)


@dataclass(frozen=True, slots=True)
class Stack:
    """Servers on their rack units.

    Attributes
    ----------
    moment
        Sum of weight times height above the floor [g, fortieths of a millimeter].
    places
        Lowest rack unit and kind of each server, from the bottom up.
    """

    moment: int
    places: tuple[tuple[int, Kind], ...]


def lowest(free: frozenset[int], starts: tuple[int, ...], servers: Iterable[Kind]) -> Stack | None:
    """The stack of these servers with the lowest center of gravity; ``None`` if they do not fit.

    An exact search from the bottom up: at every free unit one of the kinds that are left stands, or
    nothing. What is left to place above a unit does not depend on the order below it.
    """
    servers = sorted(servers)
    kinds = tuple(dict.fromkeys(servers))
    counts = tuple(servers.count(kind) for kind in kinds)
    return _lowest(free, starts, kinds, counts, min(free, default=1))


@lru_cache(maxsize=262144)
def _lowest(
    free: frozenset[int],
    starts: tuple[int, ...],
    kinds: tuple[Kind, ...],
    counts: tuple[int, ...],
    u: int,
) -> Stack | None:
    if not any(counts):
        return Stack(0, ())
    need = sum(kind.rack_units * count for kind, count in zip(kinds, counts, strict=True))
    above = sorted(unit for unit in free if unit >= u and (not starts or unit in starts))
    if not above or sum(unit >= above[0] for unit in free) < need:
        return None
    u = above[0]
    best = _lowest(free, starts, kinds, counts, u + 1)  # this unit stays empty
    for i, kind in enumerate(kinds):
        if not counts[i] or any(unit not in free for unit in range(u, u + kind.rack_units)):
            continue
        rest = (*counts[:i], counts[i] - 1, *counts[i + 1 :])
        over = _lowest(free, starts, kinds, rest, u + kind.rack_units)
        if over is None:
            continue
        moment = over.moment + kind.weight_g * center(u, kind.own_u)
        if best is None or moment <= best.moment:
            best = Stack(moment, ((u, kind), *over.places))
    return best
