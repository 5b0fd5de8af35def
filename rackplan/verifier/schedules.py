"""The circuit schedule and what power nodes carry, over every state of the site."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from rackplan.facility.devices import Feed, PowerNode
from rackplan.facility.model import NORMAL, Rack
from rackplan.facility.phases import LINES, imbalance
from rackplan.plan.power import CircuitLoad, NodeLoad
from rackplan.verifier.loads import SiteLoads
from rackplan.verifier.power import Case, cases
from rackplan.verifier.supplies import RackLoad
from rackplan.verifier.view import View
from rackplan.verifier.walk import Loss

Lines = Mapping[str, float]
"""Apparent power by line, ``L1`` to ``L3`` [VA]."""

SHORT = frozenset({"peak", "transfer"})
"""Cases of loads that are short: the electrical peak, and what flows before servers react."""

_NOISE = 1e-6
"""What apparent power, a float, may be off by [VA]."""

_NO_POLES = (10**9,)


@dataclass(slots=True)
class Highest:
    """The highest load of all states [W], and the first state that has it."""

    load: Fraction = Fraction(0)
    state: str = NORMAL

    def see(self, load: Fraction, state: str) -> None:
        """Take note of the load in a state."""
        if load > self.load:
            self.load, self.state = load, state


@dataclass(slots=True)
class Carried:
    """What a circuit or a node carries.

    Attributes
    ----------
    normal_w, lasting, short
        In normal operation; the highest load that lasts, in any state; the highest of all loads,
        short ones too.
    free_w
        Smallest rating less lasting load of any state [W]; ``None`` without a rating. A rating in
        VA counts at the power factor of the site.
    normal_va, worst_va
        By line, in normal operation, and the highest that lasts in any state.
    """

    normal_w: Fraction = Fraction(0)
    lasting: Highest = field(default_factory=Highest)
    short: Highest = field(default_factory=Highest)
    free_w: Fraction | None = None
    normal_va: dict[str, float] = field(default_factory=dict)
    worst_va: dict[str, float] = field(default_factory=dict)

    def see(self, loss: Loss, load: Fraction, *, lasts: bool) -> None:
        """Take note of a load in a state."""
        self.short.see(load, loss.id)
        if lasts:
            self.lasting.see(load, loss.id)
            if loss.kind == "normal":
                self.normal_w = load

    def see_lines(self, loss: Loss, lines: Lines) -> None:
        """Take note of what lasts on each line."""
        if loss.kind == "normal":
            self.normal_va = dict(lines)
        for line, va in lines.items():
            self.worst_va[line] = max(self.worst_va.get(line, 0.0), va)

    @property
    def imbalance(self) -> float:
        """Of its lines in normal operation [-]; 0 where it does not have three."""
        lines = tuple(self.normal_va.values())
        return round(imbalance(lines), 4) if len(lines) == len(LINES) else 0.0


def circuit_loads(view: View) -> tuple[CircuitLoad, ...]:
    """The circuit schedule, panel by panel and pole by pole."""
    order = {node: place for place, node in enumerate(view.facility.nodes)}
    found = [
        _circuit(rack, feed, carried)
        for rack in view.facility.racks.values()
        for feed, carried in _circuits(view, rack)
    ]
    found.sort(key=lambda c: (order.get(c.panel, len(order)), c.poles or _NO_POLES))
    return tuple(found)


def touching(loads: SiteLoads, rack: str) -> Iterator[tuple[Loss, frozenset[str]]]:
    """States in which a rack has other feeds than before, with those that are dead.

    ``normal`` first, and one state for each set of dead feeds. No other state loads its circuits
    more: servers that are held back draw less.
    """
    seen: set[frozenset[str]] = set()
    for loss in loads.losses:
        dead = loads.dead_sides(rack, loss)
        if (dead or loss.kind == "normal") and dead not in seen:
            seen.add(dead)
            yield loss, dead


def _circuits(view: View, rack: Rack) -> Iterator[tuple[Feed, Carried]]:
    """What every circuit of a rack carries."""
    found = {feed.side: Carried() for feed in rack.feeds}
    for loss, dead in touching(view.loads, rack.id):
        for case in cases(view.facility, loss):
            if not case.circuits:
                continue
            load, lasts = view.loads.rack(rack.id, dead, case.mode), not case.what
            for feed in rack.feeds:
                if feed.side in load.feeds_w:
                    found[feed.side].see(loss, load.feeds_w[feed.side], lasts=lasts)
                    if lasts:
                        found[feed.side].see_lines(loss, lines_va(feed, load))
    for feed in rack.feeds:
        yield feed, found[feed.side]


def lines_va(feed: Feed, load: RackLoad) -> dict[str, float]:
    """Apparent power on each line of the panel that a live circuit loads [VA].

    Of three phases the current of the line times the voltage to neutral. A single-phase circuit
    puts all of its VA on its line, and half on each of two lines it sits between, as panel
    schedules count it: sums are right then, though the current in each of the two is that of the
    whole circuit.
    """
    amps = load.lines(feed)
    if amps and feed.rating is not None:
        to_neutral_v = feed.rating.volts / math.sqrt(3)
        return {line: each * to_neutral_v for line, each in zip(LINES, amps, strict=True)}
    lines = feed.positions[0].split("-")
    total_va = float(load.feeds_w[feed.side] / feed.power_factor)
    return dict.fromkeys(lines, total_va / len(lines))


def _circuit(rack: Rack, feed: Feed, carried: Carried) -> CircuitLoad:
    rating = feed.rating
    return CircuitLoad(
        feed=feed.id,
        rack=rack.id,
        side=feed.side,
        panel=feed.source,
        poles=feed.poles,
        circuit=feed.circuit,
        breaker_ma=rating.amps_ma if rating else 0,
        volts=rating.volts if rating else round(feed.cord_v),
        phases=rating.phases if rating else 1,
        pdu=feed.strip_id or "",
        limit_w=feed.limit_w,
        short_w=feed.short_w,
        line_limit_ma=feed.line_ma,
        normal_w=math.ceil(carried.normal_w),
        worst_w=math.ceil(carried.lasting.load),
        worst_state=carried.lasting.state,
        peak_w=math.ceil(carried.short.load),
        normal_va=_whole(carried.normal_va),
        worst_va=_whole(carried.worst_va),
        imbalance=carried.imbalance,
    )


def _whole(lines: Lines) -> dict[str, int]:
    return {line: math.ceil(va - _NOISE) for line, va in lines.items()}


def nodes_carried(view: View) -> dict[str, Carried]:
    """What every power node carries, over the states that change anything on power paths."""
    facility, loads = view.facility, view.loads
    found = {name: Carried() for name in facility.nodes}
    for loss in loads.losses:
        if loss.kind in {"air", "liquid", "water"}:
            continue
        for case in cases(facility, loss):
            now = node_loads_in(loads, loss, case)
            for name, load in now.items():
                # Caps that act at any time keep the load named "capped" from ever being exceeded:
                # it is a limit of its own, and no load that is drawn.
                if case.what != "capped":
                    found[name].see(loss, load, lasts=not case.what)
                if case.what not in SHORT:
                    _see_free(view, loss, found[name], facility.nodes[name], load)
            if not case.what:
                for name, lines in _node_lines(loads, loss, case, now).items():
                    found[name].see_lines(loss, lines)
    return found


def node_loads_in(loads: SiteLoads, loss: Loss, case: Case) -> dict[str, Fraction]:
    """Load of the live nodes that a case is about, in a state [W]."""
    carry = loads.above if loss.kind == "feed" else loads.nodes
    carried = {name: w for name, w in carry(loss, case.mode).items() if name in case.nodes}
    if case.diverse and carried:
        bare, nodes = carry(loss, "bare"), loads.facility.nodes
        for name, load in carried.items():
            carried[name] = bare[name] + (load - bare[name]) * nodes[name].diversity
    return carried


def _node_lines(
    loads: SiteLoads, loss: Loss, case: Case, now: Mapping[str, Fraction]
) -> dict[str, Lines]:
    """Apparent power of the lines of nodes whose lines are rated [VA]."""
    nodes = loads.facility.nodes
    carry = loads.above if loss.kind == "feed" else loads.nodes
    whole = carry(loss, case.mode) if case.diverse else now
    found: dict[str, Lines] = {}
    for name, amps in loads.lines(loss, case.mode, {name: whole[name] for name in now}).items():
        rating, share = nodes[name].rating, float(nodes[name].diversity)
        if rating is None:
            continue
        base = amps
        if case.diverse and share < 1:
            base = loads.lines(loss, "bare", {name: carry(loss, "bare")[name]})[name]
        to_neutral_v = rating.volts / math.sqrt(3)
        found[name] = {
            line: (b + (a - b) * share) * to_neutral_v
            for line, a, b in zip(LINES, amps, base, strict=True)
        }
    return found


def _see_free(view: View, loss: Loss, carried: Carried, node: PowerNode, load: Fraction) -> None:
    """Take note of what is free of a node's ratings in a state."""
    left, factor = node.share_left(loss.module), view.facility.policy.power_factor
    for limit, scale in ((node.limit_w, Fraction(1)), (node.limit_va, factor)):
        if limit is not None:
            free_w = int(limit * left) * scale - load
            carried.free_w = free_w if carried.free_w is None else min(carried.free_w, free_w)


