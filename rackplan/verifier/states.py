"""The failover table: what becomes of servers, loads and throughput in every loss state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil

from rackplan.facility.model import Facility
from rackplan.plan import Plan
from rackplan.verifier.reaction import Carried, Reaction, order_of, react
from rackplan.verifier.supplies import Condition
from rackplan.verifier.view import Placed, View
from rackplan.verifier.walk import Loss, LossKind
from rackplan.workload.capping import capped_share

_NONE: frozenset[str] = frozenset()


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
        Throughput by workload that is sure, in its unit: that of servers at full power, and what a
        cap leaves of the others (``workload.capping``).
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


_NOTHING = Carried("", Fraction(0), 0, "")

_Outcome = tuple[Condition, int, str | None, float]
"""How a server runs, its accelerators, its workload, and the rate it then has."""


def state_table(facility: Facility, plan: Plan) -> tuple[StateRow, ...]:
    """Every loss state of the site, with what the plan's servers do in it.

    Servers that may be capped or shed draw their full power until something they load is over its
    limit; then those behind it are held to their promise, as ``reaction`` says.
    """
    return rows(View(facility, plan))


def rows(view: View) -> tuple[StateRow, ...]:
    """:func:`state_table` of a plan that is already resolved."""
    return tuple(row for row, _ in reactions(view))


@lru_cache(maxsize=1)  # asked for several times while one plan is made, and while it is judged
def reactions(view: View) -> tuple[tuple[StateRow, Reaction], ...]:
    """Every loss state with what is done in it."""
    return tuple(_reactions(view))


def _reactions(view: View) -> Iterator[tuple[StateRow, Reaction]]:
    whole: Counter[_Outcome] = Counter()
    for rack in view.facility.racks:
        whole.update(_outcomes(view, rack, _NONE, _NONE))
    order = order_of(view)
    for loss in view.loads.losses:
        if loss.kind != "normal":
            reaction = react(view, loss, order)
            yield _row(view, loss, whole, reaction), reaction


def _outcomes(
    view: View, rack: str, dead: frozenset[str], held: frozenset[str]
) -> Counter[_Outcome]:
    """What becomes of the servers of a rack while the sides ``dead`` are without power."""
    conditions = view.loads.rack(rack, dead, "whole", held).conditions
    return Counter(
        (condition, placed.footprint.gpus, placed.server.workload, kept_rate(placed, condition))
        for placed, condition in zip(view.by_rack[rack], conditions, strict=True)
    )


def kept_rate(placed: Placed, condition: Condition) -> float:
    """Throughput of a server in a condition: all of it, what its cap leaves, or nothing."""
    if condition == "full":
        return placed.server.rate
    if condition != "reduced":
        return 0.0
    footprint = placed.footprint
    share = capped_share(
        footprint.server, footprint.accelerator, footprint.draw_w, footprint.loss_draw_w
    )
    return placed.server.rate * share


def _row(view: View, loss: Loss, whole: Counter[_Outcome], reaction: Reaction) -> StateRow:
    loads, held = view.loads, reaction.held
    worst = max(reaction.loads, key=lambda item: item.share, default=_NOTHING)
    outcomes = whole.copy()
    for rack in dict.fromkeys([*loads.touched(loss), *held]):
        outcomes.subtract(_outcomes(view, rack, _NONE, _NONE))
        dead = loads.dead_sides(rack, loss)
        outcomes.update(_outcomes(view, rack, dead, held.get(rack, _NONE)))
    counts: Counter[Condition] = Counter()
    rates = dict.fromkeys(view.facility.workloads, 0.0)
    gpus_lost = 0
    for (condition, gpus, workload, rate), count in outcomes.items():
        counts[condition] += count
        if condition in {"down", "shed"}:
            gpus_lost += gpus * count
        if workload in rates and count:
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
