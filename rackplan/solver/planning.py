"""From counts to a plan: servers in racks, what they load, what they deliver."""

from __future__ import annotations

import platform
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from rackplan.facility import NORMAL, Facility, Rack
from rackplan.facility.power import cords_by_feed
from rackplan.formulation.dealing import Placed, deal
from rackplan.formulation.instance import Instance
from rackplan.plan import LimitState, Plan, RackSummary, Server, WorkloadSummary
from rackplan.solver.binding import Bindings
from rackplan.solver.lexicographic import Answer
from rackplan.solver.loads import RackCounts, plan_limits
from rackplan.solver.settings import Settings
from rackplan.verifier import state_table


ALL_OF_IT = 1 - 1e-9
"""Share of a rate above which nothing of it is lost: sums of rates differ in their last digits."""


def build_plan(instance: Instance, answer: Answer, settings: Settings, wall_s: float) -> Plan:
    """The plan of an answer that has a placement."""
    facility = instance.facility
    placed = deal(instance, answer.formulation.patterns, answer.follow, answer.count)
    servers = tuple(sorted(_servers(instance, placed), key=_in_site_order(facility)))
    counts = _counts(placed)
    limits = tuple(plan_limits(instance, counts))
    plan = Plan(
        site={"name": facility.name, "file": facility.file, "sha256": facility.sha256},
        status=answer.status,
        objective=answer.goals,
        servers=servers,
        racks=tuple(_rack_summaries(instance, servers, limits, counts)),
        limits=limits,
        workloads=(),
        totals=_totals(facility, servers),
        assumptions=tuple(f"{a.path}: {a.text}" for a in facility.assumptions),
        provenance=_provenance(settings, wall_s),
    )
    return replace(plan, workloads=tuple(_workloads(instance, plan)))


def _in_site_order(facility: Facility) -> Any:
    order = {rack: i for i, rack in enumerate(facility.racks)}
    return lambda server: (order[server.rack], server.u)


def _servers(instance: Instance, placed: tuple[Placed, ...]) -> Iterator[Server]:
    facility = instance.facility
    lines = {line.server: line.id for line in facility.demands.values()}
    for rack in facility.racks.values():
        for fixed in rack.fixed:
            server_id = facility.footprints[fixed.footprint].server_id
            line = None if fixed.existing else lines[server_id]
            yield _server(instance, rack, fixed.u, fixed.footprint, fixed.workload, line)
    for one in placed:
        workload = one.option.workload.id if one.option.workload else None
        index = one.option.footprint.index
        yield _server(instance, one.rack, one.u, index, workload, one.option.demand)


def _server(
    instance: Instance, rack: Rack, u: int, index: int, workload: str | None, demand: str | None
) -> Server:
    """A server of the plan; one without a demand line already stands there."""
    footprint = instance.facility.footprints[index]
    cords = cords_by_feed(footprint.psu_count, rack.feeds)
    service = instance.services[footprint.server_id, workload] if workload else None
    return Server(
        id=f"{rack.id}/u{u:02d}",
        model=footprint.server_id,
        hall=rack.hall,
        row=rack.row,
        rack=rack.id,
        u=u,
        feeds={feed.side: cords[feed.id] for feed in rack.feeds if cords[feed.id]},
        workload=workload,
        tensor_parallel=service.tensor_parallel if service else 0,
        replicas=service.replicas if service else 0,
        rate=service.rate if service else 0.0,
        rate_unit=service.unit if service else "",
        survive=footprint.survive.kind,
        loss_draw_w=footprint.loss_draw_w,
        existing=demand is None,
        demand=demand,
    )


def _counts(placed: tuple[Placed, ...]) -> dict[str, dict[int, int]]:
    counts: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for one in placed:
        counts[one.rack.id][one.option.footprint.index] += 1
    return counts


