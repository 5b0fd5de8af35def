"""The answer in a terminal: verdict first, then how much, how sure, what binds, each rack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from rich.console import Console
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from rackplan.facility.model import Facility
from rackplan.plan import Conflict, Plan, WorkloadSummary
from rackplan.report import device_tables, energy_tables, floor_tables, loss_tables, tables
from rackplan.report.cooling_states import render_summary
from rackplan.report.table import clean, significant
from rackplan.report.terminal_racks import heading, plain_grid, render_racks, say
from rackplan.report.wording import (
    asked_text,
    counted,
    gap_text,
    state_text,
    verdict_text,
)
from rackplan.verifier import state_table
from rackplan.verifier.states import StateRow

_TIGHTEST = 8
_ASSUMED = 6
_WARNED = 6
_IN_CONFLICT = 40
_WHOLE = 1 - 1e-9
"""Rates are sums of floats: this much of one is all of it."""


def render_plan(
    plan: Plan, facility: Facility, console: Console, states: Sequence[StateRow] | None = None
) -> None:
    """Print the summary of a plan.

    Parameters
    ----------
    plan, facility
        The answer and the site it is for.
    console
        Where to print; its width decides how much each table shows.
    states
        The plan's loss table, where it is already known; worked out when left out.
    """
    say(console, Text(verdict_text(plan), style="bold"))
    if plan.status in ("INFEASIBLE", "UNKNOWN"):
        say(console, Text(_NO_PLAN[plan.status]))
        return
    rows = state_table(facility, plan) if states is None else states
    _facts(console, _summary_facts(plan, facility, rows))
    _listed(console, "Assumed", plan.assumptions, _ASSUMED)
    _listed(console, "Warnings", plan.warnings, _WARNED)
    _tightest(console, plan)
    render_summary(console, plan)
    render_racks(console, plan, facility)


_NO_PLAN = {
    "INFEASIBLE": "Proven: no placement keeps every limit and places what is asked.",
    "UNKNOWN": "No placement was found in the time given, and none was proven impossible.",
}


def render_conflict(conflict: Conflict, console: Console) -> None:
    """Print why a site does not fit: the families and the rules that exclude each other."""
    say(console, Text("DOES NOT FIT", style="bold"))
    say(console, Text(clean(conflict.sentence)))
    heading(console, f"In conflict: {', '.join(clean(family) for family in conflict.families)}")
    grid = RichTable(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 2))
    grid.add_column(overflow="fold", min_width=20)
    grid.add_column(overflow="fold")
    for rule in conflict.rules[:_IN_CONFLICT]:
        grid.add_row(Text(clean(rule.id)), Text(clean(rule.text)))
    console.print(grid)
    if len(conflict.rules) > _IN_CONFLICT:
        more = len(conflict.rules) - _IN_CONFLICT
        say(console, Text(f"and {more:,} more (--json lists them); not narrowed down in time"))
    if conflict.minimal:
        say(console, Text("Proven minimal: without any one of these the others hold together."))
    if not conflict.reliefs:
        alone = "No change of one device, or of what is asked, was found that mends it alone."
        say(console, Text(alone))
    if conflict.reliefs:
        heading(console, "Any one of these makes the whole site fit")
        for relief in conflict.reliefs:
            proven = "the smallest step, proven" if relief.proven else "smaller may do"
            say(console, Text(f"  {clean(relief.text)} ({proven})"))


def _facts(console: Console, facts: Iterable[tuple[str, str]]) -> None:
    grid = RichTable.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in facts:
        grid.add_row(Text(name, style="dim"), Text(value))
    console.print(grid)


def _summary_facts(
    plan: Plan, facility: Facility, states: Sequence[StateRow]
) -> Iterator[tuple[str, str]]:
    totals = plan.totals
    used = f"in {totals.get('racks_used', 0):,} of {counted(len(facility.racks), 'rack')}"
    yield "Site", f"{clean(plan.site.get('name', ''))} ({plan.site.get('sha256', '')[:12]})"
    yield "Servers", f"{totals.get('servers', 0):,} {used}{_standing(totals.get('existing', 0))}"
    for line in tables.demand(plan, facility).shown():
        asked = asked_text(line["minimum"], line["maximum"])
        yield "", f"{line['placed']} new {line['server']} ({asked})"
    yield "GPUs", f"{totals.get('gpus', 0):,}"
    yield "IT load", f"{_kw(plan, 'it_load_w')} {tables.basis_text(facility)}"
    liquid = f"{_kw(plan, 'liquid_w')} to liquid" if totals.get("liquid_w") else "none to liquid"
    yield "Heat", f"{_kw(plan, 'air_w')} to air, {liquid}"
    if plan.energy.hours:
        yield "Energy", energy_tables.headline(plan.energy)
    for index, workload in enumerate(plan.workloads):
        yield "" if index else "Throughput", _throughput(workload)
    found = f"{counted(len(states), 'loss state')}; " if states else ""
    yield "Losses", f"{found}{tables.losses_text(states)}"
    for name, text in (
        ("Floor", floor_tables.floor_text(plan, facility)),
        ("Blanking panels", floor_tables.blanking_text(plan)),
    ):
        if text:
            yield name, text
    goals = zip(plan.objective, tables.objective(plan).shown(), strict=True)
    for index, (goal, row) in enumerate(goals):
        best = goal.value == goal.bound
        proven = "proven best" if best else f"proven bound {row['bound']} {row['unit']}"
        yield "" if index else "Goal", f"{row['goal']}: {row['value']} {row['unit']}, {proven}"
    if plan.objective:
        yield "Gap", gap_text(plan)
    for index, row in enumerate(loss_tables.oversubscribed(plan).shown()):
        text = (
            f"{row['node']}: {row['full']} kW with all servers at maximum draw, {row['state']}, of "
            f"{row['limit']} kW; {row['counted']} kW counted, {row['capped']} kW with every cap"
        )
        yield "" if index else "Caps hold", text


def _standing(existing: int) -> str:
    return f", {existing:,} of them already standing" if existing else ""


def _kw(plan: Plan, key: str) -> str:
    return f"{plan.totals.get(key, 0) / 1000:,.1f} kW"


def _throughput(workload: WorkloadSummary) -> str:
    unit = clean(workload.unit)
    parts = [
        f"{clean(workload.workload)}: {significant(workload.normal)} {unit} "
        f"(between {significant(workload.low)} and {significant(workload.high)})"
    ]
    if workload.demand:
        parts.append(f"{significant(workload.demand)} asked")
    if workload.binding:
        parts.append(f"a replica is held by {clean(workload.binding)}")
    if workload.worst_loss >= workload.normal * _WHOLE:
        parts.append("all of it guaranteed in every loss state")
    else:
        lost = state_text(workload.worst_state)
        parts.append(f"{significant(workload.worst_loss)} {unit} guaranteed with {lost}")
    return "; ".join(parts)


def _listed(console: Console, title: str, texts: Sequence[str], most: int) -> None:
    """The first few of several sentences, and how many more there are."""
    if not texts:
        return
    heading(console, title)
    for text in texts[:most]:
        console.print(Padding(Text(f"- {clean(text)}"), (0, 0, 0, 2)))
    rest = len(texts) - most
    if rest > 0:
        say(console, Text(f"  and {rest:,} more, in the plan and the report"))


def _tightest(console: Console, plan: Plan) -> None:
    table = device_tables.tightest(plan)
    if not table.rows:
        return
    heading(console, "Tightest limits", "each in the state that loads it most")
    grid = plain_grid()
    grid.add_column("Device", overflow="fold")
    grid.add_column("What", overflow="fold")
    for name in ("Load", "Limit"):
        grid.add_column(name, justify="right", no_wrap=True)
    grid.add_column("Unit", no_wrap=True)
    grid.add_column("Used", justify="right", no_wrap=True)
    grid.add_column("State", overflow="fold")
    for row in islice(table.shown(), _TIGHTEST):
        cells = [row[key] for key in ("device", "what", "load", "capacity", "unit")]
        grid.add_row(*map(Text, [*cells, f"{row['use']} %", row["state"]]))
    console.print(grid)