def node_loads(view: View, found: Mapping[str, Carried] | None = None) -> tuple[NodeLoad, ...]:
    """What power nodes carry, feeding ones first.

    Parameters
    ----------
    view
        The plan.
    found
        What :func:`nodes_carried` gave; worked out when left out.
    """
    carried = nodes_carried(view) if found is None else found
    used = dict.fromkeys(view.facility.nodes, 0)
    for rack in view.facility.racks.values():
        for feed in rack.feeds:
            used[feed.source] += len(feed.poles)
    return tuple(
        _node(node, carried[name], used[name]) for name, node in view.facility.nodes.items()
    )


def _node(node: PowerNode, carried: Carried, poles_used: int) -> NodeLoad:
    has_lines = node.rating is not None and node.has_lines
    return NodeLoad(
        node=node.id,
        kind=node.kind,
        limit_w=node.limit_w,
        limit_va=node.limit_va,
        line_limit_ma=node.rating.continuous_ma if node.rating and has_lines else None,
        short_w=node.short_w,
        normal_w=math.ceil(carried.normal_w),
        worst_w=math.ceil(carried.lasting.load),
        worst_state=carried.lasting.state,
        peak_w=math.ceil(carried.short.load),
        peak_state=carried.short.state,
        normal_va=_whole(carried.normal_va),
        worst_va=_whole(carried.worst_va),
        imbalance=carried.imbalance,
        poles=node.poles,
        poles_used=poles_used,
    )
