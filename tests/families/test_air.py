"""Air: heat, airflow, inlet windows and dead units, exactly at the limit and one unit over."""

from __future__ import annotations

import pytest

import rackplan

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


def test_a_rack_without_a_zone_is_refused_unless_nothing_needs_air(bench):
    # All heat to the coolant, 400 L/s of air all the same; then none.
    site = bench.ask(bench.site(), {"server": "wet", "min": 1, "max": 1})
    bench.entry(site, "servers", "wet", liquid_fraction=1.0)
    del site["halls"][0]["rows"][0]["zone"]
    with pytest.raises(rackplan.InputError, match="row/r1 stands in no cooling zone"):
        bench.load(site)
    bench.fits(bench.entry(site, "servers", "wet", airflow="0 L/s"))
    gear = {"name": "leaf", "u": 48, "rack_units": 1, "power": "900 W", "weight": "10 kg"}
    with pytest.raises(rackplan.InputError, match="add zone: to the rack or its row"):
        bench.load(bench.rack(site, gear=[{**gear, "airflow": "50 L/s"}]))


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


# A box takes in 400 L/s and gives back air 6000 / (1.18133 kg/m3 x 1006 J/(kg K) x 0.4 m3/s) =
# 12.622 K warmer: the density of air of 24 degC and 50 % humidity at sea level.


def test_the_room_provides_more_air_than_servers_take_in(bench):
    # 800 L/s for servers is 1,000 L/s from the units with a provision of 1.25.
    def build(airflow):
        site = bench.zone(bench.ask(bench.site(), SHED), provision=1.25)
        return units(bench, site, "acu-1", airflow=airflow)

    bench.fits(build("1000 L/s"))
    bench.stops(build("999 L/s"), "air/room/airflow")


def test_the_room_provides_what_a_maker_asks_for(bench):
    # 500 L/s of room air for each box although it takes in 400.
    def build(airflow):
        site = bench.entry(bench.ask(bench.site(), SHED), "servers", "box", room_airflow="500 L/s")
        return units(bench, site, "acu-1", airflow=airflow)

    bench.fits(build("1000 L/s"))
    bench.stops(build("999 L/s"), "air/room/airflow")


def test_exhaust_air_that_comes_back_warms_the_inlet(bench):
    # 24 + r / (1 - r) x 12.622 = 30 at r = 6 / 18.622 = 0.32219.
    bench.fits(bench.zone(bench.site(), leakage=0.3221))
    text = bench.stops(bench.zone(bench.site(), leakage=0.3223), "air/row/r1/inlet")
    assert "30.0 with exhaust air come back" in text
    # A containment has its own.
    aisle = {"id": "aisle", "racks": ["row"], "leakage": 0.1}
    bench.fits(bench.zone(bench.site(), leakage=0.4, containments=[aisle]))


def test_exhaust_must_not_be_too_warm_for_the_units(bench):
    # 24 + 12.622 = 36.622 degC; with a quarter more air bypassing, 24 + 12.622 / 1.25 = 34.097.
    def build(most, **zone):
        site = bench.entry(bench.site(), "air_units", "air-unit", return_max=most)
        return bench.zone(site, **zone)

    bench.fits(build("36.63 degC"))
    bench.stops(build("36.62 degC"), "air/row/r1/return")
    bench.fits(build("34.1 degC", provision=1.25))
    bench.stops(build("34.09 degC", provision=1.25), "air/row/r1/return")


@pytest.mark.parametrize(
    ("key", "fits", "refused"),
    [
        # 80 % at 24 degC (class A2) is a dew point of 20.3 degC, below the 21 degC of the class.
        ("dew_point_max", "20.3 degC", "20.4 degC"),
        # 8 % at 24 degC is a dew point of -10.9 degC, above the -12 degC of the class.
        ("dew_point_min", "-10.8 degC", "-11 degC"),
    ],
)
def test_moisture(bench, key, fits, refused):
    bench.fits(bench.zone(bench.site(), **{key: fits}))
    bench.stops(bench.zone(bench.site(), **{key: refused}), "air/row/r1/humidity")


def test_floor_tiles(bench):
    bench.fits(bench.row(bench.site(), tiles={"count": 4, "flow": "200 L/s"}))
    over = bench.row(bench.site(), tiles={"count": 1, "flow": "799 L/s"})
    bench.stops(over, "air/row/r1/tiles")


def test_a_contained_aisle(bench):
    def build(**limits):
        return bench.zone(bench.site(), containments=[{"id": "aisle", "racks": ["row"], **limits}])

    bench.fits(build(max_heat="12000 W", max_airflow="800 L/s"))
    bench.stops(build(max_heat="11999 W"), "air/aisle")
    bench.stops(build(max_airflow="799 L/s"), "air/aisle/airflow")


