"""``rackplan init``: a commented site file to start from."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("init")
@click.argument("path", default="site.yaml", type=click.Path(path_type=Path))
@click.option("--example", default="starter", metavar="NAME", help="Which example to write.")
@click.option("--list", "list_examples", is_flag=True, help="List the examples and stop.")
@click.option("--no-schema", is_flag=True, help="Do not write the JSON Schema for editors.")
@click.option("--force", is_flag=True, help="Replace files that exist.")
def init(path: Path, example: str, list_examples: bool, no_schema: bool, force: bool) -> None:
    """Write a commented site file to start from.

    PATH is a file, or a folder for a site.yaml in it. The JSON Schema goes beside it, and the first
    lines of the site point at it: editors with a YAML language server, and JetBrains editors, then
    complete keys and mark mistakes while you type.

    Example:

        rackplan init my-site.yaml --example liquid
    """
    from rackplan.schema import starter  # late: --help stays quick

    if list_examples:
        for name, summary in starter.examples().items():
            click.echo(f"{name:<10} {summary}")
        return
    written = starter.write_starter(path, example, schema=not no_schema, force=force)
    for file in written:
        click.echo(f"wrote {file}", err=True)
    click.echo(f"next: rackplan check {written[0]}", err=True)
