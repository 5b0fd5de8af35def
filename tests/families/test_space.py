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


def hall(bench, site, **changes):
    """The site with its only hall changed."""
    site["halls"][0].update(changes)
    return site


def test_attached_weight_counts_inside_and_on_the_floor(bench):
    # 200 kg of boxes, a rear door of 60 kg with 15 kg of coolant: 275 kg inside, 425 kg in all.
    door = [{"name": "rear door", "weight": "60 kg"}, {"name": "coolant", "weight": "15 kg"}]
    site = bench.row(bench.site(), extra_weight=door)
    bench.fits(bench.entry(site, "racks", "cabinet", max_load="275 kg"))
    bench.stops(bench.entry(site, "racks", "cabinet", max_load="274.999 kg"), "space/row/r1/weight")
    bench.entry(site, "racks", "cabinet", max_load="2000 kg")
    bench.fits(bench.row(site, max_total_weight="425 kg"))
    bench.stops(bench.row(site, max_total_weight="424.999 kg"), "space/row/r1/floor")


def test_slab(bench):
    # 1.2 m in front and 1.0 m behind: half of each, 1.1 m, by 0.6 m is 0.66 m2 of clearance; with
    # the 0.72 m2 under the rack 1.38 m2. Of a rating R, partitions take 100 and the raised floor 50
    # kg/m2 everywhere, traffic 75 kg/m2 of the clearance:
    #   150 + 200 kg <= (R - 150) 1.38 - 75 x 0.66, so R >= 439.4928 kg/m2.
    site = bench.row(bench.site(), front_clearance="1.2 m", rear_clearance="1.0 m")
    bench.fits(hall(bench, site, floor={"max_load": "439.493 kg/m2"}))
    over = hall(bench, site, floor={"max_load": "439.492 kg/m2"})
    bench.stops(over, "space/row/r1/slab")


def test_weight_spreads_no_farther_than_760_mm(bench):
    # Half of 2 m is more than 760 mm: 0.6 x 0.76 = 0.456 m2 beside 0.72 m2, without allowances:
    # 350 kg / 1.176 m2 = 297.6190 kg/m2.
    site = bench.row(bench.site(), front_clearance="2 m")
    bare = {"partition": "0 kg/m2", "traffic": "0 kg/m2", "raised": "0 kg/m2"}
    bench.fits(hall(bench, site, floor={"max_load": "297.620 kg/m2", **bare}))
    over = hall(bench, site, floor={"max_load": "297.619 kg/m2", **bare})
    bench.stops(over, "space/row/r1/slab")


def test_floor_zone(bench):
    # Two cabinets of 150 kg with a box of 100 kg in one: 400 kg on 2 m2 without allowances. The
    # zone's rating stands for the slab under its racks too: half of 2 m spreads over 760 mm.
    site = bench.rack(bench.row(one(bench), front_clearance="2 m", rear_clearance="2 m"), "r2")
    bare = {"partition": "0 kg/m2", "traffic": "0 kg/m2", "raised": "0 kg/m2"}

    def zone(rating):
        zones = [{"id": "bay", "racks": ["row"], "area": "2 m2", "max_load": rating}]
        return hall(bench, site, floor={"zones": zones, **bare})

    bench.fits(zone("200 kg/m2"))
    text = bench.stops(zone("199.999 kg/m2"), "space/bay/floor")
    assert "bay can carry" in text
    # Traffic on what the racks leave free: 2 m2 less 1.44 m2 are 0.56 m2, at 75 kg/m2 42 kg.
    bare["traffic"] = "75 kg/m2"
    bench.fits(zone("221 kg/m2"))
    bench.stops(zone("220.999 kg/m2"), "space/bay/floor")


def tiles(**changes):
    return {"tiles": {"size": "600 mm", "point_load": "1000 kg", **changes}}


