"""A facility water circuit hour by hour: how its heat is rejected, with what power and water."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rackplan.facility.outside import Hours, ambient_c, coolest_c, free_share
from rackplan.facility.water import Circuit, Rejector
from rackplan.facility.weather import Weather

ZERO_C_K = 273.15
LATENT_J_KG = 2_442_000
"""Heat that evaporates a kilogram of water at 25 degC [J/kg]: 2,501 - 2.36 x 25 kJ/kg (ASHRAE
Handbook Fundamentals 2017, ch. 1)."""
HOUR_S = 3600
WHOLE = 1 - 1e-9
"""Heat is a float: this much of it is all of it."""


@dataclass(frozen=True)
class PlantHours:
    """What one circuit does in every hour.

    Attributes
    ----------
    circuit
        Its id.
    heat_w
        Heat it gets, the same in every hour [W].
    supply_c
        Temperature of its water [degC].
    cooler_w
        Heat that coolers take; chillers take the rest [W].
    fans_w, compressors_w
        Power of coolers; of chillers with the fans and pumps of their condensers [W].
    pumps_w
        Power of its pumps, the same in every hour [W].
    water_l
        Water made up [L].
    warm
        Whether the water is warmer than its setpoint.
    """

    circuit: str
    heat_w: float
    supply_c: Hours
    cooler_w: Hours
    fans_w: Hours
    compressors_w: Hours
    pumps_w: float
    water_l: Hours
    warm: Hours

    @property
    def free(self) -> Hours:
        """Hours (1 or 0) in which coolers take all of the heat."""
        return np.where(self.cooler_w >= WHOLE * self.heat_w, 1.0, 0.0)

    @property
    def mechanical(self) -> Hours:
        """Hours (1 or 0) in which chillers take all of the heat."""
        return np.where(self.cooler_w <= (1 - WHOLE) * self.heat_w, 1.0, 0.0) * (1 - self.free)

    @property
    def partial(self) -> Hours:
        """Hours (1 or 0) in which coolers take a part of the heat, and chillers the rest."""
        return 1 - self.free - self.mechanical


def plant_hours(circuit: Circuit, heat_w: float, weather: Weather) -> PlantHours:
    """How a circuit rejects a steady heat in the weather outside.

    Each hour takes the cheapest split between coolers and chillers that holds the setpoint. With q
    the heat of the coolers, C their capacity and P their fans, a the share of the approach that the
    hour leaves them, and e the power of chillers per watt of heat:

        q <= min(phi Q, C),   P(q) = P (a q / C)^3 + e (Q - q)

    P is convex in q, so its least is at q = sqrt(e C^3 / (3 P a^3)), or at an end of the range.
    Without chillers coolers take all of the heat, and the water is as warm as they make it.

    Parameters
    ----------
    circuit
        Its units and setpoint.
    heat_w
        Heat it gets [W].
    weather
        Every hour.
    """
    coolers = [rejector for rejector in circuit.rejectors if not rejector.chills]
    chillers = [rejector for rejector in circuit.rejectors if rejector.chills]
    hours = len(weather.dry_bulb_c)
    reached_c = np.full(hours, np.inf)
    if coolers:
        reached_c = coolest_c(coolers, weather)
    each = chiller_power(circuit, chillers, weather) if chillers else []
    per_watt = mean(chillers, each) if chillers else np.zeros(hours)
    if chillers:
        share = free_share(reached_c, circuit.setpoint_c, circuit.rise_k)
        most_w = np.minimum(share * heat_w, sum(cooler.unit.capacity_w for cooler in coolers))
        cooler_w = np.minimum(most_w, cheapest_w(circuit, coolers, reached_c, per_watt))
        supply_c = np.full(hours, circuit.setpoint_c)
    else:
        cooler_w = np.full(hours, float(heat_w))
        supply_c = np.maximum(circuit.setpoint_c, reached_c)
    chiller_w = heat_w - cooler_w
    return PlantHours(
        circuit.id,
        heat_w,
        supply_c,
        cooler_w,
        fan_power(circuit, coolers, reached_c, cooler_w),
        chiller_w * per_watt,
        float(sum(pump.power_w for pump in circuit.pumps)),
        cooler_water(circuit, coolers, cooler_w, weather)
        + chiller_water(chillers, each, chiller_w, hours),
        np.where(supply_c > circuit.setpoint_c, 1.0, 0.0),
    )


def chiller_power(circuit: Circuit, chillers: Sequence[Rejector], weather: Weather) -> list[Hours]:
    """Power of each chiller per watt of heat it takes, by hour: 1 / COP.

    COP = carnot_share T_evap / lift, lift = max(minimum lift, T_cond - T_evap), in kelvin.
    """
    found = []
    for chiller in chillers:
        evaporating_k = circuit.setpoint_c - chiller.evaporator_k + ZERO_C_K
        condensing_k = ambient_c(chiller, weather) + chiller.approach_k + ZERO_C_K
        lift_k = np.maximum(condensing_k - evaporating_k, chiller.minimum_lift_k)
        found.append(lift_k / (chiller.carnot_share * evaporating_k))
    return found


def mean(units: Sequence[Rejector], each: Sequence[Hours]) -> Hours:
    """A figure of units that share heat by their capacity."""
    total = sum(unit.unit.capacity_w for unit in units)
    parts = [unit.unit.capacity_w / total * part for unit, part in zip(units, each, strict=True)]
    return np.asarray(np.sum(parts, axis=0))


def approach_share(circuit: Circuit, coolers: Sequence[Rejector], reached_c: Hours) -> Hours:
    """Share of full airflow that carries a full load in an hour: approach over what there is.

    A cooler moves heat by airflow times the distance of the setpoint from the air outside.
    """
    approach_k = max(cooler.approach_k for cooler in coolers)
    return approach_k / (np.maximum(circuit.setpoint_c - reached_c, 0.0) + approach_k)


def cheapest_w(
    circuit: Circuit, coolers: Sequence[Rejector], reached_c: Hours, each: Hours
) -> Hours:
    """Heat at which one more watt costs the fans of coolers as much as it costs chillers [W]."""
    capacity_w = float(sum(cooler.unit.capacity_w for cooler in coolers))
    fans_w = sum(cooler.unit.power_w for cooler in coolers)
    if not fans_w:
        return np.full(len(reached_c), np.inf)
    share = approach_share(circuit, coolers, reached_c)
    return np.asarray(np.sqrt(each * capacity_w**3 / (3 * fans_w * share**3)))


def fan_power(
    circuit: Circuit, coolers: Sequence[Rejector], reached_c: Hours, cooler_w: Hours
) -> Hours:
    """Fans of coolers that share heat by their capacity, by the cube law [W]."""
    capacity_w = sum(cooler.unit.capacity_w for cooler in coolers)
    if not capacity_w:
        return np.zeros(len(reached_c))
    fans_w = sum(cooler.unit.power_w for cooler in coolers)
    speed = approach_share(circuit, coolers, reached_c) * cooler_w / capacity_w
    return np.asarray(fans_w * np.minimum(speed, 1.0) ** 3)


def makeup(cycles: float) -> float:
    """Water made up for each liter that evaporates: cycles / (cycles - 1)."""
    return cycles / (cycles - 1)


def cooler_water(
    circuit: Circuit, coolers: Sequence[Rejector], cooler_w: Hours, weather: Weather
) -> Hours:
    """Water of towers and wet adiabatic coolers [L]: all of their heat evaporates it."""
    total = sum(cooler.unit.capacity_w for cooler in coolers)
    water_l = np.zeros(len(cooler_w))
    for cooler in coolers:
        if cooler.cycles:
            dry_c = np.asarray(weather.dry_bulb_c) + cooler.dry_approach_k
            dry = cooler.dry_approach_k > 0
            wet = np.where(dry_c > circuit.setpoint_c, 1.0, 0.0) if dry else 1.0
            part = cooler.unit.capacity_w / total * makeup(cooler.cycles)
            water_l = water_l + part * wet * cooler_w * HOUR_S / LATENT_J_KG
    return water_l


def chiller_water(
    chillers: Sequence[Rejector], each: Sequence[Hours], chiller_w: Hours, hours: int
) -> Hours:
    """Water of the towers of water-cooled chillers [L]: heat and power evaporate it."""
    total = sum(chiller.unit.capacity_w for chiller in chillers)
    water_l = np.zeros(hours)
    for chiller, power in zip(chillers, each, strict=True):
        if chiller.cycles:
            part = chiller.unit.capacity_w / total * makeup(chiller.cycles)
            water_l = water_l + part * chiller_w * (1 + power) * HOUR_S / LATENT_J_KG
    return water_l
