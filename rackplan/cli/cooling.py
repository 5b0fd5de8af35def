"""``rackplan cooling``: what do zones and loops carry, and how far from their limits are they?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rackplan.cli.names import refuse

if TYPE_CHECKING:
    from rackplan.plan.cooling import AreaState, LoopCooling, ZoneCooling
    from rackplan.verifier.cooling_table import AreaTable
    from rackplan.verifier.view import View


@click.command("cooling")
@click.argument("site", type=click.Path(path_type=Path))
@click.argument("plan", type=click.Path(path_type=Path))
@click.option(
    "--zone",
    "zones",
    metavar="ZONE",
    multiple=True,
    help="Only this air zone, with its parts. May be repeated, also with --loop.",
)
@click.option(
    "--loop",
    "loops",
    metavar="LOOP",
    multiple=True,
    help="Only this coolant loop. May be repeated, also with --zone.",
)
@click.option(
    "--state",
    "states",
    metavar="STATE",
    multiple=True,
    help="Only this state: normal, loss:crah-1 or crah-1, state:NAME. May be repeated.",
)
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Every state, also those that change no unit, and the loss of each rack's circuits.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
@click.pass_context
def cooling(
    ctx: click.Context,
    site: Path,
    plan: Path,
    zones: tuple[str, ...],
    loops: tuple[str, ...],
    states: tuple[str, ...],
    everything: bool,
    as_json: bool,
) -> None:
    """Show what every zone and loop carries in every loss state.

    Figures are worked out by the verifier, from SITE and where PLAN puts servers. For each zone and
    loop: the margins of temperature, moisture, pressure and time without cooling, and in each state
    the units that do not run, heat and flow of what there is, and temperature rises. Exits 5 when
    anything shown is over its limit.

    Example:

        rackplan cooling site.yaml plan.json --zone room
    """
    from rackplan import api
    from rackplan.cli.report import check_same_site
    from rackplan.verifier.view import View

    read = api.read_plan(plan)
    facility = api.load(site)
    check_same_site(read.site.get("sha256", ""), facility.sha256, plan)
    refuse([n for n in zones if n not in facility.zones], facility.zones, "air zone", "--zone")
    refuse([n for n in loops if n not in facility.loops], facility.loops, "coolant loop", "--loop")
    shown = _shown(View(facility, read), whole=everything or bool(states))
    if zones or loops:
        shown = _Shown(
            tuple(one for one in shown.zones if one[0].zone in zones),
            tuple(one for one in shown.loops if one[0].loop in loops),
        )
    if states:
        shown = _of_states(shown, states)
    if as_json:
        click.echo(json.dumps(_document(shown), indent=1, ensure_ascii=False))
    else:
        _print(shown, whole=everything or bool(states))
    ctx.exit(0 if shown.holds and all(row.use <= 1 for row in shown.rows) else 5)


@dataclass(frozen=True, slots=True)
class _Shown:
    """Zones and loops, each with its tables."""

    zones: tuple[tuple[ZoneCooling, tuple[AreaTable, ...]], ...]
    loops: tuple[tuple[LoopCooling, tuple[AreaTable, ...]], ...]

    @property
    def tables(self) -> tuple[AreaTable, ...]:
        return tuple(table for _, tables in (*self.zones, *self.loops) for table in tables)

    @property
    def rows(self) -> tuple[AreaState, ...]:
        return tuple(row for table in self.tables for row in table.rows)

    @property
    def holds(self) -> bool:
        """Whether every margin is kept; heat and flow aside."""
        zones = all(zone.holds for zone, _ in self.zones)
        return zones and all(loop.holds for loop, _ in self.loops)


def _shown(view: View, *, whole: bool) -> _Shown:
    from rackplan.verifier.cooling_side import cooling_plan
    from rackplan.verifier.cooling_table import area_tables

    plan = cooling_plan(view)
    zones: dict[str, list[AreaTable]] = {}
    loops: dict[str, list[AreaTable]] = {}  # a zone and a loop may share a name
    for table in area_tables(view, whole=whole):
        (loops if table.kind == "loop" else zones).setdefault(table.device, []).append(table)
    return _Shown(
        tuple((zone, tuple(zones[zone.zone])) for zone in plan.zones),
        tuple((loop, tuple(loops[loop.loop])) for loop in plan.loops),
    )


def _of_states(shown: _Shown, asked: Sequence[str]) -> _Shown:
    """Only the rows of the states asked for, by id or by what is lost."""
    known = dict.fromkeys(row.state for row in shown.rows)
    lost = [state.partition(":")[2] for state in known]
    named = {
        name: next((s for s in (name, f"loss:{name}", f"state:{name}") if s in known), None)
        for name in asked
    }
    refuse([n for n, found in named.items() if not found], [*known, *lost], "state", "--state")
    kept = set(named.values())

    def only(tables: Iterable[AreaTable]) -> tuple[AreaTable, ...]:
        return tuple(
            replace(table, rows=tuple(row for row in table.rows if row.state in kept))
            for table in tables
        )

    return _Shown(
        tuple((zone, only(tables)) for zone, tables in shown.zones),
        tuple((loop, only(tables)) for loop, tables in shown.loops),
    )


def _document(shown: _Shown) -> dict[str, list[dict[str, Any]]]:
    """The figures of the plan, with every row instead of the normal and the worst one."""
    document: dict[str, list[dict[str, Any]]] = {"zones": [], "loops": []}
    for zone, tables in shown.zones:
        document["zones"].append({**asdict(zone), "areas": [asdict(table) for table in tables]})
    for loop, tables in shown.loops:
        document["loops"].append({**asdict(loop), "area": asdict(tables[0])})
    return document


def _print(shown: _Shown, *, whole: bool) -> None:
    from rackplan.cli.consoles import draw
    from rackplan.report.cooling_states import render_loop, render_verdict, render_zone

    draw(lambda console: render_verdict(console, shown.tables, holds=shown.holds))
    for zone, tables in shown.zones:
        draw(partial(render_zone, zone=zone, tables=tables, whole=whole))
    for loop, tables in shown.loops:
        draw(partial(render_loop, loop=loop, tables=tables, whole=whole))
