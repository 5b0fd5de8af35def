"""``rackplan energy``: what a plan takes from the utility and the water main in its weather."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rackplan.energy import SiteHours
    from rackplan.facility.weather import Weather


@click.command("energy")
@click.argument("site", type=click.Path(path_type=Path))
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
@click.option(
    "--hours",
    type=click.Path(path_type=Path),
    metavar="FILE.csv",
    help="Also write every hour: weather, power by use, water, circuits.",
)
def energy(site: Path, plan: Path, as_json: bool, hours: Path | None) -> None:
    """Show energy, PUE and water of a plan, hour by hour.

    Worked out from SITE and where PLAN puts servers: energy by use, hours with and without
    chillers, temperatures above a setpoint, water made up, and the power of the worst hour beside
    what the limits of utilities and generators count.

    Example:

        rackplan energy site.yaml plan.json --hours hours.csv
    """
    from dataclasses import asdict, replace

    from rackplan import api
    from rackplan.cli.consoles import draw
    from rackplan.cli.report import check_same_site
    from rackplan.errors import InputError, Problem
    from rackplan.files import check_not_read, check_writable, write_whole
    from rackplan.report.energy_tables import render_energy
    from rackplan.verifier.energy_side import energy_plan, hour_by_hour
    from rackplan.verifier.view import View

    if hours is not None:
        check_writable(hours, "--hours")
        for source in (site, plan):
            check_not_read(hours, "--hours", source)
    read = api.read_plan(plan)
    facility = api.load(site)
    check_same_site(read.site.get("sha256", ""), facility.sha256, plan)
    view = View(facility, read)
    found = hour_by_hour(view)
    if facility.weather is None or found is None:
        cure = "add weather: {file: ...} or {design_day: ...} under site:"
        raise InputError([Problem("the site gives no weather", cure, file=str(site))])
    if hours is not None:
        write_whole(hours, _csv(facility.weather, found).encode(), "--hours")
        click.echo(f"wrote {found.hours:,} hours to {hours}", err=True)
    done = replace(read, energy=energy_plan(view, found))
    if as_json:
        click.echo(json.dumps(asdict(done.energy), indent=1, ensure_ascii=False))
    else:
        draw(lambda console: render_energy(console, done))


def _csv(weather: Weather, found: SiteHours) -> str:
    """Every hour as CSV: power in W, temperatures in degC, water in L."""
    columns = {
        "dry_bulb_c": weather.dry_bulb_c,
        "facility_w": found.facility_w,
        **{f"{use}_w": watts for use, watts in found.by_use_w.items()},
        "water_l": found.water_l,
    }
    for plant in found.plants:
        columns[f"{plant.circuit} supply_c"] = plant.supply_c
        columns[f"{plant.circuit} cooler_w"] = plant.cooler_w
        columns[f"{plant.circuit} compressors_w"] = plant.compressors_w
    names = [f'"{name}"' if set(name) & set(' ,"') else name for name in columns]
    lines = [",".join(("hour", *names))]
    for hour, row in enumerate(zip(*columns.values(), strict=True), start=1):
        lines.append(",".join((str(hour), *(f"{value:.2f}" for value in row))))
    return "\n".join(lines) + "\n"
