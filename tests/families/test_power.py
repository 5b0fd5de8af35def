"""Power: every node, circuit and power supply, exactly at its limit and one unit over."""

from __future__ import annotations

import pytest


def forgiving(bench):
    """The hall with UPSs that carry three times their rating until servers have reacted."""
    site = bench.site()
    site["policy"]["reaction_time"] = "10 s"
    for name in ("ups-a", "ups-b"):
        bench.node(site, name, overload={"share": 3.0, "time": "10 s"})
    return site


def shed(bench, **more):
    """Two boxes that may stop when something fails: only normal operation counts."""
    line = {"server": "box", "min": 2, "max": 2, "survive": "shed"} | more
    return bench.ask(forgiving(bench), line)


def capped(bench, cap):
    """Two boxes that are capped when something fails."""
    line = {"server": "box", "min": 2, "max": 2, "survive": {"reduced": cap}}
    return bench.ask(forgiving(bench), line)


def tight(bench, site, amps):
    """Feed A on a circuit of that many watts: 1 V, one phase, power factor 1."""
    circuits = site["catalog"]["circuits"]
    circuits["tight"] = dict(circuits["circuit"])
    bench.entry(site, "circuits", "tight", volts="1 V", amps=f"{amps} A", phases=1, wiring="single")
    feeds = {
        "A": {"from": "ups-a", "circuit": "tight"},
        "B": {"from": "ups-b", "circuit": "circuit"},
    }
    return bench.row(site, feeds=feeds)


def test_a_node_in_normal_operation(bench):
    # Two boxes of 6,000 W on two sides: 6,000 W a side.
    bench.fits(bench.node(shed(bench), "ups-a", rated_power="6000 W"))
    bench.stops(bench.node(shed(bench), "ups-a", rated_power="5999 W"), "power/ups-a")


def test_a_ups_takes_over_the_other_side(bench):
    # ups-b lost: all 12,000 W on ups-a.
    bench.fits(bench.node(bench.site(), "ups-a", rated_power="12000 W"))
    rule = "power/ups-a@loss:ups-b"
    text = bench.stops(bench.node(bench.site(), "ups-a", rated_power="11999 W"), rule)
    assert "11.999 kW" in text


def test_continuous_share_of_a_rating(bench):
    # 80 % of 15,000 W is 12,000 W.
    for rated, fits in (("15000 W", True), ("14999 W", False)):
        site = bench.node(bench.site(), "ups-a", rated_power=rated, continuous=0.8)
        if fits:
            bench.fits(site)
        else:
            bench.stops(site, "power/ups-a@loss:ups-b")


def test_apparent_power(bench):
    # 12,000 W / 0.8 = 15,000 VA when ups-b is lost; 6,000 / 0.8 = 7,500 VA in normal operation.
    def build(site, rated):
        site["policy"]["power_factor"] = 0.8
        return bench.node(site, "ups-a", rated_apparent=rated)

    bench.fits(build(bench.site(), "15 kVA"))
    bench.stops(build(bench.site(), "14999 VA"), "power/ups-a/va@loss:ups-b")
    bench.fits(build(shed(bench), "7.5 kVA"))
    bench.stops(build(shed(bench), "7499 VA"), "power/ups-a/va")


def test_a_node_rated_by_current(bench):
    # 400 V x 30 A x 1 phase = 12,000 W; 29.997 A is 11,998 W.
    def build(amps):
        site = bench.node(bench.site(), "ups-a", volts="400 V", amps=amps, phases=1)
        bench.node(site, "panel", kind="rpp", **{"from": ["ups-a"]})
        feeds = {"A": {"from": "panel", "circuit": "circuit"}}
        return bench.row(site, feeds={**feeds, "B": {"from": "ups-b", "circuit": "circuit"}})

    bench.fits(build("30 A"))
    bench.stops(build("29.997 A"), "power/ups-a@loss:ups-b")


def test_reduced_servers_count_their_cap_when_something_is_lost(bench):
    # Normal: 6,000 W a side. A side lost: 2 x 4,000 W on the other.
    bench.fits(bench.node(capped(bench, "4 kW"), "ups-a", rated_power="8000 W"))
    over = bench.node(capped(bench, "4 kW"), "ups-a", rated_power="7999 W")
    bench.stops(over, "power/ups-a@loss:ups-b")


