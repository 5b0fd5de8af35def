"""Checks of air and coolant figures against the heat they carry."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from rackplan.catalog.checks.finding import Check
from rackplan.catalog.entries import AirUnit, Cdu, CoolingUnit, ServerModel

if TYPE_CHECKING:
    from rackplan.catalog.load import Catalog

LIQUID_FIGURES = (
    "liquid_fraction",
    *(name for name in ServerModel.model_fields if name.startswith("coolant_")),
    "manifold_units",
)
"""Figures that only liquid-cooled servers have."""

CFM_PER_L_S = 2.118880
"""Cubic feet per minute in one liter per second."""

AIRFLOW_CFM_PER_KW = (80, 170)
"""Airflow of servers per kW of heat: an air temperature rise of about 22 down to 10 K."""

FLOW_ML_MIN_PER_W = (0.8, 2.0)
"""Coolant flow per power, 0.8 to 2.0 L/min per kW: a rise of about 19 down to 7 K."""

AIR_J_L_K = 1.2 * 1.005
"""Heat one liter of sea-level air takes per kelvin [J/(L K)]: 1.2 g/L x 1.005 J/(g K)."""

AIR_UNIT_RISE_K = (6, 20)
"""Air temperature drop through a cooling unit [K]."""

COOLANT_RISE_K = (5.0, 20.0)
"""Rise of the coolant through a server at full load [K]: 1.5 L/min per kW of OCP is 10 K."""

USUAL_COOLANT = "pg25"
"""Coolant that a flow is judged with where the maker names none."""

USUAL_COOLANT_C = 30.0
"""Temperature that a flow is judged at [degC]; heat per volume changes by 0.4 % in 10 K."""

CURVE_TOLERANCE = 0.03
"""Share by which a rating may lie beside its curve: both are read from the maker's figures."""


def airflow_matches_heat(server: ServerModel, _: Catalog) -> Iterator[str]:
    """Airflow per kW of the heat that goes to air lies between 80 and 170 cfm."""
    if server.airflow is None or server.max_draw is None:
        return
    to_liquid = server.liquid_fraction.value if server.liquid_fraction else 0.0
    heat_kw = server.max_draw.value * (1 - to_liquid) / 1000
    if heat_kw == 0:
        return
    per_kw = server.airflow.value * CFM_PER_L_S / heat_kw
    low, high = AIRFLOW_CFM_PER_KW
    if not low <= per_kw <= high:
        yield (
            f"airflow {server.airflow.text} for {heat_kw:.2f} kW of heat to air is "
            f"{per_kw:.0f} cfm per kW, outside {low} to {high}"
        )


def liquid_needs_liquid_cooling(server: ServerModel, _: Catalog) -> Iterator[str]:
    """An air-cooled server has no coolant figures."""
    if server.cooling != "air":
        return
    for name in LIQUID_FIGURES:
        if getattr(server, name) is not None:
            yield f"{name} {getattr(server, name).text} on a server with cooling: air"
    named = [*server.coolants, *filter(None, [server.coupling])]
    if named:
        yield f"{' and '.join(named)} on a server with cooling: air"


def coolant_matches_power(server: ServerModel, _: Catalog) -> Iterator[str]:
    """Coolant flow lies between 0.8 and 2.0 L/min per kW."""
    if server.coolant_flow is not None and server.max_draw is not None:
        yield from _flow(server.coolant_flow.value, server.max_draw.value, "max_draw")


def coolant_carries_heat(server: ServerModel, catalog: Catalog) -> Iterator[str]:
    """The coolant takes the liquid's share of the heat with a rise of 5 to 20 K."""
    flow, draw, share = server.coolant_flow, server.max_draw, server.liquid_fraction
    if flow is None or draw is None or share is None or flow.value == 0:
        return
    coolant = server.coolants[0] if server.coolants else USUAL_COOLANT
    joules_per_ml_k = catalog.coolant(coolant).at(USUAL_COOLANT_C).joules_per_ml_k
    heat_w = draw.value * share.value
    rise = heat_w / (flow.value / 60 * joules_per_ml_k)
    low, high = COOLANT_RISE_K
    if not low <= rise <= high:
        yield (
            f"{heat_w / 1000:.2f} kW to the coolant at coolant_flow {flow.text} of {coolant} is a "
            f"rise of {rise:.1f} K, outside {low:g} to {high:g}"
        )


def room_air_covers_server(server: ServerModel, _: Catalog) -> Iterator[str]:
    """The room provides at least the air that the server moves."""
    room, own = server.room_airflow, server.airflow
    if room is not None and own is not None and room.value < own.value:
        yield f"room_airflow {room.text} is below airflow {own.text}"


def coolant_returns_warmer(server: ServerModel, _: Catalog) -> Iterator[str]:
    """The warmest return is above the warmest supply."""
    back, supply = server.coolant_return_max, server.coolant_supply_max
    if back is not None and supply is not None and back.value <= supply.value:
        yield f"coolant_return_max {back.text} is not above coolant_supply_max {supply.text}"


def windows_are_open(server: ServerModel, _: Catalog) -> Iterator[str]:
    """A lowest temperature or humidity is below the highest."""
    for name in ("inlet", "coolant_supply", "humidity"):
        low, high = getattr(server, f"{name}_min"), getattr(server, f"{name}_max")
        if low is not None and high is not None and low.value >= high.value:
            yield f"{name}_min {low.text} is not below {name}_max {high.text}"


