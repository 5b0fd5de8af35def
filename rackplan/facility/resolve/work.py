"""Workloads, demand lines, pins, forbids and goals."""

from __future__ import annotations

import re

from rackplan.catalog.entries import Model
from rackplan.errors import QuantityError
from rackplan.facility.demand import Objective, RateUnit, ServerDemand, Survive, Workload
from rackplan.facility.resolve.context import Context, Path
from rackplan.schema import site as s
from rackplan.units import Quantity, parse

RATES: dict[RateUnit, Quantity] = {
    "tok/s": Quantity.TOKEN_RATE,
    "req/s": Quantity.REQUEST_RATE,
    "img/s": Quantity.IMAGE_RATE,
}
GOALS = ("throughput", "servers", "gpus", "headroom", "racks", "power")


def survive(written: s.Survive) -> Survive:
    """A survive rule as the facility holds it."""
    if isinstance(written, s.Reduced):
        return Survive("reduced", written.reduced)
    return Survive(written)


def resolve_workloads(context: Context) -> dict[str, Workload]:
    """Workloads by id."""
    workloads = {}
    written = [(work, ("workloads", i)) for i, work in enumerate(context.site.workloads)]
    context.unique("workload", [(work.id, (*path, "id")) for work, path in written])
    for work, path in written:
        model = context.entry(context.catalog.model, work.model, (*path, "model"))
        for k, server in enumerate(work.servers):
            context.entry(context.catalog.server, server, (*path, "servers", k))
        if model is not None:
            workloads[work.id] = _workload(context, work, model, path)
    return workloads


def _workload(context: Context, work: s.Workload, model: Model, path: Path) -> Workload:
    image = model.kind == "diffusion"
    if not image and (work.input_tokens is None or work.output_tokens is None):
        message = f"workload {work.id!r} needs input_tokens and output_tokens"
        context.problem(path, message, "add both: mean length of a prompt and of an answer")
    unit, demand = _demand(context, work, image, path)
    first = work.slo.image if image else work.slo.ttft
    return Workload(
        id=work.id,
        model_id=work.model,
        model=model,
        precision=work.precision,
        input_tokens=0 if image else work.input_tokens or 1,
        output_tokens=0 if image else work.output_tokens or 1,
        ttft_s=None if first is None else first / 1000,
        tpot_s=None if work.slo.tpot is None else work.slo.tpot / 1000,
        tensor_parallel=work.tensor_parallel,
        domain=work.domain,
        software=work.software,
        unit=unit,
        demand=demand,
        think_s=work.think_time / 1000,
        survive=survive(work.survive),
        servers=work.servers,
        priority=work.priority,
    )


def _demand(context: Context, work: s.Workload, image: bool, path: Path) -> tuple[RateUnit, float]:
    if work.demand is None:
        return ("img/s" if image else "tok/s"), 0.0
    users = re.fullmatch(r"\s*(\d{1,9})\s*users?\s*", work.demand)
    if users and not image:
        return "users", float(users[1])
    allowed: tuple[RateUnit, ...] = ("img/s",) if image else ("tok/s", "req/s")
    for unit in allowed:
        try:
            return unit, float(parse(work.demand, RATES[unit], "up"))
        except QuantityError:
            continue
    examples = '"40 img/s"' if image else '"50000 tok/s", "20 req/s" or "3000 users"'
    message = f"not a demand of {'an image' if image else 'a language'} model"
    context.problem((*path, "demand"), message, f"write {examples}", repr(work.demand))
    return allowed[0], 0.0


def resolve_demands(context: Context, workloads: dict[str, Workload]) -> dict[str, ServerDemand]:
    """Demand lines by id."""
    demands: dict[str, ServerDemand] = {}
    written = [(line, ("demand", i)) for i, line in enumerate(context.site.demand)]
    named = [
        (line.id or line.server, (*path, "id" if line.id else "server")) for line, path in written
    ]
    context.unique("demand line", named)
    context.unique(
        "server model in demand", [(line.server, (*path, "server")) for line, path in written]
    )
    known = [work.id for work in context.site.workloads]
    for line, path in written:
        for k, name in enumerate(line.workloads or ()):
            context.known("workload", name, known, (*path, "workloads", k))
            if name in workloads and not _may_run(workloads[name], line.server):
                message = f"workload {name!r} may not run on {line.server}"
                cure = f"add {line.server} to its servers:, or take it off this line"
                context.problem((*path, "workloads", k), message, cure)
        if line.max is not None and line.min > line.max:
            message = f"min {line.min} is more than max {line.max}"
            context.problem((*path, "min"), message, "lower min: or raise max:")
        allowed = _allowed(line, workloads)
        unsound = any(name not in workloads for name in known)  # told at the workload itself
        if line.workloads is None and known and not (allowed or line.idle or unsound):
            context.problem(
                path,
                f"no workload may run on {line.server}",
                "list workloads:, or set idle: true to place it without work",
            )
        demands[line.id or line.server] = ServerDemand(
            id=line.id or line.server,
            server=line.server,
            minimum=line.min,
            maximum=line.max,
            workloads=allowed,
            idle_allowed=line.idle or not allowed,
            survive=survive(line.survive),
            priority=line.priority,
        )
    return demands


def _allowed(line: s.Demand, workloads: dict[str, Workload]) -> tuple[str, ...]:
    wanted = workloads if line.workloads is None else line.workloads
    return tuple(
        name for name in wanted if name in workloads and _may_run(workloads[name], line.server)
    )


def _may_run(workload: Workload, server: str) -> bool:
    return not workload.servers or server in workload.servers


def resolve_objectives(context: Context, workloads: dict[str, Workload]) -> tuple[Objective, ...]:
    """Goals in order; a default, listed as an assumption, when the site states none."""
    goals = [
        _goal(context, text, ("objective", i), workloads)
        for i, text in enumerate(context.site.objective)
    ]
    context.unique(
        "goal", [(text, ("objective", i)) for i, text in enumerate(context.site.objective)]
    )
    if goals:
        return tuple(filter(None, goals))
    first = next(iter(workloads), None)
    default = (
        Objective("throughput", first) if first else Objective("servers"),
        Objective("power"),
    )
    context.assume("objective", f"objective is {', then '.join(map(str, default))}")
    return default


def _goal(
    context: Context, text: str, path: Path, workloads: dict[str, Workload]
) -> Objective | None:
    name, _, workload = text.partition("/")
    if name == "cost":
        context.problem(path, "rackplan has no cost model yet", f"use one of {', '.join(GOALS)}")
        return None
    if not context.known("objective", name, GOALS, path):
        return None
    if workload and name != "throughput":
        context.problem(path, f"objective {name!r} takes no workload", f"write {name!r}")
        return None
    if name != "throughput":
        return Objective(name)
    known = [work.id for work in context.site.workloads]
    if workload:
        return (
            Objective(name, workload)
            if context.known("workload", workload, known, path) and workload in workloads
            else None
        )
    if any(name not in workloads for name in known):
        return None  # told at the workload itself
    units = sorted({work.unit for work in workloads.values()})
    if len(units) != 1:
        message = "throughput of all workloads together needs one unit"
        context.problem(
            path, message, "name the workload: throughput/NAME", ", ".join(units) or "no workload"
        )
        return None
    return Objective(name)
