"""``rackplan cooling``, and what ``rackplan check`` and reports say of cooling."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cooled_sites import cooled_site
from small_sites import Document, small_site, written

from rackplan import api
from rackplan.cli import main
from rackplan.plan.cooling import Closest, Pressure
from rackplan.report.content import gather
from rackplan.report.cooling_tables import loads, loops, returns, zones
from rackplan.report.html import render_html
from rackplan.report.wording import rule_text
from rackplan.report.xlsx import render_xlsx


def run(*args: Any) -> Result:
    result = CliRunner().invoke(main, [str(arg) for arg in args], catch_exceptions=False)
    assert "Traceback" not in result.output
    return result


def solved(document: Document, folder: Path) -> tuple[Path, Path]:
    """A written site and its plan."""
    site, plan = written(document, folder / "site.yaml"), folder / "plan.json"
    result = run("solve", site, "-o", plan, "-q", "--workers", 1)
    assert 0 == result.exit_code, result.output
    return site, plan


def wet_site() -> Document:
    """Two ``wet8`` in a rack: 9 kW to the loop, 3 kW and 200 L/s to the room."""
    document = cooled_site(1)
    document["demand"] = [{"server": "wet8", "min": 2, "max": 2}]
    return document


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return solved(wet_site(), tmp_path)


def lines(result: Result) -> list[str]:
    """Lines of the output with single blanks."""
    return [" ".join(text.split()) for text in result.stdout.splitlines()]


def test_zones_and_loops_with_what_changes_them(files):
    result = run("cooling", *files)
    assert 0 == result.exit_code
    told = lines(result)
    assert (
        "2 zones, parts and loops, none over its limit; the fullest: loop, 20.0 %, cdu-1 lost"
        in (told)
    )
    assert "Inlet row/r1/u01 (wet8): 24.0 of 35.0 °C, 11.0 K to spare" in told
    assert "Return at most 60.0 °C" in told
    # 3 kW of 200 kW; 200 of 16,000 L/s; with a unit lost half of both.
    assert any(text.startswith("normal 3.0 200.0 1.5 200 16,000 1.2") for text in told)
    assert any(
        text.startswith("acu-1 lost and 1 alike acu-1 3.0 100.0 3.0 200 8,000") for text in told
    )
    assert any(text.startswith("normal 9.0 120.0 7.5 12.0 120.0 10.0") for text in told)
    assert (
        "Supply at least 20.0 °C (wet8), 10.0 K to spare; at most 40.0 °C (wet8), 10.0 K to spare"
        in (told)
    )


def test_what_is_not_known_is_said_in_a_line(tmp_path):
    files = solved(small_site(1, demand=[{"server": "box8", "max": 1}]), tmp_path)
    told = lines(run("cooling", *files))
    assert "Not judged return, humidity, time without cooling" in told
    assert not any(f" - {unit}" in text for text in told for unit in ("%", "s", "K", "°C"))
    assert not any(text.startswith("Supply") for text in told)  # no loop


def test_one_zone_one_loop_one_state(files):
    zone = run("cooling", *files, "--zone", "zone").stdout
    assert "air zone" in zone
    assert "coolant loop" not in zone
    loop = run("cooling", *files, "--loop", "loop", "--state", "cdu-2").stdout
    assert "coolant loop" in loop
    assert "air zone" not in loop
    assert "cdu-2 lost" in loop
    assert "cdu-1 lost" not in loop
    both = run("cooling", *files, "--loop", "loop", "--zone", "zone", "--state", "normal").stdout
    assert "coolant loop" in both
    assert "air zone" in both
    # A state that changes nothing is shown when it is asked for.
    assert "ups-a lost" in run("cooling", *files, "--state", "loss:ups-a").stdout


def test_a_zone_and_a_loop_may_share_a_name(tmp_path):
    document = wet_site()
    document["cooling"]["loops"][0]["id"] = "zone"
    document["halls"][0]["rows"][0]["loop"] = "zone"
    site, plan = solved(document, tmp_path)
    result = run("cooling", site, plan)
    assert 0 == result.exit_code
    assert "air zone" in result.stdout
    assert "coolant loop" in result.stdout
    assert 0 == run("verify", site, plan).exit_code
    assert 0 == run("report", plan, "--site", site).exit_code


def test_every_state_on_request(files):
    short, whole = run("cooling", *files).stdout, run("cooling", *files, "--all").stdout
    for state in ("ups-a lost", "row/r1:A lost", "acu-2 lost", "a pump of cdu-2 lost"):
        assert state not in short
        assert state in whole
    assert "other states" in short
    assert "other state" not in whole


def test_json_has_every_figure(files):
    document = json.loads(run("cooling", *files, "--json").stdout)
    (zone,), (loop,) = document["zones"], document["loops"]
    assert ("zone", 24.0, None) == (zone["zone"], zone["supply_c"], zone["gap_s"])
    (area,) = zone["areas"]
    rows = {row["state"]: row for row in area["rows"]}
    assert (3000, 100_000) == (
        rows["loss:acu-1"]["heat_w"],
        rows["loss:acu-1"]["capacity_w"],
    )
    assert "loss:ups-a" in area["others"]
    assert {"normal", "loss:cdu-1", "loss:cdu-1/pump"} <= {r["state"] for r in loop["area"]["rows"]}
    whole = json.loads(run("cooling", *files, "--json", "--all").stdout)
    assert [] == whole["zones"][0]["areas"][0]["others"]


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("--zone", "zome"), "did you mean zone"),
        (("--loop", "zzz"), "there are loop"),
        (("--state", "acu1"), "did you mean acu-1"),
    ],
)
def test_names_that_do_not_exist(files, words, hint):
    result = run("cooling", *files, *words)
    assert (2, "") == (result.exit_code, result.stdout)
    assert hint in result.stderr


def test_the_plan_of_another_site(files):
    site, plan = files
    site.write_text(site.read_text() + "\n# a word\n")
    result = run("cooling", site, plan)
    assert (2, "") == (result.exit_code, result.stdout)
    assert "has changed since the plan" in result.stderr


def test_heat_over_a_limit_exits_5_and_says_so(files):
    site, plan = files
    data = json.loads(plan.read_text())
    data["servers"] = data["servers"] * 7  # 63 kW on a CDU of 60 kW when the other is lost
    plan.write_text(json.dumps(data))
    result = run("cooling", site, plan)
    assert 5 == result.exit_code
    assert "105.0 OVER" in result.stdout
    assert "1 over the limit" in result.stdout
    assert 0 == run("cooling", site, plan, "--state", "normal").exit_code


def test_a_margin_below_0_exits_5_and_says_so(tmp_path):
    # 40 L last 160.1 kJ/K x 10 K / 9 kW = 177.9 s: enough for 170 s, and not with a third server.
    document = wet_site()
    document["power"]["nodes"][0:1] = [
        {"id": "grid", "kind": "utility"},
        {"id": "gen", "kind": "generator"},
        {"id": "ats", "kind": "ats", "from": ["grid", "gen"]},
    ]
    next(n for n in document["power"]["nodes"] if n["kind"] == "ups")["from"] = ["ats"]
    document["policy"] |= {"generator_start": "10 s", "not_survived": ["ats"]}
    document["cooling"]["loops"][0] |= {"volume": "40 L", "restart": "160 s"}
    site, plan = solved(document, tmp_path)
    assert "177 s until the supply is too warm, gap 170 s" in run("cooling", site, plan).stdout
    data = json.loads(plan.read_text())
    data["servers"].append(data["servers"][0])
    plan.write_text(json.dumps(data))
    result = run("cooling", site, plan, "--loop", "loop")
    assert 5 == result.exit_code
    assert "118 s until the supply is too warm, gap 170 s TOO SHORT" in result.stdout
    assert "a margin is below 0" in result.stdout


def test_check_says_what_a_loop_supplies_and_what_servers_take(tmp_path):
    document = wet_site()
    site = written(document, tmp_path / "site.yaml")
    said = "loop supplies 30.0 degC; window 20.0 to 40.0 degC (wet8)"
    assert said in run("check", site).stdout
    assert [said] == json.loads(run("check", site, "--json").stdout)["coolant supply"]
    servers = document["catalog"]["servers"]
    servers["warm8"] = {**servers["wet8"], "coolant_supply_min": "28 degC"}
    document["demand"].append({"server": "warm8", "max": 1})
    both = "window 28.0 (warm8) to 40.0 degC (wet8)"
    assert both in run("check", written(document, site)).stdout
    servers["warm8"] |= {"coolant_supply_min": "41 degC", "coolant_supply_max": "50 degC"}
    none = "no supply suits all: at least 41.0 degC (warm8), at most 40.0 (wet8)"
    assert none in run("check", written(document, site)).stdout
    document["demand"] = [{"server": "box8"}]
    assert "no server asks for coolant" in run("check", written(document, site)).stdout
    assert "coolant supply" not in run("check", written(small_site(), site)).stdout


def test_reports_show_zones_and_loops(files):
    site, plan = files
    facility, answer = api.load(site), api.read_plan(plan)
    room, loop = loads(answer).records()
    assert (3.0, 1.5, 100.0, 3.0) == (
        room["normal"],
        room["normal_use"],
        room["capacity"],
        room["use"],
    )
    # 12 of 60 L/min with a CDU lost.
    assert ("L/min", 12.0, 60.0, 20.0, "cdu-1 lost") == (
        loop["unit"],
        loop["flow"],
        loop["flow_max"],
        loop["flow_use"],
        loop["state"],
    )
    (zone,) = zones(answer).shown()
    assert ("24.0", "35.0", "11.0") == (
        zone["inlet"],
        zone["inlet_limit"],
        zone["inlet_margin"],
    )
    assert not {"humidity", "lasts", "gap"} & set(zone)  # nothing is known of them
    (told,) = loops(answer).shown()
    assert ("pg25", "20.0", "40.0", "wet8", "wet8") == (
        told["coolant"],
        told["low"],
        told["high"],
        told["low_model"],
        told["high_model"],
    )
    assert "dew" not in told
    content = gather(answer, facility)
    page = render_html(answer, facility, content)
    for table in (
        content.cooling_loads,
        content.cooling_zones,
        content.cooling_loops,
        content.cooling_returns,
    ):
        assert table.rows
        assert f'id="{table.id}"' in page
    assert 3 == sum(row[0] == "zone" for row in content.cooling_states.rows)
    assert render_xlsx(content) == render_xlsx(content)
    assert "Cooling  normal operation" in run("report", plan, "--site", site).stdout
    assert "supply too cold: 10.0 K to spare" in run("report", plan, "--site", site).stdout


def test_return_pressure_and_time_of_loops_stand_in_a_table_of_their_own(files):
    answer = api.read_plan(files[1])
    (loop,) = answer.cooling.loops
    told = replace(
        loop,
        back=Closest("row/r1/u01", "wet8", 45.0, 60.0, 15.0),
        pressure=Pressure(20_000.0, "wet8", 30_000.0, 100_000),
        ride_through_s=118.9,
        gap_s=170.0,
    )
    cooling = replace(answer.cooling, loops=(told, replace(told, pressure=None), bare(told)))
    first, second = returns(replace(answer, cooling=cooling)).records()  # the last says nothing
    assert (first["return"], first["return_limit"], first["return_margin"]) == (45.0, 60.0, 15.0)
    assert (first["lasts"], first["gap"]) == (118.0, 170.0)
    # 20 + 30 of 100 kPa.
    assert (first["pipes"], first["server"], first["head"]) == (20.0, 30.0, 100.0)
    assert first["pressure_use"] == 50.0
    assert second["head"] is None
    bare_plan = replace(answer, cooling=replace(answer.cooling, loops=(bare(told),)))
    assert returns(bare_plan).rows == ()


def bare(loop):
    return replace(loop, back=None, pressure=None, ride_through_s=None)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("air/room/ride-through/6.5K", "room heat until cooling is back, 6.5K to spare"),
        ("air/row/r1/inlet-rise/5K", "row/r1 inlet temperature, 5K to spare"),
        ("air/row/r1/door-airflow", "row/r1 airflow of the rear door"),
        ("air/room/near/irc-1/airflow@loss:irc-1", "room/near/irc-1 airflow, irc-1 lost"),
        ("liquid/loop/pressure/wet8", "loop pressure for wet8"),
        ("liquid/row/r1/dew-point", "row/r1 dew point"),
        ("liquid/loop/flow@loss:cdu-1/pump", "loop coolant flow, a pump of cdu-1 lost"),
    ],
)
def test_limits_of_cooling_in_words(rule, words):
    assert words == rule_text(rule)
