"""Fabric: leaf ports and cable reach."""

from __future__ import annotations

from collections.abc import Iterator

from rackplan.formulation.instance import Instance
from rackplan.formulation.limit_rules import rack_limit_rules, site_limit_rules
from rackplan.formulation.rules import Rule

name = "fabric"


def rules(instance: Instance) -> Iterator[Rule]:
    """Servers of a leaf group share its leaf ports and stay within cable reach.

    For every leaf group q: sum ports(f) n(g,f) over the racks of q <= ports(q). n(f) = 0 for
    servers with ports in racks whose routed cable is longer than the reach.
    """
    yield from site_limit_rules(instance, name)
    yield from rack_limit_rules(instance, name)
