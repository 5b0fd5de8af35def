"""Tables of what is done in loss states, and of capacity that cannot be used because of them."""

from __future__ import annotations

from collections.abc import Mapping

from rackplan.plan import Plan
from rackplan.plan.power import Action, Mechanism
from rackplan.report.device_tables import percent
from rackplan.report.table import Cell, Column, Table, clean
from rackplan.report.wording import state_text

_MECHANISMS: Mapping[Mechanism, str] = {
    "reserve": "reserve for losses",
    "quantized": "less than one server",
    "space": "space",
    "cooling": "cooling",
    "weight": "weight",
    "supply": "supply of servers",
    "demand": "nothing more asked",
}


def stranded(plan: Plan) -> Table:
    """Capacity that no server can use, and why."""
    rows = tuple(
        (
            clean(item.node),
            item.free_w / 1000,
            _MECHANISMS[item.mechanism],
            item.racks,
            clean(item.text),
        )
        for item in plan.power.stranded
    )
    columns = (
        Column("node", "Node"),
        Column("free", "Stranded", "kW", "kilo"),
        Column("mechanism", "Because of"),
        Column("racks", "Racks behind it", kind="count"),
        Column("text", "Why"),
    )
    note = "Stranded: rating less the load of the worst state, where no further server can use it."
    return Table("stranded", "Stranded capacity", columns, rows, note)


def actions(plan: Plan) -> Table:
    """What is capped or shut down in which state, and in what order."""
    units = {work.workload: clean(work.unit) for work in plan.workloads}
    rows = tuple(
        _action_row(action, units.get(action.workload, "")) for action in plan.power.actions
    )
    columns = (
        Column("state", "State"),
        Column("order", "Order", kind="count"),
        Column("device", "Relieves"),
        Column("what", "Action"),
        Column("workload", "Workload"),
        Column("servers", "Servers", kind="count"),
        Column("gpus", "GPUs", kind="count"),
        Column("relieved", "Power that stops", "kW", "kilo"),
        Column("within", "Within", "s", "figure"),
        Column("rate", "Throughput left", kind="rate"),
        Column("unit", "Unit"),
    )
    note = (
        "Order: 1 is done first. Within: the time that the device carries the load before; no "
        "figure where that load is within what it carries for a short time. Throughput left: of "
        "the whole workload in this state."
    )
    return Table("actions", "What is capped or shut down", columns, rows, note)


def _action_row(action: Action, unit: str) -> tuple[Cell, ...]:
    return (
        state_text(action.state),
        action.order,
        clean(action.device),
        "cap" if action.what == "cap" else "shut down",
        clean(action.workload) or "no workload",
        action.servers,
        action.gpus,
        action.relieved_w / 1000,
        None if action.within_ms is None else action.within_ms / 1000,
        action.rate if action.workload else None,
        unit,
    )


def oversubscribed(plan: Plan) -> Table:
    """Nodes that only caps keep within their rating."""
    rows = tuple(
        (
            clean(item.node),
            item.limit_w / 1000,
            item.full_w / 1000,
            percent(item.full_w, item.limit_w),
            item.counted_w / 1000,
            item.capped_w / 1000,
            state_text(item.state),
        )
        for item in plan.power.oversubscribed
    )
    columns = (
        Column("node", "Node"),
        Column("limit", "Rating", "kW", "kilo"),
        Column("full", "All servers at maximum draw", "kW", "kilo"),
        Column("use", "Of the rating", "%", "percent"),
        Column("counted", "As counted", "kW", "kilo"),
        Column("capped", "Every server capped", "kW", "kilo"),
        Column("state", "State"),
    )
    note = (
        "The site file allows servers to draw more together than these nodes carry: caps must "
        "act in time, and must be set. State: where the maximum draw passes the rating by most."
    )
    return Table("oversubscribed", "Oversubscribed: only caps hold these", columns, rows, note)
