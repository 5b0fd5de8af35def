"""Predict what one server delivers for a workload."""

from __future__ import annotations

from dataclasses import dataclass

from rackplan.catalog.entries import Accelerator, ServerModel
from rackplan.errors import WorkloadError
from rackplan.facility.demand import Workload
from rackplan.workload.architecture import Architecture, architecture_of
from rackplan.workload.diffusion import predict_images
from rackplan.workload.group import group_of, group_sizes, nvlink_domain, replicas_in
from rackplan.workload.operate import Load, MisfitError, Point, binding_of, operate
from rackplan.workload.parameters import STACKS, Parameters
from rackplan.workload.roofline import Replica, replica_of
from rackplan.workload.service import Service
from rackplan.workload.steps import steps_of
from rackplan.workload.trust import trust


@dataclass(frozen=True, slots=True)
class _Layout:
    """Replicas of one size on a server, at work."""

    replica: Replica
    replicas: int
    point: Point

    @property
    def requests_s(self) -> float:
        return self.replicas * self.point.requests_s


def predict(
    server: ServerModel,
    accelerator: Accelerator,
    workload: Workload,
    parameters: Parameters | None = None,
) -> Service:
    """Predict the throughput of one server, with the replica layout that gives the most.

    Parameters
    ----------
    server
        The server model, or a rack product.
    accelerator
        The accelerator it holds.
    workload
        Model, precision, lengths and latency limits.
    parameters
        The software stack; by default the one the workload names.

    Raises
    ------
    WorkloadError
        The workload cannot run there; the message holds the figure that fails.
    UnknownFigureError
        The catalog lacks a figure of the model.

    Notes
    -----
    Of all tensor-parallel sizes allowed, the one with the highest throughput of the whole server
    is taken, the smaller size on a tie. Method and limits of trust: docs/throughput.md.
    """
    stack = STACKS[workload.software] if parameters is None else parameters
    _check_units(workload)
    if accelerator.compute(workload.precision) is None:
        raise WorkloadError(
            f"{_where(server, workload)}: {accelerator.name} has no {workload.precision} units"
        )
    if workload.model.kind == "diffusion":
        try:
            return predict_images(server, accelerator, workload, stack)
        except WorkloadError as error:
            raise WorkloadError(f"{_where(server, workload)}: {error}") from error
    load = Load(
        workload.input_tokens,
        workload.output_tokens,
        workload.ttft_s,
        workload.tpot_s,
        stack.batch_limit(workload.output_tokens),
    )
    layout = _best(server, accelerator, workload, stack, load)
    return _service(server, workload, load, layout)


def _where(server: ServerModel, workload: Workload) -> str:
    return f"{workload.model_id} at {workload.precision} on {server.name}"


def _check_units(workload: Workload) -> None:
    images = workload.model.kind == "diffusion"
    if workload.unit == ("tok/s" if images else "img/s"):
        makes = "images" if images else "tokens"
        raise WorkloadError(f"{workload.model_id} makes {makes}, demand is in {workload.unit}")
    if not images and min(workload.input_tokens, workload.output_tokens) < 1:
        raise WorkloadError(f"{workload.model_id} needs input and output tokens of at least 1")


def _sizes(server: ServerModel, workload: Workload) -> tuple[int, ...]:
    asked = workload.tensor_parallel
    if asked is None:
        return group_sizes(server, workload.domain)
    domain = nvlink_domain(server)
    if workload.domain == "nvlink" and asked > domain:
        raise WorkloadError(
            f"{_where(server, workload)}: tensor parallel is larger than the NVLink domain:"
            f" domain {domain}, asked {asked}"
        )
    if asked > server.gpus:
        raise WorkloadError(
            f"{_where(server, workload)}: tensor parallel is larger than the server:"
            f" {server.gpus} accelerators, asked {asked}"
        )
    return (asked,)


def _best(
    server: ServerModel,
    accelerator: Accelerator,
    workload: Workload,
    stack: Parameters,
    load: Load,
) -> _Layout:
    architecture = architecture_of(workload.model)
    best: _Layout | None = None
    misfits: list[tuple[int, MisfitError]] = []
    for size in _sizes(server, workload):
        try:
            layout = _layout(server, accelerator, workload, stack, load, architecture, size)
        except MisfitError as misfit:
            misfits.append((size, misfit))
            continue
        if best is None or layout.requests_s > best.requests_s:
            best = layout
    if best is not None:
        return best
    size, nearest = min(misfits, key=lambda pair: pair[1].excess)
    others = f" ({len(misfits) - 1} other sizes miss by more)" if len(misfits) > 1 else ""
    if workload.domain == "nvlink" and workload.tensor_parallel is None:
        others += _wider(server)
    raise WorkloadError(
        f"{_where(server, workload)}, tensor parallel {size}: {nearest}{others}"
    ) from nearest


def _wider(server: ServerModel) -> str:
    """What to try when the NVLink domain is too small."""
    if nvlink_domain(server) >= server.gpus:
        return ""
    return f"; with domain: server a group may take {server.gpus} accelerators, over PCIe"


def _layout(
    server: ServerModel,
    accelerator: Accelerator,
    workload: Workload,
    stack: Parameters,
    load: Load,
    architecture: Architecture,
    size: int,
) -> _Layout:
    if not architecture.splits_over(size):
        heads = int(architecture.heads)
        raise MisfitError(f"{heads} attention heads do not split over {size}", float("inf"))
    mixture = workload.model.kind == "moe"
    group = group_of(server, accelerator, size, workload.precision, stack, mixture)
    replica = replica_of(architecture, group, workload.precision, stack)
    return _Layout(replica, replicas_in(server, size), operate(replica, load))


def _caveats(replica: Replica) -> tuple[str, ...]:
    starved = "weights take more than 80 % of the memory: measured rows scatter there"
    return (replica.group.assumption, starved if replica.starved else "")


def _service(server: ServerModel, workload: Workload, load: Load, layout: _Layout) -> Service:
    replica, point = layout.replica, layout.point
    requests_s = layout.requests_s
    tokens_s = requests_s * workload.output_tokens
    # Little's law: users = requests/s x (latency + pause), with latency = batch / requests/s.
    users = layout.replicas * point.batch + requests_s * workload.think_s
    rates = {"tok/s": tokens_s, "req/s": requests_s, "users": users}
    judged = trust(workload, server.accelerator, _caveats(replica))
    size = replica.group.tensor_parallel
    binding = binding_of(replica, load, point)
    return Service(
        workload_id=workload.id,
        tensor_parallel=size,
        replicas=layout.replicas,
        gpus_used=layout.replicas * size,
        domain_gpus=nvlink_domain(server),
        batch=point.batch,
        unit=workload.unit,
        rate=rates[workload.unit],
        tokens_s=tokens_s,
        requests_s=requests_s,
        images_s=0.0,
        ttft_s=point.latency.ttft_s,
        tpot_s=point.latency.tpot_s,
        band=judged.band,
        binding=binding,
        extrapolated=judged.extrapolated,
        reason=judged.reason,
        steps=steps_of(replica, load, point, layout.replicas),
    )
