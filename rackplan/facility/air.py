"""Air at the site's elevation: pressure, density, and what thin air does to servers and units."""

from __future__ import annotations

import math
from dataclasses import dataclass

STANDARD_AIR_C = 20.0
STANDARD_HUMIDITY = 0.5
CP_AIR_J_KG_K = 1006.0
"""Specific heat of air at constant pressure [J/(kg K)] (ASHRAE Fundamentals 2017, ch. 1)."""

DERATE_START_M = 900
DERATE_M_PER_K = {"A1": 300, "A2": 300, "A3": 175, "A4": 125}
"""Height [m] above 900 m that takes one kelvin off the warmest inlet (ASHRAE TC 9.9, 2021)."""


@dataclass(frozen=True, slots=True)
class SiteAir:
    """Air in the room: pressure [Pa], density [kg/m3], and density relative to sea level [-]."""

    pressure_pa: float
    density: float
    ratio: float


def site_air(elevation_m: int) -> SiteAir:
    """Air at 20 degC and 50 % humidity under the standard pressure of an elevation.

    The room is conditioned, so the temperature is the room's, not that of the standard atmosphere.
    """
    import psychrolib

    psychrolib.SetUnitSystem(psychrolib.SI)

    def density(pressure_pa: float) -> float:
        humidity = psychrolib.GetHumRatioFromRelHum(STANDARD_AIR_C, STANDARD_HUMIDITY, pressure_pa)
        return float(psychrolib.GetMoistAirDensity(STANDARD_AIR_C, humidity, pressure_pa))

    here = float(psychrolib.GetStandardAtmPressure(elevation_m))
    sea_level = float(psychrolib.GetStandardAtmPressure(0))
    return SiteAir(here, density(here), density(here) / density(sea_level))


def airflow_l_s(heat_w: int, delta_t_k: float, density: float) -> int:
    """Air [L/s] that carries ``heat_w`` away at a temperature rise: Q / (rho cp dT), rounded up."""
    return math.ceil(round(1000 * heat_w / (density * CP_AIR_J_KG_K * delta_t_k), 6))


def inlet_derate_k(ashrae_class: str, elevation_m: int) -> float:
    """Kelvin by which the warmest allowed inlet of an ASHRAE class falls at an elevation."""
    return max(0, elevation_m - DERATE_START_M) / DERATE_M_PER_K[ashrae_class]
