"""Limits of single lines: the current of each line of a circuit or node, in amperes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

from rackplan.facility.phases import LINES, PAIRS, Triple, facets

NOISE = 1e-7
"""What sums of floats may be off by, of loads up to gigawatts [W, VA, mA]."""

PLAIN: tuple[Triple, ...] = ((1.0, 0.0, 0.0),)
"""Without line-to-line loads the current of a line is the plain sum of its loads."""

Positions = Mapping[str, float]
"""Power at each position [W]."""


Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class LineLoad(Generic[Kind]):
    """A linear bound on the current of one line [mA]: of what is there, and of each server more."""

    line: str
    base: int
    loads: Mapping[Kind, int]


def line_loads(
    base: Positions,
    loads: Mapping[Kind, Positions],
    volts: float,
    power_factor: Fraction,
) -> Iterator[LineLoad[Kind]]:
    """The bounds that hold the lines of a three-phase device.

    Parameters
    ----------
    base
        What is there anyway.
    loads
        What one more of each kind puts there, by kind.
    volts
        Voltage between two lines [V].
    power_factor
        Real over apparent power.

    Yields
    ------
    Bounds on lines, none when everything spreads evenly: the limit of the whole device then says
    the same.
    """
    everything = [base, *loads.values()]
    if all(_even(one) for one in everything):
        return
    pairs = any(one.get(pair) for one in everything for pair in PAIRS)
    for index, line in enumerate(LINES):
        for weights in facets() if pairs else PLAIN:
            per_w = _per_watt(index, weights, volts, power_factor)
            yield LineLoad(
                line,
                _milliamps(base, per_w),
                {kind: _milliamps(one, per_w) for kind, one in loads.items()},
            )


def _even(load: Positions) -> bool:
    return all(
        max(at) - min(at) <= NOISE
        for names in (LINES, PAIRS)
        for at in [[load.get(name, 0.0) for name in names]]
    )


def _per_watt(
    index: int, weights: Triple, volts: float, power_factor: Fraction
) -> dict[str, float]:
    """Milliamperes on a line for a watt at each position."""
    star, leading, trailing = weights
    between = 1000 / (volts * float(power_factor))
    return {
        LINES[index]: star * between * math.sqrt(3),
        PAIRS[index]: leading * between,
        PAIRS[index - 1]: trailing * between,
    }


def _milliamps(load: Positions, per_watt: Mapping[str, float]) -> int:
    """Current [mA], rounded up."""
    return whole(sum(load.get(position, 0.0) * each for position, each in per_watt.items()))


def whole(value: float) -> int:
    """A load in whole units, rounded up but for the noise of floats."""
    return math.ceil(value - NOISE)
