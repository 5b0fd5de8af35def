"""What one server draws and what becomes of it when some of its power supplies are dead."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from rackplan.facility.model import Feed, Footprint, Gear
from rackplan.facility.phases import LINES, PAIRS, line_currents

Condition = Literal["full", "reduced", "down", "shed"]
"""How a server runs: at full power, capped, without the supplies it needs, or shut down by plan."""

Mode = Literal[
    "normal",
    "held",
    "whole",
    "peak",
    "held peak",
    "source",
    "held source",
    "counted",
    "held counted",
    "capped",
    "held capped",
    "bare",
    "energy",
]
"""How much servers draw.

``normal``: everything works, all draw their full power. ``held``: a loss state, and every server is
held to its promise: ``reduced`` ones capped, ``shed`` ones off. ``whole``: a loss state in which no
server is held back yet: ``reduced`` and ``shed`` ones draw their full power while they can.
``peak``, ``held peak``: ``normal`` and ``held`` with every server at its short electrical peak.
``source``, ``counted``, ``capped``: with the power that sources count, that oversubscribed nodes
count, and that servers can be capped to. ``bare``: servers draw nothing.
``energy``: what energy is worked out from.
"""

Cords = Mapping[str, Mapping[str, int]]
"""Cords of a server on each position of each feed, by side and position."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A server in a rack: what it loads, and where its cords are."""

    footprint: Footprint
    cords: Cords
    kind: str = ""
    """Servers of one kind are held back together: see ``reaction``."""


@dataclass(frozen=True, slots=True)
class RackLoad:
    """What one rack draws and gives off.

    Attributes
    ----------
    feeds_w
        Power on each live feed, by side [W].
    positions_w
        The same at each position of each live feed, by side and position [W].
    conditions
        How each server runs, in the order of the rack's servers.
    broken
        Servers that do not do what their survive rule promises.
    air_w, airflow_l_s
        Heat to the room air [W] and air the room must provide [L/s], gear included.
    liquid_w, flow_ml_min
        Heat to the coolant [W] and coolant needed [mL/min].
    servers_air
        Heat to the room air [W] and air [L/s] of each server, in their order.
    """

    feeds_w: Mapping[str, Fraction]
    positions_w: Mapping[str, Mapping[str, float]]
    conditions: tuple[Condition, ...]
    broken: int
    air_w: int
    airflow_l_s: int
    liquid_w: int
    flow_ml_min: int
    servers_air: tuple[tuple[int, int], ...] = ()

    def lines(self, feed: Feed) -> tuple[float, ...]:
        """Current in each line of a live three-phase feed [A]; empty for one phase."""
        if feed.rating is None or len(feed.positions) != 3:
            return ()
        watts = self.positions_w[feed.side]
        return currents(watts, feed.rating.volts, float(feed.power_factor))


def currents(
    watts: Mapping[str, float], volts: float, power_factor: float
) -> tuple[float, float, float]:
    """Current in each line of a three-phase device [A], from the power at its positions.

    ``I = P / (V pf)``: V is the voltage between two lines, or that over sqrt(3) to neutral.
    """
    to_neutral = math.sqrt(3) / (volts * power_factor)
    between = 1 / (volts * power_factor)
    return line_currents(
        [watts.get(line, 0.0) * to_neutral for line in LINES],
        [watts.get(pair, 0.0) * between for pair in PAIRS],
    )


def cords(psu_count: int, sides: Sequence[str]) -> dict[str, int]:
    """Power supplies plugged into each feed: they go round the feeds one at a time.

    >>> cords(5, ["A", "B"])
    {'A': 3, 'B': 2}
    """
    if not sides:
        return {}
    each, rest = divmod(psu_count, len(sides))
    return {side: each + (place < rest) for place, side in enumerate(sides)}


def each_w(footprint: Footprint, feeds: Sequence[Feed]) -> tuple[int, int | None]:
    """Power of one supply by its rating, and by its inlet at the lowest voltage of a rack [W]."""
    inlet_ma, volts = footprint.supply.inlet_ma, [f.cord_v for f in feeds if f.cord_v]
    if inlet_ma is None or not volts:
        return footprint.psu_rating_w, None
    return footprint.psu_rating_w, int(
        min(volts) * inlet_ma / 1000 * float(feeds[0].power_factor) + 1e-6
    )


def supplied(footprint: Footprint, live: int, feeds: Sequence[Feed] = ()) -> Condition:
    """What the live power supplies of a server allow: ``full``, ``reduced`` or ``down``."""
    rating_w, inlet_w = each_w(footprint, feeds)
    passes = inlet_w is None or live * inlet_w >= footprint.supply.max_draw_w
    if live >= footprint.psu_need_full and live > 0 and passes:
        return "full"
    boot = footprint.psu_need_boot
    # A shed server has no cap: what it draws while it runs is its full draw.
    lowest_w = footprint.draw_w if footprint.survive.kind == "shed" else loss_draw_w(footprint)
    one_w = rating_w if inlet_w is None else min(rating_w, inlet_w)
    if boot is not None and live >= max(boot, 1) and live * one_w >= lowest_w:
        return "reduced"
    return "down"


def keeps(footprint: Footprint, condition: Condition, mode: Mode) -> bool:
    """Whether a server with this supply does what its survive rule promises."""
    kind = footprint.survive.kind
    if not (mode.startswith("held") or mode == "whole") or kind == "full":
        return condition == "full"
    return kind == "shed" or condition in {"full", "reduced"}


def loss_draw_w(footprint: Footprint) -> int:
    """Power of a server that is held to its promise in a loss state [W]."""
    return min(footprint.loss_draw_w, footprint.draw_w)


