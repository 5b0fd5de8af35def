"""Air: heat and airflow of zones in every loss state, heat per rack, inlet temperature."""

from __future__ import annotations

from collections.abc import Iterator

from rackplan.formulation.instance import Instance
from rackplan.formulation.limit_rules import rack_limit_rules, site_limit_rules
from rackplan.formulation.rules import Rule

name = "air"


def rules(instance: Instance) -> Iterator[Rule]:
    """The live units of a zone carry the heat to air of its racks, and move the air they need.

    For every zone z and state s, over the racks in z, with live units U(z, s):

        sum heat_air(f, s) n(g,f) + gear <= sum of capacity over U(z, s)      [W]
        sum airflow(f, s)  n(g,f) + gear <= sum of airflow  over U(z, s)      [L/s]

    Per rack the heat stays under its position's limit, and n(f) = 0 where the zone's supply is
    outside the (altitude-derated) inlet window of f.
    """
    yield from site_limit_rules(instance, name)
    yield from rack_limit_rules(instance, name)