def test_two_feet_on_a_tile(bench):
    # A 600 mm cabinet square on 600 mm tiles has two feet on each: half of 350 kg.
    bench.fits(hall(bench, bench.site(), floor=tiles(point_load="175 kg")))
    over = hall(bench, bench.site(), floor=tiles(point_load="174.999 kg"))
    bench.stops(over, "space/row/r1/tile")


def test_one_foot_on_a_tile(bench):
    # Tiles begin in the middle of the cabinet: each foot on a tile of its own, a third of 348 kg.
    site = bench.entry(bench.site(), "servers", "box", weight="99 kg")
    bench.fits(hall(bench, site, floor=tiles(point_load="116 kg", x="300 mm", y="300 mm")))
    over = hall(bench, site, floor=tiles(point_load="115.999 kg", x="300 mm", y="300 mm"))
    bench.stops(over, "space/row/r1/tile")


def test_tile_shared_by_two_racks(bench):
    # The same tiles under two neighbors: a foot of each on a tile, a third of 348 kg and a third of
    # 249 kg (one box): 116 + 83 = 199 kg.
    site = bench.rack(bench.entry(bench.site(), "servers", "box", weight="99 kg"), "r2")
    bench.ask(site, {"server": "box", "min": 3, "max": 3})
    result = bench.fits(hall(bench, site, floor=tiles(point_load="199 kg", x="300 mm")))
    assert 199_000 in {
        limit.load for limit in result.plan.limits if limit.device.startswith("hall/tile-")
    }
    over = hall(bench, site, floor=tiles(point_load="198.999 kg", x="300 mm"))
    bench.stops(over, "space/hall/tile-0.0/tile")


def test_wheel_on_the_way_in(bench):
    # Filled cabinets roll in: half of 350 kg on one wheel. Empty ones of 150 kg weigh half of that.
    site = bench.site()
    site["policy"]["delivered"] = "filled"
    bench.fits(hall(bench, site, path={"rolling_load": "175 kg"}))
    over = hall(bench, site, path={"rolling_load": "174.999 kg"})
    bench.stops(over, "space/row/r1/rolling")
    site["policy"]["delivered"] = "empty"
    bench.fits(hall(bench, site, path={"rolling_load": "75 kg"}))
    over = hall(bench, site, path={"rolling_load": "74.999 kg"})
    bench.stops(over, "space/row/r1/rolling")


def test_tiles_on_the_way_in_count_too(bench):
    site = bench.site()
    site["policy"]["delivered"] = "filled"
    way = {"rolling_load": "500 kg"}
    bench.fits(hall(bench, site, path=way, floor=tiles(rolling_load="175 kg")))
    over = hall(bench, site, path=way, floor=tiles(rolling_load="174.999 kg"))
    bench.stops(over, "space/row/r1/rolling")


def test_lift(bench):
    site = bench.site()
    site["policy"]["delivered"] = "filled"
    bench.fits(hall(bench, site, path={"max_weight": "350 kg"}))
    bench.stops(hall(bench, site, path={"max_weight": "349.999 kg"}), "space/row/r1/lift")


def test_depth_leaves_room_for_cables(bench):
    # Boxes of 800 mm and 150 mm of cables behind them in 950 mm.
    site = bench.entry(bench.site(), "racks", "cabinet", usable_depth="950 mm")
    bench.fits(bench.row(site, rear_space="150 mm"))
    text = bench.stops(bench.row(site, rear_space="151 mm"), "space/row/r1/depth")
    assert "1 mm too much" in text


def test_room_to_draw_a_server_out(bench):
    # One rack has room for the 800 mm of a box in front of it, one lacks a millimeter.
    site = bench.rack(bench.site(), "r2", front_clearance="799 mm")
    bench.rack(site, front_clearance="800 mm")
    assert {"row/r1"} == {server.rack for server in bench.fits(site).plan.servers}
    bench.ask(site, {"server": "box", "min": 7, "max": 7})  # six of 8U fill a rack of 48U
    text = bench.stops(site, "space/row/r1/service")
    assert "needs 800 mm in front of it, row/r2 has 799 mm: 1 mm too little" in text


