"""The per-rack table of the terminal summary, as wide as the terminal allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from rackplan.facility.model import Facility
from rackplan.plan import Plan
from rackplan.report.device_tables import racks
from rackplan.report.rack_groups import rack_groups
from rackplan.report.table import ABSENT, Table, clean
from rackplan.report.wording import counted

_ANY_WIDTH = 10_000
_WIDEST_NAME = 30
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
    return RichTable(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")


@dataclass(frozen=True, slots=True)
class _Field:
    """A column of the terminal's table: heading, the figures it joins, and its place in line.

    Where the terminal is too narrow, fields of the largest ``worth`` come first.
    """

    title: str
    keys: tuple[str, ...]
    pattern: str = "{}"
    worth: int = 9

    def text(self, cells: Mapping[str, str]) -> str:
        """What the column says of a rack; of several reasons the first."""
        if self.keys == ("binding",):
            return cells["binding"].partition("; ")[0] or ABSENT
        parts = [cells[key] for key in self.keys]
        return self.pattern.format(*parts) if any(part != ABSENT for part in parts) else ABSENT


def render_racks(console: Console, plan: Plan, facility: Facility) -> None:
    """Print what each rack holds; racks that read the same share a line, empty ones are counted."""
    table = racks(plan, facility)
    used = [record for record in table.records() if record["servers"]]
    if used:
        heading(console, "Racks", "figures are for each rack; feeds: normal/worst loss state")
        console.print(_fitting_grid(console, table))
        _reasons(console, [str(record["binding"]) for record in used])
    empty = len(table.rows) - len(used)
    if empty:
        say(console, Text(f"{counted(empty, 'rack')} without servers"))


def _fitting_grid(console: Console, table: Table) -> RichTable:
    """As many columns as fit the terminal, those that matter most first."""
    fields = tuple(_fields(table))
    unbounded = console.options.update(width=_ANY_WIDTH)
    kept = {max(field.worth for field in fields)}
    for worth in sorted({field.worth for field in fields} - kept, reverse=True):
        grid = _grid(table, [field for field in fields if field.worth in kept | {worth}])
        if console.measure(grid, options=unbounded).maximum <= console.width:
            kept.add(worth)
    return _grid(table, [field for field in fields if field.worth in kept])


def _fields(table: Table) -> Iterator[_Field]:
    yield _Field("Srv", ("servers",))
    yield _Field("GPU", ("gpus",))
    yield _Field("U", ("used", "height"), "{}/{}")
    yield _Field("kg", ("mass", "max_mass"), "{}/{}", worth=2)
    yield _Field("IT\n[kW]", ("power",))
    for key in (column.key for column in table.columns if column.key.startswith("normal:")):
        side = key.partition(":")[2]
        title = f"Feed {clean(side)}\n[kW]"
        yield _Field(title, (key, f"worst:{side}"), "{}/{}", worth=5)
    yield _Field("Fullest\nfeed [%]", ("use",), worth=3)
    if any(column.key == "liquid" for column in table.columns):
        yield _Field("Air/liq.\nheat [kW]", ("air", "liquid"), "{}/{}", worth=1)
    else:
        yield _Field("Heat to\nair [kW]", ("air",), worth=1)
    for column in table.columns:
        if column.key.startswith("rate:"):
            yield _Field(f"{column.title}\n[{column.unit}]", (column.key,))
    yield _Field("What keeps\none more out", ("binding",), worth=4)


def _grid(table: Table, fields: Sequence[_Field]) -> RichTable:
    groups = rack_groups(table, lambda cells: tuple(field.text(cells) for field in fields))
    longest = max(len(word) for group in groups for word in group.label.split())
    grid = plain_grid()
    grid.add_column("Rack", overflow="fold", min_width=min(longest, _WIDEST_NAME))
    grid.add_column("Racks", justify="right")
    for field in fields:
        words = field.keys == ("binding",)
        grid.add_column(Text(field.title), justify="left" if words else "right", overflow="fold")
    for group in groups:
        figures = [f"{len(group.racks):,}", *(field.text(group.cells) for field in fields)]
        grid.add_row(Text(group.label), *map(Text, figures))
    return grid


def _reasons(console: Console, bindings: Iterable[str]) -> None:
    """What keeps one more server out, by number of racks."""
    counts = Counter(reason for text in bindings for reason in text.split("; ") if reason)
    common = counts.most_common(_COMMON_REASONS)
    if common:
        found = "; ".join(f"{reason} ({counted(count, 'rack')})" for reason, count in common)
        rest = len(counts) - len(common)
        tail = f"; and {rest} more, in the report" if rest else ""
        say(console, Text(f"What keeps one more server out: {found}{tail}"))
