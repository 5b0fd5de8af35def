"""Placement: decisions already taken, as pins and forbidden places."""

from __future__ import annotations

from collections.abc import Iterator

from rackplan.facility.limits import RackLimit
from rackplan.facility.model import NORMAL, Forbid, Pin
from rackplan.formulation.instance import Instance
from rackplan.formulation.rules import RackRule, Rule, SiteRule

name = "placement"


def rules(instance: Instance) -> Iterator[Rule]:
    """Pinned servers stand in their rack; forbidden places stay free of new servers.

    For every pin p of k servers in rack r: sum of n(r,o) over its model (and workload) >= k.
    For every forbid: n(f) = 0 for the named models in the named racks.
    """
    for pin in instance.facility.pins:
        yield _pin_rule(instance, pin)
    for group in instance.groups:
        for forbid in instance.facility.forbids:
            if group.rack.id in forbid.racks:
                yield _forbid_rule(instance, group.index, forbid)


def _pin_rule(instance: Instance, pin: Pin) -> SiteRule:
    group = next(g for g in instance.groups if g.rack.id == pin.rack)
    terms = {
        (group.index, option.index): 1
        for option in instance.menu
        if option.footprint.server_id == pin.server
        and (pin.workload is None or (option.workload and option.workload.id == pin.workload))
    }
    doing = f" running {pin.workload}" if pin.workload else ""
    text = f"{pin.count} {pin.server}{doing} pinned in {pin.rack}"
    rule = f"{name}/pin:{pin.id}"
    return SiteRule(rule, name, terms, pin.count, None, text, pin.rack, NORMAL, "servers")


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