def doored(bench, room="500 kW", survive="full", **door):
    """Two boxes in a rack with a rear door, in a room with one unit."""
    line = {"server": "box", "min": 2, "max": 2, "survive": survive}
    site = units(bench, bench.ask(bench.site(), line), "acu-1", capacity=room)
    catalog = site["catalog"]["air_units"]
    catalog["door"] = {**catalog["air-unit"], "kind": "rear-door"}
    bench.entry(site, "air_units", "door", **door)
    return bench.row(site, door={"model": "door"})


def test_a_rear_door_carries_its_rack(bench):
    bench.fits(doored(bench, capacity="12000 W", airflow="800 L/s"))
    bench.stops(doored(bench, capacity="11999 W"), "air/row/r1/door")
    bench.stops(doored(bench, airflow="799 L/s"), "air/row/r1/door-airflow")


def test_the_room_takes_over_when_a_rear_door_is_lost(bench):
    # With the door the room gets nothing, and the loss of its only unit is no matter.
    bench.fits(doored(bench, room="12000 W"))
    bench.stops(doored(bench, room="11999 W"), "air/room@loss:row/r1/door")
    bench.fits(doored(bench, room="1 W", survive="shed"))
    # What a position can take counts without its door only.
    bench.fits(bench.row(doored(bench), air_limit="12000 W"))
    bench.stops(bench.row(doored(bench), air_limit="11999 W"), "air/row/r1@loss:row/r1/door")


def neighbors(bench, *pinned, **small):
    """Three racks; acu-1 reaches r1 and r2, acu-2 (not small) r2 and r3; losses do not count."""
    site = units(bench, bench.ask(bench.site(), {"server": "box"}), "acu-1", "acu-2", **small)
    first, second = site["cooling"]["zones"][0]["units"]
    first["serves"], second["serves"] = ["row/r1", "row/r2"], ["row/r2", "row/r3"]
    site["policy"]["not_survived"] = ["acu-1", "acu-2"]
    bench.rack(site, "r2")
    bench.rack(site, "r3")
    line = {"server": "box", "min": len(pinned), "max": len(pinned)}
    site["placement"] = {"pin": [{"server": "box", "rack": f"row/{rack}"} for rack in pinned]}
    return bench.ask(site, line)


def test_a_unit_that_reaches_its_neighbors_only(bench):
    # r1 has acu-1 alone; r2 may use acu-2 beside it.
    bench.fits(neighbors(bench, "r1", "r2", capacity="6000 W", airflow="400 L/s"))
    over = neighbors(bench, "r1", "r2", capacity="5999 W")
    bench.stops(over, "air/room/near/acu-1")
    over = neighbors(bench, "r1", "r2", airflow="399 L/s")
    bench.stops(over, "air/room/near/acu-1/airflow")
    # What one unit of both cannot do, the two together cannot do either.
    both = neighbors(bench, "r1", "r2", "r3", capacity="6000 W")
    bench.entry(both, "air_units", "air-unit", capacity="11999 W")
    bench.stops(both, "air/room")
    bench.entry(both, "air_units", "air-unit", capacity="12000 W")
    bench.fits(both)


def test_units_of_the_whole_room_help_everywhere(bench):
    # r1: acu-1 with 9,000 W and 3,000 W of the unit at the wall.
    def build(wall):
        site = neighbors(bench, "r1", "r1", capacity="9000 W")
        catalog = site["catalog"]["air_units"]
        catalog["wall"] = {**catalog["air-unit"]}
        bench.entry(site, "air_units", "wall", capacity=wall)
        site["cooling"]["zones"][0]["units"].append({"id": "acu-3", "model": "wall"})
        site["policy"]["not_survived"].append("acu-3")
        return site

    bench.fits(build("3000 W"))
    bench.stops(build("2999 W"), "air/room/near/acu-1")


def with_matrix(bench, matrix, *lines, supply="24 degC"):
    """Two racks with a heat distribution matrix [K/kW], r1 first."""
    site = bench.zone(bench.ask(bench.site(), *lines), supply=supply, heat_matrix="matrix.csv")
    bench.rack(site, "r2")
    rows = "".join(f"row/r{i},{a},{b}\n" for i, (a, b) in enumerate(matrix, 1))
    (bench.folder / "matrix.csv").write_text(f"inlet,row/r1,row/r2\n{rows}")
    return site


def test_a_heat_distribution_matrix(bench):
    # One box in each rack: r1 rises by 0.5 x 6 + 0.1 x 6 = 3.6 K. 30 - 26.4 = 3.6.
    def build(supply):
        site = with_matrix(
            bench,
            ((0.5, 0.1), (0.0, 0.5)),
            {"server": "box", "min": 2, "max": 2},
            supply=supply,
        )
        pins = [{"server": "box", "rack": f"row/r{i}"} for i in (1, 2)]
        return {**site, "placement": {"pin": pins}}

    bench.fits(build("26.4 degC"))
    text = bench.stops(build("26.5 degC"), "air/row/r1/inlet-rise/3.5K")
    assert "3.5 K" in text


