"""What a server asks of the room and of its coolant loop, at the site's air."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from rackplan.catalog.entries import Coupling, ServerModel
from rackplan.catalog.figure import Figure
from rackplan.facility.air import (
    ANY_HUMIDITY,
    DERATE_START_M,
    HUMIDITY_BY_CLASS,
    HumidityWindow,
    inlet_derate_k,
    rise_k,
)
from rackplan.facility.model import Footprint
from rackplan.facility.resolve.context import Context, Path, fraction

Figures = Callable[[str, str], float]
"""A figure of the server by its name and what needs it; a problem and 0 where no source gives it.
"""


def with_cooling(context: Context, footprint: Footprint, path: Path, figures: Figures) -> Footprint:
    """A footprint, all of whose heat is to air so far, with what really carries it away."""
    server, id_ = footprint.server, footprint.server_id
    if server.cooling != "air":
        share = figures("liquid_fraction", "cooling")
        footprint = _on_a_loop(context, footprint, _liquid_w(footprint.air_w, share), path, figures)
    inlet_min_c, inlet_max_c = _inlet(context, server, id_, path, figures)
    airflow = _airflow(context, server, id_, path, footprint.air_w)
    return replace(
        footprint,
        airflow_l_s=airflow,
        room_airflow_l_s=max(airflow, _at_site(context, server.room_airflow)),
        rise_k=rise_k(footprint.air_w, airflow, context.density),
        inlet_min_c=inlet_min_c,
        inlet_max_c=inlet_max_c,
        humidity=_humidity(context, server),
    )


def _on_a_loop(
    context: Context, footprint: Footprint, liquid_w: int, path: Path, figures: Figures
) -> Footprint:
    if not liquid_w:
        return footprint
    if any(loop.pressure for loop in context.site.cooling.loops):
        figures("coolant_pressure_drop", "the pressure of its loop")
    return replace(
        footprint,
        air_w=footprint.air_w - liquid_w,
        liquid_w=liquid_w,
        flow_ml_min=int(figures("coolant_flow", "the coolant loop")),
        supply_min_c=figures("coolant_supply_min", "the coolant loop"),
        supply_max_c=figures("coolant_supply_max", "the coolant loop"),
        coupling=_coupling(context, footprint.server, path),
    )


def _liquid_w(draw_w: int, share: float) -> int:
    """Heat to the coolant [W]; the rest, rounded up, stays in the room."""
    return math.floor(fraction(share) * draw_w)


def _inlet(
    context: Context, server: ServerModel, id_: str, path: Path, figures: Figures
) -> tuple[float | None, float | None]:
    """Inlet window, the warm end lowered by altitude as the server's ASHRAE class says."""
    low = None if server.inlet_min is None else server.inlet_min.value
    if server.kind == "rack" and server.inlet_max is None and server.cooling != "air":
        text = f"{id_}: no source gives an inlet air limit for its air-cooled part: not checked"
        context.assume(f"catalog.servers.{id_}.inlet_max", text)
        return low, None
    high = figures("inlet_max", "the zone's supply temperature")
    elevation_m = context.site.site.elevation
    if elevation_m <= DERATE_START_M:
        return low, high
    ashrae_class = server.ashrae_class or context.site.policy.ashrae_class
    if ashrae_class is None or ashrae_class == "H1":
        context.problem(
            path,
            f"at {elevation_m} m the warmest inlet of {id_} is lower than at sea level, "
            "but its class is unknown",
            "add policy: {ashrae_class: A2}, or the server's own ashrae_class under catalog:",
        )
        return low, high
    if server.ashrae_class is None:
        text = f"{id_} derates with altitude as ASHRAE class {ashrae_class}"
        context.assume("policy.ashrae_class", text)
    return low, high - inlet_derate_k(ashrae_class, elevation_m)


def _airflow(context: Context, server: ServerModel, id_: str, path: Path, air_w: int) -> int:
    """Air at the site: the sea-level figure grows as the air thins, to carry the same heat."""
    if server.airflow is None:
        return context.airflow_l_s(air_w, id_, path)
    return _at_site(context, server.airflow)


def _at_site(context: Context, airflow: Figure | None) -> int:
    """An airflow stated at sea level, at the site [L/s]; 0 without one."""
    return math.ceil(round(airflow.value / min(1.0, context.air.ratio), 6)) if airflow else 0


def _coupling(context: Context, server: ServerModel, path: Path) -> Coupling | None:
    if server.coupling is None:
        return None
    return context.entry(context.catalog.coupling, server.coupling, path)


def _humidity(context: Context, server: ServerModel) -> HumidityWindow:
    """What its maker allows; else what its ASHRAE class does."""
    dew, low, high = server.dew_point_max, server.humidity_min, server.humidity_max
    if dew is not None or low is not None or high is not None:
        return HumidityWindow(
            dew_max_c=dew.value if dew else None,
            humidity_min=low.value if low else None,
            humidity_max=high.value if high else None,
        )
    ashrae_class = server.ashrae_class or context.site.policy.ashrae_class
    return HUMIDITY_BY_CLASS[ashrae_class] if ashrae_class else ANY_HUMIDITY
