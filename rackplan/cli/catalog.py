"""``rackplan catalog``: what the catalog knows, where it comes from, whether it adds up."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rackplan.catalog.kinds import KINDS

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from rackplan.catalog.load import Catalog

_FILE_WIDTH = 160
"""Columns of a table that goes to a file or a pipe."""

_WHOLE = frozenset({"id", "figure", "value", "basis", "source", "date"})
"""Columns whose cells are never broken."""

_ROOM_FOR_NOTES = 110
"""Columns from which on notes stand beside their figures."""

_Sources = dict[tuple[str, str, str], int]
"""Numbers by title, reference and tier."""

_folder = click.option(
    "--catalog",
    "folder",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Add the entries of a catalog folder.",
)


@click.group("catalog")
def catalog() -> None:
    """Look up hardware and models, and check their figures.

    Every figure has a unit, a basis, a source and a date. What no source gives is absent, and what
    needs it is refused until the site file gives it.
    """


@catalog.command("list")
@click.option("--kind", type=click.Choice(tuple(KINDS)), help="Only entries of this kind.")
@_folder
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(kind: str | None, folder: Path | None, as_json: bool) -> None:
    """List the entries.

    Example:

        rackplan catalog list --kind servers
    """
    from rackplan.catalog.describe import summary  # late: --help stays quick

    known = _catalog(folder)
    rows = []
    for one in (kind,) if kind else KINDS:
        for entry_id in known.ids(one):
            entry = known.get(one, entry_id)
            row = {"kind": one, "id": entry_id, "vendor": entry.vendor, "name": entry.name}
            rows.append({**row, "summary": summary(entry)})
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    table = _table("kind", "id", "vendor", "name", "figures")
    for row in rows:
        _row(table, *row.values())
    _console().print(table)


@catalog.command("show")
@click.argument("entry_id", metavar="ID")
@_folder
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(entry_id: str, folder: Path | None, as_json: bool) -> None:
    """Show every figure of an entry with its source, and the claims that were rejected.

    Example:

        rackplan catalog show dgx-h100
    """
    from rackplan.catalog.describe import as_data  # late: --help stays quick

    known = _catalog(folder)
    kind, _ = known.find(entry_id)
    data = as_data(known, kind, entry_id)
    if as_json:
        click.echo(json.dumps(data, indent=2))
        return
    _print_entry(data)


@catalog.command("check")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(folder: Path | None, as_json: bool) -> None:
    """Check the figures of every entry against each other.

    With a FOLDER its entries are added to the catalog first. Errors, figures that contradict each
    other, end with exit code 2; warnings do not.

    Example:

        rackplan catalog check my-catalog/
    """
    from rackplan.catalog import checks  # late: --help stays quick

    known = _catalog(folder)
    findings = checks.check(known)
    errors = sum(one.severity == "error" for one in findings)
    entries = sum(len(known.ids(kind)) for kind in KINDS)
    if as_json:
        listed = [
            {
                "id": f.id,
                "severity": f.severity,
                "kind": f.kind,
                "entry": f.entry,
                "message": f.message,
            }
            for f in findings
        ]
        totals = {"entries": entries, "checks": len(checks.CHECKS), "errors": errors}
        click.echo(json.dumps({**totals, "findings": listed}, indent=2))
    else:
        for one in findings:
            click.echo(f"{one.severity}: {one.entry}: {_clean(one.message)} [{one.id}]")
        warnings = len(findings) - errors
        counted = f"{entries} entries, {len(checks.CHECKS)} checks"
        click.echo(f"{counted}: {_count(errors, 'error')}, {_count(warnings, 'warning')}")
    if errors:
        raise click.exceptions.Exit(2)


def _catalog(folder: Path | None) -> Catalog:
    from rackplan.catalog.load import builtin, read_folder

    return builtin().extended(read_folder(folder)) if folder is not None else builtin()


def _print_entry(data: dict[str, Any]) -> None:
    from rich.text import Text

    from rackplan.catalog.kinds import WORDS

    console = _console()
    title = f"{data['vendor']} {data['name']}" if data["vendor"] != "generic" else data["name"]
    console.print(Text(_clean(title), style="bold"))
    console.print(Text(f"{WORDS[data['kind']]} {data['id']}"))
    if data["note"]:
        console.print(Text(_clean(data["note"])))
    for name, value in data["fields"].items():
        console.print(Text(_clean(f"{name}: {value}")))
    sources = _numbered_sources(data)
    _print_figures(console, data["figures"], sources)
    for key, number in sources.items():
        _hanging(console, f"[{number}] ", ", ".join(part for part in key if part))
    if data["absent"]:
        _hanging(console, "no source: ", ", ".join(data["absent"]))
    _print_claims(console, data, sources)


def _print_figures(console: Console, figures: dict[str, Any], sources: _Sources) -> None:
    """Print the figures; notes go below the table where it would be too narrow for them."""
    wide = console.width >= _ROOM_FOR_NOTES
    table = _table("figure", "value", "basis", "source", "date", *(["note"] if wide else []))
    for name, one in figures.items():
        cells = [name, one["text"], one["basis"], f"[{sources[_key(one['source'])]}]", one["date"]]
        _row(table, *cells, *([one["note"]] if wide else []))
    console.print(table)
    for name, one in figures.items():
        if one["note"] and not wide:
            _hanging(console, f"{name}: ", one["note"])


def _numbered_sources(data: dict[str, Any]) -> _Sources:
    """Numbers of the sources that an entry's figures and rejected claims name, in their order."""
    named = [*data["figures"].values(), *data["rejected"]]
    keys = dict.fromkeys(_key(one["source"]) for one in named)
    return {key: number for number, key in enumerate(keys, start=1)}


def _key(source: dict[str, str]) -> tuple[str, str, str]:
    tier = source.get("tier", "")
    return source["title"], source.get("reference", ""), tier if tier != "estimate" else ""


def _print_claims(console: Console, data: dict[str, Any], sources: _Sources) -> None:
    from rich.text import Text

    if data["rejected"]:
        console.print(Text("\nrejected claims", style="bold"))
    for claim in data["rejected"]:
        console.print(Text(_clean(f"{claim['field']}: {claim['claim']}")))
        number = sources[_key(claim["source"])]
        _hanging(console, "    ", f"{claim['reason']} Claimed in [{number}].")
    if data["findings"]:
        console.print(Text("\nchecks", style="bold"))
    for one in data["findings"]:
        _hanging(console, f"{one['severity']}: ", f"{one['message']} [{one['id']}]")


def _hanging(console: Console, label: str, text: str) -> None:
    """Print a label and a text whose further lines stand under the text."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid()
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Text(label), Text(_clean(text)))
    console.print(grid)


def _console() -> Console:
    """A console on standard output; color and its absence (NO_COLOR) are rich's business."""
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = _FILE_WIDTH
    return console


def _table(*titles: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), header_style="bold")
    for title in titles:
        table.add_column(title, overflow="fold", no_wrap=title in _WHOLE)
    return table


def _row(table: Table, *cells: str) -> None:
    from rich.text import Text

    table.add_row(*(Text(_clean(cell)) for cell in cells))


def _clean(text: str) -> str:
    from rackplan.report.table import clean

    return clean(text)


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
