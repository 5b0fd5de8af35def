"""What every power node carries in every state: for the workbook, and in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from rackplan.facility.model import NORMAL
from rackplan.facility.phases import LINES
from rackplan.plan import LimitState
from rackplan.report.device_tables import percent
from rackplan.report.table import ABSENT, Cell, Column, Table, clean
from rackplan.report.terminal_racks import heading, plain_grid, say
from rackplan.report.wording import counted, meaning, scaled, split_rule, state_text
from rackplan.verifier.node_table import NodeRow, NodeTable, Part

SHOWN_FROM = 0.8
"""Share of a limit from which a node is shown without being asked for."""

SHOWN_LEAST = 3
"""Nodes shown in any case, the fullest first."""

_ANY_WIDTH = 10_000


def node_states(tables: Iterable[NodeTable]) -> Table:
    """Every node in every state, one a row."""
    rows = tuple(_row(table.state, row) for table in tables for row in table.rows)
    columns = (
        Column("state", "State"),
        Column("node", "Node"),
        Column("kind", "Kind"),
        Column("condition", "Condition"),
        Column("fed_from", "Fed from"),
        Column("load", "Load", "kW", "kilo"),
        Column("limit", "Limit", "kW", "kilo"),
        Column("load_va", "Load", "kVA", "kilo"),
        Column("limit_va", "Limit", "kVA", "kilo"),
        *(Column(line, f"Line {line}", "A", "tenths") for line in LINES),
        Column("line_limit", "Line limit", "A", "tenths"),
        Column("use", "Used", "%", "percent"),
        Column("short_load", "Short load", kind="figure"),
        Column("short_limit", "Short limit", kind="figure"),
        Column("unit", "Unit of short load"),
        Column("short_use", "Short limit used", "%", "percent"),
        Column("short_what", "Short load is"),
    )
    note = (
        "Lasting load of each node, and the fullest of its loads for a short time. Used: of the "
        "fullest of its limits in kW, kVA and A per line. Lost: what the state loses; dead: "
        "nothing that feeds it is alive."
    )
    return Table("node-states", "Power nodes in every state", columns, rows, note)


def _row(state: str, row: NodeRow) -> tuple[Cell, ...]:
    live = row.condition == "live"
    lines: list[Cell] = [current / 1000 for current in row.lines_ma]
    return (
        state_text(state),
        clean(row.node),
        clean(row.kind),
        row.condition,
        ", ".join(map(clean, row.fed_from)),
        row.load_w / 1000 if live else None,
        _thousandth(row.limit_w),
        row.load_va / 1000 if live else None,
        _thousandth(row.limit_va),
        *(lines or [None] * len(LINES)),
        _thousandth(row.line_limit_ma),
        _use(row.fullest),
        *_short(row.short),
    )


def _thousandth(value: int | None) -> float | None:
    return None if value is None else value / 1000


def _use(limit: LimitState | None) -> float | None:
    return percent(limit.load, limit.capacity) if limit else None


def _short(limit: LimitState | None) -> tuple[Cell, ...]:
    if limit is None:
        return (None, None, "", None, "")
    load, unit = scaled(limit.load, limit.quantity)
    family, rest, _ = split_rule(limit.id)
    return (
        load,
        scaled(limit.capacity, limit.quantity)[0],
        unit,
        _use(limit),
        meaning(family, rest)[1],
    )


@dataclass(frozen=True, slots=True)
class _Field:
    """A column of the terminal's table, and how much it matters where there is little room."""

    title: str
    worth: int
    figures: bool = True


_FIELDS = (
    _Field("Fed from", 1, figures=False),
    _Field("Load\n[kW]", 9),
    _Field("Limit\n[kW]", 9),
    _Field("Load/limit\n[kVA]", 3),
    _Field("Lines L1/L2/L3\n[A]", 5),
    _Field("Limit\n[A]", 5),
    _Field("Used\n[%]", 9),
    _Field("Short load\n/limit", 4),
    _Field("Short\n[%]", 6),
    _Field("Short load is", 2, figures=False),
)


def _cells(row: NodeRow) -> tuple[str, ...]:
    """The fields of a node as written."""
    table = node_states([NodeTable("", "normal", "", (row,))])
    (cells,) = table.shown()
    if row.condition != "live":
        return ("", row.condition, *[ABSENT] * (len(_FIELDS) - 3), "")
    lines = "/".join(cells[line] for line in LINES) if row.lines_ma else ABSENT
    apparent = cells["load_va"] + ("" if row.limit_va is None else f"/{cells['limit_va']}")
    short = f"{cells['short_load']}/{cells['short_limit']} {cells['unit']}" if row.short else ABSENT
    return (
        cells["fed_from"],
        cells["load"],
        cells["limit"],
        apparent,
        lines,
        cells["line_limit"],
        _marked(cells["use"], row.fullest),
        short,
        _marked(cells["short_use"], row.short),
        cells["short_what"],
    )


def _marked(text: str, limit: LimitState | None) -> str:
    """A share, with a word where it is over the limit."""
    return f"{text} OVER" if limit and limit.load > limit.capacity else text


