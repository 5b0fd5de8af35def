"""The JSON Schema, the reference, the examples and the commands that write them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from rackplan.cli.init import init
from rackplan.cli.schema import schema as schema_command
from rackplan.errors import InputError
from rackplan.facility.resolve import resolve
from rackplan.schema.document import read_document
from rackplan.schema.jsonschema import site_json_schema, site_json_schema_text
from rackplan.schema.load import load_site_document
from rackplan.schema.reference import site_reference
from rackplan.schema.starter import SCHEMA_FILE, example_text, examples, write_starter

ROOT = Path(__file__).resolve().parents[2]
SITES = sorted([*ROOT.glob("sites/**/*.yaml"), *ROOT.glob("rackplan/schema/examples/*.yaml")])


def errors_in(data: Any) -> list[str]:
    validator = jsonschema.Draft7Validator(site_json_schema())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(data)]


def keys_of(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from node
        for value in node.values():
            yield from keys_of(value)
    elif isinstance(node, list):
        for value in node:
            yield from keys_of(value)


def test_the_schema_is_a_valid_draft_7_schema() -> None:
    schema = site_json_schema()
    jsonschema.Draft7Validator.check_schema(schema)
    assert not {"$defs", "prefixItems", "unevaluatedProperties"} & set(keys_of(schema))


@pytest.mark.parametrize("site", SITES, ids=lambda path: path.stem)
def test_every_site_is_valid_before_ranges_are_expanded(site: Path) -> None:
    assert [] == errors_in(read_document(site).data)
    # Editors read the file by another parser: it finds the same values.
    assert YAML(typ="safe").load(site.read_text(encoding="utf-8")) == read_document(site).data


@pytest.mark.parametrize("site", SITES, ids=lambda path: path.stem)
def test_every_site_points_at_a_schema_that_is_there(site: Path) -> None:
    start, _, target = site.read_text(encoding="utf-8").splitlines()[0].partition("$schema=")
    assert "# yaml-language-server: " == start
    assert target == f"./{SCHEMA_FILE}" or (site.parent / target).exists()


@pytest.mark.parametrize("name", list(examples()))
def test_every_example_points_editors_at_the_schema_beside_it(name: str) -> None:
    language_server, jetbrains = example_text(name).splitlines()[:2]
    assert f"# yaml-language-server: $schema=./{SCHEMA_FILE}" == language_server
    assert f"# $schema: ./{SCHEMA_FILE}" == jetbrains


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"demnad": []}, "$"),
        ({"site": {"name": "x", "elevation": 45}}, "$.site.elevation"),
        ({"site": {"name": "x", "elevation": "45"}}, "$.site.elevation"),
        ({"power": {"nodes": [{"id": "a", "kind": "upps"}]}}, "$.power.nodes[0].kind"),
        ({"catalog": {"server": {}}}, "$.catalog"),
        (
            {"catalog": {"servers": {"x": {"weights": "3 kg"}}}},
            "$.catalog.servers.x",
        ),
    ],
)
def test_the_schema_marks_mistakes(change: dict[str, Any], at: str) -> None:
    data = {**read_document(SITES[0]).data, **change}
    assert [at] == [error.partition(": ")[0] for error in errors_in(data)]


def test_every_key_is_described() -> None:
    rows = [line for line in site_reference().splitlines() if line.startswith("| `")]
    assert len(rows) > 100
    assert [] == [row for row in rows if not row.split("|")[-2].strip()]


def test_the_committed_schema_and_reference_are_current() -> None:
    done = subprocess.run(
        [sys.executable, "tools/site_reference.py", "--check"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, "") == (done.returncode, done.stderr)


def test_the_schema_command_prints_the_schema() -> None:
    result = CliRunner().invoke(schema_command)
    assert (0, site_json_schema()) == (result.exit_code, json.loads(result.stdout))


@pytest.mark.parametrize("name", list(examples()))
def test_every_example_loads_and_resolves(name: str, tmp_path: Path) -> None:
    site, schema = write_starter(tmp_path / "mine.yaml", name)
    assert ("mine.yaml", SCHEMA_FILE) == (site.name, schema.name)
    facility = resolve(load_site_document(site))
    assert facility.racks
    assert site_json_schema_text() == schema.read_text(encoding="utf-8")


def test_the_starter_comes_first() -> None:
    assert "starter" == next(iter(examples()))


def test_nothing_is_replaced_unless_forced(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text("mine")
    with pytest.raises(InputError) as caught:
        write_starter(tmp_path)
    assert "this file exists already" == caught.value.problems[0].message
    assert ("mine", False) == (site.read_text(), (tmp_path / SCHEMA_FILE).exists())
    write_starter(tmp_path, force=True)
    assert example_text("starter") == site.read_text()
    # A schema that is there already, unchanged, is in nobody's way.
    write_starter(tmp_path / "second.yaml")


def test_without_a_schema_the_file_names_none(tmp_path: Path) -> None:
    written = write_starter(tmp_path / "site.yaml", schema=False)
    assert [tmp_path / "site.yaml"] == written == list(tmp_path.iterdir())
    assert "schema" not in written[0].read_text().splitlines()[0]


def test_what_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        write_starter(tmp_path / "no" / "site.yaml")
    assert "cannot be written: No such file or directory" == caught.value.problems[0].message
    with pytest.raises(InputError) as caught:
        write_starter(tmp_path / "site.yaml", "startr")
    assert "did you mean 'starter'?" == caught.value.problems[0].cure
    assert [] == list(tmp_path.iterdir())


def test_the_init_command(tmp_path: Path) -> None:
    runner = CliRunner()
    listed = runner.invoke(init, ["--list"])
    assert list(examples()) == [line.split()[0] for line in listed.stdout.splitlines()]
    target = tmp_path / "x.yaml"
    result = runner.invoke(init, [str(target), "--example", "liquid"])
    assert (0, "") == (result.exit_code, result.stdout)
    assert f"wrote {target}" in result.stderr
    assert example_text("liquid") == target.read_text()
