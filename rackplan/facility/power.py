"""How power flows in each loss state: who is alive, who carries whom, how PSUs share.

Everything here is exact (fractions), so that the same site always gives the same integers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

from rackplan.facility.model import Feed, Footprint, PowerNode

SOURCES = frozenset({"utility", "generator"})
"""Kinds of node that need no input."""


def circuit_limit_w(
    volts: int, amps_ma: int, phases: int, continuous: Fraction, power_factor: Fraction
) -> int:
    """Continuous real power of a circuit [W], rounded down: k V A x continuous x power factor.

    ``k`` is sqrt(3) for three phases (``volts`` line to line) and 1 for one. This one formula gives
    NVIDIA's published circuit table: 415 V, 60 A, 0.8, 0.95 -> 32,780 W.
    """
    apparent = volts * Fraction(amps_ma, 1000) * continuous * power_factor
    root = math.sqrt(3) if phases == 3 else 1.0
    return math.floor(round(float(apparent) * root, 6))


def cords_by_feed(psu_count: int, feeds: Sequence[Feed]) -> dict[str, int]:
    """PSUs on each feed, by feed id: dealt round one at a time, so 5 on A and B are 3 + 2."""
    cords = {feed.id: 0 for feed in feeds}
    for psu in range(psu_count if feeds else 0):
        cords[feeds[psu % len(feeds)].id] += 1
    return cords


def stays(footprint: Footprint, live_psus: int, *, loss: bool) -> bool:
    """Whether a server keeps its promise with that many live PSUs.

    ``full`` needs the PSUs for full power. ``reduced`` needs, in a loss state, the boot minimum and
    enough rating for its cap. ``shed`` promises nothing in a loss state.
    """
    survive = footprint.survive.kind
    if live_psus >= footprint.psu_need_full or not loss or survive == "full":
        return live_psus >= footprint.psu_need_full
    if survive == "shed":
        return True
    boot = footprint.psu_need_boot or 1
    return live_psus >= boot and live_psus * footprint.psu_rating_w >= footprint.loss_draw_w


def feed_draw_w(
    footprint: Footprint, feeds: Sequence[Feed], live: frozenset[str], *, loss: bool
) -> dict[str, Fraction]:
    """Power one server takes from each live feed [W], by feed id: live PSUs share it evenly."""
    cords = cords_by_feed(footprint.psu_count, feeds)
    total = footprint.loss_draw_w if loss else footprint.draw_w
    live_psus = sum(count for feed, count in cords.items() if feed in live)
    if not live_psus:
        return {}
    share = Fraction(total, live_psus)
    return {feed: count * share for feed, count in cords.items() if count and feed in live}


class Flow:
    """Power flow with one thing lost.

    Parameters
    ----------
    nodes
        The power graph, feeding nodes before fed ones.
    lost
        Id of the lost node; anything else (``""``, a cooling unit) leaves every node alive.
    """

    def __init__(self, nodes: Mapping[str, PowerNode], lost: str) -> None:
        self._nodes = nodes
        self.dead = frozenset(_dead(nodes, lost))
        self._upstream: dict[str, dict[str, Fraction]] = {}

    def inputs(self, node: PowerNode) -> list[tuple[str, Fraction]]:
        """Live inputs of a node with the share of its input power each carries."""
        live = [source for source in node.inputs if source not in self.dead]
        if not live:
            return []
        if node.parallel:
            return [(source, Fraction(1, len(live))) for source in live]
        return [(live[0], Fraction(1))]

    def upstream(self, source: str) -> dict[str, Fraction]:
        """Watts that leave each node for one watt that leaves ``source``; empty when it is dead."""
        if source in self.dead:
            return {}
        if source not in self._upstream:
            node = self._nodes[source]
            flow = {source: Fraction(1)}
            for above, share in self.inputs(node):
                for carrier, watts in self.upstream(above).items():
                    carried = watts * share / node.efficiency
                    flow[carrier] = flow.get(carrier, Fraction(0)) + carried
            self._upstream[source] = flow
        return self._upstream[source]


def _dead(nodes: Mapping[str, PowerNode], lost: str) -> set[str]:
    dead: set[str] = set()
    for node in nodes.values():
        starved = bool(node.inputs) and all(source in dead for source in node.inputs)
        if node.id == lost or starved:
            dead.add(node.id)
    return dead
