"""What carries heat away, resolved: air zones and coolant loops with their units."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CoolingUnit:
    """An air unit or a CDU.

    Attributes
    ----------
    id
        Name.
    capacity_w
        Heat it moves at this site [W].
    flow
        Air [L/s] or coolant [mL/min] it moves.
    power_w
        Own draw [W].
    power_from
        Ids of power nodes that drive it; empty when its power is not modeled.
    start_w
        Draw while it starts again on a generator [W].
    """

    id: str
    capacity_w: int
    flow: int
    power_w: int
    power_from: tuple[str, ...]
    start_w: int = 0


@dataclass(frozen=True, slots=True)
class Zone:
    """Racks that share room air, and the units that cool it."""

    id: str
    units: tuple[CoolingUnit, ...]
    supply_c: float


@dataclass(frozen=True, slots=True)
class Loop:
    """A coolant loop and its CDUs. ``supply_c`` is facility water plus the largest approach."""

    id: str
    cdus: tuple[CoolingUnit, ...]
    supply_c: float
