"""Can every server run its workload, with each tensor-parallel group inside one NVLink domain?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from rackplan.catalog.entries import ServerModel
from rackplan.errors import RackplanError
from rackplan.facility.demand import Workload
from rackplan.facility.model import Facility
from rackplan.verifier.verdict import Finding, at_most, counted, none_may, violation
from rackplan.verifier.view import Placed, View
from rackplan.workload import Service


def check(facility: Facility, view: View) -> Iterator[Finding]:
    """Judge, for each server model and workload, the replicas the plan states."""
    pairs: dict[tuple[str, str], list[Placed]] = defaultdict(list)
    for placed in view.placed:
        workload = placed.server.workload
        if workload is not None and workload in facility.workloads:
            pairs[workload, placed.server.model].append(placed)
    for (name, model), servers in pairs.items():
        yield from _groups(facility.workloads[name], model, servers)
        yield from _service(view, facility.workloads[name], model, servers)


def _span(workload: Workload, model: ServerModel) -> int:
    """Accelerators that one tensor-parallel group may span."""
    return model.gpus if workload.domain == "server" else model.scale_up.domain_gpus.whole


def _most(workload: Workload, model: ServerModel, parallel: int) -> int:
    """Groups of a size that fit a server without crossing a domain."""
    span = _span(workload, model)
    return span // parallel * (model.gpus // span) if 1 <= parallel <= span else 0


def _groups(workload: Workload, asked: str, servers: list[Placed]) -> Iterator[Finding]:
    """Stated tensor-parallel groups fit the domain, and the replicas fit the server."""
    model = servers[0].footprint.server
    rule = f"nvlink/{workload.id}/{asked}"
    span = _span(workload, model)
    place = "server" if workload.domain == "server" else "NVLink domain"
    widest = max(placed.server.tensor_parallel for placed in servers)
    before, after = f"one replica of {workload.id} on {asked} spans", f"in its {place}"
    yield from at_most(rule, asked, widest, span, "GPUs", before=before, after=after)
    layouts = sorted({(p.server.tensor_parallel, p.server.replicas) for p in servers})
    for parallel, replicas in layouts:
        if 1 <= parallel <= span and replicas > _most(workload, model, parallel):
            most = _most(workload, model, parallel)
            message = (
                f"{asked} holds {most} replicas of {parallel} GPUs each, "
                f"the plan runs {replicas} of {workload.id} on it."
            )
            yield violation(rule, asked, message, amount=replicas - most, unit="replicas")


def _service(
    view: View, workload: Workload, asked: str, servers: list[Placed]
) -> Iterator[Finding]:
    """The workload runs there at all, and what the plan says of it is what the model predicts."""
    rule = f"workload/{workload.id}/{asked}"
    if workload.servers and asked not in workload.servers:
        message = f"{workload.id} may not run on {asked}."
        yield from none_may(rule, asked, len(servers), message)
    service = view.service(servers[0])
    if isinstance(service, RackplanError):
        message = f"{workload.id} cannot run on {asked}: {service}."
        yield from none_may(rule, asked, len(servers), message)
    elif service is not None:
        yield from _layout(service, workload, asked, servers)


def _layout(
    service: Service, workload: Workload, asked: str, servers: list[Placed]
) -> Iterator[Finding]:
    """The plan states the replicas that its rate stands for."""
    model = servers[0].footprint.server
    stated = [(p.server.tensor_parallel, p.server.replicas) for p in servers]
    expected = (service.tensor_parallel, service.replicas)
    # What does not even fit the domain is a violation of its own already.
    wrong = [
        pair for pair in stated if pair != expected and pair[1] <= _most(workload, model, pair[0])
    ]
    said = _layout_text(wrong[0]) if wrong else ""
    message = f"{workload.id} on {asked} runs {_layout_text(expected)}; the plan says {said}."
    yield from none_may(f"workload/{workload.id}/{asked}", asked, len(wrong), message)


def _layout_text(layout: tuple[int, int]) -> str:
    return f"{counted(layout[1], 'replica')} of {counted(layout[0], 'GPU')}"
