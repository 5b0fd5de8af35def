"""What air zones and coolant loops have in common: heat and flow against the units that live."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from rackplan.facility.model import CoolingUnit
from rackplan.verifier.loads import cooling_losses, mode_of
from rackplan.verifier.verdict import Finding, at_most
from rackplan.verifier.view import View
from rackplan.verifier.walk import runs


def pool(
    view: View,
    medium: Literal["air", "liquid"],
    name: str,
    units: tuple[CoolingUnit, ...],
    racks: tuple[str, ...],
) -> Iterator[Finding]:
    """Judge heat and flow of racks that share cooling units, in every state in which one is dead.

    Where all units run, loads are at most those of the normal state.
    """
    what, unit = ("airflow", "L/s") if medium == "air" else ("flow", "mL/min")
    rule = f"{medium}/{name}"
    for loss in cooling_losses(view.loads, units):
        live = [item for item in units if runs(item, loss)]
        heat = view.loads.heat(racks, loss, mode_of(loss))
        heat_w, flow = heat[:2] if medium == "air" else heat[2:]
        capacity_w = sum(item.capacity_w for item in live)
        moved = sum(item.flow for item in live)
        yield from at_most(rule, name, heat_w, capacity_w, "W", state=loss.id)
        yield from at_most(f"{rule}/{what}", name, flow, moved, unit, state=loss.id)


def outside(value_c: float, low_c: float | None, high_c: float | None) -> bool:
    """Whether a temperature lies outside a window; a side no source gives is open."""
    return (low_c is not None and value_c < low_c) or (high_c is not None and value_c > high_c)
