"""From what the user wrote to the facility: names become objects, texts become integers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rackplan.errors import InputError
from rackplan.facility.model import (
    NAMED_FIRST,
    NORMAL,
    CoolingUnit,
    Facility,
    Loop,
    LossState,
    Policy,
    PowerNode,
    Rack,
    Zone,
)
from rackplan.facility.resolve.context import Context, Path
from rackplan.facility.resolve.cooling import resolve_loops, resolve_zones
from rackplan.facility.resolve.fixed import fix_servers, resolve_forbids, uses
from rackplan.facility.resolve.footprints import resolve_footprints
from rackplan.facility.resolve.layout import positions, resolve_leaf_groups
from rackplan.facility.resolve.power import power_factor, resolve_nodes
from rackplan.facility.resolve.racks import check_names, resolve_rack, written_racks
from rackplan.facility.resolve.work import resolve_demands, resolve_objectives, resolve_workloads
from rackplan.schema.load import LoadedSite

NOT_JUDGED = (
    "supply voltage and inlets of servers are not compared with their circuits",
    "short electrical peaks are not held against breakers, only sustained load",
    "currents of single lines (phases) and outlet banks are not judged, only the whole circuit",
    "heat of transformers, UPSs, panels and fixed loads is not part of any zone's heat",
)
"""What no family judges yet: listed with every site, so that nobody takes it for checked."""


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
    zones, loops = resolve_zones(context, nodes), resolve_loops(context, nodes)
    written = list(written_racks(context))
    places = positions(context, written)
    leaf_groups, member = resolve_leaf_groups(context, written, places)
    racks = {
        w.id: rack
        for w in written
        if (rack := resolve_rack(context, w, nodes, places[w.id], member.get(w.id, (None, None))))
    }
    workloads = resolve_workloads(context)
    demands = resolve_demands(context, workloads)
    footprints = resolve_footprints(context, list(uses(context, written, workloads, demands)))
    racks, pins = fix_servers(context, written, racks, footprints, workloads, demands)
    forbids = resolve_forbids(context, written)
    objectives = resolve_objectives(context, workloads)
    if not demands and not any(rack.fixed for rack in racks.values()):
        context.problem((), "nothing is asked for", "add demand: with the server models to place")
    states = tuple(_states(context, nodes, zones, loops, racks))
    policy = _policy(context, racks)
    if context.problems:
        raise InputError(context.problems)
    return Facility(
        name=context.site.site.name,
        description=context.site.site.description,
        file=loaded.path,
        sha256=loaded.sha256,
        elevation_m=context.site.site.elevation,
        pressure_pa=context.air.pressure_pa,
        air_density=context.air.density,
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
    )


def _states(
    context: Context,
    nodes: Mapping[str, PowerNode],
    zones: Mapping[str, Zone],
    loops: Mapping[str, Loop],
    racks: Mapping[str, Rack],
) -> Iterable[LossState]:
    """Normal operation, then the loss of each thing the plan must survive."""
    exempt = set(context.site.policy.not_survived)
    units: list[CoolingUnit] = [unit for zone in zones.values() for unit in zone.units]
    cdus: list[CoolingUnit] = [cdu for loop in loops.values() for cdu in loop.cdus]
    _check_devices(context, nodes, units, cdus, racks)
    yield LossState(NORMAL, "normal", "")
    sources = [node.id for node in nodes.values() if node.kind in {"utility", "generator"}]
    for node in sorted(nodes.values(), key=lambda node: NAMED_FIRST.index(node.kind)):
        alone = node.kind == "utility" and len(sources) == 1
        if node.id not in exempt and not alone:
            yield LossState(f"loss:{node.id}", "power", node.id)
        if alone:
            text = f"the loss of {node.id} is not a loss state: nothing stands in for it"
            context.assume("power", text)
    for unit in units:
        if unit.id not in exempt:
            yield LossState(f"loss:{unit.id}", "air", unit.id)
    for cdu in cdus:
        if cdu.id not in exempt:
            yield LossState(f"loss:{cdu.id}", "liquid", cdu.id)


def _check_devices(
    context: Context,
    nodes: Mapping[str, PowerNode],
    units: list[CoolingUnit],
    cdus: list[CoolingUnit],
    racks: Mapping[str, Rack],
) -> None:
    """Loss states are named after devices, so no two devices may share a name."""
    named: list[tuple[str, Path]] = [(name, ("power",)) for name in nodes]
    named += [(unit.id, ("cooling", "zones")) for unit in units]
    named += [(cdu.id, ("cooling", "loops")) for cdu in cdus]
    context.unique("device", named)
    devices = [name for name, _ in named]
    feeds = [feed.id for rack in racks.values() for feed in rack.feeds]
    for i, name in enumerate(context.site.policy.not_survived):
        context.known("device", name, [*devices, *feeds], ("policy", "not_survived", i))
    for name in context.site.policy.not_survived:
        context.assume("policy.not_survived", f"the loss of {name} need not be survived")


def _policy(context: Context, racks: Mapping[str, Rack]) -> Policy:
    """The policy, resolved; what no rule covers is listed last among the assumptions."""
    policy = Policy(
        power_basis=context.site.policy.power_basis,
        power_factor=power_factor(context),
        not_survived=_not_survived(context, racks),
    )
    for text in NOT_JUDGED:
        context.assume("model", text)
    return policy


def _not_survived(context: Context, racks: Mapping[str, Rack]) -> frozenset[str]:
    """What need not be survived: what is named, and the circuits of a panel that is named."""
    named = frozenset(context.site.policy.not_survived)
    circuits = (feed for rack in racks.values() for feed in rack.feeds)
    return named | {feed.id for feed in circuits if feed.source in named}
