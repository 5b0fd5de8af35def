"""``rackplan schema``: the JSON Schema of the site file."""

from __future__ import annotations

import click


@click.command("schema")
def schema() -> None:
    """Print the JSON Schema of site files.

    Editors complete and check a site file by it. `rackplan init` writes it beside the starter.

    Example:

        rackplan schema > rackplan.schema.json
    """
    from rackplan.schema.jsonschema import site_json_schema_text  # late: --help stays quick

    click.echo(site_json_schema_text(), nl=False)
