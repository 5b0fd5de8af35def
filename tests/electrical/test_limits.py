"""Every electrical limit exactly at its capacity, and one unit over.

Loads round up to whole watts and milliamperes server by server, capacities round down.
"""

from __future__ import annotations

import math
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
from hypothesis import given
from hypothesis import strategies as st

from rackplan.errors import InputError
from rackplan.facility.electrical import CONTINUOUS, Rating
from rackplan.facility.resolve.ratings import loss_line


def on_circuit(document, volts="400 V", amps="32 A", wiring="wye", standard="iec", **feed):
    """The hall with one circuit for its only rack."""
    phases = 1 if wiring == "single" else 3
    document["catalog"]["circuits"]["own"] = circuit(volts, amps, phases, wiring, standard)
    node(document, "panel-b", spare=True)
    node(document, "ups-b", spare=True)
    return one_feed(document, "own", **feed)


def boxes(count, **figures):
    """The hall with exactly so many boxes asked for."""
    return demand(box(hall(), **figures), count)


@pytest.mark.parametrize(("amps", "fit"), [("8.661 A", True), ("8.66 A", False)])
def test_a_line_of_a_wye_circuit(amps, fit):
    # Three single-corded boxes of 2 kW, one on each line: 2,000 / (400 / sqrt(3)) = 8.6603 A.
    document = on_circuit(boxes(3, max_draw="2000 W", psu_count=1), amps=amps)
    if fit:
        fits(document)
    else:
        assert "INFEASIBLE" == solved(document).status


@pytest.mark.parametrize(("amps", "fit"), [("25.98 A", True), ("25.979 A", False)])
def test_a_line_of_a_delta_circuit(amps, fit):
    # 5,196 W on one pair: 5,196 / 200 = 25.98 A on both of its lines, a corner of the polygon.
    figures = {"max_draw": "5196 W", "psu_count": 1, "psu_rating": "6 kW"}
    document = on_circuit(boxes(1, **figures), volts="200 V", amps=amps, wiring="delta")
    if fit:
        fits(document)
    else:
        stops(document, "power/row/r1:A/L1")


def test_two_pairs_of_a_delta_meet_on_a_line():
    # 2 kW on L1-L2 and on L3-L1 of 200 V: sqrt(10^2 + 10^2 + 10 x 10) = 17.3206 A on line 1, 10 A
    # on the others. Equal pairs are a corner of the polygon: exact but for rounding up.
    def build(amps):
        figures = {"max_draw": "2000 W", "psu_count": 1}
        return on_circuit(boxes(2, **figures), volts="200 V", amps=amps, wiring="delta")

    fits(build("17.322 A"))
    assert "INFEASIBLE" == solved(build("17.32 A")).status


@pytest.mark.parametrize(("amps", "fit"), [("17.322 A", True), ("17.321 A", False)])
def test_a_line_of_a_panel_main(amps, fit):
    # Two racks on single-phase circuits, whose poles 1 and 2 are both on L1: two boxes of 2 kW are
    # 2 x 8.661 A there, though all three lines together carry 12 kW.
    document = box(hall(2), max_draw="2000 W", psu_count=1)
    document["catalog"]["circuits"]["own"] = circuit("231 V", "8.66 A", 1, "single")
    one_feed(document, "own")
    node(document, "panel-b", spare=True)
    node(document, "ups-b", spare=True)
    node(document, "panel-a", volts="400 V", amps=amps, phases=3, standard="iec")
    demand(document, 2)
    if fit:
        fits(document)
    else:
        stops(document, "power/panel-a/L1")


def test_the_input_of_a_rack_pdu():
    # Three boxes of 2 kW, one on each line: 8.661 A a line of a strip on a circuit of 32 A.
    def build(amps):
        document = boxes(3, max_draw="2000 W", psu_count=1, inlet="C14")
        document["catalog"]["rack_pdus"]["own"] = strip("L1 L2 L3", {"C13": 4}, amps=amps)
        return on_circuit(document, pdu="own")

    fits(build("8.661 A"))
    assert "INFEASIBLE" == solved(build("8.66 A")).status


