"""Liquid: heat, flow, CDU loss and supply windows, exactly at the limit and one unit over.

A wet box gives 0.75 x 6,000 = 4,500 W to the coolant and 1,500 W to the air, with 10 L/min.
"""

from __future__ import annotations

import pytest


def wet(bench, survive="full"):
    """The hall with two wet boxes asked for."""
    return bench.ask(bench.site(), {"server": "wet", "min": 2, "max": 2, "survive": survive})


def cdus(bench, site, *names, **small):
    """A loop with these CDUs; the first is a small one with the figures given."""
    catalog = site["catalog"]["cdus"]
    catalog["small"] = dict(catalog["cdu"])
    bench.entry(site, "cdus", "small", **small)
    models = ["small", *["cdu"] * (len(names) - 1)]
    pairs = zip(names, models, strict=True)
    return bench.loop(site, cdus=[{"id": name, "model": model} for name, model in pairs])


def test_heat_of_a_loop(bench):
    bench.fits(cdus(bench, wet(bench, "shed"), "cdu-1", capacity="9000 W"))
    bench.stops(cdus(bench, wet(bench, "shed"), "cdu-1", capacity="8999 W"), "liquid/loop")


def test_heat_when_a_cdu_is_lost(bench):
    bench.fits(cdus(bench, wet(bench), "cdu-1", "cdu-2", capacity="9000 W"))
    over = cdus(bench, wet(bench), "cdu-1", "cdu-2", capacity="8999 W")
    bench.stops(over, "liquid/loop@loss:cdu-2")


def test_flow_of_a_loop(bench):
    bench.fits(cdus(bench, wet(bench, "shed"), "cdu-1", flow="20 L/min"))
    over = cdus(bench, wet(bench, "shed"), "cdu-1", flow="19.999 L/min")
    bench.stops(over, "liquid/loop/flow")


def test_flow_when_a_cdu_is_lost(bench):
    bench.fits(cdus(bench, wet(bench), "cdu-1", "cdu-2", flow="20 L/min"))
    over = cdus(bench, wet(bench), "cdu-1", "cdu-2", flow="19.999 L/min")
    bench.stops(over, "liquid/loop/flow@loss:cdu-2")


def test_reduced_servers_give_less_heat_and_keep_their_flow(bench):
    # Capped to 4,001 of 6,000 W: ceil(4500 x 4001 / 6000) = ceil(3000.75) = 3,001 W each.
    def build(**small):
        return cdus(bench, wet(bench, {"reduced": "4001 W"}), "cdu-1", "cdu-2", **small)

    bench.fits(build(capacity="6002 W", flow="20 L/min"))
    bench.stops(build(capacity="6001 W"), "liquid/loop@loss:cdu-2")
    bench.stops(build(flow="19.999 L/min"), "liquid/loop/flow@loss:cdu-2")


def test_a_cdu_is_dead_when_its_power_is(bench):
    def build(capacity):
        site = cdus(bench, wet(bench), "cdu-1", "cdu-2", capacity=capacity)
        for cdu, node in zip(site["cooling"]["loops"][0]["cdus"], ("ups-a", "ups-b"), strict=True):
            cdu["power_from"] = [node]
        site["policy"]["not_survived"] = ["cdu-1", "cdu-2"]
        return site

    bench.fits(build("9000 W"))
    bench.stops(build("8999 W"), "liquid/loop@loss:ups-b")


@pytest.mark.parametrize(("fits", "refused"), [("36 degC", "36.1 degC"), ("16 degC", "15.9 degC")])
def test_supply_window(bench, fits, refused):
    # Window 20 to 40 degC, approach 4 K.
    bench.fits(bench.loop(wet(bench), facility_water=fits))
    bench.stops(bench.loop(wet(bench), facility_water=refused), "liquid/row/r1/supply")


def test_the_largest_approach_counts(bench):
    bench.fits(cdus(bench, wet(bench), "cdu-1", "cdu-2", approach="14 K"))
    over = cdus(bench, wet(bench), "cdu-1", "cdu-2", approach="14.1 K")
    bench.stops(over, "liquid/row/r1/supply")


