"""Voltage drops of circuits and feeders, in the states that load them most.

Drops are of loads that last. Power supplies keep their power when the voltage falls, so that the
current rises: a drop of 3.0 % by the current at nominal voltage is one of 3.1 % in truth.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from rackplan.facility.devices import Feed, PowerNode
from rackplan.facility.model import NORMAL, Facility
from rackplan.facility.phases import LINES, PAIRS
from rackplan.facility.voltage_drop import Branch, drop_share, worst_drop_share
from rackplan.plan.power import VoltageDrop
from rackplan.verifier.loads import SiteLoads, mode_of
from rackplan.verifier.supplies import Mode
from rackplan.verifier.view import View
from rackplan.verifier.walk import CONVERTERS, Loss, Positions

SOURCES = frozenset({"utility", "generator"})
"""Kinds of node that need no input."""

COLLAPSE = 0.25
"""Drop by the current at nominal voltage from which on the conductors cannot carry the power at any
voltage [-]: it would take ``x (1 - x) = d``, which is 1/4 at most."""

Level = tuple[int, int]
"""Voltage, line to line for three phases [V], and phases."""


@dataclass(slots=True)
class _Drop:
    """The highest drops of one branch [-], by the current at nominal voltage."""

    branch: float = 0.0
    total: float = 0.0
    state: str = NORMAL

    def see(self, branch: float, total: float, state: str) -> None:
        if branch > self.branch:
            self.branch, self.state = branch, state
        self.total = max(self.total, total)


def held_power(share: float) -> float:
    """The drop of a load that keeps its power, from the drop by its current at nominal voltage [-].

    The current is ``1 / (1 - x)`` of the nominal one where the voltage is down by the share ``x``,
    so that ``x = d / (1 - x)``: ``x = (1 - sqrt(1 - 4 d)) / 2``.
    """
    return (1 - math.sqrt(1 - 4 * share)) / 2 if share < COLLAPSE else 0.5


def voltage_drops(view: View) -> tuple[VoltageDrop, ...]:
    """Drops of the conductors whose length and kind are given: of nodes, then of circuits.

    The total goes from the converter (UPS, transformer, PDU) or source whose voltage it is down to
    the end of the branch. It is the highest of any one state, and in a state the sum of what each
    branch on the way loses at its worst position: never less than what any one position loses.
    """
    found: dict[str, _Drop] = defaultdict(_Drop)
    feeders, circuits = _Feeders(view.loads), _Circuits(view.loads)
    for loss in view.loads.losses:
        if loss.kind in {"air", "liquid", "water"}:
            continue
        above = feeders.shares(loss)
        down = feeders.down(loss, above)
        for name, share in above.items():
            found[name].see(share, share + feeders.before(name, loss, down), loss.id)
        for feed, share in circuits.shares(loss, everywhere=bool(above)):
            found[feed.id].see(share, share + down.get(feed.source, 0.0), loss.id)
    order = [*view.facility.nodes, *(f.id for r in view.facility.racks.values() for f in r.feeds)]
    return tuple(
        VoltageDrop(
            branch=name,
            share=round(held_power(found[name].branch), 6),
            total_share=round(held_power(found[name].total), 6),
            state=found[name].state,
        )
        for name in order
        if name in found
    )


class _Circuits:
    """Drops of the circuits that state their conductors, each worked out once for a load of it."""

    def __init__(self, loads: SiteLoads) -> None:
        self._loads = loads
        wired = {
            rack.id: [feed for feed in rack.feeds if feed.cable is not None and feed.rating]
            for rack in loads.facility.racks.values()
        }
        self._wired = {rack: feeds for rack, feeds in wired.items() if feeds}
        self._shares: dict[tuple[str, frozenset[str], Mode], list[tuple[Feed, float]]] = {}

    def shares(self, loss: Loss, *, everywhere: bool) -> Iterator[tuple[Feed, float]]:
        """Drop of every live circuit [-] of the racks that a state touches, or of all racks."""
        mode = mode_of(loss)
        for rack, feeds in self._wired.items():
            dead = self._loads.dead_sides(rack, loss)
            if not (everywhere or dead or loss.kind == "normal"):
                continue
            key = (rack, dead, mode)
            if key not in self._shares:
                at = self._loads.rack(rack, dead, mode).positions_w
                live = [feed for feed in feeds if feed.side in at]
                self._shares[key] = [(feed, _circuit_share(feed, at[feed.side])) for feed in live]
            yield from self._shares[key]


def _circuit_share(feed: Feed, watts: Positions) -> float:
    rating, cable = feed.rating, feed.cable
    if rating is None or cable is None:
        return 0.0
    level = (rating.volts, 3 if len(feed.positions) == 3 else 1)
    return _share(cable, watts, level, float(feed.power_factor))


def _share(cable: Branch, watts: Positions, level: Level, power_factor: float) -> float:
    """Drop of a branch by the current at nominal voltage [-]."""
    volts, phases = level
    between = 1 / (volts * power_factor)
    if phases == 1:
        return drop_share(cable, sum(watts.values()) * between, volts, power_factor, 1)
    star = [watts.get(line, 0.0) * between * math.sqrt(3) for line in LINES]
    delta = [watts.get(pair, 0.0) * between for pair in PAIRS]
    return worst_drop_share(cable, star, delta, volts, power_factor)


class _Feeders:
    """Drops of the conductors that feed nodes, state by state."""

    def __init__(self, loads: SiteLoads) -> None:
        self._loads = loads
        self._graph = loads.graph
        levels = input_levels(loads.facility)
        self._wired = {
            name: (node, node.cable, levels[name])
            for name, node in loads.facility.nodes.items()
            if node.cable is not None and name in levels
        }
        self._base: dict[Mode, dict[str, dict[str, float]]] = {}
        self._undisturbed: dict[Mode, dict[str, Fraction]] = {}

    def shares(self, loss: Loss) -> dict[str, float]:
        """Drop of the conductors of every live node that states them, in a state [-]."""
        if not self._wired:
            return {}
        mode = mode_of(loss)
        carried = self._carried(loss, mode)
        at = self._graph.carry_lines(self._entering(loss, mode), loss.dead)
        started = self._graph.started(loss.dead)
        power_factor = float(self._loads.facility.policy.power_factor)
        found = {}
        for name, (node, cable, level) in self._wired.items():
            if name in carried:
                inputs = max(1, len(self._graph.sharing(name, loss.dead)))
                watts = _input(node, carried[name], at[name], name in started)
                each = {position: w / inputs for position, w in watts.items()}
                found[name] = _share(cable, each, level, power_factor)
        return found

    def down(self, loss: Loss, shares: Mapping[str, float]) -> dict[str, float]:
        """What is lost from the source of its voltage to the output of every live node [-]."""
        nodes = self._loads.facility.nodes
        found: dict[str, float] = {}
        for name in self._graph.order if shares else ():
            begins = nodes[name].kind in CONVERTERS | SOURCES
            before = self.before(name, loss, found)
            found[name] = 0.0 if begins else before + shares.get(name, 0.0)
        return found

    def before(self, name: str, loss: Loss, down: Mapping[str, float]) -> float:
        """What is lost before the conductors that feed a node begin [-]."""
        sources = self._graph.sharing(name, loss.dead)
        return max((down.get(source, 0.0) for source in sources), default=0.0)

    def _carried(self, loss: Loss, mode: Mode) -> dict[str, Fraction]:
        if loss.kind != "feed":
            return self._loads.nodes(loss, mode)
        if mode not in self._undisturbed:
            self._undisturbed[mode] = self._loads.nodes(Loss(NORMAL, "normal", ""), mode)
        return {**self._undisturbed[mode], **self._loads.above(loss, mode)}

    def _entering(self, loss: Loss, mode: Mode) -> dict[str, dict[str, float]]:
        """Power that circuits draw at each position of the nodes they start at [W]."""
        loads, nothing = self._loads, frozenset[str]()
        if mode not in self._base:
            base: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
            for rack in loads.facility.racks:
                self._add(base, rack, nothing, mode, 1)
            self._base[mode] = base
        entering = {source: defaultdict(float, at) for source, at in self._base[mode].items()}
        for rack in loads.touched(loss):
            self._add(entering, rack, nothing, mode, -1)
            self._add(entering, rack, loads.dead_sides(rack, loss), mode, 1)
        return {source: dict(at) for source, at in entering.items()}

    def _add(
        self,
        entering: Mapping[str, dict[str, float]],
        rack: str,
        dead: frozenset[str],
        mode: Mode,
        sign: int,
    ) -> None:
        load = self._loads.rack(rack, dead, mode)
        for feed in self._loads.facility.racks[rack].feeds:
            for position, watts in load.positions_w.get(feed.side, {}).items():
                entering[feed.source][position] += sign * watts


def _input(node: PowerNode, load: Fraction, at: Positions, started: bool) -> dict[str, float]:
    """Power that enters a node at each position [W]; a converter draws evenly from all lines."""
    efficiency = float(node.efficiency)
    input_w = float(load) / efficiency + node.idle_w + (node.recharge_w if started else 0)
    watts = {} if node.kind in CONVERTERS else {p: w / efficiency for p, w in at.items()}
    even_w = (input_w - sum(watts.values())) / len(LINES)
    return watts | {line: watts.get(line, 0.0) + even_w for line in LINES}


def input_levels(facility: Facility) -> dict[str, Level]:
    """Voltage and phases of what feeds each node, as far as the site tells.

    Nodes keep the voltage of what feeds them, but for converters. The voltage of such a group is
    that of a node rated by current, or else that of a three-phase circuit that starts there.
    """
    group: dict[str, str] = {}
    for name, node in facility.nodes.items():
        begins = node.kind in CONVERTERS or not node.inputs
        group[name] = name if begins else group[node.inputs[0]]
    levels: dict[str, Level] = {}
    for name, node in facility.nodes.items():
        if node.rating is not None:
            known = levels.get(group[name], (0, 0))
            if node.rating.phases > known[1]:
                levels[group[name]] = (node.rating.volts, node.rating.phases)
    for rack in facility.racks.values():
        for feed in rack.feeds:
            if feed.rating is not None and feed.rating.phases == 3:
                levels.setdefault(group[feed.source], (feed.rating.volts, 3))
    found: dict[str, Level] = {}
    for name, node in facility.nodes.items():
        own = node.rating
        if own is not None and node.kind not in CONVERTERS:
            found[name] = (own.volts, own.phases)
        else:
            above = group[node.inputs[0]] if node.inputs else group[name]
            if above in levels:
                found[name] = levels[above]
    return found


def unknown_levels(facility: Facility) -> tuple[str, ...]:
    """Nodes whose conductors are given, but whose voltage the site does not tell."""
    levels = input_levels(facility)
    return tuple(n for n, node in facility.nodes.items() if node.cable and n not in levels)
