"""NVLink: a tensor-parallel group never leaves its domain."""

from __future__ import annotations

from collections.abc import Iterator

from rackplan.facility.model import NORMAL
from rackplan.formulation.instance import Instance, Option
from rackplan.formulation.rules import Rule, SiteRule

name = "nvlink"


def rules(instance: Instance) -> Iterator[Rule]:
    """A server takes a workload only when a replica's accelerators fit one of its domains.

    For every option o (server model doing a workload): sum_g n(g,o) = 0 where no replica fits: the
    tensor-parallel group is larger than the NVLink domain (``nvlink/...``), or the model cannot run
    there for another reason, such as memory, precision or latency (``workload/...``).
    """
    for option in instance.menu:
        if option.workload is not None and option.service is None:
            yield _refuse(instance, option)


def _refuse(instance: Instance, option: Option) -> SiteRule:
    """No server of an option anywhere."""
    workload, server = option.workload, option.footprint.server
    assert workload is not None  # noqa: S101 - the caller picked options with a workload
    domain = server.scale_up.domain_gpus.whole if workload.domain == "nvlink" else server.gpus
    too_wide = (workload.tensor_parallel or 1) > domain
    kind = name if too_wide else "workload"
    return SiteRule(
        id=f"{kind}/{workload.id}/{option.footprint.server_id}",
        family=name,
        terms={(group.index, option.index): 1 for group in instance.groups},
        low=None,
        high=0,
        text=option.refusal,
        device=option.footprint.server_id,
        state=NORMAL,
        quantity="servers",
    )
