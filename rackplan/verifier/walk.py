"""The power graph, walked from the racks up, and the losses a plan must survive."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from graphlib import TopologicalSorter
from typing import Literal

from rackplan.facility.model import NAMED_FIRST, NORMAL, CoolingUnit, Facility

CONVERTERS = frozenset({"ups", "transformer", "pdu"})
"""Kinds of node behind which lines begin anew."""

Positions = Mapping[str, float]
"""Power at each position of a feed or node [W]."""

LossKind = Literal["normal", "power", "air", "liquid", "water", "feed", "named"]


@dataclass(frozen=True, slots=True)
class Loss:
    """A state of the site: ``normal``, or something lost.

    Attributes
    ----------
    id
        ``normal``, ``loss:<lost>`` or ``state:<name>``.
    kind
        What is lost: a power node (or a module of one), an air unit, a CDU, the circuit of one
        rack, or what the policy lists under a name.
    lost
        Id of the lost thing, or that name; empty in the normal state.
    gone
        Ids of everything that is lost.
    dead
        Power nodes that are without power.
    module
        Id of the node that has one module fewer, or the CDU one pump; empty for none.
    rack, side
        Rack and feed that lost its circuit; empty for other losses.
    """

    id: str
    kind: LossKind
    lost: str
    gone: frozenset[str] = frozenset()
    dead: frozenset[str] = frozenset()
    module: str = ""
    rack: str = ""
    side: str = ""


class PowerGraph:
    """The power nodes of a site, their inputs, and who carries what."""

    def __init__(self, facility: Facility) -> None:
        self.nodes = facility.nodes
        inputs = {node.id: node.inputs for node in facility.nodes.values()}
        self.order = tuple(TopologicalSorter(inputs).static_order())
        """Node ids, feeding nodes before fed ones."""

    def dead(self, lost: Collection[str]) -> frozenset[str]:
        """Nodes without power: those that are lost, and all that only dead nodes feed."""
        gone = set(lost)
        for name in self.order:
            inputs = self.nodes[name].inputs
            if inputs and all(source in gone for source in inputs):
                gone.add(name)
        return frozenset(gone.intersection(self.nodes))

    def sharing(self, name: str, dead: frozenset[str]) -> tuple[str, ...]:
        """Live inputs that share what a node draws: all of them in parallel, else the first."""
        node = self.nodes[name]
        live = tuple(source for source in node.inputs if source not in dead)
        return live if node.parallel else live[:1]

    def started(self, dead: frozenset[str]) -> frozenset[str]:
        """Live nodes that get power from a generator."""
        found: set[str] = set()
        for name in self.order:
            fed = any(source in found for source in self.sharing(name, dead))
            if name not in dead and (fed or self.nodes[name].kind == "generator"):
                found.add(name)
        return frozenset(found)

    def carry(
        self, entering: Mapping[str, Fraction], dead: frozenset[str], *, own: bool = True
    ) -> dict[str, Fraction]:
        """Load leaving every live node [W], from what its own consumers draw.

        Parameters
        ----------
        entering
            Power drawn directly from each node: circuits, cooling units [W].
        dead
            Nodes without power.
        own
            Whether nodes draw what they need whatever they carry: fixed loads, idle losses, and
            batteries that recharge on a generator.

        Notes
        -----
        ``load(n) = entering(n) + sum of (load(m) / efficiency(m) + own input of m) / sharing(m)``
        over the nodes ``m`` that ``n`` feeds, where ``sharing`` counts the inputs that carry ``m``.
        """
        loads = {name: entering.get(name, Fraction(0)) for name in self.order if name not in dead}
        on_generator = self.started(dead) if own else frozenset()
        for name in reversed(self.order):
            if name not in loads:
                continue
            node, input_w = self.nodes[name], 0
            if own:
                begun = name in on_generator
                loads[name] += max(node.fixed_w, node.start_w) if begun else node.fixed_w
                input_w = node.idle_w + (node.recharge_w if begun else 0)
            sources = self.sharing(name, dead)
            if sources and (loads[name] or input_w):
                share = (loads[name] / node.efficiency + input_w) / len(sources)
                for source in sources:
                    loads[source] += share
        return loads

    def carry_lines(
        self, entering: Mapping[str, Positions], dead: frozenset[str]
    ) -> dict[str, dict[str, float]]:
        """Power at each position of every live node whose own lines reach there [W].

        Lines end where a UPS or a transformer draws: what it draws loads all lines alike.
        """
        loads = {name: dict(entering.get(name, ())) for name in self.order if name not in dead}
        for name in reversed(self.order):
            load = loads.get(name)
            if not load or self.nodes[name].kind in CONVERTERS:
                continue
            sources = self.sharing(name, dead)
            for source in sources:
                for position, watts in load.items():
                    share = watts / float(self.nodes[name].efficiency) / len(sources)
                    loads[source][position] = loads[source].get(position, 0.0) + share
        return loads


def _cooling_losses(facility: Facility) -> Iterator[Loss]:
    """Single air units, rear doors, CDUs and pumps of CDUs, units and pumps of water circuits."""
    skipped = facility.policy.not_survived
    doors = [rack.door for rack in facility.racks.values() if rack.door is not None]
    for unit in [*(unit for zone in facility.zones.values() for unit in zone.units), *doors]:
        if unit.id not in skipped:
            yield Loss(f"loss:{unit.id}", "air", unit.id, frozenset({unit.id}))
    cdus = [cdu for loop in facility.loops.values() for cdu in loop.cdus]
    for cdu in cdus:
        if cdu.id not in skipped:
            yield Loss(f"loss:{cdu.id}", "liquid", cdu.id, frozenset({cdu.id}))
    for cdu in cdus:
        if cdu.flow_pump_lost is not None and f"{cdu.id}/pump" not in skipped:
            yield Loss(f"loss:{cdu.id}/pump", "liquid", f"{cdu.id}/pump", module=cdu.id)
    for circuit in facility.water.values():
        for part in (*(rejector.unit for rejector in circuit.rejectors), *circuit.pumps):
            if part.id not in skipped:
                yield Loss(f"loss:{part.id}", "water", part.id, frozenset({part.id}))


def driver(unit: CoolingUnit, dead: frozenset[str]) -> str | None:
    """The node that drives a cooling unit: the first live one; ``None`` when it has none."""
    return next((source for source in unit.power_from if source not in dead), None)


def runs(unit: CoolingUnit, loss: Loss) -> bool:
    """Whether a cooling unit works in a state: not lost itself, and not without power."""
    if unit.id in loss.gone:
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
            gone = frozenset({name})
            yield Loss(f"loss:{name}", "power", name, gone, graph.dead(gone))
    for node in facility.nodes.values():
        if node.modules > 1 and node.id not in skipped:
            yield Loss(f"loss:{node.id}/module", "power", f"{node.id}/module", module=node.id)
    for state in facility.states:
        if state.kind == "named":
            gone = frozenset(state.lost)
            name = state.id.partition(":")[2]
            yield Loss(state.id, "named", name, gone, graph.dead(gone))
    yield from _cooling_losses(facility)
    for rack in facility.racks.values():
        for feed in rack.feeds:
            if feed.id not in skipped:
                gone = frozenset({feed.id})
                yield Loss(f"loss:{feed.id}", "feed", feed.id, gone, rack=rack.id, side=feed.side)