def _rack_summaries(
    instance: Instance,
    servers: tuple[Server, ...],
    limits: tuple[LimitState, ...],
    counts: RackCounts,
) -> Iterator[RackSummary]:
    by_rack: dict[str, list[Server]] = defaultdict(list)
    for server in servers:
        by_rack[server.rack].append(server)
    by_id = {limit.id: limit for limit in limits}
    worst_w: dict[str, int] = defaultdict(int)
    for limit in limits:
        if limit.family == "power" and limit.quantity == "W":
            worst_w[limit.device] = max(worst_w[limit.device], limit.load)
    bindings = Bindings(instance, counts, limits, _full_lines(instance.facility, servers))
    group_of = {rack.id: group for group in instance.groups for rack in group.racks}
    for rack in instance.facility.racks.values():
        standing = by_rack[rack.id]
        footprints = [_footprint(instance.facility, server) for server in standing]
        throughput: dict[str, float] = defaultdict(float)
        for server in standing:
            if server.workload is not None:
                throughput[server.workload] += server.rate
        yield RackSummary(
            rack=rack.id,
            servers=len(standing),
            gpus=sum(footprint.gpus for footprint in footprints),
            used_u=by_id[f"space/{rack.id}"].load - len(rack.closed_u),
            weight_g=by_id[f"space/{rack.id}/weight"].load,
            load_w=sum(f.draw_w for f in footprints) + sum(g.power_w for g in rack.gear),
            feeds_w={feed.side: by_id[f"power/{feed.id}"].load for feed in rack.feeds},
            feeds_worst_w={feed.side: worst_w[feed.id] for feed in rack.feeds},
            air_w=sum(f.air_w for f in footprints) + sum(g.power_w for g in rack.gear),
            liquid_w=sum(f.liquid_w for f in footprints),
            throughput=dict(throughput),
            binding=bindings.of(group_of[rack.id], rack),
        )


def _footprint(facility: Facility, server: Server) -> Any:
    for footprint in facility.footprints:
        same_cap = footprint.loss_draw_w == server.loss_draw_w
        if (
            footprint.server_id == server.model
            and footprint.survive.kind == server.survive
            and same_cap
        ):
            return footprint
    raise KeyError(server.id)


def _full_lines(facility: Facility, servers: tuple[Server, ...]) -> frozenset[str]:
    placed = Counter(server.demand for server in servers)
    lines = facility.demands.values()
    return frozenset(line.id for line in lines if placed[line.id] == line.maximum)


def _totals(facility: Facility, servers: tuple[Server, ...]) -> dict[str, int]:
    footprints = [_footprint(facility, server) for server in servers]
    gear_w = sum(gear.power_w for rack in facility.racks.values() for gear in rack.gear)
    return {
        "servers": len(servers),
        "existing": sum(server.existing for server in servers),
        "new": sum(not server.existing for server in servers),
        "asked": sum(line.minimum for line in facility.demands.values()),
        "gpus": sum(footprint.gpus for footprint in footprints),
        "racks": len(facility.racks),
        "racks_used": len({server.rack for server in servers}),
        "it_load_w": sum(f.draw_w for f in footprints) + gear_w,
        "air_w": sum(f.air_w for f in footprints) + gear_w,
        "liquid_w": sum(f.liquid_w for f in footprints),
    }


def _workloads(instance: Instance, plan: Plan) -> Iterator[WorkloadSummary]:
    """Rates in normal operation and in the worst loss state, with the band of the models used."""
    states = state_table(instance.facility, plan)
    for workload in instance.facility.workloads.values():
        serving = Counter(server.model for server in plan.servers if server.workload == workload.id)
        services = {model: instance.services[model, workload.id] for model in serving}
        normal = sum(services[model].rate * many for model, many in serving.items())
        low = sum(services[m].rate * services[m].band[0] * many for m, many in serving.items())
        high = sum(services[m].rate * services[m].band[1] * many for m, many in serving.items())
        hit = [row for row in states if row.rates.get(workload.id, 0.0) < normal * ALL_OF_IT]
        worst = min(hit, key=lambda row: row.rates.get(workload.id, 0.0), default=None)
        main = max(services, key=lambda m: services[m].rate * serving[m], default=None)
        yield WorkloadSummary(
            workload=workload.id,
            unit=workload.unit,
            demand=workload.demand,
            normal=normal,
            low=low,
            high=high,
            worst_loss=worst.rates.get(workload.id, 0.0) if worst else normal,
            worst_state=worst.state if worst else NORMAL,
            binding=services[main].binding if main else "",
            note=services[main].reason if main else "no server runs it",
        )


def _provenance(settings: Settings, wall_s: float) -> Mapping[str, Any]:
    """Versions and parameters. A repeatable run holds nothing that differs from run to run."""
    packages = ("rackplan", "ortools", "networkx", "pydantic", "numpy")
    return {
        "versions": {name: version(name) for name in packages}
        | {"python": platform.python_version()},
        "parameters": {
            "time_limit_s": settings.time_limit_s,
            "workers": settings.threads,
        },
        "seed": settings.seed,
        "wall_s": None if settings.repeatable else round(wall_s, 3),
    }