@pytest.mark.parametrize(("watts", "fit"), [(1600, True), (1601, False)])
def test_a_bank_of_20_a_carries_16(watts, fit):
    # Two cords on the only bank of a 200 V strip: 2 x 1,600 / 200 = 16 A = 80 % of 20 A.
    document = boxes(2, max_draw=f"{watts} W", psu_count=1, inlet="C20")
    document["catalog"]["rack_pdus"]["own"] = strip(
        "L", {"C19": 4}, volts="200 V", amps="60 A", plug="60 A", breaker="20 A", continuous=0.8
    )
    on_circuit(document, volts="200 V", amps="60 A", wiring="single", pdu="own")
    if fit:
        fits(document)
    else:
        stops(document, "power/row/r1/outlets")


@pytest.mark.parametrize(
    ("continuous", "watts", "fit"),
    [(1, 2000, True), (1, 2001, False), (0.8, 2400, True), (0.8, 2401, False)],
)
def test_a_c13_outlet(continuous, watts, fit):
    # IEC 10 A x 200 V = 2,000 W; under the NEC 12 A x 200 V = 2,400 W. Gear states no inlet.
    document = demand(box(hall()), 0)
    document["catalog"]["rack_pdus"]["own"] = strip(
        "L", {"C13": 4}, volts="200 V", amps="60 A", plug="60 A", continuous=continuous
    )
    on_circuit(document, volts="200 V", amps="60 A", wiring="single", pdu="own")
    gear = {"name": "leaf", "u": 48, "rack_units": 1, "weight": "1 kg", "airflow": "0 L/s"}
    row(document)["racks"][0]["gear"] = [{**gear, "power": f"{watts} W", "cords": 1}]
    if fit:
        fits(document)
    else:
        stops(document, "power/row/r1/outlets")


def test_apparent_power_of_a_node():
    # Four boxes of 1 kW at a power factor of 0.8, all on one side when the other is lost: 5,000 VA.
    def build(rated):
        document = demand(hall(power_factor=0.8), 4)
        return node(document, "ups-a", rated_apparent=rated)

    fits(build("5 kVA"))
    stops(build("4999 VA"), "power/ups-a/va@loss:ups-b")


def test_a_generator_at_an_elevation_that_recharges_and_starts():
    # Four boxes 4,000 W, a UPS that recharges with 500 W, 300 W of pumps that take 700 W to start:
    # 4,000 + 500 + 700 = 5,200 W. At 1,600 m, 600 m above its 1,000 m, 2 x 4 % are lost:
    # 5,653 W x 0.92 = 5,200.76 W.
    def build(rated):
        document = demand(hall(), 4)
        document["site"]["elevation"] = "1600 m"
        document["policy"]["ashrae_class"] = "A2"
        node(document, "gen", kind="generator", rated_power=rated)
        node(document, "gen", derate={"above": "1000 m", "per_300m": 0.04})
        node(document, "ats", kind="ats", inputs=["grid", "gen"], load="300 W", start_load="700 W")
        node(document, "ups-a", inputs=["ats"], recharge="500 W")
        node(document, "ups-b", inputs=["ats"])
        return policy(document, not_survived=["ats"])

    fits(build("5653 W"))
    stops(build("5652 W"), "power/gen@loss:grid")  # 5,199.84 W


def test_cooling_units_that_a_generator_starts():
    # Two units of 300 W that take 900 W to start, beside 4,000 W of boxes: 5,800 W on the generator
    # and 4,600 W on the grid.
    def build(rated, which="gen"):
        document = demand(hall(), 4)
        document["catalog"]["air_units"]["acu"]["power"] = "300 W"
        node(document, "gen", kind="generator")
        node(document, "ats", kind="ats", inputs=["grid", "gen"])
        node(document, "ups-a", inputs=["ats"])
        node(document, "ups-b", inputs=["ats"])
        unit = document["cooling"]["zones"][0]["units"][0]
        unit.update(power_from=["ats"], start_power="900 W")
        return node(policy(document, not_survived=["ats"]), which, rated_power=rated)

    fits(build("5800 W"))
    stops(build("5799 W"), "power/gen@loss:grid")
    fits(build("4600 W", "grid"))
    stops(build("4599 W", "grid"), "power/grid")


