"""``rackplan report``: the plan as people read it."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("report")
@click.argument("plan", type=click.Path(path_type=Path))
@click.option(
    "--site", type=click.Path(path_type=Path), help="Site file of the plan [the one it names]."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Write the report (.html or .xlsx) instead of printing the summary.",
)
@click.option("--date", default="", help="Date printed in the report.")
def report(plan: Path, site: Path | None, output: Path | None, date: str) -> None:
    """Write the report of a plan.

    Example:

        rackplan report plan.json -o report.html
    """
    from rackplan import api
    from rackplan.cli.consoles import draw
    from rackplan.report.terminal import render_plan
    from rackplan.report.write import check_report_path, write_report

    if output is not None:
        check_report_path(output, option="--output")
    read = api.read_plan(plan)
    facility = api.load(site or _site_of(plan, read.site.get("file", "")))
    check_same_site(read.site.get("sha256", ""), facility.sha256, plan)
    if output is None:
        draw(lambda console: render_plan(read, facility, console))
        return
    write_report(read, facility, output, date, option="--output")
    click.echo(f"wrote the report to {output}", err=True)


def _site_of(plan: Path, named: str) -> Path:
    """The site file a plan names: as named, or beside the plan."""
    from rackplan.errors import InputError, Problem

    for candidate in (Path(named), plan.parent / Path(named).name):
        if named and candidate.is_file():
            return candidate
    message = f"the site file of this plan ({named or 'not named'}) is not there"
    raise InputError([Problem(message, cure="name it with --site", file=str(plan))])


def check_same_site(stated: str, found: str, plan: Path) -> None:
    """Refuse a plan that was made for another version of the site file, by their hashes."""
    from rackplan.errors import InputError, Problem

    if stated != found:
        message = f"the site file has changed since the plan: {found[:12]}, not {stated[:12]}"
        cure = "solve again, or name the right file with --site"
        raise InputError([Problem(message, cure, file=str(plan))])
