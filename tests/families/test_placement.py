"""Placement: decisions already taken are kept, and one too many is named."""

from __future__ import annotations

import pytest

from rackplan.errors import InputError


def placed(bench, *pins, forbid=(), **line):
    """Two racks, boxes asked for, and decisions."""
    site = bench.rack(bench.ask(bench.site(), {"server": "box", **line}), "r2")
    site["placement"] = {"pin": list(pins), "forbid": list(forbid)}
    return site


def pin(rack="row/r1", **fields):
    """A pin of boxes."""
    return {"server": "box", "rack": rack, **fields}


def racks(result):
    """Servers by rack."""
    return {rack.rack: rack.servers for rack in result.plan.racks}


def test_pinned_servers_stand_in_their_rack(bench):
    # A cabinet of 48U holds six boxes.
    result = bench.fits(placed(bench, pin("row/r2", count=6), min=6, max=6))
    assert {"row/r1": 0, "row/r2": 6} == racks(result)
    bench.stops(placed(bench, pin("row/r2", count=7)), "placement/pin:pin-1")


def test_each_pin_has_servers_of_its_own(bench):
    result = bench.fits(placed(bench, pin(count=3), pin(count=3), max=6))
    assert {"row/r1": 6, "row/r2": 0} == racks(result)
    bench.stops(placed(bench, pin(count=3), pin(count=4)), "placement/pin:pin-2")


def test_a_range_makes_several_pins(bench):
    result = bench.fits(placed(bench, pin("row/r[1-2]", count=2), max=4))
    assert {"row/r1": 2, "row/r2": 2} == racks(result)


def test_a_pin_at_a_rack_unit(bench):
    result = bench.fits(placed(bench, pin(u=17), pin(u=41), max=2))
    assert [("row/r1", 17), ("row/r1", 41)] == [(s.rack, s.u) for s in result.plan.servers]


def test_servers_stack_around_a_pin_at_a_rack_unit(bench):
    # U5 to U12 are taken: below are 4U, above 36U for four boxes.
    site = placed(bench, pin(u=5), pin(count=4), max=5)
    assert [5, 13, 21, 29, 37] == [s.u for s in bench.fits(site).plan.servers]
    bench.stops(placed(bench, pin(u=5), pin(count=5)), "placement/pin:pin-2")


def test_pins_with_and_without_a_workload(bench):
    work = {"model": "llama-3.1-8b", "precision": "fp16", "input_tokens": 64, "output_tokens": 64}
    for pins in ([pin(workload="chat"), pin()], [pin(), pin(workload="chat")]):
        site = placed(bench, *pins, max=2, idle=True)
        site["workloads"] = [{"id": name, **work} for name in ("chat", "other")]
        result = bench.fits(site)
        assert {"row/r1": 2, "row/r2": 0} == racks(result)
        assert "chat" in {server.workload for server in result.plan.servers}
        site["demand"][0]["max"] = 1
        assert "INFEASIBLE" == bench.solve(site).status


def test_forbidden_places_stay_free(bench):
    result = bench.fits(placed(bench, forbid=[{"places": ["row/r1"]}], min=6))
    assert {"row/r1": 0, "row/r2": 6} == racks(result)
    site = placed(bench, forbid=[{"places": ["row/r1"], "reason": "crane works"}], min=7)
    assert "crane works" in bench.stops(site, "placement/forbid:forbid-1")


@pytest.mark.parametrize("place", ["row", "hall"])
def test_a_row_or_a_hall_can_be_forbidden(bench, place):
    bench.stops(placed(bench, forbid=[{"places": [place]}], min=1), "placement/forbid:forbid-1")
    assert 0 == len(bench.fits(placed(bench, forbid=[{"places": [place]}])).plan.servers)


def test_only_the_models_named_are_forbidden(bench):
    site = placed(bench, forbid=[{"places": ["row"], "servers": ["wet"]}], min=2, max=2)
    bench.fits(site)
    site["demand"].append({"server": "wet", "min": 1})
    bench.stops(site, "placement/forbid:forbid-1")


def test_existing_servers_may_stand_in_forbidden_places(bench):
    site = placed(bench, forbid=[{"places": ["row/r1"]}], min=1, max=1)
    bench.rack(site, existing=[{"server": "box", "u": [1]}])
    assert {"row/r1": 1, "row/r2": 1} == racks(bench.fits(site))


@pytest.mark.parametrize("fields", [{}, {"u": 1}])
def test_a_pin_in_a_forbidden_place_is_told_when_reading(bench, fields):
    site = placed(bench, pin(**fields), forbid=[{"places": ["row/r1"]}])
    with pytest.raises(InputError) as caught:
        bench.load(site)
    (problem,) = caught.value.problems
    assert "forbid" in problem.message
    assert problem.line


def test_optimum_around_decisions(bench):
    # Two racks of six. Rack 2 takes no wet boxes, rack 1 holds two pinned ones, and the floor under
    # rack 1 carries 450 kg: (450 - 150) / 100 = 3. So 2 wet and 1 box there, 6 boxes in rack 2: 9.
    site = placed(bench, forbid=[{"places": ["row/r2"], "servers": ["wet"]}])
    site["demand"].append({"server": "wet"})
    site["placement"]["pin"] = [{"server": "wet", "rack": "row/r1", "count": 2}]
    bench.rack(site, max_total_weight="450 kg")
    result = bench.fits(site)
    assert {"row/r1": 3, "row/r2": 6} == racks(result)
    assert 9 == result.plan.objective[0].value