def test_a_feed_in_normal_operation(bench):
    def build(amps):
        site = tight(bench, shed(bench), amps)
        # Until servers shed, the circuit would carry both sides: that state is not asked for here.
        site["policy"]["not_survived"] = ["ups-b", "row/r1:B"]
        return site

    bench.fits(build(6000))
    bench.stops(build(5999), "power/row/r1:A")


def test_a_feed_when_the_other_circuit_is_lost(bench):
    bench.fits(tight(bench, bench.site(), 12_000))
    bench.stops(tight(bench, bench.site(), 11_999), "power/row/r1:A@loss:row/r1:B")


def test_five_supplies_on_two_feeds_are_three_and_two(bench):
    # A carries 3/5: 2 x 6,000 x 3/5 = 7,200 W, B 4,800 W.
    for name, watts in (("ups-a", 7200), ("ups-b", 4800)):
        at_limit = bench.entry(shed(bench), "servers", "box", psu_count=5)
        bench.fits(bench.node(at_limit, name, rated_power=f"{watts} W"))
        over = bench.entry(shed(bench), "servers", "box", psu_count=5)
        bench.stops(bench.node(over, name, rated_power=f"{watts - 1} W"), f"power/{name}")


def test_full_power_needs_its_supplies_when_the_fuller_feed_is_lost(bench):
    # Five supplies: losing A leaves two, losing B leaves three.
    site = bench.entry(bench.site(), "servers", "box", psu_count=5, psu_min_full=2)
    bench.fits(site)
    site = bench.entry(bench.site(), "servers", "box", psu_count=5, psu_min_full=3)
    bench.stops(site, "power/row/r1/psu@loss:row/r1:A")


def test_the_rating_counts_even_where_less_is_published(bench):
    # 6 x 2,000 W on two feeds: three live ones carry 6,000 W and not 6,001 W, whatever is claimed.
    def build(draw):
        figures = {"psu_rating": "2 kW", "psu_min_full": 1, "max_draw": draw}
        return bench.entry(bench.site(), "servers", "box", **figures)

    bench.fits(build("6000 W"))
    result = bench.solve(build("6001 W"))
    assert "INFEASIBLE" == result.status
    assert any("/psu@loss:" in rule.id for rule in result.conflict.rules)


def test_six_supplies_on_three_feeds_keep_four(bench):
    # DGX H100 style, four of six needed: two feeds leave three, three feeds leave four.
    site = bench.entry(bench.site(), "servers", "box", psu_min_full=4)
    assert "INFEASIBLE" == bench.solve(site).status
    site = bench.node(site, "ups-c", kind="ups", **{"from": ["grid"]})
    feeds = {s: {"from": f"ups-{s.lower()}", "circuit": "circuit"} for s in "ABC"}
    three = bench.row(site, feeds=feeds)
    # Normal: 12,000 / 3 = 4,000 W a side; one lost: 12,000 / 2 = 6,000 W.
    result = bench.fits(three)
    assert {"A": 2, "B": 2, "C": 2} == result.plan.servers[0].feeds
    bench.fits(bench.node(three, "ups-a", rated_power="6000 W"))
    over = bench.solve(bench.node(three, "ups-a", rated_power="5999 W"))
    found = {rule.id for rule in over.conflict.rules if rule.family == "power"}
    assert found in ({"power/ups-a@loss:ups-b"}, {"power/ups-a@loss:ups-c"})


def test_reduced_needs_its_boot_minimum(bench):
    # Five supplies: losing A leaves two.
    for boot, fits in ((2, True), (3, False)):
        site = bench.entry(
            capped(bench, "4 kW"), "servers", "box", psu_count=5, psu_min_full=4, psu_min_boot=boot
        )
        if fits:
            bench.fits(site)
        else:
            bench.stops(site, "power/row/r1/psu@loss:row/r1:A")


def test_reduced_needs_rating_for_its_cap(bench):
    # Five supplies of 2,000 W: losing A leaves two, 4,000 W.
    for cap, fits in (("4000 W", True), ("4001 W", False)):
        site = bench.entry(capped(bench, cap), "servers", "box", psu_count=5, psu_rating="2 kW")
        if fits:
            bench.fits(site)
        else:
            bench.stops(site, "power/row/r1/psu@loss:row/r1:A")


