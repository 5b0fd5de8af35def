"""Do the energy and water figures a plan states follow from its servers and the weather?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict

from rackplan.plan.energy import EnergyPlan
from rackplan.verifier.energy_side import energy_plan, hour_by_hour
from rackplan.verifier.verdict import Violation, violation
from rackplan.verifier.view import View

SLACK = 1e-6
"""How far figures may be off for the noise of adding floats, as a share."""


def check(view: View) -> Iterator[Violation]:
    """Judge the energy side of a plan; a plan without one states nothing."""
    stated = view.plan.energy
    if stated == EnergyPlan():
        return
    if view.facility.weather is None:
        message = "the plan states energy; the site gives no weather to work it out from."
        yield violation("plan/energy", "energy", message)
        return
    said = dict(_figures("", asdict(stated)))
    mine = dict(_figures("", asdict(energy_plan(view, hour_by_hour(view)))))
    for name in dict.fromkeys((*said, *mine)):
        if not _same(said.get(name), mine.get(name)):
            message = f"the plan states {name} {_text(said.get(name))}; it is "
            text = f"{message}{_text(mine.get(name))}."
            yield violation(f"plan/energy/{name}", "energy", text)


def _figures(name: str, value: object) -> Iterator[tuple[str, object]]:
    """Every figure under a name of its own: ``circuits.0.heat_w``."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _figures(f"{name}.{key}" if name else str(key), inner)
    elif isinstance(value, tuple | list):
        for i, inner in enumerate(value):
            yield from _figures(f"{name}.{i}", inner)
    else:
        yield name, value


def _same(said: object, mine: object) -> bool:
    if isinstance(said, int | float) and isinstance(mine, int | float):
        return math.isclose(said, mine, rel_tol=SLACK, abs_tol=SLACK)
    return said == mine


def _text(value: object) -> str:
    return f"{value:,}" if isinstance(value, int | float) else repr(value)
