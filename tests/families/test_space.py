"""Space: rack units, stacking, weight, depth and kind, exactly at the limit and one unit over."""

from __future__ import annotations


def one(bench):
    """The hall with one box asked for."""
    return bench.ask(bench.site(), {"server": "box", "min": 1, "max": 1})


def places(result):
    """Lowest rack unit of every server of the plan."""
    return [server.u for server in result.plan.servers]


def test_rack_units(bench):
    # Two boxes of 8U.
    bench.fits(bench.entry(bench.site(), "racks", "cabinet", rack_units=16))
    bench.stops(bench.entry(bench.site(), "racks", "cabinet", rack_units=15), "space/row/r1")


def test_closed_units_count(bench):
    site = bench.entry(bench.site(), "racks", "cabinet", rack_units=19)
    bench.fits(bench.row(site, profile={"blocked": ["1-2"], "reserved": ["19"]}))
    over = bench.row(site, profile={"blocked": ["1-2"], "reserved": ["18-19"]})
    bench.stops(over, "space/row/r1")


def test_gear_and_existing_servers_count(bench):
    gear = {"name": "leaf", "u": 25, "rack_units": 1, "power": "1 W", "weight": "1 kg"}
    gear["airflow"] = "0 L/s"
    site = bench.entry(bench.site(), "racks", "cabinet", rack_units=25)
    bench.rack(site, existing=[{"server": "box", "u": [1]}], gear=[gear])
    assert [1, 9, 17] == places(bench.fits(site))
    bench.entry(site, "racks", "cabinet", rack_units=24)
    bench.stops(bench.rack(site, gear=[{**gear, "u": 24}]), "space/row/r1")


def test_two_gaps_of_seven_units_hold_no_server_of_eight(bench):
    site = bench.entry(one(bench), "racks", "cabinet", rack_units=15)
    bench.stops(bench.row(site, profile={"blocked": ["8"]}), "space/row/r1")
    assert [1] == places(bench.fits(bench.row(site, profile={"blocked": ["9"]})))


def test_many_small_gaps(bench):
    # 48U with every eighth unit blocked: six gaps of 7U, 42 free units, no box.
    comb = [str(u) for u in range(8, 49, 8)]
    bench.stops(bench.row(one(bench), profile={"blocked": comb}), "space/row/r1")
    assert [41] == places(bench.fits(bench.row(one(bench), profile={"blocked": comb[:-1]})))


def test_allowed_starts(bench):
    # Starts at U1 and U9 hold two boxes; U1 and U8 hold one of them, for U8 is taken.
    assert [1, 9] == places(bench.fits(bench.row(bench.site(), profile={"starts": [1, 9]})))
    bench.stops(bench.row(bench.site(), profile={"starts": [1, 8]}), "space/row/r1")


def test_a_start_that_leaves_too_little_room(bench):
    assert [41] == places(bench.fits(bench.row(one(bench), profile={"starts": [41]})))
    bench.stops(bench.row(one(bench), profile={"starts": [42]}), "space/row/r1")


def test_weight_in_the_rack(bench):
    bench.fits(bench.entry(bench.site(), "racks", "cabinet", max_load="200 kg"))
    over = bench.entry(bench.site(), "racks", "cabinet", max_load="199.999 kg")
    bench.stops(over, "space/row/r1/weight")


def test_weight_on_the_floor(bench):
    # Two boxes of 100 kg in a cabinet of 150 kg.
    bench.fits(bench.row(bench.site(), max_total_weight="350 kg"))
    bench.stops(bench.row(bench.site(), max_total_weight="349.999 kg"), "space/row/r1/floor")


def test_depth(bench):
    bench.fits(bench.entry(bench.site(), "racks", "cabinet", usable_depth="800 mm"))
    over = bench.entry(bench.site(), "racks", "cabinet", usable_depth="799 mm")
    text = bench.stops(over, "space/row/r1/depth")
    assert "800 mm deep" in text


def pod(bench, rack_model):
    """The hall with one NVL72 asked for, on this kind of position."""
    site = bench.ask(bench.site(), {"server": "gb200-nvl72", "min": 1, "max": 1})
    site["policy"]["server_delta_t"] = "15 K"
    bench.loop(site, facility_water="18 degC")
    return bench.row(site, model=rack_model)


def test_a_rack_product_stands_on_a_bare_position_only(bench):
    result = bench.fits(pod(bench, "floor-position-600x1200"))
    assert [("gb200-nvl72", 1)] == [(s.model, s.u) for s in result.plan.servers]
    bench.stops(pod(bench, "cabinet"), "space/row/r1/kind")


def test_a_server_does_not_stand_on_the_floor(bench):
    site = bench.row(bench.site(), model="floor-position-600x1200")
    bench.stops(site, "space/row/r1/kind")
    bench.fits(bench.rack(site, "r2", model="cabinet"))


def test_optimum_two_heights(bench):
    # Most GPUs in 48U from boxes (8U, 8 GPUs) and tall ones (10U, 11 GPUs): four tall and one box,
    # 40 + 8 = 48U and 44 + 8 = 52 GPUs. Three tall leave 18U for two boxes: 49.
    # With U24 blocked the gaps are 23U and 24U: two tall (22) and three boxes (24) make 46 GPUs.
    for blocked, gpus in ((), 52), (("24",), 46):
        site = bench.ask(bench.site(), {"server": "box"}, {"server": "tall"})
        site["catalog"]["servers"]["tall"] = bench.box(rack_units=10, gpus=11)
        site["objective"] = ["gpus"]
        result = bench.fits(bench.row(site, profile={"blocked": list(blocked)}))
        assert gpus == result.plan.totals["gpus"]
