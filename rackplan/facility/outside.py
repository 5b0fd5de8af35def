"""What units that reject heat can reach in the weather outside, hour by hour."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rackplan.facility.water import EVAPORATIVE, Rejector
from rackplan.facility.weather import Weather

Hours = npt.NDArray[np.float64]
"""A figure for every hour."""


def reach_c(cooler: Rejector, weather: Weather) -> Hours:
    """Coldest facility water a cooler makes, by hour [degC]."""
    dry = np.asarray(weather.dry_bulb_c)
    if cooler.kind == "dry-cooler":
        return dry + cooler.approach_k
    wet = np.asarray(weather.wet_bulb_c) + cooler.approach_k
    return np.minimum(wet, dry + cooler.dry_approach_k) if cooler.dry_approach_k else wet


def coolest_c(coolers: Sequence[Rejector], weather: Weather) -> Hours:
    """Coldest water that all of some coolers make, by hour: the worst of them counts [degC]."""
    return np.asarray(np.max([reach_c(cooler, weather) for cooler in coolers], axis=0))


def ambient_c(chiller: Rejector, weather: Weather) -> Hours:
    """What a chiller rejects heat to, by hour: dry bulb, or wet bulb with a tower [degC]."""
    return np.asarray(weather.wet_bulb_c if chiller.kind in EVAPORATIVE else weather.dry_bulb_c)


def free_share(reached_c: Hours, setpoint_c: float, rise_k: float | None) -> Hours:
    """Share of the heat that coolers take before chillers, by hour.

    Water comes back at setpoint + rise; coolers cool it to ``reached_c`` at best. Without a known
    rise they take all of the heat or none.
    """
    if rise_k is None:
        return np.where(reached_c <= setpoint_c, 1.0, 0.0)
    return np.clip((setpoint_c + rise_k - reached_c) / rise_k, 0.0, 1.0)
