"""How power flows in each loss state: who is alive, who carries whom, how PSUs share.

Everything here is exact (fractions), so that the same site always gives the same integers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction

from rackplan.facility.devices import Feed, PowerNode
from rackplan.facility.model import Footprint

CONVERTERS = frozenset({"ups", "transformer", "pdu"})
"""Kinds of node whose input does not carry the imbalance of their output: a double conversion UPS
draws evenly, and a transformer's windings mix the lines."""

Path = tuple[tuple[str, float], ...]
"""Nodes with the watts that leave them for one watt below."""

SOURCES = frozenset({"utility", "generator"})
"""Kinds of node that need no input."""


def cords_by_feed(psu_count: int, feeds: Sequence[Feed]) -> dict[str, int]:
    """PSUs on each feed, by feed id: dealt round one at a time, so 5 on A and B are 3 + 2."""
    cords = {feed.id: 0 for feed in feeds}
    for psu in range(psu_count if feeds else 0):
        cords[feeds[psu % len(feeds)].id] += 1
    return cords


def cords_by_position(
    cords: int, start: int, feed: Feed, cord_phases: int = 1
) -> tuple[Fraction, ...]:
    """Share of what some cords draw together that each position of a feed gets.

    The first cord sits at position ``start``, the others follow in turn; a three-phase cord takes
    all positions alike.
    """
    many = len(feed.positions)
    if many == 1 or cord_phases == 3:
        return (Fraction(1, many),) * many
    counts = [0] * many
    for cord in range(cords):
        counts[(start + cord) % many] += 1
    return tuple(Fraction(count, cords) for count in counts)


