"""Ratings and losses of power nodes: what may leave them, and what they turn into heat."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from rackplan.facility.electrical import CONTINUOUS, Rating
from rackplan.facility.resolve.context import Context, Path, fraction
from rackplan.schema import power as s

GENERATOR_FULL_M = 1000
"""Elevation above which a generator must say how its rating falls [m]: makers rate sets for sites
up to 1,000 m or more (general knowledge)."""

DERATE_STEP_M = 300


@dataclass(frozen=True, slots=True)
class Limits:
    """What may leave a node: lasting and for a short time; ``None`` for no limit."""

    limit_w: int | None
    limit_va: int | None
    short_w: int | None
    short_va: int | None
    rating: Rating | None
    short_ma: int


@dataclass(frozen=True, slots=True)
class Losses:
    """Input power of a node: ``idle_w + output / efficiency``."""

    idle_w: int
    efficiency: Fraction


def node_limits(context: Context, node: s.PowerNode, path: Path) -> Limits:
    """The limits of a node, from its rated power, apparent power and current."""
    share = _continuous(context, node, path)
    factor = fraction(context.site.policy.power_factor)
    kept = _kept(context, node, path)
    over = Fraction(1) if node.overload is None else _overload(context, node, path)
    rating = _rating(context, node, share, path)
    short_ma = 0 if rating is None else math.floor(rating.short_ma * over)
    lasting, short = [], []
    if node.rated_power is not None:
        lasting.append(math.floor(node.rated_power * share * kept))
        short.append(math.floor(node.rated_power * over * kept))
    if rating is not None:
        lasting.append(rating.continuous_w(factor))
        short.append(rating.power_w(short_ma, factor))
    apparent = node.rated_apparent
    return Limits(
        limit_w=min(lasting, default=None),
        limit_va=None if apparent is None else math.floor(apparent * share * kept),
        short_w=min(short, default=None),
        short_va=None if apparent is None else math.floor(apparent * over * kept),
        rating=rating,
        short_ma=short_ma,
    )


def _continuous(context: Context, node: s.PowerNode, path: Path) -> Fraction:
    """Share of the rating for load that lasts."""
    if node.standard is not None and node.continuous is not None:
        message = f"{node.id} gives both standard and continuous"
        context.problem((*path, "continuous"), message, "keep one of them")
    if node.standard is not None:
        return CONTINUOUS[node.standard]
    return fraction(1 if node.continuous is None else node.continuous)


def _rating(context: Context, node: s.PowerNode, share: Fraction, path: Path) -> Rating | None:
    """The rating by current, where volts, amps and phases are given."""
    if node.volts is not None and node.amps is not None and node.phases is not None:
        thermal = fraction(1 if node.thermal is None else node.thermal)
        return Rating(node.volts, node.amps, node.phases, share, thermal)
    by_current = {"volts": node.volts, "amps": node.amps, "phases": node.phases}
    missing = [name for name, part in by_current.items() if part is None]
    if len(missing) < len(by_current):
        message = f"{node.id} needs volts, amps and phases together"
        context.problem(path, message, f"add {', '.join(missing)}")
    return None


def _overload(context: Context, node: s.PowerNode, path: Path) -> Fraction:
    """Load over rating for a short time; 1 where it lasts less than servers need to react."""
    overload, reaction = node.overload, context.site.policy.reaction_time
    assert overload is not None  # noqa: S101 - the caller looked
    if reaction is not None and overload.time < reaction:
        text = (
            f"{node.id}: its overload lasts {overload.time / 1000:g} s, servers react in "
            f"{reaction / 1000:g} s: no overload is counted"
        )
        context.warn((*path, "overload"), text)
        return Fraction(1)
    return fraction(overload.share)


def _kept(context: Context, node: s.PowerNode, path: Path) -> Fraction:
    """Share of the rating that is left at the site's elevation."""
    elevation_m = context.site.site.elevation
    if node.derate is None:
        if node.kind == "generator" and elevation_m > GENERATOR_FULL_M:
            context.problem(
                path,
                f"{node.id}: a generator loses power with elevation, here {elevation_m:,} m",
                'add derate: {above: "1000 m", per_300m: 0.04} with its maker\'s figures',
            )
        return Fraction(1)
    steps = Fraction(max(0, elevation_m - node.derate.above), DERATE_STEP_M)
    kept = 1 - steps * fraction(node.derate.per_300m)
    if kept <= 0:
        context.problem((*path, "derate"), f"nothing is left of {node.id} here", "check per_300m:")
    return max(kept, Fraction(0))


def node_losses(context: Context, node: s.PowerNode, path: Path) -> Losses:
    """The losses of a node; an efficiency curve becomes a line that is never below it."""
    idle_w = node.no_load_loss or 0
    if not isinstance(node.efficiency, Mapping):
        return Losses(idle_w, fraction(1 if node.efficiency is None else node.efficiency))
    rated_w = node.rated_power or (node.rated_apparent or 0) * context.site.policy.power_factor
    if not rated_w:
        message = f"{node.id} has an efficiency by load, but no rating to take the load from"
        context.problem((*path, "efficiency"), message, "add rated_power:, or give one efficiency")
        return Losses(0, Fraction(1))
    if idle_w:
        message = f"{node.id} has no_load_loss beside a curve, which holds it already"
        context.problem((*path, "no_load_loss"), message, "remove one of them")
    points = [
        (Fraction(int(load.strip().rstrip("% ")), 100), fraction(share))
        for load, share in node.efficiency.items()
    ]
    if any(load == 0 for load, _ in points) or len({load for load, _ in points}) < len(points):
        message = f"{node.id}: an efficiency belongs to a load above 0 %, each load once"
        context.problem((*path, "efficiency"), message, 'write {"50 %": 0.965, "100 %": 0.96}')
        return Losses(0, Fraction(1))
    idle, slope = loss_line(points)
    text = f"{node.id}: losses by a line never below its efficiency curve"
    context.assume("power.nodes", text)
    return Losses(math.ceil(idle * Fraction(rated_w)), 1 / slope)


def loss_line(curve: list[tuple[Fraction, Fraction]]) -> tuple[Fraction, Fraction]:
    """The input power of a node as a line that is nowhere below its efficiency curve.

    Parameters
    ----------
    curve
        Load over rating, and output over input power there; two points or more.

    Returns
    -------
    Idle loss over rating, and input power for one more unit of output. Of the lines through two
    points that pass no point below, the one that is above the others by the least in all.
    """
    points = sorted((load, load / share) for load, share in curve)
    return min(_lines(points), key=lambda line: sum(line[0] + line[1] * x - y for x, y in points))


def _lines(points: list[tuple[Fraction, Fraction]]) -> Iterator[tuple[Fraction, Fraction]]:
    steepest = max(y / x for x, y in points)
    yield Fraction(0), steepest  # through zero: what is left when a line would start below it
    for i, (x, y) in enumerate(points):
        for other_x, other_y in points[i + 1 :]:
            slope = (other_y - y) / (other_x - x)
            idle = y - slope * x
            if idle >= 0 and all(idle + slope * px >= py for px, py in points):
                yield idle, slope