def test_shed_promises_nothing_in_loss_states_but_full_power_otherwise(bench):
    one = {"A": {"from": "ups-a", "circuit": "circuit"}}
    bench.fits(bench.row(shed(bench), feeds=one))
    bench.stops(bench.row(shed(bench), feeds={}), "power/row/r1/psu")


def test_a_loss_the_policy_exempts_is_no_state(bench):
    one = {"A": {"from": "ups-a", "circuit": "circuit"}}
    site = bench.row(bench.site(), feeds=one)
    assert "INFEASIBLE" == bench.solve(site).status
    site["policy"]["not_survived"] = ["ups-a", "grid"]
    bench.fits(site)


def test_a_transfer_switch_moves_to_the_generator(bench):
    # The generator carries 12,000 W / 0.8 = 15,000 W of UPS input, and only when the grid is lost.
    def build(rated, which="gen"):
        site = bench.site()
        bench.node(site, "gen", kind="generator")
        bench.node(site, "ats", kind="ats", **{"from": ["grid", "gen"]})
        for name in ("ups-a", "ups-b"):
            bench.node(site, name, efficiency=0.8, **{"from": ["ats"]})
        site["policy"]["not_survived"] = ["ats"]
        return bench.node(site, which, rated_power=rated)

    bench.fits(build("15000 W"))
    bench.stops(build("14999 W"), "power/gen@loss:grid")
    # What the grid carries in normal operation it also carries when the generator is lost.
    bench.fits(build("15000 W", "grid"))
    bench.stops(build("14999 W", "grid"), "power/grid")


def test_a_parallel_bus_shares_over_the_live_modules(bench):
    # Three modules on one bus: 12,000 / 3 = 4,000 W each; one lost: 12,000 / 2 = 6,000 W.
    def build(rated):
        site = bench.site()
        names = ["m1", "m2", "m3"]
        for name in names:
            bench.node(site, name, kind="ups", **{"from": ["grid"]})
        bench.node(site, "bus", kind="switchboard", sharing="parallel", **{"from": names})
        for name in ("ups-a", "ups-b"):
            bench.node(site, name, kind="rpp", **{"from": ["bus"]})
        site["policy"]["not_survived"] = ["m3", "bus"]
        return bench.node(site, "m1", rated_power=rated)

    bench.fits(build("6000 W"))
    bench.stops(build("5999 W"), "power/m1@loss:m2")


def test_fixed_loads_and_cooling_units_take_their_share(bench):
    # 12,000 W of boxes, 500 W of lighting, 700 W of fans that run on ups-a first: 13,200 W. With
    # ups-a lost the fans move to ups-b, the lighting does not: 12,700 W.
    def build(rated, name="ups-a"):
        site = bench.entry(bench.site(), "air_units", "air-unit", power="350 W")
        for unit in site["cooling"]["zones"][0]["units"]:
            unit["power_from"] = ["ups-a", "ups-b"]
        bench.node(site, "ups-a", load="500 W")
        return bench.node(site, name, rated_power=rated)

    bench.fits(build("13200 W"))
    bench.stops(build("13199 W"), "power/ups-a@loss:ups-b")
    bench.fits(build("12700 W", "ups-b"))
    bench.stops(build("12699 W", "ups-b"), "power/ups-b@loss:ups-a")


def test_gear_shares_its_live_feeds(bench):
    # A switch of 900 W on both feeds: 450 W in normal operation, 900 W with ups-b lost.
    gear = {"name": "leaf", "u": 48, "rack_units": 1, "power": "900 W", "weight": "10 kg"}
    gear["airflow"] = "0 L/s"

    def build(site, rated, feeds):
        bench.rack(site, gear=[{**gear, "feeds": feeds}])
        return bench.node(site, "ups-a", rated_power=rated)

    bench.fits(build(bench.site(), "12900 W", ["A", "B"]))
    bench.stops(build(bench.site(), "12899 W", ["A", "B"]), "power/ups-a@loss:ups-b")
    bench.fits(build(bench.site(), "12000 W", ["B"]))
    bench.fits(build(shed(bench), "6900 W", ["A"]))
    bench.stops(build(shed(bench), "6899 W", ["A"]), "power/ups-a")


