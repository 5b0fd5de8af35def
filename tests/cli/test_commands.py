"""The commands, end to end: exit codes, one JSON document, errors on stderr with their place."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from small_sites import Document, row_of, small_site, written

import rackplan
from rackplan.cli import _COMMANDS, main
from rackplan.facility.model import Assumption
from rackplan.plan import from_json

NO_FIT = {"demand": [{"server": "box8", "min": 7}]}
"""Seven servers of 6 U in two racks of 20 U."""


PREDICT = "--model llama-3.1-8b --input 100 --output 100 --server dell-xe9680-h20"


@pytest.fixture
def site(tmp_path) -> Path:
    return written(small_site(), tmp_path / "site.yaml")


@pytest.fixture
def plan(site, tmp_path) -> Path:
    path = tmp_path / "plan.json"
    assert 0 == run("solve", site, "-o", path, "-q").exit_code
    return path


def run(*args: Any) -> Result:
    """Run a command; what it raises beside its exit is a defect, and is raised here."""
    words = [str(arg) for arg in args]
    result = CliRunner().invoke(main, words, catch_exceptions=False)
    assert "Traceback" not in result.output
    return result


def only_json(result: Result) -> Any:
    """The one JSON document on stdout."""
    return json.loads(result.stdout)


def broken(path: Path, change: Any) -> Path:
    document = small_site()
    change(document)
    return written(document, path)


# solve


def test_solve_prints_a_summary_and_writes_the_plan(site, tmp_path):
    out = tmp_path / "plan.json"
    result = run("solve", site, "-o", out)
    assert 0 == result.exit_code
    for words in ("FITS, proven optimal", "6 in 2 of 2 racks", "48", "36.0 kW"):
        assert words in result.stdout
    assert f"wrote the plan to {out}" in result.stderr
    assert "wrote" not in result.stdout
    assert "OPTIMAL" == from_json(out.read_text()).status


def test_progress_goes_to_stderr_and_quiet_is_quiet(site):
    result = run("solve", site)
    assert "servers: best" in result.stderr
    assert "best 6" not in result.stdout
    assert "" == run("solve", site, "--quiet").stderr


def test_solve_json_is_the_plan_and_nothing_else(site, tmp_path):
    out = tmp_path / "plan.json"
    result = run("solve", site, "--json", "--workers", 1, "-o", out)
    assert 0 == result.exit_code
    assert out.read_text() == result.stdout
    assert "rackplan.plan/1" == only_json(result)["schema"]


def test_solve_json_without_a_plan_holds_the_reason(tmp_path):
    site = written(small_site(**NO_FIT), tmp_path / "site.yaml")
    result = run("solve", site, "--json")
    assert 3 == result.exit_code
    data = only_json(result)
    assert ("rackplan.result/1", "INFEASIBLE") == (data["schema"], data["status"])
    assert "demand/box8/min" in {rule["id"] for rule in data["conflict"]["rules"]}
    assert data["plan"] is None


def test_infeasible_exits_3_and_writes_no_plan(tmp_path):
    site = written(small_site(**NO_FIT), tmp_path / "site.yaml")
    result = run("solve", site, "-o", tmp_path / "plan.json", "--report", tmp_path / "r.html")
    assert 3 == result.exit_code
    assert "DOES NOT FIT" in result.stdout
    assert "At least 7 box8" in result.stdout
    assert [site] == list(tmp_path.iterdir())
    assert 2 == result.stderr.count("not written")


def test_undecided_exits_4(site, monkeypatch):
    monkeypatch.setattr("rackplan.solver.search.HARD_LIMIT_FACTOR", 0)
    result = run("solve", site, "--workers", 1)
    assert 4 == result.exit_code
    assert "UNDECIDED" in result.stdout
    data = only_json(run("solve", site, "--workers", 1, "--json"))
    assert ("UNKNOWN", None, None) == (data["status"], data["plan"], data["conflict"])


def test_ctrl_c_without_a_plan_exits_4(site, monkeypatch):
    def interrupt(*args: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("rackplan.api.solve", interrupt)
    result = run("solve", site)
    assert 4 == result.exit_code
    assert "UNDECIDED" in result.stdout


def test_a_plan_the_verifier_refuses_exits_5(site, tmp_path, monkeypatch):
    def shaken(*args: object) -> object:
        plan = real(*args)
        return replace(plan, servers=tuple(replace(server, u=1) for server in plan.servers))

    from rackplan.solver.planning import build_plan as real

    monkeypatch.setattr("rackplan.solver.build_plan", shaken)
    out = tmp_path / "plan.json"
    result = run("solve", site, "-o", out)
    assert 5 == result.exit_code
    assert "the verifier disagrees" in result.stderr
    assert "already taken by" in result.stderr
    assert not out.exists()
    data = only_json(run("solve", site, "--json"))
    assert "rackplan.result/1" == data["schema"]
    assert data["violations"]


def test_a_report_is_written_beside_the_plan(site, tmp_path):
    for name in ("report.html", "report.xlsx"):
        result = run("solve", site, "--report", tmp_path / name)
        assert 0 == result.exit_code
        assert (tmp_path / name).stat().st_size > 1000


# check


def test_check_sums_a_site_up(site):
    result = run("check", site)
    assert 0 == result.exit_code
    assert f"{site}: valid" in result.stdout
    assert "2 cabinet" in result.stdout
    assert {"cabinet": 2} == only_json(run("check", site, "--json"))["racks"]


def test_check_prints_what_a_reviewer_should_look_at(site, monkeypatch):
    def warned(path: Path) -> object:
        return replace(real(path), warnings=(Assumption("power.nodes[1]", "ups-a is small"),))

    from rackplan.api import load as real

    assert "warnings        none" in run("check", site).stdout
    monkeypatch.setattr("rackplan.api.load", warned)
    assert "    - power.nodes[1]: ups-a is small" in run("check", site).stdout
    assert ["power.nodes[1]: ups-a is small"] == only_json(run("check", site, "--json"))["warnings"]


def test_check_lists_every_problem_with_its_line_and_cure(tmp_path):
    def spoil(document: Document) -> None:
        row_of(document)["zonne"] = "zone"
        document["demand"] = [{"server": "box9"}]
        document["objective"] = ["server"]

    site = broken(tmp_path / "site.yaml", spoil)
    result = run("check", site)
    assert 2 == result.exit_code
    assert "" == result.stdout
    lines = site.read_text().splitlines()
    line = next(i for i, text in enumerate(lines, 1) if '"zonne"' in text)
    assert f"{site}:{line}:" in result.stderr
    assert "zone" in result.stderr.split("did you mean", 1)[1]


@pytest.mark.parametrize("command", ["solve", "check", "explain"])
def test_an_input_error_is_2_with_file_and_line_and_no_json(tmp_path, command):
    site = broken(tmp_path / "site.yaml", lambda d: d["demand"][0].update(server="box9"))
    result = run(command, site, "--json")
    assert (2, "") == (result.exit_code, result.stdout)
    lines = site.read_text().splitlines()
    line = next(i for i, text in enumerate(lines, 1) if '"box9"' in text)
    assert f"{site}:{line}: " in result.stderr
    assert "did you mean 'box8'" in result.stderr


# verify


def test_verify_holds_the_plan_of_a_solve(site, plan):
    result = run("verify", site, plan)
    assert 0 == result.exit_code
    assert "VERIFIED" in result.stdout
    data = only_json(run("verify", site, plan, "--json"))
    assert (True, []) == (data["ok"], data["violations"])
    assert data["checks"]["power"] > 0


def test_a_tampered_plan_exits_5_and_says_what_is_wrong(site, plan):
    data = json.loads(plan.read_text())
    data["servers"][0]["u"] = 2  # on top of the one that stands at U7
    data["servers"][0]["id"] = "row/r1/u02"
    plan.write_text(json.dumps(data))
    result = run("verify", site, plan)
    assert 5 == result.exit_code
    assert "space/row/r1" in result.stdout
    data = only_json(run("verify", site, plan, "--json"))
    assert not data["ok"]
    assert "space/row/r1" in {violation["rule"] for violation in data["violations"]}


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("totals", lambda totals: totals.update(gpus=49)),
        ("limits", lambda limits: limits[0].update(load=limits[0]["load"] + 100_000)),
        ("objective", lambda goals: goals[0].update(value=7, bound=7)),
        ("racks", lambda racks: racks[0].update(load_w=1)),
        ("servers", lambda servers: servers.pop()),
    ],
)
def test_no_figure_of_a_plan_can_be_changed(site, plan, key, change):
    data = json.loads(plan.read_text())
    change(data[key])
    plan.write_text(json.dumps(data))
    assert 5 == run("verify", site, plan).exit_code


def test_the_plan_of_another_site_exits_5(plan, tmp_path):
    other = written(small_site(ups="99 kW"), tmp_path / "other.yaml")
    result = run("verify", other, plan)
    assert 5 == result.exit_code
    assert "plan/site" in result.stdout
    assert "another site file" in result.stdout


def test_one_limit_in_every_state(site, plan):
    result = run("verify", site, plan, "--limit", "power/ups-a")
    assert 0 == result.exit_code
    assert "power/ups-a: 18,000 of 100,000 W" in result.stdout
    assert "power/ups-a@loss:ups-b: 36,000 of 100,000 W" in result.stdout
    (row,) = only_json(run("verify", site, plan, "--limit", "power/ups-a@loss:ups-b", "--json"))
    assert (36_000, 100_000) == (row["load"], row["capacity"])


def test_a_limit_that_does_not_exist(site, plan):
    result = run("verify", site, plan, "--limit", "power/ups-c")
    assert (2, "") == (result.exit_code, result.stdout)
    assert "power/ups-a" in result.stderr.split("did you mean", 1)[1]


@pytest.mark.parametrize("text", ["", "[]", "nothing", '{"schema": "rackplan.plan/9"}', "[" * 9999])
def test_what_is_no_plan_is_an_input_error(site, tmp_path, text):
    plan = tmp_path / "plan.json"
    plan.write_text(text)
    for command in (("verify", site, plan), ("report", plan, "--site", site)):
        result = run(*command)
        assert (2, "") == (result.exit_code, result.stdout)
        assert f"{plan}: " in result.stderr


# explain


def test_explain_names_what_binds(site):
    result = run("explain", site)
    assert 0 == result.exit_code
    assert "FITS (OPTIMAL)" in result.stdout
    assert "2 racks" in result.stdout
    assert "rackplan.plan/1" == only_json(run("explain", site, "--json"))["schema"]


def test_explain_names_the_conflict(tmp_path):
    site = written(small_site(**NO_FIT), tmp_path / "site.yaml")
    result = run("explain", site)
    assert 3 == result.exit_code
    assert "At least 7 box8" in result.stdout
    assert "INFEASIBLE" == only_json(run("explain", site, "--json"))["status"]


# report


def test_report_finds_its_site_as_named_or_beside_the_plan(site, plan, tmp_path, monkeypatch):
    assert "FITS, proven optimal" in run("report", plan).stdout
    data = json.loads(plan.read_text())
    data["site"]["file"] = "elsewhere/site.yaml"
    plan.write_text(json.dumps(data))
    monkeypatch.chdir(tmp_path.parent)
    assert 0 == run("report", plan).exit_code
    site.rename(tmp_path / "moved.yaml")
    result = run("report", plan)
    assert 2 == result.exit_code
    assert "name it with --site" in result.stderr
    assert 0 == run("report", plan, "--site", tmp_path / "moved.yaml").exit_code


def test_report_of_a_site_that_changed(site, plan):
    site.write_text(site.read_text() + "\n# a word\n")
    result = run("report", plan)
    assert (2, "") == (result.exit_code, result.stdout)
    assert "has changed since the plan" in result.stderr


def test_report_to_a_file(plan, tmp_path):
    out = tmp_path / "report.html"
    result = run("report", plan, "-o", out, "--date", "2026-11-22")
    assert (0, "") == (result.exit_code, result.stdout)
    assert "2026-11-22" in out.read_text()


# the rest


def test_schema_is_json():
    assert "properties" in only_json(run("schema"))


def test_init_then_check(tmp_path):
    site = tmp_path / "hall.yaml"
    assert 0 == run("init", site).exit_code
    assert 0 == run("check", site).exit_code


@pytest.mark.parametrize(
    "words",
    [
        ("catalog", "list", "--json"),
        ("catalog", "show", "dell-xe9680-h20", "--json"),
        ("catalog", "check", "--json"),
        ("throughput", "predict", *PREDICT.split(), "--json"),
    ],
    ids=lambda words: " ".join(map(str, words[:2])),
)
def test_json_of_the_figures(words):
    result = run(*words)
    assert 0 == result.exit_code
    assert only_json(result)
    assert "" == result.stderr


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("slove", "site.yaml"), "Did you mean 'solve'?"),
        (("verfy",), "Did you mean 'verify'?"),
        (("check", "site.yaml", "--jsn"), "--json"),
        (("solve",), "Missing argument 'SITE'"),
        (("solve", "x", "--workers", "0"), "1<=x"),
        (("solve", "x", "--time-limit", "0"), "0.1<=x"),
        (("solve", "x", "--time-limit", "nan"), "--time-limit"),
        (("solve", "x", "--seed", "-1"), "0<=x"),
    ],
)
def test_mistakes_in_the_command(words, hint):
    result = run(*words)
    assert (2, "") == (result.exit_code, result.stdout)
    assert hint in result.stderr


def test_summaries_are_the_first_line_of_each_command():
    for name, (_, summary) in _COMMANDS.items():
        command = main.get_command(click.Context(main), name)
        assert command is not None
        assert command.help is not None
        assert summary == command.help.splitlines()[0], name
        assert summary in run("--help").stdout


def test_every_command_shows_an_example():
    for name in _COMMANDS:
        command = main.get_command(click.Context(main), name)
        shown = run(name, "--help").stdout
        if isinstance(command, click.Group):
            continue
        assert f"rackplan {name}" in shown.split("Example:", 1)[1]


def test_version():
    assert rackplan.__version__ in run("--version").stdout
