"""What a user may write in a site file, after ranges were expanded: its reference by docstrings."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from rackplan.catalog.entries import Precision
from rackplan.catalog.figure import Strict
from rackplan.schema import fields as t

NodeKind = Literal[
    "utility",
    "generator",
    "transformer",
    "switchboard",
    "ats",
    "sts",
    "ups",
    "pdu",
    "rpp",
    "busway",
]


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

    power_basis: Literal["nameplate", "max_draw", "typical_draw"] = "max_draw"
    """Which power of a server the power and cooling limits count."""
    power_factor: Annotated[float, Field(strict=True, gt=0.5, le=1.0)] = 0.95
    """Real power over apparent power of server power supplies."""
    not_survived: tuple[str, ...] = ()
    """Ids of power nodes, air units or CDUs whose loss the plan need not survive."""
    ashrae_class: Literal["A1", "A2", "A3", "A4"] | None = None
    """Class whose altitude derate is taken for servers that state none; needed above 900 m."""
    server_delta_t: t.DifferenceK | None = None
    """Air temperature rise assumed for servers whose airflow no source gives."""


class PowerNode(Strict):
    """One node of the power graph. Limits are what may leave the node."""

    id: t.Name
    """Unique id; a range such as ``ups-[a-d]`` makes several nodes."""
    kind: NodeKind
    """What it is."""
    inputs: tuple[t.Name, ...] = Field(default=(), alias="from")
    """Ids of the nodes that feed it. An ATS or STS takes the first live one; others with several
    inputs must set ``sharing: parallel`` and split the load evenly over the live ones."""
    sharing: Literal["parallel"] | None = None
    """``parallel`` when several inputs carry the load together."""
    rated_power: t.PowerW | None = None
    """Most real power that may leave it."""
    rated_apparent: t.ApparentVa | None = None
    """Most apparent power that may leave it."""
    volts: t.VoltageV | None = None
    """Line-to-line voltage, with ``amps`` and ``phases``, for nodes rated by current."""
    amps: t.CurrentMa | None = None
    """Rated current, with ``volts`` and ``phases``."""
    phases: Literal[1, 3] | None = None
    """Number of phases, with ``volts`` and ``amps``."""
    continuous: Annotated[float, Field(strict=True, gt=0, le=1)] | None = None
    """Share of the rating allowed for continuous load (0.8 for a NEC breaker)."""
    efficiency: Annotated[float, Field(strict=True, gt=0.5, le=1)] | None = None
    """Output over input power; the loss loads what is above. 1 when left out."""
    load: t.PowerDemandW | None = None
    """Fixed load taken from this node (lighting, pumps, other customers)."""


class Power(Strict):
    """The power graph from the utility down to the panels that feed racks."""

    nodes: tuple[PowerNode, ...]
    """Every node, in any order."""


class FeedSpec(Strict):
    """A circuit from a panel or busway to each rack."""

    source: t.Name = Field(alias="from")
    """Id of the power node it starts at."""
    circuit: t.Name
    """Catalog id of the circuit."""


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
    feeds: tuple[t.Name, ...] = ()
    """Feeds of the rack it is plugged into, sharing its power evenly; empty for all of them."""
    airflow: t.AirflowDemandLS | None = None
    """Air it needs; worked out from its heat when left out."""


class Reduced(Strict):
    """Keep running in loss states, capped."""

    reduced: t.PowerDemandW
    """Power one server is capped to."""


Survive = Literal["full", "shed"] | Reduced


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
    power_from: tuple[t.Name, ...] = ()
    """Power nodes that drive it: its own draw loads the first live one, and it stops when all are
    dead."""


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
    power_from: tuple[t.Name, ...] = ()
    """Power nodes that drive it: its own draw loads the first live one, and it stops when all are
    dead."""


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


class Demand(Strict):
    """How many new servers of one model the site may and must take."""

    server: t.Name
    """Catalog id of the server model."""
    id: t.Name | None = None
    """Name of this line; by default the server's id."""
    min: t.Count = 0
    """Fewest to place."""
    max: t.Count | None = None
    """Most to place; no limit when left out."""
    workloads: tuple[t.Name, ...] | None = None
    """Workloads these servers may run; all that list the server when left out."""
    idle: t.Flag = False
    """Whether a server may stand without a workload. Always so when the site has no workloads."""
    survive: Survive = "full"
    """What a server without a workload must do in loss states."""


class Slo(Strict):
    """Latency limits."""

    ttft: t.TimeMs | None = None
    """Time to first token."""
    tpot: t.TimeMs | None = None
    """Time per output token."""
    image: t.TimeMs | None = None
    """Time per image."""


class Workload(Strict):
    """Work the site must do."""

    id: t.Name
    """Name of the workload."""
    model: t.Name
    """Catalog id of the model."""
    precision: Precision
    """Number format of the weights."""
    input_tokens: t.Tokens | None = None
    """Mean prompt length."""
    output_tokens: t.Tokens | None = None
    """Mean answer length."""
    slo: Slo = Slo()
    """Latency limits."""
    tensor_parallel: Literal[1, 2, 4, 8, 16, 18, 36, 72] | None = None
    """Accelerators per replica; chosen when left out."""
    domain: Literal["nvlink", "server"] = "nvlink"
    """``nvlink``: a tensor-parallel group stays in one NVLink domain; ``server``: it may use PCIe
    inside a server."""
    software: Literal["documented", "tuned"] = "documented"
    """Software stack the throughput figures assume."""
    demand: str | None = None
    """Throughput the site must deliver in normal operation: "50000 tok/s", "20 req/s",
    "40 img/s" or "3000 users"."""
    think_time: t.TimeMs = 0
    """Pause of a user between two answers, for demand in users; none when left out."""
    survive: Survive = "full"
    """What its servers must do in every loss state."""
    servers: tuple[t.Name, ...] = ()
    """Server models it may run on; all when empty."""


class Pin(Strict):
    """New servers that must stand in a given rack."""

    server: t.Name
    """Catalog id of the server model; a demand line must list it."""
    rack: str
    """``row-01/r01``; a range such as ``row-01/r[01-04]`` makes several pins."""
    count: t.Unit = 1
    """How many of them."""
    u: t.Unit | None = None
    """Lowest rack unit; only with ``count: 1``."""
    workload: t.Name | None = None
    """Workload they run; free when left out."""


class Forbid(Strict):
    """Places where new servers may not stand."""

    places: tuple[str, ...]
    """Racks (``row-01/r01``), rows (``row-01``) or halls."""
    servers: tuple[t.Name, ...] = ()
    """Server models it is about; all when empty."""
    reason: str = ""
    """Shown when it stops something."""


class Placement(Strict):
    """Decisions already taken."""

    pin: tuple[Pin, ...] = ()
    """New servers that must stand in a given rack."""
    forbid: tuple[Forbid, ...] = ()
    """Places where new servers may not stand."""


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
