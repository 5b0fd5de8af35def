"""What a circuit may carry: one formula for every kW, kVA and ampere that rackplan prints."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

CONTINUOUS = {"nec": Fraction(4, 5), "nec-100": Fraction(1), "iec": Fraction(1)}
"""Share of the breaker that a load of three hours or more may use, by standard (NEC 210.20: 80 %
unless the assembly is rated for 100 %; IEC circuits are used at their rated current)."""


def apparent_va(volts: float, amps: float, phases: int) -> float:
    """Apparent power [VA] at a current: ``k V A``.

    ``k`` is sqrt(3) for three phases, ``volts`` then being line to line, and 1 for one phase.
    """
    return volts * amps * (math.sqrt(3) if phases == 3 else 1.0)


def position_volts(volts: float, wiring: str) -> float:
    """Voltage that a load between two poles of a rack PDU gets [V].

    In a ``wye`` outlets are from line to neutral: the line-to-line voltage over sqrt(3). In a
    ``delta`` they are from line to line, and in a ``single`` phase there is one voltage.
    """
    return volts / math.sqrt(3) if wiring == "wye" else volts


@dataclass(frozen=True, slots=True)
class Rating:
    """A rating by current.

    Attributes
    ----------
    volts
        Line to line for three phases, else the voltage of the circuit [V].
    amps_ma
        Rating of the breaker or bus [mA].
    phases
        1 or 3.
    continuous
        Share of the rating for load that lasts.
    thermal
        Share of the rating that is left where it is hotter than the rating allows for.
    """

    volts: int
    amps_ma: int
    phases: int
    continuous: Fraction
    thermal: Fraction = Fraction(1)

    @property
    def continuous_ma(self) -> int:
        """Most current per line that may last [mA]."""
        return math.floor(self.amps_ma * self.thermal * self.continuous)

    @property
    def short_ma(self) -> int:
        """Most current per line for a short time [mA]: all of the breaker."""
        return math.floor(self.amps_ma * self.thermal)

    def continuous_w(self, power_factor: Fraction) -> int:
        """Most real power that may last [W]: ``k V A x continuous x thermal x power factor``.

        This reproduces NVIDIA's published circuit table: 415 V, 60 A, three phases, 0.8, 0.95 ->
        32,780 W.
        """
        return self.power_w(self.continuous_ma, power_factor)

    def short_w(self, power_factor: Fraction) -> int:
        """Most real power for a short time [W]: ``k V A x thermal x power factor``."""
        return self.power_w(self.short_ma, power_factor)

    def continuous_va(self) -> int:
        """Most apparent power that may last [VA]."""
        return self.power_w(self.continuous_ma, Fraction(1))

    def power_w(self, current_ma: int, power_factor: Fraction) -> int:
        """Real power at a current on every line [W], so that both are one limit."""
        amps = float(Fraction(current_ma, 1000) * power_factor)
        return math.floor(round(apparent_va(self.volts, amps, self.phases), 6))
