"""Air: heat, airflow, inlet windows and dead units, exactly at the limit and one unit over."""

from __future__ import annotations

import pytest

SHED = {"server": "box", "min": 2, "max": 2, "survive": "shed"}


def units(bench, site, *names, **small):
    """A room with these units; the first is a small one with the figures given."""
    catalog = site["catalog"]["air_units"]
    catalog["small"] = dict(catalog["air-unit"])
    bench.entry(site, "air_units", "small", **small)
    models = ["small", *["air-unit"] * (len(names) - 1)]
    pairs = zip(names, models, strict=True)
    return bench.zone(site, units=[{"id": name, "model": model} for name, model in pairs])


def test_heat_of_a_zone(bench):
    # One unit, 2 x 6,000 W; shed boxes, so its loss asks nothing.
    bench.fits(units(bench, bench.ask(bench.site(), SHED), "acu-1", capacity="12000 W"))
    over = units(bench, bench.ask(bench.site(), SHED), "acu-1", capacity="11999 W")
    bench.stops(over, "air/room")


def test_heat_when_a_unit_is_lost(bench):
    bench.fits(units(bench, bench.site(), "acu-1", "acu-2", capacity="12000 W"))
    over = units(bench, bench.site(), "acu-1", "acu-2", capacity="11999 W")
    bench.stops(over, "air/room@loss:acu-2")


def test_airflow_of_a_zone(bench):
    # 2 x 400 L/s.
    bench.fits(units(bench, bench.ask(bench.site(), SHED), "acu-1", airflow="800 L/s"))
    over = units(bench, bench.ask(bench.site(), SHED), "acu-1", airflow="799 L/s")
    bench.stops(over, "air/room/airflow")


def test_airflow_when_a_unit_is_lost(bench):
    bench.fits(units(bench, bench.site(), "acu-1", "acu-2", airflow="800 L/s"))
    over = units(bench, bench.site(), "acu-1", "acu-2", airflow="799 L/s")
    bench.stops(over, "air/room/airflow@loss:acu-2")


def test_reduced_servers_give_less_heat_and_keep_their_air(bench):
    # Capped to 4,001 of 6,000 W: ceil(6000 x 4001 / 6000) = 4,001 W of heat each, 400 L/s each.
    def build(**small):
        site = bench.ask(
            bench.site(), {"server": "box", "min": 2, "max": 2, "survive": {"reduced": "4001 W"}}
        )
        return units(bench, site, "acu-1", "acu-2", **small)

    bench.fits(build(capacity="8002 W", airflow="800 L/s"))
    bench.stops(build(capacity="8001 W"), "air/room@loss:acu-2")
    bench.stops(build(airflow="799 L/s"), "air/room/airflow@loss:acu-2")


def test_gear_heats_the_room(bench):
    # 12,000 W of boxes and 900 W of a switch with 50 L/s.
    gear = {"name": "leaf", "u": 48, "rack_units": 1, "power": "900 W", "weight": "10 kg"}

    def build(**small):
        site = bench.rack(bench.site(), gear=[{**gear, "airflow": "50 L/s"}])
        return units(bench, site, "acu-1", "acu-2", **small)

    bench.fits(build(capacity="12900 W", airflow="850 L/s"))
    bench.stops(build(capacity="12899 W"), "air/room@loss:acu-2")
    bench.stops(build(airflow="849 L/s"), "air/room/airflow@loss:acu-2")


def test_heat_of_one_rack(bench):
    bench.fits(bench.row(bench.site(), air_limit="12000 W"))
    bench.stops(bench.row(bench.site(), air_limit="11999 W"), "air/row/r1")
    # The tighter of the position's and the zone's limit counts.
    bench.fits(bench.row(bench.zone(bench.site(), rack_limit="12000 W"), air_limit="20 kW"))
    over = bench.row(bench.zone(bench.site(), rack_limit="11999 W"), air_limit="20 kW")
    bench.stops(over, "air/row/r1")


@pytest.mark.parametrize(("fits", "refused"), [("30 degC", "30.1 degC"), ("10 degC", "9.9 degC")])
def test_inlet_window(bench, fits, refused):
    bench.fits(bench.zone(bench.site(), supply=fits))
    bench.stops(bench.zone(bench.site(), supply=refused), "air/row/r1/inlet")


