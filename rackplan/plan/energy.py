"""The energy side of an answer: PUE, WUE, energy by use, hours of free cooling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CircuitEnergy:
    """A facility water circuit over all hours.

    Attributes
    ----------
    circuit
        Id.
    heat_w
        Heat it gets [W].
    setpoint_c, warmest_c
        Temperature it is held at, and the warmest it gets [degC].
    hours_free, hours_partial, hours_mechanical, hours_warm
        Hours in which coolers take all, a part, or none of the heat; hours above the setpoint.
    fans_kwh, compressors_kwh, pumps_kwh
        Energy of coolers, of chillers with their condensers, and of pumps [kWh].
    water_l
        Water made up [L].
    storage_s
        Time its storage carries the heat at its rise [s]; ``None`` without storage or return.
    """

    circuit: str
    heat_w: float
    setpoint_c: float
    warmest_c: float
    hours_free: int
    hours_partial: int
    hours_mechanical: int
    hours_warm: int
    fans_kwh: float
    compressors_kwh: float
    pumps_kwh: float
    water_l: float
    storage_s: float | None


@dataclass(frozen=True, slots=True)
class SourceEnergy:
    """A utility or generator in the hour with the highest power.

    Attributes
    ----------
    node, kind
        Id and kind.
    limit_w
        What may leave it for long [W]; ``None`` for no limit.
    hour_w
        What leaves it in that hour: a utility in normal operation, a generator with every utility
        lost [W].
    nameplate_w
        The same with every cooling unit at its own full draw, and servers as the limits count them
        [W].
    """

    node: str
    kind: str
    limit_w: int | None
    hour_w: float
    nameplate_w: float


@dataclass(frozen=True, slots=True)
class EnergyPlan:
    """Energy and water of a plan in the weather of its site; no hours where the site gives none.

    Attributes
    ----------
    weather, weather_sha256
        File of the weather, or ``design day``; digest of the file.
    hours, annual
        Number of hours, and whether they are a year.
    it_kwh, facility_kwh, use_kwh
        Energy of IT, at the meters, and by use [kWh].
    pue, worst_pue
        Energy at the meters over that of IT, over all hours and in the worst one.
    worst_hour, peak_w
        The hour with the highest power at the meters, counted from 1; that power [W].
    water_l, wue_l_kwh
        Water made up [L]; over IT energy [L/kWh].
    circuits, sources
        Every water circuit; every utility and generator.
    """

    weather: str = ""
    weather_sha256: str = ""
    hours: int = 0
    annual: bool = False
    it_kwh: float = 0.0
    facility_kwh: float = 0.0
    use_kwh: Mapping[str, float] = field(default_factory=dict)
    pue: float | None = None
    worst_pue: float | None = None
    worst_hour: int = 0
    peak_w: float = 0.0
    water_l: float = 0.0
    wue_l_kwh: float | None = None
    circuits: tuple[CircuitEnergy, ...] = ()
    sources: tuple[SourceEnergy, ...] = ()
