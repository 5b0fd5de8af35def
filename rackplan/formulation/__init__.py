"""What must hold: one module per constraint family, each a generator of rules."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from rackplan.formulation import (
    air,
    demand,
    fabric,
    liquid,
    nvlink,
    placement,
    power,
    space,
    water,
)
from rackplan.formulation.instance import Instance, Option, build_instance
from rackplan.formulation.rules import (
    GravityRule,
    InsideRule,
    OutletRule,
    RackRule,
    Rule,
    SiteRule,
    StackRule,
)

__all__ = [
    "FAMILIES",
    "GravityRule",
    "InsideRule",
    "Instance",
    "Option",
    "OutletRule",
    "RackRule",
    "Rule",
    "SiteRule",
    "StackRule",
    "all_rules",
    "build_instance",
]

FAMILIES: tuple[ModuleType, ...] = (
    space,
    power,
    air,
    liquid,
    water,
    nvlink,
    fabric,
    demand,
    placement,
)
"""Every constraint family, in the order in which rules are stated."""


def all_rules(instance: Instance) -> Iterator[Rule]:
    """Every rule of an instance, family by family."""
    for family in FAMILIES:
        yield from family.rules(instance)
