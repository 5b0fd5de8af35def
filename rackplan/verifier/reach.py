"""Can the heat of every rack be dealt out to units that reach it? Found as a flow in a network."""

from __future__ import annotations

from collections.abc import Iterator

from rackplan.facility.model import NORMAL, Zone
from rackplan.verifier.cooling import Area, Cooling
from rackplan.verifier.loads import mode_of
from rackplan.verifier.verdict import Finding, none_may
from rackplan.verifier.view import View
from rackplan.verifier.walk import Loss, runs


def reach(view: View, zone: Zone) -> Iterator[Finding]:
    """Judge a zone whose units reach their neighbors only, in every state that stops one.

    What the pools of racks say (``near``) is found here in another way: as the largest flow of
    heat, and of air, from racks through the units that reach them.
    """
    if all(unit.serves is None for unit in zone.units):
        return
    for loss in view.loads.losses:
        if loss.id == NORMAL or not all(runs(unit, loss) for unit in zone.units):
            left_w = _left(view, zone, loss, "heat")
            left_l_s = _left(view, zone, loss, "flow")
            message = (
                f"{left_w:,.0f} W and {left_l_s:,.0f} L/s of racks of {zone.id} find no unit "
                f"that reaches them."
            )
            wrong = int(left_w > 0) + int(left_l_s > 0)
            yield from none_may(f"air/{zone.id}/reach", zone.id, wrong, message, state=loss.id)


def _left(view: View, zone: Zone, loss: Loss, what: str) -> int:
    """Heat [W] or air [L/s] of racks that finds no unit."""
    import networkx as nx  # late: only sites with in-row units need it

    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(("racks", "units"))
    total, cooling = 0, Cooling(view.loads)
    for rack in view.facility.racks.values():
        if rack.zone != zone.id:
            continue
        near = Area("air", rack.id, rack.id, (rack.id,), ())
        heat_w, airflow = cooling.of_racks(near, loss, mode_of(loss))
        asked = heat_w if what == "heat" else airflow
        total += asked
        graph.add_edge("racks", f"rack {rack.id}", capacity=asked)
        for unit in zone.units:
            if unit.serves is None or rack.id in unit.serves:
                graph.add_edge(f"rack {rack.id}", f"unit {unit.id}")
    for unit in zone.units:
        if runs(unit, loss):
            most = unit.capacity_w if what == "heat" else zone.usable(unit.flow)
            graph.add_edge(f"unit {unit.id}", "units", capacity=most)
    return total - int(nx.maximum_flow_value(graph, "racks", "units"))
