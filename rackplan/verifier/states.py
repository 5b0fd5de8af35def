"""The failover table: what becomes of servers, loads and throughput in every loss state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from rackplan.facility.model import Facility
from rackplan.plan import Plan
from rackplan.verifier.loads import SiteLoads
from rackplan.verifier.supplies import Condition, Mode
from rackplan.verifier.view import View
from rackplan.verifier.walk import Loss, LossKind, runs


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


_NOTHING = _Load("", Fraction(0), 0, "", ())


_Outcome = tuple[Condition, int, str | None, float]
"""How a server runs, its accelerators, its workload, and the rate the plan states for it."""


def state_table(facility: Facility, plan: Plan) -> tuple[StateRow, ...]:
    """Every loss state of the site, with what the plan's servers do in it.

    Servers that may be capped or shed draw their full power until something they load is over its
    limit; then those behind it are held to their promise, and the loads are worked out again.
    """
    return rows(View(facility, plan))


def rows(view: View) -> tuple[StateRow, ...]:
    """:func:`state_table` of a plan that is already resolved."""
    nothing: frozenset[str] = frozenset()
    whole: Counter[_Outcome] = Counter()
    for rack in view.facility.racks:
        whole.update(_outcomes(view, rack, nothing, "whole"))
    return tuple(_row(view, loss, whole) for loss in view.loads.losses if loss.kind != "normal")


def _outcomes(view: View, rack: str, dead: frozenset[str], mode: Mode) -> Counter[_Outcome]:
    """What becomes of the servers of a rack while the sides ``dead`` are without power."""
    conditions = view.loads.rack(rack, dead, mode).conditions
    return Counter(
        (condition, placed.footprint.gpus, placed.server.workload, placed.server.rate)
        for placed, condition in zip(view.by_rack[rack], conditions, strict=True)
    )


def _row(view: View, loss: Loss, whole: Counter[_Outcome]) -> StateRow:
    loads = view.loads
    before = tuple(_loads(loads, loss, frozenset()))
    held = frozenset(rack for item in before if item.load > item.capacity for rack in item.racks)
    after = tuple(_loads(loads, loss, held)) if held else before
    worst = max(after, key=lambda item: item.share, default=_NOTHING)
    outcomes = whole.copy()
    for rack in dict.fromkeys([*loads.touched(loss), *sorted(held)]):
        mode: Mode = "held" if rack in held else "whole"
        outcomes.subtract(_outcomes(view, rack, frozenset(), "whole"))
        outcomes.update(_outcomes(view, rack, loads.dead_sides(rack, loss), mode))
    counts: Counter[Condition] = Counter()
    rates = dict.fromkeys(view.facility.workloads, 0.0)
    gpus_lost = 0
    for (condition, gpus, workload, rate), count in outcomes.items():
        counts[condition] += count
        if condition in {"down", "shed"}:
            gpus_lost += gpus * count
        elif condition == "full" and workload in rates and count:
            rates[workload] += rate * count
    return StateRow(
        state=loss.id,
        kind=loss.kind,
        lost=loss.lost,
        full=counts["full"],
        reduced=counts["reduced"],
        down=counts["down"],
        shed=counts["shed"],
        gpus_lost=gpus_lost,
        worst_device=worst.device,
        worst_load=ceil(worst.load),
        worst_capacity=worst.capacity,
        worst_quantity=worst.quantity,
        rates=rates,
    )


def _loads(loads: SiteLoads, loss: Loss, held: frozenset[str]) -> Iterator[_Load]:
    """Every load that a loss touches, while the racks ``held`` are held to their promise."""
    if loss.kind in {"power", "feed", "named"}:
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
    site = loads.facility
    pools = [(zone.id, zone.units, True) for zone in site.zones.values()]
    pools += [(loop.id, loop.cdus, False) for loop in site.loops.values()]
    for name, units, air in pools:
        live = [item for item in units if runs(item, loss)]
        if len(live) == len(units):
            continue
        racks = site.racks.values()
        members = tuple(rack.id for rack in racks if name == (rack.zone if air else rack.loop))
        heat = loads.heat(members, loss, "whole", held)
        (heat_w, flow), unit = (heat[:2], "L/s") if air else (heat[2:], "mL/min")
        yield _Load(name, Fraction(heat_w), sum(u.capacity_w for u in live), "W", members)
        yield _Load(name, Fraction(flow), sum(u.flow for u in live), unit, members)
