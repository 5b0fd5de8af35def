"""What a user may write in a site file, after ranges were expanded: its reference by docstrings."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from rackplan.catalog.figure import Strict
from rackplan.schema import fields as t
from rackplan.schema.power import FeedSpec as FeedSpec
from rackplan.schema.power import NamedLoss as NamedLoss
from rackplan.schema.power import Power as Power
from rackplan.schema.power import PowerBasis as PowerBasis
from rackplan.schema.power import PowerNode as PowerNode
from rackplan.schema.work import Demand as Demand
from rackplan.schema.work import Forbid as Forbid
from rackplan.schema.work import Pin as Pin
from rackplan.schema.work import Placement as Placement
from rackplan.schema.work import Reduced as Reduced
from rackplan.schema.work import Slo as Slo
from rackplan.schema.work import Survive as Survive
from rackplan.schema.work import Workload as Workload


class SiteInfo(Strict):
    """What the site is."""

    name: t.Name
    """Name of the site, used in plans and reports."""
    elevation: t.ElevationM
    """Height above sea level ("45 m"): thin air carries less heat."""
    description: str = ""
    """Free text shown in reports."""


class Policy(Strict):
    """Engineering rules the plan must follow. Every default taken is listed as an assumption."""

    power_basis: Literal["nameplate", "max_draw", "measured", "typical_draw"] | PowerBasis = (
        "max_draw"
    )
    """Which power of a server the limits count: one word for all of them, or one for each check.
    Breakers never count less than the maximum draw."""
    power_factor: Annotated[float, Field(strict=True, gt=0.5, le=1.0)] = 0.95
    """Real power over apparent power of server power supplies."""
    not_survived: tuple[str, ...] = ()
    """Ids of power nodes, air units, CDUs or circuits whose loss the plan need not survive."""
    loss_states: tuple[NamedLoss, ...] = ()
    """States to survive beside every single loss: double losses, a loss during maintenance."""
    peak_ratio: Annotated[float, Field(strict=True, ge=1, le=3)] | None = None
    """Short electrical peak over maximum draw, for servers whose peak no source gives. Left out,
    their peak is taken as their maximum draw."""
    reaction_time: t.LatencyMs | None = None
    """Time in which servers are capped or shut down after a loss; needed where an overload is
    stated and servers may be capped or shed."""
    ashrae_class: Literal["A1", "A2", "A3", "A4"] | None = None
    """Class whose altitude derate is taken for servers that state none; needed above 900 m."""
    server_delta_t: t.RiseK | None = None
    """Air temperature rise assumed for servers whose airflow no source gives."""


class Profile(Strict):
    """Rack units that servers may not use."""

    blocked: tuple[str, ...] = ()
    """Rack units that hold plumbing, power or nothing by design: ``"1-3"``, ``"48"``."""
    reserved: tuple[str, ...] = ()
    """Rack units kept free for later."""
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
    rack_units: t.Unit | None = None
    """Height."""
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
    max_total_weight: t.MassCapacityG | None = None
    """Most the floor carries under this rack, cabinet included."""
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
    max_total_weight: t.MassCapacityG | None = None
    """Most the floor carries under each rack, cabinet included."""


class Hall(Strict):
    """A data hall."""

    id: t.Name
    """Name of the hall."""
    rows: tuple[Row, ...]
    """Its rows."""


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


class LeafGroup(Strict):
    """Racks whose servers connect to the same leaf switches (a scalable unit)."""

    id: t.Name
    """Name of the group."""
    racks: tuple[str, ...]
    """Racks (``row-01/r01``), or whole rows (``row-01``)."""
    ports: t.Count
    """Leaf ports for servers, over all rails."""
    leaf_rack: str | None = None
    """Rack of the leaf switches, to measure cable runs."""
    reach: t.LengthMm | None = None
    """Longest routed cable from a server rack to ``leaf_rack``."""


class Fabric(Strict):
    """The compute network."""

    leaf_groups: tuple[LeafGroup, ...] = ()
    """Leaf groups; a rack is in one at most."""
    slack: t.LengthMm = 4000
    """Length each cable loses to rise, drop and slack beside the way along rows and aisles; 4 m
    when left out."""


class Site(Strict):
    """A site file."""

    rackplan: Literal[1]
    """Version of the site file format."""
    site: SiteInfo
    """Name and place of the site."""
    policy: Policy = Policy()
    """Engineering rules."""
    catalog: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Catalog entries of this site, by kind and id; ``like: ID`` starts from a catalog entry, and
    ``folder: PATH`` reads more entries from YAML files beside the site file."""
    power: Power
    """Power graph."""
    cooling: Cooling = Cooling()
    """Air zones and coolant loops."""
    fabric: Fabric = Fabric()
    """Compute network."""
    halls: tuple[Hall, ...]
    """Halls with their rows and racks."""
    workloads: tuple[Workload, ...] = ()
    """Work the site must do."""
    demand: tuple[Demand, ...] = ()
    """New servers to place."""
    placement: Placement = Placement()
    """Decisions already taken."""
    objective: tuple[str, ...] = ()
    """What is best, most important first: ``throughput`` or ``throughput/WORKLOAD``, ``servers``,
    ``gpus``, ``headroom`` (most), ``racks``, ``power`` (least)."""
