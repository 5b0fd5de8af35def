"""What one server draws and what becomes of it when some of its power supplies are dead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from rackplan.facility.model import Footprint, Gear

Condition = Literal["full", "reduced", "down", "shed"]
"""How a server runs: at full power, capped, without the supplies it needs, or shut down by plan."""

Mode = Literal["normal", "held", "whole"]
"""How much servers draw.

``normal``: everything works, all draw their full power. ``held``: a loss state, and every server is
held to its promise: ``reduced`` ones capped, ``shed`` ones off. ``whole``: a loss state in which no
server is held back yet: ``reduced`` and ``shed`` ones draw their full power while they can.
"""


@dataclass(frozen=True, slots=True)
class RackLoad:
    """What one rack draws and gives off.

    Attributes
    ----------
    feeds_w
        Power on each live feed, by side [W].
    conditions
        How each server runs, in the order of the rack's servers.
    broken
        Servers that do not do what their survive rule promises.
    air_w, airflow_l_s
        Heat to the room air [W] and air moved [L/s], gear included.
    liquid_w, flow_ml_min
        Heat to the coolant [W] and coolant needed [mL/min].
    """

    feeds_w: Mapping[str, Fraction]
    conditions: tuple[Condition, ...]
    broken: int
    air_w: int
    airflow_l_s: int
    liquid_w: int
    flow_ml_min: int


def cords(psu_count: int, sides: Sequence[str]) -> dict[str, int]:
    """Power supplies plugged into each feed: they go round the feeds one at a time.

    >>> cords(5, ["A", "B"])
    {'A': 3, 'B': 2}
    """
    if not sides:
        return {}
    each, rest = divmod(psu_count, len(sides))
    return {side: each + (place < rest) for place, side in enumerate(sides)}


def supplied(footprint: Footprint, live: int) -> Condition:
    """What the live power supplies of a server allow: ``full``, ``reduced`` or ``down``."""
    if live >= footprint.psu_need_full and live > 0:
        return "full"
    boot = footprint.psu_need_boot
    # A shed server has no cap: what it draws while it runs is its full draw.
    lowest_w = footprint.draw_w if footprint.survive.kind == "shed" else loss_draw_w(footprint)
    if boot is not None and live >= max(boot, 1) and live * footprint.psu_rating_w >= lowest_w:
        return "reduced"
    return "down"


def keeps(footprint: Footprint, condition: Condition, mode: Mode) -> bool:
    """Whether a server with this supply does what its survive rule promises."""
    kind = footprint.survive.kind
    if mode == "normal" or kind == "full":
        return condition == "full"
    return kind == "shed" or condition in {"full", "reduced"}


def loss_draw_w(footprint: Footprint) -> int:
    """Power of a server that is held to its promise in a loss state [W]."""
    return min(footprint.loss_draw_w, footprint.draw_w)


def draw(footprint: Footprint, condition: Condition, mode: Mode) -> tuple[Condition, int]:
    """How a server runs in a mode, given what its supplies allow, and the power it draws [W]."""
    kind = footprint.survive.kind
    if kind == "shed" and (mode == "held" or (mode == "whole" and condition != "full")):
        return "shed", 0
    if condition == "down":
        return "down", 0
    capped = mode == "held" or (mode == "whole" and condition == "reduced")
    if kind == "reduced" and capped:
        return "reduced", loss_draw_w(footprint)
    return condition, footprint.draw_w


def rack_load(
    footprints: Sequence[Footprint],
    gear: Sequence[Gear],
    sides: Sequence[str],
    dead: frozenset[str],
    mode: Mode,
) -> RackLoad:
    """What a rack draws and gives off while the feeds ``dead`` are without power."""
    feeds_w = {side: Fraction(0) for side in sides if side not in dead}
    conditions: list[Condition] = []
    broken = air_w = airflow_l_s = liquid_w = flow_ml_min = 0
    for footprint in footprints:
        live = {
            side: n for side, n in cords(footprint.psu_count, sides).items() if side not in dead
        }
        supply = supplied(footprint, sum(live.values()))
        broken += not keeps(footprint, supply, mode)
        condition, power_w = draw(footprint, supply, mode)
        conditions.append(condition)
        if condition in {"down", "shed"}:
            continue
        for side, count in live.items():
            feeds_w[side] += Fraction(power_w * count, sum(live.values()))
        air_w += _scaled(footprint.air_w, power_w, footprint.draw_w)
        liquid_w += _scaled(footprint.liquid_w, power_w, footprint.draw_w)
        airflow_l_s += footprint.airflow_l_s
        flow_ml_min += footprint.flow_ml_min
    for item in gear:
        plugged = [side for side in item.feeds if side in feeds_w]
        for side in plugged:
            feeds_w[side] += Fraction(item.power_w, len(plugged))
        # Gear without a power cord (a patch panel) has no feeds and no power.
        if plugged or not item.feeds:
            air_w += item.power_w
            airflow_l_s += item.airflow_l_s
    return RackLoad(feeds_w, tuple(conditions), broken, air_w, airflow_l_s, liquid_w, flow_ml_min)


def _scaled(heat_w: int, power_w: int, draw_w: int) -> int:
    """Heat at part power, rounded up [W]."""
    return heat_w if power_w == draw_w else -(-heat_w * power_w // draw_w)
