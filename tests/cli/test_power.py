"""``rackplan power``: who carries what when something is lost, and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from small_sites import Document, node_of, small_site, written

from rackplan import api
from rackplan.cli import main
from rackplan.verifier.node_table import node_tables, parts
from rackplan.verifier.view import View


def run(*args: Any) -> Result:
    result = CliRunner().invoke(main, [str(arg) for arg in args], catch_exceptions=False)
    assert "Traceback" not in result.output
    return result


def solved(document: Document, folder: Path) -> tuple[Path, Path]:
    """A written site and its plan."""
    site, plan = written(document, folder / "site.yaml"), folder / "plan.json"
    assert 0 == run("solve", site, "-o", plan, "-q", "--workers", 1).exit_code
    return site, plan


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Six servers of 6 kW on two UPS systems of 100 kW, 90 % efficient, with 2 kW of lighting."""
    document = small_site()
    node_of(document, "ups-[a-b]")["efficiency"] = 0.9
    node_of(document, "panel-[a-b]")["load"] = "2 kW"
    return solved(document, tmp_path)


def rows_of(result: Result) -> dict[tuple[str, str], dict[str, Any]]:
    """Rows of the JSON document by state and node."""
    found = json.loads(result.stdout)
    return {(table["state"], row["node"]): row for table in found for row in table["nodes"]}


def line(result: Result, start: str) -> str:
    """The only line that begins so, with single blanks."""
    lines = (" ".join(text.split()) for text in result.stdout.splitlines())
    (found,) = (text for text in lines if text.startswith(start))
    return found


def test_the_fullest_nodes_of_each_state_and_what_is_dead(files):
    result = run("power", *files)
    assert 0 == result.exit_code
    assert "5 states, no node over its limit; the fullest: ups-b, 38.0 %, ups-a lost" in (
        result.stdout
    )
    assert "Normal operation" in result.stdout
    assert "Without power: ups-b (lost), panel-b" in result.stdout
    assert "2 more live nodes, under 80 %" in result.stdout


def test_every_node_of_a_state(files):
    for name in ("ups-b", "loss:ups-b"):
        result = run("power", *files, "--state", name)
        # 6 servers of 6 kW and 2 kW of lighting: 38 kW of 100; the grid gives 38 / 0.9.
        assert "panel-a ups-a 38.0 - 38.0 -" == line(result, "panel-a")
        assert line(result, "ups-a ").startswith("ups-a grid 38.0 100.0 38.0 38.0")
        assert line(result, "grid").startswith("grid 42.2 -")
        assert line(result, "ups-b lost -")
        assert line(result, "panel-b").startswith("panel-b dead")


def test_one_node_in_every_state(files):
    result = run("power", *files, "--node", "ups-a")
    assert line(result, "normal").startswith("normal grid 20.0 100.0")
    assert line(result, "ups-b lost").startswith("ups-b lost grid 38.0 100.0")
    assert line(result, "ups-a lost").startswith("ups-a lost lost")
    assert "Where the load" not in result.stdout


def test_where_a_load_comes_from(files):
    result = run("power", *files, "--node", "grid", "--node", "panel-a", "--state", "ups-b")
    assert "Where the load of grid comes from, ups-b lost" in result.stdout
    assert "ups-a ups 38.000 0.9 0.000 1 42.222" == line(result, "ups-a")
    circuits = [text for text in result.stdout.splitlines() if " circuit " in text]
    assert [18.0, 18.0] == [float(text.split()[-1]) for text in circuits]
    assert "panel-a of its own 2.000 1 0.000 1 2.000" == line(result, "panel-a of its own")
    assert "nothing" in run("power", *files, "--node", "ups-b", "--state", "ups-b").stdout


def test_json_has_the_verifiers_figures(files):
    rows = rows_of(run("power", *files, "--json"))
    row = rows["loss:ups-b", "ups-a"]
    assert (38_000, 100_000, "live") == (row["load_w"], row["limit_w"], row["condition"])
    shown = run("verify", *files, "--limit", row["fullest"]["id"]).stdout
    assert "power/ups-a@loss:ups-b: 38,000 of 100,000 W" in shown
    assert "dead" == rows["loss:ups-b", "panel-b"]["condition"]
    few = rows_of(run("power", *files, "--json", "--node", "ups-a", "--state", "normal"))
    assert [("normal", "ups-a")] == list(few)


def test_circuits_have_a_state_each(files):
    plain = {state for state, _ in rows_of(run("power", *files, "--json"))}
    every = {state for state, _ in rows_of(run("power", *files, "--json", "--circuits"))}
    assert {f"loss:row/r{n}:{side}" for n in (1, 2) for side in "AB"} == every - plain
    result = run("power", *files, "--state", "loss:row/r1:B")
    # Three servers whole on circuit A: 9 kW more than the 20 kW of normal operation.
    assert line(result, "ups-a ").startswith("ups-a grid 29.0 100.0")


def test_the_parts_of_every_load_add_up(files):
    site, plan = files
    view = View(api.load(site), api.read_plan(plan))
    for table in node_tables(view.facility, view.plan):
        for row in table.rows:
            found = parts(view, table.state, row.node)
            assert sum(part.drawn_w for part in found) == pytest.approx(row.load_w, abs=1)
    with pytest.raises(KeyError):
        parts(view, "loss:nobody", "ups-a")


def test_short_loads_and_lines(tmp_path):
    def rated(document: Document) -> Document:
        panel = node_of(document, "panel-[a-b]")
        panel.update(volts="400 V", amps="80 A", phases=3, continuous=0.8)
        return document

    chat = {"demand": [{"server": "box8", "min": 2, "max": 2, "survive": "shed"}]}
    files = solved(rated(small_site(**chat)), tmp_path)
    row = rows_of(run("power", *files, "--json"))["loss:ups-b", "panel-a"]
    # Shed: nothing lasts. Until then 2 servers, 12 kW.
    assert 0 == row["load_w"]
    assert (3, 64_000) == (len(row["lines_ma"]), row["line_limit_ma"])
    assert row["short"]["id"].endswith("/transfer@loss:ups-b")
    assert "until servers react" in run("power", *files, "--all").stdout


def test_a_load_over_its_limit_exits_5_and_says_so(files):
    site, plan = files
    data = json.loads(plan.read_text())
    data["servers"] = data["servers"] * 4
    plan.write_text(json.dumps(data))
    result = run("power", site, plan)
    assert 5 == result.exit_code
    assert "OVER" in result.stdout
    assert "nodes over the limit" in result.stdout
    assert 0 == run("power", site, plan, "--state", "normal").exit_code


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("--state", "upsa"), "did you mean ups-a"),
        (("--state", "zzz"), "there are normal"),
        (("--node", "panel-c"), "did you mean panel-"),
    ],
)
def test_names_that_do_not_exist(files, words, hint):
    result = run("power", *files, *words)
    assert (2, "") == (result.exit_code, result.stdout)
    assert hint in result.stderr


def test_the_plan_of_another_site(files):
    site, plan = files
    site.write_text(site.read_text() + "\n# a word\n")
    result = run("power", site, plan)
    assert (2, "") == (result.exit_code, result.stdout)
    assert "has changed since the plan" in result.stderr
