"""Facility water, resolved: circuits, the units that reject their heat, and what they can reach."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from rackplan.facility.cooling import CoolingUnit

RejectorKind = Literal["chiller-air", "chiller-water", "dry-cooler", "adiabatic-cooler", "tower"]

EVAPORATIVE = frozenset({"chiller-water", "adiabatic-cooler", "tower"})
"""Kinds that the wet bulb matters to."""

WATER_J_L_K = 4178
"""Heat that warms a liter of water by a kelvin [J/(L K)]: 4,186 J/(kg K) x 0.998 kg/L, 20 degC."""

CLASS_MAX_C = {"W17": 17.0, "W27": 27.0, "W32": 32.0, "W40": 40.0, "W45": 45.0, "W+": None}
"""Warmest facility water of each ASHRAE class [degC]; W+ is above 45 degC (Thermal Guidelines for
Data Processing Environments, 5th edition, 2021)."""
CLASS_MIN_C = 2.0
"""Coldest facility water of every class [degC]."""


@dataclass(frozen=True, slots=True)
class Rejector:
    """A unit that rejects heat to the air outside.

    Attributes
    ----------
    unit
        Name, capacity at this site, own draw and what drives it; no flow.
    kind
        What it is.
    approach_k
        Of a cooler: facility water less dry or wet bulb, its heat exchanger included. Of a chiller:
        condensing temperature less dry or wet bulb [K].
    dry_approach_k
        Facility water less dry bulb of an adiabatic cooler that runs dry [K].
    evaporator_k
        Of a chiller: facility water less evaporating temperature [K].
    carnot_share, minimum_lift_k
        Of a chiller: share of the Carnot COP, and the least lift it runs at [K].
    cycles
        Cycles of concentration; 0 for a unit that uses no water.
    """

    unit: CoolingUnit
    kind: RejectorKind
    approach_k: float
    dry_approach_k: float = 0.0
    evaporator_k: float = 0.0
    carnot_share: float = 0.0
    minimum_lift_k: float = 0.0
    cycles: float = 0.0

    @property
    def chills(self) -> bool:
        """Whether it has compressors."""
        return self.kind.startswith("chiller")


@dataclass(frozen=True, slots=True)
class Circuit:
    """Facility water.

    Attributes
    ----------
    id
        Name.
    water_class
        ASHRAE class; empty where the site file gives none.
    setpoint_c
        Temperature it is held at [degC].
    supply_c
        The warmest it gets in the weather of the site [degC]: the setpoint, or what coolers without
        chillers reach in the worst hour.
    warm_hours
        Hours in which it is warmer than the setpoint.
    rise_k
        Return less setpoint at full load [K]; ``None`` where the site file gives no return.
    free_permille
        Share of the heat that coolers take before chillers in the worst hour, in thousandths: 1000
        without chillers.
    rejectors, pumps
        Its units, and its pumps (with no capacity of their own).
    storage_l
        Water kept at supply temperature [L].
    gap_ms
        Time that water must last after the loss of the utility [ms]; 0 where it is not judged.
    runs_through
        Whether its pumps run on meanwhile, and it has water for them.
    """

    id: str
    water_class: str
    setpoint_c: float
    supply_c: float
    warm_hours: int
    rise_k: float | None
    free_permille: int
    rejectors: tuple[Rejector, ...]
    pumps: tuple[CoolingUnit, ...] = ()
    storage_l: int = 0
    gap_ms: int = 0
    runs_through: bool = False

    @property
    def units(self) -> tuple[CoolingUnit, ...]:
        """Everything of it that can be lost: units that reject heat, then pumps."""
        return (*(rejector.unit for rejector in self.rejectors), *self.pumps)

    @property
    def warm_text(self) -> str:
        """How far above its setpoint it gets, and for how long; empty where it does not."""
        if not self.warm_hours:
            return ""
        over = f"{self.supply_c - self.setpoint_c:.1f} K above its {self.setpoint_c:g} degC"
        reached = f"{self.id} reaches {self.supply_c:.1f} degC in the worst hour"
        return f"{reached}, {over}, in {self.warm_hours:,} h"

    @property
    def stored_w(self) -> int:
        """Heat that the stored water takes up for the time it must last [W].

        It leaves at supply temperature until it is used up, and comes back warmer by the rise.
        """
        if not self.gap_ms or self.rise_k is None:
            return 0
        joules = Fraction(self.storage_l * WATER_J_L_K) * Fraction(str(self.rise_k))
        return math.floor(1000 * joules / self.gap_ms)

    def capacity_w(self, live: Collection[str]) -> int:
        """Most heat it takes in the worst hour with only some units alive [W].

        Coolers take ``phi`` of the heat before chillers. With C_e and C_m the capacities of live
        coolers and chillers, a heat Q is rejected when Q <= C_e + C_m and (1 - phi) Q <= C_m.
        """
        coolers_w = sum(
            r.unit.capacity_w for r in self.rejectors if not r.chills and self._in(r, live)
        )
        chillers_w = sum(
            r.unit.capacity_w for r in self.rejectors if r.chills and self._in(r, live)
        )
        left = 1000 - self.free_permille if coolers_w else 1000
        if not left:
            return coolers_w + chillers_w
        return min(coolers_w + chillers_w, 1000 * chillers_w // left)

    @staticmethod
    def _in(rejector: Rejector, live: Collection[str]) -> bool:
        return rejector.unit.id in live


def flow_per_w(rise_k: float) -> Fraction:
    """Water that carries a watt away [mL/min], at a rise: 1 / (rho c_p rise)."""
    return Fraction(60_000) / (WATER_J_L_K * Fraction(str(rise_k)))
