"""The supply a server asks for, read from what its maker writes: ``200-240 VAC 1ph 16 A``."""

from __future__ import annotations

import re
from dataclasses import dataclass

NOMINAL_TOLERANCE = 0.1
"""Share by which the voltage may differ where a maker names a single one (IEC 60038: 10 %)."""


@dataclass(frozen=True, slots=True)
class Input:
    """Voltages [V] a power supply takes, phases of its cord (0 for direct current)."""

    low_v: float
    high_v: float
    phases: int


def read_input(text: str) -> Input | None:
    """The supply that a text asks for; ``None`` when it names no voltage."""
    found = re.search(r"(\d{2,4})(?:\s*-\s*(\d{2,4}))?\s*V(DC)?", text[:200])
    if found is None:
        return None
    low = high = float(found[1])
    if found[2]:
        high = float(found[2])
    else:
        low, high = low * (1 - NOMINAL_TOLERANCE), high * (1 + NOMINAL_TOLERANCE)
    phases = 0 if found[3] else 3 if re.search(r"\b3\s*ph", text) else 1
    return Input(low, high, phases)
