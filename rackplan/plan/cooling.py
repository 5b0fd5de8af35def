"""The cooling side of an answer: what zones and loops carry, and how far they are from limits.

What nobody states, or nothing follows from, is ``None``; it is never 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

AreaKind = Literal["zone", "near", "containment", "loop"]
"""``near``: racks that no other units of their zone reach."""


@dataclass(frozen=True, slots=True)
class AreaState:
    """What a zone, a part of one, or a loop carries in one state.

    Attributes
    ----------
    state
        ``normal``, ``loss:<lost>`` or ``state:<name>``.
    dead
        Units that do not run; ``cdu-1/pump`` for a CDU with one pump fewer.
    heat_w, capacity_w
        Heat asked, and the most that may be [W]; ``None`` for no limit.
    flow, flow_max
        Air [L/s] or coolant [mL/min] asked, and the most that may be.
    rise_k
        Temperature rise through the servers [K]: their heat over their own flow.
    design_rise_k
        The same of the units that run [K]: their capacity over their flow.
    return_c
        What comes back to the units [degC]: in a zone all heat in all air that they move, in a loop
        the coolant of the servers mixed.
    nodes_w
        Heat of power nodes in the room, part of ``heat_w`` [W]; ``None`` where none stand there.
    doors_w, doors_max_w
        Heat that rear doors take, and what those that run carry [W]; ``None`` without doors, and
        for the latter also with passive ones: what they take follows from the exhaust.
    """

    state: str
    dead: tuple[str, ...]
    heat_w: int
    capacity_w: int | None
    flow: int
    flow_max: int | None
    rise_k: float | None
    design_rise_k: float | None
    return_c: float | None
    nodes_w: int | None = None
    doors_w: int | None = None
    doors_max_w: int | None = None

    @property
    def use(self) -> float:
        """The larger share of heat and flow [-]; infinite for a load on nothing."""
        return max(share(self.heat_w, self.capacity_w), share(self.flow, self.flow_max))


def share(load: int, capacity: int | None) -> float:
    """Load over capacity [-]: 0 without a limit, infinite for a load on nothing."""
    if capacity:
        return load / capacity
    return math.inf if load and capacity is not None else 0.0


@dataclass(frozen=True, slots=True)
class AreaCooling:
    """A zone, a part of one, or a loop: in normal operation and in its worst state.

    The worst state is the one with the largest share of heat or flow, the normal one included.
    """

    area: str
    kind: AreaKind
    normal: AreaState
    worst: AreaState


@dataclass(frozen=True, slots=True)
class Closest:
    """A temperature of the server that is closest to its limit.

    Attributes
    ----------
    server, model
        The server of the plan, and its catalog id.
    at_c, limit_c, margin_k
        Temperature, its limit [degC], and the distance [K]; ``None`` where no source gives a limit.
        The warmest server then stands here.
    """

    server: str
    model: str
    at_c: float
    limit_c: float | None
    margin_k: float | None


NOISE_K = 1e-6
"""Noise of temperatures that are worked out in floats [K]."""


def _kept(*margins_k: float | None) -> bool:
    return all(margin_k is None or margin_k >= -NOISE_K for margin_k in margins_k)


def _lasts(ride_through_s: float | None, gap_s: float | None) -> bool:
    return ride_through_s is None or gap_s is None or ride_through_s >= gap_s


@dataclass(frozen=True, slots=True)
class Humidity:
    """Relative humidity [-] at the lowest and at the highest dew point; ``None`` for one unsaid."""

    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class ZoneCooling:
    """An air zone.

    Attributes
    ----------
    zone, supply_c
        Id, and the air its units supply [degC].
    inlet
        The server whose inlet is closest to its limit; ``None`` without servers.
    return_max_c
        Warmest air its units may take in [degC].
    supply_humidity, inlet_humidity
        Moisture at the supply temperature and at that inlet, over the range of the dew point.
    ride_through_s
        Time without cooling until that inlet is at its limit [s].
    gap_s
        Time without cooling that there may be [s].
    areas
        The zone, then its parts.
    """

    zone: str
    supply_c: float
    inlet: Closest | None
    return_max_c: float | None
    supply_humidity: Humidity
    inlet_humidity: Humidity
    ride_through_s: float | None
    gap_s: float | None
    areas: tuple[AreaCooling, ...]

    @property
    def holds(self) -> bool:
        """Whether the inlets and the time without cooling keep their limits."""
        inlet_k = self.inlet.margin_k if self.inlet else None
        return _kept(inlet_k) and _lasts(self.ride_through_s, self.gap_s)


@dataclass(frozen=True, slots=True)
class Window:
    """Supply temperatures [degC] that suit all of some servers, and who sets each end.

    Empty where ``low_c`` is above ``high_c``; an end no source gives is ``None``, its model "".
    """

    low_c: float | None
    low_model: str
    high_c: float | None
    high_model: str


@dataclass(frozen=True, slots=True)
class Pressure:
    """Where the head of a loop's CDUs goes [Pa]: its pipes at the flow asked, and one server.

    ``model`` is the server model that takes most, its couplings included.
    """

    pipes_pa: float
    model: str
    server_pa: float
    head_pa: int

    @property
    def share(self) -> float:
        """What pipes and server take, over the head [-]."""
        return (self.pipes_pa + self.server_pa) / self.head_pa if self.head_pa else math.inf


@dataclass(frozen=True, slots=True)
class LoopCooling:
    """A coolant loop.

    Attributes
    ----------
    loop, supply_c, water_c, approach_k
        Id; coolant supply and facility water [degC]; how far they are apart [K].
    coolant
        Catalog id; empty where the site does not name it.
    window
        Supply temperatures that suit all servers on it.
    low_margin_k, high_margin_k
        Supply above the low end, and below the high end of the window [K].
    back
        The server whose coolant comes back closest to a limit, its own or the CDUs'; ``None`` where
        the rise is not known.
    pressure
        ``None`` where the site does not state the pressure drop.
    dew_margin_k
        Supply above the least that does not condense, 2 K over the highest dew point of the rooms
        of its servers [K].
    ride_through_s, gap_s
        Time without cooling until the coolant is at the high end of the window, and how long it may
        have to last [s].
    area
        What it carries.
    """

    loop: str
    supply_c: float
    water_c: float | None
    approach_k: float | None
    coolant: str
    window: Window
    low_margin_k: float | None
    high_margin_k: float | None
    back: Closest | None
    pressure: Pressure | None
    dew_margin_k: float | None
    ride_through_s: float | None
    gap_s: float | None
    area: AreaCooling

    @property
    def holds(self) -> bool:
        """Whether temperatures, pressure and the time without cooling keep their limits."""
        back_k = self.back.margin_k if self.back else None
        kept = _kept(self.low_margin_k, self.high_margin_k, back_k, self.dew_margin_k)
        pressed = self.pressure is not None and self.pressure.share > 1 + NOISE_K
        return kept and not pressed and _lasts(self.ride_through_s, self.gap_s)


@dataclass(frozen=True, slots=True)
class CoolingPlan:
    """Everything a cooling engineer checks beside the limits."""

    zones: tuple[ZoneCooling, ...] = ()
    loops: tuple[LoopCooling, ...] = ()
