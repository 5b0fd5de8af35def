"""What a user may write in a site file, after ranges were expanded: its reference by docstrings."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from rackplan.catalog.figure import Strict
from rackplan.schema import fields as t
from rackplan.schema.cooling import AirUnitSpec as AirUnitSpec
from rackplan.schema.cooling import CduSpec as CduSpec
from rackplan.schema.cooling import Cooling as Cooling
from rackplan.schema.cooling import Loop as Loop
from rackplan.schema.cooling import Zone as Zone
from rackplan.schema.floor import Access as Access
from rackplan.schema.floor import Floor as Floor
from rackplan.schema.floor import FloorTiles as FloorTiles
from rackplan.schema.floor import FloorZone as FloorZone
from rackplan.schema.power import FeedSpec as FeedSpec
from rackplan.schema.power import NamedLoss as NamedLoss
from rackplan.schema.power import Power as Power
from rackplan.schema.power import PowerBasis as PowerBasis
from rackplan.schema.power import PowerNode as PowerNode
from rackplan.schema.rack import Attached as Attached
from rackplan.schema.rack import Existing as Existing
from rackplan.schema.rack import Gear as Gear
from rackplan.schema.rack import Profile as Profile
from rackplan.schema.rack import Rack as Rack
from rackplan.schema.rack import Row as Row
from rackplan.schema.water import DesignDay as DesignDay
from rackplan.schema.water import PumpSpec as PumpSpec
from rackplan.schema.water import RejectorSpec as RejectorSpec
from rackplan.schema.water import WaterCircuit as WaterCircuit
from rackplan.schema.water import WeatherSpec as WeatherSpec
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
    weather: WeatherSpec | None = None
    """Weather outside, for facility water and energy."""


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
    generator_start: t.TimeMs | None = None
    """Time from the loss of the utility until generators carry the site ("15 s")."""
    peak_ratio: Annotated[float, Field(strict=True, ge=1, le=3)] | None = None
    """Short electrical peak over maximum draw, for servers whose peak no source gives. Left out,
    their peak is taken as their maximum draw."""
    reaction_time: t.LatencyMs | None = None
    """Time in which servers are capped or shut down after a loss; needed where an overload is
    stated and servers may be capped or shed."""
    ashrae_class: Literal["A1", "A2", "A3", "A4"] | None = None
    """Class whose altitude derate is taken for servers that state none; needed above 900 m."""
    delivered: Literal["empty", "filled"] = "empty"
    """How cabinets come in: ``empty``, with servers mounted in place, or ``filled``. Rack products
    always come as a whole."""
    heavy_low: Literal["preference", "rule"] = "preference"
    """Heavier servers stand lower: rackplan stacks them so; as a rule, a plan that does not is
    refused."""
    max_center_of_gravity: t.SpaceMm | None = None
    """Highest center of gravity of a rack with servers, above the floor."""
    server_delta_t: t.RiseK | None = None
    """Air temperature rise assumed for servers whose airflow no source gives."""


class Hall(Strict):
    """A data hall."""

    id: t.Name
    """Name of the hall."""
    rows: tuple[Row, ...]
    """Its rows."""
    floor: Floor | None = None
    """What its floor carries."""
    path: Access | None = None
    """The way by which racks come in."""


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