def draw(
    footprint: Footprint, condition: Condition, mode: Mode, live: int = 0
) -> tuple[Condition, int]:
    """How a server runs in a mode, given what its supplies allow, and the power it draws [W].

    A peak is no higher than what the ``live`` supplies are rated for.
    """
    most_w = live * footprint.psu_rating_w
    basis = mode.removeprefix("held ")
    if basis in {"source", "counted", "capped", "bare", "energy"}:
        return condition, _on_basis(footprint, condition, basis, is_held=mode != basis)
    kind = footprint.survive.kind
    is_held = mode in {"held", "held peak"}
    if kind == "shed" and (is_held or (mode == "whole" and condition != "full")):
        return "shed", 0
    if condition == "down":
        return "down", 0
    capped = is_held or (mode == "whole" and condition == "reduced")
    if kind == "reduced" and capped:
        capped_w = loss_draw_w(footprint)
        peak_w = min(footprint.loss_peak_w, most_w) if mode == "held peak" else 0
        return "reduced", max(capped_w, peak_w)
    peak_w = min(footprint.peak_w, most_w) if mode in {"peak", "held peak"} else 0
    return condition, max(footprint.draw_w, peak_w)


def _on_basis(footprint: Footprint, condition: Condition, basis: str, *, is_held: bool) -> int:
    """Power of a server by another basis than that of breakers [W]."""
    if basis == "bare" or condition == "down":
        return 0
    by_basis = {
        "source": footprint.source_w,
        "counted": footprint.counted_w,
        "capped": footprint.capped_w,
        "energy": footprint.energy_w,
    }
    power_w = by_basis[basis]
    if not is_held or footprint.survive.kind == "full":
        return power_w
    if footprint.survive.kind == "shed":
        return 0
    return min(power_w, footprint.survive.cap_w or power_w)


def rack_load(
    servers: Sequence[Standing],
    gear: Sequence[Gear],
    feeds: Sequence[Feed],
    dead: frozenset[str],
    mode: Mode,
    held: frozenset[str] = frozenset(),
) -> RackLoad:
    """What a rack draws and gives off while the feeds ``dead`` are without power.

    Servers of the kinds ``held`` are held to their promise, whatever the mode.
    """
    wires = _Wires(feeds, dead)
    conditions: list[Condition] = []
    broken = liquid_w = flow_ml_min = 0
    servers_air: list[tuple[int, int]] = []
    for server in servers:
        footprint = server.footprint
        live = {side: at for side, at in server.cords.items() if side not in dead}
        count = sum(sum(at.values()) for at in live.values())
        supply = supplied(footprint, count, feeds)
        broken += not keeps(footprint, supply, mode)
        of_server: Mode = "held" if server.kind in held else mode
        condition, power_w = draw(footprint, supply, of_server, count)
        conditions.append(condition)
        if condition in {"down", "shed"}:
            servers_air.append((0, 0))
            continue
        wires.add(power_w, live, even=footprint.supply.phases == 3)
        air_w = _scaled(footprint.air_w, power_w, footprint.draw_w)
        servers_air.append((air_w, footprint.room_airflow_l_s))
        liquid_w += _scaled(footprint.liquid_w, power_w, footprint.draw_w)
        flow_ml_min += footprint.flow_ml_min
    air_w, airflow_l_s = (sum(of_one) for of_one in zip((0, 0), *servers_air, strict=True))
    for item in gear:
        plugged = {f.side: _turns(item, f) for f in feeds if f.side in item.feeds}
        plugged = {side: at for side, at in plugged.items() if side not in dead}
        wires.add(item.power_w, plugged)
        # Gear without a power cord (a patch panel) has no feeds and no power.
        if plugged or not item.feeds:
            air_w += item.power_w
            airflow_l_s += item.airflow_l_s
    return RackLoad(
        wires.feeds_w,
        wires.positions_w,
        tuple(conditions),
        broken,
        air_w,
        airflow_l_s,
        liquid_w,
        flow_ml_min,
        tuple(servers_air),
    )


class _Wires:
    """Adds up what things draw from each live feed of a rack, and at each of its positions."""

    def __init__(self, feeds: Sequence[Feed], dead: frozenset[str]) -> None:
        live = [feed for feed in feeds if feed.side not in dead]
        self.feeds_w = {feed.side: Fraction(0) for feed in live}
        self.positions_w = {feed.side: dict.fromkeys(feed.positions, 0.0) for feed in live}

    def add(self, power_w: int, cords: Cords, *, even: bool = False) -> None:
        """Draw power over live cords: each carries the same, over all lines if it has them all."""
        total = sum(sum(at.values()) for at in cords.values())
        if not power_w or not total:
            return
        for side, at in cords.items():
            many = sum(at.values())
            self.feeds_w[side] += Fraction(power_w * many, total)
            positions = self.positions_w[side]
            if even:
                at = dict.fromkeys(positions, many / len(positions))  # type: ignore[arg-type]
            for position, count in at.items():
                positions[position] += power_w * count / total


def turns(count: int, start: int, feed: Feed) -> dict[str, int]:
    """Cords at each position of a feed: from ``start`` on, one after the other.

    The positions of a feed are counted from its first.
    """
    many = len(feed.positions)
    found: dict[str, int] = {}
    for cord in range(count):
        position = feed.positions[(start + cord) % many]
        found[position] = found.get(position, 0) + 1
    return found


def _turns(item: Gear, feed: Feed) -> dict[str, int]:
    return turns(item.cords, item.start, feed)


def _scaled(heat_w: int, power_w: int, draw_w: int) -> int:
    """Heat at part power, rounded up [W]."""
    return heat_w if power_w >= draw_w else -(-heat_w * power_w // draw_w)