def test_a_rack_without_a_loop_takes_no_wet_server(bench):
    dry = wet(bench)
    del dry["halls"][0]["rows"][0]["loop"]
    bench.stops(dry, "liquid/row/r1/loop")
    bench.fits(bench.ask(dry, {"server": "box", "min": 2}))


def test_the_rest_of_the_heat_stays_in_the_room(bench):
    # 2 x 1,500 W to the air.
    bench.fits(bench.row(wet(bench), air_limit="3000 W"))
    bench.stops(bench.row(wet(bench), air_limit="2999 W"), "air/row/r1")


def test_air_cooled_servers_do_not_load_the_loop(bench):
    site = cdus(bench, bench.site(), "cdu-1", capacity="1 W", flow="1 mL/min")
    bench.fits(bench.loop(site, facility_water="90 degC"))


def test_optimum_heat_and_flow(bench):
    # Two CDUs, one may fail. One carries 20 kW: floor(20 / 4.5) = 4 wet boxes; with 35 L/min it is
    # floor(35 / 10) = 3.
    for flow, most in (("1000 L/min", 4), ("35 L/min", 3)):
        site = bench.ask(bench.site(), {"server": "wet"})
        bench.entry(site, "cdus", "cdu", capacity="20 kW", flow=flow)
        assert most == len(bench.fits(site).plan.servers)


def test_optimum_wet_and_dry_share_the_room(bench):
    # 12 kW of air when a unit is lost and 18 kW of liquid when a CDU is: w <= 4, and
    # 1.5 w + 6 d <= 12: w = 4 leaves 6 kW, d = 1: five servers; w = 3 leaves room for no more.
    site = bench.ask(bench.site(), {"server": "wet"}, {"server": "box"})
    bench.entry(site, "cdus", "cdu", capacity="18 kW")
    bench.entry(site, "air_units", "air-unit", capacity="12 kW")
    models = [server.model for server in bench.fits(site).plan.servers]
    assert (4, 1) == (models.count("wet"), models.count("box"))


# PG25 of 30 degC: 1,014.9 kg/m3 x 3,944.6 J/(kg K). 4,500 W into 10 L/min are 6.744 K.


def coolant(bench, **loop):
    """Two wet boxes on a loop of PG25."""
    return bench.loop(wet(bench), coolant="pg25", **loop)


def test_coolant_must_not_come_back_too_warm(bench):
    # 30 + 6.744 = 36.744 degC, for the CDUs and for the server itself.
    for kind, name in (("cdus", "cdu"), ("servers", "wet")):
        key = "return_max" if kind == "cdus" else "coolant_return_max"
        bench.fits(bench.entry(coolant(bench), kind, name, **{key: "36.75 degC"}))
        over = bench.entry(coolant(bench), kind, name, **{key: "36.74 degC"})
        text = bench.stops(over, "liquid/row/r1/return")
        assert "36.7 degC (6.7 K warmer)" in text


def test_a_server_runs_with_its_coolants_only(bench):
    bench.fits(bench.entry(coolant(bench), "servers", "wet", coolants=["water", "pg25"]))
    over = bench.entry(coolant(bench), "servers", "wet", coolants=["water"])
    text = bench.stops(over, "liquid/row/r1/coolant")
    assert "wet runs with water; loop has pg25" in text


def test_coolant_stays_above_the_dew_point(bench):
    # 16 + 4 = 20 degC of coolant, 2 K above 18 degC.
    def build(dew):
        return bench.zone(bench.loop(wet(bench), facility_water="16 degC"), dew_point_max=dew)

    bench.fits(build("18 degC"))
    text = bench.stops(build("18.1 degC"), "liquid/row/r1/dew-point")
    assert "0.1 K colder" in text


