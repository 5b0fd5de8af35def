"""``rackplan solve``: the main job."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rackplan.cli.options import SECONDS

if TYPE_CHECKING:
    from rackplan.errors import Problem
    from rackplan.solver import Result

RESULT_SCHEMA = "rackplan.result/1"
"""Format of what ``--json`` prints when there is no plan."""


@click.command("solve")
@click.argument("site", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the plan (JSON).")
@click.option(
    "--report", type=click.Path(path_type=Path), help="Write the report (.html or .xlsx)."
)
@click.option(
    "--time-limit",
    type=SECONDS,
    default=60.0,
    show_default=True,
    help="Seconds for all goals together.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    help="Search threads [8, or more on more cores]. With 1, two runs give the same plan, and "
    "seconds are the solver's own: up to 4 times as long on the clock.",
)
@click.option(
    "--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True, help="Random seed."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
@click.option("-q", "--quiet", is_flag=True, help="No progress on stderr.")
@click.pass_context
def solve(
    ctx: click.Context,
    site: Path,
    output: Path | None,
    report: Path | None,
    time_limit: float,
    workers: int | None,
    seed: int,
    as_json: bool,
    quiet: bool,
) -> None:
    """Place servers in a site and write the plan.

    Reads SITE, decides which servers go where, checks the plan with a verifier that shares
    nothing with the solver, and prints the summary. Ctrl-C or the time limit keeps the best plan
    found, with its bound.

    Example:

        rackplan solve sites/h20-inference-hall.yaml -o plan.json --report report.html
    """
    from rackplan import api
    from rackplan.cli.consoles import ProgressLine
    from rackplan.errors import InputError
    from rackplan.files import check_not_read, check_writable
    from rackplan.report.write import check_report_path

    if output is not None:
        check_writable(output, "--output")
        check_not_read(output, "--output", site)
    if report is not None:
        check_report_path(report)
        check_not_read(report, "--report", site)
    progress = ProgressLine()
    facility = api.load(site)
    try:
        result = api.solve(
            facility,
            time_limit_s=time_limit,
            workers=workers,
            seed=seed,
            on_progress=None if quiet else progress,
        )
    except KeyboardInterrupt:  # Ctrl-C outside of the search: there is no plan to keep
        from rackplan.solver import Result

        result = Result("UNKNOWN", None, None, None, facility)
    progress.close()
    problems = _write(result, output, report)
    if as_json:
        click.echo(json.dumps(document(result), indent=1, ensure_ascii=False))
    else:
        print_result(result)
    if problems:
        raise InputError(problems)
    ctx.exit(result.exit_code)


def _write(result: Result, output: Path | None, report: Path | None) -> list[Problem]:
    """Write the files asked for; what cannot be written is told after the result is printed."""
    from rackplan.errors import InputError
    from rackplan.files import write_whole
    from rackplan.report.write import write_report

    problems: list[Problem] = []
    for what, path in (("plan", output), ("report", report)):
        if path is None:
            continue
        if result.plan is None or result.exit_code != 0:
            click.echo(f"no plan: {path} not written", err=True)
            continue
        try:
            if what == "plan":
                write_whole(path, result.plan.to_json().encode(), "--output")
            else:
                write_report(result.plan, result.facility, path)
        except InputError as error:
            problems += error.problems
        else:
            click.echo(f"wrote the {what} to {path}", err=True)
    return problems


def document(result: Result) -> dict[str, Any]:
    """What ``--json`` prints: the plan, or the status with the reason."""
    from dataclasses import asdict

    if result.plan is not None and result.verdict is not None and result.verdict.ok:
        return result.plan.to_dict()
    violations = result.verdict.violations if result.verdict else ()
    return {
        "schema": RESULT_SCHEMA,
        "site": {"name": result.facility.name, "sha256": result.facility.sha256},
        "status": result.status,
        "conflict": asdict(result.conflict) if result.conflict else None,
        "violations": [asdict(violation) for violation in violations],
        "plan": result.plan.to_dict() if result.plan else None,
    }


def print_result(result: Result) -> None:
    """Print the summary, the conflict, or that nothing is decided."""
    from rackplan.cli.consoles import draw
    from rackplan.report.terminal import render_conflict, render_plan

    conflict, plan = result.conflict, result.plan
    if conflict is not None:
        draw(lambda console: render_conflict(conflict, console))
    elif plan is None and result.status == "INFEASIBLE":
        click.echo("DOES NOT FIT\nProven infeasible; the reason was not found in the time given.")
    elif plan is None:
        click.echo(
            "UNDECIDED\nNo plan was found in the time given, and none was proven impossible."
        )
        click.echo("Give it more time with --time-limit.")
    else:
        draw(lambda console: render_plan(plan, result.facility, console))
    if result.verdict is not None and not result.verdict.ok:
        click.echo("error: the verifier disagrees with this plan:", err=True)
        for violation in result.verdict.violations[:20]:
            click.echo(f"  {violation.rule}: {violation.message}", err=True)