def render_states(console: Console, tables: Sequence[NodeTable], *, whole: bool) -> None:
    """Print a table for each state.

    Parameters
    ----------
    console
        Where to print; its width decides how much each table shows.
    tables
        The states.
    whole
        Every node in the order of feeding; else the fullest ones, fullest first.
    """
    _verdict(console, tables)
    for table in tables:
        normal = table.state == NORMAL
        heading(
            console,
            "Normal operation" if normal else state_text(table.state),
            "" if normal else clean(table.state),
        )
        live = [row for row in table.rows if row.condition == "live"]
        if whole:
            shown = list(table.rows)
        else:
            ordered = sorted(live, key=lambda row: -row.use)
            shown = [
                row
                for place, row in enumerate(ordered)
                if place < SHOWN_LEAST or row.use >= SHOWN_FROM
            ]
        console.print(_grid(console, "Node", [(clean(row.node), row) for row in shown]))
        if not whole:
            _rest(console, table, len(live) - len(shown))


def _verdict(console: Console, tables: Sequence[NodeTable]) -> None:
    """Whether every node carries its load, and which one is the fullest."""
    rows = [(row.use, row, table) for table in tables for row in table.rows]
    if not rows:
        return
    use, row, table = max(rows, key=lambda item: item[0])
    over = len({row.node for use, row, _ in rows if use > 1})
    told = f"{counted(over, 'node')} over the limit" if over else "no node over its limit"
    where = f"{clean(row.node)}, {100 * use:,.1f} %, {state_text(table.state)}"
    say(console, Text(f"{counted(len(tables), 'state')}, {told}; the fullest: {where}"))
    say(console, Text(_HOW, style="dim"))


_HOW = (
    "Used: lasting load, of the fullest limit in kW, kVA or A. Short load: until servers react, or "
    "at their electrical peak, against what is carried for a short time."
)


def _rest(console: Console, table: NodeTable, left: int) -> None:
    dead = [
        clean(row.node) + (" (lost)" if row.condition == "lost" else "")
        for row in table.rows
        if row.condition != "live"
    ]
    if dead:
        say(console, Text(f"Without power: {', '.join(dead)}"))
    if left:
        say(console, Text(f"{counted(left, 'more live node')}, under {SHOWN_FROM * 100:.0f} %"))


def render_nodes(console: Console, tables: Sequence[NodeTable], nodes: Sequence[str]) -> None:
    """Print a table for each of the nodes: what it carries in each of the states."""
    _verdict(console, [_only(table, nodes) for table in tables])
    for node in nodes:
        rows = [
            (state_text(table.state), row)
            for table in tables
            for row in table.rows
            if row.node == node
        ]
        kind = next((row.kind for _, row in rows), "")
        heading(console, clean(node), clean(kind))
        console.print(_grid(console, "State", rows))


def render_parts(console: Console, node: str, state: str, found: Sequence[Part]) -> None:
    """Print where the lasting load of a node in a state comes from."""
    heading(console, f"Where the load of {clean(node)} comes from, {state_text(state)}")
    if not found:
        say(console, Text("nothing: it has no power, or nothing hangs on it"))
        return
    grid = plain_grid()
    grid.add_column("Draws from it", overflow="fold")
    grid.add_column("Kind", overflow="fold")
    for title in (
        "Carries\n[kW]",
        "/ effi-\nciency",
        "+ own\n[kW]",
        "/ inputs\nthat share",
        "Draws\n[kW]",
    ):
        grid.add_column(Text(title), justify="right")
    for part in found:
        figures = (
            f"{part.carried_w / 1000:,.3f}",
            f"{part.efficiency:.4g}",
            f"{part.own_w / 1000:,.3f}",
            f"{part.inputs}",
            f"{part.drawn_w / 1000:,.3f}",
        )
        grid.add_row(*map(Text, (clean(part.consumer), clean(part.kind), *figures)))
    total = sum(part.drawn_w for part in found) / 1000
    grid.add_row(Text("Sum"), *map(Text, ("", "", "", "", "", f"{total:,.3f}")))
    console.print(grid)


def _only(table: NodeTable, nodes: Sequence[str]) -> NodeTable:
    return replace(table, rows=tuple(row for row in table.rows if row.node in nodes))


def _grid(console: Console, first: str, rows: Sequence[tuple[str, NodeRow]]) -> RichTable:
    """As many columns as fit, those that matter most first; what is empty is left out."""
    written = [(name, _cells(row)) for name, row in rows]
    filled = {
        place
        for place in range(len(_FIELDS))
        if any(cells[place] not in ("", ABSENT) for _, cells in written)
    }
    unbounded = console.options.update(width=_ANY_WIDTH)
    worths = sorted({field.worth for field in _FIELDS}, reverse=True)
    kept = {worths[0]}
    for worth in worths[1:]:
        grid = _drawn(first, written, [p for p in filled if _FIELDS[p].worth in kept | {worth}])
        if console.measure(grid, options=unbounded).maximum <= console.width:
            kept.add(worth)
    return _drawn(first, written, [place for place in filled if _FIELDS[place].worth in kept])


def _drawn(
    first: str, written: Sequence[tuple[str, tuple[str, ...]]], places: Iterable[int]
) -> RichTable:
    grid = plain_grid()
    grid.add_column(first, overflow="fold")
    ordered = sorted(places)
    for place in ordered:
        field = _FIELDS[place]
        grid.add_column(
            Text(field.title), justify="right" if field.figures else "left", overflow="fold"
        )
    for name, cells in written:
        grid.add_row(Text(name), *(Text(cells[place]) for place in ordered))
    return grid
