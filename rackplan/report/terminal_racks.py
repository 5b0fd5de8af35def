"""The per-rack table of the terminal summary, as wide as the terminal allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from rackplan.facility.model import Facility
from rackplan.plan import Plan
from rackplan.report.device_tables import racks
from rackplan.report.rack_runs import RackRun, rack_runs
from rackplan.report.table import Table, clean
from rackplan.report.wording import counted

_ANY_WIDTH = 10_000
_COMMON_REASONS = 6


def say(console: Console, text: Text) -> None:
    """Print a line of text, wrapped at words."""
    console.print(text, highlight=False)


def heading(console: Console, title: str, note: str = "") -> None:
    """Print a blank line and a heading."""
    console.print()
    say(console, Text.assemble((title, "bold"), f"  {note}" if note else ""))


def plain_grid() -> RichTable:
    """A table with a ruled header and nothing else: reads well without color and in a file."""
    return RichTable(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), header_style="bold")


@dataclass(frozen=True, slots=True)
class _Field:
    """A column of the terminal's table: heading, the figures it joins, and where it is shown."""

    title: str
    keys: tuple[str, ...]
    pattern: str = "{}"
    wide_only: bool = False

    def text(self, run: RackRun) -> str:
        cells = [run.cells[key] for key in self.keys]
        return self.pattern.format(*cells) if any(cell != "-" for cell in cells) else "-"


def render_racks(console: Console, plan: Plan, facility: Facility) -> None:
    """Print what each rack holds; equal neighbors share a line, empty racks are counted."""
    table = racks(plan, facility)
    runs, empty = rack_runs(table)
    if runs:
        heading(console, "Racks", "figures are for each rack; feeds: normal/worst loss state")
        console.print(_fitting_grid(console, table, runs))
        _reasons(console, runs)
    if empty:
        say(console, Text(f"{counted(empty, 'rack')} without servers"))


def _fitting_grid(console: Console, table: Table, runs: Sequence[RackRun]) -> RichTable:
    """Everything where that fits the terminal, else the figures that matter most."""
    everything = _grid(_fields(table), runs, wide=True)
    unbounded = console.options.update(width=_ANY_WIDTH)
    if console.measure(everything, options=unbounded).maximum <= console.width:
        return everything
    return _grid(_fields(table), runs, wide=False)


def _fields(table: Table) -> Iterable[_Field]:
    yield _Field("Srv", ("servers",))
    yield _Field("GPU", ("gpus",))
    yield _Field("U", ("used", "height"), "{}/{}")
    yield _Field("kg", ("mass", "max_mass"), "{}/{}", wide_only=True)
    yield _Field("IT\n[kW]", ("power",))
    for key in (column.key for column in table.columns if column.key.startswith("normal:")):
        side = key.partition(":")[2]
        title = f"Feed {clean(side)}\n[kW]"
        yield _Field(title, (key, f"worst:{side}"), "{}/{}", wide_only=True)
    yield _Field("Fullest\nfeed [%]", ("use",))
    yield _Field("Air/liq.\nheat [kW]", ("air", "liquid"), "{}/{}", wide_only=True)
    for column in table.columns:
        if column.key.startswith("rate:"):
            yield _Field(f"{column.title}\n[{column.unit}]", (column.key,))


def _grid(fields: Iterable[_Field], runs: Sequence[RackRun], wide: bool) -> RichTable:
    shown = [field for field in fields if wide or not field.wide_only]
    grid = plain_grid()
    grid.add_column("Rack", overflow="fold")
    for field in shown:
        grid.add_column(Text(field.title), justify="right", overflow="fold")
    for run in runs:
        grid.add_row(Text(run.label), *(Text(field.text(run)) for field in shown))
    return grid


def _reasons(console: Console, runs: Sequence[RackRun]) -> None:
    """What keeps one more server out, by number of racks."""
    counts = Counter[str]()
    for run in runs:
        for reason in filter(None, run.cells["binding"].split("; ")):
            counts[reason] += run.count
    common = counts.most_common(_COMMON_REASONS)
    if common:
        found = "; ".join(f"{reason} ({counted(count, 'rack')})" for reason, count in common)
        rest = len(counts) - len(common)
        tail = f"; and {rest} more, in the report" if rest else ""
        say(console, Text(f"What keeps one more server out: {found}{tail}"))
