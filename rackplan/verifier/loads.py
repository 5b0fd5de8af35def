"""Power and heat of the whole site in every state, worked out from racks up and kept for reuse."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property

from rackplan.facility.model import NORMAL, CoolingUnit, Facility
from rackplan.facility.phases import LINES, PAIRS
from rackplan.verifier.supplies import Mode, RackLoad, Standing, currents, rack_load
from rackplan.verifier.walk import Loss, PowerGraph, driver, losses, runs

_NONE: frozenset[str] = frozenset()

Held = Mapping[str, frozenset[str]]
"""Kinds of servers that are held to their promise, by rack, while the others are not."""

_NOBODY: Held = {}


class SiteLoads:
    """What every rack, circuit and power node carries.

    Parameters
    ----------
    facility
        The site.
    servers
        Servers of each rack.
    """

    def __init__(self, facility: Facility, servers: Mapping[str, tuple[Standing, ...]]) -> None:
        self.facility = facility
        self.servers = servers
        self.graph = PowerGraph(facility)
        self._racks: dict[tuple[str, frozenset[str], Mode, frozenset[str]], RackLoad] = {}
        self._positions: dict[Mode, dict[str, dict[str, float]]] = {}
        self._circuits: dict[Mode, dict[str, Fraction]] = {}
        self._undisturbed: dict[Mode, dict[str, Fraction]] = {}

    @cached_property
    def losses(self) -> tuple[Loss, ...]:
        """Every state to judge, ``normal`` first."""
        return tuple(losses(self.facility, self.graph))

    @cached_property
    def _fed_from(self) -> Mapping[str, frozenset[str]]:
        racks: dict[str, set[str]] = defaultdict(set)
        for rack in self.facility.racks.values():
            for feed in rack.feeds:
                racks[feed.source].add(rack.id)
        return {node: frozenset(fed) for node, fed in racks.items()}

    @cached_property
    def _upstream(self) -> Mapping[str, Mapping[str, Fraction]]:
        """Load on every node above per watt drawn at a source, while everything works."""
        result = {}
        for source in self._fed_from:
            carried = self.graph.carry({source: Fraction(1)}, _NONE, own=False)
            result[source] = {name: load for name, load in carried.items() if load}
        return result

    def rack(
        self, rack: str, dead: frozenset[str], mode: Mode, held: frozenset[str] = _NONE
    ) -> RackLoad:
        """What one rack carries while the sides ``dead`` are without power."""
        key = (rack, dead, mode, held)
        load = self._racks.get(key)
        if load is None:
            place = self.facility.racks[rack]
            load = rack_load(self.servers[rack], place.gear, place.feeds, dead, mode, held)
            self._racks[key] = load
        return load

    def dead_sides(self, rack: str, loss: Loss) -> frozenset[str]:
        """Feeds of a rack that are without power in a state."""
        if loss.rack == rack:
            return frozenset({loss.side})
        if not loss.dead:
            return _NONE
        feeds = self.facility.racks[rack].feeds
        return frozenset(feed.side for feed in feeds if feed.source in loss.dead)

    def touched(self, loss: Loss) -> tuple[str, ...]:
        """Racks that lose a feed in a state, in the order of the site."""
        if loss.rack:
            return (loss.rack,)
        hit = {rack for node in loss.dead for rack in self._fed_from.get(node, ())}
        return tuple(rack for rack in self.facility.racks if rack in hit) if hit else ()

    def nodes(self, loss: Loss, mode: Mode, held: Held = _NOBODY) -> dict[str, Fraction]:
        """Load leaving every live power node in a state [W].

        Parameters
        ----------
        loss
            The state; for the loss of one rack's circuit :meth:`above` is much faster.
        mode
            How much servers draw.
        held
            Servers that are held to their promise although ``mode`` is ``whole``.
        """
        entering = dict(self._base(mode))
        for rack in {*self.touched(loss), *held}:
            self._move(entering, rack, loss, mode, held.get(rack, _NONE))
        for unit in self.facility.cooling_units:
            source = driver(unit, loss.dead)
            if source is not None and runs(unit, loss):
                entering[source] = entering.get(source, Fraction(0)) + self.unit_w(unit, loss)
        return self.graph.carry(entering, loss.dead)

    def entering(self, mode: Mode, loss: Loss | None = None) -> dict[str, Fraction]:
        """Power that circuits of racks draw from each node, with nothing lost or in a state [W]."""
        entering = dict(self._base(mode))
        if loss is not None:
            for rack in self.touched(loss):
                self._move(entering, rack, loss, mode)
        return entering

    def unit_w(self, unit: CoolingUnit, loss: Loss) -> int:
        """What a cooling unit that runs draws in a state [W]: more when a generator starts it."""
        begun = unit.start_w and driver(unit, loss.dead) in self.graph.started(loss.dead)
        return max(unit.power_w, unit.start_w) if begun else unit.power_w

    def lines(
        self, loss: Loss, mode: Mode, carried: Mapping[str, Fraction], held: Held = _NOBODY
    ) -> dict[str, tuple[float, float, float]]:
        """Current in each line of the live nodes whose lines are limited, in a state [A].

        Parameters
        ----------
        loss, mode, held
            As for :meth:`nodes`.
        carried
            What :meth:`nodes` or :meth:`above` gave: what comes through a UPS or a transformer is
            the part of it that no line of a rack accounts for.
        """
        nodes = self.facility.nodes
        wanted = [name for name in carried if nodes[name].has_lines]
        if not wanted:
            return {}
        own = {
            rack: self.rack(rack, self.dead_sides(rack, loss), mode) for rack in self.touched(loss)
        }
        entering = {source: dict(at) for source, at in self._base_lines(mode).items()}
        for rack, load in own.items():
            before = self.rack(rack, _NONE, mode)
            for feed in self.facility.racks[rack].feeds:
                at = entering[feed.source]
                now = load.positions_w.get(feed.side, {})
                for position, watts in before.positions_w[feed.side].items():
                    at[position] += now.get(position, 0.0) - watts
        found = self.graph.carry_lines(entering, loss.dead)
        return {name: self._currents(name, found[name], carried[name]) for name in wanted}

    def _currents(
        self, name: str, at: Mapping[str, float], load: Fraction
    ) -> tuple[float, float, float]:
        rating = self.facility.nodes[name].rating
        assert rating is not None  # noqa: S101 - the caller asks for nodes with lines
        even_w = (float(load) - sum(at.values())) / 3
        watts = {line: at.get(line, 0.0) + even_w for line in LINES}
        watts |= {pair: at.get(pair, 0.0) for pair in PAIRS}
        return currents(watts, rating.volts, float(self.facility.policy.power_factor))

    def above(self, loss: Loss, mode: Mode) -> dict[str, Fraction]:
        """Load on the nodes above a rack that lost one circuit [W], from the undisturbed loads."""
        if mode not in self._undisturbed:
            self._undisturbed[mode] = self.nodes(Loss(NORMAL, "normal", ""), mode)
        before = self._undisturbed[mode]
        moved: dict[str, Fraction] = {}
        self._move(moved, loss.rack, loss, mode)
        feeds = self.facility.racks[loss.rack].feeds
        result = {name: before[name] for feed in feeds for name in self._upstream[feed.source]}
        for source, change in moved.items():
            for name, share in self._upstream[source].items():
                result[name] += change * share
        return result

    def behind(self, node: str, dead: frozenset[str]) -> tuple[str, ...]:
        """Racks that a node helps to feed while the nodes ``dead`` are without power."""
        below = {node}
        for name in self.graph.order:
            if name not in dead and below.intersection(self.graph.sharing(name, dead)):
                below.add(name)
        fed = {rack for name in below for rack in self._fed_from.get(name, ())}
        return tuple(rack for rack in self.facility.racks if rack in fed)

    def _base(self, mode: Mode) -> dict[str, Fraction]:
        """Power drawn by the circuits of each node with nothing lost."""
        if mode not in self._circuits:
            entering: dict[str, Fraction] = defaultdict(Fraction)
            for rack in self.facility.racks.values():
                feeds_w = self.rack(rack.id, _NONE, mode).feeds_w
                for feed in rack.feeds:
                    entering[feed.source] += feeds_w[feed.side]
            self._circuits[mode] = dict(entering)
        return self._circuits[mode]

    def _base_lines(self, mode: Mode) -> dict[str, dict[str, float]]:
        """Power drawn at each position of the nodes that feed racks, with nothing lost."""
        if mode not in self._positions:
            entering: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
            for rack in self.facility.racks.values():
                at = self.rack(rack.id, _NONE, mode).positions_w
                for feed in rack.feeds:
                    for position, watts in at[feed.side].items():
                        entering[feed.source][position] += watts
            self._positions[mode] = dict(entering)
        return self._positions[mode]

    def _move(
        self,
        entering: dict[str, Fraction],
        rack: str,
        loss: Loss,
        mode: Mode,
        held: frozenset[str] = _NONE,
    ) -> None:
        """Replace what a rack draws with nothing lost by what it draws in a state."""
        old = self.rack(rack, _NONE, mode).feeds_w
        new = self.rack(rack, self.dead_sides(rack, loss), mode, held).feeds_w
        for feed in self.facility.racks[rack].feeds:
            change = new.get(feed.side, Fraction(0)) - old.get(feed.side, Fraction(0))
            if change:
                entering[feed.source] = entering.get(feed.source, Fraction(0)) + change

    def heat(
        self,
        racks: tuple[str, ...],
        loss: Loss,
        mode: Mode,
        held: Held = _NOBODY,
    ) -> tuple[int, int, int, int]:
        """Air heat [W], airflow [L/s], liquid heat [W], coolant flow [mL/min] of racks together."""
        air_w = airflow_l_s = liquid_w = flow_ml_min = 0
        for rack in racks:
            load = self.rack(rack, self.dead_sides(rack, loss), mode, held.get(rack, _NONE))
            air_w += load.air_w
            airflow_l_s += load.airflow_l_s
            liquid_w += load.liquid_w
            flow_ml_min += load.flow_ml_min
        return air_w, airflow_l_s, liquid_w, flow_ml_min


def mode_of(loss: Loss) -> Mode:
    """How much servers draw when limits are judged in a state."""
    return "normal" if loss.id == NORMAL else "held"
