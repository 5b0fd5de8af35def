"""What a user may write about facility water, the units that reject its heat, and the weather."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rackplan.catalog.figure import Strict
from rackplan.schema import fields as t

WaterClass = Literal["W17", "W27", "W32", "W40", "W45", "W+"]
"""ASHRAE class of facility water, by its warmest supply (Thermal Guidelines, 5th edition, 2021)."""


class RejectorSpec(Strict):
    """A chiller, dry cooler, adiabatic cooler or tower of a water circuit."""

    id: t.Name
    """Name, unique among power nodes and cooling units; a range makes several units."""
    model: t.Name
    """Catalog id of the unit (kind ``rejectors``)."""
    power_from: t.DistinctNames = ()
    """Power nodes that drive it: its own draw loads the first live one, and it stops when all are
    dead."""
    start_power: t.PowerDemandW | None = None
    """What it draws while it starts again on a generator; its own draw when left out."""


class PumpSpec(Strict):
    """A pump of a water circuit."""

    id: t.Name
    """Name, unique among power nodes and cooling units; a range makes several pumps."""
    flow: t.FlowMlMin
    """Water it moves."""
    power: t.PowerDemandW
    """Its own draw."""
    power_from: t.DistinctNames = ()
    """Power nodes that drive it, as for units."""
    start_power: t.PowerDemandW | None = None
    """What it draws while it starts again on a generator; its own draw when left out."""


class WaterCircuit(Strict):
    """Facility water: what carries heat from air units and CDUs to the units that reject it."""

    id: t.Name
    """Name that zones and loops refer to."""
    water_class: WaterClass | None = Field(default=None, alias="class")
    """ASHRAE class. The supply may not be warmer than it says; the warmest it allows is the supply
    where none is given."""
    supply: t.TemperatureC | None = None
    """Temperature the water is held at on its way to air units and CDUs."""
    return_: t.TemperatureC | None = Field(default=None, alias="return")
    """Temperature it comes back with at full load: for pump flow, storage, and hours in which
    coolers take a part of the heat. Left out, it follows from air units and CDUs that state their
    water."""
    units: tuple[RejectorSpec, ...]
    """Units that reject its heat. Coolers and towers stand in series before chillers."""
    pumps: tuple[PumpSpec, ...] = ()
    """Pumps that move it."""
    storage: t.VolumeMl | None = None
    """Water kept at supply temperature, which carries the heat while chillers start again."""
    restart: t.TimeMs | None = None
    """Time from the return of power until its units make cold water again; with ``storage`` it is
    judged whether the water lasts."""


class DesignDay(Strict):
    """One hot day instead of a year."""

    dry_bulb: t.TemperatureC
    """Highest dry-bulb temperature of the day."""
    range: t.RiseK
    """Highest less lowest dry-bulb temperature."""
    wet_bulb: t.TemperatureC | None = None
    """Wet-bulb temperature at that hour: this or ``humidity``."""
    humidity: Annotated[float, Field(strict=True, ge=0.01, le=1)] | None = None
    """Relative humidity at that hour, as a share (0.35)."""


class WeatherSpec(Strict):
    """Weather: a file of every hour of a year, or a design day."""

    file: str | None = None
    """EnergyPlus EPW file, or a CSV file with a header, of 8,760 or 8,784 hours; beside the site
    file."""
    design_day: DesignDay | None = None
    """A design day."""
