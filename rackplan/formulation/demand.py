"""Demand: how many servers of each model, and how much work."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rackplan.facility.demand import ServerDemand, Workload
from rackplan.facility.model import NORMAL
from rackplan.formulation.instance import MILLI, Instance
from rackplan.formulation.rules import Rule, SiteRule, Term

name = "demand"


def rules(instance: Instance) -> Iterator[Rule]:
    """Server counts stay between their minimum and maximum; workloads get their throughput.

    For every demand line d: min(d) <= sum_g sum_(o of d) n(g,o) <= max(d), pinned servers included.
    For every workload w: sum_g sum_(o running w) rate(o) n(g,o) + fixed servers >= demand(w).
    """
    for line in instance.facility.demands.values():
        yield from _line_rules(instance, line)
    for workload in instance.facility.workloads.values():
        if workload.demand:
            yield _workload_rule(instance, workload)


def _line_rules(instance: Instance, line: ServerDemand) -> Iterator[Rule]:
    terms: dict[Term, int] = {
        (group.index, option.index): 1
        for group in instance.groups
        for option in instance.options(line.id)
    }
    fixed = pinned_count(instance, line.server)
    if line.minimum:
        text = f"at least {line.minimum:,} {line.server}"
        low = line.minimum - fixed
        rule = f"{name}/{line.id}/min"
        yield SiteRule(rule, name, terms, low, None, text, line.id, NORMAL, "servers")
    if line.maximum is not None:
        text = f"at most {line.maximum} {line.server}"
        high = line.maximum - fixed
        rule = f"{name}/{line.id}/max"
        yield SiteRule(rule, name, terms, None, high, text, line.id, NORMAL, "servers")


def pinned_count(instance: Instance, server: str) -> int:
    """New servers of a model whose rack unit the site file gives."""
    footprints = instance.facility.footprints
    return sum(
        footprints[fixed.footprint].server_id == server and not fixed.existing
        for rack in instance.facility.racks.values()
        for fixed in rack.fixed
    )


def _workload_rule(instance: Instance, workload: Workload) -> SiteRule:
    needed = math.ceil(round(workload.demand * MILLI, 3)) - instance.fixed_rates[workload.id]
    refusals = [
        option.refusal
        for option in instance.menu
        if option.workload is workload and option.service is None
    ]
    text = f"at least {workload.demand:,.12g} {workload.unit} of {workload.id}"
    return SiteRule(
        id=f"{name}/{workload.id}",
        family=name,
        terms=rate_terms(instance, workload.id),
        low=needed,
        high=None,
        text="; ".join([text, *dict.fromkeys(refusals)]),
        device=workload.id,
        state=NORMAL,
        quantity=f"milli-{workload.unit}",
    )


def rate_terms(instance: Instance, workload: str | None) -> dict[Term, int]:
    """Throughput of every count in thousandths of its unit: of one workload, or of all."""
    return {
        (group.index, option.index): option.rate_milli
        for group in instance.groups
        for option in instance.menu
        if option.workload is not None
        and workload in (None, option.workload.id)
        and option.rate_milli
    }
