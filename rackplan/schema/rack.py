"""What a user may write about rows, racks, and what stands in them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rackplan.catalog.figure import Strict
from rackplan.schema import fields as t
from rackplan.schema.cooling import DoorSpec, Tiles
from rackplan.schema.power import FeedSpec
from rackplan.schema.work import Survive


class Profile(Strict):
    """Rack units that servers may not use."""

    blocked: tuple[str, ...] = ()
    """Rack units that hold plumbing or power: ``"1-3"``, ``"48"``; what they hold may follow:
    ``"1-3 plumbing"``."""
    reserved: tuple[str, ...] = ()
    """Rack units kept free for later; they get blanking panels."""
    manifolds: tuple[str, ...] = ()
    """Rack units of coolant manifolds."""
    air_gaps: tuple[str, ...] = ()
    """Rack units that stay open for air: no server, no blanking panel."""
    starts: tuple[t.Unit, ...] = ()
    """Lowest rack unit a server may start at; empty for any."""


class Gear(Strict):
    """Equipment in a rack that is not a planned server: switches, storage, patch panels."""

    name: t.Name
    """What it is called in reports."""
    u: t.Unit
    """Lowest rack unit it takes."""
    switch: t.Name | None = None
    """Catalog id of a switch: height, weight and power come from there unless given here."""
    cdu: t.Name | None = None
    """Catalog id of an in-rack CDU: height, weight and power come from there unless given here."""
    rack_units: t.Unit | None = None
    """Height."""
    depth: t.LengthMm | None = None
    """Depth; gear at the front and gear at the rear share rack units where their depths allow."""
    face: Literal["front", "rear"] = "front"
    """Side it is mounted on."""
    power: t.PowerDemandW | None = None
    """Power it draws."""
    weight: t.MassDemandG | None = None
    """Weight."""
    feeds: t.DistinctNames = ()
    """Feeds of the rack it is plugged into, sharing its power evenly; empty for all of them."""
    cords: Annotated[int, Field(strict=True, ge=1, le=48)] | None = None
    """Cords on each of its feeds; as many as it takes to stay within 16 A each when left out."""
    airflow: t.AirflowDemandLS | None = None
    """Air it needs; worked out from its heat when left out."""


class Existing(Strict):
    """Servers that already stand in the rack and stay."""

    server: t.Name
    """Catalog id of the server model."""
    u: tuple[t.Unit, ...]
    """Lowest rack unit of each one."""
    workload: t.Name | None = None
    """Workload they run."""
    survive: Survive | None = None
    """What they must do in loss states; by default what the workload says, else ``full``."""


class Attached(Strict):
    """Weight on a rack that is neither server nor gear."""

    name: t.Name
    """What it is: a rear door, coolant, cables."""
    weight: t.MassDemandG
    """Its weight."""


class Rack(Strict):
    """One rack, or several with a range in ``id``. What is left out comes from the row."""

    id: t.Name
    """Name in its row: ``r01`` in ``row-01`` is the rack ``row-01/r01``."""
    model: t.Name | None = None
    """Catalog id of the rack model."""
    feeds: dict[t.Name, FeedSpec] | None = None
    """Circuits by side: ``{A: {from: rpp-a1, circuit: nec-415v-60a-3ph}, B: ...}``."""
    zone: t.Name | None = None
    """Cooling zone whose air it stands in."""
    loop: t.Name | None = None
    """Coolant loop it is connected to."""
    profile: Profile | None = None
    """Rack units that servers may not use."""
    air_limit: t.PowerW | None = None
    """Most heat to air this rack's position can take."""
    door: DoorSpec | None = None
    """Its rear door heat exchanger."""
    tiles: Tiles | None = None
    """Perforated floor tiles in front of it; no limit when left out."""
    max_total_weight: t.MassCapacityG | None = None
    """Most the floor carries under this rack, cabinet included."""
    extra_weight: tuple[Attached, ...] | None = None
    """What else it carries: a rear door, the coolant in it."""
    front_clearance: t.SpaceMm | None = None
    """Free floor in front of it, to the next thing in the way."""
    rear_clearance: t.SpaceMm | None = None
    """Free floor behind it."""
    rear_space: t.LengthMm | None = None
    """Depth kept free behind servers for cables and manifolds."""
    gear: tuple[Gear, ...] = ()
    """Equipment that is not a planned server."""
    existing: tuple[Existing, ...] = ()
    """Servers that already stand in it and stay."""


class Row(Strict):
    """A line of racks. Its fields are the defaults of its racks."""

    id: t.Name
    """Name of the row, unique in the site."""
    x: t.PositionMm = 0
    """Position of the first rack's front left corner in the hall; 0 m when left out."""
    y: t.PositionMm = 0
    """The same, across."""
    direction: Literal["x", "y"] = "x"
    """Way the row runs."""
    racks: tuple[Rack, ...]
    """Its racks, in the order they stand."""
    model: t.Name | None = None
    """Catalog id of the rack model."""
    feeds: dict[t.Name, FeedSpec] | None = None
    """Circuits by side, one set to each rack."""
    zone: t.Name | None = None
    """Cooling zone."""
    loop: t.Name | None = None
    """Coolant loop."""
    profile: Profile | None = None
    """Rack units that servers may not use."""
    air_limit: t.PowerW | None = None
    """Most heat to air each position can take."""
    door: DoorSpec | None = None
    """Rear door heat exchanger of each rack."""
    tiles: Tiles | None = None
    """Perforated floor tiles in front of each rack; no limit when left out."""
    max_total_weight: t.MassCapacityG | None = None
    """Most the floor carries under each rack, cabinet included."""
    extra_weight: tuple[Attached, ...] | None = None
    """What else each rack carries: a rear door, the coolant in it."""
    front_clearance: t.SpaceMm | None = None
    """Free floor in front of its racks, to the next thing in the way."""
    rear_clearance: t.SpaceMm | None = None
    """Free floor behind them."""
    rear_space: t.LengthMm | None = None
    """Depth kept free behind servers for cables and manifolds."""
