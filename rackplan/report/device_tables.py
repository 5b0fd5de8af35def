"""Tables of what carries load: racks, limits, and the site with something lost."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from rackplan.facility.model import Facility, Rack
from rackplan.plan import LimitState, Plan, RackSummary
from rackplan.report.table import Cell, Column, Table, clean
from rackplan.report.wording import (
    bindings_text,
    is_short,
    line_of,
    meaning,
    scaled,
    split_rule,
    state_text,
    state_text_at,
)
from rackplan.verifier.states import StateRow

TIGHTEST_ROWS = 24
"""Rows of the table of tightest limits; every device has its row in a table of its own."""


def racks(plan: Plan, facility: Facility) -> Table:
    """Every rack: space, weight, feeds, heat, throughput, and what keeps one more out."""
    sides = _sides(facility)
    work = tuple(w.workload for w in plan.workloads)
    units = {w.workload: clean(w.unit) for w in plan.workloads}
    columns = [
        Column("rack", "Rack"),
        Column("servers", "Servers", kind="count"),
        Column("gpus", "GPUs", kind="count"),
        Column("used", "Rack units used", "U", "count"),
        Column("height", "Rack height", "U", "count"),
        Column("mass", "Weight inside", "kg", "whole"),
        Column("max_mass", "Weight limit", "kg", "whole"),
        Column("power", "IT load", "kW", "kilo"),
    ]
    alike = all(len({feed.limit_w for feed in rack.feeds}) <= 1 for rack in facility.racks.values())
    wet = any(summary.liquid_w for summary in plan.racks)
    for side in sides:
        columns += (
            Column(f"normal:{side}", f"Feed {clean(side)} normal", "kW", "kilo"),
            Column(f"worst:{side}", f"Feed {clean(side)} worst", "kW", "kilo"),
        )
        if not alike:
            columns.append(Column(f"limit:{side}", f"Feed {clean(side)} limit", "kW", "kilo"))
    if alike:
        columns.append(Column("limit", "Limit of a feed", "kW", "kilo"))
    columns += (
        Column("use", "Fullest feed", "%", "percent"),
        Column("air", "Heat to air", "kW", "kilo"),
        Column("liquid", "Heat to liquid", "kW", "kilo"),
    )
    columns += (Column(f"rate:{w}", clean(w), units[w], "rate") for w in work)
    columns.append(Column("binding", "What keeps one more out"))
    rows = tuple(
        _rack_row(r, facility.racks.get(r.rack), sides, work, alike=alike, wet=wet)
        for r in plan.racks
    )
    note = (
        "Worst: the largest load of the feed over all loss states. "
        "Fullest feed: worst load over limit. "
        "Used rack units include equipment that is not a planned server."
    )
    return Table("racks", "Racks", tuple(columns), rows, note).without_empty("limit", "liquid")


def _sides(facility: Facility) -> tuple[str, ...]:
    """Sides in the order in which the site names them."""
    found = dict.fromkeys(feed.side for rack in facility.racks.values() for feed in rack.feeds)
    return tuple(found)


def _rack_row(
    summary: RackSummary,
    rack: Rack | None,
    sides: Sequence[str],
    work: Sequence[str],
    *,
    alike: bool,
    wet: bool,
) -> tuple[Cell, ...]:
    limits = {feed.side: feed.limit_w for feed in rack.feeds} if rack else {}
    feeds: list[Cell] = []
    for side in sides:
        feeds += (
            _kilo(summary.feeds_w.get(side)),
            _kilo(summary.feeds_worst_w.get(side)),
        )
        if not alike:
            feeds.append(_kilo(limits.get(side)))
    if alike:
        feeds.append(_kilo(next(iter(limits.values()), None)))
    return (
        clean(summary.rack),
        summary.servers,
        summary.gpus,
        summary.used_u,
        rack.rack_units if rack else None,
        _kilo(summary.weight_g),
        _kilo(_most_inside_g(rack)) if rack else None,
        _kilo(summary.load_w),
        *feeds,
        _fullest(summary, limits),
        _kilo(summary.air_w),
        _kilo(summary.liquid_w) if wet else None,
        *(summary.throughput.get(w) for w in work),
        bindings_text(summary.rack, summary.binding),
    )


def _most_inside_g(rack: Rack) -> int:
    """Most weight inside a rack [g]: the cabinet's rating, or what the floor leaves beside it."""
    rating = rack.model.max_load.whole
    if rack.max_total_g is None:
        return rating
    return min(rating, rack.max_total_g - rack.model.weight.whole)


