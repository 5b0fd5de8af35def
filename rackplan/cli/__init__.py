"""The command line: parse, call the library, print. Commands are imported when they are called."""

from __future__ import annotations

import importlib
from typing import Any

import click

from rackplan import __version__
from rackplan.errors import InputError, RackplanError

_COMMANDS = {
    "solve": ("rackplan.cli.solve", "Place servers in a site and write the plan."),
    "check": ("rackplan.cli.check", "Validate a site file without solving it."),
    "verify": ("rackplan.cli.verify", "Judge a plan against its site, without a solver."),
    "power": ("rackplan.cli.power", "Show what every power node carries in every loss state."),
    "cooling": (
        "rackplan.cli.cooling",
        "Show what every zone and loop carries in every loss state.",
    ),
    "energy": ("rackplan.cli.energy", "Show energy, PUE and water of a plan, hour by hour."),
    "explain": ("rackplan.cli.explain", "Say why a site does not fit, or what binds."),
    "report": ("rackplan.cli.report", "Write the report of a plan."),
    "catalog": ("rackplan.cli.catalog", "Look up hardware and models, and check their figures."),
    "throughput": ("rackplan.cli.throughput", "Predict what a server delivers on a model."),
    "schema": ("rackplan.cli.schema", "Print the JSON Schema of site files."),
    "init": ("rackplan.cli.init", "Write a commented site file to start from."),
}
"""Module and summary of each command; a test holds the summaries to the commands' own."""


class _LazyGroup(click.Group):
    """Commands by name, imported when called: ``rackplan --help`` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(_COMMANDS[cmd_name][0])
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in _COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the closest command when there is none of that name."""
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            import difflib

            close = difflib.get_close_matches(args[0], _COMMANDS, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            raise click.UsageError(f"No such command {args[0]!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """As click does; output that cannot be written (a full disk) ends with a message."""
        try:
            return super().main(*args, **kwargs)
        except OSError as error:
            click.echo(f"error: cannot write the output: {error.strerror or error}", err=True)
            raise SystemExit(RackplanError.exit_code) from error

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; an error of rackplan ends it with its message and its exit code."""
        try:
            return super().invoke(ctx)
        except RackplanError as error:
            click.echo(error_text(error), err=True)
            ctx.exit(error.exit_code)


def error_text(error: RackplanError) -> str:
    """What is wrong, one paragraph per problem, with a count when there are several."""
    if not isinstance(error, InputError):
        return f"error: {error}"
    lines = [f"error: {problem}" for problem in error.problems]
    if len(lines) > 1:
        lines.append(f"{len(lines)} problems")
    return "\n".join(lines)


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="rackplan")
def main() -> None:
    """Plan where 4- and 8-GPU servers go in a datacenter: power, cooling, space, NVLink.

    Exit codes: 0 a verified plan, 2 bad input, 3 proven infeasible, 4 undecided in the time given,
    5 the verifier disagrees.

    Example:

        rackplan solve site.yaml -o plan.json --report report.html
    """