def test_the_idle_loss_of_a_ups():
    # 0.04 x 10 kW whatever it carries, and 1 / 0.95 of its load: 400 + 1,900 / 0.95 = 2,400 W on
    # the grid for each of two UPSs.
    def build(rated):
        document = demand(box(hall(), max_draw="3800 W"), 1)
        for name in ("ups-a", "ups-b"):
            node(document, name, no_load_loss="400 W", efficiency=0.95)
        return node(document, "grid", rated_power=rated)

    fits(build("4800 W"))
    stops(build("4799 W"), "power/grid")


def test_an_efficiency_curve():
    # 10 kW, 90 % at half load, 95 % at full: input 0.5 / 0.9 = 0.5556 and 1 / 0.95 = 1.0526, so
    # 0.0585 + 0.9942 x. A box of 2,000 W, halved: 2 x 584.8 + 0.9942 x 2,000 = 3,157.9 W.
    def build(rated):
        document = demand(box(hall(), max_draw="2000 W"), 1)
        for name in ("ups-a", "ups-b"):
            curve = {"50 %": 0.9, "100 %": 0.95}
            node(document, name, rated_power="10 kW", efficiency=curve)
        return node(document, "grid", rated_power=rated)

    fits(build("3159 W"))
    stops(build("3157 W"), "power/grid")


curves = st.dictionaries(st.integers(1, 100), st.integers(510, 999), min_size=2, max_size=6).map(
    lambda points: [(Fraction(x, 100), Fraction(y, 1000)) for x, y in points.items()]
)


@given(curves)
def test_a_loss_line_is_never_below_its_curve(curve):
    idle, slope = loss_line(curve)
    assert idle >= 0
    for load, efficiency in curve:
        assert idle + slope * load >= load / efficiency


def test_the_thermal_factor_of_a_feed_and_of_a_panel():
    # 20 A x 0.87 = 17.4 A at 200 V, single phase: 3,480 W.
    def on_feed(watts):
        document = boxes(1, max_draw=f"{watts} W", psu_count=1)
        return on_circuit(document, "200 V", "20 A", "single", thermal=0.87)

    def on_panel(watts):
        document = on_circuit(
            boxes(1, max_draw=f"{watts} W", psu_count=1), "200 V", "20 A", "single"
        )
        return node(document, "panel-a", volts="200 V", amps="20 A", phases=1, thermal=0.87)

    fits(on_feed(3480))
    stops(on_feed(3481), "power/row/r1:A")
    fits(on_panel(3480))
    stops(on_panel(3481), "power/panel-a")


@pytest.mark.parametrize(
    ("reaction", "rated", "fit"),
    [
        ("10 s", "3200 W", True),
        ("10 s", "3199 W", False),
        ("60 s", "3200 W", True),
        ("61 s", "4000 W", True),
        ("61 s", "3999 W", False),
    ],
)
def test_an_overload_carries_what_is_not_yet_shed(reaction, rated, fit):
    # Four boxes that may stop: 2,000 W a side, 4,000 W on one side until they do. 1.25 x 3,200 W =
    # 4,000 W, for 60 s; who reacts in 61 s has nothing of it.
    document = policy(demand(hall(), 4, survive="shed"), reaction_time=reaction)
    node(document, "ups-a", rated_power=rated, overload={"share": 1.25, "time": "60 s"})
    if fit:
        fits(document)
    else:
        stops(document, "power/ups-a/transfer@loss:ups-b")


def b300_rack(standard):
    """Two made-up halves of NVIDIA's B300 rack: 30 kW on average, 39.4 kW at peak."""
    figures = {"max_draw": "15 kW", "peak": "19.7 kW", "psu_count": 6, "psu_rating": "4 kW"}
    document = demand(box(hall(power_factor=0.95), **figures), 2)
    return on_circuit(document, "400 V", "60 A", "wye", standard)


def test_the_peak_limit_of_a_nec_circuit():
    # NVIDIA DGX B300, low-density rack: 400 V 60 A at 0.95 is 31.6 kW that last and
    # 39.5 kW for a short time: 30 kW and 39.4 kW fit, and not a quarter of a kilowatt more.
    rating = Rating(400, 60_000, 3, CONTINUOUS["nec"])
    factor = Fraction(19, 20)
    assert (31_592, 39_490) == (rating.continuous_w(factor), rating.short_w(factor))
    fits(b300_rack("nec"))
    stops(box(b300_rack("nec"), peak="19.8 kW"), "power/row/r1:A/peak")


