"""Fabric: leaf ports and cable reach, exactly at the limit and one unit over."""

from __future__ import annotations


def leaf(bench, site, **fields):
    """The hall with its row in one leaf group."""
    group = {"id": "leaf", "racks": ["row"], "ports": 1000, **fields}
    site["fabric"] = {"leaf_groups": [group]}
    return site


def test_leaf_ports(bench):
    # Two boxes of eight ports.
    bench.fits(leaf(bench, bench.site(), ports=16))
    bench.stops(leaf(bench, bench.site(), ports=15), "fabric/leaf")


def test_existing_servers_hold_their_ports(bench):
    site = bench.rack(bench.site(), existing=[{"server": "box", "u": [1]}])
    bench.fits(leaf(bench, site, ports=24))
    bench.stops(leaf(bench, site, ports=23), "fabric/leaf")


def test_ports_of_a_group_are_for_its_racks_only(bench):
    site = bench.rack(bench.site(), "r2")
    result = bench.fits(leaf(bench, site, ports=0, racks=["row/r1"]))
    assert {"row/r2"} == {server.rack for server in result.plan.servers}


def far(bench, reach, **fabric):
    """Servers in ``r1``, leaf switches two racks on in ``r3``, which is closed like ``r2``."""
    site = bench.site()
    for name in ("r2", "r3"):
        bench.rack(site, name, profile={"blocked": ["1-48"]})
    site = leaf(bench, site, leaf_rack="row/r3", reach=reach)
    site["fabric"].update(fabric)
    return site


def test_cable_reach_along_the_row(bench):
    # Two racks of 600 mm and 4 m of rise, drop and slack: 5.2 m.
    bench.fits(far(bench, "5.2 m"))
    text = bench.stops(far(bench, "5.199 m"), "fabric/row/r1/reach")
    assert "5.2 m" in text


def test_slack_is_the_sites_own(bench):
    bench.fits(far(bench, "2.2 m", slack="1 m"))
    bench.stops(far(bench, "2.199 m", slack="1 m"), "fabric/row/r1/reach")


def test_cable_reach_across_an_aisle(bench):
    # The leaf rack stands in another row, 3 m over and 0.6 m along: 3 + 0.6 + 4 = 7.6 m.
    def build(reach):
        site = bench.site()
        first = site["halls"][0]["rows"][0]
        blocked = {"blocked": ["1-48"]}
        other = {**first, "id": "other", "y": "3 m", "racks": [{"id": "r1"}, {"id": "r2"}]}
        site["halls"][0]["rows"].append({**other, "profile": blocked})
        return leaf(bench, site, leaf_rack="other/r2", reach=reach)

    bench.fits(build("7.6 m"))
    bench.stops(build("7.599 m"), "fabric/row/r1/reach")


def test_servers_without_ports_need_no_cable(bench):
    site = bench.entry(far(bench, "1 m"), "servers", "box", fabric_ports=0)
    bench.fits(site)


def test_optimum_ports_of_two_groups(bench):
    # floor(40 / 8) + floor(23 / 8) = 5 + 2 = 7 boxes.
    site = bench.rack(bench.ask(bench.site(), {"server": "box"}), "r2")
    site["fabric"] = {
        "leaf_groups": [
            {"id": "one", "racks": ["row/r1"], "ports": 40},
            {"id": "two", "racks": ["row/r2"], "ports": 23},
        ]
    }
    result = bench.fits(site)
    assert {"row/r1": 5, "row/r2": 2} == {rack.rack: rack.servers for rack in result.plan.racks}
