"""``rackplan catalog`` as a person and a script use it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rackplan.catalog.load import KINDS, UnknownEntryError, builtin
from rackplan.cli.catalog import catalog


def run(*args: str, columns: int | None = None) -> Result:
    env = {"COLUMNS": str(columns)} if columns else {}
    return CliRunner().invoke(catalog, args, env=env)


def test_list_names_every_entry() -> None:
    result = run("list")
    assert 0 == result.exit_code
    shown = set(result.stdout.split())
    assert {entry_id for kind in KINDS for entry_id in builtin().ids(kind)} <= shown


def test_list_of_a_kind_as_json() -> None:
    rows = json.loads(run("list", "--kind", "circuits", "--json").stdout)
    assert list(builtin().ids("circuits")) == [row["id"] for row in rows]
    assert {
        "kind": "circuits",
        "id": "nec-415v-60a-3ph",
        "vendor": "generic",
        "name": "415/240 V 60 A three-phase, NEC",
        "summary": "415 V, 60 A, 3ph, nec",
    } in rows


@pytest.mark.parametrize("columns", [80, 160])
def test_show_gives_each_figure_with_its_source(columns: int) -> None:
    output = run("show", "dgx-h100", columns=columns).stdout
    (line,) = [line for line in output.splitlines() if line.strip().startswith("max_draw")]
    assert ["max_draw", "10.2", "kW", "vendor-max", "[1]", "2026-11"] == line.split()
    flat = " ".join(output.split())
    assert "[1] NVIDIA DGX H100/H200 User Guide" in flat
    assert "docs.nvidia.com/dgx/dgxh100-user-guide" in flat
    assert "at 80 % fan speed" in flat
    assert all(len(line) <= columns for line in output.splitlines())


def test_show_prints_rejected_claims_with_the_reason() -> None:
    flat = " ".join(run("show", "dgx-h100").stdout.split())
    assert "heat_claim: 38,557 BTU/h" in flat
    assert "heat cannot exceed input" in flat
    flat = " ".join(run("show", "h20-96").stdout.split())
    assert "FP8 up to 2,979 TFLOP/s" in flat
    assert "NVLink-C2C" in flat


def test_show_lists_what_no_source_gives_and_what_the_checks_find() -> None:
    flat = " ".join(run("show", "dell-xe9680-h100").stdout.split())
    assert (
        "no source: height, width, depth, peak, power_cap, psu_min_boot, airflow, inlet_min" in flat
    )
    assert "warning: label 3+3" in flat


def test_show_as_json_holds_value_unit_and_source() -> None:
    data = json.loads(run("show", "dgx-h100", "--json").stdout)
    figure = data["figures"]["max_draw"]
    assert (10200, "W", "10.2 kW") == (figure["value"], figure["unit"], figure["text"])
    assert "dgx-h100-guide" == figure["source"]["id"]
    assert ["peak", "power_cap"] == data["absent"]
    assert "heat_claim" == data["rejected"][0]["field"]


def test_show_gives_banks_and_what_they_share_once() -> None:
    data = json.loads(run("show", "apc-ap8888", "--json").stdout)
    assert "L1: 4 C13 + 2 C19" == data["fields"]["banks.1"]
    assert "L3: 6 C13 + 2 C19" == data["fields"]["banks.6"]
    assert ("16 A", "estimate") == (
        data["figures"]["banks.breaker"]["text"],
        data["figures"]["banks.breaker"]["basis"],
    )
    rows = json.loads(run("list", "--kind", "rack_pdus", "--json").stdout)
    (row,) = (row for row in rows if row["id"] == "apc-ap8888")
    assert "415 V, 32 A, 3ph wye, 30 C13 + 12 C19" == row["summary"]
    rows = json.loads(run("list", "--kind", "conductors", "--json").stdout)
    assert "1.61 ohm/km, 65 A" in {row["summary"] for row in rows}


def test_show_gives_banks_that_differ_one_by_one(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(
        "rack_pdus:\n  ours:\n    like: pdu-208v-30a-1ph\n    banks:\n"
        "    - {id: a, position: L, breaker: 16 A, continuous: 1, outlets: {C13: 2}}\n"
        "    - {id: b, position: L, breaker: 10 A, continuous: 1, outlets: {C13: 2}}\n"
    )
    data = json.loads(run("show", "ours", "--json", "--catalog", str(tmp_path)).stdout)
    figures = {name: one["text"] for name, one in data["figures"].items() if "bank" in name}
    assert {
        "banks.a.breaker": "16 A",
        "banks.b.breaker": "10 A",
        "banks.continuous": "1",
    } == figures


def test_an_unknown_id_is_an_input_error() -> None:
    result = run("show", "dgx-h10")
    assert isinstance(result.exception, UnknownEntryError)
    assert 2 == result.exception.exit_code


def test_check_passes_on_the_catalog_that_ships() -> None:
    result = run("check")
    assert 0 == result.exit_code
    assert result.stdout.splitlines()[-1].endswith("0 errors, 3 warnings")


def test_check_fails_on_a_folder_whose_figures_contradict(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(
        "servers:\n  ours: {like: dgx-h100, heat_claim: 38557 BTU/h}\n"
    )
    result = run("check", str(tmp_path))
    assert 2 == result.exit_code
    assert "error: ours: heat 38557 BTU/h = 11,300 W" in result.stdout
    data = json.loads(run("check", str(tmp_path), "--json").stdout)
    assert 1 == data["errors"]
    assert ["RPC101"] == [one["id"] for one in data["findings"] if one["severity"] == "error"]


def test_entries_of_a_folder_can_be_listed_and_shown(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(
        'racks:\n  ours: {like: apc-ar3300, name: "a\\e[31mb\\u202ec", max_load: 900 kg}\n'
    )
    listed = run("list", "--kind", "racks", "--catalog", str(tmp_path)).stdout
    shown = run("show", "ours", "--catalog", str(tmp_path)).stdout
    assert "900 kg" in listed
    assert "catalog file ours.yaml" in shown
    assert "\x1b" not in listed + shown
    assert "\u202e" not in listed + shown


def test_a_folder_with_mistakes_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text("racks:\n  ours: {like: apc-ar3000, max_load: 900}\n")
    result = run("check", str(tmp_path))
    assert result.exception is not None
    assert "did you mean 'apc-ar3" in str(result.exception)