def test_the_peak_limit_of_an_iec_circuit_is_its_lasting_one():
    # 100 % for both: 39,490 W last, so 2 x 19.7 kW may even last; 2 x 19.75 kW may not.
    lasting = {"max_draw": "19.7 kW"}
    fits(b300_rack("iec"))
    fits(box(b300_rack("iec"), **lasting))
    assert "INFEASIBLE" == solved(box(b300_rack("iec"), max_draw="19.75 kW", peak=None)).status


def test_an_inlet_bounds_a_supply_at_208_v():
    # C20: 16 A x 208 V x 0.95 = 3,161 W, less than the 3.3 kW of the supply.
    # Three of them carry 9,483 W, and 3 x 3.3 = 9,900 W by their rating.
    def build(watts):
        figures = {"psu_count": 6, "psu_rating": "3300 W", "inlet": "C20"}
        document = demand(box(hall(power_factor=0.95), max_draw=f"{watts} W", **figures), 1)
        document["catalog"]["circuits"]["own"] = circuit("208 V", "400 A", 3, "delta")
        return feeds(document, "own")

    fits(build(9483))
    assert "INFEASIBLE" == solved(build(9484)).status


def test_a_rack_that_passes_in_all_and_fails_on_one_line():
    # One box of one cord, 3.7 kW of the 11.085 kW of a 400 V 16 A wye: 16.02 A, all on one line.
    document = on_circuit(boxes(1, max_draw="3.7 kW", psu_count=1), amps="16 A")
    result = solved(document)
    assert "INFEASIBLE" == result.status
    named = {rule.id: rule.text for rule in result.conflict.rules if rule.family == "power"}
    assert {f"power/row/r1:A/L{n}" for n in (1, 2, 3)} == set(named)
    assert all("line L" in text and "16 A" in text for text in named.values()), named


def dgx_hall(amps):
    """Four servers like a DGX H100, 10.2 kW and six supplies, on three feeds."""
    document = hall(power_factor=0.95)
    figures = {"max_draw": "10200 W", "psu_count": 6, "psu_rating": "3300 W", "psu_min_full": 4}
    box(document, **figures, psu_min_boot=3)
    document["catalog"]["circuits"]["own"] = circuit("415 V", amps)
    nodes = document["power"]["nodes"]
    nodes[1]["id"], nodes[2]["id"] = "ups-[a-c]", "panel-[a-c]"
    nodes[2]["from"] = ["ups-[a-c]"]
    return demand(feeds(document, "own", "panel-a", "panel-b", "panel-c"), 4)


def test_four_dgx_h100_on_three_feeds_of_32_a():
    # A feed lost: 4 x 10.2 / 2 = 20.4 kW on each of the others, of 21.85 kW in all. Eight cords of
    # 2.55 kW on three lines are 3, 3 and 2: 3 x 2,550 / (415 / sqrt(3)) / 0.95 = 33.6 A.
    assert 33.6 == pytest.approx(3 * 2550 / (415 / math.sqrt(3)) / 0.95, abs=0.02)
    result = solved(dgx_hall("32 A"))
    assert "INFEASIBLE" == result.status
    named = {rule.id: rule.text for rule in result.conflict.rules if rule.family == "power"}
    lines = [text for name, text in named.items() if any(f"/L{n}@" in name for n in (1, 2, 3))]
    assert lines, named
    assert any("32" in text for text in lines), lines
    assert not any("row/r1:A@" in name or "row/r1:B@" in name for name in named)  # 20.4 kW fit
    fits(dgx_hall("33.616 A"))
    assert 3 == most(demand(dgx_hall("32 A")))


def test_poles_and_taps_are_counted():
    # Three-pole breakers on 6 poles, or on a busway of two taps: two racks. A third is refused.
    for limit in ({"poles": 6}, {"kind": "busway", "taps": 2}):
        fits(demand(node(hall(2), "panel-a", **limit), 2))
        with pytest.raises(InputError, match="no room for the circuit of row/r3:A"):
            solved(node(hall(3), "panel-a", **limit))
