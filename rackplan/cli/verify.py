"""``rackplan verify``: is the plan true?"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rackplan.verifier import Verdict

SHOWN = 40
"""Violations printed."""


@click.command("verify")
@click.argument("site", type=click.Path(path_type=Path))
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--limit", metavar="ID", help="Show one limit as the verifier computes it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
@click.pass_context
def verify(ctx: click.Context, site: Path, plan: Path, limit: str | None, as_json: bool) -> None:
    """Judge a plan against its site, without a solver.

    Walks the power graph and the cooling of SITE in every loss state and compares with what
    PLAN says. Exits 5 when anything is violated, and names each violation with amount and place.

    Example:

        rackplan verify site.yaml plan.json --limit power/ups-a@loss:ups-b
    """
    from rackplan import api

    verdict = api.verify(site, plan)
    if limit is not None:
        _print_limit(verdict, limit, as_json)
    elif as_json:
        document = {
            "ok": verdict.ok,
            "checks": dict(verdict.checks),
            "violations": [asdict(violation) for violation in verdict.violations],
        }
        click.echo(json.dumps(document, indent=1, ensure_ascii=False))
    else:
        _print(verdict)
    ctx.exit(0 if verdict.ok else 5)


def _print(verdict: Verdict) -> None:
    counts = ", ".join(f"{family} {count:,}" for family, count in verdict.checks.items())
    if verdict.ok:
        click.echo(f"VERIFIED: {sum(verdict.checks.values()):,} judgments hold ({counts})")
        return
    click.echo(f"NOT TRUE: {len(verdict.violations)} violations")
    for violation in verdict.violations[:SHOWN]:
        click.echo(f"  {violation.rule}: {violation.message}")
    if len(verdict.violations) > SHOWN:
        click.echo(f"  ... and {len(verdict.violations) - SHOWN} more (--json lists them all)")


def _print_limit(verdict: Verdict, rule: str, as_json: bool) -> None:
    """One limit in every state the verifier looked at."""
    from rackplan.errors import InputError, Problem

    found = [row for row in verdict.loads if row.id == rule or row.id.partition("@")[0] == rule]
    if not found:
        import difflib

        close = difflib.get_close_matches(rule, [row.id for row in verdict.loads], n=3)
        cure = f"did you mean {', '.join(close)}?" if close else ""
        raise InputError([Problem(f"there is no limit {rule!r}", cure, path="--limit")])
    if as_json:
        click.echo(json.dumps([asdict(row) for row in found], indent=1, ensure_ascii=False))
        return
    for row in found:
        share = f"{row.load / row.capacity:.1%}" if row.capacity else "-"
        click.echo(f"{row.id}: {row.load:,} of {row.capacity:,} {row.quantity} ({share})")
