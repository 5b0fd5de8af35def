"""Moist air at a site: pressure, density, humidity, and what thin air does to servers and units."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rackplan.catalog.entries import AirUnit

STANDARD_AIR_C = 20.0
STANDARD_HUMIDITY = 0.5
CP_AIR_J_KG_K = 1006.0
"""Specific heat of air at constant pressure [J/(kg K)] (ASHRAE Fundamentals 2017, ch. 1)."""

DERATE_START_M = 900
DERATE_M_PER_K = {"A1": 300, "A2": 300, "A3": 175, "A4": 125}
"""Height [m] above 900 m that takes one kelvin off the warmest inlet (ASHRAE TC 9.9, 2021)."""

Class = Literal["A1", "A2", "A3", "A4", "H1"]


@dataclass(frozen=True, slots=True)
class HumidityWindow:
    """Allowed moisture of inlet air: dew point [degC] and relative humidity [-].

    Air must be above the driest of ``dew_min_c`` and ``humidity_min``, whichever is moister, and
    below both ``dew_max_c`` and ``humidity_max``; ``None`` for no bound.
    """

    dew_min_c: float | None = None
    dew_max_c: float | None = None
    humidity_min: float | None = None
    humidity_max: float | None = None


ANY_HUMIDITY = HumidityWindow()
"""No bound that a source gives."""

HUMIDITY_BY_CLASS: dict[str, HumidityWindow] = {
    "A1": HumidityWindow(-12.0, 17.0, 0.08, 0.80),
    "A2": HumidityWindow(-12.0, 21.0, 0.08, 0.80),
    "A3": HumidityWindow(-12.0, 24.0, 0.08, 0.85),
    "A4": HumidityWindow(-12.0, 24.0, 0.08, 0.90),
    "H1": HumidityWindow(-12.0, 17.0, 0.08, 0.80),
}
"""Allowable moisture by class (ASHRAE TC 9.9, Thermal Guidelines, 5th ed., 2021)."""


@dataclass(frozen=True, slots=True)
class SiteAir:
    """Air at an elevation: pressure [Pa], density [kg/m3], and density relative to sea level [-].

    The densities are those of room air at 20 degC and 50 % humidity.
    """

    pressure_pa: float
    density: float
    ratio: float


def site_air(elevation_m: int) -> SiteAir:
    """Air under the standard pressure of an elevation.

    The room is conditioned, so the temperature is the room's, not that of the standard atmosphere.
    """
    here, sea_level = _pressure_pa(elevation_m), _pressure_pa(0)
    density = moist_density(STANDARD_AIR_C, here, humidity=STANDARD_HUMIDITY)
    at_sea_level = moist_density(STANDARD_AIR_C, sea_level, humidity=STANDARD_HUMIDITY)
    return SiteAir(here, density, density / at_sea_level)


def _pressure_pa(elevation_m: int) -> float:
    import psychrolib

    psychrolib.SetUnitSystem(psychrolib.SI)
    return float(psychrolib.GetStandardAtmPressure(elevation_m))


def moist_density(
    air_c: float, pressure_pa: float, *, humidity: float = STANDARD_HUMIDITY
) -> float:
    """Density of moist air [kg/m3] at a temperature [degC], pressure [Pa] and relative humidity."""
    import psychrolib

    psychrolib.SetUnitSystem(psychrolib.SI)
    ratio = psychrolib.GetHumRatioFromRelHum(air_c, humidity, pressure_pa)
    return float(psychrolib.GetMoistAirDensity(air_c, ratio, pressure_pa))


def relative_humidity(air_c: float, dew_c: float) -> float:
    """Relative humidity [-] of air at a temperature with a dew point, both in degC; 1 if wetter."""
    import psychrolib

    psychrolib.SetUnitSystem(psychrolib.SI)
    return 1.0 if dew_c >= air_c else float(psychrolib.GetRelHumFromTDewPoint(air_c, dew_c))


def airflow_l_s(heat_w: int, delta_t_k: float, density: float) -> int:
    """Air [L/s] that carries ``heat_w`` away at a temperature rise: Q / (rho cp dT), rounded up."""
    return math.ceil(round(1000 * heat_w / (density * CP_AIR_J_KG_K * delta_t_k), 6))


def rise_k(heat_w: float, airflow_l_s: float, density: float) -> float:
    """Temperature rise [K] of an airflow [L/s] that takes up heat [W]; 0 where nothing flows."""
    if not airflow_l_s:
        return 0.0
    return 1000 * heat_w / (density * CP_AIR_J_KG_K * airflow_l_s)


def coil_capacity_w(
    unit: AirUnit, approach_k: float, density: float, thinned: float = 1.0
) -> float:
    """Heat [W] a unit takes out of air that it supplies ``approach_k`` above its water.

    What it takes grows with the difference between the air and the water that enter it
    (``AirUnit.capacity_at``), and the air comes back warmer than it was supplied by the heat over
    what the airflow carries, C = rho cp V: Q is the largest with Q <= capacity(approach + Q / C).
    For a unit rated k [W/K] that is k approach / (1 - k / C), at most its rating.

    Parameters
    ----------
    unit
        Catalog entry.
    approach_k
        Supply air minus entering water [K].
    density
        Density of the air [kg/m3].
    thinned
        Density over that of the rating at sea level: thin air takes up that much less.
    """
    if approach_k <= 0:
        return 0.0
    of_air = density * CP_AIR_J_KG_K * unit.airflow.value / 1000

    def spare(heat_w: float) -> float:
        return thinned * unit.capacity_at(approach_k + heat_w / of_air) - heat_w

    low, high = 0.0, thinned * unit.capacity.value
    if spare(high) >= 0:
        return high
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if spare(middle) >= 0 else (low, middle)
    return low


def inlet_derate_k(ashrae_class: str, elevation_m: int) -> float:
    """Kelvin by which the warmest allowed inlet of an ASHRAE class falls at an elevation."""
    return max(0, elevation_m - DERATE_START_M) / DERATE_M_PER_K[ashrae_class]


def humidity_misfit(window: HumidityWindow, inlet_c: float, dew_c: float) -> str | None:
    """Why air of a dew point is too dry or too moist for a server at its inlet; ``None`` if not."""
    humidity = relative_humidity(inlet_c, dew_c)
    if window.dew_max_c is not None and dew_c > window.dew_max_c:
        return f"at most a dew point of {window.dew_max_c:g} degC; it is {dew_c:g}"
    if window.humidity_max is not None and humidity > window.humidity_max:
        most = f"{window.humidity_max:.0%}"
        return f"at most {most} relative humidity; it is {humidity:.1%} at {inlet_c:.1f} degC"
    if window.dew_min_c is not None and dew_c < window.dew_min_c:
        return f"at least a dew point of {window.dew_min_c:g} degC; it is {dew_c:g}"
    if window.humidity_min is not None and humidity < window.humidity_min:
        least = f"{window.humidity_min:.0%}"
        return f"at least {least} relative humidity; it is {humidity:.1%} at {inlet_c:.1f} degC"
    return None
