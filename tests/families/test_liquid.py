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
