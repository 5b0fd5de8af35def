"""Every plan of a tiny site, judged by the verifier alone: what the solver must agree with."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rackplan.facility import Facility, Footprint, Rack
from rackplan.facility.demand import Objective, Workload
from rackplan.plan import Plan, Server
from rackplan.verifier import Verdict, verify
from rackplan.workload import Service, predict


@dataclass(frozen=True)
class Choice:
    """A kind of new server: what it is, what it does, and the demand line it fulfils."""

    line: str
    footprint: Footprint
    workload: Workload | None
    service: Service | None


Counts = tuple[int, ...]
"""New servers of one rack, by choice."""


def choices_of(site: Facility) -> list[Choice]:
    """Every kind of new server the site asks for; all its workloads run everywhere."""
    found = []
    for line in site.demands.values():
        for name in line.workloads:
            workload = site.workloads[name]
            footprint = site.footprint(line.server, workload.survive)
            service = predict(footprint.server, footprint.accelerator, workload)
            found.append(Choice(line.id, footprint, workload, service))
        if line.idle_allowed:
            found.append(Choice(line.id, site.footprint(line.server, line.survive), None, None))
    return found


def stackings(site: Facility, rack: Rack, choices: list[Choice]) -> dict[Counts, list[tuple]]:
    """Every set of servers that stands in a rack without overlap, with one way to stand."""
    taken = set(rack.closed_u)
    things = [(item.u, item.rack_units) for item in rack.gear]
    things += [(s.u, site.footprints[s.footprint].rack_units) for s in rack.fixed]
    for u, height in things:
        taken.update(range(u, u + height))
    found: dict[Counts, list[tuple]] = {}

    seen: set[tuple[int, Counts]] = set()

    def grow(u: int, placed: list[tuple]) -> None:
        many = Counter(index for _, index in placed)
        counts = tuple(many[index] for index in range(len(choices)))
        if (u, counts) in seen:
            return
        seen.add((u, counts))
        found.setdefault(counts, placed)
        for start in range(u, rack.rack_units + 1):
            if rack.starts and start not in rack.starts:
                continue
            for index, choice in enumerate(choices):
                top = start + choice.footprint.rack_units
                if top - 1 <= rack.rack_units and taken.isdisjoint(range(start, top)):
                    grow(top, [*placed, (start, index)])

    grow(1, [])
    return found


def _server(
    rack: Rack, u: int, footprint: Footprint, choice: Choice | None, work: str | None
) -> Server:
    sides = [feed.side for feed in rack.feeds]
    cords = Counter(sides[psu % len(sides)] for psu in range(footprint.psu_count))
    service = choice.service if choice else None
    return Server(
        id=f"{rack.id}/u{u:02d}",
        model=footprint.server_id,
        hall=rack.hall,
        row=rack.row,
        rack=rack.id,
        u=u,
        feeds=dict(cords),
        workload=work,
        tensor_parallel=service.tensor_parallel if service else 0,
        replicas=service.replicas if service else 0,
        rate=service.rate if service else 0.0,
        rate_unit=service.unit if service else "",
        survive=footprint.survive.kind,
        loss_draw_w=footprint.loss_draw_w,
        existing=choice is None,
        demand=choice.line if choice else None,
    )


def plan_of(site: Facility, choices: list[Choice], stands: Mapping[str, list[tuple]]) -> Plan:
    """The plan with these new servers, and what already stands there, and nothing else stated."""
    servers = []
    for rack in site.racks.values():
        servers += [
            _server(rack, fixed.u, site.footprints[fixed.footprint], None, None)
            for fixed in rack.fixed
        ]
        for u, index in stands[rack.id]:
            choice = choices[index]
            work = choice.workload.id if choice.workload else None
            servers.append(_server(rack, u, choice.footprint, choice, work))
    stated = {"name": site.name, "sha256": site.sha256}
    return Plan(stated, "FEASIBLE", (), tuple(servers), (), (), (), {}, ())


def candidates(
    site: Facility, choices: list[Choice], most: int
) -> Iterator[tuple[dict[str, Counts], Plan, Verdict]]:
    """Every candidate with the verifier's judgment; none when there are more than ``most``."""
    by_rack = {rack.id: stackings(site, rack, choices) for rack in site.racks.values()}
    total = 1
    for found in by_rack.values():
        total *= len(found)
    if total > most:
        return
    for combination in itertools.product(*by_rack.values()):
        counts = dict(zip(by_rack, combination, strict=True))
        plan = plan_of(site, choices, {rack: by_rack[rack][counts[rack]] for rack in by_rack})
        yield counts, plan, verify(site, plan)


def value_of(site: Facility, goal: Objective, plan: Plan, verdict: Verdict) -> int:
    """What a goal comes to, from the servers of a plan (and the verifier's loads for headroom)."""
    footprints = {(f.server_id, f.survive.kind): f for f in site.footprints}
    mine = [footprints[server.model, server.survive] for server in plan.servers]
    gear_w = sum(item.power_w for rack in site.racks.values() for item in rack.gear)
    if goal.name == "headroom":
        return _headroom(site, verdict)
    return {
        "servers": lambda: len(mine),
        "gpus": lambda: sum(footprint.gpus for footprint in mine),
        "racks": lambda: len({server.rack for server in plan.servers}),
        "power": lambda: sum(footprint.draw_w for footprint in mine) + gear_w,
        "throughput": lambda: sum(
            int(server.rate * 1000)
            for server in plan.servers
            if server.workload is not None and goal.workload in {None, server.workload}
        ),
    }[goal.name]()


def _headroom(site: Facility, verdict: Verdict) -> int:
    """Smallest free share of what racks share, in thousandths, but for the loss of a circuit."""
    shared = {*site.nodes, *site.zones, *site.loops}
    circuits = {f"loss:{feed.id}" for rack in site.racks.values() for feed in rack.feeds}
    free = [
        1000 * (limit.capacity - limit.load) // limit.capacity
        for limit in verdict.loads
        if limit.family in {"power", "air", "liquid"}
        and limit.device in shared
        and limit.capacity
        and limit.state not in circuits
    ]
    return min([1000, *free])
