"""``rackplan check``: is the site file right, and what does it leave open?"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rackplan.facility import Facility


@click.command("check")
@click.argument("site", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
def check(site: Path, as_json: bool) -> None:
    """Validate a site file without solving it.

    Lists every problem at once, with file, line and cure. A valid site is summed up, with
    everything that was assumed because the file does not say it, and with warnings of what a
    reviewer should look at.

    Example:

        rackplan check site.yaml
    """
    from rackplan import api

    found = summary(api.load(site))
    if as_json:
        click.echo(json.dumps(found, indent=1, ensure_ascii=False))
        return
    click.echo(f"{site}: valid")
    for key, value in found.items():
        if key not in _LISTS:
            shown = (
                ", ".join(f"{n} {k}" for k, n in value.items())
                if isinstance(value, dict)
                else value
            )
            click.echo(f"  {key:<15} {shown}")
    for key in (key for key in _LISTS if key in found):
        click.echo(f"  {key:<15} {len(found[key]) or 'none'}")
        for text in found[key]:
            click.echo(f"    - {text}")


_LISTS = ("coolant supply", "cannot run", "assumptions", "warnings")


def summary(facility: Facility) -> dict[str, Any]:
    """What a site holds, in figures."""
    from rackplan.workload.predictions import Predictions

    racks = facility.racks.values()
    predictions = Predictions(facility)
    list(predictions.fixed())  # existing servers must be able to do their work
    refused = [
        f"{work.id}: {why}" for _, work, service, why in predictions.offered() if not service
    ]
    return {
        "site": facility.name,
        "elevation": f"{facility.elevation_m} m, air density {facility.air_density:.3f} kg/m3",
        "halls": len({rack.hall for rack in racks}),
        "rows": len({rack.row for rack in racks}),
        "racks": dict(Counter(rack.model_id for rack in racks)),
        "power nodes": dict(Counter(node.kind for node in facility.nodes.values())),
        "cooling zones": len(facility.zones),
        "coolant loops": len(facility.loops),
        "water circuits": len(facility.water),
        "weather": facility.weather.name if facility.weather is not None else "none",
        "loss states": dict(Counter(state.kind for state in facility.states[1:])),
        "existing": sum(server.existing for rack in racks for server in rack.fixed),
        "demand": ", ".join(
            f"{line.minimum}..{'' if line.maximum is None else line.maximum} {line.server}"
            for line in facility.demands.values()
        ),
        "workloads": ", ".join(
            f"{work.id} ({work.model_id} {work.precision}, {work.demand:g} {work.unit})"
            for work in facility.workloads.values()
        ),
        "objective": ", then ".join(str(goal) for goal in facility.objectives),
        **({"coolant supply": supplies(facility)} if facility.loops else {}),
        "cannot run": refused,
        "assumptions": [f"{a.path}: {a.text}" for a in facility.assumptions],
        "warnings": [f"{w.path}: {w.text}" for w in facility.warnings],
    }


def supplies(facility: Facility) -> list[str]:
    """For each loop what it supplies, and what suits all liquid-cooled servers of the site."""
    from rackplan.verifier.cooling_side import supply_window

    wet = [footprint for footprint in facility.footprints if footprint.liquid_w]
    window = supply_window(wet)
    low, high = _end(window.low_c), _end(window.high_c)
    by_low, by_high = window.low_model or "no limit", window.high_model or "no limit"
    if not wet:
        suits = "no server asks for coolant"
    elif window.low_c is not None and window.high_c is not None and window.low_c > window.high_c:
        suits = f"no supply suits all: at least {low} degC ({by_low}), at most {high} ({by_high})"
    elif by_low == by_high:
        suits = f"window {low} to {high} degC ({by_low})"
    else:
        suits = f"window {low} ({by_low}) to {high} degC ({by_high})"
    return [f"{x.id} supplies {x.supply_c:.1f} degC; {suits}" for x in facility.loops.values()]


def _end(end_c: float | None) -> str:
    return "-" if end_c is None else f"{end_c:.1f}"
