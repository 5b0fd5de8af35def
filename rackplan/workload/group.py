"""The accelerators that hold one replica: their memory, speed and the link between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rackplan.catalog.entries import Accelerator, Precision, ServerModel
from rackplan.errors import WorkloadError
from rackplan.workload.parameters import Parameters

_SIZES = (1, 2, 4, 8, 16, 32, 64)
_RACK_SIZES = (18, 36, 72)
"""A rack domain of 72 also divides into halves, quarters and its 18 trays."""


@dataclass(frozen=True, slots=True)
class Group:
    """A tensor-parallel group, with the efficiencies of the software stack applied.

    Attributes
    ----------
    tensor_parallel
        Accelerators in the group.
    memory_b
        Memory left for weights and cache, all accelerators together [B].
    bandwidth_b_s
        Reached memory bandwidth, all together [B/s].
    compute_flop_s
        Reached compute in the precision of the weights, all together [FLOP/s].
    attention_flop_s
        Reached FP16 compute, all together: attention runs in FP16 [FLOP/s].
    link
        ``none`` for a single accelerator, else what joins them.
    link_b_s
        Reached one-way bandwidth of one accelerator's link in an all-reduce [B/s].
    link_latency_s
        Fixed time of one all-reduce [s].
    assumption
        What had to be assumed about the link; empty when the catalog states it.
    """

    tensor_parallel: int
    memory_b: float
    bandwidth_b_s: float
    compute_flop_s: float
    attention_flop_s: float
    link: Literal["none", "nvlink", "pcie"]
    link_b_s: float
    link_latency_s: float
    assumption: str = ""


def nvlink_domain(server: ServerModel) -> int:
    """Accelerators in one NVLink domain of the server; 1 without NVLink."""
    return 1 if server.scale_up.link == "pcie" else max(1, server.scale_up.domain_gpus.whole)


def group_sizes(server: ServerModel, domain: Literal["nvlink", "server"]) -> tuple[int, ...]:
    """Tensor-parallel sizes that fit the server's NVLink domain, or the server over PCIe."""
    widest = nvlink_domain(server)
    if domain == "server":
        widest = max(widest, server.gpus)
    sizes = _SIZES + (_RACK_SIZES if widest >= _RACK_SIZES[0] else ())
    return tuple(sorted(size for size in sizes if size <= min(widest, server.gpus)))


def replicas_in(server: ServerModel, tensor_parallel: int) -> int:
    """Replicas of that size in one server; a group inside a domain never crosses its edge."""
    domain = min(nvlink_domain(server), server.gpus)
    if tensor_parallel > domain:
        return server.gpus // tensor_parallel
    return (server.gpus // domain) * (domain // tensor_parallel)


def group_of(
    server: ServerModel,
    accelerator: Accelerator,
    tensor_parallel: int,
    precision: Precision,
    parameters: Parameters,
    mixture: bool = False,
) -> Group:
    """Put ``tensor_parallel`` accelerators of the server together.

    ``mixture`` says that a mixture of experts runs on them, which reaches a little less.

    Raises
    ------
    WorkloadError
        The accelerator has no units for ``precision``.
    """
    peak = accelerator.compute(precision)
    if peak is None:
        raise WorkloadError(f"{accelerator.name} has no {precision} units")
    usable_b = accelerator.memory.value * parameters.usable_memory - parameters.reserved_b
    link, link_b_s, latency_s, assumption = _link(server, accelerator, tensor_parallel, parameters)
    compute = tensor_parallel * parameters.speed * (parameters.mixture_compute if mixture else 1.0)
    memory = tensor_parallel * parameters.speed * (parameters.mixture_bandwidth if mixture else 1.0)
    return Group(
        tensor_parallel=tensor_parallel,
        memory_b=tensor_parallel * max(usable_b, 0.0),
        bandwidth_b_s=memory * accelerator.memory_bandwidth.value * parameters.bandwidth,
        compute_flop_s=compute * peak.value * parameters.compute(precision),
        attention_flop_s=compute * accelerator.fp16.value * parameters.compute("fp16"),
        link=link,
        link_b_s=link_b_s * parameters.speed,
        link_latency_s=latency_s / parameters.speed,
        assumption=assumption,
    )


def _link(
    server: ServerModel, accelerator: Accelerator, tensor_parallel: int, parameters: Parameters
) -> tuple[Literal["none", "nvlink", "pcie"], float, float, str]:
    """Kind, reached one-way bandwidth [B/s], latency [s] and assumption of the group's link."""
    if tensor_parallel == 1:
        return "none", float("inf"), 0.0, ""
    stated = server.scale_up.link_bandwidth
    if tensor_parallel <= nvlink_domain(server):
        both_ways = (stated or accelerator.link_bandwidth).value
        return "nvlink", both_ways / 2 * parameters.nvlink, 0.0, ""
    # The catalog states a PCIe bandwidth only where there is no NVLink.
    if server.scale_up.link == "pcie" and (stated or accelerator.link == "pcie"):
        both_ways, assumption = (stated or accelerator.link_bandwidth).value, ""
    else:
        both_ways = parameters.pcie_b_s
        assumption = f"PCIe between NVLink domains taken as {both_ways / 1e9:g} GB/s both ways"
    return "pcie", both_ways / 2 * parameters.pcie, parameters.pcie_latency_s, assumption
