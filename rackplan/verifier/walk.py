"""The power graph, walked from the racks up, and the losses a plan must survive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from graphlib import TopologicalSorter
from typing import Literal

from rackplan.facility.model import NAMED_FIRST, NORMAL, CoolingUnit, Facility

LossKind = Literal["normal", "power", "air", "liquid", "feed"]


@dataclass(frozen=True, slots=True)
class Loss:
    """A state of the site: ``normal``, or something lost.

    Attributes
    ----------
    id
        ``normal`` or ``loss:<lost>``.
    kind
        What is lost: a power node, an air unit, a CDU, or the circuit of one rack.
    lost
        Id of the lost thing; empty in the normal state.
    dead
        Power nodes that are without power.
    rack, side
        Rack and feed that lost its circuit; empty for other losses.
    """

    id: str
    kind: LossKind
    lost: str
    dead: frozenset[str] = frozenset()
    rack: str = ""
    side: str = ""


class PowerGraph:
    """The power nodes of a site, their inputs, and who carries what."""

    def __init__(self, facility: Facility) -> None:
        self.nodes = facility.nodes
        inputs = {node.id: node.inputs for node in facility.nodes.values()}
        self.order = tuple(TopologicalSorter(inputs).static_order())
        """Node ids, feeding nodes before fed ones."""

    def dead(self, lost: str) -> frozenset[str]:
        """Nodes without power when one node is lost: itself and all that only dead nodes feed."""
        gone = {lost}
        for name in self.order:
            inputs = self.nodes[name].inputs
            if inputs and all(source in gone for source in inputs):
                gone.add(name)
        return frozenset(gone)

    def sharing(self, name: str, dead: frozenset[str]) -> tuple[str, ...]:
        """Live inputs that share what a node draws: all of them in parallel, else the first."""
        node = self.nodes[name]
        live = tuple(source for source in node.inputs if source not in dead)
        return live if node.parallel else live[:1]

    def carry(self, entering: Mapping[str, Fraction], dead: frozenset[str]) -> dict[str, Fraction]:
        """Load leaving every live node [W], from what its own consumers draw.

        Parameters
        ----------
        entering
            Power drawn directly from each node: circuits, cooling units, fixed loads [W].
        dead
            Nodes without power.

        Notes
        -----
        ``load(n) = entering(n) + sum of load(m) / efficiency(m) / sharing(m)`` over the nodes ``m``
        that ``n`` feeds, where ``sharing`` counts the inputs that carry ``m``.
        """
        loads = {name: entering.get(name, Fraction(0)) for name in self.order if name not in dead}
        for name in reversed(self.order):
            load = loads.get(name)
            if not load:
                continue
            sources = self.sharing(name, dead)
            if sources:
                share = load / self.nodes[name].efficiency / len(sources)
                for source in sources:
                    loads[source] += share
        return loads


def driver(unit: CoolingUnit, dead: frozenset[str]) -> str | None:
    """The node that drives a cooling unit: the first live one; ``None`` when it has none."""
    return next((source for source in unit.power_from if source not in dead), None)


def runs(unit: CoolingUnit, loss: Loss) -> bool:
    """Whether a cooling unit works in a state: not lost itself, and not without power."""
    if loss.kind in {"air", "liquid"} and unit.id == loss.lost:
        return False
    return not unit.power_from or driver(unit, loss.dead) is not None


def losses(facility: Facility, graph: PowerGraph) -> Iterator[Loss]:
    """Every state to judge, ``normal`` first: power nodes, air units, CDUs, circuits of racks.

    A utility is lost only where something else can take over: a generator or a second utility.
    Losses that the policy names as not survived are left out.
    """
    yield Loss(NORMAL, "normal", "")
    kinds = [node.kind for node in facility.nodes.values()]
    backed = "generator" in kinds or kinds.count("utility") > 1
    skipped = facility.policy.not_survived
    named = sorted(graph.order, key=lambda name: NAMED_FIRST.index(facility.nodes[name].kind))
    for name in named:
        if name not in skipped and (backed or facility.nodes[name].kind != "utility"):
            yield Loss(f"loss:{name}", "power", name, graph.dead(name))
    for zone in facility.zones.values():
        for unit in zone.units:
            if unit.id not in skipped:
                yield Loss(f"loss:{unit.id}", "air", unit.id)
    for loop in facility.loops.values():
        for cdu in loop.cdus:
            if cdu.id not in skipped:
                yield Loss(f"loss:{cdu.id}", "liquid", cdu.id)
    for rack in facility.racks.values():
        for feed in rack.feeds:
            if feed.id not in skipped:
                yield Loss(f"loss:{feed.id}", "feed", feed.id, rack=rack.id, side=feed.side)
