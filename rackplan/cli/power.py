"""``rackplan power``: who carries what when something is lost?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rackplan.cli.names import refuse

if TYPE_CHECKING:
    from rackplan.verifier.node_table import NodeTable
    from rackplan.verifier.view import View


@click.command("power")
@click.argument("site", type=click.Path(path_type=Path))
@click.argument("plan", type=click.Path(path_type=Path))
@click.option(
    "--state",
    "states",
    metavar="STATE",
    multiple=True,
    help="Only this state, with every node: normal, loss:ups-a or ups-a, state:NAME. May be "
    "repeated.",
)
@click.option(
    "--node",
    "nodes",
    metavar="NODE",
    multiple=True,
    help="Only this node, in every state; with --state, also where its load comes from. May be "
    "repeated.",
)
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Every node of each state, in the order of feeding.",
)
@click.option(
    "--circuits", is_flag=True, help="Also the loss of each rack's own circuits, one by one."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
@click.pass_context
def power(
    ctx: click.Context,
    site: Path,
    plan: Path,
    states: tuple[str, ...],
    nodes: tuple[str, ...],
    everything: bool,
    circuits: bool,
    as_json: bool,
) -> None:
    """Show what every power node carries in every loss state.

    Loads are worked out by the verifier, from SITE and where PLAN puts servers. For each state:
    the fullest nodes with their lasting load in kW, kVA and amperes per line, the load for a short
    time until servers react or at their electrical peak, and what has no power. Exits 5 when a
    node carries more than it may.

    Example:

        rackplan power site.yaml plan.json --node ups-a
    """
    from rackplan import api
    from rackplan.cli.report import check_same_site
    from rackplan.verifier.node_table import tables_of
    from rackplan.verifier.view import View

    read = api.read_plan(plan)
    facility = api.load(site)
    check_same_site(read.site.get("sha256", ""), facility.sha256, plan)
    circuits = circuits or any(":" in state.removeprefix("loss:") for state in states)
    view = View(facility, read)
    tables = tables_of(view, circuits=circuits)
    if states:
        tables = _of_states(tables, states)
    _check_nodes(nodes, facility.nodes)
    if as_json:
        click.echo(json.dumps(_document(tables, nodes), indent=1, ensure_ascii=False))
    else:
        _print(tables, nodes, whole=everything or bool(states))
        if states and nodes:
            _print_parts(view, tables, nodes)
    shown = [row for table in tables for row in table.rows if not nodes or row.node in nodes]
    ctx.exit(5 if any(row.use > 1 for row in shown) else 0)


def _of_states(tables: Sequence[NodeTable], asked: Iterable[str]) -> tuple[NodeTable, ...]:
    """The tables of the states asked for, by id or by what is lost."""
    by_id = {table.state: table for table in tables}
    known = [*by_id, *(table.lost for table in tables)]
    named = {
        name: by_id.get(name) or by_id.get(f"loss:{name}") or by_id.get(f"state:{name}")
        for name in asked
    }
    found = {name: table for name, table in named.items() if table is not None}
    refuse([name for name in named if name not in found], known, "state", "--state")
    return tuple(found.values())


def _check_nodes(asked: Sequence[str], nodes: Iterable[str]) -> None:
    known = list(nodes)
    refuse([name for name in asked if name not in known], known, "power node", "--node")


def _document(tables: Sequence[NodeTable], nodes: Sequence[str]) -> list[dict[str, object]]:
    return [
        {
            "state": table.state,
            "kind": table.kind,
            "lost": table.lost,
            "nodes": [asdict(row) for row in table.rows if not nodes or row.node in nodes],
        }
        for table in tables
    ]


def _print_parts(view: View, tables: Sequence[NodeTable], nodes: Sequence[str]) -> None:
    from rackplan.cli.consoles import draw
    from rackplan.report.node_tables import render_parts
    from rackplan.verifier.node_table import parts

    for table in tables:
        for node in nodes:
            found = parts(view, table.state, node)
            draw(partial(render_parts, node=node, state=table.state, found=found))


def _print(tables: Sequence[NodeTable], nodes: Sequence[str], *, whole: bool) -> None:
    from rackplan.cli.consoles import draw
    from rackplan.report.node_tables import render_nodes, render_states

    if nodes:
        draw(lambda console: render_nodes(console, tables, nodes))
    else:
        draw(lambda console: render_states(console, tables, whole=whole))
