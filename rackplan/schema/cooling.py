"""What a user may write about cooling: air zones, coolant loops, and their units."""

from __future__ import annotations

from rackplan.catalog.figure import Strict
from rackplan.schema import fields as t


class AirUnitSpec(Strict):
    """An air unit of a zone."""

    id: t.Name
    """Name, unique among power nodes and cooling units; a range makes several units."""
    model: t.Name
    """Catalog id of the air unit."""
    power_from: t.DistinctNames = ()
    """Power nodes that drive it: its own draw loads the first live one, and it stops when all are
    dead."""
    start_power: t.PowerDemandW | None = None
    """What it draws while it starts again on a generator; its own draw when left out."""


class Zone(Strict):
    """Racks that share room air."""

    id: t.Name
    """Name that racks and rows refer to."""
    units: tuple[AirUnitSpec, ...]
    """Air units that cool it."""
    supply: t.TemperatureC
    """Temperature of the air the servers get."""
    rack_limit: t.PowerW | None = None
    """Most heat to air any rack of the zone can take (a matter of containment)."""


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


class Loop(Strict):
    """A coolant loop behind one or more CDUs."""

    id: t.Name
    """Name that racks and rows refer to."""
    cdus: tuple[CduSpec, ...]
    """CDUs that carry it together."""
    facility_water: t.TemperatureC
    """Temperature of the water that reaches the CDUs; the loop supply is this plus the approach."""


class Cooling(Strict):
    """Air zones and coolant loops."""

    zones: tuple[Zone, ...] = ()
    """Air zones."""
    loops: tuple[Loop, ...] = ()
    """Coolant loops."""