def _kilo(value: int | None) -> float | None:
    return None if value is None else value / 1000


def _fullest(summary: RackSummary, limits: dict[str, int]) -> float | None:
    """Largest share of a circuit's limit used in any state [%]."""
    shares = [
        percent(max(summary.feeds_w.get(side, 0), summary.feeds_worst_w.get(side, 0)), limit)
        for side, limit in limits.items()
    ]
    return max(shares, default=None)


def percent(load: float, capacity: float) -> float:
    """Load over capacity [%]; a load on no capacity at all is infinite."""
    if capacity > 0:
        return 100 * load / capacity
    return math.inf if load > 0 else 0.0


def limits(plan: Plan) -> Table:
    """Each limit that something loads, in its worst state, fullest first."""
    worst: dict[str, LimitState] = {}
    for limit in plan.limits:
        if _is_minimum(limit) or limit.load <= 0:
            continue
        name = limit.id.partition("@")[0]
        if name not in worst or _use(limit) > _use(worst[name]):
            worst[name] = limit
    ordered = sorted(worst.values(), key=lambda limit: (-_use(limit), limit.id))
    note = "Each device and quantity in its worst state; what carries nothing is left out."
    rows = tuple(_limit_row(limit) for limit in ordered)
    return Table("limits", "Limits of each device", _LIMIT_COLUMNS, rows, note)


def tightest(plan: Plan) -> Table:
    """The limits with those that differ in nothing but the device told in one row.

    Of the three lines of a device only the fullest is told, and a load for a short time only where
    it or its limit is not the same as the one that lasts.
    """
    each = limits(plan)
    lasting = {(row[0], row[2:7]) for row in each.rows if not is_short(str(row[7]))}
    found: dict[tuple[str, ...], list[tuple[Cell, ...]]] = {}
    told: set[str] = set()
    for row in each.rows:
        texts = each.texts(row)
        others, line = line_of(texts["id"].partition("@")[0])
        if (line and others in told) or (is_short(texts["id"]) and (row[0], row[2:7]) in lasting):
            continue
        told.add(others)
        what = texts["what"].replace(f"line {line} ", "line ") if line else texts["what"]
        figures = tuple(texts[key] for key in ("load", "capacity", "unit", "use", "state"))
        found.setdefault((what, *figures), []).append(row)
    rows = tuple(_told(what, alike) for (what, *_), alike in found.items())
    note = (
        "Each in its worst state; of the lines of a device the fullest. Equal limits of several "
        "devices share a row."
    )
    if len(rows) > TIGHTEST_ROWS:
        note += f" {len(rows) - TIGHTEST_ROWS:,} rows with more room are left out here."
    return Table("tightest", "Tightest limits", each.columns, rows[:TIGHTEST_ROWS], note)


def _told(what: str, alike: Sequence[tuple[Cell, ...]]) -> tuple[Cell, ...]:
    """The row for limits with the same figures; they may be of different lines."""
    device, first, *figures = alike[0]
    same = all(row[1] == first for row in alike)
    others = f" and {len(alike) - 1} alike" if len(alike) > 1 else ""
    return (f"{device}{others}", first if same else what, *figures)