def test_a_supply_closer_to_the_facility_water_moves_less(bench):
    # Half the approach moves half the heat: 18,000 W at 4 K are 9,000 W at 2 K.
    def build(capacity):
        return bench.loop(
            cdus(bench, wet(bench), "cdu-1", "cdu-2", capacity=capacity), supply="28 degC"
        )

    bench.fits(build("18000 W"))
    bench.stops(build("17999 W"), "liquid/loop@loss:cdu-2")


def test_a_cdu_rated_with_water_moves_less_with_glycol(bench):
    # PG25 takes 4.00337 J/(mL K) at 30 degC, water 4.16150: 96.20 %. 9,000 / 0.9620 = 9,355.5 W.
    def build(capacity):
        return cdus(bench, coolant(bench), "cdu-1", "cdu-2", capacity=capacity, coolant="water")

    bench.fits(build("9356 W"))
    bench.stops(build("9355 W"), "liquid/loop@loss:cdu-2")


def pressured(bench, drop="50 kPa", head="100 kPa", **server):
    """Two wet boxes of 50 kPa, and pipes with a drop at their 20 L/min."""
    site = coolant(bench, pressure={"drop": drop, "flow": "20 L/min"})
    bench.entry(site, "cdus", "cdu", head=head)
    return bench.entry(site, "servers", "wet", coolant_pressure_drop="50 kPa", **server)


def test_pressure_of_pipes_and_server_within_the_head(bench):
    bench.fits(pressured(bench))
    text = bench.stops(pressured(bench, drop="50.01 kPa"), "liquid/loop/pressure/wet")
    assert "with the pressure it has" in text
    bench.stops(pressured(bench, head="49 kPa", drop="0 kPa"), "liquid/loop/pressure/wet")


def test_couplings_take_pressure_too(bench):
    # Kv 0.5: 10 L/min are 0.6 m3/h, (0.6 / 0.5)^2 x 1.0149 bar = 146.1 kPa, twice: 292.3 kPa. With
    # the server's 50 and the pipes' 50 that is 392.3 kPa.
    def build(head):
        site = pressured(bench, head=head, coupling="joint")
        site["catalog"]["couplings"] = {
            "joint": {"vendor": "Maker", "name": "Joint", "kv": 0.5},
        }
        return site

    bench.fits(build("392.4 kPa"))
    bench.stops(build("392.2 kPa"), "liquid/loop/pressure/wet")


def test_the_loss_of_a_pump(bench):
    # One CDU whose loss need not be survived; with one of its two pumps dead it moves 20 L/min.
    def build(flow):
        site = cdus(bench, wet(bench), "cdu-1", pumps=2, flow_one_pump_lost=flow)
        site["policy"]["not_survived"] = ["cdu-1"]
        return site

    bench.fits(build("20 L/min"))
    text = bench.stops(build("19.999 L/min"), "liquid/loop/flow@loss:cdu-1/pump")
    assert "when a pump of cdu-1 is lost" in text


def test_coolant_lasts_until_cooling_is_back(bench):
    # 1 L takes 4,003.4 J/K; over 10 K in 60 s that is 667.2 W: 9,000 W need 13.489 L.
    def build(volume):
        site = coolant(bench, volume=volume, restart="50 s")
        bench.node(site, "gen", kind="generator")
        bench.node(site, "ats", kind="ats", **{"from": ["grid", "gen"]})
        for side in "ab":
            bench.node(site, f"ups-{side}", **{"from": ["ats"]})
        site["policy"] |= {"generator_start": "10 s", "not_survived": ["ats"]}
        return site

    bench.fits(build("13.5 L"))
    bench.stops(build("13.4 L"), "liquid/loop/ride-through/10K")


def test_less_flow_carries_less_heat(bench):
    # 40 L/min with both pumps, 20 with one: half of 18,000 W.
    def build(capacity):
        pumps = {"pumps": 2, "flow": "40 L/min", "flow_one_pump_lost": "20 L/min"}
        site = cdus(bench, wet(bench), "cdu-1", capacity=capacity, **pumps)
        site["policy"]["not_survived"] = ["cdu-1"]
        return site

    bench.fits(build("18000 W"))
    bench.stops(build("17999 W"), "liquid/loop@loss:cdu-1/pump")