def test_thin_air_lowers_the_warmest_inlet(bench):
    # Class A2 at 1,600 m: (1600 - 900) / 300 = 2.33 K off 30 degC is 27.67 degC.
    def build(supply, elevation="1600 m"):
        site = bench.zone(bench.site(), supply=supply)
        site["site"]["elevation"] = elevation
        return site

    bench.fits(build("27.66 degC"))
    text = bench.stops(build("27.67 degC"), "air/row/r1/inlet")
    assert "27.7" in text
    bench.fits(build("30 degC", "900 m"))
    bench.stops(build("30 degC", "901 m"), "air/row/r1/inlet")


def test_a_rack_without_a_zone_takes_no_server(bench):
    site = bench.site()
    del site["halls"][0]["rows"][0]["zone"]
    bench.stops(site, "air/row/r1/zone")
    bench.fits(bench.rack(site, "r2", zone="room"))


def test_a_server_that_needs_air_needs_a_zone_even_without_heat_to_it(bench):
    # All heat to the coolant, 400 L/s of air all the same.
    site = bench.ask(bench.site(), {"server": "wet", "min": 1, "max": 1})
    bench.entry(site, "servers", "wet", liquid_fraction=1.0)
    bench.fits(site)
    del site["halls"][0]["rows"][0]["zone"]
    bench.stops(site, "air/row/r1/zone")
    bench.fits(bench.entry(site, "servers", "wet", airflow="0 L/s"))


def powered(bench, sources, capacity):
    """Two units driven by power nodes; only losses of power count."""
    site = units(bench, bench.site(), "acu-1", "acu-2", capacity=capacity)
    for unit, names in zip(site["cooling"]["zones"][0]["units"], sources, strict=True):
        unit["power_from"] = names
    site["policy"]["not_survived"] = ["acu-1", "acu-2"]
    return site


def test_a_unit_is_dead_when_its_power_is(bench):
    # ups-b drives acu-2: with it dead, acu-1 carries 12,000 W.
    bench.fits(powered(bench, (["ups-a"], ["ups-b"]), "12000 W"))
    over = powered(bench, (["ups-a"], ["ups-b"]), "11999 W")
    bench.stops(over, "air/room@loss:ups-b")


def test_a_unit_with_two_sources_lives_on_the_other(bench):
    bench.fits(powered(bench, (["ups-a"], ["ups-b", "ups-a"]), "1 W"))


def test_gear_that_dies_with_a_unit_gives_no_heat(bench):
    # ups-b drives acu-2 and the gear: with it dead, acu-1 carries the boxes' 12,000 W alone. In
    # normal operation both units carry 12,000 + 500 W.
    gear = {"name": "switch", "u": 47, "rack_units": 1, "power": "500 W", "weight": "10 kg"}
    for feeds, capacity in ((["B"], "12000 W"), (["A"], "12500 W")):
        site = powered(bench, (["ups-a"], ["ups-b"]), capacity)
        bench.rack(site, gear=[{**gear, "airflow": "10 L/s", "feeds": feeds}])
        bench.fits(site)
    site = powered(bench, (["ups-a"], ["ups-b"]), "12499 W")
    bench.rack(site, gear=[{**gear, "airflow": "10 L/s", "feeds": ["A"]}])
    bench.stops(site, "air/room@loss:ups-b")


def test_optimum_n_plus_one(bench):
    # Three units of 20 kW and 1,500 L/s, one may fail: floor(40 / 6) = 6 boxes by heat, and
    # 3000 / 400 = 7.5 by airflow: 6. With 1,150 L/s a unit it is 2300 / 400 = 5.75: 5.
    for airflow, most in (("1500 L/s", 6), ("1150 L/s", 5)):
        site = bench.ask(bench.site(), {"server": "box"})
        bench.entry(site, "air_units", "air-unit", capacity="20 kW", airflow=airflow)
        bench.zone(site, units=[{"id": f"acu-{i}", "model": "air-unit"} for i in (1, 2, 3)])
        bench.rack(site, "r2")
        assert most == len(bench.fits(site).plan.servers)
