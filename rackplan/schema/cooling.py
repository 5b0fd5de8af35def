"""What a user may write about cooling: air zones, coolant loops, and their units."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rackplan.catalog.figure import Strict
from rackplan.schema import fields as t
from rackplan.schema.water import WaterCircuit

Leakage = Annotated[float, Field(strict=True, ge=0, le=0.5)]
"""Share of the air a server takes in that is exhaust air come back."""


class AirUnitSpec(Strict):
    """An air unit of a zone."""

    id: t.Name
    """Name, unique among power nodes and cooling units; a range makes several units."""
    model: t.Name
    """Catalog id of the air unit."""
    serves: tuple[str, ...] = ()
    """Racks (``row-01/r01``) or rows whose air reaches it, for a unit that cools its neighbors
    only; empty for all of the zone."""
    power_from: t.DistinctNames = ()
    """Power nodes that drive it: its own draw loads the first live one, and it stops when all are
    dead."""
    start_power: t.PowerDemandW | None = None
    """What it draws while it starts again on a generator; its own draw when left out."""


class DoorSpec(Strict):
    """A rear door heat exchanger on every rack of a row, or on one rack."""

    model: t.Name
    """Catalog id of an air unit of kind ``rear-door``."""
    water_temperature: t.TemperatureC | None = None
    """Temperature of the water that reaches it; its rated capacity counts when left out."""
    power_from: t.DistinctNames = ()
    """Power nodes that drive its fans."""


class Tiles(Strict):
    """Perforated tiles in front of every rack of a row, or of one rack."""

    count: Annotated[int, Field(strict=True, ge=0, le=20)]
    """Tiles that serve the rack."""
    flow: t.AirflowLS
    """Air through each at the pressure under the floor."""


class Containment(Strict):
    """A contained aisle, or any part of a zone with limits of its own."""

    id: t.Name
    """Name, unique among zones, loops and devices."""
    racks: tuple[str, ...]
    """Its racks (``row-01/r01``) or rows."""
    leakage: Leakage | None = None
    """As for the zone, where it differs here."""
    max_heat: t.PowerW | None = None
    """Most heat to air of its racks together."""
    max_airflow: t.AirflowLS | None = None
    """Most air its racks may take in together."""


class Zone(Strict):
    """Racks that share room air."""

    id: t.Name
    """Name that racks and rows refer to."""
    units: tuple[AirUnitSpec, ...]
    """Air units that cool it."""
    supply: t.TemperatureC
    """Temperature of the air the servers get."""
    water_temperature: t.TemperatureC | None = None
    """Temperature of the chilled water that reaches its units: what they carry then follows from
    it; their rated capacity counts when left out."""
    water: t.Name | None = None
    """Water circuit that takes its heat, instead of ``water_temperature``; left out where its units
    reject heat themselves (direct expansion), or where that is not modeled."""
    rack_limit: t.PowerW | None = None
    """Most heat to air any rack of the zone can take (a matter of containment)."""
    provision: Annotated[float, Field(strict=True, ge=1, le=3)] = 1.0
    """Air the room provides over air the servers take in: 1.2 when a sixth of it bypasses them."""
    leakage: Leakage | None = None
    """Share of the air servers take in that is exhaust air come back (0.05: good containment).
    Servers breathe the supply temperature when left out."""
    heat_matrix: str | None = None
    """CSV file from a flow simulation, beside the site file: how many kelvin the inlet of each rack
    (line) rises for each kW of heat to air of every rack (column). Not with ``leakage``."""
    containments: tuple[Containment, ...] = ()
    """Contained aisles with limits of their own."""
    dew_point_max: t.TemperatureC | None = None
    """Highest dew point of the room air by design: coolant and door water stay 2 K above it."""
    dew_point_min: t.TemperatureC | None = None
    """Lowest dew point of the room air by design."""
    air_volume: t.VolumeMl | None = None
    """Air in the zone, for how long it takes to warm up when cooling stops ("900 m3")."""
    mass_share: Annotated[float, Field(strict=True, ge=0, le=1)] = 0.0
    """Share of the mass of racks and servers that warms up with the air in that time."""
    restart: t.TimeMs | None = None
    """Time from the return of power until its units cool again."""


class CduSpec(Strict):
    """A CDU of a loop."""

    id: t.Name
    """Name, unique among power nodes and cooling units; a range makes several CDUs."""
    model: t.Name
    """Catalog id of the CDU."""
    power_from: t.DistinctNames = ()
    """Power nodes that drive it: its own draw loads the first live one, and it stops when all are
    dead."""
    start_power: t.PowerDemandW | None = None
    """What it draws while it starts again on a generator; its own draw when left out."""


class PressureDrop(Strict):
    """What pipes, manifolds and filters of a loop take, at one flow; it grows with its square."""

    drop: t.PressureDemandPa
    """Pressure drop ("60 kPa")."""
    flow: t.FlowMlMin
    """Flow of the whole loop at which it is that."""


class Loop(Strict):
    """A coolant loop behind one or more CDUs."""

    id: t.Name
    """Name that racks and rows refer to."""
    cdus: tuple[CduSpec, ...]
    """CDUs that carry it together."""
    facility_water: t.TemperatureC | None = None
    """Temperature of the water that reaches the CDUs: this or ``water``."""
    water: t.Name | None = None
    """Water circuit that takes its heat: its supply is then the facility water."""
    supply: t.TemperatureC | None = None
    """Temperature of the coolant the servers get: what the CDUs carry follows from how far it is
    above the facility water. Facility water plus their rated approach when left out."""
    coolant: t.Name | None = None
    """Catalog id of the coolant (``pg25``); needed for temperatures and pressures of the loop."""
    pressure: PressureDrop | None = None
    """Pressure drop of the loop outside servers and couplings, against what the CDUs leave."""
    volume: t.VolumeMl | None = None
    """Coolant in it, for how long it takes to warm up when cooling stops ("400 L")."""
    restart: t.TimeMs | None = None
    """Time from the return of power until its CDUs cool again."""


class Cooling(Strict):
    """Air zones and coolant loops."""

    zones: tuple[Zone, ...] = ()
    """Air zones."""
    loops: tuple[Loop, ...] = ()
    """Coolant loops."""
    water: tuple[WaterCircuit, ...] = ()
    """Facility water circuits."""
