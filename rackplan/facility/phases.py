"""Lines of a three-phase circuit: what loads on its line pairs and lines put on each line.

A load sits at a *position*: from a line to neutral (wye), or between two lines (delta). All power
supplies of a site have one power factor, so that the currents of loads add like vectors: on line 1
a load from L1 to neutral points along the line's voltage, one on L1-L2 leads it by 30 degrees, and
one on L3-L1 trails it by 30 degrees. For line-to-line loads alone this is the published
``I1 = sqrt(I12^2 + I31^2 + I12 I31)`` (HP, "Power basics for IT professionals").
"""

from __future__ import annotations

import math
from collections.abc import Sequence

LINES = ("L1", "L2", "L3")
PAIRS = ("L1-L2", "L2-L3", "L3-L1")

Triple = tuple[float, float, float]

_STEP = math.radians(10)
"""Angle between the corners of the polygon that stands for the limit of a line's current."""


def line_currents(star: Sequence[float], delta: Sequence[float]) -> Triple:
    """Current in each line [A].

    Parameters
    ----------
    star
        Currents of the loads from L1, L2, L3 to neutral [A].
    delta
        Currents of the loads on L1-L2, L2-L3, L3-L1 [A].
    """
    return (
        _line(star[0], delta[0], delta[2]),
        _line(star[1], delta[1], delta[0]),
        _line(star[2], delta[2], delta[1]),
    )


def _line(star: float, leading: float, trailing: float) -> float:
    along = star + (leading + trailing) * math.cos(math.radians(30))
    across = (leading - trailing) / 2
    return math.hypot(along, across)


def neutral_current(star: Sequence[float]) -> float:
    """Current in the neutral [A]: what the loads from line to neutral leave unbalanced."""
    a, b, c = star
    return math.sqrt(max(0.0, a * a + b * b + c * c - a * b - b * c - c * a))


def imbalance(lines: Sequence[float]) -> float:
    """Largest deviation of a line from the mean of all, over that mean [-]; 0 without load."""
    mean = sum(lines) / len(lines)
    return max(abs(line - mean) for line in lines) / mean if mean else 0.0


def facets() -> tuple[Triple, ...]:
    """Linear bounds that together hold a line's current: ``(star, leading, trailing)`` weights.

    For each, ``star I + leading I_leading + trailing I_trailing <= limit``. They are the edges of a
    polygon whose corners lie on the circle ``current = limit``, so what they admit is never above
    the limit. Corners are where pairs are equally loaded and where one pair is loaded alone: there
    the bounds are exact; between corners they keep back 0.4 % at most. Without line-to-line loads
    the current is a plain sum, and needs none of this.
    """
    reach = math.radians(30)
    count = round(2 * reach / _STEP)
    normals = [-reach + _STEP * (edge + 0.5) for edge in range(count)]
    return tuple(
        (
            math.cos(normal) / math.cos(_STEP / 2),
            math.cos(normal - reach) / math.cos(_STEP / 2),
            math.cos(normal + reach) / math.cos(_STEP / 2),
        )
        for normal in normals
    )
