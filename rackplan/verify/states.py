"""The failover table: what becomes of servers, loads and throughput in every loss state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from rackplan.facility.model import Facility
from rackplan.plan import Plan
from rackplan.verify.loads import SiteLoads
from rackplan.verify.supplies import Condition, Mode
from rackplan.verify.view import View
from rackplan.verify.walk import Loss, LossKind, runs


@dataclass(frozen=True, slots=True)
class StateRow:
    """One loss state.

    Attributes
    ----------
    state, kind, lost
        ``loss:ups-a``; what is lost (``power`` node, ``air`` unit, ``liquid`` for a CDU, ``feed``);
        its id.
    full, reduced, down, shed
        Servers at full power, capped, without the power supplies they need, shut down on purpose.
        Servers are capped or shut down only where something would be overloaded without it.
    gpus_lost
        Accelerators of servers that are down or shed.
    worst_device, worst_load, worst_capacity, worst_quantity
        What is closest to its limit of all the loss touches; empty, 0, 0 and "" when nothing is.
    rates
        Throughput by workload that is sure, in its unit: that of servers at full power.
    """

    state: str
    kind: LossKind
    lost: str
    full: int
    reduced: int
    down: int
    shed: int
    gpus_lost: int
    worst_device: str
    worst_load: int
    worst_capacity: int
    worst_quantity: str
    rates: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Load:
    """What one device carries of what it may, and the racks that can relieve it."""

    device: str
    load: Fraction
    capacity: int
    quantity: str
    racks: tuple[str, ...]

    @property
    def share(self) -> Fraction:
        return self.load / self.capacity if self.capacity else Fraction(self.load > 0) * 10**9


def state_table(facility: Facility, plan: Plan) -> tuple[StateRow, ...]:
    """Every loss state of the site, with what the plan's servers do in it.

    Servers that may be capped or shed draw their full power until something they load is over its
    limit; then those behind it are held to their promise, and the loads are worked out again.
    """
    view = View(facility, plan)
    return tuple(_row(view, loss) for loss in view.loads.losses if loss.kind != "normal")


def _row(view: View, loss: Loss) -> StateRow:
    before = tuple(_loads(view.loads, loss, frozenset()))
    held = frozenset(rack for item in before if item.load > item.capacity for rack in item.racks)
    after = tuple(_loads(view.loads, loss, held)) if held else before
    worst = max(after, key=lambda item: item.share, default=None)
    counts: Counter[Condition] = Counter()
    rates = dict.fromkeys(view.facility.workloads, 0.0)
    gpus_lost = 0
    for rack, servers in view.racks():
        mode: Mode = "held" if rack.id in held else "whole"
        dead = view.loads.dead_sides(rack.id, loss)
        for placed, condition in zip(
            servers, view.loads.rack(rack.id, dead, mode).conditions, strict=True
        ):
            counts[condition] += 1
            if condition in {"down", "shed"}:
                gpus_lost += placed.footprint.gpus
            elif condition == "full" and placed.server.workload in rates:
                rates[placed.server.workload] += placed.server.rate
    return StateRow(
        loss.id,
        loss.kind,
        loss.lost,
        counts["full"],
        counts["reduced"],
        counts["down"],
        counts["shed"],
        gpus_lost,
        worst.device if worst else "",
        ceil(worst.load) if worst else 0,
        worst.capacity if worst else 0,
        worst.quantity if worst else "",
        rates,
    )


def _loads(loads: SiteLoads, loss: Loss, held: frozenset[str]) -> Iterator[_Load]:
    """Every load that a loss touches, while the racks ``held`` are held to their promise."""
    if loss.kind in {"power", "feed"}:
        yield from _power(loads, loss, held)
    yield from _cooling(loads, loss, held)


def _power(loads: SiteLoads, loss: Loss, held: frozenset[str]) -> Iterator[_Load]:
    facility = loads.facility
    near = loss.kind == "feed" and not held
    nodes = loads.above(loss, "whole") if near else loads.nodes(loss, "whole", held)
    for name, load in nodes.items():
        node, apparent = facility.nodes[name], load / facility.policy.power_factor
        for carried, limit, unit in ((load, node.limit_w, "W"), (apparent, node.limit_va, "VA")):
            if limit is not None:
                behind = loads.behind(name, loss.dead) if carried > limit else ()
                yield _Load(name, carried, limit, unit, behind)
    for rack in loads.touched(loss):
        dead = loads.dead_sides(rack, loss)
        feeds_w = loads.rack(rack, dead, "held" if rack in held else "whole").feeds_w
        for feed in facility.racks[rack].feeds:
            if feed.side in feeds_w:
                yield _Load(feed.id, feeds_w[feed.side], feed.limit_w, "W", (rack,))


def _cooling(loads: SiteLoads, loss: Loss, held: frozenset[str]) -> Iterator[_Load]:
    """Zones and loops with a dead unit."""
    racks = loads.facility.racks.values()
    pools = [
        (zone.id, zone.units, tuple(r.id for r in racks if r.zone == zone.id), 0, "L/s")
        for zone in loads.facility.zones.values()
    ] + [
        (loop.id, loop.cdus, tuple(r.id for r in racks if r.loop == loop.id), 2, "mL/min")
        for loop in loads.facility.loops.values()
    ]
    for name, units, members, first, unit in pools:
        live = [item for item in units if runs(item, loss)]
        if len(live) == len(units):
            continue
        heat_w, flow = loads.heat(members, loss, "whole", held)[first : first + 2]
        yield _Load(name, Fraction(heat_w), sum(u.capacity_w for u in live), "W", members)
        yield _Load(name, Fraction(flow), sum(u.flow for u in live), unit, members)
