"""The power side of a plan: schedules, loads of nodes, what is stranded, drops, and warnings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rackplan.facility.voltage_drop import BRANCH_LIMIT, TOTAL_LIMIT
from rackplan.plan import Plan, RackSummary
from rackplan.plan.power import PowerPlan
from rackplan.verifier.actions import actions
from rackplan.verifier.oversubscription import oversubscriptions
from rackplan.verifier.schedules import circuit_loads, node_loads, nodes_carried
from rackplan.verifier.stranded import stranded
from rackplan.verifier.verdict import when
from rackplan.verifier.view import View
from rackplan.verifier.voltage import unknown_levels, voltage_drops

IMBALANCE_TARGET = 0.10
IMBALANCE_LIMIT = 0.15
"""Deviation of a line from the mean that panels are laid out for, and that is worth a warning
(general engineering practice; the limit of each line in every state is a rule of its own)."""

LOADED = 0.1
"""Share of its limit from which on the balance of a circuit or node matters."""


def with_power(view: View, plan: Plan) -> Plan:
    """A plan with its power side, and with what that warns of.

    Parameters
    ----------
    view
        The plan's servers and racks on their site.
    plan
        The plan to complete.
    """
    power = power_plan(view, plan.racks)
    return replace(plan, power=power, warnings=(*plan.warnings, *power_warnings(view, power)))


def power_plan(view: View, racks: Sequence[RackSummary]) -> PowerPlan:
    """Circuits, nodes, stranded capacity and voltage drops of a plan.

    Parameters
    ----------
    view
        The plan.
    racks
        Summaries of all racks of the site: what keeps one more server out of each.
    """
    carried = nodes_carried(view)
    return PowerPlan(
        circuits=circuit_loads(view),
        nodes=node_loads(view, carried),
        stranded=stranded(view, racks, carried),
        actions=tuple(actions(view)),
        oversubscribed=tuple(oversubscriptions(view)),
        drops=voltage_drops(view),
    )


def power_warnings(view: View, power: PowerPlan) -> tuple[str, ...]:
    """Drops and imbalances that a reviewer should know, those that are alike on one line."""
    alike: dict[str, list[str]] = defaultdict(list)
    for text, name in (*_oversubscribed(power), *_drops(power), *_imbalances(power)):
        alike[text].append(name)
    found = [f"{_shown(names)}: {text}" for text, names in alike.items()]
    unknown = unknown_levels(view.facility)
    if unknown:
        text = "voltage drop not worked out: the voltage of what feeds it is not given"
        found.append(f"{_shown(unknown)}: {text}")
    return tuple(found)


def _oversubscribed(power: PowerPlan) -> Iterator[tuple[str, str]]:
    for one in power.oversubscribed:
        text = (
            f"oversubscribed: {one.full_w / 1000:,.1f} kW at full draw on "
            f"{one.limit_w / 1000:,.1f} kW {when(one.state)}, counted as "
            f"{one.counted_w / 1000:,.1f} kW; only caps hold it ({one.capped_w / 1000:,.1f} kW)"
        )
        yield text, one.node


def _drops(power: PowerPlan) -> Iterator[tuple[str, str]]:
    for drop in power.drops:
        if drop.share > BRANCH_LIMIT:
            state = when(drop.state)
            text = f"voltage drop of {_percent(drop.share)} {state}"
            yield f"{text}, over {BRANCH_LIMIT * 100:.0f} % for a branch", drop.branch
        if drop.total_share > TOTAL_LIMIT:
            text = f"voltage drop of {_percent(drop.total_share)} from the source of its voltage"
            yield f"{text} down, over {TOTAL_LIMIT * 100:.0f} % in total", drop.branch


def _imbalances(power: PowerPlan) -> Iterator[tuple[str, str]]:
    """Every node out of balance; circuits of racks together: few cords seldom divide evenly."""
    off = f"off the mean of the lines in normal operation (target {IMBALANCE_TARGET * 100:.0f} %)"
    for node in power.nodes:
        loaded = node.limit_w is not None and node.normal_w >= LOADED * node.limit_w
        if loaded and node.imbalance > IMBALANCE_LIMIT:
            yield f"a line is {node.imbalance * 100:.0f} % {off}", node.node
    uneven = [
        (circuit.imbalance, circuit.feed)
        for circuit in power.circuits
        if circuit.imbalance > IMBALANCE_LIMIT and circuit.normal_w >= LOADED * circuit.limit_w
    ]
    if uneven:
        worst, name = max(uneven, key=lambda one: one[0])
        others = f"; {len(uneven) - 1} more over 15 %" if len(uneven) > 1 else ""
        yield f"a line is {worst * 100:.0f} % {off}{others}: see the circuit schedule", name


def _percent(share: float) -> str:
    """A share with one decimal; with more where it would read like the limit itself."""
    like_limit = any(f"{share:.3f}" == f"{limit:.3f}" for limit in (BRANCH_LIMIT, TOTAL_LIMIT))
    return f"{share * 100:.{3 if like_limit else 1}f} %"


def _shown(names: Sequence[str]) -> str:
    """``row-1/r02:A and 3 alike``."""
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} alike"