def test_existing_servers_load_the_ups_too(bench):
    site = bench.rack(bench.site(), existing=[{"server": "box", "u": [1]}])
    bench.fits(bench.node(site, "ups-a", rated_power="18000 W"))
    bench.stops(bench.node(site, "ups-a", rated_power="17999 W"), "power/ups-a@loss:ups-b")


def test_a_lost_circuit_can_be_the_hardest_state_above_its_rack(bench):
    # ups-b wastes a fifth, and a switch of 3,000 W hangs on ups-a alone. The grid carries
    #   normally          6,000 + 3,000 + 6,000 / 0.8 = 16,500 W
    #   without ups-a     12,000 / 0.8                = 15,000 W (the switch is off)
    #   without circuit A 3,000 + 12,000 / 0.8        = 18,000 W
    def build(rated):
        gear = {"name": "leaf", "u": 1, "rack_units": 1, "power": "3 kW", "weight": "1 kg"}
        gear |= {"feeds": ["A"], "airflow": "0 L/s"}
        site = bench.rack(bench.site(), "r2", profile={"blocked": ["9-48"]}, gear=[gear])
        bench.node(site, "ups-b", efficiency=0.8)
        return bench.node(site, "grid", rated_power=rated)

    bench.fits(build("18000 W"))
    bench.stops(build("17999 W"), "power/grid@loss:row/r1:A")


@pytest.mark.parametrize("rated", ["20 kW", "500 kW"])
def test_what_a_plan_states_of_empty_racks_is_judged_alike(bench, rated):
    # Nothing is placed, gear keeps both sides busy, and one side wastes more than the other.
    site = bench.ask(bench.site(), {"server": "box", "max": 0})
    gear = {"name": "leaf", "u": 1, "rack_units": 1, "power": "3 kW", "weight": "1 kg"}
    bench.rack(site, gear=[{**gear, "feeds": ["A"], "airflow": "0 L/s"}])
    bench.rack(site, "r2")
    bench.node(site, "ups-b", efficiency=0.8)
    bench.fits(bench.node(site, "grid", rated_power=rated))


@pytest.mark.parametrize(("survive", "servers"), [("full", 3), ("shed", 6)])
def test_optimum_reserve_is_put_to_work(bench, survive, servers):
    # Two UPSs of 20 kW. Full: one must carry all, floor(20 / 6) = 3 boxes. Shed: only the normal
    # state counts, n x 3 kW a side <= 20 kW gives n = 6.
    site = bench.ask(forgiving(bench), {"server": "box", "survive": survive})
    for name in ("ups-a", "ups-b"):
        bench.node(site, name, rated_power="20 kW")
    result = bench.fits(site)
    assert servers == len(result.plan.servers)


def test_optimum_four_ups_systems_one_may_fail(bench):
    # Six racks, one for each pair of four UPSs of 30 kW. With w(ab) boxes on a pair, UPS a carries
    # 3 kW x sum of its w, and 3 kW x w(ab) more when b is lost: sum + max <= 10. A sum of 8 needs
    # a max of 2, so at most 6: no UPS has more than 7, and 4 x 7 / 2 = 14 boxes are the most. Three
    # on two disjoint pairs and two on the other four reach it: 3 + 2 + 2 with a max of 3.
    site = bench.site()
    site["power"]["nodes"] = [{"id": "grid", "kind": "utility"}]
    for name in "abcd":
        bench.node(site, f"ups-{name}", kind="ups", rated_power="30 kW", **{"from": ["grid"]})
    site["halls"][0]["rows"][0]["racks"] = []
    for pair in ("ab", "ac", "ad", "bc", "bd", "cd"):
        feeds = {
            side: {"from": f"ups-{name}", "circuit": "circuit"}
            for side, name in zip("AB", pair, strict=True)
        }
        bench.rack(site, pair, feeds=feeds)
    result = bench.fits(bench.ask(site, {"server": "box"}))
    assert 14 == len(result.plan.servers)
    assert 3 == max(rack.servers for rack in result.plan.racks)
