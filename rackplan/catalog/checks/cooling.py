"""Checks of air and coolant figures against the heat they carry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rackplan.catalog.checks.finding import Check
from rackplan.catalog.entries import AirUnit, Cdu, ServerModel

if TYPE_CHECKING:
    from rackplan.catalog.load import Catalog

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
    names = ("liquid_fraction", "coolant_flow", "coolant_supply_min", "coolant_supply_max")
    for name in names if server.cooling == "air" else ():
        if getattr(server, name) is not None:
            yield f"{name} {getattr(server, name).text} on a server with cooling: air"


def coolant_matches_power(server: ServerModel, _: Catalog) -> Iterator[str]:
    """Coolant flow lies between 0.8 and 2.0 L/min per kW."""
    if server.coolant_flow is not None and server.max_draw is not None:
        yield from _flow(server.coolant_flow.value, server.max_draw.value, "max_draw")


def windows_are_open(server: ServerModel, _: Catalog) -> Iterator[str]:
    """A lowest temperature is below the highest."""
    for name in ("inlet", "coolant_supply"):
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
)
