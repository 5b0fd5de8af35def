"""Schedules for the electrical engineer: circuits, panels, cords, voltage drops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rackplan.facility.model import Facility
from rackplan.facility.phases import LINES
from rackplan.facility.voltage_drop import BRANCH_LIMIT, TOTAL_LIMIT
from rackplan.plan import Cord, Plan
from rackplan.plan.power import CircuitLoad, NodeLoad
from rackplan.report.device_tables import percent
from rackplan.report.table import Cell, Column, Table, clean
from rackplan.report.wording import state_text, state_text_at
from rackplan.verifier.power_side import IMBALANCE_LIMIT, IMBALANCE_TARGET, LOADED

_LINES_NOTE = (
    "Imbalance: largest deviation of a line from the mean in normal operation, over that mean; "
    f"the target is {IMBALANCE_TARGET * 100:.0f} %, over {IMBALANCE_LIMIT * 100:.0f} % is a "
    f"warning. Under {LOADED * 100:.0f} % of the limit it does not matter."
)


def imbalance_text(imbalance: float, use: float = 1.0) -> str:
    """How an imbalance is to be judged, in words; empty where it is within the target.

    ``use`` is the load in normal operation over the limit.
    """
    if use < LOADED:
        return ""
    if imbalance > IMBALANCE_LIMIT:
        return f"WARNING: over {IMBALANCE_LIMIT * 100:.0f} %"
    return f"over target, {IMBALANCE_TARGET * 100:.0f} %" if imbalance > IMBALANCE_TARGET else ""


def circuit_schedule(plan: Plan, facility: Facility) -> Table:
    """Every circuit: where it starts and ends, its breaker, and what it carries."""
    rows = tuple(_circuit_row(circuit, facility) for circuit in plan.power.circuits)
    columns = (
        Column("feed", "Circuit"),
        Column("panel", "Panel"),
        Column("poles", "Poles"),
        Column("circuit", "Kind of circuit"),
        Column("breaker", "Breaker", "A", "count"),
        Column("volts", "Volts", "V", "count"),
        Column("phases", "Phases", kind="count"),
        Column("pdu", "Rack PDU"),
        Column("normal", "Normal", "kW", "kilo"),
        Column("worst", "Worst", "kW", "kilo"),
        Column("limit", "Limit", "kW", "kilo"),
        Column("use", "Used", "%", "percent"),
        Column("state", "Worst state"),
        Column("short", "Short load", "kW", "kilo"),
        Column("short_limit", "Short limit", "kW", "kilo"),
    )
    note = (
        "Worst: the largest lasting load over all states. Short: the largest electrical peak, or "
        "load until servers react, against the whole breaker."
    )
    table = Table("circuit-schedule", "Circuit schedule", columns, rows, note)
    return table.without_empty("pdu", "poles")


def _circuit_row(circuit: CircuitLoad, facility: Facility) -> tuple[Cell, ...]:
    return (
        clean(circuit.feed),
        clean(circuit.panel),
        _poles(circuit, facility),
        clean(circuit.circuit),
        circuit.breaker_ma / 1000,
        circuit.volts,
        circuit.phases,
        clean(circuit.pdu),
        circuit.normal_w / 1000,
        circuit.worst_w / 1000,
        circuit.limit_w / 1000,
        percent(circuit.worst_w, circuit.limit_w),
        state_text_at(circuit.feed, circuit.worst_state),
        circuit.peak_w / 1000,
        circuit.short_w / 1000,
    )


def circuit_lines(plan: Plan) -> Table:
    """What each line of every circuit carries."""
    rows = tuple(
        (
            clean(circuit.feed),
            *_line_cells(circuit.normal_va, circuit.worst_va),
            _circuit_line_limit_va(circuit),
            *_imbalance_cells(circuit),
        )
        for circuit in plan.power.circuits
        if circuit.worst_va
    )
    columns = (
        Column("feed", "Circuit"),
        *_line_columns(),
        Column("line_limit", "Line limit", "VA", "count"),
        Column("imbalance", "Imbalance", "%", "tenths"),
        Column("mark", "Balance"),
    )
    note = f"Worst: the largest lasting load over all states. {_LINES_NOTE}"
    table = Table("circuit-lines", "Circuit schedule: lines", columns, rows, note)
    return table.without_empty("imbalance", "mark")


def _circuit_line_limit_va(circuit: CircuitLoad) -> float | None:
    limit_va = _line_limit_va(circuit.line_limit_ma, circuit.volts, circuit.phases)
    if limit_va and circuit.phases == 1 and len(circuit.worst_va) == 2:
        limit_va /= 2  # a circuit between two lines counts half on each
    return limit_va


def _poles(circuit: CircuitLoad, facility: Facility) -> str:
    """``1, 3, 5``; on a busway ``tap 3``."""
    text = ", ".join(str(pole) for pole in circuit.poles)
    node = facility.nodes.get(circuit.panel)
    return f"tap {text}" if text and node is not None and node.kind == "busway" else text


def _line_limit_va(line_limit_ma: int | None, volts: int, phases: int) -> float | None:
    """What one line may carry [VA], as the figures of its lines count: current times voltage."""
    if not line_limit_ma or not volts:
        return None
    return line_limit_ma / 1000 * volts / (3**0.5 if phases == 3 else 1)


def _line_columns() -> Iterator[Column]:
    for when in ("normal", "worst"):
        for line in LINES:
            yield Column(f"{when}:{line}", f"{line} {when}", "VA", "count")


def _line_cells(normal: Mapping[str, int], worst: Mapping[str, int]) -> Iterator[Cell]:
    for found in (normal, worst):
        yield from (found.get(line) for line in LINES)


def _imbalance_cells(load: CircuitLoad | NodeLoad) -> tuple[Cell, ...]:
    if len(load.normal_va) < len(LINES):
        return (None, "")
    use = load.normal_w / load.limit_w if load.limit_w else 1.0
    return (load.imbalance * 100, imbalance_text(load.imbalance, use))


def panels(plan: Plan, facility: Facility) -> Table:
    """Every power node: what it carries of what it may."""
    rows = tuple(_node_row(node, facility) for node in plan.power.nodes)
    columns = (
        Column("node", "Node"),
        Column("kind", "Kind"),
        Column("normal", "Normal", "kW", "kilo"),
        Column("worst", "Worst", "kW", "kilo"),
        Column("limit", "Limit", "kW", "kilo"),
        Column("worst_va", "Worst", "kVA", "kilo"),
        Column("limit_va", "Limit", "kVA", "kilo"),
        Column("use", "Used", "%", "percent"),
        Column("state", "Worst state"),
        Column("short", "Short load", "kW", "kilo"),
        Column("short_limit", "Short limit", "kW", "kilo"),
        Column("short_state", "State of short load"),
        Column("poles_used", "Poles used", kind="count"),
        Column("poles", "Poles", kind="count"),
    )
    note = (
        "Worst: the largest lasting load over all states; used is of the fuller of kW, kVA and the "
        "fullest line. Short: the largest electrical peak, or load until servers react, against "
        "what is carried for a short time. On a busway poles are taps."
    )
    table = Table("panels", "Power nodes and panels", columns, rows, note)
    return table.without_empty(
        "limit", "worst_va", "limit_va", "short_limit", "poles_used", "poles"
    )


def _node_row(load: NodeLoad, facility: Facility) -> tuple[Cell, ...]:
    worst_va = load.worst_w / float(facility.policy.power_factor)
    line_a = _fullest_line_a(load, facility)
    uses = [
        percent(carried, limit)
        for carried, limit in (
            (load.worst_w, load.limit_w),
            (worst_va, load.limit_va),
            (1000 * (line_a or 0), load.line_limit_ma),
        )
        if limit is not None
    ]
    return (
        clean(load.node),
        clean(load.kind),
        load.normal_w / 1000,
        load.worst_w / 1000,
        _thousandth(load.limit_w),
        worst_va / 1000 if load.limit_va is not None else None,
        _thousandth(load.limit_va),
        max(uses, default=None),
        state_text(load.worst_state),
        load.peak_w / 1000,
        _short_limit(load, facility),
        state_text(load.peak_state),
        load.poles_used or None,
        load.poles,
    )


def panel_lines(plan: Plan, facility: Facility) -> Table:
    """What each line of a power node carries, where its lines are rated."""
    rows = tuple(
        (
            clean(load.node),
            *_line_cells(load.normal_va, load.worst_va),
            _fullest_line_a(load, facility),
            _thousandth(load.line_limit_ma),
            *_imbalance_cells(load),
        )
        for load in plan.power.nodes
        if load.worst_va
    )
    columns = (
        Column("node", "Node"),
        *_line_columns(),
        Column("line", "Fullest line", "A", "tenths"),
        Column("line_limit", "Line limit", "A", "tenths"),
        Column("imbalance", "Imbalance", "%", "tenths"),
        Column("mark", "Balance"),
    )
    note = f"Worst: the largest lasting load over all states. {_LINES_NOTE}"
    table = Table("panel-lines", "Power nodes and panels: lines", columns, rows, note)
    return table.without_empty("line", "line_limit", "imbalance", "mark")


def _thousandth(value: int | None) -> float | None:
    return None if value is None else value / 1000


def _short_limit(load: NodeLoad, facility: Facility) -> float | None:
    """What a node carries for a short time [kW], also where only its apparent power is limited."""
    node = facility.nodes.get(load.node)
    if load.short_w is not None or node is None or node.short_va is None:
        return _thousandth(load.short_w)
    return node.short_va * float(facility.policy.power_factor) / 1000


def _fullest_line_a(load: NodeLoad, facility: Facility) -> float | None:
    """Highest current of a line in any state [A]: apparent power over the voltage to neutral."""
    node = facility.nodes.get(load.node)
    if node is None or node.rating is None or not load.worst_va:
        return None
    return max(load.worst_va.values()) / (node.rating.volts / 3**0.5)


def cords(plan: Plan, facility: Facility, *, joined: bool = False) -> Table:
    """Where every power supply is plugged in; ``joined``: one row for each device and feed."""
    rows: list[tuple[Cell, ...]] = []
    for rack, device, kind, found in _plugged(plan):
        place = facility.racks.get(rack)
        sources = {feed.side: feed.source for feed in place.feeds} if place else {}
        for number, same in _grouped(found, joined=joined):
            side = same[0].feed
            outlets = ", ".join(clean(cord.outlet) for cord in same if cord.outlet)
            rows.append(
                (
                    clean(device),
                    kind,
                    number,
                    clean(rack),
                    clean(side),
                    clean(sources.get(side, "")),
                    ", ".join(clean(cord.position) for cord in same),
                    outlets,
                )
            )
    columns = (
        Column("device", "Server or gear"),
        Column("kind", "Kind"),
        Column("cord", "Cords" if joined else "Cord", kind="count"),
        Column("rack", "Rack"),
        Column("feed", "Feed"),
        Column("panel", "Panel"),
        Column("line", "Line"),
        Column("outlet", "Outlet"),
    )
    note = (
        "Line: as the panel names it, L1 to neutral, L1-L2 between two lines. Outlet: bank of the "
        "rack PDU, kind and number of the outlet in the bank."
    )
    return Table("cords", "Cords", columns, tuple(rows), note).without_empty("outlet")


def _plugged(plan: Plan) -> Iterator[tuple[str, str, str, Sequence[Cord]]]:
    """Rack, device, its kind and its cords; rack by rack."""
    servers: dict[str, list[tuple[str, Sequence[Cord]]]] = {}
    for server in plan.servers:
        servers.setdefault(server.rack, []).append((server.id, server.cords))
    for rack in plan.racks:
        for device, found in servers.get(rack.rack, ()):
            yield rack.rack, device, "server", found
        for name, found in rack.gear_cords.items():
            yield rack.rack, name, "gear", found


def _grouped(found: Sequence[Cord], *, joined: bool) -> Iterator[tuple[int, Sequence[Cord]]]:
    """Each cord with its number, or all cords of a feed with their count."""
    if not joined:
        yield from ((number, (cord,)) for number, cord in enumerate(found, 1))
        return
    for side in dict.fromkeys(cord.feed for cord in found):
        same = [cord for cord in found if cord.feed == side]
        yield len(same), same


def drops(plan: Plan) -> Table:
    """Voltage drop of every branch whose length and conductors are given."""
    rows = tuple(
        (
            clean(drop.branch),
            100 * drop.share,
            100 * drop.total_share,
            state_text_at(drop.branch, drop.state),
            _drop_mark(drop.share, drop.total_share),
        )
        for drop in plan.power.drops
    )
    columns = (
        Column("branch", "Branch"),
        Column("share", "Drop", "%", "hundredths"),
        Column("total", "Drop from the source", "%", "hundredths"),
        Column("state", "State"),
        Column("mark", "Mark"),
    )
    note = (
        "In percent of the nominal voltage, in the worst state of each branch. The NEC advises at "
        f"most {100 * BRANCH_LIMIT:.0f} % in a branch and {100 * TOTAL_LIMIT:.0f} % in all."
    )
    return Table("drops", "Voltage drops", columns, rows, note).without_empty("mark")


def _drop_mark(share: float, total_share: float) -> str:
    over = [f"over {100 * BRANCH_LIMIT:.0f} %"] if share > BRANCH_LIMIT else []
    over += [f"over {100 * TOTAL_LIMIT:.0f} % in all"] if total_share > TOTAL_LIMIT else []
    return "; ".join(over)
