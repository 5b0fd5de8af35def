"""Placement: decisions already taken, as pins and forbidden places."""

from __future__ import annotations

from collections.abc import Iterator

from rackplan.facility.demand import Forbid, Pin
from rackplan.facility.limits import RackLimit
from rackplan.facility.model import NORMAL
from rackplan.formulation.instance import Instance
from rackplan.formulation.rules import RackRule, Rule, SiteRule

name = "placement"


def rules(instance: Instance) -> Iterator[Rule]:
    """Pinned servers stand in their rack; forbidden places stay free of new servers.

    For every pin p of k servers in rack r: sum of n(r,o) over its model (and workload) >= k.
    For every forbid: n(f) = 0 for the named models in the named racks.
    """
    for pin in instance.facility.pins:
        yield from _pin_rules(instance, pin)
    for group in instance.groups:
        for forbid in instance.facility.forbids:
            if group.rack.id in forbid.racks:
                yield _forbid_rule(instance, group.index, forbid)


def _pin_rules(instance: Instance, pin: Pin) -> Iterator[SiteRule]:
    """The pin with all earlier pins it shares servers with: each pin has servers of its own."""
    group = next(g for g in instance.groups if g.rack.id == pin.rack)
    pins = instance.facility.pins
    before = pins[: pins.index(pin) + 1]
    same = [p for p in before if (p.rack, p.server) == (pin.rack, pin.server)]
    # A pin that names its workload competes with pins of that workload, all pins with all.
    for peers in ([p for p in same if p.workload == pin.workload], same):
        workloads = {p.workload for p in peers}
        free = None in workloads
        terms = {
            (group.index, option.index): 1
            for option in instance.menu
            if option.footprint.server_id == pin.server
            and (free or (option.workload is not None and option.workload.id in workloads))
        }
        count = sum(p.count for p in peers)
        doing = f" running {pin.workload}" if pin.workload else ""
        text = f"{count} {pin.server}{doing} pinned in {pin.rack}"
        rule = f"{name}/pin:{pin.id}"
        yield SiteRule(rule, name, terms, count, None, text, pin.rack, NORMAL, "servers")
        if peers == same:
            return


def _forbid_rule(instance: Instance, group: int, forbid: Forbid) -> RackRule:
    why = forbid.reason or "forbidden by the site file"
    named = {
        option.footprint.index: why
        for option in instance.menu
        if not forbid.servers or option.footprint.server_id in forbid.servers
    }
    return RackRule(
        group,
        RackLimit(
            template=f"{name}/forbid:{forbid.id}",
            family=name,
            state=NORMAL,
            quantity="servers",
            capacity=0,
            base=0,
            loads=dict.fromkeys(named, 1),
            reason=named,
        ),
    )
