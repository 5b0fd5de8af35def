"""From counts to a plan: which server stands where, and everything a reviewer asks about it."""

from __future__ import annotations

import platform
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from rackplan.facility import Rack
from rackplan.facility.power import cords_by_feed
from rackplan.facility.weather import Weather
from rackplan.formulation.dealing import Placed
from rackplan.formulation.instance import Instance
from rackplan.plan import Cord, Plan, Server
from rackplan.solver.cords import rack_cords
from rackplan.solver.lexicographic import Answer
from rackplan.solver.loads import plan_limits
from rackplan.solver.settings import Settings
from rackplan.solver.summaries import Stood, rack_summaries, totals, workload_summaries
from rackplan.verifier.cooling_side import with_cooling
from rackplan.verifier.energy_side import with_energy
from rackplan.verifier.floor_side import with_floor
from rackplan.verifier.power_side import with_power
from rackplan.verifier.view import View

PACKAGES = ("rackplan", "ortools", "networkx", "pydantic", "numpy")
"""Packages whose versions a plan records."""


def build_plan(instance: Instance, answer: Answer, settings: Settings, wall_s: float) -> Plan:
    """The plan of an answer that has a placement."""
    facility = instance.facility
    placed = answer.placed
    order = {rack: i for i, rack in enumerate(facility.racks)}
    standing = _stood(instance, placed)
    stood, gear_cords = _plugged(instance, standing)
    stood.sort(key=lambda s: (order[s.server.rack], s.server.u))
    counts = _counts(placed)
    limits = tuple(plan_limits(instance, counts))
    plan = Plan(
        site={"name": facility.name, "file": facility.file, "sha256": facility.sha256},
        status=answer.status,
        objective=answer.goals,
        servers=tuple(one.server for one in stood),
        racks=tuple(rack_summaries(instance, stood, limits, counts, gear_cords)),
        limits=limits,
        workloads=(),
        totals=totals(facility, stood),
        assumptions=tuple(f"{a.path}: {a.text}" for a in facility.assumptions),
        provenance=_provenance(settings, wall_s, facility.weather),
        warnings=tuple(f"{w.path}: {w.text}" for w in facility.warnings),
    )
    view = View(facility, plan)
    plan = replace(plan, workloads=tuple(workload_summaries(instance, view)))
    for complete in (with_power, with_cooling, with_energy, with_floor):
        plan = complete(view, plan)
    return plan


def _stood(instance: Instance, placed: tuple[Placed, ...]) -> Iterator[Stood]:
    """Every server: existing ones, those pinned to a rack unit, and those the solver placed."""
    facility = instance.facility
    lines = {line.server: line.id for line in facility.demands.values()}
    for rack in facility.racks.values():
        for fixed in rack.fixed:
            server_id = facility.footprints[fixed.footprint].server_id
            line = None if fixed.existing else lines[server_id]
            yield _server(instance, rack, fixed.u, fixed.footprint, fixed.workload, line)
    for one in placed:
        workload = one.option.workload.id if one.option.workload else None
        index = one.footprint.index
        yield _server(instance, one.rack, one.u, index, workload, one.option.demand)


def _plugged(
    instance: Instance, standing: Iterator[Stood]
) -> tuple[list[Stood], dict[str, Mapping[str, tuple[Cord, ...]]]]:
    """The same servers with their cords, and the cords of gear by rack."""
    by_rack: dict[str, list[Stood]] = defaultdict(list)
    for one in standing:
        by_rack[one.server.rack].append(one)
    stood: list[Stood] = []
    gear: dict[str, Mapping[str, tuple[Cord, ...]]] = {}
    for group in instance.groups:
        for rack in group.racks:
            servers = by_rack[rack.id]
            cords = rack_cords(instance, group, rack, [one.footprint for one in servers])
            gear[rack.id] = cords.gear
            stood += [
                replace(one, server=replace(one.server, cords=of_server))
                for one, of_server in zip(servers, cords.servers, strict=True)
            ]
    return stood, gear


def _server(
    instance: Instance, rack: Rack, u: int, index: int, workload: str | None, demand: str | None
) -> Stood:
    """A server of the plan; one without a demand line already stands there."""
    footprint = instance.facility.footprints[index]
    cords = cords_by_feed(footprint.psu_count, rack.feeds)
    service = instance.services[footprint.server_id, workload] if workload else None
    server = Server(
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
    return Stood(server, footprint)


def _counts(placed: tuple[Placed, ...]) -> dict[str, dict[int, int]]:
    counts: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for one in placed:
        counts[one.rack.id][one.footprint.index] += 1
    return counts


def _provenance(settings: Settings, wall_s: float, weather: Weather | None) -> Mapping[str, Any]:
    """Versions and parameters. A repeatable run holds nothing that differs from run to run."""
    outside = {"weather": {"name": weather.name, "sha256": weather.sha256}} if weather else {}
    return outside | {
        "versions": {name: version(name) for name in PACKAGES}
        | {"python": platform.python_version()},
        "parameters": {
            "time_limit_s": settings.time_limit_s,
            "workers": settings.threads,
        },
        "seed": settings.seed,
        "wall_s": None if settings.repeatable else round(wall_s, 3),
    }
