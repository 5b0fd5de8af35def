"""Water: heat and flow of facility water circuits in every loss state."""

from __future__ import annotations

from collections.abc import Iterator

from rackplan.formulation.instance import Instance
from rackplan.formulation.limit_rules import site_limit_rules
from rackplan.formulation.rules import Rule

name = "water"


def rules(instance: Instance) -> Iterator[Rule]:
    """The live units of a circuit reject the heat of its zones and loops, live pumps move it.

    For every circuit c and state s, over groups g in its zones and on its loops:

        sum (air(f, s) + liquid(f, s)) n(g,f) + heat of gear, fans and pumps <= capacity(c, s)   [W]
        the same heat / (rho c_p rise)             <= sum of flow over live pumps           [mL/min]
    """
    yield from site_limit_rules(instance, name)
