"""What once went wrong, or is apt to: each with a plan that the verifier must accept."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest
from electrical_sites import (
    box,
    circuit,
    demand,
    feeds,
    fits,
    hall,
    most,
    node,
    one_feed,
    policy,
    row,
    solved,
    stops,
    strip,
)

from rackplan.facility.electrical import CONTINUOUS, Rating
from rackplan.facility.outlets import Bank, Plug, pack

AMPS = {"C13": 10_000, "C19": 16_000, "C39": 16_000}


def single(document):
    """The hall with its A side alone."""
    node(document, "panel-b", spare=True)
    node(document, "ups-b", spare=True)
    return policy(document, not_survived=["grid", "ups-a", "panel-a"])


def gear(document, power, rack=0, **more):
    item = {"name": "leaf", "u": 48, "rack_units": 1, "weight": "1 kg", "airflow": "0 L/s"}
    row(document)["racks"][rack]["gear"] = [{**item, "power": power, **more}]
    return document


def test_every_rack_of_a_group_has_outlets_of_its_own():
    document = demand(box(hall(3), inlet="C14"), 9)
    document["catalog"]["rack_pdus"]["own"] = strip("L1 L2 L3", {"C13": 2}, amps="32 A")
    result = fits(feeds(document, "wye", pdu="own"))
    assert all(cord.outlet for server in result.plan.servers for cord in server.cords)


def test_breakers_that_begin_on_other_lines():
    # A single-pole circuit turns the three-pole breakers after it; each rack has lines of its own.
    document = box(hall(4), psu_count=1, max_draw="3 kW")
    one_feed(single(document), "wye")
    row(document)["racks"][0]["feeds"] = {"A": {"from": "panel-a", "circuit": "line"}}
    node(document, "panel-a", volts="400 V", amps="32 A", phases=3, standard="iec")
    result = fits(demand(document, 6))  # 13 A each, two on a line
    positions = {rack.feeds[0].positions for rack in result.facility.racks.values()}
    assert len({at[0] for at in positions}) > 1


def test_gear_leaves_a_server_the_only_outlet_that_fits_it():
    # Gear takes any connector: the C19, so that a C14 inlet gets the C13 although it comes later.
    bank = Bank("1", 0, None, {"C13": 1, "C19": 1}, AMPS)
    plugs = [Plug("", 0, (9000,)), Plug("C14", 0, (1000,))]
    assert (("1", "C19"), ("1", "C13")) == pack([bank], plugs)


def test_a_strip_that_cannot_hold_its_cords_is_refused_at_once():
    # 42 cords of 3 A on six banks of 20 A: 6 each, so 36. To try them one by one takes for ever.
    banks = [Bank(str(k), k % 3, 20_000, {"C13": 10}, AMPS) for k in range(6)]
    started = time.monotonic()
    assert pack(banks, [Plug("C14", k % 3, (3000,)) for k in range(36)]) is not None
    assert pack(banks, [Plug("C14", k % 3, (3000,)) for k in range(37)]) is None
    mixed = [Plug("C14", k % 3, (2900 + 100 * (k % 2), 1000 + k % 3)) for k in range(42)]
    assert pack(banks, mixed) is None
    assert time.monotonic() - started < 5


def test_power_and_current_of_a_breaker_are_one_limit():
    # 63 A x 0.8165 x 0.8 = 41.1516 A, 41.151 A in whole milliamperes: and no watt more.
    rating = Rating(415, 63_000, 3, CONTINUOUS["nec"], Fraction(8165, 10_000))
    assert 41_151 == rating.continuous_ma
    assert rating.continuous_w(Fraction(1)) <= 3**0.5 * 415 * 41.151


def test_lines_that_carry_nothing():
    # All of it on one line: what is left for the others is the noise of floats, not a milliampere.
    document = box(hall(1, power_factor=0.9), max_draw="1537 W", psu_count=7)
    one_feed(single(document), "line")
    node(document, "panel-a", volts="400 V", amps="32 A", phases=3, standard="nec")
    fits(demand(document, 1))


def test_the_peak_when_a_circuit_is_lost_above_a_rack():
    # ups-b wastes a fifth. A box of 6 kW, peak 12 kW; gear of 1.2 kW beside it and of 3 kW in
    # another rack, both on A alone. The grid carries, lasting and at the peak,
    #   normally           1.2 + 3 + 3 + 3 / 0.8 = 10.95 kW    1.2 + 3 + 6 + 6 / 0.8 = 17.7 kW
    #   without ups-a      6 / 0.8 = 7.5 kW                    12 / 0.8 = 15 kW
    #   without circuit A  3 + 6 / 0.8 = 10.5 kW               3 + 12 / 0.8 = 18 kW
    def build(rated):
        document = demand(box(hall(), max_draw="6 kW", peak="12 kW", psu_rating="15 kW"), 1)
        row(document)["racks"].append({"id": "r2", "profile": {"blocked": ["1-47"]}})
        gear(document, "1200 W", feeds=["A"])
        gear(document, "3 kW", rack=1, feeds=["A"])
        node(document, "ups-b", efficiency=0.8)
        return node(document, "grid", rated_power=rated)

    fits(build("18 kW"))
    stops(build("17999 W"), "power/grid/peak@loss:row/r1:A")


def test_the_line_of_a_board_when_a_circuit_is_lost():
    # Circuit A is on the board itself, B behind a UPS, which draws evenly: with A lost more is on
    # the line that gear of another rack loads. Never exit code 5, whatever the board carries.
    for amps in ("12 A", "13 A", "14 A", "15 A", "16 A", "20 A"):
        document = box(hall(2), max_draw="4 kW", psu_count=2)
        node(document, "board", kind="switchboard", inputs=["grid"])
        node(document, "board", volts="400 V", amps=amps, phases=3, standard="iec")
        node(document, "panel-a", inputs=["board"])
        node(document, "ups-b", inputs=["board"])
        node(document, "ups-a", spare=True)
        document["catalog"]["circuits"]["line"] = circuit("230 V", "10 A", 1, "single")
        for rack in row(document)["racks"]:
            rack["feeds"] = {
                "A": {"from": "panel-a", "circuit": "wide"},
                "B": {"from": "panel-b", "circuit": "wide"},
            }
        gear(document, "1500 W", rack=1, feeds=["A"], cords=1)
        policy(document, not_survived=["grid", "board"])
        solved(document)


def test_a_cord_of_three_phases_fits_no_rack_pdu():
    document = box(hall(), input_voltage="400 VAC 3ph", psu_count=4)
    fits(demand(feeds(document, "wye"), 2))
    document["catalog"]["rack_pdus"]["own"] = strip("L1 L2 L3", {"C19": 9})
    feeds(document, "wye", pdu="own")
    with pytest.raises(Exception, match="single-phase outlets"):
        solved(document)


@pytest.mark.parametrize("psus", [1, 2, 3, 5, 7, 8, 9])
@pytest.mark.parametrize("sides", [1, 2, 3, 4])
def test_any_count_of_supplies_on_any_count_of_feeds(psus, sides):
    # 16 A on each line, and panels of 32 A: as many boxes as fit, proven and accepted.
    document = box(hall(2), psu_count=psus, max_draw="1500 W")
    document["power"]["nodes"] = [{"id": "grid", "kind": "utility"}]
    panels = [f"panel-{k}" for k in range(sides)]
    for name in panels:
        node(document, name, kind="rpp", inputs=["grid"], volts="400 V", amps="32 A", phases=3)
    document["catalog"]["circuits"]["own"] = circuit("400 V", "16 A")
    policy(feeds(document, "own", *panels), not_survived=[*panels, "grid"])
    # Never more than all lines together carry: 2 racks x sides x 11,085 W.
    assert 0 < most(document) <= 2 * sides * 11_085 // 1500


def test_feeds_of_different_voltage_in_a_rack():
    # 240 V to neutral on A, 208 V between lines on B: four boxes share evenly all the same.
    document = demand(box(hall(power_factor=0.95), inlet="C20", psu_count=4), 4)
    row(document)["feeds"] = {
        "A": {"from": "panel-a", "circuit": "wye-415"},
        "B": {"from": "panel-b", "circuit": "delta"},
    }
    fits(document)


def test_existing_servers_on_a_line_that_is_full():
    # Three boxes of 3,690 W stand there, one on each line of 16 A: nothing more fits, and it is no
    # conflict that they do. A watt-heavy fourth is.
    document = demand(box(hall(), max_draw="3690 W", psu_count=1), max=3)
    document["catalog"]["circuits"]["own"] = circuit("400 V", "16 A")
    one_feed(single(document), "own")
    row(document)["racks"][0]["existing"] = [{"server": "box", "u": [1, 2, 3]}]
    assert 3 == most(document)
    row(document)["racks"][0]["existing"] = [{"server": "box", "u": [1, 2, 3, 4]}]
    assert "INFEASIBLE" == solved(document).status


def test_gear_of_many_cords():
    document = gear(demand(hall(), 1), "9 kW", cords=7)
    document["catalog"]["rack_pdus"]["own"] = strip("L1 L2 L3", {"C13": 3, "C19": 3})
    box(document, inlet="C14")
    result = fits(feeds(document, "wye", pdu="own"))
    assert 14 == len(result.plan.racks[0].gear_cords["leaf"])


def test_many_servers_asked_for_are_explained_at_once():
    document = demand(box(hall(4), psu_count=1, max_draw="500 W"), 500)
    document["catalog"]["circuits"]["own"] = circuit("400 V", "16 A")
    one_feed(single(document), "own")
    node(document, "panel-a", volts="400 V", amps="63 A", phases=3, standard="iec")
    started = time.monotonic()
    assert stops(document, "demand/box/min")
    assert time.monotonic() - started < 15