def test_the_warmest_inlet_is_that_of_the_servers_that_stand(bench):
    # A tender box takes 25 degC: in r1 its own 6 kW make 6 K, in r2 they make 0.6 K; boxes that
    # take 30 degC may stand in r1, and must: a second one in r2 would make it 1.9 K.
    def build(own):
        site = with_matrix(
            bench,
            ((1.0, 0.0), (0.0, own)),
            {"server": "tender", "min": 1, "max": 1},
            {"server": "box", "min": 1, "max": 1},
        )
        site["catalog"]["servers"]["tender"] = bench.box(inlet_max="25 degC")
        return site

    found = {server.model: server.rack for server in bench.fits(build(0.16)).plan.servers}
    assert {"tender": "row/r2", "box": "row/r1"} == found
    bench.stops(build(0.17), "air/row/r2/inlet-rise/1K", "row/r2")


def backed_up(bench, site, **zone):
    """The hall behind a generator; its zone cools again 10 + 50 s after the utility is lost."""
    bench.node(site, "gen", kind="generator")
    bench.node(site, "ats", kind="ats", **{"from": ["grid", "gen"]})
    for side in "ab":
        bench.node(site, f"ups-{side}", **{"from": ["ats"]})
    site["policy"] |= {"generator_start": "10 s", "not_survived": ["ats"]}
    return bench.zone(site, restart="50 s", **zone)


def test_air_lasts_until_cooling_is_back(bench):
    # 1 m3 takes 1.18133 x 1006 = 1,188.4 J/K; over 6 K in 60 s that is 118.84 W for each m3:
    # 12,000 W need 100.97 m3.
    bench.fits(backed_up(bench, bench.site(), air_volume="101 m3"))
    over = backed_up(bench, bench.site(), air_volume="100.9 m3")
    text = bench.stops(over, "air/room/ride-through/6K")
    assert "until cooling is back" in text


def test_the_mass_of_racks_and_servers_warms_up_with_the_air(bench):
    # A cabinet of 150 kg and two boxes of 100 kg, half of it: 350,000 g x 0.5 J/(g K) x 0.5 x 6 K
    # / 60 s = 8,750 W; the other 3,250 W need 27.35 m3.
    bench.fits(backed_up(bench, bench.site(), air_volume="27.4 m3", mass_share=0.5))
    over = backed_up(bench, bench.site(), air_volume="27.3 m3", mass_share=0.5)
    bench.stops(over, "air/room/ride-through/6K")


def test_power_nodes_warm_the_room_they_stand_in(bench):
    # Each UPS carries 6,000 W and loses 6000 / 0.9 - 6000 = 666.67 W: 12,000 + 1,333.33 W.
    def build(capacity):
        site = units(bench, bench.site(), "acu-1", "acu-2", capacity=capacity)
        for side in "ab":
            bench.node(site, f"ups-{side}", efficiency=0.9, zone="room")
        return site

    bench.fits(build("13334 W"))
    bench.stops(build("13333 W"), "air/room@loss:acu-2")


def passive(bench, room, **more):
    """Two boxes behind a passive door: 3,000 W of 10 K from 400 L/s, water of its rating."""
    site = doored(bench, room=room, capacity="9000 W", airflow="1200 L/s")
    entry = site["catalog"]["air_units"]["door"]
    entry |= {"passive": True}
    bench.entry(
        site, "air_units", "door", return_temperature="36 degC", water_temperature="26 degC"
    )
    site["policy"]["not_survived"] = ["row/r1/door", "acu-1"]
    door = {"model": "door", **more}
    return bench.row(site, door=door)


def test_a_passive_door_leaves_a_part_to_the_room(bench):
    # 9,000 W at 10 K and 1,200 L/s: 7.5 W for each L/s. Of 6,000 W from 400 L/s it takes 3,000 W:
    # half of it, and half of the air, is left.
    bench.fits(passive(bench, "6000 W"))
    bench.stops(passive(bench, "5999 W"), "air/room")


def test_colder_water_takes_more_of_it(bench):
    # Exhaust of 36.622 degC on water of 28.6218 degC is 8 K: 0.8 of the rating, 2,400 of 6,000 W
    # each; 3,600 W are left.
    bench.fits(passive(bench, "7200 W", water_temperature="28.6218 degC"))
    bench.stops(passive(bench, "7199 W", water_temperature="28.6218 degC"), "air/room")


def test_what_a_position_takes_beside_a_passive_door(bench):
    bench.fits(bench.row(passive(bench, "500 kW"), air_limit="6000 W"))
    bench.stops(bench.row(passive(bench, "500 kW"), air_limit="5999 W"), "air/row/r1")


def test_exhaust_must_not_be_too_warm_for_a_door(bench):
    # 24 + 12.622 degC.
    bench.fits(doored(bench, return_max="36.63 degC"))
    text = bench.stops(doored(bench, return_max="36.62 degC"), "air/row/r1/return")
    assert "its rear door" in text