def all_limits(plan: Plan) -> Table:
    """Every limit in every state, in the plan's order."""
    rows = tuple(_limit_row(limit) for limit in plan.limits)
    note = (
        "For limits of the family demand, the load is what was placed and the limit what was asked."
    )
    return Table("all-limits", "Every limit in every state", _LIMIT_COLUMNS, rows, note)


_LIMIT_COLUMNS = (
    Column("device", "Device"),
    Column("what", "What"),
    Column("load", "Load", kind="figure"),
    Column("capacity", "Limit", kind="figure"),
    Column("unit", "Unit"),
    Column("use", "Used", "%", "percent"),
    Column("state", "State"),
    Column("id", "Limit id"),
)


def _is_minimum(limit: LimitState) -> bool:
    """Whether the load must be at least the capacity (what was asked for)."""
    return limit.family == "demand" and not limit.id.endswith("/max")


def _use(limit: LimitState) -> float:
    return percent(limit.load, limit.capacity)


def _limit_row(limit: LimitState) -> tuple[Cell, ...]:
    family, rest, _ = split_rule(limit.id)
    device, what = meaning(family, rest)
    load, unit = scaled(limit.load, limit.quantity)
    capacity, _ = scaled(limit.capacity, limit.quantity)
    use = _use(limit)
    return (
        device,
        what,
        load,
        capacity,
        unit,
        use if math.isfinite(use) else None,
        state_text_at(limit.device, limit.state),
        clean(limit.id),
    )


def states(plan: Plan, rows: Iterable[StateRow]) -> tuple[Table, Table]:
    """What happens when something is lost: a table for devices, one for racks' own circuits."""
    found = list(rows)
    devices = [row for row in found if row.kind != "feed"]
    own = [row for row in found if row.kind == "feed"]
    columns, note = _state_columns(plan), _STATE_NOTE
    return (
        Table("states", _STATES, columns, _state_rows(plan, devices), note),
        Table("circuits", _CIRCUITS, columns, _state_rows(plan, own), note),
    )


_STATES = "What happens when something is lost"
_CIRCUITS = "What happens when a rack loses one of its circuits"
_STATE_NOTE = (
    "Full: servers at full power. Reduced: capped, as agreed. Down: without the power supplies "
    "they need. Shed: shut down, as agreed. Throughput is what is sure: that of servers at full "
    "power, and what a cap leaves of the others."
)


def _state_columns(plan: Plan) -> tuple[Column, ...]:
    return (
        Column("state", "State"),
        Column("kind", "Kind"),
        Column("full", "Full", kind="count"),
        Column("reduced", "Reduced", kind="count"),
        Column("down", "Down", kind="count"),
        Column("shed", "Shed", kind="count"),
        Column("gpus_lost", "GPUs lost", kind="count"),
        Column("worst_device", "Fullest device"),
        Column("load", "Load", kind="figure"),
        Column("capacity", "Limit", kind="figure"),
        Column("unit", "Unit"),
        Column("use", "Used", "%", "percent"),
        *(
            Column(f"rate:{w.workload}", clean(w.workload), clean(w.unit), "rate")
            for w in plan.workloads
        ),
    )


def _state_rows(plan: Plan, rows: Iterable[StateRow]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(_state_row(plan, row) for row in rows)


def _state_row(plan: Plan, row: StateRow) -> tuple[Cell, ...]:
    load, unit = scaled(row.worst_load, row.worst_quantity)
    capacity, _ = scaled(row.worst_capacity, row.worst_quantity)
    use = percent(row.worst_load, row.worst_capacity)
    return (
        state_text(row.state),
        row.kind,
        row.full,
        row.reduced,
        row.down,
        row.shed,
        row.gpus_lost,
        clean(row.worst_device),
        load if row.worst_device else None,
        capacity if row.worst_device else None,
        unit,
        use if row.worst_device and math.isfinite(use) else None,
        *(row.rates.get(w.workload) for w in plan.workloads),
    )