def supplies_needed(footprint: Footprint, feeds: Sequence[Feed]) -> int:
    """Live PSUs a server needs for full power in a rack.

    What its rating says, or more where the voltage of the rack is so low that an inlet does not let
    in what its supply could give: a C20 takes 16 A, which is 3.2 kW at 208 V and a power factor of
    0.95. Only power that lasts counts there: an inlet is rated for its temperature.
    """
    inlet_w = inlet_limit_w(footprint, feeds)
    if inlet_w is None:
        return footprint.psu_need_full
    return max(footprint.psu_need_full, -(-footprint.supply.max_draw_w // inlet_w))


def inlet_limit_w(footprint: Footprint, feeds: Sequence[Feed]) -> int | None:
    """Most power that lasts through one inlet of a server in a rack [W]; ``None`` if unknown."""
    limits = [feed.cord_w(footprint.supply.inlet_ma) for feed in feeds if feed.cord_v]
    known = [limit for limit in limits if limit is not None]
    return min(known, default=None)


def stays(footprint: Footprint, feeds: Sequence[Feed], live_psus: int, *, loss: bool) -> bool:
    """Whether a server keeps its promise with that many live PSUs.

    ``full`` needs the PSUs for full power. ``reduced`` needs, in a loss state, the boot minimum and
    enough rating for its cap. ``shed`` promises nothing in a loss state.
    """
    survive = footprint.survive.kind
    need_full = supplies_needed(footprint, feeds)
    if live_psus >= need_full or not loss or survive == "full":
        return live_psus >= need_full
    if survive == "shed":
        return True
    boot = footprint.psu_need_boot or 1
    inlet_w = inlet_limit_w(footprint, feeds)
    each_w = footprint.psu_rating_w if inlet_w is None else min(footprint.psu_rating_w, inlet_w)
    return live_psus >= boot and live_psus * each_w >= footprint.loss_draw_w


def feed_draw_w(
    footprint: Footprint, feeds: Sequence[Feed], live: frozenset[str], total_w: int
) -> dict[str, Fraction]:
    """What one server that draws ``total_w`` takes from each live feed [W], by feed id.

    Live PSUs share it evenly.
    """
    cords = cords_by_feed(footprint.psu_count, feeds)
    live_psus = sum(count for feed, count in cords.items() if feed in live)
    if not live_psus:
        return {}
    share = Fraction(total_w, live_psus)
    return {feed: count * share for feed, count in cords.items() if count and feed in live}


class Flow:
    """Power flow with some things lost.

    Parameters
    ----------
    nodes
        The power graph, feeding nodes before fed ones.
    lost
        Ids of what is lost; anything but a power node leaves every node alive.
    """

    def __init__(self, nodes: Mapping[str, PowerNode], lost: Collection[str] = ()) -> None:
        self._nodes = nodes
        self.dead = frozenset(_dead(nodes, lost))
        self._upstream: dict[str, dict[str, Fraction]] = {}
        self._lines: dict[str, dict[str, Fraction]] = {}
        self._paths: dict[str, tuple[Path, Path]] = {}

    def inputs(self, node: PowerNode) -> list[tuple[str, Fraction]]:
        """Live inputs of a node with the share of its input power each carries."""
        live = [source for source in node.inputs if source not in self.dead]
        if not live:
            return []
        if node.parallel:
            return [(source, Fraction(1, len(live))) for source in live]
        return [(live[0], Fraction(1))]

    def upstream(self, source: str) -> dict[str, Fraction]:
        """Watts that leave each node for one watt that leaves ``source``; empty when it is dead.

        Losses that do not depend on the load are not among them: see :meth:`own_load`.
        """
        if source in self.dead:
            return {}
        if source not in self._upstream:
            node = self._nodes[source]
            flow = {source: Fraction(1)}
            for carrier, watts in self.above(node).items():
                flow[carrier] = flow.get(carrier, Fraction(0)) + watts / node.efficiency
            self._upstream[source] = flow
        return self._upstream[source]

    def same_lines(self, source: str) -> dict[str, Fraction]:
        """The part of :meth:`upstream` whose lines are those of ``source``: up to a converter."""
        if source in self.dead:
            return {}
        if source not in self._lines:
            node = self._nodes[source]
            flow = {source: Fraction(1)}
            for above, share in self.inputs(node) if node.kind not in CONVERTERS else ():
                for carrier, watts in self.same_lines(above).items():
                    carried = watts * share / node.efficiency
                    flow[carrier] = flow.get(carrier, Fraction(0)) + carried
            self._lines[source] = flow
        return self._lines[source]

    def paths(self, source: str) -> tuple[Path, Path]:
        """:meth:`upstream` and :meth:`same_lines` of a source, in floats and in a fixed order."""
        if source not in self._paths:
            whole = tuple((n, float(w)) for n, w in self.upstream(source).items())
            lines = tuple((n, float(w)) for n, w in self.same_lines(source).items())
            self._paths[source] = (whole, lines)
        return self._paths[source]

    def above(self, node: PowerNode) -> dict[str, Fraction]:
        """Watts that leave the nodes above a node for one watt on its input."""
        flow: dict[str, Fraction] = {}
        for source, share in self.inputs(node):
            for carrier, watts in self.upstream(source).items():
                flow[carrier] = flow.get(carrier, Fraction(0)) + watts * share
        return flow

    def own_load(self) -> dict[str, Fraction]:
        """What every node carries of fixed loads, idle losses and recharging batteries [W]."""
        load: dict[str, Fraction] = {name: Fraction(0) for name in self._nodes}
        for node in self._nodes.values():
            if node.id in self.dead:
                continue
            started = self.on_generator(node.id)
            fixed_w = max(node.fixed_w, node.start_w) if started else node.fixed_w
            for carrier, share in self.upstream(node.id).items() if fixed_w else ():
                load[carrier] += share * fixed_w
            input_w = node.idle_w + (node.recharge_w if started else 0)
            for carrier, share in self.above(node).items() if input_w else ():
                load[carrier] += share * input_w
        return load

    def on_generator(self, source: str) -> bool:
        """Whether any of what leaves a node comes from a generator."""
        return any(self._nodes[name].kind == "generator" for name in self.upstream(source))


def _dead(nodes: Mapping[str, PowerNode], lost: Collection[str]) -> set[str]:
    dead: set[str] = set()
    for node in nodes.values():
        starved = bool(node.inputs) and all(source in dead for source in node.inputs)
        if node.id in lost or starved:
            dead.add(node.id)
    return dead
