"""Stacking servers on the free rack units of a rack: exact, contiguous, lowest first."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rackplan.facility import Footprint, Rack


def free_units(rack: Rack, footprints: Sequence[Footprint]) -> frozenset[int]:
    """Rack units that new servers may use."""
    taken = set(rack.closed_u)
    for item in rack.gear:
        taken.update(range(item.u, item.u + item.rack_units))
    for server in rack.fixed:
        height = footprints[server.footprint].rack_units
        taken.update(range(server.u, server.u + height))
    return frozenset(range(1, rack.rack_units + 1)) - taken


def stack(
    free: frozenset[int], starts: tuple[int, ...], heights: tuple[int, ...]
) -> tuple[int, ...] | None:
    """Lowest rack units for servers of these heights, or ``None`` when they do not fit.

    Parameters
    ----------
    free
        Free rack units.
    starts
        Rack units a server may start at; empty for any.
    heights
        Heights in rack units, in the order wanted from the bottom up.

    Returns
    -------
    The lowest unit of each server, in the order of ``heights``. The given order is kept where it
    fits; otherwise any order that fits.
    """
    distinct = tuple(dict.fromkeys(heights))
    counts = tuple(heights.count(height) for height in distinct)
    placed = _place(free, starts, distinct, counts, min(free, default=1))
    if placed is None:
        return None
    by_height = {height: [u for u, h in placed if h == height] for height in distinct}
    return tuple(by_height[height].pop(0) for height in heights)


@lru_cache(maxsize=65536)
def _place(
    free: frozenset[int],
    starts: tuple[int, ...],
    heights: tuple[int, ...],
    counts: tuple[int, ...],
    lowest: int,
) -> tuple[tuple[int, int], ...] | None:
    if not any(counts):
        return ()
    top = max(free, default=0)
    need = sum(height * count for height, count in zip(heights, counts, strict=True))
    for u in range(lowest, top + 1):
        if sum(unit >= u for unit in free) < need:
            return None
        if starts and u not in starts:
            continue
        for i, height in enumerate(heights):
            if counts[i] and all(unit in free for unit in range(u, u + height)):
                rest = (*counts[:i], counts[i] - 1, *counts[i + 1 :])
                above = _place(free, starts, heights, rest, u + height)
                if above is not None:
                    return ((u, height), *above)
    return None