def product(bench, **changes):
    """The hall with a position for a rack product 600 mm wide, and one beside it without doors."""
    site = bench.site()
    pod = bench.box(kind="rack", rack_units=48, weight="1000 kg", width="600 mm", height="2236 mm")
    site["catalog"]["servers"]["pod"] = {**pod, **changes}
    bench.entry(site, "racks", "cabinet", weight="0 kg")
    site["catalog"]["racks"]["cabinet"]["accepts"] = "rack"
    return bench.ask(site, {"server": "pod", "min": 1, "max": 1})


def test_a_rack_product_always_comes_whole(bench):
    bench.fits(hall(bench, product(bench), path={"rolling_load": "500 kg"}))
    over = hall(bench, product(bench), path={"rolling_load": "499.999 kg"})
    bench.stops(over, "space/row/r1/rolling")


def test_doors(bench):
    # Two halls: a product passes one way only.
    site = hall(bench, product(bench), path={"door_width": "600 mm", "door_height": "2236 mm"})
    other = {**site["halls"][0], "id": "annex", "path": {"door_width": "599 mm"}}
    other["rows"] = [{**other["rows"][0], "id": "back"}]
    site["halls"].append(other)
    assert {"row/r1"} == {server.rack for server in bench.fits(site).plan.servers}
    bench.ask(site, {"server": "pod", "min": 2, "max": 2})
    text = bench.stops(site, "space/back/r1/door", "back/r1")
    assert "600 mm wide, a door on the way to back/r1 599 mm: 1 mm too much" in text


def centered(bench, most, count, racks=1):
    """The hall with so many boxes asked for and a highest center of gravity."""
    site = bench.ask(bench.site(), {"server": "box", "min": count, "max": count})
    for number in range(2, racks + 1):
        bench.rack(site, f"r{number}")
    site["policy"]["max_center_of_gravity"] = most
    return site


def test_center_of_gravity(bench):
    # The middle of U1 to U48 is 80 + 24 x 44.45 = 1,146.8 mm high, of U1 to U8 257.8 mm, of U9 to
    # U16 613.4 mm: (150 x 1,146.8 + 100 x 257.8 + 100 x 613.4) kg mm / 350 kg = 740.4 mm.
    result = bench.fits(centered(bench, "741 mm", 2))
    assert 741 == result.plan.floor.racks[0].center_mm
    text = bench.stops(centered(bench, "740 mm", 2), "space/row/r1/gravity")
    assert "at most 0.74 m above the floor" in text


def test_a_rack_may_need_two_servers_to_stand_low(bench):
    # One box alone leaves the center at (150 x 1,146.8 + 100 x 257.8) / 250 = 791.2 mm: four boxes
    # fit two racks in pairs, three do not.
    plan = bench.fits(centered(bench, "741 mm", 4, racks=2)).plan
    assert [2, 2] == [summary.servers for summary in plan.racks]
    bench.stops(centered(bench, "741 mm", 3, racks=2), "space/row/r1/gravity")
    bench.fits(centered(bench, "792 mm", 3, racks=2))


def test_what_stands_too_high_is_weighed_down(bench):
    # A box that stands at U41, 2,035.8 mm high: with the cabinet 1,502.4 mm. One below it at U1
    # brings the center to (172,020 + 203,580 + 25,780) / 350 = 1,146.8 mm.
    site = bench.rack(centered(bench, "1147 mm", 0), existing=[{"server": "box", "u": [41]}])
    bench.stops(site, "space/row/r1/gravity")
    site["demand"][0]["max"] = 1
    assert [1, 41] == places(bench.fits(site))
    site["policy"]["max_center_of_gravity"] = "1146 mm"
    bench.stops(site, "space/row/r1/gravity")
