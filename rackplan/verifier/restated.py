"""Do the figures a plan restates follow from its servers: racks, totals, objective, limits?"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction

from rackplan.facility.demand import Objective
from rackplan.facility.model import NORMAL, Facility, Rack
from rackplan.plan import LimitState, RackSummary
from rackplan.verifier import floor_side, restated_cooling, restated_energy, restated_power
from rackplan.verifier.floor import weight_g
from rackplan.verifier.loads import mode_of
from rackplan.verifier.states import rows
from rackplan.verifier.supplies import RackLoad
from rackplan.verifier.verdict import Finding, Violation, violation
from rackplan.verifier.view import View
from rackplan.verifier.water import flow_of_a_watt
from rackplan.workload import Service

_RESTATED = frozenset({"space", "power", "air", "liquid", "water", "fabric", "demand"})
"""Families whose limits a plan restates with a load that is recomputed here."""


def check(facility: Facility, view: View) -> Iterator[Finding]:
    """Judge what the plan restates about racks and the site."""
    yield from _racks(facility, view)
    yield from _figures("totals", view.plan.totals, _totals(view))
    if view.plan.workloads:
        yield from _workloads(view)
    yield from restated_power.check(view)
    yield from restated_cooling.check(view)
    yield from restated_energy.check(view)
    yield from floor_side.check(view)


def _figures(
    device: str, stated: Mapping[str, float], expected: Mapping[str, tuple[float, float]]
) -> Iterator[Finding]:
    """A violation for each stated figure outside its range; figures left out are not judged."""
    for name, (low, high) in expected.items():
        value = stated.get(name)
        if value is not None and not low <= value <= high:
            found = f"{low:,}" if low == high else f"{low:,.6g} to {high:,.6g}"
            message = f"{device} states {name} {value:,}; its servers make it {found}."
            amount = value - high if value > high else low - value
            yield violation(f"plan/{device}/{name}", device, message, amount=amount)


def _racks(facility: Facility, view: View) -> Iterator[Finding]:
    for name, count in Counter(summary.rack for summary in view.plan.racks).items():
        if name not in facility.racks:
            yield violation(
                f"plan/{name}", name, f"the plan sums up {name!r}, no rack of the site."
            )
        elif count > 1:
            yield violation(f"plan/{name}", name, f"the plan sums up {name} {count} times.")
    summed = {summary.rack for summary in view.plan.racks}
    for name, servers in view.by_rack.items():
        if servers and summed and name not in summed:
            yield violation(f"plan/{name}", name, f"the plan does not sum up {name}.")
    for summary in view.plan.racks:
        if summary.rack in facility.racks:
            yield from _rack(view, summary)


def _rack(view: View, summary: RackSummary) -> Iterator[Finding]:
    rack, servers = view.facility.racks[summary.rack], view.by_rack[summary.rack]
    load = view.loads.rack(rack.id, frozenset(), "normal")
    inside_g = weight_g(rack, servers) - rack.model.weight.whole
    held = {u for gear in rack.gear for u in range(gear.u, gear.u + gear.rack_units)}
    used_u = sum(p.footprint.rack_units for p in servers) + len(held)
    draw_w = sum(p.footprint.draw_w for p in servers) + sum(g.power_w for g in rack.gear)
    exact = {
        "servers": len(servers),
        "gpus": sum(placed.footprint.gpus for placed in servers),
        "used_u": used_u,
        "weight_g": inside_g,
        "load_w": draw_w,
        "air_w": load.air_w,
        "liquid_w": load.liquid_w,
    }
    stated = {name: getattr(summary, name) for name in exact}
    yield from _figures(rack.id, stated, {name: (v, v) for name, v in exact.items()})
    slack = len(servers) + len(rack.gear) + 1  # each load may be rounded up to the whole watt
    normal, worst = load.feeds_w, _worst(view, rack.id)
    yield from _figures(
        rack.id,
        {f"feeds_w {side}": value for side, value in summary.feeds_w.items()},
        {f"feeds_w {side}": (float(w), float(w + slack)) for side, w in normal.items()},
    )
    yield from _figures(
        rack.id,
        {f"feeds_worst_w {side}": value for side, value in summary.feeds_worst_w.items()},
        {
            f"feeds_worst_w {side}": (float(w), float(max(w, normal[side]) + slack))
            for side, w in worst.items()
        },
    )
    yield from _figures(rack.id, summary.throughput, _rates(view, rack.id))
    yield from _gear_cords(rack, summary)


def _gear_cords(rack: Rack, summary: RackSummary) -> Iterator[Finding]:
    """Gear of the rack is plugged into its feeds, on lines that those have."""
    lines = {feed.side: feed.positions for feed in rack.feeds}
    sides = {gear.name: gear.feeds for gear in rack.gear}
    for name, cords in summary.gear_cords.items():
        for cord in cords:
            if cord.feed not in sides.get(name, ()) or cord.position not in lines[cord.feed]:
                message = f"{rack.id} has no cord of {name} on {cord.position} of feed {cord.feed}."
                yield violation(f"plan/{rack.id}/gear_cords", rack.id, message)


def _worst(view: View, rack: str) -> dict[str, Fraction]:
    """Highest load of each feed in the loss states that touch a rack [W]."""
    worst = {feed.side: Fraction(0) for feed in view.facility.racks[rack].feeds}
    for loss in view.loads.losses:
        dead = view.loads.dead_sides(rack, loss)
        if dead:
            load: RackLoad = view.loads.rack(rack, dead, mode_of(loss))
            worst.update({s: max(worst[s], w) for s, w in load.feeds_w.items()})
    return worst


def _rates(view: View, rack: str | None = None) -> dict[str, tuple[float, float]]:
    """Throughput by workload, of a rack or of the site, with the noise of adding floats."""
    rates: dict[str, float] = defaultdict(float)
    for placed in view.placed:
        if placed.server.workload is not None and rack in {None, placed.rack.id}:
            rates[placed.server.workload] += placed.server.rate
    return {name: _about(rate) for name, rate in rates.items()}


def _totals(view: View) -> dict[str, tuple[int, int]]:
    racks = [view.loads.rack(rack, frozenset(), "normal") for rack in view.facility.racks]
    gear_w = sum(item.power_w for rack in view.facility.racks.values() for item in rack.gear)
    old = sum(placed.server.existing for placed in view.placed)
    exact = {
        "servers": len(view.placed),
        "existing": old,
        "new": len(view.placed) - old,
        "asked": sum(line.minimum for line in view.facility.demands.values()),
        "racks": len(view.facility.racks),
        "gpus": sum(placed.footprint.gpus for placed in view.placed),
        "racks_used": sum(bool(servers) for servers in view.by_rack.values()),
        "it_load_w": sum(placed.footprint.draw_w for placed in view.placed) + gear_w,
        "air_w": sum(load.air_w for load in racks),
        "liquid_w": sum(load.liquid_w for load in racks),
    }
    return {name: (value, value) for name, value in exact.items()}


def _workloads(view: View) -> Iterator[Finding]:
    """Throughput of the site, in normal operation and in the loss state that costs most."""
    normal, states = _rates(view), rows(view)
    for summary in view.plan.workloads:
        name, device = summary.workload, f"workload {summary.workload}"
        workload = view.facility.workloads.get(name)
        if workload is None:
            message = f"the plan sums up {name!r}, no workload of the site."
            yield violation(f"plan/{device}", device, message)
            continue
        rate = normal.get(name, (0.0, 0.0))
        worst = min((row.rates[name] for row in states), default=rate[0])
        stated = {"normal": summary.normal, "worst_loss": summary.worst_loss}
        stated["demand"] = summary.demand
        expected = {"normal": rate, "worst_loss": _about(worst)}
        expected["demand"] = _about(workload.demand)
        yield from _figures(device, stated, expected)
        said = next((row for row in states if row.state == summary.worst_state), None)
        if said is not None and not said.rates[name] <= _about(worst)[1]:
            message = f"{summary.worst_state} is not the loss that costs {name} most."
            yield violation(f"plan/{device}/worst_state", device, message)


def _about(rate: float) -> tuple[float, float]:
    """A rate with the noise of adding floats."""
    return rate * (1 - 1e-6), rate * (1 + 1e-6)


def goals(view: View, found: Mapping[str, LimitState]) -> Iterator[Violation]:
    """Judge the objective: gaps follow from values and bounds, values from the servers.

    A goal holds at least what it states: goals after it may have done better by the way.
    """
    for goal in view.plan.objective:
        rule = f"plan/objective/{goal.name}"
        width = abs(goal.bound - goal.value)
        gap = float(Fraction(width, max(abs(goal.bound), abs(goal.value), 1)))
        if not math.isclose(goal.gap, gap, rel_tol=1e-3, abs_tol=1e-6):
            message = f"the goal {goal.name} states a gap of {goal.gap:g}; it is {gap:g}."
            yield violation(rule, goal.name, message)
        if view.plan.status == "OPTIMAL" and width:
            message = f"the plan is called optimal, but {goal.name} is {width:,} from its bound."
            yield violation(rule, goal.name, message, amount=width, unit=goal.unit)
        objective = next((o for o in view.facility.objectives if str(o) == goal.name), None)
        if objective is None:
            message = f"the plan pursues {goal.name!r}, no goal of the site."
            yield violation(rule, goal.name, message)
            continue
        value = _value(view, objective, found)
        short = goal.value - value if objective.maximize else value - goal.value
        if short > 0:
            message = f"the goal {goal.name} states {goal.value:,}; the servers make it {value:,}."
            yield violation(rule, goal.name, message, amount=short, unit=goal.unit)


def _value(view: View, objective: Objective, found: Mapping[str, LimitState]) -> int:
    """What a goal comes to, in the whole units of the plan."""
    if objective.name == "throughput":
        services = [view.service(placed) for placed in view.placed]
        return sum(
            int(service.rate * 1000)
            for service in services
            if isinstance(service, Service) and objective.workload in {None, service.workload_id}
        )
    if objective.name == "headroom":
        return _headroom(view, found)
    totals = _totals(view)
    name = {"racks": "racks_used", "power": "it_load_w"}.get(objective.name, objective.name)
    return int(totals[name][0])


def _headroom(view: View, found: Mapping[str, LimitState]) -> int:
    """Smallest free share of what racks share, in thousandths, but for the loss of a circuit."""
    site = view.facility
    shared = {*site.nodes, *site.zones, *site.loops, *site.water}
    circuits = {loss.id for loss in view.loads.losses if loss.kind == "feed"}
    shares = [
        1000 * (limit.capacity - limit.load) // limit.capacity
        for limit in found.values()
        if limit.device in shared
        and limit.family in {"power", "air", "liquid", "water"}
        and limit.capacity
        and limit.state not in circuits
    ]
    return min([1000, *shares])


def stated_limits(view: View, found: Mapping[str, LimitState]) -> Iterator[Violation]:
    """Judge the limits a plan lists against the loads the other checks found.

    Parameters
    ----------
    found
        Every limit the other checks judged, by id.

    Notes
    -----
    A plan may round each load up to a whole watt, and may count gear that a loss has stopped.
    """
    facility = view.facility
    things = len(view.placed) + sum(len(rack.gear) for rack in facility.racks.values()) + 1
    for limit in view.plan.limits:
        rule, mine = f"plan/limit:{limit.id}", found.get(limit.id)
        if limit.family != limit.id.partition("/")[0]:
            message = f"the plan calls {limit.id} a limit of family {limit.family}."
            yield violation(rule, limit.device, message)
        elif limit.family not in _RESTATED:
            continue
        elif mine is None:
            message = f"the plan states a limit {limit.id} that the site does not have."
            yield violation(rule, limit.device, message)
        elif limit.state != mine.state or not _of_device(limit, mine):
            message = (
                f"the plan says {limit.id} is about {limit.device} in {limit.state}; "
                f"it is about {mine.device} in {mine.state}."
            )
            yield violation(rule, limit.device, message)
        elif limit.capacity != mine.capacity or limit.quantity != mine.quantity:
            message = (
                f"the plan states {limit.capacity:,} {limit.quantity} for {limit.id}; "
                f"it is {mine.capacity:,} {mine.quantity}."
            )
            yield violation(rule, limit.device, message)
        else:
            low, high = _range(facility, mine, things)
            if not low <= limit.load <= high:
                message = (
                    f"the plan states a load of {limit.load:,} {limit.quantity} for {limit.id}; "
                    f"it is {mine.load:,}."
                )
                amount = max(limit.load - high, low - limit.load)
                yield violation(rule, limit.device, message, amount=amount, unit=limit.quantity)


def _of_device(stated: LimitState, mine: LimitState) -> bool:
    """Whether a limit is said to be of its device, or of the part that its id names."""
    return stated.device in (mine.device, mine.id.partition("@")[0].partition("/")[2])


def _range(facility: Facility, mine: LimitState, things: int) -> tuple[int, int]:
    """Loads a plan may state for a limit."""
    if mine.family == "power":
        # A line with loads between lines is bounded by a polygon, 0.4 % off the circle at most.
        polygon = mine.load // 200 if mine.quantity == "mA" else 0
        return mine.load, mine.load + things + polygon
    if mine.family == "demand":
        return mine.load - things, mine.load  # rates are rounded down
    gear = [item for rack in facility.racks.values() for item in rack.gear]
    if mine.quantity == "micro-K":
        return mine.load, mine.load + things  # of each thing rounded up
    if mine.family == "air":
        # What a server adds to the losses of power nodes in the room is rounded up.
        noise = things if any(n.zone == mine.device for n in facility.nodes.values()) else 0
        watts = mine.quantity == "W"
        stopped = sum(g.power_w if watts else g.airflow_l_s for g in gear)
        return mine.load, mine.load + noise + (stopped if mine.state != NORMAL else 0)
    if mine.family == "water":
        gear_w = sum(g.power_w for g in gear) if mine.state != NORMAL else 0
        each = flow_of_a_watt(facility, mine.device) if mine.quantity == "mL/min" else Fraction(1)
        return mine.load, mine.load + things + math.ceil((gear_w + things) * each)
    # Each part of a weight may be rounded up to the whole gram.
    rounded = mine.family == "space" and mine.id.endswith(("/tile", "/rolling"))
    return mine.load, mine.load + (things if rounded else 0)
