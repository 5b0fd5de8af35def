"""Voltage drop along a radial path: how much of the nominal voltage its conductors use up.

The drop is the part of the conductors' voltage that lies along the voltage of the load (IEEE Std
141, "approximate" method); what lies across it hardly changes the magnitude. Positions are those of
``phases``: a load sits from a line to neutral (star), or between two lines (delta).

A path is a chain of branches at one voltage, and a position loses the sum of what it loses in each.
The sum of the worst of each branch is never less than the worst of the path.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence
from dataclasses import dataclass

BRANCH_LIMIT = 0.03
"""Share of the nominal voltage that a branch circuit may use up, for reasonable efficiency. Not a
requirement: NEC 210.19(A), informational note; 215.2(A), informational note, says the same of a
feeder."""

TOTAL_LIMIT = 0.05
"""The same for feeder and branch circuit together, to the farthest outlet (same notes)."""

Triple = tuple[float, float, float]
Phasors = tuple[complex, complex, complex]

# Angle of the voltage at each position: L1-N, L2-N, L3-N; L1-L2, L2-L3, L3-L1.
_STAR_ANGLES = (0.0, math.radians(-120), math.radians(120))
_DELTA_ANGLES = (math.radians(30), math.radians(-90), math.radians(150))


@dataclass(frozen=True, slots=True)
class Branch:
    """A run of cable or busway whose conductors, the neutral too, are of one size.

    Attributes
    ----------
    length_m
        One way [m].
    resistance_ohm_km
        Of one conductor, at its operating temperature [ohm/km].
    reactance_ohm_km
        Of one conductor [ohm/km].
    """

    length_m: float
    resistance_ohm_km: float
    reactance_ohm_km: float = 0.0

    @property
    def impedance_ohm(self) -> complex:
        """Impedance of one conductor, one way [ohm]."""
        return complex(self.resistance_ohm_km, self.reactance_ohm_km) * self.length_m / 1000


def drop_v(branch: Branch, amps: float, power_factor: float, phases: int) -> float:
    """Voltage drop of a balanced or a single-phase circuit [V]: ``k I (R cos + X sin)``.

    ``k`` is sqrt(3) for three phases, the drop then being line to line, and 2 for one phase: out
    and back (IEEE Std 141, approximate method). ``power_factor`` is the cosine, lagging.
    """
    ohm = branch.impedance_ohm
    sine = math.sqrt(1 - power_factor * power_factor)
    factor = math.sqrt(3) if phases == 3 else 2.0
    return factor * amps * (ohm.real * power_factor + ohm.imag * sine)


def drop_share(
    branch: Branch, amps: float, volts: float, power_factor: float, phases: int
) -> float:
    """Voltage drop as a share of the nominal voltage [-].

    ``volts`` is line to line for three phases, else the voltage of the circuit.
    """
    return drop_v(branch, amps, power_factor, phases) / volts


def line_phasors(
    star_amps: Sequence[float], delta_amps: Sequence[float], power_factor: float
) -> Phasors:
    """Current out along each line [A], against the voltage of L1; their sum returns in the neutral.

    Every load's current lags the voltage at its own position by the same angle. The sum over the
    branches that a panel feeds is what its own feeder carries.
    """
    lag = math.acos(power_factor)
    star = _rotated(star_amps, _STAR_ANGLES, lag)
    delta = _rotated(delta_amps, _DELTA_ANGLES, lag)
    return (
        star[0] + delta[0] - delta[2],
        star[1] + delta[1] - delta[0],
        star[2] + delta[2] - delta[1],
    )


def _rotated(amps: Sequence[float], angles: Sequence[float], lag: float) -> list[complex]:
    return [cmath.rect(one, angle - lag) for one, angle in zip(amps, angles, strict=True)]


def star_drops_v(branch: Branch, lines: Phasors) -> Triple:
    """Voltage drop from each line to neutral [V]: along the line, and back in the neutral.

    ``Re(Z (I_line + I_neutral) / unit voltage)``, with the neutral current the sum of the lines'.
    The current of the other lines counts through the neutral, so that a drop may be negative: the
    voltage there rises.
    """
    neutral = sum(lines)
    a, b, c = (
        _along(branch.impedance_ohm * (line + neutral), angle)
        for line, angle in zip(lines, _STAR_ANGLES, strict=True)
    )
    return a, b, c


def delta_drops_v(branch: Branch, lines: Phasors) -> Triple:
    """Voltage drop of L1-L2, L2-L3, L3-L1 [V]: ``Re(Z (I_line - I_next line) / unit voltage)``."""
    nexts = (lines[1], lines[2], lines[0])
    a, b, c = (
        _along(branch.impedance_ohm * (line - after), angle)
        for line, after, angle in zip(lines, nexts, _DELTA_ANGLES, strict=True)
    )
    return a, b, c


def _along(volts: complex, angle: float) -> float:
    """Part of a voltage that lies along one at that angle [V]."""
    return (volts * cmath.rect(1.0, -angle)).real


def worst_drop_share(
    branch: Branch,
    star_amps: Sequence[float],
    delta_amps: Sequence[float],
    volts_line_to_line: float,
    power_factor: float,
) -> float:
    """Largest drop over the loaded positions of a branch, as a share of each one's voltage [-].

    Star positions lose a share of the line-to-neutral voltage, delta positions of the line-to-line
    voltage. Never negative: weighted with its currents, the drops [V] sum to ``(R cos + X sin)``
    times the squared currents of all conductors. Not monotone in the load of one position: load on
    another line may relieve the neutral.
    """
    lines = line_phasors(star_amps, delta_amps, power_factor)
    volts_to_neutral = volts_line_to_line / math.sqrt(3)
    shares = [
        drop / volts
        for drops, amps, volts in (
            (star_drops_v(branch, lines), star_amps, volts_to_neutral),
            (delta_drops_v(branch, lines), delta_amps, volts_line_to_line),
        )
        for drop, loaded in zip(drops, amps, strict=True)
        if loaded
    ]
    return max(shares, default=0.0)
