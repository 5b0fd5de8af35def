"""From what the user wrote to the facility: names become objects, texts become integers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rackplan.errors import InputError
from rackplan.facility.demand import ServerDemand
from rackplan.facility.devices import LossKind
from rackplan.facility.floor import Floor
from rackplan.facility.model import (
    CoolingUnit,
    Facility,
    Footprint,
    LeafGroup,
    Loop,
    Policy,
    PowerNode,
    Rack,
    Zone,
)
from rackplan.facility.resolve.checks import check_power, check_supplies
from rackplan.facility.resolve.context import Context
from rackplan.facility.resolve.doors import with_doors
from rackplan.facility.resolve.feeds import Feeds
from rackplan.facility.resolve.fixed import fix_servers, resolve_forbids, uses
from rackplan.facility.resolve.floor import check_fit, resolve_floors
from rackplan.facility.resolve.footprints import resolve_footprints
from rackplan.facility.resolve.layout import positions, resolve_leaf_groups
from rackplan.facility.resolve.loops import resolve_loops
from rackplan.facility.resolve.power import power_factor, resolve_nodes
from rackplan.facility.resolve.racks import check_names, resolve_rack
from rackplan.facility.resolve.ride_through import with_ride_through
from rackplan.facility.resolve.states import resolve_states
from rackplan.facility.resolve.water import check_circuits, resolve_circuits, resolve_weather
from rackplan.facility.resolve.windows import check_windows
from rackplan.facility.resolve.work import resolve_demands, resolve_objectives, resolve_workloads
from rackplan.facility.resolve.written import WrittenRack, written_racks
from rackplan.facility.resolve.zones import air_units, check_zones, resolve_zones
from rackplan.facility.water import Circuit
from rackplan.facility.weather import Weather
from rackplan.schema.load import LoadedSite


def resolve(loaded: LoadedSite) -> Facility:
    """Resolve a site file.

    Raises
    ------
    InputError
        With every problem found: dangling names, missing figures, impossible geometry.
    """
    context = Context(loaded)
    nodes = resolve_nodes(context)
    check_names(context)
    written = list(written_racks(context))
    cooled = _cooling(context, nodes, written)
    leaf_groups, racks = _racks(context, nodes, written)
    racks = with_doors(context, nodes, written, racks, cooled.zones, cooled.water)
    zones, loops = with_ride_through(
        context, nodes, cooled.zones, cooled.loops, cooled.water, racks
    )
    racks, floors = resolve_floors(context, written, racks)
    workloads = resolve_workloads(context)
    demands = resolve_demands(context, workloads)
    used = list(uses(context, written, workloads, demands))
    footprints = resolve_footprints(context, used, racks.values())
    racks, pins = fix_servers(context, written, racks, footprints, workloads, demands)
    _check_racks(context, written, racks, floors, footprints)
    units = cooled.units(racks)
    check_power(context, nodes, racks, [unit for kind in units.values() for unit in kind])
    check_circuits(context, racks)
    forbids = resolve_forbids(context, written)
    states = resolve_states(context, nodes, units, racks)
    objectives, policy = resolve_objectives(context, workloads), _policy(context, racks)
    _check(context, demands, racks, cooled.loops, footprints)
    return Facility(
        name=context.site.site.name,
        description=context.site.site.description,
        file=loaded.path,
        sha256=loaded.sha256,
        elevation_m=context.site.site.elevation,
        pressure_pa=context.air.pressure_pa,
        air_density=context.density,
        policy=policy,
        nodes=nodes,
        racks=racks,
        zones=zones,
        loops=loops,
        leaf_groups=leaf_groups,
        states=states,
        footprints=footprints,
        workloads=workloads,
        demands=demands,
        pins=pins,
        forbids=forbids,
        objectives=objectives,
        assumptions=tuple(context.assumptions),
        warnings=tuple(context.warnings),
        water=cooled.water,
        weather=cooled.weather,
        floors=floors,
    )


@dataclass(frozen=True, slots=True)
class _Cooled:
    """What carries heat away, and the weather outside."""

    weather: Weather | None
    water: Mapping[str, Circuit]
    zones: Mapping[str, Zone]
    loops: Mapping[str, Loop]

    def units(self, racks: Mapping[str, Rack]) -> Mapping[LossKind, list[CoolingUnit]]:
        """Everything that cools, by the kind of its loss."""
        return {
            "air": air_units(self.zones, racks),
            "liquid": [cdu for loop in self.loops.values() for cdu in loop.cdus],
            "water": [part for circuit in self.water.values() for part in circuit.units],
        }


def _cooling(
    context: Context, nodes: Mapping[str, PowerNode], written: list[WrittenRack]
) -> _Cooled:
    weather = resolve_weather(context)
    water = resolve_circuits(context, nodes, weather)
    zones = resolve_zones(context, nodes, written, water)
    return _Cooled(weather, water, zones, resolve_loops(context, nodes, water))


def _racks(
    context: Context, nodes: dict[str, PowerNode], written: list[WrittenRack]
) -> tuple[dict[str, LeafGroup], dict[str, Rack]]:
    """Leaf groups and racks, yet without their fixed servers and the floor under them."""
    places = positions(context, written)
    leaf_groups, member = resolve_leaf_groups(context, written, places)
    feeds = Feeds(context, nodes)
    racks = {
        w.id: rack
        for w in written
        if (rack := resolve_rack(context, w, feeds, places[w.id], member.get(w.id, (None, None))))
    }
    return leaf_groups, racks


def _check_racks(
    context: Context,
    written: list[WrittenRack],
    racks: Mapping[str, Rack],
    floors: Mapping[str, Floor],
    footprints: tuple[Footprint, ...],
) -> None:
    """Servers can be plugged in, cooled, brought in and served, where they stand or anywhere."""
    check_zones(context, written, racks, footprints)
    check_supplies(context, written, racks, footprints)
    check_fit(context, written, racks, floors, footprints)


def _check(
    context: Context,
    demands: Mapping[str, ServerDemand],
    racks: Mapping[str, Rack],
    loops: Mapping[str, Loop],
    footprints: Sequence[Footprint],
) -> None:
    """Something is asked for, what must share a loop can, and nothing was found wrong."""
    check_windows(context, loops, racks, footprints, demands)
    if not demands and not any(rack.fixed for rack in racks.values()):
        context.problem((), "nothing is asked for", "add demand: with the server models to place")
    if context.problems:
        raise InputError(context.problems)


def _policy(context: Context, racks: Mapping[str, Rack]) -> Policy:
    return Policy(
        power_basis=_basis_text(context),
        power_factor=power_factor(context),
        not_survived=_not_survived(context, racks),
        reaction_ms=context.site.policy.reaction_time,
        heavy_low=context.site.policy.heavy_low == "rule",
        max_center_mm=context.site.policy.max_center_of_gravity,
    )


def _basis_text(context: Context) -> str:
    """The power basis in words: one for all checks, or one for each."""
    basis = context.site.policy.power_basis
    if isinstance(basis, str):
        return basis
    return ", ".join(f"{check} {word}" for check, word in basis.model_dump().items())


def _not_survived(context: Context, racks: Mapping[str, Rack]) -> frozenset[str]:
    """What need not be survived: what is named, and the circuits of a panel that is named."""
    named = frozenset(context.site.policy.not_survived)
    circuits = (feed for rack in racks.values() for feed in rack.feeds)
    return named | {feed.id for feed in circuits if feed.source in named}
