"""``rackplan explain``: why not, and what binds."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rackplan.cli.options import SECONDS

if TYPE_CHECKING:
    from rackplan.plan import Plan


@click.command("explain")
@click.argument("site", type=click.Path(path_type=Path))
@click.option(
    "--time-limit",
    type=SECONDS,
    default=60.0,
    show_default=True,
    help="Seconds for the solve, and again for the reason.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
@click.pass_context
def explain(ctx: click.Context, site: Path, time_limit: float, as_json: bool) -> None:
    """Say why a site does not fit, or what binds.

    For a site that does not fit: a smallest set of rules that cannot hold together. For one
    that does: the limits that keep one more server out of each rack.

    Example:

        rackplan explain sites/too-much.yaml
    """
    from rackplan import api
    from rackplan.cli.solve import document

    result = api.solve(api.load(site), time_limit_s=time_limit)
    if as_json:
        click.echo(json.dumps(document(result), indent=1, ensure_ascii=False))
    elif result.plan is None:
        from rackplan.cli.solve import print_result

        print_result(result)
    else:
        click.echo(f"FITS ({result.status}). What keeps one more server out of the racks:")
        for text, racks in _bindings(result.plan):
            click.echo(f"  {racks:>5} racks  {text}")
    ctx.exit(result.exit_code)


def _bindings(plan: Plan) -> list[tuple[str, int]]:
    """Binding limits with the number of racks they bind, most racks first."""
    from rackplan.report.wording import bindings_text

    counts: Counter[str] = Counter()
    for rack in plan.racks:
        text = bindings_text(rack.rack, rack.binding)
        counts.update(set(text.split("; ")) if text else ["nothing: one more server fits"])
    return counts.most_common()
