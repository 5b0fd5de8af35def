"""The resolved site: immutable, in integers, with names replaced by what they name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from rackplan.catalog.entries import Accelerator, Coupling, RackModel, ServerModel
from rackplan.facility.air import ANY_HUMIDITY, HumidityWindow
from rackplan.facility.cooling import CoolingUnit as CoolingUnit
from rackplan.facility.cooling import Loop as Loop
from rackplan.facility.cooling import Zone as Zone
from rackplan.facility.demand import (
    Forbid,
    Objective,
    Pin,
    ServerDemand,
    Survive,
    Workload,
)
from rackplan.facility.devices import ANY_SUPPLY, Supply
from rackplan.facility.devices import NAMED_FIRST as NAMED_FIRST
from rackplan.facility.devices import NORMAL as NORMAL
from rackplan.facility.devices import Feed as Feed
from rackplan.facility.devices import Gear as Gear
from rackplan.facility.devices import LossKind as LossKind
from rackplan.facility.devices import LossState as LossState
from rackplan.facility.devices import PowerNode as PowerNode
from rackplan.facility.floor import BARE, ON_ITS_OWN, Floor, Stand

if TYPE_CHECKING:
    import networkx as nx

    from rackplan.facility.water import Circuit
    from rackplan.facility.weather import Weather


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something rackplan took for granted because the site file does not say it."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Footprint:
    """What one server loads: a server model under a survive rule.

    Attributes
    ----------
    index
        Position in ``Facility.footprints``.
    id
        ``xe9680-h20`` or ``xe9680-h20+shed``, ``xe9680-h20+reduced-4000``.
    server_id, server, accelerator
        Catalog entries.
    survive
        What it must do in loss states.
    rack_units, weight_g, depth_mm
        Space, its manifold included; depth is ``None`` only where no rack of the site limits it.
    manifold_u
        How many of its rack units are manifold: the upper ones.
    draw_w
        Power the limits count, by the site's power basis [W].
    loss_draw_w
        The same in a loss state: the full draw, the cap, or 0 for ``shed``.
    source_w, counted_w, capped_w, energy_w
        Power that sources count; that oversubscribed nodes count; that it can be capped to at any
        time, or its draw; and that energy is worked out from [W].
    peak_w, loss_peak_w
        Short electrical peak, and the same in a loss state [W].
    psu_count, psu_rating_w, psu_need_full, psu_need_boot
        Power supplies; live ones needed for full power and to stay up.
    supply
        Voltages and connectors of its cords.
    base, start
        Index of the first footprint that differs from this one in nothing but where its first cord
        sits on three-phase feeds; and that position, 0 to 2.
    air_w, liquid_w
        Heat to the room air and to the coolant at ``draw_w``; they sum to ``draw_w``.
    airflow_l_s
        Air the server needs at the site's elevation [L/s].
    room_airflow_l_s
        Air the room must provide for it [L/s]: its own, or what its maker asks for.
    rise_k
        Temperature rise of its air [K].
    flow_ml_min
        Coolant the server needs [mL/min].
    coupling
        Quick-disconnect that joins it to the loop; ``None`` where no source names it.
    humidity
        Moisture of inlet air it allows, as far as sources say.
    inlet_min_c, inlet_max_c
        Inlet window, the upper end derated for elevation; ``None`` where no source gives it.
    supply_min_c, supply_max_c
        Coolant supply window.
    ports
        Network ports it takes in its leaf group.
    """

    index: int
    id: str
    server_id: str
    server: ServerModel
    accelerator: Accelerator
    survive: Survive
    rack_units: int
    weight_g: int
    depth_mm: int | None
    draw_w: int
    loss_draw_w: int
    psu_count: int
    psu_rating_w: int
    psu_need_full: int
    psu_need_boot: int | None
    air_w: int
    liquid_w: int
    airflow_l_s: int
    flow_ml_min: int
    inlet_min_c: float | None
    inlet_max_c: float | None
    supply_min_c: float | None
    supply_max_c: float | None
    ports: int
    peak_w: int = 0
    loss_peak_w: int = 0
    supply: Supply = ANY_SUPPLY
    base: int = -1
    start: int = 0
    source_w: int = 0
    counted_w: int = 0
    capped_w: int = 0
    energy_w: int = 0
    room_airflow_l_s: int = 0
    rise_k: float = 0.0
    coupling: Coupling | None = None
    humidity: HumidityWindow = ANY_HUMIDITY
    manifold_u: int = 0

    @property
    def own_u(self) -> int:
        """Rack units of the server itself, without its manifold."""
        return self.rack_units - self.manifold_u

    def kept_w(self, power_w: int) -> int:
        """What is left in a loss state of a power the server would draw [W], by its promise."""
        if self.survive.kind == "shed":
            return 0
        return min(power_w, self.survive.cap_w or power_w)

    @property
    def gpus(self) -> int:
        """Accelerators in the server."""
        return self.server.gpus


@dataclass(frozen=True, slots=True)
class FixedServer:
    """A server whose rack and rack unit are given: existing, or pinned by the site file."""

    footprint: int
    u: int
    workload: str | None
    existing: bool


UseKind = Literal["blocked", "reserved", "manifold", "air gap"]


@dataclass(frozen=True, slots=True)
class UnitUse:
    """What a rack unit is for that no server may use, and what it holds, where that is said."""

    kind: UseKind
    holds: str = ""


@dataclass(frozen=True, slots=True)
class Rack:
    """One rack position.

    Attributes
    ----------
    id
        ``row-01/r01``.
    hall, row, name
        Where it is.
    model_id, model
        Catalog entry.
    x_mm, y_mm
        Front left corner in the hall [mm].
    feeds
        Circuits, in the order of their sides in the site file.
    zone, loop, leaf_group
        Ids of its cooling zone, coolant loop, leaf group; ``None`` where it has none.
    closed_u
        Rack units no server may use, sorted.
    uses
        What those are for, where that is said; they are blocked otherwise.
    starts
        Rack units a server may start at; empty for any.
    air_limit_w
        Most heat to air at this position [W]; ``None`` for no limit.
    max_total_g
        Most weight the floor carries here, cabinet included [g]; ``None`` for no limit.
    cable_mm
        Routed cable length to its leaf rack [mm]; ``None`` without one.
    gear, fixed
        What already stands in it; rack PDUs that take rack units are gear.
    door
        Its rear door heat exchanger; ``None`` without one.
    tiles_l_s
        Air that the tiles in front of it let through [L/s]; ``None`` for no limit.
    stand
        How it stands on the floor.
    """

    id: str
    hall: str
    row: str
    name: str
    model_id: str
    model: RackModel
    x_mm: int
    y_mm: int
    feeds: tuple[Feed, ...]
    zone: str | None
    loop: str | None
    leaf_group: str | None
    closed_u: tuple[int, ...]
    starts: tuple[int, ...]
    air_limit_w: int | None
    max_total_g: int | None
    cable_mm: int | None
    gear: tuple[Gear, ...]
    fixed: tuple[FixedServer, ...]
    door: CoolingUnit | None = None
    tiles_l_s: int | None = None
    uses: Mapping[int, UnitUse] = field(default_factory=dict, hash=False)
    stand: Stand = ON_ITS_OWN

    @property
    def rack_units(self) -> int:
        """Height in rack units."""
        return self.model.rack_units.whole

    @property
    def gear_u(self) -> frozenset[int]:
        """Rack units that gear takes; gear at the front and at the rear may share them."""
        return frozenset(u for item in self.gear for u in item.units)


@dataclass(frozen=True, slots=True)
class LeafGroup:
    """Racks on the same leaf switches. ``reach_mm`` bounds the routed cable to ``leaf_rack``."""

    id: str
    ports: int
    leaf_rack: str | None
    reach_mm: int | None


@dataclass(frozen=True, slots=True)
class Policy:
    """Engineering rules, resolved.

    Attributes
    ----------
    power_basis
        Which power of a server the limits count.
    power_factor
        Real over apparent power of server power supplies.
    not_survived
        What the plan need not survive.
    reaction_ms
        Time in which servers are capped or shut down after a loss [ms]; ``None`` where not given.
    heavy_low
        Whether heavier servers must stand lower.
    max_center_mm
        Highest center of gravity of a rack with servers [mm]; ``None`` for no limit.
    """

    power_basis: str
    power_factor: Fraction
    not_survived: frozenset[str]
    reaction_ms: int | None = None
    heavy_low: bool = False
    max_center_mm: int | None = None


@dataclass(frozen=True)
class Facility:
    """The whole resolved site: what verify, the formulation and the reports read.

    Attributes
    ----------
    name, description, file, sha256
        Name of the site; its file as the user named it, and the file's hash.
    elevation_m, pressure_pa, air_density
        Height [m], air pressure there [Pa], density of the warmest
        supply air [kg/m3].
    nodes
        Power graph by node id, feeding nodes before fed ones.
    racks
        Every rack by id, in the order of the site file.
    states
        Every loss state except the loss of a rack's own circuits, ``normal`` first.
    footprints
        Every server model under every survive rule the site uses; once for each position its first
        cord may take on three-phase feeds, where that makes a difference.
    floors
        The floor of each hall that says something of it.
    assumptions, warnings
        What was taken for granted; what a reviewer should know.
    water
        Facility water circuits by id.
    weather
        Weather outside; ``None`` where the site file gives none.
    """

    name: str
    description: str
    file: str
    sha256: str
    elevation_m: int
    pressure_pa: float
    air_density: float
    policy: Policy
    nodes: Mapping[str, PowerNode]
    racks: Mapping[str, Rack]
    zones: Mapping[str, Zone]
    loops: Mapping[str, Loop]
    leaf_groups: Mapping[str, LeafGroup]
    states: tuple[LossState, ...]
    footprints: tuple[Footprint, ...]
    workloads: Mapping[str, Workload]
    demands: Mapping[str, ServerDemand]
    pins: tuple[Pin, ...]
    forbids: tuple[Forbid, ...]
    objectives: tuple[Objective, ...]
    assumptions: tuple[Assumption, ...]
    warnings: tuple[Assumption, ...] = ()
    water: Mapping[str, Circuit] = field(default_factory=dict)
    weather: Weather | None = None
    floors: Mapping[str, Floor] = field(default_factory=dict)

    def floor(self, rack: Rack) -> Floor:
        """The floor of a rack's hall."""
        return self.floors.get(rack.hall, BARE)

    def footprint(self, server: str, survive: Survive) -> Footprint:
        """The first footprint of a server model under a survive rule, or ``KeyError``."""
        for footprint in self.footprints:
            if footprint.server_id == server and footprint.survive == survive:
                return footprint
        raise KeyError((server, survive))

    @cached_property
    def cooling_units(self) -> tuple[CoolingUnit, ...]:
        """Every air unit, rear door and CDU; every unit and pump of water circuits."""
        zones = (unit for zone in self.zones.values() for unit in zone.units)
        doors = (rack.door for rack in self.racks.values() if rack.door is not None)
        cdus = (cdu for loop in self.loops.values() for cdu in loop.cdus)
        water = (part for circuit in self.water.values() for part in circuit.units)
        return (*zones, *doors, *cdus, *water)

    def variants(self, footprint: Footprint) -> tuple[Footprint, ...]:
        """A footprint with those that differ from it only in where the first cord sits."""
        return tuple(f for f in self.footprints if f.base == footprint.base)

    def power_graph(self) -> nx.DiGraph[str]:
        """The power system as a networkx graph, from utilities to racks (``facility.graph``)."""
        from rackplan.facility.graph import site_graph

        return site_graph(self)