def cdu_flow_matches_capacity(cdu: Cdu, _: Catalog) -> Iterator[str]:
    """A CDU moves 0.8 to 2.0 L/min per kW of its capacity."""
    yield from _flow(cdu.flow.value, cdu.capacity.value, "capacity")


def air_unit_rise(unit: AirUnit, _: Catalog) -> Iterator[str]:
    """Capacity and airflow of an air unit belong to a temperature drop of 6 to 20 K."""
    low, high = AIR_UNIT_RISE_K
    rise = unit.capacity.value / (unit.airflow.value * AIR_J_L_K) if unit.airflow.value else 0.0
    if not low <= rise <= high:
        yield (
            f"capacity {unit.capacity.text} over airflow {unit.airflow.text} is a drop of "
            f"{rise:.1f} K, outside {low} to {high}"
        )


def curve_rises(unit: CoolingUnit, _: Catalog) -> Iterator[str]:
    """More difference moves more heat."""
    for low, high in pairwise(unit.curve.points if unit.curve else ()):
        if high.capacity_w <= low.capacity_w:
            yield (
                f"curve: {high.capacity_w / 1000:g} kW at {high.difference_k:g} K is not above "
                f"{low.capacity_w / 1000:g} kW at {low.difference_k:g} K"
            )


def rating_lies_on_curve(unit: CoolingUnit, _: Catalog) -> Iterator[str]:
    """The curve gives the rated capacity at the rated difference, within 3 %."""
    rated = unit.rated_difference_k
    if unit.curve is None or rated is None:
        return
    on_curve = unit.curve.at(rated)
    if abs(on_curve - unit.capacity.value) > CURVE_TOLERANCE * unit.capacity.value:
        yield (
            f"capacity {unit.capacity.text} at {rated:g} K, but the curve gives "
            f"{on_curve / 1000:.2f} kW there"
        )


def air_unit_temperatures(unit: AirUnit, _: Catalog) -> Iterator[str]:
    """At the rating the water is colder than the air, and the air no warmer than it may be."""
    air, water, most = unit.return_temperature, unit.water_temperature, unit.return_max
    if air is not None and water is not None and air.value <= water.value:
        yield f"return_temperature {air.text} is not above water_temperature {water.text}"
    if air is not None and most is not None and most.value < air.value:
        yield f"return_max {most.text} is below return_temperature {air.text}"


def passive_is_a_door(unit: AirUnit, _: Catalog) -> Iterator[str]:
    """Only a rear door does without fans, and then it draws nothing."""
    if unit.passive and unit.kind != "rear-door":
        yield f"passive on a unit of kind {unit.kind}"
    if unit.passive and unit.power is not None and unit.power.value > 0:
        yield f"passive, but it draws {unit.power.text}"


def pumps_fit_flow(cdu: Cdu, _: Catalog) -> Iterator[str]:
    """A CDU has pumps, and without one of them it moves no more than with all."""
    pumps, lost = cdu.pumps, cdu.flow_one_pump_lost
    if pumps is not None and pumps.value < 1:
        yield "pumps 0: nothing moves the coolant"
    if lost is not None and lost.value > cdu.flow.value:
        yield f"flow_one_pump_lost {lost.text} is above flow {cdu.flow.text}"
    if pumps is not None and pumps.value == 1 and lost is not None and lost.value > 0:
        yield f"flow_one_pump_lost {lost.text} with a single pump"


def _flow(flow_ml_min: float, power_w: float, name: str) -> Iterator[str]:
    low, high = FLOW_ML_MIN_PER_W
    per_kw = flow_ml_min / power_w if power_w else 0.0
    if not low <= per_kw <= high:
        yield (
            f"flow {flow_ml_min / 1000:g} L/min over {name} {power_w / 1000:g} kW is "
            f"{per_kw:.2f} L/min per kW, outside {low} to {high}"
        )


CHECKS = (
    Check("RPC301", "airflow matches the heat", "error", ServerModel, airflow_matches_heat),
    Check("RPC302", "no coolant with air", "error", ServerModel, liquid_needs_liquid_cooling),
    Check("RPC303", "coolant matches the power", "error", ServerModel, coolant_matches_power),
    Check("RPC304", "windows are open", "error", ServerModel, windows_are_open),
    Check("RPC305", "CDU flow matches capacity", "error", Cdu, cdu_flow_matches_capacity),
    Check("RPC306", "air unit drop is plausible", "error", AirUnit, air_unit_rise),
    Check("RPC307", "the coolant carries the heat", "error", ServerModel, coolant_carries_heat),
    Check("RPC308", "room air covers the server", "error", ServerModel, room_air_covers_server),
    Check("RPC309", "coolant returns warmer", "error", ServerModel, coolant_returns_warmer),
    Check("RPC310", "the curve rises", "error", CoolingUnit, curve_rises),
    Check("RPC311", "the rating lies on the curve", "error", CoolingUnit, rating_lies_on_curve),
    Check("RPC312", "temperatures are in order", "error", AirUnit, air_unit_temperatures),
    Check("RPC313", "passive units are doors", "error", AirUnit, passive_is_a_door),
    Check("RPC314", "pumps fit the flow", "error", Cdu, pumps_fit_flow),
)
