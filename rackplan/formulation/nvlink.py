"""NVLink: a tensor-parallel group never leaves its domain."""

from __future__ import annotations

from collections.abc import Iterator

from rackplan.facility.model import NORMAL
from rackplan.formulation.instance import Instance, Option
from rackplan.formulation.rules import Rule, SiteRule

name = "nvlink"


def rules(instance: Instance) -> Iterator[Rule]:
    """A server takes a workload only when a replica's accelerators fit one of its domains.

    For every option o (server model doing a workload): sum_g n(g,o) = 0 where no tensor-parallel
    group can hold a replica inside the NVLink domain (or the server, where the workload allows PCIe).
    """
    for option in instance.menu:
        if option.workload is not None and option.service is None:
            rule = f"{name}/{option.workload.id}/{option.footprint.server_id}"
            yield forbid_option(instance, option, rule)


def forbid_option(instance: Instance, option: Option, rule: str) -> SiteRule:
    """No server of an option anywhere."""
    return SiteRule(
        id=rule,
        family=name,
        terms={(group.index, option.index): 1 for group in instance.groups},
        low=None,
        high=0,
        text=option.refusal,
        device=option.footprint.server_id,
        state=NORMAL,
        quantity="servers",
    )
