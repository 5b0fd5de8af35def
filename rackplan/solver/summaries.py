"""What a plan says about racks, the site and its workloads."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rackplan.facility import NORMAL, Facility, Footprint, Rack
from rackplan.facility.demand import Workload
from rackplan.formulation.instance import Instance
from rackplan.plan import Cord, LimitState, Plan, RackSummary, Server, WorkloadSummary
from rackplan.solver.binding import Bindings
from rackplan.solver.loads import RackCounts
from rackplan.verifier import StateRow
from rackplan.verifier.states import rows
from rackplan.verifier.view import View

ALL_OF_IT = 1 - 1e-9
"""Share of a rate above which nothing of it is lost: sums of rates differ in their last digits."""


@dataclass(frozen=True, slots=True)
class Stood:
    """A server of the plan with what it loads."""

    server: Server
    footprint: Footprint


def rack_summaries(
    instance: Instance,
    stood: Sequence[Stood],
    limits: tuple[LimitState, ...],
    counts: RackCounts,
    gear_cords: Mapping[str, Mapping[str, tuple[Cord, ...]]],
) -> Iterator[RackSummary]:
    """What each rack holds and carries, and what keeps one more server out of it."""
    by_rack: dict[str, list[Stood]] = defaultdict(list)
    for one in stood:
        by_rack[one.server.rack].append(one)
    load = {limit.id: limit.load for limit in limits}
    worst_w: dict[str, int] = defaultdict(int)
    for limit in limits:
        lasting = limit.id.partition("@")[0] == f"power/{limit.device}"
        if limit.family == "power" and lasting:
            worst_w[limit.device] = max(worst_w[limit.device], limit.load)
    bindings = Bindings(instance, counts, limits, _full_lines(instance.facility, stood))
    group_of = {rack.id: group for group in instance.groups for rack in group.racks}
    for rack in instance.facility.racks.values():
        binding = bindings.of(group_of[rack.id], rack)
        summary = _rack_summary(rack, by_rack[rack.id], load, worst_w, binding)
        yield replace(summary, gear_cords=gear_cords.get(rack.id, {}))


def _rack_summary(
    rack: Rack,
    stood: Sequence[Stood],
    load: Mapping[str, int],
    worst_w: Mapping[str, int],
    binding: tuple[str, ...],
) -> RackSummary:
    footprints = [one.footprint for one in stood]
    gear_w = sum(gear.power_w for gear in rack.gear)
    throughput: dict[str, float] = defaultdict(float)
    for one in stood:
        if one.server.workload is not None:
            throughput[one.server.workload] += one.server.rate
    return RackSummary(
        rack=rack.id,
        servers=len(stood),
        gpus=sum(footprint.gpus for footprint in footprints),
        used_u=load[f"space/{rack.id}"] - len(rack.closed_u),
        weight_g=load[f"space/{rack.id}/weight"],
        load_w=sum(footprint.draw_w for footprint in footprints) + gear_w,
        feeds_w={feed.side: load[f"power/{feed.id}"] for feed in rack.feeds},
        feeds_worst_w={feed.side: worst_w[feed.id] for feed in rack.feeds},
        air_w=sum(footprint.air_w for footprint in footprints) + gear_w,
        liquid_w=sum(footprint.liquid_w for footprint in footprints),
        throughput=dict(throughput),
        binding=binding,
    )


def _full_lines(facility: Facility, stood: Sequence[Stood]) -> frozenset[str]:
    """Demand lines that may take no more servers."""
    placed = Counter(one.server.demand for one in stood)
    lines = facility.demands.values()
    return frozenset(line.id for line in lines if placed[line.id] == line.maximum)


def totals(facility: Facility, stood: Sequence[Stood]) -> dict[str, int]:
    """Figures of the whole site; heat and power with the gear that stands in racks."""
    footprints = [one.footprint for one in stood]
    existing = sum(one.server.existing for one in stood)
    gear_w = sum(gear.power_w for rack in facility.racks.values() for gear in rack.gear)
    return {
        "servers": len(stood),
        "existing": existing,
        "new": len(stood) - existing,
        "asked": sum(line.minimum for line in facility.demands.values()),
        "gpus": sum(footprint.gpus for footprint in footprints),
        "racks": len(facility.racks),
        "racks_used": len({one.server.rack for one in stood}),
        "it_load_w": sum(footprint.draw_w for footprint in footprints) + gear_w,
        "air_w": sum(footprint.air_w for footprint in footprints) + gear_w,
        "liquid_w": sum(footprint.liquid_w for footprint in footprints),
    }


def workload_summaries(instance: Instance, view: View) -> Iterator[WorkloadSummary]:
    """Rates in normal operation and in the worst loss state, with the band of the models used."""
    states = rows(view)
    for workload in instance.facility.workloads.values():
        yield _workload_summary(instance, view.plan, workload, states)


def _workload_summary(
    instance: Instance, plan: Plan, workload: Workload, states: tuple[StateRow, ...]
) -> WorkloadSummary:
    serving = Counter(server.model for server in plan.servers if server.workload == workload.id)
    services = {model: instance.services[model, workload.id] for model in serving}
    rates = {model: services[model].rate * many for model, many in serving.items()}
    normal = sum(rates.values(), 0.0)
    hit = [row for row in states if row.rates.get(workload.id, 0.0) < normal * ALL_OF_IT]
    worst = min(hit, key=lambda row: row.rates.get(workload.id, 0.0), default=None)
    main = max(rates, key=lambda model: rates[model], default=None)
    return WorkloadSummary(
        workload=workload.id,
        unit=workload.unit,
        demand=workload.demand,
        normal=normal,
        low=sum((rate * services[model].band[0] for model, rate in rates.items()), 0.0),
        high=sum((rate * services[model].band[1] for model, rate in rates.items()), 0.0),
        worst_loss=worst.rates.get(workload.id, 0.0) if worst else normal,
        worst_state=worst.state if worst else NORMAL,
        binding=services[main].binding if main else "",
        note=services[main].reason if main else "no server runs it",
    )
