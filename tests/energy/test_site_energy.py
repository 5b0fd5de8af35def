"""Energy of a whole plan: losses on the way, PUE and WUE as defined, what the verifier refuses.

Two servers of 6 kW and 2 kW of lighting behind UPSs of 80 %: 14 kW / 0.8 = 17.5 kW from the grid.
Two air units of 500 W on the grid, two pumps of 200 W behind the UPSs: 500 W from the grid.
The circuit gets 12,000 + 1,000 + 400 = 13,400 W.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest
from click.testing import CliRunner
from small_sites import small_site, written
from water_sites import circuit_of, water_site
from weather_years import csv_year

import rackplan
from rackplan.cli import main
from rackplan.errors import InputError
from rackplan.plan import from_json
from rackplan.plan.energy import EnergyPlan
from rackplan.report.content import gather
from rackplan.report.html import render_html
from rackplan.verifier import verify

HEAT_W = 13_400


def solved(document, folder):
    site = written(document, folder / "site.yaml")
    facility = rackplan.load(site)
    result = rackplan.solve(facility, workers=1)
    assert result.plan is not None
    assert result.verdict.ok, str(result.verdict)
    return facility, result.plan


@pytest.fixture(scope="module")
def hall(tmp_path_factory):
    return solved(water_site(), tmp_path_factory.mktemp("hall"))


def test_the_hottest_hour_by_hand(hall):
    # 35 degC: no free cooling. Lift 47 - 18 = 29 K: 13,400 W x 29 / (0.5 x 291.15).
    _, plan = hall
    compressors_w = HEAT_W * 29 / 145.575
    assert 14 == plan.energy.worst_hour
    assert plan.energy.peak_w == pytest.approx(17_500 + 1_000 + 500 + compressors_w)
    assert plan.energy.worst_pue == pytest.approx(plan.energy.peak_w / 12_000)


def test_pue_is_energy_at_the_meters_over_that_of_it(hall):
    # The Green Grid, white paper 49: total facility energy over IT equipment energy.
    found = hall[1].energy
    assert 24 == found.hours
    assert not found.annual
    assert found.it_kwh == pytest.approx(24 * 12)
    assert found.pue == pytest.approx(found.facility_kwh / found.it_kwh)
    assert sum(found.use_kwh.values()) == pytest.approx(found.facility_kwh)


def test_every_use_at_its_own_terminals(hall):
    use, (circuit,) = hall[1].energy.use_kwh, hall[1].energy.circuits
    assert use["other"] == pytest.approx(24 * 2)
    assert use["air_units"] == pytest.approx(24 * 1)
    assert use["pumps"] == pytest.approx(24 * 0.4)
    # (12 + 2 + 0.4) kW behind UPSs of 80 %: a quarter of it is lost.
    assert use["losses"] == pytest.approx(24 * 14.4 / 4)
    assert (use["fans"], use["compressors"]) == (circuit.fans_kwh, circuit.compressors_kwh)
    assert HEAT_W == circuit.heat_w


def test_hours_of_each_kind(hall):
    # Free up to 10 degC outside, partly below 20: the day goes from 15 to 35 degC. It is 18.6 degC
    # at 24:00 (35 - 20 x 0.82), 16.8 at 07:00 and 20.2 at 08:00: eight hours.
    (circuit,) = hall[1].energy.circuits
    assert (0, 8, 16) == (
        circuit.hours_free,
        circuit.hours_partial,
        circuit.hours_mechanical,
    )


def test_sources_in_the_worst_hour_and_by_nameplate(hall):
    # By nameplate: 17,500 + 1,000 + 500 + 3,000 + 2 x 30,000 W.
    (grid,) = hall[1].energy.sources
    assert grid.hour_w == pytest.approx(hall[1].energy.peak_w)
    assert grid.nameplate_w == pytest.approx(82_000)


def test_energy_is_worked_out_from_its_own_power_basis(tmp_path):
    document = water_site()
    document["catalog"]["servers"]["box8"]["typical_draw"] = "4500 W"
    document["policy"]["power_basis"] = {"energy": "typical_draw"}
    _, plan = solved(document, tmp_path)
    assert plan.energy.it_kwh == pytest.approx(24 * 9)
    assert plan.energy.circuits[0].heat_w == pytest.approx(9_000 + 1_400)


def test_a_generator_carries_the_worst_hour_without_utilities(tmp_path):
    document = water_site()
    nodes = document["power"]["nodes"]
    nodes[0]["rated_power"] = "90 kW"
    nodes += [
        {"id": "gen", "kind": "generator", "rated_power": "100 kW"},
        {"id": "ats", "kind": "ats", "from": ["grid", "gen"]},
    ]
    nodes[1]["from"] = ["ats"]
    document["policy"]["not_survived"] = ["ats"]
    for unit in circuit_of(document)["units"]:
        unit["power_from"] = ["ats"]
    document["cooling"]["zones"][0]["units"][0]["power_from"] = ["ats"]
    _, plan = solved(document, tmp_path)
    grid, gen = plan.energy.sources
    assert ("grid", "utility", 90_000) == (grid.node, grid.kind, grid.limit_w)
    assert ("gen", "generator", 100_000) == (gen.node, gen.kind, gen.limit_w)
    assert gen.hour_w == pytest.approx(plan.energy.peak_w)
    assert gen.hour_w < gen.nameplate_w


def test_power_nodes_in_a_room_heat_its_water(tmp_path):
    # ups-a carries half of the servers, 1 kW of lighting and a pump: 7,200 / 0.8 - 7,200 W.
    document = water_site()
    document["power"]["nodes"][1] = {
        **document["power"]["nodes"][1],
        "id": "ups-[a-b]",
        "zone": "zone",
    }
    _, plan = solved(document, tmp_path)
    assert plan.energy.circuits[0].heat_w == pytest.approx(HEAT_W + 2 * 1_800)


def test_storage_carries_the_heat_for_a_while(tmp_path):
    # 1,000 L x 4,178 J/(L K) x 10 K / 13,400 W = 3,118 s.
    document = water_site()
    circuit_of(document)["storage"] = "1 m3"
    _, plan = solved(document, tmp_path)
    assert plan.energy.circuits[0].storage_s == pytest.approx(41.78e6 / HEAT_W)


def test_units_that_reject_heat_themselves_draw_what_they_state(tmp_path):
    document = water_site()
    del document["cooling"]["zones"][0]["water"], document["cooling"]["water"]
    _, plan = solved(document, tmp_path)
    assert () == plan.energy.circuits
    assert plan.energy.pue == pytest.approx((17_500 + 1_000) / 12_000)


def test_without_weather_nothing_is_said(tmp_path):
    document = water_site()
    del document["site"]["weather"]
    facility, plan = solved(document, tmp_path)
    assert EnergyPlan() == plan.energy
    stated = replace(plan, energy=EnergyPlan(weather="made up", hours=24, pue=1.01))
    assert ["plan/energy"] == [v.rule for v in verify(facility, stated).violations]


def test_an_annual_file_gives_annual_figures_and_its_digest(tmp_path):
    (tmp_path / "year.csv").write_text(csv_year(), encoding="utf-8")
    document = water_site()
    document["site"]["weather"] = {"file": "year.csv"}
    facility, plan = solved(document, tmp_path)
    assert (True, 8760) == (plan.energy.annual, plan.energy.hours)
    assert facility.weather.sha256 == plan.energy.weather_sha256
    assert facility.weather.sha256 == plan.provenance["weather"]["sha256"]
    (circuit,) = plan.energy.circuits
    assert 8760 == circuit.hours_free + circuit.hours_partial + circuit.hours_mechanical
    assert min(circuit.hours_free, circuit.hours_partial, circuit.hours_mechanical) > 0


def test_the_plan_comes_back_as_it_was(hall):
    plan = hall[1]
    assert plan.energy == from_json(plan.to_json()).energy


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"pue": 1.0}, "plan/energy/pue"),
        ({"worst_hour": 1}, "plan/energy/worst_hour"),
        ({"hours": 0}, "plan/energy/hours"),
        ({"circuits": ()}, "plan/energy/circuits.0.heat_w"),
        ({"use_kwh": {"it": 1.0}}, "plan/energy/use_kwh.it"),
        ({"weather": "elsewhere.epw"}, "plan/energy/weather"),
    ],
)
def test_stated_energy_that_does_not_follow_is_refused(hall, change, rule):
    facility, plan = hall
    verdict = verify(facility, replace(plan, energy=replace(plan.energy, **change)))
    assert {"plan"} == {violation.family for violation in verdict.violations}
    assert rule in {violation.rule for violation in verdict.violations}


def test_chillers_that_draw_more_than_they_state_are_told(tmp_path):
    # 13,400 x 29 / 145.575 = 2,669 W in the worst hour; two of 1 kW are counted.
    document = water_site()
    document["catalog"]["rejectors"]["chiller"]["power"] = "1 kW"
    _, plan = solved(document, tmp_path)
    text = "chw: chillers draw 2.7 kW in the worst hour, 2.0 kW are counted"
    assert any(warning.startswith(text) for warning in plan.warnings)


def run(*arguments):
    return CliRunner().invoke(main, [str(one) for one in arguments], catch_exceptions=False)


@pytest.fixture
def files(hall, tmp_path):
    site, plan = written(water_site(), tmp_path / "site.yaml"), tmp_path / "plan.json"
    text = hall[1].to_json().replace(hall[0].sha256, rackplan.load(site).sha256)
    plan.write_text(text, encoding="utf-8")
    return site, plan


def test_the_command_prints_it_all(files):
    result = run("energy", *files)
    assert 0 == result.exit_code
    for text in ("Design-day PUE", "there is no annual figure", "Chillers and their cond", "chw"):
        assert text in result.stdout


def test_the_command_as_json_and_every_hour(files, hall, tmp_path):
    result = run("energy", *files, "--json", "--hours", tmp_path / "hours.csv")
    assert json.loads(json.dumps(asdict(hall[1].energy))) == json.loads(result.stdout)
    lines = (tmp_path / "hours.csv").read_text().splitlines()
    assert 25 == len(lines)
    header, worst = lines[0].split(","), lines[14].split(",")
    row = dict(zip(header, worst, strict=True))
    assert ("14", "35.00") == (row["hour"], row["dry_bulb_c"])
    assert float(row["facility_w"]) == pytest.approx(hall[1].energy.peak_w, abs=0.01)


def test_the_command_needs_weather(tmp_path):
    site, plan = written(small_site(), tmp_path / "site.yaml"), tmp_path / "plan.json"
    assert 0 == run("solve", site, "-o", plan, "-q", "--workers", 1).exit_code
    result = run("energy", site, plan)
    assert 2 == result.exit_code
    assert "the site gives no weather" in result.stderr
    assert "add weather:" in result.stderr


def test_hours_are_not_written_over_the_site(files):
    site, plan = files
    assert 2 == run("energy", site, plan, "--hours", site).exit_code


def test_reports_show_energy(hall):
    facility, plan = hall
    names = {table.id for table in gather(plan, facility).filled()}
    assert {"energy", "energy-use", "water", "sources"} <= names
    html = render_html(plan, facility, gather(plan, facility))
    for text in ("Energy and water", "Energy by use", "Facility water", "Utilities and generators"):
        assert text in html


def test_pue_is_the_same_figure_in_summary_and_table(hall):
    facility, plan = hall
    content = gather(plan, facility)
    texts = {row["figure"]: row["value"] for row in content.energy.shown()}
    told = next(row["value"] for row in content.summary.shown() if row["figure"] == "PUE")
    assert texts["PUE"] == told == f"{plan.energy.pue:.3f}"
    assert texts["WUE"] == f"{plan.energy.wue_l_kwh:.2f}"
    # A number, for spreadsheets.
    assert plan.energy.pue in {row[1] for row in content.summary.rows}


def test_no_word_is_broken_on_a_narrow_terminal(files, monkeypatch):
    for width in ("60", "80"):
        monkeypatch.setenv("COLUMNS", width)
        told = run("energy", *files).stdout
        assert "Partly free [h]" in " ".join(told.split())
        assert max(map(len, told.splitlines())) <= int(width)


def test_bad_weather_stops_the_site(tmp_path):
    (tmp_path / "year.csv").write_text("dry_bulb_c\n", encoding="utf-8")
    document = water_site()
    document["site"]["weather"] = {"file": "year.csv"}
    with pytest.raises(InputError, match=r"year\.csv:1: no column wet_bulb_c"):
        solved(document, tmp_path)
